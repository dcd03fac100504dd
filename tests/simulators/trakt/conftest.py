"""A small Trakt, and somebody who asks it."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
import json

import aiohttp
import pytest

from ..clock import Clock
from . import Behaviour, Title, TraktSimulator

NOW = datetime(2026, 11, 22, 12, 0, 30, 250_000, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of the service."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def data(self) -> dict[str, object]:
        """Return the object in the body."""
        parsed = json.loads(self.text)
        assert isinstance(parsed, dict)
        return parsed

    @property
    def rows(self) -> list[dict[str, object]]:
        """Return the rows in the body."""
        parsed = json.loads(self.text)
        assert isinstance(parsed, list)
        return parsed


class Api:
    """A client that sends what it is told and believes nothing."""

    def __init__(
        self, url: str, session: aiohttp.ClientSession, headers: dict[str, str]
    ) -> None:
        """Keep the headers of every request."""
        self.url = url
        self.session = session
        self.headers = headers

    async def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        drop: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Send a request, without the header `drop` and with some others."""
        sent = {k: v for k, v in self.headers.items() if k != drop} | dict(
            headers or {}
        )
        async with self.session.request(
            method,
            self.url + path,
            headers=sent,
            data=None if body is None else json.dumps(body).encode(),
            skip_auto_headers=("User-Agent", "Content-Type"),
        ) as answer:
            return Reply(answer.status, answer.headers, await answer.text())

    async def get(self, path: str) -> Reply:
        """Read."""
        return await self.call("GET", path)

    async def post(self, path: str, body: object) -> Reply:
        """Write."""
        return await self.call("POST", path, body)


def fill(trakt: TraktSimulator) -> None:
    """Teach the service two movies and a show: six episodes, one to come."""
    library = trakt.library
    library.add_movie(
        "Batman Begins", 2005, ids={"imdb": "tt0372784", "tmdb": 272}, released=NOW
    )
    library.add_movie(
        "TRON: Legacy",
        2010,
        ids={"imdb": "tt1104001", "tmdb": 20526},
        released=NOW - timedelta(days=9),
    )
    show = library.add_show(
        "Breaking Bad", 2008, ids={"tvdb": 81189, "imdb": "tt0903747", "tmdb": 1396}
    )
    for number, episodes in ((0, 1), (1, 3), (2, 2)):
        season = library.add_season(
            show, number, ids={"tvdb": 30270 + number, "tmdb": 3570 + number}
        )
        for episode in range(1, episodes + 1):
            base = 1000 * number + episode
            library.add_episode(
                season,
                episode,
                ids={"tvdb": 300_000 + base, "imdb": f"tt9{base:06}", "tmdb": base},
                released=NOW + timedelta(days=-1 if (number, episode) < (2, 2) else 1),
            )


@pytest.fixture
def clock() -> Clock:
    """Return the clock of the service."""
    return Clock(NOW)


@pytest.fixture
async def trakt(clock: Clock) -> AsyncIterator[TraktSimulator]:
    """Return a running service that lets clients ask as often as they like."""
    simulator = TraktSimulator(clock=clock, behaviour=Behaviour(enforce_rate=False))
    fill(simulator)
    async with simulator:
        yield simulator


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """Return a client session."""
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def api(trakt: TraktSimulator, session: aiohttp.ClientSession) -> Api:
    """Return a client that acts for alice."""
    return Api(trakt.url, session, trakt.headers(trakt.sign_in()))


@pytest.fixture
def batman(trakt: TraktSimulator) -> Title:
    """Return a movie."""
    return trakt.library.movie(tmdb=272)


@pytest.fixture
def tron(trakt: TraktSimulator) -> Title:
    """Return another movie."""
    return trakt.library.movie(tmdb=20526)


@pytest.fixture
def breaking_bad(trakt: TraktSimulator) -> Title:
    """Return the show."""
    return trakt.library.show(tmdb=1396)
