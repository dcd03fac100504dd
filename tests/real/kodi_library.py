"""A library for Kodi: files without content, and what is in them told beside them."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from tests.simulators.catalogue import Episode, Show, make_catalogue

CATALOGUE = make_catalogue(
    films=24, shows=2, seasons_per_show=2, episodes_per_season=4, seed=3
)
# Lies twice in the library.
COPIED = CATALOGUE.films[3]
# Its scraper has found nothing but a title.
WITHOUT_IDS = CATALOGUE.films[5]

# Nobody listens there, and nothing is ever played.
NOTHING = "http://127.0.0.1:9/nothing.mp4"


def write_movies(folder: Path) -> int:
    """Write the films; return how many entries Kodi has to find."""
    for film in CATALOGUE.films:
        ids = {} if film is WITHOUT_IDS else film.ids
        nfo = element(
            "movie",
            ids,
            title=film.title,
            premiered=film.released.isoformat(),
            runtime=str(film.runtime),
        )
        name = f"{safe(film.title)} ({film.year})"
        write(folder / name / name, nfo)
        if film is COPIED:
            write(folder / f"{name} 4K" / f"{name} 4K", nfo)
    return len(CATALOGUE.films) + 1


def write_shows(folder: Path) -> int:
    """Write the series; return how many episodes Kodi has to find."""
    for show in CATALOGUE.shows:
        place = folder / safe(show.title)
        place.mkdir(parents=True)
        (place / "tvshow.nfo").write_text(
            element(
                "tvshow", show.ids, title=show.title, premiered=f"{show.year}-02-03"
            )
        )
        for files in in_files(show):
            first = files[0]
            numbers = "".join(f"E{each.number:02d}" for each in files)
            name = f"{safe(show.title)} S{first.season:02d}{numbers}"
            write(place / f"Season {first.season}" / name, *map(episode_nfo, files))
    return sum(len(list(show.episodes())) for show in CATALOGUE.shows)


def in_files(show: Show) -> Iterable[list[Episode]]:
    """Return the episodes file by file: the first two of season 2 share one."""
    for season in show.seasons:
        rest = list(season.episodes)
        if season.number == 2:
            yield rest[:2]
            rest = rest[2:]
        for episode in rest:
            yield [episode]


def episode_nfo(episode: Episode) -> str:
    """Return what is told of an episode."""
    return element(
        "episodedetails",
        episode.ids,
        title=episode.title,
        season=str(episode.season),
        episode=str(episode.number),
        runtime=str(episode.runtime),
    )


def element(tag: str, ids: Mapping[str, str], **facts: str) -> str:
    """Return a description as Kodi reads it."""
    told = [f"<{name}>{escape(value)}</{name}>" for name, value in facts.items()]
    told += [
        f"<uniqueid type={quoteattr(name)}{' default="true"' * (not number)}>"
        f"{escape(value)}</uniqueid>"
        for number, (name, value) in enumerate(ids.items())
    ]
    return f"<{tag}>{''.join(told)}</{tag}>\n"


def write(path: Path, *descriptions: str) -> None:
    """Write a file without content, and its descriptions beside it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_name(f"{path.name}.strm").write_text(NOTHING)
    path.with_name(f"{path.name}.nfo").write_text("".join(descriptions))


def safe(title: str) -> str:
    """Return a title as the name of a file."""
    return "".join(letter for letter in title if letter not in '/\\:*?"<>|').strip()
