"""What holds for taking back what a run did."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, note, strategies as st
import pytest

from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.engine.policy import (
    FeaturePolicy,
    Mode,
    Policy,
    Prefer,
    RemoveMode,
)
from custom_components.crosswatch.engine.provider import ALL_KINDS, FeatureSupport
from custom_components.crosswatch.engine.report import Report, Result
from custom_components.crosswatch.engine.undo import UnknownRunError, undo_run

from .arena import Arena, moves
from .fake_account import FakeAccount
from .histories import counts_are_items, in_place, shown, traits
from .strategies import features, plain_worlds

pytestmark = pytest.mark.timeout(900)

worlds = st.tuples(plain_worlds(), plain_worlds())


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Feature, Policy, list[FakeAccount]]:
    """Pairs of accounts that can do all that the feature asks for."""
    feature, plays = draw(features), draw(st.booleans())
    policy = Policy(
        mode=draw(st.sampled_from(Mode)),
        prefer=draw(st.sampled_from(Prefer)),
        features={
            feature: FeaturePolicy(
                remove=draw(st.booleans()),
                remove_mode=draw(st.sampled_from(RemoveMode)),
                rewatches=feature is Feature.HISTORY and draw(st.booleans()),
            )
        },
    )
    made = [
        FakeAccount(
            name=name,
            support=FeatureSupport(kinds=ALL_KINDS, plays=plays),
            has_marker=draw(st.booleans()),
            has_delta=draw(st.booleans()),
            tells_native_ids=draw(st.booleans()),
        )
        for name in "ST"
    ]
    return feature, policy, made


@given(pair=pairs(), start=worlds, later=worlds)
async def test_undo_takes_back_a_run(
    pair: tuple[Feature, Policy, list[FakeAccount]],
    start: tuple[str, str],
    later: tuple[str, str],
) -> None:
    """After a run was taken back both sides are as before, and later runs keep to it."""
    feature, policy, made = pair
    note(f"{feature} {policy}")
    note("\n".join(map(traits, made)))
    with TemporaryDirectory() as folder, in_place():
        world = Arena.of(Path(folder), *made, feature=feature, policy=policy)
        for source, target in (start, later):
            world.hold(source, target)
            before = shown(world)
            run = await world.run()
            after = shown(world)
            note(f"{before}\n{moves(run)} → {after}")
            world.clock.advance(hours=1)
            if not _done(run):
                with pytest.raises(UnknownRunError):
                    await _undo(world, run)
                continue
            state = world.dump()
            dry = await _undo(world, run, dry_run=True)
            assert (shown(world), world.dump()) == (after, state)
            undone = await _undo(world, run)
            note(f"undo {moves(undone)} → {shown(world)}")
            counts_are_items(undone)
            assert moves(dry) == moves(undone)
            assert shown(world) == before
            await _leaves_it_alone(world, run, before, after)
        world.close()


async def _leaves_it_alone(
    world: Arena, run: Report, before: dict[str, str], after: dict[str, str]
) -> None:
    """Assert that neither later runs nor another undo change what was taken back.

    They may well do what the run has only put off.
    """
    removed = _facts(before) - _facts(after)
    added = _facts(after) - _facts(before)
    for _ in range(3):
        world.clock.advance(hours=1)
        note(f"then {moves(await world.run())} → {shown(world)}")
        assert removed <= _facts(shown(world))
        assert not added & _facts(shown(world))
    held = shown(world)
    again = await _undo(world, run)
    note(f"again {moves(again)} → {shown(world)}")
    assert not _done(again)
    assert shown(world) == held


def _facts(held: dict[str, str]) -> set[tuple[str, str, str]]:
    """Return what each side says of each item, one by one."""
    return {
        (side, name, each)
        for side, items in held.items()
        for token in items.split()
        for name, _, said in [token.partition("@")]
        for each in said.split(",")
    }


async def _undo(world: Arena, run: Report, *, dry_run: bool = False) -> Report:
    return await undo_run(
        world.pair(),
        run.run_id,
        dry_run=dry_run,
        store=world.store,
        snapshots=world.snapshots(),
        now=world.clock,
    )


def _done(report: Report) -> bool:
    return any(item.result is Result.APPLIED for item in report.items)
