"""The simulated Trakt behind HTTP."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
import json

from aiohttp import web
from aiohttp.typedefs import Handler

from ..base import Request, Simulator, utc_now
from ..catalogue import Catalogue
from . import gate, seeding
from .account import Account
from .behaviour import Behaviour
from .endpoints import Access, Endpoint, endpoints
from .library import Library
from .limits import RateLimiter
from .oauth import App, OAuth, Token
from .refusal import OAuthRefusal, Refusal
from .wire import Answer, Call

CLOUDFLARE_PAGE = """<!DOCTYPE html>
<html lang="en-US"><head><title>trakt.tv | {status}</title></head>
<body><h1>Error {status}</h1><p>cloudflare</p></body></html>
"""


class TraktSimulator(Simulator):
    """A Trakt with several users and apps, over one library of titles.

    It answers what belongs to the API's host as well as what belongs to the host
    for OAuth. `CLIENT_ID` and the user `alice` exist from the start.
    """

    CLIENT_ID = "c1" * 32
    CLIENT_SECRET = "5e" * 32
    USERNAME = "alice"

    def __init__(
        self,
        *,
        clock: Callable[[], datetime] = utc_now,
        latency: float = 0.0,
        behaviour: Behaviour | None = None,
    ) -> None:
        """Make a service with one app, one user and no titles."""
        super().__init__(clock=clock, latency=latency)
        self.behaviour = behaviour or Behaviour()
        self.library = Library()
        self.oauth = OAuth(self._now)
        self.limiter = RateLimiter()
        self.accounts: dict[str, Account] = {}
        self.refusals = Counter[int]()
        self.add_app(self.CLIENT_ID, self.CLIENT_SECRET)
        self.add_account(self.USERNAME)

    @property
    def alice(self) -> Account:
        """Return the user who exists from the start."""
        return self.accounts[self.USERNAME]

    def add_app(self, client_id: str, client_secret: str) -> App:
        """Register an app."""
        app = self.oauth.apps[client_id] = App(client_id, client_secret)
        return app

    def add_account(self, username: str, *, vip: bool = False) -> Account:
        """Register a user."""
        account = Account(username, vip=vip, now=self._now, behaviour=self.behaviour)
        self.accounts[account.slug] = account
        return account

    def seed(self, catalogue: Catalogue, unknown: float = 0.0) -> None:
        """Learn all titles of a catalogue but an unknown fraction."""
        seeding.seed(self.library, catalogue, unknown)

    def sign_in(
        self, account: Account | None = None, client_id: str = CLIENT_ID
    ) -> Token:
        """Return a token, as if the user had gone through the sign-in."""
        return self.oauth.issue(client_id, (account or self.alice).slug)

    def approve(self, user_code: str, account: Account | None = None) -> None:
        """Consent to a device's sign-in, as the user does on the activation page."""
        self.oauth.approve(user_code, (account or self.alice).slug)

    def deny(self, user_code: str) -> None:
        """Refuse consent, as the user does on the activation page."""
        self.oauth.deny(user_code)

    def approve_by_itself(self, polls: int = 2, account: Account | None = None) -> None:
        """Let every code count as approved at its device's n-th poll."""
        self.oauth.auto_approve = ((account or self.alice).slug, polls)

    def headers(self, token: Token | None = None) -> dict[str, str]:
        """Return the headers of a proper request, on behalf of a user if given."""
        headers = {
            "Content-Type": "application/json",
            "trakt-api-version": "2",
            "trakt-api-key": token.client_id if token else self.CLIENT_ID,
            "User-Agent": "CrossWatch tests",
        }
        if token is not None:
            headers["Authorization"] = f"Bearer {token.access}"
        return headers

    def outage(
        self,
        status: int = 503,
        *,
        path: str = ".*",
        method: str | None = None,
        on_call: int = 1,
        times: int = 1,
    ) -> None:
        """Answer like the proxy in front of the service when that is down."""
        self.faults.fail(
            path=path,
            method=method,
            on_call=on_call,
            times=times,
            status=status,
            headers={"Content-Type": "text/html; charset=UTF-8"},
            body=CLOUDFLARE_PAGE.format(status=status),
        )

    def is_write(self, request: Request) -> bool:
        """Return whether a request asks for a change; signing in does not."""
        return super().is_write(request) and not request.path.lstrip("/").startswith(
            "oauth/"
        )

    def routes(self) -> Iterable[web.RouteDef]:
        """Return the routes of all endpoints."""
        return [
            web.route(each.method, each.path, self._handler(each))
            for each in endpoints()
        ]

    def _now(self) -> datetime:
        """Return the present moment by the clock that is set now."""
        return self.clock()

    def _handler(self, endpoint: Endpoint) -> Handler:
        """Return what serves an endpoint."""

        async def serve(request: web.Request) -> web.StreamResponse:
            """Answer one request."""
            raw = await request.read()
            try:
                return shown(endpoint.handle(self._call(endpoint, request, raw)))
            except OAuthRefusal as refusal:
                told = {"error": refusal.error, "error_description": refusal.text}
                return shown(Answer(told, refusal.status, refusal.headers))
            except Refusal as refusal:
                self.refusals[refusal.status] += 1
                return web.Response(
                    status=refusal.status,
                    text=refusal.text,
                    headers=refusal.headers,
                )

        return serve

    def _call(self, endpoint: Endpoint, request: web.Request, raw: bytes) -> Call:
        """Return an accepted request, or refuse it."""
        headers: Mapping[str, str] = request.headers
        user: Account | None = None
        gate.check_client(self, headers)
        gate.check_host(endpoint, headers)
        if endpoint.access is Access.OAUTH:
            gate.check_content_type(request.method, headers)
        else:
            app = gate.check_app(self, headers)
            gate.check_content_type(request.method, headers)
            user = gate.find_user(self, app, headers)
            if user is None and endpoint.access is Access.USER:
                raise Refusal(401)
            if user is not None:
                gate.check_account(user)
            gate.check_rate(self, request.method, app, user)
        gate.check_query(endpoint, request.query)
        return Call(
            service=self,
            path=request.match_info,
            query=request.query,
            headers=headers,
            body=gate.parse_body(request.method, raw),
            user=user,
        )


def shown(answer: Answer) -> web.Response:
    """Return an answer as it goes over the wire."""
    if answer.body is None:
        return web.Response(status=answer.status, headers=answer.headers)
    return web.Response(
        status=answer.status,
        headers=answer.headers,
        body=json.dumps(answer.body).encode(),
        content_type="application/json",
    )
