"""The films and series of the suite, as another service would know them.

Few, so that the whole suite is quick; specials and foreign titles are among them.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from custom_components.crosswatch.engine.model import Item, MediaKind

from ..simulators.catalogue import (
    Catalogue,
    Episode,
    Film,
    Season,
    Show,
    make_catalogue,
)

ODD: Final = "Amélie & <3: 50 % “Sóló” – 🎬"
FOREIGN_SHOW: Final = "Подводная лодка 潜水艦"


def _made() -> Catalogue:
    """Return the catalogue."""
    whole = make_catalogue(30, 2, 2, 3)
    foreign = [film for film in whole.films if not film.title.isascii()]
    plain = [film for film in whole.films if film.title.isascii()]
    odd = replace(plain[9], title=ODD)
    first, second = whole.shows
    return Catalogue(
        films=(*plain[:6], *foreign[:3], odd, *plain[10:12]),
        shows=(first, replace(second, title=FOREIGN_SHOW)),
    )


CATALOGUE: Final = _made()


def _film(film: Film) -> Item:
    """Return a film."""
    return Item(MediaKind.MOVIE, dict(film.ids), film.title, film.year)


def _show(show: Show) -> Item:
    """Return a series."""
    return Item(MediaKind.SHOW, dict(show.ids), show.title, show.year)


def _season(show: Item, season: Season) -> Item:
    """Return a season of a series."""
    title = f"Season {season.number}" if season.number else "Specials"
    return Item(
        MediaKind.SEASON, dict(season.ids), title, show=show, season=season.number
    )


def _episode(show: Item, episode: Episode) -> Item:
    """Return an episode of a series."""
    return Item(
        MediaKind.EPISODE,
        dict(episode.ids),
        episode.title,
        show=show,
        season=episode.season,
        number=episode.number,
    )


FILMS: Final = tuple(map(_film, CATALOGUE.films))
SHOWS: Final = tuple(map(_show, CATALOGUE.shows))
SEASONS: Final = tuple(
    _season(item, season)
    for item, show in zip(SHOWS, CATALOGUE.shows, strict=True)
    for season in show.seasons
)
EPISODES: Final = tuple(
    _episode(item, episode)
    for item, show in zip(SHOWS, CATALOGUE.shows, strict=True)
    for episode in show.episodes()
)
ITEMS: Final[Mapping[MediaKind, tuple[Item, ...]]] = {
    MediaKind.MOVIE: FILMS,
    MediaKind.SHOW: SHOWS,
    MediaKind.SEASON: SEASONS,
    MediaKind.EPISODE: EPISODES,
}
SPECIALS: Final = tuple(item for item in EPISODES if item.season == 0)

# What lies in one file at some services; that of the first season does at each that
# keeps files.
SHARED: Final = tuple(
    item
    for item in EPISODES
    if item.show is SHOWS[1] and item.number is not None and item.number < 3
)
DOUBLE: Final = tuple(item for item in SHARED if item.season == 1)


def name(item: Item) -> str:
    """Return what an item is known by in this suite, on every service."""
    return f"{item.kind}: {item.label}"


# How long everything runs, in milliseconds.
RUNTIMES: Final[Mapping[str, int]] = {
    **{
        name(item): film.runtime * 60_000
        for item, film in zip(FILMS, CATALOGUE.films, strict=True)
    },
    **{
        name(item): episode.runtime * 60_000
        for item, (_, episode) in zip(EPISODES, CATALOGUE.episodes(), strict=True)
    },
}

# What no service knows.
UNKNOWN_FILM: Final = Item(
    MediaKind.MOVIE, {"imdb": "tt99999991", "tmdb": "99999991"}, "Never Made", 1931
)
UNKNOWN_SHOW: Final = Item(
    MediaKind.SHOW,
    {"imdb": "tt99999992", "tmdb": "99999992", "tvdb": "99999992"},
    "Never Aired",
    1962,
)
UNKNOWN: Final[Mapping[MediaKind, Item]] = {
    MediaKind.MOVIE: UNKNOWN_FILM,
    MediaKind.SHOW: UNKNOWN_SHOW,
    MediaKind.SEASON: Item(
        MediaKind.SEASON, {"tvdb": "99999993"}, show=UNKNOWN_SHOW, season=1
    ),
    MediaKind.EPISODE: Item(
        MediaKind.EPISODE,
        {"tvdb": "99999994", "imdb": "tt99999994"},
        "Never Shot",
        show=UNKNOWN_SHOW,
        season=1,
        number=1,
    ),
}
