"""Tests of the measurements, and the limits that hold at any speed of a machine."""

import asyncio
from pathlib import Path
import time

import aiohttp
import pytest

from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.engine.policy import Mode
from custom_components.crosswatch.engine.recording import ledger_change
from custom_components.crosswatch.engine.report import RunStatus
from custom_components.crosswatch.engine.store import Store
from custom_components.crosswatch.providers.http import Limiters

from ..simulators.routing import route_hosts
from .__main__ import cases
from .gauges import MIB, Gauges
from .growth import Size, library_lines, rewatch_lines
from .library import NOW, ledger, snapshot, stored
from .measured import TRAKT_HOSTS, run
from .planning import CASES as PLANNING, Case as PlanningCase, measure, plan
from .stage import sign_in_to_both
from .table import Line, render
from .world import NEW, UNWATCHED, make_world

PLAYS = 1_000


async def test_requests_of_each_run(tmp_path: Path) -> None:
    """Test that no run makes more requests than it may, nor comes too fast."""
    world, limiters = make_world(PLAYS), Limiters()
    store = Store.open(tmp_path / "state.db")
    async with world.jellyfin, world.trakt:
        urls = {"jellyfin": world.jellyfin.url, "trakt": world.trakt.url}
        settings = await sign_in_to_both(urls, tmp_path)
        with route_hosts(dict.fromkeys(TRAKT_HOSTS, world.trakt.url)):
            for case in cases(PLAYS):
                if case.command == "more":
                    world.watch_more()
                world.jellyfin.reset_requests()
                world.trakt.reset_requests()
                async with aiohttp.ClientSession() as session:
                    report = await run(tmp_path, settings, session, limiters, store)
                requests = len(world.jellyfin.requests) + len(world.trakt.requests)

                assert report.status is RunStatus.SUCCESS, case.name
                assert report.counts.added == case.added, case.name
                assert requests <= case.requests, case.name
    store.close()
    assert world.trakt.limiter.refused == 0
    assert len(world.trakt.alice.history) == PLAYS + 2 * NEW


@pytest.mark.parametrize("plays", [240, PLAYS])
def test_world(plays: int) -> None:
    """Test that half of the plays are films, and that new ones begin new series."""
    world = make_world(plays)
    state = world.jellyfin.state
    seen = [state.items[item_id] for item_id in world.user.data]
    assert len(seen) == plays
    assert sum(not item.parent for item in seen) == plays // 2
    assert len(world.films) == UNWATCHED
    assert sum(item.parent_index != 0 for item in world.episodes) == UNWATCHED

    begun = {item.series for item in seen if item.parent}
    world.watch_more()
    new = [state.items[item_id] for item_id in list(world.user.data)[plays:]]
    series = {item.series for item in new if item.parent}
    assert len(new) == 2 * NEW
    assert series - begun
    assert series & begun


def test_world_of_half_series() -> None:
    """Test that a number of plays that cannot be had is refused."""
    with pytest.raises(ValueError, match="whole series"):
        make_world(250)


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
        Line("second", "elapsed", 1234.5, "s"),
    ]

    assert [line.missed for line in lines] == [False, True, False]
    assert [line.split() for line in render(lines).splitlines()[2:]] == [
        ["first", "CPU", "2.0", "s", "2.5", "s", "ok", "12.2", "s"],
        ["requests", "61", "60", "MISSED", "too", "many"],
        ["second", "elapsed", "1,234", "s"],
    ]
