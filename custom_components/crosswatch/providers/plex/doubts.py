"""Believes that something is gone only where Plex says so of the item itself.

A list may be cut short, or be that of somebody else, and look like any other. What it
lacks is asked for by its address: most of the time that is one item, or a few.
"""

import asyncio
from itertools import islice
from typing import Final

from ...engine.model import Feature, Snapshot
from .library import KEYS_AT_ONCE, Lists
from .paging import gather
from .rows import Row
from .watchlist import Watchlist

# So many titles of the catalogue are asked about, each of which takes a request.
MOST_TITLES: Final = 3


class Doubts:
    """Compares what Plex lists with what it listed before."""

    def __init__(self, lists: Lists, watchlist: Watchlist | None) -> None:
        """Start without having seen anything."""
        self._lists = lists
        self._watchlist = watchlist
        self._listed: dict[Feature, frozenset[str]] = {}

    async def contradict(self, snapshot: Snapshot, previous: Snapshot | None) -> bool:
        """Tell whether something that is missing is there all the same.

        Of many that are missing, the first ones stand for all. Without a previous
        snapshot, what was listed last in this session is compared.
        """
        if snapshot is previous:
            return False
        feature = snapshot.feature
        before = self._listed.get(feature, frozenset())
        gone = await asyncio.to_thread(_gone, snapshot, previous, before)
        if gone and await self._holds(feature, gone):
            return True
        self._listed[feature] = await asyncio.to_thread(frozenset, snapshot.records)
        return False

    async def _holds(self, feature: Feature, gone: list[str]) -> bool:
        """Tell whether a feature still says something of one of these."""
        if feature is Feature.WATCHLIST:
            if (watchlist := self._watchlist) is None:
                return False
            return any(await gather(map(watchlist.holds, gone[:MOST_TITLES])))
        rows = await self._lists.by_key(gone)
        return any(_is_held(feature, row) for row in rows.values())


def _gone(
    snapshot: Snapshot, previous: Snapshot | None, before: frozenset[str]
) -> list[str]:
    """Return what was listed before and is not now."""
    now = snapshot.records
    if previous is None:
        missing = (key for key in before if key not in now)
    else:
        known = previous.records.items()
        missing = (key for key, record in known if key not in now and record.seen)
    return list(islice(missing, KEYS_AT_ONCE))


def _is_held(feature: Feature, row: Row) -> bool:
    """Tell whether a feature says something of an item."""
    match feature:
        case Feature.HISTORY:
            return row.views > 0
        case Feature.RATINGS:
            return row.rating is not None
        case _:
            return row.offset > 0
