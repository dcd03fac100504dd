"""Signing in again, and changing the settings of an account."""

from typing import Any

import pytest

from custom_components.crosswatch.const import DOMAIN
from custom_components.crosswatch.shared import storage_folder
from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlowResult,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from tests.simulators.jellyfin import JellyfinSimulator
from tests.simulators.trakt import TraktSimulator

from . import answer, start_flow, state_of, wait_for_code, waiting_flows
from .conftest import PASSWORD
from .test_config_flow import password_answers, suggested
from .test_config_flow_code import APP, shown


async def begin_again(
    hass: HomeAssistant, entry: ConfigEntry, source: str
) -> ConfigFlowResult:
    """Start to sign in again, or to change an account's settings."""
    return await hass.config_entries.flow.async_init(
        DOMAIN,
        context={"source": source, "entry_id": entry.entry_id},
        data=entry.data if source == SOURCE_REAUTH else None,
    )


@pytest.fixture
async def trakt_account(hass: HomeAssistant, trakt: TraktSimulator) -> ConfigEntry:
    """Return the account of alice at Trakt."""
    result = await answer(hass, await start_flow(hass, "trakt"), APP)
    trakt.oauth.approve(shown(result, "code"), "alice")
    result = await wait_for_code(hass, result)
    await hass.async_block_till_done()
    return result["result"]


async def test_jellyfin_reauth(
    hass: HomeAssistant, jellyfin: JellyfinSimulator, jellyfin_account: ConfigEntry
) -> None:
    """Sign in again after the server has ended the login."""
    before = dict(jellyfin_account.data)
    anna = jellyfin.state.user_named("anna")
    assert anna is not None
    jellyfin.revoke_tokens(anna)
    await hass.config_entries.async_reload(jellyfin_account.entry_id)
    assert state_of(jellyfin_account) is ConfigEntryState.SETUP_ERROR
    await hass.async_block_till_done()
    (flow,) = waiting_flows(hass)
    assert flow["context"]["source"] == SOURCE_REAUTH
    assert flow["step_id"] == "jellyfin"
    result = await hass.config_entries.flow.async_configure(flow["flow_id"])
    assert suggested(result) == {
        "url": jellyfin.url,
        "username": "anna",
        "verify_ssl": True,
    }
    wrong = {**suggested(result), "password": "guess"}
    result = await answer(hass, result, wrong)
    assert result["errors"] == {"base": "invalid_auth"}
    result = await answer(hass, result, {**wrong, "password": PASSWORD})
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "reauth_successful"
    await hass.async_block_till_done()
    assert state_of(jellyfin_account) is ConfigEntryState.LOADED
    assert jellyfin_account.data["token"] != before["token"]
    assert jellyfin_account.data["device_id"] == before["device_id"]
    assert waiting_flows(hass) == []


@pytest.mark.parametrize("source", [SOURCE_REAUTH, SOURCE_RECONFIGURE])
async def test_wrong_account(
    hass: HomeAssistant,
    jellyfin: JellyfinSimulator,
    jellyfin_account: ConfigEntry,
    source: str,
) -> None:
    """Refuse the login of somebody else."""
    before = dict(jellyfin_account.data)
    result = await begin_again(hass, jellyfin_account, source)
    assert result["step_id"] == "jellyfin"
    assert suggested(result)["username"] == "anna"
    assert "password" not in suggested(result)
    result = await answer(
        hass, result, {**password_answers(jellyfin), "username": "ben"}
    )
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "unique_id_mismatch"
    assert shown(result, "account") == "ben (Living Room)"
    await hass.async_block_till_done()
    assert jellyfin_account.data == before
    assert state_of(jellyfin_account) is ConfigEntryState.LOADED
    assert before["token"] in jellyfin.devices.by_token


async def test_jellyfin_at_a_new_address(
    hass: HomeAssistant, jellyfin: JellyfinSimulator, jellyfin_account: ConfigEntry
) -> None:
    """Follow a server to its new address, and keep the title a person chose."""
    hass.config_entries.async_update_entry(jellyfin_account, title="Living room")
    await hass.async_block_till_done()
    await jellyfin.stop()
    await jellyfin.start()
    assert jellyfin_account.data["url"] != jellyfin.url
    result = await begin_again(hass, jellyfin_account, SOURCE_RECONFIGURE)
    result = await answer(hass, result, password_answers(jellyfin))
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    assert state_of(jellyfin_account) is ConfigEntryState.LOADED
    assert jellyfin_account.data["url"] == jellyfin.url
    assert jellyfin_account.title == "Living room"


async def test_reconfigure_heals_an_account_that_failed_to_load(
    hass: HomeAssistant, jellyfin: JellyfinSimulator, jellyfin_account: ConfigEntry
) -> None:
    """Load an account that waits for its server as soon as it was changed."""
    await jellyfin.stop()
    await hass.config_entries.async_reload(jellyfin_account.entry_id)
    assert state_of(jellyfin_account) is ConfigEntryState.SETUP_RETRY
    await jellyfin.start()
    result = await begin_again(hass, jellyfin_account, SOURCE_RECONFIGURE)
    result = await answer(hass, result, password_answers(jellyfin))
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    assert state_of(jellyfin_account) is ConfigEntryState.LOADED


async def test_trakt_reauth(
    hass: HomeAssistant, trakt: TraktSimulator, trakt_account: ConfigEntry
) -> None:
    """Sign in again with a code after access was withdrawn."""
    before = dict(trakt_account.data)
    trakt.oauth.revoke_tokens()
    await hass.config_entries.async_reload(trakt_account.entry_id)
    await hass.async_block_till_done()
    assert state_of(trakt_account) is ConfigEntryState.SETUP_ERROR
    (flow,) = waiting_flows(hass)
    result = await hass.config_entries.flow.async_configure(flow["flow_id"])
    assert result["step_id"] == "trakt"
    assert suggested(result) == {"client_id": trakt.CLIENT_ID}
    result = await answer(hass, result, APP)
    trakt.oauth.approve(shown(result, "code"), "alice")
    result = await wait_for_code(hass, result)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "reauth_successful"
    await hass.async_block_till_done()
    assert state_of(trakt_account) is ConfigEntryState.LOADED
    assert dict(trakt_account.data) != before


async def test_trakt_reauth_as_somebody_else(
    hass: HomeAssistant, trakt: TraktSimulator, trakt_account: ConfigEntry
) -> None:
    """Refuse a code that somebody else has entered."""
    trakt.add_account("bob")
    before = dict(trakt_account.data)
    result = await begin_again(hass, trakt_account, SOURCE_REAUTH)
    result = await answer(hass, result, APP)
    trakt.oauth.approve(shown(result, "code"), "bob")
    result = await wait_for_code(hass, result)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "unique_id_mismatch"
    assert trakt_account.data == before


async def test_title_follows_the_name(
    hass: HomeAssistant, tracker: ConfigEntry
) -> None:
    """Name an account anew where its title was ours."""
    unique_id = tracker.unique_id
    result = await begin_again(hass, tracker, SOURCE_RECONFIGURE)
    assert suggested(result) == {"name": "Home"}
    result = await answer(hass, result, {"name": "HOME"})
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    assert tracker.title.endswith("(HOME)")
    assert tracker.unique_id == unique_id
    assert tracker.state is ConfigEntryState.LOADED


async def test_another_tracker_is_not_made(
    hass: HomeAssistant, tracker: ConfigEntry
) -> None:
    """Refuse another name, and leave no file of it behind."""
    folder = storage_folder(hass)
    before = set(folder.iterdir())
    result = await begin_again(hass, tracker, SOURCE_RECONFIGURE)
    result = await answer(hass, result, {"name": "Cabin"})
    assert result["reason"] == "unique_id_mismatch"
    assert set(folder.iterdir()) == before


async def test_same_settings_reload(hass: HomeAssistant, tracker: ConfigEntry) -> None:
    """Load an account anew even though its settings stayed the same."""
    loaded: Any = tracker.runtime_data
    result = await begin_again(hass, tracker, SOURCE_RECONFIGURE)
    result = await answer(hass, result, {"name": "Home"})
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    assert tracker.state is ConfigEntryState.LOADED
    assert tracker.runtime_data is not loaded


async def test_open_reauth_is_no_obstacle(
    hass: HomeAssistant, jellyfin: JellyfinSimulator, jellyfin_account: ConfigEntry
) -> None:
    """Take new settings though Home Assistant asks to sign in again meanwhile."""
    jellyfin_account.async_start_reauth(hass)
    await hass.async_block_till_done()
    result = await begin_again(hass, jellyfin_account, SOURCE_RECONFIGURE)
    result = await answer(hass, result, password_answers(jellyfin))
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    assert waiting_flows(hass) == []
