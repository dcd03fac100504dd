"""The hint that a pair only shows what it would do: asked once, answered for good."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.crosswatch.engine.pair import RunOptions
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr

from .pair_world import PAIR_ID
from .repair_world import (
    Repairs,
    World,
    choose_unloaded,
    choose_without_pair,
    issue_exists,
    issue_of,
    names,
    restart_issues,
    take,
)
from .runs import (
    act,
    device_of,
    entity_of,
    is_telling,
    listed,
    press,
    put,
    set_up,
    settled,
    until,
)

ISSUE = f"go_live_{PAIR_ID}"
FILMS = 4


@pytest.fixture
async def world(hass: HomeAssistant) -> World:
    """Return a pair that is set to dry run, and would add two and remove one."""
    world = await World.begin(hass, FILMS)
    await world.set(dry_run=True)
    await put(world.home, listed(10, 11))
    await take(world.home, 0)
    return world


@pytest.fixture
async def asked(hass: HomeAssistant, world: World) -> World:
    """Return the pair after its first dry run."""
    assert not issue_exists(hass, ISSUE)
    run = await world.sync()
    assert (run["dry_run"], run["added"], run["removed"]) == (True, 2, 1)
    return world


async def test_what_is_asked(
    hass: HomeAssistant, asked: World, repairs: Repairs
) -> None:
    """Say what the pair would do, and offer to let it."""
    issue = issue_of(hass, ISSUE)
    assert issue is not None
    assert (issue.is_fixable, issue.is_persistent) == (True, True)
    shown = await repairs.start(ISSUE)
    assert shown["menu_options"] == ["run_now", "wait_for_schedule", "stay"]
    stands = shown["description_placeholders"]
    numbers = [stands[name] for name in ("added", "updated", "removed")]
    assert (stands["pair"], numbers) == (asked.subentry.title, ["2", "0", "1"])


async def test_cancelled_while_it_is_told(hass: HomeAssistant, world: World) -> None:
    """Leave out what a dry run showed that was cancelled: it may not count any more."""
    async with world.pair._telling:  # noqa: SLF001
        run = world.pair.async_start_run(RunOptions(dry_run=True))
        await until(lambda: is_telling(PAIR_ID))
        await world.set(conflicts={"prefer": "source"})
        await until(run.done)
    await settled(hass)
    assert run.result().counts.added == 2
    assert not issue_exists(hass, ISSUE)


async def test_numbers_of_the_last_dry_run(asked: World, repairs: Repairs) -> None:
    """Follow what the pair would do, run by run."""
    await put(asked.home, listed(12))
    await asked.sync()
    shown = await repairs.start(ISSUE)
    assert shown["description_placeholders"]["added"] == "3"


async def test_run_now(hass: HomeAssistant, asked: World, repairs: Repairs) -> None:
    """Switch off dry run, and do at once what was shown."""
    await repairs.start(ISSUE)
    shown = await repairs.choose("run_now")
    assert (shown["type"], shown["description"]) == ("create_entry", "live_now")
    await settled(hass)
    assert asked.subentry.data["dry_run"] is False
    assert await asked.left() == names(1, 2, 3, 10, 11)
    assert not issue_exists(hass, ISSUE)
    report = asked.pair.data.report
    assert report is not None
    assert (report.dry_run, report.counts.added) == (False, 2)
    assert not asked.pair.settings.dry_run


async def test_wait_for_schedule(
    hass: HomeAssistant, asked: World, repairs: Repairs
) -> None:
    """Switch off dry run, and say when that counts."""
    await asked.set(interval=720)
    await repairs.start(ISSUE)
    shown = await repairs.choose("wait_for_schedule")
    assert (shown["type"], shown["description"]) == ("create_entry", "live")
    assert shown["description_placeholders"]["next_run"]
    await settled(hass)
    assert asked.subentry.data["dry_run"] is False
    assert await asked.left() == names(*range(FILMS))
    assert not issue_exists(hass, ISSUE)
    assert (await asked.sync())["dry_run"] is False


async def test_no_schedule_to_wait_for(asked: World, repairs: Repairs) -> None:
    """Say that the pair is run by hand."""
    await repairs.start(ISSUE)
    shown = await repairs.choose("wait_for_schedule")
    assert (shown["type"], shown["description"]) == ("create_entry", "live_by_hand")


async def test_stay(hass: HomeAssistant, asked: World, repairs: Repairs) -> None:
    """Never ask again with these settings, not even after a restart."""
    await repairs.start(ISSUE)
    shown = await repairs.choose("stay")
    assert (shown["type"], shown["reason"]) == ("abort", "stays")
    assert asked.subentry.data["dry_run"] is True
    await asked.sync()
    assert not issue_exists(hass, ISSUE)
    await asked.unload()
    await restart_issues(hass)
    await set_up(hass, asked.home)
    await asked.sync()
    assert not issue_exists(hass, ISSUE)
    await asked.set(interval=60, enabled=False)
    await asked.sync()
    assert not issue_exists(hass, ISSUE)


async def test_ask_anew_for_other_settings(
    hass: HomeAssistant, asked: World, repairs: Repairs
) -> None:
    """Ask again once the pair would do something else, after its dry run."""
    await repairs.start(ISSUE)
    await repairs.choose("stay")
    await asked.set(watchlist={"add": True, "remove": False})
    assert not issue_exists(hass, ISSUE)
    await asked.sync()
    assert issue_exists(hass, ISSUE)
    shown = await repairs.start(ISSUE)
    assert shown["description_placeholders"]["removed"] == "0"


async def test_settings_changed_while_away(hass: HomeAssistant, asked: World) -> None:
    """Drop the question of a pair that was set anew while nothing was loaded."""
    await asked.unload()
    await asked.set(watchlist={"add": True, "remove": False})
    assert issue_exists(hass, ISSUE)
    await set_up(hass, asked.home)
    assert not issue_exists(hass, ISSUE)


@pytest.mark.parametrize("option", ["run_now", "wait_for_schedule"])
async def test_settings_changed_behind_the_dialog(
    hass: HomeAssistant, asked: World, repairs: Repairs, option: str
) -> None:
    """Do not let a pair do what nobody has seen."""
    await repairs.start(ISSUE)
    await asked.set(watchlist={"add": True, "remove": False})
    shown = await repairs.choose(option)
    assert (shown["type"], shown["reason"]) == ("abort", "changed")
    assert asked.subentry.data["dry_run"] is True


async def test_switched_live_elsewhere(hass: HomeAssistant, asked: World) -> None:
    """Drop the question when the switch of the pair answers it."""
    entity_id = entity_of(hass, "switch", asked.subentry, "dry_run")
    await hass.services.async_call(
        "switch", "turn_off", {"entity_id": entity_id}, blocking=True
    )
    await hass.async_block_till_done()
    assert not issue_exists(hass, ISSUE)


async def test_live_behind_the_dialog(
    hass: HomeAssistant, asked: World, repairs: Repairs
) -> None:
    """Take it as done when the pair went live elsewhere."""
    await repairs.start(ISSUE)
    await asked.set(dry_run=False)
    shown = await repairs.choose("wait_for_schedule")
    assert (shown["type"], shown["description"]) == ("create_entry", "live_by_hand")


async def test_switched_off(
    hass: HomeAssistant, asked: World, repairs: Repairs
) -> None:
    """Ask nothing of a pair that is switched off, and go on once it is on again."""
    entity_id = entity_of(hass, "switch", asked.subentry, "enabled")
    for action, told in (("turn_off", False), ("turn_on", True)):
        await hass.services.async_call(
            "switch", action, {"entity_id": entity_id}, blocking=True
        )
        await hass.async_block_till_done()
        assert not issue_exists(hass, ISSUE)
        await asked.sync()
        assert issue_exists(hass, ISSUE) is told
    await repairs.start(ISSUE)
    await repairs.choose("run_now")
    await settled(hass)
    assert asked.subentry.data["dry_run"] is False


async def test_device_disabled(
    hass: HomeAssistant, asked: World, device_registry: dr.DeviceRegistry
) -> None:
    """Ask nothing of a pair whose device is disabled, and of no other change of it."""
    device_id = device_of(hass, asked.home, asked.subentry)
    device_registry.async_update_device(device_id, name_by_user="Films")
    await hass.async_block_till_done()
    assert issue_exists(hass, ISSUE)
    device_registry.async_update_device(
        device_id, disabled_by=dr.DeviceEntryDisabler.USER
    )
    await hass.async_block_till_done()
    assert not issue_exists(hass, ISSUE)


async def test_account_disabled(hass: HomeAssistant, asked: World) -> None:
    """Ask nothing while the account is disabled, and go on after a later dry run."""
    entries = hass.config_entries
    await entries.async_set_disabled_by(asked.home.entry_id, ConfigEntryDisabler.USER)
    assert not issue_exists(hass, ISSUE)
    await entries.async_set_disabled_by(asked.home.entry_id, None)
    await hass.async_block_till_done()
    assert not issue_exists(hass, ISSUE)
    await asked.sync()
    assert issue_exists(hass, ISSUE)


async def test_answer_outlasts_a_disabled_account(
    hass: HomeAssistant, asked: World, repairs: Repairs
) -> None:
    """Do not ask a second time for the same settings."""
    await repairs.start(ISSUE)
    await repairs.choose("stay")
    entries = hass.config_entries
    await entries.async_set_disabled_by(asked.home.entry_id, ConfigEntryDisabler.USER)
    await entries.async_set_disabled_by(asked.home.entry_id, None)
    await hass.async_block_till_done()
    await asked.sync()
    assert not issue_exists(hass, ISSUE)


@pytest.mark.parametrize("button", ["sync", "dry_run_now"])
async def test_button(hass: HomeAssistant, world: World, button: str) -> None:
    """Ask after a dry run that was started with a button."""
    await press(hass, world.subentry, button)
    await settled(hass)
    issue = issue_of(hass, ISSUE)
    assert issue is not None
    assert issue.translation_placeholders == {
        "pair": world.subentry.title,
        "added": "2",
        "updated": "0",
        "removed": "1",
    }


@pytest.mark.parametrize("action", ["sync", "dry_run"])
async def test_action(hass: HomeAssistant, world: World, action: str) -> None:
    """Ask after a dry run that was started with an action."""
    device_id = device_of(hass, world.home, world.subentry)
    await act(hass, action, device_id=device_id)
    assert issue_exists(hass, ISSUE)


async def test_schedule(
    hass: HomeAssistant, world: World, freezer: FrozenDateTimeFactory
) -> None:
    """Ask after a dry run that was due."""
    await world.set(interval=60)
    assert not issue_exists(hass, ISSUE)
    freezer.tick(timedelta(minutes=61))
    async_fire_time_changed(hass)
    await settled(hass)
    assert issue_exists(hass, ISSUE)
    report = world.pair.data.report
    assert report is not None
    assert report.dry_run


async def test_dry_run_of_a_live_pair(hass: HomeAssistant, world: World) -> None:
    """Ask nothing after a dry run of a pair that writes."""
    await world.set(dry_run=False)
    await world.sync(dry_run=True)
    assert not issue_exists(hass, ISSUE)


async def test_real_run_of_a_dry_pair(hass: HomeAssistant, world: World) -> None:
    """Ask nothing after a run that a person let write once."""
    assert (await world.sync(dry_run=False))["added"] == 2
    assert not issue_exists(hass, ISSUE)


async def test_run_of_some_features(hass: HomeAssistant, world: World) -> None:
    """Wait for a run of all that the pair syncs."""
    await world.set(features=["watchlist", "history"])
    await world.sync(features=["watchlist"])
    assert not issue_exists(hass, ISSUE)
    await world.sync()
    assert issue_exists(hass, ISSUE)


async def test_dry_run_that_failed(hass: HomeAssistant, world: World) -> None:
    """Wait for a run that could read both accounts."""
    provider = world.home.runtime_data.account.provider
    path = provider._store._path  # noqa: SLF001
    hidden = path.rename(path.with_suffix(".away"))
    assert (await world.sync(full_refresh=True))["status"] == "failed"
    assert not issue_exists(hass, ISSUE)
    hidden.rename(path)
    await world.sync()
    assert issue_exists(hass, ISSUE)


async def test_dry_run_that_a_guard_holds(hass: HomeAssistant) -> None:
    """Wait for a run that no guard holds back."""
    world = await World.begin(hass, 20)
    await world.set(dry_run=True)
    await take(world.home, *range(8))
    assert (await world.sync())["status"] == "blocked"
    assert not issue_exists(hass, ISSUE)


async def test_go_live_during_a_dry_run(
    hass: HomeAssistant, asked: World, repairs: Repairs
) -> None:
    """Let the dry run that is going on end first."""
    await repairs.start(ISSUE)
    async with asked.running():
        shown = await repairs.choose("run_now")
        assert (shown["type"], shown["step_id"]) == ("progress", "wait")
    shown = await repairs.come_out()
    assert (shown["type"], shown["description"]) == ("create_entry", "live_now")
    await settled(hass)
    assert await asked.left() == names(1, 2, 3, 10, 11)
    assert not issue_exists(hass, ISSUE)


async def test_restart(hass: HomeAssistant, asked: World, repairs: Repairs) -> None:
    """Keep the question over a restart, and let it be answered right after."""
    await asked.unload()
    await restart_issues(hass)
    await set_up(hass, asked.home)
    await repairs.start(ISSUE)
    await repairs.choose("run_now")
    await settled(hass)
    assert await asked.left() == names(1, 2, 3, 10, 11)


@pytest.mark.parametrize("option", ["run_now", "wait_for_schedule"])
async def test_account_not_loaded(
    hass: HomeAssistant, asked: World, repairs: Repairs, option: str
) -> None:
    """Change nothing while the account of the pair is not loaded."""
    shown = await choose_unloaded(asked, repairs, ISSUE, option)
    assert (shown["type"], shown["reason"]) == ("abort", "not_loaded")
    assert asked.subentry.data["dry_run"] is True
    shown = await repairs.start(ISSUE)
    assert (shown["type"], shown["reason"]) == ("abort", "not_loaded")


async def test_pair_removed_behind_the_dialog(
    hass: HomeAssistant, asked: World, repairs: Repairs
) -> None:
    """Leave nothing behind of a pair that is gone."""
    shown = await choose_without_pair(asked, repairs, ISSUE, "run_now")
    assert (shown["type"], shown["reason"]) == ("abort", "pair_removed")


async def test_left_question_goes_with_the_account(
    hass: HomeAssistant, asked: World, repairs: Repairs
) -> None:
    """Leave nothing behind of an account that is gone, not even an answer."""
    await repairs.start(ISSUE)
    await repairs.choose("stay")
    await hass.config_entries.async_remove(asked.home.entry_id)
    assert not [key for key in hass.data["issue_registry"].issues if key[1] == ISSUE]
