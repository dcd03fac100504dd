"""A first sync of 5,000 items into an account that counts its requests by the day."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp
import pytest

from custom_components.crosswatch.engine.model import (
    Feature,
    Listed,
    Play,
    Rated,
    Value,
    Watched,
)
from custom_components.crosswatch.engine.pair import Account, Pair, RunOptions
from custom_components.crosswatch.engine.plan import Reason
from custom_components.crosswatch.engine.policy import FeaturePolicy, Policy
from custom_components.crosswatch.engine.provider import Provider
from custom_components.crosswatch.engine.reading import Snapshots
from custom_components.crosswatch.engine.report import Report, RunStatus
from custom_components.crosswatch.engine.runner import run_pair
from custom_components.crosswatch.engine.store import Store
from custom_components.crosswatch.providers.http import Limiters
from custom_components.crosswatch.providers.mdblist.quota import RESERVE
from tests.simulators.catalogue import make_catalogue
from tests.simulators.mdblist import Title

from .mdblist_world import WATCHED_AT, World, item, mdblist_world
from .tracker_world import put, tracker

CATALOGUE = make_catalogue(2200, 60, 4, (8, 9), seed=8)
PLAYED, RATED, LISTED = 3000, 1000, 1000
ITEMS = PLAYED + RATED + LISTED
# The least that it takes: 3,000 plays of which each is told, 1,000 ratings of films
# and of episodes, and 1,000 titles to be listed, 100 at a time.
WRITES = ITEMS // 100


@dataclass(slots=True)
class Route:
    """A tracker account, an MDBList account, and a pair between them."""

    world: World
    source: Provider
    store: Store

    async def run(self, target: Provider | None = None) -> Report:
        """Run the pair; without an account, as if Home Assistant had just started."""
        policy = FeaturePolicy(rewatches=True)
        features = (Feature.HISTORY, Feature.RATINGS, Feature.WATCHLIST)
        pair = Pair(
            pair_id="pair",
            name="Tracker → MDBList",
            source=Account(account_id="a", name="Tracker", provider=self.source),
            target=Account(
                account_id="b",
                name="MDBList",
                provider=target or self.world.provider(),
            ),
            policy=Policy(features=dict.fromkeys(features, policy)),
        )
        return await run_pair(
            pair,
            RunOptions(dry_run=False),
            store=self.store,
            snapshots=Snapshots(self.store, self._now),
            now=self._now,
        )

    def _now(self) -> datetime:
        """Return the moment that it is for everybody."""
        return self.world.now

    def held(self) -> int:
        """Return how many things the account holds."""
        alice = self.world.mdblist.alice
        shelves = (alice.history, alice.ratings, alice.watchlist)
        return sum(len(shelf.live) for shelf in shelves)

    def assert_nothing_is_doubled(self) -> None:
        """Check that no title has more than the one play that it came with."""
        rows = self.world.mdblist.alice.history.live.values()
        assert len({row.title for row in rows}) == len(rows)

    def tomorrow(self) -> None:
        """Go to the early morning of the next day."""
        self.world.now = (self.world.now + timedelta(days=1)).replace(hour=3)


@pytest.fixture
async def route(
    session: aiohttp.ClientSession, limiters: Limiters, tmp_path: Path
) -> AsyncIterator[Route]:
    """Return a tracker with 5,000 items, and an empty MDBList account."""
    source = tracker(tmp_path)
    async with mdblist_world(session, limiters, CATALOGUE) as world:
        films, episodes = world.movies, world.episodes
        played = [*films[:1500], *episodes[: PLAYED - 1500]]
        rated = [*films[1000:1500], *episodes[:500]]
        listed = films[1500 : 1500 + LISTED - 300]
        # A series is on a watchlist as well.
        listed += films[1200:1440] + world.shows
        assert (len(played), len(rated), len(listed)) == (PLAYED, RATED, LISTED)
        await fill(
            source,
            Feature.HISTORY,
            {each: played_at(i) for i, each in enumerate(played)},
        )
        await fill(
            source, Feature.RATINGS, {each: Rated(8.0, WATCHED_AT) for each in rated}
        )
        await fill(
            source, Feature.WATCHLIST, {each: Listed(WATCHED_AT) for each in listed}
        )
        store = Store.open(tmp_path / "state.db")
        yield Route(world, source, store)
        store.close()


def played_at(number: int) -> Watched:
    """Return a play, one of many."""
    at = WATCHED_AT - timedelta(hours=number)
    return Watched(at, (Play(at),))


async def fill(
    source: Provider, feature: Feature, values: Mapping[Title, Value]
) -> None:
    """Put values into the tracker."""
    await put(
        source, feature, *((item(title), value) for title, value in values.items())
    )


async def test_within_a_day(route: Route) -> None:
    """With batches as large as the service tells one by one, a free account will do."""
    report = await route.run()
    assert report.status is RunStatus.SUCCESS
    assert report.counts.added == ITEMS == route.held()
    route.assert_nothing_is_doubled()
    service = route.world.mdblist
    requests = service.limiter.per_day(service.alice)
    print(f"\n{ITEMS:,} items, 1,000 requests a day: {requests} requests a day")  # noqa: T201
    assert service.writes() == WRITES
    # The stamps, the account, and two reads of each of three empty lists, of which
    # only the watchlist tells how long it is.
    assert requests == [WRITES + 7]
    assert service.limiter.refused == 0
    route.world.requests()
    again = await route.run()
    assert again.status is RunStatus.SUCCESS
    assert again.counts.added == 0
    assert service.writes() == 0


@pytest.mark.parametrize("limit", [40, 30])
@pytest.mark.parametrize("restarts", [True, False], ids=["restarts", "stays"])
async def test_over_several_days(route: Route, limit: int, restarts: bool) -> None:
    """An account that may do less goes on the next day with what is left.

    Each day it is run twice: the second time it says so at once. Nothing is ever
    refused by the service, and nothing is sent again.
    """
    service = route.world.mdblist
    service.alice.daily_limit = limit
    target = None if restarts else route.world.provider()
    done, days = 0, 0
    while True:
        days += 1
        report = await route.run(target)
        done += report.counts.added
        assert done == route.held()
        route.assert_nothing_is_doubled()
        if report.status is RunStatus.SUCCESS:
            break
        assert report.status is RunStatus.PARTIAL
        assert {failure.reason for failure in report.failures} == {Reason.RATE_LIMITED}
        assert report.counts.added
        kept = limit - service.limiter.used(service.alice)
        assert kept > 0
        again = await route.run(target)
        assert again.counts.added == 0
        assert {failure.reason for failure in again.failures} == {Reason.RATE_LIMITED}
        assert days < 10
        route.tomorrow()
    requests = service.limiter.per_day(service.alice)
    print(f"\n{ITEMS:,} items, {limit} requests a day: {requests} requests a day")  # noqa: T201
    assert done == ITEMS
    assert service.limiter.refused == 0
    assert all(number <= limit for number in requests)
    assert service.writes() == WRITES
    assert days == len(requests) > 1
    assert limit // 3 < RESERVE
