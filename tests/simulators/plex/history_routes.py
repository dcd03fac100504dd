"""The play log."""

from collections.abc import Callable
from http import HTTPStatus

from aiohttp import web

from .call import START, Access, Call, part_of, whole
from .model import Play
from .playing_routes import done
from .refusal import NotSimulated, Refusal, bad_request, not_found
from .shapes import play_of
from .wire import respond


def history(call: Call) -> web.Response:
    """List the plays of all for the owner, and for others only their own."""
    server = call.server
    if not (server.behaviour.log_of_all or call.viewer.is_owner):
        raise Refusal(HTTPStatus.UNAUTHORIZED)
    if (before := server.behaviour.before_page) is not None:
        before(whole(call.sent(START), 0))
    tests = [
        test_of(call, name, value)
        for name, value in call.request.query.items()
        if not name.startswith(("X-Plex-", "include")) and name != "sort"
    ]
    viewer = call.listed_for
    plays = [
        play
        for play in server.doings.plays
        if (viewer.is_owner or play.local_id == viewer.local_id)
        and viewer.sees(play.item.section)
        and all(test(play) for test in tests)
    ]
    field, _, direction = (call.given("sort") or "viewedAt").partition(":")
    if field != "viewedAt":
        raise NotSimulated(f"sort={field}")
    plays.sort(key=lambda play: (play.viewed_at, play.id), reverse=direction == "desc")
    page, members, headers = part_of(call, plays)
    if page:
        members["Metadata"] = [play_of(play, server.library) for play in page]
    return respond(call.request, "MediaContainer", members, headers=headers)


def test_of(call: Call, name: str, value: str) -> Callable[[Play], bool]:
    """Return the test that a parameter means."""
    if not value.isdecimal():
        raise bad_request()
    number = int(value)
    inclusive = call.server.behaviour.viewed_at_inclusive
    match name:
        case "accountID":
            return lambda play: play.local_id == number
        case "librarySectionID":
            return lambda play: play.item.section.key == value
        case "metadataItemID":
            return lambda play: number in keys_of(play)
        case "viewedAt>":
            return lambda play: play.viewed_at >= number + (not inclusive)
        case "viewedAt>>":
            return lambda play: play.viewed_at > number
        case "viewedAt<":
            return lambda play: play.viewed_at <= number
        case "viewedAt<<":
            return lambda play: play.viewed_at < number
    raise NotSimulated(name)


def keys_of(play: Play) -> set[int]:
    """Return the keys of what was played and of all above it, if it is there."""
    if play.item.removed:
        return set()
    return {item.rating_key for item in (play.item, *play.item.lineage())}


def forget(call: Call) -> web.Response:
    """Take a row out of the log; what it did to the item stays."""
    number = int(call.request.match_info["play"])
    plays = call.server.doings.plays
    for play in plays:
        if play.id == number:
            plays.remove(play)
            return done()
    raise not_found()


ROUTES = (
    (("GET",), "/status/sessions/history/all", Access.VIEWER, history),
    (("DELETE",), r"/status/sessions/history/{play:\d+}", Access.OWNER, forget),
)
