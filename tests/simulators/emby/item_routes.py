"""Lists of items and single items."""

from collections.abc import Callable, Iterable

from aiohttp import web

from ..jellyfin.item_routes import KEPT_LISTS, everything
from ..jellyfin.model import Item, ItemType, Library, User
from ..jellyfin.ordering import ordered
from ..jellyfin.query import refuse_not_simulated
from .call import Access, EmbyCall, answer, no_such_item, page
from .items import FULL
from .query import select
from .shelves import Shelf, list_shelves, shelf_items


def reader(call: EmbyCall) -> User | None:
    """Return whose lists a request is answered with."""
    user = call.user()
    return call.behaviour.lists_of or user


def views(call: EmbyCall) -> web.Response:
    """Return the libraries that a user sees, and the folders of lists."""
    write = call.server.emby_writer.library
    rows = [write(library) for library in seen_libraries(call, reader(call))]
    rows += [write(folder) for folder in call.server.folders]
    return page(rows, len(rows))


def seen_libraries(call: EmbyCall, user: User | None) -> list[Library]:
    """Return the libraries that a user may see."""
    libraries = call.state.libraries.values()
    return [each for each in libraries if user is None or user.sees(each)]


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
            raise no_such_item()
        return everything([library]) if recursive else library.top
    if (item := state.visible(parent, user)) is None:
        raise no_such_item()
    return item.descendants() if recursive else item.children


def send_list(
    call: EmbyCall, user: User | None, what: str, among: Callable[[], Iterable[Item]]
) -> web.Response:
    """Answer with the page of a list that a request asks for."""
    server, parameters = call.server, call.parameters
    # Each page is a query of its own to the database.
    mixed = parameters.integer("startIndex") or 0 if server.mixes_equals else None
    signature = (
        what,
        mixed,
        call.state.revision,
        call.behaviour.saved_filter,
        user and user.id,
        parameters.signature(),
    )
    found = server.lists.get(signature)
    if found is None:
        found = select(
            among(), parameters, user, call.behaviour.saved_filter, mixed=mixed
        )
        while len(server.lists) >= KEPT_LISTS:
            del server.lists[next(iter(server.lists))]
        server.lists[signature] = found
    return send_page(call, user, found)


def send_page(call: EmbyCall, user: User | None, found: list[Item]) -> web.Response:
    """Answer with some of the items found, or as the server is told to go wrong."""
    parameters, behaviour = call.parameters, call.behaviour
    total = 0 if behaviour.empty_lists else len(found)
    found = found[: 0 if behaviour.empty_lists else behaviour.cut_lists]
    if not behaviour.honest_total:
        total = len(found)
    start = max(parameters.integer("startIndex") or 0, 0)
    limit = parameters.integer("limit")
    end = None if limit is None else start + max(limit, 0)
    fields = frozenset(parameters.words("fields"))
    with_user_data = parameters.boolean("enableUserData") is not False
    write = call.server.emby_writer.item
    rows = [
        write(item, user, fields, with_user_data=with_user_data)
        for item in found[start:end]
        if item.id not in call.server.unshown
    ]
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


def series_of(call: EmbyCall, user: User | None) -> Item:
    """Return the series that the path names."""
    series = call.state.visible(call.in_path("seriesId"), user)
    if series is None or series.type is not ItemType.SERIES:
        raise no_such_item()
    return series


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
