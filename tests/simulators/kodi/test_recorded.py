"""The simulated Kodi answers as a real one did (release 20.1)."""

from collections.abc import AsyncIterator
import json
from pathlib import Path
from typing import Any

import pytest

from tests.real.kodi import PASSWORD, USER, ZONE
from tests.real.kodi_conversation import asked, changed
from tests.real.kodi_library import CATALOGUE

from . import KodiSimulator, seed

RECORDED: dict[str, Any] = json.loads(
    Path(__file__).with_name("recorded.json").read_text(encoding="utf-8")
)


@pytest.fixture
async def simulator() -> AsyncIterator[KodiSimulator]:
    """Return a simulated Kodi with the library of the real one."""
    async with KodiSimulator(username=USER, password=PASSWORD, zone=ZONE) as server:
        seed(server, CATALOGUE)
        yield server


async def test_changes(simulator: KodiSimulator) -> None:
    """Everything that can be set of a film leaves it as it did the real one."""
    assert await changed(simulator.url) == RECORDED["changed"]


async def test_calls(simulator: KodiSimulator) -> None:
    """Lists, filters and refusals are the same."""
    assert await asked(simulator.url) == RECORDED["asked"]
