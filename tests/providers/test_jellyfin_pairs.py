"""Two Jellyfin servers, kept aligned by the engine: progress and watchlists."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import aiohttp
import pytest

from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.engine.pair import Account, Pair, RunOptions
from custom_components.crosswatch.engine.plan import Reason
from custom_components.crosswatch.engine.policy import (
    FeaturePolicy,
    Mode,
    Policy,
    ProgressPolicy,
)
from custom_components.crosswatch.engine.reading import Snapshots
from custom_components.crosswatch.engine.report import Report, Result
from custom_components.crosswatch.engine.runner import run_pair
from custom_components.crosswatch.engine.store import Store
from custom_components.crosswatch.providers.http import JsonObject, Limiters

from ..simulators.catalogue import make_catalogue
from ..simulators.jellyfin import Item as ServerItem
from .jellyfin_world import World, a_world
from .mediabrowser_world import NOW, moment

MINUTE: Final = 60 * 10_000_000
REMOVING = FeaturePolicy(remove=True)
REPLAY = FeaturePolicy(progress=ProgressPolicy(replay=True))


@dataclass(slots=True, repr=False)
class Two:
    """Two servers with the same films, and a pair of accounts there."""

    source: World
    target: World
    store: Store
    late: timedelta = field(default_factory=timedelta)

    async def run(
        self,
        features: Mapping[Feature, FeaturePolicy] | None = None,
        *,
        mode: Mode = Mode.ONE_WAY,
    ) -> Report:
        """Run the pair once, a minute after the last time."""
        self.late += timedelta(minutes=1)

        def now() -> datetime:
            return NOW + self.late

        source, target = (
            Account(account_id=name, name=name, provider=world.provider)
            for name, world in (("source", self.source), ("target", self.target))
        )
        chosen = features or {Feature.PROGRESS: FeaturePolicy()}
        pair = Pair(
            pair_id="pair",
            name="Source → Target",
            source=source,
            target=target,
            policy=Policy(mode=mode, features=chosen),
        )
        for world in (self.source, self.target):
            world.server.reset_requests()
        return await run_pair(
            pair,
            RunOptions(dry_run=False),
            store=self.store,
            snapshots=Snapshots(self.store, now),
            now=now,
        )

    def writes(self) -> tuple[int, int]:
        """Return how many requests of the last run changed something."""
        return self.source.server.writes(), self.target.server.writes()

    def film(self, number: int) -> tuple[ServerItem, ServerItem]:
        """Return a film at both servers."""
        return self.source.seeded.films[number], self.target.seeded.films[number]

    def positions(self, number: int) -> tuple[int, int]:
        """Return how far a film was played at both servers, in minutes."""
        ours, theirs = self.film(number)
        return (
            self.source.user.of(ours).position // MINUTE,
            self.target.user.of(theirs).position // MINUTE,
        )


async def open_two(
    stack: AsyncExitStack,
    folder: Path,
    session: aiohttp.ClientSession,
    limiters: Limiters,
    options: JsonObject | None = None,
) -> Two:
    """Start two servers; `options` are those of the target's account."""
    catalogue = make_catalogue(films=12, shows=3)
    source, target = [
        await stack.enter_async_context(
            a_world(session, limiters, catalogue, options=chosen)
        )
        for chosen in ({}, options or {})
    ]
    store = Store.open(folder / "state.db")
    stack.callback(store.close)
    return Two(source, target, store)


@pytest.fixture
async def two(
    tmp_path: Path, session: aiohttp.ClientSession, limiters: Limiters
) -> AsyncIterator[Two]:
    """Return two servers."""
    async with AsyncExitStack() as stack:
        yield await open_two(stack, tmp_path, session, limiters)


def reasons(report: Report) -> list[Reason | None]:
    """Return why items were left alone."""
    items = report.features[Feature.PROGRESS].items
    return [each.reason for each in items if each.result is Result.SKIPPED]


async def test_one_way(two: Two) -> None:
    """A position is copied, once; the next one as well; a reset goes along."""
    ours, _ = two.film(0)
    episode = two.source.seeded.episodes[4]
    two.source.server.stop_at(two.source.user, ours, 30 * MINUTE, moment(2))
    two.source.server.stop_at(two.source.user, episode, 10 * MINUTE, moment(2))
    report = await two.run()
    assert report.counts.added == 2
    assert two.positions(0) == (30, 30)
    assert two.writes() == (0, 2)
    for _ in range(2):
        report = await two.run()
        assert (report.counts.added, report.counts.updated) == (0, 0)
        assert two.writes() == (0, 0)
    assert two.source.server.count() == two.target.server.count() == 1
    two.source.server.stop_at(two.source.user, ours, 50 * MINUTE, moment(1))
    assert (await two.run()).counts.updated == 1
    assert two.positions(0) == (50, 50)
    # Finished at the source: what is gone there is put back here, if that is wanted.
    await two.run()
    two.source.server.play(two.source.user, ours)
    await two.run()
    assert two.positions(0) == (0, 50)
    report = await two.run({Feature.PROGRESS: REMOVING})
    assert report.counts.removed == 1
    assert two.positions(0) == (0, 0)
    await two.run({Feature.PROGRESS: REMOVING})
    assert two.writes() == (0, 0)


async def test_what_the_target_is_spared(two: Two) -> None:
    """What is watched there, is being played, or is all but over is left alone."""
    for number, minutes in ((0, 30), (1, 30), (2, 0), (3, 30)):
        ours, _ = two.film(number)
        two.source.server.stop_at(two.source.user, ours, minutes * MINUTE, moment(1))
    # Later than who plays it over there began.
    later = NOW + timedelta(minutes=1)
    two.source.server.stop_at(two.source.user, two.film(1)[0], 30 * MINUTE, later)
    ours, _ = two.film(2)
    two.source.server.state.data(two.source.user, ours).position = (
        (ours.runtime or 0) * 93 // 100
    )
    two.target.server.play(two.target.user, two.film(0)[1], moment(5))
    device = two.target.server.begin(two.target.user, two.film(1)[1], 10 * MINUTE)
    report = await two.run()
    assert report.counts.added == 1
    assert sorted(filter(None, reasons(report))) == [
        Reason.ALREADY_WATCHED,
        Reason.BEING_PLAYED,
        Reason.NEARLY_FINISHED,
    ]
    assert [two.positions(each)[1] for each in range(4)] == [0, 0, 0, 30]
    # Once nobody plays it any more, it is written; and where it is watched as well,
    # if that is wanted.
    two.target.server.end(device)
    report = await two.run({Feature.PROGRESS: REPLAY})
    assert (two.positions(0), two.positions(1)) == ((30, 30), (30, 30))
    assert not two.target.user.of(two.film(0)[1]).played


async def test_two_way(two: Two) -> None:
    """The one who played last is right, on whichever server that was."""
    (first, _), (_, second) = two.film(0), two.film(1)
    two.source.server.stop_at(two.source.user, first, 30 * MINUTE, moment(3))
    two.target.server.stop_at(two.target.user, second, 40 * MINUTE, moment(3))
    report = await two.run(mode=Mode.TWO_WAY)
    assert report.counts.added == 2
    assert (two.positions(0), two.positions(1)) == ((30, 30), (40, 40))
    assert (await two.run(mode=Mode.TWO_WAY)).counts.added == 0
    two.target.server.stop_at(two.target.user, two.film(0)[1], 20 * MINUTE, moment(1))
    two.source.server.stop_at(two.source.user, two.film(1)[0], 60 * MINUTE, moment(1))
    report = await two.run(mode=Mode.TWO_WAY)
    assert report.counts.updated == 2
    assert (two.positions(0), two.positions(1)) == ((20, 20), (60, 60))
    await two.run(mode=Mode.TWO_WAY)
    assert two.writes() == (0, 0)


async def test_all_features_unchanged(two: Two) -> None:
    """Where nothing has changed, it takes a request a feature, and no write."""
    source = two.source
    source.server.play(source.user, two.film(0)[0], moment(4))
    source.server.favourite(source.user, two.film(1)[0])
    source.server.stop_at(source.user, two.film(2)[0], 30 * MINUTE, moment(2))
    features = dict.fromkeys(
        (Feature.HISTORY, Feature.WATCHLIST, Feature.PROGRESS), FeaturePolicy()
    )
    assert (await two.run(features)).counts.added == 3
    await two.run(features)
    for _ in range(2):
        await two.run(features)
        assert source.server.count() == two.target.server.count() == 3
        assert two.writes() == (0, 0)


@pytest.mark.parametrize("kind", ["playlist", "collection"])
async def test_a_list_as_the_watchlist(
    tmp_path: Path, session: aiohttp.ClientSession, limiters: Limiters, kind: str
) -> None:
    """Favourites here are the entries of a list there, in both directions."""
    chosen = {"watchlist": kind, "watchlist_name": "Later"}
    features = {Feature.WATCHLIST: REMOVING}
    async with AsyncExitStack() as stack:
        two = await open_two(stack, tmp_path, session, limiters, chosen)
        two.target.user.collects = True
        source, target = two.source, two.target
        for item in (*source.seeded.films[:3], source.seeded.series[1]):
            source.server.favourite(source.user, item)
        report = await two.run(features, mode=Mode.TWO_WAY)
        assert report.counts.added == 4
        assert two.writes() == (0, 1)
        (made,) = target.server.state.lists.values()
        assert made.item.name == "Later"
        for _ in range(2):
            await two.run(features, mode=Mode.TWO_WAY)
            assert two.writes() == (0, 0)
        assert target.server.count() == 1
        # Taken off here, and put on there.
        source.server.favourite(source.user, source.seeded.films[0], on=False)
        added = target.server.make_list("Other", [target.seeded.films[5]])
        made.entries += added.entries
        target.server.delete_list(added)
        report = await two.run(features, mode=Mode.TWO_WAY)
        assert (report.counts.added, report.counts.removed) == (1, 1)
        favourites = {
            item.name
            for item in (*source.seeded.films, *source.seeded.series)
            if source.user.of(item).favourite
        }
        inside = {
            entry.item.name if kind == "collection" else entry.item.series.name
            for entry in made.entries
        }
        assert favourites == inside
        assert len(favourites) == 4
        # Who deletes the list has not asked for all favourites to go.
        await two.run(features, mode=Mode.TWO_WAY)
        target.server.delete_list(made)
        report = await two.run(features, mode=Mode.TWO_WAY)
        assert report.counts.removed == 0
        assert report.counts.errors
        assert two.writes() == (0, 0)
