"""The items of the tracker's file: found by any of their keys, and never twice."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
import sqlite3
from typing import Final

import orjson

from ...engine.ids import ids_conflict, item_keys, merge_ids, title_key
from ...engine.model import Item, MediaKind
from ...engine.plan import Operation
from ...engine.provider import ProtocolError

COLUMNS: Final = (
    "item.id, item.kind, item.ids, item.title, item.year, item.show, item.season,"
    " item.number"
)

# An item's single row in each of these; plays may be several.
_SINGLE: Final = ("listed", "rated", "progress")

# The digits of SQLite's largest row ids.
_LONGEST_ID: Final = 19

type ItemRow = tuple[int, str, str, str, int | None, str | None, int | None, int | None]


class AmbiguousError(Exception):
    """Several items of the file share ids with the one that is looked for."""


class ItemReader:
    """Turns rows into items; a series is one object for all of its episodes."""

    def __init__(self) -> None:
        """Start without any series."""
        self._shows: dict[str, Item] = {}

    def item(self, row: ItemRow) -> Item:
        """Return the item of a row."""
        _, kind, ids, title, year, show, season, number = row
        try:
            return Item(
                MediaKind(kind),
                orjson.loads(ids),
                title,
                year,
                None if show is None else self._show(show),
                season,
                number,
            )
        except KeyError, TypeError, ValueError:
            raise ProtocolError(
                f"Item {row[0]} of the tracker's file makes no sense"
            ) from None

    def _show(self, text: str) -> Item:
        """Return a series as it is kept with its episodes."""
        if (show := self._shows.get(text)) is None:
            kept = orjson.loads(text)
            show = Item(MediaKind.SHOW, kept["ids"], kept["title"], kept["year"])
            self._shows[text] = show
        return show


class Items:
    """Finds, adds and completes items within one transaction.

    `renamed` tells whether what is known of an item that was there before changed,
    which concerns all features that hold it.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        """Work on an open file."""
        self.renamed = False
        self._database = database
        self._reader = ItemReader()

    def find(self, operation: Operation) -> list[int]:
        """Return the items that an operation is about, by address, else by keys."""
        addresses = [
            int(name)
            for name in operation.native_ids
            if name.isdecimal() and len(name) < _LONGEST_ID
        ]
        if addresses and (there := [row[0] for row in self._rows(addresses)]):
            return there
        keys = {*operation.keys, *_keys(operation.item)}
        rows = self._database.execute(
            "SELECT DISTINCT item FROM item_key"
            " WHERE key IN (SELECT value FROM json_each(?)) ORDER BY item",
            (orjson.dumps(list(keys)).decode(),),
        )
        return [item for (item,) in rows]

    def keep(self, operation: Operation) -> int:
        """Return the item of an operation, added or completed by what it tells.

        Items that turn out to be the same become one. Raises AmbiguousError where
        their ids contradict each other.
        """
        found = self.find(operation)
        if not found:
            return self._add(operation.item)
        kept = [self._reader.item(row) for row in self._rows(found)]
        for first, second in combinations(kept, 2):
            if ids_conflict(first.ids, second.ids):
                raise AmbiguousError
        whole = kept[0]
        for other in (*kept[1:], operation.item):
            whole = _completed(whole, other)
        for other_id in found[1:]:
            self._join(found[0], other_id)
        if whole != kept[0]:
            self.renamed = True
            self._update(found[0], whole)
        return found[0]

    def drop_unused(self, item: int) -> None:
        """Remove an item that no feature holds any more."""
        self._database.execute(
            "DELETE FROM item WHERE id = ?1"
            " AND NOT EXISTS (SELECT 1 FROM listed WHERE item = ?1)"
            " AND NOT EXISTS (SELECT 1 FROM play WHERE item = ?1)"
            " AND NOT EXISTS (SELECT 1 FROM rated WHERE item = ?1)"
            " AND NOT EXISTS (SELECT 1 FROM progress WHERE item = ?1)",
            (item,),
        )

    def _rows(self, items: Sequence[int]) -> list[ItemRow]:
        """Return the rows of items, in the order of their ids."""
        return self._database.execute(
            f"SELECT {COLUMNS} FROM item"  # noqa: S608
            " WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",
            (orjson.dumps(items).decode(),),
        ).fetchall()

    def _add(self, item: Item) -> int:
        """Add an item."""
        added: int
        (added,) = self._database.execute(
            "INSERT INTO item (kind, ids, title, year, show, season, number)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id",
            _values(item),
        ).fetchone()
        self._add_keys(added, item)
        return added

    def _update(self, item_id: int, item: Item) -> None:
        """Change what is known of an item."""
        self._database.execute(
            "UPDATE item SET (kind, ids, title, year, show, season, number)"
            " = (?, ?, ?, ?, ?, ?, ?) WHERE id = ?",
            (*_values(item), item_id),
        )
        self._database.execute(
            "DELETE FROM item_key WHERE item = ? AND key GLOB 'title:*'", (item_id,)
        )
        self._add_keys(item_id, item)

    def _add_keys(self, item_id: int, item: Item) -> None:
        """Let an item be found by its keys; one that leads elsewhere stays."""
        self._database.executemany(
            "INSERT OR IGNORE INTO item_key (key, item) VALUES (?, ?)",
            [(key, item_id) for key in _keys(item)],
        )

    def _join(self, item: int, other: int) -> None:
        """Give all that belongs to the other item to the first, and remove it."""
        execute = self._database.execute
        for table in _SINGLE:
            # The newest of both stays; one without a date counts as the oldest.
            execute(
                f"DELETE FROM {table} WHERE item IN (?1, ?2) AND item NOT IN"  # noqa: S608
                f" (SELECT item FROM {table} WHERE item IN (?1, ?2)"
                " ORDER BY at DESC, item LIMIT 1)",
                (item, other),
            )
            execute(f"UPDATE {table} SET item = ? WHERE item = ?", (item, other))  # noqa: S608
        execute("UPDATE OR IGNORE play SET item = ? WHERE item = ?", (item, other))
        execute("DELETE FROM play WHERE item = ?", (other,))
        execute("UPDATE item_key SET item = ? WHERE item = ?", (item, other))
        execute("DELETE FROM item WHERE id = ?", (other,))
        self.renamed = True


def _keys(item: Item) -> tuple[str, ...]:
    """Return the keys of an item; by its title only where it has no id at all."""
    if keys := item_keys(item):
        return keys
    title = title_key(item)
    return () if title is None else (f"title:{title}",)


def can_be_found(operation: Operation) -> bool:
    """Tell whether the item of an operation has anything to be found by."""
    return bool(operation.keys or operation.native_ids or _keys(operation.item))


def _completed(item: Item, other: Item) -> Item:
    """Return an item with what another of the same knows beyond it."""
    show = item.show or other.show
    if item.show is not None and other.show is not None:
        show = _completed(item.show, other.show)
    return replace(
        item,
        ids=merge_ids(item.ids, other.ids),
        title=item.title or other.title,
        year=item.year if item.year is not None else other.year,
        show=show,
        season=item.season if item.season is not None else other.season,
        number=item.number if item.number is not None else other.number,
    )


def _values(item: Item) -> tuple[str | int | None, ...]:
    """Return the columns of an item."""
    return (
        item.kind.value,
        orjson.dumps(dict(item.ids)).decode(),
        item.title,
        item.year,
        None if item.show is None else _show_text(item.show),
        item.season,
        item.number,
    )


def _show_text(show: Item) -> str:
    """Return a series as it is kept with its episodes."""
    kept = {"ids": dict(show.ids), "title": show.title, "year": show.year}
    return orjson.dumps(kept).decode()
