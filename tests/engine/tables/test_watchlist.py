"""W1 to W37: watchlists of a one-way pair."""

from pathlib import Path

import pytest

from custom_components.crosswatch.engine.ledger import Decision
from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.engine.plan import Reason
from custom_components.crosswatch.engine.policy import FeaturePolicy, RemoveMode
from custom_components.crosswatch.engine.report import RunStatus

from ..fake_account import Fault
from .steps import (
    account,
    block,
    cancelled,
    counts,
    decide,
    dry,
    fault,
    hold,
    read,
    run,
    sent,
    shows,
    switch,
    switch_pair,
    together,
    wait,
)
from .story import Setting, Story, keys, row, tell

ADDING = Setting(Feature.WATCHLIST)
REMOVING = Setting(Feature.WATCHLIST, FeaturePolicy(remove=True))
MIRROR = REMOVING.but(remove_mode=RemoveMode.MIRROR)

SHRUNK = Reason.SUSPICIOUS_SHRINK

# Both sides have m1 and m2, and the pair has seen that.
BOTH = (hold(S="m1 m2", T="m1 m2"), run())

ROWS = [
    row(
        "W1",
        REMOVING(hold(S="m1 m3", T="m1 m2"), run("T+m3"), shows(T="m1 m2 m3")),
    ),
    row("W2", REMOVING(hold(S="m1 m3", T="m1 m2"), run("T+m3"), run(), run())),
    row(
        "W3",
        REMOVING(
            hold(S="m1 m3", T="m1 m2"), run("T+m3"), run(),
            hold(S="m1"), run("T-m3"), shows(S="m1", T="m1 m2"), run(),
        ),
    ),
    row(
        "W4",
        REMOVING(
            hold(S="m1 m3", T="m1 m2 m3"), run(), hold(S="m1"), run("T-m3"),
            hold(S="m1 m3"), run("T+m3"), shows(T="m1 m2 m3"), run(),
        ),
    ),
    row("W5", MIRROR(hold(S="m1 m3", T="m1 m2"), run("T+m3"), shows(T="m1 m2 m3"))),
    row(
        "W6",
        # Decided: a mirror shows what its source has, so m2 goes; but only once a run
        # of the mirror has seen it there, so that the first run removes nothing.
        MIRROR(hold(S="m1 m3", T="m1 m2"), run("T+m3"), run("T-m2"), shows(T="m1 m3")),
        # Seen is seen as a mirror: the run before it became one does not count.
        MIRROR.but(remove_mode=RemoveMode.GONE_FROM_SOURCE)(
            hold(S="m1", T="m1 m2"), run(), run(),
            switch(remove_mode=RemoveMode.MIRROR), run(), run("T-m2"),
        ),
    ),
    row(
        "W7",
        ADDING(
            hold(S="m1 m3", T="m1 m3"), run(),
            # Said once is enough; that it was lost is not forgotten (W8).
            hold(S="m1"), dry("T:m3:removing_off"), run("T:m3:removing_off"),
            run(), run(full=True), shows(T="m1 m3"),
        ),
    ),
    row(
        "W8",
        ADDING(
            hold(S="m1 m3", T="m1 m3"), run(), hold(S="m1"),
            run("T:m3:removing_off"), run(), switch(remove=True), run("T-m3"),
        ),
    ),
    row(
        "W9",
        REMOVING(
            hold(S="m1..30", T="m1..30"), run(),
            hold(S="m4..30"), run("T-m1..3", status=RunStatus.SUCCESS),
        ),
    ),
    row(
        "W10",
        # Five of them may go unasked by now, so it takes six to be held.
        REMOVING(
            hold(S="m1..27", T="m1..27"), run(),
            hold(S="m5..27"), run("T-m1..4", status=RunStatus.SUCCESS),
            hold(S="m11..27"), run("T!m5..10:mass_delete", status=RunStatus.BLOCKED),
            shows(T="m5..27"), counts(blocked=6),
        ),
    ),
    row(
        "W11",
        REMOVING(
            hold(S="m1..27", T="m1..27"), run(),
            hold(S="m7..27"), run("T!m1..6:mass_delete"), wait(days=400),
            run("T!m1..6:mass_delete"), shows(T="m1..27"),
            decide(Decision.APPROVED, 6), run("T-m1..6"), shows(T="m7..27"),
        ),
        REMOVING(
            hold(S="m1..27", T="m1..27"), run(),
            hold(S="m7..27"), run("T!m1..6:mass_delete"),
            # What was held is for a person to decide, whatever the limit is by now.
            switch_pair(delete_limit=100), run("T!m1..6:mass_delete"),
            decide(Decision.APPROVED, 6), run("T-m1..6"),
        ),
        REMOVING(
            hold(S="m1..27", T="m1..27"), run(),
            hold(S="m7..27"), run("T!m1..6:mass_delete"),
            decide(Decision.DISMISSED, 6), run("T!m1..6:kept"),
            run("T!m1..6:kept", status=RunStatus.SUCCESS), shows(T="m1..27"),
        ),
        # One of those that are approved is back: it stays.
        REMOVING(
            hold(S="m1..27", T="m1..27"), run(),
            hold(S="m7..27"), run("T!m1..6:mass_delete"),
            decide(Decision.APPROVED, 6), hold(S="m1 m7..27"), run("T-m2..6"),
        ),
    ),
    row(
        "W12",
        REMOVING(
            hold(S="m1..30", T="m1..30"), run(), hold(S=""),
            run("T!m1..30:suspicious_shrink", status=RunStatus.BLOCKED, failure=SHRUNK),
            run("T!m1..30:suspicious_shrink", status=RunStatus.BLOCKED, failure=SHRUNK),
            shows(T="m1..30"), hold(S="m1..30"), run(),
        ),
    ),
    row(
        "W13",
        REMOVING(
            hold(S="m1..30", T="m1..30"), run(),
            fault("S", "read", Fault.EMPTY), fault("S", "read", Fault.EMPTY, nth=2),
            run(), read(S=1),
            run("T!m1..30:suspicious_shrink", full=True, failure=SHRUNK),
            run(), shows(T="m1..30"),
        ),
    ),
    row(
        "W14",
        REMOVING(
            *BOTH,
            account("S", features=()), hold(S=""),
            run(status=RunStatus.FAILED, failure=Reason.FEATURE_NOT_SUPPORTED),
            shows(T="m1 m2"),
        ),
        # A part of a library is no library that has shrunk.
        REMOVING(
            *BOTH, hold(S="m1 m2 m3"), fault("S", "read", Fault.PART),
            run(status=RunStatus.FAILED, failure=Reason.PROTOCOL_ERROR),
            shows(T="m1 m2"), run("T+m3"),
        ),
    ),
    row(
        "W15",
        REMOVING(
            *BOTH, hold(S="m1"), fault("S", "read", Fault.NONSENSE),
            run(status=RunStatus.FAILED, failure=Reason.PROTOCOL_ERROR),
            counts(errors=1), sent(T=0), run("T-m2"),
        ),
    ),
    row(
        "W16",
        REMOVING(
            hold(S="m1 m2", T="m1"), fault("S", "activity", Fault.CUT_BEFORE),
            run(status=RunStatus.FAILED, failure=Reason.UNAVAILABLE),
            sent(T=0), read(S=0, T=0), counts(errors=1),
        ),
    ),
    row(
        "W17",
        REMOVING(
            hold(S="m1 m2", T="m1"), fault("T", "read", Fault.CUT_BEFORE),
            run(status=RunStatus.FAILED, failure=Reason.UNAVAILABLE),
            sent(T=0), counts(errors=1),
        ),
    ),
    row(
        "W18",
        REMOVING(
            hold(S="m1 m2", T="m1"), fault("T", "read", Fault.CUT_BEFORE),
            run(failure=Reason.UNAVAILABLE), run("T+m2"),
        ),
    ),
    row(
        "W19",
        REMOVING(
            *BOTH, hold(S="m1"), fault("T", "activity", Fault.CUT_BEFORE),
            run(failure=Reason.UNAVAILABLE), run("T-m2"),
        ),
        # It goes down between the reading and the writing.
        REMOVING(
            *BOTH, hold(S="m1"), fault("T", "write", Fault.CUT_BEFORE),
            run("T:failed:m2:unavailable", failure=Reason.UNAVAILABLE),
            shows(T="m1 m2"), run("T-m2"),
        ),
    ),
    row(
        "W20",
        *(
            REMOVING(
                hold(S="m1 m2", T="m1"), fault(side, "activity", Fault.SIGNED_OUT),
                run(status=RunStatus.FAILED, failure=Reason.AUTHENTICATION),
                read(S=0, T=0), sent(T=0),
            )
            for side in "ST"
        ),
    ),
    row(
        "W21",
        REMOVING(
            *BOTH, hold(S="m1"), dry("T-m2"), sent(T=0), dry("T-m2"),
            run("T-m2"), shows(T="m1"),
        ),
    ),
    row(
        "W22",
        REMOVING.between("ABC")(
            hold(A="m1 m2", B="m1 m2", C="m1 m2"), together(AB="", AC=""),
            hold(A="m1"), together(AB="B-m2", AC="C-m2"), shows(B="m1", C="m1"),
        ),
    ),
    row(
        "W23",
        REMOVING.between("ABC")(
            hold(A="m1"), together(AB="B+m1", BC="C+m1"), together(AB="", BC=""),
            # What left A leaves the whole chain in one run as well.
            hold(A=""), together(AB="B-m1", BC="C-m1"),
        ),
    ),
    row("W24", REMOVING(hold(S="m1{imdb,tmdb}", T="m1{tmdb}"), run(), run())),
    row(
        "W25",
        # Decided: two ids that nobody links may be two films. One that is added too
        # much is undone easily; one that is left out is not noticed.
        REMOVING(hold(S="m1{imdb}", T="m1{tmdb}"), run("T+m1"), run()),
    ),
    row(
        "W26",
        REMOVING(hold(S="m1{imdb}", T="m1{}"), run()),
        REMOVING(hold(S="m1{}", T="m1{imdb}"), run()),
        # Which one is meant has to be clear.
        REMOVING(hold(S="m1{}", T="m1{imdb} m1{tmdb}"), run("T:m1:ambiguous")),
    ),
    row(
        "W27",
        REMOVING(
            account("S", has_delta=True, has_marker=False),
            *BOTH, hold(S="m1 m2 m3"), run("T+m3"), shows(T="m1 m2 m3"), run(),
        ),
    ),
    row(
        "W28",
        REMOVING(
            account("T", has_delta=True, has_marker=False), *BOTH, run(), run(),
            sent(T=0),
        ),
    ),
    row(
        "W29",
        REMOVING(
            *BOTH, hold(S="m1"), account("T", clings=keys("m2")),
            run("T?m2:not_removed"), counts(unresolved=1), shows(T="m1 m2"),
            *(run("T?m2:not_removed"),) * 2, run("T?m2:quarantined"), sent(T=3),
        ),
    ),
    row(
        "W30",
        REMOVING(
            *BOTH, hold(S="m1"), account("T", clings=keys("m2")),
            run("T?m2:not_removed"), account("T", clings=frozenset()),
            run("T-m2"), shows(T="m1"), run(),
        ),
    ),
    row(
        "W31",
        REMOVING(
            *BOTH, hold(S="m1"), account("T", unremovable=keys("m2")),
            run("T?m2:rejected"), hold(S="m1 m2"), run(), shows(T="m1 m2"), run(),
        ),
    ),
    row(
        "W32",
        REMOVING(
            hold(S="m1 m2", T="m1"), cancelled("T", "read"), sent(T=0), counts(),
            run("T+m2"),
        ),
    ),
    row(
        "W33",
        # The pairs of a run wait for each other, so that cancelling one of them is
        # cancelling all that come after it.
        REMOVING.between("ABCDE")(
            hold(A="m1"), cancelled("A", "read"), sent(B=0, C=0, D=0, E=0),
            read(C=0, D=0, E=0),
        ),
    ),
    row(
        "W34",
        # What a manual addition did a person does at the source itself.
        REMOVING(
            hold(S="m1 m2"), block("ST", "m2"),
            run("T+m1 T!m2:blocked", status=RunStatus.SUCCESS),
            counts(added=1, blocked=1),
        ),
        REMOVING(hold(S="m1 m2"), block("S", "m2"), run("T+m1 T!m2:blocked")),
        REMOVING(hold(S="m1 m2"), block("T", "m2"), run("T+m1 T!m2:blocked")),
        REMOVING(
            *BOTH, block("ST", "m2"), hold(S="m1"),
            run("T!m2:blocked", status=RunStatus.SUCCESS), shows(T="m1 m2"),
        ),
    ),
    row(
        "W35",
        REMOVING(
            hold(S="m1"), account("T", unknown=keys("m1")),
            *(run("T?m1:not_found"),) * 3,
            *(run("T?m1:quarantined"),) * 2, sent(T=3), counts(unresolved=1),
        ),
    ),
    row(
        "W36",
        REMOVING(
            hold(S="m1{imdb}", T="m1{imdb}"), run(),
            hold(S="m1{imdb,tmdb}"), run(), run(), sent(T=0),
        ),
    ),
    row(
        "W37",
        REMOVING(
            hold(S="m1{imdb}", T="m1{imdb}"), run(),
            hold(S="m1{tmdb}"), run(), run(), sent(T=0),
        ),
        # Even where nothing but the title still tells: nothing is removed for it.
        REMOVING(
            hold(S="m1{imdb}#a", T="m1{imdb}"), run(), hold(S="m1{tmdb}#b"),
            run("T+m1 T:m1:ambiguous"), shows(T="m1 m1"),
        ),
    ),
]  # fmt: skip


@pytest.mark.parametrize("stories", ROWS)
async def test_watchlist(stories: tuple[Story, ...], tmp_path: Path) -> None:
    """The row goes as it is told."""
    await tell(stories, tmp_path)
