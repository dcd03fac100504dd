"""Everybody's watchlist."""

from datetime import UTC, datetime
from http import HTTPStatus

from aiohttp import web

from .call import START, whole
from .cloud_call import CloudCall, CloudRefusal, Surface, unknown
from .discover_routes import BOTH, KINDS, identifier, part_of, row_of
from .model import sort_title
from .refusal import NotSimulated
from .titles import Title
from .wire import Json, respond


def watchlist(call: CloudCall) -> web.Response:
    """List what is on a watchlist, the latest first unless asked otherwise."""
    if call.surface is not Surface.DISCOVER:
        raise unknown("Section 'watchlist' not found!")
    behaviour = call.cloud.behaviour
    if behaviour.before_page is not None:
        behaviour.before_page(whole(call.sent(START), 0))
    page, members, headers = part_of(call, chosen(call))
    about: Json = {
        "librarySectionID": "watchlist",
        "librarySectionTitle": "Watchlist",
        "identifier": identifier(call),
    }
    if page:
        guids = behaviour.lists_guids and call.given("includeGuids") == "1"
        about["Metadata"] = [row_of(title, guids=guids) for title in page]
    return respond(call.request, "MediaContainer", members | about, headers=headers)


def chosen(call: CloudCall) -> list[Title]:
    """Return the titles of a watchlist that are asked for, in the order asked for."""
    cloud = call.cloud
    account = cloud.behaviour.lists_of or call.account
    put = cloud.titles.list_of(account)
    titles = [cloud.titles.by_key[key] for key in put]
    if (kind := call.given("type")) is not None:
        titles = [title for title in titles if title.kind is KINDS.get(kind)]
    match call.in_path("filter"):
        case "released":
            today = datetime.fromtimestamp(cloud.now(), UTC).date().isoformat()
            titles = [title for title in titles if title.released <= today]
        case "all":
            pass
        case other:
            raise NotSimulated(f"watchlist/{other}")
    field, _, direction = (call.given("sort") or "watchlistedAt:desc").partition(":")
    match field:
        case "watchlistedAt":
            titles.sort(key=lambda title: put[title.key])
        case "titleSort":
            titles.sort(key=lambda title: sort_title(title.name))
        case "originallyAvailableAt":
            titles.sort(key=lambda title: title.released)
        case _:
            raise NotSimulated(f"sort={field}")
    if direction == "desc":
        titles.reverse()
    return titles


def named_title(call: CloudCall) -> Title:
    """Return the title that a change is about."""
    title = call.cloud.titles.by_key.get(call.given("ratingKey") or "")
    if title is None:
        raise unknown("Item not found")
    return title


def done(call: CloudCall) -> web.Response:
    """Return the answer of a change."""
    return respond(call.request, "MediaContainer", {"size": 0})


def add(call: CloudCall) -> web.Response:
    """Put a title on the watchlist; one that is there stays as it was."""
    account, title = call.account, named_title(call)
    put = call.cloud.titles.list_of(account)
    if title.key in put and call.cloud.behaviour.refuses_repeats:
        text = f"{title.name} is already on the watchlist"
        raise CloudRefusal(HTTPStatus.CONFLICT, 409, text)
    put.setdefault(title.key, call.cloud.now())
    return done(call)


def remove(call: CloudCall) -> web.Response:
    """Take a title off the watchlist."""
    account, title = call.account, named_title(call)
    put = call.cloud.titles.list_of(account)
    if put.pop(title.key, None) is None and call.cloud.behaviour.refuses_repeats:
        raise unknown(f"{title.name} is not on the watchlist")
    return done(call)


ROUTES = (
    ("GET", "/library/sections/watchlist/{filter}", BOTH, watchlist),
    ("PUT", "/actions/addToWatchlist", BOTH[:1], add),
    ("PUT", "/actions/removeFromWatchlist", BOTH[:1], remove),
)
