"""What is left open or unclear: runs say and do the same until something changes."""

from pathlib import Path

import pytest

from custom_components.crosswatch.engine.matching import join
from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    Listed,
    MediaKind,
    Record,
    Snapshot,
)
from custom_components.crosswatch.engine.plan import Reason
from custom_components.crosswatch.engine.policy import FeaturePolicy, Prefer

from .fake_account import Fault
from .tables.steps import account, dry, fault, hold, run, sent, shows, support, switch
from .tables.story import Setting, Step, Story, keys, tell
from .worlds import READ_AT

TWO_WAY = {
    feature: Setting(feature, FeaturePolicy(remove=True)).two_way()
    for feature in Feature
}
PLAYS = Setting(Feature.HISTORY, FeaturePolicy(rewatches=True)).with_support(plays=True)
IMDB = frozenset({"imdb"})


@pytest.mark.parametrize(
    "story",
    [
        pytest.param(
            TWO_WAY[Feature.WATCHLIST](
                account("A", has_marker=False),
                account("B", has_marker=False, lists=IMDB, tells_native_ids=False),
                support("B", ids=IMDB),
                hold(A="m1", B=""),
                run("B+m1"),
                hold(A="", B="m1 m1{tmdb}"),
                run("A:m1:ambiguous B-m1"),
                dry("A:m1:no_ids"),
                run("A:m1:no_ids"),
            ),
            id="a copy that was removed makes clear what the other one is",
        ),
        pytest.param(
            TWO_WAY[Feature.RATINGS](
                account("B", unknown=keys("m1")),
                hold(A="m1:8", B=""),
                run("B?m1:not_found"),
                account("B", unknown=frozenset()),
                hold(B="m1:6"),
                fault("A", "write", Fault.CUT_BEFORE),
                run("A:failed:m1:unavailable", failure=Reason.UNAVAILABLE),
                run("A~m1"),
                shows(A="m1:6", B="m1:6"),
            ),
            id="a new rating is still new once its writing has failed",
        ),
        pytest.param(
            TWO_WAY[Feature.RATINGS]
            .but(add=False)
            .whole(prefer=Prefer.TARGET)(
                hold(A="m1@2024-01-01 m1{tmdb}:8.5", B="m1:7"),
                run("A:m1:adding_off"),
                run("A:m1:adding_off", full=True),
                switch(add=True),
                run("A~m1"),
                shows(A="m1:7 m1:7", B="m1:7"),
            ),
            id="a copy without a rating says nothing of it",
        ),
        pytest.param(
            TWO_WAY[Feature.PROGRESS](
                hold(A="m1@2024-02-01 m1{tmdb}+600@2024-01-01", B=""),
                run("B+m1"),
                shows(B="m1+600"),
            ),
            id="nor one without a position",
        ),
        pytest.param(
            TWO_WAY[Feature.PROGRESS](
                account("A", unknown=keys("m1")),
                hold(A="", B="m1%2"),
                run("A?m1:not_found"),
                account("A", unknown=frozenset()),
                hold(A="m1{}+0.001of0"),
                run("B:m1:below_minimum"),
                run("B:m1:below_minimum", full=True),
                sent(A=1, B=0),
            ),
            id="a new position is still new once it was left alone",
        ),
        pytest.param(
            TWO_WAY[Feature.PROGRESS](
                hold(A="m1+600of0", B="m1%20"),
                run("B~m1"),
                shows(A="m1+600", B="m1+600"),
            ),
            id="seconds and percent are not compared",
        ),
        pytest.param(
            TWO_WAY[Feature.PROGRESS](
                hold(A="m1+600", B="m1%20"),
                run("A~m1"),
                shows(A="m1%20", B="m1%20"),
            ),
            id="percent are compared where both can be told",
        ),
        pytest.param(
            PLAYS(
                hold(S="m1@2024-02-01,2024-02-01T00:00:40", T=""),
                run("T+m1 T+m1"),
                hold(T="m1@2024-02-01"),
                run("T:m1:not_listed"),
                *[run("T:m1:not_listed", full=True)] * 3,
                sent(T=2),
            ),
            id="one of two plays within the tolerance is listed late",
        ),
        pytest.param(
            PLAYS.but(remove=True)(
                hold(S="m1@2024-02-01", T="m1@2024-02-01,2024-02-01T00:00:40"),
                run(),
                hold(S="m9@2024-01-01"),
                run("T+m9 T-m1"),
                *[run(full=True)] * 3,
                shows(T="m1@2024-02-01T00:00:40 m9@2024-01-01"),
            ),
            id="one lost play is not two within the tolerance",
        ),
    ],
)
async def test_left_open(story: Story, tmp_path: Path) -> None:
    """Nothing is written or told otherwise because a run has looked at it before."""
    await tell((story,), tmp_path)


@pytest.mark.parametrize(
    ("copies", "found_by"),
    [
        ("s1e1{imdb,tvdb|} s1e1{tvdb|}", "imdb"),
        ("s1e1{imdb|} s1e1{tvdb,imdb|}", "tvdb"),
    ],
)
async def test_copies_know_an_item_together(
    copies: str, found_by: str, tmp_path: Path
) -> None:
    """What one copy cannot tell of an item another one can, whichever is first."""
    steps: list[Step] = [
        support("T", ids=frozenset({found_by})),
        hold(S=copies),
        run("T+s1e1"),
    ]
    await tell((Setting(Feature.WATCHLIST)(*steps),), tmp_path)


@pytest.mark.parametrize("turned", [False, True], ids=["", "turned"])
async def test_copies_know_plays_together(turned: bool, tmp_path: Path) -> None:
    """One viewing may stand at several copies, and one moment several times at one."""
    twice, once = "2024-01-01,2024-01-01", "2024-01-01,2025-01-01"
    first, second = (once, twice) if turned else (twice, once)
    steps: list[Step] = [
        hold(S=f"m1{{imdb}}@{first} m1@{second}"),
        run("T+m1 T+m1 T+m1"),
        shows(T="m1@2024-01-01,2024-01-01,2025-01-01"),
        run(),
    ]
    await tell((PLAYS(*steps),), tmp_path)


COPIES = "m1{imdb}@2024-01-01,2025-01-01 m1@2024-01-01,2025-01-01"


@pytest.mark.parametrize("rewatches", [False, True])
async def test_copies_lose_plays_together(rewatches: bool, tmp_path: Path) -> None:
    """What is lost elsewhere is taken from all copies, and does not come back."""
    setting = PLAYS.two_way().but(remove=True, rewatches=rewatches)
    steps: list[Step] = [
        hold(A="m1@2024-01-01,2025-01-01", B=COPIES),
        run(),
        hold(A=""),
        run("B-m1 B-m1" if rewatches else "B-m1"),
        shows(A="", B=""),
        run(full=True),
    ]
    await tell((setting.with_support(plays=True)(*steps),), tmp_path)


async def test_copies_lose_a_play_together(tmp_path: Path) -> None:
    """And so is one play of several."""
    steps: list[Step] = [
        hold(A="m1@2024-01-01,2025-01-01", B=COPIES),
        run(),
        hold(A="m1@2025-01-01"),
        run("B-m1"),
        shows(A="m1@2025-01-01", B="m1@2025-01-01 m1@2025-01-01"),
        run(full=True),
    ]
    setting = PLAYS.two_way().but(remove=True).with_support(plays=True)
    await tell((setting(*steps),), tmp_path)


def test_copies_know_a_place_together() -> None:
    """Nor does it matter which of them knows the place of an episode."""
    show = Item(MediaKind.SHOW, {"tvdb": "7"}, "Show")
    lost = Item(MediaKind.EPISODE, {"imdb": "tt1"}, show=show)
    placed = Item(MediaKind.EPISODE, {"imdb": "tt1"}, show=show, season=1, number=2)
    for items in ((lost, placed), (placed, lost)):
        records = [Record(each, Listed(), f"n{at}") for at, each in enumerate(items)]
        held = Snapshot.of(Feature.WATCHLIST, records, READ_AT)
        none = Snapshot.of(Feature.WATCHLIST, (), READ_AT)
        (match,) = join(held, none, ()).matches
        assert match.item.place == "s1e2"
