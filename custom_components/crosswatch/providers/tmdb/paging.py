"""Reads the lists of an account, which come in pages of 20: whole, or not at all."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from ...engine.provider import AccountLimitError, ProtocolError, ProviderError
from ..http import Answer, JsonObject
from .mapping import Entry

READINGS: Final = 2
# It refuses to show pages beyond this one.
LAST_PAGE: Final = 500
# At most one row in so many may be missing from a list.
HIDDEN_PART: Final = 50

NEWEST: Final = "created_at.desc"
OLDEST: Final = "created_at.asc"

# Returns the page of that number, in that order.
type Fetch = Callable[[int, str], Coroutine[None, None, Page]]


@dataclass(frozen=True, slots=True)
class Page:
    """A page: what is on it, and how many pages and rows there are in all."""

    entries: Sequence[Entry]
    pages: int
    total: int


def page_from(
    answer: Answer, number: int, parse: Callable[[JsonObject], Entry]
) -> Page:
    """Return the page in an answer."""
    body = answer.object()
    results, pages, total = (
        body.get(name) for name in ("results", "total_pages", "total_results")
    )
    if (
        not isinstance(results, list)
        or type(pages) is not int
        or type(total) is not int
    ):
        raise answer.nonsense("lacks results, total_pages or total_results")
    if body.get("page") != number or pages < 0 or total < 0:
        raise answer.nonsense("is another page than was asked for")
    entries: list[Entry] = []
    for row in results:
        if not isinstance(row, dict):
            raise answer.nonsense("has a row that is not an object")
        entries.append(parse(row))
    return Page(entries, pages, total)


async def read_all(fetch: Fetch, first: Page | None = None) -> list[Entry]:
    """Return all entries of a list, each title once.

    Rows move between pages when the list changes meanwhile: then their number is not
    the announced one, and all is read again. If the very same comes again, and little
    is missing, TMDb counts a title that it does not show any more.
    """
    before: dict[str, Entry] | None = None
    for _ in range(READINGS):
        pages = await _read_pages(fetch, first or await fetch(1, NEWEST))
        first = None
        found = {entry.native_id: entry for page in pages for entry in page.entries}
        totals = {page.total for page in pages}
        if totals == {len(found)}:
            return list(found.values())
        same = before is not None and before.keys() == found.keys()
        if same and len(totals) == 1 and _is_plausible(max(totals), len(found)):
            return list(found.values())
        before = found
    raise ProtocolError(
        "A list at TMDb changed while it was read, or its pages repeat each other or "
        "lack what they should hold"
    )


async def _read_pages(fetch: Fetch, first: Page) -> list[Page]:
    """Return all pages; of a very long list the last ones from its other end."""
    if first.pages > 2 * LAST_PAGE:
        shown = 2 * LAST_PAGE * len(first.entries)
        raise AccountLimitError(
            f"TMDb shows {shown} titles of a list and no more: take some off"
        )
    wanted = [(number, NEWEST) for number in range(2, min(first.pages, LAST_PAGE) + 1)]
    # One more, as the last page is rarely full.
    beyond = first.pages - LAST_PAGE + 1 if first.pages > LAST_PAGE else 0
    wanted += [(number, OLDEST) for number in range(1, min(beyond, LAST_PAGE) + 1)]
    return [first, *await gather(fetch(*each) for each in wanted)]


def _is_plausible(total: int, listed: int) -> bool:
    """Tell whether so little is missing that it may well be hidden."""
    few = max(listed // HIDDEN_PART, min(3, listed // 2))
    return 0 <= total - listed <= few


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
