"""What to send so that an item's user data becomes what is wanted.

Pure functions: from what the server holds and what is wanted to the members to change
(None where nothing is to be done), and whether the answer confirms it.
"""

from datetime import UTC, datetime, timedelta

from ...engine.model import Rated, Value, Watched
from ...engine.provider import ProtocolError
from ..answer import JsonValue
from ..mediabrowser.rows import UserData

type Changes = dict[str, JsonValue]

# The server keeps fractions of a second in its own way.
_SAME_MOMENT = timedelta(seconds=1)
_SAME_RATING = 0.05


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
        changes["LastPlayedDate"] = _text(wanted.at)
    changes["PlaybackPositionTicks"] = 0
    return changes


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


def rating_change(data: UserData, wanted: Rated) -> Changes | None:
    """Return what gives an item its rating."""
    return None if is_rated(data, wanted) else {"Rating": wanted.rating}


def is_rated(data: UserData, wanted: Rated) -> bool:
    """Tell whether an item has the wanted rating."""
    return data.rating is not None and abs(data.rating - wanted.rating) < _SAME_RATING


def wanted_as[V](value: Value | None, kind: type[V]) -> V:
    """Return the value of an operation, which has to be of its feature's type."""
    if isinstance(value, kind):
        return value
    raise ProtocolError(f"The operation has no value of the type {kind.__name__}")


def _text(moment: datetime) -> str:
    """Return a moment as the server reads it."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
