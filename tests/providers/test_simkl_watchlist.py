"""Writing SIMKL's watchlist, which is only one of the lists of a title."""

from dataclasses import replace
import json

import pytest

from custom_components.crosswatch.engine.model import Feature, Item, Listed, MediaKind
from custom_components.crosswatch.engine.plan import Action, OutcomeKind, Reason
from tests.simulators.simkl import Bucket, Entry, Status, Title

from .operating import kinds, write
from .simkl_world import World, at, item, operation, reasons, removal, simkl_world
from .worlds import world_of

APPLIED, THERE = OutcomeKind.APPLIED, OutcomeKind.ALREADY_THERE
UNKNOWN, FAILED = OutcomeKind.UNKNOWN, OutcomeKind.FAILED
UNRESOLVED = OutcomeKind.UNRESOLVED
ADD = "/sync/add-to-list"
REMOVE = "/sync/history/remove"

world = world_of(simkl_world)


def entry_of(world: World, title: Title) -> Entry:
    """Return a title's entry, which has to be there."""
    entry = world.alice.entry(title)
    assert entry is not None
    return entry


async def take_off(world: World, title: Title) -> OutcomeKind:
    """Take a title off the watchlist; return what came of it."""
    snapshot = await world.read(Feature.WATCHLIST)
    [record] = [
        each for each in snapshot.records.values() if each.item.title == title.name
    ]
    [outcome] = await write(world.provider(), [removal(record)])
    if outcome.kind is FAILED:
        assert outcome.reason is Reason.REJECTED
    return outcome.kind


async def test_adding(world: World) -> None:
    """Titles are planned since the date that another service tells."""
    film, show = world.films[0], world.shows[0]
    unknown = Item(MediaKind.MOVIE, {"imdb": "tt99999991"})
    operations = [
        operation(film, Listed(at(1))),
        operation(show, Listed()),
        operation(unknown, Listed(at(1))),
        operation(replace(unknown, ids={"trakt": "5"}), Listed(at(1))),
        operation(item(show, show.regular()[0]), Listed()),
    ]
    outcomes = await write(world.provider(), operations)
    assert kinds(outcomes) == [APPLIED, APPLIED, UNRESOLVED, UNRESOLVED, FAILED]
    assert entry_of(world, film).added_at == at(1)
    assert entry_of(world, show).status is Status.PLANTOWATCH
    assert world.simkl.count("POST") == 1
    again = await write(world.provider(), operations[:2])
    assert kinds(again) == [THERE, THERE]
    assert world.simkl.count("POST") == 1


async def test_many(world: World) -> None:
    """Many titles share one look at the library, and go 100 in a request."""
    titles = [
        world.simkl.library.add(
            Bucket.MOVIES, f"Film {number}", 2000, {"imdb": f"tt{number + 10_000_000}"}
        )
        for number in range(250)
    ]
    operations = [operation(title, Listed(at(1))) for title in titles]
    assert set(kinds(await write(world.provider(), operations))) == {APPLIED}
    assert (world.simkl.count("GET"), world.simkl.count("POST")) == (3, 3)
    assert world.provider().capabilities[Feature.WATCHLIST].batch_size >= 250


@pytest.mark.parametrize(
    "status", [Status.WATCHING, Status.HOLD, Status.DROPPED, Status.COMPLETED]
)
async def test_other_lists_say_more(world: World, status: Status) -> None:
    """A title that is on another list is not moved to the planned ones."""
    show = world.shows[0]
    world.alice.put_on(show, status)
    outcomes = await write(world.provider(), [operation(show, Listed(at(1)))])
    assert (kinds(outcomes), reasons(outcomes)) == ([FAILED], [Reason.REJECTED])
    assert entry_of(world, show).status is status
    assert not world.simkl.count("POST")


async def test_nothing_to_write(world: World) -> None:
    """No operations take no request."""
    for feature in Feature:
        assert [each async for each in world.provider().write(feature, [])] == []
    assert not world.simkl.count()


async def test_removing_plain_titles(world: World) -> None:
    """What is only planned leaves the library."""
    film, show = world.films[0], world.shows[0]
    for title in (film, show):
        world.alice.put_on(title, Status.PLANTOWATCH)
        assert await take_off(world, title) is APPLIED
    assert not world.alice.entries
    doomed = operation(film, None, Action.REMOVE, before=Listed())
    assert kinds(await write(world.provider(), [doomed])) == [THERE]


async def test_removing_what_was_watched(world: World) -> None:
    """A title that was watched goes to the list of those that were, as it was then."""
    film, show = world.films[0], world.shows[0]
    world.alice.watch(film, None, at(1))
    world.alice.watch(show, show.regular()[0], at(2))
    for title in (film, show):
        world.alice.rate(title, 9, at(3))
        world.alice.put_on(title, Status.PLANTOWATCH)
    assert await take_off(world, film) is APPLIED
    assert await take_off(world, show) is APPLIED
    held = entry_of(world, film)
    assert (held.status, held.rating) == (Status.COMPLETED, 9)
    assert held.last_watched_at == at(1)
    held = entry_of(world, show)
    assert (held.status, held.rating) == (Status.WATCHING, 9)
    assert held.watched == {(1, 1): at(2)}
    assert not world.simkl.count("POST", REMOVE)


async def test_removing_what_was_rated(world: World) -> None:
    """A rated series is being watched, as SIMKL has it; for a film nothing is true."""
    film, show = world.films[0], world.shows[0]
    for title in (film, show):
        world.alice.put_on(title, Status.PLANTOWATCH)
        world.alice.rate(title, 7, at(1))
    assert await take_off(world, film) is FAILED
    assert await take_off(world, show) is APPLIED
    held = entry_of(world, film)
    assert (held.status, held.rating, held.last_watched_at) == (
        Status.PLANTOWATCH,
        7,
        None,
    )
    held = entry_of(world, show)
    assert (held.status, held.rating, held.watched) == (Status.WATCHING, 7, {})


async def test_removing_what_is_being_watched(world: World) -> None:
    """Where that list counts as well, what was begun stays."""
    show = world.shows[0]
    world.alice.watch(show, show.regular()[0], at(1))
    world.options = {"include_watching": True}
    assert await take_off(world, show) is FAILED
    assert entry_of(world, show).status is Status.WATCHING


async def test_removing_what_is_on_hold(world: World) -> None:
    """Where the list of what is on hold counts, what was begun is being watched."""
    show = world.shows[0]
    world.alice.watch(show, show.regular()[0], at(1))
    world.alice.put_on(show, Status.HOLD)
    world.options = {"include_hold": True}
    assert await take_off(world, show) is APPLIED
    assert entry_of(world, show).status is Status.WATCHING


async def test_parts_of_anime(world: World) -> None:
    """A series is not taken for a later part of it that is on a list."""
    first, later = world.anime()
    world.alice.put_on(later, Status.WATCHING)
    outcomes = await write(world.provider(), [operation(first, Listed(at(1)))])
    assert kinds(outcomes) == [APPLIED]
    assert entry_of(world, first).status is Status.PLANTOWATCH
    assert entry_of(world, later).status is Status.WATCHING
    assert await take_off(world, first) is APPLIED
    assert list(world.alice.entries) == [later.simkl]


async def test_another_list_than_asked_for(world: World) -> None:
    """SIMKL may know better: then it is not claimed."""
    film = item(world.films[0])
    number = world.films[0].ids["tmdb"]
    echo = {"to": "completed", "ids": {"tmdb": int(number)}, "type": "movie"}
    body = json.dumps({"added": {"movies": [echo]}, "not_found": {}})
    world.simkl.faults.fail(path=ADD, status=201, body=body)
    outcomes = await write(world.provider(), [operation(film, Listed())])
    assert reasons(outcomes) == [Reason.REJECTED]


@pytest.mark.parametrize(
    "body",
    [
        "{}",
        '{"added": 5}',
        '{"added": {"movies": 1, "shows": [1, {"ids": 5}]}}',
        '{"added": {"movies": [{"to": "plantowatch", "ids": {"imdb": "tt5"}}]}}',
    ],
)
async def test_odd_answers(world: World, body: str) -> None:
    """Nothing is claimed of a title that the answer does not name."""
    world.simkl.faults.fail(path=ADD, status=201, body=body)
    outcomes = await write(world.provider(), [operation(world.films[0], Listed())])
    assert kinds(outcomes) == [UNKNOWN]


async def test_rows_that_do_not_say_all(world: World) -> None:
    """A title of which it cannot be told whether it was watched is not deleted."""
    show = world.shows[0]
    world.alice.put_on(show, Status.PLANTOWATCH)
    row = {"status": "plantowatch", "show": {"ids": {"simkl": show.simkl}}}
    snapshot = await world.read(Feature.WATCHLIST)
    body = json.dumps({"shows": [row]})
    world.simkl.faults.fail(path="/sync/all-items/shows", status=200, body=body)
    [record] = snapshot.records.values()
    assert kinds(await write(world.provider(), [removal(record)])) == [APPLIED]
    assert entry_of(world, show).status is Status.WATCHING
    assert not world.simkl.count("POST", REMOVE)
