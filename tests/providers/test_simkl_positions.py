"""Writing where something was stopped to SIMKL, which has one place for each title."""

from copy import replace

import pytest

from custom_components.crosswatch.engine.model import Feature, Item, MediaKind, Progress
from custom_components.crosswatch.engine.plan import Action, OutcomeKind, Reason
from custom_components.crosswatch.engine.provider import ProviderUnavailableError
from tests.simulators.base import FaultKind

from .operating import kinds, write
from .simkl_world import (
    World,
    at,
    item,
    operation,
    reasons,
    removal,
    simkl_world,
    try_to_write,
)
from .worlds import world_of

APPLIED, THERE = OutcomeKind.APPLIED, OutcomeKind.ALREADY_THERE
UNKNOWN, FAILED = OutcomeKind.UNKNOWN, OutcomeKind.FAILED
UNRESOLVED = OutcomeKind.UNRESOLVED
PAUSE = "/scrobble/pause"

world = world_of(simkl_world)


def held(world: World) -> dict[str, float]:
    """Return how far each title, or the episode of it, was played."""
    return {
        f"{each.title.name} {each.episode.place if each.episode else ''}".strip(): (
            each.progress
        )
        for each in world.alice.paused.values()
    }


def half(day: int, percent: float = 50.0) -> Progress:
    """Return a position on some day."""
    return Progress(percent=percent, at=at(day))


async def test_positions(world: World) -> None:
    """Positions are told in percent, to two decimals, and nothing is watched."""
    film, show = world.films[0], world.shows[0]
    first = show.regular()[0]
    operations = [
        operation(film, Progress(2_000_000, 6_000_000, at=at(1))),
        operation(item(show, first), half(2, 91.5)),
    ]
    assert kinds(await write(world.provider(), operations)) == [APPLIED, APPLIED]
    assert held(world) == {film.name: 33.33, f"{show.name} (1, 1)": 91.5}
    assert not world.alice.entries
    assert world.simkl.count("POST") == 2
    again = await write(world.provider(), operations)
    assert kinds(again) == [THERE, THERE]
    assert world.simkl.count("POST") == 2


async def test_changing(world: World) -> None:
    """A position of what was stopped before is replaced, also by an earlier one."""
    film = world.films[0]
    world.alice.pause(film, None, 60, at(5))
    [record] = (await world.read(Feature.PROGRESS)).records.values()
    change = replace(
        operation(film, half(6, 20), Action.UPDATE, before=record.value),
        native_ids=(record.native_id,),
    )
    assert kinds(await write(world.provider(), [change])) == [APPLIED]
    assert held(world) == {film.name: 20}


async def test_several_of_a_series(world: World) -> None:
    """Of several episodes the newest is what is left; the others have no room."""
    show, film = world.shows[0], world.films[0]
    operations = [
        operation(item(show, show.regular()[place]), half(day))
        for place, day in ((0, 2), (1, 3), (2, 1))
    ]
    operations.append(operation(film, half(1)))
    outcomes = await write(world.provider(), operations)
    assert kinds(outcomes) == [UNRESOLVED, APPLIED, UNRESOLVED, APPLIED]
    assert reasons(outcomes)[0] is Reason.ACCOUNT_LIMIT
    assert held(world) == {f"{show.name} (1, 2)": 50, film.name: 50}


async def test_a_newer_one_stays(world: World) -> None:
    """An episode that was stopped since is not replaced by one from before."""
    show = world.shows[0]
    first, second = show.regular()[:2]
    world.alice.pause(show, second, 30, at(5))
    outcomes = await write(world.provider(), [operation(item(show, first), half(4))])
    assert reasons(outcomes) == [Reason.ACCOUNT_LIMIT]
    undated = Progress(percent=40.0)
    outcomes = await write(world.provider(), [operation(item(show, first), undated)])
    assert reasons(outcomes) == [Reason.ACCOUNT_LIMIT]
    assert held(world) == {f"{show.name} (1, 2)": 30}
    outcomes = await write(world.provider(), [operation(item(show, first), half(6))])
    assert kinds(outcomes) == [APPLIED]
    assert held(world) == {f"{show.name} (1, 1)": 50}


async def test_removing(world: World) -> None:
    """A position is forgotten by its number, once; nothing else is."""
    film, other = world.films[:2]
    for title in (film, other):
        world.alice.pause(title, None, 30, at(1))
    snapshot = await world.read(Feature.PROGRESS)
    doomed = removal(snapshot.records[f"movie:{film.simkl}"])
    assert kinds(await write(world.provider(), [doomed])) == [APPLIED]
    assert kinds(await write(world.provider(), [doomed])) == [THERE]
    world.simkl.behaviour.deletes_with_body = True
    doomed = removal(snapshot.records[f"movie:{other.simkl}"])
    world.simkl.faults.fail(method="DELETE", status=404, body='{"error": "not_found"}')
    assert kinds(await write(world.provider(), [doomed])) == [THERE]
    assert kinds(await write(world.provider(), [doomed])) == [APPLIED]
    assert not world.alice.paused


async def test_what_is_not_sent(world: World) -> None:
    """What is no part of something, or cannot be found, is not sent."""
    film, show = item(world.films[0]), item(world.shows[0])
    operations = [
        operation(film, Progress(percent=0.0, at=at(1))),
        operation(film, Progress(percent=100.0, at=at(1))),
        operation(film, Progress(5_000, at=at(1))),
        operation(show, half(1)),
        operation(replace(film, ids={"trakt": "1"}), half(1)),
    ]
    outcomes = await write(world.provider(), operations)
    assert reasons(outcomes) == [
        Reason.REJECTED,
        Reason.REJECTED,
        Reason.REJECTED,
        Reason.KIND_NOT_SUPPORTED,
        Reason.NOT_FOUND,
    ]
    assert not world.simkl.count("POST")


async def test_not_found_and_just_watched(world: World) -> None:
    """What SIMKL does not know, or has just seen to the end, is told so."""
    film = world.films[0]
    world.simkl.finished[world.alice.user_id, film, None] = world.simkl.clock()
    operations = [
        operation(film, half(1, 95)),
        operation(Item(MediaKind.MOVIE, {"imdb": "tt99999991"}), half(1)),
    ]
    outcomes = await write(world.provider(), operations)
    assert kinds(outcomes) == [FAILED, UNRESOLVED]
    assert reasons(outcomes) == [Reason.REJECTED, Reason.NOT_FOUND]


async def test_anime(world: World) -> None:
    """Places of TVDB are told as those of a series, others as those of a part."""
    first, later = world.anime()
    place = item(first, later.regular()[0])
    part = Item(MediaKind.SHOW, {"mal": first.ids["mal"]})
    own = Item(MediaKind.EPISODE, show=part, season=1, number=3)
    operations = [operation(place, half(1)), operation(own, half(2))]
    assert kinds(await write(world.provider(), operations)) == [APPLIED, APPLIED]
    assert held(world) == {f"{later.name} (1, 1)": 50, f"{first.name} (1, 3)": 50}


@pytest.mark.parametrize(
    "body", ["{}", '{"action": "scrobble", "progress": 50}', '{"action": "pause"}']
)
async def test_odd_answers(world: World, body: str) -> None:
    """Only a pause at that place is one."""
    world.simkl.faults.fail(path=PAUSE, status=201, body=body)
    outcomes = await write(world.provider(), [operation(world.films[0], half(1))])
    assert kinds(outcomes) == [UNKNOWN]


async def test_no_answer(world: World) -> None:
    """After one without an answer no more is sent."""
    films = world.films[:3]
    operations = [operation(film, half(day)) for day, film in enumerate(films, 1)]
    world.simkl.faults.fail(path=PAUSE, kind=FaultKind.CUT_AFTER, on_call=2, times=3)
    told, error = await try_to_write(world.provider(), operations)
    assert kinds(told) == [APPLIED, UNKNOWN]
    assert isinstance(error, ProviderUnavailableError)
    assert not error.maybe_sent
    world.simkl.faults.fail(path=PAUSE, kind=FaultKind.CUT_AFTER, times=3)
    outcomes = await write(world.provider(), operations[2:])
    assert kinds(outcomes) == [UNKNOWN]


async def test_no_answer_of_a_series(world: World) -> None:
    """What may have been replaced since is unknown then."""
    show = world.shows[0]
    operations = [
        operation(item(show, episode), half(day))
        for day, episode in enumerate(show.regular()[:3], 1)
    ]
    world.simkl.faults.fail(path=PAUSE, status=503, on_call=2, times=3)
    told, error = await try_to_write(world.provider(), operations)
    assert isinstance(error, ProviderUnavailableError)
    assert kinds(told) == [UNKNOWN, UNKNOWN]
    world.simkl.faults.clear()
    world.alice.paused.clear()
    path = "/sync/playback"
    world.simkl.faults.fail(path=path, status=500, on_call=2, times=3)
    outcomes = await write(world.provider(), operations[1:])
    assert set(kinds(outcomes)) == {UNKNOWN}
