"""The simulated SIMKL behind HTTP."""

from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime
import json
from time import monotonic
from typing import override

from aiohttp import web
from aiohttp.typedefs import Handler

from ..base import Request, Simulator, utc_now
from ..catalogue import Catalogue
from . import reads, scrobbling, seeding, writes
from .account import Account
from .behaviour import Behaviour
from .library import Library
from .model import Episode, Title
from .pins import Pins
from .wire import Answer, Call, Handle, Refusal

HANDLERS: tuple[tuple[str, str, Handle], ...] = (
    ("GET", "/sync/activities", reads.activities),
    ("POST", "/sync/activities", reads.activities),
    ("POST", "/users/settings", reads.settings),
    ("GET", "/users/settings", reads.settings),
    ("GET", "/sync/all-items", reads.all_items),
    ("GET", "/sync/all-items/", reads.all_items),
    ("GET", "/sync/all-items/{type}", reads.all_items),
    ("GET", "/sync/all-items/{type}/{status}", reads.all_items),
    ("GET", "/sync/ratings/{type}/{rating}", reads.ratings),
    ("GET", "/sync/playback", reads.playback),
    ("GET", "/sync/playback/{type}", reads.playback),
    ("DELETE", "/sync/playback/{id}", scrobbling.delete),
    ("POST", "/sync/add-to-list", writes.add_to_list),
    ("POST", "/sync/ratings", writes.add_ratings),
    ("POST", "/sync/ratings/remove", writes.remove_ratings),
    ("POST", "/sync/history", writes.add_history),
    ("POST", "/sync/history/remove", writes.remove_history),
    ("POST", "/scrobble/start", scrobbling.start),
    ("POST", "/scrobble/pause", scrobbling.pause),
    ("POST", "/scrobble/stop", scrobbling.stop),
)
# What every request is to carry; which of the parameters are known besides.
IDENTITY = ("client_id", "app-name", "app-version")
PARAMETERS = frozenset(
    {
        "date_from",
        "date_to",
        "extended",
        "episode_watched_at",
        "include_all_episodes",
        "episode_tvdb_id",
        "next_watch_info",
        "memos",
        "allow_rewatch",
        "language",
        "limit",
        "hide_watched",
        "redirect",
    }
)
_READ_BY_POST = frozenset({"/sync/activities", "/users/settings"})
READS_A_SECOND = 10
# Requests sent a second apart arrive a little less than a second apart at times.
LEEWAY = 0.05


class SimklSimulator(Simulator):
    """A SIMKL with several users and apps, over one library of titles.

    `CLIENT_ID` and the user `alice` exist from the start. `unnamed` counts requests
    that did not say which app they come from.
    """

    CLIENT_ID = "5a" * 32

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
        self.pins = Pins(self._now)
        self.apps = {self.CLIENT_ID}
        self.accounts: dict[int, Account] = {}
        self.finished: dict[tuple[int, Title, Episode | None], datetime] = {}
        self.unnamed = 0
        self._reads: deque[float] = deque(maxlen=READS_A_SECOND)
        self._wrote_at = 0.0
        self.alice = self.add_account("alice")

    def add_account(self, name: str, *, plan: str = "free") -> Account:
        """Register a user."""
        account = Account(
            len(self.accounts) + 51,
            name,
            plan=plan,
            now=self._now,
            behaviour=self.behaviour,
        )
        self.accounts[account.user_id] = account
        return account

    def seed(self, catalogue: Catalogue) -> None:
        """Learn all titles of a catalogue."""
        seeding.seed(self.library, catalogue)

    def sign_in(self, account: Account | None = None) -> str:
        """Return a token, as if the user had gone through the sign-in."""
        return self.pins.issue(self.CLIENT_ID, (account or self.alice).user_id)

    def approve(self, code: str, account: Account | None = None) -> None:
        """Enter a code, as a person does."""
        self.pins.approve(code, (account or self.alice).user_id)

    @override
    def is_write(self, request: Request) -> bool:
        """Return whether a request asks for a change; some are read by POST."""
        return super().is_write(request) and request.path not in _READ_BY_POST

    @override
    def routes(self) -> Iterable[web.RouteDef]:
        """Return the routes of all endpoints."""
        return [
            web.get("/oauth/pin", self._guarded(self._request_pin)),
            web.get("/oauth/pin/{code}", self._guarded(self._poll_pin)),
            *(
                web.route(method, path, self._guarded(self._handler(handle)))
                for method, path, handle in HANDLERS
            ),
        ]

    def _now(self) -> datetime:
        """Return the present moment by the clock that is set now."""
        return self.clock()

    def _guarded(self, handler: Handler) -> Handler:
        """Return what turns refusals into answers."""

        async def serve(request: web.Request) -> web.StreamResponse:
            """Answer one request."""
            try:
                self._check_app(request)
                return await handler(request)
            except Refusal as refusal:
                return web.json_response(
                    refusal.body, status=refusal.status, headers=refusal.headers
                )

        return serve

    async def _request_pin(self, request: web.Request) -> web.Response:
        """GET /oauth/pin."""
        return web.json_response(self.pins.request(self._client_id(request)))

    async def _poll_pin(self, request: web.Request) -> web.Response:
        """GET /oauth/pin/{code}."""
        code = request.match_info["code"]
        return web.json_response(self.pins.poll(code, self._client_id(request)))

    def _handler(self, handle: Handle) -> Handler:
        """Return what serves an endpoint of users."""

        async def serve(request: web.Request) -> web.StreamResponse:
            """Answer one request of a user."""
            user = self._user(request)
            self._check_pace(request)
            if unknown := set(request.query) - PARAMETERS - set(IDENTITY):
                raise Refusal(400, "wrong_parameter", ", ".join(sorted(unknown)))
            raw = await request.read()
            try:
                body = json.loads(raw) if raw.strip() else {}
            except ValueError:
                raise Refusal(400, "wrong_parameter", "The body is no JSON") from None
            call = Call(self, request.match_info, request.query, body, user)
            return _shown(handle(call))

        return serve

    def _client_id(self, request: web.Request) -> str:
        """Return which app a request comes from."""
        header = request.headers.get("simkl-api-key", "")
        return request.query.get("client_id", header)

    def _check_app(self, request: web.Request) -> None:
        """Refuse an app that nobody knows, and note one that does not say its name."""
        if self._client_id(request) not in self.apps:
            raise Refusal(412, "client_id_failed", "Wrong client_id")
        if self.behaviour.exhausted:
            raise Refusal(412, "request_limit", "Total request limit reached")
        if not all(request.query.get(name) for name in IDENTITY):
            self.unnamed += 1

    def _user(self, request: web.Request) -> Account:
        """Return whose token a request has; a token is good for one app only."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        client_id, user_id = self.pins.tokens.get(token, ("", 0))
        if scheme != "Bearer" or client_id != self._client_id(request):
            raise Refusal(401, "user_token_failed")
        return self.accounts[user_id]

    def _check_pace(self, request: web.Request) -> None:
        """Refuse what comes too often, and a write while another one is under way."""
        writes = request.method != "GET" and request.path not in _READ_BY_POST
        if writes and self.behaviour.locked:
            self.behaviour.locked -= 1
            status = self.behaviour.busy_status
            raise Refusal(status, "RATE_LIMIT", "Another write is under way")
        if not self.behaviour.enforce_rate:
            return
        now = monotonic()
        if request.method == "GET":
            full = len(self._reads) == READS_A_SECOND
            if full and now - self._reads[0] < 1 - LEEWAY:
                raise Refusal(429, "rate_limit", headers={"Retry-After": "1"})
            self._reads.append(now)
            return
        if writes and now - self._wrote_at < 1 - LEEWAY:
            raise Refusal(429, "rate_limit", headers={"Retry-After": "1"})
        self._wrote_at = now


def _shown(answer: Answer) -> web.Response:
    """Return an answer as it goes over the wire."""
    if answer.empty:
        return web.Response(status=answer.status)
    return web.Response(
        status=answer.status,
        body=json.dumps(answer.body).encode(),
        content_type="application/json",
    )
