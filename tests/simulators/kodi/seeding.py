"""Puts a catalogue into the library of a Kodi, with the oddities of real ones."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..catalogue import Catalogue
from .model import Episode, File, Movie, Show
from .server import KodiSimulator

# The secret in it must never be seen: people keep their shares' passwords in paths.
SHARE = "smb://nas-user:nas-secret@nas/media"
FIRST_ID = 1
SEASON_ID = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Oddities:
    """Every n-th entry is odd in some way; 0 is none."""

    no_ids: int = 0
    second_copy: int = 0
    double_episode: int = 0
    episode_no_ids: int = 0
    imdb_as_unknown: int = 0
    no_runtime: int = 0


@dataclass(slots=True)
class Seeded:
    """What was put into the library; `copies` are second files of films."""

    movies: list[Movie] = field(default_factory=list)
    shows: list[Show] = field(default_factory=list)
    episodes: list[Episode] = field(default_factory=list)
    copies: list[Movie] = field(default_factory=list)


def seed(
    server: KodiSimulator, catalogue: Catalogue, oddities: Oddities | None = None
) -> Seeded:
    """Fill the library."""
    odd, seeded = oddities or Oddities(), Seeded()
    for number, film in enumerate(catalogue.films, 1):
        name = f"{film.title} ({film.year})"
        ids = scraped(film.ids, number, odd.no_ids, odd.imdb_as_unknown)
        runtime = 0 if is_odd(number, odd.no_runtime) else film.runtime * 60
        file = File(f"{SHARE}/movies/{name}/{name}.mkv")
        seeded.movies.append(Movie(0, file, film.title, film.year, ids, runtime))
        if is_odd(number, odd.second_copy):
            copy = File(f"{SHARE}/movies-4k/{name}.mkv")
            seeded.copies.append(
                Movie(0, copy, film.title, film.year, dict(ids), runtime)
            )
    library = server.library
    library.movies += [*seeded.movies, *seeded.copies]
    for movie_id, movie in enumerate(library.movies, FIRST_ID):
        movie.id = movie_id
    add_shows(server, catalogue, odd, seeded)
    return seeded


def add_shows(
    server: KodiSimulator, catalogue: Catalogue, odd: Oddities, seeded: Seeded
) -> None:
    """Add the series with their episodes."""
    season_id, episode_id = SEASON_ID, FIRST_ID
    for show_id, title in enumerate(catalogue.shows, FIRST_ID):
        folder = f"{SHARE}/tv/{title.title} ({title.year})/"
        show = Show(show_id, folder, title.title, title.year, dict(title.ids))
        for season in title.seasons:
            show.season_ids[season.number] = season_id
            season_id += 1
            file = File("")
            for each in season.episodes:
                # The first two of a season share a file in some.
                shares = each.number == 2 and is_odd(show_id, odd.double_episode)
                if not shares:
                    place = f"S{each.season:02d}E{each.number:02d}"
                    file = File(
                        f"{folder}Season {each.season}/{title.title} {place}.mkv"
                    )
                ids = scraped(each.ids, episode_id, odd.episode_no_ids, 0)
                episode = Episode(
                    episode_id,
                    file,
                    show,
                    each.title,
                    each.season,
                    each.number,
                    ids,
                    0 if is_odd(episode_id, odd.no_runtime) else each.runtime * 60,
                )
                show.episodes.append(episode)
                episode_id += 1
        seeded.shows.append(show)
        seeded.episodes += show.episodes
        server.library.shows.append(show)


def scraped(
    ids: Mapping[str, str], number: int, no_ids: int, as_unknown: int
) -> dict[str, str]:
    """Return the ids as scrapers leave them."""
    if is_odd(number, no_ids):
        return {}
    if is_odd(number, as_unknown):
        return {"unknown": ids["imdb"]}
    return dict(ids)


def is_odd(number: int, every: int) -> bool:
    """Tell whether an entry is one of every n-th."""
    return bool(every) and number % every == 0
