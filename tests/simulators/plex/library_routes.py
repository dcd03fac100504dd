"""Lists of items and single ones."""

from collections.abc import Iterable
from http import HTTPStatus

from aiohttp import web

from .call import (
    IDENTIFIER,
    SIZE,
    START,
    Access,
    Call,
    container,
    paged,
    part_of,
    whole,
)
from .meta import meta_of
from .model import Item, ItemType, Section
from .query import Looker, Pairs, kind_of, select
from .refusal import Refusal, not_found
from .shapes import section_of
from .wire import Json, respond

ABOUT: Json = {"allowSync": False, "identifier": IDENTIFIER}
MORE = {
    "mediaTagPrefix": "/system/bundle/media/flags/",
    "mediaTagVersion": 1_700_000_000,
}


def looker(call: Call) -> Looker:
    """Return who looks at the library."""
    return Looker(
        call.server.doings,
        call.listed_for,
        call.server.library.now(),
        frozenset(call.server.behaviour.ignored_filters),
    )


def pairs_of(call: Call) -> Pairs:
    """Return the parameters of a request in their order."""
    return [(name, value) for name, value in call.request.query.items() if value]


def contents(call: Call) -> web.Response:
    """Say what the library is made of."""
    rows = [{"key": "sections", "title": "Library Sections"}]
    about = {**ABOUT, **MORE, "title1": "Plex Library"}
    return paged(call, "Directory", rows, about)


def sections(call: Call) -> web.Response:
    """List the sections."""
    rows = [section_of(section) for section in call.sections()]
    return paged(
        call, "Directory", rows, {"allowSync": False, "title1": "Plex Library"}
    )


def section(call: Call) -> web.Response:
    """Say what can be listed of a section."""
    found = call.section()
    return container(
        call,
        {
            "size": 1,
            **ABOUT,
            "content": "secondary",
            "librarySectionID": int(found.key),
            "title1": found.title,
            "viewGroup": "secondary",
            "Directory": [
                {"key": "all", "title": f"All {found.title}"},
                {"key": "unwatched", "title": "Unplayed"},
                {"key": "recentlyViewed", "title": "Recently Viewed"},
            ],
        },
    )


def section_items(call: Call) -> web.Response:
    """List what there is in a section, shows or films if nothing else is asked for."""
    found = call.section()
    kind = kind_of(pairs_of(call), found.kind)
    about: Json = {
        **ABOUT,
        **MORE,
        "librarySectionID": int(found.key),
        "librarySectionTitle": found.title,
        "title1": found.title,
        "viewGroup": kind.value,
    }
    if call.on("includeMeta"):
        about["Meta"] = meta_of(found, kind)
    return listed(call, [found], kind, about)


def collections(call: Call) -> web.Response:
    """List the collections of a section, of which there are none."""
    found = call.section()
    about: Json = {**ABOUT, **MORE, "librarySectionID": int(found.key)}
    return items_page(call, [], about)


def all_items(call: Call) -> web.Response:
    """List what there is in all sections."""
    if not (call.server.behaviour.library_all or call.viewer.is_owner):
        raise Refusal(HTTPStatus.FORBIDDEN)
    kind = kind_of(pairs_of(call), None)
    return listed(call, call.sections(), kind, {**ABOUT, **MORE})


def listed(
    call: Call, places: Iterable[Section], kind: ItemType, about: Json
) -> web.Response:
    """List the items of a kind that pass the filters of a request."""
    server = call.server
    if (before := server.behaviour.before_page) is not None:
        before(whole(call.sent(START), 0))
    who = looker(call)
    pairs = [pair for pair in pairs_of(call) if pair[0] not in {START, SIZE}]
    rows = server.remembered(
        (who.viewer.local_id, who.ignored, call.request.path, tuple(sorted(pairs))),
        lambda: select(
            [item for place in places for item in place.items[kind]], pairs, who
        ),
    )
    return items_page(call, rows, about)


def items_page(call: Call, rows: list[Item], about: Json) -> web.Response:
    """Return a part of a list of items."""
    page, members, headers = part_of(call, rows)
    members |= about
    if page:
        found = written(call, page, guids=call.on("includeGuids"))
        if "librarySectionID" in about and not call.server.behaviour.sections_in_rows:
            for row in found:
                del row["librarySectionID"]
        members["Metadata"] = found
    return respond(call.request, "MediaContainer", members, headers=headers)


def written(call: Call, items: Iterable[Item], *, guids: bool) -> list[Json]:
    """Return items as the one who asks sees them."""
    guids = guids and not call.server.behaviour.no_guid_lists
    viewer = call.listed_for
    return [call.server.writer.item(item, viewer, guids=guids) for item in items]


def metadata(call: Call) -> web.Response:
    """Return one item, or some; of several, those that are not there are left out."""
    keys = call.request.match_info["keys"].split(",")
    found: list[Item] = []
    for key in keys:
        try:
            found.append(call.item(key))
        except Refusal:
            continue
    if not found:
        raise not_found()
    about: Json = {"size": len(found), **ABOUT, **MORE}
    if len({item.section for item in found}) == 1:
        about["librarySectionID"] = int(found[0].section.key)
        about["librarySectionTitle"] = found[0].section.title
    rows = written(call, found, guids=True)
    for item, row in zip(found, rows, strict=True):
        if call.on("includeMarkers") and item.credits is not None:
            row["Marker"] = [credits_of(item, item.credits)]
    about["Metadata"] = rows
    return container(call, about)


def credits_of(item: Item, begin: int) -> Json:
    """Return what marks the credits of an item."""
    return {
        "id": item.rating_key * 10,
        "type": "credits",
        "startTimeOffset": begin,
        "endTimeOffset": item.duration,
        "final": True,
    }


def children(call: Call) -> web.Response:
    """List what lies directly below an item."""
    parent = call.item(call.request.match_info["keys"])
    rows = sorted(parent.children, key=lambda item: item.index or 0)
    return items_page(call, rows, {**ABOUT, "key": parent.key, "title1": parent.title})


def all_leaves(call: Call) -> web.Response:
    """List all episodes below an item in their order."""
    parent = call.item(call.request.match_info["keys"])
    if not parent.is_folder:
        raise not_found()
    rows = sorted(
        parent.leaves(),
        key=lambda item: (
            (item.parent and item.parent.index) or 0,
            item.index or 0,
        ),
    )
    return items_page(call, rows, {**ABOUT, "key": parent.key, "title1": parent.title})


def continue_watching(call: Call) -> web.Response:
    """List what was stopped in the middle, the latest first."""
    return items_page(call, begun(call), dict(ABOUT))


def begun(call: Call) -> list[Item]:
    """Return what was stopped in the middle, the latest first."""
    who = looker(call)
    places = call.sections()
    kinds = (ItemType.MOVIE, ItemType.EPISODE)
    items = [item for place in places for kind in kinds for item in place.items[kind]]
    pairs = [("inProgress", "1"), ("sort", "lastViewedAt:desc")]
    return select(items, pairs, who)


def on_deck(call: Call) -> web.Response:
    """List what was stopped in the middle and, of begun shows, what comes next."""
    who = looker(call)
    rows = begun(call)
    busy = {item.top for item in rows}
    for place in call.sections():
        for show in place.items[ItemType.SHOW]:
            leaves = list(show.leaves())
            left = [leaf for leaf in leaves if not who.view(leaf).count]
            if show not in busy and len(left) < len(leaves):
                rows.extend(left[:1])
    return items_page(call, rows, dict(ABOUT))


ROUTES = (
    (("GET",), "/library", Access.VIEWER, contents),
    (("GET",), "/library/sections", Access.VIEWER, sections),
    (("GET",), "/library/sections/all", Access.VIEWER, sections),
    (("GET",), "/library/sections/{section}", Access.VIEWER, section),
    (("GET",), "/library/sections/{section}/all", Access.VIEWER, section_items),
    (("GET",), "/library/sections/{section}/collections", Access.VIEWER, collections),
    (("GET",), "/library/all", Access.VIEWER, all_items),
    (("GET",), "/library/onDeck", Access.VIEWER, on_deck),
    (("GET",), "/hubs/continueWatching/items", Access.VIEWER, continue_watching),
    (("GET",), "/library/metadata/{keys}", Access.VIEWER, metadata),
    (("GET",), "/library/metadata/{keys}/children", Access.VIEWER, children),
    (("GET",), "/library/metadata/{keys}/allLeaves", Access.VIEWER, all_leaves),
)
