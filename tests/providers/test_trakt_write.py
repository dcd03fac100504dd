"""Writing to a Trakt account: nothing lost, nothing doubled, nothing claimed."""

from datetime import UTC, datetime
import json

import aiohttp
import pytest

from custom_components.crosswatch.engine.ids import item_keys
from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    Listed,
    MediaKind,
    Play,
    Rated,
    Watched,
)
from custom_components.crosswatch.engine.plan import (
    Action,
    Outcome,
    OutcomeKind,
    Reason,
)
from custom_components.crosswatch.engine.provider import (
    AccountLimitError,
    ProtocolError,
    ProviderUnavailableError,
)
from custom_components.crosswatch.providers.http import Limiters
from custom_components.crosswatch.providers.trakt.writing import MAX_REFUSALS
from tests.simulators.base import FaultKind
from tests.simulators.trakt import NotFound, Repeats, Title

from .conftest import Clock
from .operating import kinds
from .trakt_world import World, at, item, operation, trakt_world, write
from .worlds import world_of

APPLIED = OutcomeKind.APPLIED
THERE = OutcomeKind.ALREADY_THERE
UNRESOLVED = OutcomeKind.UNRESOLVED
FAILED = OutcomeKind.FAILED
UNKNOWN = OutcomeKind.UNKNOWN

world = world_of(trakt_world)


def stranger(kind: MediaKind = MediaKind.MOVIE, number: int = 1) -> Item:
    """Return a title that Trakt has never heard of."""
    ids = {"imdb": f"tt99999{number:04}", "tmdb": f"99999{number:04}"}
    if kind in {MediaKind.MOVIE, MediaKind.SHOW}:
        return Item(kind, ids, "Nothing", 1999)
    show = Item(MediaKind.SHOW, ids, "Nothing", 1999)
    episode = number if kind is MediaKind.EPISODE else None
    return Item(kind, {}, "", None, show, 1, episode)


def plays_of(world: World, title: Title) -> list[datetime]:
    """Return when somebody watched a title, as Trakt has it."""
    plays = world.trakt.alice.history.of(title)
    return sorted(datetime.fromtimestamp(play.at, UTC) for play in plays)


async def test_history(world: World) -> None:
    """Films and episodes are written in one request, specials included."""
    movie, show = world.movies[0], world.shows[0]
    special, first = show.children[0].children[1], show.children[1].children[1]
    operations = [
        operation(movie, Watched(at(1).replace(second=44))),
        operation(special, Watched(at(2))),
        operation(first, Watched(at(3))),
    ]
    outcomes = await write(world.provider(), operations)
    assert kinds(outcomes) == [APPLIED] * 3
    assert world.trakt.writes() == 1
    assert plays_of(world, movie) == [at(1)]
    assert plays_of(world, special) == [at(2)]
    assert plays_of(world, first) == [at(3)]


async def test_history_body(world: World) -> None:
    """Episodes of a show stand under one show object, ids are numbers."""
    show = world.shows[0]
    episodes = list(show.children[1].children.values())[:2]
    known = world.shows[1].children[1].children[1]
    operations = [
        operation(world.movies[0], Watched(at(1))),
        *(operation(each, Watched(at(2))) for each in episodes),
        operation(show.children[0].children[1], Watched(at(3))),
        # What Trakt lists itself has an address there, or Trakt's own id.
        operation(
            known, Watched(at(4)), native_ids=("own:x", f"episode:{known.trakt}")
        ),
        operation(item(world.episodes[-1], "trakt", "imdb"), Watched(at(5))),
    ]
    await write(world.provider(), operations)
    (request,) = (each for each in world.trakt.requests if each.method == "POST")
    movie_ids = {name: world.movies[0].ids[name] for name in ("imdb", "tmdb")}
    show_ids = {name: show.ids[name] for name in ("tvdb", "imdb", "tmdb")}
    two = "2026-05-02T20:30:00.000Z"
    last = world.episodes[-1]
    assert request.body == {
        "movies": [{"ids": movie_ids, "watched_at": "2026-05-01T20:30:00.000Z"}],
        "shows": [
            {
                "ids": show_ids,
                "seasons": [
                    {
                        "number": 1,
                        "episodes": [
                            {"number": 1, "watched_at": two},
                            {"number": 2, "watched_at": two},
                        ],
                    },
                    {
                        "number": 0,
                        "episodes": [
                            {"number": 1, "watched_at": "2026-05-03T20:30:00.000Z"}
                        ],
                    },
                ],
            }
        ],
        "episodes": [
            {"ids": {"trakt": known.trakt}, "watched_at": "2026-05-04T20:30:00.000Z"},
            {
                "ids": {"trakt": last.trakt, "imdb": last.ids["imdb"]},
                "watched_at": "2026-05-05T20:30:00.000Z",
            },
        ],
    }


async def test_every_play_of_a_title(world: World) -> None:
    """Exactly the plays that are asked for are added."""
    movie, episode = world.movies[0], world.episodes[0]
    plays = (Play(at(1)), Play(at(2)), Play(at(3)))
    operations = [
        operation(movie, Watched(at(3), plays, 3)),
        operation(episode, Watched(at(3), plays, 3)),
    ]
    outcomes = await write(world.provider(), operations)
    assert kinds(outcomes) == [APPLIED, APPLIED]
    assert plays_of(world, movie) == plays_of(world, episode) == [at(1), at(2), at(3)]


async def test_plays_of_one_title_one_by_one(world: World) -> None:
    """Several operations for one title do not confuse each other."""
    movie = world.movies[0]
    operations = [operation(movie, Watched(at(day))) for day in (1, 2)]
    operations.append(operation(stranger(), Watched(at(1))))
    outcomes = await write(world.provider(), operations)
    assert kinds(outcomes) == [APPLIED, APPLIED, UNRESOLVED]


async def test_no_date(world: World) -> None:
    """A play without a date is not written as one of now."""
    (outcome,) = await write(
        world.provider(), [operation(world.movies[0], Watched(None))]
    )
    assert (outcome.kind, outcome.reason) == (FAILED, Reason.NO_DATE)
    assert world.trakt.writes() == 0


async def test_no_usable_id(world: World) -> None:
    """A title without an id that Trakt knows is not sent."""
    film = Item(MediaKind.MOVIE, {"tvdb": "1", "mal": "2"}, "A")
    huge = Item(MediaKind.MOVIE, {"tmdb": "9" * 30}, "B")
    episode = Item(MediaKind.EPISODE, {}, "C", None, Item(MediaKind.SHOW), 1, 1)
    operations = [operation(each, Watched(at(1))) for each in (film, huge, episode)]
    for outcome in await write(world.provider(), operations):
        assert (outcome.kind, outcome.reason) == (UNRESOLVED, Reason.NOT_FOUND)
    assert world.trakt.writes() == 0


async def test_weak_ids_as_a_last_resort(world: World) -> None:
    """An episode of an unknown show is found by its own ids."""
    episode = world.episodes[0]
    alone = Item(MediaKind.EPISODE, {"tvdb": str(episode.ids["tvdb"])}, "A")
    (outcome,) = await write(world.provider(), [operation(alone, Watched(at(1)))])
    assert outcome.kind is APPLIED
    assert plays_of(world, episode) == [at(1)]


async def test_not_found(world: World) -> None:
    """What Trakt does not know is told item by item, the rest is applied."""
    show = world.shows[0]
    beyond = Item(MediaKind.EPISODE, {}, "", None, item(show), 1, 99)
    no_season = Item(MediaKind.EPISODE, {}, "", None, item(show), 77, 1)
    flat = Item(MediaKind.EPISODE, {"trakt": "987654321"}, "", None, item(show), 1, 3)
    subjects = [
        (item(world.movies[0]), APPLIED),
        (stranger(), UNRESOLVED),
        (item(show.children[1].children[1]), APPLIED),
        (beyond, UNRESOLVED),
        (no_season, UNRESOLVED),
        (flat, UNRESOLVED),
        (stranger(MediaKind.EPISODE, 1), UNRESOLVED),
        (stranger(MediaKind.EPISODE, 2), UNRESOLVED),
        (item(world.shows[1].children[1].children[1]), APPLIED),
    ]
    operations = [operation(subject, Watched(at(1))) for subject, _ in subjects]
    outcomes = await write(world.provider(), operations)
    assert kinds(outcomes) == [kind for _, kind in subjects]
    reasons = {each.reason for each in outcomes if each.kind is UNRESOLVED}
    assert reasons == {Reason.NOT_FOUND}


async def test_not_found_by_one_of_two_spellings(world: World) -> None:
    """Of two spellings that share an id the one that is named is meant."""
    film = world.movies[0]
    wrong = Item(MediaKind.MOVIE, {"tmdb": "99999001"}, "A")
    mixed = Item(MediaKind.MOVIE, {**item(film, "imdb").ids, "tmdb": "99999001"}, "A")
    operations = [operation(wrong, Watched(at(1))), operation(mixed, Watched(at(1)))]
    outcomes = await write(world.provider(), operations)
    assert kinds(outcomes) == [UNRESOLVED, APPLIED]


@pytest.mark.parametrize("told", list(NotFound))
async def test_all_ways_to_say_not_found(world: World, told: NotFound) -> None:
    """Whatever way it is told, what is not found ends as such, and nothing twice."""
    world.trakt.behaviour.not_found = told
    show = world.shows[0]
    beyond = Item(MediaKind.EPISODE, {}, "", None, item(show), 1, 99)
    flat = Item(MediaKind.EPISODE, {"trakt": "987654321"}, "", None, item(show), 1, 3)
    subjects = {
        "known": (item(world.movies[0]), at(1)),
        "stranger": (stranger(), at(2)),
        "episode": (item(show.children[1].children[1]), at(1)),
        "beyond": (beyond, at(2)),
        "flat": (flat, at(3)),
    }
    left = dict(subjects)
    came_of: dict[str, OutcomeKind] = {}
    for _ in range(3):
        operations = [operation(what, Watched(when)) for what, when in left.values()]
        outcomes = await write(world.provider(), operations)
        came_of |= dict(zip(left, kinds(outcomes), strict=True))
        # As the engine does: what is there is not sent again.
        there = {key for key, kind in came_of.items() if kind is APPLIED}
        if plays_of(world, show.children[1].children[1]):
            there.add("episode")
        left = {key: each for key, each in subjects.items() if key not in there}
    assert plays_of(world, world.movies[0]) == [at(1)]
    assert plays_of(world, show.children[1].children[1]) == [at(1)]
    assert came_of["known"] is APPLIED
    assert came_of["stranger"] is UNRESOLVED
    assert came_of["flat"] is UNRESOLVED
    if told is not NotFound.NAMELESS:
        assert came_of["beyond"] is UNRESOLVED
        assert came_of["episode"] is APPLIED


@pytest.mark.parametrize(
    ("days", "nameless", "added", "expected"),
    [
        pytest.param((1, 2), (2,), 1, [APPLIED, UNRESOLVED], id="told by the date"),
        pytest.param((1, 1), (1,), 1, [UNKNOWN, UNKNOWN], id="one of two"),
        pytest.param((1, 1), (1, 1), 0, [UNRESOLVED] * 2, id="both of two"),
        pytest.param((1, 2, 2), (2,), 2, [APPLIED, UNKNOWN, UNKNOWN], id="of some"),
        pytest.param((1, 2, 2), (2,), 3, [UNKNOWN] * 3, id="numbers do not fit"),
        pytest.param((1, 2), (1, 2), 1, [UNKNOWN] * 2, id="more added than left"),
        pytest.param((1, 2), (1, 1, 1), 0, [UNKNOWN] * 2, id="more than were sent"),
        pytest.param((1, 2), (None,), 1, [UNKNOWN] * 2, id="nothing is said"),
        pytest.param((1, 2), (None, None), 0, [UNRESOLVED] * 2, id="all of nothing"),
    ],
)
async def test_not_found_without_ids(
    world: World,
    days: tuple[int, ...],
    nameless: tuple[int | None, ...],
    added: int,
    expected: list[OutcomeKind],
) -> None:
    """What is told without ids is found by what else is told, if that is certain."""
    told = [
        {} if day is None else {"watched_at": f"2026-05-{day:02}T20:30:00Z"}
        for day in nameless
    ]
    answer = json.dumps({"added": {"movies": added}, "not_found": {"movies": told}})
    world.trakt.faults.fail(path="/sync/history", status=201, body=answer)
    operations = [
        operation(movie, Watched(at(day)))
        for movie, day in zip(world.movies, days, strict=False)
    ]
    assert kinds(await write(world.provider(), operations)) == expected


async def test_not_found_and_yet_done(world: World) -> None:
    """An answer that contradicts itself proves nothing."""
    ids = item(world.movies[0]).ids
    told = [{"ids": {"imdb": ids["imdb"]}}]
    answer = json.dumps({"added": {"movies": 2}, "not_found": {"movies": told}})
    world.trakt.faults.fail(path="/sync/history", status=201, body=answer)
    operations = [operation(movie, Watched(at(1))) for movie in world.movies[:2]]
    assert kinds(await write(world.provider(), operations)) == [UNKNOWN, UNKNOWN]


async def test_same_play_twice_in_one_request(world: World) -> None:
    """A play of the same minute stands once in a body: Trakt would store two."""
    movie, episode = world.movies[0], world.shows[0].children[1].children[1]
    twice = (Play(at(2)), Play(at(2).replace(second=40)), Play(at(3)))
    operations = [
        operation(movie, Watched(at(1))),
        operation(movie, Watched(at(1).replace(second=59))),
        operation(movie, Watched(at(3), twice, 3)),
        operation(episode, Watched(at(1))),
        operation(episode, Watched(at(1).replace(second=1))),
        operation(stranger(), Watched(at(1))),
        operation(stranger(), Watched(at(1))),
    ]
    outcomes = await write(world.provider(), operations)
    assert kinds(outcomes) == [
        APPLIED,
        THERE,
        APPLIED,
        APPLIED,
        THERE,
        UNRESOLVED,
        UNRESOLVED,
    ]
    assert plays_of(world, movie) == [at(1), at(2), at(3)]
    assert plays_of(world, episode) == [at(1)]


async def test_play_of_a_minute_that_is_there(world: World) -> None:
    """A play that differs by seconds only is the one that Trakt has."""
    movie = world.movies[0]
    (held,) = world.trakt.alice.watch(movie, at(1))
    before = Watched(at(1), (Play(at(1), str(held.id)),))
    both = (Play(at(1).replace(second=7)), Play(at(2).replace(second=7)))
    operations = [
        operation(movie, Watched(at(1).replace(second=44)), before=before),
        operation(movie, Watched(both[1].at, both, 2), before=before),
    ]
    outcomes = await write(world.provider(), operations[:1])
    assert kinds(outcomes) == [THERE]
    assert world.trakt.count() == 0
    assert kinds(await write(world.provider(), operations)) == [THERE, APPLIED]
    assert plays_of(world, movie) == [at(1), at(2)]


async def test_same_thing_twice_in_one_request(world: World) -> None:
    """What stands twice in a batch is written, and removed, once."""
    twice = [operation(world.movies[0], Listed()) for _ in range(2)]
    assert kinds(await write(world.provider(), twice)) == [APPLIED, THERE]
    gone = [
        operation(world.movies[0], action=Action.REMOVE, before=Listed())
        for _ in range(2)
    ]
    assert kinds(await write(world.provider(), gone)) == [APPLIED, THERE]


async def test_shows_with_the_same_number(world: World) -> None:
    """The same number is an id of two shows at two services: they stay apart."""
    first, second = world.shows[0], world.shows[1]
    shared = "424242"
    assert isinstance(first.ids, dict)
    assert isinstance(second.ids, dict)
    library = world.trakt.library
    library._by_id[first.kind, "tvdb", int(shared)] = first  # noqa: SLF001
    library._by_id[second.kind, "tmdb", int(shared)] = second  # noqa: SLF001
    shows = [
        Item(MediaKind.SHOW, {"tvdb": shared}, "A"),
        Item(MediaKind.SHOW, {"tmdb": shared}, "B"),
    ]
    operations = [
        operation(Item(MediaKind.EPISODE, {}, "", None, show, 1, 1), Watched(at(day)))
        for show, day in zip(shows, (1, 2), strict=True)
    ]
    assert kinds(await write(world.provider(), operations)) == [APPLIED, APPLIED]
    assert plays_of(world, first.children[1].children[1]) == [at(1)]
    assert plays_of(world, second.children[1].children[1]) == [at(2)]


async def test_episode_with_its_shows_id(world: World) -> None:
    """An id that merely repeats the show's would find another show's episode."""
    victim, show = world.episodes[0], world.shows[1]
    wrong = str(victim.ids["tvdb"])
    other = Item(MediaKind.SHOW, {**item(show).ids, "tvdb": wrong}, "A")
    placed = Item(MediaKind.EPISODE, {"tvdb": wrong}, "B", None, other, 1, 1)
    nowhere = Item(MediaKind.EPISODE, {"tvdb": wrong}, "B", None, other)
    operations = [operation(each, Watched(at(1))) for each in (placed, nowhere)]
    outcomes = await write(world.provider(), operations)
    assert kinds(outcomes) == [APPLIED, UNRESOLVED]
    assert plays_of(world, victim) == []
    assert plays_of(world, show.children[1].children[1]) == [at(1)]


@pytest.mark.parametrize("kind", [MediaKind.SHOW, MediaKind.SEASON])
async def test_no_whole_show_in_the_history(world: World, kind: MediaKind) -> None:
    """A show or a season would be all its episodes: it is never sent."""
    show = world.shows[0]
    title = show if kind is MediaKind.SHOW else show.children[1]
    (outcome,) = await write(world.provider(), [operation(title, Watched(at(1)))])
    assert (outcome.kind, outcome.reason) == (FAILED, Reason.KIND_NOT_SUPPORTED)
    assert world.trakt.count() == 0


async def test_dates_that_are_none(world: World) -> None:
    """A date from before there were any stands for none."""
    never = [datetime.min.replace(tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC)]
    operations = [operation(world.movies[0], Watched(each)) for each in never]
    outcomes = await write(world.provider(), operations)
    assert {each.reason for each in outcomes} == {Reason.NO_DATE}
    assert world.trakt.count() == 0
    rated = [operation(world.movies[0], Rated(5, never[0]))]
    assert kinds(await write(world.provider(), rated)) == [APPLIED]


async def test_existing_plays(world: World) -> None:
    """Where Trakt tells that it has all plays, they were there already."""
    world.trakt.behaviour.repeats = Repeats.EXISTING
    for movie in world.movies[:2]:
        world.trakt.alice.watch(movie, at(1))
    operations = [operation(movie, Watched(at(1))) for movie in world.movies[:2]]
    assert kinds(await write(world.provider(), operations)) == [THERE, THERE]


async def test_existing_and_new_plays(world: World) -> None:
    """Where nothing tells which were new, none is claimed to have been added."""
    world.trakt.behaviour.repeats = Repeats.EXISTING
    world.trakt.alice.watch(world.movies[0], at(1))
    operations = [operation(movie, Watched(at(1))) for movie in world.movies[:2]]
    operations.append(operation(world.episodes[0], Watched(at(1))))
    outcomes = await write(world.provider(), operations)
    assert kinds(outcomes) == [THERE, THERE, APPLIED]
    assert plays_of(world, world.movies[1]) == [at(1)]


async def test_conflict(world: World) -> None:
    """A request that is refused for one known play is halved until that is found."""
    world.trakt.behaviour.repeats = Repeats.CONFLICT
    world.trakt.alice.watch(world.movies[3], at(1))
    operations = [operation(movie, Watched(at(1))) for movie in world.movies[:6]]
    outcomes = await write(world.provider(), operations)
    assert kinds(outcomes) == [APPLIED] * 3 + [THERE] + [APPLIED] * 2
    assert all(len(plays_of(world, movie)) == 1 for movie in world.movies[:6])


async def test_conflicts_without_end(world: World) -> None:
    """Halving has an end; what is left is read back."""
    world.trakt.behaviour.repeats = Repeats.CONFLICT
    for movie in world.movies[:64]:
        world.trakt.alice.watch(movie, at(1))
    operations = [operation(movie, Watched(at(1))) for movie in world.movies[:64]]
    outcomes = await write(world.provider(), operations)
    assert set(kinds(outcomes)) == {THERE, UNKNOWN}
    assert world.trakt.writes() <= 2 * MAX_REFUSALS + 2


async def test_numbers_that_do_not_add_up(world: World) -> None:
    """With an unclear answer nobody can tell what was done; others are certain."""
    world.trakt.alice.watch_only_once = True
    world.trakt.alice.watch(world.movies[0], at(1))
    operations = [operation(movie, Watched(at(2))) for movie in world.movies[:2]]
    operations.append(operation(world.episodes[0], Watched(at(2))))
    outcomes = await write(world.provider(), operations)
    assert kinds(outcomes) == [UNKNOWN, UNKNOWN, APPLIED]
    assert outcomes[0].reason is Reason.NO_ANSWER


@pytest.mark.parametrize(
    "answer",
    [
        "{}",
        '{"added": null, "not_found": null}',
        '{"added": {"movies": 1}, "not_found": {"movies": [{"title": "A"}]}}',
        '{"added": {"movies": 1}, "not_found": {"movies": [{"ids": {"tmdb": 5}}]}}',
        '{"added": {"movies": 9}, "not_found": {"movies": null}}',
        '{"added": {"movies": "2"}, "not_found": []}',
    ],
)
async def test_odd_answers(world: World, answer: str) -> None:
    """An answer that does not account for everything proves nothing."""
    world.trakt.faults.fail(path="/sync/history", status=201, body=answer)
    operations = [operation(movie, Watched(at(2))) for movie in world.movies[:2]]
    assert kinds(await write(world.provider(), operations)) == [UNKNOWN, UNKNOWN]


async def test_batches(world: World) -> None:
    """Five hundred plays go into one request."""
    movies = world.movies[:300]
    plays = (Play(at(1)), Play(at(2)), Play(at(3)))
    operations = [operation(movie, Watched(at(3), plays, 3)) for movie in movies]
    outcomes = await write(world.provider(), operations)
    assert set(kinds(outcomes)) == {APPLIED}
    assert world.trakt.writes() == 2
    assert len(world.trakt.alice.history) == 900


async def test_pace(world: World, clock: Clock) -> None:
    """Writes are a second apart."""
    plays = tuple(Play(at(day)) for day in range(1, 29))
    operations = [
        operation(movie, Watched(at(28), plays, 28)) for movie in world.movies[:50]
    ]
    await write(world.provider(), operations)
    assert world.trakt.writes() == 3
    assert clock.slept == [1.0, 1.0]


async def test_pace_is_kept_in_real_time(
    world: World, session: aiohttp.ClientSession
) -> None:
    """A Trakt that counts has nothing to refuse."""
    world.trakt.behaviour.enforce_rate = True
    world.limiters = Limiters()
    movies = world.movies
    await write(world.provider(), [operation(movies[0], Watched(at(1)))])
    # Another object for the same host, as another account would have.
    await write(world.provider(), [operation(movies[1], Watched(at(1)))])
    assert world.trakt.limiter.refused == 0
    assert world.trakt.writes() == 2


async def test_too_large(world: World) -> None:
    """A request that is too large is sent in parts."""
    world.trakt.faults.fail(path="/sync/history", status=413)
    operations = [operation(movie, Watched(at(1))) for movie in world.movies[:9]]
    outcomes = await write(world.provider(), operations)
    assert kinds(outcomes) == [APPLIED] * 9
    assert world.trakt.writes() == 3
    assert len(world.trakt.alice.history) == 9


@pytest.mark.parametrize("status", [400, 422])
async def test_one_that_makes_no_sense(world: World, status: int) -> None:
    """One item that a gateway does not let pass keeps no other from being written."""
    world.trakt.behaviour.undocumented_ids = status
    weak = Item(MediaKind.EPISODE, {"imdb": "tt0000009"}, "A")
    subjects = [weak, *(item(movie) for movie in world.movies[:5])]
    operations = [operation(subject, Watched(at(1))) for subject in subjects]
    outcomes = await write(world.provider(), operations)
    assert kinds(outcomes) == [FAILED] + [APPLIED] * 5
    assert outcomes[0].reason is Reason.REJECTED
    # Ids that may not be known go by themselves.
    assert world.trakt.writes() == 2
    assert len(world.trakt.alice.history) == 5


async def test_all_refused(world: World) -> None:
    """Nobody is to blame where everything is refused: it is tried again later."""
    world.trakt.faults.fail(path="/sync/history", status=422, times=999)
    operations = [operation(movie, Watched(at(1))) for movie in world.movies[:300]]
    outcomes = await write(world.provider(), operations)
    assert set(kinds(outcomes)) == {FAILED}
    blamed = [each for each in outcomes if each.reason is Reason.REJECTED]
    assert len(blamed) < 20
    assert {each.reason for each in outcomes} == {
        Reason.REJECTED,
        Reason.PROTOCOL_ERROR,
    }
    assert world.trakt.writes() <= 2 * MAX_REFUSALS + 2


@pytest.mark.parametrize("status", [400, 413, 422])
async def test_refused_for_good(world: World, status: int) -> None:
    """What is refused even alone has failed."""
    world.trakt.faults.fail(path="/sync/.*", status=status, times=99)
    operations = [operation(movie, Listed()) for movie in world.movies[:3]]
    outcomes = await write(world.provider(), operations)
    assert kinds(outcomes) == [FAILED] * 3
    assert {outcome.reason for outcome in outcomes} == {Reason.REJECTED}
    assert world.trakt.writes() == 5


async def test_conflict_elsewhere_is_a_refusal(world: World) -> None:
    """Only the history is known to refuse repeats."""
    world.trakt.faults.fail(path="/sync/watchlist", status=409)
    (outcome,) = await write(world.provider(), [operation(world.movies[0], Listed())])
    assert (outcome.kind, outcome.reason) == (FAILED, Reason.REJECTED)


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"kind": FaultKind.CUT_AFTER}, id="done, then cut"),
        pytest.param({"kind": FaultKind.HALF_BODY}, id="half an answer"),
        pytest.param({"kind": FaultKind.STATUS_AFTER, "status": 504}, id="done, 504"),
        pytest.param({"kind": FaultKind.CUT}, id="cut"),
        pytest.param({"kind": FaultKind.NONSENSE}, id="nonsense"),
        pytest.param({"status": 500}, id="500"),
        pytest.param({"kind": FaultKind.STATUS_AFTER, "status": 524}, id="done, 524"),
        pytest.param({"kind": FaultKind.STATUS_AFTER, "status": 408}, id="done, 408"),
        pytest.param(
            {
                "kind": FaultKind.STATUS_AFTER,
                "status": 503,
                "headers": {"Retry-After": "1"},
            },
            id="done, 503 that asks to come again",
        ),
    ],
)
async def test_no_answer(world: World, fault: dict[str, object]) -> None:
    """Without an answer a batch is sent once, and unknown; the rest is not sent."""
    world.trakt.faults.fail(path="/sync/history", **fault)  # type: ignore[arg-type]
    provider = world.provider()
    plays = tuple(Play(at(day)) for day in range(1, 26))
    operations = [
        operation(movie, Watched(at(25), plays, 25)) for movie in world.movies[:25]
    ]
    outcomes: list[Outcome] = []

    async def write_all() -> None:
        """Collect what comes before the error."""
        async for outcome in provider.write(Feature.HISTORY, operations):
            outcomes.append(outcome)  # noqa: PERF401

    with pytest.raises((ProviderUnavailableError, ProtocolError)) as caught:
        await write_all()
    assert not caught.value.maybe_sent
    assert kinds(outcomes) == [UNKNOWN] * 20
    assert {outcome.reason for outcome in outcomes} == {Reason.NO_ANSWER}
    assert world.trakt.writes() == 1


async def test_no_answer_to_the_only_batch(world: World) -> None:
    """Where nothing is left, there is nothing to raise."""
    world.trakt.faults.fail(path="/sync/history", kind=FaultKind.CUT_AFTER)
    outcomes = await write(
        world.provider(), [operation(world.movies[0], Watched(at(1)))]
    )
    assert kinds(outcomes) == [UNKNOWN]
    assert plays_of(world, world.movies[0]) == [at(1)]


async def test_never_sent(world: World) -> None:
    """A Trakt that cannot be reached is told for all at once."""
    await world.trakt.stop()
    with pytest.raises(ProviderUnavailableError) as caught:
        await write(world.provider(), [operation(world.movies[0], Watched(at(1)))])
    assert not caught.value.maybe_sent


@pytest.mark.parametrize("status", [423, 426])
async def test_account_that_may_not_write(world: World, status: int) -> None:
    """An account without the right to write is told as such."""
    world.trakt.faults.fail(path="/sync/history", status=status)
    with pytest.raises(AccountLimitError) as caught:
        await write(world.provider(), [operation(world.movies[0], Watched(at(1)))])
    assert not caught.value.maybe_sent


async def test_ratings(world: World) -> None:
    """Ratings of all kinds, rounded half up, with their dates."""
    show = world.shows[0]
    titles = [
        (world.movies[0], 7.5, 8),
        (world.movies[1], 0.0, 1),
        (world.movies[2], 10.0, 10),
        (show, 6.4, 6),
        (show.children[1], 2.5, 3),
        (show.children[1].children[1], 4.0, 4),
    ]
    operations = [
        operation(title, Rated(rating, at(1).replace(second=7)))
        for title, rating, _ in titles
    ]
    assert kinds(await write(world.provider(), operations)) == [APPLIED] * 6
    assert world.trakt.writes() == 1
    held = world.trakt.alice.ratings.live
    assert {title: held[title].rating for title, _, _ in titles} == {
        title: rating for title, _, rating in titles
    }
    assert len(held) == 6
    assert held[show].at == at(1).timestamp() + 7


async def test_rating_again_and_without_a_date(world: World) -> None:
    """A rating replaces another one."""
    world.trakt.alice.rate(world.movies[0], 3, at(1))
    update = operation(world.movies[0], Rated(9), Action.UPDATE)
    assert kinds(await write(world.provider(), [update])) == [APPLIED]
    assert world.trakt.alice.ratings.live[world.movies[0]].rating == 9
    (request,) = (each for each in world.trakt.requests if each.method == "POST")
    assert isinstance(request.body, dict)
    assert "rated_at" not in request.body["movies"][0]


async def test_ratings_not_found(world: World) -> None:
    """Ratings are told apart by what was not found, too."""
    operations = [
        operation(world.movies[0], Rated(5)),
        operation(stranger(), Rated(5)),
        operation(stranger(MediaKind.SEASON), Rated(5)),
        operation(stranger(MediaKind.SHOW, 7), Rated(5)),
        operation(
            Item(MediaKind.SEASON, {}, show=item(world.shows[0]), season=77), Rated(5)
        ),
    ]
    outcomes = await write(world.provider(), operations)
    assert kinds(outcomes) == [APPLIED] + [UNRESOLVED] * 4


async def test_watchlist(world: World) -> None:
    """All kinds go on the watchlist, a season beside its own episodes."""
    show = world.shows[0]
    season = show.children[1]
    episodes = list(season.children.values())[:2]
    operations = [
        operation(title, Listed(at(1)))
        for title in (world.movies[0], season, *episodes, show)
    ]
    outcomes = await write(world.provider(), operations)
    assert kinds(outcomes) == [APPLIED] * 5
    assert set(world.trakt.alice.watchlist.live) == {
        world.movies[0],
        show,
        season,
        *episodes,
    }
    again = await write(world.provider(), operations)
    assert kinds(again) == [THERE] * 5


async def test_watchlist_season_by_address(world: World) -> None:
    """A season that has an address is named by it."""
    season = world.shows[0].children[1]
    native = (f"season:{season.trakt}",)
    await write(world.provider(), [operation(season, Listed(), native_ids=native)])
    assert set(world.trakt.alice.watchlist.live) == {season}


async def test_full_watchlist(world: World) -> None:
    """An account is filled to the last place, told as full, and asked no more."""
    world.trakt.alice.limits.watchlist = 130
    provider = world.provider()
    operations = [operation(movie, Listed()) for movie in world.movies[:300]]
    outcomes = await write(provider, operations)
    assert kinds(outcomes) == [APPLIED] * 130 + [UNRESOLVED] * 170
    assert {each.reason for each in outcomes[130:]} == {Reason.ACCOUNT_LIMIT}
    # It was counted before, so that one was refused whole, as there is less room than
    # any account has.
    assert world.trakt.writes() == 3
    # What is full is not asked again in the same run.
    world.trakt.reset_requests()
    assert set(kinds(await write(provider, operations[200:]))) == {UNRESOLVED}
    assert world.trakt.count() == 0


async def test_room_again(world: World) -> None:
    """A removal makes room, which is used to the last place again."""
    world.trakt.alice.limits.watchlist = 4
    provider = world.provider()
    operations = [operation(movie, Listed()) for movie in world.movies[:8]]
    assert kinds(await write(provider, operations)) == [APPLIED] * 4 + [UNRESOLVED] * 4
    remove = operation(world.movies[0], action=Action.REMOVE, before=Listed())
    outcomes = await write(provider, [remove, *operations[4:]])
    assert kinds(outcomes) == [APPLIED] * 2 + [UNRESOLVED] * 3


async def test_full_history(world: World) -> None:
    """What a full history refuses is not sent in parts: they might be there twice."""
    world.trakt.alice.limits.history = 5
    operations = [operation(movie, Watched(at(1))) for movie in world.movies[:9]]
    outcomes = await write(world.provider(), operations)
    assert {(each.kind, each.reason) for each in outcomes} == {
        (UNRESOLVED, Reason.ACCOUNT_LIMIT)
    }
    assert world.trakt.writes() == 1


async def test_removing_from_the_watchlist(world: World) -> None:
    """Removals come first, as they make room."""
    world.trakt.alice.limits.watchlist = 2
    for movie in world.movies[:2]:
        world.trakt.alice.put_on_watchlist(movie)
    remove = Action.REMOVE
    operations = [
        operation(world.movies[2], Listed()),
        operation(world.movies[0], action=remove, before=Listed()),
        operation(stranger(), action=remove, before=Listed()),
    ]
    outcomes = await write(world.provider(), operations)
    assert kinds(outcomes) == [APPLIED, APPLIED, UNRESOLVED]
    assert set(world.trakt.alice.watchlist.live) == {world.movies[1], world.movies[2]}


async def test_removing_what_is_gone(world: World) -> None:
    """What was not there is gone; of a mixture nothing is certain."""
    gone = [
        operation(movie, action=Action.REMOVE, before=Listed())
        for movie in world.movies[:2]
    ]
    assert kinds(await write(world.provider(), gone)) == [THERE, THERE]
    world.trakt.alice.put_on_watchlist(world.movies[0])
    assert kinds(await write(world.provider(), gone)) == [UNKNOWN, UNKNOWN]


async def test_removing_ratings(world: World) -> None:
    """Ratings are removed by title."""
    show = world.shows[0]
    titles = [world.movies[0], show, show.children[1], show.children[1].children[1]]
    for title in titles:
        world.trakt.alice.rate(title, 5)
    operations = [
        operation(title, action=Action.REMOVE, before=Rated(5)) for title in titles
    ]
    assert kinds(await write(world.provider(), operations)) == [APPLIED] * 4
    assert not world.trakt.alice.ratings.live


@pytest.mark.parametrize("value", [Listed(), Rated(5)])
async def test_removing_with_an_odd_answer(world: World, value: Listed | Rated) -> None:
    """An answer that does not tell of removals proves none, nor that there were none."""
    world.trakt.faults.fail(path=".*/remove", status=200, body='{"added": {}}')
    remove = operation(world.movies[0], action=Action.REMOVE, before=value)
    assert kinds(await write(world.provider(), [remove])) == [UNKNOWN]


async def test_nothing_to_write(world: World) -> None:
    """Without operations there is no request."""
    provider = world.provider()
    assert [each async for each in provider.write(Feature.HISTORY, [])] == []
    assert world.trakt.count() == 0


def test_stranger_is_told_by_its_show() -> None:
    """The helper makes episodes that only their show's ids tell."""
    assert item_keys(stranger(MediaKind.EPISODE, 2)) == (
        "imdb:tt999990002#s1e2",
        "tmdb:999990002#s1e2",
    )
