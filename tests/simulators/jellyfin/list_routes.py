"""Playlists and collections."""

from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING

from aiohttp import web

from .call import Access, Call, answer, no_content, page
from .items import FULL
from .model import Entry, Item, ItemList, ItemType, Library, User, guid, sort_name
from .parameters import parse_guid
from .refusal import Refusal, not_found

if TYPE_CHECKING:
    from .server import JellyfinSimulator


def make(
    server: JellyfinSimulator,
    name: str,
    items: Iterable[Item] = (),
    *,
    owner: User | None = None,
    public: bool = False,
) -> ItemList:
    """Make a playlist of somebody, or without an owner a collection."""
    state = server.state
    number = len(state.lists)
    kind = ItemType.BOX_SET if owner is None else ItemType.PLAYLIST
    made = ItemList(
        Item(
            id=guid(f"{kind}:{name}:{number}"),
            type=kind,
            name=name,
            library=Library(guid(f"folder:{kind}"), f"{kind}s", None, ""),
            path=f"/config/data/{kind.lower()}s/{name}",
            key=guid(f"key:{name}:{number}"),
            sort_name=sort_name(name),
            created=state.now(),
            saved=state.now(),
            provider_ids={},
        ),
        owner,
        public,
    )
    state.lists[made.item.id] = made
    state.touch()
    append(server, made, items)
    return made


def append(server: JellyfinSimulator, to: ItemList, items: Iterable[Item]) -> None:
    """Add what is not in a list so far; a playlist takes files only."""
    is_playlist = to.item.type is ItemType.PLAYLIST
    for item in items:
        for each in item.leaves() if is_playlist else (item,):
            if all(row.item is not each for row in to.entries):
                name = guid(f"{to.item.id}:{each.id}:{server.state.revision}")
                to.entries.append(Entry(name, each))
    server.state.touch()


def named_items(call: Call, ids: Iterable[str], user: User | None) -> Iterator[Item]:
    """Return the items of these ids that a user sees."""
    for each in ids:
        if (item := call.server.state.visible(each, user)) is not None:
            yield item


def playlist(call: Call, user: User) -> ItemList:
    """Return the playlist that the path names."""
    found = call.server.state.lists.get(call.id_in_path("playlistId") or "")
    if found is None or found.owner is None or not found.is_shown_to(user):
        raise not_found()
    return found


def editable(call: Call, user: User) -> ItemList:
    """Return the playlist that the path names, if the user may change it."""
    found = playlist(call, user)
    if not found.may_be_edited_by(user):
        raise Refusal(HTTPStatus.FORBIDDEN)
    return found


def about(call: Call) -> web.Response:
    """Return who may see a playlist, and what is in it."""
    found = playlist(call, call.a_user())
    ids = [row.item.id for row in found.entries]
    return answer({"OpenAccess": found.public, "Shares": shares(found), "ItemIds": ids})


def shares(of: ItemList) -> list[dict[str, object]]:
    """Return the guests of a playlist."""
    return [
        {"UserId": user_id, "CanEdit": can_edit}
        for user_id, can_edit in of.guests.items()
    ]


def guests(call: Call) -> web.Response:
    """Return the guests of a playlist, to its owner only."""
    user = call.a_user()
    found = playlist(call, user)
    if found.owner is not user:
        raise Refusal(HTTPStatus.FORBIDDEN)
    return answer(shares(found))


def create_playlist(call: Call) -> web.Response:
    """Create a playlist, which is public unless it is said not to be."""
    sent = call.json()
    user = call.a_user()
    name, ids, public = sent.get("name"), sent.get("ids"), sent.get("ispublic")
    if parse_guid(str(sent.get("userid"))) not in {None, user.id}:
        raise Refusal(HTTPStatus.FORBIDDEN)
    wanted = (
        [parse_guid(str(each)) or "" for each in ids if each]
        if isinstance(ids, list)
        else []
    )
    items = named_items(call, wanted, user)
    made = make(call.server, str(name), items, owner=user, public=public is not False)
    return answer({"Id": made.item.id})


def entries(call: Call) -> web.Response:
    """Return the entries of a playlist."""
    user = call.a_user()
    found = playlist(call, user)
    behaviour = call.server.behaviour
    rows = found.entries[: 0 if behaviour.empty_lists else behaviour.cut_lists]
    total = len(found.entries) if behaviour.honest_total else len(rows)
    start = call.parameters.integer("startIndex") or 0
    limit = call.parameters.integer("limit")
    end = None if limit is None else start + limit
    fields = FULL.intersection(call.parameters.words("fields"))
    written = [
        call.server.writer.item(row.item, user, fields) | {"PlaylistItemId": row.id}
        for row in rows[start:end]
    ]
    return page(written, total, start)


def add_entries(call: Call) -> web.Response:
    """Add items to a playlist."""
    user = call.a_user()
    found = editable(call, user)
    append(call.server, found, named_items(call, call.parameters.ids("ids"), user))
    return no_content()


def remove_entries(call: Call) -> web.Response:
    """Take entries out of a playlist."""
    found = editable(call, call.a_user())
    gone = set(call.parameters.words("entryIds"))
    found.entries = [row for row in found.entries if row.id not in gone]
    call.server.state.touch()
    return no_content()


def collector(call: Call) -> User | None:
    """Return who may change collections."""
    user = call.user()
    if not call.is_admin and not (user is not None and user.collects):
        raise Refusal(HTTPStatus.FORBIDDEN)
    return user


def create_collection(call: Call) -> web.Response:
    """Create a collection."""
    user = collector(call)
    items = named_items(call, call.parameters.ids("ids"), user)
    made = make(call.server, call.parameters.text("name") or "", items)
    return answer({"Id": made.item.id})


def collection(call: Call) -> ItemList:
    """Return the collection that the path names."""
    found = call.server.state.lists.get(call.id_in_path("collectionId") or "")
    if found is None or found.owner is not None:
        # No search for it: the server only says that something was wrong.
        raise Refusal(HTTPStatus.BAD_REQUEST, "No collection exists with that id")
    return found


def collect(call: Call) -> web.Response:
    """Add items to a collection."""
    user = collector(call)
    items = named_items(call, call.parameters.ids("ids"), user)
    append(call.server, collection(call), items)
    return no_content()


def uncollect(call: Call) -> web.Response:
    """Take items out of a collection."""
    collector(call)
    found, gone = collection(call), set(call.parameters.ids("ids"))
    found.entries = [row for row in found.entries if row.item.id not in gone]
    call.server.state.touch()
    return no_content()


ROUTES = (
    ("POST", "/Playlists", Access.SIGNED_IN, create_playlist),
    ("GET", "/Playlists/{playlistId}", Access.SIGNED_IN, about),
    ("GET", "/Playlists/{playlistId}/Users", Access.SIGNED_IN, guests),
    ("GET", "/Playlists/{playlistId}/Items", Access.SIGNED_IN, entries),
    ("POST", "/Playlists/{playlistId}/Items", Access.SIGNED_IN, add_entries),
    ("DELETE", "/Playlists/{playlistId}/Items", Access.SIGNED_IN, remove_entries),
    ("POST", "/Collections", Access.SIGNED_IN, create_collection),
    ("POST", "/Collections/{collectionId}/Items", Access.SIGNED_IN, collect),
    ("DELETE", "/Collections/{collectionId}/Items", Access.SIGNED_IN, uncollect),
)
