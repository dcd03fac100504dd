"""What the recorder keeps of the entities, and the statistics that it makes of them."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_recorder_block_till_done,
    async_wait_recording_done,
    do_adhoc_statistics,
    statistics_during_period,
)
from pytest_homeassistant_custom_component.typing import RecorderInstanceContextManager

from custom_components.crosswatch.engine.headway import Headway, Phase
from custom_components.crosswatch.engine.model import Feature
from homeassistant.components.recorder import Recorder
from homeassistant.components.recorder.history import get_significant_states
from homeassistant.components.recorder.statistics import list_statistic_ids
from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component

from .runs import coordinator_of, entity_of, listed, put, settled, watched
from .service_world import World, make_world

STARTED = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
async def mock_recorder_before_hass(
    async_test_recorder: RecorderInstanceContextManager,
) -> None:
    """Let there be a recorder, which has to be prepared before Home Assistant is."""


@pytest.fixture
async def world(
    recorder_mock: Recorder, hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> AsyncIterator[World]:
    """Return accounts whose entities are recorded."""
    freezer.move_to(STARTED)
    assert await async_setup_component(hass, "sensor", {})
    await async_recorder_block_till_done(hass)
    yield await make_world(hass)
    await settled(hass)


def numeric(hass: HomeAssistant) -> dict[str, er.RegistryEntry]:
    """Return all sensors of ours that are numbers, by their ids."""
    return {
        entity.entity_id: entity
        for entity in er.async_get(hass).entities.values()
        if entity.platform == "crosswatch"
        and entity.domain == "sensor"
        and entity.unit_of_measurement
    }


async def compiled(hass: HomeAssistant, world: World, key: str) -> dict[str, Any]:
    """Return the statistics of a sensor of the pair or its source, made just now."""
    owner = world.home if key in set(Feature) else world.pair
    entity_id = entity_of(hass, "sensor", owner, key)
    await async_wait_recording_done(hass)
    do_adhoc_statistics(hass, start=STARTED)
    await async_wait_recording_done(hass)
    found = statistics_during_period(hass, STARTED, period="5minute")
    (row,) = found[entity_id]
    return dict(row)


async def test_every_number_has_statistics(hass: HomeAssistant, world: World) -> None:
    """All that is counted is kept for years, in the unit that people read."""
    await put(world.home, watched(1, 2) | listed(3))
    await world.sync()
    await async_wait_recording_done(hass)
    do_adhoc_statistics(hass, start=STARTED)
    await async_wait_recording_done(hass)
    kept = {
        each["statistic_id"]: each
        for each in await hass.async_add_executor_job(list_statistic_ids, hass)
    }
    entities = numeric(hass)
    assert {each.unique_id for each in entities.values()} >= {
        f"{world.home.entry_id}_history",
        f"{world.pair.subentry_id}_added",
        f"{world.pair.subentry_id}_duration",
    }
    assert kept.keys() == entities.keys()
    for entity_id, statistic in kept.items():
        unit = entities[entity_id].unit_of_measurement
        assert statistic["statistics_unit_of_measurement"] == unit
        assert not statistic["has_sum"]
    # The second pair has not run, and positions have been read of no account.
    rows = statistics_during_period(hass, STARTED, period="5minute")
    assert rows.keys() == {
        entity_id
        for entity_id in entities
        if (state := hass.states.get(entity_id)) and state.state != STATE_UNKNOWN
    }
    assert len(rows) == 7 + 3 + 3


async def test_values(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, world: World
) -> None:
    """The statistics are those of what was counted."""
    await put(world.home, watched(1, 2) | listed(3))
    await world.sync()
    freezer.tick(timedelta(minutes=5))
    for key, expected in (("added", 3), ("history", 2), ("watchlist", 1)):
        row = await compiled(hass, world, key)
        assert (row["mean"], row["min"], row["max"]) == (expected,) * 3, key


def recorded(hass: HomeAssistant, entity_id: str) -> list[State]:
    """Return the states of an entity that were recorded, with their attributes."""
    states: Any = get_significant_states(
        hass,
        STARTED - timedelta(hours=1),
        entity_ids=[entity_id],
        significant_changes_only=False,
    )
    return list(states[entity_id])


@pytest.mark.parametrize(
    ("platform", "key", "kept", "left_out"),
    [
        pytest.param("sensor", "added", {"dry_run", "history"}, {"run_id"}, id="count"),
        pytest.param("event", "run", {"added", "dry_run"}, {"run_id"}, id="event"),
        pytest.param(
            "sensor",
            "status",
            set(),
            {"feature", "phase", "done", "total"},
            id="status",
        ),
        pytest.param("binary_sensor", "problem", set(), {"messages"}, id="problem"),
    ],
)
async def test_attributes(
    hass: HomeAssistant,
    world: World,
    platform: str,
    key: str,
    kept: set[str],
    left_out: set[str],
) -> None:
    """What is new at every run, or within it, does not fill the database."""
    entity_id = entity_of(hass, platform, world.pair, key)
    await put(world.home, watched(1))
    await world.sync()
    pair = coordinator_of(world.home, world.pair)
    pair.async_watch(Headway(Feature.HISTORY, Phase.WRITING, 1, 100))
    shown = hass.states.get(entity_id)
    assert shown is not None
    assert shown.attributes.keys() >= kept | left_out
    await async_wait_recording_done(hass)
    states = await hass.async_add_executor_job(recorded, hass, entity_id)
    assert states[-1].state == shown.state
    assert states[-1].attributes.keys() >= kept
    for state in states:
        assert not state.attributes.keys() & left_out
