"""The records of one user of a server of this family, read and written."""

from collections.abc import (
    AsyncIterator,
    Callable,
    Collection,
    Iterable,
    Mapping,
    Sequence,
)
from datetime import UTC, datetime
from typing import ClassVar, override

from ...engine.model import Feature, Library, Record, Snapshot
from ...engine.plan import Operation, Outcome
from ..late import Records
from .begun import Begun
from .capabilities import CAPABILITIES, FULL_READ_EVERY
from .doubts import Doubts
from .history import History
from .kept import Kept
from .library import LibraryIndex, Listing, Query, SeriesCache, rows_by_id
from .listening import Ears
from .mapping import base_id, names_of, rating_from_row
from .paging import PAGE_SIZE, gather
from .places import Places
from .queries import HISTORY_QUERY, RATINGS_PAGES, RATINGS_QUERY, digest
from .rows import Page, Row
from .server import Server
from .watchlist import Watchlist
from .writer import write


class MediaBrowserRecords(Records):
    """The records of one user; the servers that can tell more have a subclass."""

    rating_step: ClassVar[float] = CAPABILITIES[Feature.RATINGS].rating_step

    def __init__(
        self,
        client: Server,
        watchlist: Watchlist,
        ears: Ears,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Start without having asked anything."""
        self._client = client
        self._watchlist = watchlist
        self._ears = ears
        self._now = now
        self._series = SeriesCache(client)
        plays = Listing(client.items, HISTORY_QUERY)
        self._history = History(plays, self._series)
        self._index = LibraryIndex(client)
        self._places = Places(client)
        self._doubts = Doubts(client, self._series)
        self._head: Kept[Page] = Kept()
        self._begun = Begun(client, self._series)

    @override
    async def activity(self, features: Collection[Feature]) -> Mapping[Feature, str]:
        """Return the markers; one request each, which the next read makes use of.

        While the server would have told of a change, it is asked only who this is.
        """
        probes = {
            Feature.HISTORY: self._history_marker,
            Feature.WATCHLIST: self._watchlist.marker,
            Feature.PROGRESS: self._begun.marker,
        }
        heard = await self._ears.markers()
        moment = self._ears.moment
        asked = [
            feature
            for feature in probes
            if feature in features and feature not in heard
        ]
        if heard.keys() & set(features) and not asked:
            # Silence must not hide a server that fails, or a login that has ended.
            await self._client.me()
        found = await gather(probes[feature]() for feature in asked)
        markers = dict(zip(asked, found, strict=True))
        self._ears.remember(moment, self._tellable(markers))
        markers |= {each: heard[each] for each in heard if each in features}
        return {each: text for each, text in markers.items() if text}

    def _tellable(self, markers: Mapping[Feature, str]) -> Mapping[Feature, str]:
        """Return the markers of features whose changes the server tells of."""
        told = {
            Feature.HISTORY: True,
            Feature.WATCHLIST: self._watchlist.is_told,
            # It keeps to itself how somebody gets on who is playing.
            Feature.PROGRESS: self._begun.is_quiet,
        }
        return {each: text for each, text in markers.items() if text and told[each]}

    @override
    async def read(self, feature: Feature, previous: Snapshot | None) -> Snapshot:
        """Return all records; what is missing since the last time is looked into."""
        match feature:
            case Feature.WATCHLIST:
                snapshot = await self._watchlist.read(previous, self._now())
                if not self._watchlist.is_user_data:
                    return snapshot
            case Feature.HISTORY:
                snapshot = await self._read_history(previous)
            case Feature.PROGRESS:
                snapshot = await self._begun.read(self._now())
            case _:
                snapshot = await self._read_ratings()
        return await self._doubts.settle(snapshot, previous)

    @override
    async def libraries(self) -> Sequence[Library]:
        """Return the user's libraries of films and series."""
        return await self._places.libraries()

    @override
    async def locate(self, native_ids: Collection[str]) -> Mapping[str, str]:
        """Return which of these libraries items are in."""
        return await self._places.locate(native_ids)

    async def left(
        self, feature: Feature, native_ids: Collection[str]
    ) -> Collection[str]:
        """Return those items that are in no library any more, or in none of the user's.

        What was done with them went with them: nobody has taken it back. An episode may
        also have left a file that held several.
        """
        names = frozenset(name for name in native_ids if not name.startswith("own:"))
        found = await rows_by_id(self._client, map(base_id, names), user_data=False)
        return names.difference(*map(names_of, found.values()))

    @override
    async def write(
        self, feature: Feature, operations: Sequence[Operation]
    ) -> AsyncIterator[Outcome]:
        """Carry out the operations."""
        if feature is Feature.WATCHLIST:
            outcomes = self._watchlist.write(self._index, operations)
        else:
            outcomes = write(
                self._client,
                self._index,
                feature,
                operations,
                rating_step=self.rating_step,
            )
        self._forget()
        try:
            async for outcome in outcomes:
                yield outcome
        finally:
            self._forget()

    def _forget(self) -> None:
        """Keep nothing from before a write."""
        self._head.take()
        self._begun.forget()
        self._watchlist.forget()
        self._ears.forget()

    async def _history_marker(self) -> str:
        """Return the number of plays and a digest of the newest ones."""
        head = self._head.put(await self._history.head())
        newest = digest(
            (row.id, row.data.last_played, row.data.play_count) for row in head.rows
        )
        return f"{head.total}:{newest}"

    async def _read_history(self, previous: Snapshot | None) -> Snapshot:
        """Return the history: what is new where that is certain to be all."""
        now = self._now()
        if previous is not None and now - previous.full_read_at < FULL_READ_EVERY:
            updated = await self._history.update(previous, self._head.take())
            if updated is not None:
                return updated
        return await self._history.read(now)

    async def _read_ratings(self) -> Snapshot:
        """Return the ratings, for which all items have to be looked at."""
        now = self._now()
        lists = await gather(
            self._list({**RATINGS_QUERY, "includeItemTypes": types}, size)
            for types, size in RATINGS_PAGES.items()
        )
        rows = [row for some in lists for row in some if row.data.rating is not None]
        shows = await self._series.all_of(rows)
        records: Iterable[Record | None] = (rating_from_row(row, shows) for row in rows)
        return Snapshot.of(Feature.RATINGS, filter(None, records), now)

    async def _list(self, query: Query, size: int = PAGE_SIZE) -> list[Row]:
        """Return all rows of a list."""
        return (await Listing(self._client.items, query).read(size)).rows
