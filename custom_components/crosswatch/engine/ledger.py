"""What a pair knows of each item: both sides' last values, sightings, pending work.

The ledger takes the place of baselines, tombstones, lists of unresolved items and
quarantines. It has a row for every item that both sides know, or that an operation
was sent for.
"""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from .model import Side
from .plan import Outcome, OutcomeKind, Reason

QUARANTINE_AFTER: Final = 3
QUARANTINE_FOR: Final = timedelta(days=30)
LIMIT_RETRY_AFTER: Final = timedelta(days=1)

# Reasons that stand for "the service cannot place this item", not for bad luck.
_COUNTED: Final = frozenset({Reason.NOT_FOUND, Reason.AMBIGUOUS, Reason.REJECTED})


class LedgerRow(NamedTuple):
    """One item of one pair and feature. A tuple, as there are very many of them.

    `keys` are the item's keys, parted by blanks, and `…_native` the addresses on the
    side, parted by line breaks. `…_value` is the side's last value as text, empty
    where it never had one. `…_seen_at` is when the side was first seen live with the
    item, None while it is known only from our own acknowledged write; `…_gone_at` is
    when a complete read first missed it again. While that is None, the item was last
    seen live in the newest complete read. Times are seconds since 1970.

    `attempts` counts failures in a row, for `failure`; nothing is sent for the item
    again before `retry_at`.
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

    def native(self, side: Side) -> str:
        """Return the item's addresses on this side."""
        return self.source_native if side is Side.SOURCE else self.target_native

    def holds_back(self, now: datetime, keys: tuple[str, ...]) -> Reason | None:
        """Return why nothing is sent for the item for now, or None.

        An item that gained an id is tried again at once.
        """
        if self.retry_at is None or now.timestamp() >= self.retry_at:
            return None
        if not set(keys) <= set(self.keys.split(" ")):
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
