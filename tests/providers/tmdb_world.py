"""A simulated TMDb with an account that is signed in, for tests."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp

from custom_components.crosswatch.engine.evidence import Evidence
from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    Listed,
    MediaKind,
    Rated,
    Value,
)
from custom_components.crosswatch.engine.plan import (
    Action,
    Operation,
    OutcomeKind,
    Reason,
)
from custom_components.crosswatch.providers.http import JsonObject, Limiters
from custom_components.crosswatch.providers.spec import SignInContext
from custom_components.crosswatch.providers.tmdb import SPEC
from custom_components.crosswatch.providers.tmdb.provider import TmdbProvider
from tests.simulators.catalogue import make_catalogue
from tests.simulators.routing import route_hosts
from tests.simulators.tmdb import Kind, Title, TmdbSimulator

from . import operating
from .connecting import context_of, provider_of
from .operating import write_told

CATALOGUE = make_catalogue(films=60, shows=4, seed=3)
HOST = "api.themoviedb.org"


@dataclass(slots=True)
class World:
    """A simulated TMDb and an account there, as the integration sees it."""

    tmdb: TmdbSimulator
    session: aiohttp.ClientSession
    limiters: Limiters
    data: JsonObject

    def provider(self) -> TmdbProvider:
        """Return the account, as if Home Assistant had just started."""
        return provider_of(TmdbProvider, SPEC, self.data, self.session, self.limiters)

    def context(self) -> SignInContext:
        """Return what a sign-in is given."""
        return context_of(self.session, self.limiters)

    @property
    def movies(self) -> list[Title]:
        """Return the films that TMDb knows."""
        return [each for each in self.tmdb.library if each.kind is Kind.MOVIE]

    @property
    def shows(self) -> list[Title]:
        """Return the series that TMDb knows."""
        return [each for each in self.tmdb.library if each.kind is Kind.TV]

    async def look_up(self, *items: Item) -> list[Evidence | None]:
        """Return what the account says of items."""
        (informant,) = self.provider().informants()
        found = [each async for each in informant.look_up(items)]
        assert len(found) == len(items)
        return found


@asynccontextmanager
async def tmdb_world(
    session: aiohttp.ClientSession, limiters: Limiters
) -> AsyncIterator[World]:
    """Run a TMDb, and sign in."""
    async with TmdbSimulator() as tmdb:
        tmdb.seed(CATALOGUE)
        data: JsonObject = {
            "api_key": tmdb.API_KEY,
            "session_id": tmdb.sign_in(),
            "account_id": str(tmdb.alice.number),
        }
        with route_hosts({HOST: tmdb.url}):
            yield World(tmdb, session, limiters, data)


def movie(title: Title, **ids: str) -> Item:
    """Return a film as another service knows it."""
    return Item(MediaKind.MOVIE, ids, title.name, int(title.year))


def show(title: Title, **ids: str) -> Item:
    """Return a series as another service knows it."""
    return Item(MediaKind.SHOW, ids, title.name, int(title.year))


def operation(
    item: Item,
    value: Value | None = None,
    action: Action = Action.ADD,
    *,
    native_ids: Sequence[str] = (),
    keys: Sequence[str] | None = None,
    feature: Feature | None = None,
) -> Operation:
    """Return an operation on the side of TMDb."""
    told = Feature.RATINGS if isinstance(value, Rated) else Feature.WATCHLIST
    if value is None and action is not Action.REMOVE:
        value = Listed()
    return operating.operation(
        item,
        value,
        feature=feature or told,
        action=action,
        native_ids=native_ids,
        keys=keys,
    )


async def write(
    provider: TmdbProvider, *operations: Operation
) -> list[tuple[OutcomeKind, Reason | None]]:
    """Write, and return what came of it in the order of the operations."""
    return await write_told(provider, operations[0].feature, operations)
