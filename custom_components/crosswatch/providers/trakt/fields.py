"""Fields of Trakt's answers that have to be there."""

from ...engine.provider import AccountInfo, ProtocolError
from ..http import JsonObject


def account_from(settings: JsonObject) -> AccountInfo:
    """Return whose account it is.

    The uuid is documented as made for this; names and slugs can be changed. An older
    answer may lack it, then the slug has to do.
    """
    user = object_in(settings, "user")
    ids = object_in(user, "ids")
    account_id = ids.get("uuid") or ids.get("slug")
    if not isinstance(account_id, str) or not account_id:
        raise missing("user.ids.uuid", settings)
    name = user.get("username")
    return AccountInfo(
        account_id=account_id, name=name if isinstance(name, str) else account_id
    )


def object_in(parent: JsonObject, name: str) -> JsonObject:
    """Return an object in another one, which has to be there."""
    value = parent.get(name)
    if isinstance(value, dict):
        return value
    raise missing(name, parent)


def missing(name: str, parent: JsonObject) -> ProtocolError:
    """Return the error for a field that we cannot do without."""
    known = ", ".join(sorted(parent)) or "nothing"
    return ProtocolError(f"Trakt's answer lacks {name} (it has {known})")
