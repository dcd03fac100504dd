"""Accounts that list late what they were told: nothing comes back that is gone."""

from pathlib import Path

import pytest

from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.engine.policy import FeaturePolicy

from .tables.steps import account, hold, run, shows
from .tables.story import Setting, Stage, Step, tell

ONE_WAY = Setting(Feature.WATCHLIST, FeaturePolicy(remove=True)).between("AB")
TWO_WAY = Setting(Feature.WATCHLIST, FeaturePolicy(remove=True)).two_way()


async def run_often(stage: Stage) -> None:
    """Run as often as the account is late, and then some."""
    for _ in range(8):
        await stage.arena.run()
        stage.arena.clock.advance(hours=12)


def late(by: int) -> Step:
    """Let the target list what it was told so many reads late."""
    return account("B", lag=by, has_marker=False)


@pytest.mark.parametrize("by", [1, 2, 3, 4])
@pytest.mark.parametrize("setting", [ONE_WAY, TWO_WAY], ids=["one-way", "two-way"])
async def test_a_removal_that_is_listed_late(
    setting: Setting, by: int, tmp_path: Path
) -> None:
    """What is gone from A stays gone from both, and can be put back at any time."""
    story = setting(
        hold(A="m1 m2", B="m1 m2"),
        run(),
        late(by),
        hold(A="m1"),
        run("B?m2:not_removed"),
        run_often,
        shows(A="m1", B="m1"),
        hold(A="m1 m2"),
        run_often,
        shows(A="m1 m2", B="m1 m2"),
    )
    await tell((story,), tmp_path)


@pytest.mark.parametrize("by", [1, 2, 3])
@pytest.mark.parametrize("setting", [ONE_WAY, TWO_WAY], ids=["one-way", "two-way"])
async def test_what_is_removed_before_it_was_ever_listed(
    setting: Setting, by: int, tmp_path: Path
) -> None:
    """It is removed as soon as the account shows it, and never comes back to A."""
    story = setting(
        late(by),
        hold(A="m1 m3", B="m3"),
        run("B+m1"),
        hold(A="m3"),
        run_often,
        shows(A="m3", B="m3"),
    )
    await tell((story,), tmp_path)
