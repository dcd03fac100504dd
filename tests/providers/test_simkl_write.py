"""Writing history and ratings to SIMKL, and what it must never take along."""

from copy import replace
import json

import pytest

from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    MediaKind,
    Rated,
    Watched,
)
from custom_components.crosswatch.engine.plan import Action, OutcomeKind, Reason
from custom_components.crosswatch.engine.provider import (
    ProviderUnavailableError,
    RateLimitedError,
)
from tests.simulators.base import FaultKind
from tests.simulators.simkl import Bucket, Status

from .conftest import Clock
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

HISTORY, RATINGS = Feature.HISTORY, Feature.RATINGS
APPLIED, THERE = OutcomeKind.APPLIED, OutcomeKind.ALREADY_THERE
UNKNOWN, FAILED = OutcomeKind.UNKNOWN, OutcomeKind.FAILED
UNRESOLVED = OutcomeKind.UNRESOLVED
POST = "/sync/history"
REMOVE = "/sync/history/remove"

world = world_of(simkl_world)


async def remove(world: World, feature: Feature, *names: str) -> list[Reason | None]:
    """Remove the records of some titles; return why that was not done."""
    snapshot = await world.read(feature)
    world.simkl.reset_requests()
    doomed = [
        removal(record)
        for record in snapshot.records.values()
        if (record.item.show or record.item).title in names
    ]
    return reasons(await write(world.provider(), doomed))


async def test_watching(world: World) -> None:
    """Films and episodes go in one request, with their own dates and no names."""
    film, show = world.films[0], world.shows[0]
    special = next(each for each in show.episodes.values() if not each.season)
    operations = [
        operation(film, Watched(at(1))),
        operation(item(show, show.regular()[0]), Watched(at(2))),
        operation(item(show, special), Watched(at(3))),
    ]
    assert kinds(await write(world.provider(), operations)) == [APPLIED] * 3
    assert world.simkl.count() == 1
    [request] = world.simkl.requests
    body = json.loads(request.raw)
    assert "title" not in json.dumps(body)
    [sent] = body["shows"]
    assert sent["use_tvdb_anime_seasons"] is True
    assert sent["seasons"][1]["episodes"] == [
        {
            "number": special.number,
            "ids": {"tvdb": int(special.ids["tvdb"])},
            "watched_at": "2026-05-03T20:30:12Z",
        }
    ]
    entry = world.alice.entry(show)
    assert entry is not None
    assert entry.watched == {(1, 1): at(2), special.place: at(3)}
    again = await write(world.provider(), operations)
    assert kinds(again) == [THERE] * 3


async def test_same_thing_twice(world: World) -> None:
    """Of two dates of one thing in a request the newer is sent, once."""
    film = world.films[0]
    operations = [operation(film, Watched(at(day))) for day in (1, 3, 2)]
    outcomes = await write(world.provider(), operations)
    assert kinds(outcomes) == [APPLIED, THERE, THERE]
    entry = world.alice.entry(film)
    assert entry is not None
    assert entry.last_watched_at == at(3)


async def test_what_is_not_sent(world: World) -> None:
    """What has no date, no ids, no place or the wrong kind is not sent."""
    film, show = item(world.films[0]), item(world.shows[0])
    episode = Item(MediaKind.EPISODE, {"tvdb": "5"}, show=show, season=1)
    operations = [
        operation(film, Watched(None)),
        operation(film, Watched(at(1).replace(year=1970))),
        operation(replace(film, ids={"trakt": "1"}), Watched(at(1))),
        operation(episode, Watched(at(1))),
        operation(replace(episode, number=1, show=None), Watched(at(1))),
        operation(replace(episode, number=-1), Watched(at(1))),
        operation(show, Watched(at(1))),
    ]
    outcomes = await write(world.provider(), operations)
    assert reasons(outcomes) == [
        Reason.NO_DATE,
        Reason.NO_DATE,
        Reason.NOT_FOUND,
        Reason.NOT_FOUND,
        Reason.NOT_FOUND,
        Reason.NOT_FOUND,
        Reason.KIND_NOT_SUPPORTED,
    ]
    rating = operation(replace(episode, number=1), Rated(8.0))
    assert reasons(await write(world.provider(), [rating])) == [
        Reason.KIND_NOT_SUPPORTED
    ]
    assert not world.simkl.count()


async def test_not_found(world: World) -> None:
    """What SIMKL does not know is told so, and does not spoil the rest."""
    show = world.shows[0]
    unknown = Item(MediaKind.SHOW, {"imdb": "tt99999992"}, "Never Aired", 1962)
    operations = [
        operation(Item(MediaKind.MOVIE, {"tmdb": "99999991"}), Watched(at(1))),
        operation(
            Item(MediaKind.EPISODE, show=unknown, season=1, number=1), Watched(at(1))
        ),
        operation(replace(item(show, show.regular()[0]), number=77), Watched(at(1))),
        operation(world.films[0], Watched(at(1))),
        operation(item(show, show.regular()[1]), Watched(at(1))),
    ]
    outcomes = await write(world.provider(), operations)
    assert kinds(outcomes) == [UNRESOLVED] * 3 + [APPLIED] * 2


async def test_some_were_there(world: World) -> None:
    """Where only some are new, nothing tells which: they are read back."""
    world.alice.watch(world.films[0], None, at(1))
    operations = [operation(film, Watched(at(2))) for film in world.films[:2]]
    outcomes = await write(world.provider(), operations)
    assert kinds(outcomes) == [UNKNOWN] * 2
    assert reasons(outcomes) == [Reason.NO_ANSWER] * 2


async def test_large_batches(world: World) -> None:
    """500 things go in one request."""
    for number in range(700):
        ids = {"imdb": f"tt{number + 10_000_000}"}
        world.simkl.library.add(Bucket.MOVIES, f"Film {number}", 2000, ids)
    operations = [operation(film, Watched(at(1))) for film in world.films]
    assert set(kinds(await write(world.provider(), operations))) == {APPLIED}
    assert world.simkl.count() == 2


async def test_anime(world: World) -> None:
    """Places of TVDB are mapped by SIMKL, own ones are sent as they are."""
    first, later = world.anime()
    place = item(first, later.regular()[0])
    assert place.place == "s2e1"
    outcomes = await write(world.provider(), [operation(place, Watched(at(1)))])
    assert kinds(outcomes) == [APPLIED]
    entry = world.alice.entry(later)
    assert entry is not None
    assert list(entry.watched) == [(1, 1)]
    assert await remove(world, HISTORY, later.name) == [None]
    [request] = [each for each in world.simkl.requests if each.method == "POST"]
    assert json.loads(request.raw) == {
        "shows": [
            {
                "ids": {"simkl": later.simkl},
                "seasons": [{"number": 1, "episodes": [{"number": 1}]}],
            }
        ]
    }
    assert entry.watched == {}


async def test_removing_episodes(world: World) -> None:
    """The series stays with its rating and its list."""
    show = world.shows[0]
    world.alice.rate(show, 9, at(1))
    for episode in show.regular()[:2]:
        world.alice.watch(show, episode, at(1))
    snapshot = await world.read(HISTORY)
    [first, *_] = snapshot.records.values()
    assert kinds(await write(world.provider(), [removal(first)])) == [APPLIED]
    entry = world.alice.entry(show)
    assert entry is not None
    assert (entry.rating, list(entry.watched)) == (9, [(1, 2)])
    assert kinds(await write(world.provider(), [removal(first)])) == [THERE]


async def test_removing_the_last_episode(world: World) -> None:
    """Even without any episode left the series is not taken out of the library."""
    show = world.shows[0]
    world.alice.rate(show, 9, at(1))
    world.alice.watch(show, show.regular()[0], at(1))
    assert await remove(world, HISTORY, show.name) == [None]
    entry = world.alice.entry(show)
    assert entry is not None
    assert (entry.rating, entry.watched) == (9, {})


async def test_removing_films(world: World) -> None:
    """A film goes only if nothing but that it was watched is known of it."""
    plain, rated, planned, gone = world.films[:4]
    for film in (plain, rated, planned, gone):
        world.alice.watch(film, None, at(1))
    world.alice.rate(rated, 8)
    world.alice.put_on(planned, Status.PLANTOWATCH)
    snapshot = await world.read(HISTORY)
    world.alice.remove(gone)
    operations = [removal(record) for record in snapshot.records.values()]
    world.simkl.reset_requests()
    outcomes = await write(world.provider(), operations)
    assert kinds(outcomes) == [APPLIED, FAILED, FAILED, THERE]
    assert reasons(outcomes)[1:3] == [Reason.REJECTED] * 2
    assert set(world.alice.entries) == {rated.simkl, planned.simkl}
    assert [request.path for request in world.simkl.requests] == [
        "/sync/all-items/movies",
        REMOVE,
    ]


async def test_removing_what_was_found_elsewhere(world: World) -> None:
    """A removal that has no name of SIMKL's is looked up in all parts with films."""
    film = world.films[0]
    world.alice.watch(film, None, at(1))
    doomed = operation(film, None, Action.REMOVE, before=Watched(at(1)))
    assert kinds(await write(world.provider(), [doomed])) == [APPLIED]
    assert kinds(await write(world.provider(), [doomed])) == [THERE]


async def test_removing_the_right_film(world: World) -> None:
    """What is sent is what was looked at, also where an id is another film's."""
    film, other = world.films[:2]
    for each in (film, other):
        world.alice.watch(each, None, at(1))
    world.alice.rate(other, 9)
    mixed = replace(
        item(film), ids={"tmdb": film.ids["tmdb"], "imdb": other.ids["imdb"]}
    )
    doomed = replace(
        operation(mixed, None, Action.REMOVE, before=Watched(at(1))),
        keys=(f"movie:tmdb:{film.ids['tmdb']}",),
    )
    assert kinds(await write(world.provider(), [doomed])) == [APPLIED]
    assert list(world.alice.entries) == [other.simkl]


async def test_answers_without_a_body(world: World) -> None:
    """A removal that is answered with nothing is read back."""
    world.simkl.behaviour.empty_answers = True
    world.alice.watch(world.films[0], None, at(1))
    assert await remove(world, HISTORY, world.films[0].name) == [Reason.NO_ANSWER]


async def test_ratings(world: World) -> None:
    """Ratings are whole numbers from 1 to 10, with their dates."""
    operations = [
        operation(world.films[0], Rated(7.5, at(1))),
        operation(world.films[1], Rated(0.2)),
        operation(world.shows[0], Rated(11.0, at(1)), Action.UPDATE),
    ]
    assert kinds(await write(world.provider(), operations)) == [APPLIED] * 3
    assert [entry.rating for entry in world.alice.entries.values()] == [8, 1, 10]
    unknown = Item(MediaKind.SHOW, {"tvdb": "99999992"})
    operations = [operation(unknown, Rated(5.0)), operation(world.shows[1], Rated(5.0))]
    outcomes = await write(world.provider(), operations)
    assert kinds(outcomes) == [UNRESOLVED, APPLIED]


async def test_a_rating_is_no_play(world: World) -> None:
    """A film that is completed only because we rated it was watched at no time."""
    film = world.films[0]
    await write(world.provider(), [operation(film, Rated(8.0, at(1)))])
    [record] = (await world.read(HISTORY)).records.values()
    assert record.value == Watched(None)


async def test_taking_ratings_back(world: World) -> None:
    """The title stays on its list."""
    world.alice.rate(world.films[0], 8)
    world.alice.rate(world.shows[0], 8)
    names = world.films[0].name, world.shows[0].name
    assert await remove(world, RATINGS, *names) == [None, None]
    assert world.simkl.count() == 1
    assert len(world.alice.entries) == 2
    assert not (await world.read(RATINGS)).records


@pytest.mark.parametrize("status", [400, 423])
async def test_another_write_is_under_way(
    world: World, clock: Clock, status: int
) -> None:
    """A write that found another one is sent again, but not for ever."""
    world.simkl.behaviour.busy_status = status
    world.simkl.behaviour.locked = 2
    operations = [operation(world.films[0], Watched(at(1)))]
    assert kinds(await write(world.provider(), operations)) == [APPLIED]
    assert clock.slept.count(5.0) == 2
    world.simkl.behaviour.locked = 9
    with pytest.raises(RateLimitedError) as error:
        await write(world.provider(), [operation(world.films[1], Watched(at(1)))])
    assert not error.value.maybe_sent
    assert error.value.retry_after == 20


async def test_told_how_long(world: World, clock: Clock) -> None:
    """It waits as long as it is told to, within reason."""
    body = '{"error": "RATE_LIMIT", "code": 400}'
    for wait in ("3", "900"):
        world.simkl.faults.fail(
            path=POST, status=400, body=body, headers={"Retry-After": wait}
        )
        film = world.films[int(wait) % 7]
        operations = [operation(film, Watched(at(1)))]
        assert kinds(await write(world.provider(), operations)) == [APPLIED]
    assert {3.0, 20.0} <= set(clock.slept)


async def test_its_pace(world: World, clock: Clock) -> None:
    """Writes come no more often than once a second."""
    world.simkl.behaviour.locked = 0
    began = clock.now
    provider = world.provider()
    for film in world.films[:4]:
        await write(provider, [operation(film, Watched(at(1)))])
    assert clock.now - began >= 3


@pytest.mark.parametrize("status", [400, 413])
async def test_refused_batches(world: World, status: int) -> None:
    """A refused batch is halved until the one to blame stands alone."""
    operations = [operation(film, Watched(at(1))) for film in world.films[:4]]
    body = '{"error": "wrong_parameter"}'
    # All four, the first two, and the first of these.
    world.simkl.faults.fail(path=POST, status=status, body=body, times=3)
    outcomes = await write(world.provider(), operations)
    assert kinds(outcomes) == [FAILED, APPLIED, APPLIED, APPLIED]
    assert reasons(outcomes)[0] is Reason.REJECTED
    assert world.simkl.count("POST") == 5


async def test_an_answer_that_was_lost(world: World) -> None:
    """A write may be repeated: what is there stays so."""
    operations = [operation(world.films[0], Watched(at(1)))]
    world.simkl.faults.fail(path=POST, kind=FaultKind.CUT_AFTER)
    assert kinds(await write(world.provider(), operations)) == [THERE]


async def test_no_answer_at_all(world: World) -> None:
    """What may have been done is unknown; nothing more is sent after it."""
    film, show = world.films[0], world.shows[0]
    world.alice.watch(show, show.regular()[0], at(1))
    [record] = (await world.read(HISTORY)).records.values()
    world.simkl.faults.fail(path=REMOVE, kind=FaultKind.CUT_AFTER, times=3)
    operations = [removal(record), operation(film, Watched(at(1)))]
    told, error = await try_to_write(world.provider(), operations)
    assert kinds(told) == [UNKNOWN]
    assert isinstance(error, ProviderUnavailableError)
    assert not error.maybe_sent
    assert world.alice.entry(film) is None
    # The last one has nothing after it to speak for.
    world.simkl.faults.fail(path=POST, kind=FaultKind.CUT_AFTER, times=3)
    outcomes = await write(world.provider(), operations[1:])
    assert kinds(outcomes) == [UNKNOWN]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("{}", UNKNOWN),
        ('{"added": 1}', UNKNOWN),
        ('{"added": {"movies": "1"}}', UNKNOWN),
        ('{"added": {"movies": 2}}', UNKNOWN),
        ('{"added": {"movies": 1}, "not_found": {"movies": [{}]}}', UNKNOWN),
        ('{"added": {"movies": 1}, "not_found": {"movies": [1], "shows": 5}}', APPLIED),
        ('{"added": {"movies": 0}}', THERE),
        ("", UNKNOWN),
        ("null", UNKNOWN),
    ],
)
async def test_odd_answers(world: World, body: str, kind: OutcomeKind) -> None:
    """Nothing is claimed that an answer does not say."""
    world.simkl.faults.fail(path=POST, status=201, body=body)
    outcomes = await write(
        world.provider(), [operation(world.films[0], Watched(at(1)))]
    )
    assert kinds(outcomes) == [kind]


async def test_not_found_by_the_request(world: World) -> None:
    """What was not found may be named by the whole request."""
    film = item(world.films[0])
    echo = {"request": {"ids": {"imdb": film.ids["imdb"]}}}
    body = {"added": {"movies": 0}, "not_found": {"movies": [echo]}}
    world.simkl.faults.fail(path=POST, status=201, body=json.dumps(body))
    outcomes = await write(world.provider(), [operation(film, Watched(at(1)))])
    assert kinds(outcomes) == [UNRESOLVED]
