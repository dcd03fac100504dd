"""What a client changes: it marks, rates and tells where it stopped."""

from http import HTTPStatus

from aiohttp import web

from .call import Access, Call, container
from .doings import MAX_RATING
from .refusal import bad_request

STATES = frozenset({"playing", "paused", "buffering", "stopped"})


def done() -> web.Response:
    """Return the empty answer of a change."""
    return web.Response(status=HTTPStatus.OK, content_type="text/html")


def scrobble(call: Call) -> web.Response:
    """Mark as watched now, whichever moment was sent."""
    item, viewer = call.meant(), call.viewer
    now = call.server.library.now()
    call.server.later(lambda: call.server.doings.mark(viewer, item, now))
    return done()


def unscrobble(call: Call) -> web.Response:
    """Mark as not watched."""
    item, viewer = call.meant(), call.viewer
    call.server.later(lambda: call.server.doings.unmark(viewer, item))
    return done()


def rate(call: Call) -> web.Response:
    """Rate an item, or clear the rating with zero or less."""
    item, viewer = call.meant(), call.viewer
    rating = call.number("rating")
    at = call.number("ratedAt")
    now = call.server.library.now()
    if rating is None or not -1 <= rating <= MAX_RATING:
        raise bad_request()
    kept = now
    if at is not None and call.server.behaviour.honours_rated_at:
        if at > now:
            raise bad_request()
        kept = int(at)
    value = rating if rating > 0 else None
    call.server.later(lambda: call.server.doings.rate(viewer, item, value, kept))
    return done()


def timeline(call: Call) -> web.Response:
    """Take note of where a player is, and what follows from that."""
    state, time = call.given("state"), call.number("time")
    player = call.sent("X-Plex-Client-Identifier")
    if player is None or time is None or state not in STATES:
        raise bad_request()
    if (key := call.given("ratingKey")) is None:
        raise bad_request()
    item, viewer, server = call.item(key), call.viewer, call.server
    length = item.duration or call.number("duration") or 0
    doings, now = server.doings, server.library.now()
    session = doings.session(viewer, item, player)
    session.state, session.offset = state, int(time)
    # Without a length it cannot be told how much was seen, and nothing is kept.
    if call.number("duration") and length:
        watched = doings.is_over(item, time)
        if not (watched and session.counted):
            server.later(lambda: doings.stop_at(viewer, item, int(time), now))
        session.counted |= watched
    if state == "stopped":
        del doings.sessions[player]
    return container(call, {"size": 0})


def progress(call: Call) -> web.Response:
    """Keep a position; what others than the owner send is lost."""
    item, viewer, server = call.meant(), call.viewer, call.server
    if (time := call.number("time")) is None:
        raise bad_request()
    if viewer.is_owner:
        now = server.library.now()
        server.later(lambda: server.doings.stop_at(viewer, item, int(time), now))
    return done()


BOTH = ("GET", "PUT")

ROUTES = (
    (BOTH, "/:/scrobble", Access.VIEWER, scrobble),
    (BOTH, "/:/unscrobble", Access.VIEWER, unscrobble),
    (BOTH, "/:/rate", Access.VIEWER, rate),
    (("GET", "POST"), "/:/timeline", Access.VIEWER, timeline),
    (("GET", "POST"), "/:/progress", Access.VIEWER, progress),
)
