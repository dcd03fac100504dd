"""The history of one user of a Tautulli: read in full, or by what is new."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from datetime import datetime
import time
from typing import Final

from ...engine.model import Feature, Snapshot
from ...engine.plan import Operation, Outcome, OutcomeKind, Reason
from ..without_libraries import WithoutLibraries
from .capabilities import FULL_READ_EVERY
from .client import TautulliClient
from .mapping import Page
from .plays import Marker, first_watched, new_plays, snapshot_of, with_plays
from .reading import HistoryReader
from .titles import Titles

# How long, in seconds, the newest rows may serve the read after a look at them.
_KEPT_FOR: Final = 30.0


class TautulliRecords(WithoutLibraries):
    """The records of one user of the Plex server that a Tautulli watches over."""

    def __init__(
        self, client: TautulliClient, user_id: str, now: Callable[[], datetime]
    ) -> None:
        """Start without having asked anything."""
        self._now = now
        self._reader = HistoryReader(client, user_id)
        self._titles = Titles(client)
        self._head: tuple[Page, float] | None = None

    async def activity(self, features: Collection[Feature]) -> Mapping[Feature, str]:
        """Return a marker from the newest rows, of which the next read makes use."""
        if Feature.HISTORY not in features:
            return {}
        head = await self._reader.head()
        self._head = head, time.monotonic() + _KEPT_FOR
        return {Feature.HISTORY: str(Marker.of(head))}

    async def read(self, feature: Feature, previous: Snapshot | None) -> Snapshot:
        """Return the history: what is new where that is certain to be all."""
        now = self._now()
        if previous is not None and now - previous.full_read_at < FULL_READ_EVERY:
            updated = await self._updated(previous, now)
            if updated is not None:
                return updated
        page = await self._reader.all()
        plays = await asyncio.to_thread(first_watched, page.rows)
        known = previous.records if previous is not None else {}
        items = await self._titles.items(plays, known, now, afresh=True)
        return await asyncio.to_thread(snapshot_of, plays, items, now)

    async def write(
        self, feature: Feature, operations: Sequence[Operation]
    ) -> AsyncIterator[Outcome]:
        """Refuse: Tautulli only remembers what was played on the Plex server."""
        for operation in operations:
            yield Outcome(operation, OutcomeKind.FAILED, Reason.FEATURE_NOT_SUPPORTED)

    async def _updated(self, previous: Snapshot, now: datetime) -> Snapshot | None:
        """Return the history with what is new, or None if that does not explain all."""
        known = Marker.parse(previous.marker)
        if known is None:
            return None
        head = self._take_head() or await self._reader.head()
        marker = Marker.of(head)
        if marker == known:
            return previous
        if marker.total - known.total > len(head.ids):
            head = await self._reader.longer_head()
        plays = await asyncio.to_thread(new_plays, previous, head, known)
        if plays is None:
            return None
        items = await self._titles.items(plays, previous.records, now)
        return await asyncio.to_thread(with_plays, previous, plays, items)

    def _take_head(self) -> Page | None:
        """Return the newest rows as they were a moment ago, once."""
        kept, self._head = self._head, None
        return kept[0] if kept and time.monotonic() < kept[1] else None
