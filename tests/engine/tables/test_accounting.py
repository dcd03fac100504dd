"""A1 to A25: what a service answers, and what is made of it.

The reference's answers come with a count, keys, or neither. Ours come item by item or
not at all: what an account says nothing of is `mute`, and what it does not do is
`unknown` to it. What got no answer is looked up, and never guessed.
"""

from collections.abc import AsyncIterator, Sequence
from copy import replace
from dataclasses import dataclass
from pathlib import Path
from typing import override

import pytest

from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.engine.plan import (
    Operation,
    Outcome,
    OutcomeKind,
    Reason,
)
from custom_components.crosswatch.engine.report import RunStatus

from ..arena import Arena, moves
from ..fake_account import FakeAccount, Fault
from .steps import (
    account,
    batches,
    cancelled,
    counts,
    dry,
    fault,
    hold,
    read,
    run,
    sent,
    shows,
    support,
)
from .story import Setting, Story, keys, numbered, row, tell

ADDING = Setting(Feature.WATCHLIST)
TWO_WAY = ADDING.two_way()
CUT = Reason.UNAVAILABLE
FOUR = hold(S="m1..4")


SEASON = " ".join(f"s1x4e{number}" for number in range(1, 10))


ROWS = [
    row("A1", ADDING(FOUR, run("T+m1..4"), counts(added=4), shows(T="m1..4"), run())),
    row(
        "A2",
        ADDING(
            FOUR, account("T", unknown=keys("m3 m4")),
            fault("T", "write", Fault.SILENT),
            run("T+m1 T+m2 T:unknown:m3..4:no_answer"), counts(added=2, errors=2),
            # What is not there by the next run has not arrived, and is sent again.
            account("T", unknown=frozenset()), run("T+m3 T+m4"), shows(T="m1..4"),
        ),
    ),
    row(
        "A3",
        # Two of them somebody else has added meanwhile: all that counts is that they
        # are there.
        ADDING(
            FOUR, account("T", has_marker=False), fault("T", "write", Fault.SILENT),
            fault("T", "read", Fault.EMPTY), hold(T="m1 m2"),
            run("T+m1..4"), counts(added=4), shows(T="m1..4"), run(),
        ),
    ),
    row(
        "A4",
        ADDING(
            FOUR, account("T", unknown=keys("m3 m4")),
            run("T+m1 T+m2 T?m3..4:not_found"), counts(added=2, unresolved=2),
        ),
    ),
    row(
        "A5",
        ADDING(
            FOUR, account("T", unknown=keys("m1..4")),
            fault("T", "write", Fault.SILENT),
            run("T:unknown:m1..4:no_answer"), counts(errors=4), shows(T=""),
        ),
    ),
    row(
        "A6",
        *(
            ADDING(
                FOUR, fault("T", "write", answer), run("T+m1..4", failure=failure),
                counts(added=4), run(),
            )
            for answer, failure in (
                (Fault.FOREIGN, None), (Fault.NONSENSE, Reason.PROTOCOL_ERROR),
            )
        ),
    ),
    row(
        "A7",
        ADDING(
            FOUR, account("T", unknown=keys("m4"), mute=keys("m4")),
            run("T+m1..3 T:unknown:m4:no_answer"), counts(added=3, errors=1),
        ),
        ADDING(
            FOUR, account("T", mute=keys("m4")), run("T+m1..4"), counts(added=4), run(),
        ),
    ),
    row(
        "A8",
        ADDING(
            FOUR, account("T", has_marker=False), hold(T="m1 m2"),
            fault("T", "read", Fault.EMPTY),
            run("T=m1 T=m2 T+m3 T+m4"), counts(added=2, skipped=2), run(), sent(T=4),
        ),
    ),
    row(
        "A9",
        ADDING(
            FOUR, account("T", has_marker=False), hold(T="m1..4"),
            fault("T", "read", Fault.EMPTY), run("T=m1..4"), counts(skipped=4), run(),
            sent(T=4),
        ),
    ),
    row(
        "A10",
        ADDING(
            FOUR, account("T", unknown=keys("m3 m4"), mute=keys("m4")),
            run("T+m1 T+m2 T?m3:not_found T:unknown:m4:no_answer"),
            counts(added=2, unresolved=1, errors=1),
        ),
    ),
    row(
        "A11",
        # It is known which ones arrived, whatever the number.
        ADDING(
            FOUR, fault("T", "write", Fault.CUT_HALFWAY),
            run("T+m1 T+m2 T:unknown:m3..4:no_answer", failure=CUT),
            counts(added=2, errors=2), shows(T="m1 m2"), run("T+m3 T+m4"),
        ),
    ),
    row(
        "A12",
        ADDING(
            FOUR, account("T", has_marker=False, ghosts=keys("m3 m4")), run("T+m1..4"),
            counts(added=4), run("T:m3..4:not_listed"), sent(T=4),
        ),
    ),
    row(
        "A13",
        # A dry run counts what would be done, and sends nothing.
        ADDING(FOUR, dry("T+m1..4"), counts(added=4), sent(T=0), shows(T="")),
    ),
    row(
        "A14",
        # Unresolved is what the service says of an item; what it does not mention is an
        # error until it has been looked up.
        ADDING(
            hold(S="m1..10"), account("T", unknown=keys("m5..10"), mute=keys("m5..10")),
            run("T+m1..4 T:unknown:m5..10:no_answer"), counts(added=4, errors=6),
        ),
    ),
    row(
        "A15",
        ADDING(
            hold(S="m1..3"), account("T", unknown=keys("m2 m3")),
            run("T+m1 T?m2..3:not_found"), counts(added=1, unresolved=2),
        ),
    ),
    row(
        "A16",
        ADDING(
            hold(S=SEASON), account("T", unknown=keys(SEASON)),
            run(" ".join(f"T?{name}:not_found" for name in SEASON.split())),
            counts(unresolved=9), shows(T=""),
        ),
    ),
    row(
        "A17",
        Setting(Feature.PROGRESS)(
            hold(S="m1..12+600", T="m1..10+600"),
            account("T", has_marker=False, unknown=keys("m11 m12")),
            fault("T", "read", Fault.EMPTY),
            run("T=m1..10 T?m11..12:not_found"), counts(skipped=10, unresolved=2),
        ),
    ),
    row(
        "A19",
        # The engine sends nothing twice in a run: it cannot know whether that is safe.
        ADDING(
            FOUR,
            *(fault("T", "write", Fault.CUT_BEFORE, nth=each) for each in (1, 2, 3)),
            run("T:failed:m1..4:unavailable", status=RunStatus.FAILED, failure=CUT),
            counts(errors=4), batches("T", 4), shows(T=""),
        ),
    ),
    row(
        "A20",
        # Retries within a run are made by the HTTP layer, where it is safe; by the
        # engine only in the next run.
        ADDING(
            FOUR, *(fault("T", "write", Fault.CUT_BEFORE, nth=each) for each in (1, 2)),
            *(run("T:failed:m1..4:unavailable", failure=CUT),) * 2,
            run("T+m1..4"), counts(added=4), shows(T="m1..4"),
        ),
    ),
    row(
        "A21",
        ADDING(
            hold(S="m1..5"), support("T", batch_size=2), run("T+m1..5"),
            batches("T", 2, 2, 1),
        ),
    ),
    row(
        "A22",
        ADDING(
            # The oldest are sent first.
            hold(S=" ".join(f"m{day}@2024-01-{day:02}" for day in range(1, 11))),
            support("T", batch_size=2),
            cancelled("T", "write", "T+m1..4 T:not_sent:m5..10:missing", nth=2),
            batches("T", 2, 2), counts(added=4), run("T+m5..10"), shows(T="m1..10"),
        ),
    ),
    row(
        "A23",
        ADDING(
            FOUR, account("T", unknown=keys("m3 m4")),
            fault("T", "write", Fault.CUT_AFTER),
            run("T+m1 T+m2 T:unknown:m3..4:no_answer", failure=CUT),
            counts(added=2, errors=2),
        ),
    ),
    row(
        "A24",
        # What is acknowledged counts as there, but as seen only once it is listed.
        ADDING(
            FOUR, account("T", has_marker=False), run("T+m1..4"), read(S=1, T=1),
            run(), read(S=1, T=2), shows(T="m1..4"),
        ),
    ),
    row(
        "A25",
        TWO_WAY(
            hold(A="m1 m2"), account("B", unknown=keys("m1 m2")),
            fault("B", "write", Fault.SILENT),
            run("B:unknown:m1..2:no_answer"), counts(errors=2),
            run("B?m1..2:not_found"),
        ),
    ),
]  # fmt: skip


@pytest.mark.parametrize("stories", ROWS)
async def test_accounting(stories: tuple[Story, ...], tmp_path: Path) -> None:
    """The row goes as it is told."""
    await tell(stories, tmp_path)


@dataclass(slots=True, kw_only=True)
class SelfContradicting(FakeAccount):
    """An account that says of its last item that it was written, and then that not."""

    @override
    async def write(
        self, feature: Feature, operations: Sequence[Operation]
    ) -> AsyncIterator[Outcome]:
        """Answer twice for the last operation."""
        # Named, as a class with slots is another one than super() knows of.
        async for outcome in FakeAccount.write(self, feature, operations):
            if outcome.operation is operations[-1]:
                yield replace(outcome, kind=OutcomeKind.APPLIED, reason=None)
            yield outcome


@pytest.mark.parametrize("number", [numbered("A18", "A18")])
async def test_contradicting_answers(number: str, tmp_path: Path) -> None:
    """One operation has one outcome: of two that contradict, what was said last."""
    target = SelfContradicting(name="T", unknown=keys("m1"))
    arena = Arena.of(tmp_path, FakeAccount(name="S"), target)
    arena.hold("m1")
    report = await arena.run()
    arena.close()
    assert moves(report) == "T?m1:not_found"
    assert (report.counts.added, report.counts.unresolved) == (0, 1)
