"""The schedule: when pairs run by themselves, and when they do not."""

from datetime import UTC, datetime, timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.crosswatch.schedule import JITTER
from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import (
    EVENT_HOMEASSISTANT_STARTED,
    STATE_OFF,
    STATE_ON,
    STATE_UNKNOWN,
)
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.util import dt as dt_util

from .runs import (
    act,
    add_tracker,
    coordinator_of,
    device_of,
    entity_of,
    pair_data,
    press,
    put,
    set_up,
    settled,
    state_of,
    watched,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
INTERVAL = timedelta(minutes=60)
pytestmark = pytest.mark.freeze_time(NOW)


class World:
    """A pair Home → Cabin that runs every hour."""

    def __init__(
        self,
        hass: HomeAssistant,
        freezer: FrozenDateTimeFactory,
        home: MockConfigEntry,
    ) -> None:
        """Take the account Home."""
        self.hass = hass
        self.home = home
        self._freezer = freezer

    @property
    def pair(self) -> ConfigSubentry:
        """Return the pair."""
        return self.home.subentries["cabin"]

    @property
    def runs(self) -> str | None:
        """Return the id of the last run."""
        report = coordinator_of(self.home, self.pair).data.report
        return report.run_id if report else None

    @property
    def next_run(self) -> datetime | None:
        """Return when the next run is shown to be due."""
        return dt_util.parse_datetime(
            state_of(self.hass, "sensor", self.pair, "next_run")
        )

    async def wait(self, time: timedelta) -> None:
        """Let time pass, and what is due happen."""
        self._freezer.tick(time)
        async_fire_time_changed(self.hass)
        await settled(self.hass)

    async def switch(self, key: str, state: str) -> None:
        """Turn a switch of the pair on or off."""
        await self.hass.services.async_call(
            "switch",
            f"turn_{state}",
            {"entity_id": entity_of(self.hass, "switch", self.pair, key)},
            blocking=True,
        )
        await self.hass.async_block_till_done()


@pytest.fixture
async def world(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> World:
    """Return two accounts with a pair."""
    home = await add_tracker(
        hass, "Home", pairs={"cabin": pair_data("Cabin", interval=60)}
    )
    await set_up(hass, home, await add_tracker(hass, "Cabin"))
    await put(home, watched(1, 2))
    return World(hass, freezer, home)


async def test_new_pair_waits_for_its_interval(world: World) -> None:
    """Run for the first time an interval after the pair was made, then on and on."""
    assert world.next_run == NOW + INTERVAL
    await world.wait(INTERVAL - timedelta(minutes=1))
    assert world.runs is None
    await world.wait(timedelta(minutes=1, seconds=1))
    first = world.runs
    assert first is not None
    assert state_of(world.hass, "sensor", world.pair, "added") == "2"
    last_run = dt_util.parse_datetime(
        state_of(world.hass, "sensor", world.pair, "last_run")
    )
    assert last_run is not None
    assert world.next_run == last_run + INTERVAL
    await world.wait(INTERVAL + timedelta(seconds=1))
    assert world.runs != first


async def test_reload_runs_nothing_that_is_not_due(world: World) -> None:
    """Keep the due time over a reload, counted from when the pair was made."""
    await world.wait(timedelta(minutes=20))
    await world.hass.config_entries.async_reload(world.home.entry_id)
    await settled(world.hass)
    assert world.runs is None
    assert world.next_run == NOW + INTERVAL


async def test_last_run_survives_a_restart(world: World) -> None:
    """Keep the last result and the due time, counted from the last run."""
    await world.wait(timedelta(minutes=20))
    await act(world.hass, "sync")
    run, next_run = world.runs, world.next_run
    assert next_run is not None
    assert abs(next_run - (NOW + timedelta(minutes=20) + INTERVAL)) < timedelta(
        seconds=5
    )
    for entry_id in ("entry-home", "entry-cabin"):
        await world.hass.config_entries.async_unload(entry_id)
    await world.wait(timedelta(minutes=10))
    for entry_id in ("entry-home", "entry-cabin"):
        await world.hass.config_entries.async_setup(entry_id)
    await settled(world.hass)
    assert (world.runs, world.next_run) == (run, next_run)
    assert state_of(world.hass, "sensor", world.pair, "status") == "success"
    assert state_of(world.hass, "sensor", world.pair, "added") == "2"


async def test_overdue_run_waits_for_the_start(
    hass: HomeAssistant, world: World
) -> None:
    """Make up for a missed run, but only soon after Home Assistant has started."""
    await hass.config_entries.async_unload(world.home.entry_id)
    await world.wait(INTERVAL * 5)
    hass.set_state(CoreState.starting)
    await hass.config_entries.async_setup(world.home.entry_id)
    await world.wait(timedelta(seconds=JITTER[1] + 1))
    assert world.runs is None
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await settled(hass)
    assert world.runs is None
    await world.wait(timedelta(seconds=JITTER[1] + 1))
    assert world.runs is not None


async def test_switched_off_and_on(world: World) -> None:
    """Run nothing while the schedule is off, without any reload."""
    coordinator = coordinator_of(world.home, world.pair)
    await world.switch("enabled", "off")
    assert world.pair.data["enabled"] is False
    assert state_of(world.hass, "switch", world.pair, "enabled") == STATE_OFF
    assert state_of(world.hass, "sensor", world.pair, "next_run") == STATE_UNKNOWN
    await world.wait(INTERVAL * 3)
    assert world.runs is None
    await world.switch("enabled", "on")
    assert state_of(world.hass, "switch", world.pair, "enabled") == STATE_ON
    await world.wait(timedelta(seconds=JITTER[1] + 1))
    assert world.runs is not None
    assert coordinator_of(world.home, world.pair) is coordinator


async def test_dry_run_switch(world: World) -> None:
    """Go by the switch at the moment of the run, without any reload."""
    coordinator = coordinator_of(world.home, world.pair)
    await world.switch("dry_run", "on")
    assert world.pair.data["dry_run"] is True
    await world.wait(INTERVAL + timedelta(seconds=1))
    report = coordinator.data.report
    assert report is not None
    assert report.dry_run
    await world.switch("dry_run", "off")
    await world.wait(INTERVAL + timedelta(seconds=1))
    assert coordinator.data.report is not None
    assert not coordinator.data.report.dry_run
    assert coordinator_of(world.home, world.pair) is coordinator


async def test_by_hand_only(hass: HomeAssistant, world: World) -> None:
    """Never run a pair without an interval by itself."""
    hass.config_entries.async_update_subentry(
        world.home, world.pair, data={**world.pair.data, "interval": 0}
    )
    await hass.async_block_till_done()
    assert state_of(hass, "sensor", world.pair, "next_run") == STATE_UNKNOWN
    await world.wait(timedelta(days=30))
    assert world.runs is None
    await press(hass, world.pair, "sync")
    await settled(hass)
    assert world.runs is not None


async def test_disabled_device_does_not_run(hass: HomeAssistant, world: World) -> None:
    """Run nothing for a pair whose device is disabled."""
    dr.async_get(hass).async_update_device(
        device_of(hass, world.home, world.pair),
        disabled_by=dr.DeviceEntryDisabler.USER,
    )
    await world.wait(INTERVAL * 2)
    assert world.runs is None


async def test_run_by_hand_counts(hass: HomeAssistant, world: World) -> None:
    """Count the next run from one that a person started."""
    await world.wait(timedelta(minutes=50))
    await press(hass, world.pair, "dry_run_now")
    await settled(hass)
    run = world.runs
    await world.wait(timedelta(minutes=30))
    assert world.runs == run
    await world.wait(timedelta(minutes=31))
    assert world.runs != run
