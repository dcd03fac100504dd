"""Plays of two sides alike: each of them is given, lost and brought back by itself."""

from pathlib import Path

import pytest

from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.engine.policy import FeaturePolicy

from .tables.steps import account, counts, dry, hold, run, sent, shows, switch
from .tables.story import Setting, Step, tell

TWO_WAY = (
    Setting(Feature.HISTORY, FeaturePolicy(rewatches=True, remove=True))
    .two_way()
    .with_support(plays=True)
)
JAN, JUN, JUL = "2024-01-01", "2024-06-01", "2024-07-01"
AGREED = (hold(A=f"m1@{JAN},{JUN}", B=f"m1@{JAN},{JUN}"), run())


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param(
            (
                hold(A=f"m1@{JAN}", B=f"m1@{JUN}"),
                dry("A+m1 B+m1"),
                run("A+m1 B+m1"),
                shows(A=f"m1@{JAN},{JUN}", B=f"m1@{JAN},{JUN}"),
            ),
            id="each gains what it lacks",
        ),
        pytest.param(
            (
                *AGREED,
                hold(A=f"m1@{JUN}"),
                dry("B-m1"),
                run("B-m1"),
                shows(A=f"m1@{JUN}", B=f"m1@{JUN}"),
            ),
            id="one play is removed",
        ),
        pytest.param(
            (
                *AGREED,
                hold(A=f"m1@{JUN}", B=f"m1@{JAN}"),
                run("A-m1 B-m1"),
                shows(A="", B=""),
            ),
            id="each side removes another play",
        ),
        pytest.param(
            (
                *AGREED,
                hold(A=f"m1@{JUN},{JUL}"),
                run("B+m1 B-m1"),
                shows(A=f"m1@{JUN},{JUL}", B=f"m1@{JUN},{JUL}"),
            ),
            id="one play goes, another one comes",
        ),
        pytest.param(
            (*AGREED, hold(A=""), run("B-m1 B-m1"), shows(A="", B="")),
            id="all plays are removed",
        ),
        pytest.param(
            (
                *AGREED,
                hold(A="", B=f"m1@{JAN},{JUN},{JUL}"),
                run("A+m1 B-m1 B-m1"),
                shows(A=f"m1@{JUL}", B=f"m1@{JUL}"),
            ),
            id="all plays are removed, and a new one is there meanwhile",
        ),
        pytest.param(
            (
                *AGREED,
                switch(remove=False),
                hold(A=f"m1@{JUN}"),
                # A play that was there is missed twice before it is written again.
                run("A:m1:not_listed"),
                run("A+m1"),
                shows(A=f"m1@{JAN},{JUN}", B=f"m1@{JAN},{JUN}"),
            ),
            id="without removals a lost play is written back",
        ),
        pytest.param(
            (
                hold(A=f"m1@{JAN}T10:00:00", B=f"m1@{JAN}T10:00:30"),
                run(),
                hold(A=f"m1@{JAN}T10:00:50"),
                run(),
                sent(A=0, B=0),
            ),
            id="a date that moves within the tolerance",
        ),
        pytest.param(
            (
                hold(A=f"m1@{JAN},{JUN}"),
                run("B+m1 B+m1"),
                hold(A=f"m1@{JUN}"),
                run("B-m1"),
                shows(A=f"m1@{JUN}", B=f"m1@{JUN}"),
            ),
            id="one play goes right after it was written to the other side",
        ),
        pytest.param(
            (
                hold(A=f"m1@{JAN}"),
                run("B+m1"),
                hold(A=""),
                run("B-m1"),
                shows(A="", B=""),
            ),
            id="the only play goes right after it was written to the other side",
        ),
        pytest.param(
            (
                hold(A=f"m1@{JAN}"),
                run("B+m1"),
                hold(A="", B=f"m1@{JAN},{JUL}"),
                run("A+m1 B-m1"),
                shows(A=f"m1@{JUL}", B=f"m1@{JUL}"),
            ),
            id="a play goes that was just written, and another one is there meanwhile",
        ),
        pytest.param(
            (
                account("B", lag=1, has_marker=False),
                hold(A=f"m1@{JAN},{JUN}"),
                run("B+m1 B+m1"),
                run("B:m1:not_listed B:m1:not_listed"),
                run(),
                hold(A=f"m1@{JUN}"),
                run("B?m1:not_removed"),
                counts(unresolved=1),
                run(),
                shows(A=f"m1@{JUN}", B=f"m1@{JUN}"),
            ),
            id="an account that lists everything late",
        ),
    ],
)
async def test_plays_of_two_sides(steps: tuple[Step, ...], tmp_path: Path) -> None:
    """After it has gone as it is told, there is nothing more to do."""
    await tell((TWO_WAY(*steps, run(), run()),), tmp_path)


async def test_a_play_written_back_and_then_removed(tmp_path: Path) -> None:
    """One-way: what the target lost comes back, and goes when the source loses it."""
    one_way = Setting(
        Feature.HISTORY, FeaturePolicy(rewatches=True, remove=True)
    ).with_support(plays=True)
    await tell(
        (
            one_way(
                hold(S=f"m1@{JAN}", T=f"m1@{JAN},{JUN}"),
                run(),
                hold(T=""),
                run("T+m1"),
                hold(S=""),
                run("T-m1"),
                shows(S="", T=""),
                run(),
                run(),
            ),
        ),
        tmp_path,
    )
