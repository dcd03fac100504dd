"""Reads how far things were played, and learns of changes from the feed."""

from typing import override

from ..mediabrowser.begun import Begun
from ..mediabrowser.library import SeriesCache
from ..mediabrowser.queries import digest
from .client import EmbyClient
from .feed import Feed


class EmbyBegun(Begun):
    """What one user has begun; whether that has changed is told by the feed."""

    def __init__(self, client: EmbyClient, series: SeriesCache, feed: Feed) -> None:
        """Start without having asked anything."""
        super().__init__(client, series)
        self._feed = feed

    @override
    async def marker(self) -> str:
        """Return the feed's marker, and what is being played if anything is."""
        if (look := await self._feed.look()) is None:
            return await super().marker()
        listed = look.marker
        if self._playing is None or self._playing or listed != self._listed:
            await self._ask_what_is_played()
        self._listed = listed
        return f"{listed}:{digest(sorted(self._playing))}" if self._playing else listed
