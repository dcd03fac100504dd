"""Taking back a run where an account cannot do it, or cannot be asked."""

from copy import replace

import pytest

from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.engine.plan import Reason
from custom_components.crosswatch.engine.policy import FeaturePolicy
from custom_components.crosswatch.engine.report import Report, RunStatus
from custom_components.crosswatch.engine.undo import undo_run

from .arena import Arena, moves
from .conftest import MakeArena
from .fake_account import Fault

REMOVING = FeaturePolicy(remove=True)


async def _undo(world: Arena, run: Report, *, dry_run: bool = False) -> Report:
    return await undo_run(
        world.pair(),
        run.run_id,
        dry_run=dry_run,
        store=world.store,
        snapshots=world.snapshots(),
        now=world.clock,
    )


@pytest.mark.parametrize("dry_run", [True, False])
async def test_what_an_account_cannot_take_back(
    arena: MakeArena, dry_run: bool
) -> None:
    """Each item is told, and nothing is sent; what can be done still is, later."""
    world = arena(policy=REMOVING)
    world.hold("m1 m2", "m1 m2")
    await world.run()
    world.hold("m1 m3")
    run = await world.run()
    assert moves(run) == "T+m3 T-m2"
    able = world.target.support
    world.target.support = replace(able, add=False, remove=False)
    report = await _undo(world, run, dry_run=dry_run)
    assert moves(report).split() == [
        "T:m2:feature_not_supported",
        "T:m3:feature_not_supported",
    ]
    assert report.undo_of == run.run_id
    assert world.target_shows == "m1 m3"
    world.target.support = able
    assert moves(await _undo(world, run)) == "T+m2 T-m3"
    assert world.target_shows == "m1 m2"
    # Nor does the next run do it all over again.
    assert moves(await world.run()) == "T:m3:undone"
    assert world.target_shows == "m1 m2"


async def test_an_account_that_is_away(arena: MakeArena) -> None:
    """Nothing is taken back, and it can be tried again."""
    world = arena(policy=REMOVING, feature=Feature.RATINGS)
    world.hold("m1:8")
    run = await world.run()
    # Its marker would say that nothing has changed.
    world.target.has_marker = False
    world.target.faults["read", len(world.target.requests.reads) + 1] = Fault.CUT_BEFORE
    report = await _undo(world, run)
    assert report.status is RunStatus.FAILED
    assert [each.reason for each in report.failures] == [Reason.UNAVAILABLE]
    assert world.target_shows == "m1:8"
    assert moves(await _undo(world, run)) == "T-m1"
    assert world.target_shows == ""
