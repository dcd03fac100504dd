"""Providers with several ways to sign in, and ways that ask nothing."""

import pytest

from custom_components.crosswatch.providers.sign_in import SignInError
from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigFlowResult,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from . import answer, created, start_flow, wait_for_code, waiting_flows
from .made_up import PIN, Service, signed_in
from .test_config_flow import suggested
from .test_config_flow_again import begin_again
from .test_config_flow_code import shown

BY_HAND = {"url": "http://attic.test:1", "token": "s3cret"}


@pytest.fixture
async def account(hass: HomeAssistant, made_up: Service) -> ConfigEntry:
    """Return an account that was linked with a code."""
    result = await choose(hass, await start_flow(hass, "made_up"), "made_up_link")
    made_up.outcomes.put_nowait(signed_in(url="http://attic.test:1"))
    result = await wait_for_code(hass, result)
    await hass.async_block_till_done()
    return result["result"]


async def choose(
    hass: HomeAssistant, result: ConfigFlowResult, way: str
) -> ConfigFlowResult:
    """Choose a way to sign in from the menu."""
    assert result["type"] is FlowResultType.MENU
    assert result["step_id"] == "made_up"
    assert result["menu_options"] == ["made_up_link", "made_up_manual"]
    return await answer(hass, result, {"next_step_id": way})


async def test_link(hass: HomeAssistant, made_up: Service) -> None:
    """Show the code at once where the way asks nothing."""
    result = await start_flow(hass, "made_up")
    assert made_up.codes == 0
    result = await choose(hass, result, "made_up_link")
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    assert result["progress_action"] == "made_up"
    assert shown(result, "code") == "CODE1"
    assert shown(result, "minutes") == "15"
    made_up.outcomes.put_nowait(signed_in())
    result = await wait_for_code(hass, result)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "Made Up (Home)"
    assert result["data"]["provider"] == "made_up"
    assert made_up.contexts[0].known == {}
    await hass.async_block_till_done()


async def test_by_hand(hass: HomeAssistant, made_up: Service) -> None:
    """Show the form of the way that was chosen."""
    result = await choose(hass, await start_flow(hass, "made_up"), "made_up_manual")
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "made_up_manual"
    result = await answer(hass, result, {**BY_HAND, "token": ""})
    assert result["step_id"] == "made_up_manual"
    assert result["errors"] == {"token": "required"}
    result = await answer(hass, result, BY_HAND)
    assert result["step_id"] == "made_up_user"
    result = await answer(hass, result, {"user": "Home", "pin": PIN})
    await created(hass, result)


async def test_link_that_fails_at_once(hass: HomeAssistant, made_up: Service) -> None:
    """Show the form, which asks nothing, only to say why there is no code."""
    made_up.is_down = True
    result = await choose(hass, await start_flow(hass, "made_up"), "made_up_link")
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "made_up_link"
    assert result["errors"] == {"base": "cannot_connect"}
    # Looking at the form once more asks for no code.
    made_up.is_down = False
    result = await hass.config_entries.flow.async_configure(result["flow_id"])
    assert result["type"] is FlowResultType.FORM
    assert made_up.codes == 0
    result = await answer(hass, result, {})
    assert shown(result, "code") == "CODE1"


async def test_code_that_expires(hass: HomeAssistant, made_up: Service) -> None:
    """Go back to the form that led to the code, and offer another one."""
    result = await choose(hass, await start_flow(hass, "made_up"), "made_up_link")
    made_up.outcomes.put_nowait(SignInError("code_expired"))
    result = await wait_for_code(hass, result)
    assert result["step_id"] == "made_up_link"
    assert result["errors"] == {"base": "code_expired"}
    result = await answer(hass, result, {})
    assert shown(result, "code") == "CODE2"
    made_up.outcomes.put_nowait(signed_in())
    result = await wait_for_code(hass, result)
    await created(hass, result)


@pytest.mark.parametrize(
    ("source", "done"),
    [
        (SOURCE_REAUTH, "reauth_successful"),
        (SOURCE_RECONFIGURE, "reconfigure_successful"),
    ],
)
async def test_again(
    hass: HomeAssistant,
    made_up: Service,
    account: ConfigEntry,
    source: str,
    done: str,
) -> None:
    """Offer the same ways to an account that exists, and tell what it has already."""
    result = await begin_again(hass, account, source)
    # Nothing happens before somebody looks.
    assert made_up.codes == 1
    result = await choose(hass, result, "made_up_link")
    assert made_up.contexts[-1].known == {
        "name": "Home",
        "token": "s3cret",
        "url": "http://attic.test:1",
    }
    assert "s3cret" not in repr(made_up.contexts[-1])
    made_up.outcomes.put_nowait(signed_in(url="http://cellar.test:1"))
    result = await wait_for_code(hass, result)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == done
    await hass.async_block_till_done()
    assert account.data["url"] == "http://cellar.test:1"
    assert account.data["provider"] == "made_up"


async def test_another_way_than_before(
    hass: HomeAssistant, made_up: Service, account: ConfigEntry
) -> None:
    """Fill the form of another way in, but for secrets."""
    result = await begin_again(hass, account, SOURCE_RECONFIGURE)
    result = await choose(hass, result, "made_up_manual")
    assert suggested(result) == {"url": "http://attic.test:1"}


@pytest.mark.parametrize(
    ("user", "known"),
    [
        pytest.param("Kid", {"user": "Kid"}, id="still there"),
        pytest.param("Nobody", {}, id="gone"),
    ],
)
async def test_known_choice(
    hass: HomeAssistant,
    made_up: Service,
    account: ConfigEntry,
    user: str,
    known: dict[str, str],
) -> None:
    """Choose beforehand what the account has, where it can be chosen still."""
    data = {**account.data, "user": user, "pin": PIN}
    hass.config_entries.async_update_entry(account, data=data)
    await hass.async_block_till_done()
    result = await begin_again(hass, account, SOURCE_RECONFIGURE)
    result = await choose(hass, result, "made_up_manual")
    result = await answer(hass, result, BY_HAND)
    assert result["step_id"] == "made_up_user"
    assert suggested(result) == known


async def test_only_way_that_asks_nothing(
    hass: HomeAssistant, made_up: Service
) -> None:
    """Show a code at once to a person, but never to nobody."""
    result = await start_flow(hass, "bare")
    assert shown(result, "code") == "CODE1"
    made_up.outcomes.put_nowait(signed_in())
    result = await wait_for_code(hass, result)
    await hass.async_block_till_done()
    entry = result["result"]
    entry.async_start_reauth(hass)
    await hass.async_block_till_done()
    (flow,) = waiting_flows(hass)
    assert flow["step_id"] == "bare"
    assert made_up.codes == 1
    result = await hass.config_entries.flow.async_configure(flow["flow_id"])
    assert result["type"] is FlowResultType.FORM
    result = await answer(hass, result, {})
    assert shown(result, "code") == "CODE2"
    made_up.outcomes.put_nowait(signed_in())
    result = await wait_for_code(hass, result)
    assert result["reason"] == "reauth_successful"
    await hass.async_block_till_done()
