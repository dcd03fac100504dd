"""Requests to an Emby server, and what their answers mean."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final, override

from ..answer import Answer, JsonObject
from ..http import HttpClient
from ..mediabrowser.answering import LIST_TIMEOUT, WRITE_TIMEOUT, checked, from_proxy
from ..mediabrowser.wire import MediaBrowserWire

if TYPE_CHECKING:
    from ..mediabrowser.library import Query

_DONE: Final = frozenset({200, 204})
_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


class EmbyWire(MediaBrowserWire):
    """The way to a server, for one signed-in user.

    `server_time` is when the server answered last, by its own clock, and long ago if
    it does not tell.
    """

    name = "Emby"

    def __init__(self, http: HttpClient, url: str, user_id: str) -> None:
        """Take the server's base address, and whose data this is about."""
        super().__init__(http, url, user_id)
        self.server_time = _LONG_AGO

    @property
    def _user(self) -> str:
        """Return the path of all that is the user's."""
        return f"/Users/{self.user_id}"

    @override
    async def me(self) -> JsonObject:
        """Return the user whose token this is."""
        answer = await self.http.request("GET", f"{self.url}{self._user}")
        return checked(answer, self.name)

    @override
    async def _get(self, path: str, query: Query) -> Answer:
        """Return the answer to a question."""
        answer = await self.http.request(
            "GET", f"{self.url}{path}", params=query, timeout=LIST_TIMEOUT
        )
        self.server_time = _time_of(answer) or self.server_time
        return answer

    async def _send(
        self,
        method: str,
        path: str,
        query: Query,
        body: JsonObject | None = None,
        *,
        again: bool = True,
    ) -> Answer:
        """Return the answer to a write, which can be made `again` without harm."""
        return await self.http.request(
            method,
            f"{self.url}{path}",
            params=query,
            json=body,
            timeout=WRITE_TIMEOUT,
            idempotent=again,
        )

    async def _change(
        self, method: str, path: str, query: Query | None = None, *, again: bool = True
    ) -> JsonObject | None:
        """Change an item's user data and return it; None if there is no such item."""
        answer = await self._send(method, path, query or {}, again=again)
        if answer.status == 404 and not from_proxy(answer):
            return None
        return (await self._accepted(answer)).object()

    async def _done(self, answer: Answer) -> None:
        """Make sure that a write was done whose answer says no more than that."""
        if answer.status not in _DONE:
            await self._accepted(answer)


def _time_of(answer: Answer) -> datetime | None:
    """Return when a server answered, by its own clock."""
    try:
        return parsedate_to_datetime(answer.headers.get("Date", "")).astimezone(UTC)
    except ValueError:
        return None
