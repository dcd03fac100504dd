"""P1 to P31: how far items were played. A film of these worlds lasts 6,000 seconds."""

from datetime import timedelta
from pathlib import Path

import pytest

from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.engine.policy import (
    FeaturePolicy,
    ProgressPolicy,
    RemoveMode,
)

from .steps import hold, run, sent, shows, support, switch
from .story import Setting, Story, row, tell

ADDING = Setting(Feature.PROGRESS)
REMOVING = Setting(Feature.PROGRESS, FeaturePolicy(remove=True))
MIRROR = REMOVING.but(remove_mode=RemoveMode.MIRROR)
REPLAY = ADDING.but(progress=ProgressPolicy(replay=True))
NO_MINIMUM = ProgressPolicy(min_position=timedelta())
TWO_WAY = ADDING.two_way()
TWO_WAY_REMOVING = REMOVING.two_way()
JAN, FEB, MAR = "@2024-01-01", "@2024-02-01", "@2024-03-01"
# P28: the target was played to its end half a minute after the source stopped.
AT_SOURCE, AT_TARGET = "@2024-01-01T17:50:23", "@2024-01-01T17:51:05.853"

ROWS = [
    row("P1", ADDING(hold(S="m1+59.999"), run("T:m1:below_minimum"), sent(T=0))),
    row("P2", ADDING(hold(S="m1+60"), run("T+m1"), shows(T="m1+60"), run())),
    row("P3", ADDING(hold(S="m1+5694"), run("T+m1"), shows(T="m1+5694"))),
    row("P4", ADDING(hold(S="m1+5700"), run("T:m1:nearly_finished"), sent(T=0))),
    row("P5", ADDING(hold(S="m1+5700of0"), run("T+m1"), shows(T="m1+5700"))),
    row("P6", ADDING(hold(S="m1+629.999", T="m1+600"), run(), run(), sent(T=0))),
    row(
        "P7",
        ADDING(hold(S="m1+630", T="m1+600"), run("T~m1"), shows(T="m1+630"), run()),
    ),
    row(
        "P8",
        ADDING(hold(S=f"m1+630{JAN}", T=f"m1+600{FEB}"), run(), sent(T=0)),
    ),
    row(
        "P9",
        ADDING(
            hold(S=f"m1+300{FEB}", T=f"m1+600{JAN}"), run("T~m1"), shows(T="m1+300"),
            run(),
        ),
    ),
    row(
        "P10",
        *(
            ADDING(hold(S=f"m1+300{ours}", T=f"m1+600{theirs}"), run(), sent(T=0))
            for ours, theirs in ((JAN, FEB), (JAN, JAN), ("", ""), (FEB, ""), ("", JAN))
        ),
    ),
    row(
        "P11",
        REMOVING(
            hold(S="m1+600", T="m1+600"), run(), hold(S="m1+0"), run("T-m1"),
            shows(T=""), run(),
        ),
        ADDING(
            hold(S="m1+600", T="m1+600"), run(), hold(S="m1+0"),
            run("T:m1:removing_off"),
            shows(T="m1+600"), switch(remove=True), run("T-m1"),
        ),
        # Not in a first run: nobody knows who was there before.
        REMOVING(hold(S="m1+0", T="m1+600"), run(), sent(T=0)),
        # Started again over there since: that is no leftover.
        REMOVING(
            hold(S=f"m1+600{JAN}", T=f"m1+600{JAN}"), run(),
            hold(S=f"m1+0{FEB}", T=f"m1+900{MAR}"), run(), shows(T="m1+900"),
        ),
    ),
    row("P12", REMOVING(hold(S="", T="m1+600"), run(), run(), sent(T=0))),
    row("P13", ADDING(hold(S="m1%21"), run("T+m1"), shows(T="m1%21"), run())),
    row(
        "P14",
        ADDING(hold(S="m1%21.05", T="m1%21"), run(), sent(T=0)),
        ADDING(hold(S="m1%21.1", T="m1%21"), run("T~m1"), shows(T="m1%21.1"), run()),
    ),
    row(
        "P15",
        REMOVING(
            hold(S="m1%21", T="m1%21"), run(), hold(S="m1%0"), run("T-m1"), shows(T=""),
            run(),
        ),
    ),
    row(
        "P16",
        ADDING.but(progress=NO_MINIMUM)(hold(S="m1+1"), run("T+m1"), shows(T="m1+1")),
    ),
    row(
        "P17",
        ADDING.but(progress=ProgressPolicy(step=timedelta()))(
            hold(S="m1+601", T="m1+600"), run("T~m1"), shows(T="m1+601"), run(),
        ),
    ),
    row(
        "P18",
        ADDING(
            support("T", completes_at=80), hold(S="m1+4740"), run("T+m1"),
            shows(T="m1+4740"),
        ),
        ADDING(
            support("T", completes_at=80), hold(S="m1+4800"),
            run("T:m1:nearly_finished"),
        ),
    ),
    row(
        "P19",
        *(
            ADDING.but(progress=NO_MINIMUM)(
                support("T", completes_at=90, completes_from=timedelta(seconds=60)),
                hold(S=source), run(expected),
            )
            for source, expected in (
                ("m1+5340", "T+m1"),
                ("m1+5400", "T:m1:nearly_finished"),
                ("m1+27of30", "T+m1"),
                # Of unknown length: better not taken for a clip.
                ("m1%90", "T:m1:nearly_finished"),
            )
        ),
    ),
    row("P20", ADDING(hold(S="m1+4800"), run("T+m1"), shows(T="m1+4800"))),
    row(
        "P21",
        TWO_WAY(
            hold(A=f"m1+300{FEB}", B=f"m1+600{JAN}"), run("B~m1"), shows(B="m1+300"),
            run(),
        ),
    ),
    row(
        "P22",
        TWO_WAY(hold(A="m1+300", B="m1+600"), run("A~m1"), shows(A="m1+600"), run()),
    ),
    row(
        "P23",
        TWO_WAY(
            hold(A=f"m1+900{JAN}", B=f"m1+600{FEB}"), run("A~m1"), shows(A="m1+600"),
            run(),
        ),
        # Who alone went on playing is right, even undated and from further behind.
        TWO_WAY(
            hold(A="m1+900", B="m1+900"), run(), hold(A="m1+300"), run("B~m1"),
            shows(A="m1+300", B="m1+300"), run(),
        ),
    ),
    row("P24", TWO_WAY(hold(A="m1+600", B="m1+610"), run(), run(), sent(A=0, B=0))),
    row(
        "P25",
        # Decided: a position that is gone was played to its end or put back, so it is
        # never written back as something that got lost would be.
        TWO_WAY_REMOVING(
            hold(A="m1+600", B="m1+600"), run(), hold(A=""), run("B-m1"), run(),
        ),
        TWO_WAY(
            hold(A="m1+600", B="m1+600"), run(), hold(A=""), run("B:m1:removing_off"),
            shows(A="", B="m1+600"), switch(remove=True), run("B-m1"),
        ),
    ),
    row(
        "P26",
        REMOVING(
            hold(S="m1+600 m2+600", T="m1+600 m2+600 m3+600"), run(),
            hold(S="m1+600"), run("T-m2"), shows(T="m1+600 m3+600"), run(),
        ),
        MIRROR(
            hold(S="m1+600 m2+600", T="m1+600 m2+600 m3+600"), run(),
            hold(S="m1+600"), run("T-m2 T-m3"), shows(T="m1+600"), run(),
        ),
    ),
    row(
        "P27",
        TWO_WAY(hold(A="m1%70", B=f"m1%50{JAN}"), run("A~m1"), shows(A="m1%50"), run()),
        TWO_WAY(hold(A=f"m1%50{JAN}", B="m1%70"), run("B~m1"), shows(B="m1%50"), run()),
    ),
    row(
        "P28",
        ADDING(
            hold(S=f"m1+600{AT_SOURCE}", T=f"m1+5990*{AT_TARGET}"), run("T:m1:newer"),
            sent(T=0),
        ),
        REPLAY(
            hold(S=f"m1+600{AT_SOURCE}", T=f"m1+5990*{AT_TARGET}"), run("T~m1"),
            shows(T="m1+600"), run(),
        ),
        # Played again after it was watched there, which is the other way round.
        ADDING(hold(S=f"m1+600{FEB}", T=f"m1+5990*{JAN}"), run("T:m1:already_watched")),
    ),
    row(
        "P29",
        REPLAY(hold(S=f"m1+600{AT_SOURCE}", T=f"m1+700{AT_TARGET}"), run(), sent(T=0)),
    ),
    row(
        "P30",
        # That both accounts are the same one is refused when the pair is made.
        *(
            setting(
                hold(S=f"m1+600{FEB}", T=f"m1+300!{JAN}"), run("T:m1:being_played"),
                sent(T=0),
            )
            for setting in (ADDING, REPLAY)
        ),
        REMOVING(
            hold(S="m1+600", T="m1+600"), run(),
            hold(S="m1+0", T="m1+600!"), run("T:m1:being_played"), shows(T="m1+600"),
        ),
    ),
    row(
        "P31",
        # Only a play dates a position: what has no such date yields to what has one.
        ADDING(hold(S=f"m1+600{JAN}", T="m1+0"), run("T~m1"), shows(T="m1+600"), run()),
        ADDING(hold(S=f"m1+600{JAN}", T="m1"), run("T+m1"), shows(T="m1+600"), run()),
    ),
]  # fmt: skip


@pytest.mark.parametrize("stories", ROWS)
async def test_progress(stories: tuple[Story, ...], tmp_path: Path) -> None:
    """The row goes as it is told."""
    await tell(stories, tmp_path)
