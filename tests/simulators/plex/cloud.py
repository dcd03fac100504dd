"""The simulated cloud: plex.tv and the two providers of what is known of titles."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
import re
import ssl

from aiohttp import web

from ..base import Request, Simulator, utc_now
from ..catalogue import Catalogue
from ..routing import FORWARDED_HOST
from . import (
    account_routes,
    discover_routes,
    home_routes,
    resource_routes,
    watchlist_routes,
)
from .account_routes import Pins
from .cloud_behaviour import CloudBehaviour
from .cloud_call import CloudCall, CloudRefusal, Surface, unauthorized, unknown
from .guids import Ids, cloud_key
from .model import ItemType
from .people import FIRST_ID, Account, make_account
from .refusal import Refusal
from .resource_routes import Connection, Registration, direct_connections
from .server import PlexServerSimulator
from .titles import Title, Titles

type Answer = Callable[[CloudCall], web.Response]
type AsyncHandler = Callable[[web.Request], Awaitable[web.StreamResponse]]

HOSTS = {
    "plex.tv": Surface.ACCOUNT,
    "clients.plex.tv": Surface.ACCOUNT,
    "discover.provider.plex.tv": Surface.DISCOVER,
    "metadata.provider.plex.tv": Surface.METADATA,
}
OPEN = frozenset({account_routes.create_pin, account_routes.poll_pin})
WRITES = re.compile(r"/actions/\w+")


class PlexCloudSimulator(Simulator):
    """Accounts, the servers that they may use, and their watchlists.

    A request that was not routed here from a public host is answered as by whichever
    host has such a path. `auto_link` is a person who enters every PIN at once.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], datetime] = utc_now,
        latency: float = 0.0,
        ssl_context: ssl.SSLContext | None = None,
        base_path: str = "",
    ) -> None:
        """Prepare a cloud without accounts."""
        super().__init__(
            clock=clock, latency=latency, ssl_context=ssl_context, base_path=base_path
        )
        self.accounts: list[Account] = []
        self.registrations: list[Registration] = []
        self.titles = Titles()
        self.pins = Pins()
        self.behaviour = CloudBehaviour()
        self.pin_seconds = 1800
        self.auto_link: Account | None = None

    def now(self) -> int:
        """Return the present moment in whole seconds."""
        return int(self.clock().timestamp())

    def is_write(self, request: Request) -> bool:
        """Return whether a request changes what a person has."""
        return WRITES.fullmatch(request.path) is not None

    def hosts(self) -> Mapping[str, str]:
        """Return where the public hosts are to be routed, once all are started."""
        hosts = dict.fromkeys(HOSTS, self.url)
        for registration in self.registrations:
            for connection in registration.connections:
                hosts[connection.host] = registration.server.url
                hosts[connection.address] = registration.server.url
        return hosts

    def routes(self) -> Iterable[web.RouteDef]:
        """Return all routes."""
        for routes in (account_routes, resource_routes, home_routes):
            for method, path, surface, handler in routes.ROUTES:
                yield web.route(method, path, self._serving((surface,), handler))
        for providers in (watchlist_routes, discover_routes):
            for method, path, surfaces, handler in providers.ROUTES:
                yield web.route(method, path, self._serving(surfaces, handler))

    def _serving(self, surfaces: Sequence[Surface], handler: Answer) -> AsyncHandler:
        """Return a handler that checks where a request went before it answers."""

        async def serve(request: web.Request) -> web.StreamResponse:
            """Answer a request or refuse it."""
            body = await request.read()
            try:
                host = request.headers.get(FORWARDED_HOST, "")
                surface = HOSTS.get(host, surfaces[0])
                if surface not in surfaces:
                    raise unknown()
                call = self._call(request, surface, body)
                if call.asking is None and handler not in OPEN:
                    raise unauthorized()
                return handler(call)
            except CloudRefusal as refusal:
                return refusal.told(request)
            except Refusal as refusal:
                return refusal.answer()

        return serve

    def _call(self, request: web.Request, surface: Surface, body: bytes) -> CloudCall:
        """Return the call with the one who asks; a wrong token is refused at once."""
        token = request.headers.get("X-Plex-Token") or request.query.get("X-Plex-Token")
        call = CloudCall(self, request, surface, self.of_token(token), body)
        if request.path.startswith("/api/v2/"):
            call.check_client()
        if token and call.asking is None:
            raise unauthorized()
        return call

    def of_token(self, token: str | None) -> Account | None:
        """Return whose account token it is."""
        return next((it for it in self.accounts if token in it.tokens), None)

    def home_size(self, account: Account) -> int:
        """Return how many people live in the home of an account."""
        if not account.in_home:
            return 1
        return sum(1 for other in self.accounts if other.admin is account.admin)

    # Accounts

    def add_account(self, name: str, *, plex_pass: bool = True) -> Account:
        """Add an ordinary account."""
        account = make_account(name, FIRST_ID + len(self.accounts))
        account.plex_pass = plex_pass
        self.accounts.append(account)
        return account

    def add_home_user(
        self,
        admin: Account,
        name: str,
        *,
        pin: str | None = None,
        restricted: bool = True,
        guest: bool = False,
    ) -> Account:
        """Add somebody to a home; who is restricted has no account of one's own."""
        admin.admin = admin
        account = self.add_account(name, plex_pass=admin.plex_pass)
        account.admin, account.pin = admin, pin
        account.restricted, account.guest = restricted, guest
        if restricted:
            account.username = account.email = ""
        return account

    def add_friend(self, of: Account, name: str) -> Account:
        """Add an account that another one is friends with."""
        account = self.add_account(name)
        of.friends.append(account)
        account.friends.append(of)
        return account

    def sign_in(self, account: Account, client: str = "client") -> str:
        """Return the token that an account has on a client."""
        return account.token_for(client)

    def revoke(self, account: Account) -> None:
        """Sign an account out everywhere."""
        account.tokens.clear()

    def link(self, code: str, account: Account) -> None:
        """Let a person enter the code of a PIN; KeyError if there is none."""
        self.pins.link(code, account, self.clock())

    # Servers

    def add_server(
        self,
        server: PlexServerSimulator,
        connections: Iterable[Connection] = (),
        *,
        direct: bool = False,
    ) -> Registration:
        """Let a server be known, at its own address unless others are given.

        `direct` gives it the three that a server at home has: local, remote and by
        relay; `hosts` then leads all of them to the server.
        """
        given = direct_connections(server) if direct else list(connections)
        registration = Registration(server, given)
        self.registrations.append(registration)
        return registration

    # Titles and watchlists

    def know(self, catalogue: Catalogue) -> None:
        """Let all titles of a catalogue be known, by the keys that `seed` uses."""
        self.titles.know(catalogue)

    def add_title(self, kind: str, name: str, year: int, ids: Ids) -> Title:
        """Let one more title be known."""
        key = cloud_key(kind, ids or {"imdb": name})
        released = f"{year}-06-15"
        return self.titles.add(Title(key, ItemType(kind), name, year, ids, released))

    def title(self, name: str, year: int | None = None) -> Title:
        """Return the first title of a name; KeyError if there is none."""
        return self.titles.find(name, year)

    def watchlist(self, account: Account) -> list[Title]:
        """Return what is on a watchlist, the latest first."""
        put = self.titles.list_of(account)
        keys = sorted(put, key=lambda key: put[key], reverse=True)
        return [self.titles.by_key[key] for key in keys]

    def put_on_watchlist(
        self, account: Account, title: Title, at: datetime | None = None
    ) -> None:
        """Let a person put a title on the watchlist."""
        moment = self.now() if at is None else int(at.timestamp())
        self.titles.list_of(account)[title.key] = moment

    def take_off_watchlist(self, account: Account, title: Title) -> None:
        """Let a person take a title off the watchlist; KeyError if it is not on it."""
        del self.titles.list_of(account)[title.key]
