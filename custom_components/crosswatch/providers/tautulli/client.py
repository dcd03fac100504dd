"""The calls of Tautulli's API that are made on behalf of an account."""

from collections.abc import Mapping
from typing import Final

import aiohttp
from yarl import URL

from ...engine.provider import (
    AuthenticationError,
    ProtocolError,
    ProviderUnavailableError,
)
from ..http import Answer, HttpClient, JsonObject, JsonValue, Limiters, Pace

# For each page the server runs the whole query anew.
PACE: Final = Pace(concurrency=4)
TIMEOUT: Final = 60.0

PATH: Final = "/api/v2"


class ApiDisabledError(ProviderUnavailableError):
    """The API is turned off in Tautulli's settings."""


class CallRefusedError(ProtocolError):
    """Tautulli does not know the call, or cannot do it."""


class RedirectError(ProviderUnavailableError):
    """The server has moved; `location` is where to."""

    def __init__(self, message: str, location: str) -> None:
        """Remember where to."""
        super().__init__(message)
        self.location = location


class TautulliClient:
    """Asks a Tautulli; returns the data in its answers as they are."""

    def __init__(self, http: HttpClient, url: str, api_key: str) -> None:
        """Take the server's base address, and the key to its API."""
        self._http = http
        self._url = url
        self._api_key = api_key

    async def server_info(self) -> JsonObject:
        """Return which Plex server it watches over."""
        return _object(await self._call("get_server_info"), "get_server_info")

    async def users(self) -> list[JsonValue]:
        """Return the users of the Plex server."""
        return _array(await self._call("get_users"), "get_users")

    async def history(self, **params: str | int) -> JsonObject:
        """Return a page of the history."""
        data = _object(await self._call("get_history", **params), "get_history")
        if data.get("draw") == 0:
            # How it answers when its query fails: with an empty history.
            raise ProviderUnavailableError("Tautulli could not read its database")
        return data

    async def metadata(self, rating_key: str) -> JsonObject:
        """Return what the Plex server knows of a title, nothing where it is gone."""
        try:
            data = await self._call("get_metadata", rating_key=rating_key)
        except CallRefusedError:
            return {}
        return data if isinstance(data, dict) else {}

    async def is_plex_connected(self) -> bool:
        """Tell whether the Plex server is there; older versions do not tell."""
        try:
            data = await self._call("server_status")
        except CallRefusedError:
            return True
        return not isinstance(data, dict) or data.get("connected") is not False

    async def _call(self, command: str, **params: str | int) -> JsonValue:
        """Return the data in the answer to a call."""
        answer = await self._http.request(
            "GET",
            f"{self._url}{PATH}",
            params={"apikey": self._api_key, "cmd": command, **params},
            timeout=TIMEOUT,
        )
        return _data(answer, command)


def http_client(
    session: aiohttp.ClientSession, limiters: Limiters, url: str, api_key: str
) -> HttpClient:
    """Return the way to a server; all accounts on it share its limits."""
    limiter = limiters.for_host(str(URL(url).origin()), PACE)
    return HttpClient(session, limiter, secrets=lambda: (api_key,))


def _data(answer: Answer, command: str) -> JsonValue:
    """Return the data in an answer, or raise what the answer says is wrong.

    The status alone says little: newer versions refuse a wrong key with 400.
    """
    if answer.status in {401, 403}:
        raise AuthenticationError("Tautulli does not accept the API key")
    if 300 <= answer.status < 400:
        location = answer.headers.get("Location", "")
        raise RedirectError("Tautulli has moved to another address", location)
    response = answer.object().get("response")
    if not isinstance(response, dict) or "result" not in response:
        raise answer.nonsense("is not one of Tautulli")
    if answer.ok and response["result"] == "success":
        return response.get("data")
    message = str(response.get("message") or "")
    if "apikey" in message.lower() or "api key" in message.lower():
        raise AuthenticationError("Tautulli does not accept the API key")
    if "not enabled" in message.lower():
        raise ApiDisabledError("The API is turned off in Tautulli's settings")
    raise CallRefusedError(f"Tautulli refused {command} (status {answer.status})")


def _object(data: JsonValue, command: str) -> Mapping[str, JsonValue]:
    """Return data that has to be an object."""
    if isinstance(data, dict):
        return data
    raise ProtocolError(f"Tautulli's answer to {command} is not an object")


def _array(data: JsonValue, command: str) -> list[JsonValue]:
    """Return data that has to be a list."""
    if isinstance(data, list):
        return data
    raise ProtocolError(f"Tautulli's answer to {command} is not a list")
