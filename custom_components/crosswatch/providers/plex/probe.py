"""Small lists that show whether anything has changed: the markers of an account."""

from collections.abc import Iterable, Mapping
from hashlib import blake2b
import re
import time
from typing import Final

from ...engine.model import MediaKind
from .library import Lists
from .paging import Page, gather
from .rows import Row
from .wire import Query

PLAYABLE: Final = (MediaKind.MOVIE, MediaKind.EPISODE)
# The newest rows; what was done to more of them at once changes these as well.
VIEWS_SIZE: Final = 30

# Whatever was played, in part or to its end, has the date of its last view.
VIEWED: Final[Query] = {"lastViewedAt>>": 0, "sort": "lastViewedAt:desc"}

# How long, in seconds, what was fetched for a marker may serve the read after it.
KEPT_FOR: Final = 30.0

_NEWEST: Final = re.compile(r"\b(movie|episode):\d+:(\d+):")


class Kept[T]:
    """Something fetched for a marker, to be used by the next read, once."""

    def __init__(self) -> None:
        """Start without anything."""
        self._value: T | None = None
        self._until = 0.0

    def put(self, value: T) -> T:
        """Keep and return it."""
        self._value = value
        self._until = time.monotonic() + KEPT_FOR
        return value

    def take(self) -> T | None:
        """Return it if it is there and still good, and keep it no longer."""
        value, self._value = self._value, None
        return value if time.monotonic() < self._until else None


async def views_marker(lists: Lists) -> str:
    """Return a marker of all that is played, one request for films and for episodes.

    It has the number of items with a view, which falls when one is marked as unwatched,
    and the newest of them.
    """
    heads = await gather(lists.head(kind, VIEWED, VIEWS_SIZE) for kind in PLAYABLE)
    return " ".join(
        _part(kind, page) for kind, page in zip(PLAYABLE, heads, strict=True)
    )


def newest_in(marker: str) -> Mapping[MediaKind, int]:
    """Return the newest views that a marker knows of."""
    return {MediaKind(kind): int(newest) for kind, newest in _NEWEST.findall(marker)}


def digest(parts: Iterable[object]) -> str:
    """Return a short text that changes with what it is made of."""
    found = blake2b(digest_size=8)
    for part in parts:
        found.update(f"{part}\n".encode())
    return found.hexdigest()


def _part(kind: MediaKind, page: Page[Row]) -> str:
    """Return the marker of one kind."""
    newest = max((row.viewed for row in page.rows), default=0)
    rows = [(row.key, row.views, row.viewed, row.offset) for row in page.rows]
    return f"{kind.value}:{page.total}:{newest}:{digest(sorted(rows))}"
