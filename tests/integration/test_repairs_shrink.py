"""An account that is suddenly almost empty: a person says whether that is right."""

import pytest

from custom_components.crosswatch.engine.model import Feature
from homeassistant.core import HomeAssistant

from .pair_world import PAIR_ID
from .repair_states import LOST, MANY_FILMS, lost_nearly_all
from .repair_world import Repairs, World, issue_exists, issue_of, names, take
from .runs import add_tracker, listed, put, set_up, settled, watched

ISSUE = f"shrink_{PAIR_ID}"
REMOVALS = f"removals_held_{PAIR_ID}"


@pytest.fixture
async def shrunk(hass: HomeAssistant) -> World:
    """Return a pair whose source has just lost all but two of its films."""
    return await lost_nearly_all(hass)


async def test_what_is_said(
    hass: HomeAssistant, shrunk: World, repairs: Repairs
) -> None:
    """Say which account it is, what it had, and what it has."""
    issue = issue_of(hass, ISSUE)
    assert issue is not None
    assert (issue.is_fixable, issue.is_persistent) == (True, True)
    assert not issue_exists(hass, REMOVALS)
    shown = await repairs.start(ISSUE)
    assert shown["menu_options"] == ["believe", "switch_off", "keep"]
    problems = shown["description_placeholders"]["problems"]
    assert "Home" in problems
    assert "30" in problems
    assert "2" in problems


async def test_keep(hass: HomeAssistant, shrunk: World, repairs: Repairs) -> None:
    """Change nothing, and go on asking with every run."""
    await repairs.start(ISSUE)
    shown = await repairs.choose("keep")
    assert (shown["type"], shown["reason"]) == ("abort", "kept")
    assert issue_exists(hass, ISSUE)
    assert (await shrunk.sync())["status"] == "blocked"
    assert await shrunk.left() == names(*range(MANY_FILMS))


async def test_items_are_back(hass: HomeAssistant, shrunk: World) -> None:
    """Drop the issue with the first run that believes the account again."""
    await put(shrunk.home, listed(*LOST))
    assert (await shrunk.sync())["status"] == "success"
    assert not issue_exists(hass, ISSUE)


async def test_dry_runs_say_nothing(hass: HomeAssistant, shrunk: World) -> None:
    """Neither raise nor clear the issue in a dry run."""
    await put(shrunk.home, listed(*LOST))
    await shrunk.sync(dry_run=True)
    assert issue_exists(hass, ISSUE)
    await shrunk.sync()
    await take(shrunk.home, *LOST)
    assert (await shrunk.sync(dry_run=True))["status"] == "blocked"
    assert not issue_exists(hass, ISSUE)


async def test_believe(hass: HomeAssistant, shrunk: World, repairs: Repairs) -> None:
    """Believe the account once; what it lost still waits for approval."""
    await repairs.start(ISSUE)
    shown = await repairs.choose("believe")
    assert (shown["type"], shown["description"]) == ("create_entry", "believed_by_hand")
    assert not issue_exists(hass, ISSUE)
    assert shrunk.subentry.data.get("guards", {}).get("shrink_guard", True)
    run = await shrunk.sync()
    assert (run["status"], run["removed"], run["blocked"]) == ("blocked", 0, len(LOST))
    assert {item["reason"] for item in run["items"]} == {"mass_delete"}
    assert not issue_exists(hass, ISSUE)
    assert issue_exists(hass, REMOVALS)


async def test_believe_counts_once(
    hass: HomeAssistant, shrunk: World, repairs: Repairs
) -> None:
    """Watch again after the run that believed the account."""
    await repairs.start(ISSUE)
    await repairs.choose("believe")
    await shrunk.sync()
    await put(shrunk.home, listed(*range(100, 130)))
    assert (await shrunk.sync())["added"] == 30
    await shrunk.sync()
    await take(shrunk.home, *range(100, 130))
    await shrunk.sync()
    assert issue_exists(hass, ISSUE)
    assert names(*range(100, 130)) <= await shrunk.left()


async def test_dry_run_does_not_use_up_what_was_believed(
    hass: HomeAssistant, shrunk: World, repairs: Repairs
) -> None:
    """Believe the account in the next run that writes, not only in a dry run."""
    await repairs.start(ISSUE)
    await repairs.choose("believe")
    assert (await shrunk.sync(dry_run=True))["blocked"] == len(LOST)
    await shrunk.sync()
    assert not issue_exists(hass, ISSUE)


async def test_believe_during_a_run(
    hass: HomeAssistant, shrunk: World, repairs: Repairs
) -> None:
    """Let an answer count from the next run, after the one that is going on."""
    await repairs.start(ISSUE)
    async with shrunk.running() as run:
        shown = await repairs.choose("believe")
        assert (shown["type"], shown["step_id"]) == ("progress", "wait")
    assert [each.reason for each in run.result().failures] == ["suspicious_shrink"]
    await settled(hass)
    shown = await repairs.look_again()
    assert (shown["type"], shown["description"]) == ("create_entry", "believed_by_hand")
    assert not issue_exists(hass, ISSUE)
    await shrunk.sync()
    assert not issue_exists(hass, ISSUE)


async def test_switch_off(hass: HomeAssistant, shrunk: World, repairs: Repairs) -> None:
    """Switch off this guard of the pair, and leave the others as they are."""
    guards = {"delete_limit": 3}
    await shrunk.set(guards=guards)
    await repairs.start(ISSUE)
    shown = await repairs.choose("switch_off")
    assert (shown["type"], shown["description"]) == ("create_entry", "switched_off")
    assert shrunk.subentry.data["guards"] == {**guards, "shrink_guard": False}
    assert not issue_exists(hass, ISSUE)
    await shrunk.sync()
    assert not issue_exists(hass, ISSUE)
    assert issue_exists(hass, REMOVALS)


async def test_two_features(hass: HomeAssistant, repairs: Repairs) -> None:
    """Tell of each feature by itself, and drop only what is right again."""
    world = await World.begin(hass, MANY_FILMS, features=["history", "watchlist"])
    await put(world.home, watched(*range(MANY_FILMS)))
    await world.sync()
    await world.sync()
    await take(world.home, *LOST)
    await take(world.home, *LOST, feature=Feature.HISTORY)
    await world.sync()
    shown = await repairs.start(ISSUE)
    assert len(shown["description_placeholders"]["problems"].splitlines()) == 2
    await put(world.home, watched(*LOST))
    await world.sync()
    shown = await repairs.start(ISSUE)
    assert len(shown["description_placeholders"]["problems"].splitlines()) == 1


async def test_two_pairs_do_not_mix(hass: HomeAssistant, shrunk: World) -> None:
    """Raise an issue only for the pair whose run was held back."""
    other = {"target": shrunk.cabin.entry_id, "features": ["watchlist"]}
    barn = await add_tracker(hass, "Barn", pairs={"other": other})
    await set_up(hass, barn)
    assert not issue_exists(hass, "shrink_other")
    await hass.config_entries.async_remove(barn.entry_id)
    assert issue_exists(hass, ISSUE)
