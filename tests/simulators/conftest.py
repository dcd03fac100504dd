"""Fixtures for the simulators' own tests."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import aiohttp
import pytest

from .catalogue import Catalogue, make_catalogue
from .jellyfin import JellyfinSimulator, Seeded, User, seed
from .jellyfin_caller import Caller

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def real_sockets(socket_enabled: None) -> None:
    """Let tests open sockets; the test plugin keeps them to 127.0.0.1."""


@pytest.fixture(scope="session")
def small_catalogue() -> Catalogue:
    """Return thirty films and six series of two seasons with four episodes."""
    return make_catalogue(30, 6, 2, 4)


@pytest.fixture
async def jellyfin() -> AsyncIterator[JellyfinSimulator]:
    """Return a running Jellyfin server without anything."""
    async with JellyfinSimulator(clock=lambda: NOW) as server:
        yield server


@pytest.fixture
def library(jellyfin: JellyfinSimulator, small_catalogue: Catalogue) -> Seeded:
    """Return what the server was filled with: plain items, one of each."""
    return seed(jellyfin, small_catalogue)


@pytest.fixture
def jon(jellyfin: JellyfinSimulator) -> User:
    """Return an ordinary user."""
    return jellyfin.add_user("Jon", "secret")


@pytest.fixture
async def caller(jellyfin: JellyfinSimulator, jon: User) -> AsyncIterator[Caller]:
    """Return a client of the server in which Jon is signed in."""
    connector = aiohttp.TCPConnector(force_close=True)
    async with aiohttp.ClientSession(connector=connector) as session:
        caller = Caller(session, jellyfin.url)
        await caller.log_in("Jon", "secret")
        jellyfin.reset_requests()
        yield caller
