"""System health: what a report of a fault needs, and nothing that is private."""

from collections.abc import AsyncIterator
from inspect import isawaitable, iscoroutine
import json
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    get_system_health_info,
)
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components import crosswatch
from custom_components.crosswatch.const import DOMAIN
from custom_components.crosswatch.engine.model import Feature, Side
from custom_components.crosswatch.engine.plan import Reason
from custom_components.crosswatch.engine.report import (
    Failure,
    FeatureReport,
    Report,
    RunStatus,
)
from custom_components.crosswatch.engine.state.schema import MIGRATIONS
from custom_components.crosswatch.providers.registry import PROVIDERS
from homeassistant.config_entries import SOURCE_IGNORE
from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations
from homeassistant.loader import async_get_integration
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from tests.simulators.routing import route_hosts

from .runs import act, add_tracker, pair_data, set_up

FOLDER = Path(crosswatch.__path__[0])
CLOUDS = ("anilist", "mdblist", "plex", "simkl", "tmdb", "trakt")
HOSTS = (
    "graphql.anilist.co",
    "api.mdblist.com",
    "plex.tv",
    "api.simkl.com",
    "api.themoviedb.org",
    "api.trakt.tv",
)


@pytest.fixture(autouse=True)
async def system_health(hass: HomeAssistant) -> None:
    """Let there be a page for it, on which there is nothing but what is loaded."""
    assert await async_setup_component(hass, "system_health", {})
    assert await async_setup_component(hass, DOMAIN, {})


@pytest.fixture
async def services() -> AsyncIterator[TestServer]:
    """Return a server that stands in for all services, and refuses whoever asks."""

    async def refuse(request: web.Request) -> web.Response:
        """Ask for a login, as the services do."""
        return web.Response(status=401)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", refuse)
    server = TestServer(app)
    await server.start_server()
    with route_hosts(dict.fromkeys(HOSTS, f"http://127.0.0.1:{server.port}")):
        yield server
    await server.close()


def add_account(hass: HomeAssistant, provider: str, source: str = "user") -> None:
    """Add an account that is not loaded."""
    MockConfigEntry(
        domain=DOMAIN, data={"provider": provider}, source=source
    ).add_to_hass(hass)


async def shown(hass: HomeAssistant) -> dict[str, Any]:
    """Return what is shown, once all is known."""
    info = await get_system_health_info(hass, DOMAIN)
    return {
        name: await value if isawaitable(value) else value
        for name, value in info.items()
    }


async def test_without_accounts(hass: HomeAssistant) -> None:
    """Whoever has just installed it sees the version."""
    add_account(hass, "", source=SOURCE_IGNORE)
    info = await shown(hass)
    integration = await async_get_integration(hass, DOMAIN)
    assert info == {
        "version": str(integration.version),
        "accounts": 0,
        "accounts_loaded": 0,
        "accounts_connected": 0,
        "providers": "",
        "pairs": 0,
        "runs": 0,
        "state_size": "0.0 MiB",
    }


async def test_accounts_and_pairs(hass: HomeAssistant) -> None:
    """How much there is to look after is told, and of what kind."""
    pairs = {"pair": pair_data("Cabin")}
    home = await add_tracker(hass, "Home", pairs=pairs)
    await set_up(hass, home, await add_tracker(hass, "Cabin"))
    await act(hass, "sync")
    add_account(hass, "jellyfin")
    info = await shown(hass)
    size, unit = info.pop("state_size").split()
    assert float(size) > 0
    assert unit == "MiB"
    assert info.pop("version")
    assert info == {
        "accounts": 3,
        "accounts_loaded": 2,
        "accounts_connected": 2,
        "providers": "Jellyfin, CrossWatch Tracker",
        "pairs": 1,
        "runs": 0,
        "state_schema": len(MIGRATIONS),
    }


async def test_an_account_that_cannot_be_reached(hass: HomeAssistant) -> None:
    """What a run has found out is counted, without asking again."""
    pairs = {"pair": pair_data("Cabin")}
    home = await add_tracker(hass, "Home", pairs=pairs)
    await set_up(hass, home, await add_tracker(hass, "Cabin"))
    failure = Failure(side=Side.SOURCE, reason=Reason.UNAVAILABLE, message="It is down")
    now = dt_util.utcnow()
    report = Report(
        pair="Home → Cabin",
        pair_id="pair",
        run_id="run-1",
        status=RunStatus.FAILED,
        dry_run=False,
        started=now,
        finished=now,
        features={Feature.HISTORY: FeatureReport(failure=failure)},
    )
    await home.runtime_data.coordinator.async_note_run(report, Side.SOURCE)
    info = await shown(hass)
    assert (info["accounts_loaded"], info["accounts_connected"]) == (2, 1)


async def test_services_that_answer(hass: HomeAssistant, services: TestServer) -> None:
    """Each service that there is an account of is asked, and no other."""
    for slug in ("trakt", "trakt", "plex", "jellyfin", "kodi"):
        add_account(hass, slug)
    info = await shown(hass)
    asked = {name: value for name, value in info.items() if name.startswith("can_")}
    assert asked == {"can_reach_plex": "ok", "can_reach_trakt": "ok"}
    assert info["providers"] == "Jellyfin, Kodi, Plex, Trakt"


@pytest.mark.parametrize("slug", CLOUDS)
async def test_a_service_that_does_not(
    hass: HomeAssistant, services: TestServer, slug: str
) -> None:
    """A service that cannot be reached is told as such."""
    add_account(hass, slug)
    name = f"can_reach_{slug}"
    assert (await shown(hass))[name] == "ok"
    await services.close()
    assert (await shown(hass))[name] == {"type": "failed", "error": "unreachable"}


async def test_the_page(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, services: TestServer
) -> None:
    """All but the answers of services is there at once, and these follow."""
    add_account(hass, "trakt")
    client = await hass_ws_client()
    await client.send_json_auto_id({"type": "system_health/info"})
    assert (await client.receive_json())["success"]
    initial = (await client.receive_json())["event"]["data"][DOMAIN]["info"]
    assert initial["accounts"] == 1
    assert initial["can_reach_trakt"] == {"type": "pending"}
    update: dict[str, Any] = {}
    while update.get("domain") != DOMAIN:
        update = (await client.receive_json())["event"]
        assert update["type"] != "finish"
    assert (update["key"], update["data"]) == ("can_reach_trakt", "ok")


async def test_texts(hass: HomeAssistant) -> None:
    """All that is shown has a text, and there is none for what is not."""
    for slug in PROVIDERS:
        add_account(hass, slug)
    await set_up(hass, await add_tracker(hass, "Home"))
    info = await get_system_health_info(hass, DOMAIN)
    for value in info.values():
        if iscoroutine(value):
            value.close()
    texts = await async_get_translations(hass, "en", "system_health", {DOMAIN})
    prefix = f"component.{DOMAIN}.system_health.info."
    assert {f"{prefix}{name}" for name in info} == texts.keys()
    stored = json.loads((FOLDER / "translations" / "en.json").read_text())
    assert stored["system_health"]["info"].keys() == info.keys()
    clouds = {slug for slug, spec in PROVIDERS.items() if spec.load().address}
    assert clouds == set(CLOUDS)
