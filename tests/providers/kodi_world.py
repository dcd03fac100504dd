"""A Kodi in a zone of its own, and the provider that is signed in to it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import aiohttp

from custom_components.crosswatch.engine.ids import normalise_ids
from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    MediaKind,
    Record,
    Snapshot,
)
from custom_components.crosswatch.engine.plan import Operation, OutcomeKind, Reason
from custom_components.crosswatch.providers.http import JsonObject, Limiters
from custom_components.crosswatch.providers.kodi import SPEC
from custom_components.crosswatch.providers.kodi.provider import KodiProvider
from custom_components.crosswatch.providers.sign_in import Answers, SignedIn
from custom_components.crosswatch.providers.spec import SignInContext

from ..simulators.catalogue import Catalogue, make_catalogue
from ..simulators.kodi import (
    Episode,
    KodiSimulator,
    Movie,
    Oddities,
    Seeded,
    Show,
    seed,
)
from .connecting import answers_of, context_of, provider_of
from .operating import write_told

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
USER = "jon"
PASSWORD = "Winter is: coming, 100 %"
PATH = "/jsonrpc"


def moment(days: int = 0, minutes: int = 0) -> datetime:
    """Return a moment before the present of the device."""
    return NOW - timedelta(days=days, minutes=minutes)


@dataclass(slots=True, repr=False)
class World:
    """A device, what is in its library, and its account as the engine sees it."""

    server: KodiSimulator
    seeded: Seeded
    data: JsonObject
    session: aiohttp.ClientSession
    limiters: Limiters
    provider: KodiProvider

    def restart(self, options: JsonObject | None = None) -> None:
        """Let the account be loaded anew."""
        self.provider = provider_for(self.data, self.session, self.limiters, options)

    async def snapshot(
        self, feature: Feature, previous: Snapshot | None = None
    ) -> Snapshot:
        """Return all records of a feature, as a run reads them."""
        await self.provider.activity([feature])
        return await self.provider.read(feature, previous)

    async def read(
        self, feature: Feature, previous: Snapshot | None = None
    ) -> Mapping[str, Record]:
        """Return the records of a feature by the labels of their items."""
        records = (await self.snapshot(feature, previous)).records.values()
        return {record.item.label: record for record in records}

    async def write(
        self, feature: Feature, *operations: Operation
    ) -> list[tuple[OutcomeKind, Reason | None]]:
        """Write, and return what came of each operation, in their order."""
        return await write_told(self.provider, feature, operations)


def context(session: aiohttp.ClientSession, limiters: Limiters) -> SignInContext:
    """Return what a sign-in is given."""
    return context_of(session, limiters, device_id="crosswatch-test-device")


def answers(url: str, **changes: str | bool) -> Answers:
    """Return what a person fills in."""
    return answers_of(url, USER, PASSWORD, **changes)


def provider_for(
    data: JsonObject,
    session: aiohttp.ClientSession,
    limiters: Limiters,
    options: JsonObject | None = None,
) -> KodiProvider:
    """Return the provider of what a sign-in kept."""
    return provider_of(KodiProvider, SPEC, data, session, limiters, options=options)


@asynccontextmanager
async def a_world(
    session: aiohttp.ClientSession,
    limiters: Limiters,
    catalogue: Catalogue | None = None,
    oddities: Oddities | None = None,
    zone: str = "America/New_York",
) -> AsyncIterator[World]:
    """Start a device, sign in, and forget the requests of that."""
    async with KodiSimulator(
        # The zone is found out by the clock, which therefore has to be right.
        clock=lambda: datetime.now(UTC),
        zone=zone,
        username=USER,
        password=PASSWORD,
    ) as server:
        seeded = seed(server, catalogue or make_catalogue(films=30, shows=6), oddities)
        signed_in = (
            await SPEC.load_sign_in()
            .sign_in(context(session, limiters))
            .begin(answers(server.url))
        )
        assert isinstance(signed_in, SignedIn)
        server.reset_requests()
        provider = provider_for(signed_in.data, session, limiters)
        yield World(server, seeded, signed_in.data, session, limiters, provider)


def as_item(entry: Movie | Show | Episode) -> Item:
    """Return an entry of the library as another account would know it."""
    ids = normalise_ids(entry.unique_ids)
    if isinstance(entry, Movie):
        return Item(MediaKind.MOVIE, ids, entry.title, entry.year)
    if isinstance(entry, Show):
        return Item(MediaKind.SHOW, ids, entry.title, entry.year)
    show = as_item(entry.show)
    return Item(
        MediaKind.EPISODE, ids, entry.title, None, show, entry.season, entry.number
    )
