"""A first sync of 5,000 items into a free account with full lists, day by day."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Final

import aiohttp
import pytest

from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    Listed,
    Play,
    Progress,
    Rated,
    Side,
    Value,
    Watched,
)
from custom_components.crosswatch.engine.pair import Account, Pair, RunOptions
from custom_components.crosswatch.engine.plan import Reason
from custom_components.crosswatch.engine.policy import FeaturePolicy, Mode, Policy
from custom_components.crosswatch.engine.provider import Provider
from custom_components.crosswatch.engine.reading import Snapshots
from custom_components.crosswatch.engine.report import Report, Result, RunStatus
from custom_components.crosswatch.engine.runner import run_pair
from custom_components.crosswatch.engine.store import Store
from custom_components.crosswatch.providers.http import Limiters
from tests.simulators.catalogue import make_catalogue
from tests.simulators.routing import route_hosts
from tests.simulators.trakt import Behaviour, Kind, Title, TraktSimulator
from tests.simulators.trakt.limits import limits_of

from .tracker_world import put, tracker
from .trakt_world import World, item

BEGAN: Final = datetime(2026, 11, 1, 3, 0, tzinfo=UTC)
DAY: Final = timedelta(hours=25)
MINUTE: Final = timedelta(minutes=1)
CATALOGUE: Final = make_catalogue(3000, 250, (5, 5), (10, 10), seed=7)
LISTED, RATED, WATCHED, BEGUN = 2000, 1000, 1600, 400
# What the account holds before: it has room for 200 titles and for 400 ratings.
ON_WATCHLIST, RATED_BEFORE = 50, 9600


@dataclass(slots=True)
class Sync:
    """A tracker full of things, a free account, and the days that pass."""

    world: World
    source: Provider
    store: Store
    now: datetime = BEGAN
    told: list[str] = field(default_factory=list)

    async def run(self) -> Report:
        """Run the pair, as if Home Assistant had just started, and note the counts."""
        self.world.trakt.reset_requests()
        self.world.trakt.refusals.clear()
        report = await run_pair(
            Pair(
                pair_id="pair",
                name="Home → Trakt",
                source=Account(account_id="home", name="Home", provider=self.source),
                target=Account(
                    account_id="trakt", name="Trakt", provider=self.world.provider()
                ),
                policy=Policy(
                    mode=Mode.ONE_WAY,
                    features={each: FeaturePolicy() for each in Feature},
                ),
            ),
            RunOptions(dry_run=False),
            store=self.store,
            snapshots=Snapshots(self.store, self.time),
            now=self.time,
        )
        trakt = self.world.trakt
        self.told.append(
            f"{self.now:%d %H:%M} {report.status}: {report.counts.line}; "
            f"{trakt.count()} requests, {trakt.writes()} of them writes, "
            f"{self.refused()} refused as full"
        )
        self.told += [f"    {each.message}" for each in report.failures]
        return report

    def refused(self) -> int:
        """Return how many writes the account had no room for."""
        return self.world.trakt.refusals[420]

    def time(self) -> datetime:
        """Return the moment of the run."""
        return self.now


def titles_of(trakt: TraktSimulator, kind: Kind) -> list[Title]:
    """Return what Trakt knows of a kind."""
    return [title for title in trakt.library if title.kind is kind]


def wanted(trakt: TraktSimulator) -> dict[Feature, list[tuple[Item, Value]]]:
    """Return what the tracker holds: of each feature other titles."""
    films, episodes = titles_of(trakt, Kind.MOVIE), titles_of(trakt, Kind.EPISODE)
    begun = chain(films[2600:2800], episodes[3000:3200])
    hour = 3_600_000
    return {
        Feature.WATCHLIST: [
            (item(title), Listed(BEGAN - DAY - number * MINUTE))
            for number, title in enumerate(films[:LISTED])
        ],
        Feature.RATINGS: [
            (item(title), Rated(8, BEGAN - DAY - number * MINUTE))
            for number, title in enumerate(episodes[:RATED])
        ],
        Feature.HISTORY: [
            (item(title), Watched(at, (Play(at),)))
            for number, title in enumerate((*films[2000:2600], *episodes[1000:2000]))
            for at in (BEGAN - DAY - number * MINUTE,)
        ],
        Feature.PROGRESS: [
            (item(title), Progress(hour * (10 + number % 50) // 100, hour, at=BEGAN))
            for number, title in enumerate(begun)
        ],
    }


@pytest.fixture
async def sync(
    session: aiohttp.ClientSession, limiters: Limiters, tmp_path: Path
) -> AsyncIterator[Sync]:
    """Return a full tracker and an account that is nearly full."""
    trakt = TraktSimulator(behaviour=Behaviour(enforce_rate=False))
    trakt.seed(CATALOGUE)
    alice = trakt.alice
    assert alice.limits == limits_of(vip=False)
    for film in titles_of(trakt, Kind.MOVIE)[2900 : 2900 + ON_WATCHLIST]:
        alice.put_on_watchlist(film)
    for episode in titles_of(trakt, Kind.EPISODE)[-RATED_BEFORE:]:
        alice.rate(episode, 5)
    home = tracker(tmp_path)
    for feature, records in wanted(trakt).items():
        await put(home, feature, *records)
    world = World(trakt, session, limiters)
    world.sign_in()
    store = Store.open(tmp_path / "state.db")
    async with trakt:
        with route_hosts({"api.trakt.tv": trakt.url, "auth.trakt.tv": trakt.url}):
            yield Sync(world, home, store)
    store.close()


def without_room(report: Report) -> Counter[Feature]:
    """Return how many items of each feature wait for room, and for nothing else."""
    items = [each for each in report.items if each.result is Result.UNRESOLVED]
    assert {each.reason for each in items} <= {Reason.ACCOUNT_LIMIT}
    assert all(each.side is Side.TARGET for each in items)
    return Counter(each.feature for each in items)


def words(report: Report) -> dict[str, str]:
    """Return what is said of features that did not get on."""
    return {
        feature.value: each.failure.message
        for feature, each in report.features.items()
        if each.failure is not None
    }


def holds(sync: Sync) -> Sequence[int]:
    """Return how much the account holds of each feature."""
    alice = sync.world.trakt.alice
    plays = [play.title for play in alice.history.shelf.live.values()]
    assert len(plays) == len(set(plays))
    begun = [row.title for row in alice.playback.values()]
    assert len(begun) == len(set(begun))
    return (
        len(alice.watchlist.live),
        len(alice.ratings.live),
        len(plays),
        len(begun),
    )


async def test_first_sync_into_a_full_account(
    sync: Sync, capsys: pytest.CaptureFixture[str]
) -> None:
    """What fits is there on the first day, the rest waits, and nothing starts over."""
    alice = sync.world.trakt.alice
    first = await sync.run()
    room = {Feature.WATCHLIST: 1800, Feature.RATINGS: 600}
    assert first.status is RunStatus.PARTIAL
    assert without_room(first) == room
    assert first.counts.added == 200 + 400 + WATCHED + BEGUN
    assert (first.counts.unresolved, first.counts.errors) == (2400, 0)
    assert holds(sync) == (250, 10_000, WATCHED, BEGUN)
    # The limit of the watchlist was asked for; that of ratings had to be met.
    assert sync.refused() == 1
    again = "What did not fit is tried again after a day; to make room"
    vip = f"{again}, remove some there, or get VIP for a higher limit"
    full = "The Trakt account is full: it takes no more than"
    assert words(first) == {
        "watchlist": f"{full} 250 titles on the watchlist. {vip}",
        "ratings": f"{full} 10000 ratings. {vip}",
    }

    # Later on the same day there is nothing to do, and nobody tries.
    sync.now += timedelta(hours=12)
    assert without_room(await sync.run()) == room
    assert sync.world.trakt.writes() == 0

    # On the next day the account is as full as before.
    sync.now += timedelta(hours=13)
    second = await sync.run()
    assert second.status is RunStatus.PARTIAL
    assert without_room(second) == room
    assert words(second) == words(first)
    assert sync.world.trakt.writes() == sync.refused() <= 1
    assert holds(sync) == (250, 10_000, WATCHED, BEGUN)

    # What was watched leaves the watchlist and makes room.
    for title in list(alice.watchlist.live)[100:140]:
        alice.watch(title, sync.now)
    sync.now += DAY
    third = await sync.run()
    assert third.counts.added == 40
    assert without_room(third) == {Feature.WATCHLIST: 1760, Feature.RATINGS: 600}
    assert holds(sync) == (250, 10_000, WATCHED + 40, BEGUN)

    # With VIP there is room for everything that waited, and only that is sent.
    alice.vip, alice.limits = True, limits_of(vip=True)
    sync.now += DAY
    fourth = await sync.run()
    assert fourth.counts.added == 1760 + 600
    assert fourth.counts.unresolved == 0
    assert holds(sync) == (2010, 10_600, WATCHED + 40, BEGUN)

    sync.now += DAY
    last = await sync.run()
    assert last.status is RunStatus.SUCCESS
    assert sync.world.trakt.writes() == 0
    with capsys.disabled():
        print("", *sync.told, sep="\n")  # noqa: T201
