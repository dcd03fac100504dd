"""What stands in answers: rows by the part of the library, and lists of sessions."""

from collections.abc import Mapping
from typing import Final

from ..answer import Answer, JsonObject, JsonValue
from .stamps import BUCKETS

type Rows = list[JsonObject]
# What an old app gets for nothing at all.
_NOTHING: Final = "null"


def buckets_in(answer: Answer) -> Mapping[str, Rows]:
    """Return the rows of an answer by the part of the library.

    Nothing at all is null, an empty object or an empty list, or a row that says so.
    """
    body = answer.json()
    if isinstance(body, list) and len(body) == 1:
        body = body[0]
    if body is None or body == []:
        return {}
    if not isinstance(body, dict):
        raise answer.nonsense("holds no titles")
    if body.get("type") == _NOTHING:
        return {}
    if body and not body.keys() & BUCKETS.keys():
        raise answer.nonsense("holds no titles")
    # A part may be missing, or be null, where there is nothing in it.
    return {
        bucket: objects_in(answer, rows)
        for bucket in BUCKETS
        if (rows := body.get(bucket)) is not None
    }


def sessions_in(answer: Answer) -> Rows:
    """Return where something was stopped; nothing at all may be null."""
    body = answer.json()
    return [] if body is None else objects_in(answer, body)


def objects_in(answer: Answer, value: JsonValue) -> Rows:
    """Return a list that has to consist of objects."""
    if not isinstance(value, list):
        raise answer.nonsense("lacks a list")
    rows: Rows = [each for each in value if isinstance(each, dict)]
    if len(rows) < len(value):
        raise answer.nonsense("has a row that is not an object")
    return rows
