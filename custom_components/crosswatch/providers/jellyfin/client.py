"""The endpoints of a Jellyfin server, for one signed-in user."""

from collections.abc import Collection, Sequence
from typing import override

from ..answer import JsonObject, JsonValue
from ..mediabrowser.answering import from_proxy, path_part
from ..mediabrowser.library import Query
from ..mediabrowser.server import Server
from .wire import UNKNOWN_ROUTE, JellyfinWire


class JellyfinClient(JellyfinWire, Server):
    """Asks a server; returns its answers as they are."""

    @override
    async def items(self, query: Query) -> JsonObject:
        """Return a page of items.

        A list has no older form to fall back to: every supported server has this
        one, so that 404 is a fault and never the answer "nothing".
        """
        return await self._list("/Items", query)

    @override
    async def episodes(self, series_id: str, query: Query) -> JsonObject:
        """Return a page of the episodes of a series."""
        return await self._list(f"/Shows/{path_part(series_id)}/Episodes", query)

    @override
    async def seasons(self, series_id: str, query: Query) -> JsonObject:
        """Return the seasons of a series."""
        return await self._list(f"/Shows/{path_part(series_id)}/Seasons", query)

    @override
    async def views(self) -> JsonObject:
        """Return the libraries, those that the user hides at home among them."""
        return await self._list("/UserViews", {"includeHidden": "true"})

    @override
    async def ancestors(self, item_id: str) -> Sequence[JsonValue]:
        """Return what an item lies in; nothing if there is no such item."""
        answer = await self._get(f"/Items/{path_part(item_id)}/Ancestors", {})
        if answer.status == 404:
            return ()
        return (await self._accepted(answer)).array()

    @override
    async def user_data(self, item_id: str) -> JsonObject | None:
        """Return what the user did with an item; None if there is no such item."""
        answer = await self._get(f"/UserItems/{path_part(item_id)}/UserData", {})
        if answer.status in UNKNOWN_ROUTE:
            return None
        return (await self._accepted(answer)).object()

    @override
    async def save_user_data(
        self, item_id: str, changes: JsonObject
    ) -> JsonObject | None:
        """Change only what is told of an item; None if there is no such item."""
        item = path_part(item_id)
        return await self._change(
            "POST",
            f"/UserItems/{item}/UserData",
            f"/Users/{self.user_id}/Items/{item}/UserData",
            changes,
        )

    @override
    async def mark_unplayed(self, item_id: str) -> JsonObject | None:
        """Forget that an item was played; None if there is no such item."""
        item = path_part(item_id)
        return await self._change(
            "DELETE",
            f"/UserPlayedItems/{item}",
            f"/Users/{self.user_id}/PlayedItems/{item}",
        )

    @override
    async def set_favourite(self, item_id: str, *, on: bool) -> JsonObject | None:
        """Put an item among the favourites, or take it out; None if it is gone."""
        item = path_part(item_id)
        return await self._change(
            "POST" if on else "DELETE",
            f"/UserFavoriteItems/{item}",
            f"/Users/{self.user_id}/FavoriteItems/{item}",
        )

    @override
    async def clear_rating(self, item_id: str) -> JsonObject | None:
        """Take the rating off an item; None if there is no such item."""
        item = path_part(item_id)
        return await self._change(
            "DELETE",
            f"/UserItems/{item}/Rating",
            f"/Users/{self.user_id}/Items/{item}/Rating",
        )

    @override
    async def sessions(self) -> Sequence[JsonValue]:
        """Return what is connected: all that the user may see of it."""
        answer = await self._get("/Sessions", {})
        return (await self._accepted(answer)).array()

    @override
    async def owns_playlist(self, playlist_id: str) -> bool:
        """Tell whether a playlist is the user's own: only its owner sees its guests."""
        answer = await self._get(f"/Playlists/{path_part(playlist_id)}/Users", {})
        if answer.status in {403, 404} and not from_proxy(answer):
            return False
        await self._accepted(answer)
        return True

    @override
    async def playlist_items(self, playlist_id: str, query: Query) -> JsonObject | None:
        """Return a page of the entries of a playlist; None if there is none."""
        answer = await self._get(f"/Playlists/{path_part(playlist_id)}/Items", query)
        if answer.status == 404:
            return None
        return (await self._accepted(answer)).object()

    @override
    async def create_playlist(self, name: str, items: Collection[str]) -> JsonObject:
        """Create a playlist of one's own."""
        body: JsonObject = {
            "Name": name,
            "Ids": list(items),
            "UserId": self.user_id,
            "MediaType": "Video",
            "IsPublic": False,
        }
        answer = await self._send("POST", "/Playlists", {}, body)
        return answer.object()

    @override
    async def add_to_playlist(self, playlist_id: str, items: Collection[str]) -> None:
        """Add items to the end of a playlist."""
        query = {"ids": ",".join(items), "userId": self.user_id}
        await self._send("POST", f"/Playlists/{path_part(playlist_id)}/Items", query)

    @override
    async def remove_from_playlist(
        self, playlist_id: str, entries: Collection[str]
    ) -> None:
        """Take entries out of a playlist."""
        query = {"entryIds": ",".join(entries)}
        path = f"/Playlists/{path_part(playlist_id)}/Items"
        await self._send("DELETE", path, query, idempotent=True)

    @override
    async def create_collection(self, name: str, items: Collection[str]) -> JsonObject:
        """Create a collection."""
        query = {"name": name, "ids": ",".join(items)}
        return (await self._send("POST", "/Collections", query)).object()

    @override
    async def add_to_collection(
        self, collection_id: str, items: Collection[str]
    ) -> None:
        """Add items to a collection, in which each can be only once."""
        await self._collect("POST", collection_id, items)

    @override
    async def remove_from_collection(
        self, collection_id: str, items: Collection[str]
    ) -> None:
        """Take items out of a collection."""
        await self._collect("DELETE", collection_id, items)

    async def _collect(
        self, method: str, collection_id: str, items: Collection[str]
    ) -> None:
        """Change what is in a collection."""
        path = f"/Collections/{path_part(collection_id)}/Items"
        await self._send(method, path, {"ids": ",".join(items)}, idempotent=True)
