"""What the entries of the library are, and where they are to be found today."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import batched, combinations
import time
from typing import Final, NamedTuple

from ...engine.ids import ids_conflict, item_keys
from ...engine.model import Item, MediaKind, Snapshot
from ...engine.plan import Operation
from ...engine.provider import ProviderUnavailableError
from .lists import (
    FACTS_FIELDS,
    FACTS_PAGE,
    details_call,
    details_of,
    facts_listing,
    read_lists,
)
from .probe import KINDS
from .rows import Facts, State, file_of, parse_facts
from .rpc import Code, RpcClient

type Address = tuple[MediaKind, int]

# How long the index serves those who look for something. A run builds it at most
# once; what was added to the library since is found by the next run.
INDEX_LIFETIME: Final = 300.0
# So many unknown entries are asked for one by one; for more the lists are read.
MOST_ASKED: Final = 40
_ROWS_AT_ONCE: Final = 500


class AmbiguousError(Exception):
    """Different entries of the library claim to be the one that is looked for."""


class Entry(NamedTuple):
    """An entry of the library as it was seen last."""

    address: Address
    key: str
    item: Item


class Library:
    """Remembers what the entries are, as their ids take long to list.

    What it remembers goes by number and file: an entry that has another number, or a
    number that has another file, is not known.
    """

    def __init__(
        self, rpc: RpcClient, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Start without having read anything."""
        self._rpc = rpc
        self._clock = clock
        self._read_at: float | None = None
        self._entries: dict[Address, Entry] = {}
        self._by_key: dict[str, Entry] = {}
        self._index: Mapping[str, Collection[str]] | None = None

    async def refresh(self, max_age: float = INDEX_LIFETIME) -> None:
        """Read the whole library, unless that was done just now."""
        if self._read_at is not None and self._clock() - self._read_at <= max_age:
            return
        rows, _ = await read_lists(
            self._rpc, [facts_listing(kind) for kind in KINDS], FACTS_PAGE
        )
        facts: list[Facts] = []
        for kind, some in zip(KINDS, rows, strict=True):
            for part in batched(some, _ROWS_AT_ONCE, strict=False):
                facts += [parse_facts(kind, row) for row in part]
                # What else runs gets its turn.
                await asyncio.sleep(0)
        self._entries.clear()
        self._by_key.clear()
        self._add(facts)
        self._read_at = self._clock()

    async def items(
        self, states: Sequence[State], previous: Snapshot | None
    ) -> Mapping[str, Item]:
        """Return what some entries are, by their keys.

        Without a previous snapshot all are read afresh. With one, what is new is
        looked up: of an entry that is not new, nobody has to ask again after a start.
        """
        if previous is None:
            await self.refresh()
        else:
            self._recall(states, previous)
        unknown = [state for state in states if self._known(state) is None]
        if len(unknown) > MOST_ASKED:
            await self.refresh(0)
        elif unknown:
            await self._ask(unknown)
        found = {state.key: self._known(state) for state in states}
        if not all(found.values()):
            raise ProviderUnavailableError(
                "The library of Kodi has changed while it was read"
            )
        return {key: entry.item for key, entry in found.items() if entry is not None}

    def address(self, key: str) -> Address | None:
        """Return where an entry is, as far as that is known."""
        entry = self._by_key.get(key)
        return None if entry is None else entry.address

    def parts(self, key: str) -> list[str]:
        """Return the episodes that are in the same file, as far as they are known."""
        file = file_of(key)
        return [key] if file == key else [k for k in self._by_key if file_of(k) == file]

    async def find(self, operation: Operation) -> list[str]:
        """Return the keys of all copies of an operation's item.

        Places in a series come first: ids of episodes are often missing, or of
        another one. Raises AmbiguousError where these are not copies of the same.
        """
        await self.refresh()
        if self._index is None:
            entries = list(self._by_key.values())
            self._index = await asyncio.to_thread(_index, entries)
        wanted = {*operation.keys, *item_keys(operation.item)}
        places = {key for key in wanted if "#" in key}
        found = self._look_up(places) or self._look_up(wanted - places)
        items = [self._by_key[key].item for key in found]
        for first, second in combinations(items, 2):
            if ids_conflict((first.show or first).ids, (second.show or second).ids):
                raise AmbiguousError
        return found

    def _look_up(self, keys: Iterable[str]) -> list[str]:
        """Return the entries that one of these keys leads to."""
        index = self._index or {}
        return sorted(set().union(*(index.get(key, ()) for key in keys)))

    def _known(self, state: State) -> Entry | None:
        """Return an entry, if it is the one that was seen under this number."""
        entry = self._entries.get((state.kind, state.id))
        return entry if entry is not None and entry.key == state.key else None

    def _recall(self, states: Iterable[State], previous: Snapshot) -> None:
        """Take over what was known before a start; a new number is not known."""
        if self._read_at is not None:
            return
        records = previous.records
        for state in states:
            if state.key in self._by_key:
                continue
            if (record := records.get(state.key)) is not None and record.seen:
                self._put(Entry((state.kind, state.id), state.key, record.item))

    async def _ask(self, states: Sequence[State]) -> None:
        """Look up some entries, and the series of those that are episodes."""
        facts = await self._facts((state.kind, state.id) for state in states)
        # Afresh: a number that was known may be that of another series today.
        shows = {each.show_id for each in facts if each.show_id}
        self._add(
            [*facts, *await self._facts((MediaKind.SHOW, show) for show in shows)]
        )

    async def _facts(self, addresses: Iterable[Address]) -> list[Facts]:
        """Return what some entries are; those that are gone are left out."""
        wanted = list(addresses)
        if not wanted:
            return []
        calls = [details_call(kind, n, FACTS_FIELDS[kind]) for kind, n in wanted]
        replies = await self._rpc.ask(calls)
        return [
            parse_facts(kind, details_of(kind, call, reply))
            for (kind, _), call, reply in zip(wanted, calls, replies, strict=True)
            if reply.code != Code.INVALID_PARAMS
        ]

    def _add(self, facts: Sequence[Facts]) -> None:
        """Remember some entries; one item stands for a series in all its episodes."""
        for each in sorted(facts, key=lambda each: each.kind is MediaKind.EPISODE):
            show = self._entries.get((MediaKind.SHOW, each.show_id))
            item = _item(each, None if show is None else show.item)
            self._put(Entry((each.kind, each.id), each.key, item))

    def _put(self, entry: Entry) -> None:
        """Remember an entry."""
        self._entries[entry.address] = entry
        self._by_key[entry.key] = entry
        self._index = None


def _item(facts: Facts, show: Item | None) -> Item:
    """Return the item of an entry."""
    if facts.kind is not MediaKind.EPISODE:
        return Item(facts.kind, facts.ids, facts.title, facts.year)
    return Item(
        facts.kind,
        facts.ids,
        facts.title,
        None,
        show or Item(MediaKind.SHOW),
        facts.season,
        facts.number,
    )


def _index(entries: Iterable[Entry]) -> Mapping[str, Collection[str]]:
    """Return the keys of entries by the keys that their items can be found by."""
    index: defaultdict[str, set[str]] = defaultdict(set)
    for entry in entries:
        for key in item_keys(entry.item):
            index[key].add(entry.key)
    return dict(index)
