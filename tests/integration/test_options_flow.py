"""The options of an account: asked for, kept, and handed to its provider."""

from pathlib import Path
from typing import Any

import pytest

from custom_components.crosswatch.const import DOMAIN
from homeassistant.config_entries import (
    ConfigEntry,
    ConfigEntryDisabler,
    ConfigEntryState,
    ConfigFlowResult,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData

from . import start_flow, state_of, wait_for_code
from .made_up import Service, signed_in
from .test_config_flow import suggested
from .test_config_flow_ways import choose

DEFAULTS = {"loud": False, "shelf": "upper", "label": "Films"}


@pytest.fixture
async def account(hass: HomeAssistant, made_up: Service) -> ConfigEntry:
    """Return an account that has options."""
    result = await choose(hass, await start_flow(hass, "made_up"), "made_up_link")
    made_up.outcomes.put_nowait(signed_in())
    result = await wait_for_code(hass, result)
    await hass.async_block_till_done()
    return result["result"]


async def show(hass: HomeAssistant, entry: ConfigEntry) -> ConfigFlowResult:
    """Return the form of an account's options."""
    result = await hass.config_entries.options.async_init(entry.entry_id)
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "made_up"
    return result


async def submit(
    hass: HomeAssistant, result: ConfigFlowResult, answers: dict[str, Any]
) -> ConfigFlowResult:
    """Submit the form of options."""
    result = await hass.config_entries.options.async_configure(
        result["flow_id"], answers
    )
    await hass.async_block_till_done()
    return result


async def test_defaults(made_up: Service, account: ConfigEntry) -> None:
    """Hand the defaults to a provider whose account has chosen nothing."""
    assert account.supports_options
    assert account.options == {}
    assert made_up.connections[-1].options == DEFAULTS


async def test_change(
    hass: HomeAssistant, made_up: Service, account: ConfigEntry
) -> None:
    """Keep what was chosen, and load the account anew with it."""
    result = await show(hass, account)
    assert suggested(result) == DEFAULTS
    chosen = {"loud": True, "shelf": "lower", "label": " Shows ", "note": "x"}
    result = await submit(hass, result, chosen)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    kept = {**chosen, "label": "Shows", "map": ""}
    assert account.options == kept
    assert len(made_up.connections) == 2
    assert made_up.connections[-1].options == kept
    assert state_of(account) is ConfigEntryState.LOADED
    assert suggested(await show(hass, account)) == kept


async def test_nothing_changed(
    hass: HomeAssistant, made_up: Service, account: ConfigEntry
) -> None:
    """Leave a loaded account alone where the options stay the same."""
    await submit(hass, await show(hass, account), {**DEFAULTS, "note": ""})
    assert len(made_up.connections) == 2
    await submit(hass, await show(hass, account), {**DEFAULTS, "note": ""})
    assert len(made_up.connections) == 2


async def test_what_is_missing(hass: HomeAssistant, account: ConfigEntry) -> None:
    """Ask again for what is needed, and keep the rest."""
    result = await show(hass, account)
    result = await submit(hass, result, {**DEFAULTS, "label": " ", "loud": True})
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {"label": "required"}
    assert suggested(result)["loud"] is True
    with pytest.raises(InvalidData):
        await submit(hass, result, {**DEFAULTS, "shelf": "nowhere"})
    # Somebody who comes back to the form finds what is kept.
    result = await hass.config_entries.options.async_configure(result["flow_id"])
    assert suggested(result) == DEFAULTS
    assert account.options == {}


async def test_a_file(hass: HomeAssistant, account: ConfigEntry) -> None:
    """Take the path of a file in an allowed folder, and no other."""
    folder = Path(hass.config.path("maps"))
    folder.mkdir()
    good, outside = folder / "map.json", Path(hass.config.path("secret.json"))
    for path in (good, outside):
        path.write_text("[]")
    hass.config.allowlist_external_dirs = {str(folder)}
    result = await show(hass, account)
    for named, error in (
        (str(outside), "path_not_allowed"),
        ("secret.json", "path_not_allowed"),
        ("maps/../secret.json", "path_not_allowed"),
        ("map\0.json", "path_not_allowed"),
        ("maps/none.json", "file_not_found"),
        ("maps", "file_not_found"),
    ):
        result = await submit(hass, result, {**DEFAULTS, "map": named})
        assert result["errors"] == {"map": error}, named
        assert suggested(result)["map"] == named
    result = await submit(hass, result, {**DEFAULTS, "map": "maps/map.json"})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert account.options["map"] == str(good)


async def test_stored_by_another_release(
    hass: HomeAssistant, made_up: Service, account: ConfigEntry
) -> None:
    """Ignore what is not known, and what cannot be."""
    hass.config_entries.async_update_entry(
        account,
        options={
            "loud": "yes",
            "shelf": "cellar",
            "label": "",
            "note": 7,
            "later": True,
        },
    )
    await hass.async_block_till_done()
    assert made_up.connections[-1].options == DEFAULTS
    assert suggested(await show(hass, account)) == DEFAULTS


async def test_account_that_failed_to_load(
    hass: HomeAssistant, made_up: Service, account: ConfigEntry
) -> None:
    """Load an account that listens to nothing with its new options."""
    hass.config_entries.async_update_entry(account, data={"provider": "made_up"})
    await hass.async_block_till_done()
    assert state_of(account) is ConfigEntryState.SETUP_ERROR
    before = dict(account.data)
    hass.config_entries.async_update_entry(account, data={**before, "name": "Home"})
    await submit(hass, await show(hass, account), {**DEFAULTS, "loud": True})
    assert state_of(account) is ConfigEntryState.LOADED
    assert made_up.connections[-1].options["loud"] is True


async def test_disabled_account(
    hass: HomeAssistant, made_up: Service, account: ConfigEntry
) -> None:
    """Keep the options of an account that is not to be loaded."""
    await hass.config_entries.async_set_disabled_by(
        account.entry_id, ConfigEntryDisabler.USER
    )
    await submit(hass, await show(hass, account), {**DEFAULTS, "loud": True})
    assert account.options["loud"] is True
    assert state_of(account) is ConfigEntryState.NOT_LOADED


async def test_not_offered(hass: HomeAssistant, tracker: ConfigEntry) -> None:
    """Offer no options where there are none, nor where the provider is not known."""
    assert not tracker.supports_options
    hass.config_entries.async_update_entry(tracker, data={"provider": "from_later"})
    await hass.async_block_till_done()
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    entry.clear_state_cache()
    assert not entry.supports_options
