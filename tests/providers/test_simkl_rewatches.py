"""Watching something again, at a SIMKL account that is paid for."""

from collections.abc import AsyncIterator
import json

import aiohttp
import pytest

from custom_components.crosswatch.engine.model import Feature, Play, Value, Watched
from custom_components.crosswatch.engine.plan import (
    Action,
    Operation,
    OutcomeKind,
    Reason,
)
from custom_components.crosswatch.providers.http import Limiters
from tests.simulators.base import FaultKind
from tests.simulators.simkl import Episode, Title

from .operating import kinds, write
from .simkl_world import World, at, item, operation, reasons, removal, simkl_world

HISTORY = Feature.HISTORY
APPLIED, THERE = OutcomeKind.APPLIED, OutcomeKind.ALREADY_THERE
UNKNOWN, FAILED = OutcomeKind.UNKNOWN, OutcomeKind.FAILED
POST = "/sync/history"


@pytest.fixture
async def world(
    session: aiohttp.ClientSession, limiters: Limiters
) -> AsyncIterator[World]:
    """Return a SIMKL with an account that is paid for."""
    async with simkl_world(session, limiters) as world:
        world.alice.plan = "pro"
        world.sign_in()
        yield world


def play(
    title: Title,
    day: int,
    episode: Episode | None = None,
    *,
    before: Value | None = None,
) -> Operation:
    """Return the operation that adds one play."""
    value = Watched(at(day), (Play(at(day)),))
    return operation(item(title, episode), value, before=before)


async def days(world: World) -> dict[str, list[int]]:
    """Return on which days each title was watched, as it is read."""
    return {
        name: [each.at.day for each in record.value.plays]
        for name, record in (await world.read(HISTORY)).records.items()
        if isinstance(record.value, Watched)
    }


def flags(world: World) -> list[str | None]:
    """Return which writes may begin a time of watching again."""
    return [
        request.query.get("allow_rewatch")
        for request in world.simkl.requests
        if request.method == "POST"
    ]


def test_capabilities(world: World) -> None:
    """Only who pays has all plays."""
    provider = world.provider()
    assert provider.capabilities[HISTORY].plays
    assert not provider.capabilities[Feature.PROGRESS].plays
    world.data["plan"] = "free"
    assert not world.provider().capabilities[HISTORY].plays


async def test_reading(world: World) -> None:
    """All times are plays with names, those of episodes as well."""
    film, show = world.films[0], world.shows[0]
    first, second = show.regular()[:2]
    world.alice.watch(film, None, at(1))
    world.alice.watch_again(film, None, at(5))
    for episode in (first, second):
        world.alice.watch(show, episode, at(2))
    world.alice.watch_again(show, first, at(9))
    snapshot = await world.read(HISTORY)
    record = snapshot.records[f"movie:{film.simkl}"]
    assert isinstance(record.value, Watched)
    assert (record.value.at, record.value.count) == (at(5), 2)
    names = [each.native_id for each in record.value.plays]
    assert names[0] == "first"
    assert len(set(names)) == 2
    assert await days(world) == {
        f"movie:{film.simkl}": [1, 5],
        f"episode:{show.simkl}:1:1": [2, 9],
        f"episode:{show.simkl}:1:2": [2],
    }


async def test_free_accounts_read_one(world: World) -> None:
    """An account that is not paid for any more has the first time only."""
    world.alice.watch(world.films[0], None, at(1))
    world.alice.watch_again(world.films[0], None, at(5))
    world.alice.plan = world.data["plan"] = "free"
    [record] = (await world.read(HISTORY)).records.values()
    assert record.value == Watched(at(1))


async def test_begins_to_pay(world: World) -> None:
    """An account that has begun to pay since has all its plays from then on."""
    world.alice.watch(world.films[0], None, at(1))
    world.alice.watch_again(world.films[0], None, at(5))
    world.data["plan"] = "free"
    provider = world.provider()
    [record] = (await provider.read(HISTORY, None)).records.values()
    assert record.value == Watched(at(1))
    await provider.identify()
    assert provider.capabilities[HISTORY].plays
    [record] = (await provider.read(HISTORY, None)).records.values()
    assert isinstance(record.value, Watched)
    assert [play.at for play in record.value.plays] == [at(1), at(5)]


async def test_a_change_brings_all_times(world: World) -> None:
    """A title that changed is told with all its times."""
    film = world.films[0]
    world.alice.watch(film, None, at(1))
    before = await world.read(HISTORY)
    world.alice.watch_again(film, None, at(5))
    after = await world.read(HISTORY, before)
    [record] = after.records.values()
    assert isinstance(record.value, Watched)
    assert len(record.value.plays) == 2


async def test_writing(world: World) -> None:
    """The first time is an ordinary one, each other one a request that allows it."""
    film, show = world.films[0], world.shows[0]
    first, second = show.regular()[:2]
    operations = [
        play(film, 9),
        play(film, 1),
        play(film, 5),
        play(show, 2, first),
        play(show, 8, first),
        play(show, 3, second),
    ]
    assert kinds(await write(world.provider(), operations)) == [APPLIED] * 6
    assert flags(world) == [None, "yes", "yes", "yes"]
    assert await days(world) == {
        f"movie:{film.simkl}": [1, 5, 9],
        f"episode:{show.simkl}:1:1": [2, 8],
        f"episode:{show.simkl}:1:2": [3],
    }


async def test_what_is_there_already(world: World) -> None:
    """What the account has counts as the first time, whatever its date."""
    film = world.films[0]
    world.alice.watch(film, None, at(20))
    for before in (Watched(at(20)), Watched(at(20), (Play(at(20), "first"),))):
        again = play(film, 10 if before.plays else 1, before=before)
        assert kinds(await write(world.provider(), [again])) == [APPLIED]
    assert await days(world) == {f"movie:{film.simkl}": [1, 10, 20]}


async def test_dates_that_are_no_plays(world: World) -> None:
    """Where a pair copies no rewatches, a second date is no second time."""
    film = world.films[0]
    operations = [operation(film, Watched(at(day))) for day in (1, 9)]
    assert kinds(await write(world.provider(), operations)) == [APPLIED, THERE]
    assert flags(world) == [None]


async def test_too_near(world: World) -> None:
    """Two times within two days are not sent: SIMKL would drop one without a word."""
    film = world.films[0]
    operations = [play(film, 1), play(film, 2)]
    outcomes = await write(world.provider(), operations)
    assert kinds(outcomes) == [APPLIED, FAILED]
    assert reasons(outcomes)[1] is Reason.REJECTED
    near = play(film, 2, before=Watched(at(1), (Play(at(1), "first"),)))
    assert reasons(await write(world.provider(), [near])) == [Reason.REJECTED]
    assert flags(world) == [None]


async def test_dropped_without_a_word(world: World) -> None:
    """A time that SIMKL does not name is read back."""
    film = world.films[0]
    world.alice.watch(film, None, at(1))
    world.alice.plan = "free"
    again = play(film, 9, before=Watched(at(1)))
    assert kinds(await write(world.provider(), [again])) == [UNKNOWN]


async def test_not_found(world: World) -> None:
    """A title that is gone is told so."""
    film = world.films[0]
    again = play(film, 9, before=Watched(at(1)))
    world.simkl.library.titles.pop(film.simkl)
    film.ids.clear()
    outcomes = await write(world.provider(), [again])
    assert reasons(outcomes) == [Reason.NOT_FOUND]


@pytest.mark.parametrize(
    "statuses",
    [
        5,
        [5],
        [{"request": 5}],
        [{"request": {"ids": 5}, "response": {"rewatch_id": 1}}],
    ],
)
async def test_odd_answers(world: World, statuses: object) -> None:
    """Nothing is claimed that the answer does not say."""
    body = json.dumps({"added": {"movies": 1, "statuses": statuses}})
    world.simkl.faults.fail(path=POST, status=201, body=body)
    again = play(world.films[0], 9, before=Watched(at(1)))
    assert kinds(await write(world.provider(), [again])) == [UNKNOWN]


async def test_a_lost_answer_is_not_repeated(world: World) -> None:
    """A time that may have been written is not sent once more."""
    film = world.films[0]
    world.alice.watch(film, None, at(1))
    world.simkl.faults.fail(path=POST, kind=FaultKind.CUT_AFTER)
    again = play(film, 9, before=Watched(at(1)))
    assert kinds(await write(world.provider(), [again])) == [UNKNOWN]
    assert world.simkl.count("POST") == 1
    assert await days(world) == {f"movie:{film.simkl}": [1, 9]}


async def test_removing(world: World) -> None:
    """One of several times cannot be taken back; a single one can."""
    film, other, show = *world.films[:2], world.shows[0]
    first, second = show.regular()[:2]
    for title in (film, other):
        world.alice.watch(title, None, at(1))
    world.alice.watch_again(film, None, at(9))
    world.alice.watch(show, first, at(1))
    world.alice.watch(world.shows[1], world.shows[1].regular()[0], at(1))
    world.alice.watch_again(show, first, at(9))
    snapshot = await world.read(HISTORY)
    doomed = [removal(record) for record in snapshot.records.values()]
    outcomes = await write(world.provider(), doomed)
    assert kinds(outcomes) == [FAILED, APPLIED, FAILED, APPLIED]
    assert (await days(world))[f"movie:{film.simkl}"] == [1, 9]
    gone = operation(item(show, second), None, Action.REMOVE, before=Watched(at(1)))
    assert reasons(await write(world.provider(), [gone])) == [Reason.REJECTED]
