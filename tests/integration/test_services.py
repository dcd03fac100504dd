"""The actions: what they do, what they answer, and what they refuse."""

from datetime import timedelta

import pytest
import voluptuous as vol

from custom_components.crosswatch.const import DOMAIN
from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.runtime import async_get_runtime
from homeassistant.config_entries import ConfigEntry, ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.util import dt as dt_util

from . import add_pair, connect
from .made_up import Service
from .runs import (
    act,
    add_tracker,
    coordinator_of,
    device_of,
    entry_id_of,
    film,
    listed,
    pair_data,
    put,
    rated,
    set_up,
    state_of,
    titles,
    until,
    watched,
)
from .service_world import ALL, ZERO, World, make_world, refusal
from .test_options_move import made_up_account


@pytest.fixture
async def world(hass: HomeAssistant) -> World:
    """Return accounts with two pairs, and films at their source."""
    world = await make_world(hass)
    await put(world.home, watched(1, 2, 3) | listed(4) | rated(film_1=8.0))
    return world


async def test_dry_run_writes_nothing(hass: HomeAssistant, world: World) -> None:
    """Show what would be done, item by item, and do none of it."""
    response = await act(hass, "dry_run", device_id=world.device)
    (run,) = response["runs"]
    assert run["status"] == "success"
    assert run["dry_run"] is True
    assert run["pair"] == "Home → cabin"
    assert run["pair_id"] == "cabin"
    assert response["totals"] == {**ZERO, "added": 5}
    assert {name: counts["added"] for name, counts in run["features"].items()} == {
        "history": 3,
        "watchlist": 1,
        "ratings": 1,
    }
    assert {item["title"] for item in run["items"]} == {
        f"Film {n}" for n in range(1, 5)
    }
    assert {item["outcome"] for item in run["items"]} == {"planned"}
    assert {item["side"] for item in run["items"]} == {"target"}
    for feature in map(Feature, ALL):
        assert await titles(world.cabin, feature) == set()


async def test_sync_does_what_the_dry_run_showed(
    hass: HomeAssistant, world: World
) -> None:
    """Sync, and find nothing more to do the second time."""
    shown = await act(hass, "dry_run", device_id=world.device)
    done = await act(hass, "sync", device_id=world.device)
    assert done["totals"] == shown["totals"]
    assert "items" not in done["runs"][0]
    assert await titles(world.cabin, Feature.HISTORY) == {"Film 1", "Film 2", "Film 3"}
    assert await titles(world.cabin, Feature.WATCHLIST) == {"Film 4"}
    assert await titles(world.cabin, Feature.RATINGS) == {"Film 1"}
    again = await act(hass, "sync", device_id=world.device)
    assert again["totals"] == ZERO
    assert again["runs"][0]["status"] == "success"


async def test_sync_without_device_runs_all_that_are_on(
    hass: HomeAssistant, world: World
) -> None:
    """Leave out a pair whose schedule is off, unless it is named."""
    response = await act(hass, "sync")
    assert [run["pair_id"] for run in response["runs"]] == ["cabin"]
    assert await titles(world.boat, Feature.HISTORY) == set()
    named = device_of(hass, world.home, world.second)
    response = await act(hass, "sync", device_id=[named, named])
    assert [run["pair_id"] for run in response["runs"]] == ["boat"]
    assert len(await titles(world.boat, Feature.HISTORY)) == 3


async def test_sync_goes_by_the_pair_or_the_call(
    hass: HomeAssistant, world: World
) -> None:
    """Take a pair's own dry run setting, unless the call has one."""
    data = {**world.pair.data, "dry_run": True}
    hass.config_entries.async_update_subentry(world.home, world.pair, data=data)
    response = await act(hass, "sync", device_id=world.device)
    assert response["runs"][0]["dry_run"] is True
    assert await titles(world.cabin, Feature.HISTORY) == set()
    response = await act(
        hass, "sync", device_id=world.device, dry_run=False, include_items=True
    )
    assert response["runs"][0]["dry_run"] is False
    assert {item["outcome"] for item in response["runs"][0]["items"]} == {"applied"}
    assert len(await titles(world.cabin, Feature.HISTORY)) == 3


async def test_features_narrow_a_run(hass: HomeAssistant, world: World) -> None:
    """Sync only what is asked for, at the pairs that have it."""
    response = await act(hass, "sync", device_id=world.device, features=["watchlist"])
    assert list(response["runs"][0]["features"]) == ["watchlist"]
    assert await titles(world.cabin, Feature.HISTORY) == set()
    hass.config_entries.async_update_subentry(
        world.home, world.second, data={**world.second.data, "enabled": True}
    )
    response = await act(hass, "sync", features=["ratings", "watchlist"])
    assert [run["pair_id"] for run in response["runs"]] == ["cabin"]
    response = await act(hass, "sync", features="history")
    assert [run["pair_id"] for run in response["runs"]] == ["cabin", "boat"]


async def test_full_refresh_reads_again(hass: HomeAssistant, world: World) -> None:
    """Sync with everything read afresh, which changes nothing."""
    await act(hass, "sync", device_id=world.device)
    response = await act(hass, "sync", device_id=world.device, full_refresh=True)
    assert response["totals"]["added"] == 0
    assert response["totals"]["errors"] == 0


async def test_pairs_of_one_action_see_what_the_others_wrote(
    hass: HomeAssistant, world: World
) -> None:
    """Run pairs that share an account in order, on one set of snapshots."""
    chain = await add_tracker(hass, "Chain", pairs={"to-home": pair_data("Home")})
    await set_up(hass, chain)
    await put(chain, watched(9))
    devices = [
        device_of(hass, chain, chain.subentries["to-home"]),
        device_of(hass, world.home, world.pair),
    ]
    response = await act(hass, "sync", device_id=devices, features=["history"])
    assert [run["pair_id"] for run in response["runs"]] == ["to-home", "cabin"]
    assert film(9).title in await titles(world.cabin, Feature.HISTORY)
    first, second = response["runs"]
    assert first["finished"] <= second["finished"]


async def test_all_pairs_run_in_the_order_they_were_added(
    hass: HomeAssistant, tracker: ConfigEntry, other_tracker: ConfigEntry
) -> None:
    """Go by when pairs were added, not by when their accounts were."""
    second = await connect(hass, "tracker", {"name": "Boat"})
    added = [
        await add_pair(hass, other_tracker, tracker),
        await add_pair(hass, tracker, other_tracker),
        await add_pair(hass, other_tracker, second),
    ]
    response = await act(hass, "sync")
    assert [run["pair_id"] for run in response["runs"]] == [
        pair.subentry_id for pair in added
    ]


async def test_get_last_run(hass: HomeAssistant, world: World) -> None:
    """Answer from the store, without the pairs that never ran."""
    assert await act(hass, "get_last_run") == {"runs": [], "totals": ZERO}
    shown = await act(hass, "dry_run", device_id=world.device)
    assert await act(hass, "get_last_run") == shown
    assert await act(hass, "get_last_run", device_id=world.device) == shown
    second = device_of(hass, world.home, world.second)
    assert (await act(hass, "get_last_run", device_id=second))["runs"] == []


async def test_a_run_without_response(hass: HomeAssistant, world: World) -> None:
    """Call the action from an automation that wants no answer."""
    await hass.services.async_call(
        DOMAIN, "sync", {"device_id": world.device}, blocking=True
    )
    await hass.async_block_till_done()
    assert state_of(hass, "sensor", world.pair, "added") == "5"


async def test_cancel_without_a_run(hass: HomeAssistant, world: World) -> None:
    """Say that nothing was cancelled."""
    assert await act(hass, "cancel") == {"cancelled": 0}
    assert await act(hass, "cancel", device_id=world.device) == {"cancelled": 0}


ACTIONS = pytest.mark.parametrize(
    "action", ["sync", "dry_run", "get_last_run", "cancel"]
)


@ACTIONS
async def test_unknown_device(hass: HomeAssistant, world: World, action: str) -> None:
    """Refuse a device that there is not."""
    assert await refusal(hass, action, device_id="nonsense") == "device_not_found"


@pytest.mark.parametrize("action", ["sync", "dry_run", "get_last_run"])
async def test_device_of_an_account(
    hass: HomeAssistant, world: World, action: str
) -> None:
    """Refuse a device that is no pair."""
    account = device_of(hass, world.home)
    assert await refusal(hass, action, device_id=account) == "not_a_pair"


@ACTIONS
async def test_disabled_device(hass: HomeAssistant, world: World, action: str) -> None:
    """Refuse a pair whose device is disabled."""
    dr.async_get(hass).async_update_device(
        world.device, disabled_by=dr.DeviceEntryDisabler.USER
    )
    assert await refusal(hass, action, device_id=world.device) == "pair_disabled"


@ACTIONS
async def test_disabled_account(hass: HomeAssistant, world: World, action: str) -> None:
    """Refuse a pair whose account is disabled."""
    device = world.device
    await hass.config_entries.async_set_disabled_by(
        world.home.entry_id, ConfigEntryDisabler.USER
    )
    assert await refusal(hass, action, device_id=device) == "pair_disabled"


@ACTIONS
async def test_account_not_loaded(
    hass: HomeAssistant, world: World, action: str
) -> None:
    """Refuse a pair whose account is not loaded."""
    device = world.device
    await hass.config_entries.async_unload(world.home.entry_id)
    assert await refusal(hass, action, device_id=device) == "account_not_loaded"


async def test_disabled_device_takes_no_part(hass: HomeAssistant, world: World) -> None:
    """Leave a pair whose device is disabled out of a sync of all."""
    dr.async_get(hass).async_update_device(
        world.device, disabled_by=dr.DeviceEntryDisabler.USER
    )
    assert await refusal(hass, "sync") == "no_pairs"


async def test_feature_that_the_pair_lacks(hass: HomeAssistant, world: World) -> None:
    """Refuse to sync a feature that the pair is not set to."""
    second = device_of(hass, world.home, world.second)
    data = {"device_id": second, "features": ["history", "ratings"]}
    assert await refusal(hass, "sync", **data) == "feature_not_in_pair"
    assert await titles(world.boat, Feature.HISTORY) == set()


async def test_feature_that_there_is_not(hass: HomeAssistant, world: World) -> None:
    """Refuse a feature that nobody knows."""
    with pytest.raises(vol.Invalid):
        await act(hass, "sync", features=["nonsense"])


async def test_no_pair_is_on(hass: HomeAssistant, world: World) -> None:
    """Say so if there is nothing to run."""
    hass.config_entries.async_update_subentry(
        world.home, world.pair, data={**world.pair.data, "enabled": False}
    )
    assert await refusal(hass, "sync") == "no_pairs"


async def test_already_running(hass: HomeAssistant, world: World) -> None:
    """Refuse to start a pair twice, and start none of the others then."""
    first = hass.async_create_task(act(hass, "sync", device_id=world.device))
    await until(lambda: coordinator_of(world.home, world.pair).data.running)
    second = device_of(hass, world.home, world.second)
    devices = [second, world.device]
    assert await refusal(hass, "sync", device_id=devices) == "already_running"
    assert not coordinator_of(world.home, world.second).data.running
    assert (await first)["totals"]["added"] == 5


async def test_all_pairs_while_one_runs(hass: HomeAssistant, world: World) -> None:
    """Leave a pair to the run that is going on; refuse where there is no other."""
    first = hass.async_create_task(act(hass, "sync", device_id=world.device))
    await until(lambda: coordinator_of(world.home, world.pair).data.running)
    assert await refusal(hass, "sync") == "already_running"
    hass.config_entries.async_update_subentry(
        world.home, world.second, data={**world.second.data, "enabled": True}
    )
    answer = await act(hass, "sync")
    assert [run["pair_id"] for run in answer["runs"]] == [world.second.subentry_id]
    assert (await first)["totals"]["added"] == 5


async def test_fault_of_our_own(
    hass: HomeAssistant, made_up: Service, caplog: pytest.LogCaptureFixture
) -> None:
    """Tell of a run that ends in a way nobody thought of; it is over all the same."""
    home = await add_tracker(hass, "Home", pairs={"attic": pair_data("Attic")})
    await set_up(hass, home, made_up_account(hass, {}))
    await put(home, watched(1, 2, 3))
    (pair,) = home.subentries.values()
    device = device_of(hass, home, pair)
    coordinator = coordinator_of(home, pair)
    made_up.fault = RuntimeError("of our own")
    with pytest.raises(RuntimeError, match="of our own"):
        await act(hass, "sync", device_id=device)
    assert not coordinator.data.running
    assert state_of(hass, "sensor", pair, "status") == "failed"
    assert state_of(hass, "binary_sensor", pair, "problem") == "on"
    assert f"The run of {pair.title} broke" in caplog.text
    answer = await act(hass, "get_last_run", device_id=device)
    assert [run["status"] for run in answer["runs"]] == ["failed"]
    # It is not tried again and again.
    assert coordinator.data.next_run is not None
    assert coordinator.data.next_run > dt_util.utcnow() + timedelta(hours=11)
    made_up.fault = None
    assert (await act(hass, "sync", device_id=device))["totals"]["added"] == 3


async def test_pairs_that_share_nothing_run_side_by_side(
    hass: HomeAssistant, world: World
) -> None:
    """Let a run that waits hold up only those that share an account with it."""
    east = await add_tracker(hass, "East", pairs={"west": pair_data("West")})
    await set_up(hass, east, await add_tracker(hass, "West"))
    held = async_get_runtime(hass).queue.turn([world.cabin.entry_id])
    devices = [
        world.device,
        device_of(hass, world.home, world.second),
        device_of(hass, east, east.subentries["west"]),
    ]
    async with held:
        waiting = hass.async_create_task(act(hass, "sync", device_id=devices))
        other = coordinator_of(east, east.subentries["west"])
        await until(lambda: other.data.report is not None)
        for pair in (world.pair, world.second):
            assert coordinator_of(world.home, pair).data.running
    response = await waiting
    assert [run["pair_id"] for run in response["runs"]] == ["cabin", "boat", "west"]
    assert {run["status"] for run in response["runs"]} == {"success"}


async def test_broken_pair(hass: HomeAssistant) -> None:
    """Refuse a pair whose settings make no sense."""
    home = await add_tracker(hass, "Home", pairs={"cabin": pair_data("Cabin")})
    cabin = await add_tracker(hass, "Cabin")
    await set_up(hass, home, cabin)
    device = device_of(hass, home, home.subentries["cabin"])
    broken = {"target": entry_id_of("Cabin"), "features": []}
    hass.config_entries.async_update_subentry(
        home, home.subentries["cabin"], data=broken
    )
    await hass.async_block_till_done()
    assert await refusal(hass, "sync", device_id=device) == "pair_broken"
