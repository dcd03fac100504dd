"""Which plays a removal takes away, by Trakt's own names for them.

Trakt would remove all plays of a title at once, also those that came since. So plays
are always removed one by one; where their names are not known, the title's plays are
listed first, and those that are meant are found by their minute.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from ...engine.ids import item_keys
from ...engine.model import Play, Value, Watched
from ...engine.plan import Operation, Reason
from .capabilities import PLAYED
from .client import TraktClient
from .mapping import PlayRow, RowReader
from .paging import Page, collect, together
from .payload import GROUPS, minute_to_json, moment_to_json
from .refusal import UnknownTitleError

PATH: Final = "/sync/history"
# Whether a date in a query may have a time is told in two ways: whole days do for both.
_AROUND: Final = timedelta(days=1)


def objection(operation: Operation) -> Reason | None:
    """Return why a removal cannot be sent: it has to name plays, of what is played."""
    if operation.item.kind not in PLAYED:
        return Reason.KIND_NOT_SUPPORTED
    return None if any(_standing(operation.before)) else Reason.REJECTED


def known_ids(operation: Operation) -> list[int]:
    """Return Trakt's names of the plays to remove; none if they are not all known."""
    plays, undated = _standing(operation.before)
    names = [play.native_id for play in plays]
    if undated or not all(map(str.isdecimal, names)):
        return []
    return [int(name) for name in names]


def _standing(before: Value | None) -> tuple[Sequence[Play], int]:
    """Return the plays to remove, and how many without a date.

    Of an account that keeps only the last play, no more than that one is meant.
    """
    if not isinstance(before, Watched):
        return (), 0
    if before.plays:
        return before.plays, max(before.count - len(before.plays), 0)
    return ((Play(before.at),), 0) if before.at else ((), max(before.count, 1))


class PlayFinder:
    """Finds the plays of titles as they are at Trakt now."""

    def __init__(self, client: TraktClient) -> None:
        """Take the API on behalf of the account."""
        self._client = client
        self._reader = RowReader()

    async def find(self, operation: Operation) -> list[int] | None:
        """Return Trakt's names of the plays that are there; None for no such title."""
        plays, undated = _standing(operation.before)
        if (path := _path_of(operation)) is not None:
            try:
                rows = await self._list(path)
            except UnknownTitleError:
                return None
        elif plays:
            rows = await self._rows_around(operation, plays)
        else:
            return None
        return [int(row.play_id) for row in _meant(rows, plays, undated)]

    async def _list(self, path: str, **params: str) -> list[PlayRow]:
        """Return all plays on a list."""

        async def fetch(number: int) -> Page[PlayRow]:
            """Return one page."""
            return await self._client.page(path, number, self._reader.play, **params)

        return (await collect(fetch, lambda row: row.play_id)).things

    async def _rows_around(
        self, operation: Operation, plays: Iterable[Play]
    ) -> list[PlayRow]:
        """Return the plays of a title that are listed around the dates of these."""
        path = f"{PATH}/{GROUPS[operation.item.kind]}"
        lists = await together(
            *(
                self._list(
                    path,
                    start_at=moment_to_json(day - _AROUND),
                    end_at=moment_to_json(day + _AROUND),
                )
                for day in sorted({_day_of(play.at) for play in plays})
            )
        )
        keys = {*operation.keys, *item_keys(operation.item)}
        return [
            row
            for rows in lists
            for row in rows
            if not keys.isdisjoint(item_keys(row.item))
        ]


def _path_of(operation: Operation) -> str | None:
    """Return where Trakt lists the plays of one title, if its name is known."""
    item = operation.item
    for native_id in operation.native_ids:
        kind, _, number = native_id.partition(":")
        if kind == item.kind.value and number.isdecimal():
            return f"{PATH}/{GROUPS[item.kind]}/{number}"
    number = item.ids.get("trakt", "")
    return f"{PATH}/{GROUPS[item.kind]}/{number}" if number.isdecimal() else None


def _meant(
    rows: Iterable[PlayRow], plays: Iterable[Play], undated: int
) -> Iterator[PlayRow]:
    """Yield the plays that are meant: by name, else by minute, each of them once."""
    left = {row.play_id: row for row in rows}
    nameless: list[Play] = []
    for play in plays:
        if (row := left.pop(play.native_id, None)) is not None:
            yield row
        else:
            nameless.append(play)
    for play in nameless:
        minute = minute_to_json(play.at)
        for row in left.values():
            if row.at is not None and minute_to_json(row.at) == minute:
                yield left.pop(row.play_id)
                break
    yield from [row for row in left.values() if row.at is None][:undated]


def _day_of(moment: datetime) -> datetime:
    """Return the beginning of the day that a moment lies in."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)
