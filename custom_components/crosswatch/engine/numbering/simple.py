"""The simplest format, for what a person writes by hand.

A list of objects, one an entry: any of `anilist`, `mal`, `anidb`, `kitsu` says which,
any of `tvdb`, `tmdb`, `imdb` the show. `season` is the season that it is, with none it
is the whole show; `episode` the number there of its first episode (1 if it is left
out), `episodes` how many there are. `"movie": true` is for a film, whose ids are then
those of the film, and `"ignore": true` for an entry that nothing is to be said of.
"""

from collections.abc import Mapping
from typing import Final

from .entry import (
    CATALOGUES,
    ENTRY_NAMESPACES,
    Entry,
    NumberingError,
    Span,
    episode_from,
    ids_from,
    season_from,
)

_FLAGS: Final = frozenset({"movie", "ignore"})
_NUMBERS: Final = frozenset({"season", "episode", "episodes"})
_IDS: Final = frozenset({*ENTRY_NAMESPACES, *CATALOGUES})
_TEXTS: Final = frozenset({"title", "comment"})


def is_row(row: Mapping[str, object]) -> bool:
    """Tell whether this is such a row."""
    return any(name in row for name in ENTRY_NAMESPACES)


def entry_from(row: Mapping[str, object], place: int) -> Entry:
    """Return the entry in a row; what a person has mistyped is told."""
    where = f"in entry {place} of the list"
    if unknown := sorted(row.keys() - _FLAGS - _NUMBERS - _IDS - _TEXTS):
        raise NumberingError(f"{where} nobody knows the field {unknown[0][:40]!r}")
    if wrong := [
        name for name in sorted(_FLAGS & row.keys()) if not _is_flag(row, name)
    ]:
        raise NumberingError(f"{where} {wrong[0]} is neither true nor false")
    ids = ids_from((name, row.get(name)) for name in ENTRY_NAMESPACES)
    titles = ids_from((name, row.get(name)) for name in CATALOGUES)
    if wrong := sorted((_IDS & row.keys()) - ids.keys() - titles.keys()):
        raise NumberingError(f"{where} {wrong[0]} is not an id")
    if not ids:
        raise NumberingError(f"{where} there is no id of an anime service")
    if row.get("ignore"):
        return Entry(ids)
    if not titles:
        raise NumberingError(f"{where} there is no id of a show or a film")
    if row.get("movie"):
        return Entry(ids, titles, movie=True)
    span = _span(row, where)
    spans = {} if span is None else dict.fromkeys(titles, (span,))
    whole = row.keys().isdisjoint({"episode", "episodes"})
    return Entry(ids, titles, spans, whole=whole)


def _is_flag(row: Mapping[str, object], name: str) -> bool:
    """Tell whether a field is true or false."""
    return isinstance(row[name], bool)


def _span(row: Mapping[str, object], where: str) -> Span | None:
    """Return where the entry is in its show, None where it is the whole of it."""
    season = season_from(row["season"]) if "season" in row else None
    start = episode_from(row.get("episode", 1))
    count = episode_from(row.get("episodes", 1))
    if ("season" in row and season is None) or start is None or count is None:
        raise NumberingError(f"{where} season, episode or episodes is not a number")
    if season is None:
        if "episode" in row:
            raise NumberingError(f"{where} there is an episode without its season")
        return None
    end = start + count - 1 if "episodes" in row else None
    return Span(season, start, end)
