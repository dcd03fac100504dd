"""The calls that list the library, show one entry of it, or change one."""

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

from .changes import change
from .errors import INVALID_PARAMS, RpcError
from .model import Entry, Episode, Movie, Show
from .parameters import Params
from .query import ordered, parse_filter, part
from .shapes import (
    EPISODE_FIELDS,
    MOVIE_FIELDS,
    SEASON_FIELDS,
    SHOW_FIELDS,
    Row,
    season_row,
    write_row,
)

if TYPE_CHECKING:
    from .server import KodiSimulator

LIST_PARAMS = ("properties", "limits", "sort", "filter")


def get_movies(server: KodiSimulator, params: Params) -> object:
    """Return films."""
    params.only(*LIST_PARAMS)
    return listed(server, params, "movies", server.library.movies, MOVIE_FIELDS)


def get_tv_shows(server: KodiSimulator, params: Params) -> object:
    """Return series."""
    params.only(*LIST_PARAMS)
    return listed(server, params, "tvshows", server.library.shows, SHOW_FIELDS)


def get_episodes(server: KodiSimulator, params: Params) -> object:
    """Return episodes, of one series or season if asked."""
    params.only(*LIST_PARAMS, "tvshowid", "season")
    show, season = params.integer("tvshowid"), params.integer("season")
    found = [
        episode
        for episode in server.library.episodes
        if (show is None or episode.show.id == show)
        and (season is None or episode.season == season)
    ]
    return listed(server, params, "episodes", found, EPISODE_FIELDS)


def get_seasons(server: KodiSimulator, params: Params) -> object:
    """Return the seasons of all series, or of one."""
    params.only("properties", "limits", "sort", "tvshowid")
    fields = params.texts("properties", SEASON_FIELDS)
    wanted = params.integer("tvshowid")
    rows = [
        season_row(show, season, fields)
        for show, season, _ in server.library.season_ids()
        if wanted is None or show.id == wanted
    ]
    return page(server, params, "seasons", rows, lambda row: row)


def listed[E: (Movie, Show, Episode)](
    server: KodiSimulator,
    params: Params,
    name: str,
    entries: Sequence[E],
    allowed: Collection[str],
) -> object:
    """Return a list as a call wants it."""
    fields = params.texts("properties", allowed)
    found = list(entries)
    if (wanted := params.object("filter")) is not None:
        test = parse_filter(params, wanted)
        found = [entry for entry in found if test(entry)]
    found = ordered(params, found)
    return page(
        server, params, name, found, lambda entry: written(server, entry, fields)
    )


def written(server: KodiSimulator, entry: Entry, fields: Collection[str]) -> Row:
    """Return an entry with the fields asked for, as far as they are told."""
    row = write_row(entry, fields)
    if not server.behaviour.tells_files:
        row.pop("file", None)
    return row


def page[E](
    server: KodiSimulator,
    params: Params,
    name: str,
    found: list[E],
    write: Callable[[E], Row],
) -> object:
    """Return the part of a list that is asked for."""
    behaviour = server.behaviour
    start, end, told = part(params, len(found))
    if behaviour.ignores_limits:
        start, end = 0, end - start
    shown = found[: behaviour.cut_lists][start:end]
    limits = {"start": start, "end": told, "total": len(found)}
    answer: dict[str, object] = {"limits": limits}
    if shown or not behaviour.omits_empty_lists:
        answer[name] = [write(each) for each in shown]
    return answer


def details(kind: type[Entry], id_name: str, allowed: Collection[str]) -> Call:
    """Return the call that shows one entry of a kind."""

    def show(server: KodiSimulator, params: Params) -> object:
        """Return one entry."""
        params.only(id_name, "properties")
        fields = params.texts("properties", allowed)
        entry = entry_of(server, kind, params.needed(id_name))
        row = written(server, entry, fields)
        if isinstance(entry, Episode):
            row["label"] = entry.title
        return {f"{id_name.removesuffix('id')}details": row}

    return show


def changing(kind: type[Entry], id_name: str) -> Call:
    """Return the call that changes one entry of a kind."""

    def set_details(server: KodiSimulator, params: Params) -> object:
        """Change one entry."""
        entry = entry_of(server, kind, params.needed(id_name))
        if not server.behaviour.forgets_writes:
            change(params, id_name, entry, server.local_now())
        return "OK"

    return set_details


def set_season(server: KodiSimulator, params: Params) -> object:
    """Rate a season."""
    params.only("seasonid", "userrating", "title")
    wanted, rating = params.needed("seasonid"), params.integer("userrating")
    for show, season, season_id in server.library.season_ids():
        if season_id == wanted:
            if rating is not None:
                show.season_ratings[season] = rating
            return "OK"
    raise RpcError(INVALID_PARAMS)


def entry_of(server: KodiSimulator, kind: type[Entry], wanted: int) -> Entry:
    """Return an entry by its id; refuse one that is not in the library."""
    if (entry := server.library.find(kind, wanted)) is None:
        raise RpcError(INVALID_PARAMS)
    return entry


def scan(server: KodiSimulator, params: Params) -> object:
    """Look for new files; there are none."""
    params.only("directory", "showdialogs")
    return "OK"


type Call = Callable[[KodiSimulator, Params], object]

CALLS: dict[str, Call] = {
    "VideoLibrary.GetMovies": get_movies,
    "VideoLibrary.GetTVShows": get_tv_shows,
    "VideoLibrary.GetEpisodes": get_episodes,
    "VideoLibrary.GetSeasons": get_seasons,
    "VideoLibrary.GetMovieDetails": details(Movie, "movieid", MOVIE_FIELDS),
    "VideoLibrary.GetEpisodeDetails": details(Episode, "episodeid", EPISODE_FIELDS),
    "VideoLibrary.GetTVShowDetails": details(Show, "tvshowid", SHOW_FIELDS),
    "VideoLibrary.SetMovieDetails": changing(Movie, "movieid"),
    "VideoLibrary.SetEpisodeDetails": changing(Episode, "episodeid"),
    "VideoLibrary.SetTVShowDetails": changing(Show, "tvshowid"),
    "VideoLibrary.SetSeasonDetails": set_season,
    "VideoLibrary.Scan": scan,
}
WRITES = frozenset(name for name in CALLS if ".Set" in name or name.endswith("Scan"))
