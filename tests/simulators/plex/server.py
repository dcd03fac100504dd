"""The simulated Plex Media Server itself."""

from collections.abc import Awaitable, Callable, Hashable, Iterable
from datetime import datetime
from hashlib import sha1
from http import HTTPStatus
import re
import ssl

from aiohttp import web

from ..base import Request, Simulator, utc_now
from . import history_routes, library_routes, playing_routes, server_routes
from .behaviour import Behaviour
from .call import Access, Call
from .doings import Doings
from .library import Library
from .model import Item, ItemType, Section, Session, View, Viewer
from .people import Account, make_account
from .refusal import Refusal
from .shapes import ItemWriter

type Answer = Callable[[Call], web.Response]
type AsyncHandler = Callable[[web.Request], Awaitable[web.StreamResponse]]

WRITES = re.compile(r"/:/(scrobble|unscrobble|rate|timeline|progress)")


class PlexServerSimulator(Simulator):
    """A media server with sections, its owner and others it is shared with.

    `library` holds the sections and items, `doings` what people did with them, and
    `behaviour` says how it differs from the newest version, or goes wrong.
    """

    def __init__(
        self,
        *,
        owner: Account | None = None,
        name: str = "Tower",
        version: str = "1.41.0.8994-f2c27da23",
        clock: Callable[[], datetime] = utc_now,
        latency: float = 0.0,
        ssl_context: ssl.SSLContext | None = None,
        base_path: str = "",
    ) -> None:
        """Prepare a server without sections, whose owner may ask at once."""
        super().__init__(
            clock=clock, latency=latency, ssl_context=ssl_context, base_path=base_path
        )
        self.name = name
        self.version = version
        text = f"machine:{name}".encode()
        self.machine_identifier = sha1(text, usedforsecurity=False).hexdigest()
        self.behaviour = Behaviour()
        self.library = Library(self.clock_now)
        self.doings = Doings(self.library, self.behaviour, self.machine_identifier)
        self.writer = ItemWriter(self.doings, self.behaviour)
        self.owner = owner or make_account("Jon")
        self.doings.admit(self.owner, None, owner=True)
        self._lists: dict[Hashable, tuple[int, list[Item]]] = {}
        self._pending: list[tuple[float, Callable[[], None]]] = []

    def clock_now(self) -> datetime:
        """Return the moment that the clock shows, also after it was exchanged."""
        return self.clock()

    def is_write(self, request: Request) -> bool:
        """Return whether a request changes something; here, that may be a GET."""
        return WRITES.fullmatch(request.path) is not None or super().is_write(request)

    def routes(self) -> Iterable[web.RouteDef]:
        """Return all routes."""
        for routes in (server_routes, library_routes, playing_routes, history_routes):
            for methods, path, access, handler in routes.ROUTES:
                for method in methods:
                    yield web.route(method, path, self._serving(access, handler))

    def _serving(self, access: Access, handler: Answer) -> AsyncHandler:
        """Return a handler that checks who asks before it answers."""

        async def serve(request: web.Request) -> web.StreamResponse:
            """Answer a request or refuse it."""
            self._do_pending()
            try:
                return handler(self._admit(request, access))
            except Refusal as refusal:
                return refusal.answer()

        return serve

    def _admit(self, request: web.Request, access: Access) -> Call:
        """Return the call with the one who asks; refuse who may not ask."""
        changes = WRITES.fullmatch(request.path) and request.method != "GET"
        if self.behaviour.only_gets and changes:
            raise Refusal(HTTPStatus.METHOD_NOT_ALLOWED)
        token = request.headers.get("X-Plex-Token") or request.query.get("X-Plex-Token")
        viewer = self.doings.of_token(token) if token else None
        if access is not Access.ANYONE and viewer is None:
            raise Refusal(HTTPStatus.UNAUTHORIZED)
        if access is Access.OWNER and not (viewer and viewer.is_owner):
            raise Refusal(HTTPStatus.FORBIDDEN)
        return Call(self, request, viewer)

    def remembered(self, what: Hashable, make: Callable[[], list[Item]]) -> list[Item]:
        """Return a list, made anew only where something has changed since."""
        revision, rows = self._lists.get(what, (-1, []))
        if revision != self.library.revision or not rows:
            rows = make()
            self._lists = {what: (self.library.revision, rows)}
        return rows

    def later(self, change: Callable[[], None]) -> None:
        """Make a change at once, or when it is to become visible."""
        if not self.behaviour.visible_after:
            change()
            return
        due = self.clock().timestamp() + self.behaviour.visible_after
        self._pending.append((due, change))

    def _do_pending(self) -> None:
        """Make the changes whose time has come."""
        now = self.clock().timestamp()
        while self._pending and self._pending[0][0] <= now:
            self._pending.pop(0)[1]()

    # What the owner does at the server

    def share(
        self, account: Account, sections: Iterable[Section] | None = None
    ) -> Viewer:
        """Let an account in, to all sections unless some are named."""
        keys = None if sections is None else [section.key for section in sections]
        return self.doings.admit(account, keys)

    def unshare(self, account: Account) -> None:
        """Let an account out; its plays stay in the log."""
        del self.doings.viewers[account]

    def viewer(self, account: Account) -> Viewer:
        """Return an account as it is known here; KeyError if it is not."""
        return self.doings.viewers[account]

    def token(self, account: Account) -> str:
        """Return the token with which an account asks this server."""
        return self.viewer(account).token

    def revoke(self, account: Account) -> None:
        """End the token of an account; the cloud tells the next one."""
        self.doings.renew_token(account)

    def add_section(self, title: str, kind: str) -> Section:
        """Add an empty section, "movie" or "show"."""
        return self.library.add_section(title, kind)

    def remove(self, item: Item) -> None:
        """Remove an item and all below; plays and views of it stay."""
        self.library.remove(item)

    def film(self, title: str, year: int | None = None) -> Item:
        """Return the first film of a title; KeyError if there is none."""
        return self.library.find(ItemType.MOVIE, title, year)

    def show(self, title: str, year: int | None = None) -> Item:
        """Return the first show of a title; KeyError if there is none."""
        return self.library.find(ItemType.SHOW, title, year)

    def episode(self, title: str, season: int, number: int) -> Item:
        """Return an episode of the first show of a title; KeyError if there is none."""
        return self.library.episode(title, season, number)

    # What a person does at the server

    def view(self, account: Account, item: Item) -> View:
        """Return what a person did with an item."""
        return self.doings.view(self.viewer(account), item)

    def watch(self, account: Account, item: Item, at: datetime | None = None) -> None:
        """Let a person play an item to its end, which the play log notes."""
        self.doings.play(self.viewer(account), item, self._moment(at))

    def mark(self, account: Account, item: Item, at: datetime | None = None) -> None:
        """Let a person mark an item as watched, which the play log does not note."""
        self.doings.mark(self.viewer(account), item, self._moment(at))

    def unmark(self, account: Account, item: Item) -> None:
        """Let a person mark an item as not watched."""
        self.doings.unmark(self.viewer(account), item)

    def rate(
        self,
        account: Account,
        item: Item,
        rating: float | None,
        at: datetime | None = None,
    ) -> None:
        """Let a person rate an item from 1 to 10, or clear the rating."""
        viewer = self.viewer(account)
        self.doings.rate(viewer, item, rating, self._moment(at))

    def stop_at(
        self, account: Account, item: Item, offset: int, at: datetime | None = None
    ) -> None:
        """Let a person stop watching at a position in milliseconds."""
        self.doings.stop_at(self.viewer(account), item, offset, self._moment(at))

    def play_now(
        self, account: Account, item: Item, offset: int = 0, player: str = "shield"
    ) -> Session:
        """Let a person be playing an item on some player."""
        session = self.doings.session(self.viewer(account), item, player)
        session.offset = offset
        return session

    def _moment(self, at: datetime | None) -> int:
        """Return a moment in whole seconds, now if none is given."""
        return self.library.now() if at is None else int(at.timestamp())
