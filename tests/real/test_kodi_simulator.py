"""The simulated Kodi does what the real one does: the same calls, the same answers."""

from collections.abc import AsyncIterator

import pytest

from custom_components.crosswatch.providers.kodi.rpc import authorization
from tests.simulators.kodi import KodiSimulator, seed

from .kodi import PASSWORD, USER, ZONE, RealKodi
from .kodi_conversation import ask, asked, changed
from .kodi_library import CATALOGUE
from .test_kodi import reset

pytestmark = pytest.mark.real("kodi")


@pytest.fixture
async def simulator() -> AsyncIterator[KodiSimulator]:
    """Return a simulated Kodi with the same films and series."""
    async with KodiSimulator(username=USER, password=PASSWORD, zone=ZONE) as server:
        seed(server, CATALOGUE)
        yield server


async def test_changes(kodi: RealKodi, simulator: KodiSimulator) -> None:
    """Everything that can be set of a film leaves it as it does the real one."""
    reset(kodi)
    real = await changed(kodi.url)
    assert await changed(simulator.url) == real
    assert "now" in str(real)


async def test_calls(kodi: RealKodi, simulator: KodiSimulator) -> None:
    """Lists, filters and refusals are the same."""
    reset(kodi)
    assert await asked(simulator.url) == await asked(kodi.url)


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"5",
        b"[]",
        {"foo": 1},
        [{"foo": 1}, 5, {"jsonrpc": "2.0", "id": 3, "method": "JSONRPC.Ping"}],
        [
            {"jsonrpc": "2.0", "method": "JSONRPC.Ping"},
            {"jsonrpc": "2.0", "id": 3, "method": "JSONRPC.Ping"},
        ],
    ],
)
async def test_wire(kodi: RealKodi, simulator: KodiSimulator, body: object) -> None:
    """What is no call is refused alike."""
    simulator.behaviour.shuffles_batches = False
    assert await ask(simulator.url, body) == await ask(kodi.url, body)


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": ""},
        authorization(USER, "wrong"),
        {"Content-Type": "text/plain"},
    ],
)
async def test_refused(
    kodi: RealKodi, simulator: KodiSimulator, headers: dict[str, str]
) -> None:
    """Whom the web server turns away it turns away alike."""
    body = {"jsonrpc": "2.0", "id": 1, "method": "JSONRPC.Ping"}
    real = await ask(kodi.url, body, headers)
    assert real[0] in {401, 415}
    assert await ask(simulator.url, body, headers) == real
