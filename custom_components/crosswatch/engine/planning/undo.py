"""Plan to take back what a run did."""

from collections.abc import Iterable, Iterator, Sequence

from ..ledger import Decision, LedgerRow
from ..matching import Join, Match, join
from ..model import Play, Record, Side, Snapshot, Value, Watched
from ..plan import Action, Operation, Outcome, Plan, Reason, Skip
from .drafting import Draft
from .one_sided import SAME_DATE
from .origins import Origins
from .rewatch import dated_plays
from .rules import Rules, combined, removal
from .written import is_as_written


def plan_undo(
    source: Snapshot,
    target: Snapshot,
    ledger: Sequence[LedgerRow],
    rules: Rules,
    done: Sequence[Outcome],
) -> Draft:
    """Plan to take back what was `done`, the last of it first.

    What has changed since is left alone: it is not the run's doing any more.
    """
    finder = _Finder(join(source, target, ledger))
    operations: list[Operation] = []
    skips: list[Skip] = []
    matches: list[Match] = []
    touched: dict[int, Match] = {}
    for outcome in reversed(done):
        match = finder.find(outcome)
        for step in _inverse(outcome.operation, match, rules):
            if isinstance(step, Skip):
                skips.append(step)
                continue
            operations.append(step)
            matches.append(match)
            touched[id(match)] = match
    in_order = sorted(operations, key=lambda each: each.side is Side.SOURCE)
    return Draft(
        Plan(rules.feature, in_order, skips),
        # What is known of all other items stays as it is: this is no sync.
        Join(list(touched.values()), ()),
        rules,
        Origins(operations, matches),
        # Without it, the next run would do the same all over again.
        decisions=dict.fromkeys(touched, Decision.UNDONE),
    )


class _Finder:
    """Finds what is known now of the items of a run."""

    def __init__(self, joined: Join) -> None:
        """File all matches under their keys and addresses."""
        self._filed: dict[str | tuple[Side, str], Match] = {}
        for match in joined.matches:
            self._file(match)

    def _file(self, match: Match) -> None:
        """File a match under all that it is known by."""
        for side in Side:
            for record in match.side(side):
                self._filed[side, record.native_id] = match
                self._filed.update(dict.fromkeys(record.keys, match))
        for row in match.rows:
            for key in row.keys.split(" "):
                self._filed.setdefault(key, match)

    def find(self, outcome: Outcome) -> Match:
        """Return the match of what a run wrote, an empty one for what is gone."""
        operation = outcome.operation
        names: list[str | tuple[Side, str]] = [
            (operation.side, address)
            for address in (outcome.native_id, *operation.native_ids)
            if address
        ]
        for name in (*names, *operation.keys):
            if match := self._filed.get(name):
                return match
        match = Match(rows=(LedgerRow(keys=" ".join(operation.keys)),))
        self._file(match)
        return match


def _inverse(
    operation: Operation, match: Match, rules: Rules
) -> Iterator[Operation | Skip]:
    """Return what takes an operation back, or why it is left alone."""
    support, side = rules.support(operation.side), operation.side
    records = match.side(side)
    if operation.action is Action.REMOVE:
        if not support.add:
            yield _skip(operation, Reason.FEATURE_NOT_SUPPORTED)
        else:
            yield from _put_back(operation, records, rules)
        return
    if not records or not _is_as_written(operation, records, rules):
        yield _skip(operation, Reason.CHANGED_SINCE)
    elif operation.action is Action.UPDATE and operation.before is not None:
        yield Operation(
            feature=operation.feature,
            side=side,
            action=Action.UPDATE,
            item=match.item,
            reason=Reason.UNDO,
            keys=match.keys,
            value=operation.before,
            before=combined(records),
            native_ids=tuple([record.native_id for record in records]),
        )
    elif not support.remove:
        yield _skip(operation, Reason.FEATURE_NOT_SUPPORTED)
    else:
        plays = _plays_written(operation, records)
        yield removal(match, rules, side, Reason.UNDO, plays)


def _put_back(
    operation: Operation, records: Sequence[Record], rules: Rules
) -> Iterator[Operation | Skip]:
    """Return what gives a side back what was removed from it."""
    before, support = operation.before, rules.support(operation.side)
    if before is None:
        yield _skip(operation, Reason.CHANGED_SINCE)
        return
    values: Iterable[Value] = (before,)
    if isinstance(before, Watched):
        held = combined(records) if records else None
        known = dated_plays(held) if isinstance(held, Watched) else []
        # What stood at several copies of the item is put back once.
        removed = {play.at: play for play in dated_plays(before)}
        plays = [
            play
            for play in removed.values()
            if all(abs(play.at - each.at) > rules.tolerance for each in known)
        ]
        if not support.plays:
            plays = [] if records else plays[-1:]
        # Written anew, a play gets a name of its own.
        values = [Watched(play.at, (Play(play.at),)) for play in plays]
    elif records:
        values = ()
    if not (values := list(values)):
        yield _skip(operation, Reason.ALREADY_THERE if records else Reason.NO_DATE)
    for value in values:
        yield Operation(
            feature=operation.feature,
            side=operation.side,
            action=Action.ADD,
            item=operation.item,
            reason=Reason.UNDO,
            keys=operation.keys,
            value=value,
            native_ids=tuple([record.native_id for record in records]),
        )


def _is_as_written(
    operation: Operation, records: Sequence[Record], rules: Rules
) -> bool:
    """Tell whether a side still holds what was written there."""
    held, written = combined(records), operation.value
    if isinstance(held, Watched) and isinstance(written, Watched) and held.plays:
        return bool(_matching(held, written))
    return written is None or is_as_written(written, held, rules, operation.side)


def _plays_written(operation: Operation, records: Sequence[Record]) -> Value | None:
    """Return the plays that an operation wrote; None where an item is one play."""
    held = combined(records)
    if not isinstance(held, Watched) or not isinstance(operation.value, Watched):
        return None
    if not held.plays:
        return None
    plays = tuple(_matching(held, operation.value))
    return Watched(plays[-1].at, plays, len(plays))


def _matching(held: Watched, written: Watched) -> list[Play]:
    """Return the plays that a side holds and that were written there."""
    moments = [play.at for play in dated_plays(written)]
    found: list[Play] = []
    for moment in moments:
        near = [
            play
            for play in held.plays
            if play not in found and abs(play.at - moment) <= SAME_DATE
        ]
        if near:
            found.append(min(near, key=lambda play: abs(play.at - moment)))
    return sorted(found, key=lambda play: play.at)


def _skip(operation: Operation, reason: Reason) -> Skip:
    """Return that an operation is not taken back, and why."""
    return Skip(
        feature=operation.feature,
        side=operation.side,
        item=operation.item,
        reason=reason,
        keys=operation.keys,
    )
