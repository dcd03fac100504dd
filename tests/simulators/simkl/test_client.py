"""A client that others wrote for the real SIMKL works with the simulated one.

`simkl-mps` is the only package for SIMKL on PyPI that is kept up: an application, of
which its module for the API is used here without the rest, which needs a desktop.
"""

import asyncio
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
import sys
from types import ModuleType
from typing import Any
import webbrowser

import pytest

from ..clock import Clock
from . import Account, SimklSimulator, Title

AT = "2026-03-01T20:30:40Z"


@pytest.fixture
def client(
    simkl: SimklSimulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Any]:
    """Return its module for the API, pointed to the simulator."""
    found = find_spec("simkl_mps")
    assert found is not None
    package = ModuleType("simkl_mps")
    package.__path__ = list(found.submodule_search_locations or ())
    monkeypatch.setitem(sys.modules, "simkl_mps", package)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(webbrowser, "open", lambda url: True)
    api = import_module("simkl_mps.simkl_api")
    monkeypatch.setattr(api, "SIMKL_API_BASE_URL", simkl.url)
    monkeypatch.setattr(api, "is_internet_connected", lambda: True)
    yield api
    for name in [name for name in sys.modules if name.startswith("simkl_mps.")]:
        del sys.modules[name]


async def test_signing_in(client: Any, simkl: SimklSimulator, clock: Clock) -> None:
    """It gets a token with a PIN, and finds out whose account it is."""
    simkl.pins.interval = 0
    flow = asyncio.create_task(asyncio.to_thread(client.pin_auth_flow, simkl.CLIENT_ID))
    while not simkl.pins.pins:
        await asyncio.sleep(0.01)
    simkl.approve(next(iter(simkl.pins.pins)))
    token = await flow
    assert token in simkl.pins.tokens
    found = await asyncio.to_thread(client.get_user_settings, simkl.CLIENT_ID, token)
    assert found["user_id"] == simkl.alice.user_id
    assert found["account_type"] == "free"


async def test_activities(
    client: Any, simkl: SimklSimulator, alice: Account, film: Title
) -> None:
    """It reads the stamps, and nothing without a login."""
    alice.watch(film)
    ask = client.get_activities
    stamps = await asyncio.to_thread(ask, simkl.CLIENT_ID, simkl.sign_in())
    assert stamps["movies"]["completed"] == stamps["all"]
    assert await asyncio.to_thread(ask, simkl.CLIENT_ID, "nobody") is None


async def test_history(
    client: Any, simkl: SimklSimulator, alice: Account, film: Title, show: Title
) -> None:
    """It writes what was watched, and what is watched again by those who pay."""
    token = simkl.sign_in()
    body = {
        "movies": [{"ids": {"simkl": film.simkl}, "watched_at": AT}],
        "shows": [
            {
                "ids": {"tvdb": int(show.ids["tvdb"])},
                "seasons": [
                    {"number": 1, "episodes": [{"number": 1, "watched_at": AT}]}
                ],
            },
            {"ids": {"imdb": "tt99999992"}},
        ],
    }
    write = client.add_to_history
    answer = await asyncio.to_thread(write, body, simkl.CLIENT_ID, token)
    assert answer["added"]["movies"] == answer["added"]["episodes"] == 1
    assert answer["not_found"]["shows"] == [{"ids": {"imdb": "tt99999992"}}]
    entry = alice.entry(show)
    assert entry is not None
    assert list(entry.watched) == [(1, 1)]
    alice.plan = "vip"
    again = {"movies": [{"ids": {"simkl": film.simkl}, "watched_at": "2026-05-01"}]}
    answer = await asyncio.to_thread(
        write, again, simkl.CLIENT_ID, token, allow_rewatch=True
    )
    assert answer["added"]["statuses"][0]["response"]["rewatch_id"]
