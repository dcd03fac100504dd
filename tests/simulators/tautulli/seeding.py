"""Fills the simulated Tautulli's libraries from a catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count

from ..catalogue import Catalogue, Film, Show
from .model import Media, Title
from .server import TautulliSimulator


@dataclass(slots=True)
class Seeded:
    """What was added: films, shows, and episodes in the order of the catalogue."""

    films: list[Title] = field(default_factory=list)
    shows: list[Title] = field(default_factory=list)
    episodes: list[Title] = field(default_factory=list)


def seed(simulator: TautulliSimulator, catalogue: Catalogue) -> Seeded:
    """Put all films and shows of a catalogue into the libraries."""
    seeded, numbers = Seeded(), count(1)
    for film in catalogue.films:
        seeded.films.append(_film(simulator, film, next(numbers)))
    for show in catalogue.shows:
        _show(simulator, show, numbers, seeded)
    return seeded


def _film(simulator: TautulliSimulator, film: Film, number: int) -> Title:
    """Add a film."""
    return simulator.add(
        Media.MOVIE,
        film.title,
        plex_guid(Media.MOVIE, number),
        guids=guids_of(film.ids),
        year=film.year,
        seconds=film.runtime * 60,
    )


def _show(
    simulator: TautulliSimulator, show: Show, numbers: count[int], seeded: Seeded
) -> None:
    """Add a show with its seasons and episodes."""
    added = simulator.add(
        Media.SHOW,
        show.title,
        plex_guid(Media.SHOW, next(numbers)),
        guids=guids_of(show.ids),
        year=show.year,
    )
    seeded.shows.append(added)
    for season in show.seasons:
        parent = simulator.add(
            Media.SEASON,
            f"Season {season.number}" if season.number else "Specials",
            plex_guid(Media.SEASON, next(numbers)),
            guids=guids_of(season.ids),
            index=season.number,
            parent=added,
        )
        for episode in season.episodes:
            seeded.episodes.append(
                simulator.add(
                    Media.EPISODE,
                    episode.title,
                    plex_guid(Media.EPISODE, next(numbers)),
                    guids=guids_of(episode.ids),
                    year=episode.first_aired.year,
                    index=episode.number,
                    parent=parent,
                    seconds=episode.runtime * 60,
                )
            )


def guids_of(ids: Mapping[str, str]) -> tuple[str, ...]:
    """Return ids as Plex writes them."""
    return tuple(f"{name}://{value}" for name, value in ids.items())


def plex_guid(media: Media, number: int) -> str:
    """Return a name as Plex gives them."""
    return f"plex://{media}/{number:024x}"
