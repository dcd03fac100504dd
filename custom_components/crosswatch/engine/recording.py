"""What a run leaves in the ledger: the newest values, sightings and pending work."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from .codec import decode_value, encode_value, keys_text, value_text
from .ledger import LedgerRow
from .matching import Match
from .model import Record, Watched
from .plan import Action, Outcome, OutcomeKind
from .planning import Draft
from .planning.rules import combined
from .store import Change


def ledger_change(draft: Draft, outcomes: Iterable[Outcome], now: datetime) -> Change:
    """Return what the ledger has to learn from this run."""
    outcomes_of: dict[int, list[Outcome]] = {}
    for outcome in outcomes:
        match = draft.match_of[id(outcome.operation)]
        outcomes_of.setdefault(id(match), []).append(outcome)
    rows: list[LedgerRow] = []
    obsolete: list[int] = []
    moment = now.timestamp()
    for match in draft.join.matches:
        came_of = outcomes_of.get(id(match), ())
        if not came_of and _is_known(match):
            continue
        obsolete.extend(_row_ids(match.rows[1:]))
        if not match.rows and not came_of and not (match.source and match.target):
            continue
        if not match.source and not match.target:
            # Neither side has the item any more.
            obsolete.extend(_row_ids(match.rows[:1]))
            continue
        row = _after_read(match, moment)
        for outcome in came_of:
            row = _after_outcome(row, outcome, now)
        if not match.rows or row != match.rows[0]:
            rows.append(row)
    return Change(rows, obsolete)


def missed_change(
    ledger: Iterable[LedgerRow], outcomes: Iterable[Outcome], now: datetime
) -> Change:
    """Return what the ledger did not learn of outcomes, as their run ended suddenly."""
    rows = list(ledger)
    holder = {key: at for at, row in enumerate(rows) for key in row.keys.split(" ")}
    changed: set[int] = set()
    for outcome in outcomes:
        keys = outcome.operation.keys
        at = next((holder[key] for key in keys if key in holder), len(rows))
        if at == len(rows):
            rows.append(LedgerRow(keys=" ".join(keys)))
            holder.update(dict.fromkeys(keys, at))
        rows[at] = _after_outcome(rows[at], outcome, now)
        changed.add(at)
    return Change([rows[at] for at in sorted(changed)])


def next_retry(
    ledger: Iterable[LedgerRow], change: Change, planned_at: datetime
) -> float | None:
    """Return when something that was held back is to be tried again.

    What was due when the plan was made is none of that: it was tried, or is not wanted.
    """
    outdated = {row.row_id for row in change.rows} | set(change.obsolete)
    rows = [row for row in ledger if row.row_id not in outdated]
    due = planned_at.timestamp()
    return min(
        (
            row.retry_at
            for row in (*rows, *change.rows)
            if row.retry_at is not None and row.retry_at > due
        ),
        default=None,
    )


def _is_known(match: Match) -> bool:
    """Tell whether the ledger already says all of this, as it mostly does.

    A shortcut: whatever is left of this is found out at more expense.
    """
    if not len(match.source) == len(match.target) == len(match.rows) == 1:
        return False
    (source,), (target,), (row,) = match.source, match.target, match.rows
    return (
        row.source_native == source.native_id
        and row.target_native == target.native_id
        and row.source_value == value_text(source)
        and row.target_value == value_text(target)
        and row.source_seen_at is not None
        and (row.target_seen_at is not None or not target.seen)
        and row.source_gone_at is None
        and row.target_gone_at is None
        and row.keys == _keys_of(match)
    )


def _keys_of(match: Match) -> str:
    """Return all keys of a record a side, as the ledger keeps them."""
    source, target = keys_text(match.source[0]), keys_text(match.target[0])
    return source if source == target else " ".join(match.keys)


def _after_read(match: Match, moment: float) -> LedgerRow:
    """Return an item's row with what both sides were seen to hold."""
    row = match.row
    keys = match.keys
    if row.keys:
        before = row.keys.split(" ")
        if not (match.source and match.target):
            # While one side is away, its own keys are the only way to know it again.
            keys = tuple(dict.fromkeys([*before, *keys]))
        if not set(keys) <= set(before):
            # An item that gained an id is a new chance for what failed before.
            row = row._replace(attempts=0, retry_at=None)
    source = _sighted(
        match.source,
        _Sight(
            row.source_native, row.source_value, row.source_seen_at, row.source_gone_at
        ),
        moment,
    )
    target = _sighted(
        match.target,
        _Sight(
            row.target_native, row.target_value, row.target_seen_at, row.target_gone_at
        ),
        moment,
    )
    return LedgerRow(
        row_id=row.row_id,
        keys=" ".join(keys),
        source_native=source.native,
        target_native=target.native,
        source_value=source.value,
        target_value=target.value,
        source_seen_at=source.seen_at,
        target_seen_at=target.seen_at,
        source_gone_at=source.gone_at,
        target_gone_at=target.gone_at,
        attempts=row.attempts,
        retry_at=row.retry_at,
        failure=row.failure,
    )


class _Sight(NamedTuple):
    """What a ledger row knows of one side."""

    native: str
    value: str
    seen_at: float | None
    gone_at: float | None


def _sighted(records: Sequence[Record], sight: _Sight, moment: float) -> _Sight:
    """Return what is known of a side after a complete read."""
    if not records:
        if sight.seen_at is None or sight.gone_at is not None:
            return sight
        return sight._replace(gone_at=moment)
    seen_at = sight.seen_at
    if seen_at is None and any(record.seen for record in records):
        seen_at = moment
    if len(records) == 1:
        return _Sight(records[0].native_id, value_text(records[0]), seen_at, None)
    native = "\n".join([record.native_id for record in records])
    return _Sight(native, encode_value(combined(records)), seen_at, None)


def _after_outcome(row: LedgerRow, outcome: Outcome, now: datetime) -> LedgerRow:
    """Return an item's row with what came of its operation."""
    row = row.after(outcome, now)
    operation = outcome.operation
    done = outcome.kind in {OutcomeKind.APPLIED, OutcomeKind.ALREADY_THERE}
    if not done or operation.action is Action.REMOVE or operation.value is None:
        return row
    added = operation.action is Action.ADD and not operation.native_ids
    value = operation.value
    if isinstance(value, Watched) and row.target_value:
        held = decode_value(operation.feature, row.target_value)
        # What the target had before it lost the item says nothing of what it has now.
        if isinstance(held, Watched) and not (added and row.target_seen_at):
            value = held.with_plays_of(value)
    return row._replace(
        target_value=encode_value(value),
        target_native=outcome.address,
        # A write that was acknowledged is not a sighting.
        target_seen_at=None if added else row.target_seen_at,
        target_gone_at=None,
    )


def _row_ids(rows: Iterable[LedgerRow]) -> list[int]:
    """Return the ids of the rows that are stored."""
    return [row.row_id for row in rows if row.row_id is not None]
