"""What to send so that an item stands where it was played to somewhere else.

Servers judge a position (too near the start, or the end) only while something is
played: one that is written is kept as it is, so that nothing odd may be written.
"""

from datetime import datetime, timedelta
from typing import Final

from ...engine.model import Progress, Value
from .capabilities import COMPLETES_AT, COMPLETES_FROM
from .changes import Changes, moment_text
from .rows import TICKS_A_MS, Row, UserData

TICKS_A_SECOND: Final = 1000 * TICKS_A_MS

TO_START: Final[Changes] = {"PlaybackPositionTicks": 0}

# What a player reports and what a server notes of it are this far apart at most.
_SAME_MOMENT: Final = timedelta(seconds=30)


def wanted_ticks(wanted: Progress, row: Row) -> int | None:
    """Return a position in ticks; None where it cannot be told for this item.

    Of a position in percent nobody knows where it is in an item of unknown length.
    """
    if wanted.position_ms is not None:
        return wanted.position_ms * TICKS_A_MS
    if wanted.percent is None or not row.runtime:
        return None
    return round(row.runtime * wanted.percent / 100)


def is_nearly_over(ticks: int, row: Row) -> bool:
    """Tell whether a server would take a position as the end of this item.

    It may be another cut than the one that was played.
    """
    if row.runtime < COMPLETES_FROM.total_seconds() * TICKS_A_SECOND:
        return 0 < row.runtime <= ticks
    return 100 * ticks >= COMPLETES_AT * row.runtime


def position_change(data: UserData, ticks: int, at: datetime | None) -> Changes:
    """Return what puts an item at a position; it is not watched to the end then."""
    changes: Changes = {"PlaybackPositionTicks": ticks}
    if at is not None:
        changes["LastPlayedDate"] = moment_text(at)
    if data.played:
        changes["Played"] = False
    return changes


def is_at(data: UserData, ticks: int) -> bool:
    """Tell whether an item stands at a position."""
    return abs(data.position - ticks) < TICKS_A_SECOND


def went_on(data: UserData, before: Value | None, at: datetime | None) -> bool:
    """Tell whether somebody played an item since an operation was planned.

    `at` is the date of the position to write; an older one yields to what is newer.
    """
    known = before if isinstance(before, Progress) else Progress()
    if known.position_ms is None and known.percent is not None:
        return False
    if is_at(data, (known.position_ms or 0) * TICKS_A_MS):
        return False
    if not data.position or data.last_played is None:
        return False
    limit = at or known.at
    return limit is not None and data.last_played - limit > _SAME_MOMENT
