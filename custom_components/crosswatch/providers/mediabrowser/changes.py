"""What to send so that an item's user data becomes what is wanted.

Pure functions: from what the server holds and what is wanted to the members to change
(None where nothing is to be done), and whether the answer confirms it.
"""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from ...engine.model import Rated, Value, Watched
from ...engine.plan import Action, Operation
from ...engine.provider import ProtocolError
from ...engine.rating_steps import same_rating
from ..answer import JsonValue
from .rows import UserData

type Changes = dict[str, JsonValue]

# The server keeps fractions of a second in its own way.
_SAME_MOMENT = timedelta(seconds=1)
_SAME_RATING = 0.05
# A server with a larger step has only so many classes of ratings.
_FINE_STEP = 0.1


UNWATCHED: Final[Mapping[str, JsonValue]] = {"Played": False, "PlayCount": 0}


def watched_change(data: UserData, wanted: Watched) -> Changes | None:
    """Return what makes an item watched, and never less recently than it was.

    A position that is newer than the play belongs to a viewing that goes on; it stays.
    """
    newer = (
        wanted.at is not None
        and data.last_played is not None
        and data.last_played > wanted.at - _SAME_MOMENT
    )
    if data.played and (newer or wanted.at is None):
        return None
    changes: Changes = {"Played": True, "PlayCount": max(1, data.play_count)}
    if newer or (wanted.at is None and data.last_played is not None):
        return changes
    if wanted.at is not None:
        changes["LastPlayedDate"] = moment_text(wanted.at)
    changes["PlaybackPositionTicks"] = 0
    return changes


def turned_back(
    data: UserData, wanted: Watched, before: Value | None
) -> Changes | None:
    """Return what gives an item an older date, on purpose; None where that is not so.

    Only who knows the present date may put it back, as an undo does.
    """
    if not isinstance(before, Watched) or before.at is None or wanted.at is None:
        return None
    if not is_watched_at(data, before.at) or wanted.at > before.at - _SAME_MOMENT:
        return None
    return {"Played": True, "LastPlayedDate": moment_text(wanted.at)}


def is_watched_at(data: UserData, moment: datetime) -> bool:
    """Tell whether an item was last watched at this moment."""
    last = data.last_played
    return data.played and last is not None and abs(last - moment) < _SAME_MOMENT


def is_watched(data: UserData, wanted: Watched) -> bool:
    """Tell whether an item is watched, at the wanted moment or later."""
    if not data.played or wanted.at is None:
        return data.played
    return data.last_played is not None and data.last_played > wanted.at - _SAME_MOMENT


def was_watched_since(data: UserData, before: Value | None) -> bool:
    """Tell whether an item was watched again after what a removal knows of."""
    if not isinstance(before, Watched) or before.at is None:
        return False
    return data.last_played is not None and data.last_played > before.at + _SAME_MOMENT


def rating_change(data: UserData, wanted: Rated, step: float) -> Changes | None:
    """Return what gives an item its rating, on a server that keeps it to a step."""
    return None if is_rated(data, wanted, step) else {"Rating": wanted.rating}


def is_rated(data: UserData, wanted: Rated, step: float) -> bool:
    """Tell whether an item has the wanted rating, as far as the server can hold it."""
    return _is_same(data.rating, wanted.rating, step)


def was_rated_since(
    ratings: Collection[float | None], operation: Operation, step: float
) -> bool:
    """Tell whether none of an item's copies is rated as the operation knows it.

    Nor as it wants them to be, in which case there is nothing to lose.
    """
    before, wanted = _rating(operation.before), _rating(operation.value)
    if before is None and operation.action is Action.REMOVE:
        # It does not know.
        return False
    return bool(ratings) and not any(
        _is_same(rating, before, step) or _is_same(rating, wanted, step)
        for rating in ratings
    )


def _rating(value: Value | None) -> float | None:
    """Return a rating, None where there is none."""
    return value.rating if isinstance(value, Rated) else None


def _is_same(rating: float | None, other: float | None, step: float) -> bool:
    """Tell whether two ratings are the same to a server with this step."""
    if rating is None or other is None:
        return rating is other
    if abs(rating - other) < _SAME_RATING:
        return True
    return step > _FINE_STEP and same_rating(rating, other, step)


def wanted_as[V](value: Value | None, kind: type[V]) -> V:
    """Return the value of an operation, which has to be of its feature's type."""
    if isinstance(value, kind):
        return value
    raise ProtocolError(f"The operation has no value of the type {kind.__name__}")


def moment_text(moment: datetime) -> str:
    """Return a moment as the server reads it."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
