"""An Emby server with a user, and the provider that is signed in to it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import aiohttp

from custom_components.crosswatch.engine.model import Feature, Record, Snapshot
from custom_components.crosswatch.engine.plan import (
    Operation,
    Outcome,
    OutcomeKind,
    Reason,
)
from custom_components.crosswatch.providers.emby import SPEC
from custom_components.crosswatch.providers.emby.provider import EmbyProvider
from custom_components.crosswatch.providers.http import JsonObject, Limiters
from custom_components.crosswatch.providers.sign_in import SignedIn
from custom_components.crosswatch.providers.spec import Connection

from ..simulators.catalogue import Catalogue, make_catalogue
from ..simulators.emby import EmbySimulator
from ..simulators.jellyfin import Oddities, Seeded, User, seed
from .jellyfin_world import NOW, PASSWORD, USER, answers, context

ITEMS = r"/Users/\w+/Items"


@dataclass(slots=True, repr=False)
class World:
    """A server, its user, and the user's account as the engine sees it."""

    server: EmbySimulator
    user: User
    seeded: Seeded
    provider: EmbyProvider
    data: JsonObject
    session: aiohttp.ClientSession
    limiters: Limiters
    options: JsonObject

    def restarted(self, options: JsonObject | None = None) -> EmbyProvider:
        """Return the account's provider as it is after a restart."""
        chosen = self.options if options is None else options
        return provider_for(self.data, self.session, self.limiters, chosen)

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
        outcomes = {
            id(outcome.operation): outcome
            for outcome in await written(self.provider, feature, operations)
        }
        assert len(outcomes) == len(operations)
        told = [outcomes[id(operation)] for operation in operations]
        return [(outcome.kind, outcome.reason) for outcome in told]


def provider_for(
    data: JsonObject,
    session: aiohttp.ClientSession,
    limiters: Limiters,
    options: JsonObject | None = None,
) -> EmbyProvider:
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
    assert isinstance(provider, EmbyProvider)
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
    async with EmbySimulator(clock=lambda: NOW) as server:
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


async def snapshot_with_marker(
    provider: EmbyProvider, feature: Feature, previous: Snapshot | None = None
) -> Snapshot:
    """Return what a run would store: what was read, with the marker from before."""

    marker = (await provider.activity([feature])).get(feature, "")
    if previous is not None and marker and marker == previous.marker:
        return previous
    return replace(await provider.read(feature, previous), marker=marker)


async def written(
    provider: EmbyProvider, feature: Feature, operations: Sequence[Operation]
) -> list[Outcome]:
    """Return all outcomes of a write."""
    return [outcome async for outcome in provider.write(feature, operations)]
