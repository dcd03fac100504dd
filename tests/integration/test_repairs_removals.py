"""Removals that are too many: a person sees them, and says what becomes of them."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.crosswatch.const import DOMAIN
from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.run_issues import async_note_run_issues
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from .pair_world import PAIR_ID
from .repair_states import FILMS, TOO_MANY, lost_many
from .repair_world import (
    REMOVING,
    Repairs,
    World,
    issue_exists,
    issue_of,
    names,
    restart_issues,
    take,
    told,
)
from .runs import add_tracker, listed, put, set_up, settled, watched

ISSUE = f"removals_held_{PAIR_ID}"


@pytest.fixture
async def world(hass: HomeAssistant) -> World:
    """Return a pair of twenty films that may remove five of them unasked."""
    return await World.begin(hass, FILMS)


@pytest.fixture
async def held(world: World) -> World:
    """Return the pair after it found eight films gone."""
    return await lost_many(world)


def years(titles: set[str]) -> set[str]:
    """Return titles as they stand in a list."""
    return {f"{title} (2000)" for title in titles}


async def test_few_removals_need_nobody(hass: HomeAssistant, world: World) -> None:
    """Remove what is within the limit, without asking."""
    await take(world.home, 0, 1, 2)
    run = await world.sync()
    assert (run["status"], run["removed"], run["blocked"]) == ("success", 3, 0)
    assert not issue_exists(hass, ISSUE)


async def test_list(hass: HomeAssistant, held: World, repairs: Repairs) -> None:
    """List what would be removed, and where."""
    issue = issue_of(hass, ISSUE)
    assert issue is not None
    assert (issue.is_fixable, issue.is_persistent) == (True, True)
    assert await held.left() == names(*range(FILMS))
    shown = await repairs.start(ISSUE)
    assert shown["type"] == "menu"
    assert shown["menu_options"] == ["approve", "keep_blocked", "switch_off"]
    stands = shown["description_placeholders"]
    assert (stands["pair"], stands["count"]) == (held.subentry.title, "8")
    assert "**Cabin, Watchlist: 8**" in stands["titles"]
    assert told(shown) == years(names(*TOO_MANY))


async def test_decide_later(hass: HomeAssistant, held: World, repairs: Repairs) -> None:
    """Leave all as it is when the dialog is closed."""
    await repairs.start(ISSUE)
    await repairs.close()
    assert issue_exists(hass, ISSUE)
    run = await held.sync()
    assert (run["status"], run["blocked"]) == ("blocked", 8)
    assert issue_exists(hass, ISSUE)


async def test_approve(hass: HomeAssistant, held: World, repairs: Repairs) -> None:
    """Let the next run remove exactly what was listed."""
    await repairs.start(ISSUE)
    shown = await repairs.choose("approve")
    assert (shown["type"], shown["description"]) == ("create_entry", "approved_by_hand")
    assert not issue_exists(hass, ISSUE)
    run = await held.sync()
    assert (run["status"], run["removed"], run["blocked"]) == ("success", 8, 0)
    assert await held.left() == names(*range(8, FILMS))
    assert not issue_exists(hass, ISSUE)
    assert (await held.sync())["removed"] == 0


async def test_more_than_was_approved(
    hass: HomeAssistant, held: World, repairs: Repairs
) -> None:
    """Ask again for what went after the list was approved."""
    await repairs.start(ISSUE)
    await repairs.choose("approve")
    await take(held.home, *range(8, 14))
    run = await held.sync()
    assert (run["status"], run["removed"], run["blocked"]) == ("blocked", 8, 6)
    assert await held.left() == names(*range(8, FILMS))
    shown = await repairs.start(ISSUE)
    assert told(shown) == years(names(*range(8, 14)))


async def test_more_since_the_list_was_shown(
    hass: HomeAssistant, held: World, repairs: Repairs
) -> None:
    """Decide nothing on a list that has grown behind the dialog."""
    await repairs.start(ISSUE)
    await take(held.home, 8, 9)
    await held.sync()
    shown = await repairs.choose("approve")
    assert (shown["type"], shown["reason"]) == ("abort", "changed")
    assert issue_exists(hass, ISSUE)
    assert (await held.sync())["blocked"] == 10
    shown = await repairs.start(ISSUE)
    assert told(shown) == years(names(*range(10)))


async def test_fewer_since_the_list_was_shown(
    hass: HomeAssistant, held: World, repairs: Repairs
) -> None:
    """Approve what is left of a list of which something came back."""
    await repairs.start(ISSUE)
    await put(held.home, listed(0))
    await held.sync()
    shown = await repairs.choose("approve")
    assert shown["type"] == "create_entry"
    assert (await held.sync())["removed"] == 7
    assert await held.left() == names(0, *range(8, FILMS))


async def test_keep(hass: HomeAssistant, held: World, repairs: Repairs) -> None:
    """Keep what was listed, and do not ask about it again."""
    await repairs.start(ISSUE)
    shown = await repairs.choose("keep_blocked")
    assert (shown["type"], shown["description"]) == ("create_entry", "kept")
    for _ in range(2):
        run = await held.sync()
        assert (run["status"], run["removed"], run["blocked"]) == ("success", 0, 8)
        assert {item["reason"] for item in run["items"]} == {"kept"}
        assert not issue_exists(hass, ISSUE)
    await take(held.home, *range(8, 14))
    assert (await held.sync())["blocked"] == 14
    shown = await repairs.start(ISSUE)
    assert told(shown) == years(names(*range(8, 14)))


async def test_switch_off(hass: HomeAssistant, held: World, repairs: Repairs) -> None:
    """Keep what was listed, and switch off removals of that feature."""
    shown = await repairs.start(ISSUE)
    assert shown["description_placeholders"]["features"] == "Watchlist"
    shown = await repairs.choose("switch_off")
    assert (shown["type"], shown["description"]) == ("create_entry", "switched_off")
    assert held.subentry.data["watchlist"] == {"add": True, "remove": False}
    assert not issue_exists(hass, ISSUE)
    run = await held.sync()
    assert (run["status"], run["removed"], run["blocked"]) == ("success", 0, 0)
    assert await held.left() == names(*range(FILMS))
    assert not issue_exists(hass, ISSUE)


async def test_switched_off_in_the_settings(hass: HomeAssistant, held: World) -> None:
    """Drop the issue once removals were switched off elsewhere."""
    await held.set(watchlist={"add": True, "remove": False})
    await held.sync()
    assert not issue_exists(hass, ISSUE)


async def test_items_are_back(hass: HomeAssistant, held: World) -> None:
    """Drop the issue when a run holds nothing any more."""
    await put(held.home, listed(*TOO_MANY))
    assert (await held.sync())["status"] == "success"
    assert not issue_exists(hass, ISSUE)


async def test_settled_since(
    hass: HomeAssistant, held: World, repairs: Repairs
) -> None:
    """Say so when nothing waits any more, though no run has told yet."""
    keys = [f"movie:imdb:tt{1000 + number:07}" for number in TOO_MANY]
    held.pair.store.reconsider(PAIR_ID, Feature.WATCHLIST, keys)
    shown = await repairs.start(ISSUE)
    assert (shown["type"], shown["description"]) == ("create_entry", "settled")
    assert not issue_exists(hass, ISSUE)


async def test_dry_runs_say_nothing(hass: HomeAssistant, world: World) -> None:
    """Neither raise nor clear the issue in a dry run."""
    await take(world.home, *TOO_MANY)
    assert (await world.sync(dry_run=True))["blocked"] == 8
    assert not issue_exists(hass, ISSUE)
    await world.sync()
    assert issue_exists(hass, ISSUE)
    await put(world.home, listed(*TOO_MANY))
    assert (await world.sync(dry_run=True))["blocked"] == 0
    assert issue_exists(hass, ISSUE)


async def test_list_after_many_dry_runs(held: World, repairs: Repairs) -> None:
    """Still know the titles when the report of the run itself is long gone."""
    for _ in range(21):
        await held.sync(dry_run=True)
    shown = await repairs.start(ISSUE)
    assert told(shown) == years(names(*TOO_MANY))


async def test_titles_that_nobody_knows(held: World, repairs: Repairs) -> None:
    """Count what no report knows the titles of any more."""
    await put(held.home, watched(1))
    for _ in range(21):
        await held.sync(dry_run=True)
    await put(held.home, listed(*TOO_MANY))
    await held.sync(dry_run=True)
    shown = await repairs.start(ISSUE)
    assert told(shown) == {"and 8 more"}
    assert shown["description_placeholders"]["count"] == "8"


async def test_unreadable_account_changes_nothing(
    hass: HomeAssistant, held: World, repairs: Repairs
) -> None:
    """Keep the issue through a run that could not compare the accounts."""
    provider = held.home.runtime_data.account.provider
    path = provider._store._path  # noqa: SLF001
    hidden = path.rename(path.with_suffix(".away"))
    run = await held.sync(full_refresh=True)
    assert run["status"] == "failed"
    assert issue_exists(hass, ISSUE)
    hidden.rename(path)
    shown = await repairs.start(ISSUE)
    assert told(shown) == years(names(*TOO_MANY))


async def test_restart(hass: HomeAssistant, held: World, repairs: Repairs) -> None:
    """Keep the issue over a restart, and let it be answered right after."""
    await held.unload()
    await hass.config_entries.async_unload(held.cabin.entry_id)
    await restart_issues(hass)
    assert issue_exists(hass, ISSUE)
    await set_up(hass, held.home, held.cabin)
    shown = await repairs.start(ISSUE)
    assert told(shown) == years(names(*TOO_MANY))
    await repairs.choose("approve")
    assert (await held.sync())["removed"] == 8


async def test_lost_in_a_crash(hass: HomeAssistant, held: World) -> None:
    """Tell again of what Home Assistant had not saved, though no start waits for it."""
    await held.unload()
    ir.async_delete_issue(hass, DOMAIN, ISSUE)
    hass.set_state(CoreState.starting)
    await set_up(hass, held.home)
    assert not issue_exists(hass, ISSUE)
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await hass.async_block_till_done()
    assert issue_exists(hass, ISSUE)


async def test_unloaded_before_the_start_has_ended(
    hass: HomeAssistant, held: World
) -> None:
    """Tell nothing of an account that nobody uses by then."""
    await held.unload()
    ir.async_delete_issue(hass, DOMAIN, ISSUE)
    hass.set_state(CoreState.starting)
    await set_up(hass, held.home)
    await held.unload()
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await hass.async_block_till_done()
    assert not issue_exists(hass, ISSUE)


async def test_pair_removed_while_nothing_is_loaded(
    hass: HomeAssistant, held: World, repairs: Repairs
) -> None:
    """Say that the pair is gone where nobody noticed, and drop the issue."""
    await held.unload()
    hass.config_entries.async_remove_subentry(held.home, PAIR_ID)
    shown = await repairs.start(ISSUE)
    assert (shown["type"], shown["reason"]) == ("abort", "pair_removed")
    assert not issue_exists(hass, ISSUE)


async def test_other_pairs_clear_up(hass: HomeAssistant, held: World) -> None:
    """Drop the issue of a pair that was deleted while nothing was loaded."""
    await held.unload()
    hass.config_entries.async_remove_subentry(held.home, PAIR_ID)
    other = {"target": held.cabin.entry_id, "features": ["history"]}
    barn = await add_tracker(hass, "Barn", pairs={"other": other})
    await set_up(hass, barn)
    assert not issue_exists(hass, ISSUE)


async def test_run_that_ends_after_its_pair(hass: HomeAssistant, held: World) -> None:
    """Raise nothing for a pair that was deleted while its run was ending."""
    subentry, store = held.subentry, held.pair.store
    report = store.last_report(PAIR_ID)
    assert report is not None
    await held.delete()
    await async_note_run_issues(hass, held.home, subentry, report, store)
    assert not issue_exists(hass, ISSUE)


async def test_answer_during_a_run(
    hass: HomeAssistant, held: World, repairs: Repairs
) -> None:
    """Let an answer count from the next run, after the one that is going on."""
    await repairs.start(ISSUE)
    async with held.running() as run:
        shown = await repairs.choose("approve")
        assert (shown["type"], shown["step_id"]) == ("progress", "wait")
    assert run.result().counts.blocked == 8
    await settled(hass)
    shown = await repairs.look_again()
    assert (shown["type"], shown["description"]) == ("create_entry", "approved_by_hand")
    assert not issue_exists(hass, ISSUE)
    assert (await held.sync())["removed"] == 8


async def test_closed_during_a_run(
    hass: HomeAssistant, held: World, repairs: Repairs
) -> None:
    """Decide nothing when the dialog is closed before the run has ended."""
    await repairs.start(ISSUE)
    async with held.running() as run:
        await repairs.choose("approve")
        await repairs.close()
    assert not run.cancelled()
    assert issue_exists(hass, ISSUE)
    assert (await held.sync())["blocked"] == 8


async def test_when_the_next_run_is(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, repairs: Repairs
) -> None:
    """Say when the approved removals are carried out."""
    world = await World.begin(hass, FILMS, interval=720)
    await take(world.home, *TOO_MANY)
    await world.sync()
    due = dt_util.as_local(dt_util.utcnow() + timedelta(hours=12))
    await repairs.start(ISSUE)
    shown = await repairs.choose("approve")
    assert shown["description"] == "approved"
    when = shown["description_placeholders"]["next_run"]
    assert when == due.strftime("%Y-%m-%d %H:%M")


async def test_next_run_is_a_dry_run(
    hass: HomeAssistant, held: World, repairs: Repairs
) -> None:
    """Say that a dry run removes nothing, also not what was approved."""
    await held.set(dry_run=True)
    await repairs.start(ISSUE)
    shown = await repairs.choose("approve")
    assert shown["description"] == "approved_after_dry_run"
    assert (await held.sync())["removed"] == 8
    assert await held.left() == names(*range(FILMS))
    assert (await held.sync(dry_run=False))["removed"] == 8
    assert await held.left() == names(*range(8, FILMS))


async def test_long_list(hass: HomeAssistant, repairs: Repairs) -> None:
    """Show the first fifty titles, and how many there are beside them."""
    world = await World.begin(hass, 100)
    await take(world.home, *range(70))
    await world.sync()
    shown = await repairs.start(ISSUE)
    assert shown["description_placeholders"]["count"] == "70"
    assert len(told(shown)) == 51
    assert "and 20 more" in told(shown)


async def test_both_accounts_and_features(
    hass: HomeAssistant, repairs: Repairs
) -> None:
    """List by account and feature what a two-way pair would remove from either."""
    world = await World.begin(
        hass,
        FILMS,
        mode="two_way",
        features=["history", "watchlist"],
        history=REMOVING,
    )
    await put(world.home, watched(*range(FILMS)))
    await world.sync()
    await world.sync()
    await take(world.home, *TOO_MANY)
    await take(world.cabin, *range(6), feature=Feature.HISTORY)
    run = await world.sync()
    assert (run["status"], run["removed"], run["blocked"]) == ("blocked", 0, 14)
    shown = await repairs.start(ISSUE)
    stands = shown["description_placeholders"]
    assert stands["count"] == "14"
    assert "**Home, History: 6**" in stands["titles"]
    assert "**Cabin, Watchlist: 8**" in stands["titles"]
    await repairs.choose("switch_off")
    data = world.subentry.data
    assert [data[name]["remove"] for name in ("history", "watchlist")] == [False, False]


async def test_other_feature_runs_alone(
    hass: HomeAssistant, held: World, repairs: Repairs
) -> None:
    """Keep the issue through a run of other features."""
    await held.set(features=["history", "watchlist"])
    assert (await held.sync(features=["history"]))["status"] == "success"
    shown = await repairs.start(ISSUE)
    assert told(shown) == years(names(*TOO_MANY))
