"""What the tests of killed processes share."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from itertools import count
from pathlib import Path

import pytest

from .nursery import Nursery
from .stage import Stage, a_stage

type MakeStage = Callable[[str], AbstractAsyncContextManager[Stage]]


@pytest.fixture(autouse=True)
def real_sockets(socket_enabled: None) -> None:
    """Let tests open sockets; the test plugin keeps them to 127.0.0.1."""


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Return where processes come from."""
    with Nursery() as nursery:
        yield nursery


@pytest.fixture
def make_stage(tmp_path: Path, nursery: Nursery) -> MakeStage:
    """Return what sets up a route in which the person has changed much."""
    numbers = count()

    @asynccontextmanager
    async def make(route: str) -> AsyncIterator[Stage]:
        """Let both sides agree, and be listed with it; then change some."""
        async with a_stage(nursery, route, tmp_path / str(next(numbers))) as stage:
            await stage.lives()
            await stage.lives()
            await stage.change()
            stage.forget_requests()
            yield stage

    return make
