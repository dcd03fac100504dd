"""Reads the ratings of one user."""

import asyncio
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from ...engine.model import Feature, MediaKind, Record, Snapshot
from .library import Lists, ShowCache
from .mapping import rating_from_row
from .paging import Page, gather
from .probe import Kept, digest
from .rows import TYPES, Row
from .wire import Query

RATED: Final[Query] = {"userRating>>": 0, "sort": "lastRatedAt:desc"}
# Many people's ratings of a kind are no more than these.
HEAD_SIZE: Final = 100


class Ratings:
    """The ratings of all kinds, each of which is a list of its own."""

    def __init__(self, lists: Lists, shows: ShowCache) -> None:
        """Start without having asked anything."""
        self._lists = lists
        self._shows = shows
        self._heads: Kept[list[Page[Row]]] = Kept()

    async def marker(self) -> str:
        """Return the numbers of ratings, and a digest of the newest of them."""
        heads = self._heads.put(
            await gather(self._lists.head(kind, RATED, HEAD_SIZE) for kind in TYPES)
        )
        return " ".join(
            f"{page.total}:{digest((r.key, r.rating, r.rated) for r in page.rows)}"
            for page in heads
        )

    async def read(self, now: datetime) -> Snapshot:
        """Return all ratings."""
        heads = dict(zip(TYPES, self._heads.take() or (), strict=False))
        lists = await gather(self._list(kind, heads.get(kind)) for kind in TYPES)
        rows = [row for rows in lists for row in rows]
        shows = await self._shows.of(rows, afresh=True)
        found: Iterable[Record | None] = await asyncio.to_thread(
            lambda: [rating_from_row(row, shows) for row in rows]
        )
        return Snapshot.of(Feature.RATINGS, filter(None, found), now)

    def forget(self) -> None:
        """Keep nothing from before a write."""
        self._heads.take()

    async def _list(self, kind: MediaKind, head: Page[Row] | None) -> list[Row]:
        """Return the ratings of a kind; most of the time they are at hand."""
        if head is not None and head.listed == head.total:
            return list(head.rows)
        return await self._lists.read(kind, RATED)
