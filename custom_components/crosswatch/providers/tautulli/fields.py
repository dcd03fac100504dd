"""Fields of Tautulli's answers, its users, and whose account they are of."""

from collections.abc import Iterable
from typing import Final

from ...engine.provider import AccountInfo, ProtocolError
from ..http import JsonObject, JsonValue

# Who plays without a login; all guests share it.
_NOBODY: Final = "0"


def users_from(rows: Iterable[JsonValue]) -> dict[str, str]:
    """Return the names of all users who sign in, by their ids, in order."""
    users = {
        user_id: text(row, "friendly_name") or text(row, "username") or user_id
        for row in rows
        if isinstance(row, dict) and (user_id := text(row, "user_id")) != ""
    }
    users.pop(_NOBODY, None)
    return dict(sorted(users.items(), key=lambda user: user[1].casefold()))


def account_from(info: JsonObject, user_id: str, user: str) -> AccountInfo:
    """Return whose account it is: a user's, on one Plex server."""
    server_id = text(info, "pms_identifier")
    if not server_id:
        raise missing("pms_identifier", info)
    name = text(info, "pms_name")
    return AccountInfo(
        account_id=f"{server_id}_{user_id}",
        name=f"{user} ({name})" if name else user,
    )


def text(row: JsonObject, name: str) -> str:
    """Return a text, which may be a number; empty where there is none."""
    value = row.get(name)
    return "" if value is None else str(value)


def missing(name: str, parent: JsonObject) -> ProtocolError:
    """Return the error for a field that we cannot do without."""
    known = ", ".join(sorted(parent)) or "nothing"
    return ProtocolError(f"Tautulli's answer lacks {name} (it has {known})")
