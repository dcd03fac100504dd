"""Letterboxd's export: watched, diary, ratings and watchlist, all about films.

No file names a film by an id: title and year are all there is. The diary has the day on
which a film was watched. `watched` has only the day on which it was marked as watched,
often the day somebody joined; that is no date of a play, unless a person says so.
"""

from collections.abc import Sequence
from pathlib import PurePosixPath
import re
from typing import Final

from ...engine.ids import title_words
from ...engine.model import Feature, Item, Listed, MediaKind, Rated
from ..contents import Gathering, RowError, RowFault, Where
from ..csv_rows import Cells, Table
from ..errors import FileError, FileFault
from ..opening import Document
from ..values import day_in, rating_in, year_in
from .options import ReadOptions

COLUMNS: Final = ("name", "letterboxd uri")

_STARS: Final = 5.0
_LIST: Final = re.compile(r"(?<![a-z])(watched|watchlist)(?![a-z])")
_FILES: Final = ("diary.csv", "ratings.csv", "watched.csv", "watchlist.csv")
# What a person deleted, and lists that look like the watchlist inside.
_OTHER_FOLDERS: Final = frozenset({"deleted", "orphaned", "likes", "lists"})


def members(documents: Sequence[Document]) -> list[Document]:
    """Return those files of an archive that are Letterboxd's and say what we keep."""
    return [
        each
        for each in documents
        if each.base_name in _FILES
        and _OTHER_FOLDERS.isdisjoint(PurePosixPath(each.name.lower()).parts[:-1])
    ]


def read(tables: Sequence[Table], gathering: Gathering, options: ReadOptions) -> None:
    """Take everything from the files of one export."""
    films = [_Films(table, options) for table in tables]
    parts = {each.part for each in films}
    for each in films:
        each.read(gathering, with_ratings="ratings" not in parts)


class _Films:
    """One file; `part` says which of the four it is."""

    def __init__(self, table: Table, options: ReadOptions) -> None:
        """Find out which part of an export it is; raises FileError where it is open."""
        if not table.has(*COLUMNS):
            raise FileError(
                FileFault.MISSING_COLUMNS,
                table.file,
                columns=", ".join(COLUMNS),
                found=table.shown_columns,
            )
        self._table = table
        self._options = options
        self._known: dict[tuple[str, int | None], str] = {}
        self.part = self._part()

    def _part(self) -> str:
        """Return which part of an export it is.

        `watched` and `watchlist` look the same inside.
        """
        if self._table.has("watched date"):
            return "diary"
        if self._table.has("rating"):
            return "ratings"
        stem = PurePosixPath(self._table.file).stem.lower()
        named = {found[1] for found in _LIST.finditer(stem)}
        if len(named) == 1:
            return named.pop()
        if self._options.only(Feature.HISTORY):
            return "watched"
        if self._options.only(Feature.WATCHLIST):
            return "watchlist"
        raise FileError(
            FileFault.WHICH_LIST, self._table.file, features="history, watchlist"
        )

    def read(self, gathering: Gathering, *, with_ratings: bool) -> None:
        """Take everything; `with_ratings` also those that stand in the diary."""
        match self.part:
            case "diary":
                gathering.cover(Feature.HISTORY)
                if with_ratings:
                    gathering.cover(Feature.RATINGS)
            case "ratings":
                gathering.cover(Feature.RATINGS)
            case "watched":
                gathering.cover(Feature.HISTORY)
            case "watchlist":
                gathering.cover(Feature.WATCHLIST)
        for where, cells in self._table.rows(gathering):
            try:
                self._take(cells, where, gathering, with_ratings=with_ratings)
            except RowError as err:
                gathering.leave_out(where, err.fault, err.detail)

    def _take(
        self, cells: Cells, where: Where, gathering: Gathering, *, with_ratings: bool
    ) -> None:
        """Take a row."""
        item = _film(cells)
        zone = self._options.zone
        if self.part == "diary":
            watched = day_in(cells["watched date"], "Watched Date", zone)
            gathering.play(item, watched, where)
            if with_ratings and cells.get("rating"):
                # A film that was watched again may well have been rated anew.
                value = Rated(rating_in(cells["rating"], _STARS), watched)
                gathering.value(Feature.RATINGS, item, value)
            return
        address = cells["letterboxd uri"].strip()
        marked = day_in(cells.get("date", ""), "Date", zone)
        if self.part == "ratings":
            value = Rated(rating_in(cells["rating"], _STARS), marked)
            gathering.value(Feature.RATINGS, item, value, where, apart=address)
        elif self.part == "watchlist":
            listed = Listed(marked)
            gathering.value(Feature.WATCHLIST, item, listed, where, apart=address)
        else:
            at = marked if self._options.logged_dates else None
            # Another film of the same title and year leaves open which the diary means.
            first = self._known.setdefault((item.title, item.year), address)
            apart = "" if first == address else address
            gathering.play(item, at, where, apart=apart)


def _film(cells: Cells) -> Item:
    """Return the film in a row; raises RowError where it has no title."""
    title = cells["name"].strip()
    if not title_words(title):
        raise RowError(RowFault.NO_TITLE, "the film has no title")
    return Item(MediaKind.MOVIE, {}, title, year_in(cells.get("year", "")))
