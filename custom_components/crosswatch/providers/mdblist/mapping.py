"""From MDBList's JSON to records; pure functions."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from math import isfinite
from typing import Final, NamedTuple

from ...engine.model import Item, Listed, MediaKind, Progress, Rated, Record
from ...engine.provider import ProtocolError
from ..http import JsonObject, JsonValue
from .fields import missing, number_in, object_in, rows_in, text_in, whole_from
from .titles import Titled, Titles, moment_from, part_of, titled

BUCKETS: Final[Mapping[str, MediaKind]] = {
    "movies": MediaKind.MOVIE,
    "shows": MediaKind.SHOW,
    "seasons": MediaKind.SEASON,
    "episodes": MediaKind.EPISODE,
}
_PLAYED: Final = (MediaKind.MOVIE, MediaKind.EPISODE)


class PlayRow(NamedTuple):
    """One row of the history: a play, and what was played."""

    play_id: str
    native_id: str
    item: Item
    at: datetime | None

    @property
    def key(self) -> str:
        """Return what tells the play from all others."""
        return self.play_id or f"{self.native_id}@{self.at}"


class RatedRow(NamedTuple):
    """One rating, None where it was taken back."""

    native_id: str
    item: Item
    value: Rated | None

    @property
    def key(self) -> str:
        """Return what tells the row from all others."""
        return self.native_id


def listed_rows(page: JsonObject, bucket: str) -> list[JsonObject]:
    """Return one of the lists on a page; one that is empty may be left out."""
    told = any(isinstance(page.get(name), list) for name in BUCKETS)
    if page.get(bucket) is None and (told or isinstance(page.get("pagination"), dict)):
        return []
    return rows_in(page, bucket)


def plays_in(page: JsonObject, titles: Titles) -> Iterator[PlayRow]:
    """Yield the plays on a page of /sync/watched.

    Its shows and seasons only sum up their episodes.
    """
    for kind in _PLAYED:
        for row in listed_rows(page, f"{kind.value}s"):
            native_id, item = titles.read(kind, object_in(row, kind.value))
            at = moment_from(row.get("watched_at") or row.get("last_watched_at"))
            yield PlayRow(play_id_in(row), native_id, item, at)


def play_id_in(row: JsonObject) -> str:
    """Return the service's name of a play, empty where it tells none."""
    for name in ("play_id", "history_id", "id"):
        value = row.get(name)
        if type(value) is int and value > 0:
            return str(value)
        if isinstance(value, str) and value.isdecimal():
            return value
    return ""


def ratings_in(page: JsonObject, titles: Titles) -> Iterator[RatedRow]:
    """Yield the ratings on a page of /sync/ratings; a show may hold those of its parts."""
    for bucket, kind in BUCKETS.items():
        for row in listed_rows(page, bucket):
            title = object_in(row, kind.value)
            told = titles.read(kind, title)
            nested = [*nested_in(row), *nested_in(title)] if bucket == "shows" else []
            if "rating" in row or not nested:
                yield RatedRow(*told, rated_from(row))
            for season in nested:
                yield from _rated_parts(told, season)


def nested_in(parent: JsonObject) -> list[JsonObject]:
    """Return the seasons that stand in a row or in its show."""
    return rows_in(parent, "seasons") if "seasons" in parent else []


def _rated_parts(show: Titled, season: JsonObject) -> Iterator[RatedRow]:
    """Yield the ratings of a season and of its episodes, where they have one."""
    place = number_in(season, "number")
    if "rating" in season:
        yield RatedRow(*part_of(show, place, None, season), rated_from(season))
    for episode in rows_in(season, "episodes") if "episodes" in season else ():
        number = number_in(episode, "number")
        yield RatedRow(*part_of(show, place, number, episode), rated_from(episode))


def rated_from(row: JsonObject) -> Rated | None:
    """Return the rating in a row; none or 0 says that it was taken back."""
    if "rating" not in row:
        raise missing("rating", row)
    if row["rating"] is None:
        return None
    if (rating := amount_from(row["rating"])) is None:
        raise missing("rating", row)
    if rating == 0:
        return None
    if not 0 < rating <= 10:
        raise ProtocolError(f"MDBList's answer has a rating of {rating}")
    return Rated(rating, moment_from(row.get("rated_at")))


def apart(answer: JsonValue) -> JsonValue:
    """Return a page of the watchlist with its films and shows in lists of their own.

    That is how it is asked for; but it may come as one list of all.
    """
    rows = answer
    if isinstance(answer, dict):
        rows = answer.get("items", answer.get("results"))
    if not isinstance(rows, list):
        return answer
    lists: dict[str, list[JsonValue]] = {"movies": [], "shows": []}
    for row in rows_in({"items": rows}, "items"):
        if row.get("mediatype") not in {"movie", "show"}:
            raise missing("mediatype", row)
        lists[f"{row['mediatype']}s"].append(dict(row))
    told = answer if isinstance(answer, dict) else {}
    return {**lists, "pagination": told.get("pagination")}


def listed_in(page: JsonObject) -> Iterator[Record]:
    """Yield the entries on a page of /watchlist/items."""
    for bucket, kind in (("movies", MediaKind.MOVIE), ("shows", MediaKind.SHOW)):
        for row in listed_rows(page, bucket):
            native_id, item = titled(kind, row)
            yield Record(item, Listed(moment_from(row.get("watchlist_at"))), native_id)


def positions_in(answer: JsonValue, titles: Titles) -> Iterator[Record]:
    """Yield the positions in the answer to /sync/playback."""
    for row in playback_rows(answer):
        named = [
            name for name in ("movie", "episode") if isinstance(row.get(name), dict)
        ]
        if not (name := text_in(row, "type") or next(iter(named), "")):
            raise missing("type", row)
        if name not in {"movie", "episode"}:
            continue
        if (percent := amount_from(row.get("progress"))) is None:
            raise missing("progress", row)
        if not 0 <= percent <= 100:
            raise ProtocolError(f"MDBList's answer has a position of {percent} %")
        kind = MediaKind(name)
        title = object_in(row, name)
        if kind is MediaKind.EPISODE and not title.get("show"):
            title = {**title, "show": row.get("show")}
        item = titles.read(kind, title).item
        at = moment_from(row.get("paused_at") or row.get("updated_at"))
        value = Progress(percent=percent, at=at)
        yield Record(item, value, playback_id_in(row))


def amount_from(value: JsonValue) -> float | None:
    """Return a number, which some have seen as a text; None for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        amount = float(value)
    except ValueError:
        return None
    return amount if isfinite(amount) else None


def playback_id_in(row: JsonObject) -> str:
    """Return what a position is cleared by."""
    if value := whole_from(row.get("id")):
        return str(value)
    raise missing("id", row)


def playback_rows(answer: JsonValue) -> list[JsonObject]:
    """Return the rows of /sync/playback: a list, or one within an object."""
    if isinstance(answer, list):
        return rows_in({"playback": answer}, "playback")
    if isinstance(answer, dict):
        names = ("playback", "items", "sessions", "movies", "episodes")
        found = [name for name in names if name in answer]
        if found:
            return [row for name in found for row in rows_in(answer, name)]
    raise ProtocolError("MDBList's answer to /sync/playback is no list")
