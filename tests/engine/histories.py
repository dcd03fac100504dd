"""Earlier runs and mirror images of plans and states, for the laws."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import replace
from itertools import count
from typing import Any
from unittest.mock import patch

from custom_components.crosswatch.engine.block_lists import Blocks
from custom_components.crosswatch.engine.ledger import LedgerRow
from custom_components.crosswatch.engine.model import (
    Progress,
    Record,
    Side,
    Snapshot,
    Watched,
)
from custom_components.crosswatch.engine.plan import Action, Operation, Reason
from custom_components.crosswatch.engine.planning.rules import Rules
from custom_components.crosswatch.engine.policy import FeaturePolicy, Policy, Prefer
from custom_components.crosswatch.engine.report import Counts, Report, Result
from custom_components.crosswatch.engine.store import Change

from .arena import Arena
from .fake_account import FakeAccount, Fault
from .fake_values import left
from .worlds import READ_AT

_SWAPPED_PREFERENCE = {
    Prefer.SOURCE: Prefer.TARGET,
    Prefer.TARGET: Prefer.SOURCE,
}
_SWAPPED_REASON = {
    Reason.GONE_FROM_SOURCE: Reason.GONE_FROM_TARGET,
    Reason.GONE_FROM_TARGET: Reason.GONE_FROM_SOURCE,
}


@contextmanager
def in_place() -> Iterator[None]:
    """Let the work for threads be done in place: thousands of runs go twice as fast."""

    async def do[Answer](
        work: Callable[..., Answer], *args: Any, **named: Any
    ) -> Answer:
        return work(*args, **named)

    with patch("asyncio.to_thread", do):
        yield


# What is seen of accounts and runs


def unused(account: FakeAccount) -> FakeAccount:
    """Return an account of the same kind that nobody has used yet."""
    return type(account)(
        name=account.name,
        support=account.support,
        lists=account.lists,
        has_marker=account.has_marker,
        has_delta=account.has_delta,
        tells_native_ids=account.tells_native_ids,
        lag=account.lag,
    )


def traits(account: FakeAccount) -> str:
    """Return in short what kind of account this is."""
    support = account.support
    return (
        f"{account.name}: lists {sorted(account.lists) if account.lists else 'all'}"
        f", step {support.rating_step}, batch {support.batch_size}, lag {account.lag}"
        f"{', plays' * support.plays}{', marker' * account.has_marker}"
        f"{', delta' * account.has_delta}{', tells' * account.tells_native_ids}"
    )


def shown(arena: Arena) -> dict[str, str]:
    """Return what each account holds."""
    return {
        name: account.shown(arena.feature) for name, account in arena.accounts.items()
    }


def counts_are_items(report: Report) -> None:
    """Assert that each count of a report is the number of its items that say so."""
    results = Counter(item.result for item in report.items)
    done = Counter(
        item.action
        for item in report.items
        if item.result in {Result.APPLIED, Result.PLANNED}
    )
    failures = sum(
        each.failure is not None and not each.items for each in report.features.values()
    )
    assert report.counts == Counts(
        added=done[Action.ADD],
        removed=done[Action.REMOVE],
        updated=done[Action.UPDATE],
        skipped=results[Result.SKIPPED] + results[Result.ALREADY_THERE],
        unresolved=results[Result.UNRESOLVED],
        errors=results[Result.FAILED] + results[Result.UNKNOWN] + failures,
        blocked=results[Result.BLOCKED],
    )


def sent_is_accounted_for(report: Report, sent: Sequence[Operation]) -> None:
    """Assert that a report tells what came of each operation that was sent, once."""
    told = Counter(
        (item.side, item.action, item.item.label)
        for item in report.items
        if item.action and item.result in OUTCOMES
    )
    wanted = Counter((each.side, each.action, each.item.label) for each in sent)
    assert told == wanted, f"sent {wanted}, told {told}"


OUTCOMES = frozenset(
    {
        Result.APPLIED,
        Result.ALREADY_THERE,
        Result.UNRESOLVED,
        Result.FAILED,
        Result.UNKNOWN,
    }
)


def faults_from_now_on(
    account: FakeAccount, faults: Mapping[tuple[str, int], Fault]
) -> dict[tuple[str, int], Fault]:
    """Return faults of the coming requests, the next one being number 1."""
    so_far = {
        "activity": account.requests.activity,
        "read": len(account.requests.reads),
        "write": len(account.requests.writes),
    }
    return {(what, so_far[what] + at): each for (what, at), each in faults.items()}


# What a run leaves


def recorded(ledger: Sequence[LedgerRow], change: Change) -> list[LedgerRow]:
    """Return the ledger with a change made, as the store would do it."""
    rows = {row.row_id: row for row in ledger if row.row_id not in change.obsolete}
    numbers = count(max([row.row_id or 0 for row in ledger], default=0) + 1)
    for row in change.rows:
        row_id = next(numbers) if row.row_id is None else row.row_id
        rows[row_id] = row._replace(row_id=row_id)
    return list(rows.values())


def done(snapshot: Snapshot, operations: Sequence[Operation], side: Side) -> Snapshot:
    """Return a side with its operations done, as an honest service would do them."""
    records = dict(snapshot.records)
    numbers = (f"w{number}" for number in count())
    for operation in operations:
        if operation.side is not side:
            continue
        if operation.action is Action.REMOVE:
            for name in operation.native_ids:
                _take(records, name, operation)
        else:
            new = next(name for name in numbers if name not in snapshot.records)
            _put(records, new, operation)
    return Snapshot.of(snapshot.feature, records.values(), READ_AT)


def _take(records: dict[str, Record], name: str, operation: Operation) -> None:
    if name not in records:
        return
    held = records.pop(name)
    value = left(held.value, operation.before)
    if value is not None:
        records[name] = held.with_value(value)


def _put(records: dict[str, Record], new: str, operation: Operation) -> None:
    assert operation.value is not None
    holders = {key: name for name, each in records.items() for key in each.keys}
    known = [holders[key] for key in operation.keys if key in holders]
    # An update goes to all copies that the side has.
    for name in operation.native_ids or known[:1] or (new,):
        old = records.get(name)
        value = operation.value
        if old is not None and isinstance(old.value, Watched):
            assert isinstance(value, Watched)
            value = old.value.with_plays_of(value)
        if isinstance(value, Progress):
            value = replace(value, playing=False, watched=False)
        item = old.item if old else operation.item
        library = old.library if old else ""
        records[name] = Record(item, value, name, library=library)


# Mirror images: the same with source and target swapped


def mirrored_rules(rules: Rules) -> Rules:
    """Return the rules of the same pair, set up the other way round."""
    policy = rules.policy
    return replace(
        rules,
        policy=mirrored_feature(policy),
        source=rules.target,
        target=rules.source,
        prefer=mirrored_preference(rules.prefer),
        blocks=Blocks(rules.blocks.target, rules.blocks.source),
    )


def mirrored_policy(policy: Policy) -> Policy:
    """Return a policy for the pair set up the other way round."""
    features = {
        feature: mirrored_feature(each) for feature, each in policy.features.items()
    }
    return replace(policy, features=features, prefer=mirrored_preference(policy.prefer))


def mirrored_feature(policy: FeaturePolicy) -> FeaturePolicy:
    """Return a feature's policy for the pair set up the other way round."""
    return replace(
        policy, libraries=policy.target_libraries, target_libraries=policy.libraries
    )


def mirrored_preference(prefer: Prefer) -> Prefer:
    """Return the preference that means the same account."""
    return _SWAPPED_PREFERENCE.get(prefer, prefer)


def mirrored_reason(reason: Reason) -> Reason:
    """Return the reason as the pair set up the other way round would give it."""
    return _SWAPPED_REASON.get(reason, reason)


def mirrored_row(row: LedgerRow) -> LedgerRow:
    """Return what the ledger of the pair set up the other way round would say."""
    source, target = row.sight(Side.SOURCE), row.sight(Side.TARGET)
    side, parted, value = row.replaced.partition(":")
    if parted:
        row = row._replace(replaced=f"{Side(side).other.value}:{value}")
    return row.with_sights(target, source)
