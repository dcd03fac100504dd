"""A run shows how far it has come while it goes on, though not too often."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.crosswatch.engine.headway import Headway, Phase
from custom_components.crosswatch.engine.model import Feature
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.event import async_track_state_change_event

from .runs import coordinator_of, entity_of, listed, put, watched
from .service_world import make_world


async def test_phases_are_shown(hass: HomeAssistant) -> None:
    """The status tells the feature and the phase, and nothing of it once it is over."""
    world = await make_world(hass)
    await put(world.home, watched(*range(5)) | listed(7))
    status = entity_of(hass, "sensor", world.pair, "status")
    seen: list[dict[str, object]] = []

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        """Note what is shown."""
        if (state := event.data["new_state"]) is not None:
            seen.append(dict(state.attributes) | {"state": state.state})

    stop = async_track_state_change_event(hass, [status], note)
    await world.sync()
    stop()
    running = [each for each in seen if "phase" in each]
    assert running
    assert {each["state"] for each in running} == {"running"}
    assert running[0]["feature"] == "history"
    assert seen[-1]["state"] == "success"
    assert "phase" not in seen[-1]


async def test_no_more_than_once_a_second(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """What changes within a second is shown once, as it is by then."""
    world = await make_world(hass)
    pair = coordinator_of(world.home, world.pair)
    status = entity_of(hass, "sensor", world.pair, "status")
    written: list[int] = []

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        """Note how many are done by what is shown."""
        if (state := event.data["new_state"]) is not None:
            written.append(state.attributes["done"])

    async_track_state_change_event(hass, [status], note)
    for done in range(1, 100):
        pair.async_watch(Headway(Feature.HISTORY, Phase.WRITING, done, 100))
    await hass.async_block_till_done()
    assert written == [1]
    freezer.tick(timedelta(seconds=1.1))
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    assert written == [1, 99]
