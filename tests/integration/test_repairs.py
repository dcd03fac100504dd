"""Repair flows: what a person can do about an issue."""

from http import HTTPStatus
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.crosswatch.const import DOMAIN
from custom_components.crosswatch.runtime import STATE_FILE
from custom_components.crosswatch.shared import storage_folder
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component

from .flow_texts import TEXTS, placeholders
from .runs import add_tracker, pair_data, set_up


class Repairs:
    """Goes through repair flows as the frontend does."""

    def __init__(
        self, hass: HomeAssistant, hass_client: ClientSessionGenerator
    ) -> None:
        """Take a way to sign in."""
        self._hass = hass
        self._hass_client = hass_client
        self._flow_id = ""

    async def start(self, issue_id: str) -> dict[str, Any]:
        """Open an issue."""
        assert await async_setup_component(self._hass, "repairs", {})
        shown = await self._post(
            "/api/repairs/issues/fix", {"handler": DOMAIN, "issue_id": issue_id}
        )
        self._flow_id = shown["flow_id"]
        return shown

    async def answer(self, **answers: Any) -> dict[str, Any]:
        """Submit what is shown."""
        return await self._post(f"/api/repairs/issues/fix/{self._flow_id}", answers)

    async def _post(self, path: str, data: dict[str, Any]) -> dict[str, Any]:
        """Send a request, and return what is shown next."""
        client = await self._hass_client()
        response = await client.post(path, json=data)
        assert response.status == HTTPStatus.OK, await response.text()
        shown: dict[str, Any] = await response.json()
        await self._hass.async_block_till_done()
        return shown


@pytest.fixture
def flow_texts() -> None:
    """Leave out the check of account flows, whose texts are elsewhere."""


@pytest.fixture
def repairs(hass: HomeAssistant, hass_client: ClientSessionGenerator) -> Repairs:
    """Return a way through repair flows."""
    return Repairs(hass, hass_client)


@pytest.fixture
async def orphan(hass: HomeAssistant) -> MockConfigEntry:
    """Return an account with a pair whose target was removed."""
    home = await add_tracker(hass, "Home", pairs={"pair": pair_data("Cabin")})
    await set_up(hass, home)
    return home


def issue_exists(hass: HomeAssistant, issue_id: str) -> bool:
    """Tell whether there is such an issue that nobody ignored."""
    issue = ir.async_get(hass).async_get_issue(DOMAIN, issue_id)
    return issue is not None and issue.dismissed_version is None


async def test_delete_the_pair(
    hass: HomeAssistant, repairs: Repairs, orphan: MockConfigEntry
) -> None:
    """Delete a pair whose target was removed."""
    shown = await repairs.start("target_missing_pair")
    assert shown["type"] == "menu"
    step = TEXTS["issues"]["target_missing"]["fix_flow"]["step"]["init"]
    assert set(step["menu_options"]) == set(shown["menu_options"])
    assert placeholders(step["description"]) <= set(shown["description_placeholders"])
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
    texts = TEXTS["issues"]["target_missing"]["fix_flow"]["abort"]["issue_ignored"]
    assert placeholders(texts) <= set(shown["description_placeholders"])
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
    }
    assert set(TEXTS["issues"]) == set(given)
    for key, names in given.items():
        assert placeholders(str(TEXTS["issues"][key]["title"])) <= names
        assert placeholders(TEXTS["issues"][key].get("description", "")) <= names
