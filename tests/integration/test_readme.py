"""The readme: what it says of actions, reasons and settings holds."""

from pathlib import Path
import re
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import async_mock_service
import yaml

from custom_components.crosswatch.engine.plan import Reason
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util import slugify

from .runs import act, add_tracker, device_of, entity_of, pair_data, set_up

ROOT = Path(__file__).parents[2]
INTEGRATION = ROOT / "custom_components" / "crosswatch"

# Why something is done, which needs no explanation.
UNTOLD = {
    Reason.MISSING,
    Reason.CHANGED,
    Reason.NEW_PLAY,
    Reason.GONE_FROM_SOURCE,
    Reason.GONE_FROM_TARGET,
    Reason.ALREADY_THERE,
    Reason.CANCELLED,
    Reason.NOT_IN_SOURCE,
    Reason.RESET,
    Reason.UNDO,
    Reason.BY_HAND,
}


@pytest.fixture(scope="module")
def readme() -> str:
    """Return the readme."""
    return (ROOT / "README.md").read_text(encoding="utf-8")


def _automation(readme: str) -> str:
    """Return the automation that the readme shows."""
    found = re.search(r"```yaml\n(.*?)```", readme, re.DOTALL)
    assert found is not None
    return found[1]


async def test_automation_tells_of_a_problem(hass: HomeAssistant, readme: str) -> None:
    """Test that the automation shown works, with the entity of a pair put in."""
    home = await add_tracker(hass, "Home", pairs={"cabin": pair_data("Cabin")})
    cabin = await add_tracker(hass, "Cabin")
    await set_up(hass, home, cabin)
    pair = home.subentries["cabin"]
    shown = slugify("Jellyfin (alex, Living Room) → Trakt (alex) Problem")
    text = _automation(readme).replace(
        f"binary_sensor.{shown}", entity_of(hass, "binary_sensor", pair, "problem")
    )
    assert shown not in text
    told = async_mock_service(hass, "persistent_notification", "create")
    config: dict[str, Any] = {"automation": yaml.safe_load(text)}
    assert await async_setup_component(hass, "automation", config)
    await hass.config_entries.async_unload(cabin.entry_id)

    await act(hass, "sync", device_id=device_of(hass, home, pair))

    [call] = told
    assert call.data["message"] == f"{pair.title}: failed, 0 unresolved, 1 errors"


def test_actions_and_their_fields_are_told(readme: str) -> None:
    """Test that the table of actions lists each with the fields that it has."""
    services = yaml.safe_load((INTEGRATION / "services.yaml").read_text("utf-8"))
    rows = re.findall(r"^\| `crosswatch\.(\w+)` \| (.*?) \|", readme, re.MULTILINE)

    assert {name: re.findall(r"`(\w+)`", fields) for name, fields in rows} == {
        name: list(service["fields"]) for name, service in services.items()
    }


def test_reasons_are_told() -> None:
    """Test that the table of reasons holds each code, and no code that is none."""
    page = (ROOT / "docs" / "reasons.md").read_text(encoding="utf-8")
    table = page.partition("| Reason | Meaning |")[2].partition("\n\n")[0]

    assert set(re.findall(r"`(\w+)`", table)) == set(Reason) - UNTOLD
