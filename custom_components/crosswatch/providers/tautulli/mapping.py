"""From Tautulli's JSON to rows of plays; pure functions."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, NamedTuple

from ...engine.model import MediaKind
from ...engine.provider import ProtocolError
from ..http import JsonObject, JsonValue
from .fields import missing, text
from .guids import plain

_KINDS: Final[Mapping[str, MediaKind]] = {
    "movie": MediaKind.MOVIE,
    "episode": MediaKind.EPISODE,
}


class Row(NamedTuple):
    """One stretch of playing a film or an episode.

    `group` is what it shares with the stretches that it goes on with: together they
    are one play. `name` is Plex's name for the title, which outlives its keys.
    """

    row_id: int
    group: str
    watched: bool
    at: datetime | None
    kind: MediaKind
    name: str
    guid: str
    rating_key: str
    show_key: str
    title: str
    show_title: str
    year: int | None
    season: int | None
    number: int | None


class Page(NamedTuple):
    """A page of the history.

    `ids` are of all rows on it, `rows` are those of films and episodes. `total` is
    how many rows were asked for in all, and `everything` how many there are of all
    users.
    """

    ids: tuple[int, ...]
    rows: tuple[Row, ...]
    total: int
    everything: int


def page_from(data: JsonObject) -> Page:
    """Return a page of get_history."""
    listed = data.get("data")
    if not isinstance(listed, list):
        raise missing("data", data)
    ids: list[int] = []
    rows: list[Row] = []
    for row in listed:
        if not isinstance(row, dict):
            raise ProtocolError("Tautulli's history has a row that is not an object")
        ids.append(_needed(row, "row_id"))
        if (read := _row_from(row, ids[-1])) is not None:
            rows.append(read)
    total = _needed(data, "recordsFiltered")
    return Page(tuple(ids), tuple(rows), total, integer(data.get("recordsTotal")) or 0)


def _row_from(row: JsonObject, row_id: int) -> Row | None:
    """Return a row of the history; None for music, and for what was on television."""
    kind = _KINDS.get(str(row.get("media_type")))
    if kind is None or integer(row.get("live")):
        return None
    key, guid = text(row, "rating_key"), text(row, "guid")
    status = row.get("watched_status")
    if status is None:
        raise missing("watched_status", row)
    reference = integer(row.get("reference_id"))
    return Row(
        row_id,
        str(row_id if reference is None else reference),
        _number(status) >= 1,
        moment(row.get("stopped")) or moment(row.get("started")),
        kind,
        plain(guid) or f"{kind}:{key}",
        guid,
        key,
        text(row, "grandparent_rating_key"),
        unescaped(text(row, "title")),
        unescaped(text(row, "grandparent_title")),
        integer(row.get("year")) or None,
        integer(row.get("parent_media_index")),
        integer(row.get("media_index")),
    )


def moment(value: JsonValue) -> datetime | None:
    """Return a moment from seconds since 1970; None where there is none."""
    seconds = integer(value)
    if not seconds or seconds < 0:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except OverflowError, OSError, ValueError:
        return None


def integer(value: JsonValue) -> int | None:
    """Return a number, which may be written as a text, or be empty."""
    if isinstance(value, int):
        return int(value)
    if isinstance(value, str):
        try:
            return int(value)
        except ValueError:
            return None
    return None


def unescaped(title: str) -> str:
    """Return a title as it is: rows come as they may stand in a web page."""
    return title.replace("&lt;", "<").replace("&gt;", ">")


def _number(value: JsonValue) -> float:
    """Return a number with its part, 0 for what is none."""
    try:
        return float(value) if isinstance(value, int | float | str) else 0.0
    except ValueError:
        return 0.0


def _needed(row: JsonObject, name: str) -> int:
    """Return a number that we cannot do without."""
    value = integer(row.get(name))
    if value is None:
        raise missing(name, row)
    return value
