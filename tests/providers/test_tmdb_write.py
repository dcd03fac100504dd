"""Writing to the watchlist and the ratings of a TMDb account."""

import pytest

from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    Listed,
    MediaKind,
    Rated,
)
from custom_components.crosswatch.engine.plan import Action, OutcomeKind, Reason
from custom_components.crosswatch.engine.provider import (
    AuthenticationError,
    RateLimitedError,
)
from custom_components.crosswatch.providers.tmdb.writing import to_step
from tests.simulators.base import FaultKind
from tests.simulators.tmdb import Kind, Title

from .tmdb_world import World, movie, operation, show, tmdb_world, write
from .worlds import world_of

APPLIED = (OutcomeKind.APPLIED, None)
THERE = (OutcomeKind.ALREADY_THERE, None)
NOT_FOUND = (OutcomeKind.UNRESOLVED, Reason.NOT_FOUND)
WATCHLIST = "/3/account/548/watchlist"

world = world_of(tmdb_world)


def film(world: World) -> Item:
    """Return a film that TMDb knows."""
    title = world.movies[0]
    return movie(title, tmdb=str(title.tmdb))


def series(world: World) -> Item:
    """Return a series that TMDb knows."""
    title = world.shows[0]
    return show(title, tmdb=str(title.tmdb))


def episode(world: World, season: int = 1, number: int = 1) -> Item:
    """Return an episode that is known by its place only."""
    place = {"show": series(world), "season": season, "number": number}
    return Item(MediaKind.EPISODE, **place)  # type: ignore[arg-type]


async def test_watchlist(world: World) -> None:
    """One request each, one outcome each; what is there already is told so."""
    provider, alice = world.provider(), world.tmdb.alice
    adds = [operation(film(world)), operation(series(world))]
    assert await write(provider, *adds) == [APPLIED, APPLIED]
    assert list(alice.watchlist) == [world.movies[0], world.shows[0]]
    assert await write(provider, *adds) == [THERE, THERE]
    removes = [operation(film(world), action=Action.REMOVE)]
    assert await write(provider, *removes) == [APPLIED]
    assert list(alice.watchlist) == [world.shows[0]]
    assert world.tmdb.count("POST", WATCHLIST) == 5


async def test_same_number(world: World) -> None:
    """A film and a series of one number are told apart."""
    twin = world.tmdb.library.add(Title(Kind.TV, world.movies[0].tmdb, "Twin", "1999"))
    item = show(twin, tmdb=str(twin.tmdb))
    assert await write(world.provider(), operation(item)) == [APPLIED]
    assert list(world.tmdb.alice.watchlist) == [twin]


async def test_ratings(world: World) -> None:
    """Films, series and episodes, specials too, to the half."""
    special = world.shows[0].episodes[0, 1]
    items = [film(world), series(world), episode(world, 0, 1)]
    operations = [operation(item, Rated(7.3)) for item in items]
    assert await write(world.provider(), *operations) == [APPLIED] * 3
    alice = world.tmdb.alice
    assert {each: rating.value for each, rating in alice.ratings.items()} == {
        world.movies[0]: 7.5,
        world.shows[0]: 7.5,
        special: 7.5,
    }
    again = [operation(item, Rated(3), Action.UPDATE) for item in items]
    assert await write(world.provider(), *again) == [APPLIED] * 3
    assert {rating.value for rating in alice.ratings.values()} == {3.0}
    removes = [
        operation(item, action=Action.REMOVE, feature=Feature.RATINGS) for item in items
    ]
    assert await write(world.provider(), *removes) == [APPLIED] * 3
    assert not alice.ratings


@pytest.mark.parametrize(
    ("rating", "step"),
    [(0, 0.5), (0.2, 0.5), (0.75, 1.0), (7.24, 7.0), (7.25, 7.5), (9.9, 10), (11, 10)],
)
def test_steps(rating: float, step: float) -> None:
    """A rating is the nearest that TMDb can hold."""
    assert to_step(rating) == step


@pytest.mark.parametrize(
    ("kind", "keys"),
    [
        pytest.param(
            MediaKind.MOVIE, ["movie:imdb:tt1", "movie:tmdb:{film}"], id="film"
        ),
        pytest.param(MediaKind.SHOW, ["show:tmdb:{show}"], id="show"),
        pytest.param(
            MediaKind.EPISODE,
            ["episode:tvdb:5", "tvdb:9#s1e2", "tmdb:{show}#s1", "tmdb:{show}#s1e2"],
            id="episode",
        ),
    ],
)
async def test_by_the_keys_of_the_other_side(
    world: World, kind: MediaKind, keys: list[str]
) -> None:
    """What the giver has no number of is found by the number that the taker has."""
    numbers = {"film": world.movies[0].tmdb, "show": world.shows[0].tmdb}
    named = [key.format(**numbers) for key in keys]
    item = Item(kind, show=Item(MediaKind.SHOW) if "episode" in kind else None)
    wanted = operation(item, Rated(4), keys=named)
    assert await write(world.provider(), wanted) == [APPLIED]
    [rated] = world.tmdb.alice.ratings
    expected = {
        MediaKind.MOVIE: world.movies[0],
        MediaKind.SHOW: world.shows[0],
        MediaKind.EPISODE: world.shows[0].episodes[1, 2],
    }
    assert rated is expected[kind]


@pytest.mark.parametrize(
    "item",
    [
        pytest.param(Item(MediaKind.MOVIE, {"imdb": "tt1"}), id="film"),
        pytest.param(Item(MediaKind.MOVIE, {"tmdb": "9" * 20}), id="large number"),
        pytest.param(Item(MediaKind.MOVIE, {"tmdb": "99999999"}), id="unknown film"),
        pytest.param(Item(MediaKind.EPISODE, {"tmdb": "5"}), id="nowhere"),
        pytest.param(
            Item(
                MediaKind.EPISODE,
                show=Item(MediaKind.SHOW, {"tvdb": "5"}),
                season=1,
                number=1,
            ),
            id="episode of an unknown show",
        ),
    ],
)
async def test_not_found(world: World, item: Item) -> None:
    """What TMDb does not know is not found, and stops nothing else."""
    operations = [operation(item, Rated(4)), operation(film(world), Rated(4))]
    assert await write(world.provider(), *operations) == [NOT_FOUND, APPLIED]


async def test_removal_by_native_ids(world: World) -> None:
    """A removal goes by what stands there; of two, both have to go."""
    alice = world.tmdb.alice
    first, second = world.movies[:2]
    for title in (first, second):
        alice.rate(title, 8)
    wanted = operation(
        Item(MediaKind.MOVIE, {"imdb": "tt5"}, "Both"),
        action=Action.REMOVE,
        native_ids=[f"movie:{first.tmdb}", f"movie:{second.tmdb}"],
        feature=Feature.RATINGS,
    )
    assert await write(world.provider(), wanted) == [APPLIED]
    assert not alice.ratings


async def test_removal_of_own_write(world: World) -> None:
    """What is known by a made-up name only goes by its ids."""
    world.tmdb.alice.put_on_watchlist(world.movies[0])
    item = film(world)
    native_ids = [f"own:movie:tmdb:{item.ids['tmdb']}"]
    wanted = operation(item, action=Action.REMOVE, native_ids=native_ids)
    assert await write(world.provider(), wanted) == [APPLIED]
    assert not world.tmdb.alice.watchlist


async def test_removal_of_what_is_gone(world: World) -> None:
    """What TMDb does not know any more is on no list."""
    item = Item(MediaKind.MOVIE, {"tmdb": "99999999"})
    wanted = operation(item, action=Action.REMOVE)
    assert await write(world.provider(), wanted) == [THERE]


async def test_kinds_without_a_place(world: World) -> None:
    """An episode has no place on the watchlist, nor anything else among ratings."""
    reason = (OutcomeKind.FAILED, Reason.KIND_NOT_SUPPORTED)
    assert await write(world.provider(), operation(episode(world))) == [reason]
    odd = operation(film(world), Listed(), feature=Feature.RATINGS)
    assert await write(world.provider(), odd) == [reason]
    assert not world.tmdb.writes()


async def test_rejected(world: World) -> None:
    """A rating that TMDb does not take fails by itself."""
    world.tmdb.faults.fail(
        path="/3/movie/.*", status=400, body='{"success": false, "status_code": 18}'
    )
    operations = [operation(film(world), Rated(4)), operation(series(world), Rated(4))]
    assert await write(world.provider(), *operations) == [
        (OutcomeKind.FAILED, Reason.REJECTED),
        APPLIED,
    ]


@pytest.mark.parametrize("body", ['{"success": true}', '{"status_code": 13}', "<html>"])
async def test_answer_that_confirms_nothing(world: World, body: str) -> None:
    """What an answer does not tell is not claimed."""
    world.tmdb.faults.fail(path=WATCHLIST, status=201, body=body)
    assert await write(world.provider(), operation(film(world))) == [
        (OutcomeKind.UNKNOWN, Reason.NO_ANSWER)
    ]


async def test_cut_answer(world: World) -> None:
    """Writing is repeated when its answer is lost, as that does no harm."""
    world.tmdb.faults.fail(path=WATCHLIST, kind=FaultKind.CUT_AFTER)
    assert await write(world.provider(), operation(film(world))) == [THERE]
    assert list(world.tmdb.alice.watchlist) == [world.movies[0]]


async def test_session_ended(world: World) -> None:
    """A session that has ended speaks for everything."""
    world.tmdb.logins.sessions.clear()
    with pytest.raises(AuthenticationError):
        await write(world.provider(), operation(film(world)), operation(series(world)))


async def test_asked_to_wait(world: World) -> None:
    """So does a service that asks to wait for long; for a little, it is waited."""
    world.tmdb.faults.fail(path=WATCHLIST, status=429, headers={"Retry-After": "2"})
    assert await write(world.provider(), operation(film(world))) == [APPLIED]
    world.tmdb.faults.fail(
        path=WATCHLIST, status=429, headers={"Retry-After": "3600"}, times=9
    )
    with pytest.raises(RateLimitedError):
        await write(world.provider(), operation(series(world)))
