"""The page on actions: what it shows is what they answer, and its examples run."""

from pathlib import Path
import re
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import async_mock_service
import yaml

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.script import Script, async_validate_actions_config
from homeassistant.util import slugify

from .runs import act, add_tracker, device_of, listed, pair_data, put, set_up

PAGE = Path(__file__).parents[2] / "docs" / "actions.md"
BLOCKS = [
    yaml.safe_load(each)
    for each in re.findall(r"```yaml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
]
CALLS = {each["action"]: each["data"] for each in BLOCKS if "action" in each}
ANSWERS = [each for each in BLOCKS if "action" not in each and "alias" not in each]
EXAMPLES = {each["alias"]: each for each in BLOCKS if "alias" in each}
PAIR = slugify("Jellyfin (alex, Living Room) → Trakt (alex)")


@pytest.fixture
async def home(hass: HomeAssistant) -> ConfigEntry:
    """Return an account whose pair has a film to copy."""
    data = pair_data("Cabin", features=["watchlist"], dry_run=False)
    home = await add_tracker(hass, "Home", pairs={"cabin": data})
    await set_up(hass, home, await add_tracker(hass, "Cabin"))
    await put(home, listed(1))
    return home


def shape(answer: Any) -> Any:
    """Return the names in an answer, however deep; ids and their names aside."""
    if isinstance(answer, dict):
        names = {name: shape(value) for name, value in answer.items()}
        return names if "imdb" not in names else "ids"
    if isinstance(answer, list):
        return [shape(answer[0])] if answer and isinstance(answer[0], dict) else []
    return None


async def test_what_is_shown_is_what_is_answered(
    hass: HomeAssistant, home: ConfigEntry
) -> None:
    """Test that the answers on the page have the very fields of real ones."""
    device = device_of(hass, home, home.subentries["cabin"])
    names = list(CALLS)
    asked = {
        name: data | {"device_id": device} | {"query": "Film 1", "id": "imdb:tt0001001"}
        for name, data in CALLS.items()
    }
    wanted = {
        "crosswatch.dry_run": {"device_id"},
        "crosswatch.explain": {"device_id", "feature", "query"},
        "crosswatch.block": {"device_id", "id", "kind"},
    }
    assert set(names) == set(wanted)
    for name, shown in zip(names, ANSWERS, strict=True):
        data = {key: asked[name][key] for key in wanted[name]}
        answer = await act(hass, name.removeprefix("crosswatch."), **data)
        assert shape(answer) == shape(shown), name


@pytest.mark.parametrize("alias", list(EXAMPLES))
async def test_example_runs(hass: HomeAssistant, home: ConfigEntry, alias: str) -> None:
    """Test that an example does what it says, with the pair of a person put in."""
    told = async_mock_service(hass, "persistent_notification", "create")
    await act(hass, "sync", device_id=device_of(hass, home, home.subentries["cabin"]))
    example = EXAMPLES[alias]
    steps = example.get("sequence") or example["actions"]
    text = yaml.safe_dump(steps).replace(PAIR, slugify("Home → cabin"))
    config = await async_validate_actions_config(
        hass, cv.SCRIPT_SCHEMA(yaml.safe_load(text))
    )
    result = await Script(hass, config, alias, "test").async_run()

    assert result is not None
    said = [call.data["message"] for call in told]
    undone = result.variables.get("undone", {"totals": {"removed": None}})
    assert (said, undone["totals"]["removed"]) == {
        "Sync at night": (["0 added, 0 errors"], None),
        "What could not be resolved": ([""], None),
        "Take it back": ([], 1),
    }[alias]
