"""The action that takes back a run, on real accounts."""

import asyncio
from copy import replace
from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.engine.store import KEPT_RUNS
from custom_components.crosswatch.runtime import async_get_runtime
from homeassistant.core import HomeAssistant

from .runs import (
    act,
    coordinator_of,
    device_of,
    listed,
    put,
    rated,
    settled,
    state_of,
    titles,
    until,
    watched,
)
from .service_world import ZERO, World, items, make_world, refusal, take


@pytest.fixture
async def world(hass: HomeAssistant) -> World:
    """Return accounts whose pair also removes, and films at their source."""
    world = await make_world(
        hass,
        **{each: {"remove": True} for each in ("history", "watchlist", "ratings")},
    )
    await put(world.home, watched(1, 2) | listed(3) | rated(film_1=8.0))
    return world


async def ratings(world: World) -> dict[str, float]:
    """Return the ratings of the target, by title."""
    provider = world.cabin.runtime_data.account.provider
    snapshot = await provider.read(Feature.RATINGS, None)
    return {each.item.title: each.value.rating for each in snapshot.records.values()}


async def test_undo_of_additions(hass: HomeAssistant, world: World) -> None:
    """Remove what a run added, and nothing else."""
    await put(world.cabin, watched(9))
    run = await world.sync()
    assert run["added"] == 4
    undone = await act(hass, "undo_run", device_id=world.device, run_id=run["run_id"])
    (report,) = undone["runs"]
    assert undone["totals"] == {**ZERO, "removed": 4}
    assert report["undo_of"] == run["run_id"]
    assert report["status"] == "success"
    assert report["dry_run"] is False
    assert items(report) == {
        (title, "remove", "applied", "undo") for title in ("Film 1", "Film 2", "Film 3")
    }
    assert await titles(world.cabin, Feature.HISTORY) == {"Film 9"}
    assert await titles(world.cabin, Feature.WATCHLIST) == set()
    assert await ratings(world) == {}
    assert await titles(world.home, Feature.HISTORY) == {"Film 1", "Film 2"}


async def test_later_runs_leave_alone_what_was_taken_back(
    hass: HomeAssistant, world: World
) -> None:
    """Sync after an undo, and write none of it again; what changes is synced."""
    run = await world.sync()
    await act(hass, "undo_run", device_id=world.device, run_id=run["run_id"])
    for _ in range(2):
        again = await world.sync()
        assert (again["added"], again["removed"], again["updated"]) == (0, 0, 0)
        assert items(again) == {
            (title, "skip", "skipped", "undone")
            for title in ("Film 1", "Film 2", "Film 3")
        }
    await put(world.home, watched(5) | rated(film_1=3.0))
    report = await world.sync()
    assert report["added"] == 2
    assert await titles(world.cabin, Feature.HISTORY) == {"Film 5"}
    assert await ratings(world) == {"Film 1": 3.0}


async def test_undo_hides_nothing_from_the_next_run(
    hass: HomeAssistant, world: World
) -> None:
    """Sync what was new before an undo, which has read it but not synced it."""
    run = await world.sync()
    await put(world.home, watched(5))
    await act(hass, "undo_run", device_id=world.device, run_id=run["run_id"])
    assert (await world.sync())["added"] == 1
    assert await titles(world.cabin, Feature.HISTORY) == {"Film 5"}


async def test_undo_of_updates_and_removals(hass: HomeAssistant, world: World) -> None:
    """Restore what a run changed, and add what it removed."""
    await world.sync()
    # Only what both accounts have listed themselves is ever removed.
    await world.sync()
    await put(world.home, rated(film_1=5.0))
    await take(world.home, Feature.WATCHLIST)
    run = await world.sync()
    assert (run["updated"], run["removed"]) == (1, 1)
    assert await ratings(world) == {"Film 1": 5.0}
    assert await titles(world.cabin, Feature.WATCHLIST) == set()
    undone = await act(hass, "undo_run", device_id=world.device, run_id=run["run_id"])
    assert undone["totals"] == {**ZERO, "added": 1, "updated": 1}
    assert await ratings(world) == {"Film 1": 8.0}
    assert await titles(world.cabin, Feature.WATCHLIST) == {"Film 3"}
    again = await world.sync()
    assert (again["added"], again["removed"], again["updated"]) == (0, 0, 0)
    assert await ratings(world) == {"Film 1": 8.0}
    assert await titles(world.cabin, Feature.WATCHLIST) == {"Film 3"}


async def test_undo_twice(hass: HomeAssistant, world: World) -> None:
    """Take back a run once; the second time, there is nothing left to take back."""
    run = await world.sync()
    await act(hass, "undo_run", device_id=world.device, run_id=run["run_id"])
    second = await act(hass, "undo_run", device_id=world.device, run_id=run["run_id"])
    assert second["totals"] == {**ZERO, "skipped": 4}
    assert {each["reason"] for each in second["runs"][0]["items"]} == {"changed_since"}


async def test_undo_of_an_undo(hass: HomeAssistant, world: World) -> None:
    """Take back an undo, which gives the target what it had."""
    run = await world.sync()
    undone = await act(hass, "undo_run", device_id=world.device, run_id=run["run_id"])
    redone = await act(
        hass,
        "undo_run",
        device_id=world.device,
        run_id=undone["runs"][0]["run_id"],
    )
    assert redone["totals"] == {**ZERO, "added": 4}
    assert await titles(world.cabin, Feature.HISTORY) == {"Film 1", "Film 2"}
    again = await world.sync()
    assert (again["added"], again["removed"], again["updated"]) == (0, 0, 0)


async def test_dry_undo(hass: HomeAssistant, world: World) -> None:
    """Show what would be taken back, and take nothing back."""
    run = await world.sync()
    shown = await act(
        hass,
        "undo_run",
        device_id=world.device,
        run_id=run["run_id"],
        dry_run=True,
    )
    assert shown["totals"] == {**ZERO, "removed": 4}
    assert shown["runs"][0]["dry_run"] is True
    assert {each["outcome"] for each in shown["runs"][0]["items"]} == {"planned"}
    assert await titles(world.cabin, Feature.HISTORY) == {"Film 1", "Film 2"}
    assert state_of(hass, "sensor", world.pair, "removed") == "4"
    # A pair that is set to dry runs shows it without being asked to.
    hass.config_entries.async_update_subentry(
        world.home, world.pair, data={**world.pair.data, "dry_run": True}
    )
    await hass.async_block_till_done()
    shown = await act(hass, "undo_run", device_id=world.device, run_id=run["run_id"])
    assert shown["runs"][0]["dry_run"] is True
    assert await titles(world.cabin, Feature.HISTORY) == {"Film 1", "Film 2"}


async def test_runs_that_changed_nothing(hass: HomeAssistant, world: World) -> None:
    """Refuse to take back what a dry run showed, and a run that found nothing."""
    shown = await world.sync(dry_run=True)
    data = {"device_id": world.device}
    asked = await refusal(hass, "undo_run", run_id=shown["run_id"], **data)
    assert asked == "run_changed_nothing"
    await world.sync()
    run = await world.sync()
    asked = await refusal(hass, "undo_run", run_id=run["run_id"], **data)
    assert asked == "run_changed_nothing"
    assert len(await titles(world.cabin, Feature.HISTORY)) == 2


async def test_unknown_run(hass: HomeAssistant, world: World) -> None:
    """Refuse a run that nobody knows, and the run of another pair."""
    run = await world.sync()
    data = {"device_id": world.device, "run_id": "nonsense"}
    assert await refusal(hass, "undo_run", **data) == "unknown_run"
    data = {
        "device_id": device_of(hass, world.home, world.second),
        "run_id": run["run_id"],
    }
    assert await refusal(hass, "undo_run", **data) == "unknown_run"


async def test_undo_is_a_run_like_any_other(hass: HomeAssistant, world: World) -> None:
    """Wait for the accounts' turn, be shown as running, and be cancelled."""
    run = await world.sync()
    pair = coordinator_of(world.home, world.pair)
    data = {"device_id": world.device, "run_id": run["run_id"]}
    async with async_get_runtime(hass).queue.turn([world.cabin.entry_id]):
        undoing = hass.async_create_task(act(hass, "undo_run", **data))
        await until(lambda: pair.data.running)
        assert state_of(hass, "sensor", world.pair, "status") == "running"
        assert await refusal(hass, "undo_run", **data) == "already_running"
        assert await refusal(hass, "sync", device_id=world.device) == "already_running"
        await asyncio.sleep(0.05)
        assert len(await titles(world.cabin, Feature.HISTORY)) == 2
        assert await act(hass, "cancel", device_id=world.device) == {"cancelled": 1}
    (report,) = (await undoing)["runs"]
    assert report["status"] == "cancelled"
    assert report["undo_of"] == run["run_id"]
    assert len(await titles(world.cabin, Feature.HISTORY)) == 2
    undone = await act(hass, "undo_run", **data)
    assert undone["totals"]["removed"] == 4


async def test_run_is_forgotten_meanwhile(hass: HomeAssistant, world: World) -> None:
    """Say so if runs since have taken the place of one that waits to be undone."""
    run = await world.sync()
    pair = coordinator_of(world.home, world.pair)
    report = await pair.async_last_report()
    assert report is not None

    def push_out() -> None:
        """Keep as many newer reports as there is room for."""
        for number in range(KEPT_RUNS):
            later = report.started + timedelta(seconds=number + 1)
            pair.store.save_report(
                replace(report, run_id=f"later-{number}", started=later)
            )

    async with async_get_runtime(hass).queue.turn([world.cabin.entry_id]):
        undoing = hass.async_create_task(
            act(hass, "undo_run", device_id=world.device, run_id=run["run_id"])
        )
        await until(lambda: pair.data.running)
        await hass.async_add_executor_job(push_out)
    (undone,) = (await undoing)["runs"]
    assert undone["status"] == "failed"
    assert "no longer known" in undone["features"]["history"]["error"]
    assert len(await titles(world.cabin, Feature.HISTORY)) == 2


async def test_next_run_stays_due(
    hass: HomeAssistant, world: World, freezer: FrozenDateTimeFactory
) -> None:
    """Take back a run without putting off the next one."""
    run = await world.sync()
    pair = coordinator_of(world.home, world.pair)
    due = pair.data.next_run
    assert due is not None
    freezer.tick(timedelta(hours=2))
    await act(hass, "undo_run", device_id=world.device, run_id=run["run_id"])
    assert pair.data.next_run == due
    assert pair.data.report is not None
    assert pair.data.report.undo_of == run["run_id"]
    freezer.move_to(due + timedelta(minutes=1))
    async_fire_time_changed(hass)
    await settled(hass)
    assert pair.data.report.undo_of == ""
    assert pair.data.report.counts.added == 0
    assert pair.data.next_run is not None
    assert pair.data.next_run >= due + timedelta(hours=12)
    assert await titles(world.cabin, Feature.HISTORY) == set()


async def test_undo_after_a_restart_with_other_settings(
    hass: HomeAssistant, world: World
) -> None:
    """Take back what a run did in a feature that the pair no longer syncs."""
    run = await world.sync()
    hass.config_entries.async_update_subentry(
        world.home,
        world.pair,
        data={**world.pair.data, "features": ["history"], "ratings": {}},
    )
    for entry in (world.home, world.cabin):
        await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    undone = await act(hass, "undo_run", device_id=world.device, run_id=run["run_id"])
    assert undone["totals"] == {**ZERO, "removed": 4}
    assert await ratings(world) == {}


async def test_undo_without_the_target(hass: HomeAssistant, world: World) -> None:
    """Say that nothing can be taken back while the target is not loaded."""
    run = await world.sync()
    await hass.config_entries.async_unload(world.cabin.entry_id)
    undone = await act(hass, "undo_run", device_id=world.device, run_id=run["run_id"])
    assert undone["runs"][0]["status"] == "failed"
    assert undone["runs"][0]["undo_of"] == run["run_id"]
    assert undone["totals"]["errors"] == 3
