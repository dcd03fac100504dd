"""What holds for every sequence of runs, whatever goes wrong in them."""

import asyncio
from collections import Counter
from copy import replace
from dataclasses import dataclass
from functools import partial
from pathlib import Path
import sqlite3
from tempfile import TemporaryDirectory
from time import sleep

from hypothesis import given, note, settings, strategies as st
import pytest

from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.engine.plan import Reason
from custom_components.crosswatch.engine.policy import (
    FeaturePolicy,
    Mode,
    Policy,
    Prefer,
    RemoveMode,
)
from custom_components.crosswatch.engine.provider import ALL_KINDS, FeatureSupport
from custom_components.crosswatch.engine.report import Report, Result, RunStatus

from .arena import Arena, Killed, Strike, moves
from .fake_account import FakeAccount, Fault
from .histories import (
    OUTCOMES,
    counts_are_items,
    in_place,
    mirrored_policy,
    shown,
    traits,
    unused,
)
from .strategies import accounts, clear_worlds, features, policies

pytestmark = pytest.mark.timeout(900)

# Runs in which everything may happen are dearer than plans.
few = settings(max_examples=settings().max_examples // 8)
# Of the moments of a run, every which one is tried.
STRIDE = 5 if settings().max_examples <= 200 else 1

PLAYS = FeatureSupport(kinds=ALL_KINDS, plays=True, batch_size=2)


@dataclass(frozen=True)
class Scene:
    """A pair of honest accounts, and what they hold at first and later."""

    feature: Feature
    policy: Policy
    accounts: tuple[FakeAccount, FakeAccount]
    worlds: tuple[tuple[str, str], ...]

    def tell(self) -> None:
        """Tell of the scene in short, if it fails."""
        policy = self.policy.features[self.feature]
        kinds = sorted(policy.kinds) if policy.kinds else "all"
        note(
            f"{self.feature} {self.policy.mode} prefer {self.policy.prefer}"
            f" limit {self.policy.delete_limit} kinds {kinds}"
            f"{' add' * policy.add}{f' {policy.remove_mode}' * policy.remove}"
            f"{' rewatches' * policy.rewatches}\n"
            + "".join(f"{traits(each)}\n" for each in self.accounts)
            + "".join(f"S: {source} | T: {target}\n" for source, target in self.worlds)
        )

    def arena(self, folder: str, name: str) -> Arena:
        """Return the pair with accounts that nobody has used yet."""
        self.tell()
        path = Path(folder, name)
        path.mkdir()
        return Arena.of(
            path,
            *map(unused, self.accounts),
            feature=self.feature,
            policy=self.policy,
        )


@st.composite
def scenes(
    draw: st.DrawFn,
    mode: Mode | None = None,
    prefer: st.SearchStrategy[Prefer] | None = None,
) -> Scene:
    """Pairs of all features in both modes."""
    feature = draw(features)
    return Scene(
        feature,
        draw(policies(feature, mode, prefer)),
        (draw(accounts("S")), draw(accounts("T"))),
        (
            (draw(clear_worlds()), draw(clear_worlds())),
            (draw(clear_worlds()), draw(clear_worlds())),
        ),
    )


_WAITING = {Reason.NOT_LISTED, Reason.MASS_DELETE, Reason.AMBIGUOUS}


@given(scene=scenes())
async def test_runs_settle(scene: Scene) -> None:
    """Once a run has done its plan, the next one writes nothing and says the same."""
    with TemporaryDirectory() as folder, in_place():
        world = scene.arena(folder, "world")
        for source, target in scene.worlds:
            world.hold(source, target)
            report = await world.run()
            note(moves(report))
            waits = {item.reason for item in report.items} & _WAITING
            policy = scene.policy.features[scene.feature]
            if waits or policy.remove_mode is RemoveMode.MIRROR:
                # What a target alone has is removed only once it was seen there before;
                # what looks like a copy of that, once it was seen without it. What
                # nobody can tell from its copy is clear once that has gone. And what
                # is missed for the first time is given back only in the next run. One
                # may come after the other.
                for _ in range(3):
                    world.clock.advance(hours=12)
                    await world.run()
            sent = _sent(world)
            left_alone = None
            for _ in range(2):
                world.clock.advance(hours=12)
                report = await world.run()
                note(f"{moves(report)} → {shown(world)}")
                counts_are_items(report)
                assert _sent(world) == sent
                told = [
                    each for each in moves(report).split() if "removing_off" not in each
                ]
                assert left_alone in {None, tuple(told)}
                left_alone = tuple(told)
        world.close()


@given(scene=scenes())
async def test_a_dry_run_foretells_its_run(scene: Scene) -> None:
    """A dry run changes nothing, and its run does what it would have done anyway."""
    with TemporaryDirectory() as folder, in_place():
        world, other = scene.arena(folder, "world"), scene.arena(folder, "other")
        for source, target in scene.worlds:
            for each in (world, other):
                each.hold(source, target)
            run = await _foretold(world)
            assert _wishes(await other.run()) == _wishes(run)
            assert shown(other) == shown(world)
            for each in (world, other):
                each.clock.advance(hours=12)
        await _foretold(world)
        for each in (world, other):
            each.close()


async def _foretold(world: Arena) -> Report:
    """Return the report of a run that did what a dry run right before said."""
    before = (world.store and world.dump(), shown(world))
    dry = await world.run(dry_run=True)
    assert (world.dump(), shown(world)) == before
    run = await world.run()
    note(f"{moves(dry)} and {moves(run)} → {shown(world)}")
    for report in (dry, run):
        counts_are_items(report)
    assert _wishes(dry) == _wishes(run)
    return run


@given(
    scene=scenes(
        Mode.TWO_WAY, st.sampled_from([Prefer.SOURCE, Prefer.TARGET, Prefer.REPORT])
    )
)
async def test_whichever_side_is_called_the_source(scene: Scene) -> None:
    """Two-way, the pair set up the other way round ends in the same two worlds."""
    turned = replace(scene, policy=mirrored_policy(scene.policy))
    with TemporaryDirectory() as folder, in_place():
        world, other = scene.arena(folder, "world"), turned.arena(folder, "other")
        for source, target in scene.worlds:
            for each in (world, other):
                each.hold(source, target)
            for _ in range(2):
                report = await world.run()
                mirrored = await other.run(pair=other.pair("T", "S"))
                assert _told(mirrored, "T", "S") == _told(report, "S", "T")
                assert shown(other) == shown(world)
                for each in (world, other):
                    each.clock.advance(hours=12)
        for each in (world, other):
            each.close()


def _wishes(report: Report) -> Counter[tuple[object, ...]]:
    """Return what a run wanted to do, or left alone and why, whatever came of it."""
    return Counter(
        (item.side, item.action, item.item.label)
        if item.result in {*OUTCOMES, Result.PLANNED}
        else (item.side, item.action, item.item.label, item.result, item.reason)
        for item in report.items
    )


def _told(report: Report, source: str, target: str) -> list[str]:
    """Return what a run did to which account; a conflict belongs to both."""
    told = moves(report, source, target).split()
    return sorted(each[1:] if each.endswith(":conflict") else each for each in told)


def _sent(world: Arena) -> list[int]:
    """Count the writes that each account was sent so far."""
    return [len(each.requests.writes) for each in world.accounts.values()]


SOURCE = (
    "m1@2024-01-01,2024-02-01,2024-02-01T00:00:40 m2@2024-03-01 s1e1@2024-04-01"
    " s1e2{|tmdb}@2024-01-05,2025-01-05 m3@2024-05-01"
)
BEFORE = "m1@2024-02-01 m9@2020-01-01"
# The second play within 60 s of another is that one.
AFTER = (
    "m1@2024-01-01,2024-02-01,2024-02-01T00:00:40 m2@2024-03-01 m3@2024-05-01"
    " m9@2020-01-01 s1e1@2024-04-01 s1e2@2024-01-05,2025-01-05"
)

faults = st.dictionaries(
    st.tuples(st.sampled_from(["read", "activity"]), st.integers(1, 6))
    | st.tuples(st.just("write"), st.integers(1, 12)),
    st.sampled_from(
        [
            Fault.CUT_BEFORE,
            Fault.CUT_AFTER,
            Fault.CUT_HALFWAY,
            Fault.SILENT,
            Fault.FOREIGN,
            Fault.NONSENSE,
            Fault.RATE_LIMIT,
            Fault.SIGNED_OUT,
        ]
    ),
    max_size=8,
)


def _plays_world(folder: str, **options: bool) -> Arena:
    world = Arena.of(
        Path(folder),
        *(FakeAccount(name=name, support=PLAYS, **options) for name in "ST"),  # type: ignore[arg-type]
        feature=Feature.HISTORY,
        policy=FeaturePolicy(rewatches=True),
    )
    world.hold(SOURCE, BEFORE)
    return world


@few
@given(
    source_faults=faults,
    target_faults=faults,
    has_marker=st.booleans(),
    has_delta=st.booleans(),
    tells=st.booleans(),
)
async def test_no_fault_loses_or_doubles_a_play(
    source_faults: dict[tuple[str, int], Fault],
    target_faults: dict[tuple[str, int], Fault],
    has_marker: bool,
    has_delta: bool,
    tells: bool,
) -> None:
    """In the end the target has exactly the plays of the source and its own."""
    with TemporaryDirectory() as folder:
        world = _plays_world(
            folder, has_marker=has_marker, has_delta=has_delta, tells_native_ids=tells
        )
        world.source.faults = source_faults
        world.target.faults = target_faults
        for number in range(25):
            report = await world.run()
            counts_are_items(report)
            world.clock.advance(hours=12)
            if report.status is RunStatus.SUCCESS and number > 6:
                break
        assert report.status is RunStatus.SUCCESS
        assert world.target_shows == AFTER
        world.close()


@few
@given(
    at=st.lists(st.integers(1, 90), min_size=1, max_size=3),
    has_marker=st.booleans(),
    hides=st.booleans(),
    tells=st.booleans(),
)
async def test_a_killed_process_loses_or_doubles_no_play(
    at: list[int], has_marker: bool, hides: bool, tells: bool
) -> None:
    """Killed at any request or store call, the next runs do just what is left."""
    with TemporaryDirectory() as folder:
        world = _plays_world(folder, has_marker=has_marker, tells_native_ids=tells)
        for each in at:
            world.strike(Strike(each, _killed))
            try:
                await world.run()
            except Killed:
                # What is left of the run ends with its process.
                await asyncio.sleep(0)
            world.calm()
            world.close()
        for _ in range(4):
            await world.run()
            world.clock.advance(hours=12)
        assert world.target_shows == AFTER
        world.close()


def _cancel(
    loop: asyncio.AbstractEventLoop, run: asyncio.Task[Report], pause: float = 0
) -> None:
    loop.call_soon_threadsafe(run.cancel)
    # What the store is at goes on while the run hears of it.
    sleep(pause)


def _killed() -> None:
    raise Killed


@pytest.mark.parametrize("hides", [True, False])
@pytest.mark.parametrize("tells", [True, False])
async def test_killed_after_each_answer(
    tmp_path: Path, hides: bool, tells: bool
) -> None:
    """What was acknowledged before the end is not sent again, listed or not.

    Only what was on its way at the end may be sent twice by a target that hides it.
    """
    for at in range(1 + int(hides) + 2 * int(tells), 400, STRIDE):
        folder = tmp_path / str(at)
        folder.mkdir()
        world = _plays_world(str(folder), tells_native_ids=tells)
        world.target.hides = hides
        world.target.support = replace(PLAYS, batch_size=1)
        strike = Strike(at, _killed)
        world.strike(strike)
        killed = True
        try:
            await world.run()
            killed = False
        except Killed:
            pass
        sent = len(world.target.requests.writes)
        world.calm()
        world.close()
        answered = _answered(world.path)
        for _ in range(3):
            await world.run()
            world.clock.advance(hours=12)
        total = len(world.target.requests.writes)
        if hides:
            assert total <= 8 + (sent - answered)
        else:
            assert world.target_shows == AFTER
        world.close()
        if not killed:
            break
    assert not killed


def _answered(path: Path) -> int:
    with sqlite3.connect(path) as connection:
        (found,) = connection.execute(
            "SELECT COUNT(*) FROM journal WHERE outcome IS NOT NULL"
        ).fetchone()
    connection.close()
    number: int = found
    return number


async def test_cancelled_as_its_report_is_stored(tmp_path: Path) -> None:
    """The report of a run that was done never takes the place of the last one."""
    (tmp_path / "whole").mkdir()
    world = _plays_world(str(tmp_path / "whole"), has_marker=True)
    world.strike(whole := Strike(0, lambda: None))
    await world.run()
    world.close()
    for at in (whole.passed - 1, whole.passed):
        (tmp_path / str(at)).mkdir()
        world = _plays_world(str(tmp_path / str(at)), has_marker=True)
        run = asyncio.create_task(world.run())
        strike = Strike(at, partial(_cancel, asyncio.get_running_loop(), run, 0.3))
        world.strike(strike)
        await asyncio.wait({run})
        world.calm()
        # Whatever was under way in a thread has ended by then.
        await asyncio.sleep(0.5)
        last = world.store.last_report(world.pair().pair_id)
        assert strike.passed >= at
        assert last is not None
        assert (last.status is RunStatus.CANCELLED) is run.cancelled()
        world.close()


@pytest.mark.parametrize("has_marker", [True, False])
async def test_cancelled_at_any_moment(tmp_path: Path, has_marker: bool) -> None:
    """What was done is recorded and told, and the next run does the rest."""
    for at in range(1 + int(has_marker), 400, STRIDE):
        folder = tmp_path / str(at)
        folder.mkdir()
        world = _plays_world(str(folder), has_marker=has_marker)
        run = asyncio.create_task(world.run())
        strike = Strike(at, partial(_cancel, asyncio.get_running_loop(), run))
        world.strike(strike)
        await asyncio.wait({run})
        world.calm()
        last = world.store.last_report(world.pair().pair_id)
        if run.cancelled():
            assert last is not None
            assert last.status is RunStatus.CANCELLED
            counts_are_items(last)
            told = last.counts.added
        else:
            told = run.result().counts.added
        held = sum(
            token.count("@") + token.count(",") for token in world.target_shows.split()
        )
        assert told == held - 2, at
        assert world.store.unrecorded(world.pair().pair_id, Feature.HISTORY) == []
        assert {
            task for task in asyncio.all_tasks() if task is not asyncio.current_task()
        } == set()
        for _ in range(3):
            await world.run()
            world.clock.advance(hours=12)
        assert world.target_shows == AFTER
        world.close()
        if strike.passed < at:
            break
    assert strike.passed < at
