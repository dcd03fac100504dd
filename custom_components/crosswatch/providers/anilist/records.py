"""The records of one AniList account: read from its one list, and written."""

import asyncio
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Collection as Names,
    Mapping,
    Sequence,
)
from datetime import UTC, datetime
import time
from typing import Final

from ...engine.model import Feature, Snapshot
from ...engine.numbering import NumberingInformant
from ...engine.plan import Operation, Outcome
from ...engine.provider import AuthenticationError
from ..without_libraries import WithoutLibraries
from .capabilities import CAPABILITIES
from .client import AniListClient
from .fields import number_in, score_format_in
from .finding import Finder
from .mapping import Collection, entries_from, records_of
from .numbering_files import NumberingFiles
from .numbering_reader import NumberingReader
from .scores import ScoreFormat
from .writing import Writer

# How long, in seconds, the list may serve the reads after it.
_KEPT_FOR: Final = 30.0


class AniListRecords(WithoutLibraries):
    """The records of one AniList account."""

    def __init__(
        self,
        client: AniListClient,
        user_id: str,
        files: NumberingFiles,
        note: Callable[[ScoreFormat], Awaitable[None]],
    ) -> None:
        """Take the API, whose account it is, and the mapping files.

        `note` keeps how the account rates.
        """
        self._client = client
        self._user_id = user_id
        self._numbering = NumberingReader(files)
        self._note = note
        # The last list, until when it is good, and which features may still use it.
        self._held: Collection | None = None
        self._until = 0.0
        self._unread: set[Feature] = set()
        self._lock = asyncio.Lock()

    async def activity(self, features: Names[Feature]) -> Mapping[Feature, str]:
        """Return a marker for each feature: one request for all, and for their reads.

        AniList has no date that moves when an entry is deleted. The whole list is one
        answer, so that it tells of changes itself.
        """
        wanted = CAPABILITIES.keys() & set(features)
        if not wanted:
            return {}
        numbering = await self._numbering.load()
        async with self._lock:
            held = await self._fetch()
        return {
            feature: await asyncio.to_thread(held.marker, feature, numbering)
            for feature in wanted
        }

    async def read(self, feature: Feature, previous: Snapshot | None) -> Snapshot:
        """Return all records of a feature, from a list that is new to it."""
        now = datetime.now(UTC)
        numbering = await self._numbering.load()
        async with self._lock:
            held = await self._take(feature)
        records = await asyncio.to_thread(records_of, held, feature, numbering)
        return Snapshot.of(feature, records, now)

    async def write(
        self, feature: Feature, operations: Sequence[Operation]
    ) -> AsyncIterator[Outcome]:
        """Carry out operations and yield one outcome for each."""
        self._held = None
        try:
            finder = Finder(self._client, await self._numbering.load())
            writer = Writer(self._client, finder, feature)
            async for outcome in writer.write(operations):
                yield outcome
        finally:
            self._held = None

    def informant(self, name: str, version: str) -> NumberingInformant:
        """Return who says of items what the mapping files say."""
        return NumberingInformant(name, self._numbering.load, version)

    async def _take(self, feature: Feature) -> Collection:
        """Return the last list if it is new to this feature, or else another one."""
        held = self._held
        fresh = feature in self._unread and time.monotonic() <= self._until
        if held is None or not fresh:
            held = await self._fetch()
        self._unread.discard(feature)
        return held

    async def _fetch(self) -> Collection:
        """Return all entries of the account, for the reads after this as well."""
        self._held = None
        if not self._user_id.isdecimal():
            raise AuthenticationError("AniList's login is incomplete: sign in again")
        user_id = int(self._user_id)
        viewer, rows = await self._client.collection(user_id)
        if number_in(viewer, "id") != user_id:
            raise AuthenticationError("AniList's login is another account's by now")
        form = score_format_in(viewer)
        await self._note(form)
        entries = await asyncio.to_thread(entries_from, rows)
        self._held = held = Collection(form, entries)
        self._until = time.monotonic() + _KEPT_FOR
        self._unread = set(CAPABILITIES)
        return held
