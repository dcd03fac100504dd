"""Items that a service does not know: a person sees them, and says what to do."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.crosswatch.engine.model import Feature
from homeassistant.core import HomeAssistant
from tests.simulators.trakt import TraktSimulator

from .pair_world import PAIR_ID
from .repair_states import UNKNOWN, got_stuck, with_unknown_films
from .repair_world import Repairs, issue_exists, issue_of, restart_issues, take, told
from .runs import act, device_of, film, listed, put, set_up, titles
from .trakt_world import TraktWorld

ISSUE = f"unresolved_{PAIR_ID}"


@pytest.fixture
async def world(hass: HomeAssistant, trakt: TraktSimulator) -> TraktWorld:
    """Return a pair to an account that knows the films from 100 on."""
    return await with_unknown_films(hass, trakt)


@pytest.fixture
async def stuck(world: TraktWorld) -> TraktWorld:
    """Return the pair with five films in quarantine, of which a person was told."""
    return await got_stuck(world)


def not_found(*numbers: int) -> set[str]:
    """Return films as they stand in the list."""
    return {f"Film {number} (2000)" for number in numbers}


async def unknown_so_far(world: TraktWorld, count: int) -> int:
    """Let the first films be wanted, and return how many a run leaves unresolved."""
    there = await titles(world.home, Feature.WATCHLIST)
    if wanted := [each for each in range(count) if film(each).title not in there]:
        await put(world.home, listed(*wanted))
    left: int = (await world.sync())["unresolved"]
    return left


async def test_not_before_the_quarantine(
    hass: HomeAssistant, world: TraktWorld
) -> None:
    """Say nothing of a few items while they are still tried with each run."""
    await put(world.home, listed(*UNKNOWN))
    for _ in range(3):
        run = await world.sync()
        assert {item["reason"] for item in run["items"]} == {"not_found"}
        assert not issue_exists(hass, ISSUE)
    run = await world.sync()
    assert {item["reason"] for item in run["items"]} == {"quarantined"}
    assert issue_exists(hass, ISSUE)


async def test_list(hass: HomeAssistant, stuck: TraktWorld, repairs: Repairs) -> None:
    """List what was not matched, where, and what for."""
    issue = issue_of(hass, ISSUE)
    assert issue is not None
    assert (issue.is_fixable, issue.is_persistent) == (True, True)
    assert (issue.translation_placeholders or {})["count"] == "5"
    shown = await repairs.start(ISSUE)
    assert shown["menu_options"] == ["try_again", "block_all", "leave"]
    stands = shown["description_placeholders"]
    assert (stands["pair"], stands["count"]) == (stuck.subentry.title, "5")
    assert "**Trakt \\(alice\\), Watchlist: 5**" in stands["titles"]
    assert "The service does not know the item" in stands["titles"]
    assert told(shown) == not_found(*UNKNOWN)


async def test_matched_by_itself(hass: HomeAssistant, stuck: TraktWorld) -> None:
    """Drop the issue once the items are gone from the source, or known."""
    await take(stuck.home, 0, 1)
    assert (await stuck.sync())["unresolved"] == 3
    assert issue_exists(hass, ISSUE)
    stuck.publish(2, 3, 4)
    assert (await stuck.sync(full_refresh=True))["added"] == 3
    assert not issue_exists(hass, ISSUE)


async def test_try_again(
    hass: HomeAssistant, stuck: TraktWorld, repairs: Repairs
) -> None:
    """Send what is in quarantine, and say what is left of it."""
    stuck.publish(0, 1)
    await repairs.start(ISSUE)
    shown = await repairs.choose("try_again")
    assert (shown["type"], shown["progress_action"]) == ("progress", "trying")
    shown = await repairs.come_out()
    assert (shown["type"], shown["reason"]) == ("abort", "still_waiting")
    assert shown["description_placeholders"]["count"] == "3"
    assert len(stuck.trakt.alice.watchlist.live) == 3
    stuck.publish(2, 3, 4)
    assert told(await repairs.start(ISSUE)) == not_found(2, 3, 4)
    await repairs.choose("try_again")
    shown = await repairs.come_out()
    assert (shown["type"], shown["description"]) == ("create_entry", "tried")
    assert len(stuck.trakt.alice.watchlist.live) == 6
    assert not issue_exists(hass, ISSUE)


async def test_block_all(
    hass: HomeAssistant, stuck: TraktWorld, repairs: Repairs
) -> None:
    """Leave the listed items alone from then on, in this feature of this pair."""
    await repairs.start(ISSUE)
    shown = await repairs.choose("block_all")
    assert (shown["type"], shown["description"]) == ("create_entry", "blocked")
    assert shown["description_placeholders"]["count"] == "5"
    assert not issue_exists(hass, ISSUE)
    # What the last run left is told again, but for what is blocked by now.
    await hass.config_entries.async_reload(stuck.home.entry_id)
    assert not issue_exists(hass, ISSUE)
    device = device_of(hass, stuck.home, stuck.subentry)
    blocks = (await act(hass, "list_blocks", device_id=device))["blocks"]
    assert {(each["feature"], each["title"]) for each in blocks} == {
        ("watchlist", f"Film {number}") for number in UNKNOWN
    }
    stuck.publish(*UNKNOWN)
    run = await stuck.sync(full_refresh=True)
    assert (run["added"], run["unresolved"], run["blocked"]) == (0, 0, 5)
    assert not issue_exists(hass, ISSUE)
    item = {"kind": "movie", "title": "Film 0", "ids": {"imdb": "tt0001000"}}
    await act(hass, "unblock", device_id=device, item=item)
    run = await stuck.sync()
    assert (run["added"], run["blocked"]) == (1, 4)


async def test_leave(hass: HomeAssistant, stuck: TraktWorld, repairs: Repairs) -> None:
    """Speak of it again only when more go into quarantine, also after a restart."""
    await repairs.start(ISSUE)
    shown = await repairs.choose("leave")
    assert (shown["type"], shown["reason"]) == ("abort", "left")
    await restart_issues(hass)
    await hass.config_entries.async_reload(stuck.home.entry_id)
    await put(stuck.home, listed(7))
    for _ in range(3):
        assert (await stuck.sync())["unresolved"] == 6
        assert not issue_exists(hass, ISSUE)
    await stuck.sync()
    assert told(await repairs.start(ISSUE)) == not_found(*UNKNOWN, 7)
    assert issue_exists(hass, ISSUE)


async def test_let_out_after_a_month(
    hass: HomeAssistant,
    stuck: TraktWorld,
    repairs: Repairs,
    wall_clock: FrozenDateTimeFactory,
) -> None:
    """Do not speak again of what was left, because it was tried once more."""
    await repairs.start(ISSUE)
    await repairs.choose("leave")
    wall_clock.tick(timedelta(days=31))
    for reason in ("not_found", "quarantined"):
        run = await stuck.sync()
        assert {item["reason"] for item in run["items"]} == {reason}
        assert not issue_exists(hass, ISSUE)


async def test_ever_more(
    hass: HomeAssistant, world: TraktWorld, repairs: Repairs
) -> None:
    """Tell of many items before they are in quarantine, where there are ever more."""
    for count, is_told in ((4, False), (8, False), (12, True)):
        assert await unknown_so_far(world, count) == count
        assert issue_exists(hass, ISSUE) is is_told
    assert told(await repairs.start(ISSUE)) == not_found(*range(12))


@pytest.mark.parametrize(
    "counts",
    [
        pytest.param((3, 6, 9), id="few"),
        pytest.param((12, 12, 12), id="no more than before"),
        pytest.param((6, 12, 12), id="more only once"),
    ],
)
async def test_no_reason_to_call(
    hass: HomeAssistant, world: TraktWorld, counts: tuple[int, ...]
) -> None:
    """Say nothing of few items, nor of many that were there from the start."""
    for count in counts:
        assert await unknown_so_far(world, count) == count
        assert not issue_exists(hass, ISSUE)


async def test_loaded_anew_between_runs(hass: HomeAssistant, world: TraktWorld) -> None:
    """Count each run once, however often its account is loaded."""
    for count in (4, 8):
        assert await unknown_so_far(world, count) == count
        await hass.config_entries.async_reload(world.home.entry_id)
    assert await unknown_so_far(world, 12) == 12
    assert issue_exists(hass, ISSUE)


async def test_dry_runs_say_nothing(
    hass: HomeAssistant, stuck: TraktWorld, repairs: Repairs
) -> None:
    """Neither raise nor clear the issue in a dry run."""
    await take(stuck.home, *UNKNOWN)
    assert (await stuck.sync(dry_run=True))["unresolved"] == 0
    assert issue_exists(hass, ISSUE)
    await stuck.sync()
    assert not issue_exists(hass, ISSUE)
    await put(stuck.home, listed(*UNKNOWN))
    for _ in range(4):
        await stuck.sync(dry_run=True)
    assert not issue_exists(hass, ISSUE)


async def test_list_after_many_dry_runs(stuck: TraktWorld, repairs: Repairs) -> None:
    """Still know the titles when the report of the run itself is long gone."""
    for _ in range(21):
        await stuck.sync(dry_run=True)
    assert told(await repairs.start(ISSUE)) == not_found(*UNKNOWN)


async def test_settled_elsewhere(
    hass: HomeAssistant, stuck: TraktWorld, repairs: Repairs
) -> None:
    """Say so when all of it was blocked since, though no run has told yet."""
    device = device_of(hass, stuck.home, stuck.subentry)
    for number in UNKNOWN:
        await act(hass, "block", device_id=device, id=f"imdb:tt{1000 + number:07}")
    shown = await repairs.start(ISSUE)
    assert (shown["type"], shown["description"]) == ("create_entry", "settled")
    assert not issue_exists(hass, ISSUE)


async def test_long_list(
    hass: HomeAssistant, world: TraktWorld, repairs: Repairs
) -> None:
    """Show the first fifty titles, and block the others with them."""
    await put(world.home, listed(*range(60)))
    for _ in range(4):
        await world.sync()
    shown = await repairs.start(ISSUE)
    assert shown["description_placeholders"]["count"] == "60"
    assert len(told(shown)) == 51
    assert "and 10 more" in told(shown)
    shown = await repairs.choose("block_all")
    assert shown["description_placeholders"]["count"] == "60"
    assert (await world.sync())["blocked"] == 60


async def test_block_during_a_run(
    hass: HomeAssistant, stuck: TraktWorld, repairs: Repairs
) -> None:
    """Let the run that is going on end first, which tells of the items once more."""
    await repairs.start(ISSUE)
    async with stuck.running():
        shown = await repairs.choose("block_all")
        assert (shown["type"], shown["step_id"]) == ("progress", "wait")
    shown = await repairs.come_out()
    assert (shown["type"], shown["description"]) == ("create_entry", "blocked")
    assert not issue_exists(hass, ISSUE)


async def test_restart(
    hass: HomeAssistant, stuck: TraktWorld, repairs: Repairs
) -> None:
    """Keep the issue over a restart, and let it be answered right after."""
    await stuck.unload()
    await restart_issues(hass)
    await set_up(hass, stuck.home)
    assert told(await repairs.start(ISSUE)) == not_found(*UNKNOWN)
