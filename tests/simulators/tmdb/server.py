"""The simulated TMDb behind HTTP."""

from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
import json
import ssl
from typing import override

from aiohttp import web
from aiohttp.typedefs import Handler

from ..base import Request, Simulator, utc_now
from ..catalogue import Catalogue
from . import seeding
from .accounts import Accounts
from .library import Library
from .logins import Logins
from .model import Account, Behaviour
from .titles import Titles
from .wire import Answer, Call, Endpoint, Refusal

API = "/3"
SECOND = timedelta(seconds=1)


class TmdbSimulator(Simulator):
    """A TMDb with several users over one library; `alice` exists from the start."""

    API_KEY = "0123456789abcdef0123456789abcdef"
    READ_TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJhdWQiOiIwMTIzIn0.c2lnbmF0dXJlLW9mLWFsaWNl"

    def __init__(
        self,
        *,
        clock: Callable[[], datetime] = utc_now,
        latency: float = 0.0,
        behaviour: Behaviour | None = None,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        """Make a service with one user and no titles."""
        super().__init__(clock=clock, latency=latency, ssl_context=ssl_context)
        self.behaviour = behaviour or Behaviour()
        self.keys = {self.API_KEY, self.READ_TOKEN}
        self.library = Library()
        self.logins = Logins(lambda: self.clock())
        self.accounts: dict[int, Account] = {}
        self._recent: deque[datetime] = deque()
        self.alice = self.add_account("alice", 548)

    def add_account(self, username: str, number: int) -> Account:
        """Register a user."""
        account = self.accounts[number] = Account(number, username)
        return account

    def seed(self, catalogue: Catalogue) -> None:
        """Learn all titles of a catalogue."""
        seeding.seed(self.library, catalogue)

    def approve(self, token: str, account: Account | None = None) -> None:
        """Approve of a token, as a user does on the page that it belongs to."""
        self.logins.approve(token, account or self.alice)

    def approve_by_itself(self, polls: int = 2, account: Account | None = None) -> None:
        """Let every token count as approved at its n-th poll."""
        self.logins.auto_approve = (account or self.alice, polls)

    def sign_in(self, account: Account | None = None) -> str:
        """Return a session, as if the user had gone through the sign-in."""
        return self.logins.open(account or self.alice)

    @override
    def is_write(self, request: Request) -> bool:
        """Return whether a request asks for a change; signing in does not."""
        signs_in = request.path.startswith(f"{API}/authentication")
        return super().is_write(request) and not signs_in

    @override
    def routes(self) -> Iterable[web.RouteDef]:
        """Return the routes of all calls."""
        titles = Titles(self.library, self.behaviour)
        accounts = Accounts(titles, self.behaviour)
        endpoints = (
            *self.logins.endpoints(),
            *titles.endpoints(),
            *accounts.endpoints(),
        )
        return [
            web.route(each.method, API + each.path, self._handler(each))
            for each in endpoints
        ]

    def _handler(self, endpoint: Endpoint) -> Handler:
        """Return what serves a call."""

        async def serve(request: web.Request) -> web.StreamResponse:
            """Answer one request."""
            raw = await request.read()
            try:
                answer = endpoint.handle(self._call(endpoint, request, raw))
            except Refusal as refusal:
                answer = refusal.answer
            return shown(answer)

        return serve

    def _call(self, endpoint: Endpoint, request: web.Request, raw: bytes) -> Call:
        """Return a request that is let in, or refuse it."""
        self._check_rate()
        self._check_key(request)
        query = dict(request.query)
        # The real service ignores what it does not know.
        if query.keys() - endpoint.query - {"api_key"}:
            raise Refusal(400, 5)
        body = json.loads(raw) if raw.strip() else {}
        if not isinstance(body, dict):
            raise Refusal(400, 5)
        path = dict(request.match_info)
        user: Account | None = None
        if endpoint.needs_user:
            user = self.logins.sessions.get(query.get("session_id", ""))
            if user is None:
                raise Refusal(401, 3)
            if path.get("account", str(user.number)) != str(user.number):
                raise Refusal(404, 34)
        return Call(path, query, body, user)

    def _check_key(self, request: web.Request) -> None:
        """Refuse all without a key: as a parameter, or as a token in a header."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        is_token = scheme == "Bearer" and "." in token and token in self.keys
        key = request.query.get("api_key", "")
        is_key = "." not in key and key in self.keys
        if not is_token and not is_key:
            raise Refusal(401, 7)

    def _check_rate(self) -> None:
        """Refuse what comes too soon."""
        if not self.behaviour.rate:
            return
        now = self.clock()
        while self._recent and self._recent[0] <= now - SECOND:
            self._recent.popleft()
        if len(self._recent) >= self.behaviour.rate:
            raise Refusal(429, 25, {"Retry-After": "1"})
        self._recent.append(now)


def shown(answer: Answer) -> web.Response:
    """Return an answer as it goes over the wire."""
    return web.Response(
        status=answer.status,
        headers=answer.headers,
        body=json.dumps(answer.body, ensure_ascii=False).encode(),
        content_type="application/json",
        charset="utf-8",
    )
