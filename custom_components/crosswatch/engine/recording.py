"""What a run leaves in the ledger: the newest values, sightings and pending work."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from .codec import decode_value, encode_value, keys_text, value_text
from .evidence import Origin, is_guess, own_record
from .known_plays import (
    is_all_taken,
    plays_left,
    watched_in,
    with_known_plays,
    without_lost_plays,
)
from .ledger import Decision, LedgerRow, Sight
from .matching import Match
from .model import Feature, Listed, Progress, Rated, Record, Side, Watched
from .plan import Action, Outcome, OutcomeKind, Reason
from .planning import Draft
from .planning.gates import is_as_left
from .planning.rating import was_before
from .planning.rules import combined, libraries_of, side_text
from .planning.written import is_as_written
from .store import Change

type Tells = Callable[[Record], bool]


def ledger_change(draft: Draft, outcomes: Iterable[Outcome], now: datetime) -> Change:
    """Return what the ledger has to learn from a run."""
    outcomes_of: dict[int, list[Outcome]] = {}
    sent: set[int] = set()
    for outcome in outcomes:
        sent.add(id(outcome.operation))
        match = draft.origins.of(outcome.operation)
        outcomes_of.setdefault(id(match), []).append(outcome)
    unsent = {id(match) for each, match in draft.origins if id(each) not in sent}
    writer = _Writer(draft, now, draft.open | unsent)
    for match in draft.join.matches:
        writer.take(match, outcomes_of.get(id(match), ()))
    return Change(writer.rows, writer.obsolete)


class _Writer:
    """Writes the rows of one run."""

    def __init__(
        self,
        draft: Draft,
        now: datetime,
        open_matches: Collection[int],
    ) -> None:
        """Begin with no row."""
        self.rules = draft.rules
        self.now = now
        self.tells = _TELLS.get(draft.rules.feature, _always)
        self.open = open_matches
        self.decisions = draft.decisions
        self.rows: list[LedgerRow] = []
        self.obsolete: list[int] = []

    def take(self, match: Match, outcomes: Sequence[Outcome]) -> None:
        """Write what is known of one item from now on."""
        decision = self.decisions.get(id(match), Decision.NONE)
        if not decision and self._is_undone(match, outcomes):
            decision = Decision.UNDONE
        if not outcomes and not decision and _is_known(match):
            return
        self.obsolete.extend(_row_ids(match.rows[1:]))
        is_old = not outcomes and self._is_old(match)
        is_wanted = match.rows or outcomes or is_old
        if not is_wanted and not self._is_worth_a_row(match):
            return
        if decision is not Decision.UNDONE and self._is_over(match, outcomes):
            self.obsolete.extend(_row_ids(match.rows[:1]))
            return
        done = id(match) not in self.open and all(map(_is_done, outcomes))
        row = self._after_read(match, agreed=done)
        row = with_known_plays(row, match, self.rules, agreed=done)
        row = row._replace(decision=decision.value, evidence=_evidence(match))
        if is_old:
            row = row._replace(failure=Reason.TOO_OLD.value)
        for outcome in outcomes:
            row = _after_outcome(row, outcome, self.now)
            if self.rules.rewatches and _is_done(outcome):
                row = without_lost_plays(row, match, self.rules, outcome.operation)
        if not match.rows or row != match.rows[0]:
            self.rows.append(row)

    def _is_undone(self, match: Match, outcomes: Sequence[Outcome]) -> bool:
        """Tell whether an item is still as a person left it who took something back."""
        if outcomes or match.row.decision != Decision.UNDONE:
            return False
        return bool(match.source) != bool(match.target) and is_as_left(
            match, self.rules
        )

    def _is_old(self, match: Match) -> bool:
        """Tell whether an undated rating is to be known as older than the pair."""
        is_rating = self.rules.feature is Feature.RATINGS
        return is_rating and was_before(match, self.rules)

    def _is_worth_a_row(self, match: Match) -> bool:
        """Tell whether an item that nothing was done for is to be known again."""
        told = [side for side in Side if any(map(self.tells, match.side(side)))]
        if match.source and match.target:
            return bool(told)
        # A mirror removes only what an earlier run saw at the target.
        return self.rules.mirrors and Side.TARGET in told

    def _is_over(self, match: Match, outcomes: Sequence[Outcome]) -> bool:
        """Tell whether nobody has the item any more."""
        done = [each.operation for each in outcomes if _is_done(each)]
        left = {side for side in Side if match.side(side)}
        left -= {side for side in left if is_all_taken(match, side, done)}
        left |= {each.side for each in done if each.action is not Action.REMOVE}
        return not left and not any(map(_awaits_listing, match.rows))

    def _after_read(self, match: Match, *, agreed: bool) -> LedgerRow:
        """Return an item's row with what both sides were seen to hold.

        The values are taken over only where nothing is left to be done, as both sides
        have `agreed` on them: what was to be done is known by them.
        """
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
        row = row._replace(
            keys=" ".join(keys), replaced=row.replaced if not agreed else ""
        )
        # While a side lacks the item, what both agreed on tells what is newer than that.
        keeps = bool(match.rows) and not (agreed and match.source and match.target)
        # What a side has for the first time is new until both have agreed on it, or a
        # person has decided.
        is_new = (
            not agreed
            and bool(match.source and match.target)
            and id(match) not in self.decisions
        )
        return row.with_sights(
            *[
                self._sighted(match, side, row.sight(side), keeps=keeps, is_new=is_new)
                for side in Side
            ]
        )

    def _sighted(
        self, match: Match, side: Side, sight: Sight, *, keeps: bool, is_new: bool
    ) -> Sight:
        """Return what is known of a side after a complete read.

        With `keeps` the side keeps its value, if it has one, and with `is_new` as well
        that it has none.
        """
        records, moment = match.side(side), self.now.timestamp()
        if not any(map(self.tells, records)):
            if sight.seen_at is None or sight.gone_at is not None:
                return sight
            return sight._replace(gone_at=moment)
        seen_at = sight.seen_at
        if seen_at is None and any(record.seen for record in records):
            seen_at = moment
        # What came back while the other side lacks it goes on being newer than the loss.
        gone_at = sight.gone_at if keeps else None
        keeps = (
            keeps
            and (is_new or bool(sight.value))
            and not self._is_first_listing(sight, records, side)
        )
        value = sight.value if keeps else side_text(records)
        library = libraries_of(records) or sight.library
        if len(records) == 1:
            return Sight(records[0].native_id, value, seen_at, gone_at, library)
        native = "\n".join([record.native_id for record in records])
        return Sight(native, value, seen_at, gone_at, library)

    def _is_first_listing(
        self, sight: Sight, records: Sequence[Record], side: Side
    ) -> bool:
        """Tell whether a side lists for the first time what was written there.

        A service may keep it less exactly; but what is another value is newer.
        """
        if sight.seen_at is not None or not sight.value:
            return False
        written = decode_value(self.rules.feature, sight.value)
        return is_as_written(written, combined(records), self.rules, side)


def _awaits_listing(row: LedgerRow) -> bool:
    """Tell whether a side has taken an item that it has not listed so far.

    When it does, it must be known that the other side has lost the item meanwhile.
    """
    return any(
        bool(row.value(side)) and row.seen_at(side) is row.gone_at(side) is None
        for side in Side
    )


def _always(record: Record) -> bool:
    """Tell that a record says what it says by being there."""
    return True


def _has_rating(record: Record) -> bool:
    """Tell whether a record rates its item: some are listed without a rating."""
    return isinstance(record.value, Rated) and record.value.rating > 0


def _has_position(record: Record) -> bool:
    """Tell whether a record has a position: some are listed without one."""
    value = record.value
    return isinstance(value, Progress) and (
        value.position_ms is not None or value.percent is not None
    )


_TELLS: Final[Mapping[Feature, Tells]] = {
    Feature.RATINGS: _has_rating,
    Feature.PROGRESS: _has_position,
}


def _is_done(outcome: Outcome) -> bool:
    """Tell whether an account holds what an operation wanted."""
    return outcome.kind in {OutcomeKind.APPLIED, OutcomeKind.ALREADY_THERE}


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
        if outcome.operation.reason is Reason.UNDO and _is_done(outcome):
            rows[at] = rows[at]._replace(decision=Decision.UNDONE.value)
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


def _evidence(match: Match) -> str:
    """Return on what it rests that both sides have the same item."""
    guessed = any(map(is_guess, (*match.source, *match.target)))
    if not (match.source and match.target):
        return Origin.SEARCH.value if guessed else match.row.evidence
    theirs = {key for record in match.target for key in own_record(record).keys}
    if any(key in theirs for record in match.source for key in own_record(record).keys):
        return ""
    return Origin.SEARCH.value if guessed else match.row.evidence


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
        and (row.source_seen_at is not None or not source.seen)
        and (row.target_seen_at is not None or not target.seen)
        and row.source_gone_at is None
        and row.target_gone_at is None
        and row.decision == row.replaced == row.evidence == ""
        and not is_guess(source)
        and not is_guess(target)
        and row.source_library == source.library
        and row.target_library == target.library
        and row.keys == _keys_of(match)
    )


def _keys_of(match: Match) -> str:
    """Return all keys of a record a side, as the ledger keeps them."""
    source, target = keys_text(match.source[0]), keys_text(match.target[0])
    return source if source == target else " ".join(match.keys)


def _after_outcome(row: LedgerRow, outcome: Outcome, now: datetime) -> LedgerRow:
    """Return an item's row with what came of its operation."""
    row = row.after(outcome, now)
    operation = outcome.operation
    side, value = operation.side, operation.value
    if not _is_done(outcome):
        return row
    sight = row.sight(side)
    held = None
    if operation.feature is Feature.HISTORY:
        held = watched_in(sight.value)
    if operation.action is Action.REMOVE:
        if left := plays_left(held, operation):
            value = Watched(left[-1].at, left, len(left))
            return row.with_sight(side, sight._replace(value=encode_value(value)))
        gone = sight._replace(native="", value="", gone_at=now.timestamp())
        return row.with_sight(side, gone)
    if value is None:
        return row
    added = operation.action is Action.ADD and not operation.native_ids
    if isinstance(value, Listed):
        # Most services note the moment of the writing: a later one is a person's.
        value = Listed(now)
    if isinstance(value, Watched) and held is not None:
        value = held.with_plays_of(value)
    if operation.action is Action.UPDATE and operation.before is not None:
        replaced = f"{side.value}:{encode_value(operation.before)}"
        row = row._replace(replaced=replaced)
    # A write that was acknowledged is not a sighting.
    seen_at = None if added else sight.seen_at
    return row.with_sight(
        side,
        Sight(outcome.address, encode_value(value), seen_at, None, sight.library),
    )


def _row_ids(rows: Iterable[LedgerRow]) -> list[int]:
    """Return the ids of the rows that are stored."""
    return [row.row_id for row in rows if row.row_id is not None]
