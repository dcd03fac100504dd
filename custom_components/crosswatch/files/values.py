"""The small things that rows are made of: dates, ratings, ids and numbers."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, tzinfo
import re
from typing import Final

from ..engine.ids import normalise_ids
from .contents import RowError, RowFault

type JsonValue = (
    bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None
)
type JsonObject = Mapping[str, JsonValue]

# Services write the beginning of time for what they have no date of.
_FIRST_YEAR: Final = 1971
# Trakt's importer knows plays of an unknown date.
_NO_DATE: Final = frozenset({"", "unknown"})
_NOON: Final = time(12)
_YEAR: Final = re.compile(r"(?<!\d)(1[89]\d\d|2\d\d\d)(?!\d)")

BEST: Final = 10.0


def moment_in(value: JsonValue, name: str) -> datetime | None:
    """Return a moment in UTC, None for an unknown one; raises RowError for nonsense."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise RowError(RowFault.BAD_DATE, f"{name} is no date: {value!r:.60}")
    if value.strip() in _NO_DATE:
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
        moment = (
            moment.replace(tzinfo=UTC)
            if moment.tzinfo is None
            else moment.astimezone(UTC)
        )
    except ValueError, OverflowError:
        raise RowError(RowFault.BAD_DATE, f"{name} is no date: {value!r:.60}") from None
    return moment if moment.year >= _FIRST_YEAR else None


def day_in(text: str, name: str, zone: tzinfo) -> datetime | None:
    """Return noon of a day, as its hour is not known; raises RowError for nonsense.

    Noon is where a person lives is the moment that is least often on another day
    anywhere else.
    """
    if not (text := text.strip()):
        return None
    try:
        day = date.fromisoformat(text)
        noon = datetime.combine(day, _NOON, zone).astimezone(UTC)
    except ValueError, OverflowError:
        raise RowError(RowFault.BAD_DATE, f"{name} is no date: {text!r:.60}") from None
    return noon if noon.year >= _FIRST_YEAR else None


def rating_in(value: JsonValue, best: float = BEST) -> float:
    """Return a rating out of 10, given out of `best`; raises RowError for nonsense."""
    try:
        rating = float(value) if isinstance(value, int | float | str) else -1.0
    except ValueError:
        rating = -1.0
    if not 0 < rating <= best:
        detail = f"a rating from above 0 to {best:g} is needed, not {value!r:.60}"
        raise RowError(RowFault.BAD_RATING, detail)
    return rating * BEST / best


def ids_in(value: JsonValue) -> dict[str, str]:
    """Return the ids that mean the same everywhere, normalised."""
    if not isinstance(value, dict):
        return {}
    return normalise_ids(
        {name: each for name, each in value.items() if isinstance(each, str | int)}
    )


def year_in(value: JsonValue) -> int | None:
    """Return a year, None where there is none."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    found = _YEAR.search(str(value))
    return int(found[1]) if found else None


def text_in(value: JsonValue) -> str:
    """Return a text, empty where there is none."""
    return value.strip() if isinstance(value, str) else ""


def number_in(value: JsonValue) -> int | None:
    """Return the number of a season or an episode, None where there is none."""
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        return None
    return value


def object_in(value: JsonValue) -> JsonObject:
    """Return an object, an empty one where there is none."""
    return value if isinstance(value, dict) else {}


def list_in(value: JsonValue) -> list[JsonValue]:
    """Return a list, an empty one where there is none."""
    return value if isinstance(value, list) else []
