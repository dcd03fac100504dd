"""Fields of TMDb's answers, and whose account they are of."""

from datetime import UTC, datetime

from ...engine.provider import AccountInfo, ProtocolError
from ..http import JsonObject, JsonValue


def account_from(account: JsonObject) -> AccountInfo:
    """Return whose account it is."""
    number = number_in(account, "id", least=1)
    names = (account.get("username"), account.get("name"))
    name = next((each for each in names if isinstance(each, str) and each), str(number))
    return AccountInfo(account_id=str(number), name=name)


def moment_from(value: JsonValue) -> datetime | None:
    """Return a moment in UTC, as ISO 8601 or with UTC after it; None for any other."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.removesuffix(" UTC"))
        if moment.tzinfo is None:
            return moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC)
    except ValueError, OverflowError:
        return None


def number_in(row: JsonObject, name: str, *, least: int = 0) -> int:
    """Return a whole number that has to be there."""
    value = row.get(name)
    if type(value) is int and value >= least:
        return value
    raise missing(name, row)


def missing(name: str, row: JsonObject) -> ProtocolError:
    """Return the error for a field that we cannot do without."""
    known = ", ".join(sorted(row)) or "nothing"
    return ProtocolError(f"TMDb's answer lacks a proper {name} (it has {known})")
