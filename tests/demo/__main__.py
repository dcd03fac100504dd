"""The demo as a command: scripts/demo."""

import argparse
import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
import os
from pathlib import Path
import signal
import sys
import time

from .checks import check_log, check_runs, check_states, check_trakt
from .client import PASSWORD, USER, Client
from .console import detail, listing, say, step
from .person import Person
from .process import DemoError, HomeAssistant, choose_port
from .runs import perform
from .screenshots import Camera
from .world import OTHER_PASSWORD, OTHER_USER, World, make_world

EVERY_ITEM = {"include_items": True, "dry_run": False}


def parse() -> argparse.Namespace:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(
        prog="scripts/demo",
        description="Start a real Home Assistant with two simulated services, set up "
        "both accounts and a pair in it, and run that pair.",
    )
    parser.add_argument(
        "--once", action="store_true", help="end after the runs; fails if one was wrong"
    )
    parser.add_argument("--port", type=int, help="of Home Assistant, else a free one")
    parser.add_argument(
        "--screenshots", type=Path, metavar="FOLDER", help="save screenshots there"
    )
    return parser.parse_args()


class Demo:
    """The whole demo, in its order."""

    def __init__(self, options: argparse.Namespace) -> None:
        """Prepare both services; nothing runs yet."""
        self._options = options
        self._faults: list[str] = []

    async def run(self) -> int:
        """Run the demo and return the exit status."""
        server = HomeAssistant(choose_port(self._options.port))
        step("Filling the simulated Jellyfin and the simulated Trakt")
        world = await asyncio.to_thread(make_world)
        try:
            await world.start()
            self._introduce(world)
            step(f"Starting Home Assistant at {server.url}")
            await server.start(world.hosts)
            async with Client(server) as client:
                return await self._with(client, world)
        finally:
            step("Ending Home Assistant and both services")
            await server.stop()
            await world.stop()

    async def _with(self, client: Client, world: World) -> int:
        """Run the demo with a Home Assistant that starts."""
        await client.wait_until_up()
        step(f"Creating the user {USER} on the welcome page")
        await client.onboard()
        await client.wait_until_running()
        async with self._camera(client) as camera:
            await self._journey(client, world, camera)
        if self._faults:
            listing("The demo found faults:", self._faults)
            return 1
        say("All of this was right: counts, requests, and what Trakt holds now.")
        if not self._options.once:
            await self._stay(client, world)
        return 0

    async def _journey(
        self, client: Client, world: World, camera: Camera | None
    ) -> None:
        """Set everything up as a person would, and run the pair three times."""
        person = Person(client, world)
        target = await person.connect_trakt()
        source = await person.connect_jellyfin()
        if camera is not None:
            await camera.pair_form(source)
        device = await person.add_pair(source, target)
        say()
        dry = await perform(client, world, "Dry run", "dry_run", device_id=[device])
        self._faults += check_states(dry, await client.states(device))
        if camera is not None:
            await camera.dry_run_action()
            await camera.go_live_offer()
        sync = await perform(
            client, world, "Sync", "sync", device_id=[device], **EVERY_ITEM
        )
        self._faults += check_states(sync, await client.states(device))
        self._faults += check_trakt(world)
        if camera is not None:
            await camera.accounts()
            await camera.pair_device(device)
        again = await perform(
            client, world, "Second sync", "sync", device_id=[device], **EVERY_ITEM
        )
        self._faults += check_states(again, await client.states(device))
        self._faults += check_trakt(world)
        self._faults += check_runs(dry, sync, again, world)
        if camera is not None:
            self._faults += await camera.press_buttons(device, world)
            self._faults += camera.complaints
        self._faults += check_log(client)

    @asynccontextmanager
    async def _camera(self, client: Client) -> AsyncIterator[Camera | None]:
        """Open the browser for the block, if screenshots are wanted."""
        folder: Path | None = self._options.screenshots
        if folder is None:
            yield None
            return
        async with Camera.open(client, folder) as camera:
            yield camera

    def _introduce(self, world: World) -> None:
        """Say what the two services hold."""
        watched = world.watched
        detail(
            f"Jellyfin at {world.jellyfin.url}: {len(world.seeded.films)} films, "
            f"{len(world.seeded.series)} series; {world.user.name} has watched "
            f"{len(watched.films)} films and {len(watched.episodes)} episodes"
        )
        account = world.account
        detail(
            f"Trakt at {world.trakt.url}: {account.username} has "
            f"{len(account.history)} plays, {len(account.watchlist.live)} titles on "
            f"the watchlist and {len(account.ratings.live)} ratings already"
        )

    async def _stay(self, client: Client, world: World) -> None:
        """Stay up for a person to click around, until Ctrl-C."""
        world.approve_by_themselves()
        trakt = world.trakt
        say()
        say(f"Home Assistant:  {client.server.url}   user {USER}, password {PASSWORD}")
        say(
            "  Look at Settings → Devices & services → CrossWatch, and at the device of"
        )
        say("  the pair: press Dry run; switch off “Dry runs only”, then Sync now.")
        say("  Settings → Tools → Actions has crosswatch.dry_run with all items.")
        say("Further accounts to connect, whose codes are approved by themselves:")
        say(f"  Jellyfin:  {world.jellyfin.url}")
        say(
            f"             user {OTHER_USER}, password {OTHER_PASSWORD}, or neither for"
        )
        say("             Quick Connect")
        say(f"  Trakt:     client ID      {trakt.CLIENT_ID}")
        say(f"             client secret  {trakt.CLIENT_SECRET}")
        say("Ctrl-C ends everything.")
        while True:
            client.server.check()
            await asyncio.sleep(1)


async def follow_parent(demo: asyncio.Task[int]) -> None:
    """End the demo when the process that started it has gone; `nohup` keeps it."""
    parent = os.getppid()
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        return
    while os.getppid() == parent:
        await asyncio.sleep(1)
    demo.cancel()


async def until_told(work: Coroutine[None, None, int]) -> int:
    """Run something until it ends, or a signal or the end of the parent ends it."""
    task = asyncio.create_task(work)
    following = asyncio.create_task(follow_parent(task))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            loop.add_signal_handler(number, task.cancel)
    try:
        return await task
    finally:
        following.cancel()


def main() -> int:
    """Run the demo and return the exit status."""
    began = time.monotonic()
    options = parse()
    try:
        status = asyncio.run(until_told(Demo(options).run()))
    except DemoError as error:
        sys.stderr.write(f"\nERROR: {error}\n")
        return 1
    except asyncio.CancelledError:
        return 0 if not options.once else 130
    detail(f"{time.monotonic() - began:.0f} seconds")
    return status


if __name__ == "__main__":
    with suppress(BrokenPipeError):
        sys.exit(main())
