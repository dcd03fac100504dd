"""Pairs of which one side counts a series through, and the other by seasons."""

from collections.abc import Iterator
import json
from pathlib import Path

import pytest

from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.engine.numbering import (
    Numbering,
    NumberingInformant,
    entries_in,
)
from custom_components.crosswatch.engine.policy import FeaturePolicy, Mode, Policy

from .arena import Arena

# The first show of the test's worlds: two seasons of three, and an open one.
ROWS = [
    {"mal": 1, "tvdb": 101, "season": 1, "episodes": 3},
    {"mal": 2, "tvdb": 101, "season": 2, "episodes": 3},
    {"mal": 3, "tvdb": 101, "season": 3},
]


def informant() -> NumberingInformant:
    """Return who knows the numbers of the first show."""
    numbering = Numbering(entries_in(json.dumps(ROWS).encode()))

    async def load() -> Numbering:
        """Return the numbering."""
        return numbering

    return NumberingInformant("Anime numbering", load, "1")


@pytest.fixture
def arena(tmp_path: Path) -> Iterator[Arena]:
    """Return two accounts that sync plays, one of them counting through."""
    arena = Arena.of(
        tmp_path, feature=Feature.HISTORY, policy=FeaturePolicy(remove=True)
    )
    arena.informants = [informant()]
    # Five is the second of season 2; of the fourth only the source knows.
    arena.hold(
        "s1e2{|tvdb}@2025-01-02 s1e4{|tvdb}@2025-01-04 s1e5{|tvdb}@2025-01-05",
        "s1e2{|tvdb}@2025-01-02 s1x2e2{|tvdb}@2025-01-05",
    )
    yield arena
    arena.close()


async def test_one_way(arena: Arena) -> None:
    """What is there under another number is not written again, and the rest is."""
    assert await arena.did() == "+s1x2e1"
    assert await arena.did() == ""
    shown = arena.target_shows
    assert "s1x2e1" in shown
    assert "s1e4" not in shown


async def test_two_way(arena: Arena) -> None:
    """Neither side gains a second copy of what it has."""
    arena.policy = Policy(mode=Mode.TWO_WAY, features=arena.policies)
    assert await arena.did() == "+s1x2e1"
    assert await arena.did() == ""
    before = arena.source_shows
    arena.target.hold(
        Feature.HISTORY, f"{arena.target_shows} s1x3e1{{|tvdb}}@2025-02-01"
    )
    await arena.run()
    assert await arena.did() == ""
    assert "s1x3e1" in arena.source_shows
    assert all(each in arena.source_shows for each in before.split())


async def test_without_a_mapping(arena: Arena) -> None:
    """Without one, an episode is what its account says: nothing is guessed."""
    arena.informants = ()
    assert await arena.did() == "+s1e4 +s1e5"


async def test_removals_stay_right(arena: Arena) -> None:
    """What is taken away under the one number goes under the other one."""
    await arena.run()
    await arena.run()
    arena.source.hold(Feature.HISTORY, "s1e2{|tvdb}@2025-01-02 s1e4{|tvdb}@2025-01-04")
    assert await arena.did() == "-s1x2e2"
    assert "s1x2e1" in arena.target_shows
