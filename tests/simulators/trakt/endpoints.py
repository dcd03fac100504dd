"""The paths that the service answers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial

from . import hidden, lookup, reads, sessions, signing_in, writes
from .wire import Handle


class Access(Enum):
    """Who may call."""

    OAUTH = auto()
    """Anyone; the client id is in the body, if anywhere."""
    APP = auto()
    """Any living app, with or without a user."""
    USER = auto()
    """An app on behalf of a user."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method of one path; `query` names the parameters that it takes."""

    method: str
    path: str
    handle: Handle
    access: Access = Access.USER
    query: frozenset[str] = frozenset()


DETAIL = frozenset({"extended"})
PAGED = DETAIL | {"page", "limit"}
DATED = PAGED | {"start_at", "end_at"}

READS: Mapping[str, tuple[Handle, frozenset[str]]] = {
    "/sync/last_activities": (reads.last_activities, frozenset()),
    "/users/settings": (reads.settings, DETAIL),
    "/users/hidden/{section}": (hidden.shows, PAGED | {"type"}),
    "/users/{user}": (reads.profile, DETAIL),
    "/users/{user}/watching": (sessions.watching, DETAIL),
    "/sync/watched/{type}": (reads.watched, PAGED),
    "/sync/playback": (reads.playback, DATED),
    "/sync/playback/{type}": (reads.playback, DATED),
}
# What a user may read of another one too, below /users.
SHARED_READS: Mapping[str, tuple[Handle, frozenset[str]]] = {
    "watchlist": (reads.watchlist, PAGED),
    "watchlist/{type}": (reads.watchlist, PAGED),
    "watchlist/{type}/{sort_by}": (reads.watchlist, PAGED),
    "watchlist/{type}/{sort_by}/{sort_how}": (reads.watchlist, PAGED),
    "ratings": (reads.ratings, PAGED),
    "ratings/{type}": (reads.ratings, PAGED),
    "ratings/{type}/{rating}": (reads.ratings, PAGED),
    "history": (reads.history, DATED),
    "history/{type}": (reads.history, DATED),
    "history/{type}/{id}": (reads.history, DATED),
}
LOOKUPS: Mapping[str, tuple[Handle, frozenset[str]]] = {
    "/search/{namespace}/{id}": (lookup.search, PAGED | {"type"}),
    "/movies/{id}": (lookup.movie, DETAIL),
    "/shows/{id}": (lookup.show, DETAIL),
    "/shows/{id}/seasons": (lookup.seasons, DETAIL),
    "/shows/{id}/seasons/{season}": (lookup.season, DETAIL),
    "/shows/{id}/seasons/{season}/episodes/{episode}": (lookup.episode, DETAIL),
}
WRITES: Mapping[tuple[str, str], Handle] = {
    ("POST", "/sync/watchlist"): writes.add_to_watchlist,
    ("POST", "/sync/watchlist/remove"): writes.remove_from_watchlist,
    ("POST", "/sync/watchlist/reorder"): writes.reorder_watchlist,
    ("PUT", "/sync/watchlist/{id}"): writes.annotate_watchlist,
    ("POST", "/sync/ratings"): writes.add_ratings,
    ("POST", "/sync/ratings/remove"): writes.remove_ratings,
    ("POST", "/sync/history"): writes.add_history,
    ("POST", "/sync/history/remove"): writes.remove_history,
    ("DELETE", "/sync/playback/{id}"): writes.delete_playback,
    ("POST", "/users/hidden/{section}"): hidden.hide,
    ("POST", "/users/hidden/{section}/remove"): hidden.show_again,
    **{
        ("POST", f"/scrobble/{step}"): partial(sessions.scrobble, step=step)
        for step in sessions.Step
    },
}
OAUTH: Mapping[str, Handle] = {
    "/oauth/device/code": signing_in.device_code,
    "/oauth/device/token": signing_in.device_token,
    "/oauth/token": signing_in.token,
    "/oauth/revoke": signing_in.revoke,
}


def endpoints() -> Iterator[Endpoint]:
    """Return everything that the service answers."""
    for path, handle in OAUTH.items():
        # PyTrakt puts two slashes before these, which the real service forgives.
        for spelling in (path, f"/{path}"):
            yield Endpoint("POST", spelling, handle, Access.OAUTH)
    for path, (handle, query) in READS.items():
        yield Endpoint("GET", path, handle, query=query)
    for path, (handle, query) in SHARED_READS.items():
        yield Endpoint("GET", f"/sync/{path}", handle, query=query)
        yield Endpoint("GET", f"/users/{{user}}/{path}", handle, query=query)
    for path, (handle, query) in LOOKUPS.items():
        yield Endpoint("GET", path, handle, Access.APP, query=query)
    for (method, path), handle in WRITES.items():
        yield Endpoint(method, path, handle)
