"""A Jellyfin server with a user, and the provider that is signed in to it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypedDict

import aiohttp

from custom_components.crosswatch.engine.ids import item_keys
from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    MediaKind,
    Record,
    Side,
    Snapshot,
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
from custom_components.crosswatch.providers.jellyfin import SPEC
from custom_components.crosswatch.providers.jellyfin.provider import JellyfinProvider
from custom_components.crosswatch.providers.sign_in import Answers, SignedIn
from custom_components.crosswatch.providers.spec import Connection, SignInContext

from ..simulators.base import FaultKind
from ..simulators.catalogue import Catalogue, make_catalogue
from ..simulators.jellyfin import (
    Item as ServerItem,
    JellyfinSimulator,
    Oddities,
    Seeded,
    User,
    seed,
)

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
USER = "jon"
PASSWORD = "Winter is coming, 100 %"
DEVICE_ID = "crosswatch-test-device"

ITEMS = "/Items"


def moment(days: int = 0, minutes: int = 0) -> datetime:
    """Return a moment before the present of the server."""
    return NOW - timedelta(days=days, minutes=minutes)


class FaultRule(TypedDict, total=False):
    """What a simulator is told to do wrong."""

    status: int
    kind: FaultKind
    body: bytes | str


@dataclass(slots=True, repr=False)
class World:
    """A server, its user, and the user's account as the engine sees it."""

    server: JellyfinSimulator
    user: User
    seeded: Seeded
    provider: JellyfinProvider
    data: JsonObject
    session: aiohttp.ClientSession
    limiters: Limiters
    options: JsonObject

    def restarted(self, options: JsonObject | None = None) -> JellyfinProvider:
        """Return the account's provider as it is after a restart."""
        chosen = self.options if options is None else options
        return provider_for(self.data, self.session, self.limiters, chosen)

    async def read(
        self, feature: Feature, previous: Snapshot | None = None
    ) -> dict[str, Record]:
        """Return the records of a feature."""
        return dict((await self.provider.read(feature, previous)).records)

    async def write(
        self, feature: Feature, *operations: Operation
    ) -> list[tuple[OutcomeKind, Reason | None]]:
        """Write, and return what came of each operation, in their order."""
        outcomes = {
            id(outcome.operation): outcome
            for outcome in await written(self.provider, feature, operations)
        }
        assert len(outcomes) == len(operations)
        told = [outcomes[id(operation)] for operation in operations]
        return [(outcome.kind, outcome.reason) for outcome in told]


def context(session: aiohttp.ClientSession, limiters: Limiters) -> SignInContext:
    """Return what a sign-in is given."""
    return SignInContext(
        session=lambda verify_ssl: session,
        limiters=limiters,
        device_id=DEVICE_ID,
        folder=Path(),
    )


def answers(url: str, **changes: str | bool) -> Answers:
    """Return what a person fills in."""
    return {
        "url": url,
        "username": USER,
        "password": PASSWORD,
        "verify_ssl": True,
        **changes,
    }


def provider_for(
    data: JsonObject,
    session: aiohttp.ClientSession,
    limiters: Limiters,
    options: JsonObject | None = None,
) -> JellyfinProvider:
    """Return the provider of what a sign-in kept."""

    async def save(data: JsonObject) -> None:
        """Take changed data, of which there is none."""
        raise AssertionError

    provider = SPEC.load().create(
        Connection(
            data=data,
            session=session,
            limiters=limiters,
            save=save,
            folder=Path(),
            options=options or {},
        )
    )
    assert isinstance(provider, JellyfinProvider)
    return provider


@asynccontextmanager
async def a_world(
    session: aiohttp.ClientSession,
    limiters: Limiters,
    catalogue: Catalogue | None = None,
    oddities: Oddities | None = None,
    options: JsonObject | None = None,
) -> AsyncIterator[World]:
    """Start a server, sign in, and forget the requests of that."""
    async with JellyfinSimulator(clock=lambda: NOW) as server:
        seeded = seed(
            server,
            catalogue or make_catalogue(films=30, shows=6),
            oddities=oddities,
        )
        user = server.add_user(USER, PASSWORD)
        signed_in = (
            await SPEC.load()
            .sign_in(context(session, limiters))
            .begin(answers(server.url))
        )
        assert isinstance(signed_in, SignedIn)
        server.reset_requests()
        data, chosen = signed_in.data, options or {}
        provider = provider_for(data, session, limiters, chosen)
        yield World(server, user, seeded, provider, data, session, limiters, chosen)


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


def operation(
    item: Item,
    value: Value | None,
    *,
    feature: Feature = Feature.HISTORY,
    before: Value | None = None,
    native_ids: Sequence[str] = (),
    keys: Sequence[str] | None = None,
) -> Operation:
    """Return an operation; without a value it removes."""
    return Operation(
        feature=feature,
        side=Side.TARGET,
        action=Action.REMOVE if value is None else Action.ADD,
        item=item,
        reason=Reason.MISSING,
        keys=item_keys(item) if keys is None else tuple(keys),
        value=value,
        before=before,
        native_ids=tuple(native_ids),
    )


async def written(
    provider: JellyfinProvider, feature: Feature, operations: Sequence[Operation]
) -> list[Outcome]:
    """Return all outcomes of a write."""
    return [outcome async for outcome in provider.write(feature, operations)]
