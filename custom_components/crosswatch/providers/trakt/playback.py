"""Positions as Trakt keeps them: in percent, one for each title, for some months.

Trakt knows how many minutes a title runs, but not how long the file is that somebody
plays: no position in time is made of a percentage here. Whoever takes it knows the
length of its own file.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from ...engine.model import Feature, Progress, Record, Snapshot
from .client import TraktClient
from .mapping import PausedRow, RowReader
from .paging import Page, collect

PATH: Final = "/sync/playback"


class Playback:
    """Reads the positions of one account."""

    def __init__(self, client: TraktClient) -> None:
        """Take the API on behalf of the account."""
        self._client = client

    async def rows(self) -> list[PausedRow]:
        """Return the rows as they are now."""
        reader = RowReader()
        return await self._all(reader, await self._page(reader, 1))

    async def read(self, previous: Snapshot | None, now: datetime) -> Snapshot:
        """Return all positions; `previous` has to be worth being brought up to date.

        Who goes on with a title loses its position at Trakt until the next stop: that
        one is gone says nothing.
        """
        reader = RowReader()
        head = await self._page(reader, 1)
        known = None if previous is None else merged(previous, head)
        if known is not None:
            return known
        records = records_of(await self._all(reader, head))
        return Snapshot.of(Feature.PROGRESS, records, now)

    async def _all(self, reader: RowReader, head: Page[PausedRow]) -> list[PausedRow]:
        """Return the rows of all pages, of which the first is known."""

        async def fetch(number: int) -> Page[PausedRow]:
            """Return one page."""
            return await self._page(reader, number)

        return (await collect(fetch, lambda row: row.row_id, head)).things

    async def _page(self, reader: RowReader, number: int) -> Page[PausedRow]:
        """Return one page."""
        return await self._client.page(PATH, number, reader.paused)


def records_of(rows: Iterable[PausedRow]) -> Iterable[Record]:
    """Return a record for each title: where it has several rows, the latest."""
    newest: dict[str, PausedRow] = {}
    for row in rows:
        other = newest.get(row.native_id)
        if other is None or _order(row) > _order(other):
            newest[row.native_id] = row
    for row in newest.values():
        value = Progress(percent=row.percent, at=row.at)
        yield Record(row.item, value, row.native_id)


def merged(previous: Snapshot, head: Page[PausedRow]) -> Snapshot | None:
    """Return positions with those of the first page brought in, or None.

    Whatever changes is dated with the present and comes first. So a page that goes
    back to what was known holds all changes; and as a title that went makes the whole
    list shorter, an equal number proves that none did.
    """
    known = _positions(previous)
    dates = [row.at for row in head.things if row.at is not None]
    newest = max(
        (each.at for each in known.values() if each.at is not None), default=None
    )
    if head.pages < 2 or head.others or newest is None:
        # There is no second page to save, or nothing to compare with.
        return None
    in_order = len(dates) == len(head.things) and dates == sorted(dates, reverse=True)
    if not dates or not in_order or dates[-1] >= newest:
        return None
    records = {name: previous.records[name] for name in known}
    records.update({each.native_id: each for each in records_of(head.things)})
    return replace(previous, records=records) if len(records) == head.total else None


def _positions(snapshot: Snapshot) -> Mapping[str, Progress]:
    """Return the positions that were listed, by native id."""
    return {
        name: value
        for name, record in snapshot.records.items()
        if record.seen and isinstance(value := record.value, Progress)
    }


def _order(row: PausedRow) -> tuple[bool, float, float]:
    """Order rows of one title: by date, then by how far it was played."""
    at = row.at.timestamp() if row.at is not None else 0.0
    return row.at is not None, at, row.percent or 0.0
