"""The websocket: who listens is told what a user did, and what is playing if asked."""

import asyncio
from http import HTTPStatus
import json
from typing import TYPE_CHECKING, override

from aiohttp import WSMsgType, web

from ..jellyfin.devices import Device
from ..jellyfin.model import User
from ..jellyfin.sockets import Sockets
from .items import user_data
from .shapes import session_json

if TYPE_CHECKING:
    from .server import EmbySimulator


class EmbySockets(Sockets):
    """All open websockets, and who is at their other end.

    The server neither greets nor drops anybody, and answers to no sign of life.
    """

    def __init__(self, server: EmbySimulator) -> None:
        """Start without any."""
        super().__init__(server)
        self._emby = server

    @override
    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Talk to one device until it leaves."""
        device = self._device(request)
        if device is None:
            return web.Response(
                status=HTTPStatus.UNAUTHORIZED, text="Access token is required."
            )
        socket = await self._take(request, device)
        reporting: asyncio.Task[None] | None = None
        try:
            async for received in socket:
                if received.type is not WSMsgType.TEXT:
                    continue
                said = json.loads(received.data)
                self.heard.append(said["MessageType"])
                if said["MessageType"] == "SessionsStart" and not self.mute:
                    delay, period = map(int, said["Data"].split(","))
                    reporting = asyncio.get_running_loop().create_task(
                        self._report(device, delay / 1000, period / 1000)
                    )
        finally:
            self._open.pop(socket, None)
            if reporting is not None:
                reporting.cancel()
        return socket

    async def _report(self, device: Device, delay: float, period: float) -> None:
        """Tell a user's devices of the sessions, again and again."""
        await asyncio.sleep(delay)
        while True:
            rows = [
                session_json(each, self._emby)
                for each in self._emby.devices.by_token.values()
                if device.user.admin or each.user is device.user
            ]
            await self.send("Sessions", rows, device.user)
            await asyncio.sleep(period)

    @override
    async def _flush(self, user: User) -> None:
        """Tell a user's devices what has been gathered."""
        await asyncio.sleep(self.delay)
        items = self._pending.pop(user.id).values()
        told = [{**user_data(item, user), "ItemId": item.id} for item in items]
        data = {"UserId": user.id, "UserDataList": told}
        await self.send("UserDataChanged", data, user)
