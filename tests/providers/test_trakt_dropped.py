"""Shows that the person dropped: left alone where that is wanted, never removed."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest

from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    Listed,
    Play,
    Rated,
    Value,
    Watched,
)
from custom_components.crosswatch.engine.pair import Account, Pair, RunOptions
from custom_components.crosswatch.engine.plan import Reason
from custom_components.crosswatch.engine.policy import FeaturePolicy, Mode, Policy
from custom_components.crosswatch.engine.provider import LeavesOut
from custom_components.crosswatch.engine.reading import Snapshots
from custom_components.crosswatch.engine.report import Report, Result
from custom_components.crosswatch.engine.runner import run_pair
from custom_components.crosswatch.engine.store import Store
from custom_components.crosswatch.providers.http import Limiters
from custom_components.crosswatch.providers.trakt import SPEC
from tests.simulators.trakt import Title

from .tracker_world import held, put, tracker
from .trakt_world import World, at, item, trakt_world

HIDDEN = "/users/hidden/dropped"
FEATURES = (Feature.WATCHLIST, Feature.HISTORY, Feature.RATINGS)


@pytest.fixture
async def world(
    session: aiohttp.ClientSession, limiters: Limiters
) -> AsyncIterator[World]:
    """Return a Trakt with an account."""
    async with trakt_world(session, limiters) as world:
        world.trakt.behaviour.watched_leaves_watchlist = False
        yield world


async def test_off_by_default(world: World) -> None:
    """Nobody asks for dropped shows unless they are to be left alone."""
    (field,) = SPEC.options
    assert (field.name, field.preset) == ("dropped", False)
    world.trakt.alice.drop(world.shows[0])
    for provider in (world.provider(), world.provider(dropped=False)):
        assert isinstance(provider, LeavesOut)
        assert [list(await provider.left_out(each)) for each in Feature] == [[]] * 4
    assert world.trakt.count() == 0


async def test_what_is_left_out(world: World) -> None:
    """A dropped show is known by all of its ids, in all features but ratings."""
    show, other = world.shows[:2]
    world.trakt.alice.drop(show)
    world.trakt.alice.drop(other)
    provider = world.provider(dropped=True)
    keys = {
        f"show:{name}:{value}"
        for title in (show, other)
        for name, value in title.ids.items()
        if value is not None and name != "slug"
    }
    for feature in Feature:
        left = set() if feature is Feature.RATINGS else keys
        assert set(await provider.left_out(feature)) == left
    assert world.trakt.count("GET", HIDDEN) == 1


async def test_asked_again_when_it_changes(world: World) -> None:
    """What was dropped is read again when the account tells that it changed."""
    provider = world.provider(dropped=True)
    for _ in range(3):
        await provider.activity([Feature.HISTORY])
        assert not await provider.left_out(Feature.HISTORY)
    assert world.trakt.count("GET", HIDDEN) == 1
    world.trakt.alice.drop(world.shows[0])
    assert not await provider.left_out(Feature.HISTORY)
    await provider.activity([Feature.HISTORY])
    assert await provider.left_out(Feature.HISTORY)
    world.trakt.alice.pick_up(world.shows[0])
    await provider.activity([Feature.HISTORY])
    assert not await provider.left_out(Feature.HISTORY)
    assert world.trakt.count("GET", HIDDEN) == 3
    # Without a stamp nobody knows.
    for _ in range(2):
        world.trakt.faults.fail(path="/sync/last_activities", status=200, body="{}")
        await provider.activity([Feature.HISTORY])
        await provider.left_out(Feature.HISTORY)
    assert world.trakt.count("GET", HIDDEN) == 5


@dataclass(slots=True)
class Home:
    """A tracker and a Trakt account, in a pair that removes as well."""

    world: World
    folder: Path
    store: Store

    async def run(self, *, dropped: bool = True) -> Report:
        """Run the pair, as if Home Assistant had just started."""
        policies = {each: FeaturePolicy(remove=True) for each in FEATURES}
        trakt = self.world.provider(dropped=dropped)
        home = tracker(self.folder)
        return await run_pair(
            Pair(
                pair_id="pair",
                name="Home ⇄ Trakt",
                source=Account(account_id="home", name="Home", provider=home),
                target=Account(account_id="trakt", name="Trakt", provider=trakt),
                policy=Policy(mode=Mode.TWO_WAY, features=policies),
            ),
            RunOptions(dry_run=False),
            store=self.store,
            snapshots=Snapshots(self.store, now),
            now=now,
        )

    async def names(self, feature: Feature) -> set[str]:
        """Return what the tracker holds."""
        return {each.label for each, _ in await held(tracker(self.folder), feature)}


def now() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


@pytest.fixture
async def home(world: World, tmp_path: Path) -> AsyncIterator[Home]:
    """Return both accounts, with something on either side."""
    show, other = world.shows[:2]
    first, second = show.episodes()[:2]
    values: Mapping[Feature, list[tuple[Item, Value]]] = {
        Feature.WATCHLIST: [(item(other), Listed(at(1)))],
        Feature.HISTORY: [(item(first), Watched(at(1), (Play(at(1)),)))],
        Feature.RATINGS: [(item(first), Rated(4, at(1)))],
    }
    for feature, records in values.items():
        await put(tracker(tmp_path), feature, *records)
    world.trakt.alice.put_on_watchlist(show, at(2))
    world.trakt.alice.watch(second, at(2))
    world.trakt.alice.watch(world.movies[0], at(2))
    store = Store.open(tmp_path / "state.db")
    yield Home(world, tmp_path, store)
    store.close()


def filtered(report: Report) -> set[str]:
    """Return what was left alone, and check that it was for no other reason."""
    items = [each for each in report.items if each.result is Result.SKIPPED]
    assert {each.reason for each in items} <= {Reason.FILTERED}
    return {f"{each.feature} {each.item.label}" for each in items}


def label(title: Title) -> str:
    """Return the name of a title."""
    return item(title).label


async def test_left_alone_both_ways(home: Home) -> None:
    """Nothing of a dropped show is copied; it is reported, and comes once taken up."""
    world, alice = home.world, home.world.trakt.alice
    show, other = world.shows[:2]
    first, second = show.episodes()[:2]
    alice.drop(show)
    report = await home.run()
    assert filtered(report) == {
        f"watchlist {label(show)}",
        f"history {label(first)}",
        f"history {label(second)}",
    }
    assert not alice.history.of(first)
    assert first in alice.ratings.live
    assert other in alice.watchlist.live
    assert await home.names(Feature.HISTORY) == {label(first), label(world.movies[0])}
    assert await home.names(Feature.WATCHLIST) == {label(other)}

    alice.pick_up(show)
    report = await home.run()
    assert filtered(report) == set()
    assert (report.counts.added, report.counts.removed) == (3, 0)
    assert alice.history.of(first)
    assert label(second) in await home.names(Feature.HISTORY)


async def test_dropping_removes_nothing(home: Home) -> None:
    """A show that is dropped later, and the option itself, remove nothing anywhere."""
    world, alice = home.world, home.world.trakt.alice
    show = world.shows[0]
    await home.run(dropped=False)
    for _ in range(2):
        await home.run(dropped=False)
    before = [await home.names(each) for each in FEATURES]
    plays, listed = len(alice.history), set(alice.watchlist.live)
    alice.drop(show)
    for dropped in (True, True, False, True):
        report = await home.run(dropped=dropped)
        assert report.counts.removed == report.counts.added == 0
        assert [await home.names(each) for each in FEATURES] == before
        assert (len(alice.history), set(alice.watchlist.live)) == (plays, listed)
    # What goes while the show is dropped stays elsewhere, too.
    alice.take_off_watchlist(show)
    for _ in range(3):
        report = await home.run()
        assert report.counts.removed == 0
    assert [await home.names(each) for each in FEATURES] == before
