"""Guesses at what belongs together, each of which has to be proved."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Final

from .ledger import LedgerRow
from .linking import Titles, agree
from .match import Match, keys_of
from .model import Record

_SAMPLE: Final = 500

type Guess = tuple[Match, set[str]]
type Pair = tuple[Record | None, Record | None, set[str]]


class Guesses:
    """Matches of at most one record a side and one row, each with its keys.

    Once all of them were iterated over, `rest` has the identities of the records and
    rows that no guess was made for, and `doubts` every key by which something may have
    to do with those.
    """

    def __init__(
        self,
        source: Mapping[str, Record],
        target: Mapping[str, Record],
        ledger: Sequence[LedgerRow],
    ) -> None:
        """Take all records by their native ids, and what the ledger knows."""
        self.rest: set[int] = set()
        self.doubts: set[str] = set()
        self._source = source
        self._target = target
        self._ledger = ledger
        self._row_of: dict[int, LedgerRow] = {}
        self._nameless: list[Record] = []

    def __iter__(self) -> Iterator[Guess]:
        """Yield each guess."""
        at_source: list[Record] = []
        at_target: list[Record] = []
        yield from self._by_ledger(at_source, at_target)
        at_source += self._unclaimed(
            self._source, [row.source_native for row in self._ledger]
        )
        at_target += self._unclaimed(
            self._target, [row.target_native for row in self._ledger]
        )
        row_of = self._row_of_pair if self._row_of else lambda *pair: ()
        if _keys_each(at_source) <= _keys_each(at_target):
            for target, source, keys in self._by_key(at_source, at_target):
                yield Match(source or (), target or (), row_of(source, target)), keys
        else:
            for source, target, keys in self._by_key(at_target, at_source):
                yield Match(source or (), target or (), row_of(source, target)), keys
        self._doubt_titles()

    def _by_ledger(
        self, at_source: list[Record], at_target: list[Record]
    ) -> Iterator[Guess]:
        """Yield what a row names on both sides.

        What it names on one side only still needs a partner, and comes to the lists.
        """
        source_named, target_named = self._source.get, self._target.get
        for row in self._ledger:
            source = source_named(row.source_native) if row.source_native else None
            target = target_named(row.target_native) if row.target_native else None
            if source is None or target is None:
                self._take_single(row, source, target, at_source, at_target)
                continue
            keys, others = keys_of(source), keys_of(target)
            if keys and others and agree(keys, row.keys) and agree(others, row.keys):
                yield Match(source, target, row), {*keys, *others}
            else:
                self._set_aside(row)

    def _take_single(
        self,
        row: LedgerRow,
        source: Record | None,
        target: Record | None,
        at_source: list[Record],
        at_target: list[Record],
    ) -> None:
        """Keep a record that is left of a row, or set the row aside."""
        record = source or target
        if (
            record is None
            or "\n" in row.source_native
            or "\n" in row.target_native
            or id(record) in self._row_of
            or not agree(keys_of(record), row.keys)
            # The other side may have it by a key that this record has lost.
            or not set(row.keys.split(" ")) <= set(keys_of(record))
        ):
            self._set_aside(row)
            return
        self._row_of[id(record)] = row
        (at_target if source is None else at_source).append(record)

    def _set_aside(self, row: LedgerRow) -> None:
        """Make no guess for a row and for all that it names."""
        self.rest.add(id(row))
        self.doubts.update(row.keys.split(" "))
        for records, natives in (
            (self._source, row.source_native),
            (self._target, row.target_native),
        ):
            for native in natives.split("\n") if natives else ():
                if record := records.get(native):
                    self._leave(record)

    def _leave(self, record: Record) -> None:
        """Make no guess for a record."""
        self.rest.add(id(record))
        if keys := keys_of(record):
            self.doubts.update(keys)
        else:
            self._nameless.append(record)
        if row := self._row_of.get(id(record)):
            self.rest.add(id(row))

    def _unclaimed(
        self, records: Mapping[str, Record], claims: Sequence[str]
    ) -> Iterable[Record]:
        """Return the records that no row names."""
        if not claims:
            return records.values()
        claimed = set(claims)
        claimed.update(*[claim.split("\n") for claim in claims if "\n" in claim])
        return [record for name, record in records.items() if name not in claimed]

    def _by_key(self, few: Iterable[Record], many: Iterable[Record]) -> Iterator[Pair]:
        """Pair the records of both sides; what has no partner comes without one.

        Few ids of an item are known to one side: it is filed under the first of them,
        which the other side most likely knows as well.
        """
        index: dict[str, Record] = {}
        for record in few:
            keys = keys_of(record)
            if not keys or index.setdefault(keys[0], record) is not record:
                self._leave(record)
        pull = index.pop
        for record in many:
            keys = keys_of(record)
            for key in keys:
                if partner := pull(key, None):
                    record.share_keys(partner)
                    # In this order, as of two equal keys a set holds the first.
                    yield record, partner, {*keys_of(partner), *keys}
                    break
            else:
                if keys:
                    yield record, None, set(keys)
                else:
                    self._leave(record)
        for record in index.values():
            yield None, record, set(keys_of(record))

    def _row_of_pair(self, *pair: Record | None) -> LedgerRow | tuple[()]:
        """Return the row of one of a pair; two rows make no guess."""
        rows = [row for each in pair if (row := self._row_of.get(id(each)))]
        if len(rows) > 1:
            for record in filter(None, pair):
                self._leave(record)
        return rows[0] if rows else ()

    def _doubt_titles(self) -> None:
        """Doubt what has the title of a record that nothing but its title is known of."""
        if not self._nameless:
            return
        titles = Titles(self._nameless)
        for record in chain(self._source.values(), self._target.values()):
            if titles.title_of(record):
                self.doubts.update(keys_of(record))


def _keys_each(records: Sequence[Record]) -> float:
    """Return by how many keys an item is known on average, from a sample."""
    sample = records[:: len(records) // _SAMPLE + 1]
    return sum(len(keys_of(record)) for record in sample) / max(len(sample), 1)
