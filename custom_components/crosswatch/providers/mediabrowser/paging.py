"""Reads a list that comes in pages: whole, or not at all."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from typing import Final, NamedTuple

from ...engine.provider import ProtocolError, ProviderError
from .rows import Page, Row

PAGE_SIZE: Final = 1000
# No library is larger; a server that claims so would be asked for pages without end.
MOST_ROWS: Final = 1_000_000

type FetchPage = Callable[[int, int], Coroutine[None, None, Page]]


class _Reading(NamedTuple):
    """All pages of a list, as one attempt got them."""

    rows: dict[str, Row]
    listed: int
    totals: frozenset[int]

    @property
    def whole(self) -> bool:
        """Return whether there are as many different rows as the server counts."""
        return self.totals == {len(self.rows)}

    def confirms(self, other: _Reading) -> bool:
        """Tell whether two readings, from either end, show the same part of the list.

        What a server leaves out at an end, or at the end of each page, it leaves out
        elsewhere when asked from the other end; and one that gives the same answer
        to any question does not begin with another row.
        """
        return (
            self.totals == other.totals
            and len(self.totals) == 1
            and (self.listed, other.listed) == (len(self.rows), len(other.rows))
            and 2 * self.listed > max(self.totals)
            and self.rows.keys() == other.rows.keys()
            and next(iter(self.rows)) != next(iter(other.rows))
        )


async def read_all(
    fetch: FetchPage, size: int = PAGE_SIZE, *, backwards: FetchPage | None = None
) -> Page:
    """Return all rows of a list; `fetch` is called with a start and a limit.

    Items that move while this goes on, as well as a server that ignores the start or
    cuts its list, show in the number of different rows: another attempt is made, then
    the list is refused. `backwards` fetches the same list from its other end. Where
    both ends show the same rows, the missing ones are such as the server counts but
    does not show to this user, as it looks at some rights only after counting.
    """
    before: _Reading | None = None
    for direction in (fetch, backwards, fetch) if backwards else (fetch, fetch):
        reading = await _read(direction, size)
        total = max(reading.totals)
        if reading.whole or (backwards and before and reading.confirms(before)):
            return Page(list(reading.rows.values()), total)
        before = reading
    raise ProtocolError(
        f"The server listed {len(reading.rows)} different items of {total}"
    )


async def read_in_order(fetch: FetchPage, size: int) -> list[Row]:
    """Return all rows of a list in which one may stand several times.

    Such a list has no order but its own. Where it changes while this goes on, another
    attempt is made, then the list is refused.
    """
    for _ in range(2):
        rows: list[Row] = []
        totals: set[int] = set()
        while not totals or len(rows) < max(totals):
            page = await fetch(len(rows), size)
            totals.add(page.total)
            rows += page.rows
            if not page.rows or len(totals) > 1:
                break
        if totals == {len(rows)}:
            return rows
    raise ProtocolError(f"The server listed {len(rows)} entries of {max(totals)}")


async def _read(fetch: FetchPage, size: int) -> _Reading:
    """Read all pages; the first tells how many there are, the others come at once."""
    first = await fetch(0, size)
    if first.total > MOST_ROWS:
        raise ProtocolError(f"The server claims to have {first.total} items")
    # A server that ignores the limit has told everything already.
    begun = len(first.rows) <= size
    starts = range(size, first.total, size) if begun else ()
    pages = [first, *await gather(fetch(start, size) for start in starts)]
    return _Reading(
        rows={row.id: row for page in pages for row in page.rows},
        listed=sum(len(page.rows) for page in pages),
        totals=frozenset(page.total for page in pages),
    )


async def gather[T](calls: Iterable[Coroutine[None, None, T]]) -> list[T]:
    """Return what all calls return; the first error ends them all."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(call) for call in calls]
    except* ProviderError as errors:
        failed: ProviderError = first_of(errors)
    else:
        return [task.result() for task in tasks]
    raise failed


def first_of(errors: BaseExceptionGroup[ProviderError]) -> ProviderError:
    """Return the first error of a group."""
    error = errors.exceptions[0]
    return first_of(error) if isinstance(error, BaseExceptionGroup) else error
