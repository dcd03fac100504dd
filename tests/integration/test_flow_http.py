"""Flows as a browser sees them: over HTTP, with forms that can be written as JSON."""

from typing import Any

from aiohttp.test_utils import TestClient
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.crosswatch.const import DOMAIN, SUBENTRY_TYPE_PAIR
from custom_components.crosswatch.providers.registry import PROVIDERS
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from tests.simulators.jellyfin import JellyfinSimulator

from . import only_pair
from .made_up import Service

ACCOUNTS = "/api/config/config_entries/flow"
OPTIONS = "/api/config/config_entries/options/flow"
PAIRS = "/api/config/config_entries/subentries/flow"


@pytest.fixture
async def browser(
    hass: HomeAssistant, hass_client: ClientSessionGenerator
) -> TestClient[Any, Any]:
    """Return a client that is logged in."""
    assert await async_setup_component(hass, "config", {})
    return await hass_client()


async def post(
    browser: TestClient[Any, Any], path: str, body: dict[str, Any]
) -> dict[str, Any]:
    """Send a form, and return what comes next."""
    response = await browser.post(path, json=body)
    assert response.status in {200, 201}, await response.text()
    result: dict[str, Any] = await response.json()
    return result


def by_name(schema: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the fields of a form by their names."""
    return {field["name"]: field for field in schema}


async def test_account(hass: HomeAssistant, browser: TestClient[Any, Any]) -> None:
    """Connect an account, step by step."""
    result = await post(browser, ACCOUNTS, {"handler": DOMAIN})
    assert result["step_id"] == "user"
    flow = f"{ACCOUNTS}/{result['flow_id']}"
    result = await post(browser, flow, {"provider": "jellyfin"})
    fields = by_name(result["data_schema"])
    assert list(fields) == ["url", "username", "password", "verify_ssl"]
    assert fields["url"]["required"] is True
    assert fields["url"]["selector"]["text"]["type"] == "url"
    assert fields["password"]["selector"]["text"]["type"] == "password"
    assert fields["password"].get("required", False) is False
    assert fields["verify_ssl"]["default"] is True
    response = await browser.delete(flow)
    assert response.status == 200


@pytest.mark.parametrize("slug", sorted(PROVIDERS))
async def test_every_account(browser: TestClient[Any, Any], slug: str) -> None:
    """The first step of each provider can be shown, be it a form or a menu."""
    begun = await post(browser, ACCOUNTS, {"handler": DOMAIN})
    shown = await post(browser, f"{ACCOUNTS}/{begun['flow_id']}", {"provider": slug})
    assert shown["type"] in {"form", "menu"}


async def test_led_on(hass: HomeAssistant, browser: TestClient[Any, Any]) -> None:
    """Lead a person from account to account until two can be paired, and to a pair."""
    begun = await post(browser, ACCOUNTS, {"handler": DOMAIN})
    follows = begun["flow_id"]
    connected: list[str] = []
    for name, kind in (("Home", "config_flow"), ("Cabin", "config_subentries_flow")):
        shown = await post(browser, f"{ACCOUNTS}/{follows}", {"provider": "tracker"})
        added = await post(browser, f"{ACCOUNTS}/{shown['flow_id']}", {"name": name})
        assert added["type"] == "create_entry"
        connected.append(added["title"])
        (led_to, follows) = added["next_flow"]
        assert led_to == kind
        if kind == "config_flow":
            form = await browser.get(f"{ACCOUNTS}/{follows}")
            told = (await form.json())["description_placeholders"]["accounts"]
            assert told == ", ".join(connected)
    (pair_flow,) = hass.config_entries.subentries.async_progress()
    assert (pair_flow["flow_id"], pair_flow["step_id"]) == (follows, "user")


async def test_new_pair(
    hass: HomeAssistant,
    browser: TestClient[Any, Any],
    tracker: ConfigEntry,
    other_tracker: ConfigEntry,
) -> None:
    """Add a pair, with a mistake on the way."""
    handler = [tracker.entry_id, SUBENTRY_TYPE_PAIR]
    result = await post(browser, PAIRS, {"handler": handler})
    fields = by_name(result["data_schema"])
    assert list(fields) == ["target", "mode", "features", "dry_run", "interval"]
    assert fields["interval"]["default"] == 720
    assert fields["interval"]["selector"]["number"]["unit_of_measurement"] == "minutes"
    assert fields["target"]["selector"]["select"]["options"] == [
        {"value": other_tracker.entry_id, "label": other_tracker.title}
    ]
    flow = f"{PAIRS}/{result['flow_id']}"
    wrong = {"target": other_tracker.entry_id, "features": [], "interval": 720}
    result = await post(browser, flow, wrong)
    assert result["errors"] == {"features": "no_feature"}
    result = await post(browser, flow, {**wrong, "features": ["ratings"]})
    assert result["type"] == "create_entry"
    await hass.async_block_till_done()
    assert only_pair(tracker).data["features"] == ["ratings"]


async def test_pair_changed(
    hass: HomeAssistant,
    browser: TestClient[Any, Any],
    tracker: ConfigEntry,
    other_tracker: ConfigEntry,
) -> None:
    """Change a pair."""
    handler = [tracker.entry_id, SUBENTRY_TYPE_PAIR]
    result = await post(browser, PAIRS, {"handler": handler})
    wanted = {
        "target": other_tracker.entry_id,
        "features": ["ratings"],
        "interval": 720,
    }
    await post(browser, f"{PAIRS}/{result['flow_id']}", wanted)
    await hass.async_block_till_done()

    change = {"handler": handler, "subentry_id": only_pair(tracker).subentry_id}
    result = await post(browser, PAIRS, change)
    fields = by_name(result["data_schema"])
    assert fields["ratings"]["type"] == "expandable"
    assert fields["ratings"]["expanded"] is False
    ratings = by_name(fields["ratings"]["schema"])
    assert list(ratings) == [
        "add",
        "remove",
        "remove_mode",
        "kinds",
        "since",
        "from_date",
    ]
    assert ratings["since"]["default"] == "all"
    limit = by_name(fields["guards"]["schema"])["delete_limit"]
    assert limit["default"] == 5
    assert limit["selector"]["number"]["unit_of_measurement"] == "records"
    result = await post(
        browser,
        f"{PAIRS}/{result['flow_id']}",
        {
            "target": other_tracker.entry_id,
            "features": ["ratings"],
            "ratings": {"add": True, "kinds": ["movie"], "since": "only_new"},
            "guards": {"shrink_guard": False},
        },
    )
    assert result["type"] == "abort"
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    assert only_pair(tracker).data["ratings"]["kinds"] == ["movie"]
    assert only_pair(tracker).data["guards"] == {
        "delete_limit": 5,
        "delete_percent": 10,
        "shrink_guard": False,
    }


async def test_two_way_pair_with_libraries(
    hass: HomeAssistant,
    browser: TestClient[Any, Any],
    tracker: ConfigEntry,
    jellyfin: JellyfinSimulator,
    jellyfin_account: ConfigEntry,
) -> None:
    """Take a risk, and choose a library by its name."""
    films = jellyfin.state.add_library("Films", "movies")
    handler = [tracker.entry_id, SUBENTRY_TYPE_PAIR]
    result = await post(browser, PAIRS, {"handler": handler})
    answers = {
        "target": jellyfin_account.entry_id,
        "mode": "two_way",
        "features": ["history"],
        "interval": 720,
    }
    flow = f"{PAIRS}/{result['flow_id']}"
    result = await post(browser, flow, answers)
    assert result["step_id"] == "confirm_two_way"
    (confirm,) = result["data_schema"]
    assert confirm["name"] == "confirm"
    assert confirm["default"] is False
    assert confirm["selector"] == {"boolean": {}}
    result = await post(browser, flow, {"confirm": True})
    assert result["type"] == "create_entry"
    await hass.async_block_till_done()

    change = {"handler": handler, "subentry_id": only_pair(tracker).subentry_id}
    result = await post(browser, PAIRS, change)
    fields = by_name(result["data_schema"])
    prefer = by_name(fields["conflicts"]["schema"])["prefer"]
    assert prefer["default"] == "newest"
    history = by_name(fields["history"]["schema"])
    assert history["libraries"]["selector"]["select"]["options"] == [
        {"value": f"target:{films.id}", "label": "Films"}
    ]
    chosen = [f"target:{films.id}"]
    changed = {"history": {"libraries": chosen}, "conflicts": {"prefer": "target"}}
    flow = f"{PAIRS}/{result['flow_id']}"
    result = await post(browser, flow, {**answers, **changed})
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    data = only_pair(tracker).data
    assert data["history"]["libraries"] == chosen
    assert data["conflicts"] == {"prefer": "target"}


async def test_options(
    hass: HomeAssistant, browser: TestClient[Any, Any], jellyfin_account: ConfigEntry
) -> None:
    """Choose options of an account, the texts of which are looked up."""
    result = await post(browser, OPTIONS, {"handler": jellyfin_account.entry_id})
    assert result["step_id"] == "jellyfin"
    fields = by_name(result["data_schema"])
    assert list(fields) == ["watchlist", "watchlist_name"]
    select = fields["watchlist"]["selector"]["select"]
    assert select["translation_key"] == "watchlist"
    offered = [each["value"] for each in select["options"]]
    assert offered == ["favourites", "playlist", "collection"]
    assert fields["watchlist"]["default"] == "favourites"
    flow = f"{OPTIONS}/{result['flow_id']}"
    chosen = {"watchlist": "playlist", "watchlist_name": "To see"}
    result = await post(browser, flow, chosen)
    assert result["type"] == "create_entry"
    await hass.async_block_till_done()
    assert jellyfin_account.options == chosen


async def test_ways_and_codes(
    hass: HomeAssistant, browser: TestClient[Any, Any], made_up: Service
) -> None:
    """Choose a way to sign in, and see the code."""
    result = await post(browser, ACCOUNTS, {"handler": DOMAIN})
    flow = f"{ACCOUNTS}/{result['flow_id']}"
    result = await post(browser, flow, {"provider": "made_up"})
    assert result["type"] == "menu"
    assert result["menu_options"] == ["made_up_link", "made_up_manual"]
    result = await post(browser, flow, {"next_step_id": "made_up_link"})
    assert result["type"] == "progress"
    assert result["description_placeholders"]["code"] == "CODE1"
    # A second look shows the same code.
    response = await browser.get(flow)
    assert (await response.json())["description_placeholders"]["code"] == "CODE1"
    response = await browser.delete(flow)
    assert response.status == 200
