"""Tests of how rows are told: a row that is not as it should be has to fail."""

from pathlib import Path

import pytest

from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.engine.plan import Reason
from custom_components.crosswatch.engine.report import RunStatus

from ..fake_account import Fault
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
    together,
)
from .story import Setting, Stage, Step, keys, spread, tell

PLAIN = Setting(Feature.WATCHLIST)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        ("m2 m1", ["m1", "m2"]),
        ("m1..3:7@2024-01-01", [f"m{at}:7@2024-01-01" for at in (1, 2, 3)]),
        ("T!m9..10:kept A+s1", ["A+s1", "T!m10:kept", "T!m9:kept"]),
        ("T:unknown:m1..2:no_answer", [f"T:unknown:m{at}:no_answer" for at in (1, 2)]),
        ("m1@2024-01-01T17:51:05.853", ["m1@2024-01-01T17:51:05.853"]),
    ],
)
def test_spread(text: str, words: list[str]) -> None:
    """Ranges stand for each of their items."""
    assert spread(text) == words


def test_keys() -> None:
    """Items are known by all their ids, and within a show by their place."""
    assert keys("m1..2") == {
        "movie:imdb:tt0000001",
        "movie:imdb:tt0000002",
        "movie:tmdb:1",
        "movie:tmdb:2",
    }
    assert "tmdb:1#s4e2" in keys("s1x4e2")


class Meddling:
    """A step during which a dry run finds something changed."""

    def __init__(self, step: Step) -> None:
        """Remember the step."""
        self.step = step

    async def __call__(self, stage: Stage) -> None:
        """Let the target gain an item while it is read."""
        target = stage.arena.target
        target.passing = lambda: target.hold(Feature.WATCHLIST, "m1 m2 m3")
        await self.step(stage)


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param((run("T+m1"),), id="less than was done"),
        pytest.param((run("T+m1..3"),), id="more than was done"),
        pytest.param((run("T~m1 T+m2"),), id="something else"),
        pytest.param((dry(),), id="a dry run that would do something"),
        pytest.param((Meddling(dry("T+m1 T+m2")),), id="a dry run that leaves traces"),
        pytest.param((run("T+m1 T+m2"), run("T+m1 T+m2")), id="done twice"),
        pytest.param((run("T+m1 T+m2", status=RunStatus.PARTIAL),), id="status"),
        pytest.param((run("T+m1 T+m2", failure=Reason.UNAVAILABLE),), id="failure"),
        pytest.param(
            (fault("S", "read", Fault.CUT_BEFORE), run()), id="a failure not expected"
        ),
        pytest.param((run("T+m1 T+m2"), counts(added=1)), id="counts"),
        pytest.param((run("T+m1 T+m2"), sent(T=1)), id="sent"),
        pytest.param((run("T+m1 T+m2"), read(T=2)), id="read"),
        pytest.param((run("T+m1 T+m2"), batches("T", 1, 1)), id="batches"),
        pytest.param((run("T+m1 T+m2"), shows(T="m1")), id="what is there"),
        pytest.param((together(ST=""),), id="of several pairs"),
        pytest.param((cancelled("T", "read", "T+m1"),), id="before it was cancelled"),
        pytest.param((account("T", no_such_setting=True),), id="no such setting"),
    ],
)
async def test_what_is_not_so_is_found_out(
    wrong: tuple[Step, ...], tmp_path: Path
) -> None:
    """The step that is wrong fails, and is named."""
    story = PLAIN(hold(S="m1 m2"), *wrong)
    with pytest.raises(AssertionError) as caught:
        await tell((PLAIN(), story), tmp_path)
    assert caught.value.__notes__ == [f"step {len(wrong) + 1} of story 2"]
