"""What is in a server's library: the series of rows, and items by their ids."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from functools import partial
from itertools import batched, combinations
import time
from typing import Final, NamedTuple, Protocol

from ...engine.ids import ids_conflict, item_keys
from ...engine.model import Item, MediaKind
from ...engine.plan import Operation
from ...engine.provider import ProtocolError
from ..answer import JsonObject
from .mapping import Shows, item_from_row, show_from_row
from .paging import PAGE_SIZE, FetchPage, gather, read_all
from .rows import EPISODE, MOVIE, SEASON, SERIES, Page, Row, parse_list, parse_row

type Query = Mapping[str, str | int]
type Ask = Callable[[Query], Awaitable[JsonObject]]
type Clock = Callable[[], float]

# As many ids as fit into an address.
IDS_AT_ONCE: Final = 100
EPISODES_PAGE: Final = 500
# As many rows as take a few milliseconds.
ROWS_AT_ONCE: Final = 200
# How long the index serves. A run builds it at most once; what was added to the
# library since is found by the next run.
INDEX_LIFETIME: Final = 60.0

WITH_IDS: Final[Query] = {
    "fields": "ProviderIds",
    "enableImages": "false",
    "imageTypeLimit": 0,
}
# Hardly two items came in at the same moment, so that those of equal names do not
# change places between pages, and a new one comes last.
IN_ORDER: Final[Query] = {"sortBy": "DateCreated,SortName", "sortOrder": "Ascending"}
_OTHER_WAY: Final = {"Ascending": "Descending", "Descending": "Ascending"}


class AmbiguousError(Exception):
    """Different items of the library claim to be the one that is looked for."""


class LibraryClient(Protocol):
    """The lists of a server, as the user may see them."""

    async def items(self, query: Query) -> JsonObject:
        """Return a page of items."""

    async def episodes(self, series_id: str, query: Query) -> JsonObject:
        """Return a page of the episodes of a series."""

    async def seasons(self, series_id: str, query: Query) -> JsonObject:
        """Return the seasons of a series."""


async def fetch_page(answer: Awaitable[JsonObject]) -> Page:
    """Return an answer as a page, once it is there."""
    return await parse_page(await answer)


async def parse_page(answer: JsonObject) -> Page:
    """Return an answer as a page.

    Other things get their turn in between. Threads would not help: several pages
    come at once, and their threads would take turns with the event loop.
    """
    items, total = parse_list(answer)
    rows: list[Row] = []
    for some in batched(items, ROWS_AT_ONCE, strict=False):
        rows.extend(map(parse_row, some))
        await asyncio.sleep(0)
    return Page(rows, total)


class Listing(NamedTuple):
    """A list of the server in some order."""

    ask: Ask
    query: Query

    async def page(self, start: int, limit: int) -> Page:
        """Return a part of the list."""
        query = {**self.query, "startIndex": start, "limit": limit}
        return await fetch_page(self.ask(query))

    async def read(self, size: int | None = None) -> Page:
        """Return the whole list, in pages of the usual size unless another is given."""
        return await read_all(self.page, size or PAGE_SIZE, backwards=self._backwards())

    def _backwards(self) -> FetchPage | None:
        """Return how to fetch the same list from its other end, if it has an order."""
        if (order := self.query.get("sortOrder")) is None:
            return None
        query = {**self.query, "sortOrder": _OTHER_WAY[str(order)]}
        return Listing(self.ask, query).page


async def rows_by_id(
    client: LibraryClient, ids: Iterable[str], *, user_data: bool
) -> dict[str, Row]:
    """Return the rows of these items that the user can see, by id."""
    query: Query = {**WITH_IDS, "enableUserData": str(user_data).lower()}

    async def fetch(some: Collection[str]) -> dict[str, Row]:
        """Return the rows that the server has of one part."""
        listing = Listing(client.items, {**query, "ids": ",".join(some)})
        page = await listing.page(0, len(some))
        rows = {row.id: row for row in page.rows if row.id in some}
        if not len(rows) == len(page.rows) <= page.total <= len(some):
            raise ProtocolError(
                f"The server listed {len(page.rows)} of {page.total} items for"
                f" {len(some)} that were asked for"
            )
        if len(rows) < page.total and len(some) > 1:
            # Counted but not shown: from a list that was cut each comes when it is
            # asked for alone, and one that the user may not see does not.
            rows |= await fetch_all((one,) for one in some if one not in rows)
        return rows

    async def fetch_all(parts: Iterable[Collection[str]]) -> dict[str, Row]:
        """Return the rows of several parts."""
        found = await gather(fetch(some) for some in parts)
        return {key: row for rows in found for key, row in rows.items()}

    wanted = dict.fromkeys(ids)
    return await fetch_all(batched(wanted, IDS_AT_ONCE, strict=False))


class SeriesCache:
    """The series that episodes belong to; their rows say no more than its id."""

    def __init__(self, client: LibraryClient) -> None:
        """Start without any."""
        self._client = client
        self._shows: dict[str, Item] = {}

    async def all_of(self, rows: Iterable[Row]) -> Shows:
        """Return the series of these rows, read afresh."""
        return await self._read(rows, {})

    async def of(self, rows: Iterable[Row], known: Shows) -> Shows:
        """Return the series of these rows; only unknown ones are read."""
        return await self._read(rows, {**known, **self._shows})

    async def _read(self, rows: Iterable[Row], known: Shows) -> Shows:
        """Return the series of these rows.

        A series that the server does not show is known by its name alone.
        """
        names = {row.series_id: row.series_name for row in rows if row.series_id}
        missing = [series for series in names if series not in known]
        found = await rows_by_id(self._client, missing, user_data=False)
        fresh = {
            series: show_from_row(found[series])
            if series in found
            else Item(MediaKind.SHOW, {}, names[series])
            for series in missing
        }
        # New maps: another read may be using the ones that were returned before.
        self._shows = {**self._shows, **fresh}
        return {**known, **fresh}


class LibraryIndex:
    """Finds the items of a library by universal ids.

    Films and series come from one scan. The episodes and seasons of a series are
    listed when the first of them is looked for; those known by no series at all
    from one more scan.
    """

    def __init__(self, client: LibraryClient, clock: Clock = time.monotonic) -> None:
        """Start without having read anything."""
        self._client = client
        self._clock = clock
        self._expires = 0.0
        self._lock = asyncio.Lock()
        self._scans: dict[str, dict[str, set[str]]] = {}
        self._items: dict[str, Item] = {}
        self._children: dict[tuple[str, str], list[Row]] = {}

    async def find(self, operation: Operation) -> set[str]:
        """Return the item ids of all copies of an operation's item.

        Raises AmbiguousError where these are not copies of the same.
        """
        async with self._lock:
            if self._clock() >= self._expires:
                self._forget()
            if operation.item.show is None:
                return await self._find_whole(operation)
            return await self._find_part(operation)

    def _forget(self) -> None:
        """Start anew."""
        self._scans.clear()
        self._items.clear()
        self._children.clear()
        self._expires = self._clock() + INDEX_LIFETIME

    async def _find_whole(self, operation: Operation) -> set[str]:
        """Return films, series, or episodes that are known by their own ids."""
        item = operation.item
        types = {MediaKind.EPISODE: EPISODE, MediaKind.SEASON: SEASON}
        keys = {*operation.keys, *item_keys(item)}
        return await self._look_up(keys, types.get(item.kind, f"{MOVIE},{SERIES}"))

    async def _find_part(self, operation: Operation) -> set[str]:
        """Return seasons or episodes by their series and their place in it."""
        item = operation.item
        # Both sides' ids of the series are in the keys by place, without its kind.
        keys = {*operation.keys, *item_keys(item)}
        places = {key.rpartition("#")[0] for key in keys if "#" in key}
        if not places:
            return await self._find_whole(operation)
        series = await self._look_up(
            {f"{MediaKind.SHOW}:{place}" for place in places}, f"{MOVIE},{SERIES}"
        )
        kind = SEASON if item.kind is MediaKind.SEASON else EPISODE
        rows = [
            row
            for series_id in sorted(series)
            for row in await self._rows_of(series_id, kind)
        ]
        # Numbers come first: ids of episodes are often missing, or of another one.
        return {row.id for row in rows if _is_at(row, item)} or {
            row.id for row in rows if not keys.isdisjoint(item_keys(_alone(row)))
        }

    async def _look_up(self, keys: Collection[str], types: str) -> set[str]:
        """Return the items that one of the keys leads to; they must not contradict."""
        index = await self._scan(types)
        found: set[str] = set().union(*(index.get(key, ()) for key in keys))
        for first, second in combinations(sorted(found), 2):
            if ids_conflict(self._items[first].ids, self._items[second].ids):
                raise AmbiguousError
        return found

    async def _scan(self, types: str) -> Mapping[str, set[str]]:
        """Return the index over all items of these types."""
        if (index := self._scans.get(types)) is not None:
            return index
        query: Query = {
            **WITH_IDS,
            **IN_ORDER,
            "recursive": "true",
            "includeItemTypes": types,
            "collapseBoxSetItems": "false",
            "enableUserData": "false",
        }
        listed = await Listing(self._client.items, query).read()
        index = await asyncio.to_thread(self._index, listed.rows)
        self._scans[types] = index
        return index

    def _index(self, rows: Iterable[Row]) -> dict[str, set[str]]:
        """Return item ids by key."""
        index: defaultdict[str, set[str]] = defaultdict(set)
        for row in rows:
            if row.virtual or row.type not in {MOVIE, SERIES, SEASON, EPISODE}:
                continue
            item = self._items[row.id] = item_from_row(row, {})
            for key in item_keys(item):
                index[key].add(row.id)
        return dict(index)

    async def _rows_of(self, series_id: str, kind: str) -> list[Row]:
        """Return the seasons or episodes of a series that have a file."""
        if (rows := self._children.get((series_id, kind))) is None:
            query: Query = {**WITH_IDS, "enableUserData": "false"}
            if kind == SEASON:
                rows = (await fetch_page(self._client.seasons(series_id, query))).rows
            else:
                ask = partial(self._client.episodes, series_id)
                # This list comes in an order of its own.
                listing = Listing(ask, {**query, "isMissing": "false"})
                listed = await listing.read(EPISODES_PAGE)
                rows = [row for row in listed.rows if not row.virtual]
            self._children[series_id, kind] = rows
        return rows


def _alone(row: Row) -> Item:
    """Return a row's item as its own ids alone tell it."""
    return item_from_row(row._replace(series_name=""), {})


def _is_at(row: Row, item: Item) -> bool:
    """Tell whether a row is at an item's place in the series."""
    if row.season != item.season or row.season is None:
        return False
    if item.kind is MediaKind.SEASON:
        return True
    if row.number is None or item.number is None:
        return False
    return row.number <= item.number <= (row.last_number or row.number)
