"""What holds for every plan, whatever the two sides hold and the ledger knows."""

from collections import Counter
from copy import deepcopy, replace
from dataclasses import dataclass
from datetime import datetime, timedelta
import random

from hypothesis import given, note, strategies as st
import pytest

from custom_components.crosswatch.engine.codec import encode_operation
from custom_components.crosswatch.engine.ledger import Decision, LedgerRow
from custom_components.crosswatch.engine.matching import join
from custom_components.crosswatch.engine.model import Feature, Record, Side, Snapshot
from custom_components.crosswatch.engine.plan import (
    Action,
    Operation,
    Outcome,
    OutcomeKind,
    Reason,
    Skip,
)
from custom_components.crosswatch.engine.planning import Draft, plan_feature
from custom_components.crosswatch.engine.planning.rules import Rules
from custom_components.crosswatch.engine.policy import Mode, Prefer
from custom_components.crosswatch.engine.recording import ledger_change

from .histories import done, mirrored_reason, mirrored_row, mirrored_rules, recorded
from .strategies import items, rules as all_rules, snapshots, values
from .worlds import READ_AT

YESTERDAY = READ_AT - timedelta(days=1)
TOMORROW = READ_AT + timedelta(days=1)

answers = st.sampled_from(
    [
        (OutcomeKind.APPLIED, None),
        (OutcomeKind.APPLIED, None),
        (OutcomeKind.ALREADY_THERE, None),
        (OutcomeKind.UNRESOLVED, Reason.NOT_FOUND),
        (OutcomeKind.UNRESOLVED, Reason.ACCOUNT_LIMIT),
        (OutcomeKind.FAILED, Reason.UNAVAILABLE),
        (OutcomeKind.UNKNOWN, Reason.NO_ANSWER),
    ]
)

pytestmark = pytest.mark.timeout(900)


@dataclass(frozen=True)
class Case:
    """What a plan is made from."""

    rules: Rules
    source: Snapshot
    target: Snapshot
    ledger: tuple[LedgerRow, ...] = ()

    def plan(self) -> Draft:
        """Plan it."""
        return plan_feature(
            self.source, self.target, self.ledger, self.rules, now=READ_AT
        )

    def tell(self) -> None:
        """Tell of the case in short, if it fails."""
        rules = self.rules
        note(f"{rules.feature} {rules.mode} prefer {rules.prefer} {rules.policy}")
        for side, snapshot in ((Side.SOURCE, self.source), (Side.TARGET, self.target)):
            note(f"{side}: {rules.support(side)}")
            for each in snapshot.records.values():
                seen = "seen" if each.seen else "written"
                note(f"- {each.native_id} {each.keys} {each.value} {seen}")
        for row in self.ledger:
            note(str(row))

    def mirrored(self) -> Case:
        """Return the same case of the pair set up the other way round."""
        return Case(
            mirrored_rules(self.rules),
            self.target,
            self.source,
            tuple(map(mirrored_row, self.ledger)),
        )


@st.composite
def first_cases(draw: st.DrawFn, mode: Mode | None = None) -> Case:
    """Two sides of a pair that never ran."""
    rules = draw(all_rules(mode))
    feature = rules.feature
    return Case(rules, draw(snapshots(feature, "s")), draw(snapshots(feature, "t")))


@st.composite
def cases(
    draw: st.DrawFn,
    mode: Mode | None = None,
    prefer: st.SearchStrategy[Prefer] | None = None,
) -> Case:
    """Two sides of a pair that ran before, mostly, and what has happened to them."""
    rules = draw(all_rules(mode, prefer))
    feature = rules.feature
    source, target = draw(snapshots(feature, "s")), draw(snapshots(feature, "t"))
    if not draw(st.sampled_from([True, True, True, False])):
        return Case(rules, source, target)
    first = plan_feature(source, target, (), rules, now=YESTERDAY)
    outcomes = [Outcome(each, *draw(answers)) for each in first.plan]
    arrived = [each.operation for each in outcomes if each.kind is OutcomeKind.APPLIED]
    ledger = recorded([], ledger_change(first, outcomes, YESTERDAY))
    return Case(
        rules,
        draw(_later(done(source, arrived, Side.SOURCE), "u")),
        draw(_later(done(target, arrived, Side.TARGET), "v")),
        tuple([draw(_decided(row)) for row in ledger]),
    )


@st.composite
def _later(draw: st.DrawFn, snapshot: Snapshot, names: str) -> Snapshot:
    """Return a snapshot after some time: some of it is lost, changed, or new."""
    records: list[Record] = []
    for record in snapshot.records.values():
        match draw(st.sampled_from(["", "", "", "lost", "changed", "re-keyed"])):
            case "":
                records.append(record)
            case "changed":
                value = draw(values(snapshot.feature))
                records.append(record.with_value(value))
            case "re-keyed":
                item = replace(record.item, ids=draw(items()).ids)
                records.append(Record(item, record.value, record.native_id))
    new = draw(st.lists(st.tuples(items(), values(snapshot.feature)), max_size=1))
    records += [
        Record(item, value, f"{names}{at}") for at, (item, value) in enumerate(new)
    ]
    return Snapshot.of(snapshot.feature, records, READ_AT)


@st.composite
def _decided(draw: st.DrawFn, row: LedgerRow) -> LedgerRow:
    """Return a row that a person may have decided on, and that may be seen live."""
    decision = draw(st.sampled_from([Decision.NONE] * 4 + list(Decision)))
    if draw(st.booleans()):
        seen = YESTERDAY.timestamp()
        row = row._replace(source_seen_at=seen, target_seen_at=seen)
    return row._replace(decision=decision.value)


def _facts(draft: Draft) -> Counter[object]:
    """Return what a plan says, but for the order and names that copies differ in."""
    plan = draft.plan
    return Counter(
        [
            *(_fact(each) for each in plan.operations),
            *(
                (each.side, each.reason, frozenset(each.keys), each.item.kind)
                for each in plan.skips
            ),
            *((_fact(each), reason) for each, reason in plan.held),
        ]
    )


def _fact(operation: Operation) -> tuple[object, ...]:
    return (
        operation.side,
        operation.action,
        operation.reason,
        frozenset(operation.keys),
        frozenset(operation.native_ids),
        repr(operation.value),
    )


def _mirrored_facts(draft: Draft) -> Counter[object]:
    """Return what a plan says, as the pair set up the other way round would say it."""
    plan = draft.plan
    turned = [
        replace(each, side=each.side.other, reason=mirrored_reason(each.reason))
        for each in plan.operations
    ]
    held = [
        (
            replace(each, side=each.side.other, reason=mirrored_reason(each.reason)),
            reason,
        )
        for each, reason in plan.held
    ]
    skips = [
        # What is left to a person belongs to both sides.
        each if each.reason is Reason.CONFLICT else replace(each, side=each.side.other)
        for each in plan.skips
    ]
    return _facts(
        replace(draft, plan=replace(plan, operations=turned, held=held, skips=skips))
    )


def _shuffled(snapshot: Snapshot, seed: int) -> Snapshot:
    records = list(snapshot.records.values())
    random.Random(seed).shuffle(records)
    return Snapshot.of(snapshot.feature, records, snapshot.full_read_at)


@given(case=cases())
def test_planning_is_pure(case: Case) -> None:
    """The same facts lead to the same plan, and none of them is touched."""
    before = deepcopy(case)
    first = case.plan()
    assert case == before
    again = before.plan()
    assert [*map(encode_operation, again.plan)] == [*map(encode_operation, first.plan)]
    assert again.plan.skips == first.plan.skips
    assert again.plan.held == first.plan.held
    assert again.quiet == first.quiet


@given(case=cases(), seed=st.integers(0, 1000))
def test_order_says_nothing(case: Case, seed: int) -> None:
    """The order in which accounts list their records changes no plan."""
    shuffled = replace(
        case,
        source=_shuffled(case.source, seed),
        target=_shuffled(case.target, seed + 1),
    )
    assert _facts(shuffled.plan()) == _facts(case.plan())


@given(
    case=cases(
        Mode.TWO_WAY, st.sampled_from([Prefer.SOURCE, Prefer.TARGET, Prefer.REPORT])
    )
)
def test_both_sides_are_equal(case: Case) -> None:
    """Two-way, the pair set up the other way round plans the same."""
    case.tell()
    assert _mirrored_facts(case.mirrored().plan()) == _facts(case.plan())


@given(case=cases())
def test_every_record_is_in_one_place(case: Case) -> None:
    """Each record and each row is in exactly one match or ambiguous group."""
    joined = join(case.source, case.target, case.ledger)
    groups = [*joined.matches, *joined.ambiguous]
    for side, held in ((Side.SOURCE, case.source), (Side.TARGET, case.target)):
        found = [record.native_id for each in groups for record in each.side(side)]
        assert sorted(found) == sorted(held.records)
    rows = [row.row_id for each in groups for row in each.rows]
    assert len(rows) == len(set(rows))
    assert set(rows) <= {row.row_id for row in case.ledger}


@given(case=cases())
def test_every_wish_is_answered(case: Case) -> None:
    """What one side may give to the other is planned, held or told, never forgotten."""
    draft = case.plan()
    plan = draft.plan
    steps: list[Operation | Skip] = [*plan.operations, *plan.skips, *draft.quiet]
    steps += [operation for operation, _ in plan.held]
    told = {(each.side, frozenset(each.keys)) for each in steps}
    for match in draft.join.matches:
        for side in Side:
            if match.side(side) or not match.side(side.other):
                continue
            if not case.rules.writes(side) or case.rules.feature not in {
                Feature.WATCHLIST,
                Feature.HISTORY,
            }:
                continue
            keys = frozenset(match.keys)
            assert {(side, keys), (side.other, keys)} & told
    for each in plan:
        assert each.keys or each.native_ids or case.rules.support(each.side).by_title


@given(case=first_cases())
def test_a_first_run_removes_nothing(case: Case) -> None:
    """Without a ledger nothing is removed, held back or even wished away."""
    plan = case.plan().plan
    wished = [*plan.operations, *(each for each, _ in plan.held)]
    assert [each for each in wished if each.action is Action.REMOVE] == []


@given(case=cases())
def test_what_is_set_is_kept(case: Case) -> None:
    """Nothing is written that a setting or a block rules out: one-way, no source."""
    rules = case.rules
    for each in case.plan().plan:
        assert rules.writes(each.side)
        assert rules.policy.add or each.action is Action.REMOVE
        assert rules.policy.remove or each.action is not Action.REMOVE
        assert rules.policy.kinds is None or each.item.kind in rules.policy.kinds
        assert rules.support(each.side).remove or each.action is not Action.REMOVE
        assert not rules.blocks.side(each.side).holds(each.item, each.keys)


@given(case=cases())
def test_a_plan_is_done_once(case: Case) -> None:
    """After all of a plan was done there is nothing more to do."""
    first = case.plan()
    waits = Reason.NOT_LISTED in first.plan.reasons()
    unclear = bool(first.join.ambiguous) or any(
        match.doubtful for match in first.join.matches
    )
    after, unlisted = _done(case, READ_AT)
    # What a target alone has is removed only once it was seen there before; a play that
    # vanished is given back once it was missed twice; and of two items that claim the
    # same id or title one is clear once the other has gone, and only then it is seen.
    for _ in range(case.rules.mirrors + (waits or unclear)):
        after, unlisted = _done(after, READ_AT)
    seen = after.plan()
    assert list(seen.plan) == []
    # Nor is anything added again while a side does not list what it took.
    added = [each for each in unlisted.plan().plan if each.action is Action.ADD]
    assert [each for each in added if not each.native_ids] == []
    # And the ledger, once it knows all, has nothing more to learn.
    learnt = recorded(after.ledger, ledger_change(seen, (), TOMORROW))
    known = replace(after, ledger=tuple(learnt)).plan()
    assert list(known.plan) == []
    assert recorded(learnt, ledger_change(known, (), TOMORROW)) == learnt


def _done(case: Case, now: datetime) -> tuple[Case, Case]:
    """Return a case with its plan done, and as long as no addition is listed."""
    case.tell()
    draft = case.plan()
    note(str(draft.plan))
    operations = draft.plan.operations
    outcomes = [Outcome(each, OutcomeKind.APPLIED) for each in operations]
    ledger = tuple(recorded(case.ledger, ledger_change(draft, outcomes, now)))
    known = [each for each in operations if each.action is not Action.ADD]
    after, unlisted = (
        replace(
            case,
            source=done(case.source, arrived, Side.SOURCE),
            target=done(case.target, arrived, Side.TARGET),
            ledger=ledger,
        )
        for arrived in (operations, known)
    )
    return after, unlisted
