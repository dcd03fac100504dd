"""What Trakt's importer takes: flat rows, each with ids and one thing said of them."""

from collections.abc import Iterator, Mapping
import json
from typing import Final

from ...engine.model import Item, Listed, MediaKind, Rated, Record, Watched
from ...engine.rating_steps import rounded
from ..exporting import OutFile, Records, Tally, Unfit, WriteOptions, stamp
from ..own_csv import line
from ..readers.trakt import ID_COLUMNS

type Row = Mapping[str, str | int]

COLUMNS: Final = (
    *ID_COLUMNS,
    "type",
    "watched_at",
    "watchlisted_at",
    "rating",
    "rated_at",
)

_UNKNOWN: Final = "unknown"
_PLAYABLE: Final = frozenset({MediaKind.MOVIE, MediaKind.EPISODE})
_NUMBERS: Final = frozenset({"trakt", "tmdb", "tvdb"})


def json_files(records: Records, options: WriteOptions) -> list[OutFile]:
    """Return the one file in JSON."""

    def text(tally: Tally) -> Iterator[str]:
        """Yield it row by row."""
        comma = "["
        for row in _rows(records, options, tally):
            yield f"{comma}\n{json.dumps(row)}"
            comma = ","
        yield "[]\n" if comma == "[" else "\n]\n"

    return [OutFile("", ".json", text)]


def csv_files(records: Records, options: WriteOptions) -> list[OutFile]:
    """Return the one file in CSV; nothing in it is text that anybody has written."""

    def text(tally: Tally) -> Iterator[str]:
        """Yield it row by row."""
        yield line(COLUMNS)
        for row in _rows(records, options, tally):
            yield line([row.get(name, "") for name in COLUMNS])

    return [OutFile("", ".csv", text)]


def _rows(records: Records, options: WriteOptions, tally: Tally) -> Iterator[Row]:
    """Yield a row for each play, entry and rating."""
    for feature, of_feature in records.items():
        for record in of_feature:
            said = _said(record, options)
            if isinstance(said, Unfit):
                tally.leave_out(feature, record.item, said)
                continue
            ids = _ids(record.item)
            if not ids:
                tally.leave_out(feature, record.item, Unfit.NO_IDS)
                continue
            tally.write(feature, record)
            for each in said:
                yield {**ids, "type": record.item.kind.value, **each}


def _said(record: Record, options: WriteOptions) -> list[Row] | Unfit:
    """Return what a record says, as the columns of one or several rows."""
    match record.value:
        case Watched(at, plays):
            if record.item.kind not in _PLAYABLE:
                return Unfit.KIND_NOT_IN_FORMAT
            moments = [play.at for play in plays] if plays else [at]
            return [
                {"watched_at": stamp(each) if each else _UNKNOWN} for each in moments
            ]
        case Listed(at):
            # Trakt takes the date for a sign only, and notes its own.
            return [{"watchlisted_at": stamp(at or options.now)}]
        case Rated(rating, at):
            if rating <= 0:
                return Unfit.NO_RATING
            row: Row = {"rating": round(rounded(rating, 1.0))}
            return [{**row, "rated_at": stamp(at)} if at else row]
        case _:
            return Unfit.FEATURE_NOT_IN_FORMAT


def _ids(item: Item) -> dict[str, str | int]:
    """Return the ids by which Trakt finds an item.

    It knows TVDB's for shows only, and what is in them. An id that an episode shares
    with its show is no id of the episode.
    """
    of_show = item.show.ids if item.show is not None else {}
    ids: dict[str, str | int] = {}
    for column in ID_COLUMNS:
        name = column.removesuffix("_id")
        value = item.ids.get(name)
        if value is None or of_show.get(name) == value:
            continue
        if name == "tvdb" and item.kind is MediaKind.MOVIE:
            continue
        ids[column] = int(value) if name in _NUMBERS else value
    return ids
