"""Gates that hold planned operations back, each for its own reason.

They come after planning, so that a reader can see what was wanted and what was held.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from ..codec import decode_value
from ..matching import Match
from ..model import Value, Watched
from ..plan import Action, Operation, Reason
from .rules import Rules

type Gate = Callable[[Operation, Match], Reason | None]


def gates(rules: Rules, now: datetime, *, retry: bool) -> Iterable[Gate]:
    """Return the gates that an operation has to pass.

    `retry` opens the quarantine, because a person asked for it.
    """

    def adding_is_off(operation: Operation, match: Match) -> Reason | None:
        """Hold back everything."""
        return Reason.ADDING_OFF

    def updating_is_not_supported(operation: Operation, match: Match) -> Reason | None:
        """Hold back updates."""
        changes = operation.action is Action.UPDATE
        return Reason.FEATURE_NOT_SUPPORTED if changes else None

    def quarantined(operation: Operation, match: Match) -> Reason | None:
        """Hold back what failed too often, until it may be tried again."""
        return match.row.holds_back(now, operation.keys) if match.rows else None

    if not rules.policy.add:
        yield adding_is_off
    if not rules.target.update:
        yield updating_is_not_supported
    yield written_but_never_listed
    if not retry:
        yield quarantined


def written_but_never_listed(operation: Operation, match: Match) -> Reason | None:
    """Hold back what the target took before and never listed: nothing is sent twice.

    A newer value than the one it took is sent all the same. A play that the target
    had at the last run has to be missing twice before it is sent again.
    """
    value = operation.value
    if not match.rows or value is None:
        return None
    listed = any(record.seen for record in match.target)
    for row in match.rows:
        if row.target_value and (
            operation.reason is Reason.NEW_PLAY
            or (not listed and row.target_seen_at is None)
        ):
            written = decode_value(operation.feature, row.target_value)
            if _covers(written, value):
                return Reason.NOT_LISTED
    return None


def _covers(written: Value, wanted: Value) -> bool:
    """Tell whether a written value says all that a wanted one does."""
    if not isinstance(written, Watched) or not isinstance(wanted, Watched):
        return written == wanted
    moments = {written.at, *(play.at for play in written.plays)}
    return {wanted.at, *(play.at for play in wanted.plays)} <= moments
