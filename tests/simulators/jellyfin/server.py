"""The simulated Jellyfin server itself."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from http import HTTPStatus
import re
import ssl
from typing import TypedDict, override

from aiohttp import web

from ..base import Request, Simulator, utc_now
from . import item_routes, list_routes, login_routes, play_routes, user_data_routes
from .behaviour import Behaviour
from .call import Access, Call
from .devices import Device, Devices, Identity, identity_of
from .item_routes import Signature
from .items import ItemWriter
from .model import Item, ItemList, ItemType, Library, User, guid
from .parameters import Parameters
from .refusal import Refusal
from .sockets import Sockets
from .state import State
from .times import to_ticks

type Answer = Callable[[Call], web.Response]
type AsyncHandler = Callable[[web.Request], Awaitable[web.StreamResponse]]

# Requests that change who is signed in, but nothing that a person has in a library.
NO_WRITE = re.compile(
    r"/(Users/Authenticate\w+|QuickConnect/\w+|Sessions/Logout|System/Ping)",
    re.IGNORECASE,
)
STATIC_PART = re.compile(r"(?<=/)[A-Za-z]+")

RETRY_AFTER = "5"


class ServerOptions(TypedDict, total=False):
    """What all servers of the family are made with."""

    clock: Callable[[], datetime]
    latency: float
    ssl_context: ssl.SSLContext | None
    base_path: str
    name: str


class JellyfinSimulator(Simulator):
    """A Jellyfin server with libraries, users and what they watched.

    `starting` makes it answer everything as a server that is not ready yet.
    `auto_approve` is a user who approves every Quick Connect code.
    `legacy_authorization` off is how Jellyfin 12 behaves. `describes_itself` lets it
    answer who it is while it is starting, as 10.11 does a moment before it is ready.
    `mixes_equals` gives items that are equal in the order asked for another order on
    each page. Items with an id in `unshown` are counted, and have their place, but are
    left out of pages: how the server hides what a user may not see by parental
    control where its database cannot tell. `behaviour` makes its lists go wrong.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], datetime] = utc_now,
        latency: float = 0.0,
        ssl_context: ssl.SSLContext | None = None,
        base_path: str = "",
        name: str = "Living Room",
        version: str = "10.11.8",
    ) -> None:
        """Prepare a server without users and items."""
        super().__init__(
            clock=clock, latency=latency, ssl_context=ssl_context, base_path=base_path
        )
        self.name = name
        self.version = version
        self.starting = False
        self.describes_itself = False
        self.mixes_equals = False
        self.unshown: set[str] = set()
        self.behaviour = Behaviour()
        self.quick_connect = True
        self.auto_approve: User | None = None
        self.legacy_authorization = True
        self.state = State(self.clock_now, name)
        self.devices = Devices(self.state)
        self.writer = ItemWriter(self.state.server_id)
        self.lists: dict[Signature, list[Item]] = {}
        self.collections = Library(guid("collections"), "Collections", "boxsets", "")
        self.sockets = Sockets(self)
        self.state.on_user_data = self.sockets.tell_user_data
        self.state.on_library = self.sockets.tell_library

    def clock_now(self) -> datetime:
        """Return the moment that the clock shows, also after it was exchanged."""
        return self.clock()

    def is_write(self, request: Request) -> bool:
        """Return whether a request would change what a person has."""
        return super().is_write(request) and not NO_WRITE.fullmatch(request.path)

    @override
    async def _hang_up(self, app: web.Application) -> None:
        """Tell nobody anything any more, and close what they listen at."""
        await self.sockets.hang_up()

    def routes(self) -> Iterable[web.RouteDef]:
        """Return all routes."""
        yield web.get(any_case("/socket"), self.sockets.serve)
        for routes in (
            login_routes,
            item_routes,
            list_routes,
            play_routes,
            user_data_routes,
        ):
            for method, path, access, handler in routes.ROUTES:
                yield web.route(method, any_case(path), self._serving(access, handler))

    def _serving(self, access: Access, handler: Answer) -> AsyncHandler:
        """Return a handler that checks who asks before it answers."""

        async def serve(request: web.Request) -> web.StreamResponse:
            """Answer a request or refuse it."""
            if self.starting:
                if self.describes_itself and handler is login_routes.public_info:
                    return login_routes.early_info(self)
                return web.Response(
                    status=HTTPStatus.SERVICE_UNAVAILABLE,
                    headers={"Retry-After": RETRY_AFTER, "Message": "Starting"},
                    text="<html><body>Jellyfin is starting.</body></html>",
                    content_type="text/html",
                )
            body = await request.read()
            try:
                return handler(self._admit(request, body, access))
            except Refusal as refusal:
                return refusal.answer()

        return serve

    def _admit(self, request: web.Request, body: bytes, access: Access) -> Call:
        """Return the call with its caller; refuse one that may not ask."""
        identity = identity_of(request, legacy=self.legacy_authorization)
        device = self.devices.by_token.get(identity.token)
        if device is not None:
            device.last_activity = self.state.now()
        call = Call(
            server=self,
            request=request,
            identity=identity,
            parameters=Parameters(request.query),
            body=body,
            device=device,
            is_api_key=identity.token in self.devices.api_keys,
        )
        if access is Access.ANYONE:
            return call
        if device is None and not call.is_api_key:
            raise Refusal(HTTPStatus.UNAUTHORIZED)
        if access is Access.ADMIN and not call.is_admin:
            raise Refusal(HTTPStatus.FORBIDDEN)
        return call

    # What an administrator does at the server

    def add_user(
        self,
        name: str,
        password: str = "",
        *,
        admin: bool = False,
        hidden: bool = True,
        libraries: Iterable[Library] | None = None,
        shows_missing: bool = False,
        collects: bool = False,
    ) -> User:
        """Add a user, who sees all libraries unless some are named."""
        return self.state.add_user(
            User(
                id=guid(f"user:{name}"),
                name=name,
                password=password,
                admin=admin,
                hidden=hidden,
                libraries=None
                if libraries is None
                else frozenset(library.id for library in libraries),
                shows_missing=shows_missing,
                collects=collects,
            )
        )

    def disable(self, user: User) -> None:
        """Disable a user, which ends all of the user's tokens."""
        user.disabled = True
        self.devices.revoke(user)

    def revoke_tokens(self, user: User) -> None:
        """Sign a user out everywhere."""
        self.devices.revoke(user)

    def approve_quick_connect(self, code: str, user: User) -> None:
        """Let a user enter the code that a device shows; KeyError if it is unknown."""
        try:
            self.devices.approve(code, user)
        except Refusal:
            raise KeyError(code) from None

    # What a person does at the server

    def film(self, title: str, year: int | None = None) -> Item:
        """Return a film; KeyError if there is none."""
        return self.state.find(ItemType.MOVIE, title, year)

    def series(self, title: str, year: int | None = None) -> Item:
        """Return a series; KeyError if there is none."""
        return self.state.find(ItemType.SERIES, title, year)

    def episode(self, title: str, season: int, number: int) -> Item:
        """Return an episode of the first series of that title."""
        for item in self.series(title).descendants():
            if (item.parent_index, item.index) == (season, number):
                return item
        raise KeyError((title, season, number))

    def play(self, user: User, item: Item, at: datetime | None = None) -> None:
        """Let a user watch an item to its end, now or at some moment."""
        moment = self.state.now() if at is None else to_ticks(at)
        self.state.mark_played(user, item, moment)

    def unplay(self, user: User, item: Item) -> None:
        """Let a user mark an item as not watched."""
        self.state.mark_unplayed(user, item)

    def favourite(self, user: User, item: Item, *, on: bool = True) -> None:
        """Let a user put an item among the favourites, or take it out."""
        self.state.set_favourite(user, item, on=on)

    def rate(self, user: User, item: Item, rating: float | None) -> None:
        """Let a user rate an item from 0 to 10, or clear the rating."""
        self.state.set_rating(user, item, rating)

    def stop_at(
        self, user: User, item: Item, position: int, at: datetime | None = None
    ) -> None:
        """Let a user stop watching an item at a position in ticks.

        Near its start or its end the server keeps no position.
        """
        data = self.state.data(user, item)
        self.state.played_to(item, data, position)
        data.last_played = self.state.now() if at is None else to_ticks(at)

    def begin(self, user: User, item: Item, position: int = 0) -> Device:
        """Let a user begin, or go on, to watch an item on some device."""
        device = self.devices.sign_in(user, Identity("Jellyfin TV", "TV", "tv", "1"))
        play_routes.begin(self.state, device, item, position)
        return device

    def get_on(self, device: Device, position: int) -> None:
        """Let the device report how far it is; listeners are not told of that."""
        play_routes.get_on(self.state, device, position)

    def end(self, device: Device) -> None:
        """Let the user stop where it is."""
        play_routes.end(self.state, device)

    def make_list(
        self,
        name: str,
        items: Iterable[Item] = (),
        *,
        owner: User | None = None,
        public: bool = False,
    ) -> ItemList:
        """Make a playlist of somebody, or without an owner a collection."""
        return list_routes.make(self, name, items, owner=owner, public=public)

    def delete_list(self, made: ItemList) -> None:
        """Delete a playlist or collection; what was in it stays."""
        del self.state.lists[made.item.id]
        self.state.touch()

    def take_out(self, of: ItemList, *items: Item) -> None:
        """Take some items out of a playlist or collection."""
        of.entries = [entry for entry in of.entries if entry.item not in items]
        self.state.touch()


def any_case(path: str) -> str:
    """Return a path whose fixed parts match in any case, as the server's do."""
    count = iter(range(100))
    return STATIC_PART.sub(lambda part: f"{{_{next(count)}:(?i:{part[0]})}}", path)
