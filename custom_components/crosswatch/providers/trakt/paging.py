"""Reading lists page by page, complete or not at all."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ...engine.provider import ProtocolError

PARALLEL: Final = 4
READINGS: Final = 2


@dataclass(frozen=True, slots=True)
class Page[T]:
    """One page: what is on it, and how much there is in all.

    `others` is the number of rows that are of no use to us.
    """

    things: Sequence[T]
    others: int
    pages: int
    total: int


async def collect[T](
    fetch: Callable[[int], Awaitable[Page[T]]],
    key: Callable[[T], str],
    first: Page[T] | None = None,
) -> list[T]:
    """Return what is on all pages, each thing once.

    Things move between pages when the list changes meanwhile. Then the number of
    rows is not the announced one, and all is read again, once.
    """
    for _ in range(READINGS):
        found = await _read(fetch, key, first or await fetch(1))
        if found is not None:
            return found
        first = None
    raise ProtocolError(
        "A list at Trakt changed while it was read, or its pages repeat each other"
    )


async def _read[T](
    fetch: Callable[[int], Awaitable[Page[T]]], key: Callable[[T], str], first: Page[T]
) -> list[T] | None:
    """Return what is on all pages, or None if they do not fit together."""
    pages = [first]
    numbers = iter(range(2, first.pages + 1))
    if first.pages > 1:
        workers = [_work(fetch, numbers, pages) for _ in range(PARALLEL)]
        await together(*workers)
    found = {key(thing): thing for page in pages for thing in page.things}
    others = sum(page.others for page in pages)
    steady = all(page.total == first.total for page in pages)
    return (
        list(found.values()) if steady and len(found) + others == first.total else None
    )


async def _work[T](
    fetch: Callable[[int], Awaitable[Page[T]]],
    numbers: Iterator[int],
    pages: list[Page[T]],
) -> None:
    """Read one page after the other until none is left, or one is empty."""
    for number in numbers:
        page = await fetch(number)
        pages.append(page)
        if not page.things and not page.others:
            break


async def together[T](*work: Awaitable[T]) -> list[T]:
    """Return what all of it returns; if one part fails, the others are ended."""

    async def part(each: Awaitable[T]) -> T:
        return await each

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(part(each)) for each in work]
    except ExceptionGroup as errors:
        error = errors.exceptions[0]
    else:
        return [task.result() for task in tasks]
    raise error
