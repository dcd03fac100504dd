"""Tests of the measurements, and the limits that hold at any speed of a machine."""

import asyncio
from pathlib import Path
import time

import pytest

from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.engine.policy import Mode
from custom_components.crosswatch.engine.recording import ledger_change
from custom_components.crosswatch.engine.store import Store

from ..simulators.catalogue import Film, Show
from .counted import count_requests
from .gauges import MIB, Gauges
from .growth import Size, library_lines, rewatch_lines
from .library import NOW, ledger, snapshot, stored
from .planning import CASES as PLANNING, Case as PlanningCase, measure, plan
from .routes import LONELY_SHARE, ROUTES, Route
from .sides import JellyfinSide, PlexSide
from .stage import BenchError, check
from .table import Line, render
from .world import NEW, UNWATCHED, make_shelf, make_world


@pytest.mark.parametrize("route", ROUTES.values(), ids=lambda route: route.name)
async def test_requests_of_each_run(tmp_path: Path, route: Route) -> None:
    """Test that no run makes more requests than it may, nor comes too fast."""
    world, found = await count_requests(route, route.quick, tmp_path)

    for case in route.cases(route.quick):
        made = found[case.name]
        assert made["source"] + made["target"] <= case.requests, case.name
    assert {side.plays() for side in world.sides} == {route.quick + 2 * NEW}


@pytest.mark.parametrize(
    "wrong", [{"status": "partial"}, {"refused": 1}, {"added": 399}], ids=repr
)
def test_runs_that_do_something_else(wrong: dict[str, object]) -> None:
    """Test that what was measured counts only if the run did what it should."""
    case = ROUTES["plex>trakt"].cases(400)[0]
    good = {"status": "success", "refused": 0, "added": 400}
    check(case, good)
    with pytest.raises(BenchError, match=case.name):
        check(case, {**good, **wrong})


@pytest.mark.parametrize("plays", [240, 1_000])
def test_shelf(plays: int) -> None:
    """Test that half of the plays are films, and that new ones begin new series."""
    shelf = make_shelf(plays)
    things: list[tuple[Film | Show, int]] = [
        (film, 1) for film in shelf.catalogue.films
    ]
    things += [(show, episode.season) for show, episode in shelf.catalogue.episodes()]

    assert len(shelf.seen_films) == len(shelf.seen_episodes) == plays // 2
    assert len(shelf.films) == UNWATCHED
    assert sum(things[number][1] != 0 for number in shelf.episodes) == UNWATCHED
    assert all(isinstance(things[number][0], Film) for number in shelf.seen_films)
    begun = {id(things[number][0]) for number in shelf.seen_episodes}
    new = {id(things[number][0]) for number in shelf.new[NEW:]}
    assert len(set(shelf.new)) == 2 * NEW
    assert new - begun
    assert new & begun


def test_shelf_of_half_series() -> None:
    """Test that a number of plays that cannot be had is refused."""
    with pytest.raises(ValueError, match="whole series"):
        make_shelf(250)


def test_sides_hold_the_same() -> None:
    """Test that a number means the same at each service, and what is only at one."""
    world = make_world(ROUTES["plex<>jellyfin"], 400)
    plex, jellyfin = world.sides
    assert isinstance(plex, PlexSide)
    assert isinstance(jellyfin, JellyfinSide)

    assert [
        (item.title, item.index if item.parent else item.year) for item in plex.items
    ] == [
        (item.name, item.index if item.parent else item.year) for item in jellyfin.items
    ]
    lonely = 400 // LONELY_SHARE
    assert plex.plays() == jellyfin.plays() == 400 - lonely
    both = [
        bool(plex.server.view(plex.owner, one).count) and other.id in jellyfin.user.data
        for one, other in zip(plex.items, jellyfin.items, strict=True)
    ]
    assert sum(both) == 400 - 2 * lonely


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("case", PLANNING.values(), ids=lambda case: case.name)
def test_planning(case: PlanningCase, mode: Mode) -> None:
    """Test that each case of planning comes to the plan that it is meant to."""
    assert measure(case, mode, 400).cpu > 0


def test_facts_are_what_a_run_leaves(tmp_path: Path) -> None:
    """Test that a later run would find what is planned with in its state file."""
    numbers = range(40)
    fresh = [snapshot(numbers, target=target) for target in (False, True)]
    draft = plan(PLANNING["all there"], Mode.TWO_WAY, (fresh[0], fresh[1], ()))
    store = Store.open(tmp_path / "state.db")
    store.record("pair", Feature.HISTORY, ledger_change(draft, (), NOW), None)
    rows = store.load_ledger("pair", Feature.HISTORY)

    assert sorted(row._replace(row_id=None) for row in rows) == sorted(
        row._replace(row_id=None) for row in ledger(numbers)
    )
    for target, of in enumerate(fresh):
        store.save_snapshot("account", of, None)
        kept = store.load_snapshot("account", Feature.HISTORY)
        assert kept is not None
        assert list(kept.records.items()) == list(
            stored(numbers, target=bool(target)).records.items()
        )
    store.close()


def test_growth_is_judged() -> None:
    """Test that time a record and memory have limits, at the sizes they are for."""
    sizes = [
        Size(10_000, 0.05, 10_000 * 5_000, 0),
        Size(100_000, 1.6, 100_000 * 1_000, 0),
        Size(1_000_000, 8.0, 1_000_000 * 1_025, 0),
    ]
    lines = library_lines(PLANNING["first run"], Mode.TWO_WAY, sizes)

    assert [(line.figure, line.missed) for line in lines] == [
        ("CPU, 10,000", False),
        ("CPU, 100,000", True),
        ("CPU, 1,000,000", False),
        ("CPU a record, 1,000,000 : 10,000", True),
        ("memory, 100,000", False),
        ("memory, 1,000,000", True),
    ]
    few, many = Size(2_000, 0.01, 0, 0), Size(20_000, 0.14, 0, 0)
    lines = rewatch_lines(PLANNING["of one film"], Mode.ONE_WAY, few, many)
    assert [line.missed for line in lines] == [False, False]


async def test_gauges_see_what_holds_the_loop() -> None:
    """Test that work on the loop is seen as a hold, and waiting is not."""
    async with Gauges() as idle:
        await asyncio.sleep(0.2)
    async with Gauges() as busy:
        until = time.process_time() + 0.08
        while time.process_time() < until:
            pass
        held = b"x" * (20 * MIB)

    assert idle.held < 0.04
    assert busy.held > 0.07
    assert busy.cpu > 0.07
    assert busy.memory >= len(held) * 0.9


def test_table() -> None:
    """Test that a missed limit is told, and a figure without one is not judged."""
    lines = [
        Line("first", "CPU", 2.0, "s", 2.5, "12.2 s", digits=1),
        Line("first", "requests", 61, limit=60, note="too many"),
        Line("first", "CPU", 2.0, "s", block="Another route"),
        Line("second", "elapsed", 1234.5, "s", block="Another route"),
    ]

    assert [line.missed for line in lines] == [False, True, False, False]
    assert [line.split() for line in render(lines).splitlines()[2:]] == [
        ["first", "CPU", "2.0", "s", "2.5", "s", "ok", "12.2", "s"],
        ["requests", "61", "60", "MISSED", "too", "many"],
        [],
        ["Another", "route"],
        ["first", "CPU", "2", "s"],
        ["second", "elapsed", "1,234", "s"],
    ]
