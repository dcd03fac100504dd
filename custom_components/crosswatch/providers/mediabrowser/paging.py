"""Reads a list that comes in pages: whole, or not at all."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from typing import Final

from ...engine.provider import ProtocolError, ProviderError
from .rows import Page, Row

PAGE_SIZE: Final = 1000
ATTEMPTS: Final = 2

type FetchPage = Callable[[int, int], Coroutine[None, None, Page]]


async def read_all(fetch: FetchPage, size: int = PAGE_SIZE) -> list[Row]:
    """Return all rows of a list; `fetch` is called with a start and a limit.

    The first page tells how many there are, the others are asked for at once. Items
    that move while this goes on, as well as a server that ignores the start or cuts
    its list, show in the number of different rows: one more attempt is made, then
    the list is refused.
    """
    for _ in range(ATTEMPTS):
        first = await fetch(0, size)
        starts = range(size, first.total, size) if len(first.rows) == size else ()
        others = await gather(fetch(start, size) for start in starts)
        rows = {row.id: row for page in (first, *others) for row in page.rows}
        totals = {page.total for page in (first, *others)}
        if totals == {len(rows)}:
            return list(rows.values())
    raise ProtocolError(
        f"The server listed {len(rows)} different items of {first.total}"
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
