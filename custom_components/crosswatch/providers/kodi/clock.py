"""What the clock of a device shows, in the twelve or the 24 hours of its region."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from ..answer import JsonValue
from .rpc import Call

_DATE: Final = "System.Date(yyyy-mm-dd)"
# In a region with twelve hours these are told, whatever is asked for; then the last
# label is the word for the half of the day, and else it is empty. Seen at Kodi 20.
_TIME: Final = "System.Time(HH:mm:ss)"
_HALF: Final = "System.Time(xx)"
LABELS: Final = Call("XBMC.GetInfoLabels", {"labels": [_DATE, _TIME, _HALF]})

_MORNING: Final = frozenset({"a", "am"})
_EVENING: Final = frozenset({"p", "pm"})
_HALF_A_DAY: Final = timedelta(hours=12)


def is_there(labels: Mapping[str, JsonValue]) -> bool:
    """Tell whether there is a clock, even if it has not been started yet."""
    return bool(labels.get(_DATE) and labels.get(_TIME))


def clocks(labels: Mapping[str, JsonValue]) -> Sequence[datetime]:
    """Return what the clock shows: nothing where it has not been started yet.

    These are two moments, half a day apart, where the word for the half of the day is
    in a language that nobody here knows.
    """
    try:
        shown = datetime.fromisoformat(f"{labels.get(_DATE)} {labels.get(_TIME)}")
    except ValueError:
        return ()
    half = "".join(filter(str.isalpha, str(labels.get(_HALF) or ""))).casefold()
    if not half or not 1 <= shown.hour <= 12:
        return (shown,)
    early = shown.replace(hour=shown.hour % 12)
    late = early + _HALF_A_DAY
    if half in _MORNING:
        return (early,)
    return (late,) if half in _EVENING else (early, late)
