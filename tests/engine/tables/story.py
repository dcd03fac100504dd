"""Rows told as stories: what accounts hold, what people do, what each run has to do.

A row is a number and one or more stories. A story is a setting, called with its steps:

    row("W3", REMOVING(hold(S="m1 m3", T="m1 m3"), run(), hold(S="m1"), run("T-m3")))

The accounts of a setting are named by letters, the source first. What a run did is
written with the letter of the side: `T+m1` added, `T~m1` updated, `T-m1` removed,
`T=m1` already there, `T:m1:reason` skipped, `T!m1:reason` held back by a guard or a
block, `T?m1:reason` unresolved; what else there may be is spelled out. A run does what
its step says and nothing more. In all texts `m1..3` stands for `m1 m2 m3`.
"""

from collections.abc import Awaitable, Callable, Mapping
from copy import replace
from dataclasses import dataclass, field
from pathlib import Path
import re
from typing import Final

from _pytest.mark.structures import ParameterSet
import pytest

from custom_components.crosswatch.engine.ids import item_keys
from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.engine.pair import Pair
from custom_components.crosswatch.engine.policy import FeaturePolicy, Mode, Policy
from custom_components.crosswatch.engine.provider import ALL_KINDS, FeatureSupport

from ..arena import Arena
from ..fake_account import FakeAccount
from ..worlds import parse

NUMBERS: Final[list[str]] = []
"""The numbers of all rows, as often as they were written down."""

_RANGE: Final = re.compile(r"(\S*?[ms])(\d+)\.\.(\d+)(\S*)")

type Step = Callable[["Stage"], Awaitable[None]]


def numbered(number: str, *values: object) -> ParameterSet:
    """Return a case of a parametrised test that is the row of this number."""
    NUMBERS.append(number)
    return pytest.param(*values, id=number)


def row(number: str, *stories: Story) -> ParameterSet:
    """Return the row of this number, which is told by these stories."""
    return numbered(number, stories)


@dataclass(frozen=True, slots=True)
class Setting:
    """Between which accounts a story plays, and by which rules."""

    feature: Feature
    policy: FeaturePolicy = field(default_factory=FeaturePolicy)
    pair: Policy = field(default_factory=Policy)
    accounts: str = "ST"
    support: Mapping[str, FeatureSupport] = field(default_factory=dict)

    def __call__(self, *steps: Step) -> Story:
        """Return a story in this setting."""
        return Story(self, steps)

    def but(self, **changes: object) -> Setting:
        """Return the setting with other rules for its feature."""
        return replace(
            self,
            policy=replace(self.policy, **changes),  # type: ignore[arg-type]
        )

    def between(self, accounts: str) -> Setting:
        """Return the setting with these accounts."""
        return replace(self, accounts=accounts)

    def whole(self, **changes: object) -> Setting:
        """Return the setting with other rules for the whole pair."""
        return replace(
            self,
            pair=replace(self.pair, **changes),  # type: ignore[arg-type]
        )

    def with_support(self, **changes: object) -> Setting:
        """Return the setting with accounts that can do other things."""
        support = FeatureSupport(kinds=ALL_KINDS, **changes)  # type: ignore[arg-type]
        return replace(self, support=dict.fromkeys(self.accounts, support))

    def two_way(self) -> Setting:
        """Return the setting with two sides alike."""
        pair = replace(self.pair, mode=Mode.TWO_WAY)
        return replace(self, pair=pair, accounts="AB")


@dataclass(frozen=True, slots=True)
class Story:
    """A setting, and what happens in it."""

    setting: Setting
    steps: tuple[Step, ...]


@dataclass(slots=True)
class Stage:
    """Where a story plays."""

    arena: Arena

    def account(self, name: str) -> FakeAccount:
        """Return an account by its letter."""
        return self.arena.accounts[name]

    def pair(self, names: str = "") -> Pair:
        """Return the pair of two accounts, by default of the first two."""
        return self.arena.pair(*names) if names else self.arena.pair()


async def tell(stories: tuple[Story, ...], folder: Path) -> None:
    """Tell the stories of a row, each on a stage of its own."""
    for number, story in enumerate(stories):
        setting = story.setting
        place = folder / str(number)
        place.mkdir()
        accounts = [
            FakeAccount(name=name, support=setting.support[name])
            if name in setting.support
            else FakeAccount(name=name)
            for name in setting.accounts
        ]
        whole = replace(setting.pair, features={setting.feature: setting.policy})
        stage = Stage(Arena.of(place, *accounts, feature=setting.feature, policy=whole))
        try:
            for at, step in enumerate(story.steps, 1):
                await _take(step, stage, f"step {at} of story {number + 1}")
        finally:
            stage.arena.close()


async def _take(step: Step, stage: Stage, where: str) -> None:
    """Take one step, and tell which one it was if it fails."""
    try:
        await step(stage)
    except (AssertionError, LookupError, ValueError) as err:
        err.add_note(where)
        raise


def spread(text: str) -> list[str]:
    """Return the words of a text, sorted, with `m1..3` spread out."""
    words: list[str] = []
    for word in text.split():
        if found := _RANGE.fullmatch(word):
            numbers = range(int(found[2]), int(found[3]) + 1)
            words += [f"{found[1]}{number}{found[4]}" for number in numbers]
        else:
            words.append(word)
    return sorted(words)


def keys(names: str) -> frozenset[str]:
    """Return the keys of these items, for what an account does to them."""
    samples = parse(" ".join(spread(names)))
    return frozenset(key for sample in samples for key in item_keys(sample.item))
