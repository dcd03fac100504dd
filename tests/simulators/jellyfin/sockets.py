"""The websocket at which the server tells its clients what happens."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from http import HTTPStatus
import json
from typing import TYPE_CHECKING
from uuid import uuid4

from aiohttp import web

from .devices import Device, identity_of
from .items import Json, user_data
from .model import Item, User

if TYPE_CHECKING:
    from .server import JellyfinSimulator


class Sockets:
    """All open websockets, and who is at their other end.

    `patience` is after how many seconds of silence a client is dropped, `delay` how
    long the server gathers what a user did before it tells of it: half a second for a
    real one, no longer than it must for this one. `takes_header` off is how some
    proxies are: only the query gets through. `mute` lets a connection open and then
    nothing come. A server that `hangs` takes no
    notice of whatever a client says.
    """

    def __init__(self, server: JellyfinSimulator) -> None:
        """Start without any."""
        self._server = server
        self.patience = 60.0
        self.delay = 0.0
        self.takes_header = True
        self.mute = False
        self.hangs = False
        self.opened = 0
        self.heard: list[str] = []
        self._open: dict[web.WebSocketResponse, Device] = {}
        self._pending: dict[str, dict[str, Item]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def open(self) -> int:
        """Return how many connections there are."""
        return len(self._open)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Listen to one client until it is gone, or silent for too long."""
        device = self._device(request)
        if device is None:
            return web.Response(status=HTTPStatus.UNAUTHORIZED)
        socket = await self._take(request, device)
        try:
            if not self.mute:
                await socket.send_str(message("ForceKeepAlive", self.patience))
            await self._hear(socket, device)
        finally:
            self._open.pop(socket, None)
        return socket

    async def _take(
        self, request: web.Request, device: Device
    ) -> web.WebSocketResponse:
        """Take a connection."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if self.hangs and request.transport is not None:
            request.transport.pause_reading()
        self._open[socket] = device
        self.opened += 1
        return socket

    def _device(self, request: web.Request) -> Device | None:
        """Return who connects."""
        token = identity_of(request, legacy=self._server.legacy_authorization).token
        if not self.takes_header and "ApiKey" not in request.query:
            return None
        return self._server.devices.by_token.get(token)

    async def _hear(self, socket: web.WebSocketResponse, device: Device) -> None:
        """Take what a client says."""
        while True:
            try:
                received = await socket.receive(timeout=self.patience)
            except TimeoutError:
                await socket.close()
                return
            if received.type is not web.WSMsgType.TEXT:
                return
            said = json.loads(received.data)
            self.heard.append(said["MessageType"])
            if said["MessageType"] == "KeepAlive" and not self.mute:
                await socket.send_str(message("KeepAlive"))

    def tell_user_data(self, user: User, item: Item) -> None:
        """Tell a user's devices soon what the user did with an item, and all above."""
        if user not in {device.user for device in self._open.values()}:
            return
        if user.id not in self._pending:
            self._pending[user.id] = {}
            self._soon(self._flush(user))
        above: Item | None = item
        while above is not None:
            self._pending[user.id][above.id] = above
            above = above.parent

    async def _flush(self, user: User) -> None:
        """Tell a user's devices what has been gathered."""
        await asyncio.sleep(self.delay)
        items = self._pending.pop(user.id).values()
        told = [user_data(item, user) for item in items]
        data: Json = {"UserId": user.id, "UserDataList": told}
        await self.send("UserDataChanged", data, user)

    def tell_library(self, item: Item, there: bool) -> None:
        """Tell everybody that an item came or went."""
        if self._open:
            data: Json = {
                "FoldersAddedTo": [],
                "FoldersRemovedFrom": [],
                "ItemsAdded": [item.id] if there else [],
                "ItemsRemoved": [] if there else [item.id],
                "ItemsUpdated": [],
                "CollectionFolders": [item.library.id],
                "IsEmpty": False,
            }
            self._soon(self.send("LibraryChanged", data))

    async def send(self, kind: str, data: object, user: User | None = None) -> None:
        """Send a message to the devices of a user, or to all."""
        for socket, device in list(self._open.items()):
            if user is None or device.user is user:
                # Who is gone without a word is noticed a moment later.
                with suppress(ConnectionError):
                    await socket.send_str(message(kind, data))

    async def send_text(self, text: str) -> None:
        """Send anything to all devices."""
        for socket in list(self._open):
            await socket.send_str(text)

    async def close(self) -> None:
        """Close all connections."""
        while self._open:
            socket, _ = self._open.popitem()
            await socket.close()

    async def hang_up(self) -> None:
        """Close all connections, and drop what was still to be told."""
        await self.close()
        if telling := list(self._tasks):
            for task in telling:
                task.cancel()
            await asyncio.wait(telling)
        self._pending.clear()

    def _soon(self, telling: Coroutine[None, None, None]) -> None:
        """Tell something without waiting for it."""
        task = asyncio.get_running_loop().create_task(telling)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def message(kind: str, data: object = None) -> str:
    """Return a message as it is sent."""
    written: Json = {"MessageType": kind, "MessageId": uuid4().hex}
    if data is not None:
        written["Data"] = data
    return json.dumps(written)
