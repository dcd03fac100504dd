"""Diagnostics: what helps, and nothing that is private."""

from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
    get_diagnostics_for_device,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.crosswatch.const import DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr

from .made_up import Service
from .runs import act, add_tracker, device_of, pair_data, put, set_up, watched

SECRETS = (
    "Smith family",
    "s3cret-token",
    "s3cret-refresh",
    "s3cret-client",
    "s3cret-key",
    "s3cret-password",
    "s3cret-pin",
    "s3cret-list",
    "http://192.0.2.7:8096",
    "server-0815",
    "entry-cabin",
    "Film 1",
    "s3cret-library",
)


@pytest.fixture
async def home(hass: HomeAssistant) -> MockConfigEntry:
    """Return an account with a pair, a run behind it, and much that is private."""
    home = await add_tracker(
        hass,
        "Home",
        pairs={
            "pair": pair_data(
                "Cabin",
                later="s3cret-client",
                history={"libraries": ["s3cret-library"], "remove": False},
            )
        },
    )
    hass.config_entries.async_update_entry(
        home,
        title="Smith family",
        unique_id="server-0815",
        data={
            **home.data,
            "access_token": "s3cret-token",
            "tokens": {"refresh": "s3cret-refresh"},
            "client_secret": "s3cret-client",
            "token": "s3cret-token",
            "account_token": "s3cret-token",
            "api_key": "s3cret-key",
            "password": "s3cret-password",
            "pin": "s3cret-pin",
            "user": "Smith family",
            "user_name": "Smith family",
            "server_name": "Smith family",
            "profile": "Smith family",
            "url": "http://192.0.2.7:8096",
            "server_id": "server-0815",
            "verify_ssl": False,
        },
    )
    await set_up(hass, home, await add_tracker(hass, "Cabin"))
    await put(home, watched(1, 2))
    await act(hass, "sync")
    return home


async def test_account(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, home: MockConfigEntry
) -> None:
    """Show an account with its pairs, without anything private."""
    shown: Any = await get_diagnostics_for_config_entry(hass, hass_client, home)
    assert shown["account"] == {"provider": "tracker", "verify_ssl": False}
    assert shown["connected"] is True
    assert shown["records"] == {"history": 2}
    assert shown["capabilities"]["history"]["plays"] is True
    (pair,) = shown["pairs"]
    assert pair["settings"]["features"] == ["history"]
    assert pair["target"] == {"provider": "tracker", "state": "loaded"}
    assert pair["state"]["last_run"]["status"] == "success"
    assert pair["state"]["last_run"]["features"]["history"]["added"] == 2
    text = str(shown)
    assert not [secret for secret in SECRETS if secret in text]


async def test_options(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    home: MockConfigEntry,
    made_up: Service,
) -> None:
    """Show what was chosen from a list, but nothing that a person has typed."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        data={"provider": "made_up", "name": "Attic", "token": "s3cret-token"},
        options={"shelf": "lower", "label": "s3cret-list", "note": "s3cret-list"},
    )
    entry.add_to_hass(hass)
    await set_up(hass, entry)
    shown: Any = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert shown["options"] == {"loud": False, "shelf": "lower"}
    text = str(shown)
    assert not [secret for secret in SECRETS if secret in text]
    # Of an account without options there are none to show.
    shown = await get_diagnostics_for_config_entry(hass, hass_client, home)
    assert shown["options"] == {}


async def test_unloaded(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, home: MockConfigEntry
) -> None:
    """Show what is known of an account that is not loaded."""
    await hass.config_entries.async_unload(home.entry_id)
    shown: Any = await get_diagnostics_for_config_entry(hass, hass_client, home)
    assert shown["state"] == "not_loaded"
    (pair,) = shown["pairs"]
    assert pair["settings"]["features"] == ["history"]
    assert pair["state"] is None
    text = str(shown)
    assert not [secret for secret in SECRETS if secret in text]


async def test_failed_run(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, home: MockConfigEntry
) -> None:
    """Show why a run failed, and that its target is gone."""
    await hass.config_entries.async_remove("entry-cabin")
    await act(hass, "sync")
    shown: Any = await get_diagnostics_for_config_entry(hass, hass_client, home)
    (pair,) = shown["pairs"]
    assert pair["target"] is None
    failure = pair["state"]["last_run"]["features"]["history"]["failure"]
    assert failure == {"side": "target", "reason": "unavailable"}


async def test_what_waits(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, home: MockConfigEntry
) -> None:
    """Show how much is known of a pair, and what a person has decided on."""
    device = device_of(hass, home, home.subentries["pair"])
    await act(hass, "block", device_id=device, title="Film 1")
    (run,) = (await act(hass, "get_last_run", device_id=device))["runs"]
    await act(hass, "undo_run", device_id=device, run_id=run["run_id"])
    shown: Any = await get_diagnostics_for_config_entry(hass, hass_client, home)
    (pair,) = shown["pairs"]
    assert pair["settings"]["history"] == {"libraries": 1, "remove": False}
    assert pair["known"]["blocks"] == 1
    assert pair["known"]["history"] == {
        "items": 2,
        "waiting": 0,
        "held": 0,
        "approved": 0,
        "dismissed": 0,
        "undone": 2,
        "left": 0,
    }
    text = str(shown)
    assert not [secret for secret in SECRETS if secret in text]


@pytest.mark.parametrize("whose", ["pair", "account"])
async def test_device(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    home: MockConfigEntry,
    whose: str,
) -> None:
    """Show one pair, or its account with all of them."""
    pair = home.subentries["pair"] if whose == "pair" else None
    device = dr.async_get(hass).async_get(device_of(hass, home, pair))
    assert isinstance(device, dr.DeviceEntry)
    shown: Any = await get_diagnostics_for_device(hass, hass_client, home, device)
    assert ("pair" in shown) is (whose == "pair")
    assert ("pairs" in shown) is (whose == "account")
    text = str(shown)
    assert not [secret for secret in SECRETS if secret in text]
