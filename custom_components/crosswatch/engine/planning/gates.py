"""Gates that hold planned operations back, each for its own reason.

They come after planning, so that a reader can see what was wanted and what was held.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from ..codec import decode_value
from ..evidence import Origin
from ..ledger import Decision
from ..matching import Match
from ..model import Listed, Side, Value, Watched
from ..plan import Action, Operation, Reason
from .one_sided import differs
from .rules import Rules, combined
from .written import is_as_written

type Gate = Callable[[Operation, Match], Reason | None]
type Unanswered = Mapping[Side, Collection[str]]


@dataclass(frozen=True, slots=True)
class Gates:
    """The gates that an operation has to pass.

    Those in `known` are asked only where the ledger knows the item.
    """

    always: tuple[Gate, ...]
    known: tuple[Gate, ...]

    @classmethod
    def of(
        cls, rules: Rules, now: datetime, *, retry: bool, unanswered: Unanswered
    ) -> Gates:
        """Return the gates that are closed to anything under these rules.

        `retry` opens the quarantine, because a person asked for it. Of the records in
        `unanswered` it could not be found out what they are.
        """
        always: list[Gate] = [] if rules.policy.add else [_adding_is_off]
        if any(unanswered.values()):
            always.append(_not_looked_up(unanswered))
        if not all(
            support.add and support.update and support.remove
            for support in (rules.source, rules.target)
        ):
            always.append(_lacking_support(rules))
        known: list[Gate] = [
            _undone(rules),
            only_guessed,
            never_listed,
            written_but_never_listed,
        ]
        if not retry:
            known.append(_quarantine(now))
        return cls(tuple(always), tuple(known))

    def refusal(self, operation: Operation, match: Match) -> Reason | None:
        """Return why an operation is held back, or None."""
        for gate in (*self.always, *self.known) if match.rows else self.always:
            if reason := gate(operation, match):
                return reason
        return None


def _adding_is_off(operation: Operation, match: Match) -> Reason | None:
    """Hold back all that is added or changed."""
    return None if operation.action is Action.REMOVE else Reason.ADDING_OFF


def _lacking_support(rules: Rules) -> Gate:
    """Return the gate that holds back what an account cannot do."""
    can = {
        (side, action): able
        for side in Side
        for support in (rules.support(side),)
        for action, able in (
            (Action.ADD, support.add),
            (Action.UPDATE, support.update),
            (Action.REMOVE, support.remove),
        )
    }

    def not_supported(operation: Operation, match: Match) -> Reason | None:
        """Hold back what the account cannot do."""
        if can[operation.side, operation.action]:
            return None
        return Reason.FEATURE_NOT_SUPPORTED

    return not_supported


def _not_looked_up(unanswered: Unanswered) -> Gate:
    """Return the gate that waits until it is known what an item is.

    It may be one that the written side has under other ids. And what seems to be gone
    may be among those of which nobody knows what they are.
    """

    def not_looked_up(operation: Operation, match: Match) -> Reason | None:
        """Hold back what is not known well enough."""
        names = unanswered.get(operation.side.other, ())
        if operation.action is Action.REMOVE or any(
            record.native_id in names for record in match.side(operation.side.other)
        ):
            return Reason.NOT_LOOKED_UP
        return None

    return not_looked_up


def only_guessed(operation: Operation, match: Match) -> Reason | None:
    """Hold back the removal of what was only guessed to be the same on both sides."""
    if operation.action is not Action.REMOVE:
        return None
    guessed = any(row.evidence == Origin.SEARCH for row in match.rows)
    return Reason.GUESSED if guessed else None


def _quarantine(now: datetime) -> Gate:
    """Return the gate that holds back what failed too often, for its time."""

    def quarantined(operation: Operation, match: Match) -> Reason | None:
        """Hold back what is in quarantine."""
        return match.row.holds_back(now, operation)

    return quarantined


def _undone(rules: Rules) -> Gate:
    """Return the gate that holds back what a person has taken back."""

    def undone(operation: Operation, match: Match) -> Reason | None:
        """Hold back what was taken back, until a side changes."""
        if match.row.decision != Decision.UNDONE:
            return None
        return Reason.UNDONE if is_as_left(match, rules) else None

    return undone


def is_as_left(match: Match, rules: Rules) -> bool:
    """Tell whether both sides hold what a person left them with."""
    return all(_is_as_left(match, side, rules) for side in Side)


def _is_as_left(match: Match, side: Side, rules: Rules) -> bool:
    """Tell whether a side holds what it held after a person took something back."""
    row, records = match.row, match.side(side)
    if not row.value(side) and row.seen_at(side) is None:
        # The process ended before it was noted what this side held.
        return True
    if not records or not row.value(side):
        return not records and not row.value(side)
    left, held = decode_value(rules.feature, row.value(side)), combined(records)
    if row.seen_at(side) is None:
        return is_as_written(left, held, rules, side)
    return not differs(left, held)


def never_listed(operation: Operation, match: Match) -> Reason | None:
    """Hold back the removal of what its account has not listed itself so far."""
    if operation.action is not Action.REMOVE:
        return None
    listed = any(record.seen for record in match.side(operation.side))
    return None if listed else Reason.NOT_LISTED


def written_but_never_listed(operation: Operation, match: Match) -> Reason | None:
    """Hold back what a side took before and never listed: nothing is sent twice.

    A newer value than the one it took is sent all the same. A play that the side
    had at the last run has to be missing twice before it is sent again.
    """
    value = operation.value
    if not match.rows or value is None:
        return None
    side = operation.side
    listed = any(record.seen for record in match.side(side))
    for row in match.rows:
        if row.gone_at(side.other) is not None:
            # It was taken away there as well, and is wanted anew.
            continue
        if row.value(side) and (
            operation.reason is Reason.NEW_PLAY
            or (not listed and row.seen_at(side) is None)
        ):
            written = decode_value(operation.feature, row.value(side))
            if _covers(written, value):
                return Reason.NOT_LISTED
    return None


def _covers(written: Value, wanted: Value) -> bool:
    """Tell whether a written value says all that a wanted one does."""
    match written, wanted:
        case Watched(), Watched():
            moments = {written.at, *(play.at for play in written.plays)}
            return {wanted.at, *(play.at for play in wanted.plays)} <= moments
        case Listed(), Listed():
            return True
    return written == wanted
