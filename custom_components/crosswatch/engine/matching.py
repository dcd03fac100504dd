"""The join of two sides and the ledger: which records speak of the same item.

Linear in the number of records: every record and ledger row is filed under each of
its keys once, and all that share a key become one match (a union-find).
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, Final, NamedTuple

from .ids import ids_conflict, merge_ids, title_key
from .ledger import LedgerRow
from .model import Item, Record, Side, Snapshot

# An item's own id makes a key of kind, namespace and value; a place in a show does not.
_PARTS_OF_OWN_KEY: Final = 2


_NO_DOUBT: Final[frozenset[str]] = frozenset()


class Match(NamedTuple):
    """All that is known of one item: by either side, and by the ledger.

    A side holds several records where it has the item several times (two copies).
    `rows` holds several where the item turned out to be one that was kept as two.
    A tuple, as there are very many of them.
    """

    source: tuple[Record, ...] = ()
    target: tuple[Record, ...] = ()
    rows: tuple[LedgerRow, ...] = ()
    doubtful: frozenset[str] = frozenset()

    def side(self, side: Side) -> tuple[Record, ...]:
        """Return the records of this side."""
        return self.source if side is Side.SOURCE else self.target

    @property
    def row(self) -> LedgerRow:
        """Return what the ledger knows, an empty row where it knows nothing."""
        return self.rows[0] if self.rows else LedgerRow()

    @property
    def item(self) -> Item:
        """Return the item with the ids of both sides, named as its source does."""
        records = (*self.source, *self.target)
        item = records[0].item
        for record in records[1:]:
            item = _merged(item, record.item)
        return _without(item, self.doubtful) if self.doubtful else item

    @property
    def keys(self) -> tuple[str, ...]:
        """Return every key that a side knows the item by."""
        if len(self.source) + len(self.target) == 1 and not self.doubtful:
            return (self.source or self.target)[0].keys
        keys = dict.fromkeys(
            [key for record in (*self.source, *self.target) for key in record.keys]
        )
        if not self.doubtful:
            return tuple(keys)
        return tuple([key for key in keys if key not in self.doubtful])


@dataclass(frozen=True, slots=True)
class Join:
    """Every record of both sides, in exactly one of these."""

    matches: Sequence[Match]
    ambiguous: Sequence[Match]


def join(source: Snapshot, target: Snapshot, ledger: Sequence[LedgerRow]) -> Join:
    """Find the records that speak of the same item; ambiguity is never guessed away."""
    records = [*source.records.values(), *target.records.values()]
    keys = [record.keys for record in records]
    board = _Board(records, len(source.records), keys, ledger)
    board.link_by_native_ids(source, target)
    board.link_by_keys()
    board.link_by_title()
    matches: list[Match] = []
    ambiguous: list[Match] = []
    for match in board.matches():
        if _is_plain(match) or not _contradicts(match):
            (ambiguous if board.is_unclear(match) else matches).append(match)
        else:
            for part, certain in _take_apart(match):
                (matches if certain else ambiguous).append(part)
    return Join(matches, ambiguous)


class _Board:
    """A union-find over records (source first, then target) and ledger rows."""

    def __init__(
        self,
        records: list[Record],
        targets_at: int,
        keys: Sequence[tuple[str, ...]],
        ledger: Sequence[LedgerRow],
    ) -> None:
        """Put each record and each row of the ledger in a group of its own."""
        self.records = records
        self.targets_at = targets_at
        self.keys = keys
        self.ledger = ledger
        self.parent = list(range(len(records) + len(ledger)))
        self.unclear: set[int] = set()

    def find(self, member: int) -> int:
        """Return the first member of a group, and shorten the way to it."""
        parent = self.parent
        while (above := parent[member]) != member:
            parent[member] = member = parent[above]
        return member

    def union(self, first: int, second: int) -> None:
        """Join two groups; the lower first member stands for both."""
        low, high = self.find(first), self.find(second)
        if low > high:
            low, high = high, low
        self.parent[high] = low

    def link_by_native_ids(self, source: Snapshot, target: Snapshot) -> None:
        """Link a record to its ledger row though none of its ids may have stayed.

        A row whose ids contradict the record's is another item: a person may have
        told the server that its file is a different film.
        """
        sources = dict(zip(source.records, count()))
        targets = dict(zip(target.records, count(self.targets_at)))
        for member, row in enumerate(self.ledger, len(self.records)):
            for names, natives in (
                (sources, row.source_native),
                (targets, row.target_native),
            ):
                if not natives:
                    continue
                for native in natives.split("\n") if "\n" in natives else (natives,):
                    found = names.get(native)
                    if found is not None and _agree(self.keys[found], row.keys):
                        self.union(found, member)

    def link_by_keys(self) -> None:
        """Join the members that share a key."""
        owner: dict[str, int] = {}
        file = owner.setdefault
        parent = self.parent
        for member, keys in enumerate(self.keys):
            for key in keys:
                first = file(key, member)
                # Most often they are joined already, by another key.
                if first != member and parent[member] != parent[first]:
                    self.union(first, member)
        for member, row in enumerate(self.ledger, len(self.records)):
            # A row that found its record knows no key that matters beyond it.
            if parent[member] != member or not row.keys:
                continue
            for key in row.keys.split(" "):
                first = file(key, member)
                if first != member and parent[member] != parent[first]:
                    self.union(first, member)

    def is_unclear(self, match: Match) -> bool:
        """Tell whether a match is a record without ids that nothing tells apart."""
        if not self.unclear or len(match.source) + len(match.target) != 1:
            return False
        return not match.rows and id((match.source or match.target)[0]) in self.unclear

    def link_by_title(self) -> None:
        """Link by title and year where one of two records has no id at all.

        Only where the title is unique on both sides; elsewhere it stays unclear which
        item a record without ids is.
        """
        nameless = [member for member, keys in enumerate(self.keys) if not keys]
        if not nameless:
            return
        wanted = {title_key(self.records[member].item) for member in nameless} - {None}
        years = {self.records[member].item.year for member in nameless}
        places = {self.records[member].item.place for member in nameless}
        sides: tuple[defaultdict[str, list[int]], defaultdict[str, list[int]]]
        sides = (defaultdict(list), defaultdict(list))
        for member, record in enumerate(self.records):
            item = record.item
            near = item.place in places if item.show else item.year in years
            if near and (key := title_key(item)) in wanted:
                sides[member >= self.targets_at][key or ""].append(member)
        for key in sides[0].keys() | sides[1].keys():
            members, others = sides[0].get(key, []), sides[1].get(key, [])
            if len(members) > 1 or len(others) > 1:
                self.unclear.update(
                    id(self.records[each])
                    for each in (*members, *others)
                    if not self.keys[each]
                )
            elif (
                members
                and others
                and not (self.keys[members[0]] and self.keys[others[0]])
            ):
                self.union(members[0], others[0])

    def matches(self) -> Iterator[Match]:
        """Yield what belongs together; the lowest member leads its group."""
        parent = self.parent
        followers: defaultdict[int, list[int]] = defaultdict(list)
        for member, above in enumerate(parent):
            if above != member:
                root = above if parent[above] == above else self.find(member)
                followers[root].append(member)
        everything = (*self.records, *self.ledger)
        targets_at, rows_at = self.targets_at, len(self.records)
        for member, above in enumerate(parent):
            if above != member:
                continue
            group = followers.get(member, ())
            first = (everything[member],)
            if not group and member < rows_at:
                # Most of a first run: known to one side only.
                sides = (first, ()) if member < targets_at else ((), first)
                known = (*sides, ())
            elif len(group) == 2 and self._is_triple(member, *group):
                # Most of any other run: known to both sides, and to the ledger.
                known = (first, (everything[group[0]],), (everything[group[1]],))
            else:
                known = self._parted([member, *group])
            yield tuple.__new__(Match, (*known, _NO_DOUBT))

    def _is_triple(self, first: int, second: int, third: int) -> bool:
        """Tell whether these are a source's record, a target's and a row."""
        rows_at = len(self.records)
        return first < self.targets_at <= second < rows_at <= third

    def _parted(self, group: list[int]) -> tuple[tuple[Any, ...], ...]:
        """Return the members of a group as records of either side, and rows."""
        middle = bisect_left(group, self.targets_at)
        end = bisect_left(group, len(self.records), middle)
        rows_at = len(self.records)
        return (
            tuple([self.records[each] for each in group[:middle]]),
            tuple([self.records[each] for each in group[middle:end]]),
            tuple([self.ledger[each - rows_at] for each in group[end:]]),
        )


def _is_plain(match: Match) -> bool:
    """Tell whether at most one record of either side is in a match."""
    return len(match.source) <= 1 and len(match.target) <= 1


def _contradicts(match: Match) -> bool:
    """Tell whether a chain of shared ids joined what one side tells apart."""
    return _holds_several(match.source) or _holds_several(match.target)


def _holds_several(records: Sequence[Record]) -> bool:
    """Tell whether these records of one side cannot all be the same item."""
    if len(records) <= 1:
        return False
    ids: dict[str, str] = {}
    for record in records:
        if ids_conflict(ids, record.item.ids):
            return True
        ids.update(record.item.ids)
    return len({record.item.place for record in records} - {None}) > 1


def _take_apart(match: Match) -> Iterator[tuple[Match, bool]]:
    """Join a contradicting match anew without the ids that cause it.

    An id that two different items of one side both claim says nothing of either. What
    then has no partner, though the other side knows such an id, stays ambiguous.
    """
    doubtful = _claimed_twice(match.source) | _claimed_twice(match.target)
    records = [*match.source, *match.target]
    keys = [
        tuple([key for key in record.keys if key not in doubtful]) for record in records
    ]
    board = _Board(records, len(match.source), keys, match.rows)
    board.link_by_keys()
    for part in board.matches():
        others = (
            match.target if not part.target else () if part.source else match.source
        )
        contested = doubtful & _all_keys((*part.source, *part.target))
        certain = not _contradicts(part) and not contested & _all_keys(others)
        if part.source or part.target:
            part = part._replace(doubtful=contested)
            # What no id is left of could be any of them.
            yield part, certain and bool(part.keys)


def _claimed_twice(records: Sequence[Record]) -> frozenset[str]:
    """Return the keys that more than one of the records has."""
    claims = Counter(key for record in records for key in set(record.keys))
    return frozenset(key for key, count in claims.items() if count > 1)


def _all_keys(records: Iterable[Record]) -> set[str]:
    """Return the keys that any of the records has."""
    return {key for record in records for key in record.keys}


def _agree(keys: Sequence[str], row_keys: str) -> bool:
    """Tell whether a record may still be the item that a ledger row is about."""
    if not keys or row_keys.startswith(keys[0] + " ") or row_keys == keys[0]:
        return True
    known = row_keys.split(" ")
    return not set(known).isdisjoint(keys) or not ids_conflict(
        _claims(keys), _claims(known)
    )


def _claims(keys: Iterable[str]) -> dict[str, str]:
    """Return what keys say of an item, by what they speak of.

    Its own ids by their namespaces; and its place, by the show's id.
    """
    claims: dict[str, str] = {}
    for key in keys:
        if key.count(":") == _PARTS_OF_OWN_KEY:
            _, name, value = key.split(":")
        else:
            name, _, value = key.partition("#")
        claims[name] = value
    return claims


def _merged(item: Item, other: Item) -> Item:
    """Return an item with the ids of another, down to those of its show."""
    show = item.show
    if show is not None and other.show is not None and show is not other.show:
        show = _merged(show, other.show)
    ids = merge_ids(item.ids, other.ids)
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
