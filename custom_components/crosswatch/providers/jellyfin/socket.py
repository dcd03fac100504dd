"""The websocket at which a Jellyfin server tells what has changed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import aiohttp
from yarl import URL

from .authorization import authorization

# No message that is listened to is nearly as long.
_LONGEST_MESSAGE: Final = 16 * 1024 * 1024
_CONNECT_TIMEOUT: Final = 15.0
_CLOSE_TIMEOUT: Final = 5.0
_REFUSED: Final = frozenset({401, 403})


class JellyfinSocket:
    """Connects to the websocket of a server.

    The token goes into the header, as everywhere. Some proxies take the header from
    such connections: a server that refuses it is then asked with the token in the
    query, the way of web browsers, which cannot send headers here.
    """

    def __init__(
        self, session: aiohttp.ClientSession, url: str, device_id: str, token: str
    ) -> None:
        """Take where the server is, and whose socket this is."""
        self._session = session
        address = URL(url)
        scheme = "wss" if address.scheme == "https" else "ws"
        path = f"{address.raw_path.rstrip('/')}/socket"
        self._url = address.with_scheme(scheme).with_path(path, encoded=True)
        self._device_id = device_id
        self._token = token
        self._in_query = False

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        """Connect; raises errors of aiohttp, TimeoutError and OSError."""
        query = {"deviceId": self._device_id}
        if self._in_query:
            query["ApiKey"] = self._token
        token = "" if self._in_query else self._token
        try:
            async with asyncio.timeout(_CONNECT_TIMEOUT):
                socket = await self._session.ws_connect(
                    self._url.with_query(query),
                    headers=authorization(self._device_id, token) if token else None,
                    timeout=aiohttp.ClientWSTimeout(ws_close=_CLOSE_TIMEOUT),
                    max_msg_size=_LONGEST_MESSAGE,
                )
        except aiohttp.WSServerHandshakeError as err:
            if err.status in _REFUSED:
                self._in_query = not self._in_query
            raise
        async with socket:
            yield socket
