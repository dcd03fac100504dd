"""A small Plex, and somebody who asks it."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
import json
from typing import Any

import aiohttp
import pytest
from yarl import URL

from ..catalogue import Catalogue
from ..clock import Clock
from ..routing import FORWARDED_HOST
from . import Account, PlexCloudSimulator, PlexServerSimulator, Seeded, seed

NOW = datetime(2026, 11, 22, 12, 0, 30, 250_000, tzinfo=UTC)
PLEX_TV = "plex.tv"
DISCOVER = "discover.provider.plex.tv"
METADATA = "metadata.provider.plex.tv"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def data(self) -> Any:
        """Return the parsed body."""
        return json.loads(self.text)

    @property
    def box(self) -> dict[str, Any]:
        """Return what is in the container."""
        box: dict[str, Any] = self.data["MediaContainer"]
        return box

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Return the items in the container."""
        rows: list[dict[str, Any]] = self.box.get("Metadata", [])
        return rows


class Api:
    """A client that sends what it is told and believes nothing."""

    def __init__(self, session: aiohttp.ClientSession, url: str, token: str) -> None:
        """Keep where to ask, and as whom."""
        self.session = session
        self.url = url
        self.token = token
        self.host = ""
        self.client = "client"

    async def call(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        data: Mapping[str, str] | None = None,
    ) -> Reply:
        """Send a request as it is written."""
        sent = {
            "Accept": "application/json",
            "X-Plex-Token": self.token,
            "X-Plex-Client-Identifier": self.client,
            FORWARDED_HOST: self.host,
            **(headers or {}),
        }
        async with self.session.request(
            method,
            URL(self.url + path.replace(">", "%3E").replace("<", "%3C"), encoded=True),
            headers={name: value for name, value in sent.items() if value},
            data=data,
        ) as answer:
            return Reply(answer.status, answer.headers, await answer.text())

    async def get(self, path: str, **headers: str) -> Reply:
        """Return the answer to a path that has to be there."""
        reply = await self.call("GET", path, headers=headers)
        assert reply.status == 200, reply
        return reply

    async def titles(self, path: str) -> list[str]:
        """Return the titles of the items that a path lists."""
        return [row["title"] for row in (await self.get(path)).rows]

    async def do(
        self, action: str, key: int, more: str = "", method: str = "GET"
    ) -> int:
        """Send a change of an item and return the status."""
        path = f"/:/{action}?identifier=com.plexapp.plugins.library&key={key}{more}"
        return (await self.call(method, path)).status


@pytest.fixture
def clock() -> Clock:
    """Return a clock that stands still."""
    return Clock(NOW)


@pytest.fixture
async def cloud(
    clock: Clock, small_catalogue: Catalogue
) -> AsyncIterator[PlexCloudSimulator]:
    """Return a running cloud that knows the catalogue."""
    async with PlexCloudSimulator(clock=clock) as cloud:
        cloud.know(small_catalogue)
        yield cloud


@pytest.fixture
def jon(cloud: PlexCloudSimulator) -> Account:
    """Return the one whose server it is."""
    return cloud.add_account("Jon")


@pytest.fixture
def kid(cloud: PlexCloudSimulator, jon: Account) -> Account:
    """Return somebody of Jon's home who needs a PIN."""
    return cloud.add_home_user(jon, "Kid", pin="1234")


@pytest.fixture
def ann(cloud: PlexCloudSimulator, jon: Account) -> Account:
    """Return a friend of Jon's."""
    return cloud.add_friend(jon, "Ann")


@pytest.fixture
async def plex(
    clock: Clock, cloud: PlexCloudSimulator, jon: Account
) -> AsyncIterator[PlexServerSimulator]:
    """Return Jon's running server, which the cloud knows."""
    async with PlexServerSimulator(owner=jon, clock=clock) as server:
        cloud.add_server(server)
        yield server


@pytest.fixture
def library(plex: PlexServerSimulator, small_catalogue: Catalogue) -> Seeded:
    """Return what the server was filled with: plain items, one of each."""
    return seed(plex, small_catalogue)


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """Return a session for bare requests."""
    connector = aiohttp.TCPConnector(force_close=True)
    async with aiohttp.ClientSession(connector=connector) as session:
        yield session


@pytest.fixture
def api(session: aiohttp.ClientSession, plex: PlexServerSimulator, jon: Account) -> Api:
    """Return a client of the server as which Jon asks."""
    return Api(session, plex.url, plex.token(jon))


@pytest.fixture
def at_cloud(
    session: aiohttp.ClientSession, cloud: PlexCloudSimulator, jon: Account
) -> Api:
    """Return a client of the cloud as which Jon asks."""
    return Api(session, cloud.url, cloud.sign_in(jon))
