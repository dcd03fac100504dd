"""The rows of `anime-list-full.json` and `anime-list-mini.json`, as Fribb makes them.

One row an entry: its ids at the anime services, `tvdb_id`, `themoviedb_id` and
`imdb_id`, and in newer files `season` and `episode_offset` by catalogue.
"""

from collections.abc import Mapping
from typing import Final

from .entry import ENTRY_NAMESPACES, Entry, Span, ids_from, number_from, season_from

_MOVIE: Final = "MOVIE"


def is_row(row: Mapping[str, object]) -> bool:
    """Tell whether this is such a row."""
    return any(f"{namespace}_id" in row for namespace in ENTRY_NAMESPACES)


def entry_from(row: Mapping[str, object]) -> Entry | None:
    """Return the entry in a row, None where it names no entry."""
    ids = ids_from((name, row.get(f"{name}_id")) for name in ENTRY_NAMESPACES)
    if not ids:
        return None
    kind = row.get("type")
    movie = isinstance(kind, str) and kind.upper() == _MOVIE
    tmdb = row.get("themoviedb_id")
    if isinstance(tmdb, Mapping):
        # One row can name a show and films beside it: its type tells what it is.
        tmdb = tmdb.get("movie" if movie else "tv")
    fields: list[tuple[str, object]] = [("tmdb", tmdb), ("imdb", row.get("imdb_id"))]
    if not movie:
        # TVDb has no ids of films here: the one of a film is that of its show.
        fields.append(("tvdb", row.get("tvdb_id", row.get("thetvdb_id"))))
    titles = ids_from(fields)
    spans: dict[str, tuple[Span, ...]] = {}
    if not movie:
        for name in ("tvdb", "tmdb"):
            if name in titles and (span := _span(row, name)):
                spans[name] = (span,)
    return Entry(ids, titles, spans, movie)


def _span(row: Mapping[str, object], catalogue: str) -> Span | None:
    """Return where a row says that its entry begins in a catalogue."""
    seasons, offsets = row.get("season"), row.get("episode_offset")
    if not isinstance(seasons, Mapping):
        return None
    season = season_from(seasons.get(catalogue))
    offset = offsets.get(catalogue) if isinstance(offsets, Mapping) else 0
    begins = number_from(offset) or 0
    if season is None or begins < 0:
        return None
    return Span(season, begins + 1)
