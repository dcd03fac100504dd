"""Fields of SIMKL's answers, most of which have to be there."""

from ...engine.provider import AccountInfo, ProtocolError
from ..answer import JsonObject, JsonValue


def account_from(settings: JsonObject) -> AccountInfo:
    """Return whose account it is."""
    number = object_in(settings, "account").get("id")
    if type(number) is not int:
        raise missing("account.id", settings)
    user = settings.get("user")
    name = text(user.get("name")) if isinstance(user, dict) else ""
    return AccountInfo(account_id=str(number), name=name or f"SIMKL {number}")


def plan_from(settings: JsonObject) -> str:
    """Return what the person pays for: free, pro or vip."""
    return text(object_in(settings, "account").get("type")).lower()


def object_in(parent: JsonObject, name: str) -> JsonObject:
    """Return an object in another one, which has to be there."""
    value = parent.get(name)
    if isinstance(value, dict):
        return value
    raise missing(name, parent)


def whole_in(parent: JsonObject, *names: str) -> int:
    """Return a whole number, under the first of these names that has one."""
    for name in names:
        value = parent.get(name)
        if type(value) is int and value >= 0:
            return value
    raise missing(names[0], parent)


def text(value: JsonValue) -> str:
    """Return a text, empty for anything else."""
    return value if isinstance(value, str) else ""


def missing(name: str, parent: JsonObject) -> ProtocolError:
    """Return the error for a field that we cannot do without."""
    known = ", ".join(sorted(parent)) or "nothing"
    return ProtocolError(f"SIMKL's answer lacks {name} (it has {known})")
