"""Links between records and rows, one by one: the exact way to find what is the same.

Every record and ledger row is filed under each of its keys, and all that share a key
become one match (a union-find). Linear, but every step of it is taken in Python.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from .ids import ids_conflict, title_key
from .ledger import LedgerRow
from .match import Match, keys_of
from .model import Record, Side

# An item's own id makes a key of kind, namespace and value; a place in a show does not.
_PARTS_OF_OWN_KEY = 2


def link(
    source: Sequence[Record], target: Sequence[Record], rows: Sequence[LedgerRow]
) -> Iterator[tuple[Match, bool]]:
    """Yield what belongs together, and whether that is certain.

    Ambiguity is never guessed away.
    """
    board = _Board(source, target, rows)
    board.link_by_native_ids()
    board.link_by_keys()
    board.link_by_title()
    for match in board.matches():
        if _contradicts(match):
            yield from _take_apart(match)
        else:
            yield match, not board.is_unclear(match)


class _Board:
    """A union-find over records (source first, then target) and ledger rows."""

    def __init__(
        self,
        source: Sequence[Record],
        target: Sequence[Record],
        rows: Sequence[LedgerRow],
        doubtful: frozenset[str] = frozenset(),
    ) -> None:
        """Put each record and each row in a group of its own.

        Keys in doubt link nothing.
        """
        self.records = [*source, *target]
        self.targets_at = len(source)
        self.rows = rows
        self.keys = [keys_of(record) for record in self.records]
        if doubtful:
            self.keys = [
                [key for key in keys if key not in doubtful] for keys in self.keys
            ]
        self.parent = list(range(len(self.records) + len(rows)))
        self.unclear: set[int] = set()
        self.settled: set[int] = set()

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

    def link_by_native_ids(self) -> None:
        """Link a record to its ledger row though none of its ids may have stayed.

        A row whose ids contradict the record's is another item: a person may have
        told the server that its file is a different film.
        """
        if not self.rows:
            return
        names = [record.native_id for record in self.records]
        at_source = {name: at for at, name in enumerate(names[: self.targets_at])}
        at_target = {name: at for at, name in enumerate(names) if at >= self.targets_at}
        for member, row in enumerate(self.rows, len(self.records)):
            sides = 0
            for found, natives in (
                (at_source, row.source_native),
                (at_target, row.target_native),
            ):
                linked = False
                for native in natives.split("\n") if natives else ():
                    at = found.get(native)
                    if at is not None and agree(self.keys[at], row.keys):
                        self.union(at, member)
                        linked = True
                sides += linked
            if sides == len(Side):
                self.settled.add(member)

    def link_by_keys(self) -> None:
        """Join the members that share a key."""
        # A row that found its records knows no key that matters beyond them. One that
        # found a record of one side only may know by which key the other side has it.
        of_rows = (
            () if member in self.settled or not row.keys else row.keys.split(" ")
            for member, row in enumerate(self.rows, len(self.records))
        )
        owner: dict[str, int] = {}
        file = owner.setdefault
        parent = self.parent
        for member, keys in enumerate(chain(self.keys, of_rows)):
            for key in keys:
                first = file(key, member)
                # Most often they are joined already, by another key.
                if first != member and parent[member] != parent[first]:
                    self.union(first, member)

    def link_by_title(self) -> None:
        """Link by title and year where one of two records has no id at all.

        Only where the title is unique on both sides; elsewhere it stays unclear which
        item a record without ids is.
        """
        nameless = [self.records[at] for at, keys in enumerate(self.keys) if not keys]
        if not nameless:
            return
        wanted = Titles(nameless)
        sides: tuple[defaultdict[str, list[int]], defaultdict[str, list[int]]]
        sides = (defaultdict(list), defaultdict(list))
        for member, record in enumerate(self.records):
            if key := wanted.title_of(record):
                sides[member >= self.targets_at][key].append(member)
        for key in sides[0].keys() | sides[1].keys():
            self._link_title(sides[0].get(key, []), sides[1].get(key, []))

    def _link_title(self, members: Sequence[int], others: Sequence[int]) -> None:
        """Link the members of a title, or keep in mind that they are unclear."""
        if len(members) > 1 or len(others) > 1:
            self.unclear.update(
                id(self.records[each])
                for each in (*members, *others)
                if not self.keys[each]
            )
        elif members and others:
            one, other = members[0], others[0]
            if not (self.keys[one] and self.keys[other]) and not _is_remade(
                self.records[one], self.records[other]
            ):
                self.union(one, other)

    def is_unclear(self, match: Match) -> bool:
        """Tell whether a match is a record without ids that nothing tells apart."""
        if not self.unclear or match.rows:
            return False
        records = (*match.source, *match.target)
        return len(records) == 1 and id(records[0]) in self.unclear

    def matches(self) -> Iterator[Match]:
        """Yield what belongs together; the lowest member leads its group."""
        groups: dict[int, list[int]] = {}
        for member in range(len(self.parent)):
            groups.setdefault(self.find(member), []).append(member)
        for group in groups.values():
            yield self._parted(group)

    def _parted(self, group: list[int]) -> Match:
        """Return the members of a group as records of either side, and rows."""
        rows_at = len(self.records)
        middle = bisect_left(group, self.targets_at)
        end = bisect_left(group, rows_at, middle)
        return Match(
            tuple([self.records[each] for each in group[:middle]]),
            tuple([self.records[each] for each in group[middle:end]]),
            tuple([self.rows[each - rows_at] for each in group[end:]]),
        )


class Titles:
    """The titles of records without ids."""

    def __init__(self, nameless: Iterable[Record]) -> None:
        """Remember the titles, and by what others can be told from them quickly."""
        items = [record.item for record in nameless]
        self._titles = {title_key(item) for item in items} - {None}
        self._years = {item.year for item in items}
        self._places = {item.place for item in items}

    def title_of(self, record: Record) -> str | None:
        """Return the title of a record that may be one of them, else None."""
        item = record.item
        near = item.place in self._places if item.show else item.year in self._years
        if near and (key := title_key(item)) in self._titles:
            return key
        return None


def _is_remade(record: Record, other: Record) -> bool:
    """Tell whether two episodes belong to shows of one title, made years apart.

    Only then: many services do not tell the year of an episode's show.
    """
    show, another = record.item.show, other.item.show
    if show is None or another is None or not show.year or not another.year:
        return False
    return abs(show.year - another.year) > 1


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
    source, target = match.source, match.target
    doubtful = _claimed_twice(source) | _claimed_twice(target)
    board = _Board(source, target, match.rows, doubtful)
    board.link_by_keys()
    for part in board.matches():
        others = target if not part.target else () if part.source else source
        contested = doubtful & _all_keys((*part.source, *part.target))
        certain = not _contradicts(part) and not contested & _all_keys(others)
        if part.source or part.target:
            known = Match(part.source, part.target, part.rows, contested)
            # What no id is left of could be any of them.
            yield known, certain and bool(known.keys)


def _claimed_twice(records: Sequence[Record]) -> frozenset[str]:
    """Return the keys that more than one of the records has."""
    claims = Counter(key for record in records for key in set(record.keys))
    return frozenset(key for key, count in claims.items() if count > 1)


def _all_keys(records: Iterable[Record]) -> set[str]:
    """Return the keys that any of the records has."""
    return {key for record in records for key in record.keys}


def agree(keys: Sequence[str], row_keys: str) -> bool:
    """Tell whether a record may still be the item that a ledger row is about."""
    if not keys:
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
