"""Lets these tests run where they are asked for, and nowhere else."""

from pathlib import Path

import pytest

from ..demo.browser import find_browser

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
def browser() -> None:
    """Skip the tests where there is no browser."""
    if find_browser() is None:
        pytest.skip("not installed: chromium")
