"""The sensor that says how many requests a service still takes of an account."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.crosswatch.const import DOMAIN
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_UNKNOWN, EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from tests.simulators.catalogue import make_catalogue
from tests.simulators.mdblist import MdblistSimulator
from tests.simulators.routing import route_hosts

from .runs import act, add_tracker, entity_of, pair_data, put, set_up, watched

UNIQUE_ID = "entry-mdblist_requests_left"


@pytest.fixture
async def mdblist() -> AsyncIterator[MdblistSimulator]:
    """Return an MDBList that stands in for the real one."""
    async with MdblistSimulator() as service:
        service.behaviour.enforce_window = False
        service.seed(make_catalogue(5, 1))
        with route_hosts({"api.mdblist.com": service.url}):
            yield service


@pytest.fixture
def account(hass: HomeAssistant, mdblist: MdblistSimulator) -> MockConfigEntry:
    """Return an account there that is not set up."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        entry_id="entry-mdblist",
        title="MDBList (alice)",
        unique_id="mdblist_1000",
        data={"provider": "mdblist", "api_key": mdblist.API_KEY},
    )
    entry.add_to_hass(hass)
    return entry


async def test_requests_left(
    hass: HomeAssistant, mdblist: MdblistSimulator, account: MockConfigEntry
) -> None:
    """It is known from the start, and moves with each run, without asking for it."""
    home = await add_tracker(
        hass,
        "Home",
        pairs={"pair": pair_data("MDBList", features=["history"])},
    )
    await set_up(hass, account)
    await put(home, watched(1, 2))
    entity_id = entity_of(hass, "sensor", account, "requests_left")
    registered = er.async_get(hass).async_get(entity_id)
    assert registered is not None
    assert registered.unique_id == UNIQUE_ID
    assert registered.entity_category is EntityCategory.DIAGNOSTIC
    state = hass.states.get(entity_id)
    assert state is not None
    assert state.state == "999"
    assert state.attributes["limit"] == 1000
    assert state.attributes["reset"].endswith("T00:00:00+00:00")
    assert state.attributes["state_class"] == "measurement"
    await act(hass, "sync")
    await hass.async_block_till_done()
    state = hass.states.get(entity_id)
    assert state is not None
    assert int(state.state) == 1000 - mdblist.limiter.used(mdblist.alice) < 999
    assert mdblist.count("GET", "/user") == 1


@pytest.mark.freeze_time("2026-05-20T20:00:00+00:00")
async def test_midnight(
    hass: HomeAssistant,
    mdblist: MdblistSimulator,
    account: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """At midnight there are new requests, also if nothing runs then."""
    await set_up(hass, account)
    entity_id = entity_of(hass, "sensor", account, "requests_left")
    mdblist.reset_requests()
    for day in (21, 22):
        midnight = datetime(2026, 5, day, tzinfo=UTC)
        freezer.move_to(midnight)
        async_fire_time_changed(hass, midnight)
        await hass.async_block_till_done()
        state = hass.states.get(entity_id)
        assert state is not None
        assert state.state == "1000"
        assert state.attributes["reset"] == f"2026-05-{day + 1}T00:00:00+00:00"
    assert not mdblist.requests
    assert await hass.config_entries.async_unload(account.entry_id)


async def test_numbers_that_are_not_told(
    hass: HomeAssistant, mdblist: MdblistSimulator, account: MockConfigEntry
) -> None:
    """It is unknown where the service does not tell."""
    mdblist.behaviour.tells_numbers = False
    await set_up(hass, account)
    entity_id = entity_of(hass, "sensor", account, "requests_left")
    state = hass.states.get(entity_id)
    assert state is not None
    assert state.state == STATE_UNKNOWN
    assert "limit" not in state.attributes


async def test_accounts_without_a_count(hass: HomeAssistant) -> None:
    """An account whose requests nobody counts has no such sensor."""
    home = await add_tracker(hass, "Home")
    await set_up(hass, home)
    assert home.state is ConfigEntryState.LOADED
    registry = er.async_get(hass)
    entries = er.async_entries_for_config_entry(registry, home.entry_id)
    assert not any("requests" in entry.unique_id for entry in entries)
