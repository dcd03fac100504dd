"""An account that is full: a person hears which, and tries again once there is room."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.crosswatch.engine.pair import RunOptions
from custom_components.crosswatch.engine.report import RunStatus
from homeassistant.core import HomeAssistant
from tests.simulators.faults import FaultKind
from tests.simulators.trakt import TraktSimulator

from .pair_world import PAIR_ID
from .repair_states import filled_up, with_little_room
from .repair_world import (
    Repairs,
    choose_without_pair,
    issue_exists,
    issue_of,
    restart_issues,
    take,
)
from .runs import is_telling, listed, put, set_up, settled, until
from .trakt_world import TraktWorld

ISSUE = f"account_limit_{PAIR_ID}"


@pytest.fixture
async def world(hass: HomeAssistant, trakt: TraktSimulator) -> TraktWorld:
    """Return a pair to an account with room for four films."""
    return await with_little_room(hass, trakt)


@pytest.fixture
async def full(world: TraktWorld) -> TraktWorld:
    """Return the pair after its account took four of ten films."""
    return await filled_up(world)


async def test_room_for_all(hass: HomeAssistant, world: TraktWorld) -> None:
    """Say nothing while the account takes everything."""
    await put(world.home, listed(0, 1, 2))
    assert (await world.sync())["added"] == 3
    assert not issue_exists(hass, ISSUE)


async def test_what_is_said(
    hass: HomeAssistant, full: TraktWorld, repairs: Repairs
) -> None:
    """Say which account it is, what it said, and how many items wait."""
    issue = issue_of(hass, ISSUE)
    assert issue is not None
    assert (issue.is_fixable, issue.is_persistent) == (True, True)
    stands = issue.translation_placeholders or {}
    assert (stands["account"], stands["count"]) == (full.alice.title, "6")
    shown = await repairs.start(ISSUE)
    assert (shown["type"], shown["menu_options"]) == ("menu", ["try_again", "leave"])
    stands = shown["description_placeholders"]
    assert (stands["pair"], stands["count"]) == (full.subentry.title, "6")
    problems = stands["problems"].replace("\\", "")
    assert problems.startswith(f"- **{full.alice.title}, watchlist: 6** – ")
    assert "no more than 4" in problems
    assert "make room" in problems


async def test_cancelled_while_it_is_told(
    hass: HomeAssistant, world: TraktWorld
) -> None:
    """Tell of a run that was cancelled once it had done its work, all the same."""
    await put(world.home, listed(*range(10)))
    async with world.pair._telling:  # noqa: SLF001
        run = world.pair.async_start_run(RunOptions(dry_run=False))
        await until(lambda: is_telling(PAIR_ID))
        assert await world.pair.async_cancel()
        report = run.result()
        assert (report.status, report.counts.unresolved) == (RunStatus.PARTIAL, 6)
        assert not issue_exists(hass, ISSUE)
    await until(lambda: not is_telling(PAIR_ID))
    assert issue_exists(hass, ISSUE)


async def test_words_of_the_service(
    hass: HomeAssistant, world: TraktWorld, repairs: Repairs
) -> None:
    """Say what the account said, also after runs that did not ask it again."""
    world.trakt.faults.fail(path="/sync/watchlist", method="POST", status=426)
    await put(world.home, listed(*range(10)))
    run = await world.sync()
    assert (run["added"], run["unresolved"]) == (0, 10)
    assert run["status"] == "failed"
    for _ in range(2):
        shown = await repairs.start(ISSUE)
        assert shown["description_placeholders"]["count"] == "10"
        problems = shown["description_placeholders"]["problems"]
        assert "– Trakt does this for VIP accounts only" in problems
        assert (await world.sync())["unresolved"] == 10


async def test_try_again_with_room(
    hass: HomeAssistant, full: TraktWorld, repairs: Repairs
) -> None:
    """Send what waits before its day is over, and be done with it."""
    full.trakt.alice.limits.watchlist = 100
    assert (await full.sync())["added"] == 0
    await repairs.start(ISSUE)
    shown = await repairs.choose("try_again")
    assert (shown["type"], shown["progress_action"]) == ("progress", "trying")
    shown = await repairs.come_out()
    assert (shown["type"], shown["description"]) == ("create_entry", "tried")
    assert len(full.trakt.alice.watchlist.live) == 10
    assert not issue_exists(hass, ISSUE)


async def test_try_again_without_room(
    hass: HomeAssistant, full: TraktWorld, repairs: Repairs
) -> None:
    """Say how many still wait."""
    await repairs.start(ISSUE)
    await repairs.choose("try_again")
    shown = await repairs.come_out()
    assert (shown["type"], shown["reason"]) == ("abort", "still_waiting")
    assert shown["description_placeholders"]["count"] == "6"
    assert issue_exists(hass, ISSUE)


async def test_try_again_while_the_account_is_away(
    hass: HomeAssistant, full: TraktWorld, repairs: Repairs
) -> None:
    """Keep what is known through a run that could not find out more."""
    full.trakt.faults.fail(times=1000, kind=FaultKind.NONSENSE)
    await repairs.start(ISSUE)
    await repairs.choose("try_again")
    shown = await repairs.come_out()
    full.trakt.faults.clear()
    assert (shown["type"], shown["reason"]) == ("abort", "still_waiting")
    assert shown["description_placeholders"]["count"] == "6"
    assert issue_exists(hass, ISSUE)


async def test_try_again_during_a_run(
    hass: HomeAssistant, full: TraktWorld, repairs: Repairs
) -> None:
    """Let the run that is going on end first."""
    full.trakt.alice.limits.watchlist = 100
    await repairs.start(ISSUE)
    async with full.running() as run:
        shown = await repairs.choose("try_again")
        assert (shown["type"], shown["step_id"]) == ("progress", "wait")
    assert run.result().counts.added == 0
    shown = await repairs.come_out()
    assert (shown["type"], shown["description"]) == ("create_entry", "tried")
    assert len(full.trakt.alice.watchlist.live) == 10


async def test_closed_while_trying(
    hass: HomeAssistant, full: TraktWorld, repairs: Repairs
) -> None:
    """Let the run go on when the dialog is closed."""
    full.trakt.alice.limits.watchlist = 100
    await repairs.start(ISSUE)
    await repairs.choose("try_again")
    await repairs.close()
    await settled(hass)
    assert len(full.trakt.alice.watchlist.live) == 10
    assert not issue_exists(hass, ISSUE)


async def test_by_itself_after_a_day(
    hass: HomeAssistant, full: TraktWorld, wall_clock: FrozenDateTimeFactory
) -> None:
    """Drop the issue with the run that finds room."""
    full.trakt.alice.limits.watchlist = 100
    wall_clock.tick(timedelta(hours=25))
    assert (await full.sync())["added"] == 6
    assert not issue_exists(hass, ISSUE)


async def test_gone_from_the_source(hass: HomeAssistant, full: TraktWorld) -> None:
    """Drop the issue once nothing is wanted any more that has no room."""
    await take(full.home, *range(10))
    assert (await full.sync())["unresolved"] == 0
    assert not issue_exists(hass, ISSUE)


async def test_leave(hass: HomeAssistant, full: TraktWorld, repairs: Repairs) -> None:
    """Speak of it again only when more items wait, also after a restart."""
    await repairs.start(ISSUE)
    shown = await repairs.choose("leave")
    assert (shown["type"], shown["reason"]) == ("abort", "left")
    await full.sync()
    assert not issue_exists(hass, ISSUE)
    await restart_issues(hass)
    await hass.config_entries.async_reload(full.home.entry_id)
    await take(full.home, 9)
    assert (await full.sync())["unresolved"] == 5
    assert not issue_exists(hass, ISSUE)
    await put(full.home, listed(15))
    assert (await full.sync())["unresolved"] == 6
    assert issue_exists(hass, ISSUE)


async def test_dry_runs_say_nothing(hass: HomeAssistant, full: TraktWorld) -> None:
    """Neither raise nor clear the issue in a dry run."""
    await take(full.home, *range(10))
    await full.sync(dry_run=True)
    assert issue_exists(hass, ISSUE)
    await full.sync()
    await put(full.home, listed(*range(10)))
    await full.sync(dry_run=True)
    assert not issue_exists(hass, ISSUE)


async def test_feature_left_the_pair(
    hass: HomeAssistant, full: TraktWorld, repairs: Repairs
) -> None:
    """Be done with a feature that the pair no longer syncs."""
    await repairs.start(ISSUE)
    await full.set(features=["history"])
    shown = await repairs.choose("try_again")
    assert (shown["type"], shown["description"]) == ("create_entry", "settled")
    assert not issue_exists(hass, ISSUE)


async def test_dropped_with_its_feature(hass: HomeAssistant, full: TraktWorld) -> None:
    """Drop the issue with a run of a pair that lost the feature."""
    await full.set(features=["history"])
    await full.sync()
    assert not issue_exists(hass, ISSUE)


async def test_restart(hass: HomeAssistant, full: TraktWorld, repairs: Repairs) -> None:
    """Keep the issue over a restart, and let it be answered right after."""
    await full.unload()
    await restart_issues(hass)
    await set_up(hass, full.home)
    shown = await repairs.start(ISSUE)
    assert shown["description_placeholders"]["count"] == "6"


async def test_leave_a_pair_that_was_removed(
    hass: HomeAssistant, full: TraktWorld, repairs: Repairs
) -> None:
    """Leave nothing behind of a pair that is gone."""
    shown = await choose_without_pair(full, repairs, ISSUE, "leave")
    assert (shown["type"], shown["reason"]) == ("abort", "left")
    assert not issue_exists(hass, ISSUE)
