"""Signing in with a code that is entered elsewhere."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest

from custom_components.crosswatch.const import DOMAIN
from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, UnknownFlow
from tests.simulators.jellyfin import JellyfinSimulator
from tests.simulators.trakt import TraktSimulator

from . import PATIENCE, answer, created, flow_is_open, start_flow, wait_for_code
from .runs import settled

APP = {
    "client_id": TraktSimulator.CLIENT_ID,
    "client_secret": TraktSimulator.CLIENT_SECRET,
}


def shown(result: ConfigFlowResult, name: str) -> str:
    """Return something that the page with the code shows."""
    placeholders = result["description_placeholders"]
    assert placeholders is not None
    return placeholders[name]


async def ask_for_code(
    hass: HomeAssistant, result: ConfigFlowResult | None = None
) -> ConfigFlowResult:
    """Return the page with the code of Trakt, from its form."""
    if result is None:
        result = await start_flow(hass, "trakt")
    result = await answer(hass, result, APP)
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    assert result["step_id"] == "device"
    return result


async def test_trakt(hass: HomeAssistant, trakt: TraktSimulator) -> None:
    """Connect an account once its code was entered."""
    result = await ask_for_code(hass)
    assert shown(result, "url") == "https://trakt.tv/activate"
    assert shown(result, "minutes") == "10"
    trakt.oauth.approve(shown(result, "code"), "alice")
    result = await wait_for_code(hass, result)
    await created(hass, result)
    entry = result["result"]
    assert entry.state is ConfigEntryState.LOADED
    assert entry.title == "Trakt (alice)"
    assert entry.data["client_id"] == trakt.CLIENT_ID
    assert [token.access in str(dict(entry.data)) for token in trakt.oauth.tokens()]
    assert not flow_is_open(hass, result)


@pytest.mark.parametrize(
    ("refuse", "error"),
    [
        pytest.param(
            lambda trakt, code: trakt.oauth.deny(code), "code_denied", id="denied"
        ),
        pytest.param(
            lambda trakt, code: trakt.oauth.expire_codes(), "code_expired", id="expired"
        ),
    ],
)
async def test_code_that_leads_nowhere(
    hass: HomeAssistant,
    trakt: TraktSimulator,
    refuse: Callable[[TraktSimulator, str], None],
    error: str,
) -> None:
    """Say what became of the code, and offer another one."""
    result = await ask_for_code(hass)
    old_code = shown(result, "code")
    refuse(trakt, old_code)
    result = await wait_for_code(hass, result)
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "trakt"
    assert result["errors"] == {"base": error}
    assert hass.config_entries.async_entries(DOMAIN) == []
    result = await ask_for_code(hass, result)
    assert shown(result, "code") != old_code
    trakt.oauth.approve(shown(result, "code"), "alice")
    result = await wait_for_code(hass, result)
    await created(hass, result)


async def test_answer_in_place_of_a_look(
    hass: HomeAssistant, trakt: TraktSimulator
) -> None:
    """Show why the wait failed, also to a client that posts instead of asking."""
    result = await ask_for_code(hass)
    trakt.oauth.deny(shown(result, "code"))
    async with asyncio.timeout(PATIENCE):
        while result["type"] is FlowResultType.SHOW_PROGRESS:
            await asyncio.sleep(0.01)
            result = await answer(hass, result, {})
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {"base": "code_denied"}


async def test_wrong_app(hass: HomeAssistant, trakt: TraktSimulator) -> None:
    """Refuse a client id that Trakt does not know."""
    result = await start_flow(hass, "trakt")
    result = await answer(hass, result, {**APP, "client_id": "0" * 64})
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {"base": "invalid_client"}
    trakt.oauth.auto_approve = ("alice", 0)
    result = await wait_for_code(hass, await ask_for_code(hass, result))
    await created(hass, result)


async def test_wrong_secret(hass: HomeAssistant, trakt: TraktSimulator) -> None:
    """Refuse a client secret, which Trakt does only when the code is used."""
    result = await start_flow(hass, "trakt")
    result = await answer(hass, result, {**APP, "client_secret": "0" * 64})
    result = await wait_for_code(hass, result)
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {"base": "invalid_client"}
    trakt.oauth.auto_approve = ("alice", 0)
    result = await wait_for_code(hass, await ask_for_code(hass, result))
    await created(hass, result)


async def test_closed_page_ends_the_wait(
    hass: HomeAssistant, trakt: TraktSimulator
) -> None:
    """Stop asking for the token once a person has closed the page."""
    result = await ask_for_code(hass)
    hass.config_entries.flow.async_abort(result["flow_id"])
    await settled(hass)
    assert not flow_is_open(hass, result)
    with pytest.raises(UnknownFlow):
        await hass.config_entries.flow.async_configure(result["flow_id"])


async def quick_connect(
    hass: HomeAssistant, server: JellyfinSimulator
) -> ConfigFlowResult:
    """Return the page with the code of Jellyfin."""
    result = await start_flow(hass, "jellyfin")
    return await answer(hass, result, {"url": server.url})


async def test_quick_connect(hass: HomeAssistant, jellyfin: JellyfinSimulator) -> None:
    """Sign in without a password once the code was entered."""
    anna = jellyfin.state.user_named("anna")
    assert anna is not None
    result = await quick_connect(hass, jellyfin)
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    assert shown(result, "url") == jellyfin.url
    jellyfin.approve_quick_connect(shown(result, "code"), anna)
    result = await wait_for_code(hass, result)
    await created(hass, result)
    assert result["title"] == "Jellyfin (anna, Living Room)"
    assert result["result"].state is ConfigEntryState.LOADED
    assert result["result"].data["token"] in jellyfin.devices.by_token


async def test_quick_connect_that_expired(
    hass: HomeAssistant, jellyfin: JellyfinSimulator
) -> None:
    """Offer a new code once the old one has run out."""
    jellyfin.auto_approve = jellyfin.state.user_named("anna")
    result = await quick_connect(hass, jellyfin)
    later = datetime.now(UTC) + timedelta(minutes=11)
    jellyfin.clock = lambda: later
    result = await wait_for_code(hass, result)
    assert result["errors"] == {"base": "code_expired"}
    with patch(
        "custom_components.crosswatch.providers.jellyfin.sign_in.POLL_INTERVAL", 0.01
    ):
        result = await answer(hass, result, {"url": jellyfin.url})
        result = await wait_for_code(hass, result)
    await created(hass, result)


async def test_quick_connect_that_is_off(
    hass: HomeAssistant, jellyfin: JellyfinSimulator
) -> None:
    """Say that the server does not offer codes."""
    jellyfin.quick_connect = False
    result = await quick_connect(hass, jellyfin)
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {"base": "quick_connect_disabled"}
    jellyfin.quick_connect = True
    result = await answer(hass, result, {"url": jellyfin.url})
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    hass.config_entries.flow.async_abort(result["flow_id"])
