"""The action that explains an item, on accounts of the built-in tracker."""

import asyncio
from typing import Any
from unittest.mock import patch

import pytest
import voluptuous as vol

from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.engine.plan import Reason
from custom_components.crosswatch.runtime import async_get_runtime
from custom_components.crosswatch.service_explain import MAX_ITEMS
from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations

from .runs import (
    act,
    coordinator_of,
    device_of,
    listed,
    put,
    rated,
    state_of,
    titles,
    watched,
)
from .service_world import World, make_world, refusal, take


@pytest.fixture
async def world(hass: HomeAssistant) -> World:
    """Return accounts with two pairs, and films at their source."""
    world = await make_world(hass)
    await put(world.home, watched(1, 2) | listed(4) | rated(film_1=8.0))
    return world


async def explain(
    hass: HomeAssistant, world: World, query: str, feature: str = "history"
) -> dict[str, Any]:
    """Return what is told of the one item that is found."""
    answer = await act(
        hass, "explain", device_id=world.device, feature=feature, query=query
    )
    assert answer["total"] == 1
    (item,) = answer["items"]
    return dict(item)


def next_run(item: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """Return what the next run would do, without the sentences."""
    for step in item["next_run"]:
        assert step["explanation"].endswith(".")
    return [
        (step["side"], step["action"], step["outcome"], step["reason"])
        for step in item["next_run"]
    ]


async def test_only_on_the_source(hass: HomeAssistant, world: World) -> None:
    """Tell that a film is to be added, in words, and by its id as by its title."""
    item = await explain(hass, world, "film 1")
    assert (item["title"], item["year"], item["kind"]) == ("Film 1", 2000, "movie")
    assert item["ids"] == {"imdb": "tt0001001"}
    assert item["source"] is not None
    assert item["target"] is None
    assert item["match"]["matched"] is False
    assert item["ledger"] is None
    assert next_run(item) == [("target", "add", "planned", "missing")]
    assert "added" in item["next_run"][0]["explanation"]
    assert await explain(hass, world, "imdb:tt0001001") == item


async def test_matched(hass: HomeAssistant, world: World) -> None:
    """Tell by which id both sides match, and what is known from the last run."""
    await world.sync()
    item = await explain(hass, world, "Film 1")
    assert item["target"] is not None
    assert item["match"]["matched"] is True
    assert item["match"]["by"] == ["movie:imdb:tt0001001"]
    assert item["ledger"] is not None
    assert next_run(item) == []
    await put(world.home, rated(film_1=3.0))
    item = await explain(hass, world, "Film 1", "ratings")
    assert (item["source"]["rating"], item["target"]["rating"]) == (3.0, 8.0)
    assert next_run(item) == [("target", "update", "planned", "changed")]


async def test_blocked(hass: HomeAssistant, world: World) -> None:
    """Tell that a person has blocked a film, until it is let go of."""
    await act(hass, "block", device_id=world.device, title="Film 1")
    (step,) = next_run(await explain(hass, world, "Film 1"))
    assert step[0] == "target"
    assert step[3] == "blocked"
    await act(hass, "unblock", device_id=world.device, title="Film 1")
    item = await explain(hass, world, "Film 1")
    assert next_run(item) == [("target", "add", "planned", "missing")]


async def test_skipped(hass: HomeAssistant, world: World) -> None:
    """Tell by which setting a film is left out."""
    data = {**world.pair.data, "ratings": {"kinds": ["show"]}}
    hass.config_entries.async_update_subentry(world.home, world.pair, data=data)
    await hass.async_block_till_done()
    item = await explain(hass, world, "Film 1", "ratings")
    assert next_run(item) == [("target", "skip", "skipped", "filtered")]


async def test_undone(hass: HomeAssistant, world: World) -> None:
    """Tell that a person took a film back."""
    run = await world.sync()
    await act(hass, "undo_run", device_id=world.device, run_id=run["run_id"])
    item = await explain(hass, world, "Film 1")
    assert item["ledger"]["decision"] == "undone"
    assert next_run(item) == [("target", "skip", "skipped", "undone")]


async def test_gone_from_the_source(hass: HomeAssistant, world: World) -> None:
    """Tell that a film is kept, as the pair is not set to remove."""
    await world.sync()
    await world.sync()
    await take(world.home, Feature.HISTORY, "Film 1")
    item = await explain(hass, world, "Film 1")
    assert item["source"] is None
    assert item["target"] is not None
    assert next_run(item) == [("target", "skip", "skipped", "removing_off")]


@pytest.mark.parametrize("query", ["Film 7", "imdb:tt0000007", "?!", "tvdb:none"])
async def test_unknown(hass: HomeAssistant, world: World, query: str) -> None:
    """Find nothing, which is an answer too."""
    answer = await act(
        hass, "explain", device_id=world.device, feature="history", query=query
    )
    assert answer == {"items": [], "total": 0}


async def test_very_many(hass: HomeAssistant, world: World) -> None:
    """Answer with some of many items, and say how many there are."""
    await put(world.home, watched(*range(10, 50)))
    answer = await act(
        hass, "explain", device_id=world.device, feature="history", query="film"
    )
    assert answer["total"] == 42
    assert len(answer["items"]) == MAX_ITEMS


async def test_nothing_changes(hass: HomeAssistant, world: World) -> None:
    """Explain without a trace: no run, no write, nothing that a run would miss."""

    store = coordinator_of(world.home, world.pair).store

    def known() -> tuple[object, ...]:
        """Return what the state holds of the pair."""
        history = (world.pair.subentry_id, Feature.HISTORY)
        return (
            store.load_ledger(*history),
            store.load_planned(*history),
            store.last_report(world.pair.subentry_id),
            store.record_counts(world.home.entry_id),
            store.snapshot_state(world.home.entry_id, Feature.HISTORY),
        )

    await world.sync()
    await put(world.home, watched(3))
    before = await hass.async_add_executor_job(known)
    assert all(before)
    last_run = state_of(hass, "sensor", world.pair, "last_run")
    item = await explain(hass, world, "Film 3")
    assert next_run(item) == [("target", "add", "planned", "missing")]
    assert await hass.async_add_executor_job(known) == before
    assert state_of(hass, "sensor", world.pair, "last_run") == last_run
    assert "Film 3" not in await titles(world.cabin, Feature.HISTORY)
    assert (await world.sync())["added"] == 1


async def test_waits_for_its_turn(hass: HomeAssistant, world: World) -> None:
    """Wait until no run uses the accounts; runs wait for it in turn."""
    queue = async_get_runtime(hass).queue
    async with queue.turn([world.cabin.entry_id]):
        waiting = hass.async_create_task(explain(hass, world, "Film 1"))
        await asyncio.sleep(0.05)
        assert not waiting.done()
    assert (await waiting)["title"] == "Film 1"


async def test_unloaded_while_waiting(hass: HomeAssistant, world: World) -> None:
    """Say so if the account goes away before its turn has come."""
    queue = async_get_runtime(hass).queue
    async with queue.turn([world.cabin.entry_id]):
        waiting = hass.async_create_task(
            refusal(
                hass,
                "explain",
                device_id=world.device,
                feature="history",
                query="Film 1",
            )
        )
        await asyncio.sleep(0.05)
        await hass.config_entries.async_unload(world.home.entry_id)
    assert await waiting == "account_not_loaded"


async def test_target_is_not_there(hass: HomeAssistant, world: World) -> None:
    """Name the target that is not loaded, or was removed."""
    data = {"device_id": world.device, "feature": "history", "query": "Film 1"}
    await hass.config_entries.async_unload(world.cabin.entry_id)
    assert await refusal(hass, "explain", **data) == "target_not_loaded"
    await hass.config_entries.async_remove(world.cabin.entry_id)
    assert await refusal(hass, "explain", **data) == "target_removed"


async def test_refused(hass: HomeAssistant, world: World) -> None:
    """Refuse features that the pair lacks, and devices that are no pair."""
    second = device_of(hass, world.home, world.second)
    data: dict[str, Any] = {"feature": "ratings", "query": "Film 1"}
    asked = await refusal(hass, "explain", device_id=second, **data)
    assert asked == "feature_not_in_pair"
    account = device_of(hass, world.home)
    assert await refusal(hass, "explain", device_id=account, **data) == "not_a_pair"
    asked = await refusal(hass, "explain", device_id="nonsense", **data)
    assert asked == "device_not_found"
    for nonsense in (
        {"feature": "nonsense", "query": "Film 1"},
        {"feature": "history", "query": "  "},
        {"feature": "history"},
        {"query": "Film 1"},
    ):
        with pytest.raises(vol.Invalid):
            await act(hass, "explain", device_id=world.device, **nonsense)


async def test_feature_that_an_account_lost(hass: HomeAssistant, world: World) -> None:
    """Name the account that can no longer read what the pair syncs."""
    data = {"device_id": world.device, "feature": "history", "query": "Film 1"}
    provider = type(world.cabin.runtime_data.account.provider)
    with patch.object(provider, "capabilities", {}):
        assert await refusal(hass, "explain", **data) == "feature_not_readable"


@pytest.mark.parametrize("language", ["en", "de", "tlh"])
async def test_every_reason_has_a_sentence(hass: HomeAssistant, language: str) -> None:
    """Have words for each reason, in English where there are no others."""
    sentences = await async_get_translations(hass, language, "selector", ["crosswatch"])
    for reason in Reason:
        key = f"component.crosswatch.selector.reason.options.{reason.value}"
        assert sentences[key].endswith(".")
    known = {key.rpartition(".")[2] for key in sentences if ".selector.reason." in key}
    assert known == set(Reason)


async def test_language_without_texts(hass: HomeAssistant, world: World) -> None:
    """Explain in English where the language has no words."""
    hass.config.language = "tlh"
    item = await explain(hass, world, "Film 1")
    assert item["next_run"][0]["explanation"].startswith("The other side has")
