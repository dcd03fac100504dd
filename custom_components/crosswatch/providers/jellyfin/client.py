"""The endpoints of a Jellyfin server, for one signed-in user."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final
from urllib.parse import quote

import aiohttp
from yarl import URL

from ...engine.provider import (
    AccountLimitError,
    AuthenticationError,
    ProtocolError,
    ProviderUnavailableError,
)
from ..http import Answer, HttpClient, JsonObject, JsonValue, Limiters, Pace
from ..mediabrowser.library import Query

# Nothing limits the rate, but the server's database dislikes parallel writes.
PACE: Final = Pace(concurrency=4)

# A page of a thousand items takes a small server some seconds.
LIST_TIMEOUT: Final = 90.0
# While a server scans its library, its database keeps writes waiting.
WRITE_TIMEOUT: Final = 30.0

# Ways to sign in that a server does not offer, but a proxy before it may.
_PROXY_LOGIN: Final = ("basic", "digest", "negotiate", "ntlm")

# Where a route is not known, its older form is tried: no older server is supported,
# but some proxies let only the older ones through.
_UNKNOWN_ROUTE: Final = frozenset({404, 405})


def http_client(
    session: aiohttp.ClientSession,
    limiters: Limiters,
    url: str,
    headers: Mapping[str, str],
    secrets: Callable[[], Collection[str]],
) -> HttpClient:
    """Return the way to a server; all accounts on it share its limits."""
    limiter = limiters.for_host(str(URL(url).origin()), PACE)
    return HttpClient(session, limiter, secrets=secrets, headers=headers)


class JellyfinClient:
    """Asks a server; returns its answers as they are."""

    def __init__(self, http: HttpClient, url: str, user_id: str) -> None:
        """Take the server's base address, and whose data this is about."""
        self._http = http
        self._url = url
        self.user_id = user_id

    async def me(self) -> JsonObject:
        """Return the user whose token this is."""
        return checked(await self._http.request("GET", f"{self._url}/Users/Me"))

    async def items(self, query: Query) -> JsonObject:
        """Return a page of items.

        A list has no older form to fall back to: every supported server has this
        one, so that 404 is a fault and never the answer "nothing".
        """
        return await self._list("/Items", query)

    async def episodes(self, series_id: str, query: Query) -> JsonObject:
        """Return a page of the episodes of a series."""
        return await self._list(f"/Shows/{_part(series_id)}/Episodes", query)

    async def seasons(self, series_id: str, query: Query) -> JsonObject:
        """Return the seasons of a series."""
        return await self._list(f"/Shows/{_part(series_id)}/Seasons", query)

    async def views(self) -> JsonObject:
        """Return the libraries, those that the user hides at home among them."""
        return await self._list("/UserViews", {"includeHidden": "true"})

    async def ancestors(self, item_id: str) -> Sequence[JsonValue]:
        """Return what an item lies in; nothing if there is no such item."""
        answer = await self._get(f"/Items/{_part(item_id)}/Ancestors", {})
        if answer.status == 404:
            return ()
        return (await self._accepted(answer)).array()

    async def user_data(self, item_id: str) -> JsonObject | None:
        """Return what the user did with an item; None if there is no such item."""
        answer = await self._get(f"/UserItems/{_part(item_id)}/UserData", {})
        if answer.status in _UNKNOWN_ROUTE:
            return None
        return (await self._accepted(answer)).object()

    async def save_user_data(
        self, item_id: str, changes: JsonObject
    ) -> JsonObject | None:
        """Change only what is told of an item; None if there is no such item."""
        item = _part(item_id)
        return await self._change(
            "POST",
            f"/UserItems/{item}/UserData",
            f"/Users/{self.user_id}/Items/{item}/UserData",
            changes,
        )

    async def mark_unplayed(self, item_id: str) -> JsonObject | None:
        """Forget that an item was played; None if there is no such item."""
        item = _part(item_id)
        return await self._change(
            "DELETE",
            f"/UserPlayedItems/{item}",
            f"/Users/{self.user_id}/PlayedItems/{item}",
        )

    async def set_favourite(self, item_id: str, *, on: bool) -> JsonObject | None:
        """Put an item among the favourites, or take it out; None if it is gone."""
        item = _part(item_id)
        return await self._change(
            "POST" if on else "DELETE",
            f"/UserFavoriteItems/{item}",
            f"/Users/{self.user_id}/FavoriteItems/{item}",
        )

    async def clear_rating(self, item_id: str) -> JsonObject | None:
        """Take the rating off an item; None if there is no such item."""
        item = _part(item_id)
        return await self._change(
            "DELETE",
            f"/UserItems/{item}/Rating",
            f"/Users/{self.user_id}/Items/{item}/Rating",
        )

    async def _list(self, path: str, query: Query) -> JsonObject:
        """Return one page of a list."""
        return (await self._accepted(await self._get(path, query))).object()

    async def _get(self, path: str, query: Query) -> Answer:
        """Return the answer to a question about the user's items."""
        return await self._http.request(
            "GET",
            f"{self._url}{path}",
            params={"userId": self.user_id, **query},
            timeout=LIST_TIMEOUT,
        )

    async def _change(
        self, method: str, path: str, older: str, body: JsonObject | None = None
    ) -> JsonObject | None:
        """Change an item's user data and return it; None if there is no such item.

        All of these may be repeated: they say how it shall be, not what to add.
        """
        params: Mapping[str, str | int] = {"userId": self.user_id}
        for route in (path, older):
            answer = await self._http.request(
                method,
                f"{self._url}{route}",
                params=params,
                json=body,
                timeout=WRITE_TIMEOUT,
                idempotent=True,
            )
            if answer.status not in _UNKNOWN_ROUTE:
                return (await self._accepted(answer)).object()
        if answer.status == 404:
            return None
        return checked(answer)

    async def _accepted(self, answer: Answer) -> Answer:
        """Return an answer that is none but what was asked for.

        A server says 401 also of a library that the user may not see. Only where it
        no longer knows the user does the person have to sign in again.
        """
        if answer.status == 401 and not from_proxy(answer):
            await self.me()
            # A write is tried again by the next run: it may have been a passing fault,
            # and a limit would let the rest of its batch wait for a day.
            refused = ProviderUnavailableError if answer.written else AccountLimitError
            raise refused(
                "The Jellyfin server refuses this, though the login is good: check the"
                " user's libraries and permissions on the server"
            )
        return accepted(answer)


def checked(answer: Answer) -> JsonObject:
    """Return the object that the server answered; raises what it refused."""
    return accepted(answer).object()


def accepted(answer: Answer) -> Answer:
    """Return an answer that is a success; raises what the server refused."""
    match answer.status:
        case 200:
            return answer
        case 401 | 403 if from_proxy(answer):
            raise ProviderUnavailableError(
                f"{answer.request} was refused with status {answer.status} by something"
                " before the Jellyfin server, such as a proxy with a login of its own"
            )
        case status if 300 <= status < 400:
            raise ProtocolError(
                f"{answer.request} was redirected with status {status}{_place(answer)}:"
                " check the address of the account"
            )
        case 401:
            raise AuthenticationError(
                "The Jellyfin server no longer accepts this login: sign in again"
            )
        case 403:
            raise AccountLimitError(
                "The Jellyfin user lacks the right to do this: check the user's"
                " permissions on the server"
            )
        case status if status >= 500:
            raise ProviderUnavailableError(
                f"{answer.request} was answered with status {status}",
                maybe_sent=answer.written,
            )
        case status if answer.ok or not answer.written:
            raise answer.nonsense("is not what was asked for")
        case status:
            raise ProtocolError(f"{answer.request} was refused with status {status}")


def from_proxy(answer: Answer) -> bool:
    """Tell whether a refusal is of a proxy: the server's own are no web pages."""
    wanted = answer.headers.get("WWW-Authenticate", "").lower()
    kind = answer.headers.get("Content-Type", "").lower()
    return wanted.startswith(_PROXY_LOGIN) or kind.startswith("text/html")


def _place(answer: Answer) -> str:
    """Return in words to which host a redirect leads, if it leads to another one."""
    try:
        host = URL(answer.headers.get("Location", "")).origin()
    except ValueError:
        return ""
    return f" to {host}"


def _part(item_id: str) -> str:
    """Return an item id as a part of a path."""
    return quote(item_id, safe="")
