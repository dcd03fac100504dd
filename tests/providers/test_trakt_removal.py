"""Removing from a Trakt account: what was named, and nothing else."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import aiohttp
import pytest

from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    Listed,
    MediaKind,
    Play,
    Rated,
    Value,
    Watched,
)
from custom_components.crosswatch.engine.plan import (
    Action,
    Operation,
    Outcome,
    OutcomeKind,
    Reason,
)
from custom_components.crosswatch.engine.provider import (
    ProtocolError,
    ProviderError,
    ProviderUnavailableError,
)
from custom_components.crosswatch.providers.http import Limiters
from custom_components.crosswatch.providers.trakt import writing
from tests.simulators.base import FaultKind
from tests.simulators.trakt import Title

from .operating import kinds
from .trakt_world import World, at, item, operation, trakt_world, write

APPLIED = OutcomeKind.APPLIED
THERE = OutcomeKind.ALREADY_THERE
UNRESOLVED = OutcomeKind.UNRESOLVED
FAILED = OutcomeKind.FAILED
UNKNOWN = OutcomeKind.UNKNOWN

UNDATED = datetime(1970, 1, 1, tzinfo=UTC)
REMOVE_PATH = "/sync/history/remove"


@pytest.fixture
async def world(
    session: aiohttp.ClientSession, limiters: Limiters
) -> AsyncIterator[World]:
    """Return a Trakt with an account that watched some other things."""
    async with trakt_world(session, limiters) as world:
        world.trakt.behaviour.watched_leaves_watchlist = False
        for number, movie in enumerate(world.movies[50:60]):
            world.trakt.alice.watch(movie, at(1, 20, number))
            world.trakt.alice.rate(movie, 7)
            world.trakt.alice.put_on_watchlist(movie)
        yield world


def plays_of(world: World, title: Title) -> list[datetime]:
    """Return when somebody watched a title, as Trakt has it."""
    plays = world.trakt.alice.history.of(title)
    return sorted(datetime.fromtimestamp(play.at, UTC) for play in plays)


def watched(world: World, title: Title, *moments: datetime) -> list[Play]:
    """Let the account watch a title, and return the plays as they are listed."""
    plays = [world.trakt.alice.watch(title, moment)[0] for moment in moments]
    return [Play(datetime.fromtimestamp(play.at, UTC), str(play.id)) for play in plays]


def remove(
    what: Title | Item, before: Value | None, *, native: bool = True
) -> Operation:
    """Return a removal; with `native` the title's address at Trakt is known."""
    native_ids: tuple[str, ...] = ("own:made-up",)
    if native and isinstance(what, Title):
        native_ids = (f"{what.kind.value}:{what.trakt}",)
    return operation(what, action=Action.REMOVE, before=before, native_ids=native_ids)


async def unwatch(world: World, *operations: Operation) -> list[Outcome]:
    """Write, and check that nothing but these titles was touched."""
    others = len(world.trakt.alice.ratings.live), len(world.trakt.alice.watchlist.live)
    outcomes = await write(world.provider(), operations)
    assert others == (
        len(world.trakt.alice.ratings.live),
        len(world.trakt.alice.watchlist.live),
    )
    for number, movie in enumerate(world.movies[50:60]):
        assert plays_of(world, movie) == [at(1, 20, number)]
    return outcomes


async def test_plays_that_are_known_by_name(world: World) -> None:
    """They are removed one by one, with one request and no read; others stay."""
    movie, episode = world.movies[0], world.episodes[0]
    first, second, _ = watched(world, movie, at(1), at(2), at(3))
    (only,) = watched(world, episode, at(4))
    world.trakt.reset_requests()
    outcomes = await unwatch(
        world,
        remove(movie, Watched(second.at, (first, second), 2)),
        remove(episode, Watched(only.at, (only,), 1)),
    )
    assert kinds(outcomes) == [APPLIED, APPLIED]
    assert plays_of(world, movie) == [at(3)]
    assert plays_of(world, episode) == []
    assert world.trakt.count() == 1


@pytest.mark.parametrize("native", [True, False])
@pytest.mark.parametrize(
    "before",
    [
        pytest.param(Watched(at(2).replace(second=44)), id="only the last is told"),
        pytest.param(
            Watched(at(2), (), 7), id="of an account that counts but keeps the last"
        ),
        pytest.param(
            Watched(at(2), (Play(at(2).replace(second=9)),)), id="not listed yet"
        ),
        pytest.param(
            Watched(at(2), (Play(at(2), "17"),)), id="named by another account"
        ),
        pytest.param(
            Watched(at(2), (Play(at(2), "abc17"),)), id="named in another way"
        ),
    ],
)
async def test_plays_that_are_known_by_their_minute(
    world: World, before: Watched, native: bool
) -> None:
    """Plays of any other minute stay, older and newer ones."""
    for title in (world.movies[0], world.episodes[3]):
        watched(world, title, at(1), at(2), at(2, 20, 31), at(3))
        (outcome,) = await unwatch(world, remove(title, before, native=native))
        assert outcome.kind is APPLIED
        assert plays_of(world, title) == [at(1), at(2, 20, 31), at(3)]


async def test_one_of_two_plays_of_a_minute(world: World) -> None:
    """As many plays go as are named, not all that look like it."""
    movie = world.movies[0]
    watched(world, movie, at(2), at(2))
    (outcome,) = await unwatch(world, remove(movie, Watched(at(2))))
    assert outcome.kind is APPLIED
    assert plays_of(world, movie) == [at(2)]


async def test_undated_plays(world: World) -> None:
    """A count beyond the dated plays stands for undated ones, and for no others."""
    movie, other = world.movies[:2]
    first, _, _ = watched(world, movie, at(1), at(2), UNDATED)
    watched(world, other, UNDATED, UNDATED, at(1))
    outcomes = await unwatch(
        world,
        remove(movie, Watched(first.at, (first,), 2)),
        remove(other, Watched(None, (), 1)),
    )
    assert kinds(outcomes) == [APPLIED, APPLIED]
    assert plays_of(world, movie) == [at(2)]
    assert plays_of(world, other) == [UNDATED, at(1)]


async def test_an_undated_play_of_a_title_without_an_address(world: World) -> None:
    """Nothing leads to it: no title is removed as a whole instead."""
    watched(world, world.movies[0], at(1), UNDATED)
    (outcome,) = await unwatch(world, remove(world.movies[0], Watched(), native=False))
    assert (outcome.kind, outcome.reason) == (UNRESOLVED, Reason.NOT_FOUND)
    assert plays_of(world, world.movies[0]) == [UNDATED, at(1)]


async def test_by_the_id_at_trakt(world: World) -> None:
    """The other side may know what the title is called at Trakt."""
    movie = world.movies[0]
    watched(world, movie, at(1), UNDATED)
    named = item(movie, "trakt", "imdb")
    (outcome,) = await unwatch(world, remove(named, Watched()))
    assert outcome.kind is APPLIED
    assert plays_of(world, movie) == [at(1)]


@pytest.mark.parametrize("native", [True, False])
@pytest.mark.parametrize("play_id", ["4711", ""])
async def test_plays_that_are_gone(world: World, native: bool, play_id: str) -> None:
    """What is not there any more is no reason to remove what is."""
    movie, other = world.movies[:2]
    watched(world, movie, at(2))
    gone = Watched(at(1), (Play(at(1), play_id),), 1)
    outcomes = await unwatch(
        world,
        remove(movie, gone, native=native),
        remove(other, gone, native=native),
    )
    assert kinds(outcomes) == [THERE, THERE]
    assert plays_of(world, movie) == [at(2)]


async def test_a_title_that_trakt_does_not_know(world: World) -> None:
    """It is told as such."""
    stranger = Item(MediaKind.MOVIE, {"trakt": "999999"})
    (outcome,) = await unwatch(world, remove(stranger, Watched(at(1))))
    assert (outcome.kind, outcome.reason) == (UNRESOLVED, Reason.NOT_FOUND)


async def test_a_movie_and_an_episode_of_the_same_number(world: World) -> None:
    """The kind decides which of the two is meant."""
    movie, episode = next(
        (movie, episode)
        for movie in world.movies[:50]
        for episode in world.episodes
        if movie.trakt == episode.trakt
    )
    for title in (movie, episode):
        watched(world, title, at(1))
    (outcome,) = await unwatch(world, remove(episode, Watched(at(1))))
    assert outcome.kind is APPLIED
    assert (plays_of(world, movie), plays_of(world, episode)) == ([at(1)], [])


@pytest.mark.parametrize(
    ("title", "before", "reason"),
    [
        pytest.param("movie", None, Reason.REJECTED, id="no plays named"),
        pytest.param("show", Watched(at(1)), Reason.KIND_NOT_SUPPORTED, id="a show"),
        pytest.param("season", Watched(at(1)), Reason.KIND_NOT_SUPPORTED, id="season"),
    ],
)
async def test_nothing_is_removed_as_a_whole(
    world: World, title: str, before: Watched | None, reason: Reason
) -> None:
    """A removal that names no plays of a film or an episode is not sent."""
    show = world.shows[0]
    movie = world.movies[0]
    watched(world, movie, at(1))
    watched(world, world.episodes[0], at(1))
    what = {"movie": movie, "show": show, "season": show.children[1]}[title]
    change = remove(what, before)
    provider = world.provider()
    world.trakt.reset_requests()
    told = [one async for one in provider.write(Feature.HISTORY, [change])]
    assert [(one.kind, one.reason) for one in told] == [(FAILED, reason)]
    assert world.trakt.count() == 0


async def test_additions_beside_removals(world: World) -> None:
    """Each is done, whichever way its plays are known."""
    movies = world.movies[:4]
    (named,) = watched(world, movies[0], at(1))
    watched(world, movies[1], at(1))
    outcomes = await unwatch(
        world,
        operation(movies[2], Watched(at(5))),
        remove(movies[0], Watched(named.at, (named,), 1)),
        remove(movies[1], Watched(at(1))),
        operation(movies[3], Watched(at(6))),
        remove(movies[3], Watched(at(2))),
    )
    assert kinds(outcomes) == [APPLIED, APPLIED, APPLIED, APPLIED, THERE]
    assert [plays_of(world, movie) for movie in movies] == [[], [], [at(5)], [at(6)]]


async def test_many_removals(world: World) -> None:
    """Titles are looked up some at a time, and removed as many at once."""
    movies = world.movies[100:220]
    for movie in movies:
        watched(world, movie, at(1), at(2))
    world.trakt.reset_requests()
    outcomes = await unwatch(
        world, *(remove(movie, Watched(at(1))) for movie in movies)
    )
    assert set(kinds(outcomes)) == {APPLIED}
    assert all(plays_of(world, movie) == [at(2)] for movie in movies)
    assert (world.trakt.count("GET"), world.trakt.count("POST")) == (120, 3)


async def test_the_same_play_twice(world: World) -> None:
    """Two operations that mean one play remove it once, and both are told so."""
    (play,) = watched(world, world.movies[0], at(1))
    twice = [remove(world.movies[0], Watched(play.at, (play,), 1)) for _ in range(2)]
    assert kinds(await unwatch(world, *twice)) == [APPLIED, APPLIED]


async def test_an_odd_answer(world: World) -> None:
    """Numbers that do not add up prove no removal."""
    (play,) = watched(world, world.movies[0], at(1))
    world.trakt.faults.fail(path=REMOVE_PATH, status=200, body="{}")
    change = remove(world.movies[0], Watched(play.at, (play,), 1))
    assert kinds(await unwatch(world, change)) == [UNKNOWN]


@pytest.mark.parametrize(
    ("status", "error"), [(404, ProtocolError), (500, ProviderUnavailableError)]
)
async def test_a_list_that_fails(
    world: World, status: int, error: type[ProviderError]
) -> None:
    """A failed look-up is no proof that nothing is there."""
    watched(world, world.movies[0], at(1))
    world.trakt.faults.fail(path="/sync/history/movies", status=status, times=9)
    with pytest.raises(error):
        await unwatch(world, remove(world.movies[0], Watched(at(1)), native=False))
    assert plays_of(world, world.movies[0]) == [at(1)]


@pytest.mark.parametrize(
    ("failing", "done"),
    [
        pytest.param(1, [UNKNOWN], id="the known ones"),
        pytest.param(2, [APPLIED, UNKNOWN], id="the first that were looked up"),
        pytest.param(3, [APPLIED, APPLIED, UNKNOWN], id="the last of all"),
    ],
)
async def test_no_answer(
    world: World, monkeypatch: pytest.MonkeyPatch, failing: int, done: list[OutcomeKind]
) -> None:
    """What was sent is unknown; nothing more is sent, and the error speaks for it."""
    monkeypatch.setattr(writing, "LOOKED_UP_AT_ONCE", 1)
    movies = world.movies[:3]
    (known,) = watched(world, movies[0], at(1))
    for movie in movies[1:]:
        watched(world, movie, at(1))
    world.trakt.faults.fail(
        path=REMOVE_PATH, kind=FaultKind.CUT_AFTER, on_call=failing, times=9
    )
    outcomes: list[Outcome] = []

    async def collect() -> None:
        """Keep the outcomes that come before the error."""
        changes = [
            remove(movies[0], Watched(known.at, (known,), 1)),
            *(remove(movie, Watched(at(1))) for movie in movies[1:]),
        ]
        async for outcome in world.provider().write(Feature.HISTORY, changes):
            outcomes.append(outcome)  # noqa: PERF401

    if failing < 3:
        with pytest.raises(ProviderUnavailableError) as raised:
            await collect()
        assert not raised.value.maybe_sent
    else:
        await collect()
    assert kinds(outcomes) == done
    assert world.trakt.count("POST") == failing


async def test_a_list_that_makes_no_sense(world: World) -> None:
    """Half a list of plays is none."""
    watched(world, world.movies[0], at(1))
    headers = {"X-Pagination-Page-Count": "1", "X-Pagination-Item-Count": "9"}
    path = f"/sync/history/movies/{world.movies[0].trakt}"
    world.trakt.faults.fail(path=path, status=200, body="[]", headers=headers, times=9)
    with pytest.raises(ProtocolError):
        await unwatch(world, remove(world.movies[0], Watched(at(1))))


@pytest.mark.parametrize(
    ("feature", "before"),
    [(Feature.WATCHLIST, Listed(at(1))), (Feature.RATINGS, Rated(7, at(1)))],
)
async def test_lists_and_ratings(
    world: World, feature: Feature, before: Listed | Rated
) -> None:
    """They go by the address at Trakt, each kind for itself, and nothing else goes."""
    alice, show = world.trakt.alice, world.shows[0]
    titles = [world.movies[0], show, show.children[1], show.children[1].children[1]]
    for title in titles:
        alice.put_on_watchlist(title)
        alice.rate(title, 7)
    held = alice.watchlist.live if feature is Feature.WATCHLIST else alice.ratings.live
    other = alice.ratings.live if feature is Feature.WATCHLIST else alice.watchlist.live
    rest = set(held) - set(titles)
    outcomes = await write(
        world.provider(), [remove(title, before) for title in titles]
    )
    assert kinds(outcomes) == [APPLIED] * 4
    assert set(held) == rest
    assert set(other) >= set(titles)
    gone = await write(world.provider(), [remove(title, before) for title in titles])
    assert kinds(gone) == [THERE] * 4
    stranger = Item(MediaKind.MOVIE, {"imdb": "tt999990001"})
    (lost,) = await write(world.provider(), [remove(stranger, before)])
    assert (lost.kind, lost.reason) == (UNRESOLVED, Reason.NOT_FOUND)
