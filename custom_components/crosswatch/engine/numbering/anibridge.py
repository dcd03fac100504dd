"""The members of AniBridge's mappings: by AniList's ids, with seasons and ranges.

The first version tells one season and an offset of TVDb (`tvdb_season`,
`tvdb_epoffset`); the second a range a season: `{"s1": "e1-e12", "s2": "e13-"}`. Their
episodes follow each other in the order of the entry.
"""

from collections.abc import Iterator, Mapping
import re
from typing import Final

from .entry import (
    MAX_NUMBER,
    Entry,
    Span,
    episode_from,
    ids_from,
    number_from,
    season_from,
)

_SEASON: Final = re.compile(r"s(\d{1,3})")
_RANGE: Final = re.compile(r"e(\d{1,5})(?:(-)(?:e(\d{1,5}))?)?")
_FIELDS: Final = {"tvdb": "tvdb_id", "tmdb": "tmdb_show_id", "imdb": "imdb_id"}


def entry_from(key: str, row: Mapping[str, object]) -> Entry | None:
    """Return the entry under a key, None where there is none of use."""
    ids = ids_from(
        (
            ("anilist", row.get("anilist_id") or key),
            ("mal", row.get("mal_id")),
            ("anidb", row.get("anidb_id")),
        )
    )
    if "anilist" not in ids:
        return None
    show = ids_from((name, row.get(field)) for name, field in _FIELDS.items())
    film = ids_from((("tmdb", row.get("tmdb_movie_id")), ("imdb", row.get("imdb_id"))))
    if "tmdb" in film and "tmdb" not in show:
        return Entry(ids, film, movie=True)
    spans = {
        name: found for name in ("tvdb", "tmdb") if (found := _spans_in(row, name))
    }
    spans = {name: each for name, each in spans.items() if name in show}
    return Entry(ids, show, spans)


def _spans_in(row: Mapping[str, object], catalogue: str) -> tuple[Span, ...]:
    """Return where a row has its episodes in a catalogue."""
    told = row.get(f"{catalogue}_mappings")
    if isinstance(told, Mapping):
        return tuple(_in_order(told))
    season = season_from(row.get(f"{catalogue}_season"))
    offset = number_from(row.get(f"{catalogue}_epoffset")) or 0
    if season is None or offset < 0:
        return ()
    return (Span(season, offset + 1),)


def _in_order(told: Mapping[str, object]) -> Iterator[Span]:
    """Yield the spans of all seasons; the entry's own numbers run through them."""
    seasons: list[tuple[int, str]] = []
    for name, ranges in told.items():
        found = _SEASON.fullmatch(name)
        if found and isinstance(ranges, str):
            seasons.append((int(found[1]), ranges))
    # Specials beside regular seasons have no place in the order of the others.
    regular = [each for each in seasons if each[0]] or seasons
    following: int | None = 1
    for season, ranges in sorted(regular):
        for part in ranges.split(",") if ranges else ("e1-",):
            span = _span(season, part, following)
            if span is None:
                following = None
                continue
            yield span
            following = _after(span)


def _span(season: int, text: str, first: int | None) -> Span | None:
    """Return the span in a part such as e1-e12, e13- or e5.

    With a ratio behind a bar, several episodes of the one are one of the other: the
    season is known then, and no number within it.
    """
    text, _, ratio = text.strip().partition("|")
    found = _RANGE.fullmatch(text)
    if found is None:
        return None
    start = episode_from(found[1])
    end = episode_from(found[3]) if found[3] else None if found[2] else start
    if start is None or (end is not None and end < start):
        return None
    return Span(season, start, end, None if ratio not in {"", "1"} else first)


def _after(span: Span) -> int | None:
    """Return the number within the entry that follows a span, if that is known."""
    if span.first is None or span.end is None:
        return None
    following = span.first + span.end - span.start + 1
    return following if following <= MAX_NUMBER else None
