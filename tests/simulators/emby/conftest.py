"""Fixtures for the tests of the simulated Emby."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from ..catalogue import Catalogue
from ..conftest import NOW
from ..jellyfin import Item, Seeded, User, seed
from . import EmbySimulator
from .caller import EmbyCaller


@pytest.fixture
async def emby() -> AsyncIterator[EmbySimulator]:
    """Return a running Emby server without anything."""
    async with EmbySimulator(clock=lambda: NOW) as server:
        yield server


@pytest.fixture
def library(emby: EmbySimulator, small_catalogue: Catalogue) -> Seeded:
    """Return what the server was filled with: plain items, one of each."""
    return seed(emby, small_catalogue)


@pytest.fixture
def film(library: Seeded) -> Item:
    """Return a film."""
    return library.films[0]


@pytest.fixture
def jon(emby: EmbySimulator) -> User:
    """Return an ordinary user."""
    return emby.add_user("Jon", "secret")


@pytest.fixture
async def caller(emby: EmbySimulator, jon: User) -> AsyncIterator[EmbyCaller]:
    """Return a client of the server in which Jon is signed in."""
    connector = aiohttp.TCPConnector(force_close=True)
    async with aiohttp.ClientSession(connector=connector) as session:
        caller = EmbyCaller(session, emby.url)
        await caller.log_in("Jon", "secret")
        emby.reset_requests()
        yield caller
