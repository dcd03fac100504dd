"""Writing to a Kodi: what is asked for, once, and nothing else."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    Listed,
    MediaKind,
    Progress,
    Rated,
    Watched,
)
from custom_components.crosswatch.engine.plan import (
    Operation,
    Outcome,
    OutcomeKind,
    Reason,
)
from custom_components.crosswatch.engine.provider import (
    AuthenticationError,
    ProtocolError,
    ProviderError,
    ProviderUnavailableError,
    RateLimitedError,
)
from custom_components.crosswatch.providers.http import Limiters

from ..simulators.base import FaultKind
from ..simulators.kodi import Episode, Movie, Oddities, Show
from .kodi_world import PATH, World, a_world, as_item, moment
from .operating import operation, written
from .worlds import world_of

APPLIED = (OutcomeKind.APPLIED, None)
THERE = (OutcomeKind.ALREADY_THERE, None)
NOT_FOUND = (OutcomeKind.UNRESOLVED, Reason.NOT_FOUND)
AMBIGUOUS = (OutcomeKind.UNRESOLVED, Reason.AMBIGUOUS)
UNKNOWN = (OutcomeKind.UNKNOWN, Reason.NO_ANSWER)
CHANGED_SINCE = (OutcomeKind.FAILED, Reason.CHANGED_SINCE)
REJECTED = (OutcomeKind.FAILED, Reason.REJECTED)

HISTORY, RATINGS, PROGRESS = Feature.HISTORY, Feature.RATINGS, Feature.PROGRESS
UNFINDABLE = Item(MediaKind.MOVIE, {"imdb": "tt7777777"}, "Unfindable", 1999)
SET_MOVIE = "VideoLibrary.SetMovieDetails"

world = world_of(a_world)


@pytest.fixture
async def odd_world(
    session: aiohttp.ClientSession, limiters: Limiters
) -> AsyncIterator[World]:
    """Return a device with copies of films and files of two episodes."""
    odd = Oddities(second_copy=5, double_episode=1, episode_no_ids=3)
    async with a_world(session, limiters, oddities=odd) as world:
        yield world


def plays(world: World, entry: Movie | Episode) -> tuple[int, str]:
    """Return how often and when an entry was played."""
    return entry.file.play_count, entry.file.last_played


async def key_of(
    world: World, feature: Feature, entry: Movie | Episode | Show
) -> list[str]:
    """Return by which name records know an entry."""
    snapshot = await world.snapshot(feature)
    return [
        key
        for key, record in snapshot.records.items()
        if record.item.label == as_item(entry).label
    ]


# History


async def test_finds_and_marks(world: World) -> None:
    """Films and episodes are found by their ids, and marked with date and count."""
    movie, episode, other = (
        world.seeded.movies[0],
        world.seeded.episodes[3],
        world.seeded.episodes[8],
    )
    place = as_item(other)
    bare = Item(MediaKind.EPISODE, {}, "", None, place.show, place.season, place.number)
    by_own_id = Item(MediaKind.EPISODE, as_item(world.seeded.episodes[4]).ids)
    operations = [
        operation(as_item(movie), Watched(moment(3))),
        operation(as_item(episode), Watched(moment(200))),
        operation(bare, Watched(moment(1))),
        operation(by_own_id, Watched(moment(2))),
        operation(UNFINDABLE, Watched(moment(1))),
    ]
    outcomes = await written(world.provider, HISTORY, operations)
    told = {id(one.operation): one for one in outcomes}
    came_of = [told[id(one)] for one in operations]
    assert [(one.kind, one.reason) for one in came_of] == [*[APPLIED] * 4, NOT_FOUND]
    assert plays(world, movie) == (1, world.server.local(moment(3)))
    assert plays(world, episode) == (1, world.server.local(moment(200)))
    assert plays(world, other) == (1, world.server.local(moment(1)))
    assert plays(world, world.seeded.episodes[4])[0] == 1
    snapshot = await world.snapshot(HISTORY)
    assert {one.native_id for one in came_of[:4]} == set(snapshot.records)
    assert snapshot.records[came_of[0].native_id].value == Watched(moment(3), (), 1)


async def test_requests(world: World) -> None:
    """A hundred writes are one request, and its proof and its confirmation another."""
    entries: list[Movie | Episode] = [*world.seeded.movies]
    entries += world.seeded.episodes[: 100 - len(entries)]
    operations = [
        operation(as_item(each), Watched(moment(days)))
        for days, each in enumerate(entries)
    ]
    await world.provider.read(HISTORY, None)
    world.server.reset_requests()
    assert await world.write(HISTORY, *operations) == [APPLIED] * 100
    assert (len(world.server.requests), world.server.writes()) == (3, 1)
    world.server.reset_requests()
    assert await world.write(HISTORY, *operations) == [THERE] * 100
    assert (len(world.server.requests), world.server.writes()) == (1, 0)


async def test_all_copies_are_marked(odd_world: World) -> None:
    """A film in two folders is watched in both."""
    copy, movie = odd_world.seeded.copies[0], odd_world.seeded.movies[4]
    assert copy.title == movie.title
    add = operation(as_item(movie), Watched(moment(3)))
    assert await odd_world.write(HISTORY, add) == [APPLIED]
    assert plays(odd_world, movie) == plays(odd_world, copy)
    remove = operation(as_item(movie), None, before=Watched(moment(3)))
    assert await odd_world.write(HISTORY, remove) == [APPLIED]
    assert (movie.file.play_count, copy.file.play_count) == (0, 0)


@pytest.mark.parametrize(
    ("count", "last", "position", "wanted", "expected", "stays"),
    [
        pytest.param(2, 10, 0, 3, APPLIED, False, id="a newer play"),
        pytest.param(2, 3, 0, 10, THERE, True, id="watched since"),
        pytest.param(2, 3, 0, 3, THERE, True, id="the same play"),
        pytest.param(1, 3, 0, None, THERE, True, id="undated, but watched"),
        pytest.param(1, None, 0, 3, APPLIED, False, id="was watched nobody knows when"),
        pytest.param(0, 10, 600, 3, APPLIED, False, id="begun before, then watched"),
        pytest.param(0, 3, 600, 10, APPLIED, True, id="begun since"),
        pytest.param(0, 3, 600, None, APPLIED, True, id="begun, then watched some day"),
        pytest.param(
            0, None, 0, None, (OutcomeKind.FAILED, Reason.NO_DATE), True, id="no date"
        ),
    ],
)
async def test_never_less_recently(
    world: World,
    count: int,
    last: int | None,
    position: float,
    wanted: int | None,
    expected: tuple[OutcomeKind, Reason | None],
    stays: bool,
) -> None:
    """A play is added to what is there, and puts nothing back."""
    movie = world.seeded.movies[0]
    file = movie.file
    file.play_count = count
    file.last_played = "" if last is None else world.server.local(moment(last))
    file.position, file.total = position, position * 2
    before = plays(world, movie)[1]
    at = None if wanted is None else moment(wanted)
    add = operation(as_item(movie), Watched(at))
    assert await world.write(HISTORY, add) == [expected]
    assert file.play_count == max(count, 0 if expected[0] is OutcomeKind.FAILED else 1)
    if stays:
        assert (file.last_played, file.position) == (before, position)
    else:
        assert at is not None
        assert (file.last_played, file.position) == (world.server.local(at), 0)
    if expected == APPLIED:
        assert await world.write(HISTORY, add) == [THERE]


async def test_undo_puts_a_date_back(world: World) -> None:
    """Only who knows the present date may put it back."""
    movie = world.seeded.movies[0]
    world.server.play(movie, moment(3))
    back = operation(as_item(movie), Watched(moment(30)), before=Watched(moment(3)))
    assert await world.write(HISTORY, back) == [APPLIED]
    assert plays(world, movie) == (1, world.server.local(moment(30)))
    world.server.play(movie, moment(1))
    assert await world.write(HISTORY, back) == [THERE]
    undated = operation(as_item(movie), Watched(None), before=Watched(moment(1)))
    assert await world.write(HISTORY, undated) == [THERE]
    assert plays(world, movie) == (2, world.server.local(moment(1)))


async def test_removes(world: World) -> None:
    """What is to go is gone, and nothing else is touched."""
    first, second, third = world.seeded.movies[:3]
    for movie in (first, second):
        world.server.play(movie, moment(5))
    snapshot = await world.snapshot(HISTORY)
    operations = [
        operation(
            as_item(first),
            None,
            before=Watched(moment(5)),
            native_ids=await key_of(world, HISTORY, first),
        ),
        operation(as_item(third), None, before=Watched(moment(5))),
        operation(UNFINDABLE, None, before=Watched(moment(5)), native_ids=["own:x"]),
    ]
    assert await world.write(HISTORY, *operations) == [APPLIED, THERE, THERE]
    assert plays(world, first) == (0, "")
    assert plays(world, second) == (1, world.server.local(moment(5)))
    after = await world.snapshot(HISTORY, snapshot)
    assert len(after.records) == len(snapshot.records) - 1


@pytest.mark.parametrize(
    ("before", "position", "expected"),
    [
        (Watched(moment(5)), 0, CHANGED_SINCE),
        (Watched(moment(1)), 0, APPLIED),
        (Watched(None), 0, APPLIED),
        (None, 0, APPLIED),
        # Begun again: the date is that of this viewing.
        (Watched(moment(5), (), 2), 600, APPLIED),
        (Watched(moment(5), (), 1), 600, CHANGED_SINCE),
    ],
)
async def test_a_newer_play_wins_over_a_removal(
    world: World,
    before: Watched | None,
    position: float,
    expected: tuple[OutcomeKind, Reason | None],
) -> None:
    """What was watched since the removal was planned stays."""
    movie = world.seeded.movies[0]
    movie.file.play_count, movie.file.position = 2, position
    movie.file.last_played = world.server.local(moment(1))
    remove = operation(as_item(movie), None, before=before)
    assert await world.write(HISTORY, remove) == [expected]
    assert (movie.file.play_count == 0) is (expected == APPLIED)


async def test_watched_without_a_date_is_removed(world: World) -> None:
    """Of a play without a date nothing speaks for a newer one."""
    world.seeded.movies[0].file.play_count = 1
    item = as_item(world.seeded.movies[0])
    remove = operation(item, None, before=Watched(moment(5)))
    assert await world.write(HISTORY, remove) == [APPLIED]


async def test_files_of_several_episodes(odd_world: World) -> None:
    """Both episodes are watched at once; one alone cannot be taken back."""
    world = odd_world
    first, second = next(
        (one, two)
        for one, two in zip(
            world.seeded.episodes, world.seeded.episodes[1:], strict=False
        )
        if one.file is two.file and one.season
    )
    adds = [
        operation(as_item(first), Watched(moment(3))),
        operation(as_item(second), Watched(moment(9))),
    ]
    assert await world.write(HISTORY, *adds) == [APPLIED, APPLIED]
    assert plays(world, first) == (1, world.server.local(moment(3)))
    removals = [
        operation(
            as_item(each),
            None,
            before=Watched(moment(3)),
            native_ids=await key_of(world, HISTORY, each),
        )
        for each in (first, second)
    ]
    assert await world.write(HISTORY, removals[0]) == [AMBIGUOUS]
    assert first.file.play_count == 1
    stop = operation(as_item(first), Progress(600_000), feature=PROGRESS)
    assert await world.write(PROGRESS, stop) == [AMBIGUOUS]
    assert await world.write(HISTORY, *removals) == [APPLIED, APPLIED]
    assert first.file.play_count == 0


async def test_a_series_is_never_marked(world: World) -> None:
    """It would stand for all that is in it."""
    show = operation(as_item(world.seeded.shows[0]), Watched(moment(1)))
    refused = (OutcomeKind.FAILED, Reason.KIND_NOT_SUPPORTED)
    assert await world.write(HISTORY, show) == [refused]
    begun = operation(
        as_item(world.seeded.shows[0]), Progress(600_000), feature=PROGRESS
    )
    assert await world.write(PROGRESS, begun) == [refused]


async def test_ambiguous(world: World) -> None:
    """Ids that lead to different films lead nowhere."""
    first, second = world.seeded.movies[:2]
    ids = {
        "imdb": as_item(first).ids["imdb"],
        "tmdb": as_item(second).ids["tmdb"],
    }
    add = operation(Item(MediaKind.MOVIE, ids, "Either"), Watched(moment(1)))
    assert await world.write(HISTORY, add) == [AMBIGUOUS]
    assert not world.server.writes()


# Addresses


@pytest.mark.parametrize("loaded", [True, False])
async def test_a_scan_between_reading_and_writing(world: World, loaded: bool) -> None:
    """Numbers of before the scan belong to others now: nothing of theirs is written."""
    movies = world.seeded.movies
    for movie in movies[:3]:
        world.server.play(movie, moment(5))
    keys = [await key_of(world, HISTORY, movie) for movie in movies[:3]]
    if not loaded:
        world.restart()
    world.server.rescan()
    operations = [
        operation(
            as_item(movies[0]),
            None,
            before=Watched(moment(5)),
            native_ids=keys[0],
        ),
        operation(as_item(movies[1]), Watched(moment(1)), native_ids=keys[1]),
        operation(as_item(movies[9]), Watched(moment(1))),
    ]
    assert await world.write(HISTORY, *operations) == [APPLIED] * 3
    assert [movie.file.play_count for movie in movies[:4]] == [0, 1, 1, 0]
    assert movies[9].file.play_count == 1
    assert sum(movie.file.play_count for movie in movies) == 3


async def test_an_entry_that_is_gone(world: World) -> None:
    """Where the file is in the library no more, there is nothing to write."""
    movies = world.seeded.movies
    for movie in movies[:2]:
        world.server.play(movie, moment(5))
    keys = [await key_of(world, HISTORY, movie) for movie in movies[:2]]
    world.server.library.movies.remove(movies[0])
    gone = operation(as_item(movies[0]), Watched(moment(1)), native_ids=keys[0])
    assert await world.write(HISTORY, gone) == [NOT_FOUND]
    remove = operation(as_item(movies[0]), None, native_ids=keys[0])
    assert await world.write(HISTORY, remove) == [THERE]
    assert not world.server.writes()


async def test_a_moved_file_is_found_by_its_ids(world: World) -> None:
    """A film that lies elsewhere now is the same film."""
    movie = world.seeded.movies[0]
    world.server.play(movie, moment(5))
    keys = await key_of(world, HISTORY, movie)
    movie.file.path = "nfs://other/place.mkv"
    remove = operation(as_item(movie), None, before=Watched(moment(5)), native_ids=keys)
    assert await world.write(HISTORY, remove) == [APPLIED]
    assert movie.file.play_count == 0


async def test_a_scan_in_the_very_moment(world: World) -> None:
    """What was written to whom nobody knows: it is looked up."""
    movie = world.seeded.movies[0]
    world.server.behaviour.renumbers_before = SET_MOVIE
    add = operation(as_item(movie), Watched(moment(1)))
    assert await world.write(HISTORY, add) == [UNKNOWN]


@pytest.mark.parametrize("remove", [False, True])
async def test_gone_in_the_very_moment(world: World, remove: bool) -> None:
    """An entry that goes before it is written is nowhere."""
    movie = world.seeded.movies[0]
    world.server.play(movie, moment(5))
    # It is looked for and looked at before.
    world.server.faults.meanwhile(
        lambda: world.server.library.movies.remove(movie), on_call=3
    )
    value = None if remove else Watched(moment(1))
    wanted = operation(as_item(movie), value, before=Watched(moment(5)))
    assert await world.write(HISTORY, wanted) == [THERE if remove else NOT_FOUND]


async def test_another_profile_is_not_written(world: World) -> None:
    """The library of somebody else is left alone."""
    world.server.behaviour.profile = "Arya"
    with pytest.raises(ProviderUnavailableError, match="profile"):
        await world.write(
            HISTORY, operation(as_item(world.seeded.movies[0]), Watched(moment(1)))
        )
    assert not world.server.writes()


# Ratings


async def test_ratings(world: World) -> None:
    """Films, episodes and series are rated, in whole numbers; 0 clears."""
    entries: list[Movie | Episode | Show] = [
        world.seeded.movies[0],
        world.seeded.episodes[3],
        world.seeded.shows[1],
    ]
    for given, held in ((7.0, 7), (7.5, 8), (0.4, 1), (10.0, 10)):
        operations = [
            operation(
                as_item(entry),
                Rated(given),
                feature=RATINGS,
                before=Rated(float(entry.user_rating)) if entry.user_rating else None,
            )
            for entry in entries
        ]
        assert await world.write(RATINGS, *operations) == [APPLIED] * 3
        assert [entry.user_rating for entry in entries] == [held] * 3
        assert await world.write(RATINGS, *operations) == [THERE] * 3
    removals = [
        operation(as_item(entry), None, feature=RATINGS, before=Rated(10))
        for entry in entries
    ]
    assert await world.write(RATINGS, *removals) == [APPLIED] * 3
    assert [entry.user_rating for entry in entries] == [0] * 3
    unsure = [operation(as_item(entry), None, feature=RATINGS) for entry in entries]
    assert await world.write(RATINGS, *unsure) == [THERE] * 3
    assert not await world.read(RATINGS)


async def test_rated_since(world: World) -> None:
    """A rating that nobody knew of is not replaced, nor taken away."""
    movie = world.seeded.movies[0]
    movie.user_rating = 4
    replace = operation(as_item(movie), Rated(9), feature=RATINGS, before=Rated(6))
    remove = operation(as_item(movie), None, feature=RATINGS, before=Rated(6))
    add = operation(as_item(movie), Rated(9), feature=RATINGS)
    for each in (replace, remove, add):
        assert await world.write(RATINGS, each) == [CHANGED_SINCE]
    assert movie.user_rating == 4


# Progress


async def test_positions(world: World) -> None:
    """Positions are kept in seconds; the date is that of the viewing."""
    movie, episode, watched = (
        world.seeded.movies[0],
        world.seeded.episodes[3],
        world.seeded.movies[1],
    )
    world.server.play(watched, moment(50))
    operations = [
        operation(
            as_item(movie),
            Progress(754_900, 7_200_000, None, moment(2)),
            feature=PROGRESS,
        ),
        operation(as_item(episode), Progress(None, None, 25.0), feature=PROGRESS),
        operation(
            as_item(watched), Progress(600_000, None, None, moment(2)), feature=PROGRESS
        ),
    ]
    assert await world.write(PROGRESS, *operations) == [APPLIED] * 3
    assert (movie.file.position, movie.file.total) == (754, movie.runtime)
    assert plays(world, movie) == (0, world.server.local(moment(2)))
    assert episode.file.position == episode.runtime // 4
    assert plays(world, episode) == (0, "")
    # The date of what was watched is that of its play.
    assert watched.file.position == 600
    assert plays(world, watched) == (1, world.server.local(moment(50)))
    assert await world.write(PROGRESS, *operations) == [THERE] * 3
    records = await world.read(PROGRESS)
    assert len(records) == 3
    assert records[as_item(movie).label].value == Progress(
        754_000, movie.runtime * 1000, None, moment(2)
    )
    assert len(await world.read(HISTORY)) == 1


async def test_unknown_length(world: World) -> None:
    """Without a length of its own, an entry gets that of the other account."""
    movie = world.seeded.movies[0]
    movie.runtime = 0
    percent = operation(as_item(movie), Progress(None, None, 25.0), feature=PROGRESS)
    assert await world.write(PROGRESS, percent) == [REJECTED]
    wanted = operation(
        as_item(movie), Progress(60_000, 600_000, None, moment(1)), feature=PROGRESS
    )
    movie.file.last_played = world.server.local(moment(0))
    assert await world.write(PROGRESS, wanted) == [APPLIED]
    assert (movie.file.position, movie.file.total) == (60, 600)
    # What was played later keeps its date.
    assert movie.file.last_played == world.server.local(moment(0))


async def test_clearing(world: World) -> None:
    """A position of 0 and a removal put back to the start."""
    first, second, third, fourth = world.seeded.movies[:4]
    for movie in (first, second, fourth):
        world.server.stop_at(movie, 600, 7000, moment(2))
    before = Progress(600_000, 7_000_000, None, moment(2))
    operations = [
        operation(as_item(first), None, feature=PROGRESS, before=before),
        operation(as_item(second), Progress(0), feature=PROGRESS, before=before),
        operation(as_item(third), None, feature=PROGRESS, before=before),
        operation(as_item(fourth), None, feature=PROGRESS, before=Progress(300_000)),
        operation(UNFINDABLE, Progress(60_000), feature=PROGRESS),
    ]
    assert await world.write(PROGRESS, *operations) == [
        APPLIED,
        APPLIED,
        THERE,
        CHANGED_SINCE,
        NOT_FOUND,
    ]
    assert [movie.file.position for movie in (first, second, fourth)] == [0, 0, 600]
    assert plays(world, first) == (0, world.server.local(moment(2)))


@pytest.mark.parametrize(
    ("wanted", "before", "expected"),
    [
        (Progress(1_000_000, None, None, moment(0)), Progress(600_000), APPLIED),
        (Progress(1_000_000, None, None, moment(0)), Progress(percent=9.0), APPLIED),
        (Progress(1_000_000, None, None, moment(0)), None, CHANGED_SINCE),
        (Progress(1_000_000, None, None, moment(0)), Progress(9_000), CHANGED_SINCE),
        (
            Progress(6_400_000, None, None, moment(0)),
            Progress(600_000),
            (OutcomeKind.FAILED, Reason.NEARLY_FINISHED),
        ),
    ],
)
async def test_positions_that_changed(
    world: World,
    wanted: Progress,
    before: Progress | None,
    expected: tuple[OutcomeKind, Reason | None],
) -> None:
    """A position is replaced as long as it is the one that was known."""
    movie = world.seeded.movies[0]
    world.server.stop_at(movie, 600, 7000, moment(2))
    write = operation(as_item(movie), wanted, feature=PROGRESS, before=before)
    assert await world.write(PROGRESS, write) == [expected]
    assert (movie.file.position == 1000) is (expected == APPLIED)


async def test_what_is_being_played_is_left_alone(world: World) -> None:
    """The player would overwrite it."""
    movie = world.seeded.movies[0]
    world.server.playing = movie
    write = operation(as_item(movie), Progress(600_000), feature=PROGRESS)
    playing = (OutcomeKind.FAILED, Reason.BEING_PLAYED)
    assert await world.write(PROGRESS, write) == [playing]
    assert not world.server.writes()


async def test_watched_to_the_end_since(world: World) -> None:
    """An item that was watched after the position was reached is through."""
    movie = world.seeded.movies[0]
    world.server.play(movie, moment(2))
    for at in (None, moment(3)):
        old = operation(
            as_item(movie), Progress(600_000, None, None, at), feature=PROGRESS
        )
        watched = (OutcomeKind.FAILED, Reason.ALREADY_WATCHED)
        assert await world.write(PROGRESS, old) == [watched]
    new = operation(
        as_item(movie), Progress(600_000, None, None, moment(1)), feature=PROGRESS
    )
    assert await world.write(PROGRESS, new) == [APPLIED]


# What goes wrong


def adds(world: World, count: int = 3) -> list[Operation]:
    """Return operations that mark films as watched."""
    return [
        operation(as_item(movie), Watched(moment(1)))
        for movie in world.seeded.movies[:count]
    ]


async def test_a_lost_answer_is_asked_for_again(world: World) -> None:
    """To set the same twice does no harm, and the lists say what was done."""
    await world.provider.read(HISTORY, None)
    world.server.faults.fail(path=PATH, kind=FaultKind.CUT_AFTER, on_call=2)
    assert await world.write(HISTORY, *adds(world)) == [APPLIED] * 3
    assert [movie.file.play_count for movie in world.seeded.movies[:3]] == [1, 1, 1]


@pytest.mark.parametrize(
    ("on_call", "rule", "expected", "maybe"),
    [
        (1, {"status": 401}, AuthenticationError, False),
        (1, {"status": 503, "times": 3}, ProviderUnavailableError, False),
        (2, {"status": 401}, AuthenticationError, False),
        (2, {"status": 429, "times": 3}, RateLimitedError, False),
        (2, {"kind": FaultKind.CUT, "times": 3}, ProviderUnavailableError, True),
        (2, {"status": 500, "times": 3}, ProviderUnavailableError, True),
        (2, {"status": 505}, ProviderUnavailableError, True),
        (2, {"kind": FaultKind.NONSENSE}, ProtocolError, True),
        (3, {"status": 500, "times": 3}, ProviderUnavailableError, True),
        (3, {"status": 401}, AuthenticationError, True),
    ],
)
async def test_faults(
    world: World,
    on_call: int,
    rule: dict[str, object],
    expected: type[ProviderError],
    maybe: bool,
) -> None:
    """An error says whether the writes may have arrived."""
    await world.provider.read(HISTORY, None)
    world.server.faults.fail(path=PATH, on_call=on_call, **rule)  # type: ignore[arg-type]
    # What is there already is told before anything can fail.
    world.server.play(world.seeded.movies[0], moment(1))
    outcomes: list[Outcome] = []

    async def write() -> None:
        """Write, and remember what came of it until that fails."""
        nonlocal outcomes
        async for outcome in world.provider.write(HISTORY, adds(world)):
            outcomes += [outcome]

    with pytest.raises(expected) as caught:
        await write()
    assert caught.value.maybe_sent is maybe
    assert [one.kind for one in outcomes] == [OutcomeKind.ALREADY_THERE][: on_call - 1]


@pytest.mark.parametrize(
    ("code", "after", "expected"),
    [
        (-32603, False, (OutcomeKind.FAILED, Reason.UNAVAILABLE)),
        (-32602, False, REJECTED),
        (-32099, False, (OutcomeKind.UNRESOLVED, Reason.ACCOUNT_LIMIT)),
        # Done all the same: what is held decides.
        (-32603, True, APPLIED),
    ],
)
async def test_one_of_a_batch(
    world: World,
    code: int,
    after: bool,
    expected: tuple[OutcomeKind, Reason | None],
) -> None:
    """A call that is refused speaks for its own operation only."""
    world.server.behaviour.fail(SET_MOVIE, code, on_call=2, after=after)
    assert await world.write(HISTORY, *adds(world)) == [APPLIED, expected, APPLIED]


async def test_calls_without_an_answer(world: World) -> None:
    """What the lists show was done; of the rest nobody knows."""
    world.server.behaviour.drops_answers_to = SET_MOVIE
    episodes = [
        operation(as_item(each), Watched(moment(1))) for each in world.seeded.episodes
    ]
    came_of = await world.write(HISTORY, *adds(world), episodes[0])
    assert came_of == [APPLIED] * 4
    world.server.behaviour.forgets_writes = True
    other = operation(as_item(world.seeded.movies[7]), Watched(moment(1)))
    assert await world.write(HISTORY, other, episodes[1]) == [UNKNOWN, REJECTED]


@pytest.mark.parametrize(
    ("feature", "value", "before"),
    [
        (HISTORY, Watched(moment(1)), None),
        (HISTORY, None, Watched(moment(5))),
        (RATINGS, Rated(5), Rated(8)),
        (RATINGS, None, Rated(8)),
        (PROGRESS, Progress(1_000_000, None, None, moment(0)), Progress(600_000)),
        (PROGRESS, None, Progress(600_000)),
    ],
)
async def test_ok_proves_nothing(
    world: World,
    feature: Feature,
    value: Watched | Rated | Progress | None,
    before: Watched | Rated | Progress | None,
) -> None:
    """Only what is held afterwards counts as done."""
    movie = world.seeded.movies[0]
    world.server.play(movie, moment(5))
    movie.user_rating = 8
    if feature is PROGRESS:
        world.server.stop_at(movie, 600, 7000, moment(5))
    world.server.behaviour.forgets_writes = True
    write = operation(as_item(movie), value, feature=feature, before=before)
    assert await world.write(feature, write) == [REJECTED]


async def test_a_date_that_is_not_kept(world: World) -> None:
    """An entry that is watched, but not at the moment that was wanted, is not done."""
    movie = world.seeded.movies[0]
    movie.file.play_count = 1
    world.server.behaviour.forgets_writes = True
    add = operation(as_item(movie), Watched(moment(1)))
    assert await world.write(HISTORY, add) == [REJECTED]


@pytest.mark.parametrize("feature", [HISTORY, RATINGS, PROGRESS])
async def test_a_value_of_another_feature(world: World, feature: Feature) -> None:
    """An operation that makes no sense is refused."""
    write = operation(as_item(world.seeded.movies[0]), Listed(), feature=feature)
    with pytest.raises(ProtocolError, match="no value"):
        await world.write(feature, write)


async def test_a_position_outlives_a_removal(world: World) -> None:
    """Who is watching a film again stays where they are in it, and since when."""
    movie = world.seeded.movies[0]
    movie.file.play_count, movie.file.position, movie.file.total = 1, 600.0, 6000.0
    movie.file.last_played = world.server.local(moment(days=2))
    (begun,) = (await world.read(Feature.PROGRESS)).values()
    (watched,) = (await world.read(Feature.HISTORY)).values()

    gone = operation(as_item(movie), None, before=watched.value)
    assert await world.write(Feature.HISTORY, gone) == [(OutcomeKind.APPLIED, None)]

    assert not await world.read(Feature.HISTORY)
    assert list((await world.read(Feature.PROGRESS)).values()) == [begun]
