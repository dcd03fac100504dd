"""A Plex server and a tracker as a pair: what goes either way, and comes to rest."""

from collections.abc import AsyncIterator, Iterator
from copy import replace
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    Listed,
    MediaKind,
    Progress,
    Rated,
    Watched,
)
from custom_components.crosswatch.engine.pair import Account, Pair, RunOptions
from custom_components.crosswatch.engine.plan import OutcomeKind
from custom_components.crosswatch.engine.policy import FeaturePolicy, Mode, Policy
from custom_components.crosswatch.engine.reading import Snapshots
from custom_components.crosswatch.engine.report import Report
from custom_components.crosswatch.engine.runner import run_pair
from custom_components.crosswatch.engine.store import Store
from custom_components.crosswatch.providers.http import Limiters
from custom_components.crosswatch.providers.tracker.provider import TrackerProvider

from ..simulators.plex import watch_some
from ..simulators.plex.model import Item as ServerItem
from .operating import operation, written
from .plex_world import HISTORY, World, a_world, ago
from .tracker_world import held, put, tracker

LONG_AGO = ago(days=800)


@dataclass(slots=True, repr=False)
class Stage:
    """A pair of a tracker and a Plex account, in either direction."""

    world: World
    tracker: TrackerProvider
    store: Store
    policy: Policy
    plex_is_source: bool

    async def run(self) -> Report:
        """Run the pair once."""
        self.world.clock.move(minutes=30)
        plex = Account(account_id="plex", name="Plex", provider=self.world.provider)
        home = Account(account_id="home", name="Home", provider=self.tracker)
        source, target = (plex, home) if self.plex_is_source else (home, plex)
        return await run_pair(
            Pair(
                pair_id="pair",
                name="A → B",
                source=source,
                target=target,
                policy=self.policy,
            ),
            RunOptions(dry_run=False),
            store=self.store,
            snapshots=Snapshots(self.store, self.world.clock),
            now=self.world.clock,
        )

    async def rests(self) -> None:
        """Run again and again: nothing is left to do."""
        for restarted in (False, True, False):
            if restarted:
                self.world.restart()
            self.world.forget_requests()
            report = await self.run()
            counts = report.counts
            assert (counts.added, counts.updated, counts.removed) == (0, 0, 0)
            assert (counts.errors, counts.unresolved) == (0, 0)
            assert self.world.server.writes() == self.world.cloud.writes() == 0


@pytest.fixture(params=[False, True], ids=["last play", "every play"])
def rewatches(request: pytest.FixtureRequest) -> bool:
    """Return whether every play is copied."""
    return bool(request.param)


@pytest.fixture(params=[False, True], ids=["to plex", "from plex"])
def plex_is_source(request: pytest.FixtureRequest) -> bool:
    """Return which side Plex is."""
    return bool(request.param)


@pytest.fixture
async def stage(
    session: aiohttp.ClientSession,
    limiters: Limiters,
    tmp_path: Path,
    rewatches: bool,
    plex_is_source: bool,
) -> AsyncIterator[Stage]:
    """Return a two-way pair of all features, with removals."""
    policy = Policy(
        mode=Mode.TWO_WAY,
        features={
            feature: FeaturePolicy(remove=True, rewatches=rewatches)
            for feature in Feature
        },
    )
    async with a_world(session, limiters, tmp_path / "plex") as world:
        store = Store.open(tmp_path / "state.db")
        (tmp_path / "tracker").mkdir()
        yield Stage(world, tracker(tmp_path / "tracker"), store, policy, plex_is_source)
        store.close()


def item_of(item: ServerItem) -> Item:
    """Return an item as the tracker knows it."""
    ids = dict(guid.split("://") for guid in item.guids)
    if not item.parent:
        kind = MediaKind.SHOW if item.children else MediaKind.MOVIE
        return Item(kind, ids, item.title, item.year)
    assert item.parent is not None
    show = item_of(item.top)
    return Item(MediaKind.EPISODE, ids, "", None, show, item.parent.index, item.index)


async def plays(stage: Stage) -> dict[str, list[float]]:
    """Return what the tracker has as watched, and when."""
    return {
        item.label: sorted(play.at.timestamp() for play in value.plays)
        for item, value in await held(stage.tracker, HISTORY)
        if isinstance(value, Watched)
    }


async def take(stage: Stage, item: Item) -> None:
    """Let a person take a film out of the tracker's history."""
    (value,) = (
        value
        for held_item, value in await held(stage.tracker, HISTORY)
        if held_item.label == item.label
    )
    gone = operation(item, None, before=value)
    (outcome,) = await written(stage.tracker, HISTORY, [gone])
    assert outcome.kind is OutcomeKind.APPLIED


def untouched(world: World) -> Iterator[ServerItem]:
    """Return films that were never touched."""
    seen = world.server.viewer(world.jon).views
    return (film for film in world.seeded.films if film.guid not in seen)


async def test_comes_to_rest(stage: Stage, rewatches: bool) -> None:
    """Both sides have all of it after a run, at its own date; then nothing moves."""
    world = stage.world
    watch_some(world.server, world.jon, world.seeded, films=8, episodes=12, begun=3)
    films = untouched(world)
    old, twice, rated, begun = (item_of(next(films)) for _ in range(4))
    episode = item_of(world.seeded.episodes[-1])
    await put(
        stage.tracker,
        HISTORY,
        (old, Watched(LONG_AGO)),
        (twice, Watched(LONG_AGO)),
        (twice, Watched(LONG_AGO + timedelta(days=30))),
        (episode, Watched(LONG_AGO + timedelta(days=3))),
    )
    await put(stage.tracker, Feature.RATINGS, (rated, Rated(9, ago(days=70))))
    await put(stage.tracker, Feature.WATCHLIST, (begun, Listed(ago(days=5))))
    position = Progress(900_000, 6_000_000, at=ago(days=9))
    await put(stage.tracker, Feature.PROGRESS, (begun, position))
    before = await plays(stage)
    logged = {play.viewed_at for play in world.server.doings.plays}

    report = await stage.run()

    assert report.counts.errors == report.counts.unresolved == 0
    await stage.rests()
    after = await plays(stage)
    assert {label: after[label] for label in before} == before
    now = ago().timestamp()
    assert all(moment < now for found in after.values() for moment in found)
    if rewatches:
        known = {moment for found in after.values() for moment in found}
        assert logged <= known
    view = world.server.view(world.jon, world.server.film(twice.title, twice.year))
    assert view.count == (2 if rewatches else 1)


@pytest.mark.parametrize("logged", [False, True], ids=["flags", "and log"])
async def test_life_goes_on(stage: Stage, rewatches: bool, logged: bool) -> None:
    """What is played at Plex later is copied once; what is taken back goes."""
    world = stage.world
    world.server.behaviour.scrobble_writes_history = logged
    world.server.behaviour.unscrobble_clears_history = logged
    world.server.behaviour.viewed_at_inclusive = not logged
    film, other = list(untouched(world))[:2]
    await put(
        stage.tracker,
        HISTORY,
        (item_of(film), Watched(LONG_AGO)),
        (item_of(other), Watched(LONG_AGO)),
    )
    await stage.run()
    await stage.rests()

    world.server.watch(world.jon, film)
    played = world.clock.now.timestamp()
    await stage.run()
    await stage.rests()
    expected = [LONG_AGO.timestamp()] + ([played] if rewatches else [])
    assert (await plays(stage))[item_of(film).label] == expected

    world.server.unmark(world.jon, other)
    await stage.run()
    await stage.rests()
    assert item_of(other).label not in await plays(stage)
    await take(stage, item_of(film))
    await stage.run()
    await stage.rests()
    assert world.server.view(world.jon, film).count == 0

    world.server.watch(world.jon, other)
    again = world.clock.now.timestamp()
    await stage.run()
    await stage.rests()
    assert await plays(stage) == {item_of(other).label: [again]}


async def test_one_way_to_plex(stage: Stage, plex_is_source: bool) -> None:
    """One way, the same holds: no play of ours is a new one."""
    world = stage.world
    stage.policy = replace(stage.policy, mode=Mode.ONE_WAY)
    films = list(untouched(world))[:6]
    if plex_is_source:
        for number, film in enumerate(films):
            world.server.watch(world.jon, film, ago(days=100 + number))
    else:
        for number, film in enumerate(films):
            at = ago(days=100 + number)
            await put(stage.tracker, HISTORY, (item_of(film), Watched(at)))

    report = await stage.run()

    assert report.counts.added == 6
    await stage.rests()
    assert sorted(at for found in (await plays(stage)).values() for at in found) == [
        ago(days=100 + number).timestamp() for number in reversed(range(6))
    ]
