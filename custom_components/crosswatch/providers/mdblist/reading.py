"""Reads the lists of an account, and its journal."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from ...engine.model import Feature, Record
from ...engine.provider import ProtocolError
from ..http import JsonObject, JsonValue
from . import since as pages
from .client import MdblistClient
from .journal import Entry, entries_in
from .mapping import (
    BUCKETS,
    PlayRow,
    RatedRow,
    apart,
    listed_in,
    listed_rows,
    plays_in,
    positions_in,
    ratings_in,
)
from .paging import Page, collect, pagination_of
from .positions import PLAYBACK
from .titles import Titles
from .writing import PATHS

JOURNAL: Final = "/sync/journal"
# A journal that is longer is no shorter way.
MAX_JOURNAL_PAGES: Final = 10
# The watchlist is known to take as many in a page.
LISTED: Final = 500

type Params = Mapping[str, str | int]


class Reader:
    """Reads on behalf of one account."""

    def __init__(self, client: MdblistClient) -> None:
        """Take the API."""
        self._client = client
        self._journal: tuple[tuple[str, datetime], list[Entry] | None] | None = None

    async def plays(self, since: datetime | None = None) -> list[PlayRow]:
        """Return all plays, or those that have changed since a moment."""
        titles = Titles()

        async def fetch(params: Params) -> Page[PlayRow]:
            """Return one page."""
            told = await self._page(Feature.HISTORY, {**fixed, **params})

            def parse() -> Page[PlayRow]:
                """Return the plays on it; many take a while."""
                return _page(((row.key, row) for row in plays_in(told, titles)), told)

            return await asyncio.to_thread(parse)

        fixed = {"plays": "all", **_since(since)}
        return list((await collect(fetch, is_part=since is not None)).values())

    async def ratings(self, since: datetime | None = None) -> list[RatedRow]:
        """Return all ratings, or those that have changed since a moment."""
        titles = Titles()

        async def fetch(params: Params) -> Page[RatedRow]:
            """Return one page."""
            told = await self._page(Feature.RATINGS, {**_since(since), **params})

            def parse() -> Page[RatedRow]:
                """Return the ratings on it."""
                return _page(((row.key, row) for row in ratings_in(told, titles)), told)

            return await asyncio.to_thread(parse)

        return list((await collect(fetch, is_part=since is not None)).values())

    async def watchlist(self) -> list[Record]:
        """Return what is on the watchlist."""

        async def fetch(params: Params) -> Page[Record]:
            """Return one page."""
            limit = min(LISTED, pages.PAGE_SIZE)
            path, asked = PATHS[Feature.WATCHLIST], {"limit": limit, **params}
            told = apart(await self._client.get(path, **asked))
            if not isinstance(told, dict):
                raise ProtocolError("MDBList's answer to /watchlist/items is no list")
            return _page(((each.native_id, each) for each in listed_in(told)), told)

        return list((await collect(fetch)).values())

    async def positions(self) -> list[Record]:
        """Return all positions."""
        return list(positions_in(await self._client.get(PLAYBACK), Titles()))

    async def journal(self, since: datetime, newest: str) -> list[Entry] | None:
        """Return what has happened since a moment, None where that is not told.

        What was read of it is good for all features, until its `newest` stamp moves.
        """
        key = (newest, since)
        if newest and self._journal is not None and self._journal[0] == key:
            return self._journal[1]
        entries = await self._read_journal(since)
        self._journal = (key, entries)
        return entries

    async def _read_journal(self, since: datetime) -> list[Entry] | None:
        """Read the journal page by page."""
        found: list[Entry] = []
        params: Params = {"since": pages.moment_text(since)}
        seen: set[str] = set()
        for _ in range(MAX_JOURNAL_PAGES):
            told = await self._client.get_object(
                JOURNAL, limit=pages.PAGE_SIZE, **params
            )
            entries = entries_in(told, since + pages.OVERLAP)
            more, cursor, _ = pagination_of(told)
            if entries is None or more is None:
                return None
            found += entries
            if not cursor:
                return None if more else found
            if cursor in seen:
                raise ProtocolError("The pages of MDBList's journal repeat each other")
            seen.add(cursor)
            params = {"cursor": cursor}
        return None

    async def _page(self, feature: Feature, params: Params) -> dict[str, JsonValue]:
        """Return the answer with one page of a list."""
        return await self._client.get_object(
            PATHS[feature], **{"limit": pages.PAGE_SIZE, **params}
        )


def _since(moment: datetime | None) -> Params:
    """Return how to ask for what has changed since a moment."""
    return {} if moment is None else {"since": pages.moment_text(moment)}


def _page[T](things: Iterable[tuple[str, T]], told: JsonObject) -> Page[T]:
    """Return a page of a list."""
    more, cursor, total = pagination_of(told)
    rows = sum(len(listed_rows(told, bucket)) for bucket in BUCKETS if bucket in told)
    return Page(dict(things), rows, more, cursor, total)
