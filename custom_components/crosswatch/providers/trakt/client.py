"""What is asked of Trakt on behalf of an account."""

from collections.abc import Callable
from typing import Final

from ...engine.provider import ProtocolError
from ..http import Answer, JsonObject, JsonValue
from .paging import Page
from .refusal import (
    CONFLICT,
    FULL,
    INVALID,
    INVALID_BODY,
    NOT_FOUND,
    TOO_LARGE,
    refusal,
)
from .wire import TraktWire

# More is clamped silently.
PAGE_SIZE: Final = 250

# Refusals of a write that its sender knows what to do about.
_JUDGED: Final = frozenset({CONFLICT, TOO_LARGE, FULL, INVALID, INVALID_BODY})
_JUDGED_STOP: Final = frozenset({CONFLICT, INVALID, INVALID_BODY, NOT_FOUND})
_NO_CONTENT: Final = 204


class TraktClient(TraktWire):
    """The API, on behalf of one account."""

    async def last_activities(self) -> dict[str, JsonValue]:
        """Return when what last changed."""
        return (await self._get("/sync/last_activities")).object()

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


def _number(answer: Answer, name: str) -> int:
    """Return a number in the headers, without which a list may be cut short."""
    text = answer.headers.get(name, "")
    if text.isdecimal():
        return int(text)
    raise ProtocolError(f"The answer to {answer.request} lacks the header {name}")
