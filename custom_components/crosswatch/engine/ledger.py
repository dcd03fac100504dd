"""What a pair knows of each item: both sides' last values, sightings, pending work.

The ledger takes the place of baselines, tombstones, lists of unresolved items and
quarantines. It has a row for every item that both sides know, or that an operation
was sent for.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from .model import Side
from .plan import Action, Operation, Outcome, OutcomeKind, Reason

QUARANTINE_AFTER: Final = 3
QUARANTINE_FOR: Final = timedelta(days=30)
LIMIT_RETRY_AFTER: Final = timedelta(days=1)

# Reasons that stand for "the service cannot place this item", not for bad luck.
_COUNTED: Final = frozenset(
    {Reason.NOT_FOUND, Reason.AMBIGUOUS, Reason.REJECTED, Reason.NOT_REMOVED}
)


class Decision(StrEnum):
    """What was decided on an item whose sides differ.

    A guard has `HELD` its removal until a person has `APPROVED` or `DISMISSED` it;
    or a person has `UNDONE` what a run did. Or one side lost the record with its item,
    which has `LEFT` its library. It lasts until the item changes.
    """

    NONE = ""
    HELD = "held"
    APPROVED = "approved"
    DISMISSED = "dismissed"
    UNDONE = "undone"
    LEFT = "left"


class Sight(NamedTuple):
    """What a ledger row knows of one side; see there."""

    native: str
    value: str
    seen_at: float | None
    gone_at: float | None
    library: str = ""


class LedgerRow(NamedTuple):
    """One item of one pair and feature. A tuple, as there are very many of them.

    `keys` are the item's keys, parted by blanks, and `…_native` the addresses on the
    side, parted by line breaks. `…_value` is the side's last value as text, empty
    where it never had one. `…_seen_at` is when the side was first seen live with the
    item, None while it is known only from our own acknowledged write; `…_gone_at` is
    when a complete read first missed it again. While that is None, the item was last
    seen live in the newest complete read. Times are seconds since 1970.

    The values are those that both sides agreed on last, the third leg of a three-way
    merge: they stay while something is still to be done for the item.

    `attempts` counts failures in a row, for `failure`; nothing is sent for the item
    again before `retry_at`. `decision` is one of `Decision`. `replaced` is the side and
    the value that our last update took the place of, until its account lists it: an
    account that is late with it has not changed anything. `…_library` is the library
    that the side last had the item in, where that was ever asked. `evidence` is "search" where
    both sides' items are known for the same by a guess only.
    """

    row_id: int | None = None
    keys: str = ""
    source_native: str = ""
    target_native: str = ""
    source_value: str = ""
    target_value: str = ""
    source_seen_at: float | None = None
    target_seen_at: float | None = None
    source_gone_at: float | None = None
    target_gone_at: float | None = None
    attempts: int = 0
    retry_at: float | None = None
    failure: str = ""
    decision: str = ""
    replaced: str = ""
    source_library: str = ""
    target_library: str = ""
    evidence: str = ""

    def native(self, side: Side) -> str:
        """Return the item's addresses on this side."""
        return self.source_native if side is Side.SOURCE else self.target_native

    def value(self, side: Side) -> str:
        """Return what this side held when both agreed last, as text."""
        return self.source_value if side is Side.SOURCE else self.target_value

    def seen_at(self, side: Side) -> float | None:
        """Return when this side was first seen live with the item."""
        return self.source_seen_at if side is Side.SOURCE else self.target_seen_at

    def gone_at(self, side: Side) -> float | None:
        """Return since when this side lacks the item, which it had before."""
        return self.source_gone_at if side is Side.SOURCE else self.target_gone_at

    def library(self, side: Side) -> str:
        """Return the libraries that this side last had the item in, parted by blanks."""
        return self.source_library if side is Side.SOURCE else self.target_library

    def sight(self, side: Side) -> Sight:
        """Return what is known of this side."""
        return Sight(
            self.native(side),
            self.value(side),
            self.seen_at(side),
            self.gone_at(side),
            self.library(side),
        )

    def with_sights(self, source: Sight, target: Sight) -> LedgerRow:
        """Return the row with what is known of both sides now."""
        return self._replace(
            source_native=source.native,
            target_native=target.native,
            source_value=source.value,
            target_value=target.value,
            source_seen_at=source.seen_at,
            target_seen_at=target.seen_at,
            source_gone_at=source.gone_at,
            target_gone_at=target.gone_at,
            source_library=source.library,
            target_library=target.library,
        )

    def with_sight(self, side: Side, sight: Sight) -> LedgerRow:
        """Return the row with what is known of one side now."""
        if side is Side.SOURCE:
            return self.with_sights(sight, self.sight(Side.TARGET))
        return self.with_sights(self.sight(Side.SOURCE), sight)

    def is_late(self, side: Side, value: str) -> bool:
        """Tell whether a side shows what our own write there should have replaced."""
        return bool(self.replaced) and self.replaced == f"{side.value}:{value}"

    def holds_back(self, now: datetime, operation: Operation) -> Reason | None:
        """Return why nothing is sent for the item for now, or None.

        An item that gained an id is tried again at once. One that could not be
        removed may well be written.
        """
        if self.retry_at is None or now.timestamp() >= self.retry_at:
            return None
        if not set(operation.keys) <= set(self.keys.split(" ")):
            return None
        is_removal = operation.action is Action.REMOVE
        if self.failure == Reason.NOT_REMOVED and not is_removal:
            return None
        limited = self.failure == Reason.ACCOUNT_LIMIT
        return Reason.ACCOUNT_LIMIT if limited else Reason.QUARANTINED

    def after(self, outcome: Outcome, now: datetime) -> LedgerRow:
        """Return the row with what this outcome says of its pending work."""
        if outcome.kind in {OutcomeKind.APPLIED, OutcomeKind.ALREADY_THERE}:
            return self._replace(attempts=0, retry_at=None, failure="")
        reason = outcome.reason
        if reason is Reason.ACCOUNT_LIMIT:
            retry_at = (now + LIMIT_RETRY_AFTER).timestamp()
            return self._replace(attempts=0, retry_at=retry_at, failure=reason.value)
        failure = reason.value if reason else ""
        if outcome.kind is not OutcomeKind.UNRESOLVED and reason not in _COUNTED:
            return self._replace(retry_at=None, failure=failure)
        attempts = self.attempts + 1
        quarantined = attempts >= QUARANTINE_AFTER
        return self._replace(
            attempts=attempts,
            retry_at=(now + QUARANTINE_FOR).timestamp() if quarantined else None,
            failure=failure,
        )
