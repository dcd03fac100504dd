"""Films and series that exist in the simulated world, whatever service knows them.

The same arguments always make the same catalogue.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count, islice
from random import Random

from .known_titles import FILMS, SHOWS
from .title_words import ADJECTIVES, EPISODE_TITLES, FOREIGN, NOUNS, PATTERNS, PLACES

type Span = int | tuple[int, int]
"""An exact number, or the least and the greatest of a random one."""

# Above the ids that the well-known titles have. Films and series share TMDB's
# range on purpose: there the same number means another thing for either.
FIRST_IMDB = 20_000_001
FIRST_TMDB = 1_600_001
FIRST_TVDB = 500_001
FIRST_EPISODE_TVDB = 12_000_001
FIRST_EPISODE_TMDB = 7_000_001
FIRST_SEASON = 3_000_001

LAST_YEAR = 2023
LATEST = datetime(2026, 1, 1, tzinfo=UTC)
YEAR = timedelta(days=364)
WEEK = timedelta(days=7)
REMAKE_EVERY = 23
FOREIGN_EVERY = 11
SPECIALS_EVERY = 4


@dataclass(frozen=True, slots=True)
class Film:
    """A film; `runtime` is in minutes."""

    title: str
    year: int
    ids: Mapping[str, str]
    runtime: int
    released: date


@dataclass(frozen=True, slots=True)
class Episode:
    """An episode with its own ids; `runtime` is in minutes."""

    title: str
    season: int
    number: int
    ids: Mapping[str, str]
    runtime: int
    first_aired: datetime


@dataclass(frozen=True, slots=True)
class Season:
    """A season; number 0 holds the specials."""

    number: int
    ids: Mapping[str, str]
    episodes: tuple[Episode, ...]


@dataclass(frozen=True, slots=True)
class Show:
    """A series with all its seasons, the specials first where there are any."""

    title: str
    year: int
    ids: Mapping[str, str]
    runtime: int
    seasons: tuple[Season, ...]

    def episodes(self) -> Iterator[Episode]:
        """Return the episodes of all seasons in order."""
        for season in self.seasons:
            yield from season.episodes

    def episode(self, season: int, number: int) -> Episode:
        """Return one episode; KeyError if there is none of that number."""
        for episode in self.episodes():
            if (episode.season, episode.number) == (season, number):
                return episode
        raise KeyError((self.title, season, number))


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All films and series."""

    films: tuple[Film, ...]
    shows: tuple[Show, ...]

    def episodes(self) -> Iterator[tuple[Show, Episode]]:
        """Return every episode with its series."""
        for show in self.shows:
            for episode in show.episodes():
                yield show, episode

    def film(self, title: str, year: int | None = None) -> Film:
        """Return the first film of that title; KeyError if there is none."""
        return next_match(self.films, title, year)

    def show(self, title: str, year: int | None = None) -> Show:
        """Return the first series of that title; KeyError if there is none."""
        return next_match(self.shows, title, year)


def next_match[T: (Film, Show)](
    things: tuple[T, ...], title: str, year: int | None
) -> T:
    """Return the first film or series of a title and, if given, a year."""
    for thing in things:
        if thing.title == title and year in (None, thing.year):
            return thing
    raise KeyError((title, year))


def make_catalogue(
    films: int = 300,
    shows: int = 40,
    seasons_per_show: Span = (1, 5),
    episodes_per_season: Span = (6, 13),
    *,
    seed: int = 1,
) -> Catalogue:
    """Make a catalogue; the well-known titles come first.

    Specials (season 0) of some series come on top of `seasons_per_show`.
    """
    maker = Maker(seed)
    return Catalogue(
        films=tuple(islice(maker.films(), films)),
        shows=tuple(islice(maker.shows(seasons_per_show, episodes_per_season), shows)),
    )


class Maker:
    """Draws titles, dates and ids that are not given twice."""

    def __init__(self, seed: int) -> None:
        """Start from a seed."""
        self._random = Random(seed)
        # Of their own, so that the number of films does not change the series.
        self._show_random = Random(seed + 1)
        self._imdb = count(FIRST_IMDB, 7)
        self._show_imdb = count(FIRST_IMDB + 3, 7)
        self._film_tmdb = count(FIRST_TMDB, 3)
        self._show_tmdb = count(FIRST_TMDB, 2)
        self._show_tvdb = count(FIRST_TVDB, 2)
        self._season = count(FIRST_SEASON)
        self._episode_tvdb = count(FIRST_EPISODE_TVDB)
        self._episode_tmdb = count(FIRST_EPISODE_TMDB)

    def films(self) -> Iterator[Film]:
        """Return films without end."""
        known: list[tuple[str, int]] = []
        for title, year, imdb, tmdb, runtime in FILMS:
            known.append((title, year))
            yield self._film(title, year, imdb, str(tmdb), runtime)
        taken = set(known)
        for number in count(1):
            if number % REMAKE_EVERY == 0:
                title, old = self._random.choice(known)
                year = self._random.randint(min(old + 12, LAST_YEAR), LAST_YEAR)
            else:
                title = make_title(self._random, foreign=number % FOREIGN_EVERY == 0)
                year = self._random.randint(1935, LAST_YEAR)
            title = unused(title, year, taken)
            known.append((title, year))
            yield self._film(
                title,
                year,
                f"tt{next(self._imdb)}",
                str(next(self._film_tmdb)),
                self._random.randint(78, 165),
            )

    def _film(self, title: str, year: int, imdb: str, tmdb: str, runtime: int) -> Film:
        """Return a film released on some day of its year."""
        released = date(year, 1, 1) + timedelta(days=self._random.randint(0, 364))
        return Film(title, year, {"imdb": imdb, "tmdb": tmdb}, runtime, released)

    def shows(self, seasons: Span, episodes: Span) -> Iterator[Show]:
        """Return series without end."""
        draw = self._show_random
        taken: set[tuple[str, int]] = set()
        for number in count():
            if number < len(SHOWS):
                title, year, imdb, tmdb, tvdb, runtime = SHOWS[number]
                ids = {"imdb": imdb, "tmdb": str(tmdb), "tvdb": str(tvdb)}
            else:
                title = make_title(draw, foreign=number % FOREIGN_EVERY == 0)
                year = draw.randint(1960, LAST_YEAR)
                title = unused(title, year, taken)
                runtime = draw.choice((22, 25, 30, 42, 45, 50, 58))
                ids = {
                    "imdb": f"tt{next(self._show_imdb)}",
                    "tmdb": str(next(self._show_tmdb)),
                    "tvdb": str(next(self._show_tvdb)),
                }
            taken.add((title, year))
            first_aired = datetime(year, draw.randint(1, 12), 1, 20, tzinfo=UTC)
            numbers = list(range(1, pick(draw, seasons) + 1))
            # A young series with many seasons has them closer together.
            apart = min(YEAR, (LATEST - first_aired) / len(numbers))
            if number % SPECIALS_EVERY == 0:
                numbers.insert(0, 0)
            yield Show(
                title=title,
                year=year,
                ids=ids,
                runtime=runtime,
                seasons=tuple(
                    self._season_of(
                        which,
                        runtime,
                        first_aired + max(which - 1, 0) * apart,
                        apart,
                        episodes,
                    )
                    for which in numbers
                ),
            )

    def _season_of(
        self,
        season: int,
        runtime: int,
        began: datetime,
        apart: timedelta,
        episodes: Span,
    ) -> Season:
        """Return a season whose episodes air weekly, all before the next season."""
        draw = self._show_random
        size = pick(draw, episodes if season else (1, 3))
        step = min(WEEK, apart / (size + 1))
        step -= timedelta(microseconds=step.microseconds)
        number_there = next(self._season)
        return Season(
            number=season,
            ids={"tvdb": str(number_there), "tmdb": str(number_there + 250_000_000)},
            episodes=tuple(
                Episode(
                    title=make_episode_title(draw),
                    season=season,
                    number=number,
                    ids={
                        "tvdb": str(next(self._episode_tvdb)),
                        "imdb": f"tt{next(self._show_imdb)}",
                        "tmdb": str(next(self._episode_tmdb)),
                    },
                    runtime=runtime + draw.randint(-3, 4),
                    first_aired=began.replace(microsecond=0) + number * step,
                )
                for number in range(1, size + 1)
            ),
        )


def pick(draw: Random, span: Span) -> int:
    """Return an exact number, or one between two."""
    return span if isinstance(span, int) else draw.randint(*span)


def make_title(draw: Random, *, foreign: bool) -> str:
    """Return a title, in some foreign language if wanted."""
    return fill(draw, draw.choice(FOREIGN if foreign else PATTERNS))


def make_episode_title(draw: Random) -> str:
    """Return the title of an episode."""
    return fill(draw, draw.choice(EPISODE_TITLES))


def fill(draw: Random, pattern: str) -> str:
    """Put words into a pattern."""
    noun = draw.choice(NOUNS)
    return pattern.format(
        adjective=draw.choice(ADJECTIVES),
        noun=noun,
        a_noun=f"An {noun}" if noun[0] in "AEIOU" else f"A {noun}",
        other=draw.choice(NOUNS),
        place=draw.choice(PLACES),
    )


def unused(title: str, year: int, taken: set[tuple[str, int]]) -> str:
    """Return the title, numbered if there is one of that title and year already."""
    name = title
    for number in count(2):
        if (name, year) not in taken:
            taken.add((name, year))
            return name
        name = f"{title} {number}"
    raise AssertionError("count() has no end")
