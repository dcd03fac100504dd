"""Plays and positions of a target that are to be as the source has them, or not."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.engine.policy import FeaturePolicy, RemoveMode

from .tables.steps import dry, hold, run, shows
from .tables.story import Setting, Story, tell

MIRROR = Setting(
    Feature.HISTORY,
    FeaturePolicy(rewatches=True, remove=True, remove_mode=RemoveMode.MIRROR),
).with_support(plays=True)
POSITIONS = Setting(Feature.PROGRESS, FeaturePolicy(remove=True))
JAN, JUN = "2024-01-01", "2024-06-01"


@pytest.mark.parametrize(
    "story",
    [
        pytest.param(
            MIRROR(
                hold(S=f"m1@{JUN}", T=f"m1@{JAN},{JUN}"),
                run(),
                dry("T-m1"),
                run("T-m1"),
                shows(T=f"m1@{JUN}"),
                run(),
            ),
            id="a play that the source never had",
        ),
        pytest.param(
            MIRROR.but(since=datetime(2024, 3, 1, tzinfo=UTC))(
                hold(S=f"m1@{JUN}", T=f"m1@{JAN},{JUN}"),
                run(),
                run("T:m1:too_old"),
                shows(T=f"m1@{JAN},{JUN}"),
            ),
            id="one from before the pair begins",
        ),
        pytest.param(
            POSITIONS(
                hold(S="m1+600", T="m1+600"),
                run(),
                hold(S="m1+0"),
                run("T-m1"),
                hold(T="m1+900"),
                run(),
                run(full=True),
                shows(T="m1+900"),
            ),
            id="what was put to its start was played there since",
        ),
    ],
)
async def test_mirrored(story: Story, tmp_path: Path) -> None:
    """Nothing is taken that a filter keeps out, or that came later."""
    await tell((story,), tmp_path)
