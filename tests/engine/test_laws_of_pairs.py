"""What holds for several pairs that share a state file, a run, or an account."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, note, strategies as st
import pytest

from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.engine.plan import Action
from custom_components.crosswatch.engine.policy import (
    FeaturePolicy,
    Mode,
    Policy,
    RemoveMode,
)

from .arena import Arena, moves
from .fake_account import FakeAccount, Fault
from .histories import faults_from_now_on, in_place, shown, unused
from .strategies import accounts, features, plain_worlds, some_faults

pytestmark = pytest.mark.timeout(900)

type Faults = Mapping[tuple[str, int], Fault]

worlds = plain_worlds()


@st.composite
def chains(
    draw: st.DrawFn, *, remove: bool
) -> tuple[Feature, Policy, list[FakeAccount]]:
    """Three accounts and what the pairs between them do."""
    feature = draw(features)
    of_feature = FeaturePolicy(remove=remove, rewatches=draw(st.booleans()))
    policy = Policy(mode=draw(st.sampled_from(Mode)), features={feature: of_feature})
    # What an account does not list is known of its items for one run only.
    made = [draw(accounts(name, st.none())) for name in ("Anna", "Ben", "Cleo")]
    return feature, policy, made


def _arena(
    folder: str, name: str, feature: Feature, policy: Policy, made: list[FakeAccount]
) -> Arena:
    path = Path(folder, name)
    path.mkdir()
    return Arena.of(path, *map(unused, made), feature=feature, policy=policy)


def _hold(world: Arena, held: tuple[str, ...]) -> None:
    for account, each in zip(world.accounts.values(), held, strict=True):
        account.hold(world.feature, each)


@given(
    chain=chains(remove=True),
    world=worlds,
    gone=st.sets(st.integers(0, 4)),
)
async def test_a_removal_goes_from_end_to_end(
    chain: tuple[Feature, Policy, list[FakeAccount]],
    world: str,
    gone: set[int],
) -> None:
    """What is removed at one end of a chain of pairs is gone from the other in the end."""
    feature, policy, made = chain
    with TemporaryDirectory() as folder, in_place():
        arena = _arena(folder, "arena", feature, policy, made)
        # A side that has nothing left at all would not be believed.
        stays = "m9:1+600@2024-01-01"
        _hold(arena, (f"{stays} {world}",) * 3)
        await _run_days(arena, 2)
        tokens = [each for at, each in enumerate(world.split()) if at not in gone]
        left = " ".join([stays, *tokens])
        arena.source.hold(feature, left)
        await _run_days(arena, 3)
        assert {*map(_names, shown(arena).values())} == {_names(left)}
        arena.close()


async def _run_days(arena: Arena, days: int, *, together: bool = True) -> None:
    for _ in range(days):
        snapshots = arena.snapshots()
        for names in (("Anna", "Ben"), ("Ben", "Cleo")):
            if not together:
                snapshots = arena.snapshots()
            report = await arena.run(pair=arena.pair(*names), snapshots=snapshots)
            note(f"{moves(report, *names)} → {shown(arena)}")
        arena.clock.advance(hours=12)


@given(
    chain=chains(remove=True),
    start=st.tuples(worlds, worlds, worlds),
    days=st.lists(st.tuples(st.integers(0, 2), worlds), max_size=2),
)
async def test_a_shared_snapshot_is_true(
    chain: tuple[Feature, Policy, list[FakeAccount]],
    start: tuple[str, str, str],
    days: list[tuple[int, str]],
) -> None:
    """Pairs of one run do just what they would do in runs of their own.

    What an account was given is seen once it is listed: apart, the next pair's read
    lists it, and together only the next run's does. What a person takes away before
    that may be removed elsewhere, or given back, only by who has seen it. So people
    change one account, and another one only after that has gone from end to end: of
    two changes that contradict each other, either may win. Without removals sightings
    are not waited for: a plan that is made anyway finds them, or none does.
    """
    feature, policy, made = chain
    # A side that has nothing left at all would not be believed.
    stays = "m9:1+600@2024-01-01"
    with TemporaryDirectory() as folder, in_place():
        shared, apart = (
            _arena(folder, name, feature, policy, made) for name in ("shared", "apart")
        )
        for arena in (shared, apart):
            _hold(arena, tuple(f"{stays} {each}" for each in start))
            await _run_days(arena, 3, together=arena is shared)
            for changed, each in days:
                account = list(arena.accounts.values())[changed]
                account.hold(feature, f"{stays} {each}")
                await _run_days(arena, 3, together=arena is shared)
        assert shown(shared) == shown(apart)
        assert _sent(shared) == _sent(apart)
        for arena in (shared, apart):
            arena.close()


def _sent(arena: Arena) -> Counter[tuple[str, Action, str]]:
    """Count what each account was told to do so far."""
    return Counter(
        (name, operation.action, operation.item.label)
        for name, account in arena.accounts.items()
        for batch in account.requests.writes
        for operation in batch
    )


@given(start=st.tuples(worlds, worlds, worlds), feature=features)
async def test_a_run_reads_an_account_once(
    start: tuple[str, str, str], feature: Feature
) -> None:
    """However many pairs of a run it is in; and what it was given goes on at once."""
    with TemporaryDirectory() as folder, in_place():
        world = _arena(
            folder,
            "world",
            feature,
            Policy(features={feature: FeaturePolicy()}),
            [FakeAccount(name=name) for name in ("Anna", "Ben", "Cleo")],
        )
        _hold(world, start)
        snapshots = world.snapshots()
        for names in (("Anna", "Ben"), ("Ben", "Cleo"), ("Anna", "Cleo")):
            await world.run(pair=world.pair(*names), snapshots=snapshots)
        for account in world.accounts.values():
            reads = [read for read, _ in account.requests.reads]
            assert reads.count(feature) == 1
            # What was watched is asked for only where a position is to be written.
            assert set(reads) <= {feature, Feature.HISTORY}
            assert len(set(reads)) == len(reads)
        if feature is not Feature.PROGRESS:
            given_on, got = (_names(shown(world)[each]) for each in ("Anna", "Cleo"))
            assert given_on <= got
        world.close()


def _names(world: str) -> frozenset[str]:
    return frozenset({token.translate(_SIGNS).split()[0] for token in world.split()})


_SIGNS = str.maketrans(":@+%", "    ")


@given(
    feature=features,
    mode=st.sampled_from(Mode),
    remove_mode=st.sampled_from(RemoveMode),
    start=st.tuples(worlds, worlds, worlds, worlds),
    days=st.lists(st.tuples(worlds, worlds, some_faults, some_faults), max_size=2),
    shares=st.booleans(),
)
async def test_pairs_keep_to_themselves(
    feature: Feature,
    mode: Mode,
    remove_mode: RemoveMode,
    start: tuple[str, str, str, str],
    days: list[tuple[str, str, Faults, Faults]],
    shares: bool,
) -> None:
    """Whatever becomes of one pair, nothing that is known of another one changes.

    With `shares` both copy from the same account, of which only what it holds is
    common knowledge.
    """
    policy = Policy(
        mode=mode,
        features={feature: FeaturePolicy(remove=True, remove_mode=remove_mode)},
    )
    with TemporaryDirectory() as folder, in_place():
        world = _arena(
            folder,
            "world",
            feature,
            policy,
            [FakeAccount(name=name) for name in ("Anna", "Ben", "Cleo", "Dan")],
        )
        _hold(world, start)
        mine = world.pair("Anna", "Ben")
        other = world.pair("Anna" if shares else "Cleo", "Dan")
        for _ in range(2):
            await world.run(pair=other)
            world.clock.advance(hours=1)
        accounts_of_other = {"Dan"} if shares else {"Cleo", "Dan"}
        before = _known_of({other.pair_id, *accounts_of_other}, world)
        for anna, ben, here, there in days:
            for name, holds, faults in (("Anna", anna, here), ("Ben", ben, there)):
                account = world.accounts[name]
                account.hold(feature, holds)
                account.faults = faults_from_now_on(account, faults)
            await world.run(pair=mine)
            for name in ("Anna", "Ben"):
                world.accounts[name].faults = {}
            world.clock.advance(hours=1)
            await world.run(pair=mine)
        after = _known_of({other.pair_id, *accounts_of_other}, world)
        assert after == before
        assert any(before.values())
        world.close()


def _known_of(names: set[str], world: Arena) -> dict[str, list[object]]:
    """Return all rows of the state that belong to these pairs and accounts."""
    return {
        table: [row for row in rows if isinstance(row, tuple) and names & {*row}]
        for table, rows in world.dump(but=()).items()
    }
