"""Trakt's API on the wire: headers, login, pages and refusals."""

from collections.abc import Callable
from typing import Final

from ...engine.provider import ProtocolError
from ..http import Answer, HttpClient, JsonObject, JsonValue, Pace
from .login import Login
from .oauth import API, VERSION
from .paging import Page
from .refusal import (
    CONFLICT,
    FULL,
    INVALID,
    INVALID_BODY,
    NOT_FOUND,
    TOO_LARGE,
    UNAUTHORIZED,
    refusal,
)

# Trakt counts a user's requests. All accounts of a Home Assistant share one pace all
# the same, so as not to stand out at the proxy in front of it.
PACE: Final = Pace(write_interval=1, reads=1000, period=300, concurrency=4)
HOST: Final = "trakt"
# More is clamped silently.
PAGE_SIZE: Final = 250
READ_TIMEOUT: Final = 30
WRITE_TIMEOUT: Final = 60

# Refusals of a write that its sender knows what to do about.
_JUDGED: Final = frozenset({CONFLICT, TOO_LARGE, FULL, INVALID, INVALID_BODY})
_JUDGED_STOP: Final = frozenset({CONFLICT, INVALID, INVALID_BODY, NOT_FOUND})
_NO_CONTENT: Final = 204


class TraktClient:
    """The API, on behalf of one account."""

    def __init__(self, http: HttpClient, login: Login) -> None:
        """Take the connection and the tokens."""
        self._http = http
        self._login = login

    async def last_activities(self) -> dict[str, JsonValue]:
        """Return when what last changed."""
        return (await self._get("/sync/last_activities")).object()

    async def settings(self) -> dict[str, JsonValue]:
        """Return whose account it is."""
        return (await self._get("/users/settings")).object()

    async def page[T](
        self,
        path: str,
        number: int,
        parse: Callable[[JsonObject], T | None],
        **params: str,
    ) -> Page[T]:
        """Return one page of a list; `parse` returns None for a row of no use."""
        answer = await self._get(path, {"page": number, "limit": PAGE_SIZE, **params})
        things: list[T] = []
        rows = answer.array()
        for row in rows:
            if not isinstance(row, dict):
                raise answer.nonsense("has a row that is not an object")
            if (thing := parse(row)) is not None:
                things.append(thing)
        return Page(
            things,
            len(rows) - len(things),
            _number(answer, "X-Pagination-Page-Count"),
            _number(answer, "X-Pagination-Item-Count"),
        )

    async def post(self, path: str, body: JsonObject) -> Answer:
        """Send a write; return its answer, or the refusal of what was in it."""
        answer = await self._call("POST", path, json=body)
        if answer.ok or answer.status in _JUDGED:
            return answer
        raise refusal(answer)

    async def watching(self) -> JsonObject | None:
        """Return what the person is watching right now, None if it is nothing.

        [unsure] whether that address stays: where there is none, nobody can tell.
        """
        answer = await self._call("GET", "/users/me/watching")
        if answer.status in {_NO_CONTENT, NOT_FOUND}:
            return None
        if answer.ok:
            return answer.object()
        raise refusal(answer)

    async def stop_at(self, body: JsonObject) -> Answer:
        """Tell that something was stopped; return the answer, or what is wrong with it.

        Said twice it is the same: it may be repeated.
        """
        answer = await self._call("POST", "/scrobble/stop", json=body, idempotent=True)
        if answer.ok or answer.status in _JUDGED_STOP:
            return answer
        raise refusal(answer)

    async def forget_position(self, row_id: str) -> bool:
        """Delete a row of the playback progress; return whether it was there."""
        path = f"/sync/playback/{row_id}"
        answer = await self._call("DELETE", path, idempotent=True)
        if answer.ok or answer.status == NOT_FOUND:
            return answer.ok
        raise refusal(answer)

    async def _get(
        self, path: str, params: dict[str, str | int] | None = None
    ) -> Answer:
        """Return the answer to a read that succeeded."""
        answer = await self._call("GET", path, params=params)
        if answer.ok:
            return answer
        raise refusal(answer)

    async def _call(
        self,
        method: str,
        path: str,
        *,
        params: dict[str, str | int] | None = None,
        json: JsonObject | None = None,
        idempotent: bool | None = None,
    ) -> Answer:
        """Send a request, and once more with a new token if this one is refused."""
        token = await self._login.token()
        answer = await self._send(method, path, token, params, json, idempotent)
        if answer.status == UNAUTHORIZED:
            token = await self._login.token(refused=token)
            answer = await self._send(method, path, token, params, json, idempotent)
        return answer

    async def _send(
        self,
        method: str,
        path: str,
        token: str,
        params: dict[str, str | int] | None,
        json: JsonObject | None,
        idempotent: bool | None,
    ) -> Answer:
        """Send a request with this token."""
        return await self._http.request(
            method,
            API + path,
            params=params,
            json=json,
            headers=api_headers(self._login.client_id, token),
            timeout=READ_TIMEOUT if method == "GET" else WRITE_TIMEOUT,
            idempotent=idempotent,
        )


def api_headers(client_id: str, token: str) -> dict[str, str]:
    """Return the headers of a request on behalf of an account."""
    return {
        "Content-Type": "application/json",
        "trakt-api-version": VERSION,
        "trakt-api-key": client_id,
        "Authorization": f"Bearer {token}",
    }


def _number(answer: Answer, name: str) -> int:
    """Return a number in the headers, without which a list may be cut short."""
    text = answer.headers.get(name, "")
    if text.isdecimal():
        return int(text)
    raise ProtocolError(f"The answer to {answer.request} lacks the header {name}")
