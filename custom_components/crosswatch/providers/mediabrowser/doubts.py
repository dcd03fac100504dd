"""Believes that something is gone only where the server says so of the item itself.

A list may be cut short, or be that of somebody else, and look like any other. What it
lacks is asked for by its address: most of the time that is one item, or a few.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Final

from ...engine.model import Feature, Record, Snapshot
from ...engine.provider import (
    AuthenticationError,
    ProtocolError,
    ProviderUnavailableError,
)
from .library import IDS_AT_ONCE, Listing, Query, SeriesCache, rows_by_id
from .mapping import (
    Shows,
    base_id,
    favourite_from_row,
    history_from_row,
    progress_from_row,
    rating_from_row,
)
from .paging import gather
from .rows import MOVIE, SERIES, Row, UserData, parse_user_data
from .server import Server

# So many items are asked about themselves, by another way than that of lists.
ASKED_ALONE: Final = 3
# So many may be missing by some oddity of the server's database: they are kept.
MOST_STRAYS: Final = 3

_ANYTHING: Final[Query] = {
    "recursive": "true",
    "includeItemTypes": f"{MOVIE},{SERIES}",
    "enableUserData": "false",
    "enableTotalRecordCount": "true",
}


class Doubts:
    """Compares what a server lists with what it listed before."""

    def __init__(self, client: Server, series: SeriesCache) -> None:
        """Start without having seen anything."""
        self._client = client
        self._series = series
        self._listed: dict[Feature, frozenset[str]] = {}

    async def settle(self, snapshot: Snapshot, previous: Snapshot | None) -> Snapshot:
        """Return a snapshot whose missing records are gone for certain.

        Without a previous one, what was listed last in this session is compared.
        """
        if snapshot is previous:
            return snapshot
        listed = self._listed.get(snapshot.feature, frozenset())
        gone = await asyncio.to_thread(_gone, snapshot, previous, listed)
        if gone:
            snapshot = await self._without_doubt(snapshot, gone)
        items = await asyncio.to_thread(frozenset, map(base_id, snapshot.records))
        self._listed[snapshot.feature] = items
        return snapshot

    async def _without_doubt(self, snapshot: Snapshot, gone: Sequence[str]) -> Snapshot:
        """Return a snapshot with what is missing though it is there.

        Of many that are missing, the first ones stand for all.
        """
        client = self._client
        await check_identity(client)
        asked = gone[:IDS_AT_ONCE]
        rows = await rows_by_id(client, asked, user_data=True)
        await _check_that_lists_are_true(client, snapshot, asked[:ASKED_ALONE], rows)
        feature = snapshot.feature
        held = [row for row in rows.values() if _holds(feature, row.data)]
        shows = await self._series.of(held, {})
        found = [list(filter(None, _records(feature, row, shows))) for row in held]
        strays = list(filter(None, found))
        if len(strays) > MOST_STRAYS:
            raise ProtocolError(
                f"The server's list lacks {len(gone)} items, though it still has what"
                f" was said of at least {len(strays)} of them"
            )
        return snapshot.updated(chain.from_iterable(strays)) if strays else snapshot


async def check_identity(client: Server) -> None:
    """Refuse answers that are about somebody else."""
    if (await client.me()).get("Id") != client.user_id:
        raise AuthenticationError(
            f"The {client.name} server takes this login for that of another user:"
            " sign in again"
        )


def _gone(
    snapshot: Snapshot, previous: Snapshot | None, listed: frozenset[str]
) -> list[str]:
    """Return the items that were listed before and are not now.

    A file that lost one of its episodes is there all the same.
    """
    now = snapshot.records
    if previous is None:
        return [item for item in listed if item not in now]
    known = {
        base_id(native_id): None
        for native_id, record in previous.records.items()
        if native_id not in now and record.seen
    }
    return [item for item in known if item not in now]


async def _check_that_lists_are_true(
    client: Server,
    snapshot: Snapshot,
    items: Sequence[str],
    rows: Mapping[str, Row],
) -> None:
    """Compare what lists say of some items with what each of these says itself.

    An item that no list shows may have been hidden from the user; that is no
    contradiction, unless nothing is shown at all.
    """
    nothing = not rows and not snapshot.records
    answers = await gather(map(client.user_data, items))
    for item, answer in zip(items, answers, strict=True):
        row = rows.get(item)
        listed = row is not None and _holds(snapshot.feature, row.data)
        if listed or (row is None and not nothing):
            continue
        if answer and _holds(snapshot.feature, parse_user_data(dict(answer))):
            raise ProtocolError(
                "The server's lists contradict what it says of the items themselves:"
                " they may be those of another user"
            )
    if nothing:
        await _check_that_there_is_anything(client)


async def _check_that_there_is_anything(client: Server) -> None:
    """Refuse an empty list of a server that shows nothing whatsoever."""
    if not (await Listing(client.items, _ANYTHING).page(0, 1)).total:
        raise ProviderUnavailableError(
            f"The {client.name} server shows no films and no series at all: check its"
            " libraries, and that the user may see them"
        )


def _records(feature: Feature, row: Row, shows: Shows) -> Iterator[Record | None]:
    """Return what a feature says of an item."""
    match feature:
        case Feature.HISTORY:
            yield from history_from_row(row, shows)
        case Feature.WATCHLIST:
            yield favourite_from_row(row)
        case Feature.PROGRESS:
            yield progress_from_row(row, shows, {})
        case _:
            yield rating_from_row(row, shows)


def _holds(feature: Feature, data: UserData) -> bool:
    """Tell whether a feature says something of an item."""
    match feature:
        case Feature.HISTORY:
            return data.played
        case Feature.WATCHLIST:
            return data.favourite
        case Feature.PROGRESS:
            return data.position > 0
        case _:
            return data.rating is not None
