"""Trakt's export: the archive, its files one by one, and what Trakt itself imports.

The archive has a play a row in `watched-history`, split into numbered files when long;
ratings in `ratings-…`, the watchlist in `lists-watchlist`. Other lists look just like
the watchlist inside, so that their names have to tell them apart.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
import re
from typing import Final

from ...engine.model import Feature, Item, Listed, MediaKind, Progress, Rated
from ..contents import Gathering, RowError, RowFault, Where
from ..csv_rows import Table
from ..errors import FileError, FileFault
from ..json_rows import JsonRow
from ..opening import Document
from ..values import (
    JsonObject,
    JsonValue,
    ids_in,
    list_in,
    moment_in,
    number_in,
    object_in,
    rating_in,
    text_in,
    year_in,
)
from .options import ReadOptions
from .titles import Titles

# Older archives have folders where newer ones have names.
_MEMBERS: Final = {
    Feature.HISTORY: re.compile(r"(?:^|[/-])(?:watched[/-])?history(?:-\d+)?\.json$"),
    Feature.RATINGS: re.compile(r"(?:^|/)ratings[/-][\w-]+\.json$"),
    Feature.WATCHLIST: re.compile(r"(?:^|[/-])watchlist(?:-\d+)?\.json$"),
    Feature.PROGRESS: re.compile(r"(?:^|[/-])playback(?:-[\w-]+)?\.json$"),
}
_SUMMARIES: Final = re.compile(r"(?:^|/)watched[/-](?:movies|shows)(?:-\d+)?\.json$")
_KINDS: Final = {kind.value: kind for kind in MediaKind}

ID_COLUMNS: Final = ("trakt_id", "imdb_id", "tmdb_id", "tvdb_id")
DATA_COLUMNS: Final = ("watched_at", "watchlisted_at", "rating")


def members(documents: Sequence[Document]) -> list[Document]:
    """Return those files of an archive that are Trakt's and say what we keep.

    What was watched is also summed up by title, which counts only where the plays
    themselves are not there.
    """
    history = [each for each in documents if feature_of(each) is Feature.HISTORY]
    others = [
        each for each in documents if feature_of(each) not in {None, Feature.HISTORY}
    ]
    summaries = [each for each in documents if _SUMMARIES.search(each.name.lower())]
    return [*(history or summaries), *others]


def feature_of(document: Document) -> Feature | None:
    """Return the feature that a file is about by its name, None where that is open."""
    name = document.name.lower()
    for feature, pattern in _MEMBERS.items():
        if pattern.search(name):
            return feature
    return None


def read_json(
    document: Document,
    rows: Iterable[JsonRow],
    gathering: Gathering,
    options: ReadOptions,
) -> None:
    """Take everything from a file of Trakt's."""
    feature = feature_of(document)
    if feature is not None:
        gathering.cover(feature)
    elif _SUMMARIES.search(document.name.lower()):
        gathering.cover(Feature.HISTORY)
    elif options.only(Feature.WATCHLIST):
        feature = Feature.WATCHLIST
    reader = _Reader(gathering, feature)
    for row in rows:
        where = row.where(document.name)
        try:
            reader.take(object_in(row.value), where)
        except RowError as err:
            gathering.leave_out(where, err.fault, err.detail)


def read_csv(table: Table, gathering: Gathering) -> None:
    """Take everything from a table as Trakt's importer knows it."""
    if not any(table.has(name) for name in ID_COLUMNS):
        raise FileError(
            FileFault.MISSING_COLUMNS,
            table.file,
            columns=" or ".join(ID_COLUMNS),
            found=table.shown_columns,
        )
    reader = _Reader(gathering, None)
    for column, feature in (
        ("watched_at", Feature.HISTORY),
        ("watchlisted_at", Feature.WATCHLIST),
        ("rating", Feature.RATINGS),
    ):
        if table.has(column):
            gathering.cover(feature)
    for where, cells in table.rows(gathering):
        try:
            reader.take_flat(dict(cells), where)
        except RowError as err:
            gathering.leave_out(where, err.fault, err.detail)


class _Reader:
    """Takes rows of one file; `feature` is what its name says that it is about."""

    def __init__(self, gathering: Gathering, feature: Feature | None) -> None:
        """Start without any titles known."""
        self._gathering = gathering
        self._feature = feature
        self._titles = Titles()

    def take(self, row: JsonObject, where: Where) -> None:
        """Take what a row says; raises RowError for one that says nothing usable."""
        if any(name in row for name in ID_COLUMNS):
            self.take_flat(row, where)
        elif "last_watched_at" in row:
            self._take_summary(row, where)
        elif "watched_at" in row:
            item = self._titles.in_row(_kind(row), row)
            at = moment_in(row["watched_at"], "watched_at")
            self._take_play(item, at, where)
        elif "rated_at" in row and "rating" in row:
            item = self._titles.in_row(_kind(row), row)
            self._take_rating(item, row["rating"], row["rated_at"], where)
        elif "listed_at" in row:
            self._take_listed(row, where)
        elif "progress" in row and "paused_at" in row:
            self._take_progress(row, where)
        else:
            found = ", ".join(sorted(row)[:8]) or "nothing"
            detail = f"it says neither watched, rated nor listed (it has {found})"
            raise RowError(RowFault.NOT_UNDERSTOOD, detail)

    def take_flat(self, row: JsonObject, where: Where) -> None:
        """Take a row as Trakt's importer knows it, which may say several things."""
        kind = _KINDS.get(text_in(row.get("type")).lower())
        if kind is None:
            raise RowError(RowFault.NO_KIND, f"no such type: {row.get('type')!r:.40}")
        ids = ids_in({name.removesuffix("_id"): row.get(name) for name in ID_COLUMNS})
        if not ids:
            raise RowError(RowFault.NO_TITLE, "it has no ID")
        item = Item(kind, ids, text_in(row.get("title")), year_in(row.get("year")))
        said = {name: row[name] for name in DATA_COLUMNS if row.get(name)}
        if not said:
            detail = "it says neither watched, rated nor listed"
            raise RowError(RowFault.NOT_UNDERSTOOD, detail)
        if watched := said.get("watched_at"):
            self._take_play(item, moment_in(watched, "watched_at"), where)
        if listed := said.get("watchlisted_at"):
            at = moment_in(listed, "watchlisted_at")
            self._gathering.value(Feature.WATCHLIST, item, Listed(at), where)
        if rating := said.get("rating"):
            self._take_rating(item, rating, row.get("rated_at"), where)

    def _take_play(self, item: Item, at: datetime | None, where: Where) -> None:
        """Take a play of a film or an episode."""
        if item.kind not in {MediaKind.MOVIE, MediaKind.EPISODE}:
            detail = f"all of {item.label} is marked watched, not its episodes"
            raise RowError(RowFault.WHOLE_SHOW, detail)
        self._gathering.play(item, at, where)

    def _take_rating(
        self, item: Item, rating: JsonValue, rated_at: JsonValue, where: Where
    ) -> None:
        """Take a rating."""
        value = Rated(rating_in(rating), moment_in(rated_at, "rated_at"))
        self._gathering.value(Feature.RATINGS, item, value, where)

    def _take_listed(self, row: JsonObject, where: Where) -> None:
        """Take an entry of the watchlist, but not of any other list."""
        if self._feature is not Feature.WATCHLIST:
            raise FileError(FileFault.WHICH_LIST, where.file, features="watchlist")
        item = self._titles.in_row(_kind(row), row)
        value = Listed(moment_in(row["listed_at"], "listed_at"))
        self._gathering.value(Feature.WATCHLIST, item, value, where)

    def _take_progress(self, row: JsonObject, where: Where) -> None:
        """Take a position, which Trakt tells in percent."""
        percent = row["progress"]
        if isinstance(percent, bool) or not isinstance(percent, int | float):
            detail = f"progress is no percentage: {percent!r:.40}"
            raise RowError(RowFault.NOT_UNDERSTOOD, detail)
        item = self._titles.in_row(_kind(row), row)
        at = moment_in(row["paused_at"], "paused_at")
        value = Progress(percent=float(percent), at=at)
        self._gathering.value(Feature.PROGRESS, item, value, where)

    def _take_summary(self, row: JsonObject, where: Where) -> None:
        """Take how often a film, or each episode of a show, was watched."""
        kind = _kind(row)
        if kind is MediaKind.MOVIE:
            item = self._titles.in_row(kind, row)
            self._claim(item, row, where)
            return
        show = self._titles.show(object_in(row.get("show")))
        seasons = list_in(row.get("seasons"))
        if not seasons:
            detail = f"it does not say which episodes of {show.label} were watched"
            raise RowError(RowFault.EPISODES_UNKNOWN, detail)
        for season in map(object_in, seasons):
            within = number_in(season.get("number"))
            for episode in map(object_in, list_in(season.get("episodes"))):
                try:
                    item = self._titles.episode(episode, show, within)
                    self._claim(item, episode, where)
                except RowError as err:
                    self._gathering.leave_out(where, err.fault, err.detail)

    def _claim(self, item: Item, row: JsonObject, where: Where) -> None:
        """Take how often an item was watched, and when last."""
        at = moment_in(row.get("last_watched_at"), "last_watched_at")
        count = number_in(row.get("plays")) or 1
        self._gathering.play(item, at, where, count=count)


def _kind(row: JsonObject) -> MediaKind:
    """Return what a row is about; raises RowError where it does not tell."""
    named = _KINDS.get(text_in(row.get("type")).lower())
    if named is not None:
        return named
    # What summarises carries no type; an episode comes with its show.
    for kind in (
        MediaKind.MOVIE,
        MediaKind.EPISODE,
        MediaKind.SEASON,
        MediaKind.SHOW,
    ):
        if kind.value in row:
            return kind
    raise RowError(RowFault.NO_KIND, f"no such type: {row.get('type')!r:.40}")
