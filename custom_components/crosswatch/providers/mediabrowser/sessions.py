"""What is being played on a server right now."""

from collections.abc import Iterable

from ..answer import JsonValue


def being_played(sessions: Iterable[JsonValue], user_id: str) -> dict[str, int]:
    """Return what a user plays, and how far it is, in ticks, by item id.

    A session in which nothing is played, or that somebody else has, says nothing.
    """
    playing: dict[str, int] = {}
    for session in sessions:
        if not isinstance(session, dict) or not _is_of(session, user_id):
            continue
        item, state = session.get("NowPlayingItem"), session.get("PlayState")
        if not isinstance(item, dict) or not isinstance(found := item.get("Id"), str):
            continue
        position = state.get("PositionTicks") if isinstance(state, dict) else None
        playing[found] = position if isinstance(position, int) else 0
    return playing


def _is_of(session: dict[str, JsonValue], user_id: str) -> bool:
    """Tell whether a session is a user's, alone or along with others."""
    others = session.get("AdditionalUsers")
    users = [session, *(others if isinstance(others, list) else ())]
    return any(
        isinstance(user, dict) and user.get("UserId") == user_id for user in users
    )
