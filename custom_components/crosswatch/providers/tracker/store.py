"""All that the tracker holds: read and written, one call after the other."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path
import sqlite3
from typing import Final

from ...engine.model import VALUE_TYPES, Feature, Record, Snapshot
from ...engine.plan import Action, Operation, Outcome, OutcomeKind, Reason
from .database import is_at_hand, opened, transaction
from .items import COLUMNS, AmbiguousError, ItemReader, Items, can_be_found
from .values import (
    COLUMNS as VALUE_COLUMNS,
    TABLES,
    ChangedSinceError,
    put,
    remove,
    value_of,
    watched,
)

_ITEM_WIDTH: Final = 8


class Store:
    """The file of one tracker; every call opens it, so that nothing is left open."""

    def __init__(self, path: Path) -> None:
        """Take the place of the file, which has to be there."""
        self._path = path

    def check(self) -> None:
        """Make sure that the file is there and is ours."""
        if not is_at_hand(self._path):
            with opened(self._path):
                pass

    def markers(self, features: Collection[Feature]) -> Mapping[Feature, str]:
        """Return what changes with every change of a feature."""
        with opened(self._path) as database:
            rows = database.execute("SELECT feature, counter, token FROM change")
            markers = {
                Feature(name): f"{counter}-{token}" for name, counter, token in rows
            }
        return {name: marker for name, marker in markers.items() if name in features}

    def read(self, feature: Feature, now: datetime) -> Snapshot:
        """Return all records of a feature."""
        table, columns = TABLES[feature], VALUE_COLUMNS[feature]
        with opened(self._path) as database:
            rows = database.execute(
                f"SELECT {COLUMNS}, {columns} FROM {table}"  # noqa: S608
                f" JOIN item ON item.id = {table}.item ORDER BY item.id, at"
            )
            return Snapshot.of(feature, _records(feature, rows), now)

    def write(self, feature: Feature, operations: Sequence[Operation]) -> list[Outcome]:
        """Carry out all operations at once, and return their outcomes."""
        with opened(self._path) as database, transaction(database):
            items = Items(database)
            outcomes = [
                _carry_out(database, items, feature, operation)
                for operation in operations
            ]
            if items.renamed:
                _touch(database, Feature)
            elif any(outcome.kind is OutcomeKind.APPLIED for outcome in outcomes):
                _touch(database, [feature])
        return outcomes


def _records(feature: Feature, rows: sqlite3.Cursor) -> Iterator[Record]:
    """Return the records of rows that hold an item and what is said of it."""
    reader = ItemReader()
    if feature is Feature.HISTORY:
        for item_row, plays in groupby(rows, key=lambda row: row[:_ITEM_WIDTH]):
            value = watched([play[_ITEM_WIDTH:] for play in plays])
            yield Record(reader.item(item_row), value, str(item_row[0]))
        return
    for row in rows:
        item = reader.item(row[:_ITEM_WIDTH])
        yield Record(item, value_of(feature, row[_ITEM_WIDTH:]), str(row[0]))


def _carry_out(
    database: sqlite3.Connection, items: Items, feature: Feature, operation: Operation
) -> Outcome:
    """Carry out one operation."""
    if not can_be_found(operation):
        return Outcome(operation, OutcomeKind.UNRESOLVED, Reason.NO_IDS)
    if operation.action is Action.REMOVE:
        return _remove(database, items, feature, operation)
    if not isinstance(wanted := operation.value, VALUE_TYPES[feature]):
        return Outcome(operation, OutcomeKind.FAILED, Reason.REJECTED)
    try:
        item = items.keep(operation)
    except AmbiguousError:
        return Outcome(operation, OutcomeKind.UNRESOLVED, Reason.AMBIGUOUS)
    try:
        changed = put(database, item, wanted, operation.before)
    except ChangedSinceError:
        return Outcome(operation, OutcomeKind.FAILED, Reason.CHANGED_SINCE)
    return Outcome(operation, _kind(changed), native_id=str(item))


def _remove(
    database: sqlite3.Connection, items: Items, feature: Feature, operation: Operation
) -> Outcome:
    """Remove all that an operation is about; of the history, the plays it names."""
    before = operation.before
    told = isinstance(before, VALUE_TYPES[feature])
    if not told and (before is not None or feature is Feature.HISTORY):
        return Outcome(operation, OutcomeKind.FAILED, Reason.REJECTED)
    changed = False
    for item in items.find(operation):
        try:
            removed = remove(database, feature, item, before)
        except ChangedSinceError:
            return Outcome(operation, OutcomeKind.FAILED, Reason.CHANGED_SINCE)
        if removed:
            changed = True
            items.drop_unused(item)
    return Outcome(operation, _kind(changed))


def _kind(changed: bool) -> OutcomeKind:
    """Return what came of an operation that succeeded."""
    return OutcomeKind.APPLIED if changed else OutcomeKind.ALREADY_THERE


def _touch(database: sqlite3.Connection, features: Collection[Feature]) -> None:
    """Change the markers of features."""
    database.executemany(
        "UPDATE change SET counter = counter + 1, token = lower(hex(randomblob(8)))"
        " WHERE feature = ?",
        [(feature.value,) for feature in features],
    )
