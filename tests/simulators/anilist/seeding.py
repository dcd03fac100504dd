"""Fills the simulated AniList with films and series, each season a media of its own."""

from dataclasses import dataclass, field
from itertools import count

from ..catalogue import Catalogue, Show
from .model import Media
from .server import AniListSimulator

FIRST_MEDIA = 100_001
FIRST_MAL = 30_001


@dataclass(slots=True)
class Seeded:
    """What there is now; `rows` map it to the catalogue, as a person would write it.

    A season is found by its series' title and its number, a series by its title and
    None.
    """

    films: list[Media] = field(default_factory=list)
    shows: dict[tuple[str, int | None], Media] = field(default_factory=dict)
    rows: list[dict[str, object]] = field(default_factory=list)


def seed(service: AniListSimulator, catalogue: Catalogue) -> Seeded:
    """Let there be all titles of a catalogue."""
    seeded = Seeded()
    numbers = count(FIRST_MEDIA)
    for film in catalogue.films:
        media = _media(service, next(numbers), film.title, film.year, "MOVIE")
        seeded.films.append(media)
        row = {name: film.ids[name] for name in ("imdb", "tmdb")}
        seeded.rows.append({"anilist": media.media_id, "movie": True, **row})
    for show in catalogue.shows:
        for season in (None, *(season.number for season in show.seasons)):
            media = _media(service, next(numbers), show.title, show.year, "TV")
            seeded.shows[show.title, season] = media
            seeded.rows.append(_row(media, show, season))
    return seeded


def _media(
    service: AniListSimulator, media_id: int, title: str, year: int, form: str
) -> Media:
    """Let there be a media."""
    mal = media_id - FIRST_MEDIA + FIRST_MAL
    return service.add(Media(media_id, title, year, mal, form))


def _row(media: Media, show: Show, season: int | None) -> dict[str, object]:
    """Return what a person would write of a media."""
    row: dict[str, object] = {"anilist": media.media_id, **show.ids}
    return row if season is None else {**row, "season": season}
