"""The ratings: records made of rows, and changes brought in."""

from collections.abc import Iterable
from datetime import datetime

from ...engine.ids import item_keys
from ...engine.model import Feature, Record, Snapshot
from .journal import Changes
from .mapping import RatedRow


def snapshot_of(rows: Iterable[RatedRow], at: datetime) -> Snapshot:
    """Return the ratings that stand in these rows."""
    return Snapshot.of(Feature.RATINGS, _records(rows), at)


def merged(
    previous: Snapshot, changes: Changes, rows: Iterable[RatedRow]
) -> Snapshot | None:
    """Return the ratings with these changes, or None if they do not explain all.

    `rows` are the ratings that are listed as new. What came has to be among them; it
    takes the place of what we only know from our own writes.
    """
    records = [
        record
        for record in _records(rows)
        if changes.gone_keys.isdisjoint(item_keys(record.item))
    ]
    listed = {key for record in records for key in record.keys}
    if not all(not listed.isdisjoint(keys) for keys in changes.came):
        return None
    gone, wanted = changes.gone_keys, changes.gone_keys | listed
    removed = {
        name
        for name, record in previous.records.items()
        if not wanted.isdisjoint(record.keys)
        and not (record.seen and gone.isdisjoint(record.keys))
    }
    return previous.updated(records, removed)


def _records(rows: Iterable[RatedRow]) -> list[Record]:
    """Return the records of what is rated."""
    return [
        Record(row.item, row.value, row.native_id)
        for row in rows
        if row.value is not None
    ]
