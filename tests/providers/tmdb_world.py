"""A simulated TMDb with an account that is signed in, for tests."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from custom_components.crosswatch.engine.evidence import Evidence
from custom_components.crosswatch.engine.ids import item_keys
from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    Listed,
    MediaKind,
    Rated,
    Side,
    Value,
)
from custom_components.crosswatch.engine.plan import (
    Action,
    Operation,
    Outcome,
    OutcomeKind,
    Reason,
)
from custom_components.crosswatch.providers.http import JsonObject, Limiters
from custom_components.crosswatch.providers.spec import Connection, SignInContext
from custom_components.crosswatch.providers.tmdb import SPEC
from custom_components.crosswatch.providers.tmdb.provider import TmdbProvider
from tests.simulators.catalogue import make_catalogue
from tests.simulators.routing import route_hosts
from tests.simulators.tmdb import Kind, Title, TmdbSimulator

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

        async def save(data: JsonObject) -> None:
            """Take changed data, of which there is none."""
            raise AssertionError

        provider = SPEC.load().create(
            Connection(
                data=self.data,
                session=self.session,
                limiters=self.limiters,
                save=save,
                folder=Path("unused"),
            )
        )
        assert isinstance(provider, TmdbProvider)
        return provider

    def context(self) -> SignInContext:
        """Return what a sign-in is given."""
        return SignInContext(
            session=lambda verify_ssl: self.session,
            limiters=self.limiters,
            device_id="device",
            folder=Path("unused"),
        )

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
    rates = isinstance(value, Rated)
    told = Feature.RATINGS if rates else Feature.WATCHLIST
    wanted = feature or told
    if value is None and action is not Action.REMOVE:
        value = Listed()
    return Operation(
        feature=wanted,
        side=Side.TARGET,
        action=action,
        item=item,
        reason=Reason.MISSING,
        keys=item_keys(item) if keys is None else tuple(keys),
        value=value,
        native_ids=tuple(native_ids),
    )


async def write(
    provider: TmdbProvider, *operations: Operation
) -> list[tuple[OutcomeKind, Reason | None]]:
    """Write, and return what came of it in the order of the operations."""
    outcomes: list[Outcome] = [
        each async for each in provider.write(operations[0].feature, operations)
    ]
    told = {id(each.operation): each for each in outcomes}
    assert len(told) == len(outcomes) == len(operations)
    found = [told[id(each)] for each in operations]
    return [(each.kind, each.reason) for each in found]
