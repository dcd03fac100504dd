"""Lists of items and single items."""

from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from itertools import dropwhile

from aiohttp import web

from .call import Access, Call, answer, page
from .items import FULL, Json
from .model import Item, ItemType, Library, User
from .ordering import ordered
from .query import refuse_not_simulated, select
from .refusal import Refusal, not_found
from .shapes import grouped_view_id, grouped_view_json, view_json

type Signature = tuple[object, ...]

# Lists that were made lately, so that the pages of one are not each sorted anew.
KEPT_LISTS = 32


def views(call: Call) -> web.Response:
    """Return the libraries that a user sees, and the folder of the collections."""
    user = reader(call)
    state = call.server.state
    shown = seen_libraries(call, user)
    if user is not None and call.parameters.boolean("includeHidden") is not True:
        shown = [library for library in shown if library.id not in user.hides]
    if call.server.behaviour.groups_views:
        rows = [grouped_view_json(kind, state) for kind in kinds_of(shown)]
    else:
        rows = [view_json(library, state) for library in shown]
    rows.append(view_json(call.server.collections, state))
    return page(rows, len(rows), 0)


def reader(call: Call) -> User | None:
    """Return whose lists a request is answered with."""
    user = call.user()
    return call.server.behaviour.lists_of or user


def seen_libraries(call: Call, user: User | None) -> list[Library]:
    """Return the libraries that a user may see."""
    libraries = call.server.state.libraries.values()
    return [each for each in libraries if user is None or user.sees(each)]


def kinds_of(libraries: Iterable[Library]) -> Iterable[str | None]:
    """Return the kinds of libraries, each once."""
    return dict.fromkeys(library.kind for library in libraries)


def items(call: Call) -> web.Response:
    """Return the items that a query means."""
    refuse_not_simulated(call.parameters)
    user = reader(call)
    if user is None and not call.is_api_key:
        raise not_found()
    return send_list(call, user, "items", lambda: candidates(call, user))


def candidates(call: Call, user: User | None) -> Iterable[Item]:
    """Return the items among which a query selects.

    Ids are looked up wherever they are. Without `recursive` only the direct children
    of the parent are meant, and those of the root are libraries.
    """
    state = call.server.state
    if ids := call.parameters.ids("ids"):
        found = (state.visible(item_id, user) for item_id in dict.fromkeys(ids))
        return [item for item in found if item is not None]
    recursive = call.parameters.boolean("recursive") is True
    # The server searches everywhere below, asked to or not.
    recursive = recursive or call.parameters.text("searchTerm") is not None
    parent = call.parameters.id("parentId")
    seen = seen_libraries(call, user)
    shown = [each for each in state.lists.values() if each.is_shown_to(user)]
    if parent is None:
        lists = [each.item for each in shown]
        return [*everything(seen), *lists] if recursive else []
    for each in shown:
        if each.item.id == parent:
            return [row.item for row in each.entries if user_sees(user, row.item)]
    if call.server.behaviour.groups_views:
        for kind in kinds_of(seen):
            if parent == grouped_view_id(kind):
                return everything(each for each in seen if each.kind == kind)
    if parent == call.server.collections.id:
        return []
    if (library := state.libraries.get(parent)) is not None:
        if user is not None and not user.sees(library):
            # Not 403: this is how the server tells of a library that is not shared.
            raise Refusal(
                HTTPStatus.UNAUTHORIZED,
                f"{user.name} is not permitted to access Library {library.name}.",
            )
        return everything([library]) if recursive else library.top
    if (item := state.visible(parent, user)) is None:
        if call.server.behaviour.refuses_unknown_parents:
            raise not_found()
        # For what it does not know, the server takes its root. [unsure]
        return everything(seen) if recursive else []
    return item.descendants() if recursive else item.children


def user_sees(user: User | None, item: Item) -> bool:
    """Return whether a user may see an item of a library."""
    return user is None or user.sees(item.library)


def everything(libraries: Iterable[Library]) -> Iterator[Item]:
    """Return all items of some libraries."""
    for library in libraries:
        for item in library.top:
            yield item
            yield from item.descendants()


def send_list(
    call: Call, user: User | None, what: str, among: Callable[[], Iterable[Item]]
) -> web.Response:
    """Answer with the page of a list that a request asks for."""
    found = kept_list(
        call,
        (what, user and user.id),
        lambda mixed: select(among(), call.parameters, user, mixed=mixed),
    )
    return send_page(call, user, found)


def kept_list(
    call: Call, what: Signature, make: Callable[[int | None], list[Item]]
) -> list[Item]:
    """Return a list that was made for an earlier page, or make it."""
    server, parameters = call.server, call.parameters
    # Each page is a query of its own to the database.
    mixed = parameters.integer("startIndex") or 0 if server.mixes_equals else None
    signature = (*what, mixed, server.state.revision, parameters.signature())
    found = server.lists.get(signature)
    if found is None:
        found = make(mixed)
        while len(server.lists) >= KEPT_LISTS:
            del server.lists[next(iter(server.lists))]
        server.lists[signature] = found
    return found


def send_page(call: Call, user: User | None, found: list[Item]) -> web.Response:
    """Answer with some of the items found, or as the server is told to go wrong."""
    rows, total, start = rows_of_page(call, user, found)
    counted = call.parameters.boolean("enableTotalRecordCount") is not False
    # Not counted, the server takes the page for all there is. [unsure]
    return page(rows, total if counted else len(rows), start)


def rows_of_page(
    call: Call, user: User | None, found: list[Item]
) -> tuple[list[Json], int, int]:
    """Return the rows asked for, how many items it says there are, and the start."""
    parameters, behaviour = call.parameters, call.server.behaviour
    total = 0 if behaviour.empty_lists else len(found)
    cut = behaviour.cut_named if parameters.words("ids") else None
    most = behaviour.cut_lists if cut is None else cut
    found = found[: 0 if behaviour.empty_lists else most]
    if not behaviour.honest_total:
        total = len(found)
    start = max(parameters.integer("startIndex") or 0, 0)
    limit = parameters.integer("limit")
    end = None if limit is None else start + max(limit, 0)
    fields = frozenset(parameters.words("fields"))
    with_user_data = parameters.boolean("enableUserData") is not False
    write = call.server.writer.item
    rows = [
        write(item, user, fields, with_user_data=with_user_data)
        for item in found[start:end]
        if item.id not in call.server.unshown
    ]
    return rows, total, start


def one_item(call: Call) -> web.Response:
    """Return an item with all its fields."""
    user = call.user()
    return answer(call.server.writer.item(call.item(user), user, FULL))


def ancestors(call: Call) -> web.Response:
    """Return what an item lies in, from the nearest to its library."""
    user = call.user()
    item = call.item(user)
    rows = []
    parent = item.parent
    while parent is not None:
        rows.append(call.server.writer.item(parent, user, FULL))
        parent = parent.parent
    rows.append(view_json(item.library, call.server.state))
    return answer(rows)


def counts(call: Call) -> web.Response:
    """Return how many items of each type a user sees."""
    user = call.user()
    favourite = call.parameters.boolean("isFavorite")
    numbers = dict.fromkeys(ItemType, 0)
    for item in call.server.state.items.values():
        if user is not None and not user.sees(item.library):
            continue
        if favourite is None or user is None or user.of(item).favourite == favourite:
            numbers[item.type] += 1
    others = ("Artist", "Program", "Trailer", "Song", "Album", "MusicVideo", "BoxSet")
    written = {f"{name}Count": 0 for name in (*others, "Book")}
    written["ItemCount"] = sum(numbers.values())
    for kind in (ItemType.MOVIE, ItemType.SERIES, ItemType.EPISODE):
        written[f"{kind}Count"] = numbers[kind]
    return answer(written)


def resumable(call: Call) -> web.Response:
    """Return what a user has begun, the latest first."""
    user = call.a_user()

    def begun() -> list[Item]:
        """Return all begun items."""
        found = everything(call.server.state.libraries.values())
        return [
            item
            for item in found
            if user.sees(item.library) and user.of(item).position > 0
        ]

    found = select(begun(), call.parameters, user)
    found.sort(key=lambda item: user.of(item).last_played or 0, reverse=True)
    return send_page(call, user, found)


def series_of(call: Call, user: User | None) -> Item:
    """Return the series that the path names."""
    series = call.server.state.visible(call.id_in_path("seriesId") or "", user)
    if series is None or series.type is not ItemType.SERIES:
        raise call.no_such_item()
    return series


def episodes(call: Call) -> web.Response:
    """Return the episodes of a series, of one season if asked.

    Missing ones are shown only to a user who wants to see them, and to API keys.
    """
    user = reader(call)
    series = series_of(call, user)
    season = call.parameters.integer("season")
    season_id = call.parameters.id("seasonId")
    missing = call.parameters.boolean("isMissing")
    with_missing = user is None or user.shows_missing or call.is_api_key
    found = [
        item
        for item in series.descendants()
        if item.type is ItemType.EPISODE
        and (season is None or item.parent_index == season)
        and (season_id is None or (item.parent and item.parent.id == season_id))
        and (with_missing or not item.virtual)
        and (missing is None or item.virtual == missing)
    ]
    found.sort(key=lambda item: (item.parent_index or 0, item.index or 0))
    if start := call.parameters.id("startItemId"):
        found = list(dropwhile(lambda item: item.id != start, found))
    if call.parameters.words("sortBy"):
        found = ordered(found, call.parameters, user)
    return send_page(call, user, found)


def seasons(call: Call) -> web.Response:
    """Return the seasons of a series."""
    user = reader(call)
    special = call.parameters.boolean("isSpecialSeason")
    found = [
        season
        for season in series_of(call, user).children
        if special is None or (season.index == 0) == special
    ]
    return send_page(call, user, found)


ROUTES = (
    ("GET", "/UserViews", Access.SIGNED_IN, views),
    ("GET", "/Users/{userId}/Views", Access.SIGNED_IN, views),
    ("GET", "/Items", Access.SIGNED_IN, items),
    ("GET", "/Users/{userId}/Items", Access.SIGNED_IN, items),
    ("GET", "/UserItems/Resume", Access.SIGNED_IN, resumable),
    ("GET", "/Users/{userId}/Items/Resume", Access.SIGNED_IN, resumable),
    ("GET", "/Items/Counts", Access.SIGNED_IN, counts),
    ("GET", "/Items/{itemId}", Access.SIGNED_IN, one_item),
    ("GET", "/Users/{userId}/Items/{itemId}", Access.SIGNED_IN, one_item),
    ("GET", "/Items/{itemId}/Ancestors", Access.SIGNED_IN, ancestors),
    ("GET", "/Shows/{seriesId}/Episodes", Access.SIGNED_IN, episodes),
    ("GET", "/Shows/{seriesId}/Seasons", Access.SIGNED_IN, seasons),
)
