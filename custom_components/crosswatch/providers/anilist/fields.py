"""Fields of AniList's answers, most of which have to be there."""

from collections.abc import Mapping

from ...engine.provider import AccountInfo, ProtocolError
from ..http import JsonObject, JsonValue
from .scores import ScoreFormat


def account_from(viewer: JsonObject) -> AccountInfo:
    """Return whose account it is."""
    account_id = str(number_in(viewer, "id"))
    name = viewer.get("name")
    return AccountInfo(
        account_id=account_id, name=name if isinstance(name, str) else account_id
    )


def score_format_in(viewer: JsonObject) -> ScoreFormat:
    """Return how an account rates."""
    form = object_in(viewer, "mediaListOptions").get("scoreFormat")
    try:
        return ScoreFormat(str(form))
    except ValueError:
        raise ProtocolError(
            "AniList tells of a format of scores that is not known"
        ) from None


def object_in(parent: JsonObject, name: str) -> JsonObject:
    """Return an object in another one, which has to be there."""
    value = parent.get(name)
    if isinstance(value, dict):
        return value
    raise missing(name, parent)


def objects_in(parent: JsonObject, name: str) -> list[JsonObject]:
    """Return a list of objects, which has to be there."""
    value = parent.get(name)
    if isinstance(value, list) and all(isinstance(each, dict) for each in value):
        return [each for each in value if isinstance(each, dict)]
    raise missing(name, parent)


def number_in(parent: Mapping[str, JsonValue], name: str) -> int:
    """Return a whole number, which has to be there."""
    value = parent.get(name)
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    raise missing(name, parent)


def missing(name: str, parent: JsonObject) -> ProtocolError:
    """Return the error for a field that we cannot do without."""
    known = ", ".join(sorted(parent)) or "nothing"
    return ProtocolError(f"AniList's answer lacks {name} (it has {known})")


def text_in(data: JsonObject, name: str) -> str:
    """Return a text among others, empty where it is missing."""
    value = data.get(name)
    return value if isinstance(value, str) else ""
