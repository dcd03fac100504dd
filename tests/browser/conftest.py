"""Lets these tests run where they are asked for, and nowhere else."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
import pytest_socket

from ..demo.browser import find_browser
from .house import House, open_house

FOLDER = Path(__file__).parent


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Leave these tests out of a run of all: they would starve beside others."""
    asked = [Path(argument.partition("::")[0]).resolve() for argument in config.args]
    if any(path.is_relative_to(FOLDER) for path in asked):
        return
    left_out = [item for item in items if item.path.is_relative_to(FOLDER)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@pytest.fixture(autouse=True)
def real_sockets(socket_enabled: None) -> None:
    """Let tests open sockets; the test plugin keeps them to 127.0.0.1."""


@pytest.fixture(autouse=True)
def verify_cleanup() -> None:
    """Let the house go on between tests; no Home Assistant runs in this process."""


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """Return a Home Assistant and all services, which are started once for all tests.

    Each test leaves it as it was before.
    """
    if find_browser() is None:
        pytest.skip("not installed: chromium")
    pytest_socket.enable_socket()
    async with open_house(tmp_path_factory.mktemp("house")) as house:
        yield house
