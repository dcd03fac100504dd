"""Which entry stands for a show, and which for each of its seasons, in one catalogue."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from .entry import Entry, Span

# The seat of the entry that stands for the whole show.
WHOLE: Final = -1


class Place(NamedTuple):
    """A season and a number in it."""

    season: int
    number: int


@dataclass(slots=True)
class Show:
    """What is known of a show in one catalogue.

    `seats` are the entries that stand for it (WHOLE) and for its seasons; `spans` are
    all spans of all entries with a season, in order, none of them open where another
    one follows.
    """

    seats: Mapping[int, Entry] = field(default_factory=dict)
    spans: Mapping[int, Sequence[tuple[Span, Entry]]] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: Sequence[Entry], catalogue: str) -> Show:
        """Return a show with these entries."""
        return cls(_seats(entries, catalogue), _spans(entries, catalogue))

    def seat_of(self, entry: Entry) -> int | None:
        """Return what an entry stands for, None where it is only a part of something."""
        return next((at for at, each in self.seats.items() if each is entry), None)

    def entries_agree(self, name: str, value: str) -> bool:
        """Tell whether no entry of the show has another such id."""
        return all(
            entry.titles.get(name) in {value, None}
            for spans in self.spans.values()
            for _, entry in spans
        )

    def entry_at(self, place: Place) -> tuple[Entry, int] | None:
        """Return the one entry with an episode, and the episode's number in it."""
        found = [
            (entry, span.first + place.number - span.start)
            for span, entry in self.spans.get(place.season, ())
            if span.first is not None
            and span.start <= place.number
            and (span.end is None or place.number <= span.end)
        ]
        return found[0] if len(found) == 1 else None

    def length(self, season: int) -> int | None:
        """Return how many episodes a season has: where all are known, from the first."""
        following = 1
        for span, _ in self.spans.get(season, ()):
            if span.start != following or span.end is None:
                return None
            following = span.end + 1
        return following - 1 or None

    def by_absolute(self, number: int) -> Place | None:
        """Return where the episode is that has this number through all seasons."""
        season = 1
        while season in self.spans:
            length = self.length(season)
            if length is not None and number <= length:
                return Place(season, number)
            if length is None:
                # The last season may be open, if it is known from its first episode.
                last = season + 1 not in self.spans
                return Place(season, number) if last and self._begins(season) else None
            number -= length
            season += 1
        return None

    def _begins(self, season: int) -> bool:
        """Tell whether a season is known from its first episode on, without a gap."""
        following: int | None = 1
        for span, _ in self.spans[season]:
            if span.start != following:
                return False
            following = None if span.end is None else span.end + 1
        return following is None


def places_of(spans: Iterable[Span], number: int) -> list[Place]:
    """Return where an entry's episode is, by its number in the entry."""
    return [
        Place(span.season, span.start + number - span.first)
        for span in spans
        if span.first is not None
        and span.first <= number
        and (span.end is None or number - span.first <= span.end - span.start)
    ]


def _seats(entries: Sequence[Entry], catalogue: str) -> Mapping[int, Entry]:
    """Return which entry stands for what; of several that claim the same, none does."""
    claims: dict[int, list[Entry]] = {}
    for entry in entries:
        claim = _claim(entry, catalogue, alone=len(entries) == 1)
        if claim is not None:
            claims.setdefault(claim, []).append(entry)
    seats = {at: each[0] for at, each in claims.items() if len(each) == 1}
    if WHOLE not in claims and 1 in seats:
        # Whoever watches its first season watches the show.
        seats[WHOLE] = seats.pop(1)
    return seats


def _claim(entry: Entry, catalogue: str, *, alone: bool) -> int | None:
    """Return what an entry says that it stands for."""
    spans = entry.spans.get(catalogue, ())
    if not spans:
        # Of several entries that only name the show, each is a part of it; and so is
        # one of which another catalogue knows which part.
        return WHOLE if entry.whole or (alone and not entry.spans) else None
    first = min(spans, key=lambda span: (span.season, span.start))
    seasons = {span.season for span in spans}
    if first.start != 1:
        return None
    if len(seasons) > 1:
        return WHOLE if first.season == 1 else None
    if first.season == 0 and not entry.whole:
        # A special, not all of them.
        return None
    return first.season


def _spans(
    entries: Iterable[Entry], catalogue: str
) -> dict[int, list[tuple[Span, Entry]]]:
    """Return all spans by their seasons, each ended by the next one at the latest."""
    found: dict[int, list[tuple[Span, Entry]]] = {}
    for entry in entries:
        for span in entry.spans.get(catalogue, ()):
            found.setdefault(span.season, []).append((span, entry))
    for spans in found.values():
        spans.sort(key=lambda each: each[0].start)
        for at, (span, entry) in enumerate(spans[:-1]):
            following = spans[at + 1][0].start
            if span.end is None and following > span.start:
                spans[at] = (span._replace(end=following - 1), entry)
    return found
