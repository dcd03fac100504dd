"""The simulated Emby server itself."""

from collections.abc import Awaitable, Callable, Iterable
from email.utils import formatdate
from http import HTTPStatus
import inspect
import re
from typing import Unpack, override

from aiohttp import web

from ..base import Request
from ..jellyfin.model import Item, Library, User
from ..jellyfin.refusal import Refusal
from ..jellyfin.server import AsyncHandler, JellyfinSimulator, ServerOptions, any_case
from . import item_routes, login_routes, shelves, user_data_routes
from .behaviour import EmbyBehaviour
from .call import Access, EmbyCall
from .devices import EmbyDevices, identity
from .items import EmbyItemWriter
from .parameters import EmbyParameters
from .shelves import Shelf, ShelfKind
from .sockets import EmbySockets
from .state import EmbyState

type Answer = Callable[[EmbyCall], web.Response | Awaitable[web.Response]]

# Requests that change who is signed in, but nothing that a person has in a library.
NO_WRITE = re.compile(
    r"(/emby)?/(Users/Authenticate\w+|Sessions/\w+|System/Ping)", re.IGNORECASE
)
PREFIXES = ("", "/emby", "/mediabrowser")


class EmbySimulator(JellyfinSimulator):
    """An Emby server with libraries, users and what they watched.

    What a person or an administrator does at it, and how it is filled, is the same as
    at its cousin; how it is asked and what it answers is not. Users
    with an id in `no_collections` may not change any. Without
    `tells_time` its answers are dated by the machine's clock, as by that of a proxy.
    """

    def __init__(
        self, *, version: str = "4.9.1.80", **options: Unpack[ServerOptions]
    ) -> None:
        """Prepare a server without users and items."""
        super().__init__(version=version, **options)
        self.behaviour = self.emby_behaviour = EmbyBehaviour()
        self.state = self.emby_state = EmbyState(self.clock_now, self.name)
        self.devices = EmbyDevices(self.state)
        self.writer = self.emby_writer = EmbyItemWriter(self.state.server_id)
        self.shelves: dict[str, Shelf] = {}
        self.folders = [
            Library(self.emby_state.next_number(), "Playlists", "playlists", ""),
            Library(self.emby_state.next_number(), "Collections", "boxsets", ""),
        ]
        self.hidden_from_resume: set[tuple[str, str]] = set()
        self.no_collections: set[str] = set()
        self.tells_time = True
        self.sockets = EmbySockets(self)
        self.state.on_user_data = self.sockets.tell_user_data
        self.state.on_library = self.sockets.tell_library

    @override
    def is_write(self, request: Request) -> bool:
        """Return whether a request would change what a person has."""
        return super().is_write(request) and not NO_WRITE.fullmatch(request.path)

    @override
    def routes(self) -> Iterable[web.RouteDef]:
        """Return all routes, each with and without the prefix."""
        for prefix in PREFIXES:
            for routes in (login_routes, item_routes, user_data_routes, shelves):
                for method, path, access, handler in routes.ROUTES:
                    handle = self._answering(access, handler)
                    yield web.route(method, any_case(prefix + path), handle)
            yield web.get(any_case(f"{prefix}/embywebsocket"), self.sockets.serve)

    def _answering(self, access: Access, handler: Answer) -> AsyncHandler:
        """Return a handler that checks who asks before it answers."""

        async def serve(request: web.Request) -> web.StreamResponse:
            """Answer a request or refuse it; refusals are plain texts."""
            answer = await self._answer(request, access, handler)
            if self.tells_time:
                now = self.clock().timestamp()
                answer.headers["Date"] = formatdate(now, usegmt=True)
            return answer

        return serve

    async def _answer(
        self, request: web.Request, access: Access, handler: Answer
    ) -> web.Response:
        """Return the answer to a request, or the refusal."""
        if self.starting:
            return web.Response(
                status=HTTPStatus.SERVICE_UNAVAILABLE, text="Server is starting up"
            )
        body = await request.read()
        try:
            found = handler(self._call(request, body, access))
            return await found if inspect.isawaitable(found) else found
        except Refusal as refusal:
            text = refusal.text or refusal.status.phrase
            return web.Response(status=refusal.status, text=text)

    def _call(self, request: web.Request, body: bytes, access: Access) -> EmbyCall:
        """Return the call with its caller; refuse one that may not ask."""
        who = identity(request)
        device = self.devices.by_token.get(who.token)
        call = EmbyCall(
            server=self,
            request=request,
            identity=who,
            parameters=EmbyParameters(request.query),
            body=body,
            device=device,
            is_api_key=who.token in self.devices.api_keys,
        )
        if access is Access.ANYONE:
            return call
        if device is None and not call.is_api_key:
            raise Refusal(
                HTTPStatus.UNAUTHORIZED,
                "Access token is invalid or expired."
                if who.token
                else "Access token is required.",
            )
        if access is Access.ADMIN and not call.is_admin:
            raise Refusal(HTTPStatus.FORBIDDEN, "User is not permitted to do this.")
        if device is not None:
            device.last_activity = self.state.now()
        return call

    def add_shelf(
        self, kind: ShelfKind, name: str, *items: Item, owner: User | None = None
    ) -> Shelf:
        """Add a playlist or collection as a person would."""
        shelf = Shelf(self.emby_state.next_number(), kind, name, owner)
        for item in items:
            shelf.entries[self.emby_state.next_number()] = item
        self.shelves[shelf.id] = shelf
        self.state.touch()
        return shelf
