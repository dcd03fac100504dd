"""Rows of a Plex server's lists, as far as they are of use."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, NamedTuple

from ...engine.model import MediaKind
from ...engine.provider import ProtocolError
from ..answer import JsonObject, JsonValue
from .fields import text, whole
from .guids import ids_in, parse_guid

KINDS: Final[Mapping[str, MediaKind]] = {
    "movie": MediaKind.MOVIE,
    "show": MediaKind.SHOW,
    "season": MediaKind.SEASON,
    "episode": MediaKind.EPISODE,
}
# The numbers by which a server is asked for these.
TYPES: Final[Mapping[MediaKind, int]] = {
    MediaKind.MOVIE: 1,
    MediaKind.SHOW: 2,
    MediaKind.SEASON: 3,
    MediaKind.EPISODE: 4,
}

_NO_IDS: Final[Mapping[str, str]] = {}
# The last second that a date can hold.
_END_OF_TIME: Final = 253402300799


class Row(NamedTuple):
    """An item of a server, and what its user did with it; times are in seconds.

    `viewed` is when it was last played, be it in part; 0 stands for never. Of an
    episode or season, `show_ids` are those that its own guid tells. `credits` is where
    these begin, 0 where that is not told.
    """

    key: str
    kind: MediaKind
    guid: str = ""
    ids: Mapping[str, str] = _NO_IDS
    title: str = ""
    year: int | None = None
    section: str = ""
    show_key: str = ""
    show_title: str = ""
    show_ids: Mapping[str, str] = _NO_IDS
    season: int | None = None
    number: int | None = None
    views: int = 0
    viewed: int = 0
    offset: int = 0
    duration: int = 0
    rating: float | None = None
    rated: int = 0
    credits: int = 0


class LogRow(NamedTuple):
    """A play in the log of a server."""

    name: str
    key: str
    at: int


def parse_row(row: JsonValue) -> Row | None:
    """Return a row; None for a kind that is not synced, such as a trailer."""
    if not isinstance(row, dict):
        raise ProtocolError("A list of the Plex server holds something else than items")
    kind = KINDS.get(text(row, "type"))
    if kind is None:
        return None
    if not (key := text(row, "ratingKey")):
        raise ProtocolError("An item of the Plex server lacks ratingKey")
    guid = text(row, "guid")
    ids, show_ids = _ids(row, guid, kind)
    season, number = _place(row, kind, guid)
    return Row(
        key=key,
        kind=kind,
        guid=guid,
        ids=ids,
        title=text(row, "title"),
        year=whole(row, "year") or None,
        section=text(row, "librarySectionID"),
        show_key=_show_key(row, kind),
        show_title=text(row, _SHOW_TITLE.get(kind, "")),
        show_ids=show_ids,
        season=season,
        number=number,
        views=max(whole(row, "viewCount") or 0, 0),
        viewed=max(whole(row, "lastViewedAt") or 0, 0),
        offset=max(whole(row, "viewOffset") or 0, 0),
        duration=max(whole(row, "duration") or 0, 0),
        rating=_rating(row),
        rated=max(whole(row, "lastRatedAt") or 0, 0),
        credits=_credits(row),
    )


def parse_log_row(row: JsonValue) -> LogRow | None:
    """Return a play of the log; None for one of an item that is gone."""
    if not isinstance(row, dict):
        raise ProtocolError(
            "The log of the Plex server holds something else than plays"
        )
    # Other clients' lists have seen numbers here.
    key = text(row, "ratingKey") or last_part(text(row, "key"))
    at = whole(row, "viewedAt")
    if not key or not at or text(row, "type") not in {"movie", "episode", ""}:
        return None
    return LogRow(last_part(text(row, "historyKey")) or f"{key}@{at}", key, at)


def moment(seconds: int) -> datetime | None:
    """Return a moment, None for one that is not known or makes no sense."""
    if not 0 < seconds <= _END_OF_TIME:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def guids_of(row: JsonObject) -> list[str]:
    """Return the external guids of a row."""
    found = row.get("Guid")
    if not isinstance(found, list):
        return []
    return [
        guid
        for each in found
        if isinstance(each, dict) and isinstance(guid := each.get("id"), str)
    ]


def last_part(path: str) -> str:
    """Return the last part of a path, without what asks for its children."""
    return path.removesuffix("/children").rpartition("/")[2]


_SHOW_TITLE: Final = {
    MediaKind.EPISODE: "grandparentTitle",
    MediaKind.SEASON: "parentTitle",
}
_SHOW: Final = {MediaKind.EPISODE: "grandparent", MediaKind.SEASON: "parent"}


def _show_key(row: JsonObject, kind: MediaKind) -> str:
    """Return the key of the show that an episode or season is of."""
    if (parent := _SHOW.get(kind)) is None:
        return ""
    return text(row, f"{parent}RatingKey") or last_part(text(row, f"{parent}Key"))


def _ids(
    row: JsonObject, guid: str, kind: MediaKind
) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Return the ids of an item, and those of its show that its guid tells."""
    ids = ids_in(guids_of(row))
    own = parse_guid(guid)
    if own is None:
        return ids, _NO_IDS
    if kind in _SHOW and own.season is not None:
        return ids, {own.namespace: own.value}
    if own.season is None:
        ids.setdefault(own.namespace, own.value)
    return ids, _NO_IDS


def _place(
    row: JsonObject, kind: MediaKind, guid: str
) -> tuple[int | None, int | None]:
    """Return the season and number of an episode, or the number of a season."""
    if kind is MediaKind.SEASON:
        return whole(row, "index"), None
    if kind is not MediaKind.EPISODE:
        return None, None
    season, number = whole(row, "parentIndex"), whole(row, "index")
    if season is None or number is None:
        # Shows by date have no numbers, but the guids of old may tell them.
        told = parse_guid(guid)
        if told is not None and told.season is not None:
            return told.season, told.number
    return season, number


def _credits(row: JsonObject) -> int:
    """Return where the first credits of an item begin, 0 where that is not told."""
    markers = row.get("Marker")
    begins = [
        whole(marker, "startTimeOffset") or 0
        for marker in (markers if isinstance(markers, list) else ())
        if isinstance(marker, dict) and text(marker, "type") == "credits"
    ]
    return max(min(begins, default=0), 0)


def _rating(row: JsonObject) -> float | None:
    """Return a user's rating; Plex has none of 0."""
    value = row.get("userRating")
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 < value <= 10 else None
