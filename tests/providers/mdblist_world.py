"""A simulated MDBList with an account that is signed in, for tests."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import aiohttp

from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    Listed,
    MediaKind,
    Progress,
    Rated,
    Record,
    Snapshot,
    Watched,
)
from custom_components.crosswatch.engine.plan import Action, Operation
from custom_components.crosswatch.providers.http import Limiters
from custom_components.crosswatch.providers.mdblist.provider import MdblistProvider
from tests.simulators.catalogue import Catalogue, make_catalogue
from tests.simulators.mdblist import Behaviour, Kind, MdblistSimulator, Title
from tests.simulators.routing import route_hosts

from .connecting import connection_of
from .operating import OperationOn

HOST = "api.mdblist.com"
CATALOGUE = make_catalogue(films=60, shows=6, seed=5)
# Late in the evening of a day, so that the next one is near.
TODAY = datetime(2026, 5, 20, 18, 30, tzinfo=UTC)
WATCHED_AT = datetime(2026, 5, 1, 20, 30, 12, tzinfo=UTC)

FEATURES = {
    Watched: Feature.HISTORY,
    Rated: Feature.RATINGS,
    Progress: Feature.PROGRESS,
    Listed: Feature.WATCHLIST,
}


@dataclass(slots=True)
class World:
    """A simulated MDBList and an account there, with a clock of their own."""

    session: aiohttp.ClientSession
    limiters: Limiters
    now: datetime = TODAY
    mdblist: MdblistSimulator = field(init=False)

    def __post_init__(self) -> None:
        """Make the service."""
        plain = Behaviour(enforce_window=False)
        self.mdblist = MdblistSimulator(clock=lambda: self.now, behaviour=plain)

    def provider(self, **known: str) -> MdblistProvider:
        """Return the account, as if Home Assistant had just started.

        `known` is what its sign-in has found out.
        """
        return MdblistProvider.create(
            connection_of(
                {"api_key": self.mdblist.API_KEY, **known}, self.session, self.limiters
            ),
            now=lambda: self.now,
        )

    def pass_time(self, **span: float) -> None:
        """Let time pass."""
        self.now += timedelta(**span)

    def requests(self) -> list[str]:
        """Return the requests so far, and forget them."""
        found = [f"{each.method} {each.path}" for each in self.mdblist.requests]
        self.mdblist.reset_requests()
        return found

    @property
    def movies(self) -> list[Title]:
        """Return the films that the service knows."""
        return self.mdblist.library.of_kind(Kind.MOVIE)

    @property
    def shows(self) -> list[Title]:
        """Return the series that the service knows."""
        return self.mdblist.library.of_kind(Kind.SHOW)

    @property
    def episodes(self) -> list[Title]:
        """Return the episodes that the service knows."""
        return self.mdblist.library.of_kind(Kind.EPISODE)


@asynccontextmanager
async def mdblist_world(
    session: aiohttp.ClientSession,
    limiters: Limiters,
    catalogue: Catalogue = CATALOGUE,
) -> AsyncIterator[World]:
    """Run an MDBList that minds no window, as time flies."""
    world = World(session, limiters)
    world.mdblist.seed(catalogue)
    async with world.mdblist:
        with route_hosts({HOST: world.mdblist.url}):
            yield world


def item(title: Title, *namespaces: str) -> Item:
    """Return a title as another service would know it."""
    wanted = namespaces or ("imdb", "tmdb", "tvdb")
    ids = {name: str(value) for name, value in title.ids.items() if name in wanted}
    kind = MediaKind(title.kind.value)
    show = item(title.show, *namespaces) if title.show is not None else None
    return Item(kind, ids, title.name, title.year, show, title.season, title.number)


operation = OperationOn(item)


def removing(record: Record) -> Operation:
    """Return an operation that removes a record."""
    return operation(
        record.item,
        None,
        Action.REMOVE,
        before=record.value,
        native_ids=(record.native_id,),
    )


async def read(
    provider: MdblistProvider, feature: Feature, previous: Snapshot | None = None
) -> Snapshot:
    """Read a feature as a run does: the marker first."""
    markers = await provider.activity([feature])
    snapshot = await provider.read(feature, previous)
    return replace(snapshot, marker=markers.get(feature, ""))
