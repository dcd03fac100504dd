"""Which library of a server an item is in.

Either each item is asked what it lies in, or the items of each library are listed:
whichever is less work for the server.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import batched
from math import ceil
from typing import Final, NamedTuple, Protocol

from ...engine.model import Library
from ...engine.provider import ProtocolError
from ..answer import JsonObject, JsonValue
from .library import IN_ORDER, Listing, Query
from .mapping import base_id
from .paging import PAGE_SIZE, gather
from .rows import EPISODE, MOVIE, SEASON, SERIES

# Libraries of films, of series, and of both, which say nothing of their kind. Others
# (music, books, collections) hold nothing that we sync. [unsure: all the names that a
# mixed library may have; one that is missing here cannot be chosen, no more]
_KINDS: Final = frozenset({"movies", "tvshows", "mixed", "unknown", ""})
# A user may have libraries of one kind shown as one. Such a view lies above no item.
_REAL: Final = "CollectionFolder"

# A page of a thousand items is about as much work as this many single questions.
_PAGE_COST: Final = 20
_ASKED_AT_ONCE: Final = 100

_CONTENTS: Final[Query] = {
    **IN_ORDER,
    "recursive": "true",
    "includeItemTypes": f"{MOVIE},{SERIES},{SEASON},{EPISODE}",
    "collapseBoxSetItems": "false",
    "enableUserData": "false",
    "enableImages": "false",
    "imageTypeLimit": 0,
}


class PlacesClient(Protocol):
    """The libraries of a server, and what is in them, as the user may see them."""

    async def items(self, query: Query) -> JsonObject:
        """Return a page of items."""

    async def views(self) -> JsonObject:
        """Return the libraries."""

    async def ancestors(self, item_id: str) -> Sequence[JsonValue]:
        """Return what an item lies in; nothing if there is no such item."""


class View(NamedTuple):
    """A library as the user sees it; `real` where it is one of the server's own."""

    library: Library
    real: bool


class Places:
    """Tells the libraries of items."""

    def __init__(self, client: PlacesClient) -> None:
        """Start without having asked anything."""
        self._client = client

    async def libraries(self) -> Sequence[Library]:
        """Return the libraries of films and series."""
        return [view.library for view in await self._views()]

    async def locate(self, native_ids: Collection[str]) -> Mapping[str, str]:
        """Return the ids of the libraries that items are in, by their native ids.

        The further episodes of a file are where the file is. An item that is in
        several libraries is in the first of them.
        """
        items = {name: base_id(name) for name in native_ids if ":" not in name}
        wanted = frozenset(items.values())
        if not wanted or not (views := await self._views()):
            return {}
        ids = [view.library.library_id for view in views]
        # It takes a page a library to list them, so that a few are always asked.
        few = len(wanted) <= _PAGE_COST * len(ids)
        if not all(view.real for view in views):
            found = await self._listed(ids)
        elif few or len(wanted) <= _PAGE_COST * await self._pages(ids):
            # Where no item tells anything, something keeps the question from the server.
            found = await self._asked(wanted, ids) or await self._listed(ids)
        else:
            found = await self._listed(ids)
        return {name: found[item] for name, item in items.items() if item in found}

    async def _views(self) -> list[View]:
        """Return the user's views that hold films or series."""
        # All of them come at once: how many there are need not be told.
        rows = (await self._client.views()).get("Items")
        if not isinstance(rows, list):
            raise ProtocolError("The server's list of libraries lacks Items")
        return [view for row in rows if (view := parse_view(row)) is not None]

    async def _pages(self, ids: Iterable[str]) -> int:
        """Return how many pages it takes to list these libraries."""
        firsts = await gather(self._contents(each).page(0, 1) for each in ids)
        return sum(ceil(first.total / PAGE_SIZE) for first in firsts)

    async def _asked(self, items: Iterable[str], ids: Iterable[str]) -> dict[str, str]:
        """Return where items are, each asked for by itself."""
        libraries = list(ids)

        async def ask(item: str) -> tuple[str, str | None]:
            """Return where one item is."""
            above = ids_in(await self._client.ancestors(item))
            return item, next((each for each in libraries if each in above), None)

        found: dict[str, str] = {}
        for some in batched(items, _ASKED_AT_ONCE, strict=False):
            answers = await gather(map(ask, some))
            found.update((item, place) for item, place in answers if place is not None)
        return found

    async def _listed(self, ids: Iterable[str]) -> dict[str, str]:
        """Return where all items of these libraries are."""
        found: dict[str, str] = {}
        # One library after the other: a large one takes some memory.
        for library in ids:
            listed = await self._contents(library).read()
            for row in listed.rows:
                found.setdefault(row.id, library)
        return found

    def _contents(self, library: str) -> Listing:
        """Return the list of all items of a library."""
        return Listing(self._client.items, {**_CONTENTS, "parentId": library})


def parse_view(row: JsonValue) -> View | None:
    """Return a library of films or series; None for any other one."""
    if not isinstance(row, dict):
        raise ProtocolError("The server's list of libraries holds something else")
    kind = row.get("CollectionType") or ""
    if not isinstance(kind, str) or kind.lower() not in _KINDS:
        return None
    library_id, name = row.get("Id"), row.get("Name")
    if not isinstance(library_id, str) or not library_id:
        raise ProtocolError("A library of the server lacks Id")
    shown = name if isinstance(name, str) and name else library_id
    return View(Library(library_id, shown), row.get("Type") == _REAL)


def ids_in(rows: Iterable[JsonValue]) -> frozenset[JsonValue]:
    """Return the ids of what an item lies in."""
    return frozenset(
        found
        for row in rows
        if isinstance(row, dict) and isinstance(found := row.get("Id"), str)
    )
