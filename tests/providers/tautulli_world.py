"""A simulated Tautulli with an account that is signed in, for tests."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import aiohttp

from custom_components.crosswatch.engine.model import Feature, Record, Snapshot, Watched
from custom_components.crosswatch.providers.http import JsonObject, Limiters
from custom_components.crosswatch.providers.sign_in import Answers, SignedIn
from custom_components.crosswatch.providers.spec import SignInContext
from custom_components.crosswatch.providers.tautulli import SPEC
from custom_components.crosswatch.providers.tautulli.provider import TautulliProvider
from tests.simulators.catalogue import Catalogue, make_catalogue
from tests.simulators.tautulli import Seeded, TautulliSimulator, User, seed

from .connecting import context_of, provider_of

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
JON = 133788


def moment(days: float = 0, minutes: float = 0) -> datetime:
    """Return a moment before now."""
    return NOW - timedelta(days=days, minutes=minutes)


@dataclass(slots=True, repr=False)
class World:
    """A server, its user, and the user's account as the engine sees it.

    `now` is the present moment of the account.
    """

    server: TautulliSimulator
    seeded: Seeded
    jon: User
    session: aiohttp.ClientSession
    limiters: Limiters
    data: JsonObject
    now: datetime = NOW

    def provider(self) -> TautulliProvider:
        """Return the account, as if Home Assistant had just started."""
        provider = provider_for(self.data, self.session, self.limiters)
        provider._now = lambda: self.now  # noqa: SLF001
        return provider

    async def read(
        self, provider: TautulliProvider | None = None, previous: Snapshot | None = None
    ) -> Snapshot:
        """Return the history as a run reads it: the marker first, then what it needs."""
        account = provider or self.provider()
        markers = await account.activity([Feature.HISTORY])
        snapshot = await account.read(Feature.HISTORY, previous)
        return Snapshot(
            snapshot.feature,
            snapshot.records,
            snapshot.full_read_at,
            markers[Feature.HISTORY],
        )


def plays(snapshot: Snapshot) -> dict[str, list[datetime]]:
    """Return the plays of all titles, by their labels."""
    found: dict[str, list[datetime]] = {}
    for record in snapshot.records.values():
        dates = [play.at for play in watched(record).plays]
        found.setdefault(record.item.label, []).extend(dates)
    return found


def watched(record: Record) -> Watched:
    """Return what a record says."""
    assert isinstance(record.value, Watched)
    return record.value


def context(session: aiohttp.ClientSession, limiters: Limiters) -> SignInContext:
    """Return what a sign-in is given."""
    return context_of(session, limiters)


def answers(server: TautulliSimulator, **changes: str | bool) -> Answers:
    """Return what a person fills in."""
    return {"url": server.url, "api_key": server.api_key, **changes}


def provider_for(
    data: JsonObject, session: aiohttp.ClientSession, limiters: Limiters
) -> TautulliProvider:
    """Return the provider of what a sign-in kept."""
    return provider_of(TautulliProvider, SPEC, data, session, limiters)


@asynccontextmanager
async def tautulli_world(
    session: aiohttp.ClientSession,
    limiters: Limiters,
    catalogue: Catalogue | None = None,
) -> AsyncIterator[World]:
    """Start a server with one user, sign in, and forget the requests of that."""
    async with TautulliSimulator(clock=lambda: NOW) as server:
        seeded = seed(server, catalogue or make_catalogue(12, 3, 2, 4))
        jon = server.add_user("jon", JON, friendly_name="Jon Snow")
        signed_in = (
            await SPEC.load_sign_in()
            .sign_in(context(session, limiters))
            .begin(answers(server))
        )
        assert isinstance(signed_in, SignedIn)
        server.reset_requests()
        yield World(server, seeded, jon, session, limiters, signed_in.data)
