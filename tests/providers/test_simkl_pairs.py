"""SIMKL and the built-in tracker as a pair: several runs, as they follow each other."""

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

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
    Watched,
)
from custom_components.crosswatch.engine.pair import Account, Pair, RunOptions
from custom_components.crosswatch.engine.plan import Reason
from custom_components.crosswatch.engine.policy import FeaturePolicy, Mode, Policy
from custom_components.crosswatch.engine.provider import Provider
from custom_components.crosswatch.engine.reading import Snapshots
from custom_components.crosswatch.engine.report import Report, Result
from custom_components.crosswatch.engine.runner import run_pair
from custom_components.crosswatch.engine.store import Store
from custom_components.crosswatch.providers.http import Limiters
from custom_components.crosswatch.providers.tracker.provider import TrackerProvider
from tests.simulators.simkl import Status

from .operating import operation, written
from .simkl_world import World, at, item, simkl_world
from .tracker_world import held, put, tracker

HISTORY, WATCHLIST = Feature.HISTORY, Feature.WATCHLIST
RATINGS, PROGRESS = Feature.RATINGS, Feature.PROGRESS
REMOVING = FeaturePolicy(remove=True)
AGAIN = FeaturePolicy(remove=True, rewatches=True)


@dataclass(slots=True)
class Couple:
    """A tracker at home and an account at SIMKL."""

    world: World
    home: TrackerProvider
    store: Store
    mode: Mode = Mode.TWO_WAY
    from_home: bool = True
    ahead: timedelta = field(default_factory=timedelta)

    def _now(self) -> datetime:
        """Return the moment of the runs."""
        return datetime.now(UTC) + self.ahead

    async def run(self, feature: Feature, rules: FeaturePolicy = REMOVING) -> Report:
        """Run the pair for one feature, as if Home Assistant had just started."""
        sides: list[Provider] = [self.home, self.world.provider()]
        if not self.from_home:
            sides.reverse()
        source, target = (
            Account(account_id=each.slug, name=each.slug, provider=each)
            for each in sides
        )
        self.world.simkl.reset_requests()
        return await run_pair(
            Pair(
                pair_id="pair",
                name="Source → Target",
                source=source,
                target=target,
                policy=Policy(mode=self.mode, features={feature: rules}),
            ),
            RunOptions(dry_run=False),
            store=self.store,
            snapshots=Snapshots(self.store, self._now),
            now=self._now,
        )

    async def at_home(self, feature: Feature) -> Collection[str]:
        """Return what the tracker holds."""
        return {each.label for each, _ in await held(self.home, feature)}


@pytest.fixture
async def couple(
    session: aiohttp.ClientSession, limiters: Limiters, tmp_path: Path
) -> AsyncIterator[Couple]:
    """Return a pair of accounts."""
    store = Store.open(tmp_path / "state.db")
    async with simkl_world(session, limiters) as world:
        yield Couple(world, tracker(tmp_path), store)
    store.close()


def totals(report: Report) -> tuple[int, int, int]:
    """Return how much was added, updated and removed."""
    assert not report.failures
    counts = report.counts
    return counts.added, counts.updated, counts.removed


def seen(moment: datetime) -> Watched:
    """Return a play."""
    return Watched(moment, (Play(moment),), 1)


@pytest.mark.parametrize("lag", [0, 1, 3])
async def test_late_listings(couple: Couple, lag: int) -> None:
    """What SIMKL lists late is neither written again nor taken for removed."""
    world = couple.world
    world.simkl.behaviour.read_lag = lag
    show = world.shows[0]
    await put(
        couple.home,
        HISTORY,
        (item(world.films[0]), seen(at(1))),
        (item(show, show.regular()[0]), seen(at(2))),
    )
    assert totals(await couple.run(HISTORY)) == (2, 0, 0)
    for _ in range(4):
        assert totals(await couple.run(HISTORY)) == (0, 0, 0)
        assert world.simkl.writes() == 0
    assert len(await couple.at_home(HISTORY)) == 2
    assert len(world.alice.entries) == 2


async def test_removals_at_simkl(couple: Couple) -> None:
    """What a person takes out of the library goes at home as well, and no more."""
    world = couple.world
    first, second = world.films[:2]
    for film in (first, second):
        await put(couple.home, HISTORY, (item(film), seen(at(1))))
    await couple.run(HISTORY)
    await couple.run(HISTORY)
    world.alice.remove(first)
    assert totals(await couple.run(HISTORY)) == (0, 0, 1)
    assert await couple.at_home(HISTORY) == {item(second).label}


async def test_a_rated_film_stays(couple: Couple) -> None:
    """Of a film that was rated at SIMKL the history is not removed there."""
    world = couple.world
    film = world.films[0]
    await put(couple.home, HISTORY, (item(film), seen(at(1))))
    await couple.run(HISTORY)
    await couple.run(HISTORY)
    world.alice.rate(film, 9)
    gone = operation(item(film), None, before=seen(at(1)))
    await written(couple.home, HISTORY, [gone])
    report = await couple.run(HISTORY)
    assert [(each.result, each.reason) for each in report.items] == [
        (Result.FAILED, Reason.REJECTED)
    ]
    entry = world.alice.entry(film)
    assert entry is not None
    assert (entry.rating, entry.last_watched_at) == (9, at(1))


@pytest.mark.parametrize("lag", [0, 2])
async def test_rewatches(couple: Couple, lag: int) -> None:
    """Every play is copied once, both ways, where the account has them."""
    world = couple.world
    world.alice.plan = "vip"
    world.sign_in()
    film, other, show = *world.films[:2], world.shows[0]
    first = show.regular()[0]
    await put(
        couple.home,
        HISTORY,
        (item(film), Watched(at(9), (Play(at(1)), Play(at(9))), 2)),
        (item(show, first), Watched(at(8), (Play(at(2)), Play(at(8))), 2)),
    )
    world.alice.watch(other, None, at(3))
    world.alice.watch_again(other, None, at(7))
    world.simkl.behaviour.read_lag = lag
    report = await couple.run(HISTORY, AGAIN)
    assert totals(report) == (6, 0, 0)
    for _ in range(4):
        assert totals(await couple.run(HISTORY, AGAIN)) == (0, 0, 0)
        assert world.simkl.writes() == 0
    plays = {
        each.label: [play.at for play in value.plays]
        for each, value in await held(couple.home, HISTORY)
        if isinstance(value, Watched)
    }
    assert plays == {
        item(film).label: [at(1), at(9)],
        item(other).label: [at(3), at(7)],
        item(show, first).label: [at(2), at(8)],
    }
    assert [len(entry.rewatches) for entry in world.alice.entries.values()] == [1] * 3


async def test_planned_and_then_watched(couple: Couple) -> None:
    """A title that SIMKL moved to another list was not taken off the watchlist."""
    world = couple.world
    show, film = world.shows[0], world.films[0]
    await put(couple.home, WATCHLIST, (item(show), Listed(at(1))))
    await put(couple.home, WATCHLIST, (item(film), Listed(at(1))))
    assert totals(await couple.run(WATCHLIST)) == (2, 0, 0)
    assert totals(await couple.run(WATCHLIST)) == (0, 0, 0)
    world.alice.watch(show, show.regular()[0], at(2))
    assert totals(await couple.run(WATCHLIST)) == (0, 0, 0)
    assert item(show).label in await couple.at_home(WATCHLIST)
    entry = world.alice.entry(show)
    assert entry is not None
    assert entry.status is Status.WATCHING
    world.alice.remove(film)
    assert totals(await couple.run(WATCHLIST)) == (0, 0, 1)


async def test_ratings_make_no_plays(couple: Couple) -> None:
    """A rating that we give a film at SIMKL does not come back as a play."""
    world = couple.world
    film = item(world.films[0])
    await put(couple.home, RATINGS, (film, Rated(8.0, at(1))))
    assert totals(await couple.run(RATINGS)) == (1, 0, 0)
    report = await couple.run(HISTORY)
    assert totals(report) == (0, 0, 0)
    assert [each.reason for each in report.items] == [Reason.NO_DATE]
    assert not await couple.at_home(HISTORY)


async def test_positions_of_a_series(couple: Couple) -> None:
    """Only the newest has room; nothing swings, and none is cleared at home."""
    world = couple.world
    show = world.shows[0]
    first, second = (item(show, each) for each in show.regular()[:2])
    await put(
        couple.home,
        PROGRESS,
        (first, Progress(600_000, 3_000_000, at=at(1))),
        (second, Progress(900_000, 3_000_000, at=at(2))),
    )
    report = await couple.run(PROGRESS)
    assert totals(report) == (1, 0, 0)
    assert report.counts.unresolved == 1
    for _ in range(3):
        assert totals(await couple.run(PROGRESS)) == (0, 0, 0)
        assert world.simkl.writes() == 0
    assert [each.progress for each in world.alice.paused.values()] == [30.0]
    world.alice.pause(show, show.regular()[2], 55, datetime.now(UTC))
    assert totals(await couple.run(PROGRESS)) == (1, 0, 0)
    world.alice.paused.clear()
    couple.ahead = timedelta(days=30)
    assert totals(await couple.run(PROGRESS))[2] == 0
    assert len(await couple.at_home(PROGRESS)) == 3


@pytest.mark.parametrize("from_home", [True, False])
async def test_anime(couple: Couple, from_home: bool) -> None:
    """A series that others count in seasons is one there, whoever had it first."""
    world = couple.world
    couple.from_home, couple.mode = from_home, Mode.ONE_WAY
    first, later = world.anime()
    places: list[Item] = [item(first, part.regular()[1]) for part in (first, later)]
    if from_home:
        for place in places:
            await put(couple.home, HISTORY, (place, seen(at(1))))
    else:
        for part in (first, later):
            world.alice.watch(part, part.regular()[1], at(1))
    assert totals(await couple.run(HISTORY)) == (2, 0, 0)
    assert totals(await couple.run(HISTORY)) == (0, 0, 0)
    assert {
        entry.title.name: list(entry.watched) for entry in world.alice.entries.values()
    } == {first.name: [(1, 2)], later.name: [(1, 2)]}
    found = [each.place for each, _ in await held(couple.home, HISTORY)]
    assert sorted(map(str, found)) == ["s1e2", "s2e2"]


async def test_anime_that_nobody_can_place(couple: Couple) -> None:
    """Episodes without a place elsewhere are not guessed."""
    world = couple.world
    couple.from_home, couple.mode = False, Mode.ONE_WAY
    _, later = world.anime(mapped=False)
    world.alice.watch(later, later.regular()[1], at(1))
    await couple.run(HISTORY)
    [(copied, _)] = await held(couple.home, HISTORY)
    assert copied.show is not None
    assert not copied.show.ids.keys() & {"tvdb", "tmdb", "imdb"}


async def test_dropped_titles(couple: Couple) -> None:
    """What was dropped at SIMKL is left alone on both sides, where that is wanted."""
    world = couple.world
    world.options = {"dropped": True}
    show = world.shows[0]
    first, second = show.regular()[:2]
    world.alice.watch(show, first, at(1))
    world.alice.put_on(show, Status.DROPPED)
    await put(couple.home, HISTORY, (item(show, second), seen(at(2))))
    report = await couple.run(HISTORY)
    assert totals(report) == (0, 0, 0)
    assert {each.reason for each in report.items} == {Reason.FILTERED}
    world.alice.put_on(show, Status.WATCHING)
    assert totals(await couple.run(HISTORY)) == (2, 0, 0)


async def test_requests(couple: Couple) -> None:
    """A run in which nothing changed asks SIMKL once; a first one reads it once."""
    world = couple.world
    for film in world.films:
        await put(couple.home, HISTORY, (item(film), seen(at(1))))
    await couple.run(HISTORY)
    assert world.simkl.count("POST") == 1
    assert world.simkl.count("GET") == 4
    await couple.run(HISTORY)
    report = await couple.run(HISTORY)
    assert totals(report) == (0, 0, 0)
    assert world.simkl.count() == 1
    assert report.features[HISTORY].counts.added == 0
    assert {Side.SOURCE, Side.TARGET} >= {each.side for each in report.items}
