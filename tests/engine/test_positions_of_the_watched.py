"""Positions of items that a side has watched, which its history alone tells."""

from copy import replace

import pytest

from custom_components.crosswatch.engine.model import Feature, Progress
from custom_components.crosswatch.engine.policy import (
    FeaturePolicy,
    Mode,
    Policy,
    ProgressPolicy,
)

from .arena import Arena, moves
from .conftest import MakeArena
from .fake_account import Fault


def _world(
    arena: MakeArena, *, replay: bool = False, mode: Mode = Mode.ONE_WAY
) -> Arena:
    world = arena(feature=Feature.PROGRESS)
    policy = FeaturePolicy(progress=ProgressPolicy(replay=replay))
    world.policy = Policy(mode=mode, features={Feature.PROGRESS: policy})
    return world


@pytest.mark.parametrize(
    ("watched", "expected"),
    [
        ("m1@2024-01-01", "T+m2 T:m1:already_watched"),
        ("m1", "T+m2 T:m1:already_watched"),
        ("m1@2025-06-01", "T+m2 T:m1:newer"),
        ("m3@2025-06-01", "T+m1 T+m2"),
    ],
    ids=["earlier", "at an unknown time", "later", "another film"],
)
async def test_a_watched_item_keeps_its_state(
    arena: MakeArena, watched: str, expected: str
) -> None:
    """A position is not written to what the target has watched to its end."""
    world = _world(arena)
    world.hold("m1+600@2025-01-01 m2+600@2025-01-01", "")
    world.target.hold(Feature.HISTORY, watched)
    for dry_run in (True, False):
        assert moves(await world.run(dry_run=dry_run)) == expected
    assert world.target.shown(Feature.HISTORY) == watched


async def test_a_replay_is_told_to_the_account(arena: MakeArena) -> None:
    """With `replay` the position is written, and the account knows what it replaces."""
    world = _world(arena, replay=True)
    world.hold("m1+600@2025-01-01 m2+600@2025-01-01", "")
    world.target.hold(Feature.HISTORY, "m1@2024-01-01")
    assert moves(await world.run()) == "T+m1 T+m2"
    written = [each for batch in world.target.requests.writes for each in batch]
    told = {each.item.title: each.before for each in written}
    assert told["Film 2"] is None
    assert isinstance(told["Film 1"], Progress)
    assert told["Film 1"].watched


async def test_both_sides_are_asked(arena: MakeArena) -> None:
    """Two-way, either side keeps what it has watched."""
    world = _world(arena, mode=Mode.TWO_WAY)
    world.hold("m1+600@2025-01-01", "m2+600@2025-01-01")
    world.source.hold(Feature.HISTORY, "m2@2024-01-01")
    world.target.hold(Feature.HISTORY, "m1@2024-01-01")
    assert moves(await world.run()) == "S:m2:already_watched T:m1:already_watched"
    assert [*world.source.requests.writes, *world.target.requests.writes] == []


async def test_what_was_written_is_watched(arena: MakeArena) -> None:
    """The account took it as watched, however late it is to list that."""
    world = _world(arena)
    both = dict.fromkeys((Feature.HISTORY, Feature.PROGRESS), FeaturePolicy())
    world.policy = Policy(features=both)
    world.target.lag = 6
    world.source.hold(Feature.HISTORY, "m1@2025-02-01 m2@2025-02-01")
    world.source.hold(Feature.PROGRESS, "m1+600@2025-01-01")
    assert moves(await world.run()) == "T+m1 T+m2 T:m1:newer"
    # A read that does not list it yet changes nothing.
    for position in (900, 1200):
        world.source.hold(Feature.PROGRESS, f"m1+{position}@2025-01-01")
        assert "T:m1:newer" in moves(await world.run(full_refresh=True)).split()
        assert world.target.shown(Feature.PROGRESS) == ""
    # What a person takes away after it was listed is not watched any more.
    for _ in range(6):
        await world.run(full_refresh=True)
    world.target.lag = 0
    world.target.hold(Feature.HISTORY, "m2@2025-02-01")
    world.source.hold(Feature.HISTORY, "m2@2025-02-01")
    assert "T+m1" in moves(await world.run(full_refresh=True)).split()
    assert world.target.shown(Feature.PROGRESS) == "m1+1200"


async def test_nothing_is_written_unasked(arena: MakeArena) -> None:
    """If the history cannot be read, no position is written."""
    world = _world(arena)
    world.hold("m1+600@2025-01-01", "")
    # The second read is that of the history.
    world.target.faults = {("read", 2): Fault.CUT_BEFORE}
    report = await world.run()
    assert report.failures
    assert world.target.requests.writes == []
    assert await world.did() == "+m1"


async def test_an_account_without_a_history_is_not_asked(arena: MakeArena) -> None:
    """Where nobody can tell what was watched, positions are written all the same."""
    world = _world(arena)
    world.target.features = (Feature.PROGRESS,)
    world.target.support = replace(world.target.support, plays=False)
    world.hold("m1+600@2025-01-01", "")
    assert await world.did() == "+m1"
    assert {feature for feature, _ in world.target.requests.reads} == {Feature.PROGRESS}
