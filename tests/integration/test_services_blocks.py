"""The actions that keep items from being synced, on real accounts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest
import voluptuous as vol

from custom_components.crosswatch.engine.ledger import Decision
from custom_components.crosswatch.engine.model import Feature, Item, MediaKind
from custom_components.crosswatch.runtime import async_get_runtime
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from .runs import (
    act,
    add_tracker,
    coordinator_of,
    device_of,
    film,
    listed,
    pair_data,
    put,
    rated,
    set_up,
    titles,
    watched,
)
from .service_world import World, items, make_world, put_items, refusal, take

SHOW = Item(MediaKind.SHOW, {"tvdb": "81189"}, "Breaking Bad", 2008)


def episode(season: int, number: int) -> Item:
    """Return an episode that only its show's id is known of."""
    return Item(
        MediaKind.EPISODE,
        title=f"Part {number}",
        show=SHOW,
        season=season,
        number=number,
    )


@pytest.fixture
async def world(hass: HomeAssistant) -> World:
    """Return accounts with two pairs, and films at their source."""
    world = await make_world(hass)
    await put(world.home, watched(1, 2, 3) | listed(2) | rated(film_2=8.0))
    return world


async def block(hass: HomeAssistant, world: World, **data: Any) -> dict[str, Any]:
    """Block something for the pair Home → Cabin, and return the one block."""
    answer = await act(hass, "block", device_id=world.device, **data)
    (made,) = answer["blocks"]
    return dict(made)


NAMED = pytest.mark.parametrize(
    "named",
    [
        pytest.param({"id": "imdb:tt0001002"}, id="id"),
        pytest.param({"id": " IMDB:tt0001002 ", "kind": "movie"}, id="id and kind"),
        pytest.param({"title": "film 2!"}, id="title"),
        pytest.param({"title": "Film 2", "year": 2000}, id="title and year"),
        pytest.param({"title": "Film 2", "kind": "movie"}, id="title and kind"),
        pytest.param(
            {"item": {"kind": "movie", "ids": {"imdb": "tt0001002"}}}, id="item"
        ),
        pytest.param(
            {"item": {"kind": "movie", "title": "Film 2", "year": 2000, "ids": {}}},
            id="item without ids",
        ),
    ],
)


@NAMED
async def test_block_and_unblock(
    hass: HomeAssistant, world: World, named: dict[str, Any]
) -> None:
    """Keep an item from being synced in all features, until it is let go of."""
    made = await block(hass, world, **named)
    assert (made["scope"], made["name"]) == ("pair", world.pair.title)
    assert made["feature"] is None
    assert datetime.fromisoformat(made["created"]).tzinfo is not None
    report = await world.sync()
    assert report["added"] == 2
    blocked = [each for each in report["items"] if each["reason"] == "blocked"]
    assert {each["title"] for each in blocked} == {"Film 2"}
    assert len(blocked) == 3
    assert await titles(world.cabin, Feature.HISTORY) == {"Film 1", "Film 3"}
    assert (await act(hass, "list_blocks"))["blocks"] == [made]
    freed = await act(hass, "unblock", device_id=world.device, **named)
    assert freed == {"removed": 1, "reconsidered": 0}
    assert await act(hass, "list_blocks") == {"blocks": []}
    assert (await world.sync())["added"] == 3
    assert "Film 2" in await titles(world.cabin, Feature.HISTORY)


@pytest.mark.parametrize(
    "named",
    [
        {"id": "imdb:tt0009999"},
        {"id": "imdb:tt0001002", "kind": "show"},
        {"title": "Film"},
        {"title": "Film 2", "year": 1999},
        {"title": "Film 2", "kind": "show"},
        {"item": {"kind": "show", "ids": {"imdb": "tt0001002"}}},
    ],
)
async def test_block_of_something_else(
    hass: HomeAssistant, world: World, named: dict[str, Any]
) -> None:
    """Leave items alone that a block does not name."""
    await block(hass, world, **named)
    assert (await world.sync())["added"] == 5


async def test_item_of_a_report(hass: HomeAssistant, world: World) -> None:
    """Block each item just as a report has it."""
    shown = await world.sync(dry_run=True)
    for item in shown["items"]:
        assert (await block(hass, world, item=item))["title"] == item["title"]
    report = await world.sync()
    assert (report["added"], report["blocked"] + report["skipped"]) == (0, 5)
    answer = await act(hass, "list_blocks", device_id=world.device)
    assert [each["ids"] for each in answer["blocks"]] == [
        dict(film(number).ids) for number in (1, 2, 3)
    ]


async def test_blocked_already(hass: HomeAssistant, world: World) -> None:
    """Change nothing by a second block, and say so."""
    first = await act(hass, "block", device_id=world.device, id="imdb:tt0001002")
    assert first["added"] == 1
    for again in (
        {"id": "imdb:tt0001002"},
        {"id": "imdb:tt0001002", "kind": "movie", "feature": "history"},
        {"item": {"kind": "movie", "ids": {"imdb": "tt0001002", "tmdb": 603}}},
    ):
        answer = await act(hass, "block", device_id=world.device, **again)
        assert answer == {"blocks": first["blocks"], "added": 0}
    wider = {"title": "Film 2", "year": 2000}
    assert (await act(hass, "block", device_id=world.device, **wider))["added"] == 1
    other = device_of(hass, world.home, world.second)
    answer = await act(hass, "block", device_id=other, id="imdb:tt0001002")
    assert answer["added"] == 1


async def test_features(hass: HomeAssistant, world: World) -> None:
    """Block an item in some features, and let go of it in one of them."""
    named = {"id": "imdb:tt0001002"}
    answer = await act(
        hass, "block", device_id=world.device, feature=["history", "ratings"], **named
    )
    assert [each["feature"] for each in answer["blocks"]] == ["history", "ratings"]
    assert (await world.sync())["added"] == 3
    assert await titles(world.cabin, Feature.WATCHLIST) == {"Film 2"}
    data = {"device_id": world.device, "feature": "ratings", **named}
    assert (await act(hass, "unblock", **data))["removed"] == 1
    assert (await world.sync())["added"] == 1
    assert await titles(world.cabin, Feature.RATINGS) == {"Film 2"}
    assert "Film 2" not in await titles(world.cabin, Feature.HISTORY)


async def test_unblock_one_feature_of_all(hass: HomeAssistant, world: World) -> None:
    """Let go of an item in one feature, and keep it blocked in all others."""
    made = await block(hass, world, title="Film 2")
    data = {"device_id": world.device, "feature": "history"}
    freed = await act(hass, "unblock", block_id=made["block_id"], **data)
    assert freed["removed"] == 1
    kept = (await act(hass, "list_blocks"))["blocks"]
    assert {each["feature"] for each in kept} == {"watchlist", "ratings", "progress"}
    assert {each["title"] for each in kept} == {"Film 2"}
    assert (await world.sync())["added"] == 3
    assert "Film 2" in await titles(world.cabin, Feature.HISTORY)
    assert await titles(world.cabin, Feature.WATCHLIST) == set()


async def test_account(hass: HomeAssistant, world: World) -> None:
    """Block an item for one target, and sync it to the other."""
    cabin = device_of(hass, world.cabin)
    answer = await act(hass, "block", device_id=cabin, id="imdb:tt0001002")
    (made,) = answer["blocks"]
    assert (made["scope"], made["name"]) == ("account", "Cabin")
    second = device_of(hass, world.home, world.second)
    await act(hass, "sync", device_id=[world.device, second])
    assert await titles(world.cabin, Feature.HISTORY) == {"Film 1", "Film 3"}
    assert len(await titles(world.boat, Feature.HISTORY)) == 3
    # Each pair and account has its own.
    data = {"id": "imdb:tt0001002"}
    for other in (world.device, device_of(hass, world.home)):
        assert (await act(hass, "unblock", device_id=other, **data))["removed"] == 0
        assert (await act(hass, "list_blocks", device_id=other))["blocks"] == []
    freed = await act(hass, "unblock", device_id=cabin, **data)
    assert freed == {"removed": 1, "reconsidered": 0}
    assert (await world.sync())["added"] == 3


async def test_account_that_is_read(hass: HomeAssistant, world: World) -> None:
    """Block an item for the source: none of its pairs take it from there."""
    home = device_of(hass, world.home)
    await act(hass, "block", device_id=home, id="imdb:tt0001002", feature="history")
    second = device_of(hass, world.home, world.second)
    await act(hass, "sync", device_id=[world.device, second])
    for target in (world.cabin, world.boat):
        assert await titles(target, Feature.HISTORY) == {"Film 1", "Film 3"}


@pytest.mark.parametrize(
    ("named", "left"),
    [
        ({"id": "tvdb:81189", "kind": "show"}, set()),
        ({"title": "Breaking Bad", "year": 2008}, set()),
        ({"title": "Breaking Bad", "season": 1}, {"s2e1"}),
        ({"title": "Breaking Bad", "season": 1, "episode": 2}, {"s1e1", "s2e1"}),
        (
            {"title": "Breaking Bad", "kind": "episode", "season": 2, "episode": 1},
            {"s1e1", "s1e2"},
        ),
        (
            {
                "item": {
                    "title": "Breaking Bad",
                    "year": 2008,
                    "kind": "episode",
                    "season": 1,
                    "episode": 1,
                    "ids": {"tvdb": "81189"},
                }
            },
            {"s1e2", "s2e1"},
        ),
        (
            {"item": {"kind": "season", "season": 1, "ids": {"tvdb": "81189"}}},
            {"s2e1"},
        ),
    ],
)
async def test_episodes(
    hass: HomeAssistant, world: World, named: dict[str, Any], left: set[str]
) -> None:
    """Block a show, a season or an episode, and unblock it in the same words."""
    episodes = [episode(1, 1), episode(1, 2), episode(2, 1)]
    await put_items(world.home, episodes)

    async def synced() -> set[str]:
        """Return the episodes at the target."""
        provider = world.cabin.runtime_data.account.provider
        snapshot = await provider.read(Feature.HISTORY, None)
        return {each.item.place for each in snapshot.records.values()} - {None}

    await block(hass, world, **named)
    await world.sync()
    assert await synced() == left
    freed = await act(hass, "unblock", device_id=world.device, **named)
    assert freed["removed"] == 1
    await world.sync()
    assert await synced() == {"s1e1", "s1e2", "s2e1"}


async def test_episodes_of_one_show(hass: HomeAssistant, world: World) -> None:
    """Tell episodes apart that a report has the same ids of."""
    await put_items(world.home, [episode(1, 1), episode(1, 2)])
    shown = await world.sync(dry_run=True)
    found = [each for each in shown["items"] if each["kind"] == "episode"]
    assert [each["ids"] for each in found] == [{"tvdb": "81189"}] * 2
    for item in found:
        answer = await act(hass, "block", device_id=world.device, item=item)
        assert answer["added"] == 1
    data = {"device_id": world.device}
    assert (await act(hass, "unblock", item=found[0], **data))["removed"] == 1
    (kept,) = (await act(hass, "list_blocks"))["blocks"]
    assert (kept["season"], kept["episode"]) == (
        found[1]["season"],
        found[1]["episode"],
    )
    # The whole show, its season and this episode: all of it is blocked already.
    await act(hass, "block", id="tvdb:81189", kind="show", **data)
    answer = await act(hass, "block", item=found[0], **data)
    assert answer["added"] == 0
    assert answer["blocks"][0]["kind"] == "show"


async def test_unblock_takes_up_what_was_undone(
    hass: HomeAssistant, world: World
) -> None:
    """Let the next run sync again what was taken back before."""
    run = await world.sync()
    await act(hass, "undo_run", device_id=world.device, run_id=run["run_id"])
    data = {"device_id": world.device}
    freed = await act(hass, "unblock", id="imdb:tt0001002", feature="history", **data)
    assert freed == {"removed": 0, "reconsidered": 1}
    assert (await world.sync())["added"] == 1
    assert await titles(world.cabin, Feature.HISTORY) == {"Film 2"}
    freed = await act(hass, "unblock", title="Film 2", **data)
    assert freed == {"removed": 0, "reconsidered": 2}
    assert (await world.sync())["added"] == 2
    freed = await act(hass, "unblock", title="Film 2", **data)
    assert freed == {"removed": 0, "reconsidered": 0}


async def test_unblock_by_number_takes_up_what_the_block_was_for(
    hass: HomeAssistant, world: World
) -> None:
    """Leave alone what was undone in features that the block did not hold in."""
    run = await world.sync()
    data = {"device_id": world.device}
    await act(hass, "undo_run", run_id=run["run_id"], **data)
    made = await block(hass, world, id="imdb:tt0001002", feature="history")
    freed = await act(hass, "unblock", block_id=made["block_id"], **data)
    assert freed == {"removed": 1, "reconsidered": 1}
    await world.sync()
    assert await titles(world.cabin, Feature.HISTORY) == {"Film 2"}
    assert await titles(world.cabin, Feature.WATCHLIST) == set()


async def test_unblock_of_a_show_takes_up_its_episodes(
    hass: HomeAssistant, world: World
) -> None:
    """Find the undone episodes of a show by the show."""
    await put_items(world.home, [episode(1, 1), episode(1, 2)])
    run = await world.sync()
    await act(hass, "undo_run", device_id=world.device, run_id=run["run_id"])
    freed = await act(
        hass, "unblock", device_id=world.device, id="tvdb:81189", kind="show"
    )
    assert freed == {"removed": 0, "reconsidered": 2}
    assert (await world.sync())["added"] == 2


async def test_restart(hass: HomeAssistant, world: World) -> None:
    """Keep blocks while accounts are not loaded, and change them meanwhile."""
    made = await block(hass, world, id="imdb:tt0001002")
    device, boat = world.device, device_of(hass, world.boat)
    for entry in (world.home, world.cabin, world.boat):
        await hass.config_entries.async_unload(entry.entry_id)
    assert (await act(hass, "list_blocks"))["blocks"] == [made]
    answer = await act(hass, "block", device_id=device, title="Film 1")
    assert answer["added"] == 1
    await hass.config_entries.async_set_disabled_by(
        world.boat.entry_id, ConfigEntryDisabler.USER
    )
    await act(hass, "block", device_id=boat, title="Film 1")
    for entry in (world.home, world.cabin):
        await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert len((await act(hass, "list_blocks"))["blocks"]) == 3
    await world.sync()
    assert await titles(world.cabin, Feature.HISTORY) == {"Film 3"}
    await hass.config_entries.async_remove(world.home.entry_id)
    (left,) = (await act(hass, "list_blocks"))["blocks"]
    assert left["name"] == "Boat"


async def test_list_several(hass: HomeAssistant, world: World) -> None:
    """List the blocks of exactly what is named."""
    second = device_of(hass, world.home, world.second)
    home = device_of(hass, world.home)
    for device in (world.device, second, home):
        await act(hass, "block", device_id=device, title="Film 1")
    answer = await act(hass, "list_blocks", device_id=[home, second, home])
    assert [each["scope"] for each in answer["blocks"]] == ["account", "pair"]
    assert [each["name"] for each in answer["blocks"]] == ["Home", world.second.title]


REFUSED: Mapping[str, tuple[dict[str, Any], str]] = {
    "nothing": ({}, "nothing_named"),
    "nothing but a feature": ({"feature": "history"}, "nothing_named"),
    "a year alone": ({"year": 1999}, "nothing_named"),
    "a title without a word": ({"title": " ?! "}, "nothing_named"),
    "an item without anything": ({"item": {"kind": "movie"}}, "nothing_named"),
    "id and title": ({"id": "imdb:tt0000001", "title": "A"}, "several_named"),
    "id and item": (
        {"id": "imdb:tt0000001", "item": {"kind": "movie"}},
        "several_named",
    ),
    "id and year": ({"id": "imdb:tt0000001", "year": 1999}, "fields_do_not_fit"),
    "item and kind": (
        {"item": {"kind": "movie", "title": "A"}, "kind": "movie"},
        "fields_do_not_fit",
    ),
    "no namespace": ({"id": "0133093"}, "unknown_id"),
    "another namespace": ({"id": "plex:1"}, "unknown_id"),
    "no number": ({"id": "imdb:none"}, "unknown_id"),
    "an episode without a season": ({"title": "A", "episode": 1}, "place_does_not_fit"),
    "a season without a number": (
        {"title": "A", "kind": "season"},
        "place_does_not_fit",
    ),
    "a film with a season": (
        {"title": "A", "kind": "movie", "season": 1},
        "place_does_not_fit",
    ),
    "an episode without a place": (
        {"item": {"kind": "episode", "title": "A"}},
        "place_does_not_fit",
    ),
}


@pytest.mark.parametrize("action", ["block", "unblock"])
@pytest.mark.parametrize(("data", "key"), REFUSED.values(), ids=list(REFUSED))
async def test_refused(
    hass: HomeAssistant, world: World, action: str, data: dict[str, Any], key: str
) -> None:
    """Refuse what names no item, or names it in a way that makes no sense."""
    assert await refusal(hass, action, device_id=world.device, **data) == key
    assert await act(hass, "list_blocks") == {"blocks": []}


@pytest.mark.parametrize(
    "data",
    [
        {"id": "imdb:tt0000001", "kind": "nonsense"},
        {"title": "A", "feature": "nonsense"},
        {"title": "A", "year": "nonsense"},
        {"title": "A", "season": -1},
        {"item": {"title": "A"}},
        {"item": "A"},
        {"title": "A", "nonsense": 1},
    ],
)
async def test_nonsense(
    hass: HomeAssistant, world: World, data: dict[str, Any]
) -> None:
    """Refuse values that a field cannot have."""
    with pytest.raises(vol.Invalid):
        await act(hass, "block", device_id=world.device, **data)


async def test_no_such_block(hass: HomeAssistant, world: World) -> None:
    """Refuse a number that no block of the pair has, and a feature it lacks."""
    made = await block(hass, world, title="Film 1", feature="history")
    number = {"block_id": made["block_id"]}
    data = {"device_id": world.device}
    assert await refusal(hass, "unblock", block_id=99, **data) == "no_such_block"
    second = device_of(hass, world.home, world.second)
    assert await refusal(hass, "unblock", device_id=second, **number) == "no_such_block"
    asked = await refusal(hass, "unblock", feature="ratings", **number, **data)
    assert asked == "no_such_block"
    asked = await refusal(hass, "unblock", title="Film 1", **number, **data)
    assert asked == "several_named"
    asked = await refusal(hass, "unblock", kind="movie", **number, **data)
    assert asked == "fields_do_not_fit"
    assert await act(hass, "unblock", **number, **data) == {
        "removed": 1,
        "reconsidered": 0,
    }
    assert await refusal(hass, "unblock", **number, **data) == "no_such_block"


async def test_wrong_devices_and_features(hass: HomeAssistant, world: World) -> None:
    """Refuse devices that are not ours, and features that the pair lacks."""
    for action, data in (
        ("block", {"title": "A"}),
        ("unblock", {"title": "A"}),
        ("list_blocks", {}),
    ):
        asked = await refusal(hass, action, device_id="nonsense", **data)
        assert asked == "scope_not_found"
    second = device_of(hass, world.home, world.second)
    asked = await refusal(
        hass, "block", device_id=second, title="A", feature=["history", "ratings"]
    )
    assert asked == "feature_not_in_pair"
    # An account has a feature, whatever its pairs are set to.
    boat = device_of(hass, world.boat)
    await act(hass, "block", device_id=boat, title="A", feature="ratings")


async def test_broken_pair(hass: HomeAssistant) -> None:
    """Refuse to weigh a block against settings that make no sense."""
    home = await add_tracker(hass, "Home", pairs={"cabin": pair_data("Cabin")})
    await set_up(hass, home, await add_tracker(hass, "Cabin"))
    device = device_of(hass, home, home.subentries["cabin"])
    hass.config_entries.async_update_subentry(
        home, home.subentries["cabin"], data={"target": "nothing", "features": []}
    )
    await hass.async_block_till_done()
    asked = await refusal(hass, "block", device_id=device, title="A", feature="history")
    assert asked == "pair_broken"
    asked = await refusal(hass, "unblock", device_id=device, title="A")
    assert asked == "pair_broken"


async def test_state_is_closed_again(hass: HomeAssistant, world: World) -> None:
    """Leave no state file open after an action while nothing is loaded."""
    for entry in (world.home, world.cabin, world.boat):
        await hass.config_entries.async_unload(entry.entry_id)
    await act(hass, "list_blocks")
    with pytest.raises(RuntimeError):
        _ = async_get_runtime(hass).store


async def test_state_cannot_be_opened(hass: HomeAssistant, world: World) -> None:
    """Say what is wrong with the state file, and get over it."""
    for entry in (world.home, world.cabin, world.boat):
        await hass.config_entries.async_unload(entry.entry_id)
    path = async_get_runtime(hass).path
    aside = path.with_name("aside")
    path.rename(aside)
    path.mkdir()
    with pytest.raises(HomeAssistantError) as refused:
        await act(hass, "list_blocks")
    assert refused.value.translation_key == "state_unavailable"
    path.rmdir()
    aside.rename(path)
    assert await act(hass, "list_blocks") == {"blocks": []}


async def test_without_any_account(hass: HomeAssistant, world: World) -> None:
    """List nothing, and leave no file behind, once the last account is gone."""
    for entry in (world.home, world.cabin, world.boat):
        await hass.config_entries.async_remove(entry.entry_id)
    assert await act(hass, "list_blocks") == {"blocks": []}
    path = async_get_runtime(hass).path
    assert not await hass.async_add_executor_job(path.exists)


async def test_unblock_takes_up_a_removal_that_was_declined(
    hass: HomeAssistant,
) -> None:
    """Remove an item after all whose removal a person had declined."""
    world = await make_world(hass, history={"remove": True})
    await put(world.home, watched(*range(1, 11)))
    await world.sync()
    await world.sync()
    gone = [f"Film {number}" for number in range(1, 8)]
    await take(world.home, Feature.HISTORY, *gone)
    assert (await world.sync())["status"] == "blocked"
    store = coordinator_of(world.home, world.pair).store
    pair_id = world.pair.subentry_id
    assert store.decide(pair_id, Feature.HISTORY, Decision.DISMISSED) == 7
    data = {"device_id": world.device}
    asked = {**data, "feature": "history", "query": "Film 1"}
    told = await act(hass, "explain", **asked)
    assert "kept" in {step["reason"] for step in told["items"][0]["next_run"]}
    freed = await act(hass, "unblock", title="Film 1", **data)
    assert freed == {"removed": 0, "reconsidered": 1}
    assert (await world.sync())["removed"] == 1
    left = await titles(world.cabin, Feature.HISTORY)
    assert "Film 1" not in left
    assert len(left) == 9


async def test_block_is_listed_by_what_it_holds_back(
    hass: HomeAssistant, world: World
) -> None:
    """Count what a block holds back, without a cause for alarm."""
    await block(hass, world, title="Film 2", feature="history")
    report = await world.sync()
    assert ("Film 2", "add", "blocked", "blocked") in items(report)
    assert (report["blocked"], report["status"]) == (1, "success")
