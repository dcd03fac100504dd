"""A server of the MediaBrowser family with a user whose account is signed in."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import aiohttp

from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    MediaKind,
    Record,
    Snapshot,
)
from custom_components.crosswatch.engine.plan import Operation, OutcomeKind, Reason
from custom_components.crosswatch.engine.provider import Provider
from custom_components.crosswatch.providers.http import JsonObject, Limiters
from custom_components.crosswatch.providers.sign_in import Answers, SignedIn
from custom_components.crosswatch.providers.spec import ProviderSpec, SignInContext

from ..simulators.catalogue import Catalogue, make_catalogue
from ..simulators.jellyfin import (
    Item as ServerItem,
    JellyfinSimulator,
    Oddities,
    Seeded,
    User,
    seed,
)
from .connecting import answers_of, context_of, provider_of
from .operating import write_told

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
USER = "jon"
PASSWORD = "Winter is coming, 100 %"
DEVICE_ID = "crosswatch-test-device"


def moment(days: int = 0, minutes: int = 0) -> datetime:
    """Return a moment before the present of the server."""
    return NOW - timedelta(days=days, minutes=minutes)


def context(session: aiohttp.ClientSession, limiters: Limiters) -> SignInContext:
    """Return what a sign-in is given."""
    return context_of(session, limiters, device_id=DEVICE_ID)


def answers(url: str, **changes: str | bool) -> Answers:
    """Return what a person fills in."""
    return answers_of(url, USER, PASSWORD, **changes)


@dataclass(slots=True, repr=False)
class MediaBrowserWorld[S: JellyfinSimulator, P: Provider]:
    """A server, its user, and the user's account as the engine sees it."""

    kind: type[P]
    spec: ProviderSpec
    server: S
    session: aiohttp.ClientSession
    limiters: Limiters
    options: JsonObject
    user: User = field(init=False)
    seeded: Seeded = field(init=False)
    data: JsonObject = field(init=False)
    provider: P = field(init=False)

    async def begin(
        self, catalogue: Catalogue | None, oddities: Oddities | None
    ) -> None:
        """Fill the server, sign in, and forget the requests of that."""
        self.seeded = seed(
            self.server,
            catalogue or make_catalogue(films=30, shows=6),
            oddities=oddities,
        )
        self.user = self.server.add_user(USER, PASSWORD)
        sign_in = self.spec.load_sign_in().sign_in(context(self.session, self.limiters))
        signed_in = await sign_in.begin(answers(self.server.url))
        assert isinstance(signed_in, SignedIn)
        self.server.reset_requests()
        self.data = signed_in.data
        self.provider = self.restarted()

    def restarted(self, options: JsonObject | None = None) -> P:
        """Return the account's provider as it is after a restart."""
        return provider_of(
            self.kind,
            self.spec,
            self.data,
            self.session,
            self.limiters,
            options=self.options if options is None else options,
        )

    def pass_time(self, until: datetime) -> None:
        """Let the server's clock go on."""
        self.server.clock = lambda: until

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


@asynccontextmanager
async def mediabrowser_world[S: JellyfinSimulator, P: Provider](
    simulator: type[S],
    kind: type[P],
    spec: ProviderSpec,
    session: aiohttp.ClientSession,
    limiters: Limiters,
    catalogue: Catalogue | None = None,
    oddities: Oddities | None = None,
    options: JsonObject | None = None,
) -> AsyncIterator[MediaBrowserWorld[S, P]]:
    """Start a server with a user who is signed in."""
    async with simulator(clock=lambda: NOW) as server:
        world = MediaBrowserWorld(kind, spec, server, session, limiters, options or {})
        await world.begin(catalogue, oddities)
        yield world


def as_item(item: ServerItem) -> Item:
    """Return an item as another account would know it."""
    ids = {name.lower(): value for name, value in item.provider_ids.items()}
    if item.type == "Movie":
        return Item(MediaKind.MOVIE, ids, item.name, item.year)
    if item.type == "Series":
        return Item(MediaKind.SHOW, ids, item.name, item.year)
    show = as_item(item.series)
    if item.type == "Season":
        return Item(MediaKind.SEASON, {}, "", None, show, item.index)
    return Item(MediaKind.EPISODE, ids, "", None, show, item.parent_index, item.index)
