"""Fields of MDBList's answers, and whose account they are of."""

from typing import Final

from ...engine.provider import AccountInfo, ProtocolError
from ..http import JsonObject, JsonValue

USER_ID: Final = "user_id"
USERNAME: Final = "username"


def account_from(user: JsonObject, *, by_name: bool = False) -> AccountInfo:
    """Return whose account it is.

    [unsure] that the service tells its number always: one that never did goes by its
    name.
    """
    name = text_in(user, USERNAME) or text_in(user, "user_name")
    number = whole_from(user.get(USER_ID)) or whole_from(user.get("id"))
    account_id = str(number) if number else name
    if not account_id or not (number or by_name):
        raise missing(USER_ID, user)
    return AccountInfo(account_id=account_id, name=name or account_id)


def known_from(data: JsonObject) -> AccountInfo | None:
    """Return whose account the data of a sign-in is, where they tell."""
    account_id = text_in(data, USER_ID)
    if not account_id:
        return None
    return AccountInfo(account_id=account_id, name=text_in(data, USERNAME))


def rows_in(parent: JsonObject, name: str) -> list[JsonObject]:
    """Return a list of objects, which has to be there."""
    value = parent.get(name)
    if not isinstance(value, list):
        raise missing(name, parent)
    rows: list[JsonObject] = []
    for row in value:
        if not isinstance(row, dict):
            raise ProtocolError(f"MDBList's answer has an odd row in {name}")
        rows.append(row)
    return rows


def object_in(parent: JsonObject, name: str) -> JsonObject:
    """Return an object in another one, which has to be there."""
    value = parent.get(name)
    if isinstance(value, dict):
        return value
    raise missing(name, parent)


def number_in(parent: JsonObject, name: str) -> int:
    """Return the number of a season or an episode."""
    if (number := whole_from(parent.get(name))) is not None:
        return number
    raise missing(name, parent)


def whole_from(value: JsonValue) -> int | None:
    """Return a whole number, which may come as a text; None for what is none."""
    if isinstance(value, str) and value.isascii() and value.isdecimal():
        return int(value)
    return value if type(value) is int and value >= 0 else None


def text_in(parent: JsonObject, name: str) -> str:
    """Return a text, empty where there is none."""
    value = parent.get(name)
    return value if isinstance(value, str) else ""


def missing(name: str, parent: JsonObject) -> ProtocolError:
    """Return the error for a field that we cannot do without."""
    known = ", ".join(sorted(parent)) or "nothing"
    return ProtocolError(f"MDBList's answer lacks {name} (it has {known})")
