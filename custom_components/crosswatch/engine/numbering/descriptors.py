"""AniBridge's third version: descriptors, and ranges from the one to the other.

`{"anilist:5": {"mal:5": {}, "tvdb_show:9:s2": {"1-12": "1-12"}}}`: of each pair of
descriptors the episodes here, and which those are there.
"""

from collections.abc import Iterable, Iterator, Mapping
import re
from typing import Final

from .entry import ENTRY_NAMESPACES, Entry, Span, episode_from, id_from, season_from

_DESCRIPTOR: Final = re.compile(r"([a-z]+)(?:_(show|movie))?:(\w+)(?::(\w+))?")
_RANGE: Final = re.compile(r"(\d{1,5})(?:(-)(\d{1,5})?)?")
# The regular episodes of an entry of AniDB.
_REGULAR: Final = "R"
_SOURCES: Final = ("anilist", "mal", "anidb")


def is_descriptor(key: str) -> bool:
    """Tell whether a key is a descriptor."""
    return _DESCRIPTOR.fullmatch(key) is not None


def entries_from(rows: Iterable[tuple[str, object]]) -> list[Entry]:
    """Return the entries that the descriptors name, each of them once.

    What AniList does not have is told by the others.
    """
    found: dict[str, list[Entry]] = {name: [] for name in _SOURCES}
    for key, targets in rows:
        if isinstance(targets, Mapping) and (entry := entry_from(key, targets)):
            found[key.partition(":")[0]].append(entry)
    entries: list[Entry] = []
    taken: set[tuple[str, str]] = set()
    for each in found.values():
        new = [entry for entry in each if taken.isdisjoint(entry.ids.items())]
        taken.update(pair for entry in new for pair in entry.ids.items())
        entries += new
    return entries


def entry_from(key: str, targets: Mapping[str, object]) -> Entry | None:
    """Return the entry that a descriptor names, None where it names another thing."""
    source = _parts(key)
    if source is None or source[0] not in _SOURCES or source[1]:
        return None
    namespace, _, value, scope = source
    own = id_from(namespace, value)
    if own is None or scope not in {"", _REGULAR}:
        return None
    ids: dict[str, set[str]] = {namespace: {own}}
    shows: dict[str, set[str]] = {}
    films: dict[str, set[str]] = {}
    spans: dict[str, list[Span]] = {}
    for name, ranges in targets.items():
        target = _parts(name)
        if target is None or not isinstance(ranges, Mapping):
            continue
        where, kind, value, scope = target
        found = id_from(where, value)
        if found is None:
            continue
        if kind == "movie":
            films.setdefault(where, set()).add(found)
        elif kind == "show":
            shows.setdefault(where, set()).add(found)
            season = season_from(scope.removeprefix("s"))
            if season is not None:
                spans.setdefault(where, []).extend(_spans(season, ranges))
        elif (
            where in ENTRY_NAMESPACES
            and scope in {"", _REGULAR}
            and all(here == there for here, there in ranges.items())
        ):
            ids.setdefault(where, set()).add(found)
    return _entry(ids, shows, films, spans)


def _entry(
    ids: Mapping[str, set[str]],
    shows: Mapping[str, set[str]],
    films: Mapping[str, set[str]],
    spans: Mapping[str, list[Span]],
) -> Entry:
    """Return the entry, with what is named once: several contradict each other."""
    movie = bool(films) and not shows
    titles = _single(films if movie else shows)
    return Entry(
        _single(ids),
        titles,
        {
            name: _regular(found)
            for name, found in spans.items()
            if name in titles and found and not movie
        },
        movie,
    )


def _regular(spans: list[Span]) -> tuple[Span, ...]:
    """Return spans in the order of the entry, without specials beside others."""
    regular = [span for span in spans if span.season] or spans
    return tuple(sorted(regular, key=lambda span: (span.first or 0, span[:2])))


def _single(found: Mapping[str, set[str]]) -> dict[str, str]:
    """Return the ids of which there is one only."""
    return {name: next(iter(ids)) for name, ids in found.items() if len(ids) == 1}


def _parts(key: str) -> tuple[str, str, str, str] | None:
    """Return a descriptor's service, kind, id and scope."""
    found = _DESCRIPTOR.fullmatch(key)
    if found is None:
        return None
    return found[1], found[2] or "", found[3], found[4] or ""


def _spans(season: int, ranges: Mapping[str, object]) -> Iterator[Span]:
    """Yield the spans of a season; without ranges, only the season is known."""
    if not ranges:
        yield Span(season, first=None)
    for here, there in ranges.items():
        own = _bounds(here)
        if own is None or not isinstance(there, str):
            continue
        text, _, ratio = there.partition("|")
        first = own[0] if ratio in {"", "1"} else None
        for part in text.split(","):
            if bounds := _bounds(part):
                start, end = bounds
                yield Span(season, start, end, first)
                known = first is not None and end is not None
                first = first + end - start + 1 if known and first and end else None


def _bounds(text: str) -> tuple[int, int | None] | None:
    """Return both ends of a range such as 1-12, 13- or 5."""
    found = _RANGE.fullmatch(text.strip())
    start = episode_from(found[1]) if found else None
    if found is None or start is None:
        return None
    end = episode_from(found[3]) if found[3] else None if found[2] else start
    return None if end is not None and end < start else (start, end)
