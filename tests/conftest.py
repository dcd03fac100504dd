"""What all tests share."""

import asyncio

import pytest

# They tell what tests found out, also those of other processes.
pytest_plugins = ["tests.contract.matrix_report", "tests.integration.deletion_report"]


@pytest.fixture(autouse=True)
def enable_event_loop_debug() -> None:
    """Leave asyncio's debug mode off, which the test plugin switches on.

    It keeps the call stack of every callback, task and future, for which half of the
    time went. What finds calls from a wrong thread by it asks for `loop_debug`.
    """


@pytest.fixture
async def loop_debug() -> None:
    """Switch asyncio's debug mode on."""
    asyncio.get_running_loop().set_debug(True)
