"""G1 to G24: guards, and what else there is."""

from pathlib import Path

import pytest

from custom_components.crosswatch.engine.ledger import Decision
from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.engine.plan import Reason
from custom_components.crosswatch.engine.policy import FeaturePolicy
from custom_components.crosswatch.engine.report import RunStatus

from ..arena import Arena
from .steps import (
    account,
    cancelled,
    decide,
    hold,
    read,
    run,
    sent,
    shows,
    together,
    wait,
)
from .story import Setting, Stage, Step, Story, keys, row, tell

ADDING = Setting(Feature.WATCHLIST)
REMOVING = Setting(Feature.WATCHLIST, FeaturePolicy(remove=True))
HISTORY, WATCHLIST = Feature.HISTORY, Feature.WATCHLIST
RATINGS, PROGRESS = Feature.RATINGS, Feature.PROGRESS


def lost(number: int, of: int, *, held: bool, **guards: float) -> Story:
    """Tell of so many items that are gone from the source, and what comes of it."""
    setting = REMOVING.whole(shrink_guard=False, **guards)
    expected = f"T!m1..{number}:mass_delete" if held else f"T-m1..{number}"
    return setting(
        hold(S=f"m1..{of}", T=f"m1..{of}"),
        run(),
        hold(S=f"m{number + 1}..{of}"),
        run(expected),
        shows(T=f"m1..{of}" if held else f"m{number + 1}..{of}"),
    )


def features(*chosen: Feature, done: tuple[Feature, ...]) -> Step:
    """Run a pair with these features, and see which ones it does in which order."""

    async def step(stage: Stage) -> None:
        arena: Arena = stage.arena
        arena.policies = dict.fromkeys(chosen, FeaturePolicy())
        report = await arena.run()
        assert tuple(report.features) == done
        assert [each for each, _ in arena.source.requests.reads] == list(done)

    return step


ROWS = [
    row(
        "G1",
        # Five may go unasked from a side of any size, and a tenth of a large one.
        *(
            lost(number, of, held=held)
            for number, of, held in (
                (1, 5, False), (1, 9, False), (2, 10, False), (5, 9, False),
                (6, 9, True),
                (5, 20, False), (6, 20, True), (10, 100, False), (11, 100, True),
            )
        ),
        lost(5, 100, held=False, delete_percent=0),
        lost(6, 100, held=True, delete_percent=0),
        lost(50, 100, held=False, delete_percent=50),
        lost(51, 100, held=True, delete_percent=50),
        lost(1, 5, held=True, delete_limit=0),
        lost(1, 10, held=False, delete_limit=0),
        # What is held once is asked for again only if there is more of it.
        REMOVING(
            hold(S="m1..20", T="m1..20"), run(), hold(S="m7..20"),
            run("T!m1..6:mass_delete"),
            decide(Decision.APPROVED, 6), hold(S="m9..20"), run("T-m1..8"),
        ),
    ),
    row(
        "G2",
        Setting(RATINGS)(
            hold(S="m1:7"), account("T", unknown=keys("m1")),
            *(run("T?m1:not_found"),) * 3, *(run("T?m1:quarantined"),) * 3, sent(T=3),
            wait(days=30), run("T?m1:not_found"), run("T?m1:quarantined"), sent(T=4),
            # It is tried again at once when a person asks.
            account("T", unknown=frozenset()), run("T+m1", full=True),
        ),
    ),
    row(
        "G5",
        # Adding is on unless it is switched off, removing off unless it is switched on.
        *(
            setting(hold(S="m1 m2", T="m1 m2"), run(), hold(S="m1 m3"), run(expected))
            for setting, expected in (
                (Setting(WATCHLIST), "T:m2:removing_off T+m3"),
                (
                    Setting(WATCHLIST).but(add=False),
                    "T:m2:removing_off T:m3:adding_off",
                ),
                (Setting(WATCHLIST).but(remove=True), "T-m2 T+m3"),
                (
                    Setting(WATCHLIST).but(add=False, remove=True),
                    "T-m2 T:m3:adding_off",
                ),
            )
        ),
    ),
    row("G7", ADDING(hold(S="m1"), features(done=()), sent(T=0))),
    row(
        "G8",
        ADDING(
            features(WATCHLIST, RATINGS, HISTORY, done=(HISTORY, WATCHLIST, RATINGS)),
        ),
        ADDING(features(PROGRESS, RATINGS, done=(RATINGS, PROGRESS))),
    ),
    row(
        "G10",
        # A feature that an account has lost is told, not left out in silence: a person
        # has chosen it. The others go on.
        ADDING(
            account("T", features=(HISTORY,)), hold(S="m1"),
            run(status=RunStatus.FAILED, failure=Reason.FEATURE_NOT_SUPPORTED),
            sent(T=0),
        ),
    ),
    row(
        "G11",
        ADDING.between("ABC")(
            hold(A="m1 m2"), together(AB="B+m1 B+m2", AC="C+m1 C+m2"),
            read(A=1, B=1, C=1),
        ),
    ),
    row(
        "G13",
        # All accounts of these stories are accounts at one and the same provider.
        ADDING(hold(S="m1"), run("T+m1"), shows(S="m1", T="m1")),
    ),
    row(
        "G14",
        REMOVING.but(libraries=frozenset({"3"})).with_support(libraries=True)(
            hold(S="m1/3 m2/2 m3"), run("T+m1 T:m2:other_library T:m3:other_library"),
            run("T:m2:other_library T:m3:other_library"), shows(T="m1"),
        ),
        # None chosen are all of them.
        REMOVING.with_support(libraries=True)(hold(S="m1/3 m2/2 m3"), run("T+m1..3")),
        # What moves to another library is left alone from then on, and not removed.
        REMOVING.but(libraries=frozenset({"3"})).with_support(libraries=True)(
            account("S", has_marker=False, lists_libraries=True),
            hold(S="m1/3", T="m1"), run(), hold(S="m1/2"), run(), shows(T="m1"),
        ),
    ),
    row(
        "G23",
        ADDING(
            hold(S="m1"), cancelled("S", "activity"), sent(T=0), cancelled("S", "read"),
            cancelled("T", "write", "T+m1"), shows(T="m1"), run(),
        ),
    ),
    row(
        "G24",
        # How a run ended is an event of its own kind: nobody has to ask for it.
        ADDING(
            hold(S="m1 m2"), account("T", unknown=keys("m1 m2")),
            run("T?m1..2:not_found", status=RunStatus.PARTIAL),
        ),
    ),
]  # fmt: skip


@pytest.mark.parametrize("stories", ROWS)
async def test_guards(stories: tuple[Story, ...], tmp_path: Path) -> None:
    """The row goes as it is told."""
    await tell(stories, tmp_path)
