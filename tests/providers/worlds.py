"""Fixtures of worlds, each a service with an account, as most tests begin with it."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import aiohttp
import pytest

from custom_components.crosswatch.providers.http import Limiters

type Entered[World] = AbstractAsyncContextManager[World]


def world_of[World](
    enter: Callable[[aiohttp.ClientSession, Limiters], Entered[World]],
) -> object:
    """Return the fixture of a world, to be kept under the name that tests ask for."""

    @pytest.fixture
    async def world(
        session: aiohttp.ClientSession, limiters: Limiters
    ) -> AsyncIterator[World]:
        """Return the world, as long as a test lasts."""
        async with enter(session, limiters) as world:
            yield world

    return world


def world_with_files_of[World](
    enter: Callable[[aiohttp.ClientSession, Limiters, Path], Entered[World]],
) -> object:
    """Return such a fixture, of a world with a folder for the files of its account."""

    @pytest.fixture
    async def world(
        session: aiohttp.ClientSession, limiters: Limiters, tmp_path: Path
    ) -> AsyncIterator[World]:
        """Return the world, as long as a test lasts."""
        async with enter(session, limiters, tmp_path) as world:
            yield world

    return world
