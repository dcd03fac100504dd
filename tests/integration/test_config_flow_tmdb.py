"""Connecting an account of TMDb: a key, and an approval without any code."""

from collections.abc import AsyncIterator

import pytest

from custom_components.crosswatch.informants import async_informants
from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from tests.simulators.routing import route_hosts
from tests.simulators.tmdb import TmdbSimulator

from . import answer, created, start_flow, wait_for_code
from .flow_texts import TEXTS, placeholders
from .test_config_flow_again import begin_again
from .test_config_flow_code import shown

KEY = {"api_key": TmdbSimulator.API_KEY}


@pytest.fixture
async def tmdb() -> AsyncIterator[TmdbSimulator]:
    """Return TMDb, where nobody approves of anything yet."""
    async with TmdbSimulator() as tmdb:
        with route_hosts({"api.themoviedb.org": tmdb.url}):
            yield tmdb


async def approve(
    hass: HomeAssistant, tmdb: TmdbSimulator, result: ConfigFlowResult
) -> ConfigFlowResult:
    """Open the page that is shown, and approve there."""
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    assert result["progress_action"] == "tmdb"
    page, _, token = shown(result, "url").rpartition("/")
    assert page == "https://www.themoviedb.org/authenticate"
    tmdb.approve(token)
    return await wait_for_code(hass, result)


async def test_connected(hass: HomeAssistant, tmdb: TmdbSimulator) -> None:
    """Show the page to approve on, and no code, of which there is none."""
    result = await start_flow(hass, "tmdb")
    assert shown(result, "api_url") == "https://www.themoviedb.org/settings/api"
    result = await answer(hass, result, KEY)
    assert shown(result, "minutes") == "60"
    told = placeholders(TEXTS["config"]["progress"]["tmdb"])
    assert told == {"url", "minutes"}
    result = await approve(hass, tmdb, result)
    await created(hass, result)
    entry = result["result"]
    assert entry.state is ConfigEntryState.LOADED
    assert entry.title == "TMDb (alice)"
    assert entry.data["account_id"] == "548"
    assert "request_token" not in entry.data
    assert [each.name for each in async_informants(hass)] == ["TMDb"]


async def test_wrong_key(hass: HomeAssistant, tmdb: TmdbSimulator) -> None:
    """Say that the key is wrong, and take a right one."""
    result = await start_flow(hass, "tmdb")
    result = await answer(hass, result, {"api_key": "f" * 32})
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {"base": "tmdb_invalid_key"}
    result = await answer(hass, result, {"api_key": tmdb.READ_TOKEN})
    result = await approve(hass, tmdb, result)
    await created(hass, result)
    assert result["result"].data["api_key"] == tmdb.READ_TOKEN


async def test_signing_in_again(hass: HomeAssistant, tmdb: TmdbSimulator) -> None:
    """Take a new session for the same account, and no other account in its place."""
    result = await answer(hass, await start_flow(hass, "tmdb"), KEY)
    result = await approve(hass, tmdb, result)
    await hass.async_block_till_done()
    entry = result["result"]
    old = entry.data["session_id"]
    tmdb.logins.sessions.clear()
    result = await answer(hass, await begin_again(hass, entry, "reauth"), KEY)
    result = await approve(hass, tmdb, result)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "reauth_successful"
    await hass.async_block_till_done()
    assert entry.data["session_id"] != old
    tmdb.approve_by_itself(account=tmdb.add_account("bob", 7))
    result = await answer(hass, await begin_again(hass, entry, "reauth"), KEY)
    result = await wait_for_code(hass, result)
    assert result["reason"] == "unique_id_mismatch"
