"""IMDb's export: ratings, and lists such as the watchlist. All have IMDb's ids.

An episode comes without its show: its own id is what it can be found by.
"""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from ...engine.ids import normalise_id
from ...engine.model import Feature, Item, Listed, MediaKind, Rated
from ..contents import Gathering, RowError, RowFault, Where
from ..csv_rows import Cells, Table
from ..errors import FileError, FileFault
from ..values import day_in, rating_in, year_in
from .options import ReadOptions

COLUMNS: Final = ("const", "title type")
_RATING: Final = "your rating"
# Only a list has its entries numbered.
_POSITION: Final = "position"

# Without blanks and in lower case, as IMDb has changed how it writes them.
_KINDS: Final = {
    "movie": MediaKind.MOVIE,
    "featurefilm": MediaKind.MOVIE,
    "documentary": MediaKind.MOVIE,
    "short": MediaKind.MOVIE,
    "shortfilm": MediaKind.MOVIE,
    "tvmovie": MediaKind.MOVIE,
    "tvshort": MediaKind.MOVIE,
    "tvspecial": MediaKind.MOVIE,
    "video": MediaKind.MOVIE,
    "tvseries": MediaKind.SHOW,
    "tvminiseries": MediaKind.SHOW,
    "miniseries": MediaKind.SHOW,
    "tvepisode": MediaKind.EPISODE,
}


def read(table: Table, gathering: Gathering, options: ReadOptions) -> None:
    """Take everything from a file of IMDb's."""
    if not table.has(*COLUMNS):
        raise FileError(
            FileFault.MISSING_COLUMNS,
            table.file,
            columns=", ".join(COLUMNS),
            found=table.shown_columns,
        )
    entries = Gathering()
    rated = listed = 0
    features = _features(table, options)
    for where, cells, item in _items(table, entries):
        listed += 1
        try:
            rated += _take(where, cells, item, entries, options)
        except RowError as err:
            entries.leave_out(where, err.fault, err.detail)
    if features is None:
        # Ratings were once numbered as well: they are a list of what is all rated.
        if listed and rated == listed:
            wanted = "ratings, watchlist"
            raise FileError(FileFault.WHICH_LIST, table.file, features=wanted)
        features = frozenset({Feature.WATCHLIST})
    _keep(entries, gathering, features)


def _take(
    where: Where, cells: Cells, item: Item, entries: Gathering, options: ReadOptions
) -> bool:
    """Take a row, and tell whether it has a rating; a row of ratings has to have one."""
    if rating := cells.get(_RATING, "").strip():
        at = day_in(cells.get("date rated", ""), "Date Rated", options.zone)
        value = Rated(rating_in(rating), at)
        entries.value(Feature.RATINGS, item, value, where)
    elif _POSITION not in cells:
        raise RowError(RowFault.BAD_RATING, f"{item.label} has no rating")
    listed_at = day_in(cells.get("created", ""), "Created", options.zone)
    entries.value(Feature.WATCHLIST, item, Listed(listed_at))
    return bool(rating)


def _keep(
    entries: Gathering, gathering: Gathering, features: frozenset[Feature]
) -> None:
    """Keep those features that the file is about."""
    gathering.faults += entries.faults
    gathering.cover(*features)
    for feature, records in entries.records().items():
        if feature in features:
            for record in records:
                gathering.value(feature, record.item, record.value)


def _features(table: Table, options: ReadOptions) -> frozenset[Feature] | None:
    """Return what the file is about, None where only its rows can tell."""
    if not table.has(_POSITION):
        return frozenset({Feature.RATINGS})
    stem = PurePosixPath(table.file).stem.lower()
    for word, feature in (
        ("watchlist", Feature.WATCHLIST),
        ("rating", Feature.RATINGS),
    ):
        if word in stem:
            return frozenset({feature})
    told = (options.features or frozenset()) & {Feature.WATCHLIST, Feature.RATINGS}
    return told or None


def _items(table: Table, entries: Gathering) -> Iterator[tuple[Where, Cells, Item]]:
    """Yield the rows with what they are about."""
    for where, cells in table.rows(entries):
        try:
            yield where, cells, _item(cells)
        except RowError as err:
            entries.leave_out(where, err.fault, err.detail)


def _item(cells: Cells) -> Item:
    """Return what a row is about; raises RowError for what cannot be watched."""
    title = cells.get("title", "").strip()
    # People have ids as well, with other letters before the number.
    const = cells["const"].strip().lower()
    imdb = normalise_id("imdb", const) if const.startswith("tt") else None
    if imdb is None:
        raise RowError(RowFault.NO_TITLE, f"no such ID: {cells['const']!r:.40}")
    named = cells["title type"]
    kind = _KINDS.get(named.replace(" ", "").replace("-", "").lower())
    if kind is None:
        detail = f"{title or imdb} is a {named.strip() or 'title of no type'}"
        raise RowError(RowFault.KIND_NOT_SUPPORTED, detail)
    return Item(kind, {"imdb": imdb}, title, year_in(cells.get("year", "")))
