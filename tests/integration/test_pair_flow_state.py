"""Changing a pair loses nothing of what is known of it."""

from typing import Any

import pytest

from custom_components.crosswatch.engine.model import Feature
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er

from .repair_world import World, names, take
from .runs import act, device_of, listed, put, settled, titles, watched
from .test_pair_flow_reconfigure import begin_change, finish

FILMS = 8
BOTH = ["watchlist", "history"]
ON = {"add": True, "remove": True, "remove_mode": "gone_from_source"}
OFF = {"add": True, "remove": False, "remove_mode": "gone_from_source"}
HISTORY = {"rewatches": False, "tolerance": 60}


@pytest.fixture
async def world(hass: HomeAssistant) -> World:
    """Return a pair of watchlists and histories that has done all there is to do."""
    world = await World.begin(hass, FILMS, features=BOTH, history=ON)
    await put(world.home, watched(*range(FILMS)))
    assert (await world.sync())["added"] == FILMS
    assert (await world.sync())["added"] == 0
    return world


async def change(world: World, risk: str = "", **answers: Any) -> None:
    """Change the pair as a person does."""
    result = await begin_change(world.hass, world.home, world.subentry)
    answers = {"target": world.cabin.entry_id, **answers}
    await finish(world.hass, result, answers, risk=risk)
    await settled(world.hass)


async def known(world: World) -> dict[str, Any]:
    """Return all that is known of the pair and its accounts, and shown of it."""
    pair_id, store = world.pair.pair_id, world.pair.store
    device_id = device_of(world.hass, world.home, world.subentry)
    accounts = (world.home.entry_id, world.cabin.entry_id)
    features = [Feature(name) for name in BOTH]
    return {
        "ledger": {each: store.load_ledger(pair_id, each) for each in features},
        "snapshots": {
            (account, each): store.load_snapshot(account, each)
            for account in accounts
            for each in features
        },
        "created": world.pair.created,
        "run": await act(world.hass, "get_last_run", device_id=device_id),
        "device": dr.async_get(world.hass).async_get(device_id),
        "entities": {
            (entity.unique_id, entity.entity_id)
            for entity in er.async_entries_for_device(
                er.async_get(world.hass), device_id, include_disabled_entities=True
            )
        },
    }


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param({"interval": 60}, id="interval"),
        pytest.param({"dry_run": True}, id="dry run"),
        pytest.param({"features": ["watchlist"]}, id="one feature less"),
        pytest.param({"features": [*BOTH, "ratings"]}, id="one feature more"),
        pytest.param(
            {"watchlist": OFF, "history": {**OFF, "rewatches": True, "tolerance": 5}},
            id="sections",
        ),
        pytest.param(
            {"guards": {"delete_limit": 1, "delete_percent": 1, "shrink_guard": False}},
            id="guards",
        ),
        pytest.param(
            {"mode": "two_way", "risk": "confirm_two_way_removing"}, id="two-way"
        ),
        pytest.param(
            {
                "watchlist": {**ON, "remove_mode": "mirror"},
                "risk": "confirm_mirror",
            },
            id="mirror",
        ),
    ],
)
async def test_nothing_is_lost(world: World, answers: dict[str, Any]) -> None:
    """Keep what is known of each item, the last run, and the entities."""
    before = await known(world)
    assert all(before["ledger"].values())
    assert len(before["entities"]) > 10
    await change(world, **answers)
    for name in answers.keys() - {"risk"}:
        assert world.subentry.data[name] == answers[name]
    assert await known(world) == before


async def test_next_run_goes_on_from_there(world: World) -> None:
    """Write nothing twice after a change, and remember what was on both sides."""
    await change(world, interval=60, features=[*BOTH, "ratings"])
    run = await world.sync()
    counts = [run[name] for name in ("status", "added", "updated", "removed")]
    assert counts == ["success", 0, 0, 0]
    await take(world.home, 0)
    assert (await world.sync())["removed"] == 1
    assert await world.left() == names(*range(1, FILMS))


async def test_feature_that_is_cleared_and_chosen_again(world: World) -> None:
    """Leave a cleared feature alone, and then go on without removing anything."""
    await change(world, features=["watchlist"])
    assert "history" not in world.subentry.data
    await take(world.home, 0, feature=Feature.HISTORY)
    await put(world.home, {**watched(20), **listed(21)})
    run = await world.sync()
    assert (run["added"], run["removed"]) == (1, 0)
    assert await titles(world.cabin, Feature.HISTORY) == names(*range(FILMS))

    await change(world, features=BOTH)
    # Its settings start anew, as those of any feature that is newly chosen.
    assert world.subentry.data["history"] == {**OFF, **HISTORY}
    run = await world.sync()
    assert (run["added"], run["removed"]) == (1, 0)
    assert await titles(world.cabin, Feature.HISTORY) == names(*range(FILMS), 20)
    assert (await world.sync())["added"] == 0

    # What was taken away meanwhile goes as soon as a person wants removals.
    await change(world, history={**ON, **HISTORY}, risk="confirm_remove")
    assert (await world.sync())["removed"] == 1
    left = await titles(world.cabin, Feature.HISTORY)
    assert left == names(*range(1, FILMS), 20)


async def test_risk_that_is_not_taken(world: World) -> None:
    """Change nothing at all where a person closes the dialog at the last question."""
    before = await known(world), dict(world.subentry.data)
    result = await begin_change(world.hass, world.home, world.subentry)
    flows = world.hass.config_entries.subentries
    answers = {"target": world.cabin.entry_id, "mode": "two_way", "interval": 30}
    result = await flows.async_configure(result["flow_id"], answers)
    assert result["step_id"] == "confirm_two_way_removing"
    flows.async_abort(result["flow_id"])
    assert (await known(world), dict(world.subentry.data)) == before
