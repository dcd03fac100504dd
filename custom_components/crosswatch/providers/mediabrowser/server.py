"""What the shared parts ask of a server: the seam between Jellyfin and Emby.

A client speaks its server's wire; everything that differs there (paths, headers, the
spelling of a query, what has to be asked for) stays in it.
"""

from collections.abc import Collection, Sequence
from typing import Protocol

from ..answer import JsonObject, JsonValue
from .library import LibraryClient, Query
from .places import PlacesClient


class Server(LibraryClient, PlacesClient, Protocol):
    """A server for one signed-in user.

    `name` is what texts call it. Lists come as objects with `Items` and
    `TotalRecordCount`. Whatever changes an item's user data returns that data as the
    server has it afterwards, or None if the server has no such item.
    """

    name: str
    user_id: str

    async def me(self) -> JsonObject:
        """Return the user whose login this is."""

    async def user_data(self, item_id: str) -> JsonObject | None:
        """Return what the user did with an item; None if there is no such item."""

    async def save_user_data(
        self, item_id: str, changes: JsonObject
    ) -> JsonObject | None:
        """Change only what is told of an item."""

    async def mark_unplayed(self, item_id: str) -> JsonObject | None:
        """Forget that an item was played."""

    async def set_favourite(self, item_id: str, *, on: bool) -> JsonObject | None:
        """Put an item among the favourites, or take it out."""

    async def clear_rating(self, item_id: str) -> JsonObject | None:
        """Take the rating off an item."""

    async def sessions(self) -> Sequence[JsonValue]:
        """Return what is connected to the server, as far as the user may see it."""

    async def owns_playlist(self, playlist_id: str) -> bool:
        """Tell whether a playlist is the user's own, not one that others share."""

    async def playlist_items(self, playlist_id: str, query: Query) -> JsonObject | None:
        """Return a page of the entries of a playlist; None if there is none."""

    async def create_playlist(self, name: str, items: Collection[str]) -> JsonObject:
        """Create a playlist that nobody else sees; return an object with its Id."""

    async def add_to_playlist(self, playlist_id: str, items: Collection[str]) -> None:
        """Add items to the end of a playlist; a series is added as its episodes."""

    async def remove_from_playlist(
        self, playlist_id: str, entries: Collection[str]
    ) -> None:
        """Take entries, by their PlaylistItemId, out of a playlist."""

    async def create_collection(self, name: str, items: Collection[str]) -> JsonObject:
        """Create a collection of items; return an object with its Id."""

    async def add_to_collection(
        self, collection_id: str, items: Collection[str]
    ) -> None:
        """Add items to a collection."""

    async def remove_from_collection(
        self, collection_id: str, items: Collection[str]
    ) -> None:
        """Take items out of a collection; they stay in the library."""
