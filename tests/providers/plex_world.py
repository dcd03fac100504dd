"""A Plex server with its owner and plex.tv, and the provider that is signed in."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp

from custom_components.crosswatch.engine.model import Feature, Record, Snapshot, Value
from custom_components.crosswatch.engine.plan import Operation, OutcomeKind, Reason
from custom_components.crosswatch.providers.http import JsonObject, Limiters
from custom_components.crosswatch.providers.plex import SPEC
from custom_components.crosswatch.providers.plex.provider import PlexProvider
from custom_components.crosswatch.providers.sign_in import (
    Answers,
    DeviceCode,
    Progress,
    Question,
    SignedIn,
    SignIn,
)
from custom_components.crosswatch.providers.spec import SignInContext

from ..simulators.catalogue import Catalogue, make_catalogue
from ..simulators.clock import Clock as WorldClock
from ..simulators.plex import (
    Account,
    Oddities,
    PlexCloudSimulator,
    PlexServerSimulator,
    Seeded,
    seed,
)
from ..simulators.routing import route_hosts
from .connecting import context_of, provider_of
from .operating import operation, write_told

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DEVICE_ID = "crosswatch-test-device"
HISTORY, RATINGS = Feature.HISTORY, Feature.RATINGS
PROGRESS, WATCHLIST = Feature.PROGRESS, Feature.WATCHLIST
APPLIED = (OutcomeKind.APPLIED, None)
THERE = (OutcomeKind.ALREADY_THERE, None)

LISTS = r"/library/(all|sections/\d+/all)"
LOG = r"/status/sessions/history/all"


def ago(days: float = 0, minutes: float = 0) -> datetime:
    """Return a moment before the present of the tests."""
    return NOW - timedelta(days=days, minutes=minutes)


@dataclass(slots=True, repr=False, kw_only=True)
class World:
    """A server, its owner, plex.tv, and the owner's account as the engine sees it."""

    clock: WorldClock
    server: PlexServerSimulator
    cloud: PlexCloudSimulator
    jon: Account
    seeded: Seeded
    session: aiohttp.ClientSession
    limiters: Limiters
    folder: Path
    data: JsonObject
    provider: PlexProvider
    saved: list[JsonObject]

    async def snapshot(
        self, feature: Feature, previous: Snapshot | None = None
    ) -> Snapshot:
        """Read a feature as the engine does: its marker first."""
        marker = (await self.provider.activity([feature])).get(feature, "")
        snapshot = await self.provider.read(feature, previous)
        return Snapshot(feature, snapshot.records, snapshot.full_read_at, marker=marker)

    async def read(
        self, feature: Feature, previous: Snapshot | None = None
    ) -> dict[str, Record]:
        """Return the records of a feature."""
        return dict((await self.provider.read(feature, previous)).records)

    async def write(
        self, feature: Feature, *operations: Operation
    ) -> list[tuple[OutcomeKind, Reason | None]]:
        """Write, and return what came of each operation, in their order."""
        return await write_told(self.provider, feature, operations)

    def restart(self) -> None:
        """Start Home Assistant again: nothing is left but what was kept."""
        self.provider = self.provider_for(self.data)

    def provider_for(self, data: JsonObject) -> PlexProvider:
        """Return the provider of what a sign-in kept."""

        async def save(data: JsonObject) -> None:
            """Keep changed data."""
            self.data = data
            self.saved.append(data)

        provider = provider_of(
            PlexProvider,
            SPEC,
            data,
            self.session,
            self.limiters,
            save=save,
            folder=self.folder,
        )
        provider._now = self.clock  # noqa: SLF001
        return provider

    def forget_requests(self) -> None:
        """Forget all requests so far."""
        self.server.reset_requests()
        self.cloud.reset_requests()

    def requests(self) -> int:
        """Return how many requests were made, wherever to."""
        return len(self.server.requests) + len(self.cloud.requests)


def context(
    session: aiohttp.ClientSession,
    limiters: Limiters,
    known: JsonObject | None = None,
) -> SignInContext:
    """Return what a sign-in is given."""
    return context_of(session, limiters, device_id=DEVICE_ID, known=known)


async def go_on(
    sign_in: SignIn, progress: Progress, *answers: Answers
) -> SignedIn | Question:
    """Go on with a sign-in: wait for codes, and answer questions."""
    left = list(answers)
    while True:
        if isinstance(progress, DeviceCode):
            progress = await sign_in.finish(progress)
        elif isinstance(progress, Question) and left:
            progress = await progress.answer(left.pop(0))
        else:
            assert not isinstance(progress, DeviceCode)
            return progress


@asynccontextmanager
async def a_world(
    session: aiohttp.ClientSession,
    limiters: Limiters,
    folder: Path,
    catalogue: Catalogue | None = None,
    oddities: Oddities | None = None,
) -> AsyncIterator[World]:
    """Start a server and plex.tv, sign in, and forget the requests of that."""
    clock = WorldClock(NOW)
    catalogue = catalogue or make_catalogue(films=30, shows=6)
    async with PlexCloudSimulator(clock=clock) as cloud:
        jon = cloud.add_account("Jon")
        async with PlexServerSimulator(owner=jon, clock=clock) as server:
            seeded = seed(server, catalogue, oddities=oddities)
            cloud.know(catalogue)
            cloud.add_server(server)
            cloud.auto_link = jon
            with route_hosts(cloud.hosts()):
                sign_in = SPEC.load_sign_in().sign_in(context(session, limiters))
                begun = await sign_in.begin({})
                signed_in = await go_on(sign_in, begun)
                assert isinstance(signed_in, SignedIn)
                world = World(
                    clock=clock,
                    server=server,
                    cloud=cloud,
                    jon=jon,
                    seeded=seeded,
                    session=session,
                    limiters=limiters,
                    folder=folder,
                    data=signed_in.data,
                    provider=PlexProvider.__new__(PlexProvider),
                    saved=[],
                )
                world.restart()
                world.forget_requests()
                yield world


def removal(record: Record, feature: Feature, before: Value | None = None) -> Operation:
    """Return the operation that takes away what a record says, or a part of it."""
    return operation(
        record.item,
        None,
        feature=feature,
        before=before or record.value,
        native_ids=(record.native_id,),
    )
