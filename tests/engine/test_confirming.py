"""Tests of reading back: what a fresh read says of operations without an answer."""

import asyncio
from contextlib import suppress
from copy import replace

import pytest

from custom_components.crosswatch.engine.confirming import confirm
from custom_components.crosswatch.engine.model import Feature, Progress, Side, Value
from custom_components.crosswatch.engine.plan import (
    Action,
    Operation,
    Outcome,
    OutcomeKind,
    Reason,
)
from custom_components.crosswatch.engine.planning.rules import Rules
from custom_components.crosswatch.engine.policy import FeaturePolicy
from custom_components.crosswatch.engine.provider import ALL_KINDS, FeatureSupport

from .arena import Arena, Killed, Strike, did
from .conftest import MakeArena
from .fake_account import Fault
from .worlds import records, snapshot

SUPPORT = FeatureSupport(kinds=ALL_KINDS, plays=True)
HALFWAY = Progress(600_000, 6_000_000)


def _rules(feature: Feature, *, rewatches: bool = False) -> Rules:
    return Rules(
        feature=feature,
        policy=FeaturePolicy(rewatches=rewatches),
        source=SUPPORT,
        target=SUPPORT,
    )


def _operation(
    token: str,
    feature: Feature,
    action: Action = Action.ADD,
    value: Value | None = None,
) -> Operation:
    (record,) = records(token, feature)
    return Operation(
        feature=feature,
        side=Side.TARGET,
        action=action,
        item=record.item,
        reason=Reason.MISSING,
        keys=record.keys,
        value=value or record.value,
    )


@pytest.mark.parametrize(
    ("feature", "operation", "holds", "arrived"),
    [
        pytest.param(Feature.WATCHLIST, "m1", "m1", True, id="listed"),
        pytest.param(Feature.WATCHLIST, "m1", "m2", False, id="not listed"),
        pytest.param(
            Feature.WATCHLIST, "m1{imdb,tmdb}", "m1{tmdb}", True, id="by one id"
        ),
        pytest.param(Feature.RATINGS, "m1:8", "m1:8", True, id="rated"),
        pytest.param(Feature.RATINGS, "m1:8", "m1:7", False, id="rated as before"),
        pytest.param(Feature.RATINGS, "m1:8.4", "m1:8", True, id="rounded"),
        pytest.param(
            Feature.HISTORY, "m1@2024-01-01", "m1@2020-01-01", True, id="watched"
        ),
    ],
)
def test_whether_it_arrived(
    feature: Feature, operation: str, holds: str, arrived: bool
) -> None:
    """It did where the account shows what was to be written."""
    sent = _operation(operation, feature)
    expected = (
        Outcome(sent, OutcomeKind.APPLIED)
        if arrived
        else Outcome(sent, OutcomeKind.FAILED, Reason.NO_ANSWER)
    )
    assert confirm([sent], snapshot(holds, feature), _rules(feature)) == [expected]


@pytest.mark.parametrize(
    ("holds", "arrived"),
    [
        ("m1@2024-01-01T10:00:59", True),
        ("m1@2024-01-01T10:01:01", False),
        ("m1@2020-01-01,2024-01-01T10:00:00", True),
        ("m1", False),
        ("", False),
    ],
)
def test_whether_a_play_arrived(holds: str, arrived: bool) -> None:
    """With rewatches it is about that play."""
    sent = _operation("m1@2024-01-01T10:00:00", Feature.HISTORY)
    rules = _rules(Feature.HISTORY, rewatches=True)
    (outcome,) = confirm([sent], snapshot(holds, Feature.HISTORY), rules)
    assert (outcome.kind is OutcomeKind.APPLIED) is arrived


@pytest.mark.parametrize(
    ("held", "arrived"), [(HALFWAY, True), (replace(HALFWAY, position_ms=1), False)]
)
def test_whether_progress_arrived(held: Progress, arrived: bool) -> None:
    """A position is the one that was written, or it is another."""
    sent = _operation("m1", Feature.PROGRESS, value=HALFWAY)
    holds = snapshot("m1", Feature.PROGRESS)
    record = next(iter(holds.records.values()))
    holds = holds.updated([record.with_value(held)])
    (outcome,) = confirm([sent], holds, _rules(Feature.PROGRESS))
    assert (outcome.kind is OutcomeKind.APPLIED) is arrived


@pytest.mark.parametrize(("holds", "arrived"), [("m1", False), ("m2", True)])
def test_whether_a_removal_arrived(holds: str, arrived: bool) -> None:
    """A removal did where nothing is left."""
    sent = _operation("m1", Feature.WATCHLIST, Action.REMOVE)
    (outcome,) = confirm(
        [sent], snapshot(holds, Feature.WATCHLIST), _rules(Feature.WATCHLIST)
    )
    assert (outcome.kind is OutcomeKind.APPLIED) is arrived


def test_a_write_without_a_value_never_arrived() -> None:
    """There is nothing to recognise it by."""
    sent = replace(_operation("m1", Feature.WATCHLIST), value=None)
    holds = snapshot("m1", Feature.WATCHLIST)
    (outcome,) = confirm([sent], holds, _rules(Feature.WATCHLIST))
    assert outcome.kind is OutcomeKind.FAILED


async def _killed_before_recording(arena: MakeArena) -> Arena:
    """Return a world whose process ended between an answer and the ledger."""

    def kill() -> None:
        raise Killed

    for at in range(1, 200):
        world = arena()
        world.target.hides = True
        world.target.unknown = frozenset({"movie:tmdb:4"})
        world.hold("m1", "m9")
        await world.run()
        world.hold("m1 m3 m4")
        world.strike(Strike(at, kill))
        with suppress(Killed):
            await world.run()
        world.calm()
        if world.store.unrecorded("S>T", Feature.WATCHLIST):
            return world
    raise AssertionError("No such moment")


async def test_what_was_answered_before_the_end_is_caught_up_with(
    arena: MakeArena,
) -> None:
    """It is neither sent again nor forgotten, and a dry run knows it without a trace."""
    world = await _killed_before_recording(arena)
    writes = len(world.target.requests.writes)
    assert world.store.load_planned("S>T", Feature.WATCHLIST) is not None
    before = world.dump()
    dry = await world.run(dry_run=True)
    assert world.dump() == before
    run = await world.run()
    assert did(dry) == "+m4 skipped:m1:not_listed skipped:m3:not_listed"
    assert did(run) == (
        "skipped:m1:not_listed skipped:m3:not_listed unresolved:m4:not_found"
    )
    assert len(world.target.requests.writes) == writes + 1
    # The failure before the end counts as well: this was the second one.
    (row,) = [
        each
        for each in world.store.load_ledger("S>T", Feature.WATCHLIST)
        if each.failure
    ]
    assert row.attempts == 2


async def test_cancelled_while_reading_back(arena: MakeArena) -> None:
    """The next run finds out; what had been answered is recorded."""
    world = arena()
    world.target.support = replace(SUPPORT, batch_size=2)
    world.target.faults["write", 2] = Fault.CUT_AFTER
    world.hold("m1 m2 m3 m4")
    run = asyncio.create_task(world.run())

    def cancel() -> None:
        if len(world.target.requests.reads) == 2:
            run.cancel()

    world.target.passing = cancel
    with pytest.raises(asyncio.CancelledError):
        await run
    world.target.passing = lambda: None
    report = world.store.last_report("S>T")
    assert report is not None
    assert did(report) == "+m1 +m2 unknown:m3:no_answer unknown:m4:no_answer"
    assert await world.did() == ""
    assert len(world.target.requests.writes) == 2
    assert world.target_shows == "m1 m2 m3 m4"
