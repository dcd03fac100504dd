"""The records of one profile of a Kodi: all that was done there, read and written."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
import time
from typing import Final

from ...engine.model import Feature, Snapshot, Watched
from ...engine.plan import Operation, Outcome
from ..without_libraries import WithoutLibraries
from .capabilities import CAPABILITIES, FULL_READ_EVERY
from .doubts import Doubts
from .host_time import Zones
from .library import Library
from .mapping import holds, records_of, without_shared
from .probe import Probe, Scout, markers
from .rows import State
from .rpc import RpcClient
from .writer import Writer

# How long, in seconds, a look may serve the reads after it.
_KEPT_FOR: Final = 30.0


class KodiRecords(WithoutLibraries):
    """The records of one profile of a Kodi."""

    def __init__(
        self,
        rpc: RpcClient,
        profile: str,
        zones: Zones,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Start without having asked anything."""
        self._rpc = rpc
        self._now = now
        self._scout = Scout(rpc, zones, profile, now)
        self._library = Library(rpc)
        self._doubts = Doubts(rpc, self._library)
        # The last look, until when it is good, and which features may still use it.
        self._probe: Probe | None = None
        self._until = 0.0
        self._unread: set[Feature] = set()
        self._markers: tuple[str, Mapping[Feature, str]] = ("", {})
        self._dates: dict[str, Watched] = {}

    async def activity(self, features: Collection[Feature]) -> Mapping[Feature, str]:
        """Return the markers: one request for all of them, and for the reads after."""
        probe = await self._look()
        fingerprint = probe.fingerprint()
        if self._markers[0] != fingerprint:
            states = await probe.states()
            found = await asyncio.to_thread(markers, probe, states)
            self._markers = (fingerprint, found)
        return {
            feature: marker
            for feature, marker in self._markers[1].items()
            if feature in features
        }

    async def read(self, feature: Feature, previous: Snapshot | None) -> Snapshot:
        """Return all records: everything that was done is listed each time.

        Only what the entries are is not asked again as long as that is known.
        """
        now = self._now()
        probe = await self._take(feature)
        states = [state for state in await probe.states() if holds(feature, state)]
        if feature is Feature.PROGRESS:
            states = without_shared(states)
        afresh = previous is None or now - previous.full_read_at >= FULL_READ_EVERY
        items = await self._library.items(states, None if afresh else previous)
        before = self._told(feature, states, previous)
        records = await asyncio.to_thread(
            records_of, feature, probe.moment, states, items, before
        )
        snapshot = Snapshot.of(feature, records, now)
        await self._doubts.settle(snapshot, previous, probe)
        if feature is Feature.HISTORY:
            self._dates = {
                record.native_id: record.value
                for record in records
                if isinstance(record.value, Watched)
            }
        if not afresh and previous is not None:
            return Snapshot(feature, snapshot.records, previous.full_read_at)
        return snapshot

    async def left(
        self, feature: Feature, native_ids: Collection[str]
    ) -> Collection[str]:
        """Return those entries that are in the library no more, or in another file.

        What was done with them went with them: nobody has taken it back.
        """
        await self._library.refresh(0)
        names = (name for name in native_ids if not name.startswith("own:"))
        return frozenset(name for name in names if self._library.address(name) is None)

    async def write(
        self, feature: Feature, operations: Sequence[Operation]
    ) -> AsyncIterator[Outcome]:
        """Carry out the operations."""
        self._probe = None
        try:
            writer = Writer(self._rpc, self._scout, self._library)
            async for outcome in writer.write(feature, operations):
                yield outcome
        finally:
            self._probe = None

    async def _look(self) -> Probe:
        """Look at the Kodi, for the reads after this as well."""
        self._probe = None
        self._probe = probe = await self._scout.look()
        self._until = time.monotonic() + _KEPT_FOR
        self._unread = set(CAPABILITIES)
        return probe

    async def _take(self, feature: Feature) -> Probe:
        """Return the last look if it is new to this feature, or else another one."""
        probe = self._probe
        if (
            probe is None
            or feature not in self._unread
            or time.monotonic() > self._until
        ):
            probe = await self._look()
        self._unread.discard(feature)
        return probe

    def _told(
        self, feature: Feature, states: Sequence[State], previous: Snapshot | None
    ) -> Mapping[str, Watched]:
        """Return the history that was told last."""
        if feature is not Feature.HISTORY or previous is None:
            return self._dates
        told = (previous.records.get(state.key) for state in states)
        return {
            record.native_id: record.value
            for record in told
            if record is not None and isinstance(record.value, Watched)
        }
