"""Connecting accounts of Plex: linked with a code, or by hand."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlowResult,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from tests.simulators.plex import Account, PlexCloudSimulator, PlexServerSimulator
from tests.simulators.routing import route_hosts

from . import answer, created, start_flow, state_of, wait_for_code, waiting_flows
from .test_config_flow import suggested
from .test_config_flow_again import begin_again
from .test_config_flow_code import shown

PIN = "1234"


@dataclass(slots=True)
class Stage:
    """Plex with an account and its server, to which more may be added."""

    cloud: PlexCloudSimulator
    jon: Account
    tower: PlexServerSimulator

    def has_home(self) -> Account:
        """Let a child with a PIN be in Jon's home, and return it."""
        ben = self.cloud.add_home_user(self.jon, "Ben", pin=PIN)
        self.tower.share(ben)
        return ben


@pytest.fixture
async def plex() -> AsyncIterator[Stage]:
    """Return Plex, where nobody enters a code yet."""
    async with PlexCloudSimulator() as cloud:
        jon = cloud.add_account("Jon")
        async with PlexServerSimulator(owner=jon) as tower:
            cloud.add_server(tower)
            with route_hosts(cloud.hosts()):
                yield Stage(cloud, jon, tower)


async def choose(
    hass: HomeAssistant, result: ConfigFlowResult, way: str
) -> ConfigFlowResult:
    """Choose from the menu."""
    assert result["type"] is FlowResultType.MENU
    assert result["step_id"] == "plex"
    return await answer(hass, result, {"next_step_id": way})


async def link(
    hass: HomeAssistant, plex: Stage, result: ConfigFlowResult | None = None
) -> ConfigFlowResult:
    """Enter the code that is shown, and return what comes next."""
    if result is None:
        result = await start_flow(hass, "plex")
    result = await choose(hass, result, "plex_link")
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    plex.cloud.link(shown(result, "code"), plex.jon)
    return await wait_for_code(hass, result)


@pytest.fixture
async def account(hass: HomeAssistant, plex: Stage) -> ConfigEntry:
    """Return the account of Jon, linked with a code."""
    result = await link(hass, plex)
    await created(hass, result)
    return result["result"]


async def test_linked(hass: HomeAssistant, plex: Stage, account: ConfigEntry) -> None:
    """Ask nothing where there is one server, and nobody else at home."""
    assert account.title == "Plex (Jon, Tower)"
    assert account.state is ConfigEntryState.LOADED
    assert account.data["server_id"] == plex.tower.machine_identifier
    assert account.data["url"] == plex.tower.url


async def test_server_and_user(hass: HomeAssistant, plex: Stage) -> None:
    """Ask which server and which user it is, and for the PIN until it is right."""
    plex.has_home()
    async with PlexServerSimulator(owner=plex.jon, name="Cellar") as cellar:
        plex.cloud.add_server(cellar)
        result = await link(hass, plex)
        assert result["step_id"] == "plex_server"
        tower = plex.tower.machine_identifier
        result = await answer(hass, result, {"server": tower})
        assert result["step_id"] == "plex_user"
        schema = result["data_schema"]
        assert schema is not None
        users = schema.schema["user"].config["options"]
        ben = next(each["value"] for each in users if "Ben" in each["label"])
        result = await answer(hass, result, {"user": ben})
        assert result["errors"] == {"base": "plex_pin_required"}
        result = await answer(hass, result, {"user": ben, "pin": "4321"})
        assert result["errors"] == {"base": "plex_wrong_pin"}
        assert suggested(result)["user"] == ben
        result = await answer(hass, result, {"user": ben, "pin": PIN})
        assert result["type"] is FlowResultType.CREATE_ENTRY
        assert result["title"] == "Plex (Ben, Tower)"
        await hass.async_block_till_done()
        assert result["result"].state is ConfigEntryState.LOADED
        assert PIN not in str(dict(result["result"].data))


async def test_code_that_expires(hass: HomeAssistant, plex: Stage) -> None:
    """Offer another code, at the same way."""
    plex.cloud.pin_seconds = 3
    result = await start_flow(hass, "plex")
    result = await choose(hass, result, "plex_link")
    old = shown(result, "code")
    result = await wait_for_code(hass, result)
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "plex_link"
    assert result["errors"] == {"base": "code_expired"}
    plex.cloud.pin_seconds = 1800
    result = await answer(hass, result, {})
    assert shown(result, "code") != old
    plex.cloud.link(shown(result, "code"), plex.jon)
    result = await wait_for_code(hass, result)
    await created(hass, result)


async def test_by_hand(hass: HomeAssistant, plex: Stage) -> None:
    """Take an address and a token, and say what is wrong with them."""
    result = await choose(hass, await start_flow(hass, "plex"), "plex_manual")
    right: dict[str, Any] = {
        "url": plex.tower.url,
        "token": plex.tower.token(plex.jon),
        "verify_ssl": True,
    }
    result = await answer(hass, result, {**right, "token": "guess"})
    assert result["step_id"] == "plex_manual"
    assert result["errors"] == {"base": "plex_token_refused"}
    result = await answer(hass, result, {**right, "url": "http://127.0.0.1:9"})
    assert result["errors"] == {"base": "cannot_connect"}
    result = await answer(hass, result, right)
    await created(hass, result)
    assert result["result"].state is ConfigEntryState.LOADED


@pytest.mark.parametrize("source", [SOURCE_REAUTH, SOURCE_RECONFIGURE])
async def test_again(
    hass: HomeAssistant, plex: Stage, account: ConfigEntry, source: str
) -> None:
    """Ask neither for the server nor for the user that are known."""
    plex.has_home()
    async with PlexServerSimulator(owner=plex.jon, name="Cellar") as cellar:
        plex.cloud.add_server(cellar)
        before = dict(account.data)
        plex.cloud.revoke(plex.jon)
        result = await begin_again(hass, account, source)
        result = await link(hass, plex, result)
        assert result["type"] is FlowResultType.ABORT
        assert result["reason"] == f"{source}_successful"
        await hass.async_block_till_done()
        assert state_of(account) is ConfigEntryState.LOADED
        assert account.data["account_token"] != before["account_token"]
        assert account.data["server_id"] == before["server_id"]


async def test_login_that_has_ended(
    hass: HomeAssistant, plex: Stage, account: ConfigEntry
) -> None:
    """Ask to sign in again, with the menu, once Plex ends the login."""
    plex.cloud.revoke(plex.jon)
    plex.tower.revoke(plex.jon)
    await hass.config_entries.async_reload(account.entry_id)
    await hass.async_block_till_done()
    assert state_of(account) is ConfigEntryState.SETUP_ERROR
    (flow,) = waiting_flows(hass)
    assert flow["step_id"] == "plex"
