"""The reference's rows for accounting: every operation has exactly one outcome."""

from collections import Counter
from copy import replace

import pytest

from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.engine.plan import Reason
from custom_components.crosswatch.engine.provider import ALL_KINDS, FeatureSupport
from custom_components.crosswatch.engine.report import Report, Result, RunStatus

from .arena import did
from .conftest import MakeArena
from .fake_account import Fault

FOUR = "m1 m2 m3 m4"


def _counted(report: Report) -> tuple[int, int, int, int]:
    counts = report.counts
    return counts.added, counts.skipped, counts.unresolved, counts.errors


@pytest.mark.parametrize(
    ("fault", "there", "unknown", "expected", "short"),
    [
        pytest.param(None, "", "", (4, 0, 0, 0), "+m1 +m2 +m3 +m4", id="A1"),
        pytest.param(Fault.SILENT, "", "", (4, 0, 0, 0), "+m1 +m2 +m3 +m4", id="A2 A5"),
        pytest.param(Fault.FOREIGN, "", "", (4, 0, 0, 0), None, id="A6 other items"),
        pytest.param(None, "", "m4", (3, 0, 1, 0), None, id="A7"),
        pytest.param(None, "", "m1 m2 m3 m4", (0, 0, 4, 0), None, id="A4 A16"),
        pytest.param(None, "", "m3 m4", (2, 0, 2, 0), None, id="A10"),
        pytest.param(
            # What is not there after a write without an answer did not arrive.
            Fault.SILENT, "", "m4", (3, 0, 0, 1), None, id="A3",
        ),
        pytest.param(Fault.CUT_HALFWAY, "", "", (2, 0, 0, 2), None, id="A11"),
        pytest.param(Fault.CUT_AFTER, "", "", (4, 0, 0, 0), None, id="A23"),
        pytest.param(
            Fault.CUT_BEFORE,
            "",
            "",
            (0, 0, 0, 4),
            "failed:m1:unavailable failed:m2:unavailable failed:m3:unavailable"
            " failed:m4:unavailable",
            id="A19 sent once",
        ),
        pytest.param(Fault.NONSENSE, "", "", (4, 0, 0, 0), None, id="nonsense, arrived"),
        pytest.param(Fault.RATE_LIMIT, "", "", (0, 0, 0, 4), None, id="rate limit"),
        pytest.param(Fault.SIGNED_OUT, "", "", (0, 0, 0, 4), None, id="signed out"),
    ],
)  # fmt: skip
async def test_answers(
    arena: MakeArena,
    fault: Fault | None,
    there: str,
    unknown: str,
    expected: tuple[int, int, int, int],
    short: str | None,
) -> None:
    """Whatever the answer to four operations is, it is told item by item."""
    world = arena()
    world.hold(FOUR, there)
    world.target.unknown = frozenset(
        f"movie:tmdb:{name.removeprefix('m')}" for name in unknown.split()
    )
    if fault:
        world.target.faults["write", 1] = fault
    report = await world.run()
    assert _counted(report) == expected
    assert sum(expected) == len(list(report.items)) == 4
    assert short is None or did(report) == short
    assert len(world.target.requests.writes) == 1
    # The next run does what is left, and nothing else.
    sent = [each.item.title for batch in world.target.requests.writes for each in batch]
    again = await world.run()
    assert again.counts.added == 4 - report.counts.added - len(unknown.split())
    assert len(world.target_shows.split()) == 4 - len(unknown.split())
    assert len(sent) == 4


async def test_a8_a9_already_there(arena: MakeArena) -> None:
    """What another one wrote meanwhile is told as already there."""
    world = arena()
    world.hold("m1 m2 m3 m4")
    snapshots = world.snapshots()
    await snapshots.read(world.pair().target, Feature.WATCHLIST, keep=True)
    world.target.hold(Feature.WATCHLIST, "m1 m2")
    report = await world.run(snapshots=snapshots)
    assert _counted(report) == (2, 2, 0, 0)
    results = Counter(item.result for item in report.items)
    assert results == {Result.APPLIED: 2, Result.ALREADY_THERE: 2}
    assert (await world.run()).counts.added == 0


async def test_a13_dry_run(arena: MakeArena) -> None:
    """A dry run counts what would be done, and sends nothing."""
    world = arena()
    world.hold(FOUR)
    report = await world.run(dry_run=True)
    assert report.dry_run
    assert _counted(report) == (4, 0, 0, 0)
    assert {item.result for item in report.items} == {Result.PLANNED}
    assert world.target.requests.writes == []
    assert world.store.last_report(world.pair().pair_id) == report


async def test_a21_batches(arena: MakeArena) -> None:
    """Operations are sent in batches, in order."""
    world = arena()
    world.target.support = FeatureSupport(kinds=ALL_KINDS, batch_size=2)
    world.hold("m5@2024-05-01 m1@2024-01-01 m2@2024-02-01 m4@2024-04-01 m3@2024-03-01")
    await world.run()
    titles = [
        [each.item.title for each in batch] for batch in world.target.requests.writes
    ]
    assert titles == [["Film 1", "Film 2"], ["Film 3", "Film 4"], ["Film 5"]]


@pytest.mark.parametrize("fault", [Fault.CUT_BEFORE, Fault.RATE_LIMIT])
async def test_an_error_ends_the_sending(arena: MakeArena, fault: Fault) -> None:
    """What was not sent is told, is no outcome, and is sent by the next run."""
    world = arena()
    world.target.support = FeatureSupport(kinds=ALL_KINDS, batch_size=2)
    world.target.faults["write", 2] = fault
    world.hold("m1 m2 m3 m4 m5")
    report = await world.run()
    assert _counted(report) == (2, 0, 0, 2)
    assert Counter(item.result for item in report.items) == {
        Result.APPLIED: 2,
        Result.FAILED: 2,
        Result.NOT_SENT: 1,
    }
    assert report.status is RunStatus.PARTIAL
    assert len(report.failures) == 1
    assert (await world.run()).counts.added == 3
    assert world.target_shows == "m1 m2 m3 m4 m5"


async def test_unknown_and_the_target_does_not_answer_either(arena: MakeArena) -> None:
    """What came of a write stays unknown until the target can be read again."""
    world = arena()
    world.target.support = FeatureSupport(kinds=ALL_KINDS, batch_size=2)
    world.hold("m1 m2 m3 m4")
    world.target.faults |= {
        ("write", 2): Fault.CUT_AFTER,
        ("read", 2): Fault.CUT_BEFORE,
    }
    report = await world.run()
    assert Counter(item.result for item in report.items) == {
        Result.APPLIED: 2,
        Result.UNKNOWN: 2,
    }
    assert report.counts.errors == 2
    assert await world.did(dry_run=True) == ""
    again = await world.run()
    assert (again.counts.added, again.counts.errors) == (0, 0)
    assert len(world.target.requests.writes) == 2
    assert world.store.unsettled(world.pair().pair_id, Feature.WATCHLIST) == {}


async def test_unknown_rating_is_read_back(arena: MakeArena) -> None:
    """A rating without an answer counts as written only with its new value."""
    world = arena(feature=Feature.RATINGS)
    world.hold("m1:7 m2:8 m3:9", "m1:3 m2:4")
    world.target.faults["write", 1] = Fault.CUT_HALFWAY
    report = await world.run()
    assert (report.counts.updated, report.counts.added, report.counts.errors) == (
        1,
        0,
        2,
    )
    assert await world.did() == "+m3 ~m2"
    assert world.target_shows == "m1:7 m2:8 m3:9"


async def test_account_limit(arena: MakeArena) -> None:
    """A full account is a reason of its own; a day later it is tried again."""
    world = arena()
    world.target.limit = 2
    world.hold("m1@2024-01-01 m2@2024-01-02 m3@2024-01-03 m4@2024-01-04")
    report = await world.run()
    assert (
        did(report) == "+m1 +m2 unresolved:m3:account_limit unresolved:m4:account_limit"
    )
    (failure,) = report.failures
    assert (failure.reason, failure.message) == (
        Reason.ACCOUNT_LIMIT,
        "No more than 2 records",
    )
    limited = "unresolved:m3:account_limit unresolved:m4:account_limit"
    for _ in range(2):
        again = await world.run()
        assert did(again) == limited
        assert (again.counts.unresolved, again.failures) == (2, [])
    assert len(world.target.requests.writes) == 1
    world.clock.advance(hours=23)
    assert await world.did() == limited
    world.clock.advance(hours=2)
    world.target.limit = 3
    assert await world.did() == "+m3 unresolved:m4:account_limit"
    world.target.limit = 9
    assert await world.did(full_refresh=True) == "+m4"


@pytest.mark.parametrize("size", [1, 3, 100])
async def test_counts_add_up(arena: MakeArena, size: int) -> None:
    """Each count is the number of items that it stands for, whatever happens."""
    world = arena()
    world.target.support = replace(FeatureSupport(kinds=ALL_KINDS), batch_size=size)
    world.target.unknown = frozenset({"movie:tmdb:2"})
    world.target.faults["write", 2] = Fault.CUT_HALFWAY
    world.hold("m1 m2 m3 m4 m5 m6{} m7{}", "m1")
    report = await world.run()
    results = Counter(item.result for item in report.items)
    counts = report.counts
    assert counts.added == results[Result.APPLIED]
    assert counts.skipped == results[Result.SKIPPED] + results[Result.ALREADY_THERE]
    assert counts.unresolved == results[Result.UNRESOLVED]
    assert counts.errors == results[Result.FAILED] + results[Result.UNKNOWN]
    assert counts.blocked == results[Result.BLOCKED] == 0
    assert sum(results.values()) == 6
