"""Brings what is known of a feature up to date with the items that have changed."""

from collections.abc import Callable, Iterable

from ...engine.model import Record, Snapshot, Value
from ..mediabrowser.mapping import base_id
from ..mediabrowser.rows import Row

type RecordsOf = Callable[[Row], Iterable[Record]]


def patched(previous: Snapshot, rows: Iterable[Row], records_of: RecordsOf) -> Snapshot:
    """Return a snapshot in which these items are as their rows now say.

    It is the very same one if they are so already: there is nothing to store then.
    """
    now = {row.id: list(records_of(row)) for row in rows}
    before: dict[str, list[Record]] = {item: [] for item in now}
    for record in previous.records.values():
        if (held := before.get(base_id(record.native_id))) is not None:
            held.append(record)
    changed: list[Record] = []
    gone: list[str] = []
    for item, records in now.items():
        if _said(records) != _said(before[item]):
            changed += records
            gone += [record.native_id for record in before[item]]
    return previous.updated(changed, gone) if changed or gone else previous


def _said(records: Iterable[Record]) -> dict[str, tuple[bool, Value]]:
    """Return what records say, by their names."""
    return {record.native_id: (record.seen, record.value) for record in records}
