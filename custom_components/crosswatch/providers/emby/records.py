"""The records of one user of an Emby server, read and written."""

from collections.abc import (
    AsyncIterator,
    Callable,
    Collection,
    Iterable,
    Mapping,
    Sequence,
)
from datetime import UTC, datetime
from functools import partial
from typing import override

from ...engine.model import Feature, Record, Snapshot
from ...engine.plan import Operation, Outcome, OutcomeKind
from ..mediabrowser.capabilities import FULL_READ_EVERY
from ..mediabrowser.listening import Ears
from ..mediabrowser.mapping import Shows, base_id, history_from_row, rating_from_row
from ..mediabrowser.records import MediaBrowserRecords
from ..mediabrowser.rows import Row
from ..mediabrowser.watchlist import Watchlist
from .begun import EmbyBegun
from .client import EmbyClient
from .feed import Feed
from .index import EmbyIndex
from .likes import RATING_STEP
from .patching import patched


class EmbyRecords(MediaBrowserRecords):
    """The records of one user of an Emby server.

    A single request tells of changes in all features but the watchlist, which is
    always listed; it also tells what has changed.
    """

    rating_step = RATING_STEP

    def __init__(
        self,
        client: EmbyClient,
        watchlist: Watchlist,
        ears: Ears,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Start without having asked anything."""
        super().__init__(client, watchlist, ears, now)
        self._feed = Feed(client, self._history.head)
        self._begun = EmbyBegun(client, self._series, self._feed)
        self._index = EmbyIndex(client)

    @override
    async def activity(self, features: Collection[Feature]) -> Mapping[Feature, str]:
        """Return the markers, with as few requests as there are."""
        self._feed.renew()
        markers = await super().activity(features)
        if Feature.RATINGS in features and (look := await self._feed.look()):
            return {**markers, Feature.RATINGS: look.marker}
        return markers

    @override
    async def read(self, feature: Feature, previous: Snapshot | None) -> Snapshot:
        """Return all records: of ratings only what has changed, where that is told."""
        if feature is Feature.RATINGS and previous is not None:
            snapshot = await self._since(previous, _ratings)
            if snapshot is not None:
                return await self._doubts.settle(snapshot, previous)
        return await super().read(feature, previous)

    @override
    async def write(
        self, feature: Feature, operations: Sequence[Operation]
    ) -> AsyncIterator[Outcome]:
        """Carry out the operations; the feed has to tell of them later."""
        told = feature is not Feature.WATCHLIST or self._watchlist.is_user_data
        async for outcome in super().write(feature, operations):
            if told and outcome.kind is OutcomeKind.APPLIED:
                self._feed.expect(base_id(outcome.native_id))
            yield outcome

    @override
    def _forget(self) -> None:
        """Keep nothing from before a write."""
        super()._forget()
        self._feed.renew()

    @override
    async def _history_marker(self) -> str:
        """Return the feed's marker; without it the number of plays and the newest."""
        if (look := await self._feed.look()) is not None:
            return look.marker
        return await super()._history_marker()

    @override
    async def _read_history(self, previous: Snapshot | None) -> Snapshot:
        """Return the history: what has changed, if the number of plays agrees."""
        if previous is not None:
            previous = await self._since(previous, history_from_row) or previous
        return await super()._read_history(previous)

    async def _since(
        self, previous: Snapshot, records_of: Callable[[Row, Shows], Iterable[Record]]
    ) -> Snapshot | None:
        """Return `previous` with what has changed since; None where that is not told.

        What has left the library shows in a full read, which is due each day.
        """
        if self._now() - previous.full_read_at >= FULL_READ_EVERY:
            return None
        if (rows := await self._feed.since(previous.marker)) is None:
            return None
        shows = await self._series.of(rows, {})
        return patched(previous, rows, partial(_with_shows, records_of, shows))


def _with_shows(
    records_of: Callable[[Row, Shows], Iterable[Record]], shows: Shows, row: Row
) -> Iterable[Record]:
    """Return the records of a row."""
    return records_of(row, shows)


def _ratings(row: Row, shows: Shows) -> Iterable[Record]:
    """Return the record of a rated item, if it is one."""
    record = rating_from_row(row, shows)
    return () if record is None else (record,)
