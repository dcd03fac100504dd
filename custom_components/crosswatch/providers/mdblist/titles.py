"""What a row is about: titles, their ids, and what an account knows them by."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, NamedTuple

from ...engine.ids import normalise_id
from ...engine.model import Item, MediaKind
from ..http import JsonObject, JsonValue
from .fields import missing, number_in, object_in, text_in, whole_from

# Titles are told by their ids at TMDB in the first place; lists do so in `id`.
_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "tmdb": ("tmdb", "tmdbid", "tmdb_id"),
    "imdb": ("imdb", "imdbid", "imdb_id"),
    "trakt": ("trakt", "traktid", "trakt_id"),
    "tvdb": ("tvdb", "tvdbid", "tvdb_id"),
    "kitsu": ("kitsu",),
}
# What a record is known by, best first.
_ADDRESSES: Final = ("tmdb", "imdb", "trakt", "tvdb")
# Nobody watched or rated anything here before.
_FIRST_YEAR: Final = 1971


class Titled(NamedTuple):
    """What a row is about, and what the account knows it by."""

    native_id: str
    item: Item


class Titles:
    """Makes items of the rows of one read; the episodes of a show share it."""

    def __init__(self) -> None:
        """Start without any."""
        self._shows: dict[str, Titled] = {}

    def read(self, kind: MediaKind, title: JsonObject) -> Titled:
        """Return what a title object is about."""
        if kind in {MediaKind.MOVIE, MediaKind.SHOW}:
            return titled(kind, title)
        is_season = kind is MediaKind.SEASON
        season = number_in(title, "number" if is_season else "season")
        number = None if is_season else number_in(title, "number")
        show = self._show(object_in(title, "show"))
        return part_of(show, season, number, title)

    def _show(self, title: JsonObject) -> Titled:
        """Return the show of a season or an episode."""
        show = titled(MediaKind.SHOW, title)
        return self._shows.setdefault(show.native_id, show)


def titled(kind: MediaKind, title: JsonObject) -> Titled:
    """Return the film or show that an object is about."""
    ids = ids_from(title)
    name = text_in(title, "title")
    year = whole_from(title.get("year") or title.get("release_year"))
    item = Item(kind, ids, name, year or None)
    for namespace in _ADDRESSES:
        if value := ids.get(namespace):
            return Titled(f"{kind.value}:{namespace}:{value}", item)
    if own := own_id_in(title):
        return Titled(f"{kind.value}:mdblist:{own}", item)
    if not name:
        raise missing("ids", title)
    return Titled(f"{kind.value}:title:{name.casefold()}:{item.year}", item)


def part_of(show: Titled, season: int, number: int | None, title: JsonObject) -> Titled:
    """Return a season of a show, or an episode where there is a number."""
    kind = MediaKind.SEASON if number is None else MediaKind.EPISODE
    ids = ids_from(title)
    item = Item(kind, ids, text_in(title, "title"), None, show.item, season, number)
    address = show.native_id.partition(":")[2]
    return Titled(f"{kind.value}:{address}:{item.place}", item)


def ids_from(title: JsonObject) -> dict[str, str]:
    """Return the universal ids of a title, in whichever of the service's dialects."""
    told = title.get("ids")
    ids: JsonObject = told if isinstance(told, dict) else {}
    found: dict[str, str] = {}
    for namespace, names in _NAMES.items():
        for source in (ids, title):
            for name in names:
                value = source.get(name)
                if namespace not in found and (known := known_id(namespace, value)):
                    found[namespace] = known
    if "tmdb" not in found and "mediatype" in title:
        # A row of a list: its own id is the one at TMDB.
        if known := known_id("tmdb", title.get("id")):
            found["tmdb"] = known
    return found


def known_id(namespace: str, value: JsonValue) -> str | None:
    """Return an id, normalised; None for what is none."""
    if type(value) is int:
        if value <= 0:
            return None
        return str(value) if namespace != "imdb" else normalise_id(namespace, value)
    return normalise_id(namespace, value) if isinstance(value, str) else None


def own_id_in(title: JsonObject) -> str:
    """Return the id that MDBList itself gave to a title, empty where it tells none."""
    ids = title.get("ids")
    own = ids.get("mdblist") if isinstance(ids, dict) else None
    return own if isinstance(own, str) else ""


def moment_from(value: JsonValue) -> datetime | None:
    """Return a moment in UTC, or None for one that is missing or makes no sense."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        moment = (
            moment.replace(tzinfo=UTC)
            if moment.tzinfo is None
            else moment.astimezone(UTC)
        )
    except ValueError, OverflowError:
        return None
    return moment if moment.year >= _FIRST_YEAR else None
