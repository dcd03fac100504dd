"""Filling the service's library from the simulated world's catalogue."""

from ..catalogue import Catalogue, Show
from .library import Library
from .model import Bucket, Title


def seed(library: Library, catalogue: Catalogue) -> None:
    """Add all films and series."""
    for film in catalogue.films:
        library.add(
            Bucket.MOVIES, film.title, film.year, film.ids, runtime=film.runtime
        )
    for show in catalogue.shows:
        add_series(library, show)


def add_series(library: Library, show: Show) -> Title:
    """Add a series with its episodes."""
    title = library.add(
        Bucket.SHOWS, show.title, show.year, show.ids, runtime=show.runtime
    )
    for episode in show.episodes():
        place = episode.season, episode.number
        ids = {"tvdb": episode.ids["tvdb"]}
        library.add_episode(title, place, episode.title, ids, tvdb=place)
    return title
