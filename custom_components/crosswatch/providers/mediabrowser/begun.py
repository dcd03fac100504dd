"""Reads how far things were played."""

from collections.abc import Mapping
from datetime import datetime

from ...engine.model import Feature, Snapshot
from .kept import Kept
from .library import Listing, SeriesCache, rows_by_id
from .mapping import progress_from_row
from .queries import PROGRESS_QUERY, digest, digest_of_all
from .rows import Row
from .server import Server
from .sessions import being_played


class Begun:
    """What one user has begun, and what is being played right now."""

    def __init__(self, client: Server, series: SeriesCache) -> None:
        """Start without having asked anything."""
        self._client = client
        self._series = series
        self._list = Listing(client.items, PROGRESS_QUERY)
        self._rows: Kept[list[Row]] = Kept()
        self._listed = ""
        self._playing: Mapping[str, int] | None = None

    @property
    def is_quiet(self) -> bool:
        """Return whether nothing was being played when that was asked last."""
        return not self._playing

    def forget(self) -> None:
        """Keep nothing for the next read."""
        self._rows.take()

    async def marker(self) -> str:
        """Return a digest of all that was begun, which is mostly one page."""
        rows = self._rows.put((await self._list.read()).rows)
        listed = f"{len(rows)}:{digest_of_all(rows)}"
        # Who starts to play something moves the list sooner or later; that somebody
        # stops may leave it as it is.
        if self._playing is None or self._playing or listed != self._listed:
            await self._ask_what_is_played()
        self._listed = listed
        return f"{listed}:{digest(sorted(self._playing))}" if self._playing else listed

    async def read(self, now: datetime) -> Snapshot:
        """Return all that was begun, and what is being played."""
        rows = self._rows.take()
        if rows is None or self._playing is None:
            rows = (await self._list.read()).rows
            playing = await self._ask_what_is_played()
        else:
            playing = self._playing
        listed = {row.id for row in rows}
        fresh = [item for item in playing if item not in listed]
        if fresh:
            found = await rows_by_id(self._client, fresh, user_data=True)
            rows = [*rows, *found.values()]
        shows = await self._series.of(rows, {})
        records = (progress_from_row(row, shows, playing) for row in rows)
        return Snapshot.of(Feature.PROGRESS, filter(None, records), now)

    async def _ask_what_is_played(self) -> Mapping[str, int]:
        """Ask what is being played right now."""
        sessions = await self._client.sessions()
        self._playing = being_played(sessions, self._client.user_id)
        return self._playing
