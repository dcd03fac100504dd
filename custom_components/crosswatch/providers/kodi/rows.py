"""The rows of the library's lists, checked and typed."""

from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b
import re
from typing import Final, NamedTuple

from ...engine.ids import UNIVERSAL_NAMESPACES, normalise_id
from ...engine.model import MediaKind
from ...engine.provider import ProtocolError
from ..http import JsonObject, JsonValue

# Scrapers call them as they like.
_NAMESPACES: Final = {
    **{name: name for name in UNIVERSAL_NAMESPACES},
    "themoviedb": "tmdb",
    "thetvdb": "tvdb",
    "myanimelist": "mal",
}
_IMDB: Final = re.compile(r"tt\d+")

ID_NAMES: Final[Mapping[MediaKind, str]] = {
    MediaKind.MOVIE: "movieid",
    MediaKind.EPISODE: "episodeid",
    MediaKind.SHOW: "tvshowid",
}

# What the years of entries without one come out as: nothing at all, the first year
# that Windows knows, and for series the first one that Unix knows.
_FIRST_YEAR: Final = 1880
_NO_SHOW_YEAR: Final = 1970


class State(NamedTuple):
    """An entry and what was done with it.

    `key` names it for good, unlike `id`, which another entry may have tomorrow.
    `last_played` is in the local time of the device; times are in seconds.
    """

    kind: MediaKind
    id: int
    key: str
    file: str
    show_id: int
    play_count: int
    last_played: str
    rating: int
    position: float
    total: float
    season: int | None
    number: int | None


class Facts(NamedTuple):
    """What an entry is."""

    kind: MediaKind
    id: int
    key: str
    show_id: int
    title: str
    year: int | None
    ids: Mapping[str, str]
    season: int | None
    number: int | None


def parse_state(kind: MediaKind, value: JsonValue) -> State:
    """Return an entry and what was done with it."""
    row, entry_id = _row(kind, value)
    get = row.get
    resume = get("resume")
    position, total = 0.0, 0.0
    if isinstance(resume, dict):
        position, total = (
            _seconds(resume.get("position")),
            _seconds(resume.get("total")),
        )
    season, number = _place(kind, row)
    last_played = get("lastplayed")
    return State(
        kind,
        entry_id,
        _key(kind, row, season, number),
        _file(kind, row),
        _count(get("tvshowid")),
        _count(get("playcount")),
        last_played if isinstance(last_played, str) else "",
        _count(get("userrating")),
        position,
        total or float(_count(get("runtime"))),
        season,
        number,
    )


def parse_facts(kind: MediaKind, value: JsonValue) -> Facts:
    """Return what an entry is."""
    row, entry_id = _row(kind, value)
    season, number = _place(kind, row)
    return Facts(
        kind,
        entry_id,
        _key(kind, row, season, number),
        _count(row.get("tvshowid")),
        _text(row.get("title")),
        _year(kind, row.get("year")),
        parse_ids(row.get("uniqueid")),
        season,
        number,
    )


def parse_ids(value: JsonValue) -> Mapping[str, str]:
    """Return the universal ids among those of an entry, normalised.

    IMDb's tell themselves, whatever a scraper has called them.
    """
    if not isinstance(value, dict):
        return {}
    ids: dict[str, str] = {}
    for name, text in value.items():
        if not isinstance(text, str | int):
            continue
        namespace = _NAMESPACES.get(name.lower())
        if isinstance(text, str) and _IMDB.fullmatch(text):
            namespace = "imdb"
        if namespace and (normalised := normalise_id(namespace, text)):
            ids.setdefault(namespace, normalised)
    return ids


def file_of(key: str) -> str:
    """Return the part of a key that all episodes in a file share."""
    return key.rpartition("-")[0] if key.startswith("episode-") else key


def _row(kind: MediaKind, value: JsonValue) -> tuple[JsonObject, int]:
    """Return a row as an object, with its id."""
    if not isinstance(value, dict):
        raise ProtocolError("A list of Kodi holds something that is no entry")
    entry_id = value.get(ID_NAMES[kind])
    if not isinstance(entry_id, int):
        raise ProtocolError(f"An entry of Kodi's library lacks {ID_NAMES[kind]}")
    return value, entry_id


def _place(kind: MediaKind, row: JsonObject) -> tuple[int | None, int | None]:
    """Return the season and number of an episode; what has none says -1."""
    if kind is not MediaKind.EPISODE:
        return None, None
    season, number = row.get("season"), row.get("episode")
    return (
        season if isinstance(season, int) and season >= 0 else None,
        number if isinstance(number, int) and number >= 0 else None,
    )


def _key(
    kind: MediaKind, row: JsonObject, season: int | None, number: int | None
) -> str:
    """Return the name of an entry that lasts: it goes by its file.

    Only a digest of that, as paths of shares hold names and passwords. A series that
    is spread over several folders tells none of them.
    """
    file = _file(kind, row)
    if kind is MediaKind.SHOW:
        return f"show-{_digest(file or _text(row.get('label')))}"
    if kind is MediaKind.MOVIE:
        return f"movie-{_digest(file)}"
    return f"episode-{_digest(file)}-s{season}e{number}"


def _file(kind: MediaKind, row: JsonObject) -> str:
    """Return the file of an entry.

    One without any is named by its number, and its title or its series: should it get
    another number, it is another entry, which is the same item.
    """
    file = _text(row.get("file"))
    if file or kind is MediaKind.SHOW:
        return file
    name = row.get("label" if kind is MediaKind.MOVIE else "tvshowid")
    return f"{row.get(ID_NAMES[kind])}:{name}"


@lru_cache(maxsize=1 << 16)
def _digest(text: str) -> str:
    """Return a short digest of a path."""
    return blake2b(text.encode(errors="replace"), digest_size=8).hexdigest()


def _year(kind: MediaKind, value: JsonValue) -> int | None:
    """Return a year, unless it stands for none."""
    if not isinstance(value, int) or value < _FIRST_YEAR:
        return None
    return None if kind is MediaKind.SHOW and value == _NO_SHOW_YEAR else value


def _text(value: JsonValue) -> str:
    """Return a text, empty where there is none."""
    return value if isinstance(value, str) else ""


def _count(value: JsonValue) -> int:
    """Return a whole number, 0 where there is none."""
    return value if isinstance(value, int) and value > 0 else 0


def _seconds(value: JsonValue) -> float:
    """Return a time, 0 where there is none."""
    return float(value) if isinstance(value, int | float) and value > 0 else 0.0
