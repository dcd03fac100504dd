"""Lists of items and single items."""

from collections.abc import Callable, Iterable

from aiohttp import web

from ..jellyfin.item_routes import (
    everything,
    kept_list,
    reader,
    rows_of_page,
    seen_libraries,
    series_of,
)
from ..jellyfin.model import Item, ItemType, User
from ..jellyfin.ordering import ordered
from ..jellyfin.query import refuse_not_simulated
from .call import Access, EmbyCall, answer, page
from .items import FULL
from .query import select
from .shelves import Shelf, list_shelves, shelf_items


def views(call: EmbyCall) -> web.Response:
    """Return the libraries that a user sees, and the folders of lists."""
    write = call.server.emby_writer.library
    rows = [write(library) for library in seen_libraries(call, reader(call))]
    rows += [write(folder) for folder in call.server.folders]
    return page(rows, len(rows))


def items(call: EmbyCall) -> web.Response:
    """Return the items that a query means."""
    refuse_not_simulated(call.parameters)
    user = reader(call)
    if (shelves := list_shelves(call, user)) is not None:
        return shelves
    return send_list(call, user, "items", lambda: candidates(call, user))


def candidates(call: EmbyCall, user: User | None) -> Iterable[Item]:
    """Return the items among which a query selects.

    Ids are looked up wherever they are. Missing episodes are no items of any list,
    unless the user wants to see them.
    """
    found = found_in(call, user)
    if user is None or not user.shows_missing:
        found = (item for item in found if not item.virtual)
    return found


def found_in(call: EmbyCall, user: User | None) -> Iterable[Item]:
    """Return all items of what a query is about."""
    state, parameters = call.state, call.parameters
    if ids := parameters.ids("ids"):
        looked_up = (state.visible(item_id, user) for item_id in dict.fromkeys(ids))
        return [item for item in looked_up if item is not None]
    recursive = (
        parameters.boolean("recursive") is True
        or parameters.text("searchTerm") is not None
    )
    parent = parameters.id("parentId")
    seen = seen_libraries(call, user)
    if parent is None:
        return everything(seen) if recursive else []
    if (shelf := call.server.shelves.get(parent)) is not None:
        return shelf_items(shelf, user)
    if parent in {folder.id for folder in call.server.folders}:
        return []
    if (library := state.libraries.get(parent)) is not None:
        if library not in seen:
            raise call.no_such_item()
        return everything([library]) if recursive else library.top
    if (item := state.visible(parent, user)) is None:
        raise call.no_such_item()
    return item.descendants() if recursive else item.children


def send_list(
    call: EmbyCall, user: User | None, what: str, among: Callable[[], Iterable[Item]]
) -> web.Response:
    """Answer with the page of a list that a request asks for."""
    saved = call.behaviour.saved_filter
    found = kept_list(
        call,
        (what, saved, user and user.id),
        lambda mixed: select(among(), call.parameters, user, saved, mixed=mixed),
    )
    return send_page(call, user, found)


def send_page(call: EmbyCall, user: User | None, found: list[Item]) -> web.Response:
    """Answer with some of the items found, or as the server is told to go wrong."""
    rows, total, _ = rows_of_page(call, user, found)
    return page(rows, total)


def resumable(call: EmbyCall) -> web.Response:
    """Return what a user has begun, the latest first."""
    user = call.a_user()

    def begun() -> list[Item]:
        """Return all begun items."""
        seen = everything(seen_libraries(call, user))
        hidden = call.server.hidden_from_resume
        return [
            item
            for item in seen
            if user.of(item).position > 0 and (user.id, item.id) not in hidden
        ]

    found = select(begun(), call.parameters, user, call.behaviour.saved_filter)
    found.sort(key=lambda item: user.of(item).last_played or 0, reverse=True)
    return send_page(call, user, found)


def one_item(call: EmbyCall) -> web.Response:
    """Return an item with all its fields."""
    user = call.user()
    shelf = call.server.shelves.get(call.in_path("itemId"))
    if isinstance(shelf, Shelf):
        return answer(shelf.row(call.state.server_id))
    asked = frozenset(call.parameters.words("fields"))
    fields = FULL if call.behaviour.single_items_in_full else asked
    return answer(call.server.emby_writer.item(call.item(user), user, fields))


def ancestors(call: EmbyCall) -> web.Response:
    """Return what an item lies in, from the nearest to its library."""
    user = call.user()
    item = call.item(user)
    rows = []
    parent = item.parent
    while parent is not None:
        rows.append(call.server.emby_writer.item(parent, user, FULL))
        parent = parent.parent
    rows.append(call.server.emby_writer.library(item.library))
    return answer(rows)


def episodes(call: EmbyCall) -> web.Response:
    """Return the episodes of a series, of one season if asked."""
    user = reader(call)
    season = call.parameters.integer("season")
    season_id = call.parameters.id("seasonId")
    found = [
        item
        for item in series_of(call, user).descendants()
        if item.type is ItemType.EPISODE
        and (season is None or item.parent_index == season)
        and (season_id is None or (item.parent and item.parent.id == season_id))
        and (not item.virtual or (user is not None and user.shows_missing))
    ]
    found.sort(key=lambda item: (item.parent_index or 0, item.index or 0))
    if call.parameters.words("sortBy"):
        found = ordered(found, call.parameters, user)
    return send_page(call, user, found)


def seasons(call: EmbyCall) -> web.Response:
    """Return the seasons of a series."""
    user = reader(call)
    return send_page(call, user, list(series_of(call, user).children))


ROUTES = (
    ("GET", "/Users/{userId}/Views", Access.SIGNED_IN, views),
    ("GET", "/Items", Access.SIGNED_IN, items),
    ("GET", "/Users/{userId}/Items", Access.SIGNED_IN, items),
    ("GET", "/Users/{userId}/Items/Resume", Access.SIGNED_IN, resumable),
    ("GET", "/Users/{userId}/Items/{itemId}", Access.SIGNED_IN, one_item),
    ("GET", "/Items/{itemId}/Ancestors", Access.SIGNED_IN, ancestors),
    ("GET", "/Shows/{seriesId}/Episodes", Access.SIGNED_IN, episodes),
    ("GET", "/Shows/{seriesId}/Seasons", Access.SIGNED_IN, seasons),
)
