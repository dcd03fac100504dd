"""What holds for every sequence of runs, whatever goes wrong in them."""

import asyncio
from collections import Counter
from dataclasses import replace
from functools import partial
from pathlib import Path
import sqlite3
from tempfile import TemporaryDirectory

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.engine.policy import FeaturePolicy
from custom_components.crosswatch.engine.provider import ALL_KINDS, FeatureSupport
from custom_components.crosswatch.engine.report import Report, Result, RunStatus

from .arena import Arena, Killed, Strike, did
from .fake_account import FakeAccount, Fault
from .strategies import clear_worlds

# Runs are dearer than plans.
few = settings(max_examples=settings().max_examples // 8)
# Of the moments of a run, every which one is tried.
STRIDE = 5 if settings().max_examples <= 200 else 1

PLAYS = FeatureSupport(kinds=ALL_KINDS, plays=True, batch_size=2)

namespaces = st.sampled_from([None, frozenset({"imdb"}), frozenset({"tmdb", "tvdb"})])


@st.composite
def _accounts(draw: st.DrawFn) -> tuple[FakeAccount, FakeAccount]:
    made = []
    for name in "ST":
        lists = draw(namespaces)
        support = FeatureSupport(
            kinds=ALL_KINDS,
            plays=draw(st.booleans()),
            batch_size=draw(st.sampled_from([1, 3, 100])),
            rating_step=draw(st.sampled_from([0.5, 1.0])),
        )
        if lists is not None:
            support = replace(support, ids=lists)
        made.append(
            FakeAccount(
                name=name,
                support=support,
                lists=lists,
                has_marker=draw(st.booleans()),
                has_delta=draw(st.booleans()),
                tells_native_ids=draw(st.booleans()),
            )
        )
    return made[0], made[1]


features = st.sampled_from([Feature.WATCHLIST, Feature.HISTORY, Feature.RATINGS])


def _counts_are_items(report: Report) -> None:
    results = Counter(item.result for item in report.items)
    counts = report.counts
    done = results[Result.APPLIED] + results[Result.PLANNED]
    assert counts.added + counts.updated == done
    assert counts.skipped == results[Result.SKIPPED] + results[Result.ALREADY_THERE]
    assert counts.unresolved == results[Result.UNRESOLVED]
    assert counts.blocked == results[Result.BLOCKED]


@few
@given(
    accounts=_accounts(),
    feature=features,
    rewatches=st.booleans(),
    source=clear_worlds(),
    target=clear_worlds(),
    later=clear_worlds(),
)
async def test_runs_settle(
    accounts: tuple[FakeAccount, FakeAccount],
    feature: Feature,
    rewatches: bool,
    source: str,
    target: str,
    later: str,
) -> None:
    """A dry run foretells its run and changes nothing; a second run writes nothing."""
    with TemporaryDirectory() as folder:
        world = Arena.of(
            Path(folder),
            *(deepened(each) for each in accounts),
            feature=feature,
            policy=FeaturePolicy(rewatches=rewatches),
        )
        world.hold(source, target)
        for changed in (source, later):
            world.source.hold(feature, changed)
            state, held = world.dump() if world.opened else {}, world.target_shows
            dry = await world.run(dry_run=True)
            assert world.target_shows == held
            assert not state or world.dump() == state
            run = await world.run()
            _counts_are_items(dry)
            _counts_are_items(run)
            assert did(dry) == did(run)
            writes = len(world.target.requests.writes)
            skips = [each for each in did(run).split() if each.startswith("skipped")]
            for _ in range(2):
                world.clock.advance(hours=12)
                again = await world.run()
                assert len(world.target.requests.writes) == writes
                assert did(again).split() == skips
        world.close()


def deepened(account: FakeAccount) -> FakeAccount:
    """Return an account of the same kind that nobody has used yet."""
    return FakeAccount(
        name=account.name,
        support=account.support,
        lists=account.lists,
        has_marker=account.has_marker,
        has_delta=account.has_delta,
        tells_native_ids=account.tells_native_ids,
    )


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
            _counts_are_items(report)
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


def _cancel(loop: asyncio.AbstractEventLoop, run: asyncio.Task[Report]) -> None:
    loop.call_soon_threadsafe(run.cancel)


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
            _counts_are_items(last)
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
