"""A simulated Trakt with an account that is signed in, for tests."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
import time

import aiohttp

from custom_components.crosswatch.engine.model import Item, MediaKind, Record
from custom_components.crosswatch.engine.plan import Operation, Outcome
from custom_components.crosswatch.engine.provider import AccountLimitError
from custom_components.crosswatch.providers.http import JsonObject, JsonValue, Limiters
from custom_components.crosswatch.providers.trakt import SPEC
from custom_components.crosswatch.providers.trakt.provider import TraktProvider
from tests.simulators.catalogue import make_catalogue
from tests.simulators.routing import route_hosts
from tests.simulators.trakt import Behaviour, Kind, Title, TraktSimulator

from .connecting import provider_of
from .operating import OperationOn, in_order

WATCHED_AT = datetime(2026, 5, 1, 20, 30, 12, tzinfo=UTC)
CATALOGUE = make_catalogue(films=320, shows=12, seed=3)


def at(day: int, hour: int = 20, minute: int = 30) -> datetime:
    """Return a moment in May 2026."""
    return datetime(2026, 5, day, hour, minute, tzinfo=UTC)


@dataclass(slots=True)
class World:
    """A simulated Trakt and an account there, as the integration sees it."""

    trakt: TraktSimulator
    session: aiohttp.ClientSession
    limiters: Limiters
    saved: list[JsonObject] = field(default_factory=list)
    data: dict[str, JsonValue] = field(default_factory=dict)

    def provider(self, **options: bool) -> TraktProvider:
        """Return the account, as if Home Assistant had just started."""

        async def save(data: JsonObject) -> None:
            """Remember what was saved."""
            self.saved.append(data)

        return provider_of(
            TraktProvider,
            SPEC,
            self.data,
            self.session,
            self.limiters,
            save=save,
            options=options,
        )

    def sign_in(self) -> None:
        """Get tokens."""
        token = self.trakt.sign_in()
        self.data = {
            "client_id": token.client_id,
            "client_secret": self.trakt.CLIENT_SECRET,
            "access_token": token.access,
            "refresh_token": token.refresh,
            "expires_at": time.time() + token.expires_in,
        }

    @property
    def movies(self) -> list[Title]:
        """Return the films that Trakt knows."""
        return [title for title in self.trakt.library if title.kind is Kind.MOVIE]

    @property
    def shows(self) -> list[Title]:
        """Return the series that Trakt knows."""
        return [title for title in self.trakt.library if title.kind is Kind.SHOW]

    @property
    def episodes(self) -> list[Title]:
        """Return the episodes that Trakt knows."""
        return [episode for show in self.shows for episode in show.episodes()]


@asynccontextmanager
async def trakt_world(
    session: aiohttp.ClientSession, limiters: Limiters
) -> AsyncIterator[World]:
    """Run a Trakt that minds no pace, as time flies, and sign in."""
    trakt = TraktSimulator(behaviour=Behaviour(enforce_rate=False))
    trakt.seed(CATALOGUE)
    world = World(trakt, session, limiters)
    world.sign_in()
    async with trakt:
        hosts = {"api.trakt.tv": trakt.url, "auth.trakt.tv": trakt.url}
        with route_hosts(hosts):
            yield world


def item(title: Title, *namespaces: str) -> Item:
    """Return a title as another service would know it: without Trakt's id."""
    wanted = namespaces or ("imdb", "tmdb", "tvdb")
    ids = {
        name: str(value)
        for name, value in title.ids.items()
        if value is not None and name in wanted
    }
    kind = MediaKind(title.kind.value)
    show = item(title.show, *namespaces) if title.show is not None else None
    season = title.season if show is not None else None
    number = title.number if kind is MediaKind.EPISODE else None
    return Item(kind, ids, title.name, title.year, show, season, number)


operation = OperationOn(item)


def own(record: Operation, native_id: str = "") -> Record:
    """Return what is noted of an acknowledged write."""
    assert record.value is not None
    key = native_id or f"own:{record.keys[0]}"
    return Record(record.item, record.value, key, seen=False)


async def write(
    provider: TraktProvider, operations: Sequence[Operation]
) -> list[Outcome]:
    """Write and return the outcomes in the order of the operations.

    That an account is full is also said in words, when all has its outcome.
    """
    outcomes: list[Outcome] = []
    try:
        async for outcome in provider.write(operations[0].feature, operations):
            outcomes.append(outcome)  # noqa: PERF401
    except AccountLimitError:
        if len(outcomes) < len(operations):
            raise
    return in_order(operations, outcomes)
