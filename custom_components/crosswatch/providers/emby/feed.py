"""What the user did since some moment, in one request for all features.

Emby can list the items whose user data was saved since then. It does not list what has
left the library meanwhile; the number of plays and full reads take care of that.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ..mediabrowser.library import Listing, Query
from ..mediabrowser.queries import EVERYWHERE, digest_of_all
from ..mediabrowser.rows import EPISODE, MOVIE, SEASON, SERIES, Page, Row
from .client import EmbyClient

# More rows than this say that the moment is too long ago.
MOST_ROWS: Final = 300
# So often in a row there may be too many; then it is no answer to what was asked.
MOST_TOO_MANY: Final = 3
# The clock of a proxy may stand for that of the server, and a play be dated by a third.
_MARGIN: Final = timedelta(minutes=10)
_SIGN: Final = "since="

_CHANGES: Final[Query] = {
    **EVERYWHERE,
    "includeItemTypes": f"{MOVIE},{EPISODE},{SERIES},{SEASON}",
    "sortBy": "DatePlayed,DateCreated",
    "sortOrder": "Descending",
}


@dataclass(frozen=True, slots=True)
class Look:
    """All that was saved since a moment."""

    since: str
    rows: Sequence[Row]

    @property
    def marker(self) -> str:
        """Return a text that changes with whatever the user does."""
        said = digest_of_all((row.id, row.data) for row in self.rows)
        return f"{_SIGN}{self.since};{len(self.rows)}:{said}"


class Feed:
    """The changes of one user, listed since a moment that stays the same for long.

    The moment is that of the newest play, and so the same after a restart. The play
    was saved when it was over or later: a server that does not list it does not do
    what it is asked for, and is not asked again.
    """

    def __init__(
        self, client: EmbyClient, newest_plays: Callable[[], Awaitable[Page]]
    ) -> None:
        """Start without having asked anything."""
        self._client = client
        self._newest_plays = newest_plays
        self._works = True
        self._too_many = 0
        self._since: str | None = None
        self._expected: set[str] = set()
        self._look: Look | None = None
        self._looked = False
        self._lock = asyncio.Lock()

    def renew(self) -> None:
        """Look anew for the next marker."""
        self._look = None
        self._looked = False

    def expect(self, item_id: str) -> None:
        """Note that we have changed something ourselves: it has to be listed now."""
        if self._since is not None:
            self._expected.add(item_id)

    async def look(self) -> Look | None:
        """Return what was saved since the moment; None where that cannot be told."""
        async with self._lock:
            if not self._looked:
                self._look = await self._take_a_look() if self._works else None
                self._looked = True
            return self._look

    async def since(self, marker: str) -> Sequence[Row] | None:
        """Return what was saved since a marker was made; None if that is not certain.

        What was saved earlier may be among it, but nothing later is missing.
        """
        if not self._works or not marker.startswith(_SIGN):
            return None
        moment, _, _ = marker.removeprefix(_SIGN).partition(";")
        if self._look is not None and self._look.since == moment:
            return self._look.rows
        page = await self._ask(moment)
        return page.rows if _is_whole(page) else None

    async def _take_a_look(self) -> Look | None:
        """Return a look since the moment that was agreed on, or since a new one."""
        if (since := self._since) is None:
            return await self._begin()
        page = await self._ask(since)
        if not _is_whole(page):
            return await self._later()
        self._works = self._expected <= _ids(page.rows)
        return Look(since, page.rows) if self._works else None

    async def _begin(self) -> Look | None:
        """Return a look since the newest play, which has to be in it."""
        plays = (await self._newest_plays()).rows
        now = self._client.server_time
        ended = [
            (at, row.id)
            for row in plays
            if (at := row.data.last_played) is not None and at <= now
        ]
        if not ended:
            return None
        at, item_id = max(ended)
        since = _text(at - _MARGIN)
        page = await self._ask(since)
        self._works = item_id in _ids(page.rows)
        if not self._works:
            return None
        return self._from(since, page.rows) if _is_whole(page) else await self._later()

    async def _later(self) -> Look | None:
        """Return a look since a moment ago, as the earlier one lists too much."""
        self._since = None
        since = _text(self._client.server_time - _MARGIN)
        page = await self._ask(since)
        if _is_whole(page):
            return self._from(since, page.rows)
        self._too_many += 1
        self._works = self._too_many < MOST_TOO_MANY
        return None

    def _from(self, since: str, rows: Sequence[Row]) -> Look:
        """Return a look since a moment that is kept."""
        self._since = since
        self._too_many = 0
        self._expected.clear()
        return Look(since, rows)

    async def _ask(self, since: str) -> Page:
        """Return what was saved since a moment, as far as it is not too much."""
        query = {**_CHANGES, "minDateLastSavedForUser": since}
        return await Listing(self._client.items, query).page(0, MOST_ROWS)


def _is_whole(page: Page) -> bool:
    """Tell whether a page holds all that there is."""
    return page.total == len(page.rows)


def _ids(rows: Iterable[Row]) -> set[str]:
    """Return the ids of some rows."""
    return {row.id for row in rows}


def _text(moment: datetime) -> str:
    """Return a moment in UTC, to the second, as the server reads it."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
