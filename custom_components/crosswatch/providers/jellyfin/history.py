"""Reads what was watched: all of it, or what is new since the last time."""

import asyncio
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Final

from ...engine.model import Feature, Snapshot, Watched
from ..mediabrowser.library import SeriesCache
from ..mediabrowser.mapping import Shows, base_id, history_from_row, is_part
from ..mediabrowser.paging import FetchPage, read_all
from ..mediabrowser.rows import Page, Row

# The newest rows, enough for what is new in an ordinary run.
HEAD_SIZE: Final = 50
DELTA_PAGE: Final = 200
# Beyond so many new rows the full read needs fewer requests in a row.
MOST_NEW: Final = 1000


async def read_history(
    fetch: FetchPage, series: SeriesCache, now: datetime
) -> Snapshot:
    """Return the whole history."""
    rows = await read_all(fetch)
    shows = await series.all_of(rows)
    return await asyncio.to_thread(_snapshot, rows, shows, now)


async def update_history(
    fetch: FetchPage, series: SeriesCache, previous: Snapshot, head: Page | None
) -> Snapshot | None:
    """Return `previous` brought up to date, or None where that is not certain.

    The rows come newest first; those before one that is known with the same date are
    new or changed. What was taken out of the history, or was added with an older
    date, shows in the number of rows, which has to agree; a short history is listed
    as a whole anyway.
    """
    page = head or await fetch(0, DELTA_PAGE)
    total, rows = page.total, list(page.rows)
    while page.rows and not any(_is_known(row, previous) for row in page.rows):
        if len(rows) >= MOST_NEW:
            return None
        page = await fetch(len(rows), DELTA_PAGE)
        rows += page.rows
        if page.total != total:
            return None
    listed = {row.id: row for row in rows}
    whole = len(listed) == total
    if not whole and not await asyncio.to_thread(_agrees, previous, listed, total):
        return None
    changed = {key: row for key, row in listed.items() if not _is_same(row, previous)}
    shows = await series.of(changed.values(), _known_shows(changed, previous))
    return await asyncio.to_thread(
        _updated, previous, changed, shows, listed if whole else None
    )


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
    return (
        known is not None and known.at is not None and known.at == row.data.last_played
    )


def _is_same(row: Row, previous: Snapshot) -> bool:
    """Tell whether nothing about the play of a row has changed."""
    known = _known(row, previous)
    return known is not None and (known.at, known.count) == (
        row.data.last_played,
        row.data.play_count or 1,
    )


def _agrees(previous: Snapshot, listed: Collection[str], total: int) -> bool:
    """Tell whether the known rows and the new ones are all that there are."""
    known = {
        native_id
        for native_id, record in previous.records.items()
        if record.seen and not is_part(native_id)
    }
    return len(known.union(listed)) == total


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
