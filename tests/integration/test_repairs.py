"""Repair flows: what a person can do about an issue."""

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.crosswatch.runtime import STATE_FILE
from custom_components.crosswatch.shared import storage_folder
from homeassistant.core import HomeAssistant

from .flow_texts import TEXTS, placeholders
from .repair_world import Repairs, issue_exists
from .runs import add_tracker, pair_data, set_up


@pytest.fixture
async def orphan(hass: HomeAssistant) -> MockConfigEntry:
    """Return an account with a pair whose target was removed."""
    home = await add_tracker(hass, "Home", pairs={"pair": pair_data("Cabin")})
    await set_up(hass, home)
    return home


async def test_delete_the_pair(
    hass: HomeAssistant, repairs: Repairs, orphan: MockConfigEntry
) -> None:
    """Delete a pair whose target was removed."""
    shown = await repairs.start("target_missing_pair")
    assert shown["type"] == "menu"
    shown = await repairs.answer(next_step_id="delete")
    assert shown["type"] == "create_entry"
    assert not orphan.subentries
    assert not issue_exists(hass, "target_missing_pair")


async def test_delete_a_pair_that_is_gone(
    hass: HomeAssistant, repairs: Repairs, orphan: MockConfigEntry
) -> None:
    """Take it as done if the pair was deleted in the meantime."""
    await repairs.start("target_missing_pair")
    hass.config_entries.async_remove_subentry(orphan, "pair")
    await hass.async_block_till_done()
    shown = await repairs.answer(next_step_id="delete")
    assert shown["type"] == "create_entry"


async def test_ignore(
    hass: HomeAssistant, repairs: Repairs, orphan: MockConfigEntry
) -> None:
    """Keep the pair, and speak of it no more."""
    await repairs.start("target_missing_pair")
    shown = await repairs.answer(next_step_id="ignore")
    assert (shown["type"], shown["reason"]) == ("abort", "issue_ignored")
    assert not issue_exists(hass, "target_missing_pair")
    assert list(orphan.subentries) == ["pair"]


async def test_damaged_state_was_read(hass: HomeAssistant, repairs: Repairs) -> None:
    """Confirm that a damaged file was taken note of."""
    home = await add_tracker(hass, "Home")
    (storage_folder(hass) / STATE_FILE).write_bytes(b"nonsense" * 1000)
    await set_up(hass, home)
    shown = await repairs.start("state_damaged")
    assert (shown["type"], shown["step_id"]) == ("form", "confirm")
    assert "state.db.damaged" in shown["description_placeholders"]["file"]
    shown = await repairs.answer()
    assert shown["type"] == "create_entry"
    assert not issue_exists(hass, "state_damaged")


def test_every_issue_has_its_placeholders() -> None:
    """Use only what issues are given."""
    given = {
        "state_damaged": {"file"},
        "target_missing": {"pair", "account"},
        "target_not_loaded": {"pair", "account"},
        "pair_broken": {"pair", "account", "problem"},
        "removals_held": {"pair"},
        "shrink": {"pair"},
        "cannot_read": {"pair", "problems"},
        "account_limit": {"pair", "account", "count"},
        "unresolved": {"pair", "count"},
        "go_live": {"pair"},
    }
    assert set(TEXTS["issues"]) == set(given)
    for key, names in given.items():
        assert placeholders(str(TEXTS["issues"][key]["title"])) <= names
        assert placeholders(TEXTS["issues"][key].get("description", "")) <= names
