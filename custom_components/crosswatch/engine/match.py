"""A match: all that is known of one item, by either side and by the ledger."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, final, override

from .codec import StoredRecord
from .ids import merge_ids
from .ledger import LedgerRow
from .model import Item, Record, Side

_NO_DOUBT: Final[frozenset[str]] = frozenset()


@final
class Match:
    """All that is known of one item. Not to be changed.

    A side holds several records where it has the item several times (two copies).
    `rows` holds several where the item turned out to be one that was kept as two.
    `doubtful` are keys that other items claim as well.

    There are very many of them, and Python's garbage collector looks at each container
    again and again: what is alone is kept without a tuple around it.
    """

    __slots__ = ("_rows", "_source", "_target", "doubtful")

    def __init__(
        self,
        source: Record | tuple[Record, ...] = (),
        target: Record | tuple[Record, ...] = (),
        rows: LedgerRow | tuple[LedgerRow, ...] = (),
        doubtful: frozenset[str] = _NO_DOUBT,
    ) -> None:
        """Put a match together of records and rows, or of what is alone."""
        self._source = source
        self._target = target
        self._rows = rows
        self.doubtful = doubtful

    @property
    def source(self) -> tuple[Record, ...]:
        """Return the records of the source."""
        held = self._source
        if not held:
            return ()
        return (held,) if isinstance(held, Record) else held

    @property
    def target(self) -> tuple[Record, ...]:
        """Return the records of the target."""
        held = self._target
        if not held:
            return ()
        return (held,) if isinstance(held, Record) else held

    @property
    def rows(self) -> tuple[LedgerRow, ...]:
        """Return the rows of the ledger."""
        held = self._rows
        if not held:
            return ()
        return (held,) if isinstance(held, LedgerRow) else held

    def side(self, side: Side) -> tuple[Record, ...]:
        """Return the records of this side."""
        return self.source if side is Side.SOURCE else self.target

    @property
    def row(self) -> LedgerRow:
        """Return what the ledger knows, an empty row where it knows nothing."""
        held = self._rows
        if isinstance(held, LedgerRow):
            return held
        return held[0] if held else LedgerRow()

    @property
    def item(self) -> Item:
        """Return the item with the ids of both sides, named as its source does."""
        item, *others = [record.item for record in (*self.source, *self.target)]
        for other in others:
            item = _merged(item, other)
        return _without(item, self.doubtful) if self.doubtful else item

    @property
    def keys(self) -> tuple[str, ...]:
        """Return every key that a side knows the item by."""
        records = (*self.source, *self.target)
        if len(records) == 1 and not self.doubtful:
            return records[0].keys
        keys = dict.fromkeys([key for record in records for key in record.keys])
        if not self.doubtful:
            return tuple(keys)
        return tuple([key for key in keys if key not in self.doubtful])

    def _replace(
        self,
        *,
        source: tuple[Record, ...] | None = None,
        target: tuple[Record, ...] | None = None,
        rows: tuple[LedgerRow, ...] | None = None,
        doubtful: frozenset[str] | None = None,
    ) -> Match:
        """Return this match with other parts."""
        return Match(
            self._source if source is None else source,
            self._target if target is None else target,
            self._rows if rows is None else rows,
            self.doubtful if doubtful is None else doubtful,
        )

    @override
    def __eq__(self, other: object) -> bool:
        """Compare what is known."""
        if not isinstance(other, Match):
            return NotImplemented
        return (self.source, self.target, self.rows, self.doubtful) == (
            other.source,
            other.target,
            other.rows,
            other.doubtful,
        )

    __hash__ = None  # type: ignore[assignment]

    @override
    def __repr__(self) -> str:
        """Return the match for people to read."""
        parts = (self.source, self.target, self.rows, self.doubtful)
        return f"Match({', '.join(map(repr, parts))})"


def keys_of(record: Record) -> Sequence[str]:
    """Return the keys of a record, without it remembering them.

    A stored record has them as one text; most never have to know them apart.
    """
    if isinstance(record, StoredRecord) and (text := record.keys_text):
        return text.split(" ")
    return record.keys


def _merged(item: Item, other: Item) -> Item:
    """Return an item with the ids of another, down to those of its show.

    And with its place in the show, where that is not known otherwise.
    """
    show = item.show
    if show is not None and other.show is not None and show is not other.show:
        show = _merged(show, other.show)
    ids = merge_ids(item.ids, other.ids)
    if item.place is None and other.place is not None:
        return replace(
            item, ids=ids, show=show, season=other.season, number=other.number
        )
    if show is item.show and ids == item.ids:
        return item
    return replace(item, ids=ids, show=show)


def _without(item: Item, doubtful: frozenset[str]) -> Item:
    """Return an item without the ids that are in doubt."""
    kept = {
        name: value
        for name, value in item.ids.items()
        if f"{item.kind.value}:{name}:{value}" not in doubtful
    }
    return replace(item, ids=kept)
