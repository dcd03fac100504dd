"""How the entries of the library are written."""

from collections.abc import Callable, Collection

from .model import Entry, Episode, File, Movie, Show

type Row = dict[str, object]

MOVIE_FIELDS = frozenset(
    [
        "dateadded",
        "file",
        "lastplayed",
        "playcount",
        "resume",
        "runtime",
        "title",
        "uniqueid",
        "userrating",
        "year",
    ]
)
EPISODE_FIELDS = (MOVIE_FIELDS - {"year"}) | frozenset(
    ["episode", "season", "seasonid", "showtitle", "tvshowid"]
)
SHOW_FIELDS = frozenset(
    [
        "file",
        "lastplayed",
        "playcount",
        "season",
        "episode",
        "title",
        "uniqueid",
        "userrating",
        "year",
    ]
)
SEASON_FIELDS = frozenset(["season", "showtitle", "title", "tvshowid", "userrating"])

# A series without the date of its premiere says so.
NO_YEAR = 1970


def movie_row(movie: Movie, fields: Collection[str]) -> Row:
    """Return a film with the fields asked for."""
    facts = {
        **file_facts(movie.file),
        "runtime": lambda: movie.runtime,
        "title": lambda: movie.title,
        "uniqueid": lambda: dict(movie.unique_ids),
        "userrating": lambda: movie.user_rating,
        "year": lambda: movie.year,
    }
    return row({"movieid": movie.id, "label": movie.title}, facts, fields)


def episode_row(episode: Episode, fields: Collection[str]) -> Row:
    """Return an episode with the fields asked for."""
    show, season, number = episode.show, episode.season, episode.number
    place = f"{season}x{number:02d}" if season else f"S{number:02d}"
    facts = {
        **file_facts(episode.file),
        "episode": lambda: number,
        "runtime": lambda: episode.runtime,
        "season": lambda: season,
        "seasonid": lambda: show.season_ids[season],
        "showtitle": lambda: show.title,
        "title": lambda: episode.title,
        "tvshowid": lambda: show.id,
        "uniqueid": lambda: dict(episode.unique_ids),
        "userrating": lambda: episode.user_rating,
    }
    label = f"{place}. {episode.title}"
    return row({"episodeid": episode.id, "label": label}, facts, fields)


def show_row(show: Show, fields: Collection[str]) -> Row:
    """Return a series with the fields asked for."""
    files = [episode.file for episode in show.episodes]
    facts: dict[str, Callable[[], object]] = {
        "episode": lambda: len(show.episodes),
        "file": lambda: show.path,
        "lastplayed": lambda: max((file.last_played for file in files), default=""),
        "playcount": lambda: min((file.play_count for file in files), default=0),
        "season": lambda: len(show.season_ids),
        "title": lambda: show.title,
        "uniqueid": lambda: dict(show.unique_ids),
        "userrating": lambda: show.user_rating,
        "year": lambda: show.year or NO_YEAR,
    }
    return row({"tvshowid": show.id, "label": show.title}, facts, fields)


def season_row(show: Show, season: int, fields: Collection[str]) -> Row:
    """Return a season with the fields asked for."""
    label = f"Season {season}" if season else "Specials"
    facts: dict[str, Callable[[], object]] = {
        "season": lambda: season,
        "showtitle": lambda: show.title,
        "title": lambda: label,
        "tvshowid": lambda: show.id,
        "userrating": lambda: show.season_ratings.get(season, 0),
    }
    return row({"seasonid": show.season_ids[season], "label": label}, facts, fields)


def file_facts(file: File) -> dict[str, Callable[[], object]]:
    """Return what is known of a file."""
    return {
        "dateadded": lambda: file.added,
        "file": lambda: file.path,
        "lastplayed": lambda: file.last_played,
        "playcount": lambda: file.play_count,
        "resume": lambda: {"position": file.position, "total": file.total},
    }


def row(
    base: Row, facts: dict[str, Callable[[], object]], fields: Collection[str]
) -> Row:
    """Return a row; ids are left out where there are none."""
    for name in fields:
        value = facts[name]()
        if name != "uniqueid" or value:
            base[name] = value
    return base


def write_row(entry: Entry, fields: Collection[str]) -> Row:
    """Return any entry with the fields asked for."""
    match entry:
        case Movie():
            return movie_row(entry, fields)
        case Episode():
            return episode_row(entry, fields)
        case Show():
            return show_row(entry, fields)
