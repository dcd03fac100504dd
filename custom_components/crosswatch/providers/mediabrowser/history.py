"""Reads what was watched: all of it, or what is new since the last time."""

import asyncio
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Final

from ...engine.model import Feature, Snapshot, Watched
from .library import Listing, SeriesCache
from .mapping import Shows, base_id, history_from_row, is_part, is_play
from .rows import Page, Row

# The newest rows, enough for what is new in an ordinary run.
HEAD_SIZE: Final = 50
DELTA_PAGE: Final = 200
# Beyond so many new rows the full read needs fewer requests in a row.
MOST_NEW: Final = 1000


class History:
    """The history of one user: read as a whole, or brought up to date."""

    def __init__(self, plays: Listing, series: SeriesCache) -> None:
        """Take the list of what was played, newest first."""
        self._plays = plays
        self._series = series
        # How many rows the server counted at the last full read that are no plays,
        # or that it does not show.
        self._no_plays = 0

    async def head(self) -> Page:
        """Return the newest rows."""
        return await self._plays.page(0, HEAD_SIZE)

    async def read(self, now: datetime) -> Snapshot:
        """Return the whole history."""
        rows, total = await self._plays.read()
        shows = await self._series.all_of(rows)
        self._no_plays = total - sum(map(is_play, rows))
        return await asyncio.to_thread(_snapshot, rows, shows, now)

    async def update(self, previous: Snapshot, head: Page | None) -> Snapshot | None:
        """Return `previous` brought up to date, or None where that is not certain.

        The rows come newest first; those before one that is known with the same date
        are new or changed. What was taken out of the history, or was added with an
        older date, shows in the number of rows, which has to agree; a short history
        is listed as a whole anyway.
        """
        newest = await self._newest(previous, head)
        if newest is None:
            return None
        listed = {row.id: row for row in newest.rows if is_play(row)}
        plays = newest.total - self._no_plays
        whole = len(listed) == plays
        if not whole and not await asyncio.to_thread(_agrees, previous, listed, plays):
            return None
        changed = {
            key: row for key, row in listed.items() if not _is_same(row, previous)
        }
        known = _known_shows(changed, previous)
        shows = await self._series.of(changed.values(), known)
        return await asyncio.to_thread(
            _updated, previous, changed, shows, listed if whole else None
        )

    async def _newest(self, previous: Snapshot, head: Page | None) -> Page | None:
        """Return the rows up to a known one; None where these are too many.

        It is the last row of a page that has to be known: one with a date in the
        future stays before all that is new.
        """
        read = HEAD_SIZE if head else DELTA_PAGE
        page = head or await self._plays.page(0, DELTA_PAGE)
        total, rows = page.total, list(page.rows)
        while read < total and not (page.rows and _is_known(page.rows[-1], previous)):
            if read >= MOST_NEW:
                return None
            page = await self._plays.page(read, DELTA_PAGE)
            if page.total != total:
                return None
            rows += page.rows
            read += DELTA_PAGE
        return Page(rows, total)


def _snapshot(rows: Iterable[Row], shows: Shows, now: datetime) -> Snapshot:
    """Return the records of all rows."""
    records = [record for row in rows for record in history_from_row(row, shows)]
    return Snapshot.of(Feature.HISTORY, records, now)


def _known_shows(changed: Mapping[str, Row], previous: Snapshot) -> Shows:
    """Return the series of those rows that were known before, by the server's id."""
    return {
        row.series_id: record.item.show
        for native_id, row in changed.items()
        if (record := previous.records.get(native_id)) is not None
        and record.seen
        and record.item.show is not None
        and record.item.show.ids
    }


def _known(row: Row, previous: Snapshot) -> Watched | None:
    """Return what is known of a row from an earlier listing."""
    record = previous.records.get(row.id)
    if record is None or not record.seen or not isinstance(record.value, Watched):
        return None
    return record.value


def _is_known(row: Row, previous: Snapshot) -> bool:
    """Tell whether a row is known with the same date."""
    known = _known(row, previous)
    return known is not None and known.at == row.data.last_played


def _is_same(row: Row, previous: Snapshot) -> bool:
    """Tell whether nothing about the play of a row has changed."""
    known = _known(row, previous)
    return known is not None and (known.at, known.count) == (
        row.data.last_played,
        row.data.play_count or 1,
    )


def _agrees(previous: Snapshot, listed: Collection[str], total: int) -> bool:
    """Tell whether the known rows and the new ones are all that there are.

    What we wrote ourselves and is not among the new ones counts on the server; but
    whether it is there, or something else that nobody has seen, only a full read tells.
    """
    known = set(listed)
    for native_id, record in previous.records.items():
        if is_part(native_id):
            continue
        if record.seen:
            known.add(native_id)
        elif native_id not in known:
            return False
    return len(known) == total


def _updated(
    previous: Snapshot,
    changed: Mapping[str, Row],
    shows: Shows,
    listed: Collection[str] | None,
) -> Snapshot:
    """Return the snapshot with the changed rows in it.

    `listed` are all rows there are, where these were few enough to be listed. What is
    known from our own writes only is in the list by its genuine row, or was never
    there. The further episodes of a file come and go with its row.
    """
    records = [
        record for row in changed.values() for record in history_from_row(row, shows)
    ]
    gone = [
        native_id
        for native_id, record in previous.records.items()
        if not record.seen
        or (base := base_id(native_id)) in changed
        or (listed is not None and base not in listed)
    ]
    # The very same snapshot tells the engine that there is nothing to store.
    return previous.updated(records, gone) if records or gone else previous
