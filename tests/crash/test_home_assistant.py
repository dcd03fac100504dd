"""The real Home Assistant, killed three times in the middle of writing."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
import json
import os

import aiohttp
import pytest

from ..demo.checks import check_trakt
from ..demo.client import Client, Json
from ..demo.person import Person
from ..demo.process import HomeAssistant, choose_port
from ..demo.world import World, make_world
from .fatal import dying_at_write

# It starts a real Home Assistant six times, which a busy machine may not do in time.
pytestmark = pytest.mark.skipif(
    "CROSSWATCH_SLOW" not in os.environ, reason="slow: set CROSSWATCH_SLOW=1"
)

FILMS, SHOWS = 60, 6
FORGOTTEN = 3
# Long enough for the answer to arrive, and too short for all that comes after it.
RIGHT_AFTER = 0.01
PAUSE = 0.1
PATIENCE = 60


class House:
    """A Home Assistant that is killed and comes back, and the services around it."""

    def __init__(self, server: HomeAssistant, world: World) -> None:
        """Take both; nothing runs yet."""
        self.server = server
        self.world = world
        self.source = ""
        self.tokens: Json = {}

    async def move_in(self) -> None:
        """Start for the first time, and set up a pair that may remove."""
        await self.server.start(self.world.hosts)
        async with Client(self.server) as client:
            await client.wait_until_up()
            await client.onboard()
            await client.wait_until_running()
            person = Person(client, self.world)
            target = await person.connect_trakt()
            self.source = await person.connect_jellyfin()
            await person.add_pair(self.source, target)
            await person.allow_removals(self.source)
            self.tokens = client.tokens
        await self._kept()

    @asynccontextmanager
    async def somebody(self) -> AsyncIterator[Client]:
        """Be logged in within the block, once Home Assistant runs."""
        async with Client(self.server) as client:
            client.log_in(self.tokens)
            await client.wait_until_back()
            yield client

    async def sync(self) -> Json:
        """Run the pair and return the report."""
        async with self.somebody() as client:
            response = await client.action(
                "crosswatch.sync", dry_run=False, include_items=True
            )
        (report,) = response["runs"]
        assert isinstance(report, dict)
        return report

    async def dies_while_syncing(self, *, number: int, late: float = 0.0) -> None:
        """Run the pair, and kill Home Assistant when Trakt gets its n-th write.

        Trakt does what it was asked, and with `late` the answer arrives before the
        end.
        """
        kill: Callable[[], None] = self.server.kill
        if late:
            loop = asyncio.get_running_loop()

            def kill() -> None:
                """Kill it a moment later."""
                loop.call_later(late, self.server.kill)

        # Whoever asked for the run gets no answer.
        with (
            dying_at_write(self.world.trakt, number, done=True, kill=kill),
            suppress(aiohttp.ClientConnectionError),
        ):
            report = await self.sync()
            raise AssertionError(f"It has survived: {report}")
        await self.server.killed()

    async def recovers(self) -> None:
        """Start again, and run: all is right, and then nothing is left to do."""
        trakt, jellyfin = self.world.trakt, self.world.jellyfin
        await self.server.start_again(self.world.hosts)
        report = await self.sync()
        assert report["status"] == "success", report
        assert list(check_trakt(self.world)) == []
        trakt.reset_requests()
        report = await self.sync()
        assert report["status"] == "success", report
        assert trakt.writes() == jellyfin.writes() == 0
        assert list(check_trakt(self.world)) == []

    async def _kept(self) -> None:
        """Wait until Home Assistant has stored the pair and the login."""
        async with asyncio.timeout(PATIENCE):
            while not await asyncio.to_thread(self._is_kept):
                await asyncio.sleep(PAUSE)

    def _is_kept(self) -> bool:
        """Tell whether it all is in its files by now; it waits a moment to write."""
        storage = self.server.folder / ".storage"
        try:
            entries = json.loads((storage / "core.config_entries").read_text())
            login = json.loads((storage / "auth").read_text())
        except FileNotFoundError:
            return False
        pairs = [
            pair for each in entries["data"]["entries"] for pair in each["subentries"]
        ]
        logins = [
            token
            for token in login["data"]["refresh_tokens"]
            if token["client_id"] == f"{self.server.url}/"
        ]
        removing = [pair for pair in pairs if pair["data"]["history"]["remove"]]
        return bool(removing and logins)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """Return a Home Assistant with a pair from Jellyfin to Trakt."""
    world = make_world(FILMS, SHOWS)
    server = HomeAssistant(choose_port(None))
    await world.start()
    try:
        house = House(server, world)
        await house.move_in()
        yield house
    finally:
        await server.stop()
        await world.stop()


@pytest.mark.timeout(400)
async def test_killed_home_assistant(house: House) -> None:
    """Killed in a write, in a removal and right after an answer, nothing is wrong."""
    world = house.world

    await house.dies_while_syncing(number=1)
    assert list(check_trakt(world))
    await house.recovers()

    gone = world.forget(FORGOTTEN)
    await house.dies_while_syncing(number=1)
    assert all(not world.account.history.of(title) for title in gone)
    await house.recovers()

    world.forget(FORGOTTEN)
    await house.dies_while_syncing(number=1, late=RIGHT_AFTER)
    await house.recovers()
