"""The simulated AniList itself."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
import json
from pathlib import Path
import ssl
from typing import Any, override

from aiohttp import web
from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    GraphQLError,
    Visitor,
    build_schema,
    execute_sync,
    parse,
    validate,
    visit,
)

from ..base import Request, Simulator, utc_now
from .behaviour import Behaviour
from .model import Entry, Media, User
from .oauth import Logins
from .resolvers import Resolvers
from .scores import kept

SCHEMA = build_schema((Path(__file__).parent / "schema.graphql").read_text())
TOKEN = "/api/v2/oauth/token"
CLIENT_ID = "21453"
CLIENT_SECRET = "kP3v9sTq8bZr5wXn2mLd7fHj4gYc6aEu1tNo0iVx"
MINUTE = timedelta(seconds=60)


class AniListSimulator(Simulator):
    """An AniList with media, users and their lists; Alice is there from the start."""

    def __init__(
        self,
        *,
        behaviour: Behaviour | None = None,
        clock: Callable[[], datetime] = utc_now,
        latency: float = 0.0,
        ssl_context: ssl.SSLContext | None = None,
        base_path: str = "",
    ) -> None:
        """Prepare a service without any media."""
        super().__init__(
            clock=clock, latency=latency, ssl_context=ssl_context, base_path=base_path
        )
        self.behaviour = behaviour or Behaviour()
        self.media: dict[int, Media] = {}
        self.users: dict[int, User] = {}
        self.logins = Logins({CLIENT_ID: CLIENT_SECRET})
        self.alice = self.add_user("Alice")
        self._last_entry = 400
        self._asked: dict[str, list[datetime]] = {}
        self._last_tick = 0

    @override
    def routes(self) -> Iterable[web.RouteDef]:
        """Return the API, and the token endpoint of the website."""
        return (web.post("/", self._ask), web.post(TOKEN, self._exchange))

    @override
    def is_write(self, request: Request) -> bool:
        """Return whether a request is a mutation."""
        body = request.body
        text = body.get("query") if isinstance(body, dict) else None
        return isinstance(text, str) and text.lstrip().startswith("mutation")

    def add_user(self, name: str) -> User:
        """Let somebody have an account."""
        user = User(5724017 + len(self.users), name)
        self.users[user.user_id] = user
        return user

    def add(self, media: Media) -> Media:
        """Let there be a media."""
        self.media[media.media_id] = media
        return media

    def tick(self) -> int:
        """Return the present second; no two are the same, as they tell changes apart."""
        self._last_tick = max(int(self.clock().timestamp()), self._last_tick + 1)
        return self._last_tick

    def new_entry(self, user: User, media: Media, status: str = "CURRENT") -> Entry:
        """Put a media on a user's list."""
        self._last_entry += 1
        now = self.tick()
        entry = Entry(self._last_entry, media, status, now, now)
        user.entries[entry.entry_id] = entry
        return entry

    def put(
        self,
        user: User,
        media: Media,
        status: str | None = None,
        *,
        score: float | None = None,
        at: datetime | None = None,
        **facts: Any,
    ) -> Entry:
        """Let a user change an entry on the website; the score is in their format."""
        entry = user.entry_of(media)
        if entry is None:
            entry = self.new_entry(user, media, status or "COMPLETED")
            if at is not None:
                entry.created_at = int(at.timestamp())
        entry.status = status or entry.status
        if score is not None:
            entry.raw = kept(score, user.score_format)
        for name, value in facts.items():
            setattr(entry, name, value)
        entry.updated_at = int(at.timestamp()) if at else self.tick()
        return entry

    def delete(self, user: User, media: Media) -> None:
        """Let a user delete an entry on the website."""
        entry = user.entry_of(media)
        if entry is not None:
            del user.entries[entry.entry_id]

    def sign_in(self, user: User | None = None) -> str:
        """Return a token for a user, Alice if nobody else is named."""
        return self.logins.issue((user or self.alice).user_id, self.clock())

    def show_pin(self, user: User | None = None, client_id: str = CLIENT_ID) -> str:
        """Let a user allow an API client, and return the PIN that the page shows."""
        known = user or self.alice
        return self.logins.show_code(client_id, known.user_id, self.clock())

    async def _exchange(self, request: web.Request) -> web.Response:
        """Answer a request for a token."""
        try:
            asked = json.loads(await request.read())
        except ValueError:
            asked = dict(await request.post())
        status, told = self.logins.exchange(asked, self.clock())
        return web.json_response(told, status=status)

    async def _ask(self, request: web.Request) -> web.Response:
        """Answer a query or a mutation."""
        headers = self._limits(request)
        if "Retry-After" in headers:
            return _failed("Too Many Requests.", 429, headers)
        if self.behaviour.api_is_off:
            text = "The AniList API has been temporarily disabled."
            return _failed(text, 403, headers)
        user: User | None = None
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme:
            user_id = self.logins.user_of(token, self.clock())
            if scheme != "Bearer" or user_id is None:
                return _failed("Invalid token", 400, headers)
            user = self.users[user_id]
        try:
            body = json.loads(await request.read())
            text, variables = str(body["query"]), body.get("variables") or {}
        except ValueError, KeyError, TypeError:
            return _failed("No query or mutation provided.", 400, headers)
        return self._reply(text, variables, user, headers)

    def _reply(
        self,
        text: str,
        variables: dict[str, Any],
        user: User | None,
        headers: dict[str, str],
    ) -> web.Response:
        """Answer a query or a mutation of whoever asks."""
        try:
            document = parse(text)
            if errors := validate(SCHEMA, document):
                return _answer(ExecutionResult(None, errors), headers)
        except GraphQLError as err:
            return _answer(ExecutionResult(None, [err]), headers)
        cost = complexity(document)
        if cost > self.behaviour.max_complexity:
            text = (
                f"Max query complexity should be {self.behaviour.max_complexity}"
                f" but got {cost}."
            )
            return _failed(text, 400, headers)
        result = self._execute(document, variables, user)
        return _answer(result, headers)

    def _execute(
        self, document: DocumentNode, variables: dict[str, Any], user: User | None
    ) -> ExecutionResult:
        """Do what is asked."""
        result = execute_sync(
            SCHEMA,
            document,
            root_value=Resolvers(self, user).root(),
            variable_values=variables,
        )
        assert isinstance(result, ExecutionResult)
        if result.errors and result.data and self.behaviour.fails_as_a_whole:
            return ExecutionResult(dict.fromkeys(result.data), result.errors)
        return result

    def _limits(self, request: web.Request) -> dict[str, str]:
        """Count a request, and return what the headers say of it."""
        limit = self.behaviour.requests_a_minute
        if limit is None:
            return {}
        now = self.clock()
        times = self._asked.setdefault(request.headers.get("Authorization", ""), [])
        times[:] = [each for each in times if now - each < MINUTE]
        left = limit - len(times)
        headers = {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(max(left - 1, 0)),
        }
        if left > 0:
            times.append(now)
            return headers
        wait = (times[0] + MINUTE - now).total_seconds()
        headers["Retry-After"] = str(int(wait) + 1)
        headers["X-RateLimit-Reset"] = str(int((now + MINUTE).timestamp()))
        return headers


class _Counter(Visitor):
    """Counts the fields of a document."""

    fields = 0

    def enter_field(self, node: FieldNode, *_: object) -> None:
        """See a field."""
        self.fields += 1


def complexity(document: DocumentNode) -> int:
    """Return what a document costs: the real measure is not told, fields are near it."""
    counter = _Counter()
    visit(document, counter)
    return counter.fields


def _answer(result: ExecutionResult, headers: dict[str, str]) -> web.Response:
    """Return an answer: its status is that of the first error."""
    told: dict[str, object] = {"data": result.data}
    status = 200
    if result.errors:
        told["errors"] = [_error(error) for error in result.errors]
        status = int((result.errors[0].extensions or {}).get("status", 400))
    return web.json_response(told, status=status, headers=headers)


def _error(error: GraphQLError) -> dict[str, object]:
    """Return an error as AniList tells it."""
    found: dict[str, object] = {
        "message": error.message,
        "status": (error.extensions or {}).get("status", 400),
        "locations": [
            {"line": each.line, "column": each.column} for each in error.locations or ()
        ],
    }
    if error.message == "validation":
        found["validation"] = {"score": ["The score is not valid."]}
    return found


def _failed(message: str, status: int, headers: dict[str, str]) -> web.Response:
    """Return the refusal of a whole request."""
    told = {"data": None, "errors": [{"message": message, "status": status}]}
    return web.json_response(told, status=status, headers=headers)
