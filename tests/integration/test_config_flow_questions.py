"""Sign-ins that ask more, in whatever order."""

import asyncio
from copy import replace
from typing import Any

import pytest
import voluptuous as vol

from custom_components.crosswatch.providers.sign_in import (
    Answers,
    FieldKind,
    FormField,
    Progress,
    SignInError,
)
from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData

from . import PATIENCE, answer, created, start_flow, wait_for_code
from .made_up import ASK_USER, PIN, Service, signed_in
from .test_config_flow import suggested
from .test_config_flow_code import shown
from .test_config_flow_ways import BY_HAND, choose


async def link(hass: HomeAssistant) -> ConfigFlowResult:
    """Return the page with the first code."""
    return await choose(hass, await start_flow(hass, "made_up"), "made_up_link")


async def ask_user(hass: HomeAssistant) -> ConfigFlowResult:
    """Return the question that follows the form."""
    result = await choose(hass, await start_flow(hass, "made_up"), "made_up_manual")
    result = await answer(hass, result, BY_HAND)
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "made_up_user"
    assert not result["errors"]
    return result


def field_of(result: ConfigFlowResult, name: str) -> tuple[Any, Any]:
    """Return a field of a form, and how it is asked for."""
    schema = result["data_schema"]
    assert schema is not None
    for marker, selector in schema.schema.items():
        if marker == name:
            return marker, selector
    pytest.fail(f"no field {name}")


async def test_question(hass: HomeAssistant, made_up: Service) -> None:
    """Ask with a form of its own, which starts with its own defaults."""
    result = await ask_user(hass)
    assert suggested(result) == {}
    assert shown(result, "server") == "Attic"
    assert shown(result, "page") == "http://example.test"
    marker, selector = field_of(result, "user")
    assert marker.default() == "Home"
    assert selector.config["options"] == [
        {"value": "Home", "label": "Owner"},
        {"value": "Kid", "label": "Child"},
    ]
    assert "translation_key" not in selector.config
    result = await answer(hass, result, {"user": "Kid", "pin": PIN})
    assert result["title"] == "Made Up (Kid)"
    await hass.async_block_till_done()


async def test_wrong_answer(hass: HomeAssistant, made_up: Service) -> None:
    """Ask the same again, say why, and keep what was chosen."""
    result = await ask_user(hass)
    result = await answer(hass, result, {"user": "Kid", "pin": "1"})
    assert result["step_id"] == "made_up_user"
    assert result["errors"] == {"base": "invalid_auth"}
    assert shown(result, "user") == "Kid"
    assert suggested(result)["user"] == "Kid"
    result = await answer(hass, result, {"user": "Kid", "pin": ""})
    assert result["errors"] == {"pin": "required"}
    result = await answer(hass, result, {"user": "Kid", "pin": PIN})
    await created(hass, result)


async def test_answer_that_was_not_offered(
    hass: HomeAssistant,
    made_up: Service,
) -> None:
    """Refuse what was not there to choose."""
    result = await ask_user(hass)
    with pytest.raises(InvalidData):
        await answer(hass, result, {"user": "Nobody", "pin": PIN})


async def test_question_after_a_code(
    hass: HomeAssistant,
    made_up: Service,
) -> None:
    """Ask more once the code was entered."""
    result = await link(hass)
    made_up.outcomes.put_nowait(ASK_USER)
    result = await wait_for_code(hass, result)
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "made_up_user"
    assert not result["errors"]
    result = await answer(hass, result, {"user": "Home", "pin": PIN})
    await created(hass, result)


async def test_post_is_no_answer_to_what_was_not_seen(
    hass: HomeAssistant,
    made_up: Service,
) -> None:
    """Show the question first, also to a client that posts instead of asking."""
    result = await link(hass)
    made_up.outcomes.put_nowait(ASK_USER)
    async with asyncio.timeout(PATIENCE):
        while result["type"] is FlowResultType.SHOW_PROGRESS:
            await asyncio.sleep(0.01)
            result = await answer(hass, result, {})
    assert result["step_id"] == "made_up_user"
    assert not result["errors"]
    result = await answer(hass, result, {"user": "Home", "pin": PIN})
    await created(hass, result)


async def test_code_after_a_question(
    hass: HomeAssistant,
    made_up: Service,
) -> None:
    """Go back to the question that led to a code which came to nothing."""

    async def to_code(answers: Answers) -> Progress:
        """Return a code."""
        return made_up.code()

    result = await link(hass)
    made_up.outcomes.put_nowait(
        replace(ASK_USER, fields=ASK_USER.fields[:1], answer=to_code)
    )
    result = await wait_for_code(hass, result)
    result = await answer(hass, result, {"user": "Kid"})
    assert shown(result, "code") == "CODE2"
    made_up.outcomes.put_nowait(SignInError("code_denied"))
    result = await wait_for_code(hass, result)
    assert result["step_id"] == "made_up_user"
    assert result["errors"] == {"base": "code_denied"}
    assert suggested(result) == {"user": "Kid"}
    result = await answer(hass, result, {"user": "Kid"})
    assert shown(result, "code") == "CODE3"
    made_up.outcomes.put_nowait(signed_in("Kid"))
    result = await wait_for_code(hass, result)
    await created(hass, result)


async def test_code_after_a_code(
    hass: HomeAssistant,
    made_up: Service,
) -> None:
    """Show another code, and wait for that one."""
    result = await link(hass)
    made_up.outcomes.put_nowait(made_up.code())
    async with asyncio.timeout(PATIENCE):
        while shown(result, "code") == "CODE1":
            await asyncio.sleep(0.01)
            result = await hass.config_entries.flow.async_configure(result["flow_id"])
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    assert shown(result, "code") == "CODE2"
    made_up.outcomes.put_nowait(signed_in())
    result = await wait_for_code(hass, result)
    await created(hass, result)


async def test_options_without_names(
    hass: HomeAssistant,
    made_up: Service,
) -> None:
    """Look the texts of options up where they have no names of their own."""

    async def done(answers: Answers) -> Progress:
        """Sign in as the one that was chosen."""
        return signed_in(str(answers["user"]))

    result = await link(hass)
    fields = (
        FormField(
            "user", FieldKind.SELECT, required=False, options={"home": "", "kid": ""}
        ),
        FormField("pin", FieldKind.TEXT, required=False),
    )
    made_up.outcomes.put_nowait(replace(ASK_USER, fields=fields, answer=done))
    result = await wait_for_code(hass, result)
    marker, selector = field_of(result, "user")
    assert marker.default is vol.UNDEFINED
    assert selector.config["translation_key"] == "user"
    assert [each["value"] for each in selector.config["options"]] == ["home", "kid"]
    result = await answer(hass, result, {"user": "kid"})
    await created(hass, result)
