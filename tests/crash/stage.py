"""A pair whose runs are processes, between services that live in the test."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
import sqlite3
from typing import Final, cast

import aiohttp

from custom_components.crosswatch.engine.model import Side
from custom_components.crosswatch.providers.http import JsonObject, Limiters

from ..providers.fault_stage import (
    End,
    JellyfinEnd,
    State,
    TrackerEnd,
    TraktEnd,
    an_end,
)
from ..providers.tracker_world import NAME
from ..simulators.base import Simulator
from ..simulators.jellyfin import UserData
from ..simulators.trakt import Behaviour
from .child import NOTES, STATE
from .edits import change_little, change_some, keep_apart
from .fatal import dying_at_write
from .nursery import Nursery, kill
from .orders import Login, Order, services
from .points import Point

TRAKT_HOSTS: Final = ("api.trakt.tv", "auth.trakt.tv")


@dataclass(frozen=True, slots=True)
class Told:
    """What a process that lived to its end has said of its run."""

    run_id: str
    status: str
    failures: list[str]
    counts: dict[str, int]
    sent: list[str]
    passed: dict[Point, int]


@dataclass(slots=True, repr=False)
class Stage:
    """A pair, its folder, and the accounts that it runs on."""

    nursery: Nursery
    route: str
    folder: Path
    ends: Mapping[Side, End]
    hosts: Mapping[str, str]
    pid: int = 0

    async def run(
        self, point: Point | None = None, number: int = 1, *, undo: str = ""
    ) -> Told | None:
        """Run the pair once in a process; None if that was killed."""
        order = Order(
            folder=str(self.folder),
            route=self.route,
            source=_login(self.ends[Side.SOURCE]),
            target=_login(self.ends[Side.TARGET]),
            hosts=self.hosts,
            point=point,
            number=number,
            undo=undo,
        )
        self.pid = await asyncio.to_thread(self.nursery.begin, order)
        told = await asyncio.to_thread(self.nursery.end)
        return None if told is None else Told(**told)

    async def lives(self, *, undo: str = "") -> Told:
        """Run the pair once, undisturbed."""
        told = await self.run(undo=undo)
        assert told is not None
        assert not told.failures
        return told

    async def dies(self, point: Point, number: int = 1, *, undo: str = "") -> None:
        """Run the pair until its process kills itself."""
        told = await self.run(point, number, undo=undo)
        assert told is None, f"Nothing passed {point} {number} times: {told}"

    async def dies_at_write(
        self, simulator: Simulator, number: int, *, done: bool, undo: str = ""
    ) -> None:
        """Run the pair until a service gets its n-th write, and kill the process.

        The answer finds nobody, whether the service did what it was asked or not.
        """
        with dying_at_write(simulator, number, done=done, kill=self._kill):
            assert await self.run(undo=undo) is None
        # What the service was asked, it does also after its client has gone.
        await asyncio.sleep(0.01)

    def _kill(self) -> None:
        """Kill the process that runs."""
        kill(self.pid)

    async def change(self) -> None:
        """Let the person change some of everything on both sides."""
        for side, end in self.ends.items():
            await change_some(end, as_source=side is Side.SOURCE)

    def change_little(self) -> None:
        """Let the person change a little of everything at Trakt."""
        for end in self.ends.values():
            if isinstance(end, TraktEnd):
                change_little(end)

    def be_late(self) -> None:
        """Let Trakt be late, by one read, with what is written there from now on."""
        for end in self.ends.values():
            if isinstance(end, TraktEnd):
                end.simulator.behaviour.read_lag = 1

    def catch_up(self) -> None:
        """Let Trakt list everything, and be late no more."""
        for end in self.ends.values():
            if isinstance(end, TraktEnd):
                end.catch_up()
                end.simulator.behaviour.read_lag = 0

    def simulators(self) -> list[Simulator]:
        """Return the services that answer over sockets, the source's first."""
        found = [getattr(end, "simulator", None) for end in self.ends.values()]
        return [each for each in found if isinstance(each, Simulator)]

    def forget_requests(self) -> None:
        """Forget the requests so far, and what was acknowledged."""
        for simulator in self.simulators():
            simulator.reset_requests()
        (self.folder / NOTES).unlink(missing_ok=True)

    def writes(self) -> list[int]:
        """Return how many writes each service got."""
        return [simulator.writes() for simulator in self.simulators()]

    async def state(self) -> dict[Side, State]:
        """Return all that both accounts hold."""
        state = {side: await end.state() for side, end in self.ends.items()}
        for side, end in self.ends.items():
            if isinstance(end, JellyfinEnd):
                state[side] = _by_name(end)
        return state

    def acknowledged(self) -> list[str]:
        """Return what the services have acknowledged to have done, line by line."""
        notes = self.folder / NOTES
        return notes.read_text().splitlines() if notes.exists() else []

    def left_open(self) -> list[str]:
        """Return the operations in the journal that no run has finished with."""
        with closing(sqlite3.connect(self.folder / STATE)) as connection:
            rows = connection.execute(
                "SELECT operation FROM journal WHERE NOT recorded OR outcome IS NULL"
            )
            return [row[0] for row in rows]


def _by_name(end: JellyfinEnd) -> State:
    """Return what a user did with each film or episode, whichever file it was.

    Of two copies a run marks both; but an item is there as soon as one is marked, so
    that the other may stay as it is if the process dies between them.
    """
    copies: dict[str, list[UserData]] = {}
    for key, data in end.user.data.items():
        name = Path(end.simulator.state.items[key].path).name
        copies.setdefault(name, []).append(data)
    return {
        name: (
            any(data.played for data in each),
            max(data.last_played or 0 for data in each),
            any(data.favourite for data in each),
            max(data.rating or 0.0 for data in each),
        )
        for name, each in copies.items()
        if any(data.played or data.favourite or data.rating for data in each)
    }


def _login(end: End) -> Login:
    """Return an account as Home Assistant keeps it."""
    if isinstance(end, TrackerEnd):
        return Login(slug=end.slug, data={"name": NAME}, folder=str(end.folder))
    return Login(slug=end.slug, data=cast(JsonObject, getattr(end, "data", {})))


@asynccontextmanager
async def a_stage(nursery: Nursery, route: str, folder: Path) -> AsyncIterator[Stage]:
    """Start both services and fill the accounts there; nothing has run yet."""
    behaviour = Behaviour(enforce_rate=False, watched_leaves_watchlist=False)
    folder.mkdir(parents=True)
    first, second = services(route)
    async with aiohttp.ClientSession() as session:
        common = (session, Limiters(), behaviour)
        async with (
            an_end(first, folder / "source", *common, as_source=True) as source,
            an_end(second, folder / "target", *common, as_source=False) as target,
        ):
            hosts = {}
            for end in (source, target):
                if isinstance(end, JellyfinEnd):
                    keep_apart(end)
                if isinstance(end, TraktEnd):
                    # This signs in.
                    end.provider(session, Limiters())
                    hosts = dict.fromkeys(TRAKT_HOSTS, end.simulator.url)
            ends = {Side.SOURCE: source, Side.TARGET: target}
            yield Stage(nursery, route, folder, ends, hosts)
