"""V1 to V8: what a service answers to removals, told as A1 to A25 are."""

from pathlib import Path

import pytest

from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.engine.policy import FeaturePolicy, Policy

from ..fake_account import Fault
from .steps import account, counts, dry, fault, hold, run, shows
from .story import Setting, Step, Story, keys, row, tell

REMOVING = Setting(
    Feature.WATCHLIST,
    FeaturePolicy(remove=True),
    Policy(delete_limit=1000, shrink_guard=False),
)


def gone(names: str) -> tuple[Step, ...]:
    """Return the steps after which these items are gone from the source."""
    return (hold(S=f"{names} m900", T=f"{names} m900"), run(), hold(S="m900"))


ROWS = [
    row(
        "V1",
        REMOVING(
            *gone("m1..87"), account("T", unremovable=keys("m26..87")),
            run("T-m1..25 T?m26..87:rejected"), counts(removed=25, unresolved=62),
        ),
    ),
    row(
        "V2",
        # What is said of others than those that were asked for says nothing.
        REMOVING(
            *gone("m1 m2"), account("T", clings=keys("m2")),
            fault("T", "write", Fault.FOREIGN),
            run("T-m1 T:failed:m2:no_answer"), counts(removed=1, errors=1),
            shows(T="m2 m900"),
        ),
    ),
    row(
        "V3",
        REMOVING(*gone("m1..10"), run("T-m1..10"), counts(removed=10), shows(T="m900")),
    ),
    row(
        "V4",
        REMOVING(
            *gone("m1..10"), account("T", clings=keys("m5..10")),
            fault("T", "write", Fault.SILENT),
            run("T-m1..4 T:failed:m5..10:no_answer"), counts(removed=4, errors=6),
            account("T", clings=frozenset()), run("T-m5..10"), shows(T="m900"),
        ),
    ),
    row(
        "V5",
        REMOVING(
            *gone("m1..10"), account("T", unremovable=keys("m9 m10")),
            run("T-m1..8 T?m9..10:rejected"), counts(removed=8, unresolved=2),
        ),
        REMOVING(
            *gone("m1..10"), account("T", clings=keys("m10"), mute=keys("m10")),
            run("T-m1..9 T:failed:m10:no_answer"), counts(removed=9, errors=1),
        ),
    ),
    row(
        "V6",
        REMOVING(
            *gone("m1..5"), account("T", unremovable=keys("m1..5")),
            run("T?m1..5:rejected"), counts(unresolved=5), shows(T="m1..5 m900"),
        ),
    ),
    row(
        "V7",
        # A removal that failed is tried again as long as it is wanted, an addition as
        # an addition.
        REMOVING(
            *gone("m1 m2"), hold(S="m3 m900"),
            account("T", unremovable=keys("m1"), unknown=keys("m3")),
            run("T?m1:rejected T-m2 T?m3:not_found"), hold(S="m1 m3 m900"),
            run("T?m3:not_found"), shows(T="m1 m900"),
            hold(S="m900"), account("T", unremovable=frozenset()), run("T-m1"),
        ),
    ),
    row("V8", REMOVING(*gone("m1"), dry("T-m1"), counts(removed=1), run("T-m1"))),
]  # fmt: skip


@pytest.mark.parametrize("stories", ROWS)
async def test_removals(stories: tuple[Story, ...], tmp_path: Path) -> None:
    """The row goes as it is told."""
    await tell(stories, tmp_path)
