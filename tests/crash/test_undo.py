"""A killed run that takes back another one loses nothing, and can be done again."""

import pytest

from custom_components.crosswatch.engine.model import Side

from ..providers.fault_stage import State
from .conftest import MakeStage
from .points import Point
from .stage import Stage

ROUTES = ["jellyfin>trakt", "trakt<>tracker+"]
POINTS = [
    Point.JOURNALLED,
    Point.ANSWERED,
    Point.SETTLED,
    Point.LOOKING,
    Point.BETWEEN_BATCHES,
    Point.RECORDING,
    Point.COMMITTING,
    Point.RECORDED,
    Point.REPORTING,
]


async def did_much(stage: Stage) -> str:
    """Run the pair, so that there is much to take back; return which run it was."""
    run_id = (await stage.lives()).run_id
    # A run that plans something knows that the services have listed what was written.
    stage.change_little()
    await stage.lives()
    return run_id


async def took_back(stage: Stage, run_id: str) -> dict[Side, State]:
    """Take a run back and return what that leaves, also after the next run."""
    await stage.lives(undo=run_id)
    state = await stage.state()
    assert (await stage.lives()).sent == []
    assert await stage.state() == state
    assert stage.left_open() == []
    return state


@pytest.fixture(scope="session")
def known() -> dict[str, dict[Side, State]]:
    """Return what undisturbed runs leave, by their route."""
    return {}


@pytest.mark.parametrize("meanwhile", [False, True], ids=["again", "run between"])
@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("route", ROUTES)
async def test_killed_while_taking_back(
    make_stage: MakeStage,
    known: dict[str, dict[Side, State]],
    route: str,
    point: Point,
    meanwhile: bool,
) -> None:
    """Taken back once more, all is as if nobody had killed it; a run harms nothing."""
    if route not in known:
        async with make_stage(route) as stage:
            known[route] = await took_back(stage, await did_much(stage))
    async with make_stage(route) as stage:
        run_id = await did_much(stage)
        await stage.dies(point, undo=run_id)
        if meanwhile:
            await stage.lives()
        assert await took_back(stage, run_id) == known[route]
