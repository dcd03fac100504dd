"""A bare client of a Jellyfin server, for tests."""

from collections.abc import Mapping
from dataclasses import dataclass
import json
from typing import Any

import aiohttp

IDENTITY = 'MediaBrowser Client="Tests", Device="caf%C3%A9", DeviceId="{}", Version="1"'


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; `json` is None if the body is none."""

    status: int
    text: str
    headers: Mapping[str, str]

    @property
    def json(self) -> Any:
        """Return the parsed body."""
        return json.loads(self.text) if self.text else None


class Caller:
    """Sends requests as a signed-in device."""

    def __init__(
        self, session: aiohttp.ClientSession, url: str, device_id: str = "device-1"
    ) -> None:
        """Take a session and the address of the server."""
        self._session = session
        self._url = url
        self.identity = IDENTITY.format(device_id)
        self.token = ""
        self.user_id = ""

    async def send(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        **query: Any,
    ) -> Reply:
        """Send a request; `headers` replaces the Authorization header."""
        if headers is None:
            token = f', Token="{self.token}"' if self.token else ""
            headers = {"Authorization": self.identity + token}
        async with self._session.request(
            method,
            f"{self._url}{path}",
            params={name: str(value) for name, value in query.items()},
            headers=headers,
            json=body,
        ) as answer:
            return Reply(answer.status, await answer.text(), answer.headers)

    async def get(self, path: str, **query: Any) -> Any:
        """Return the JSON that a path answers with 200."""
        reply = await self.send("GET", path, **query)
        assert reply.status == 200, reply
        return reply.json

    async def post(self, path: str, *, body: object = None, **query: Any) -> Any:
        """Return the JSON that a change answers with 200."""
        reply = await self.send("POST", path, body=body, **query)
        assert reply.status == 200, reply
        return reply.json

    async def delete(self, path: str, **query: Any) -> Any:
        """Return the JSON that a removal answers with 200."""
        reply = await self.send("DELETE", path, **query)
        assert reply.status == 200, reply
        return reply.json

    async def log_in(self, name: str, password: str) -> Reply:
        """Sign in, and stay so if that went well."""
        self.token = ""
        reply = await self.send(
            "POST",
            "/Users/AuthenticateByName",
            body={"Username": name, "Pw": password},
        )
        if reply.status == 200:
            self.token = reply.json["AccessToken"]
            self.user_id = reply.json["User"]["Id"]
        return reply

    async def names(self, **query: Any) -> list[str]:
        """Return the names of the items that a query lists."""
        found = await self.get("/Items", recursive="true", **query)
        return [item["Name"] for item in found["Items"]]

    async def rows(self, **query: Any) -> list[dict[str, Any]]:
        """Return the items that a query lists, with their ids."""
        found = await self.get(
            "/Items", recursive="true", fields="ProviderIds", **query
        )
        rows: list[dict[str, Any]] = found["Items"]
        return rows
