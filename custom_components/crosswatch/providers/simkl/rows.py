"""From the rows of a library to records, one function a feature."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from ...engine.model import (
    Item,
    Listed,
    MediaKind,
    Play,
    Progress,
    Rated,
    Record,
    Watched,
)
from ..answer import JsonObject, JsonValue
from .fields import missing, object_in, text, whole_in
from .mapping import ANIME, Place, Title, Titles, moment_from, place_in
from .options import COMPLETED

# What the first time of watching something is called; others have numbers.
FIRST: Final = "first"
_BUCKETS: Final = {"movie": "movies", "show": "shows", ANIME: ANIME}
type Row = JsonObject


def listed(
    titles: Titles, rows: Iterable[Row], bucket: str, statuses: Collection[str]
) -> Iterator[Record]:
    """Yield what is on one of the lists that count as the watchlist."""
    for row in rows:
        if status_of(row) in statuses:
            title = titles.title(row, bucket)
            at = moment_from(row.get("added_to_watchlist_at"))
            yield Record(title.item, Listed(at), title.native_id)


def rated(titles: Titles, rows: Iterable[Row], bucket: str) -> Iterator[Record]:
    """Yield the ratings; the rows of a rating carry it under one of two names."""
    for row in rows:
        title = titles.title(row, bucket)
        rating = rating_of(row)
        if rating is None:
            raise missing("user_rating", row)
        at = moment_from(row.get("user_rated_at") or row.get("rated_at"))
        yield Record(title.item, Rated(rating, at), title.native_id)


@dataclass(slots=True)
class _Viewings:
    """How often something was watched, and when."""

    item: Item
    first: datetime | None = None
    again: list[Play] = field(default_factory=list)

    def value(self, *, every: bool) -> Watched:
        """Return it as one value, with `every` play of an account that keeps them."""
        if not every:
            return Watched(self.first)
        plays = [Play(self.first, FIRST)] if self.first else []
        plays += self.again
        plays.sort(key=lambda play: play.at)
        newest = plays[-1].at if plays else None
        return Watched(newest, tuple(plays), 1 + len(self.again))


def watched(
    titles: Titles, rows: Iterable[Row], bucket: str, *, every: bool
) -> Iterator[Record]:
    """Yield what was watched. A row of watching a title again adds to its first one."""
    found: dict[str, _Viewings] = {}
    repeats: list[Row] = []
    for row in rows:
        if row.get("is_rewatch") is True:
            repeats.append(row)
            continue
        for native_id, item, at in _watched_in(titles.title(row, bucket), row, bucket):
            found[native_id] = _Viewings(item, at)
    for row in repeats if every else ():
        name = f"r{row.get('rewatch_id')}"
        title = titles.title(row, bucket)
        for native_id, _, at in _watched_in(title, row, bucket):
            if at is not None and native_id in found:
                found[native_id].again.append(Play(at, name))
    for native_id, viewings in found.items():
        yield Record(viewings.item, viewings.value(every=every), native_id)


def _watched_in(
    title: Title, row: Row, bucket: str
) -> Iterator[tuple[str, Item, datetime | None]]:
    """Yield the native id, the item and the date of what one row says was watched."""
    if title.item.kind is MediaKind.MOVIE:
        # A film that was moved back to another list has been watched all the same.
        at = moment_from(row.get("last_watched_at"))
        if at is not None or status_of(row) == COMPLETED:
            yield title.native_id, title.item, at
        return
    seasons = row.get("seasons")
    if seasons is None:
        count = row.get("watched_episodes_count")
        if type(count) is int and count > 0 and "is_rewatch" not in row:
            raise missing("seasons", row)
        return
    # Of a title that is completed all is watched, also what has no date.
    undated = status_of(row) == COMPLETED
    for season in _objects(seasons, "seasons", row):
        number = whole_in(season, "number")
        for episode in _objects(season.get("episodes"), "episodes", season):
            at = moment_from(episode.get("watched_at"))
            if at is None and not (undated or episode.get("watched_at")):
                continue
            place = number, whole_in(episode, "number")
            item = title.episode(episode, place, _at_tvdb(episode, bucket))
            yield episode_id(title.number, place), item, at


def _at_tvdb(episode: JsonObject, bucket: str) -> Place | None:
    """Return an episode's place in the series at TVDB, where SIMKL tells it."""
    if bucket != ANIME:
        return None
    return place_in(episode.get("tvdb"), "season", "episode")


def stopped(titles: Titles, rows: Iterable[Row]) -> Iterator[tuple[int, Record]]:
    """Yield where something was stopped, with the number of the session."""
    for row in rows:
        bucket = _bucket_of(row)
        title = titles.title(row, bucket)
        percent = row.get("progress")
        if isinstance(percent, bool) or not isinstance(percent, int | float):
            raise missing("progress", row)
        at = moment_from(row.get("paused_at"))
        item, native_id = title.item, title.native_id
        if bucket != "movies" and not _is_film(row, title):
            episode = object_in(row, "episode")
            place = whole_in(episode, "season"), whole_in(episode, "episode", "number")
            tvdb = place_in(episode, "tvdb_season", "tvdb_number")
            item = title.episode(episode, place, tvdb)
            native_id = episode_id(title.number, place)
        value = Progress(percent=float(percent), at=at)
        yield whole_in(row, "id"), Record(item, value, native_id)


def _bucket_of(row: Row) -> str:
    """Return which part of the library a session belongs to."""
    for name, bucket in (("movie", "movies"), ("anime", ANIME), ("show", "shows")):
        if isinstance(row.get(name), dict):
            return bucket
    raise missing("movie or show", row)


def _is_film(row: Row, title: Title) -> bool:
    """Tell whether a session is of a film, as those of anime films may be."""
    return title.item.kind is MediaKind.MOVIE or (
        row.get("type") == "movie" and row.get("episode") is None
    )


def status_of(row: Row) -> str:
    """Return the list that a title is on."""
    return text(row.get("status"))


def rating_of(row: Row) -> float | None:
    """Return how a title is rated, None if it is not."""
    for name in ("user_rating", "rating"):
        value = row.get(name)
        if isinstance(value, str) and value.isdecimal():
            value = int(value)
        if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
            return float(value)
    return None


def episode_id(number: str, place: Place) -> str:
    """Return the name of an episode by its place in a title of SIMKL's."""
    return f"episode:{number}:{place[0]}:{place[1]}"


def number_in(native_id: str) -> str:
    """Return the number of the title that a record belongs to, empty if it has none."""
    kind, _, rest = native_id.partition(":")
    if kind not in _BUCKETS and kind != "episode":
        return ""
    number = rest.partition(":")[0]
    return number if number.isdecimal() else ""


def bucket_of(native_id: str) -> str:
    """Return the part of the library that a title is in, by SIMKL's name for it."""
    return _BUCKETS.get(native_id.partition(":")[0], "")


def place_of(native_id: str) -> Place | None:
    """Return the place of an episode in its title, by SIMKL's name for it."""
    kind, _, rest = native_id.partition(":")
    parts = rest.split(":")
    if kind != "episode" or len(parts) != 3 or not all(map(str.isdecimal, parts)):
        return None
    return int(parts[1]), int(parts[2])


def _objects(value: JsonValue, name: str, parent: Mapping[str, JsonValue]) -> list[Row]:
    """Return the objects in a list, which has to be there."""
    if not isinstance(value, list):
        raise missing(name, parent)
    if not all(isinstance(each, dict) for each in value):
        raise missing(f"objects in {name}", parent)
    return [each for each in value if isinstance(each, dict)]
