"""R1 to R24: ratings."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from custom_components.crosswatch.engine.model import Feature, MediaKind
from custom_components.crosswatch.engine.plan import Reason
from custom_components.crosswatch.engine.policy import FeaturePolicy, Prefer, RemoveMode

from ..fake_account import Fault
from .steps import counts, dry, fault, hold, run, sent, shows, support
from .story import Setting, Story, row, tell

ADDING = Setting(Feature.RATINGS)
REMOVING = Setting(Feature.RATINGS, FeaturePolicy(remove=True))
MIRROR = REMOVING.but(remove_mode=RemoveMode.MIRROR)
TWO_WAY = ADDING.two_way()
TWO_WAY_REMOVING = REMOVING.two_way()
MOVIES = frozenset({MediaKind.MOVIE})
ONLY_NEW = ADDING.but(since=datetime(2026, 1, 1, tzinfo=UTC), only_new=True)
JAN, FEB, MAR = "@2024-01-01", "@2024-02-01", "@2024-03-01"

# m2 was rated on both sides, and is not any more at the source.
UNRATED = (
    hold(S="m1:7 m2:8", T="m1:7 m2:8 m3:9"),
    run(),
    hold(S="m1:7"),
    run("T-m2"),
    shows(T="m1:7 m3:9"),
)

ROWS = [
    row(
        "R1",
        ADDING(hold(S="m1:7 m2:8", T="m1:6 m3:9"), dry("T~m1 T+m2")),
        # Only a mirror takes away what the source never rated, and not at once.
        MIRROR(
            hold(S="m1:7 m2:8", T="m1:6 m3:9"), dry("T~m1 T+m2"), run("T~m1 T+m2"),
            dry("T-m3"),
        ),
    ),
    row(
        "R2",
        REMOVING(
            hold(S="m1:7 m2:8", T="m1:6 m3:9"), run("T~m1 T+m2"),
            counts(updated=1, added=1), shows(T="m1:7 m2:8 m3:9"), run(), run(),
        ),
    ),
    row("R3", REMOVING(*UNRATED, run())),
    row(
        "R4",
        REMOVING(*UNRATED, hold(S="m1:7 m2:6"), run("T+m2"), shows(T="m1:7 m2:6 m3:9")),
    ),
    row(
        "R5",
        # What is rated again is a new wish, whatever date it carries.
        REMOVING(*UNRATED, hold(S=f"m1:7 m2:6{JAN}"), run("T+m2")),
        REMOVING(*UNRATED, hold(S="m1:7 m2:6@2099-01-01"), run("T+m2"), run()),
    ),
    row(
        "R6",
        MIRROR(hold(S="m1:7", T="m1:7 m2:5"), run(), shows(T="m1:7 m2:5"), run("T-m2")),
    ),
    row(
        "R7",
        # In whole steps 8.5 is a 9; a target that knows halves can tell them apart.
        ADDING(support("S", rating_step=0.1), hold(S="m1:8.5", T="m1:9"), run()),
        ADDING(
            support("S", rating_step=0.1), support("T", rating_step=0.5),
            hold(S="m1:8.5", T="m1:9"), run("T~m1"), shows(T="m1:8.5"), run(),
        ),
        # The source of a two-way pair is not rounded to what its target can hold.
        TWO_WAY(
            support("A", rating_step=0.1), hold(A="m1:8.4"), run("B+m1"),
            shows(A="m1:8.4", B="m1:8"), run(), run(), shows(A="m1:8.4", B="m1:8"),
        ),
    ),
    row(
        "R8",
        # Decided: a rating that is rewritten for its date alone costs a write an item,
        # for nothing that a person sees.
        ADDING(hold(S=f"m1:7{FEB}", T=f"m1:7{JAN}"), run(), sent(T=0)),
    ),
    row(
        "R9",
        # Decided: an undated rating may be new; leaving it out is not noticed.
        ADDING.but(kinds=MOVIES, since=datetime(2023, 1, 1, tzinfo=UTC))(
            hold(S="m1:7@2020-01-01 m2:7@2024-01-01 m4:7 s1:7@2024-01-01"),
            run("T:m1:too_old T+m2 T+m4 T:s1:filtered"),
        ),
    ),
    row(
        "R10",
        # Only what is rated from the day on that the pair was made.
        ADDING.but(since=datetime(2026, 1, 1, tzinfo=UTC))(
            hold(S="m1:7@2020-01-01 m2:7@2026-01-01"), run("T:m1:too_old T+m2"),
        ),
        # Without dates, what the first run finds is old, until it changes.
        ONLY_NEW(
            hold(S="m1:7 m2:6", T="m3:5"), dry("T:m1:too_old T:m2:too_old"),
            run("T:m1:too_old T:m2:too_old"),
            hold(S="m1:7 m2:8 m4:9"), dry("T:m1:too_old T+m2 T+m4"),
            run("T:m1:too_old T+m2 T+m4"), shows(T="m2:8 m3:5 m4:9"),
            run("T:m1:too_old", full=True), sent(T=2),
            # What was copied goes on being copied, and what is old is still old.
            hold(S="m1:7 m2:8 m4:9", T="m1:2 m3:5 m4:9"),
            run("T:m1:too_old T+m2"), run("T:m1:too_old", full=True),
        ),
        # What is new stays so while it cannot be written.
        ONLY_NEW(
            hold(S="m1:7", T="m2:5"), run("T:m1:too_old"), hold(S="m1:8 m3:4"),
            fault("T", "write", Fault.CUT_BEFORE),
            run(
                "T:failed:m1:unavailable T:failed:m3:unavailable",
                failure=Reason.UNAVAILABLE,
            ),
            run("T+m1 T+m3"), run(),
        ),
        ONLY_NEW.two_way()(
            hold(A="m1:7 m2:6", B="m1:3 m3:5"),
            run("B:m1:too_old B:m2:too_old A:m3:too_old"),
            run("B:m1:too_old B:m2:too_old A:m3:too_old", full=True),
            hold(A="m1:7 m2:6", B="m1:4 m3:5 m4:2"),
            run("A~m1 A+m4 B:m2:too_old A:m3:too_old"), shows(A="m1:4 m2:6 m4:2"),
        ),
    ),
    row(
        "R11",
        TWO_WAY(
            hold(A=f"m1:7{JAN}", B=f"m1:9{FEB}"), run("A~m1"), shows(A="m1:9"), run(),
        ),
    ),
    row(
        "R12",
        TWO_WAY(
            hold(A=f"m1:7{MAR}", B=f"m1:9{FEB}"), run("B~m1"), shows(B="m1:7"), run(),
        ),
    ),
    row("R13", TWO_WAY(hold(A="m1:7", B="m1:9"), run("B~m1"), shows(B="m1:7"), run())),
    row(
        "R14",
        # Decided: one date says nothing of which is newer, so the preference counts.
        TWO_WAY(hold(A="m1:7", B=f"m1:9{FEB}"), run("B~m1"), shows(B="m1:7"), run()),
        TWO_WAY.whole(prefer=Prefer.TARGET)(
            hold(A="m1:7", B=f"m1:9{FEB}"), run("A~m1"), run(),
        ),
    ),
    row(
        "R15",
        TWO_WAY.whole(prefer=Prefer.TARGET)(
            hold(A="m1:7", B="m1:9"), run("A~m1"), shows(A="m1:9"), run(),
        ),
        TWO_WAY.whole(prefer=Prefer.REPORT)(
            hold(A="m1:7", B="m1:9"), run("B:m1:conflict"), run("B:m1:conflict"),
            shows(A="m1:7", B="m1:9"), hold(B="m1:7"), run(),
        ),
    ),
    row(
        "R16",
        TWO_WAY.whole(prefer=Prefer.TARGET)(
            hold(A=f"m1:7{MAR}", B=f"m1:9{FEB}"), run("B~m1"), shows(B="m1:7"), run(),
        ),
    ),
    row("R17", TWO_WAY(hold(A=f"m1:7{MAR}", B=f"m1:7{FEB}"), run(), sent(A=0, B=0))),
    row("R18", TWO_WAY(hold(A="", B="m1:7"), run("A+m1"), shows(A="m1:7"), run())),
    row(
        "R19",
        TWO_WAY_REMOVING(
            hold(A="m1:7", B="m1:7"), run(), hold(A=""), run("B-m1"), shows(B=""),
            run(),
        ),
    ),
    row(
        "R20",
        TWO_WAY(
            hold(A="m1:7", B="m1:7"), run(), hold(B="m1:9"), run("A~m1"),
            shows(A="m1:9", B="m1:9"), run(),
        ),
        TWO_WAY(hold(A="m1:7", B="m1:7"), run(), hold(A="m1:9"), run("B~m1"), run()),
        # Who alone has changed is right, with any date, whoever is preferred.
        TWO_WAY.whole(prefer=Prefer.SOURCE)(
            hold(A=f"m1:7{MAR}", B=f"m1:7{MAR}"), run(), hold(B=f"m1:9{JAN}"),
            run("A~m1"),
        ),
    ),
    row(
        "R22",
        ADDING(hold(S="m1{imdb}:8", T="m1{imdb,tmdb}:8"), run(), sent(T=0)),
        # Both ids are remembered: the item is found by the other one as well.
        ADDING(
            hold(S="m1{imdb}:8", T="m1{imdb,tmdb}:8"), run(),
            hold(S="m1{tmdb}:8"), run(), sent(T=0),
        ),
    ),
    row(
        "R23",
        TWO_WAY_REMOVING.between("ABXY")(
            hold(A="m1:7", B="m1:7"), run(pair="AB"), hold(A=""), run("B-m1", "AB"),
            hold(X="m1:9"), run("Y+m1", "XY"), shows(A="", B="", Y="m1:9"),
        ),
    ),
    row(
        "R24",
        ADDING.but(add=False)(
            hold(S="m1:7 m3:8", T="m1:6"), run("T:m1:adding_off T:m3:adding_off"),
            sent(T=0),
        ),
    ),
]  # fmt: skip


@pytest.mark.parametrize("stories", ROWS)
async def test_ratings(stories: tuple[Story, ...], tmp_path: Path) -> None:
    """The row goes as it is told."""
    await tell(stories, tmp_path)
