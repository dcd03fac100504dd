"""The simulated MDBList behind HTTP."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
import json
from typing import override

from aiohttp import web
from aiohttp.typedefs import Handler

from ..base import READING_METHODS, Request, Simulator, utc_now
from ..catalogue import Catalogue
from . import reads, scrobbles, writes
from .account import Account
from .behaviour import Behaviour
from .library import Library
from .limits import Limiter
from .model import JsonObject, Refusal
from .oauth import OAuth
from .wire import Call, Handle

READS: Mapping[str, Handle] = {
    "/user": reads.user,
    "/sync/last_activities": reads.last_activities,
    "/sync/journal": reads.journal,
    "/sync/watched": reads.watched,
    "/sync/ratings": reads.ratings,
    "/sync/playback": reads.playback,
    "/watchlist/items": reads.watchlist,
}
WRITES: Mapping[str, Handle] = {
    "/watchlist/items/add": writes.list_titles,
    "/watchlist/items/remove": writes.unlist_titles,
    "/sync/ratings": writes.rate,
    "/sync/ratings/remove": writes.unrate,
    "/sync/watched": writes.watch,
    "/sync/watched/remove": writes.unwatch,
    "/sync/watched/plays/remove": writes.remove_plays,
    "/scrobble/start": scrobbles.start,
    "/scrobble/pause": scrobbles.pause,
    "/scrobble/stop": scrobbles.stop,
    "/scrobble/clear": scrobbles.clear,
}


class MdblistSimulator(Simulator):
    """An MDBList with several users, over one library of titles.

    The user `alice`, with the key `API_KEY`, exists from the start.
    """

    API_KEY = "a1b2c3d4e5f6g7h8i9j0k1l2m"
    USERNAME = "alice"

    def __init__(
        self,
        *,
        clock: Callable[[], datetime] = utc_now,
        latency: float = 0.0,
        behaviour: Behaviour | None = None,
    ) -> None:
        """Make a service with one user and no titles."""
        super().__init__(clock=clock, latency=latency)
        self.behaviour = behaviour or Behaviour()
        self.library = Library()
        self.limiter = Limiter(self._now, self.behaviour)
        self.oauth = OAuth()
        self.accounts: dict[str, Account] = {}
        self.add_account(self.USERNAME, self.API_KEY)

    @property
    def alice(self) -> Account:
        """Return the user who exists from the start."""
        return self.accounts[self.USERNAME]

    def add_account(self, username: str, api_key: str) -> Account:
        """Register a user."""
        account = Account(
            username,
            1000 + len(self.accounts),
            api_key,
            now=self._now,
            behaviour=self.behaviour,
        )
        self.accounts[username] = account
        return account

    def seed(self, catalogue: Catalogue) -> None:
        """Learn all titles of a catalogue."""
        self.library.seed(catalogue)

    @override
    def is_write(self, request: Request) -> bool:
        """Return whether a request asks for a change; signing in does not."""
        signs_in = request.path.startswith("/oauth/")
        return request.method not in READING_METHODS and not signs_in

    @override
    def routes(self) -> Iterable[web.RouteDef]:
        """Return the routes of all endpoints."""
        forms = {
            "/oauth/device-authorization/": self.oauth.device,
            "/oauth/token/": self.oauth.token,
            "/oauth/revoke_token/": self.oauth.revoke,
        }
        return [
            *(web.get(path, self._handler(each)) for path, each in READS.items()),
            *(web.post(path, self._handler(each)) for path, each in WRITES.items()),
            *(web.post(path, form_handler(each)) for path, each in forms.items()),
        ]

    def _now(self) -> datetime:
        """Return the present moment by the clock that is set now."""
        return self.clock()

    def _handler(self, handle: Handle) -> Handler:
        """Return what serves an endpoint."""

        async def serve(request: web.Request) -> web.StreamResponse:
            """Answer one request."""
            raw = await request.read()
            headers: dict[str, str] = {}
            try:
                account = self._account(request)
                reading = request.method in READING_METHODS
                self.limiter.take(account, "read" if reading else "write")
                headers.update(self.limiter.headers(account))
                body = {} if reading else parsed(request, raw)
                call = Call(self, account, request.path, dict(request.query), body)
                told = handle(call)
            except Refusal as refusal:
                return shown(refusal, headers)
            if told is None:
                return web.Response(status=204, headers=headers)
            return web.json_response(told, headers=headers)

        return serve

    def _account(self, request: web.Request) -> Account:
        """Return whose key or token a request carries."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme == "Bearer" and (account := self.oauth.tokens.get(token)):
            return account
        key = request.query.get("apikey", "")
        for account in self.accounts.values():
            if account.api_key == key != "":
                return account
        raise Refusal(401, "Invalid API key!")


def form_handler(handle: Callable[[Mapping[str, str]], JsonObject]) -> Handler:
    """Return what serves an endpoint that takes a form."""

    async def serve(request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        form = {name: str(value) for name, value in (await request.post()).items()}
        try:
            return web.json_response(handle(form))
        except Refusal as refusal:
            return shown(refusal, {})

    return serve


def shown(refusal: Refusal, headers: Mapping[str, str]) -> web.Response:
    """Return a refusal as an answer."""
    return web.json_response(
        {"error": refusal.error},
        status=refusal.status,
        headers={**headers, **refusal.headers},
    )


def parsed(request: web.Request, raw: bytes) -> JsonObject:
    """Return the body of a write, which has to be a JSON object."""
    if request.content_type != "application/json":
        raise Refusal(415, "Not JSON")
    try:
        body = json.loads(raw)
    except ValueError:
        raise Refusal(400, "Not JSON") from None
    if not isinstance(body, dict):
        raise Refusal(400, "Not an object")
    return body
