"""What titles are called, and when two names are the same."""

from collections.abc import Iterator
import re
from typing import Final
import unicodedata

from ..http import JsonObject, JsonValue

_APOSTROPHES: Final = str.maketrans("", "", "'’‘ʼ`´")
_WORD: Final = re.compile(r"\w+")
_DATED: Final = re.compile(r"\s*\((\d{4})\)\s*$")

# What to ask for beside the details, so as to know all names.
ALL_NAMES: Final = ("alternative_titles", "translations")


def plain(title: str) -> str:
    """Return the words of a title without case, accents and signs.

    A title that is made of signs only stays as it is.
    """
    text = unicodedata.normalize("NFKD", title.casefold().replace("&", " and "))
    kept = "".join(each for each in text if not unicodedata.combining(each))
    words = _WORD.findall(kept.translate(_APOSTROPHES))
    return " ".join(words) or title.casefold().strip()


def undated(title: str, year: int | None) -> str:
    """Return a title without the year that some put after it, if it is the same."""
    found = _DATED.search(title)
    if found is None or year is None or abs(int(found[1]) - year) > 1:
        return title
    return title[: found.start()] or title


def own_names(row: JsonObject) -> set[str]:
    """Return the title in a row of a list, and the original one."""
    fields = ("title", "name", "original_title", "original_name")
    return set(_plain(row.get(name) for name in fields))


def all_names(details: JsonObject) -> set[str]:
    """Return all titles that something has anywhere."""
    also = _object(details.get("alternative_titles"))
    others = (*_objects(also.get("titles")), *_objects(also.get("results")))
    told = _objects(_object(details.get("translations")).get("translations"))
    data = [_object(each.get("data")) for each in told]
    return {
        *own_names(details),
        *_plain(each.get("title") for each in others),
        *_plain(each.get(name) for each in data for name in ("title", "name")),
    }


def begin_alike(name: str, other: str) -> bool:
    """Tell whether one name is the beginning of the other, word by word."""
    short, long = sorted((name, other), key=len)
    return bool(short) and f"{long} ".startswith(f"{short} ")


def _plain(values: Iterator[JsonValue]) -> Iterator[str]:
    """Return the plain form of those values that are names."""
    for value in values:
        if isinstance(value, str) and value.strip():
            yield plain(value)


def _object(value: JsonValue) -> JsonObject:
    """Return an object, an empty one for anything else: names are no necessity."""
    return value if isinstance(value, dict) else {}


def _objects(value: JsonValue) -> list[JsonObject]:
    """Return the objects in a list."""
    rows = value if isinstance(value, list) else []
    return [row for row in rows if isinstance(row, dict)]
