"""Requests to an Emby server, and what their answers mean."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from ...engine.provider import AccountLimitError, ProviderUnavailableError
from ..answer import Answer, JsonObject
from ..http import HttpClient
from ..mediabrowser.answering import (
    LIST_TIMEOUT,
    WRITE_TIMEOUT,
    accepted,
    from_proxy,
    path_part,
)
from ..mediabrowser.library import Query
from .spelling import IN_FULL

NAME: Final = "Emby"

_DONE: Final = frozenset({200, 204})
_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


class EmbyWire:
    """The way to a server, for one signed-in user.

    `server_time` is when the server answered last, by its own clock, and long ago if
    it does not tell.
    """

    def __init__(self, http: HttpClient, url: str, user_id: str) -> None:
        """Take the server's base address, and whose data this is about."""
        self._http = http
        self._url = url
        self.user_id = user_id
        self.server_time = _LONG_AGO

    @property
    def _user(self) -> str:
        """Return the path of all that is the user's."""
        return f"/Users/{self.user_id}"

    async def me(self) -> JsonObject:
        """Return the user whose token this is."""
        answer = await self._http.request("GET", f"{self._url}{self._user}")
        return accepted(answer, NAME).object()

    async def _item(self, item_id: str) -> JsonObject | None:
        """Return all that there is about an item; None if there is no such item."""
        answer = await self._get(f"{self._user}/Items/{path_part(item_id)}", IN_FULL)
        if answer.status == 404 and not from_proxy(answer):
            return None
        return (await self._accepted(answer)).object()

    async def _list(self, path: str, query: Query) -> JsonObject:
        """Return one page of a list."""
        return (await self._accepted(await self._get(path, query))).object()

    async def _get(self, path: str, query: Query) -> Answer:
        """Return the answer to a question."""
        answer = await self._http.request(
            "GET", f"{self._url}{path}", params=query, timeout=LIST_TIMEOUT
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
        return await self._http.request(
            method,
            f"{self._url}{path}",
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

    async def _accepted(self, answer: Answer) -> Answer:
        """Return an answer that is none but what was asked for.

        Only where the server no longer knows the user does the person have to sign in
        again; some versions say 401 also of what the user may not see. [unsure]
        """
        if answer.status == 401 and not from_proxy(answer):
            await self.me()
            refused = ProviderUnavailableError if answer.written else AccountLimitError
            raise refused(
                "The Emby server refuses this, though the login is good: check the"
                " user's libraries and permissions on the server"
            )
        return accepted(answer, NAME)


def _time_of(answer: Answer) -> datetime | None:
    """Return when a server answered, by its own clock."""
    try:
        return parsedate_to_datetime(answer.headers.get("Date", "")).astimezone(UTC)
    except ValueError:
        return None
