"""The endpoints of an Emby server, for one signed-in user."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import override

from ...engine.provider import AccountLimitError, ProtocolError, ProviderError
from ..answer import JsonObject, JsonValue
from ..http import HttpClient
from ..mediabrowser.answering import from_proxy, path_part
from ..mediabrowser.library import Query
from ..mediabrowser.rows import parse_moment
from ..mediabrowser.server import Server
from .likes import is_held, likes
from .spelling import IN_FULL, spelt, whole_user_data
from .wire import EmbyWire


class EmbyClient(EmbyWire, Server):
    """Asks a server; tells its answers the way that the shared parts expect."""

    def __init__(self, http: HttpClient, url: str, user_id: str) -> None:
        """Take the server's base address, and whose data this is about."""
        super().__init__(http, url, user_id)
        self._keeps_numbers = True

    @override
    async def items(self, query: Query) -> JsonObject:
        """Return a page of items."""
        return await self._list(f"{self._user}/Items", spelt(query))

    @override
    async def episodes(self, series_id: str, query: Query) -> JsonObject:
        """Return a page of the episodes of a series."""
        path = f"/Shows/{path_part(series_id)}/Episodes"
        return await self._list(path, {"UserId": self.user_id, **spelt(query)})

    @override
    async def seasons(self, series_id: str, query: Query) -> JsonObject:
        """Return the seasons of a series."""
        path = f"/Shows/{path_part(series_id)}/Seasons"
        return await self._list(path, {"UserId": self.user_id, **spelt(query)})

    @override
    async def views(self) -> JsonObject:
        """Return the libraries."""
        return await self._list(f"{self._user}/Views", {})

    @override
    async def ancestors(self, item_id: str) -> Sequence[JsonValue]:
        """Return what an item lies in; nothing if there is no such item."""
        path = f"/Items/{path_part(item_id)}/Ancestors"
        answer = await self._get(path, {"UserId": self.user_id})
        if answer.status == 404:
            return ()
        return (await self._accepted(answer)).array()

    @override
    async def sessions(self) -> Sequence[JsonValue]:
        """Return what is connected: all that the user may see of it."""
        return (await self._accepted(await self._get("/Sessions", {}))).array()

    # What the user did with an item

    async def _item(self, item_id: str) -> JsonObject | None:
        """Return all that there is about an item; None if there is no such item."""
        answer = await self._get(f"{self._user}/Items/{path_part(item_id)}", IN_FULL)
        if answer.status == 404 and not from_proxy(answer):
            return None
        return (await self._accepted(answer)).object()

    @override
    async def user_data(self, item_id: str) -> JsonObject | None:
        """Return what the user did with an item; None if there is no such item."""
        item = await self._item(item_id)
        if item is None:
            return None
        data = item.get("UserData")
        if not isinstance(data, dict):
            raise ProtocolError("An item of the server lacks UserData")
        return data

    @override
    async def save_user_data(
        self, item_id: str, changes: JsonObject
    ) -> JsonObject | None:
        """Change only what is told of an item; None if there is no such item."""
        if isinstance(rating := changes.get("Rating"), int | float):
            return await self._rate(item_id, rating)
        at = changes.get("LastPlayedDate")
        if isinstance(at, str) and changes.get("PlaybackPositionTicks") == 0:
            return await self._play(item_id, at, changes)
        return await self._update(item_id, changes)

    async def _play(
        self, item_id: str, at: str, changes: JsonObject
    ) -> JsonObject | None:
        """Note a play, with a single request where that does all that is wanted.

        Repeated, it would count as one more play.
        """
        moment = parse_moment(at)
        query = {"DatePlayed": f"{moment:%Y%m%d%H%M%S}"}
        path = f"{self._user}/PlayedItems/{path_part(item_id)}"
        data: JsonObject | None = await self._change("POST", path, query, again=False)
        if data is not None and data.get("LastPlayedDate") is None:
            # Some answers say as little as lists do.
            data = await self._become(item_id)
        if data is None or _is_played(data, moment):
            return data
        return await self._update(item_id, changes)

    async def _rate(self, item_id: str, rating: float) -> JsonObject | None:
        """Rate an item: with a number, or where those are not kept with a like."""
        if self._keeps_numbers:
            data = await self._update(item_id, {"Rating": rating})
            if data is None or is_held(data.get("Rating"), rating):
                return data
            self._keeps_numbers = False
        if (liked := likes(rating)) is None:
            return await self.user_data(item_id)
        path = f"{self._user}/Items/{path_part(item_id)}/Rating"
        return await self._change("POST", path, {"Likes": str(liked).lower()})

    async def _update(self, item_id: str, changes: JsonObject) -> JsonObject | None:
        """Change what the server holds of an item, and look what became of it."""
        held = await self.user_data(item_id)
        if held is None:
            return None
        path = f"{self._user}/Items/{path_part(item_id)}/UserData"
        answer = await self._send("POST", path, {}, whole_user_data(held, changes))
        if answer.status == 404 and not from_proxy(answer):
            if await self.user_data(item_id) is None:
                return None
            raise AccountLimitError(
                "This Emby server is too old to be told of this: update the server"
            )
        await self._done(answer)
        return await self._become(item_id)

    async def _become(self, item_id: str) -> JsonObject | None:
        """Return what has become of an item that was changed a moment ago."""
        try:
            return await self.user_data(item_id)
        except ProviderError as err:
            # Not to be told is no proof that nothing was changed.
            err.maybe_sent = True
            raise

    @override
    async def mark_unplayed(self, item_id: str) -> JsonObject | None:
        """Forget that an item was played; None if there is no such item."""
        path = f"{self._user}/PlayedItems/{path_part(item_id)}"
        return await self._change("DELETE", path)

    @override
    async def set_favourite(self, item_id: str, *, on: bool) -> JsonObject | None:
        """Put an item among the favourites, or take it out; None if it is gone."""
        path = f"{self._user}/FavoriteItems/{path_part(item_id)}"
        return await self._change("POST" if on else "DELETE", path)

    @override
    async def clear_rating(self, item_id: str) -> JsonObject | None:
        """Take the rating off an item; None if there is no such item."""
        path = f"{self._user}/Items/{path_part(item_id)}/Rating"
        return await self._change("DELETE", path)

    # Playlists and collections

    @override
    async def owns_playlist(self, playlist_id: str) -> bool:
        """Tell whether a playlist is the user's own.

        One that others share can be left. [unsure: a server may not say so, and then
        whatever the user sees is taken for the user's]
        """
        item = await self._item(playlist_id)
        return item is not None and item.get("CanLeaveContent") is not True

    @override
    async def playlist_items(self, playlist_id: str, query: Query) -> JsonObject | None:
        """Return a page of the entries of a playlist; None if there is none."""
        path = f"/Playlists/{path_part(playlist_id)}/Items"
        answer = await self._get(path, {"UserId": self.user_id, **spelt(query)})
        if answer.status == 404:
            return None
        return (await self._accepted(answer)).object()

    @override
    async def create_playlist(self, name: str, items: Collection[str]) -> JsonObject:
        """Create a playlist of one's own."""
        query = {
            "Name": name,
            "Ids": ",".join(items),
            "MediaType": "Video",
            "UserId": self.user_id,
        }
        answer = await self._send("POST", "/Playlists", query, again=False)
        return (await self._accepted(answer)).object()

    @override
    async def add_to_playlist(self, playlist_id: str, items: Collection[str]) -> None:
        """Add items to the end of a playlist."""
        path = f"/Playlists/{path_part(playlist_id)}/Items"
        query = {"Ids": ",".join(items), "UserId": self.user_id}
        await self._done(await self._send("POST", path, query, again=False))

    @override
    async def remove_from_playlist(
        self, playlist_id: str, entries: Collection[str]
    ) -> None:
        """Take entries out of a playlist."""
        path = f"/Playlists/{path_part(playlist_id)}/Items"
        query = {"EntryIds": ",".join(entries)}
        await self._done(await self._send("DELETE", path, query))

    @override
    async def create_collection(self, name: str, items: Collection[str]) -> JsonObject:
        """Create a collection."""
        query = {"Name": name, "Ids": ",".join(items)}
        answer = await self._send("POST", "/Collections", query, again=False)
        return (await self._accepted(answer)).object()

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
        await self._done(await self._send(method, path, {"Ids": ",".join(items)}))


def _is_played(data: JsonObject, moment: datetime | None) -> bool:
    """Tell whether a play was noted, with its date, and nothing is left of a begun one."""
    played_at = parse_moment(data.get("LastPlayedDate"))
    return (
        data.get("Played") is True
        and not data.get("PlaybackPositionTicks")
        and played_at is not None
        and moment is not None
        and abs((played_at - moment).total_seconds()) < 1
    )
