"""The blueprints, as automations that a person makes of them."""

from pathlib import Path
import shutil
from typing import Any, Final

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_mock_service,
)

from custom_components.crosswatch.const import DOMAIN
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component

from .repair_world import World, names, take
from .runs import device_of, entity_of, listed, put, settled, titles, until
from .service_world import make_world

FOLDER: Final = Path(__file__).parents[2] / "blueprints"
FILMS = 20


async def automate(hass: HomeAssistant, blueprint: str, **inputs: Any) -> None:
    """Make an automation of a blueprint."""
    shutil.copytree(FOLDER, hass.config.path("blueprints"))
    made = {
        "alias": "made",
        "use_blueprint": {"path": f"crosswatch/{blueprint}.yaml", "input": inputs},
    }
    assert await async_setup_component(hass, "automation", {"automation": [made]})
    await hass.async_block_till_done()
    state = hass.states.get("automation.made")
    assert state is not None
    assert state.state == "on"


@pytest.fixture
def phone(hass: HomeAssistant) -> str:
    """Return the device of a phone with the app."""
    entry = MockConfigEntry(domain="mobile_app")
    entry.add_to_hass(hass)
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id,
        identifiers={("mobile_app", "phone")},
        name="My phone",
    )
    return device.id


@pytest.fixture
def sent(hass: HomeAssistant) -> list[ServiceCall]:
    """Return the notifications that the phone is sent."""
    return async_mock_service(hass, "notify", "mobile_app_my_phone")


async def held(hass: HomeAssistant, phone: str, sent: list[ServiceCall]) -> World:
    """Return a pair that has just held back removals, of which the phone was told."""
    world = await World.begin(hass, FILMS)
    event = entity_of(hass, "event", world.subentry, "run")
    await automate(hass, "run_needs_a_look", run_event=[event], phone=phone)
    await world.sync()
    assert not sent
    await take(world.home, *range(8))
    # Whoever waits until all is done waits for the button, too.
    run = await hass.services.async_call(
        DOMAIN,
        "sync",
        {"device_id": device_of(hass, world.home, world.subentry)},
        blocking=True,
        return_response=True,
    )
    assert run is not None
    totals = run["totals"]
    assert isinstance(totals, dict)
    assert totals["blocked"] == 8
    await until(lambda: bool(sent))
    return world


async def press(hass: HomeAssistant, sent: list[ServiceCall], title: str) -> None:
    """Press a button of the last notification."""
    actions = sent[-1].data["data"]["actions"]
    (action,) = [each["action"] for each in actions if each["title"] == title]
    # The automation listens a moment after it has sent the notification.
    await until(lambda: "mobile_app_notification_action" in hass.bus.async_listeners())
    hass.bus.async_fire("mobile_app_notification_action", {"action": action})
    await hass.async_block_till_done()


async def test_a_notification_with_buttons(
    hass: HomeAssistant, phone: str, sent: list[ServiceCall]
) -> None:
    """It says what would be removed; the button removes it with the next run."""
    world = await held(hass, phone, sent)
    assert sent[-1].data["title"] == f"{world.subentry.title}: blocked"
    assert sent[-1].data["message"].startswith("8 items would be removed: Film")
    await press(hass, sent, "Remove them")
    assert (await world.sync())["removed"] == 8
    assert await world.left() == names(*range(8, FILMS))


async def test_the_other_button(
    hass: HomeAssistant, phone: str, sent: list[ServiceCall]
) -> None:
    """The items are kept, and nobody is asked again."""
    world = await held(hass, phone, sent)
    await press(hass, sent, "Keep them")
    assert (await world.sync())["status"] == "success"
    assert await world.left() == names(*range(FILMS))
    assert len(sent) == 1


async def test_a_run_that_failed(
    hass: HomeAssistant, phone: str, sent: list[ServiceCall]
) -> None:
    """It is told without buttons: there is nothing to decide."""
    world = await World.begin(hass, FILMS)
    event = entity_of(hass, "event", world.subentry, "run")
    await automate(hass, "run_needs_a_look", run_event=[event], phone=phone)
    await hass.config_entries.async_unload(world.cabin.entry_id)
    assert (await world.sync())["status"] == "failed"
    await until(lambda: bool(sent))
    assert sent[-1].data["data"]["actions"] == []
    assert "1 errors" in sent[-1].data["message"]


async def test_sync_after_watching(hass: HomeAssistant) -> None:
    """A player that stops has the pair run, unless the next one has begun."""
    world = await make_world(hass)
    await put(world.home, listed(1))
    await automate(
        hass,
        "sync_after_watching",
        players=["media_player.tv", "media_player.bedroom"],
        pairs=[device_of(hass, world.home, world.pair)],
        quiet_minutes=0,
    )
    for state in ("playing", "paused", "playing"):
        hass.states.async_set("media_player.tv", state)
        await settled(hass)
    hass.states.async_set("media_player.bedroom", "playing")
    hass.states.async_set("media_player.tv", "idle")
    await settled(hass)
    feature = next(iter(listed(1)))
    assert await titles(world.cabin, feature) == set()
    hass.states.async_set("media_player.bedroom", "off")
    await settled(hass)
    assert await titles(world.cabin, feature) == names(1)
