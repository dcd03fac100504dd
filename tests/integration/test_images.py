"""The images and icons that Home Assistant shows of CrossWatch."""

from http import HTTPStatus
import json
from pathlib import Path
from typing import Any

import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components import crosswatch
from homeassistant.components.brands.const import ALLOWED_IMAGES
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import load_yaml_dict
from tests.simulators.routing import route_hosts

FOLDER = Path(crosswatch.__path__[0])
PNG = b"\x89PNG\r\n\x1a\n"


def icons() -> dict[str, Any]:
    """Return the icons."""
    found: dict[str, Any] = json.loads((FOLDER / "icons.json").read_text())
    return found


def all_icons(found: object) -> list[str]:
    """Return each icon, wherever it stands."""
    if isinstance(found, dict):
        return [icon for each in found.values() for icon in all_icons(each)]
    return [str(found)]


@pytest.mark.parametrize("image", sorted(ALLOWED_IMAGES))
async def test_brand(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, image: str
) -> None:
    """Every image that Home Assistant asks for is ours: none is asked for elsewhere."""
    assert await async_setup_component(hass, "brands", {})
    client = await hass_client()
    with route_hosts({}):
        response = await client.get(
            f"/api/brands/integration/crosswatch/{image}", params={"placeholder": "no"}
        )
    assert response.status == HTTPStatus.OK
    shown = await response.read()
    assert shown.startswith(PNG)
    ours = {path.read_bytes(): path.name for path in (FOLDER / "brand").iterdir()}
    kind = "icon" if "icon" in image else "logo"
    assert kind in ours[shown]


def test_every_action_has_an_icon() -> None:
    """Actions have an icon, and so have the sections of their forms."""
    actions = load_yaml_dict(FOLDER / "services.yaml")
    shown = icons()["services"]
    assert shown.keys() == actions.keys()
    for name, action in actions.items():
        fields = (action or {}).get("fields", {})
        sections = {key for key, field in fields.items() if "fields" in field}
        assert shown[name].get("sections", {}).keys() == sections, name


def test_every_icon_is_one() -> None:
    """All icons are out of the set that Home Assistant brings along."""
    found = all_icons(icons())
    assert len(found) > 20
    assert [icon for icon in found if not icon.startswith("mdi:")] == []
