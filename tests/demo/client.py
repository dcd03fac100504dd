"""Talks to Home Assistant as its frontend does: over HTTP and its websocket."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from itertools import count
from typing import Any, Self

import aiohttp

from .process import DemoError, HomeAssistant

USER = "demo"
PASSWORD = "demo"
PATIENCE = 90
PAUSE = 0.2

# What Home Assistant answers is read member by member, as a browser would.
type Json = dict[str, Any]


class Client:
    """A person's browser, as far as Home Assistant can tell."""

    def __init__(self, server: HomeAssistant) -> None:
        """Prepare; nobody is logged in yet."""
        self.server = server
        self.tokens: Json = {}
        self._ids = count(1)
        self._session = aiohttp.ClientSession(
            server.url, timeout=aiohttp.ClientTimeout(total=120)
        )
        self._socket: aiohttp.ClientWebSocketResponse | None = None

    async def __aenter__(self) -> Self:
        """Return the client."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close all connections."""
        if self._socket is not None:
            await self._socket.close()
        await self._session.close()

    async def wait_until_up(self) -> None:
        """Wait until Home Assistant answers at all."""
        async with self._patience("Home Assistant does not answer."):
            while True:
                self.server.check()
                try:
                    async with self._session.get("/api/onboarding") as answer:
                        if answer.ok:
                            return
                except aiohttp.ClientConnectionError:
                    pass
                await asyncio.sleep(PAUSE)

    async def wait_until_running(self) -> None:
        """Wait until Home Assistant has started all of its parts."""
        async with self._patience("Home Assistant does not finish its start."):
            while (await self.get("/api/config"))["state"] != "RUNNING":
                self.server.check()
                await asyncio.sleep(PAUSE)

    async def wait_until_back(self) -> None:
        """Wait until Home Assistant runs again, and still knows the login."""
        async with self._patience("Home Assistant does not come back."):
            while True:
                self.server.check()
                with suppress(aiohttp.ClientConnectionError):
                    async with self._session.get("/api/config") as answer:
                        if answer.ok and (await answer.json())["state"] == "RUNNING":
                            return
                await asyncio.sleep(PAUSE)

    async def onboard(self) -> None:
        """Create the first user on the welcome page, and log in."""
        client_id = f"{self.server.url}/"
        created = await self.post(
            "/api/onboarding/users",
            {
                "client_id": client_id,
                "name": "Demo",
                "username": USER,
                "password": PASSWORD,
                "language": "en",
            },
        )
        form = {
            "grant_type": "authorization_code",
            "code": created["auth_code"],
            "client_id": client_id,
        }
        async with self._session.post("/auth/token", data=form) as answer:
            self.log_in(await self._read(answer))

    def log_in(self, tokens: Json) -> None:
        """Use the tokens of a login."""
        self.tokens = tokens
        self._session.headers["Authorization"] = f"Bearer {tokens['access_token']}"

    async def get(self, path: str) -> Any:
        """Return the answer to a GET."""
        async with self._session.get(path) as answer:
            return await self._read(answer)

    async def post(self, path: str, body: Mapping[str, object]) -> Any:
        """Return the answer to a POST."""
        async with self._session.post(path, json=body) as answer:
            return await self._read(answer)

    async def action(self, name: str, **data: object) -> Json:
        """Perform an action and return its response."""
        domain, _, service = name.partition(".")
        path = f"/api/services/{domain}/{service}?return_response"
        answer: Json = await self.post(path, data)
        response: Json = answer["service_response"]
        return response

    async def ask(self, kind: str, **data: object) -> Any:
        """Return the result of a websocket command."""
        if self._socket is None:
            self._socket = await self._session.ws_connect("/api/websocket")
            await self._socket.receive_json()
            token = self.tokens["access_token"]
            await self._socket.send_json({"type": "auth", "access_token": token})
            await self._socket.receive_json()
        number = next(self._ids)
        await self._socket.send_json({"id": number, "type": kind, **data})
        while (answer := await self._socket.receive_json()).get("id") != number:
            pass
        if not answer["success"]:
            raise DemoError(f"Home Assistant refused {kind}: {answer['error']}")
        return answer["result"]

    async def states(self, device_id: str) -> dict[str, Json]:
        """Return the entities of a device by the last part of their unique id."""
        entities = [
            entity
            for entity in await self.ask("config/entity_registry/list")
            if entity["device_id"] == device_id and entity["disabled_by"] is None
        ]
        shown = {state["entity_id"]: state for state in await self.get("/api/states")}
        ids = {entity["entity_id"]: entity["unique_id"] for entity in entities}
        return {
            f"{entity_id.partition('.')[0]}.{unique_id.partition('_')[2]}": shown[
                entity_id
            ]
            for entity_id, unique_id in ids.items()
            if entity_id in shown
        }

    @asynccontextmanager
    async def _patience(self, complaint: str) -> AsyncIterator[None]:
        """Let something take its time, but not for ever."""
        try:
            async with asyncio.timeout(PATIENCE):
                yield
        except TimeoutError:
            raise DemoError(f"{complaint}\n{self.server.tail()}") from None

    async def _read(self, answer: aiohttp.ClientResponse) -> Any:
        if answer.ok:
            return await answer.json()
        raise DemoError(
            f"Home Assistant answered {answer.status} to {answer.method} "
            f"{answer.url.path}: {(await answer.text())[:500]}\n{self.server.tail()}"
        )
