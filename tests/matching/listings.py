"""What two people's libraries say of the same films and series, with realistic gaps.

What each listing truly is stands beside the data, where nothing under test sees it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count
from random import Random
from typing import Final
import unicodedata

from custom_components.crosswatch.engine.ids import title_words
from custom_components.crosswatch.engine.model import Side

from ..simulators.catalogue import Episode
from .works import Work, Works

PRESENT: Final = 0.85
EPISODE_PRESENT: Final = 0.95
TOLD_OTHERWISE: Final = 0.4
OTHER_YEAR: Final = 0.07


class Gap(StrEnum):
    """What a library lacks of a title."""

    NOTHING = "all ids"
    IMDB_ONLY = "imdb only"
    TVDB_ONLY = "tvdb only"
    TMDB_ONLY = "tmdb only"
    NO_IDS = "no ids"
    WRONG_TYPE = "wrong type"


FILM_GAPS: Final = {
    Gap.NOTHING: 45,
    Gap.IMDB_ONLY: 18,
    Gap.TMDB_ONLY: 12,
    Gap.TVDB_ONLY: 5,
    Gap.NO_IDS: 18,
    Gap.WRONG_TYPE: 2,
}
SHOW_GAPS: Final = {
    Gap.NOTHING: 30,
    Gap.TVDB_ONLY: 25,
    Gap.IMDB_ONLY: 15,
    Gap.TMDB_ONLY: 12,
    Gap.NO_IDS: 16,
    Gap.WRONG_TYPE: 2,
}
_KEPT: Final[Mapping[Gap, frozenset[str]]] = {
    Gap.NOTHING: frozenset({"imdb", "tmdb", "tvdb"}),
    Gap.IMDB_ONLY: frozenset({"imdb"}),
    Gap.TVDB_ONLY: frozenset({"tvdb"}),
    Gap.TMDB_ONLY: frozenset({"tmdb"}),
    Gap.NO_IDS: frozenset(),
    # Only IMDb numbers films and series together: what else would be there is another's.
    Gap.WRONG_TYPE: frozenset({"imdb"}),
}


@dataclass(frozen=True, slots=True)
class Part:
    """An episode as a library lists it."""

    title: str
    season: int
    number: int
    ids: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Listing:
    """A film or series as a library lists it; `number` names it there."""

    number: int
    is_film: bool
    title: str
    year: int
    ids: Mapping[str, str]
    parts: Sequence[Part] = ()


@dataclass(slots=True)
class Truth:
    """Who each listing, and each of its parts, truly is.

    `gaps` is what a listing lacks. A wrong type is somebody else's than the right one.
    """

    works: dict[int, Work] = field(default_factory=dict)
    gaps: dict[int, Gap] = field(default_factory=dict)
    parts: dict[tuple[int, int, int], str] = field(default_factory=dict)

    def name(self, number: int) -> str:
        """Return who a listing is."""
        name = self.works[number].name
        is_wrong = self.gaps[number] is Gap.WRONG_TYPE
        return f"{name} of the wrong type" if is_wrong else name


@dataclass(slots=True)
class Shelf:
    """One library, and beside it the truth."""

    listings: list[Listing] = field(default_factory=list)
    truth: Truth = field(default_factory=Truth)

    def parts(self) -> dict[str, Part]:
        """Return the episodes by who they truly are."""
        return {
            self.truth.parts[listing.number, part.season, part.number]: part
            for listing in self.listings
            for part in listing.parts
        }


class Lister:
    """Draws what a library has, and what it lacks."""

    def __init__(self, works: Works, seed: int) -> None:
        """Take what there is."""
        self._works = works
        self._draw = Random(seed)

    def shelves(self) -> dict[Side, Shelf]:
        """Return both libraries."""
        shelves = {side: Shelf() for side in Side}
        for work in self._works:
            # Nobody can tell one from the other where each library has another of
            # two, without its ids. So of these both are everywhere.
            sides = [
                side
                for side in Side
                if not work.is_alone or self._draw.random() < PRESENT
            ]
            if work.only is not None:
                sides = [work.only]
            # One of the two numbers an anime throughout.
            throughout = self._draw.choice(list(Side)) if work.is_anime else None
            for side in sides:
                self._put(shelves[side], work, throughout=side is throughout)
        return shelves

    def _put(self, shelf: Shelf, work: Work, *, throughout: bool) -> None:
        """Put a title into a library."""
        is_film = not work.episodes
        gaps = FILM_GAPS if is_film else SHOW_GAPS
        [gap] = self._draw.choices(list(gaps), list(gaps.values()))
        if work.only is not None:
            gap = Gap.NO_IDS if work.only is Side.SOURCE else Gap.NOTHING
        number = len(shelf.listings) + 1
        truth = shelf.truth
        truth.works[number], truth.gaps[number] = work, gap
        kept = _KEPT[gap]
        ids = {name: value for name, value in work.ids.items() if name in kept}
        parts: list[Part] = []
        if gap is not Gap.WRONG_TYPE:
            own_ids = self._draw.choice(({"tvdb", "imdb"}, {"tvdb"}, set(), set()))
            if work.only is not None:
                own_ids = set()
            for episode, season, place in _places(work.episodes, throughout=throughout):
                if self._draw.random() < EPISODE_PRESENT:
                    mine = {k: v for k, v in episode.ids.items() if k in own_ids}
                    parts.append(Part(episode.title, season, place, mine))
                    true_name = f"{work.name} s{episode.season}e{episode.number}"
                    truth.parts[number, season, place] = true_name
        title, year = self._told(work, gap)
        is_listed_as_film = is_film != (gap is Gap.WRONG_TYPE)
        shelf.listings.append(
            Listing(number, is_listed_as_film, title, year, ids, parts)
        )

    def _told(self, work: Work, gap: Gap) -> tuple[str, int]:
        """Return the title and the year under which a library has it."""
        title, year = work.thing.title, work.thing.year
        if gap is Gap.NO_IDS and work.is_alone and self._draw.random() < OTHER_YEAR:
            year += self._draw.choice((-1, 1))
        if work.only or not work.is_alone or self._draw.random() >= TOLD_OTHERWISE:
            return title, year
        plain = unicodedata.normalize("NFKD", title)
        bare = "".join(each for each in plain if not unicodedata.combining(each))
        ways = [title.upper(), bare, f"{title} ({year})", title.replace(":", " -")]
        if work.translation and work.is_known:
            ways += [work.translation] * 2
        return self._draw.choice(ways), year


def _places(
    episodes: Sequence[Episode], *, throughout: bool
) -> Iterator[tuple[Episode, int, int]]:
    """Yield each episode with its place, in seasons or numbered throughout."""
    numbers = count(1)
    for each in episodes:
        if throughout and each.season:
            yield each, 1, next(numbers)
        else:
            yield each, each.season, each.number


def can_be_told(work: Work, mine: Listing, theirs: Listing) -> bool:
    """Tell whether anybody could know that two listings are the same title.

    By a common id; by TMDb, which knows the ids of both or finds the one title that is
    called so; or, of what TMDb has never heard of, by the very same name.
    """
    if mine.ids.items() & theirs.ids.items():
        return True
    if not work.is_known:
        same = title_words(mine.title) == title_words(theirs.title)
        return same and mine.year == theirs.year and not (mine.ids and theirs.ids)
    usable = {"imdb", "tmdb"} if mine.is_film else {"imdb", "tmdb", "tvdb"}
    return work.is_alone or all(usable & each.ids.keys() for each in (mine, theirs))
