"""The action that decides on removals which wait, as a notification's button does."""

import pytest
import voluptuous as vol

from homeassistant.core import HomeAssistant

from .pair_world import PAIR_ID
from .repair_world import World, issue_exists, names, take
from .runs import act, device_of
from .service_world import refusal

ISSUE = f"removals_held_{PAIR_ID}"
FILMS = 20


@pytest.fixture
async def world(hass: HomeAssistant) -> World:
    """Return a pair of twenty films that may remove five of them unasked."""
    return await World.begin(hass, FILMS)


async def hold(world: World, *numbers: int) -> str:
    """Let films be gone, too many to remove them unasked; return the run's id."""
    await take(world.home, *numbers)
    run = await world.sync()
    assert run["status"] == "blocked"
    return str(run["run_id"])


async def decide(world: World, run_id: str, decision: str) -> int:
    """Decide on what a run has held back; return on how many removals."""
    device = device_of(world.hass, world.home, world.subentry)
    data = {"device_id": device, "run_id": run_id, "decision": decision}
    answer = await act(world.hass, "decide_removals", **data)
    return int(answer["decided"])


async def refused(world: World, run_id: str, **data: object) -> str:
    """Return with which text a decision is refused."""
    device = device_of(world.hass, world.home, world.subentry)
    data = {"device_id": device, "run_id": run_id, "decision": "approve", **data}
    return await refusal(world.hass, "decide_removals", **data)


async def test_approve(hass: HomeAssistant, world: World) -> None:
    """The next run removes them, and the repair is gone at once."""
    run_id = await hold(world, *range(8))
    assert issue_exists(hass, ISSUE)
    assert await decide(world, run_id, "approve") == 8
    assert not issue_exists(hass, ISSUE)
    run = await world.sync()
    assert (run["status"], run["removed"]) == ("success", 8)
    assert await world.left() == names(*range(8, FILMS))


async def test_keep(hass: HomeAssistant, world: World) -> None:
    """Nothing is removed, and nobody is asked about them again."""
    run_id = await hold(world, *range(8))
    assert await decide(world, run_id, "keep") == 8
    assert not issue_exists(hass, ISSUE)
    run = await world.sync()
    assert (run["removed"], run["status"]) == (0, "success")
    assert {item["reason"] for item in run["items"]} == {"kept"}
    assert await world.left() == names(*range(FILMS))


async def test_more_than_was_told(hass: HomeAssistant, world: World) -> None:
    """A button in an old notification approves of nothing that came since."""
    run_id = await hold(world, *range(8))
    newer = await hold(world, 8, 9)
    assert await refused(world, run_id) == "more_held"
    assert issue_exists(hass, ISSUE)
    assert (await world.sync())["removed"] == 0
    assert await decide(world, newer, "approve") == 10


async def test_nothing_to_decide(world: World) -> None:
    """Refuse where nothing waits, for unknown runs, features and decisions."""
    run_id = await hold(world, *range(8))
    assert await refused(world, "no-such-run") == "nothing_held"
    assert await refused(world, run_id, features=["history"]) == "feature_not_in_pair"
    await decide(world, run_id, "keep")
    assert await refused(world, run_id) == "nothing_held"
    with pytest.raises(vol.Invalid):
        await decide(world, run_id, "perhaps")
