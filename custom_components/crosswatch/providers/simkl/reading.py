"""Reading a feature: in full part by part, or only what has changed."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from ...engine.model import Feature, Record, Snapshot
from ...engine.provider import ProtocolError
from ..answer import JsonObject
from .answers import Rows, buckets_in, sessions_in
from .client import SimklClient
from .mapping import ANIME, Titles, media_in, number_of
from .merging import brought_up
from .options import OF_FILMS, PLANNED, STATUSES, Lists
from .refusal import TooManyItemsError
from .rows import bucket_of, listed, number_in, rated, rating_of, stopped, watched
from .stamps import BUCKETS, REMOVED, Stamps, stamps_from, text_of

ITEMS: Final = "/sync/all-items"
RATINGS: Final = "/sync/ratings/{}/1,2,3,4,5,6,7,8,9,10"
# The episodes of series with their dates, also of those that are completed or dropped,
# and of anime their places in the series at TVDB.
PARTS: Final = {"extended": "full_anime_seasons"}
_EPISODES: Final = {
    **PARTS,
    "episode_watched_at": "yes",
    "include_all_episodes": "yes",
    "episode_tvdb_id": "yes",
}
_IDS: Final = {"extended": "simkl_ids_only"}
# What changes have made of a list is checked now and then, when something changes.
FULL_READ_EVERY: Final = timedelta(days=7)
# Without a marker all since the last full read is asked for; clocks may differ.
_CLOCKS: Final = timedelta(days=1)
# No more are listed, so that the list might not be whole.
MAX_SESSIONS: Final = 10_000

type Found = Mapping[str, Rows]


class Reader:
    """Reads features of one account.

    `lists` are those that count as the watchlist; with `every` all plays are read, of
    an account that keeps them.
    """

    def __init__(self, client: SimklClient, lists: Lists, *, every: bool) -> None:
        """Take what to read from, and what of it."""
        self._client = client
        self._lists = lists
        self._every = every

    async def read(
        self, feature: Feature, previous: Snapshot | None, activities: JsonObject
    ) -> Snapshot:
        """Return all records of a feature."""
        now = datetime.now(UTC)
        if feature is Feature.PROGRESS:
            return await self._read_progress(now)
        stamps = stamps_from(activities, feature)
        if previous and previous.complete and stamps:
            if now - previous.full_read_at < FULL_READ_EVERY:
                return await self._read_changes(feature, previous, stamps)
        found = await self._fetch_all(feature, BUCKETS, stamps)
        records = await asyncio.to_thread(self._records, feature, found)
        return Snapshot.of(feature, records, now)

    async def _read_changes(
        self, feature: Feature, previous: Snapshot, stamps: Stamps
    ) -> Snapshot:
        """Return a feature with what has changed in it.

        A rating that was taken back is told by a stamp alone: then all ratings in that
        part of the library are listed.
        """
        before = Stamps.from_marker(feature, previous.marker)
        moved = stamps.moved(before) if before else list(BUCKETS)
        # Where nothing has moved, a marker of a moment after a change is looked into.
        moved = moved or stamps.latest()
        if feature is Feature.RATINGS:
            found = await self._fetch_all(feature, moved, stamps)
            again = {
                number_in(native_id)
                for native_id in previous.records
                if bucket_of(native_id) in moved
            }
            return await asyncio.to_thread(
                self._merged, feature, previous, found, again
            )
        found = await self._fetch_changed(feature, previous, before, moved)
        lost = before is None or stamps.moved(before, REMOVED)
        alive = await self._fetch_numbers() if lost else None
        return await asyncio.to_thread(
            self._merged, feature, previous, found, (), alive
        )

    async def _read_progress(self, now: datetime) -> Snapshot:
        """Return where the person stopped."""
        rows = sessions_in(await self._client.playback())
        if len(rows) >= MAX_SESSIONS:
            raise ProtocolError("SIMKL lists too many positions to be all of them")
        records = (record for _, record in stopped(Titles(), rows))
        return Snapshot.of(Feature.PROGRESS, records, now)

    async def _fetch_all(
        self, feature: Feature, buckets: Iterable[str], stamps: Stamps | None
    ) -> Found:
        """Return all rows in some parts of the library, one part after the other.

        A part that is said to be empty although something was done there once is
        asked about in another way: an account never looks empty by mistake.
        """
        found: dict[str, Rows] = {}
        for bucket in buckets:
            path, params = self._path(feature, bucket), self._params(feature, bucket)
            rows = await self._fetch(bucket, path, params)
            if not rows and (stamps is None or stamps.ever(bucket)):
                if await self._fetch(bucket, path, _IDS):
                    # It may have been late with it.
                    rows = await self._fetch(bucket, path, params)
                    if not rows:
                        raise ProtocolError(f"SIMKL's list of {bucket} is not whole")
            found[bucket] = rows
        return found

    async def _fetch(self, bucket: str, path: str, params: Mapping[str, str]) -> Rows:
        """Return the rows of a list of one part of the library.

        [unsure] Some large accounts are said to be refused a part as a whole: then it
        is read list by list.
        """
        try:
            answer = await self._client.items(path, **params)
        except TooManyItemsError:
            if path != f"{ITEMS}/{bucket}":
                raise
            return await self._fetch_lists(bucket, path, params)
        return buckets_in(answer).get(bucket, [])

    async def _fetch_lists(
        self, bucket: str, path: str, params: Mapping[str, str]
    ) -> Rows:
        """Return the rows of one part of the library, list by list."""
        rows: Rows = []
        for status in STATUSES if bucket != "movies" else OF_FILMS:
            rows += await self._fetch(bucket, f"{path}/{status}", params)
        return rows

    async def _fetch_changed(
        self,
        feature: Feature,
        previous: Snapshot,
        before: Stamps | None,
        moved: list[str],
    ) -> Found:
        """Return the rows of what has changed: mostly one request.

        Where it may be much it comes in parts.
        """
        since = before.since() if before else None
        since = since or text_of(previous.full_read_at - _CLOCKS)
        if before is not None and len(moved) != 1:
            params = self._params(feature, ANIME)
            answer = await self._client.items(ITEMS, date_from=since, **params)
            return buckets_in(answer)
        found: dict[str, Rows] = {}
        for bucket in moved:
            params = {"date_from": since, **self._params(feature, bucket)}
            found[bucket] = await self._fetch(bucket, f"{ITEMS}/{bucket}", params)
        return found

    async def _fetch_numbers(self) -> set[str]:
        """Return the numbers of all titles in the library."""
        found = buckets_in(await self._client.items(ITEMS, **_IDS))
        return {_number(row) for rows in found.values() for row in rows}

    def _path(self, feature: Feature, bucket: str) -> str:
        """Return where all of a feature is listed.

        Of anime it has to be known which part of a series a title is, and only the
        library tells that.
        """
        if feature is Feature.RATINGS and bucket != ANIME:
            return RATINGS.format(bucket)
        if feature is Feature.WATCHLIST and self._lists == {PLANNED}:
            return f"{ITEMS}/{bucket}/{PLANNED}"
        return f"{ITEMS}/{bucket}"

    def _params(self, feature: Feature, bucket: str) -> Mapping[str, str]:
        """Return how much of each title is to be told."""
        again = {"allow_rewatch": "yes"} if self._every else {}
        if feature is Feature.HISTORY:
            return again if bucket == "movies" else {**_EPISODES, **again}
        return PARTS if bucket == ANIME else {}

    def _records(self, feature: Feature, found: Found) -> list[Record]:
        """Return the records of rows. Many rows take a while: not in the event loop."""
        titles = Titles()
        records: list[Record] = []
        for bucket, rows in found.items():
            match feature:
                case Feature.HISTORY:
                    records += watched(titles, rows, bucket, every=self._every)
                case Feature.RATINGS:
                    some = rows if bucket != ANIME else filter(rating_of, rows)
                    records += rated(titles, some, bucket)
                case _:
                    records += listed(titles, rows, bucket, self._lists)
        return records

    def _merged(
        self,
        feature: Feature,
        previous: Snapshot,
        found: Found,
        again: Iterable[str],
        alive: set[str] | None = None,
    ) -> Snapshot:
        """Return a snapshot with these rows; `again` are titles that were listed."""
        touched = {_number(row) for rows in found.values() for row in rows}
        records = self._records(feature, found)
        return brought_up(previous, records, touched.union(again), alive)


def _number(row: JsonObject) -> str:
    """Return the number of a title in a row that may have nothing but ids."""
    return number_of(row if "ids" in row else media_in(row))
