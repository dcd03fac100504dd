"""The account at plex.tv: codes to sign in with, servers, its home and its catalogue."""

from collections.abc import Callable, Collection
from typing import Final
from urllib.parse import quote

import aiohttp

from ..answer import JsonValue
from ..http import Answer, HttpClient, JsonObject, Limiters, Pace
from .login import PlexLogin
from .wire import accepted, plex_headers

PLEX_TV: Final = "https://plex.tv"
# Plex says 429 to who asks in haste.
PACE: Final = Pace(write_interval=0.5, concurrency=2)
# Plex publishes no limits; it says 429 to who asks for many titles in a storm.
DISCOVER_PACE: Final = Pace(write_interval=0.15, concurrency=4)
METADATA_PACE: Final = Pace(concurrency=6)

_WHO: Final = "plex.tv"


class PlexAccount:
    """Asks plex.tv on behalf of a device; the token says for whom."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        limiters: Limiters,
        device_id: str,
        secrets: Callable[[], Collection[str]],
    ) -> None:
        """Take the session, and what must never appear in a text."""
        limiter = limiters.for_host("plex.tv", PACE)
        self._http = HttpClient(session, limiter, secrets=secrets)
        self._device_id = device_id
        self.sleep = limiter.sleep

    async def new_pin(self) -> JsonObject:
        """Return a new code to be entered at plex.tv/link."""
        answer = await self._ask("POST", "/api/v2/pins", strong="false")
        return accepted(answer, _WHO).object()

    async def pin(self, pin_id: str) -> Answer:
        """Return what has become of a code."""
        return await self._ask("GET", f"/api/v2/pins/{quote(pin_id, safe='')}")

    async def user(self, token: str) -> JsonObject:
        """Return whose token this is."""
        answer = await self._ask("GET", "/api/v2/user", token)
        return accepted(answer, _WHO).object()

    async def resources(self, token: str) -> list[JsonValue]:
        """Return the servers and players that a user can reach."""
        answer = await self._ask(
            "GET",
            "/api/v2/resources",
            token,
            includeHttps="1",
            includeRelay="1",
            includeIPv6="1",
        )
        return accepted(answer, _WHO).array()

    async def home_users(self, token: str) -> JsonObject:
        """Return the users of the home that a user is in."""
        answer = await self._ask("GET", "/api/v2/home/users", token)
        return accepted(answer, _WHO).object()

    async def switch(self, token: str, uuid: str, pin: str) -> Answer:
        """Become another user of the home."""
        params = {"pin": pin} if pin else {}
        path = f"/api/v2/home/users/{quote(uuid, safe='')}/switch"
        return await self._ask("POST", path, token, **params)

    async def _ask(
        self, method: str, path: str, token: str = "", **params: str
    ) -> Answer:
        """Return an answer as it is."""
        return await self._http.request(
            method,
            f"{PLEX_TV}{path}",
            params=params,
            headers=plex_headers(self._device_id, token),
        )


class Cloud:
    """The ways on which an account asks for its watchlist, and for titles."""

    def __init__(
        self,
        login: PlexLogin,
        session: aiohttp.ClientSession,
        limiters: Limiters,
        secrets: Callable[[], Collection[str]],
    ) -> None:
        """Take the account's token."""
        headers = plex_headers(login.device_id, login.account_token)
        discover = limiters.for_host("discover.provider.plex.tv", DISCOVER_PACE)
        metadata = limiters.for_host("metadata.provider.plex.tv", METADATA_PACE)
        self.sleep = discover.sleep
        self.discover = HttpClient(session, discover, secrets=secrets, headers=headers)
        self.metadata = HttpClient(session, metadata, secrets=secrets, headers=headers)
