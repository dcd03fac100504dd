"""Our own JSON, which loses nothing: what is written is read back just the same.

The records come last, one an entry, so that a file of any length can be read row by
row.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
import json
from typing import Final

from ..engine.model import (
    Feature,
    Item,
    Listed,
    MediaKind,
    Play,
    Progress,
    Rated,
    Record,
    Value,
    Watched,
)
from .contents import Gathering, RowError, RowFault
from .errors import FileError, FileFault
from .json_rows import JsonRow
from .readers.titles import Titles
from .values import (
    JsonObject,
    JsonValue,
    ids_in,
    list_in,
    moment_in,
    number_in,
    object_in,
    text_in,
    year_in,
)

FORMAT: Final = "crosswatch"
VERSION: Final = 1
RECORDS: Final = "records"

_dump: Final = json.JSONEncoder(ensure_ascii=False).encode


def write(
    records: Mapping[Feature, Iterable[Record]], *, account: str, at: datetime
) -> Iterator[str]:
    """Yield the text of a file, line by line."""
    head = {
        "format": FORMAT,
        "version": VERSION,
        "account": account,
        "exported_at": at.isoformat(),
        "features": [feature.value for feature in records],
    }
    yield _dump(head)[:-1] + f', "{RECORDS}": ['
    comma = ""
    for feature, of_feature in records.items():
        for record in of_feature:
            yield f"{comma}\n{_dump(_row(feature, record))}"
            comma = ","
    yield "\n]}\n"


def _row(feature: Feature, record: Record) -> dict[str, object]:
    """Return a record as an entry."""
    row = {"feature": feature.value, **_item(record.item), **_value(record.value)}
    row["native_id"] = record.native_id
    if record.library:
        row["library"] = record.library
    return row


def _item(item: Item) -> dict[str, object]:
    """Return what names an item."""
    named: dict[str, object] = {
        "kind": item.kind.value,
        "title": item.title,
        "year": item.year,
        "ids": dict(item.ids),
    }
    if item.show is not None:
        show = item.show
        named["show"] = {
            "title": show.title,
            "year": show.year,
            "ids": dict(show.ids),
        }
    if item.season is not None:
        named["season"] = item.season
    if item.number is not None:
        named["episode"] = item.number
    return named


def _value(value: Value) -> dict[str, object]:
    """Return what a feature says of an item."""
    at = value.at.isoformat() if value.at else None
    match value:
        case Listed():
            return {"listed_at": at}
        case Watched(_, plays, count):
            whole: dict[str, object] = {"watched_at": at, "count": count}
            if plays:
                whole["plays"] = [
                    {"at": play.at.isoformat(), "id": play.native_id} for play in plays
                ]
            return whole
        case Rated(rating):
            return {"rating": rating, "rated_at": at}
        case Progress():
            return {
                "position_ms": value.position_ms,
                "duration_ms": value.duration_ms,
                "percent": value.percent,
                "updated_at": at,
                "playing": value.playing,
                "watched": value.watched,
            }


def read(file: str, rows: Iterable[JsonRow], gathering: Gathering) -> None:
    """Take everything from a file; raises FileError for one of a newer release."""
    titles = Titles()
    for row in rows:
        if row.name == "version" and row.value != VERSION:
            raise FileError(FileFault.NEWER_VERSION, file, version=f"{row.value!r:.40}")
        if row.name == "features" and isinstance(row.value, str):
            gathering.cover(*[each for each in Feature if each.value == row.value])
        if row.name != RECORDS or not row.number:
            continue
        where = row.where(file)
        try:
            entry = object_in(row.value)
            feature = _feature_in(entry)
            record = Record(
                _item_in(entry, titles),
                _value_in(feature, entry),
                text_in(entry.get("native_id")) or f"entry {row.number}",
                library=text_in(entry.get("library")),
            )
        except RowError as err:
            gathering.leave_out(where, err.fault, err.detail)
            continue
        gathering.record(feature, record, where)


def _feature_in(entry: JsonObject) -> Feature:
    """Return the feature that an entry is of."""
    name = entry.get("feature")
    for feature in Feature:
        if feature.value == name:
            return feature
    raise RowError(RowFault.NOT_UNDERSTOOD, f"no such feature: {name!r:.40}")


def _item_in(entry: JsonObject, titles: Titles) -> Item:
    """Return what an entry is about."""
    name = entry.get("kind")
    kind = next((each for each in MediaKind if each.value == name), None)
    if kind is None:
        raise RowError(RowFault.NO_KIND, f"no such kind: {name!r:.40}")
    ids, title = ids_in(entry.get("ids")), text_in(entry.get("title"))
    show = None
    if isinstance(entry.get("show"), dict):
        named = object_in(entry["show"])
        show = titles.shared(
            Item(
                MediaKind.SHOW,
                ids_in(named.get("ids")),
                text_in(named.get("title")),
                year_in(named.get("year")),
            )
        )
    if not ids and not title and show is None:
        raise RowError(RowFault.NO_TITLE, f"the {kind.value} has no title and no ID")
    return Item(
        kind,
        ids,
        title,
        year_in(entry.get("year")),
        show,
        number_in(entry.get("season")),
        number_in(entry.get("episode")),
    )


def _value_in(feature: Feature, entry: JsonObject) -> Value:
    """Return what an entry says of its item."""
    match feature:
        case Feature.WATCHLIST:
            return Listed(moment_in(entry.get("listed_at"), "listed_at"))
        case Feature.HISTORY:
            return _watched_in(entry)
        case Feature.RATINGS:
            rating = entry.get("rating")
            if isinstance(rating, bool) or not isinstance(rating, int | float):
                raise RowError(RowFault.BAD_RATING, f"no rating: {rating!r:.40}")
            if not 0 <= rating <= 10:
                detail = f"a rating is from 0 to 10, not {rating!r:.40}"
                raise RowError(RowFault.BAD_RATING, detail)
            return Rated(float(rating), moment_in(entry.get("rated_at"), "rated_at"))
        case Feature.PROGRESS:
            return Progress(
                position_ms=_whole_in(entry, "position_ms"),
                duration_ms=_whole_in(entry, "duration_ms"),
                percent=_percent_in(entry.get("percent")),
                at=moment_in(entry.get("updated_at"), "updated_at"),
                playing=entry.get("playing") is True,
                watched=entry.get("watched") is True,
            )


def _watched_in(entry: JsonObject) -> Watched:
    """Return when an item was watched, with every play."""
    plays: list[Play] = []
    for play in map(object_in, list_in(entry.get("plays"))):
        at = moment_in(play.get("at"), "at")
        if at is None:
            raise RowError(RowFault.BAD_DATE, "a play has no date")
        plays.append(Play(at, text_in(play.get("id"))))
    at = moment_in(entry.get("watched_at"), "watched_at")
    if at is None and plays:
        at = max(play.at for play in plays)
    count = number_in(entry.get("count"))
    return Watched(at, tuple(plays), max(len(plays), 1) if count is None else count)


def _whole_in(entry: JsonObject, name: str) -> int | None:
    """Return a number of milliseconds, None where there is none."""
    value = entry.get(name)
    if value is None or (number := number_in(value)) is not None:
        return None if value is None else number
    raise RowError(RowFault.NOT_UNDERSTOOD, f"{name} is no number: {value!r:.40}")


def _percent_in(value: JsonValue) -> float | None:
    """Return a percentage, None where there is none."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RowError(RowFault.NOT_UNDERSTOOD, f"percent is no number: {value!r:.40}")
    return float(value)
