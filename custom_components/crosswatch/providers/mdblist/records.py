"""The records of one MDBList account: read in full or by what is new, and written."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime

from ...engine.model import Feature, Snapshot
from ...engine.plan import Operation, Outcome
from ..without_libraries import WithoutLibraries
from . import plays, ratings
from .accounting import Listing
from .client import MdblistClient
from .fields import text_in
from .journal import Entry, news, plays_changed, ratings_changed
from .positions import PositionWriter
from .quota import Now
from .reading import Reader
from .removal import names_among, names_in
from .since import OVERLAP, marker_from, pays, since_of
from .writing import Names, Writer


class MdblistRecords(WithoutLibraries):
    """The records of one MDBList account."""

    def __init__(self, client: MdblistClient, now: Now) -> None:
        """Take the API on behalf of the account."""
        self._client = client
        self._reader = Reader(client)
        self._now = now
        # The newest stamp of the journal.
        self._journal_at = ""

    async def activity(self, features: Collection[Feature]) -> Mapping[Feature, str]:
        """Return a marker for each feature, from one request for all of them."""
        if not features:
            return {}
        activities = await self._client.get_object("/sync/last_activities")
        self._journal_at = text_in(activities, "journal_at")
        markers = {feature: marker_from(activities, feature) for feature in features}
        return {feature: marker for feature, marker in markers.items() if marker}

    async def read(self, feature: Feature, previous: Snapshot | None) -> Snapshot:
        """Return all records of a feature."""
        now = self._now()
        match feature:
            case Feature.HISTORY:
                if known := await self._with_plays(previous, now):
                    return known
                rows = await self._reader.plays()
                # Many records take a while: not in the event loop.
                return await asyncio.to_thread(plays.snapshot_of, rows, now)
            case Feature.RATINGS:
                if known := await self._with_ratings(previous, now):
                    return known
                rated = await self._reader.ratings()
                return await asyncio.to_thread(ratings.snapshot_of, rated, now)
            case Feature.WATCHLIST:
                return Snapshot.of(feature, await self._reader.watchlist(), now)
            case _:
                return Snapshot.of(feature, await self._reader.positions(), now)

    async def write(
        self, feature: Feature, operations: Sequence[Operation]
    ) -> AsyncIterator[Outcome]:
        """Send operations and yield one outcome for each."""
        if not operations:
            return

        async def look() -> Listing:
            """Return what is listed now, by the keys of the titles."""
            records = (await self.read(feature, None)).records.values()
            return {key: record.value for record in records for key in record.keys}

        writer: PositionWriter | Writer
        if feature is Feature.PROGRESS:
            writer = PositionWriter(self._client, operations)
        else:
            find = self._find_plays
            writer = Writer(self._client, feature, operations, look, find)
        async for outcome in writer.outcomes():
            yield outcome

    async def _with_plays(
        self, previous: Snapshot | None, now: datetime
    ) -> Snapshot | None:
        """Return the history with what is new, or None if all has to be read."""
        if previous is None or not pays(previous, plays.count_of(previous), now):
            return None
        entries = await self._entries(Feature.HISTORY, previous)
        changes = None if entries is None else plays_changed(entries)
        if changes is None or not entries:
            return previous if entries == [] else None
        rows = await self._reader.plays(since_of(previous)) if changes.came else []
        return await asyncio.to_thread(plays.merged, previous, changes, rows)

    async def _with_ratings(
        self, previous: Snapshot | None, now: datetime
    ) -> Snapshot | None:
        """Return the ratings with what is new, or None if all has to be read."""
        if previous is None or not pays(previous, len(previous.records), now):
            return None
        entries = await self._entries(Feature.RATINGS, previous)
        if not entries:
            return previous if entries == [] else None
        changes = ratings_changed(entries)
        rows = await self._reader.ratings(since_of(previous)) if changes.came else []
        return await asyncio.to_thread(ratings.merged, previous, changes, rows)

    async def _entries(
        self, feature: Feature, previous: Snapshot
    ) -> list[Entry] | None:
        """Return what the journal says of a feature since a snapshot."""
        since = since_of(previous)
        entries = await self._reader.journal(since, self._journal_at)
        if entries is None:
            return None
        own = [entry for entry in entries if entry.feature is feature]
        return await asyncio.to_thread(news, own, previous, since + OVERLAP)

    async def _find_plays(self, operations: Sequence[Operation]) -> Names:
        """Return the names of the plays that operations take away.

        Where they are not all known, the whole history is listed, once.
        """
        names = {id(each): names_in(each) for each in operations}
        unclear = [each for each in operations if names[id(each)] is None]
        found = {name: told for name, told in names.items() if told is not None}
        if unclear:
            rows = await self._reader.plays()
            found.update(await asyncio.to_thread(names_among, unclear, rows))
        return found
