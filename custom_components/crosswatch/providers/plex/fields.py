"""Fields of Plex's answers, whichever way a version has of writing them."""

from math import isfinite

from ..answer import JsonObject


def text(row: JsonObject, name: str) -> str:
    """Return a text, also where another version has a number; empty for none."""
    value = row.get(name)
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return ""


def whole(row: JsonObject, name: str) -> int | None:
    """Return a whole number, also where another version has a text."""
    value = row.get(name)
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if isfinite(value) else None
    if isinstance(value, str) and value.strip().lstrip("-").isdecimal():
        return int(value)
    return None


def flag(row: JsonObject, name: str) -> bool:
    """Return whether something is so, also where another version has a number."""
    value = row.get(name)
    return value is True or text(row, name) == "1"
