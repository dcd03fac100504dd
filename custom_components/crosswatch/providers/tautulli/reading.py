"""Reads the history of one user page by page: whole, or not at all."""

from collections.abc import Mapping
from typing import Final

from ...engine.provider import ProtocolError
from ..mediabrowser.paging import gather
from .client import TautulliClient
from .mapping import Page, page_from

# The newest rows, which a look for changes takes.
HEAD_SIZE: Final = 50
PAGE_SIZE: Final = 1000
# No history is longer; a server that claims so would be asked for pages without end.
MOST_ROWS: Final = 1_000_000

type Filter = Mapping[str, str]

VIDEO: Final[Filter] = {"media_type": "movie,episode"}
ALL: Final[Filter] = {}


class HistoryReader:
    """The history of one user, in the order in which the plays ended.

    A row is written when a play ends, so that new ones come first.
    """

    def __init__(self, client: TautulliClient, user_id: str) -> None:
        """Take the user's number."""
        self._client = client
        self._user_id = user_id
        self._filter = VIDEO

    async def head(self) -> Page:
        """Return the newest rows."""
        return await self._first(HEAD_SIZE)

    async def longer_head(self) -> Page:
        """Return more of the newest rows."""
        return await self._first(PAGE_SIZE)

    async def all(self) -> Page:
        """Return all rows.

        Rows that come or go meanwhile show in the number of different ones: all is
        read again then, once.
        """
        for _ in range(2):
            if (page := await self._all()) is not None:
                return page
        raise ProtocolError(
            "Tautulli's history changed while it was read, or its pages repeat each "
            "other, or lack what they should hold"
        )

    async def _all(self) -> Page | None:
        """Return all rows, or None if the pages do not fit together."""
        first = await self._first(PAGE_SIZE)
        if first.total > MOST_ROWS:
            raise ProtocolError(f"Tautulli claims to have {first.total} plays")
        # A server may return less than it is asked for.
        step = len(first.ids) or PAGE_SIZE
        starts = range(step, first.total, step)
        pages = [first, *await gather(self._page(start, step) for start in starts)]
        ids = {number for page in pages for number in page.ids}
        if {page.total for page in pages} != {len(ids)}:
            return None
        rows = {row.row_id: row for page in pages for row in page.rows}
        return Page(tuple(ids), tuple(rows.values()), first.total, first.everything)

    async def _first(self, size: int) -> Page:
        """Return the first page.

        An older server takes the two types for one that nothing is of. So music is
        only filtered out where there is something left then.
        """
        self._filter = VIDEO
        page = await self._page(0, size)
        if not page.total and page.everything:
            self._filter = ALL
            page = await self._page(0, size)
        return page

    async def _page(self, start: int, length: int) -> Page:
        """Return some rows: every stretch by itself, and nothing that still runs."""
        data = await self._client.history(
            user_id=self._user_id,
            grouping=0,
            include_activity=0,
            order_column="stopped",
            order_dir="desc",
            start=start,
            length=length,
            **self._filter,
        )
        return page_from(data)
