"""Finds the items of a server by universal ids."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import combinations
import time
from typing import Final

from ...engine.ids import ids_conflict, item_keys
from ...engine.model import Item, MediaKind
from ...engine.plan import Operation
from .library import IN_ORDER, Lists
from .mapping import item_from_row
from .rows import Row

# How long the index serves after its last use, and at most, in seconds. A run builds it
# once or seldom; what was added to the libraries since is found by the next run.
IDLE_LIFETIME: Final = 60.0
INDEX_LIFETIME: Final = 900.0

type Clock = Callable[[], float]


class AmbiguousError(Exception):
    """Different items of the server claim to be the one that is looked for."""


class LibraryIndex:
    """Finds items: films and shows in one list of each, their parts show by show."""

    def __init__(self, lists: Lists, clock: Clock = time.monotonic) -> None:
        """Start without having read anything."""
        self._lists = lists
        self._clock = clock
        self._built = self._used = -INDEX_LIFETIME
        self._lock = asyncio.Lock()
        self._scans: dict[MediaKind, Mapping[str, set[str]]] = {}
        self._items: dict[str, Item] = {}
        self._below: dict[tuple[str, MediaKind], list[Row]] = {}

    async def find(self, operation: Operation) -> set[str]:
        """Return the keys of all copies of an operation's item.

        Raises AmbiguousError where these are not copies of the same.
        """
        async with self._lock:
            self._forget_what_is_old()
            item = operation.item
            keys = {*operation.keys, *item_keys(item)}
            if item.kind in {MediaKind.MOVIE, MediaKind.SHOW}:
                return await self._look_up(keys, item.kind)
            return await self._find_part(item, keys)

    def _forget_what_is_old(self) -> None:
        """Start anew where the index was made, or used last, too long ago."""
        now = self._clock()
        if now - self._used >= IDLE_LIFETIME or now - self._built >= INDEX_LIFETIME:
            self._scans.clear()
            self._items.clear()
            self._below.clear()
            self._built = now
        self._used = now

    async def _find_part(self, item: Item, keys: set[str]) -> set[str]:
        """Return seasons or episodes by their show and their place in it, or by ids."""
        # Both sides' ids of the show are in the keys by place, without its kind.
        shows = {
            f"{MediaKind.SHOW}:{key.rpartition('#')[0]}" for key in keys if "#" in key
        }
        if item.show is not None:
            shows.update(item_keys(item.show))
        if not shows:
            return await self._look_up(keys, item.kind)
        rows = [
            row
            for show in sorted(await self._look_up(shows, MediaKind.SHOW))
            for row in await self._parts(show, item.kind)
        ]
        # Numbers come first: ids of episodes are often missing, or of another one.
        return {row.key for row in rows if _is_at(row, item)} or {
            row.key for row in rows if not keys.isdisjoint(item_keys(_alone(row)))
        }

    async def _look_up(self, keys: Collection[str], kind: MediaKind) -> set[str]:
        """Return the items that one of the keys leads to; they must not contradict."""
        index = await self._scan(kind)
        found: set[str] = set().union(*(index.get(key, ()) for key in keys))
        for first, second in combinations(sorted(found), 2):
            if ids_conflict(self._items[first].ids, self._items[second].ids):
                raise AmbiguousError
        return found

    async def _scan(self, kind: MediaKind) -> Mapping[str, set[str]]:
        """Return the index over all items of a kind."""
        if (index := self._scans.get(kind)) is not None:
            return index
        rows = await self._lists.read(kind, {"sort": IN_ORDER})
        index = await asyncio.to_thread(self._index, rows)
        self._scans[kind] = index
        return index

    def _index(self, rows: Iterable[Row]) -> Mapping[str, set[str]]:
        """Return the server's keys by the keys of items."""
        index: defaultdict[str, set[str]] = defaultdict(set)
        for row in rows:
            item = self._items[row.key] = _alone(row)
            for key in item_keys(item):
                index[key].add(row.key)
        return dict(index)

    async def _parts(self, show: str, kind: MediaKind) -> list[Row]:
        """Return the seasons or episodes of a show."""
        if (rows := self._below.get((show, kind))) is None:
            what = "children" if kind is MediaKind.SEASON else "allLeaves"
            listed = await self._lists.below(show, what)
            # One of the children of a show may stand for all of its episodes.
            rows = [row for row in listed if row.kind is kind]
            self._below[show, kind] = rows
        return rows


def _alone(row: Row) -> Item:
    """Return a row's item as its own ids alone tell it."""
    return item_from_row(row._replace(show_title="", show_ids={}), {})


def _is_at(row: Row, item: Item) -> bool:
    """Tell whether a row is at an item's place in the show."""
    if row.season is None or row.season != item.season:
        return False
    return item.kind is MediaKind.SEASON or (
        row.number is not None and row.number == item.number
    )
