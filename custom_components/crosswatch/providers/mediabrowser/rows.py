"""The rows of a server's lists, checked and typed."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, NamedTuple

from ...engine.ids import normalise_id
from ...engine.provider import ProtocolError
from ..answer import JsonObject, JsonValue
from .capabilities import NAMESPACES

MOVIE: Final = "Movie"
SERIES: Final = "Series"
SEASON: Final = "Season"
EPISODE: Final = "Episode"

# Positions and lengths come in ticks of 100 ns.
TICKS_A_MS: Final = 10_000

# A file that claims more episodes than this was misread by the server.
_MOST_EPISODES_A_FILE: Final = 50


class UserData(NamedTuple):
    """What the user did with an item."""

    played: bool = False
    play_count: int = 0
    last_played: datetime | None = None
    favourite: bool = False
    rating: float | None = None
    position: int = 0


class Row(NamedTuple):
    """One item of a list; `last_number` is above `number` for a file of several.

    `runtime` is in ticks of 100 ns, as positions are. `entry` names it in a playlist.
    """

    id: str
    type: str
    name: str
    year: int | None
    ids: Mapping[str, str]
    series_id: str
    series_name: str
    season: int | None
    number: int | None
    last_number: int | None
    virtual: bool
    data: UserData
    runtime: int = 0
    entry: str = ""


class Page(NamedTuple):
    """A part of a list, and how long the whole list is."""

    rows: list[Row]
    total: int


def parse_list(body: JsonObject) -> tuple[list[JsonValue], int]:
    """Return the items of one answer, unchecked, and how long the whole list is."""
    items = body.get("Items")
    total = body.get("TotalRecordCount")
    if not isinstance(items, list):
        raise ProtocolError("The server's list lacks Items")
    if not isinstance(total, int):
        raise ProtocolError("The server's list lacks TotalRecordCount")
    return items, total


def parse_row(item: JsonValue) -> Row:
    """Return one item; raises ProtocolError where it lacks what we need."""
    if not isinstance(item, dict):
        raise ProtocolError("The server's list holds something that is no item")
    get = item.get
    native_id, kind = get("Id"), get("Type")
    if not isinstance(native_id, str) or not native_id:
        raise ProtocolError("An item of the server lacks Id")
    if not isinstance(kind, str):
        raise ProtocolError("An item of the server lacks Type")
    number = _number(get("IndexNumber"))
    return Row(
        native_id,
        kind,
        _text(get("Name")),
        _number(get("ProductionYear")) or None,
        parse_ids(get("ProviderIds")),
        _text(get("SeriesId")),
        _text(get("SeriesName")),
        number if kind == SEASON else _number(get("ParentIndexNumber")),
        number,
        _last_number(number, _number(get("IndexNumberEnd"))),
        get("LocationType") == "Virtual",
        parse_user_data(get("UserData")),
        _number(get("RunTimeTicks")) or 0,
        _text(get("PlaylistItemId")),
    )


def parse_user_data(value: JsonValue) -> UserData:
    """Return what the user did with an item; nothing where the answer has nothing."""
    if not isinstance(value, dict):
        return _NO_DATA
    get = value.get
    return UserData(
        get("Played") is True,
        _number(get("PlayCount")) or 0,
        parse_moment(get("LastPlayedDate")),
        get("IsFavorite") is True,
        _decimal(get("Rating")),
        _number(get("PlaybackPositionTicks")) or 0,
    )


def parse_ids(value: JsonValue) -> Mapping[str, str]:
    """Return the universal ids among an item's ProviderIds, normalised.

    Emby is known to send an empty list where there are none.
    """
    if not isinstance(value, dict):
        return {}
    ids: dict[str, str] = {}
    for name, text in value.items():
        namespace = NAMESPACES.get(name.lower())
        if namespace is None or not isinstance(text, str | int):
            continue
        if (normalised := _fast_id(namespace, text)) is not None:
            ids[namespace] = normalised
    return ids


def parse_moment(value: JsonValue) -> datetime | None:
    """Return a moment in UTC; None where there is none.

    The servers write seven fraction digits, and the year 1 for "never". A moment
    without a zone is UTC, as everywhere in their answers.
    """
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        if moment is not None:
            return _in_utc(moment)
    except ValueError, OverflowError:
        pass
    raise ProtocolError("A date of the server makes no sense")


_NO_DATA: Final = UserData()


def _in_utc(moment: datetime) -> datetime | None:
    """Return a moment in UTC, or None for one that stands for "never"."""
    if moment.year <= 1:
        return None
    if moment.tzinfo is UTC:
        return moment
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC)


def _fast_id(namespace: str, text: str | int) -> str | None:
    """Return the normalised id; quickly where it is well-formed already."""
    if isinstance(text, str) and text.isascii():
        digits = text[2:] if namespace == "imdb" and text[:2] == "tt" else text
        plain = namespace != "imdb" or digits is not text
        if plain and digits.isdecimal() and digits.strip("0"):
            return text
    return normalise_id(namespace, text)


def _text(value: JsonValue) -> str:
    """Return a text, empty where there is none."""
    return value if isinstance(value, str) else ""


def _decimal(value: JsonValue) -> float | None:
    """Return a number with its decimals; in Python a boolean would be one."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    return None


def _number(value: JsonValue) -> int | None:
    """Return a whole number that is not negative, or None."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    return None


def _last_number(first: int | None, last: int | None) -> int | None:
    """Return the last episode of a file that holds several, or None."""
    if first is None or last is None:
        return None
    return last if 0 < last - first < _MOST_EPISODES_A_FILE else None
