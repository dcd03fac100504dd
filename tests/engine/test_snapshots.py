"""Tests of reading: once a run, only what is needed, complete or not at all."""

import asyncio
from copy import replace
from datetime import timedelta

import pytest

from custom_components.crosswatch.engine.model import Feature, Side
from custom_components.crosswatch.engine.plan import (
    Action,
    Operation,
    Outcome,
    OutcomeKind,
    Reason,
)
from custom_components.crosswatch.engine.provider import (
    ALL_KINDS,
    FeatureSupport,
    ProtocolError,
    ProviderUnavailableError,
)
from custom_components.crosswatch.engine.report import RunStatus

from .arena import Arena, did
from .conftest import MakeArena
from .fake_account import FakeAccount, Fault
from .worlds import records, shown

WATCHLIST = Feature.WATCHLIST


def _reads(world: Arena) -> list[int]:
    return [len(each.requests.reads) for each in world.accounts.values()]


async def test_nothing_is_read_while_nothing_changes(arena: MakeArena) -> None:
    """Unchanged markers are all that a run asks for; what was skipped is told again."""
    world = arena()
    world.hold("m1 m2{} s1e1{|}", "m9")
    first = await world.run()
    # The run's own writes moved the marker of the target.
    second = await world.run()
    reads = _reads(world)
    world.clock.advance(hours=12)
    third = await world.run()
    assert _reads(world) == reads == [1, 2]
    assert did(first) == "+m1 skipped:m2:no_ids skipped:s1e1:no_ids"
    assert did(third) == did(second) == "skipped:m2:no_ids skipped:s1e1:no_ids"
    assert third.counts == second.counts
    assert did(await world.run(dry_run=True)) == did(third)
    assert _reads(world) == reads
    assert world.source.requests.activity == 4


async def test_a_change_of_settings_plans_anew(arena: MakeArena) -> None:
    """Though nothing is read again."""
    world = arena()
    world.hold("m1 s1", "")
    world.target.support = replace(world.target.support, kinds=frozenset())
    assert (await world.run()).counts.skipped == 2
    reads = _reads(world)
    world.target.support = FeatureSupport(kinds=ALL_KINDS)
    assert (await world.run()).counts.added == 2
    assert _reads(world) == reads


async def test_a_full_refresh_reads_everything(arena: MakeArena) -> None:
    """Not by delta either; but once a run."""
    world = arena()
    for account in world.accounts.values():
        account.has_delta = True
    world.hold("m1", "m1")
    await world.run()
    snapshots = world.snapshots()
    for _ in range(2):
        await world.run(full_refresh=True, snapshots=snapshots)
    assert world.source.requests.reads == [(WATCHLIST, False)] * 2
    assert world.target.requests.reads == [(WATCHLIST, False)] * 2


@pytest.mark.parametrize(("hours", "reads"), [(23, [1, 1]), (24, [2, 1]), (25, [2, 1])])
async def test_a_marker_is_trusted_for_its_time(
    arena: MakeArena, hours: int, reads: list[int]
) -> None:
    """After that an unchanged marker is no proof, and everything is read."""
    world = arena()
    world.source.has_delta = True
    world.source.support = replace(
        world.source.support, trust_marker_for=timedelta(hours=24)
    )
    world.hold("m1", "m1")
    await world.run()
    world.clock.advance(hours=hours)
    await world.run()
    assert _reads(world) == reads
    assert {delta for _, delta in world.source.requests.reads} == {False}
    # What was read then is trusted anew.
    world.clock.advance(hours=1)
    await world.run()
    assert _reads(world) in (reads, [2, 1])


async def test_a_delta_builds_on_what_is_stored(arena: MakeArena) -> None:
    """A changed marker asks for the changes only."""
    world = arena()
    world.source.has_delta = True
    world.hold("m1 m2", "m1 m2")
    await world.run()
    world.hold("m2 m3")
    assert await world.did() == "+m3 skipped:m1:removing_off"
    assert world.source.requests.reads == [(WATCHLIST, False), (WATCHLIST, True)]
    stored = world.store.load_snapshot("S", WATCHLIST)
    assert stored is not None
    assert sorted(each.item.title for each in stored.records.values()) == [
        "Film 2",
        "Film 3",
    ]


@pytest.mark.parametrize("failing", [0, 1])
async def test_no_read_outlives_its_run(arena: MakeArena, failing: int) -> None:
    """A side that fails is not told of before the slow other one has ended."""
    world = arena()
    accounts = list(world.accounts.values())
    accounts[failing].faults["read", 1] = Fault.CUT_BEFORE
    slow = accounts[1 - failing]
    slow.faults["read", 1] = Fault.SLOW
    passed: list[int] = []
    slow.passing = lambda: passed.append(len(slow.requests.reads))
    report = await world.run()
    # The marker, the begin of the read, and its end.
    assert passed == [0, 1, 1]
    assert report.status is RunStatus.FAILED
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_both_sides_fail(arena: MakeArena) -> None:
    """One of the failures is told, and the run ends."""
    world = arena()
    for account in world.accounts.values():
        account.faults["read", 1] = Fault.CUT_BEFORE
    report = await world.run()
    assert [failure.side.value for failure in report.failures] == ["source"]


async def test_one_feature_fails(arena: MakeArena) -> None:
    """The others are synced all the same, and the run is a partial one."""
    world = arena(feature=Feature.RATINGS)
    world.policies = dict.fromkeys(
        (WATCHLIST, Feature.RATINGS), world.policies[Feature.RATINGS]
    )
    world.hold("m1:7")
    world.source.hold(WATCHLIST, "m2")
    world.source.faults["read", 1] = Fault.NONSENSE
    report = await world.run()
    assert report.status is RunStatus.PARTIAL
    assert did(report) == "+m1"
    failure = report.features[WATCHLIST].failure
    assert failure is not None
    assert failure.reason is Reason.PROTOCOL_ERROR


@pytest.mark.parametrize(
    ("side", "support", "message"),
    [
        pytest.param(0, None, "S cannot read watchlist", id="source lacks it"),
        pytest.param(1, None, "T cannot write watchlist", id="target lacks it"),
        pytest.param(0, {"read": False}, "S cannot read watchlist", id="unreadable"),
        pytest.param(1, {"read": False}, "T cannot write watchlist", id="write only"),
        pytest.param(1, {"add": False}, "T cannot write watchlist", id="read only"),
    ],
)
async def test_g10_a_feature_that_is_not_supported(
    arena: MakeArena, side: int, support: dict[str, bool] | None, message: str
) -> None:
    """It fails by itself, without a single request."""
    world = arena()
    account = list(world.accounts.values())[side]
    if support is None:
        account.features = ()
    else:
        account.support = replace(account.support, **support)  # type: ignore[arg-type]
    report = await world.run()
    assert report.status is RunStatus.FAILED
    (failure,) = report.failures
    assert (failure.reason, failure.message) == (Reason.FEATURE_NOT_SUPPORTED, message)
    assert _reads(world) == [0, 0]


async def test_a_snapshot_that_vanishes(arena: MakeArena) -> None:
    """The account was forgotten in mid-run: a failed run, no crash."""
    world = arena()
    world.hold("m1", "m1")
    await world.run()
    world.source.hold(WATCHLIST, "m1 m2")
    snapshots = world.snapshots()
    reading = await snapshots.read(world.pair().target, WATCHLIST, keep=True)
    world.store.forget_account("T")
    report = await world.run(snapshots=snapshots)
    assert report.status is RunStatus.FAILED
    (failure,) = report.failures
    assert (failure.side.value, failure.reason) == ("target", Reason.PROTOCOL_ERROR)
    with pytest.raises(ProtocolError):
        await reading.snapshot()


async def test_g13_two_accounts_of_one_provider(arena: MakeArena) -> None:
    """They are two accounts, with their own snapshots."""
    world = arena(FakeAccount(name="first"), FakeAccount(name="second"))
    world.hold("m1 m2", "m2")
    assert await world.did() == "+m1"
    assert world.store.record_counts("first") == {WATCHLIST: 2}


async def test_pairs_do_not_know_each_other(arena: MakeArena) -> None:
    """R23: what one pair learns of its target says nothing of another's."""
    world = arena(*(FakeAccount(name=name) for name in "ABC"))
    world.accounts["B"].unknown = frozenset({"movie:tmdb:1"})
    world.accounts["A"].hold(WATCHLIST, "m1")
    for _ in range(4):
        await world.run(pair=world.pair("A", "B"))
    assert did(await world.run(pair=world.pair("A", "C"))) == "+m1"


@pytest.mark.parametrize(
    ("error", "maybe_sent"),
    [
        (ProviderUnavailableError("x"), False),
        (ProviderUnavailableError("x", maybe_sent=True), True),
        (ProtocolError("x", maybe_sent=True), True),
        (ProtocolError("x"), False),
    ],
)
def test_errors_say_whether_a_write_may_have_arrived(
    error: ProviderUnavailableError | ProtocolError, maybe_sent: bool
) -> None:
    """It decides whether a write is read back."""
    assert error.maybe_sent is maybe_sent


async def test_a_write_that_hangs_is_given_up_when_cancelled(
    arena: MakeArena, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It gets a moment to settle; the next run finds out what came of it."""
    monkeypatch.setattr(
        "custom_components.crosswatch.engine.applying.SETTLE_SECONDS", 0.05
    )
    world = arena()
    world.target.support = FeatureSupport(kinds=ALL_KINDS, batch_size=2)
    world.target.faults["write", 2] = Fault.HANG
    world.hold("m1 m2 m3 m4 m5")
    run = asyncio.create_task(world.run())
    while len(world.target.requests.writes) < 2:
        await asyncio.sleep(0.01)
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    report = world.store.last_report(world.pair().pair_id)
    assert report is not None
    assert report.status is RunStatus.CANCELLED
    assert (report.counts.added, report.counts.errors) == (2, 2)
    assert report.summary.startswith("Cancelled. Total added: 2")
    assert (await world.run()).counts.added == 1
    assert world.target_shows == "m1 m2 m3 m4 m5"


async def test_w32_cancelled_while_reading(arena: MakeArena) -> None:
    """Nothing was written, and the report says that the run was cancelled."""
    world = arena()
    world.hold("m1")
    run = asyncio.create_task(world.run())
    while not world.target.requests.reads:
        await asyncio.sleep(0)
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    report = world.store.last_report(world.pair().pair_id)
    assert report is not None
    assert (report.status, report.counts.added) == (RunStatus.CANCELLED, 0)
    assert world.target.requests.writes == []
    # Cancelled while the state is closed: it is still a cancelled run.
    run = asyncio.create_task(world.run())
    await asyncio.sleep(0)
    world.store.close()
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    world.opened = None


@pytest.mark.parametrize(
    ("operation", "native_id", "kind", "after"),
    [
        pytest.param(
            "m2@2024-01-01", "t9", OutcomeKind.APPLIED, "m1@2020-01-01 m2@2024-01-01"
        ),
        pytest.param(
            "m2@2024-01-01", "", OutcomeKind.APPLIED, "m1@2020-01-01 m2@2024-01-01"
        ),
        pytest.param("m2@2024-01-01", "t9", OutcomeKind.FAILED, "m1@2020-01-01"),
        pytest.param("m2@2024-01-01", "t9", OutcomeKind.UNKNOWN, "m1@2020-01-01"),
        pytest.param("m1@2024-01-01", "n1", OutcomeKind.ALREADY_THERE, "m1@2020-01-01"),
        pytest.param(
            "m1@2019-01-01", "n1", OutcomeKind.APPLIED, "m1@2019-01-01,2020-01-01"
        ),
    ],
)
async def test_what_a_run_wrote_is_known_to_it(
    arena: MakeArena, operation: str, native_id: str, kind: OutcomeKind, after: str
) -> None:
    """The snapshot follows what was written, and nothing else."""
    world = arena(feature=Feature.HISTORY)
    world.target.support = FeatureSupport(kinds=ALL_KINDS, plays=True)
    world.hold("", "m1#n1@2020-01-01")
    snapshots = world.snapshots()
    target = world.pair().target
    await snapshots.read(target, Feature.HISTORY, keep=True)
    (record,) = records(operation, Feature.HISTORY)
    sent = Operation(
        feature=Feature.HISTORY,
        side=Side.TARGET,
        action=Action.ADD,
        item=record.item,
        reason=Reason.MISSING,
        keys=record.keys,
        value=record.value,
    )
    outcome = Outcome(sent, kind, native_id=native_id)
    reading = await snapshots.wrote(target, Feature.HISTORY, [outcome])
    known = await reading.snapshot()
    assert shown(known.records.values(), Feature.HISTORY) == after
    assert world.store.load_snapshot("T", Feature.HISTORY) == known
    listed = [each.seen for each in known.records.values()]
    assert listed.count(True) == 1
    removal = replace(sent, action=Action.REMOVE, value=None, native_ids=("n1",))
    done = Outcome(removal, OutcomeKind.APPLIED)
    nothing = Outcome(replace(sent, value=None), OutcomeKind.APPLIED)
    reading = await snapshots.wrote(target, Feature.HISTORY, [done, nothing])
    assert "n1" not in (await reading.snapshot()).records
