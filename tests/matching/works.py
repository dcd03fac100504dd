"""The films and series of the test: what there truly is, and what TMDb tells of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
import json
from random import Random
from typing import Final

from custom_components.crosswatch.engine.ids import title_words
from custom_components.crosswatch.engine.model import Side

from ..simulators.catalogue import Episode, Film, Show, fill, make_catalogue
from ..simulators.title_words import FOREIGN
from ..simulators.tmdb import Kind, Title, TmdbSimulator
from ..simulators.tmdb.seeding import film_title, show_title

FILMS: Final = 500
SHOWS: Final = 60
TWINS: Final = 3
NEAR_REMAKES: Final = 2
REMADE_SHOWS: Final = 3
ANIME: Final = 5
UNKNOWN_TO_TMDB: Final = 4
# What TMDb knows besides, most of it called otherwise.
OTHER_FILMS: Final = 1500
OTHER_SHOWS: Final = 60
LOOKALIKES: Final = 2

FIRST_ID: Final = 4_000_000
FIRST_TVDB_FILM: Final = 500_001
TRANSLATED_EVERY: Final = 4


@dataclass(frozen=True, slots=True)
class Work:
    """A film or a series; `name` is who it truly is, whatever anybody calls it.

    `is_alone` says that nothing else of its kind is called the same within a year, and
    `is_known` that TMDb has heard of it. `tvdb` is a film's number at TheTVDB, which
    TMDb does not know. `is_anime` series are numbered throughout by some. `only` is the
    one side that has it.
    """

    name: str
    thing: Film | Show
    is_alone: bool = True
    is_known: bool = True
    is_anime: bool = False
    tvdb: str = ""
    translation: str = ""
    only: Side | None = None

    @property
    def ids(self) -> Mapping[str, str]:
        """Return all ids that it has anywhere."""
        return {**({"tvdb": self.tvdb} if self.tvdb else {}), **self.thing.ids}

    @property
    def episodes(self) -> Sequence[Episode]:
        """Return the episodes of a series."""
        return list(self.thing.episodes()) if isinstance(self.thing, Show) else []


@dataclass(slots=True)
class Works:
    """Everything there is."""

    films: list[Work]
    shows: list[Work]
    others: list[Film | Show]
    lookalikes: list[Title] = field(default_factory=list)

    def __iter__(self) -> Iterator[Work]:
        """Return the films and series of the libraries."""
        yield from self.films
        yield from self.shows

    def teach(self, tmdb: TmdbSimulator) -> None:
        """Let TMDb know what it knows."""
        for work in self:
            if work.is_known:
                _teach(tmdb, work.thing).translated.update(
                    {"de": work.translation} if work.translation else {}
                )
        for thing in self.others:
            _teach(tmdb, thing)
        for title in self.lookalikes:
            tmdb.library.add(title)

    def numbering(self) -> bytes:
        """Return a file of an anime service, which counts each season apart."""
        rows: list[dict[str, object]] = []
        for at, work in enumerate(self.shows):
            if not work.is_anime or not isinstance(work.thing, Show):
                continue
            for season in work.thing.seasons:
                if season.number:
                    row: dict[str, object] = {
                        "anilist": 1000 * (at + 1) + season.number,
                        "season": season.number,
                        "episode": 1,
                        "episodes": len(season.episodes),
                    }
                    rows.append(row | dict(work.ids))
        return json.dumps(rows).encode()


def make_works(seed: int) -> Works:
    """Return films and series; the same seed always makes the same."""
    draw = Random(seed)
    films, shows = FILMS - 2 * (TWINS + NEAR_REMAKES), SHOWS - REMADE_SHOWS
    catalogue = make_catalogue(
        films + OTHER_FILMS, shows + OTHER_SHOWS, (1, 4), (4, 8), seed=seed
    )
    made = [
        *[Work(f"film {at}", each) for at, each in enumerate(catalogue.films[:films])],
        *_doubles(catalogue.films, films),
    ]
    series = [
        Work(f"show {at}", each) for at, each in enumerate(catalogue.shows[:shows])
    ]
    series += _remade(catalogue.shows, shows)
    # One side has the old series and the other the new one, which are not the same.
    series[shows - 1] = replace(series[shows - 1], only=Side.TARGET)
    series[shows] = replace(series[shows], only=Side.SOURCE)
    anime = [at for at, each in enumerate(series) if _has_seasons(each)][:ANIME]
    for at in anime:
        series[at] = replace(series[at], is_anime=True)
    works = Works(
        [_detailed(work, at, draw) for at, work in enumerate(made)],
        series,
        [
            *catalogue.films[films + TWINS + NEAR_REMAKES :],
            *catalogue.shows[shows:],
        ],
    )
    _find_doubles(works)
    _add_lookalikes(works)
    assert (len(works.films), len(works.shows)) == (FILMS, SHOWS)
    return works


def _doubles(films: Sequence[Film], start: int) -> Iterator[Work]:
    """Yield pairs of films that are called the same, in one year or in two."""
    for at in range(TWINS + NEAR_REMAKES):
        film = films[start + at]
        number = FIRST_ID + at
        year = film.year + (at >= TWINS)
        ids = {"imdb": f"tt{number}", "tmdb": str(number)}
        released = film.released.replace(year=year, day=min(film.released.day, 28))
        other = replace(film, year=year, ids=ids, released=released)
        yield Work(f"double {at} a", film, is_alone=False)
        yield Work(f"double {at} b", other, is_alone=False)


def _remade(shows: Sequence[Show], start: int) -> Iterator[Work]:
    """Yield series that are called as an older one, many years later.

    They are made of other series, with other episodes.
    """
    for at in range(REMADE_SHOWS):
        model = shows[start - 1 - at]
        made = shows[start + OTHER_SHOWS - 1 - at]
        year = model.year + 11 if model.year < 2000 else model.year - 11
        number = FIRST_ID + at
        ids = {"imdb": f"tt{number + 500}", "tmdb": str(number), "tvdb": str(number)}
        seasons = tuple(
            replace(
                season,
                episodes=tuple(
                    replace(
                        each,
                        ids={
                            "tvdb": str(int(each.ids["tvdb"]) + FIRST_ID),
                            "tmdb": str(int(each.ids["tmdb"]) + FIRST_ID),
                            "imdb": f"tt{int(each.ids['imdb'][2:]) + FIRST_ID}",
                        },
                    )
                    for each in season.episodes
                ),
            )
            for season in made.seasons
        )
        show = replace(made, title=model.title, year=year, ids=ids, seasons=seasons)
        yield Work(f"remade {at}", show)


def _detailed(work: Work, at: int, draw: Random) -> Work:
    """Return a film with a number at TheTVDB, and perhaps a translation."""
    translation = ""
    if work.is_alone and at % TRANSLATED_EVERY == 0:
        translation = f"{fill(draw, draw.choice(FOREIGN))} ({at})"
    # Spread out, so that some are among the first and some among the last.
    is_known = at % (FILMS // UNKNOWN_TO_TMDB) != 17
    return replace(
        work,
        tvdb=str(FIRST_TVDB_FILM + at),
        translation=translation,
        is_known=is_known,
    )


def _has_seasons(work: Work) -> bool:
    """Tell whether a series has at least two seasons beside its specials."""
    assert isinstance(work.thing, Show)
    return len([each for each in work.thing.seasons if each.number]) > 1


def _find_doubles(works: Works) -> None:
    """Note which films are called as another one of about their year."""
    years: dict[str, list[int]] = {}
    for thing in (*(each.thing for each in works.films), *works.others):
        if isinstance(thing, Film):
            years.setdefault(title_words(thing.title), []).append(thing.year)
    for at, work in enumerate(works.films):
        title, year = title_words(work.thing.title), work.thing.year
        # A library may be a year off, and TMDb another one from there.
        near = [each for each in years[title] if abs(each - year) <= 2]
        works.films[at] = replace(work, is_alone=len(near) == 1)


def _add_lookalikes(works: Works) -> None:
    """Let other films be called, in some country, as one of the libraries."""
    alone = [at for at, each in enumerate(works.films) if each.is_alone][5::97]
    for number, at in enumerate(alone[:LOOKALIKES]):
        film = works.films[at].thing
        assert isinstance(film, Film)
        works.films[at] = replace(works.films[at], is_alone=False)
        works.lookalikes.append(
            Title(
                Kind.MOVIE,
                FIRST_ID + 900 + number,
                f"Something Else {number}",
                f"{film.year}-03-03",
                also={"AT": film.title},
            )
        )


def _teach(tmdb: TmdbSimulator, thing: Film | Show) -> Title:
    """Let TMDb know a film or a series."""
    title = film_title(thing) if isinstance(thing, Film) else show_title(thing)
    return tmdb.library.add(title)
