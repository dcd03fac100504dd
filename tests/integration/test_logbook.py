"""How runs read in Home Assistant's logbook.

It tells event entities and states in the words of their translations: nothing of our
own is needed for that, only that a run leaves few lines, and clear ones.
"""

from datetime import timedelta
from typing import Any

import pytest
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_recorder_block_till_done,
    async_wait_recording_done,
)
from pytest_homeassistant_custom_component.typing import (
    RecorderInstanceContextManager,
    WebSocketGenerator,
)

from custom_components.crosswatch.engine.headway import Headway, Phase
from custom_components.crosswatch.engine.model import Feature
from homeassistant.components.recorder import Recorder
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util

from .runs import act, coordinator_of, entity_of, put, settled, watched
from .service_world import World, make_world


@pytest.fixture
async def mock_recorder_before_hass(
    async_test_recorder: RecorderInstanceContextManager,
) -> None:
    """Let there be a recorder, which has to be prepared before Home Assistant is."""


@pytest.fixture
async def world(recorder_mock: Recorder, hass: HomeAssistant) -> World:
    """Return accounts whose runs are told in the logbook."""
    # Its panel is not looked at, and the files of the frontend are not there.
    hass.config.components.add("frontend")
    assert await async_setup_component(hass, "logbook", {})
    await async_recorder_block_till_done(hass)
    return await make_world(hass)


async def told(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, entity_ids: list[str]
) -> list[dict[str, Any]]:
    """Return the lines of the logbook about entities, oldest first."""
    await settled(hass)
    await async_wait_recording_done(hass)
    client = await hass_ws_client()
    await client.send_json_auto_id(
        {
            "type": "logbook/get_events",
            "start_time": (dt_util.utcnow() - timedelta(hours=1)).isoformat(),
            "entity_ids": entity_ids,
        }
    )
    answer = await client.receive_json()
    assert answer["success"], answer
    lines: list[dict[str, Any]] = answer["result"]
    return lines


async def test_runs(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, world: World
) -> None:
    """Each run is told by how it ended, of which there is a text in every language."""
    event = entity_of(hass, "event", world.pair, "run")
    await put(world.home, watched(1))
    await world.sync()
    await act(hass, "dry_run", device_id=world.device)
    lines = await told(hass, hass_ws_client, [event])
    runs = [each for each in lines if each["state"] != "unknown"]
    assert [each["attributes"] for each in runs] == [{"event_type": "success"}] * 2
    status = entity_of(hass, "sensor", world.pair, "status")
    lines = await told(hass, hass_ws_client, [status])
    states = [each["state"] for each in lines]
    assert states[-4:] == ["running", "success"] * 2
    assert states.count("running") == 2


async def test_numbers_are_not_told(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, world: World
) -> None:
    """Neither counts nor how far a run has come fill the logbook."""
    await put(world.home, watched(1))
    await world.sync()
    pair = coordinator_of(world.home, world.pair)
    pair.async_watch(Headway(Feature.HISTORY, Phase.WRITING, 1, 100))
    registry = er.async_get(hass)
    ours = [
        entity
        for entity in registry.entities.values()
        if entity.config_subentry_id == world.pair.subentry_id
    ]
    lines = await told(hass, hass_ws_client, [entity.entity_id for entity in ours])
    keys = {entity.entity_id: entity.translation_key for entity in ours}
    named = {keys[line["entity_id"]] for line in lines if "entity_id" in line}
    assert {"run", "status"} <= named
    assert not named & {"added", "removed", "updated", "skipped", "unresolved"}
    assert not named & {"errors", "duration"}
    status = [line for line in lines if keys.get(line["entity_id"]) == "status"]
    assert [line["state"] for line in status][-2:] == ["running", "success"]
