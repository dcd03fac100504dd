"""The records of one Trakt account: read in full or by what is new, and written."""

import asyncio
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Collection,
    Iterable,
    Mapping,
    Sequence,
)
from datetime import UTC, datetime, timedelta
from typing import Final

from ...engine.model import Feature, Record, Snapshot
from ...engine.plan import Operation, Outcome
from ..http import JsonObject
from ..without_libraries import WithoutLibraries
from .capabilities import FULL_READ_EVERY
from .client import TraktClient
from .dropped import Dropped
from .mapping import PlayRow, RowReader
from .paging import Listing, Page, collect, together
from .payload import GROUPS, moment_to_json
from .playback import Playback
from .plays import count_of, merged, newest_seen, snapshot_of
from .room import PATHS, Room
from .stopping import Stopper
from .writing import Writer

# The stamps that tell of every change of a feature, removals included.
_STAMPS: Final[Mapping[Feature, tuple[tuple[str, str], ...]]] = {
    Feature.WATCHLIST: (("watchlist", "updated_at"),),
    Feature.HISTORY: (("movies", "watched_at"), ("episodes", "watched_at")),
    Feature.RATINGS: tuple((group, "rated_at") for group in GROUPS.values()),
    Feature.PROGRESS: (("movies", "paused_at"), ("episodes", "paused_at")),
}
_DROPPED: Final = (("shows", "dropped_at"),)
# Plays are listed by their own dates: the newest may still be joined by others.
_OVERLAP: Final = timedelta(seconds=300)


class TraktRecords(WithoutLibraries):
    """The records of one Trakt account."""

    def __init__(self, client: TraktClient, *, leaves_dropped: bool) -> None:
        """Take the API on behalf of the account.

        With `leaves_dropped` nothing is done about shows that the person dropped.
        """
        self._client = client
        self._dropped = Dropped(client, wanted=leaves_dropped)
        self._playback = Playback(client)
        # How many plays Trakt counted but did not show at the last full read.
        self._unlisted = 0
        self._room = Room(client)
        # The last marker of the history.
        self._marker = ""

    def told(self, settings: JsonObject) -> None:
        """Note what the settings of the account tell of its limits."""
        self._room.told(settings)

    async def activity(self, features: Collection[Feature]) -> Mapping[Feature, str]:
        """Return a marker for each feature, from one request for all of them."""
        self._room.begin()
        activities = await self._client.last_activities()
        self._dropped.note(marker_from(activities, _DROPPED))
        markers = {
            feature: marker_from(activities, stamps)
            for feature, stamps in _STAMPS.items()
            if feature in features
        }
        self._marker = markers.get(Feature.HISTORY, self._marker)
        return {feature: marker for feature, marker in markers.items() if marker}

    async def left_out(self, feature: Feature) -> Collection[str]:
        """Return the keys of dropped shows, where they are to be left alone."""
        return await self._dropped.keys(feature)

    async def read(self, feature: Feature, previous: Snapshot | None) -> Snapshot:
        """Return all records of a feature."""
        reader = RowReader()
        now = datetime.now(UTC)
        match feature:
            case Feature.HISTORY:
                return await self._read_history(reader, previous, now)
            case Feature.PROGRESS:
                fit = previous and previous.complete and _is_recent(previous, now)
                return await self._playback.read(previous if fit else None, now)
            case Feature.RATINGS:
                paths = [f"{PATHS[feature]}/{group}" for group in GROUPS.values()]
                lists = await together(
                    *(self._list(each, reader.rated) for each in paths)
                )
            case _:
                lists = [await self._list(PATHS[Feature.WATCHLIST], reader.listed)]
        self._room.holds(
            feature, sum(len(each.things) + each.unlisted for each in lists)
        )
        records = (record for each in lists for record in each.things)
        return Snapshot.of(feature, records, now)

    async def write(
        self, feature: Feature, operations: Sequence[Operation]
    ) -> AsyncIterator[Outcome]:
        """Send operations and yield one outcome for each."""
        writer: Writer | Stopper
        if feature is Feature.PROGRESS:
            writer = Stopper(self._client, operations)
        else:
            writer = Writer(self._client, feature, operations, self._room)
        async for outcome in writer.outcomes():
            yield outcome

    async def _list(
        self, path: str, parse: Callable[[JsonObject], Record | None]
    ) -> Listing[Record]:
        """Return all records of a list."""

        async def fetch(number: int) -> Page[Record]:
            """Return one page."""
            return await self._client.page(path, number, parse)

        return await collect(fetch, lambda record: record.native_id)

    async def _read_history(
        self, reader: RowReader, previous: Snapshot | None, now: datetime
    ) -> Snapshot:
        """Return the history: as before, with what is new, or read afresh.

        The first page tells how many plays there are, and the newest of them.
        """
        fetch = self._plays(reader)
        head = await fetch(1)
        self._room.holds(Feature.HISTORY, head.total)
        if previous and previous.complete and _is_recent(previous, now):
            known = await self._brought_up_to_date(previous, head, reader)
            if known is not None and self._explains(known, previous):
                return known
        listing = await collect(fetch, lambda row: row.play_id, head, self._unlisted)
        self._unlisted = listing.unlisted
        # Many records take a while: not in the event loop.
        return await asyncio.to_thread(snapshot_of, listing.things, now)

    def _explains(self, known: Snapshot, previous: Snapshot) -> bool:
        """Tell whether what a delta has found is all that can have happened.

        If something has changed and nothing new is in sight, plays were removed and
        others added out of sight.
        """
        changed = self._marker and self._marker != previous.marker != ""
        return not changed or known is not previous

    async def _brought_up_to_date(
        self, previous: Snapshot, head: Page[PlayRow], reader: RowReader
    ) -> Snapshot | None:
        """Return the history with what is new, or None if that does not explain all."""
        total = head.total - self._unlisted
        result = await asyncio.to_thread(merged, previous, head.things, total)
        if result is not None or head.pages < 2 or total <= count_of(previous):
            return result
        newest = newest_seen(previous)
        dates = [row.at for row in head.things if row.at is not None]
        if newest is None or not dates or min(dates) < newest - _OVERLAP:
            # The first page goes back far enough: what is missing is older.
            return None
        fetch = self._plays(reader, start_at=moment_to_json(newest - _OVERLAP))
        listing = await collect(fetch, lambda row: row.play_id)
        return await asyncio.to_thread(merged, previous, listing.things, total)

    def _plays(
        self, reader: RowReader, **params: str
    ) -> Callable[[int], Awaitable[Page[PlayRow]]]:
        """Return what fetches a page of the history."""
        path = PATHS[Feature.HISTORY]
        return lambda number: self._client.page(path, number, reader.play, **params)


def _is_recent(snapshot: Snapshot, now: datetime) -> bool:
    """Tell whether everything was listed not long ago."""
    return now - snapshot.full_read_at < FULL_READ_EVERY


def marker_from(activities: JsonObject, stamps: Iterable[tuple[str, str]]) -> str:
    """Return the stamps as one text, empty if one is missing; null is for never."""
    found: list[str] = []
    for group, name in stamps:
        part = activities.get(group)
        if not isinstance(part, dict) or name not in part:
            return ""
        stamp = part[name]
        if stamp is not None and not isinstance(stamp, str):
            return ""
        found.append(stamp or "never")
    return " ".join(found)
