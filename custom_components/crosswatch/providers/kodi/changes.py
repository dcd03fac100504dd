"""What to set so that an entry becomes what is wanted.

Pure functions: from what Kodi holds and what is wanted to the parameters of the call
(None where nothing is to be done), and whether what it holds then confirms it.
"""

from collections.abc import Collection
from datetime import timedelta
from math import floor
from typing import Final

from ...engine.model import MediaKind, Progress, Rated, Value, Watched
from ...engine.plan import Action, Operation, Reason
from ...engine.provider import ProtocolError
from ..http import JsonValue
from .capabilities import COMPLETES_AT
from .host_time import HostTime
from .rows import State

type Changes = dict[str, JsonValue]

HIGHEST_RATING: Final = 10

UNRATED: Final[Changes] = {"userrating": 0}
TO_START: Final[Changes] = {"resume": {"position": 0}}

# Kodi keeps whole seconds.
_SAME_MOMENT: Final = timedelta(seconds=1)
_SAME_POSITION: Final = 1.5


class RefusedError(Exception):
    """An operation must not be carried out; its reason says why."""

    def __init__(self, reason: Reason) -> None:
        """Remember the reason."""
        super().__init__(reason)
        self.reason = reason


def wanted_as[V](value: Value | None, kind: type[V]) -> V:
    """Return the value of an operation, which has to be of its feature's type."""
    if isinstance(value, kind):
        return value
    raise ProtocolError(f"The operation has no value of the type {kind.__name__}")


def watched_change(state: State, wanted: Watched, time: HostTime) -> Changes | None:
    """Return what makes an entry watched, and never less recently than it was.

    A position that is newer than the play belongs to a viewing that goes on; it stays.
    A date is always set along, or Kodi would take the present for it.
    """
    last = time.moment(state.last_played)
    newer = last is not None and (wanted.at is None or is_since(state, wanted, time))
    if state.play_count and (newer or wanted.at is None):
        return None
    changes: Changes = {"playcount": max(1, state.play_count)}
    if newer:
        return {**changes, "lastplayed": state.last_played}
    if wanted.at is None:
        raise RefusedError(Reason.NO_DATE)
    changes["lastplayed"] = time.text(wanted.at)
    return {**changes, **TO_START} if state.position else changes


def unwatched_change(state: State) -> Changes:
    """Return what makes an entry unwatched; the date of a position stays."""
    return {"playcount": 0, "lastplayed": state.last_played if state.position else ""}


def turned_back(
    state: State, wanted: Watched, before: Value | None, time: HostTime
) -> Changes | None:
    """Return what gives an entry an older date, on purpose; None where that is not so.

    Only who knows the present date may put it back, as an undo does.
    """
    if not isinstance(before, Watched) or before.at is None or wanted.at is None:
        return None
    if not is_at_moment(state, before, time) or wanted.at > before.at - _SAME_MOMENT:
        return None
    return {"playcount": max(1, state.play_count), "lastplayed": time.text(wanted.at)}


def is_at_moment(state: State, wanted: Watched, time: HostTime) -> bool:
    """Tell whether an entry was last watched at a moment."""
    last = time.moment(state.last_played)
    if not state.play_count or last is None or wanted.at is None:
        return False
    same = abs(last - wanted.at) < _SAME_MOMENT
    return same or state.last_played == time.text(wanted.at)


def is_since(state: State, wanted: Watched, time: HostTime) -> bool:
    """Tell whether an entry was last played at the wanted moment or later."""
    last = time.moment(state.last_played)
    if last is None or wanted.at is None:
        return False
    later = last > wanted.at - _SAME_MOMENT
    # In the hour that comes twice, the text is right where the moment is not.
    return later or state.last_played == time.text(wanted.at)


def is_watched(state: State, wanted: Watched, time: HostTime) -> bool:
    """Tell whether an entry is watched, at the wanted moment or later."""
    if not state.play_count or wanted.at is None:
        return state.play_count > 0
    return is_since(state, wanted, time)


def was_watched_since(state: State, before: Value | None, time: HostTime) -> bool:
    """Tell whether an entry was watched again after what a removal knows of.

    The date of an entry that was begun again is that of this viewing.
    """
    if not isinstance(before, Watched) or before.at is None:
        return False
    if state.position:
        return state.play_count > before.count
    last = time.moment(state.last_played)
    if last is None or state.last_played == time.text(before.at):
        return False
    return last > before.at + _SAME_MOMENT


def whole_rating(rating: float) -> int:
    """Return the nearest rating that Kodi can hold; halves are rounded up."""
    return min(max(1, floor(rating + 0.5)), HIGHEST_RATING)


def was_rated_since(ratings: Collection[int], operation: Operation) -> bool:
    """Tell whether none of an item's copies is rated as the operation knows it.

    Nor as it wants them to be, in which case there is nothing to lose.
    """
    before, wanted = _rating(operation.before), _rating(operation.value)
    if not before and operation.action is Action.REMOVE:
        # It does not know.
        return False
    return not any(rating in {before, wanted} for rating in ratings)


def wanted_seconds(wanted: Progress, state: State) -> int | None:
    """Return a position in seconds; None where it cannot be told for this entry.

    Of a position in percent nobody knows where it is in an item of unknown length.
    """
    if wanted.position_ms is not None:
        return wanted.position_ms // 1000
    if wanted.percent is None or not state.total:
        return None
    return int(state.total * wanted.percent / 100)


def is_nearly_over(seconds: int, state: State) -> bool:
    """Tell whether Kodi would take a position for the end of this entry.

    It may be another cut than the one that was played.
    """
    return state.total > 0 and 100 * seconds >= COMPLETES_AT * state.total


def position_change(
    state: State, seconds: int, wanted: Progress, time: HostTime
) -> Changes:
    """Return what puts an entry at a position.

    Its date is that of the last viewing, so that it comes to the front of what was
    begun; but of an entry that was watched it is the date of that.
    """
    total = state.total or (wanted.duration_ms or 0) // 1000
    changes: Changes = {"resume": {"position": seconds, "total": total}}
    last = time.moment(state.last_played)
    if wanted.at is not None and not state.play_count:
        if last is None or last < wanted.at:
            changes["lastplayed"] = time.text(wanted.at)
    return changes


def is_at_position(state: State, seconds: float) -> bool:
    """Tell whether an entry stands at a position."""
    return abs(state.position - seconds) < _SAME_POSITION


def was_watched_to_the_end(state: State, wanted: Progress, time: HostTime) -> bool:
    """Tell whether an entry was watched to its end after a position was reached."""
    if not state.play_count or state.position:
        return False
    last = time.moment(state.last_played)
    return last is None or wanted.at is None or last >= wanted.at


def went_on(states: Collection[State], before: Value | None) -> bool:
    """Tell whether somebody played an item since an operation was planned.

    A copy that stands where the operation knows it is enough.
    """
    known = before if isinstance(before, Progress) else Progress()
    if known.position_ms is None and known.percent is not None:
        return False
    seconds = (known.position_ms or 0) / 1000
    return not any(is_at_position(state, seconds) for state in states)


def can_hold(kind: MediaKind) -> bool:
    """Tell whether there is a file of which plays and positions are kept."""
    return kind in {MediaKind.MOVIE, MediaKind.EPISODE}


def _rating(value: Value | None) -> int:
    """Return a rating as Kodi would hold it, 0 where there is none."""
    return whole_rating(value.rating) if isinstance(value, Rated) else 0
