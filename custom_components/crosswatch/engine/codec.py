"""Items, values, operations and reports as JSON text, for the store."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
import json
from typing import Any, Final, cast, override

from .blocks import Block
from .evidence import Evidence, Origin
from .model import (
    Feature,
    Item,
    Listed,
    MediaKind,
    Play,
    Progress,
    Rated,
    Record,
    Side,
    Value,
    Watched,
)
from .plan import Action, Operation, Reason
from .report import (
    Counts,
    Failure,
    FeatureReport,
    JsonDict,
    Report,
    ReportItem,
    Result,
    RunStatus,
)

# The decoder is given only what the encoder below wrote: its shapes are known.
type Decoded = Any

dump: Final[Callable[[object], str]] = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":")
).encode
load: Final[Callable[[str], Decoded]] = json.JSONDecoder().decode


_LAST_SECOND: Final = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp()


def encode_moment(moment: datetime | None) -> float | None:
    """Return a moment as seconds since 1970, with its fraction."""
    # The last of all fractions would be rounded up to a year that there is not.
    return min(moment.timestamp(), _LAST_SECOND) if moment else None


def decode_moment(seconds: float | None) -> datetime | None:
    """Return the moment that `encode_moment` wrote."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def encode_item(item: Item) -> str:
    """Return an item as text, its show included."""
    return dump(_item_list(item))


def decode_item(text: str) -> Item:
    """Return the item that `encode_item` wrote."""
    return _item_from(load(text))


def encode_value(value: Value) -> str:
    """Return what a feature says of an item as text."""
    match value:
        case Listed(at):
            return dump([encode_moment(at)])
        case Watched(at, plays, count):
            whole: list[object] = [encode_moment(at), count]
            if plays:
                whole.append([[play.at.timestamp(), play.native_id] for play in plays])
            return dump(whole)
        case Rated(rating, at):
            return dump([rating, encode_moment(at)])
        case Progress(position_ms, duration_ms, percent, at, playing, watched):
            whole = [position_ms, duration_ms, percent, encode_moment(at)]
            if playing or watched:
                whole += [playing, watched]
            return dump(whole)


def decode_value(feature: Feature, text: str) -> Value:
    """Return the value that `encode_value` wrote for this feature."""
    fields = load(text)
    match feature:
        case Feature.WATCHLIST:
            return Listed(decode_moment(fields[0]))
        case Feature.HISTORY:
            plays = fields[2] if len(fields) > 2 else ()
            return Watched(
                decode_moment(fields[0]),
                tuple(
                    [Play(datetime.fromtimestamp(at, UTC), name) for at, name in plays]
                ),
                fields[1],
            )
        case Feature.RATINGS:
            return Rated(fields[0], decode_moment(fields[1]))
        case Feature.PROGRESS:
            position_ms, duration_ms, percent, at, *states = fields
            return Progress(
                position_ms, duration_ms, percent, decode_moment(at), *states
            )


def encode_records(records: Iterable[Record]) -> Iterator[tuple[object, ...]]:
    """Yield the columns of each record; a show is one text for all its episodes."""
    shows: dict[int, str] = {}
    for record in records:
        item = record.item
        show = ""
        if item.show is not None and not (show := shows.get(id(item.show), "")):
            show = shows[id(item.show)] = encode_item(item.show)
        yield (
            record.native_id,
            " ".join(record.keys),
            item.kind,
            dump(dict(item.ids)),
            item.title,
            item.year,
            show,
            item.season,
            item.number,
            encode_value(record.value),
            record.seen,
            record.library,
        )


def decode_records(feature: Feature, rows: Iterable[Decoded]) -> dict[str, Record]:
    """Return the records that `encode_records` wrote, by native id."""
    shows: dict[str, Item | None] = {"": None}
    return {row[0]: StoredRecord(feature, row, shows) for row in rows}


class StoredRecord(Record):
    """A record of a stored snapshot, which takes itself apart only when asked to."""

    __slots__ = ("_feature", "_row", "_shows")

    def __init__(
        self, feature: Feature, row: Decoded, shows: dict[str, Item | None]
    ) -> None:
        """Keep the row; `shows` is shared, so that episodes share their show."""
        self._feature = feature
        self._row = row
        self._shows = shows
        self._item = self._value = self._keys = None
        self.native_id = row[0]
        self.seen = bool(row[10])
        self.library = row[11]

    @property
    def keys_text(self) -> str:
        """Return the keys, parted by blanks."""
        text: str = self._row[1]
        return text

    @property
    def value_text(self) -> str:
        """Return the value as `encode_value` wrote it."""
        text: str = self._row[9]
        return text

    @override
    def _load_item(self) -> Item:
        """Return the item, decoded from its columns."""
        _, _, kind, ids, title, year, show, season, number, *_ = self._row
        if show not in self._shows:
            self._shows[show] = decode_item(show)
        return Item(
            MediaKind(kind), load(ids), title, year, self._shows[show], season, number
        )

    @override
    def _load_value(self) -> Value:
        """Return the value, decoded from its column."""
        return decode_value(self._feature, self._row[9])

    @override
    def _load_keys(self) -> tuple[str, ...]:
        """Return the keys as they were stored."""
        return tuple(self._row[1].split(" ")) if self._row[1] else ()


def keys_text(record: Record) -> str:
    """Return the keys of a record as text, parted by blanks."""
    if isinstance(record, StoredRecord):
        return record.keys_text
    return " ".join(record.keys)


def value_text(record: Record) -> str:
    """Return the value of a record as text."""
    if isinstance(record, StoredRecord):
        return record.value_text
    return encode_value(record.value)


def encode_operation(operation: Operation) -> str:
    """Return an operation as text, complete enough to be taken back later."""
    return dump(
        [
            operation.feature,
            operation.side,
            operation.action,
            _item_list(operation.item),
            operation.reason,
            operation.keys,
            operation.value and encode_value(operation.value),
            operation.before and encode_value(operation.before),
            operation.native_ids,
        ]
    )


def decode_operation(text: str) -> Operation:
    """Return the operation that `encode_operation` wrote."""
    feature, side, action, item, reason, keys, value, before, native_ids = load(text)
    feature = Feature(feature)
    return Operation(
        feature=feature,
        side=Side(side),
        action=Action(action),
        item=_item_from(item),
        reason=Reason(reason),
        keys=tuple(keys),
        value=decode_value(feature, value) if value else None,
        before=decode_value(feature, before) if before else None,
        native_ids=tuple(native_ids),
    )


def encode_block(block: Block) -> tuple[object, ...]:
    """Return the columns of a block, but for when it was made and its number."""
    return (
        block.scope,
        block.feature or "",
        block.kind or "",
        dump(dict(block.ids)),
        dump(dict(block.show_ids)),
        block.title,
        block.year,
        block.season,
        block.number,
    )


def decode_block(row: Decoded) -> Block:
    """Return the block in such columns, with when it was made and its number."""
    scope, feature, kind, ids, show_ids, title, year, season, number, at, name = row
    return Block(
        scope=scope,
        feature=Feature(feature) if feature else None,
        kind=MediaKind(kind) if kind else None,
        ids=load(ids),
        show_ids=load(show_ids),
        title=title,
        year=year,
        season=season,
        number=number,
        created=decode_moment(at),
        block_id=name,
    )


def encode_evidence(evidence: Evidence) -> str:
    """Return evidence as text; who says so is known elsewhere."""
    return dump([evidence.origin, _item_list(evidence.item)])


def decode_evidence(informant: str, text: str) -> Evidence:
    """Return the evidence that `encode_evidence` wrote, of this informant."""
    origin, item = load(text)
    return Evidence(item=_item_from(item), origin=Origin(origin), informant=informant)


def encode_report_items(items: tuple[ReportItem, ...]) -> str:
    """Return the items of a report as text."""
    return dump(
        [
            [
                each.feature,
                each.side,
                each.action,
                each.result,
                each.reason,
                _item_list(each.item),
            ]
            for each in items
        ]
    )


def decode_report_items(text: str) -> tuple[ReportItem, ...]:
    """Return the items that `encode_report_items` wrote."""
    return tuple(
        ReportItem(
            feature=Feature(feature),
            side=Side(side),
            action=Action(action) if action else None,
            result=Result(result),
            reason=Reason(reason) if reason else None,
            item=_item_from(item),
        )
        for feature, side, action, result, reason, item in load(text)
    )


def encode_report(report: Report) -> str:
    """Return a report as text."""
    return dump(
        {
            "pair": report.pair,
            "pair_id": report.pair_id,
            "run_id": report.run_id,
            "status": report.status,
            "dry_run": report.dry_run,
            "started": report.started.isoformat(),
            "finished": report.finished.isoformat(),
            "undo_of": report.undo_of,
            "features": {
                feature: _encode_feature(each)
                for feature, each in report.features.items()
            },
        }
    )


def decode_report(text: str) -> Report:
    """Return the report that `encode_report` wrote."""
    fields = load(text)
    return Report(
        pair=fields["pair"],
        pair_id=fields["pair_id"],
        run_id=fields["run_id"],
        status=RunStatus(fields["status"]),
        dry_run=fields["dry_run"],
        started=datetime.fromisoformat(fields["started"]),
        finished=datetime.fromisoformat(fields["finished"]),
        features={
            Feature(feature): _decode_feature(each)
            for feature, each in fields["features"].items()
        },
        undo_of=fields.get("undo_of", ""),
    )


def _encode_feature(report: FeatureReport) -> JsonDict:
    """Return what is stored of one feature's report."""
    failure = report.failure
    return {
        "counts": report.counts.as_dict(),
        "items": encode_report_items(report.items),
        "failure": failure and [failure.side, failure.reason, failure.message],
        "note": report.note,
    }


def _decode_feature(fields: Decoded) -> FeatureReport:
    """Return the report of one feature from what was stored."""
    failure = fields["failure"]
    return FeatureReport(
        counts=Counts(**fields["counts"]),
        items=decode_report_items(fields["items"]),
        failure=Failure(
            side=Side(failure[0]), reason=Reason(failure[1]), message=failure[2]
        )
        if failure
        else None,
        # Reports of the first release have none.
        note=fields.get("note", ""),
    )


def _item_list(item: Item) -> list[object]:
    """Return an item as a list, which is shorter than names at each field."""
    return [
        item.kind,
        dict(item.ids),
        item.title,
        item.year,
        item.show and _item_list(item.show),
        item.season,
        item.number,
    ]


def _item_from(fields: Decoded) -> Item:
    """Return the item in such a list."""
    kind, ids, title, year, show, season, number = fields
    return Item(
        MediaKind(kind),
        cast("dict[str, str]", ids),
        title,
        year,
        _item_from(show) if show else None,
        season,
        number,
    )
