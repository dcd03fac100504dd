"""What all tests of providers share: a session, and time that flies."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from custom_components.crosswatch.providers.http import Limiters


class Clock:
    """A clock that only moves when somebody sleeps, and remembers how long."""

    def __init__(self) -> None:
        """Start at an arbitrary moment."""
        self.now = 1000.0
        self.slept: list[float] = []

    def time(self) -> float:
        """Return the seconds since some moment."""
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Let the time pass at once, and others run."""
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


@pytest.fixture
def clock() -> Clock:
    """Return a clock that only moves when somebody sleeps."""
    return Clock()


@pytest.fixture
def limiters(clock: Clock) -> Limiters:
    """Return the limiters of a Home Assistant in which no time is lost."""
    return Limiters(clock.time, clock.sleep)


@pytest.fixture(autouse=True)
def real_sockets(socket_enabled: None) -> None:
    """Let tests open sockets; the test plugin keeps them to 127.0.0.1."""


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """Return a client session that may reach the simulators."""
    async with aiohttp.ClientSession() as session:
        yield session
