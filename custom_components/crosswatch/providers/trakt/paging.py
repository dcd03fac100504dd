"""Reading lists page by page, complete or not at all."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from ...engine.provider import ProtocolError

PARALLEL: Final = 4
READINGS: Final = 2
# At most one in so many rows of a list may be missing from it.
HIDDEN_PART: Final = 50


class Page[T](NamedTuple):
    """One page: what is on it, and how much there is in all.

    `others` is the number of rows that are of no use to us.
    """

    things: Sequence[T]
    others: int
    pages: int
    total: int


class Listing[T](NamedTuple):
    """All things on a list, and how many more Trakt counts than it lists.

    It goes on counting what it does not show any more: films that it came to see as
    adult, and titles that were merged or deleted.
    """

    things: list[T]
    unlisted: int = 0


class _Reading[T](NamedTuple):
    """One reading of all pages, which announced the same and repeated nothing."""

    things: Mapping[str, T]
    others: int
    total: int

    @property
    def unlisted(self) -> int:
        """Return how many more things are announced than there are."""
        return self.total - len(self.things)

    def is_whole(self, unlisted: int) -> bool:
        """Return whether nothing is missing but what was known to be."""
        rows = len(self.things) + self.others
        return rows == self.total or 0 != unlisted == self.unlisted

    def is_like(self, other: _Reading[T] | None) -> bool:
        """Return whether two readings returned the very same."""
        return (
            other is not None
            and self.total == other.total
            and self.things.keys() == other.things.keys()
        )

    def is_plausible(self) -> bool:
        """Return whether so few things are missing that they may well be hidden.

        Rows of kinds that we do not know are few as well, or else all has new names.
        """
        listed = len(self.things)
        hidden = abs(self.unlisted - self.others)
        few = listed // HIDDEN_PART
        return hidden <= max(few, min(3, listed // 2)) and self.others <= max(few, 3)


async def collect[T](
    fetch: Callable[[int], Awaitable[Page[T]]],
    key: Callable[[T], str],
    first: Page[T] | None = None,
    unlisted: int = 0,
) -> Listing[T]:
    """Return what is on all pages, each thing once.

    Things move between pages when the list changes meanwhile. Then the number of
    rows is not the announced one, and all is read again, once. If exactly the same
    comes again, and little is missing, Trakt just counts more than it shows.
    `unlisted` is how many these were before.
    """
    before: _Reading[T] | None = None
    for _ in range(READINGS):
        reading = await _read(fetch, key, first or await fetch(1), unlisted)
        first = None
        if reading is not None and (
            reading.is_whole(unlisted) or reading.is_like(before)
        ):
            if reading.is_plausible():
                return Listing(list(reading.things.values()), reading.unlisted)
            break
        before = reading
    raise ProtocolError(
        "A list at Trakt changed while it was read, or its pages repeat each other, "
        "or lack what they should hold"
    )


async def _read[T](
    fetch: Callable[[int], Awaitable[Page[T]]],
    key: Callable[[T], str],
    first: Page[T],
    unlisted: int,
) -> _Reading[T] | None:
    """Return what is on all pages, or None if they do not fit together."""
    pages = [first]
    numbers = iter(range(2, first.pages + 1))
    if first.pages > 1:
        workers = [_work(fetch, numbers, pages) for _ in range(PARALLEL)]
        await together(*workers)
    reading = _joined(pages, key)
    if reading is None or reading.is_whole(unlisted):
        return reading
    # The number of pages may be as wrong as that of the rows.
    pages.append(await fetch(first.pages + 1))
    beyond = _joined(pages, key)
    return beyond if beyond and beyond.things.keys() == reading.things.keys() else None


def _joined[T](pages: Sequence[Page[T]], key: Callable[[T], str]) -> _Reading[T] | None:
    """Return the pages as one reading, or None if they do not fit together."""
    total = pages[0].total
    found = {key(thing): thing for page in pages for thing in page.things}
    steady = all(page.total == total for page in pages)
    if not steady or len(found) != sum(len(page.things) for page in pages):
        return None
    return _Reading(found, sum(page.others for page in pages), total)


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
        """Wait for one part, as a coroutine."""
        return await each

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(part(each)) for each in work]
    except ExceptionGroup as errors:
        error = errors.exceptions[0]
    else:
        return [task.result() for task in tasks]
    raise error
