"""SIMKL's backup: one object with lists of movies, shows and anime.

It is what its API answers with. A title has one status; what is planned is the
watchlist. Episodes that were watched stand in `seasons`.
"""

from collections.abc import Iterable
from typing import Final

from ...engine.model import Feature, Item, Listed, MediaKind, Rated
from ..contents import Gathering, RowError, RowFault, Where
from ..json_rows import JsonRow
from ..opening import Document
from ..values import (
    JsonObject,
    list_in,
    moment_in,
    number_in,
    object_in,
    rating_in,
    text_in,
)
from .titles import Titles

LISTS: Final = ("movies", "shows", "anime")

_PLANNED: Final = "plantowatch"
_COMPLETED: Final = "completed"

# These number anime as SIMKL does: each run of a series is a title of its own.
_ANIME_IDS: Final = frozenset({"simkl", "mal", "anilist", "kitsu", "anidb"})


def read(document: Document, rows: Iterable[JsonRow], gathering: Gathering) -> None:
    """Take everything from a backup."""
    gathering.cover(Feature.HISTORY, Feature.WATCHLIST, Feature.RATINGS)
    reader = _Reader(gathering)
    for row in rows:
        if row.name not in LISTS or not row.number:
            continue
        where = row.where(document.name)
        try:
            reader.take(row.name, object_in(row.value), where)
        except RowError as err:
            gathering.leave_out(where, err.fault, err.detail)


class _Reader:
    """Takes titles one by one."""

    def __init__(self, gathering: Gathering) -> None:
        """Start without any titles known."""
        self._gathering = gathering
        self._titles = Titles()

    def take(self, name: str, row: JsonObject, where: Where) -> None:
        """Take what is said of a title; raises RowError where that is not usable."""
        title = object_in(row.get("movie") or row.get("show") or row.get("anime"))
        is_film = name == "movies" or row.get("anime_type") == "movie"
        kind = MediaKind.MOVIE if is_film else MediaKind.SHOW
        item = self._titles.item(kind, title)
        if kind is MediaKind.SHOW:
            item = self._titles.shared(item)
        if row.get("user_rating") is not None:
            value = Rated(
                rating_in(row["user_rating"]),
                moment_in(row.get("user_rated_at"), "user_rated_at"),
            )
            self._gathering.value(Feature.RATINGS, item, value, where)
        if row.get("status") == _PLANNED:
            at = moment_in(row.get("added_to_watchlist_at"), "added_to_watchlist_at")
            self._gathering.value(Feature.WATCHLIST, item, Listed(at), where)
        if kind is MediaKind.MOVIE:
            self._take_film(item, row, where)
        else:
            self._take_episodes(item, row, where, anime=name == "anime")

    def _take_film(self, item: Item, row: JsonObject, where: Where) -> None:
        """Take a film that was watched."""
        status = text_in(row.get("status"))
        if status == _PLANNED:
            return
        if status and status != _COMPLETED:
            detail = f"{item.label} is {status}, and so was not watched to its end"
            raise RowError(RowFault.DROPPED, detail)
        at = moment_in(row.get("last_watched_at"), "last_watched_at")
        self._gathering.play(item, at, where)

    def _take_episodes(
        self, show: Item, row: JsonObject, where: Where, *, anime: bool
    ) -> None:
        """Take the episodes of a show that were watched."""
        seasons = [object_in(each) for each in list_in(row.get("seasons"))]
        count = number_in(row.get("watched_episodes_count"))
        if not seasons and row.get("status") != _PLANNED and count != 0:
            detail = f"it does not say which episodes of {show.label} were watched"
            raise RowError(RowFault.EPISODES_UNKNOWN, detail)
        for season in seasons:
            within = number_in(season.get("number"))
            for episode in map(object_in, list_in(season.get("episodes"))):
                try:
                    item = self._episode(show, within, episode, anime=anime)
                    at = moment_in(episode.get("watched_at"), "watched_at")
                except RowError as err:
                    self._gathering.leave_out(where, err.fault, err.detail)
                    continue
                self._gathering.play(item, at, where)

    def _episode(
        self, show: Item, season: int | None, episode: JsonObject, *, anime: bool
    ) -> Item:
        """Return an episode that was watched.

        The numbers of anime are those of the series at TVDB where SIMKL tells them.
        Elsewhere they count within one run of it, and must not be taken for numbers of
        the whole series.
        """
        if not anime:
            return self._titles.episode(episode, show, season)
        mapped = object_in(episode.get("tvdb"))
        place = number_in(mapped.get("season")), number_in(mapped.get("episode"))
        if None not in place:
            return self._titles.episode(
                {**episode, "season": place[0], "number": place[1]}, show
            )
        own = {name: each for name, each in show.ids.items() if name in _ANIME_IDS}
        if not own:
            detail = f"nobody can tell which season of {show.label} its numbers are of"
            raise RowError(RowFault.NO_PLACE, detail)
        run = self._titles.shared(Item(MediaKind.SHOW, own, show.title, show.year))
        return self._titles.episode(episode, run, season)
