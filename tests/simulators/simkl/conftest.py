"""A small SIMKL, and somebody who asks it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
import json

import aiohttp
import pytest

from ..catalogue import make_catalogue
from ..clock import Clock
from . import Account, Behaviour, Bucket, SimklSimulator, Title

NOW = datetime(2026, 11, 22, 12, 0, 30, tzinfo=UTC)


class Api:
    """A client that sends what it is told and believes nothing."""

    def __init__(self, simkl: SimklSimulator, session: aiohttp.ClientSession) -> None:
        """Sign in as alice."""
        self.simkl = simkl
        self.session = session
        self.token = simkl.sign_in()
        self.params = {
            "client_id": simkl.CLIENT_ID,
            "app-name": "tests",
            "app-version": "1.0",
        }

    async def call(
        self, method: str, path: str, body: object = None, **query: str
    ) -> tuple[int, object]:
        """Return the status and the parsed body, None where there is none."""
        async with self.session.request(
            method,
            self.simkl.url + path,
            params={**self.params, **query},
            json=body,
            headers={"Authorization": f"Bearer {self.token}"},
        ) as response:
            raw = await response.read()
            return response.status, json.loads(raw) if raw else None

    async def get(self, path: str, **query: str) -> object:
        """Return the body of a read that succeeds."""
        status, body = await self.call("GET", path, **query)
        assert status == 200, body
        return body

    async def rows(
        self, path: str, bucket: str = "movies", **query: str
    ) -> list[dict[str, object]]:
        """Return the rows in a part of the library."""
        body = await self.get(path, **query)
        found = body.get(bucket, []) if isinstance(body, dict) else []
        assert isinstance(found, list)
        return found

    async def post(self, path: str, body: object, **query: str) -> dict[str, object]:
        """Return the object that a write is answered with."""
        status, answer = await self.call("POST", path, body, **query)
        assert status == 201, answer
        assert isinstance(answer, dict)
        return answer


@pytest.fixture
def clock() -> Clock:
    """Return a clock that stands still."""
    return Clock(NOW)


@pytest.fixture
async def simkl(clock: Clock) -> AsyncIterator[SimklSimulator]:
    """Return a service with a few titles, which minds no pace."""
    behaviour = Behaviour(enforce_rate=False)
    async with SimklSimulator(clock=clock, behaviour=behaviour) as service:
        service.seed(make_catalogue(6, 2, 2, 3))
        yield service


@pytest.fixture
async def api(simkl: SimklSimulator) -> AsyncIterator[Api]:
    """Return a client of alice's."""
    async with aiohttp.ClientSession() as session:
        yield Api(simkl, session)


@pytest.fixture
def alice(simkl: SimklSimulator) -> Account:
    """Return the user."""
    return simkl.alice


@pytest.fixture
def film(simkl: SimklSimulator) -> Title:
    """Return a film."""
    return next(each for each in simkl.library if each.bucket is Bucket.MOVIES)


@pytest.fixture
def show(simkl: SimklSimulator) -> Title:
    """Return a series with specials."""
    return next(each for each in simkl.library if each.bucket is Bucket.SHOWS)


@pytest.fixture
def parts(simkl: SimklSimulator) -> tuple[Title, Title]:
    """Return two parts of an anime series, which TVDB counts as seasons 1 and 2."""
    found: list[Title] = []
    for season, mal in ((1, "16498"), (2, "25777")):
        ids = {"mal": mal, "anidb": f"95{season}", "tvdb": "267440", "tmdb": "1429"}
        part = simkl.library.add(Bucket.ANIME, f"Titan {season}", 2012 + season, ids)
        for number in range(1, 4):
            simkl.library.add_episode(
                part, (1, number), f"Part {number}", tvdb=(season, number)
            )
        found.append(part)
    return found[0], found[1]
