"""Fixtures for the simulated TMDb's own tests."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime

import aiohttp
import pytest

from ..catalogue import Catalogue
from ..clock import Clock
from . import TmdbSimulator
from .wire import Json


class Caller:
    """A client of the service, with a key and, if it signs in, a session."""

    def __init__(self, session: aiohttp.ClientSession, tmdb: TmdbSimulator) -> None:
        """Take the service."""
        self._session = session
        self.tmdb = tmdb
        self.params: dict[str, str] = {"api_key": tmdb.API_KEY}
        self.headers: dict[str, str] = {}

    def sign_in(self) -> None:
        """Take a session from now on."""
        self.params["session_id"] = self.tmdb.sign_in()

    async def call(
        self, method: str, path: str, body: object = None, **params: str | int
    ) -> tuple[int, Json]:
        """Return the status and the body of an answer."""
        query: Mapping[str, str | int] = {**self.params, **params}
        async with self._session.request(
            method,
            f"{self.tmdb.url}/3{path}",
            params=query,
            json=body,
            headers=self.headers,
        ) as answer:
            return answer.status, await answer.json()

    async def get(self, path: str, **params: str | int) -> Json:
        """Return the body of an answer that is a success."""
        status, body = await self.call("GET", path, **params)
        assert status == 200, body
        return body

    async def refusal(
        self, method: str, path: str, body: object = None, **params: str | int
    ) -> tuple[int, object]:
        """Return the status and the code of a refusal."""
        status, told = await self.call(method, path, body, **params)
        assert told["success"] is False
        assert told["status_message"]
        return status, told["status_code"]


@pytest.fixture
def clock() -> Clock:
    """Return the clock of the service."""
    return Clock(datetime(2026, 11, 22, 12, tzinfo=UTC))


@pytest.fixture
async def tmdb(
    clock: Clock, small_catalogue: Catalogue
) -> AsyncIterator[TmdbSimulator]:
    """Return a running service that knows the small catalogue."""
    async with TmdbSimulator(clock=clock) as tmdb:
        tmdb.seed(small_catalogue)
        yield tmdb


@pytest.fixture
async def caller(tmdb: TmdbSimulator) -> AsyncIterator[Caller]:
    """Return a client with a key."""
    async with aiohttp.ClientSession() as session:
        yield Caller(session, tmdb)
