"""Playlists and collections: what a server keeps under a name that people give."""

from collections.abc import Collection, Iterable
from itertools import batched
from typing import Final, Protocol, override

from ...engine.provider import ProtocolError
from ..answer import JsonObject
from .library import IDS_AT_ONCE, WITH_IDS, Listing, Query, parse_page, rows_by_id
from .paging import read_in_order
from .queries import EVERYWHERE
from .rows import MOVIE, SERIES, Page, Row
from .server import Server

# Whatever it holds comes at once, up to this many entries.
ENTRIES_PAGE: Final = 500


class _GoneError(Exception):
    """There is no such list, or no longer."""


class NamedLists(Protocol):
    """One kind of such lists.

    `what` is what texts call one, `type` what the server calls it.
    """

    what: str
    type: str

    async def is_own(self, list_id: str) -> bool:
        """Tell whether a list is there for this user to write to."""

    async def rows(self, list_id: str) -> list[Row] | None:
        """Return all entries; None where there is no such list."""

    async def is_there(self, list_id: str) -> bool:
        """Tell for certain whether there is such a list."""

    async def create(self, name: str, items: Collection[str]) -> str:
        """Create a list of items, and return its id."""

    async def add(self, list_id: str, items: Collection[str]) -> None:
        """Add items."""

    async def remove(self, list_id: str, entries: Iterable[Row]) -> None:
        """Take entries out."""


class Playlists(NamedLists):
    """The playlists of a user. A series stands in one as its episodes."""

    what = "playlist"
    type = "Playlist"

    def __init__(self, client: Server) -> None:
        """Take the server."""
        self._client = client

    @override
    async def is_own(self, list_id: str) -> bool:
        """Tell whether a playlist is the user's own: others may be shared with all."""
        return await self._client.owns_playlist(list_id)

    @override
    async def rows(self, list_id: str) -> list[Row] | None:
        """Return all entries in their order, of which some may be there twice."""

        async def fetch(start: int, limit: int) -> Page:
            """Return some of the entries."""
            query = {**WITH_IDS, "startIndex": start, "limit": limit}
            answer = await self._client.playlist_items(list_id, query)
            if answer is None:
                raise _GoneError
            return await parse_page(answer)

        try:
            return await read_in_order(fetch, ENTRIES_PAGE)
        except _GoneError:
            return None

    @override
    async def is_there(self, list_id: str) -> bool:
        """Tell whether there is such a playlist; its entries would not be listed."""
        return await self.is_own(list_id)

    @override
    async def create(self, name: str, items: Collection[str]) -> str:
        """Create a playlist."""
        return _id_of(await self._client.create_playlist(name, items))

    @override
    async def add(self, list_id: str, items: Collection[str]) -> None:
        """Add items to the end."""
        await self._client.add_to_playlist(list_id, items)

    @override
    async def remove(self, list_id: str, entries: Iterable[Row]) -> None:
        """Take entries out, a whole series in several requests."""
        names = dict.fromkeys(row.entry for row in entries if row.entry)
        for some in batched(names, IDS_AT_ONCE, strict=False):
            await self._client.remove_from_playlist(list_id, some)


class Collections(NamedLists):
    """The collections of a server, which all of its users see."""

    what = "collection"
    type = "BoxSet"

    def __init__(self, client: Server) -> None:
        """Take the server."""
        self._client = client

    @override
    async def is_own(self, list_id: str) -> bool:
        """Collections belong to nobody; the server knows who may change them."""
        return True

    @override
    async def rows(self, list_id: str) -> list[Row] | None:
        """Return the films and series in it.

        Some servers take an unknown id for that of their root, in which there are
        none; others refuse it.
        """
        query: Query = {
            **EVERYWHERE,
            "recursive": "false",
            "sortBy": "DateCreated,SortName",
            "sortOrder": "Ascending",
            "includeItemTypes": f"{MOVIE},{SERIES}",
            "parentId": list_id,
        }
        try:
            return (await Listing(self._client.items, query).read()).rows
        except ProtocolError:
            if await self.is_there(list_id):
                raise
            return None

    @override
    async def is_there(self, list_id: str) -> bool:
        """Tell whether there is such a collection."""
        return bool(await rows_by_id(self._client, [list_id], user_data=False))

    @override
    async def create(self, name: str, items: Collection[str]) -> str:
        """Create a collection."""
        return _id_of(await self._client.create_collection(name, items))

    @override
    async def add(self, list_id: str, items: Collection[str]) -> None:
        """Add items."""
        await self._client.add_to_collection(list_id, items)

    @override
    async def remove(self, list_id: str, entries: Iterable[Row]) -> None:
        """Take items out."""
        for some in batched((row.id for row in entries), IDS_AT_ONCE, strict=False):
            await self._client.remove_from_collection(list_id, some)


def _id_of(created: JsonObject) -> str:
    """Return the id of what was created."""
    found = created.get("Id")
    if isinstance(found, str) and found:
        return found
    # It may well be there now: the next run finds it by its name.
    raise ProtocolError(
        "The server does not tell the Id of a new list", maybe_sent=True
    )
