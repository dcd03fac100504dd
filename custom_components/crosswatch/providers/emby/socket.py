"""The websocket at which an Emby server tells what has changed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import aiohttp
from yarl import URL

# No message that is listened to is nearly as long.
_LONGEST_MESSAGE: Final = 16 * 1024 * 1024
_CONNECT_TIMEOUT: Final = 15.0
_CLOSE_TIMEOUT: Final = 5.0

# The server says nothing by itself while nothing happens, nor need it answer to a sign
# of life. [unsure] Asked for its sessions now and every 25 seconds it is heard to live.
_ASK: Final = '{"MessageType":"SessionsStart","Data":"0,25000"}'


class EmbySocket:
    """Connects to the websocket of a server."""

    def __init__(
        self, session: aiohttp.ClientSession, url: str, device_id: str, token: str
    ) -> None:
        """Take where the server is, and whose socket this is."""
        self._session = session
        address = URL(url)
        scheme = "wss" if address.scheme == "https" else "ws"
        path = f"{address.raw_path.rstrip('/')}/embywebsocket"
        self._url = (
            address.with_scheme(scheme)
            .with_path(path, encoded=True)
            .with_query({"api_key": token, "deviceId": device_id})
        )

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        """Connect; raises errors of aiohttp, TimeoutError and OSError."""
        async with asyncio.timeout(_CONNECT_TIMEOUT):
            socket = await self._session.ws_connect(
                self._url,
                timeout=aiohttp.ClientWSTimeout(ws_close=_CLOSE_TIMEOUT),
                max_msg_size=_LONGEST_MESSAGE,
            )
        async with socket:
            await socket.send_str(_ASK)
            yield socket
