"""Reading lists page by page, complete or not at all."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from ...engine.provider import ProtocolError
from ..http import JsonObject, JsonValue

READINGS: Final = 2


@dataclass(frozen=True, slots=True)
class Page[T]:
    """One page: the things on it by what tells them apart, and how it goes on.

    `rows` also counts those that are of no use to us. `more` is None where the answer
    does not tell. `total` is how many rows there are in all, where that is told.
    """

    things: Mapping[str, T]
    rows: int
    more: bool | None = None
    cursor: str = ""
    total: int | None = None


type Fetch[T] = Callable[[Mapping[str, str | int]], Awaitable[Page[T]]]


@dataclass(slots=True)
class _Reading[T]:
    """All pages of one reading."""

    things: dict[str, T] = field(default_factory=dict)
    rows: int = 0
    pages: int = 0
    total: int | None = None
    has_repeats: bool = False
    cursors: set[str] = field(default_factory=set)

    def add(self, page: Page[T]) -> None:
        """Add a page; raise where it shows that the list will never end."""
        before = len(self.things)
        self.things.update(page.things)
        new = len(self.things) - before
        if page.cursor in self.cursors or (self.pages and page.things and not new):
            raise ProtocolError("The pages of a list at MDBList repeat each other")
        if page.cursor:
            self.cursors.add(page.cursor)
        self.has_repeats |= new < len(page.things)
        self.rows += page.rows
        self.pages += 1
        self.total = page.total if page.total is not None else self.total

    def next(self, page: Page[T]) -> Mapping[str, str | int] | None:
        """Return how to ask for the page after this one, None where it is the last."""
        if page.cursor:
            return {"cursor": page.cursor}
        if page.more is False or not page.rows:
            if page.more:
                raise ProtocolError("A list at MDBList goes on with an empty page")
            return None
        return {"offset": self.rows}


async def collect[T](fetch: Fetch[T], *, is_part: bool = False) -> dict[str, T]:
    """Return what is on all pages, each thing once.

    The service does not say how much there is in all of most lists. So it is asked for
    what comes after as many rows as were read: nothing, unless a page lacked some.
    Then all is read again, once. `is_part` says that only what has changed is listed,
    which others know the length of.
    """
    before: dict[str, T] | None = None
    for _ in range(READINGS):
        reading = await _read(fetch)
        things = reading.things
        is_whole = not reading.has_repeats and reading.total in {None, reading.rows}
        if is_whole and reading.total is None and not is_part:
            probe = await fetch({"offset": reading.rows, "limit": 1})
            is_whole = not probe.rows
            if probe.things.keys() - things.keys():
                before = None
                continue
        if is_whole or (before is not None and things.keys() == before.keys()):
            return things
        # [unsure] what the service counts: what comes out the same is all there is.
        before = things
    raise ProtocolError(
        "A list at MDBList changed while it was read, or its pages lack what they "
        "should hold"
    )


async def _read[T](fetch: Fetch[T]) -> _Reading[T]:
    """Read all pages once."""
    reading = _Reading[T]()
    params: Mapping[str, str | int] | None = {}
    while params is not None:
        page = await fetch(params)
        reading.add(page)
        params = reading.next(page)
    return reading


def pagination_of(answer: JsonObject) -> tuple[bool | None, str, int | None]:
    """Return whether a list goes on, the cursor to go on with, and how long it is."""
    told = answer.get("pagination")
    if not isinstance(told, dict):
        return None, "", None
    more, cursor = told.get("has_more"), told.get("next_cursor")
    return (
        more if isinstance(more, bool) else None,
        cursor if isinstance(cursor, str) else "",
        _total(told.get("total_movies"), told.get("total_shows")),
    )


def _total(movies: JsonValue, shows: JsonValue) -> int | None:
    """Return how many films and shows there are, None where that is not told."""
    if type(movies) is not int or type(shows) is not int:
        return None
    return movies + shows
