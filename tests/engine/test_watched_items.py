"""Lists that drop an item by themselves once it is watched."""

from copy import replace

import pytest

from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.engine.policy import FeaturePolicy, Mode, Policy

from .arena import Arena, moves
from .conftest import MakeArena


def _arena(arena: MakeArena, mode: Mode, *, remove: bool) -> Arena:
    world = arena()
    watchlist = FeaturePolicy(remove=remove)
    world.policy = Policy(mode=mode, features={Feature.WATCHLIST: watchlist})
    world.target.support = replace(world.target.support, drops_watched=True)
    world.hold("m1 m2 m3 s1", "m1 m2 m3 s1")
    return world


async def _moves(world: Arena) -> str:
    return moves(await world.run(), "S", "T")


@pytest.mark.parametrize(
    ("mode", "remove", "expected"),
    [
        (
            Mode.TWO_WAY,
            True,
            "S-m2 S:m1:already_watched S:s1:already_watched",
        ),
        (
            Mode.TWO_WAY,
            False,
            "T+m2 T:m1:already_watched T:s1:already_watched",
        ),
        (
            Mode.ONE_WAY,
            True,
            "T+m2 T:m1:already_watched T:s1:already_watched",
        ),
    ],
)
async def test_what_was_watched_is_not_removed(
    arena: MakeArena, mode: Mode, remove: bool, expected: str
) -> None:
    """It is neither taken from the other list nor put back; the rest is as ever."""
    world = _arena(arena, mode, remove=remove)
    assert await _moves(world) == ""
    world.target.hold(Feature.WATCHLIST, "m3")
    world.target.hold(Feature.HISTORY, "m1@2025-01-01 s1e2@2025-01-02")
    assert " ".join(sorted((await _moves(world)).split())) == expected
    if mode is Mode.TWO_WAY and remove:
        assert world.source.shown(Feature.WATCHLIST) == "m1 m3 s1"
    assert "m1" not in world.target.shown(Feature.WATCHLIST)


async def test_an_account_without_a_history(arena: MakeArena) -> None:
    """What was watched cannot be told, so that a loss is a loss."""
    world = _arena(arena, Mode.TWO_WAY, remove=True)
    world.target.features = (Feature.WATCHLIST,)
    await world.run()
    world.target.hold(Feature.WATCHLIST, "m1 m2 m3")
    assert await _moves(world) == "S-s1"
