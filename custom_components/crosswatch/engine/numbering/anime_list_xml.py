"""`anime-list.xml`: AniDB's entries, and where TVDb and TMDb have their episodes.

`defaulttvdbseason` with `episodeoffset` is the rule, "a" stands for the absolute order;
`<mapping>` elements are its exceptions, as ranges or as pairs such as `;13-1;14-2;`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
import re
from typing import Final
from xml.parsers import expat

from .entry import (
    MAX_NUMBER,
    Entry,
    NumberingError,
    Span,
    episode_from,
    ids_from,
    number_from,
    season_from,
)

_ROOT: Final = "anime-list"
_CHUNK: Final = 1 << 16
_PAIR: Final = re.compile(r"(\d{1,5})-(\d{1,5})(?:\+\d{1,5})*")
_REGULAR: Final = "1"
# Of each catalogue the attributes with its id, its season and its offset.
_ATTRIBUTES: Final = {
    "tvdb": ("tvdbid", "defaulttvdbseason", "episodeoffset", "tvdbseason"),
    "tmdb": ("tmdbtv", "tmdbseason", "tmdboffset", "tmdbseason"),
}


@dataclass(slots=True)
class _Anime:
    """An entry in the making."""

    attributes: Mapping[str, str]
    mappings: list[tuple[Mapping[str, str], str]] = field(default_factory=list)


class _Reader:
    """Collects entries from what the parser sees."""

    def __init__(self) -> None:
        """Begin with nothing seen."""
        self.entries: list[Entry] = []
        self._anime: _Anime | None = None
        self._mapping: Mapping[str, str] | None = None
        self._text: list[str] = []
        self._root = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """See the beginning of an element."""
        if not self._root:
            self._root = name
            if name != _ROOT:
                raise NumberingError("it is XML, but not a list of anime")
        if name == "anime":
            self._anime = _Anime(attributes)
        elif name == "mapping" and self._anime is not None:
            self._mapping, self._text = attributes, []

    def data(self, text: str) -> None:
        """See text within an element."""
        if self._mapping is not None:
            self._text.append(text)

    def end(self, name: str) -> None:
        """See the end of an element."""
        if name == "mapping" and self._anime is not None and self._mapping is not None:
            self._anime.mappings.append((self._mapping, "".join(self._text)))
            self._mapping = None
        elif name == "anime" and self._anime is not None:
            if entry := _entry(self._anime):
                self.entries.append(entry)
            self._anime = None

    def refuse(self, *declared: object) -> None:
        """Refuse a document that declares entities, which can blow up a parser."""
        raise NumberingError("it declares a document type, which a list has none of")


def entries_from(content: bytes) -> list[Entry]:
    """Return all entries of a file; raises NumberingError."""
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.data
    parser.StartDoctypeDeclHandler = reader.refuse
    try:
        # In parts, that others may run in between.
        for at in range(0, len(content), _CHUNK):
            parser.Parse(content[at : at + _CHUNK], False)
        parser.Parse(b"", True)
    except expat.ExpatError as err:
        raise NumberingError(f"it is not valid XML in line {err.lineno}") from None
    return reader.entries


def _entry(anime: _Anime) -> Entry | None:
    """Return the entry, None where it names nothing of use."""
    told = anime.attributes
    ids = ids_from((("anidb", told.get("anidbid")),))
    if not ids:
        return None
    film = ids_from((("tmdb", _list(told, "tmdbid")), ("imdb", _list(told, "imdbid"))))
    show = ids_from(
        (name, told.get(attributes[0])) for name, attributes in _ATTRIBUTES.items()
    )
    if not show and film:
        return Entry(ids, film, movie=True)
    # Of an entry that is a film and a special of a show, the film is what has ids.
    if film and _seasons(told) <= {0}:
        return Entry(ids, film, movie=True)
    spans = {
        name: found
        for name in show
        if (found := tuple(_spans(anime, *_ATTRIBUTES[name][1:])))
    }
    return Entry(ids, show, spans)


def _list(told: Mapping[str, str], name: str) -> list[str]:
    """Return the ids in an attribute, which can hold several."""
    return told.get(name, "").split(",")


def _seasons(told: Mapping[str, str]) -> set[int | None]:
    """Return the seasons that both catalogues have an entry in by default."""
    return {
        season_from(told.get(attributes[1]))
        for attributes in _ATTRIBUTES.values()
        if told.get(attributes[0], "").isdecimal()
    }


def _spans(anime: _Anime, default: str, offset: str, season: str) -> list[Span]:
    """Return where a catalogue has the regular episodes of an entry."""
    spans: list[Span] = []
    nowhere: list[tuple[int, int]] = []
    for attributes, text in anime.mappings:
        if attributes.get("anidbseason") != _REGULAR:
            continue
        where = season_from(attributes.get(season))
        if where is None:
            continue
        if "start" in attributes:
            spans.extend(_range(where, attributes))
        else:
            spans.extend(_pairs(where, text, nowhere))
    told = anime.attributes
    rule = season_from(told.get(default))
    begins = number_from(told.get(offset) or 0)
    if rule is not None and begins is not None and begins >= 0:
        spans.extend(_by_rule(rule, begins, spans, nowhere))
    return sorted(spans, key=lambda span: (span.first or 0, span[:2]))


def _by_rule(
    season: int,
    offset: int,
    exceptions: list[Span],
    nowhere: list[tuple[int, int]],
) -> list[Span]:
    """Return the spans of what the exceptions leave to the rule."""
    taken = list(nowhere)
    for span in exceptions:
        if span.first is not None:
            length = MAX_NUMBER if span.end is None else span.end - span.start
            taken.append((span.first, span.first + length))
    spans: list[Span] = []
    following = 1
    for first, last in sorted(taken):
        if first > following:
            spans.append(
                Span(season, following + offset, first - 1 + offset, following)
            )
        following = max(following, last + 1)
    if following < MAX_NUMBER:
        spans.append(Span(season, following + offset, None, following))
    return spans


def _range(season: int, attributes: Mapping[str, str]) -> list[Span]:
    """Return the span of a range; its offset leads from the entry's number to ours."""
    first = episode_from(attributes["start"])
    last = episode_from(attributes.get("end"))
    offset = number_from(attributes.get("offset") or 0)
    if first is None or offset is None or first + offset < 1:
        return []
    return [Span(season, first + offset, last + offset if last else None, first)]


def _pairs(season: int, text: str, nowhere: list[tuple[int, int]]) -> list[Span]:
    """Return the spans of pairs of numbers; 0 stands for one that is nowhere."""
    spans: list[Span] = []
    for part in text.split(";"):
        found = _PAIR.fullmatch(part.strip())
        first = episode_from(found[1]) if found else None
        if found is None or first is None:
            continue
        number = episode_from(found[2])
        before = spans[-1] if spans else None
        if number is None:
            nowhere.append((first, first))
        elif (
            before is not None
            and before.first is not None
            and before.end == number - 1
            and before.first + number - before.start == first
        ):
            spans[-1] = before._replace(end=number)
        else:
            spans.append(Span(season, number, number, first))
    return spans
