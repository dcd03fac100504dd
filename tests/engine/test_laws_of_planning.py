"""What holds for every plan, whatever the two sides hold."""

from collections import Counter
from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import timedelta
from itertools import count
import random

from hypothesis import given, strategies as st

from custom_components.crosswatch.engine.codec import encode_operation
from custom_components.crosswatch.engine.ledger import LedgerRow
from custom_components.crosswatch.engine.matching import join
from custom_components.crosswatch.engine.model import (
    Feature,
    Record,
    Side,
    Snapshot,
    Watched,
)
from custom_components.crosswatch.engine.plan import Outcome, OutcomeKind
from custom_components.crosswatch.engine.planning import Draft, plan_feature
from custom_components.crosswatch.engine.planning.rules import Rules
from custom_components.crosswatch.engine.policy import FeaturePolicy
from custom_components.crosswatch.engine.provider import ALL_KINDS, FeatureSupport
from custom_components.crosswatch.engine.recording import ledger_change
from custom_components.crosswatch.engine.store import Change

from .strategies import snapshots
from .worlds import READ_AT

FEATURES = (Feature.WATCHLIST, Feature.HISTORY, Feature.RATINGS)

features = st.sampled_from(FEATURES)


@st.composite
def _cases(draw: st.DrawFn) -> tuple[Rules, Snapshot, Snapshot]:
    feature = draw(features)
    support = FeatureSupport(
        kinds=ALL_KINDS, plays=draw(st.booleans()), by_title=draw(st.booleans())
    )
    rules = Rules(
        feature=feature,
        policy=FeaturePolicy(rewatches=draw(st.booleans())),
        source=support,
        target=support,
    )
    return rules, draw(snapshots(feature)), draw(snapshots(feature))


def _plan(rules: Rules, source: Snapshot, target: Snapshot) -> Draft:
    return plan_feature(source, target, [], rules, now=READ_AT)


def _facts(draft: Draft) -> Counter[object]:
    """Return what a plan says, but for the order and names that copies differ in."""
    return Counter(
        [
            *(
                (each.action, each.reason, frozenset(each.keys), repr(each.value))
                for each in draft.plan.operations
            ),
            *((each.reason, frozenset(each.keys)) for each in draft.plan.skips),
        ]
    )


def _shuffled(snapshot: Snapshot, seed: int) -> Snapshot:
    records = list(snapshot.records.values())
    random.Random(seed).shuffle(records)
    return Snapshot.of(snapshot.feature, records, snapshot.full_read_at)


@given(case=_cases())
def test_planning_is_pure(case: tuple[Rules, Snapshot, Snapshot]) -> None:
    """The same facts lead to the same plan, and none of them is touched."""
    rules, source, target = case
    before = deepcopy((source, target))
    first = _plan(rules, source, target)
    assert (source, target) == before
    again = _plan(rules, *before)
    assert [*map(encode_operation, again.plan)] == [*map(encode_operation, first.plan)]
    assert again.plan.skips == first.plan.skips


@given(case=_cases(), seed=st.integers(0, 1000))
def test_order_says_nothing(case: tuple[Rules, Snapshot, Snapshot], seed: int) -> None:
    """The order in which accounts list their records changes no plan."""
    rules, source, target = case
    shuffled = _plan(rules, _shuffled(source, seed), _shuffled(target, seed + 1))
    assert _facts(shuffled) == _facts(_plan(rules, source, target))


@given(case=_cases())
def test_every_record_is_in_one_place(case: tuple[Rules, Snapshot, Snapshot]) -> None:
    """Each record is in exactly one match or ambiguous group, ledger or not."""
    rules, source, target = case
    first = _plan(rules, source, target)
    ledger = ledger_change(first, (), READ_AT).rows
    for joined in (first.join, join(source, target, ledger)):
        groups = [*joined.matches, *joined.ambiguous]
        for side, held in ((Side.SOURCE, source), (Side.TARGET, target)):
            found = [record.native_id for each in groups for record in each.side(side)]
            assert sorted(found) == sorted(held.records)
        rows = [row.keys for each in groups for row in each.rows]
        assert len(rows) <= len(ledger)


@given(case=_cases())
def test_every_wish_is_answered(case: tuple[Rules, Snapshot, Snapshot]) -> None:
    """What only the source has is planned or skipped with a reason, never forgotten."""
    rules, source, target = case
    draft = _plan(rules, source, target)
    told = {frozenset(each.keys) for each in draft.plan.operations}
    told |= {frozenset(each.keys) for each in draft.plan.skips}
    for match in draft.join.matches:
        if match.source and not match.target and rules.feature is not Feature.RATINGS:
            assert frozenset(match.keys) in told
    for each in draft.plan:
        assert each.keys or each.native_ids or rules.target.by_title


@given(case=_cases())
def test_a_plan_is_done_once(case: tuple[Rules, Snapshot, Snapshot]) -> None:
    """After all of a plan was done there is nothing more to do."""
    rules, source, target = case
    draft = _plan(rules, source, target)
    outcomes = [Outcome(each, OutcomeKind.APPLIED) for each in draft.plan]
    ledger = _recorded([], ledger_change(draft, outcomes, READ_AT))
    listed = _after(draft, target)
    seen = plan_feature(source, listed, ledger, rules, now=READ_AT)
    assert list(seen.plan) == []
    # Nor is there while the target does not list what it took.
    unseen = plan_feature(source, target, ledger, rules, now=READ_AT)
    assert [each for each in unseen.plan if not each.native_ids] == []
    # And the ledger, once it knows all, has nothing more to learn.
    tomorrow = READ_AT + timedelta(days=1)
    learnt = _recorded(ledger, ledger_change(seen, (), tomorrow))
    known = plan_feature(source, listed, learnt, rules, now=tomorrow)
    assert list(known.plan) == []
    assert _recorded(learnt, ledger_change(known, (), tomorrow)) == learnt


def _recorded(ledger: Sequence[LedgerRow], change: Change) -> list[LedgerRow]:
    """Return the ledger with a change made, as the store would do it."""
    rows = {row.row_id: row for row in ledger if row.row_id not in change.obsolete}
    numbers = count(max([row.row_id or 0 for row in ledger], default=0) + 1)
    for row in change.rows:
        row_id = next(numbers) if row.row_id is None else row.row_id
        rows[row_id] = row._replace(row_id=row_id)
    return list(rows.values())


def _after(draft: Draft, target: Snapshot) -> Snapshot:
    """Return the target with a plan done, as a service would do it."""
    records: dict[str, Record] = dict(target.records)
    holders: Mapping[str, str] = {}
    for number, operation in enumerate(draft.plan):
        assert operation.value is not None
        holders = {key: name for name, each in records.items() for key in each.keys}
        name = next(iter(operation.native_ids), "") or next(
            (holders[key] for key in operation.keys if key in holders), f"w{number}"
        )
        old = records.get(name)
        value = operation.value
        if old is not None and isinstance(old.value, Watched):
            assert isinstance(value, Watched)
            value = old.value.with_plays_of(value)
        # An update goes to all copies that the target has.
        for each in operation.native_ids or (name,):
            item = records[each].item if each in records else operation.item
            records[each] = Record(item, value, each)
    return Snapshot.of(target.feature, records.values(), READ_AT)
