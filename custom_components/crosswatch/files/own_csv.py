"""Our own CSV, for people with a spreadsheet: a row a record, or a row a play.

A spreadsheet takes a cell that begins with one of a few signs for a formula, and a title
may well begin so. Such a cell gets an apostrophe in front, which a spreadsheet does not
show and which is taken away again when the file is read.
"""

from collections.abc import Iterable, Iterator, Mapping
import csv
from datetime import datetime
from io import StringIO
from typing import Final

from ..engine.ids import UNIVERSAL_NAMESPACES
from ..engine.model import (
    Feature,
    Item,
    Listed,
    MediaKind,
    Progress,
    Rated,
    Record,
    Value,
    Watched,
)
from .contents import Gathering, RowError, RowFault, Where
from .csv_rows import Cells, Table
from .errors import FileError, FileFault
from .readers.titles import Titles
from .values import ids_in, moment_in, number_in, rating_in, year_in

NEEDED: Final = ("feature", "kind", "title")

_OF_SHOW: Final = "show_"
_NAMES: Final = ("feature", "kind", "title", "year", "show_title", "show_year")
_PLACE: Final = ("season", "episode")
_VALUES: Final = (
    "date",
    "plays",
    "rating",
    "position_ms",
    "duration_ms",
    "percent",
)
COLUMNS: Final = (
    *_NAMES,
    *_PLACE,
    *_VALUES,
    *UNIVERSAL_NAMESPACES,
    *(f"{_OF_SHOW}{name}" for name in UNIVERSAL_NAMESPACES),
)

_APOSTROPHE: Final = "'"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_GUARDED: Final = (*_FORMULA, _APOSTROPHE)


def is_formula(text: str) -> bool:
    """Tell whether a spreadsheet would take a cell for a formula."""
    return text.startswith(_FORMULA)


def line(cells: Iterable[object]) -> str:
    """Return cells as a line of CSV."""
    text = StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue()


def write(records: Mapping[Feature, Iterable[Record]]) -> Iterator[str]:
    """Yield the text of a file, line by line."""
    yield line(COLUMNS)
    for feature, of_feature in records.items():
        for record in of_feature:
            cells = {"feature": feature.value, **_item_cells(record.item)}
            for values in _value_cells(record.value):
                row = cells | values
                yield line([row.get(name, "") for name in COLUMNS])


def _item_cells(item: Item) -> dict[str, object]:
    """Return the cells that name an item."""
    cells: dict[str, object] = {
        "kind": item.kind.value,
        "title": _guard(item.title),
        "year": _or_empty(item.year),
        "season": _or_empty(item.season),
        "episode": _or_empty(item.number),
        **item.ids,
    }
    if (show := item.show) is not None:
        cells["show_title"] = _guard(show.title)
        cells["show_year"] = _or_empty(show.year)
        cells |= {f"{_OF_SHOW}{name}": value for name, value in show.ids.items()}
    return cells


def _value_cells(value: Value) -> Iterator[dict[str, object]]:
    """Yield the cells of each row that a value takes."""
    at = value.at.isoformat() if value.at else ""
    match value:
        case Listed():
            yield {"date": at}
        case Watched(_, plays, count):
            for play in plays:
                yield {"date": play.at.isoformat(), "plays": count}
            if not plays:
                yield {"date": at, "plays": count}
        case Rated(rating):
            yield {"date": at, "rating": f"{rating:g}"}
        case Progress(position_ms, duration_ms, percent):
            yield {
                "date": at,
                "position_ms": _or_empty(position_ms),
                "duration_ms": _or_empty(duration_ms),
                "percent": _or_empty(percent),
            }


def read(table: Table, gathering: Gathering) -> None:
    """Take everything from a table."""
    if not table.has(*NEEDED):
        raise FileError(
            FileFault.MISSING_COLUMNS,
            table.file,
            columns=", ".join(NEEDED),
            found=table.shown_columns,
        )
    titles = Titles()
    for where, cells in table.rows(gathering):
        try:
            _take(cells, where, gathering, titles)
        except RowError as err:
            gathering.leave_out(where, err.fault, err.detail)


def _take(cells: Cells, where: Where, gathering: Gathering, titles: Titles) -> None:
    """Take a row."""
    name = cells["feature"].strip().lower()
    feature = next((each for each in Feature if each.value == name), None)
    if feature is None:
        raise RowError(RowFault.NOT_UNDERSTOOD, f"no such feature: {name!r:.40}")
    item = _item_in(cells, titles)
    at = moment_in(cells.get("date"), "date")
    match feature:
        case Feature.HISTORY:
            count = number_in(cells.get("plays", "")) or 0
            gathering.play(item, at, where, count=count)
        case Feature.WATCHLIST:
            gathering.value(feature, item, Listed(at), where)
        case Feature.RATINGS:
            rating = Rated(rating_in(cells.get("rating", "")), at)
            gathering.value(feature, item, rating, where)
        case Feature.PROGRESS:
            gathering.value(feature, item, _progress_in(cells, at), where)


def _item_in(cells: Cells, titles: Titles) -> Item:
    """Return what a row is about."""
    name = cells["kind"].strip().lower()
    kind = next((each for each in MediaKind if each.value == name), None)
    if kind is None:
        raise RowError(RowFault.NO_KIND, f"no such kind: {name!r:.40}")
    ids = ids_in({each: cells.get(each, "") for each in UNIVERSAL_NAMESPACES})
    title = _unguard(cells["title"])
    show = _show_in(cells, titles) if kind in _IN_SHOWS else None
    if not ids and not title and show is None:
        raise RowError(RowFault.NO_TITLE, f"the {kind.value} has no title and no ID")
    season, number = [number_in(cells.get(each, "")) for each in _PLACE]
    return Item(kind, ids, title, year_in(cells.get("year", "")), show, season, number)


_IN_SHOWS: Final = frozenset({MediaKind.SEASON, MediaKind.EPISODE})


def _show_in(cells: Cells, titles: Titles) -> Item | None:
    """Return the show that a row names, None where it names none."""
    ids = ids_in(
        {each: cells.get(f"{_OF_SHOW}{each}", "") for each in UNIVERSAL_NAMESPACES}
    )
    title = _unguard(cells.get("show_title", ""))
    if not ids and not title:
        return None
    year = year_in(cells.get("show_year", ""))
    return titles.shared(Item(MediaKind.SHOW, ids, title, year))


def _progress_in(cells: Cells, at: datetime | None) -> Progress:
    """Return the position in a row."""
    try:
        percent = float(text) if (text := cells.get("percent", "")) else None
    except ValueError:
        detail = f"percent is no number: {text!r:.40}"
        raise RowError(RowFault.NOT_UNDERSTOOD, detail) from None
    position = number_in(cells.get("position_ms", ""))
    if position is None and percent is None:
        raise RowError(RowFault.NOT_UNDERSTOOD, "it has no position")
    return Progress(
        position,
        number_in(cells.get("duration_ms", "")),
        percent,
        at,
    )


def _guard(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    if is_formula(text) or (
        text.startswith(_APOSTROPHE) and text[1:].startswith(_GUARDED)
    ):
        return f"{_APOSTROPHE}{text}"
    return text


def _unguard(cell: str) -> str:
    """Return the text that was guarded."""
    text = cell.strip()
    if text.startswith(_APOSTROPHE) and text[1:].startswith(_GUARDED):
        return text[1:]
    return text


def _or_empty(value: float | None) -> object:
    """Return a number, or nothing to put in a cell."""
    return "" if value is None else value
