"""The endpoints of a Plex server, for one signed-in user."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
import time
from typing import Final
from urllib.parse import quote

import aiohttp

from ...engine.provider import (
    AccountLimitError,
    AuthenticationError,
    ProviderError,
    ProviderUnavailableError,
)
from ..http import Answer, HttpClient, JsonObject, Limiters, NoConnectionError, TlsError
from .account import PlexAccount
from .login import PlexLogin
from .servers import best_way, http_for, servers_in
from .wire import Query, accepted, container_in, plex_headers

IDENTIFIER: Final = "com.plexapp.plugins.library"
WHO: Final = "The Plex server"

# A page of a thousand items takes a small server some seconds.
LIST_TIMEOUT: Final = 90.0
WRITE_TIMEOUT: Final = 30.0
# How long, in seconds, plex.tv is not asked again where a server is.
SEARCH_AGAIN: Final = 60.0

_REFUSED: Final = frozenset({401, 403})
_NO_SUCH_METHOD: Final = frozenset({405, 501})
_NEVER_SENT: Final = (NoConnectionError, TlsError)


class PlexClient:
    """Asks a server; returns its answers as they are.

    A server that is not where it was, or whose token has changed, is looked for at
    plex.tv, where the account has a login there.
    """

    def __init__(
        self,
        login: PlexLogin,
        session: aiohttp.ClientSession,
        limiters: Limiters,
        save: Callable[[JsonObject], Awaitable[None]],
        public: aiohttp.ClientSession,
    ) -> None:
        """Take the login, and how to keep a new address.

        `public` verifies certificates, whatever the server's own may be.
        """
        self.login = login
        self._session = session
        self._limiters = limiters
        self._save = save
        self._account = PlexAccount(public, limiters, login.device_id, self._secrets)
        self._http = self._connect()
        self._search = asyncio.Lock()
        self._searched = -SEARCH_AGAIN

    @property
    def sleep(self) -> Callable[[float], Awaitable[None]]:
        """Return how to wait."""
        return self._account.sleep

    def secrets(self) -> Collection[str]:
        """Return what must never appear in a text."""
        return self._secrets()

    async def root(self) -> JsonObject:
        """Return what the server says of itself to this user."""
        return await self.container("/")

    async def container(self, path: str, query: Query | None = None) -> JsonObject:
        """Return the container at a path."""
        answer = await self._checked("GET", path, query)
        return container_in(accepted(answer, WHO))

    async def allowed(self, path: str, query: Query | None = None) -> JsonObject | None:
        """Return the container at a path, None where this user may not have it."""
        answer = await self._ask("GET", path, query)
        if answer.status in {400, 401, 403, 404}:
            return None
        return container_in(accepted(answer, WHO))

    async def act(
        self, method: str, path: str, query: Query, *, idempotent: bool
    ) -> bool:
        """Change something; False where there is no such item."""
        answer = await self._checked(method, path, query, idempotent=idempotent)
        if answer.status in _NO_SUCH_METHOD:
            # In the way of old, which all servers but the newest know best.
            answer = await self._checked("GET", path, query, idempotent=idempotent)
        if answer.status == 404:
            return False
        accepted(answer, WHO)
        return True

    async def scrobble(self, key: str) -> bool:
        """Count a view of an item, now; False where there is no such item."""
        query: Query = {"identifier": IDENTIFIER, "key": key}
        return await self.act("PUT", "/:/scrobble", query, idempotent=False)

    async def unscrobble(self, key: str) -> bool:
        """Forget all views of an item, and its position."""
        query: Query = {"identifier": IDENTIFIER, "key": key}
        return await self.act("PUT", "/:/unscrobble", query, idempotent=True)

    async def rate(self, key: str, rating: int, rated: int | None = None) -> bool:
        """Rate an item; -1 takes the rating away."""
        query: Query = {"identifier": IDENTIFIER, "key": key, "rating": rating}
        if rated is not None:
            query["ratedAt"] = rated
        return await self.act("PUT", "/:/rate", query, idempotent=True)

    async def stop_at(self, key: str, position: int, duration: int) -> bool:
        """Put an item to a position, as a player does that stops there."""
        query: Query = {
            "ratingKey": key,
            "key": f"/library/metadata/{key}",
            "identifier": IDENTIFIER,
            "state": "stopped",
            "time": position,
            "duration": duration,
        }
        return await self.act("POST", "/:/timeline", query, idempotent=True)

    async def forget_play(self, name: str) -> bool:
        """Take a play out of the server's log."""
        path = f"/status/sessions/history/{quote(name, safe='')}"
        return await self.act("DELETE", path, {}, idempotent=True)

    async def find_again(self) -> bool:
        """Look for the server at plex.tv; tell whether there is a new way to it.

        Raises AuthenticationError where the login at plex.tv has ended.
        """
        if not self.login.account_token:
            return False
        before = self.login
        async with self._search:
            if self.login is not before:
                return True
            if time.monotonic() - self._searched < SEARCH_AGAIN:
                return False
            self._searched = time.monotonic()
            return await self._find_again()

    async def _find_again(self) -> bool:
        """Ask plex.tv, and keep what is new."""
        login = self.login
        found = servers_in(await self._account.resources(login.account_token))
        server = next(
            (each for each in found if each.server_id == login.server_id), None
        )
        if server is None:
            # It may be that plex.tv has lost sight of it for a while.
            return False
        url = await best_way(server, self._session, self._limiters, login.device_id)
        if url is None or (url, server.token) == (login.url, login.token):
            return False
        self.login = login.moved(url, server.token)
        self._http = self._connect()
        await self._save(self.login.to_data())
        return True

    async def _ask(
        self,
        method: str,
        path: str,
        query: Query | None = None,
        *,
        idempotent: bool | None = None,
    ) -> Answer:
        """Return an answer as it is, from wherever the server is by now."""
        try:
            return await self._send(method, path, query, idempotent)
        except ProviderUnavailableError as err:
            # What may have arrived must not be sent again.
            if (err.maybe_sent and not idempotent) or not await self._is_elsewhere():
                raise
        return await self._send(method, path, query, idempotent)

    async def _is_elsewhere(self) -> bool:
        """Tell whether the server, out of reach, has been found somewhere else."""
        try:
            return await self.find_again()
        except AuthenticationError:
            raise
        except ProviderError:
            return False

    async def _send(
        self, method: str, path: str, query: Query | None, idempotent: bool | None
    ) -> Answer:
        """Send a request to where the server was last."""
        try:
            return await self._http.request(
                method,
                f"{self.login.url}{path}",
                params=query,
                headers=plex_headers(self.login.device_id, self.login.token),
                timeout=LIST_TIMEOUT if idempotent is None else WRITE_TIMEOUT,
                idempotent=idempotent,
            )
        except ProviderUnavailableError as err:
            changes = method == "GET" and idempotent is not None
            if changes and not isinstance(err, _NEVER_SENT):
                # It looks like a read.
                err.maybe_sent = True
            raise

    async def _checked(
        self,
        method: str,
        path: str,
        query: Query | None = None,
        *,
        idempotent: bool | None = None,
    ) -> Answer:
        """Return an answer; of a refusal, find out whether the login has ended.

        What was refused has not been done, and may be asked for again.
        """
        answer = await self._ask(method, path, query, idempotent=idempotent)
        if answer.status in _REFUSED and await self._is_renewed():
            answer = await self._ask(method, path, query, idempotent=idempotent)
        if answer.status in _REFUSED:
            raise AccountLimitError(
                f"{WHO} does not allow this user to do this ({answer.request})"
            )
        return answer

    async def _is_renewed(self) -> bool:
        """Tell whether the server refuses the token, but takes another one by now.

        Raises AuthenticationError where there is no other.
        """
        probe = await self._send("GET", "/library/sections", None, None)
        if probe.status not in _REFUSED:
            return False
        if await self.find_again():
            return True
        raise AuthenticationError(f"{WHO} no longer accepts this login: sign in again")

    def _connect(self) -> HttpClient:
        """Return the way to where the server is."""
        return http_for(self._session, self._limiters, self.login.url, self._secrets)

    def _secrets(self) -> Collection[str]:
        """Return the tokens of this moment."""
        return (self.login.token, self.login.account_token)
