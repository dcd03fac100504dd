"""Filling the service's library from the simulated world's catalogue."""

from datetime import UTC, datetime, time
from itertools import chain
from zlib import crc32

from ..catalogue import Catalogue, Film, Show
from .library import Library


def seed(library: Library, catalogue: Catalogue, unknown: float = 0.0) -> None:
    """Add all films and series but a fraction that Trakt does not know.

    Which ones are left out depends on their ids only.
    """
    for film in catalogue.films:
        if not is_left_out(film, unknown):
            library.add_movie(
                film.title,
                film.year,
                ids=film.ids,
                runtime=film.runtime,
                released=datetime.combine(film.released, time(), UTC),
            )
    for show in catalogue.shows:
        if not is_left_out(show, unknown):
            add_series(library, show)


def is_left_out(thing: Film | Show, fraction: float) -> bool:
    """Return whether a film or series belongs to the fraction without a page."""
    return crc32("".join(sorted(thing.ids.values())).encode()) % 10_000 < (
        fraction * 10_000
    )


def add_series(library: Library, show: Show) -> None:
    """Add a series with its seasons and episodes."""
    began = min(
        (episode.first_aired for episode in chain(*(s.episodes for s in show.seasons))),
        default=None,
    )
    added = library.add_show(
        show.title, show.year, ids=show.ids, runtime=show.runtime, released=began
    )
    for season in show.seasons:
        shelf = library.add_season(added, season.number, ids=season.ids)
        shelf.released = min((e.first_aired for e in season.episodes), default=None)
        for episode in season.episodes:
            library.add_episode(
                shelf,
                episode.number,
                name=episode.title,
                ids=episode.ids,
                runtime=episode.runtime,
                released=episode.first_aired,
            )
