"""From SIMKL's JSON to items; pure functions.

Its titles carry ids of other services, partly as texts. Anime is counted as AniDB does:
each part of a series is a title of its own, whose episodes begin at 1. So an id of the
whole series names such a part only where SIMKL does not say that it is a later one, and
an episode's place in the series is only what SIMKL itself gives as such.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from ...engine.ids import normalise_id
from ...engine.model import Item, MediaKind
from ..answer import JsonObject, JsonValue
from .capabilities import NAMESPACES
from .fields import missing, object_in, text

ANIME: Final = "anime"
# Ids of whole series, at services that do not know the parts of anime.
_OF_SERIES: Final = frozenset({"imdb", "tmdb", "tvdb"})
# What stands for a date that nobody remembers lies at the beginning of 1970.
FIRST_YEAR: Final = 1971
_MEDIA: Final = ("movie", "show", "anime")

type Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Title:
    """A title: SIMKL's number for it, and the item.

    Its episodes belong to `parts` where they are told by their place in the title,
    and to `series` where by that in the series at TVDB.
    """

    number: str
    item: Item
    parts: Item
    series: Item | None = None
    is_anime: bool = False

    @property
    def native_id(self) -> str:
        """Return SIMKL's name for it."""
        kind = ANIME if self.is_anime else self.item.kind.value
        return f"{kind}:{self.number}"

    def episode(self, row: JsonObject, own: Place, tvdb: Place | None) -> Item:
        """Return an episode, with its place here and at TVDB."""
        ids = row.get("ids")
        found = ids_from(ids, ("tvdb",)) if isinstance(ids, dict) else {}
        show, place = self.parts, own
        if self.series is not None and tvdb is not None:
            show, place = self.series, tvdb
        name = text(row.get("title"))
        return Item(MediaKind.EPISODE, found, name, None, show, *place)


class Titles:
    """The titles of one read, each of them made once."""

    def __init__(self) -> None:
        """Start without any."""
        self._titles: dict[str, Title] = {}

    def title(self, row: JsonObject, bucket: str) -> Title:
        """Return the title of a row."""
        media = media_in(row)
        number = number_of(media)
        if (title := self._titles.get(number)) is None:
            title = self._titles[number] = title_from(media, row, bucket)
        return title


def title_from(media: JsonObject, row: JsonObject, bucket: str) -> Title:
    """Return the title in a row of a part of the library."""
    ids = ids_from(object_in(media, "ids"))
    number = number_of(media)
    ids["simkl"] = number
    year = media.get("year")
    name, year = text(media.get("title")), year if type(year) is int else None
    if bucket != ANIME:
        kind = MediaKind.MOVIE if bucket == "movies" else MediaKind.SHOW
        item = Item(kind, ids, name, year)
        return Title(number, item, item)
    if row.get("anime_type") == "movie":
        item = Item(MediaKind.MOVIE, ids, name, year)
        return Title(number, item, replace(item, kind=MediaKind.SHOW), None, True)
    of_part = {name: value for name, value in ids.items() if name not in _OF_SERIES}
    parts = Item(MediaKind.SHOW, of_part, name, year)
    series = replace(parts, ids={"tvdb": ids["tvdb"]}) if "tvdb" in ids else None
    item = parts if _is_later_part(row) else replace(parts, ids=ids)
    return Title(number, item, parts, series, True)


def _is_later_part(row: JsonObject) -> bool:
    """Tell whether SIMKL says that a title is not how its series begins."""
    seasons = row.get("mapped_tvdb_seasons")
    return isinstance(seasons, list) and bool(seasons) and 1 not in seasons


def media_in(row: JsonObject) -> JsonObject:
    """Return the title in a row, whatever it is called there."""
    for name in _MEDIA:
        value = row.get(name)
        if isinstance(value, dict):
            return value
    raise missing("movie or show", row)


def number_of(media: JsonObject) -> str:
    """Return SIMKL's own number of a title."""
    ids = object_in(media, "ids")
    for name in ("simkl", "simkl_id"):
        value = ids.get(name)
        if type(value) is int and value > 0:
            return str(value)
        if isinstance(value, str) and value.isdecimal():
            return value
    raise missing("ids.simkl", ids)


def ids_from(
    ids: JsonObject, namespaces: Collection[str] = NAMESPACES
) -> dict[str, str]:
    """Return the ids that mean the same everywhere.

    Those of TVDB may be names, whose digits say nothing.
    """
    found: dict[str, str] = {}
    for namespace in namespaces:
        value = ids.get(namespace)
        if type(value) is int:
            value = str(value)
        if isinstance(value, str) and (namespace == "imdb" or value.isdecimal()):
            if known := normalise_id(namespace, value):
                found[namespace] = known
    return found


def place_in(value: JsonValue | JsonObject, season: str, number: str) -> Place | None:
    """Return a place in a series, None where there is none."""
    if not isinstance(value, Mapping):
        return None
    first, second = value.get(season), value.get(number)
    if type(first) is int and type(second) is int and first >= 0 and second >= 0:
        return first, second
    return None


def moment_from(value: JsonValue) -> datetime | None:
    """Return a moment in UTC, None for one that nobody remembers or that is none."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        if moment.year < FIRST_YEAR:
            return None
        if moment.tzinfo is None:
            return moment.replace(tzinfo=UTC)
        return moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    except ValueError, OverflowError:
        return None
