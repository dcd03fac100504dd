"""Fills the simulated TMDb from a catalogue."""

from ..catalogue import Catalogue, Film, Show
from .library import Library
from .model import Episode, Kind, Title


def seed(library: Library, catalogue: Catalogue) -> None:
    """Learn all films and series of a catalogue."""
    for film in catalogue.films:
        library.add(film_title(film))
    for show in catalogue.shows:
        library.add(show_title(show))


def film_title(film: Film) -> Title:
    """Return a film."""
    return Title(
        Kind.MOVIE,
        int(film.ids["tmdb"]),
        film.title,
        film.released.isoformat(),
        imdb=film.ids["imdb"],
    )


def show_title(show: Show) -> Title:
    """Return a series with all its episodes."""
    title = Title(
        Kind.TV,
        int(show.ids["tmdb"]),
        show.title,
        f"{show.year}-01-15",
        imdb=show.ids["imdb"],
        tvdb=int(show.ids["tvdb"]),
    )
    for each in show.episodes():
        title.episodes[each.season, each.number] = Episode(
            title,
            int(each.ids["tmdb"]),
            each.title,
            each.season,
            each.number,
            f"{each.first_aired:%Y-%m-%d}",
            each.ids["imdb"],
            int(each.ids["tvdb"]),
        )
    return title
