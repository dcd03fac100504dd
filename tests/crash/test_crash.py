"""A run that is killed at any point ends, after the next run, as if it had not been.

Every case lets a pair agree, lets a person change some of everything on both sides,
kills the process of the next run at one point, and runs the pair twice more: the first
of these has to end where an undisturbed run ends, and the second has nothing to do.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
import os

import pytest

from custom_components.crosswatch.engine.model import Side

from ..providers.fault_stage import State
from .conftest import MakeStage
from .points import Point
from .stage import Stage

ROUTES = ["jellyfin>trakt", "trakt<>tracker+", "jellyfin<>trakt"]
# Of all the times that a run passes a point, at how many it is killed.
NIGHTLY = os.environ.get("CROSSWATCH_HYPOTHESIS_PROFILE") == "nightly"
KILLS = 1000 if NIGHTLY else 1


@dataclass(frozen=True, slots=True)
class Usual:
    """What an undisturbed run leaves, how often it passes each point, and its writes.

    The writes are numbers of requests, by service.
    """

    state: dict[Side, State]
    passed: dict[Point, int]
    writes: list[int]


@pytest.fixture(scope="session")
def known() -> dict[str, Usual]:
    """Return what is known of undisturbed runs already, by their route."""
    return {}


async def usual_of(route: str, make_stage: MakeStage, known: dict[str, Usual]) -> Usual:
    """Return what an undisturbed run leaves; it does some of everything."""
    if route not in known:
        async with make_stage(route) as stage:
            told = await stage.lives()
            for name in ("added", "updated", "removed"):
                assert told.counts[name], name
            passed, writes = told.passed, stage.writes()
            state = await stage.state()
            await has_nothing_to_do(stage)
            known[route] = Usual(
                state, {Point(k): n for k, n in passed.items()}, writes
            )
    return known[route]


async def has_nothing_to_do(stage: Stage) -> None:
    """Run once more: nothing is sent, nothing changes, nothing is left open."""
    before = await stage.state()
    writes = stage.writes()
    told = await stage.lives()
    assert told.sent == []
    assert stage.writes() == writes
    assert await stage.state() == before
    assert stage.left_open() == []


async def recovers(stage: Stage, usual: Usual) -> None:
    """Run again: all is as after an undisturbed run, and nothing was done twice."""
    await stage.lives()
    assert await stage.state() == usual.state
    assert stage.left_open() == []
    done = Counter(stage.acknowledged())
    assert [note for note, times in done.items() if times > 1] == []
    await has_nothing_to_do(stage)


def spread[T](cases: Sequence[T], number: int) -> Sequence[T]:
    """Return so many of the cases, far apart from each other."""
    number = min(number, len(cases))
    return [cases[len(cases) * (2 * at + 1) // (2 * number)] for at in range(number)]


@pytest.mark.parametrize("point", Point)
@pytest.mark.parametrize("route", ROUTES)
async def test_killed_at(
    make_stage: MakeStage, known: dict[str, Usual], route: str, point: Point
) -> None:
    """Killed at a point, nothing is lost, nothing is doubled, nothing else goes."""
    usual = await usual_of(route, make_stage, known)
    if point is Point.BETWEEN_SIDES and "<>" not in route:
        assert point not in usual.passed
        return
    for number in spread(range(1, usual.passed[point] + 1), KILLS):
        async with make_stage(route) as stage:
            await stage.dies(point, number)
            await recovers(stage, usual)


@pytest.mark.parametrize("done", [False, True], ids=["arrived", "done"])
@pytest.mark.parametrize(
    ("route", "service"),
    [
        ("jellyfin>trakt", 1),
        ("trakt<>tracker+", 0),
        ("jellyfin<>trakt", 0),
        ("jellyfin<>trakt", 1),
    ],
)
async def test_killed_while_a_service_answers(
    make_stage: MakeStage,
    known: dict[str, Usual],
    route: str,
    service: int,
    done: bool,
) -> None:
    """Killed between a request's arrival and its answer, what came of it is found."""
    usual = await usual_of(route, make_stage, known)
    for number in spread(range(1, usual.writes[service] + 1), KILLS * 3):
        async with make_stage(route) as stage:
            simulator = stage.simulators()[service]
            await stage.dies_at_write(simulator, number, done=done)
            await recovers(stage, usual)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(Point.JOURNALLED, Point.JOURNALLED, id="nothing is sent twice"),
        pytest.param(Point.ANSWERED, Point.SETTLED, id="looked up, not acted on"),
        pytest.param(Point.SETTLED, Point.RECORDED, id="the ledger has caught up"),
        pytest.param(Point.LOOKING, Point.COMMITTING, id="the ledger is late again"),
        pytest.param(Point.BETWEEN_BATCHES, Point.HALFWAY, id="in the second batch"),
        pytest.param(Point.RECORDING, Point.REPORTING, id="no report of either"),
    ],
)
@pytest.mark.parametrize("route", ROUTES)
async def test_killed_twice(
    make_stage: MakeStage,
    known: dict[str, Usual],
    route: str,
    first: Point,
    second: Point,
) -> None:
    """Killed again while it makes up for the first time, a run leaves no trace."""
    usual = await usual_of(route, make_stage, known)
    async with make_stage(route) as stage:
        await stage.dies(first)
        await stage.dies(second)
        await recovers(stage, usual)


@pytest.mark.parametrize("batch", [3, 4, 6, 8])
@pytest.mark.parametrize("route", ROUTES)
async def test_killed_before_all_is_listed(
    make_stage: MakeStage, known: dict[str, Usual], route: str, batch: int
) -> None:
    """What was acknowledged before the end is not sent again while it is not listed."""
    usual = await usual_of(route, make_stage, known)
    async with make_stage(route) as stage:
        stage.be_late()
        await stage.dies(Point.SETTLED, batch)
        await stage.lives()
        stage.catch_up()
        await stage.lives()
        assert await stage.state() == usual.state
        await has_nothing_to_do(stage)
