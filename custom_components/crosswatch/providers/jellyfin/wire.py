"""Requests to a Jellyfin server, and what their answers mean."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, override

from ..answer import Answer, JsonObject
from ..mediabrowser.answering import LIST_TIMEOUT, WRITE_TIMEOUT, checked
from ..mediabrowser.wire import MediaBrowserWire

if TYPE_CHECKING:
    from ..mediabrowser.library import Query

# Where a route is not known, its older form is tried: no older server is supported,
# but some proxies let only the older ones through.
UNKNOWN_ROUTE: Final = frozenset({404, 405})


class JellyfinWire(MediaBrowserWire):
    """The way to a server, for one signed-in user."""

    name = "Jellyfin"

    @override
    async def me(self) -> JsonObject:
        """Return the user whose token this is."""
        answer = await self.http.request("GET", f"{self.url}/Users/Me")
        return checked(answer, self.name)

    @override
    async def _get(self, path: str, query: Query) -> Answer:
        """Return the answer to a question about the user's items."""
        return await self.http.request(
            "GET",
            f"{self.url}{path}",
            params={"userId": self.user_id, **query},
            timeout=LIST_TIMEOUT,
        )

    async def _send(
        self,
        method: str,
        path: str,
        query: Query,
        body: JsonObject | None = None,
        *,
        idempotent: bool = False,
    ) -> Answer:
        """Change a list of the server's; raises where that was refused."""
        answer = await self.http.request(
            method,
            f"{self.url}{path}",
            params=query,
            json=body,
            timeout=WRITE_TIMEOUT,
            idempotent=idempotent,
        )
        return answer if answer.status == 204 else await self._accepted(answer)

    async def _change(
        self, method: str, path: str, older: str, body: JsonObject | None = None
    ) -> JsonObject | None:
        """Change an item's user data and return it; None if there is no such item.

        All of these may be repeated: they say how it shall be, not what to add.
        """
        params: Mapping[str, str | int] = {"userId": self.user_id}
        for route in (path, older):
            answer = await self.http.request(
                method,
                f"{self.url}{route}",
                params=params,
                json=body,
                timeout=WRITE_TIMEOUT,
                idempotent=True,
            )
            if answer.status not in UNKNOWN_ROUTE:
                return (await self._accepted(answer)).object()
        if answer.status == 404:
            return None
        return checked(answer, self.name)
