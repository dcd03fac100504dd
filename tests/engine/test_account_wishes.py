"""What accounts are like: full, forgetful, or with titles to be left alone."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

import pytest

from custom_components.crosswatch.engine.ids import item_keys
from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.engine.plan import Reason
from custom_components.crosswatch.engine.policy import FeaturePolicy
from custom_components.crosswatch.engine.provider import ALL_KINDS, FeatureSupport

from .arena import Arena
from .fake_account import FakeAccount
from .tables.steps import account, hold, run, sent, shows, wait
from .tables.story import Setting, tell
from .worlds import parse

type MakeArena = Callable[..., Arena]

PROGRESS = Setting(Feature.PROGRESS, FeaturePolicy(remove=True))
RATINGS = Setting(Feature.RATINGS, FeaturePolicy(replace=False))
FORGETFUL = FeatureSupport(kinds=ALL_KINDS, forgets=True)


@dataclass(slots=True)
class Picky(FakeAccount):
    """An account with a list of titles that it wants to be left alone."""

    dropped: str = ""

    async def left_out(self, feature: Feature) -> Collection[str]:
        """Return the keys of the titles."""
        return [key for each in parse(self.dropped) for key in item_keys(each.item)]


@pytest.mark.parametrize("picky", ["S", "T"])
async def test_titles_to_be_left_alone(arena: MakeArena, picky: str) -> None:
    """They are neither given nor taken, whichever account says so; a show is whole."""
    accounts = {name: FakeAccount(name=name) for name in "ST"}
    chooser = accounts[picky] = Picky(name=picky)
    it = arena(*accounts.values(), policy=FeaturePolicy(remove=True))
    it.hold("m1 m2 s1 s2e1", "m2 s2e1 s3e1")
    chooser.dropped = "m1 s1"
    assert await it.did() == "skipped:m1:filtered skipped:s1:filtered"
    it.clock.advance(hours=1)
    chooser.dropped = "m1 m2 s2"
    assert await it.did() == "+s1 skipped:m1:filtered"
    it.clock.advance(hours=1)
    it.hold("m1 s1")
    assert await it.did() == (
        "skipped:m1:filtered skipped:m2:filtered skipped:s2e1:filtered"
    )
    it.clock.advance(hours=1)
    chooser.dropped = ""
    assert await it.did() == "+m1 -m2 -s2e1"


async def test_a_forgetful_account(tmp_path: Path) -> None:
    """What it has forgotten is taken away nowhere, and not written there again."""
    setting = PROGRESS.two_way()
    story = Setting(
        setting.feature,
        setting.policy,
        setting.pair,
        setting.accounts,
        {"B": FORGETFUL},
    )(
        hold(A="m1+600@2025-01-01 m2+600@2025-01-01", B=""),
        run("B+m1 B+m2"),
        run(),
        hold(B="m2+600@2025-01-01"),
        run("B:m1:newer"),
        shows(A="m1+600 m2+600", B="m2+600"),
        hold(A="m1+1200@2025-02-01 m2+600@2025-01-01"),
        run("B+m1"),
        hold(A="m1+1200@2025-02-01"),
        run("B-m2"),
        shows(A="m1+1200", B="m1+1200"),
    )
    await tell((story,), tmp_path)


async def test_a_full_account_is_not_asked_on_and_on(tmp_path: Path) -> None:
    """All that does not fit waits for a day, told one by one; then it is tried."""
    support = FeatureSupport(kinds=ALL_KINDS, batch_size=2)
    story = Setting(Feature.WATCHLIST, support={"T": support})(
        account("T", limit=3),
        hold(S="m1..9"),
        run(
            "T+m1 T+m2 T+m3 " + " ".join(f"T?m{n}:account_limit" for n in range(4, 10)),
            failure=Reason.ACCOUNT_LIMIT,
        ),
        sent(T=4),
        run(" ".join(f"T?m{n}:account_limit" for n in range(4, 10))),
        sent(T=4),
        account("T", limit=99),
        wait(hours=13),
        run("T+m4..9"),
        shows(T="m1..9"),
    )
    await tell((story,), tmp_path)


async def test_ratings_that_are_only_replaced_by_newer_ones(tmp_path: Path) -> None:
    """What a file from long ago says never overrules what a person said since."""
    story = RATINGS(
        hold(
            S="m1:5@2020-01-01 m2:6@2025-01-01 m3:7 m4:8@2020-01-01 m5:9@2020-01-01",
            T="m1:9@2024-01-01 m2:9@2024-01-01 m3:9@2024-01-01 m4:8",
        ),
        run("T:m1:newer T~m2 T:m3:newer T+m5"),
        shows(T="m1:9 m2:6 m3:9 m4:8 m5:9"),
    )
    await tell((story,), tmp_path)
