"""H1 to H32: history."""

from datetime import timedelta
from pathlib import Path

import pytest

from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.engine.policy import FeaturePolicy

from ..fake_account import Fault
from .steps import (
    account,
    block,
    counts,
    fault,
    hold,
    run,
    sent,
    shows,
    support,
    switch,
)
from .story import Setting, Story, keys, row, tell

ADDING = Setting(Feature.HISTORY)
REMOVING = Setting(Feature.HISTORY, FeaturePolicy(remove=True))
REWATCHES = Setting(Feature.HISTORY, FeaturePolicy(rewatches=True)).with_support(
    plays=True
)
TWO_WAY = ADDING.two_way()
TWO_WAY_REMOVING = REMOVING.two_way()
OLD, JAN, JUN = "@2020-01-01", "@2024-01-01", "@2024-06-01"
TEN = "m1@2024-01-01T10:00:00"

ROWS = [
    row(
        "H1",
        ADDING(
            hold(S=f"m1{JAN} m2{JAN}", T=f"m1{OLD}"), run("T+m2"),
            shows(T=f"m1{OLD} m2{JAN}"),
        ),
    ),
    row(
        "H2",
        REMOVING(
            hold(S=f"m1{JAN} m2{JAN}", T=f"m1{JAN} m2{JAN}"), run(),
            hold(S=f"m1{JAN}"), run("T-m2"), shows(T=f"m1{JAN}"), run(),
        ),
    ),
    row(
        "H3",
        REMOVING(
            hold(S=f"m1{JAN} m2{JAN}", T=f"m1{JAN} m2{JAN}"), run(),
            hold(S=f"m1{JAN}"), run("T-m2"), hold(S=f"m1{JAN} m2{OLD}"),
            run("T+m2"), shows(T=f"m1{JAN} m2{OLD}"), run(),
        ),
    ),
    row(
        "H4",
        ADDING(hold(S="m1"), run("T:m1:no_date"), run("T:m1:no_date"), sent(T=0)),
    ),
    row(
        "H5",
        ADDING.with_support(plays=True)(
            hold(S="m1@2024-01-01,2024-06-01"), run("T+m1"), shows(T=f"m1{JUN}"), run(),
        ),
    ),
    row(
        "H6",
        REWATCHES(
            hold(S="m1@2024-01-01,2024-06-01"), run("T+m1 T+m1"),
            shows(T="m1@2024-01-01,2024-06-01"), run(), run(), sent(T=2),
        ),
    ),
    row(
        "H7",
        REWATCHES(
            support("T", plays=False), hold(S="m1@2024-01-01,2024-06-01"),
            run("T+m1"), shows(T=f"m1{JUN}"), run(), run(),
        ),
    ),
    row("H8", REWATCHES(hold(S=TEN, T="m1@2024-01-01T10:00:30"), run(), sent(T=0))),
    row(
        "H9",
        # The tolerance is the same in either direction, and a setting.
        *(
            REWATCHES(hold(S=TEN, T=f"m1@2024-01-01T{at}"), run(), run(), sent(T=0))
            for at in ("10:00:30", "10:00:59", "10:01:00", "09:59:00")
        ),
        *(
            REWATCHES(
                hold(S=TEN, T=f"m1@2024-01-01T{at}"), run("T+m1"), run(), sent(T=1),
            )
            for at in ("10:01:01", "09:58:59")
        ),
        REWATCHES.but(tolerance=timedelta(hours=2))(
            hold(S=TEN, T="m1@2024-01-01T11:59:00"), run(), sent(T=0),
        ),
    ),
    row("H10", REWATCHES(hold(S=TEN, T="m1@2024-01-01T09:59:59"), run(), sent(T=0))),
    row(
        "H11",
        # Plays are copied only where both sides keep them, in either mode.
        *(
            REWATCHES(
                support("S", plays=source), support("T", plays=target),
                hold(S="m1@2024-01-01,2024-06-01"),
                run("T+m1 T+m1" if source and target else "T+m1"),
            )
            for source in (True, False)
            for target in (True, False)
        ),
        *(
            REWATCHES.two_way().with_support(plays=True)(
                support("A", plays=source), support("B", plays=target),
                hold(A=f"m1{JAN}", B=f"m1{JUN}"),
                run("A+m1 B+m1" if source and target else ""),
            )
            for source in (True, False)
            for target in (True, False)
        ),
    ),
    row(
        "H12",
        ADDING(
            hold(S=f"s1e1{{|tmdb,tvdb}}{JAN}", T=f"s1e1{{|tvdb}}{JAN}"), run(),
            sent(T=0),
        ),
    ),
    row(
        "H13",
        ADDING(hold(S=f"s1e1{{|tmdb}}{JAN}", T=f"s1e1{{|tvdb}}{JAN}"), run("T+s1e1")),
    ),
    row(
        "H14",
        ADDING(
            hold(
                S=f"s1x23e1{{tvdb=11526346|}}{JAN}",
                T=f"s1x23e1156{{tvdb=11526346|}}{JAN}",
            ),
            run(), sent(T=0),
        ),
    ),
    row(
        "H15",
        ADDING(
            hold(
                S=f"s1x23e1{{tvdb=101|tvdb}}{JAN}", T=f"s1x23e2{{tvdb=101|tvdb}}{JAN}",
            ),
            run("T+s1x23e1"), run(),
        ),
    ),
    row(
        "H16",
        TWO_WAY(
            hold(A=f"s1x0e48{{|tmdb,tvdb}}{JAN}", B=""), run("B+s1x0e48"),
            hold(B=f"s1x0e48{{|tvdb}}{JAN}"), run(), sent(A=0, B=1),
        ),
    ),
    row(
        "H17",
        ADDING(
            hold(S=f"s1x1e40{{tvdb=1|tvdb}}{JAN}"), run("T+s1e40"),
            # The target keeps it by its own counting.
            hold(T=f"s1x2e1{{tvdb=1|tvdb}}{JAN}"), run(), run(), sent(T=1),
        ),
    ),
    row(
        "H18",
        ADDING(
            hold(S="m1@2024-07-01T08:02:00", T="m1@2024-07-01T07:55:00"), run(),
            sent(T=0),
        ),
    ),
    row(
        "H20",
        # Decided: what is said of a show says nothing of its episodes, so it stands for
        # itself, and goes to whoever takes shows.
        ADDING(hold(S=f"s1{JAN}", T=f"s1e1{JAN}"), run("T+s1"), run()),
        ADDING(
            support("T", kinds=frozenset({"movie", "episode"})),
            hold(S=f"s1{JAN}", T=f"s1e1{JAN}"), run("T:s1:kind_not_supported"),
        ),
    ),
    row(
        "H21",
        TWO_WAY(
            hold(A=f"m1{JAN} m2{JAN}", B=f"m2{JAN} m3{JAN}"), run("A+m3 B+m1"),
            shows(A=f"m1{JAN} m2{JAN} m3{JAN}", B=f"m1{JAN} m2{JAN} m3{JAN}"), run(),
        ),
    ),
    row(
        "H22",
        TWO_WAY_REMOVING(
            hold(A=f"m1{JAN} m2{JAN}", B=f"m1{JAN} m2{JAN}"), run(),
            hold(A=f"m1{JAN}", B=f"m1{JAN} m2{JUN}"), run("A+m2"),
            shows(A=f"m1{JAN} m2{JUN}", B=f"m1{JAN} m2{JUN}"), run(),
        ),
        # One-way the source is never written; and the newer play is not removed.
        REMOVING(
            hold(S=f"m2{JAN}", T=f"m2{JAN}"), run(),
            hold(S="", T=f"m2{JUN}"), run("T:m2:newer"), shows(T=f"m2{JUN}"),
        ),
    ),
    row("H23", TWO_WAY(hold(A=f"m1{JAN}", B=f"m1{JUN}"), run(), run(), sent(A=0, B=0))),
    row(
        "H24",
        TWO_WAY_REMOVING(
            hold(A=f"m1..6{JAN}", B=f"m1..6{JAN}"), run(),
            account("A", unremovable=keys("m1..3")), hold(B=f"m6{JAN}"),
            run("A?m1..3:rejected A-m4 A-m5"), counts(removed=2, unresolved=3),
            account("A", unremovable=keys("m1")), run("A?m1:rejected A-m2 A-m3"),
            account("A", unremovable=frozenset()), run("A-m1"), run(),
            shows(A=f"m6{JAN}"),
        ),
    ),
    row(
        "H25",
        # An answer that names nothing is looked up: what is gone was removed.
        TWO_WAY_REMOVING.whole(delete_limit=10)(
            hold(A=f"m1..11{JAN}", B=f"m1..11{JAN}"), run(),
            account("A", clings=keys("m5..10")), fault("A", "write", Fault.SILENT),
            hold(B=f"m11{JAN}"),
            run("A-m1..4 A:failed:m5..10:no_answer"), counts(removed=4, errors=6),
            account("A", clings=frozenset()), run("A-m5..10"), run(),
        ),
    ),
    row(
        "H26",
        TWO_WAY_REMOVING(
            hold(A=f"m1..4{JAN}", B=f"m1..4{JAN}"), run(),
            hold(B=f"m4{JAN}"), run("A-m1..3"), counts(removed=3), run(),
        ),
    ),
    row(
        "H27",
        # A show that is blocked stands for its episodes.
        ADDING(
            hold(S=f"s1e1{JAN}"), block("T", "s1"), run("T!s1e1:blocked"), sent(T=0),
        ),
        ADDING(hold(S=f"s1e1{JAN}"), block("T", "s2"), run("T+s1e1")),
    ),
    row(
        "H31",
        # Decided: with libraries chosen, an item of which nobody knows the library is
        # in none of them: it is left alone and told, instead of slipping through.
        ADDING.with_support(libraries=True).but(libraries=frozenset({"1"}))(
            hold(S=f"m1/1{JAN} m2/2{JAN} m3{JAN}"),
            run("T+m1 T:m2:other_library T:m3:other_library"),
        ),
        # An account that knows no libraries is not asked for any.
        ADDING.but(libraries=frozenset({"1"}))(hold(S=f"m3{JAN}"), run("T+m3")),
    ),
    row(
        "H32",
        REMOVING.with_support(libraries=True).but(libraries=frozenset({"1"}))(
            hold(S=f"m1/1{JAN} m2/1{JAN}", T=f"m1{JAN} m2{JAN}"), run(),
            hold(S=f"m1/1{JAN}"), run("T-m2"), shows(T=f"m1{JAN}"),
        ),
        # A library that is not chosen any more is no removal.
        REMOVING.with_support(libraries=True).but(libraries=frozenset({"1", "2"}))(
            hold(S=f"m1/1{JAN} m2/2{JAN}", T=f"m1{JAN} m2{JAN}"), run(),
            switch(libraries=frozenset({"1"})), run(), shows(T=f"m1{JAN} m2{JAN}"),
        ),
        # Nor is what happens in a library that was never chosen.
        REMOVING.with_support(libraries=True).but(libraries=frozenset({"1"}))(
            hold(S=f"m1/1{JAN} m2/2{JAN}", T=f"m1{JAN} m2{JAN}"), run(),
            hold(S=f"m1/1{JAN}"), run("T:m2:other_library"), run("T:m2:other_library"),
            shows(T=f"m1{JAN} m2{JAN}"),
        ),
    ),
]  # fmt: skip


@pytest.mark.parametrize("stories", ROWS)
async def test_history(stories: tuple[Story, ...], tmp_path: Path) -> None:
    """The row goes as it is told."""
    await tell(stories, tmp_path)
