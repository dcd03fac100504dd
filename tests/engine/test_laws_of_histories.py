"""What holds whatever people do to both sides, and whatever happens to the runs."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from copy import replace
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import override

from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
import pytest

from custom_components.crosswatch.engine.ledger import Decision
from custom_components.crosswatch.engine.model import (
    Feature,
    MediaKind,
    Record,
    Value,
    Watched,
)
from custom_components.crosswatch.engine.policy import FeaturePolicy, Mode, Policy
from custom_components.crosswatch.engine.provider import ALL_KINDS, FeatureSupport
from custom_components.crosswatch.engine.report import Report

from .arena import Arena, Killed, Strike, moves
from .fake_account import FakeAccount, Fault
from .histories import counts_are_items, faults_from_now_on, in_place
from .strategies import features, some_faults
from .witness import Fact, facts_of
from .worlds import name_of, parse

NAMES = ("m1", "m2", "m3", "s1e1")
# How an account may know an item; the show of an episode always keeps an id.
IDS = ("", "{imdb}", "{tmdb}", "{}")
IDS_WITHIN = ("", "{imdb|tmdb}", "{|imdb,tmdb}", "{tvdb|}")

SIDES = ("S", "T")
ACROSS = {"S": "T", "T": "S"}

sides = st.sampled_from(SIDES)
names = st.sampled_from(NAMES)


@dataclass(slots=True, kw_only=True)
class Home(FakeAccount):
    """An account whose person puts, takes and changes one item at a time."""

    def of(self, feature: Feature, name: str = "") -> list[Record]:
        """Return what it holds of this name, or all."""
        held = self._held.setdefault(feature, {}).values()
        return [each for each in held if name in {"", name_of(each.item)}]

    def put(self, feature: Feature, token: str) -> None:
        """Hold a new item."""
        (sample,) = parse(token)
        value = sample.value(feature, plays=self.support.plays)
        self._put(feature, Record(sample.item, value, self._new_id()), None)

    def take(self, feature: Feature, name: str) -> None:
        """Hold an item no more."""
        for record in self.of(feature, name):
            del self._held[feature][record.native_id]
            self._changes += 1

    def change(self, feature: Feature, record: Record, value: Value) -> None:
        """Say something else of an item."""
        self._put(feature, record.with_value(value), record)

    def know_by(self, feature: Feature, token: str) -> None:
        """Know an item by other ids."""
        (sample,) = parse(token)
        for old in self.of(feature, name_of(sample.item)):
            self._put(feature, Record(sample.item, old.value, old.native_id), old)

    def renumber(self, feature: Feature, name: str) -> None:
        """Give an item another address, as a server does that scans it anew."""
        for old in self.of(feature, name):
            del self._held[feature][old.native_id]
            self._put(feature, Record(old.item, old.value, self._new_id()), old)

    def _new_id(self) -> str:
        return f"{self.name}{next(self._numbers)}"


class PeopleAndRuns(RuleBasedStateMachine):
    """Two accounts, the people who use them, and a pair that runs now and then.

    `wanted` is what people have put on a side and nobody has removed since. `removed`
    is what both sides agreed on until somebody removed it from the side named.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        super().__init__()
        self.end = ExitStack()
        self.end.enter_context(in_place())
        self.folder = Path(self.end.enter_context(TemporaryDirectory()))
        self.loop = self.end.enter_context(asyncio.Runner())
        self.numbers = count(1)
        self.wanted: dict[str, set[Fact]] = {"S": set(), "T": set()}
        self.agreed: set[Fact] = set()
        self.removed: dict[Fact, str] = {}
        self.may_return: set[Fact] = set()
        self.touched: set[str] = set()
        self.anew: set[str] = set()
        self.renumbered: set[tuple[str, str]] = set()
        self.known_by: dict[str, set[str]] = {}
        self.lost_sight_of: set[str] = set()
        self.latest: dict[str, str] = {}

    @initialize(
        feature=features,
        mode=st.sampled_from([Mode.TWO_WAY, Mode.TWO_WAY, Mode.ONE_WAY]),
        rewatches=st.booleans(),
        remove=st.sampled_from([True, True, False]),
        delete_limit=st.sampled_from([0, 100, 100]),
        has_marker=st.booleans(),
        has_delta=st.booleans(),
        tells=st.booleans(),
        lag=st.sampled_from([0, 0, 1]),
        start=st.lists(names, unique=True),
    )
    def begin(
        self,
        feature: Feature,
        mode: Mode,
        rewatches: bool,
        remove: bool,
        delete_limit: int,
        has_marker: bool,
        has_delta: bool,
        tells: bool,
        lag: int,
        start: list[str],
    ) -> None:
        """Set a pair up, with some items on both sides."""
        self.feature = feature
        self.two_way = mode is Mode.TWO_WAY
        self.rewatches = feature is Feature.HISTORY and rewatches
        self.homes = {
            name: Home(
                name=name,
                support=FeatureSupport(
                    kinds=ALL_KINDS, plays=self.rewatches, rating_step=0.1
                ),
                # A marker that does not move with what an account lists says nothing.
                has_marker=has_marker and not lag,
                has_delta=has_delta,
                tells_native_ids=tells,
                lag=lag,
            )
            for name in SIDES
        }
        policy = FeaturePolicy(remove=remove, rewatches=rewatches)
        self.world = Arena.of(
            self.folder,
            *self.homes.values(),
            feature=feature,
            policy=Policy(
                mode=mode, delete_limit=delete_limit, features={feature: policy}
            ),
        )
        for name in start:
            for side in SIDES:
                self._put(side, name)
        self.settle()

    # What people do

    @rule(side=sides, name=names)
    def add(self, side: str, name: str) -> None:
        """Put an item on a side that has none, or none any more."""
        if not self.homes[side].of(self.feature, name):
            self._put(side, name)

    @rule(side=sides, name=names)
    def remove(self, side: str, name: str) -> None:
        """Take an item away."""
        self._forget(side, name, self._facts(side, name))
        self.homes[side].take(self.feature, name)
        # What the other side says may well be older.
        self.latest.pop(name, None)

    @rule(side=sides, name=names)
    def remove_a_play(self, side: str, name: str) -> None:
        """Take the oldest of several plays away."""
        for record in self.homes[side].of(self.feature, name):
            value = record.value
            if isinstance(value, Watched) and len(value.plays) > 1:
                self._forget(side, name, {(name, value.plays[0].at)})
                rest = replace(value, plays=value.plays[1:])
                self.homes[side].change(self.feature, record, rest)

    @rule(side=sides, name=names)
    def play_again(self, side: str, name: str) -> None:
        """Watch, rate or list an item anew."""
        (sample,) = parse(self._token(name))
        new = sample.value(self.feature, plays=self.rewatches)
        for record in self.homes[side].of(self.feature, name):
            old, value = record.value, new
            if isinstance(old, Watched) and isinstance(new, Watched) and new.plays:
                value = old.with_plays_of(new)
            self.homes[side].change(self.feature, record, value)
            self._remember(side, name)

    @rule(side=sides, name=names, choice=st.integers(0, 3))
    def know_by_other_ids(self, side: str, name: str, choice: int) -> None:
        """Gain, lose or change ids; something stays by which both can be told."""
        token = name + (IDS_WITHIN if "e" in name else IDS)[choice]
        keys = {key for each in self._records(token) for key in each.keys}
        other = {
            key
            for record in self.homes[ACROSS[side]].of(self.feature, name)
            for key in record.keys
        }
        if name in self.anew:
            return
        if (name, None) in self.agreed or not other or keys & other:
            self.homes[side].know_by(self.feature, token)
            self._note_what_nobody_knows(side, name)

    @rule(side=sides, name=names)
    def scan_anew(self, side: str, name: str) -> None:
        """Change the native id of an item."""
        self.homes[side].renumber(self.feature, name)
        self.renumbered.add((side, name))
        self._note_what_nobody_knows(side, name)

    @rule(side=sides, name=names)
    def identify_anew(self, side: str, name: str) -> None:
        """Change all ids and the native id at once: only the title stays.

        Nobody can tell for sure that it is the same item, so that the other side may
        have it under both.
        """
        if self.homes[side].of(self.feature, name):
            self.anew.add(name)
            number = 100 + next(self.numbers)
            own = f"imdb=tt{number},tmdb={number}"
            token = f"{name}{{{own}|{own}}}" if "e" in name else f"{name}{{{own}}}"
            self.homes[side].know_by(self.feature, token)
            self.homes[side].renumber(self.feature, name)
            self._give_up(name)

    @rule(remove=st.booleans(), only_films=st.booleans())
    def change_settings(self, remove: bool, only_films: bool) -> None:
        """Switch removals and a filter on or off."""
        policy = replace(
            self.world.policies[self.feature],
            remove=remove,
            kinds=frozenset({MediaKind.MOVIE}) if only_films else None,
        )
        self.world.policies = {self.feature: policy}
        self._note_what_may_return()

    @rule(decision=st.sampled_from([Decision.APPROVED, Decision.DISMISSED]))
    def decide(self, decision: Decision) -> None:
        """Approve or dismiss what a guard has held."""
        self.world.store.decide(self.world.pair().pair_id, self.feature, decision)

    # What happens to runs

    @rule()
    def run_once(self) -> None:
        """Run, and no more."""
        self._run()

    @rule()
    def dry_run(self) -> None:
        """Run dry."""
        before = [home.shown(self.feature) for home in self.homes.values()]
        self._run(dry_run=True)
        assert [home.shown(self.feature) for home in self.homes.values()] == before

    @rule(here=some_faults, there=some_faults)
    def run_badly(
        self,
        here: Mapping[tuple[str, int], Fault],
        there: Mapping[tuple[str, int], Fault],
    ) -> None:
        """Run while the services fail."""
        for home, faults in zip(self.homes.values(), (here, there), strict=True):
            home.faults = faults_from_now_on(home, faults)
        if Fault.EMPTY in {*here.values(), *there.values()}:
            # What one side lost, and the other seems to have lost, is as good as new
            # when that lists it again: a list that lies may undo a removal.
            self.may_return |= self.removed.keys()
        self._run()
        for home in self.homes.values():
            home.faults = {}

    @rule(at=st.integers(1, 60))
    def kill_a_run(self, at: int) -> None:
        """Let the process end in the middle of a run."""
        self.world.strike(Strike(at, _killed))
        with suppress(Killed):
            self._run()
        self.loop.run(asyncio.sleep(0))
        self.world.calm()
        self.world.close()

    @rule()
    def settle(self) -> None:
        """Run until nothing is left to do, and look at what has become of it all."""
        quiet = 0
        for _ in range(15):
            sent = [len(home.requests.writes) for home in self.homes.values()]
            report = self._run()
            again = [len(home.requests.writes) for home in self.homes.values()]
            quiet = quiet + 1 if again == sent else 0
            if quiet == 3:
                break
        assert quiet == 3, "the runs never come to an end"
        self._nothing_is_lost()
        self._nothing_is_doubled()
        self._what_was_removed_is_gone(report)
        self._the_last_word_counts(report)
        self._agree()

    @override
    def teardown(self) -> None:
        """Look at it all once more, in the end."""
        try:
            if hasattr(self, "world"):
                self.settle()
        finally:
            if hasattr(self, "world"):
                self.world.close()
            self.end.close()

    # What must hold

    def _nothing_is_lost(self) -> None:
        for side, facts in self.wanted.items():
            held = self._facts(side)
            lost = {fact for fact in facts if fact not in held}
            assert not lost, f"{side} lost {lost}"

    def _nothing_is_doubled(self) -> None:
        for side in SIDES:
            held = [
                fact
                for record in self.homes[side].of(self.feature)
                for fact in facts_of(record)
                if fact[0] not in self.anew
            ]
            twice = {fact for fact, times in Counter(held).items() if times > 1}
            assert not twice, f"{side} has {twice} twice"

    def _what_was_removed_is_gone(self, report: Report) -> None:
        if not self.world.policies[self.feature].remove:
            return
        told = {name_of(item.item) for item in report.items}
        for fact, side in self.removed.items():
            if fact[0] in told:
                continue
            left = [
                side
                for side in SIDES
                if fact in self._facts(side) and not self._has_others(side, fact)
            ]
            if fact in self.may_return and len(left) == len(SIDES):
                continue
            assert not left, f"{fact}, removed from {side}, is still on {left}"

    def _has_others(self, side: str, fact: Fact) -> bool:
        """Tell whether a side has plays of an item that only it ever had."""
        name, at = fact
        plays = {each for each in self._facts(side, name) if each[1] is not None}
        return at is None and bool(plays - self.removed.keys())

    def _the_last_word_counts(self, report: Report) -> None:
        if self.feature not in {Feature.RATINGS, Feature.PROGRESS} or not self.two_way:
            return
        told = {name_of(item.item) for item in report.items}
        for name in set(self.latest) - told - self.anew:
            said = [self._said(side, name) for side in SIDES]
            if None not in said:
                assert said == [self.latest[name]] * 2, (name, moves(report))

    def _agree(self) -> None:
        """Begin anew from what both sides have by now."""
        self.agreed = self._facts("S") & self._facts("T")
        self.removed = {
            fact: side for fact, side in self.removed.items() if fact not in self.agreed
        }
        self.may_return &= self.removed.keys()
        self.touched.clear()
        self.renumbered.clear()
        self.lost_sight_of.clear()
        self.known_by = {
            name: {
                key
                for home in self.homes.values()
                for record in home.of(self.feature, name)
                for key in record.keys
            }
            for name in NAMES
        }

    # How it is kept account of

    def _put(self, side: str, name: str) -> None:
        self.homes[side].put(self.feature, self._token(name))
        self._remember(side, name)

    def _remember(self, side: str, name: str) -> None:
        self.wanted[side] |= self._facts(side, name) & (
            self.wanted[side] | {(name, None)} | self._newest(side, name)
        )
        self._give_up(name)
        self.touched.add(name)
        self.latest[name] = self._said(side, name) or ""

    def _give_up(self, name: str) -> None:
        """Claim no more that this item was removed."""
        self.removed = {
            fact: side for fact, side in self.removed.items() if fact[0] != name
        }

    def _note_what_nobody_knows(self, side: str, name: str) -> None:
        """Claim nothing of an item that has neither its ids nor its native id any more.

        Only its title stays: with the other side gone, nobody can tell what it was.
        """
        keys = {
            key
            for record in self.homes[side].of(self.feature, name)
            for key in record.keys
        }
        if (side, name) in self.renumbered and not keys & self.known_by.get(
            name, set()
        ):
            self.lost_sight_of.add(name)
            self._give_up(name)

    def _newest(self, side: str, name: str) -> set[Fact]:
        """Return the newest play of an item."""
        plays = {fact for fact in self._facts(side, name) if fact[1] is not None}
        return {max(plays)} if plays else set()

    def _forget(self, side: str, name: str, facts: set[Fact]) -> None:
        may_go = SIDES if self.two_way or side == "S" else (side,)
        for each in may_go:
            self.wanted[each] -= facts
        unclear = self.touched | self.anew | self.lost_sight_of
        if len(may_go) > 1 and name not in unclear:
            across = self._facts(ACROSS[side], name)
            lost = facts & self.agreed & across
            self.removed.update(dict.fromkeys(lost, side))
            self._note_what_may_return()

    def _note_what_may_return(self) -> None:
        """Without removals a run gives back what one side lost."""
        if not self.world.policies[self.feature].remove:
            self.may_return |= self.removed.keys()

    def _facts(self, side: str, name: str = "") -> set[Fact]:
        return {
            fact
            for record in self.homes[side].of(self.feature, name)
            for fact in facts_of(record)
        }

    def _said(self, side: str, name: str) -> str | None:
        tokens = {
            token.split("@")[0]
            for token in self.homes[side].shown(self.feature).split()
            if token.startswith((f"{name}:", f"{name}+"))
        }
        return min(tokens, default=None)

    def _token(self, name: str) -> str:
        """Return an item with a word that nobody has said yet."""
        number = next(self.numbers)
        self.world.clock.advance(hours=1)
        at = self.world.clock().replace(tzinfo=None).isoformat()
        return f"{name}:{1 + number % 90 / 10:.1f}+{600 + 60 * (number % 70)}@{at}"

    def _records(self, token: str) -> list[Record]:
        return [Record(each.item, Watched(), "") for each in parse(token)]

    def _run(self, *, dry_run: bool = False) -> Report:
        self.world.clock.advance(hours=1)
        report = self.loop.run(self.world.run(dry_run=dry_run))
        counts_are_items(report)
        self.world.clock.advance(hours=1)
        return report


def _killed() -> None:
    raise Killed


TestPeopleAndRuns = pytest.mark.timeout(900)(PeopleAndRuns.TestCase)
TestPeopleAndRuns.settings = settings(stateful_step_count=15)
