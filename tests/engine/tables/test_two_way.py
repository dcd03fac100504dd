"""D1 to D25: watchlists of a two-way pair."""

from pathlib import Path

import pytest

from custom_components.crosswatch.engine.ledger import Decision
from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.engine.plan import Reason
from custom_components.crosswatch.engine.policy import FeaturePolicy
from custom_components.crosswatch.engine.report import RunStatus

from ..fake_account import Fault
from .steps import (
    account,
    block,
    decide,
    dry,
    fault,
    hold,
    run,
    sent,
    shows,
    support,
    switch,
    together,
    wait,
)
from .story import Setting, Story, keys, row, tell

ADDING = Setting(Feature.WATCHLIST).two_way()
REMOVING = Setting(Feature.WATCHLIST, FeaturePolicy(remove=True)).two_way()
SHRUNK = Reason.SUSPICIOUS_SHRINK

# Both sides have m1 to m3, and the pair has seen that.
THREE = (hold(A="m1..3", B="m1..3"), run())
THIRTY = (hold(A="m1..30", B="m1..30"), run())

ROWS = [
    row(
        "D1",
        REMOVING(
            hold(A="m1 m2", B="m2 m3"), run("A+m3 B+m1"),
            shows(A="m1..3", B="m1..3"), run(), run(),
        ),
    ),
    row(
        "D2",
        REMOVING(
            *THREE, hold(A="m2 m3"), run("B-m1"), shows(A="m2 m3", B="m2 m3"), run(),
        ),
        REMOVING(
            *THREE, hold(B="m2 m3"), run("A-m1"), shows(A="m2 m3", B="m2 m3"), run(),
        ),
    ),
    row(
        "D3",
        REMOVING(
            *THREE, hold(A="m2 m3"), run("B-m1"), hold(B="m1..3"), run("A+m1"),
            shows(A="m1..3", B="m1..3"), run(),
        ),
    ),
    row(
        "D4",
        ADDING(
            *THREE, hold(A="m2 m3"), run("A+m1"), shows(A="m1..3", B="m1..3"), run(),
            # Nothing is left of it: switched on later, nothing is removed.
            switch(remove=True), run(), shows(A="m1..3", B="m1..3"),
        ),
    ),
    row(
        "D5",
        # There is one switch for removals, and no way around it; nor around an account
        # that cannot remove.
        ADDING(*THREE, hold(A="m2 m3"), dry("A+m1"), sent(A=0, B=0)),
        REMOVING(
            *THREE, support("B", remove=False), hold(A="m2 m3"),
            run("B:m1:feature_not_supported"), shows(A="m2 m3", B="m1..3"),
        ),
    ),
    row(
        "D6",
        REMOVING(
            *THREE, hold(A="m2 m3 m9", B="m1 m3"), run("A-m2 B-m1 B+m9"),
            shows(A="m3 m9", B="m3 m9"), run(),
        ),
    ),
    row(
        "D7",
        REMOVING(
            *THIRTY, hold(B=""),
            run("A!m1..30:suspicious_shrink", status=RunStatus.BLOCKED, failure=SHRUNK),
            run("A!m1..30:suspicious_shrink", status=RunStatus.BLOCKED, failure=SHRUNK),
            shows(A="m1..30"), hold(B="m1..30"), run(), sent(A=0, B=0),
        ),
    ),
    row(
        "D8",
        REMOVING(
            *THIRTY, hold(B=""), fault("B", "read", Fault.CUT_BEFORE),
            run(status=RunStatus.FAILED, failure=Reason.UNAVAILABLE),
            hold(B="m1..30"), run(), shows(A="m1..30"),
        ),
    ),
    row(
        "D9",
        REMOVING(
            *THIRTY,
            fault("A", "read", Fault.EMPTY), fault("A", "read", Fault.EMPTY, nth=2),
            run(),
            run("B!m1..30:suspicious_shrink", full=True, failure=SHRUNK),
            run(), shows(A="m1..30", B="m1..30"), sent(A=0, B=0),
        ),
    ),
    row(
        "D10",
        REMOVING(*THREE, hold(A="m2 m3"), dry("B-m1"), dry("B-m1"), sent(A=0, B=0)),
    ),
    row("D11", REMOVING(*THREE, hold(A="m2 m3"), dry("B-m1"), run("B-m1"), run())),
    row(
        "D12",
        REMOVING(
            *THREE, hold(A="m2 m3"), fault("B", "activity", Fault.CUT_BEFORE),
            run(failure=Reason.UNAVAILABLE), run("B-m1"), run(),
        ),
        REMOVING(
            *THREE, hold(A="m2 m3"), fault("B", "write", Fault.CUT_BEFORE),
            run("B:failed:m1:unavailable", failure=Reason.UNAVAILABLE),
            shows(B="m1..3"), run("B-m1"), run(),
        ),
    ),
    row(
        "D13",
        REMOVING(
            account("A", has_delta=True, has_marker=False),
            *THREE, hold(A="m1..4"), run("B+m4"), run(), shows(B="m1..4"),
        ),
    ),
    row(
        "D14",
        REMOVING.whole(delete_limit=3)(
            *THIRTY, hold(A="m6..30"),
            run("B!m1..5:mass_delete"),
            run("B!m1..5:mass_delete", status=RunStatus.BLOCKED),
            wait(days=400), run("B!m1..5:mass_delete"), shows(A="m6..30", B="m1..30"),
            decide(Decision.APPROVED, 5), run("B-m1..5"), shows(A="m6..30", B="m6..30"),
        ),
        # What goes beyond the limit of one side holds nothing back on the other.
        REMOVING.whole(delete_limit=3)(
            *THIRTY, hold(A="m6..30", B="m1..29"), run("A-m30 B!m1..5:mass_delete"),
        ),
    ),
    row(
        "D15",
        REMOVING(
            account("B", ghosts=keys("m2"), has_marker=False),
            hold(A="m1 m2", B="m1"), run("B+m2"),
            run("B:m2:not_listed"), run("B:m2:not_listed"), shows(A="m1 m2", B="m1"),
        ),
    ),
    row(
        "D16",
        REMOVING(
            hold(A="m1 m2", B="m1"), account("B", unknown=keys("m2")),
            *(run("B?m2:not_found"),) * 3, run("B?m2:quarantined"), sent(A=0, B=3),
        ),
    ),
    row(
        "D17",
        REMOVING.between("ABC")(
            hold(A="m1 m2", B="m1 m2", C="m1 m2"), together(AB="", BC=""),
            hold(A="m1"), together(AB="B-m2", BC="C-m2"),
            shows(A="m1", B="m1", C="m1"), together(AB="", BC=""),
        ),
    ),
    row(
        "D18",
        REMOVING.between("ABC")(
            hold(A="m1 m2", B="m1 m2", C="m1 m2"), run(pair="AB"), run(pair="BC"),
            hold(A="m1"), run("B-m2", "AB"), run("C-m2", "BC"), run(pair="AB"),
            run(pair="BC"), shows(A="m1", B="m1", C="m1"),
        ),
    ),
    row(
        "D19",
        REMOVING.between("ABXY")(
            hold(A="m1", B="m1", X="m1", Y=""), run(pair="AB"),
            hold(A=""), run("B-m1", "AB"), run("Y+m1", "XY"), run(pair="AB"),
            shows(A="", B="", X="m1", Y="m1"),
        ),
    ),
    row(
        "D20",
        # An account's blocks keep what they name from being written there.
        REMOVING(
            hold(A="m1", B="m2"), block("A", "m1 m2"), run("A!m2:blocked B+m1"),
            run("A!m2:blocked", status=RunStatus.SUCCESS), shows(A="m1", B="m1 m2"),
        ),
        REMOVING(
            hold(A="m1", B="m2"), block("AB", "m1 m2"),
            run("A!m2:blocked B!m1:blocked"),
        ),
    ),
    row(
        "D21",
        REMOVING.between("ABC")(
            hold(A="m1 m2", C="m1 m2"), run(pair="AC"), hold(A="m1"),
            run("B+m1", "AB"), shows(A="m1"), run("C-m2", "AC"),
        ),
    ),
    row(
        "D22",
        REMOVING(hold(A="m1{imdb,tmdb}", B="m1{tmdb}"), run(), run(), sent(A=0, B=0)),
    ),
    row(
        "D23",
        REMOVING(
            hold(A="m1{imdb}", B="m1{imdb}"), run(), hold(A="m1{imdb,tmdb}"),
            run(), hold(A="m1{tmdb}"), run(), run(), sent(A=0, B=0),
        ),
    ),
    row(
        "D24",
        REMOVING(
            account("B", unknown=keys("m1")),
            hold(A="m1{imdb} m2", B="m2"), run("B?m1:not_found"),
            hold(A="m1{imdb,tmdb} m2"), *(run("B?m1:not_found"),) * 3,
            run("B?m1:quarantined"), shows(A="m1 m2"), sent(A=0, B=4),
        ),
    ),
    row(
        "D25",
        # The second read of the same run finds it again.
        REMOVING(
            account("A", has_marker=False), *THREE, fault("A", "read", Fault.EMPTY),
            run(), run(), shows(A="m1..3", B="m1..3"), sent(A=0, B=0),
        ),
        # So it does in a dry run, which tells what a run would do.
        REMOVING(
            account("A", has_marker=False), *THREE, fault("A", "read", Fault.EMPTY),
            dry(),
        ),
        # The second read fails: nothing is removed on the strength of the first.
        REMOVING(
            *THREE, hold(A="m2 m3"), fault("A", "read", Fault.CUT_BEFORE, nth=2),
            run(status=RunStatus.FAILED, failure=Reason.UNAVAILABLE),
            sent(A=0, B=0), run("B-m1"),
        ),
    ),
]  # fmt: skip


@pytest.mark.parametrize("stories", ROWS)
async def test_two_way(stories: tuple[Story, ...], tmp_path: Path) -> None:
    """The row goes as it is told."""
    await tell(stories, tmp_path)
