"""Reads the lists of Plex, which come in pages: whole, or not at all."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import Final

from ...engine.provider import ProtocolError, ProviderError
from ..answer import JsonObject, JsonValue
from .fields import whole
from .wire import Query

PAGE_SIZE: Final = 1000
# As many rows as take a few milliseconds.
ROWS_AT_ONCE: Final = 200
# No library is larger; a server that claims so would be asked for pages without end.
MOST_ROWS: Final = 2_000_000


@dataclass(frozen=True, slots=True)
class Page[R]:
    """A part of a list, and how many rows the whole has.

    `listed` is how many rows came, `skipped` ones among them. What is not `counted`
    has at least as many rows as there were so far.
    """

    rows: Sequence[R]
    total: int
    listed: int
    counted: bool = True


type FetchPage[R] = Callable[[int, int], Coroutine[None, None, Page[R]]]


def page_query(start: int, size: int) -> Query:
    """Return what asks for a page."""
    return {"X-Plex-Container-Start": start, "X-Plex-Container-Size": size}


async def parsed_page[R](
    answer: Awaitable[JsonObject], parse: Callable[[JsonValue], R | None]
) -> Page[R]:
    """Return a container as a page; other things get their turn in between.

    What all rows have in common, such as the library, may stand in the container only.
    """
    container = await answer
    section = container.get("librarySectionID")
    found = container.get("Metadata")
    if found is None:
        # Very old servers, and containers of nothing.
        found = container.get("Directory", [])
    if not isinstance(found, list):
        raise ProtocolError("A list of Plex has no rows in it")
    rows: list[R] = []
    for some in batched(found, ROWS_AT_ONCE, strict=False):
        for each in some if section is not None else ():
            if isinstance(each, dict):
                each.setdefault("librarySectionID", section)
        rows.extend(row for each in some if (row := parse(each)) is not None)
        await asyncio.sleep(0)
    counted = whole(container, "totalSize")
    # Where something takes the paging away, everything comes at once.
    total = (whole(container, "offset") or 0) + len(found)
    total = total if counted is None else counted
    if not 0 <= total <= MOST_ROWS:
        raise ProtocolError(f"Plex claims to have a list of {total} rows")
    return Page(rows, total, len(found), counted is not None)


async def read_all[R](
    fetch: FetchPage[R], name: Callable[[R], str], size: int = PAGE_SIZE
) -> list[R]:
    """Return all rows of a list.

    Rows that move while this goes on, and a server that ignores where to start, show
    in the number of different rows: another attempt is made, then the list is refused.
    """
    for _ in range(2):
        first = await fetch(0, size)
        if not first.counted and first.listed == size:
            first = await _until_the_end(fetch, first, name, size)
        # Some give less at a time than they are asked for, some all at once.
        step = min(first.listed, size) or size
        starts = range(step, first.total, step) if first.listed <= size else ()
        pages = [first, *await gather(fetch(start, step) for start in starts)]
        rows = {name(row): row for page in pages for row in page.rows}
        listed = sum(page.listed for page in pages)
        skipped = listed - sum(len(page.rows) for page in pages)
        if {page.total for page in pages} == {len(rows) + skipped}:
            return list(rows.values())
    raise ProtocolError(
        f"Plex listed {len(rows) + skipped} different rows of {first.total}"
    )


async def _until_the_end[R](
    fetch: FetchPage[R], page: Page[R], name: Callable[[R], str], size: int
) -> Page[R]:
    """Return all rows of a list that nobody has counted, given the first of them.

    It ends with a page that is not full.
    """
    rows = {name(row): row for row in page.rows}
    listed = page.listed
    while page.listed == size:
        page = await fetch(listed, size)
        if page.rows and rows.keys() >= {name(row) for row in page.rows}:
            raise ProtocolError(
                "Plex lists the same rows again, and does not count them"
            )
        rows |= {name(row): row for row in page.rows}
        listed += page.listed
    return Page(list(rows.values()), listed, listed)


async def gather[T](calls: Iterable[Coroutine[None, None, T]]) -> list[T]:
    """Return what all calls return; the first error ends them all."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(call) for call in calls]
    except* ProviderError as errors:
        failed: ProviderError = _first_of(errors)
    else:
        return [task.result() for task in tasks]
    raise failed


def _first_of(errors: BaseExceptionGroup[ProviderError]) -> ProviderError:
    """Return the first error of a group."""
    error = errors.exceptions[0]
    return _first_of(error) if isinstance(error, BaseExceptionGroup) else error
