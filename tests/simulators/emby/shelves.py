"""Playlists and collections: lists that a person fills."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus

from aiohttp import web

from ..jellyfin.model import Item, User, plain
from ..jellyfin.refusal import Refusal
from .call import Access, EmbyCall, answer, no_content, page
from .items import Json


class ShelfKind(StrEnum):
    """The two kinds of lists; a collection belongs to nobody."""

    PLAYLIST = "Playlist"
    COLLECTION = "BoxSet"


@dataclass(slots=True, eq=False)
class Shelf:
    """A list; each entry of a playlist has a number of its own.

    One that is `shared` is somebody else's, who lets its readers leave it.
    """

    id: str
    kind: ShelfKind
    name: str
    owner: User | None = None
    shared: bool = False
    entries: dict[str, Item] = field(default_factory=dict)

    def row(self, server_id: str) -> Json:
        """Return it as an item."""
        return {
            "Name": self.name,
            "ServerId": server_id,
            "Id": self.id,
            "IsFolder": True,
            "Type": self.kind.value,
            "CanLeaveContent": self.shared,
            "ImageTags": {},
            "BackdropImageTags": [],
            "UserData": {
                "PlaybackPositionTicks": 0,
                "PlayCount": 0,
                "IsFavorite": False,
                "Played": False,
            },
        }

    def seen_by(self, user: User | None) -> bool:
        """Tell whether a user sees it."""
        return user is None or self.owner in {None, user}


def shelf_items(shelf: Shelf, user: User | None) -> list[Item]:
    """Return what a user sees of a list, each item once."""
    found = dict.fromkeys(shelf.entries.values())
    return [item for item in found if user is None or user.sees(item.library)]


def list_shelves(call: EmbyCall, user: User | None) -> web.Response | None:
    """Return the lists, if lists are what a query asks for."""
    kinds = {kind.lower() for kind in ShelfKind}
    wanted = kinds.intersection(call.parameters.words("includeItemTypes"))
    ids = call.parameters.ids("ids")
    if not wanted and not any(each in call.server.shelves for each in ids):
        return None
    term = plain(call.parameters.text("searchTerm") or "")
    rows = [
        shelf.row(call.state.server_id)
        for shelf in call.server.shelves.values()
        if shelf.seen_by(user)
        and (shelf.id in ids if ids else shelf.kind.lower() in wanted)
        and term in plain(shelf.name)
    ]
    start = call.parameters.integer("startIndex") or 0
    limit = call.parameters.integer("limit")
    end = None if limit is None else start + limit
    return page(rows[start:end], len(rows))


def named_items(call: EmbyCall, user: User | None) -> list[Item]:
    """Return the items that a request names."""
    found = (
        call.state.visible(item_id, user) for item_id in call.parameters.ids("ids")
    )
    return [item for item in found if item is not None]


def playable(items: Iterable[Item]) -> list[Item]:
    """Return items for a playlist, which holds what is in a series instead of it."""
    return [leaf for item in items for leaf in item.leaves()]


def the_shelf(call: EmbyCall, kind: ShelfKind) -> Shelf:
    """Return the list that the path names."""
    shelf = call.server.shelves.get(call.in_path("shelfId"))
    if shelf is None or shelf.kind is not kind or not shelf.seen_by(call.user()):
        raise call.no_such_item()
    if kind is ShelfKind.COLLECTION and call.request.method != "GET":
        check_right(call)
    return shelf


def check_right(call: EmbyCall) -> None:
    """Refuse to change collections for who may not."""
    if call.device and call.device.user.id in call.server.no_collections:
        raise Refusal(HTTPStatus.FORBIDDEN, "User is not permitted to do this.")


def add_entries(call: EmbyCall, shelf: Shelf, items: Iterable[Item]) -> int:
    """Put items onto a list and return how many were added."""
    added = 0
    for item in items:
        if shelf.kind is ShelfKind.COLLECTION and item in shelf.entries.values():
            continue
        shelf.entries[call.state.next_number()] = item
        added += 1
    call.state.touch()
    return added


def create_playlist(call: EmbyCall) -> web.Response:
    """Make a playlist of some items."""
    parameters, user = call.parameters, call.a_user()
    items = playable(named_items(call, user))
    if not items and not parameters.text("mediaType"):
        raise Refusal(HTTPStatus.BAD_REQUEST, "A playlist needs a media type.")
    name = parameters.text("name") or ""
    shelf = Shelf(call.state.next_number(), ShelfKind.PLAYLIST, name, user)
    call.server.shelves[shelf.id] = shelf
    added = add_entries(call, shelf, items)
    return answer({"Id": shelf.id, "Name": name, "ItemAddedCount": added})


def playlist_items(call: EmbyCall) -> web.Response:
    """Return the entries of a playlist."""
    shelf, user = the_shelf(call, ShelfKind.PLAYLIST), call.a_user()
    parameters = call.parameters
    fields = frozenset(parameters.words("fields"))
    seen = [
        (entry, item)
        for entry, item in shelf.entries.items()
        if user.sees(item.library)
    ]
    start = parameters.integer("startIndex") or 0
    limit = parameters.integer("limit")
    end = None if limit is None else start + limit
    write = call.server.emby_writer.item
    rows = [
        {**write(item, user, fields), "PlaylistItemId": entry}
        for entry, item in seen[start:end]
    ]
    return page(rows, len(seen))


def add_to_playlist(call: EmbyCall) -> web.Response:
    """Put items at the end of a playlist."""
    shelf = the_shelf(call, ShelfKind.PLAYLIST)
    added = add_entries(call, shelf, playable(named_items(call, call.user())))
    return answer({"Id": shelf.id, "ItemAddedCount": added})


def remove_from_playlist(call: EmbyCall) -> web.Response:
    """Take entries out of a playlist."""
    shelf = the_shelf(call, ShelfKind.PLAYLIST)
    for entry in call.parameters.ids("entryIds"):
        shelf.entries.pop(entry, None)
    call.state.touch()
    return no_content()


def create_collection(call: EmbyCall) -> web.Response:
    """Make a collection of some items."""
    check_right(call)
    name = call.parameters.text("name") or ""
    shelf = Shelf(call.state.next_number(), ShelfKind.COLLECTION, name)
    call.server.shelves[shelf.id] = shelf
    add_entries(call, shelf, named_items(call, call.user()))
    return answer({"Id": shelf.id, "Name": name})


def add_to_collection(call: EmbyCall) -> web.Response:
    """Put items into a collection."""
    shelf = the_shelf(call, ShelfKind.COLLECTION)
    add_entries(call, shelf, named_items(call, call.user()))
    return no_content()


def remove_from_collection(call: EmbyCall) -> web.Response:
    """Take items out of a collection."""
    shelf = the_shelf(call, ShelfKind.COLLECTION)
    gone = set(call.parameters.ids("ids"))
    shelf.entries = {
        entry: item for entry, item in shelf.entries.items() if item.id not in gone
    }
    if not shelf.entries and call.behaviour.drops_empty_collections:
        del call.server.shelves[shelf.id]
    call.state.touch()
    return no_content()


def delete_shelf(call: EmbyCall) -> web.Response:
    """Delete a playlist or collection; other items are not to be deleted here."""
    if call.server.shelves.pop(call.in_path("itemId"), None) is None:
        raise Refusal(HTTPStatus.FORBIDDEN, "User is not permitted to delete this.")
    return no_content()


PLAYLIST = "/Playlists/{shelfId}/Items"
COLLECTION = "/Collections/{shelfId}/Items"
ROUTES = (
    ("POST", "/Playlists", Access.SIGNED_IN, create_playlist),
    ("GET", PLAYLIST, Access.SIGNED_IN, playlist_items),
    ("POST", PLAYLIST, Access.SIGNED_IN, add_to_playlist),
    ("DELETE", PLAYLIST, Access.SIGNED_IN, remove_from_playlist),
    ("POST", f"{PLAYLIST}/Delete", Access.SIGNED_IN, remove_from_playlist),
    ("POST", "/Collections", Access.SIGNED_IN, create_collection),
    ("POST", COLLECTION, Access.SIGNED_IN, add_to_collection),
    ("DELETE", COLLECTION, Access.SIGNED_IN, remove_from_collection),
    ("POST", f"{COLLECTION}/Delete", Access.SIGNED_IN, remove_from_collection),
    ("DELETE", "/Items/{itemId}", Access.SIGNED_IN, delete_shelf),
)
