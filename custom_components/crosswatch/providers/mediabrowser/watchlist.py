"""The watchlist of a server that has none: its favourites stand for it, or a list."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Protocol, override

from ...engine.model import Feature, Snapshot
from ...engine.plan import Operation, Outcome
from .kept import Kept
from .library import LibraryIndex, Listing
from .mapping import favourite_from_row
from .queries import FAVOURITES_QUERY, digest_of_all
from .rows import Row
from .server import Server
from .writer import write


class Watchlist(Protocol):
    """What a server keeps the watchlist in.

    `is_user_data` says that each item tells by itself whether it is on it, `is_told`
    that the server tells of its changes without being asked.
    """

    is_user_data: bool
    is_told: bool

    async def marker(self) -> str:
        """Return a change marker, empty where there is none.

        The next read makes use of what it took.
        """

    async def read(self, previous: Snapshot | None, now: datetime) -> Snapshot:
        """Return all that is on the watchlist."""

    def write(
        self, index: LibraryIndex, operations: Sequence[Operation]
    ) -> AsyncIterator[Outcome]:
        """Carry out the operations."""

    def forget(self) -> None:
        """Keep nothing for the next read."""


class Favourites(Watchlist):
    """The favourite films and series of a user."""

    is_user_data = True
    is_told = True

    def __init__(self, client: Server) -> None:
        """Start without having asked anything."""
        self._client = client
        self._list = Listing(client.items, FAVOURITES_QUERY)
        self._rows: Kept[list[Row]] = Kept()

    @override
    async def marker(self) -> str:
        """Return a digest of all favourites: these are few, mostly one page."""
        rows = self._rows.put((await self._list.read()).rows)
        return f"{len(rows)}:{digest_of_all(rows)}"

    @override
    async def read(self, previous: Snapshot | None, now: datetime) -> Snapshot:
        """Return the favourites."""
        if (rows := self._rows.take()) is None:
            rows = (await self._list.read()).rows
        records = filter(None, map(favourite_from_row, rows))
        return Snapshot.of(Feature.WATCHLIST, records, now)

    @override
    def write(
        self, index: LibraryIndex, operations: Sequence[Operation]
    ) -> AsyncIterator[Outcome]:
        """Make items favourites, or no longer."""
        return write(self._client, index, Feature.WATCHLIST, operations, rating_step=1)

    @override
    def forget(self) -> None:
        """Keep nothing for the next read."""
        self._rows.take()
