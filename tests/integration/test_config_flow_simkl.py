"""An account at SIMKL: its PIN, the end of its login, and its options."""

from collections.abc import AsyncIterator

import pytest

from custom_components.crosswatch.const import DOMAIN
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from tests.simulators.routing import route_hosts
from tests.simulators.simkl import Behaviour, SimklSimulator

from . import answer, created, start_flow, state_of, wait_for_code, waiting_flows
from .test_config_flow_code import shown

APP = {"client_id": SimklSimulator.CLIENT_ID}


@pytest.fixture
async def simkl() -> AsyncIterator[SimklSimulator]:
    """Return a SIMKL that stands in for the real one, and does not slow tests down."""
    async with SimklSimulator(behaviour=Behaviour(enforce_rate=False)) as service:
        service.pins.interval = 0
        with route_hosts({"api.simkl.com": service.url}):
            yield service


@pytest.fixture
async def account(hass: HomeAssistant, simkl: SimklSimulator) -> ConfigEntry:
    """Return the account of alice."""
    result = await answer(hass, await start_flow(hass, "simkl"), APP)
    assert shown(result, "url") == "https://simkl.com/pin"
    assert shown(result, "minutes") == "15"
    simkl.approve(shown(result, "code"))
    result = await wait_for_code(hass, result)
    await created(hass, result)
    return result["result"]


async def test_sign_in(
    hass: HomeAssistant, simkl: SimklSimulator, account: ConfigEntry
) -> None:
    """Connect an account once its code was entered, and only once."""
    assert account.state is ConfigEntryState.LOADED
    assert account.title == "SIMKL (alice)"
    assert account.data["client_id"] == simkl.CLIENT_ID
    assert account.options == {}
    result = await answer(hass, await start_flow(hass, "simkl"), APP)
    simkl.approve(shown(result, "code"))
    result = await wait_for_code(hass, result)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"


async def test_wrong_app_and_code_that_is_gone(
    hass: HomeAssistant, simkl: SimklSimulator
) -> None:
    """Say what is wrong, and offer another try."""
    result = await answer(
        hass, await start_flow(hass, "simkl"), {"client_id": "0" * 64}
    )
    assert result["errors"] == {"base": "simkl_invalid_client"}
    result = await answer(hass, result, APP)
    simkl.pins.forget(shown(result, "code"))
    result = await wait_for_code(hass, result)
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "simkl"
    assert result["errors"] == {"base": "simkl_code_gone"}
    assert hass.config_entries.async_entries(DOMAIN) == []


async def test_end_of_the_login(
    hass: HomeAssistant, simkl: SimklSimulator, account: ConfigEntry
) -> None:
    """Sign in again when the person has taken the login back."""
    simkl.pins.revoke()
    await hass.config_entries.async_reload(account.entry_id)
    assert state_of(account) is ConfigEntryState.SETUP_ERROR
    await hass.async_block_till_done()
    (flow,) = waiting_flows(hass)
    assert flow["step_id"] == "simkl"
    result = await hass.config_entries.flow.async_configure(flow["flow_id"], APP)
    simkl.approve(shown(result, "code"))
    result = await wait_for_code(hass, result)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "reauth_successful"
    await hass.async_block_till_done()
    assert state_of(account) is ConfigEntryState.LOADED
    assert account.data["access_token"] in simkl.pins.tokens


async def test_options(
    hass: HomeAssistant, simkl: SimklSimulator, account: ConfigEntry
) -> None:
    """Choose what else counts as the watchlist."""
    result = await hass.config_entries.options.async_init(account.entry_id)
    assert result["step_id"] == "simkl"
    result = await hass.config_entries.options.async_configure(
        result["flow_id"],
        {"include_watching": True, "include_hold": False, "dropped": True},
    )
    await hass.async_block_till_done()
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert account.options["include_watching"] is True
    assert state_of(account) is ConfigEntryState.LOADED
