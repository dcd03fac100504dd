"""Reading an MDBList account: markers, the journal, pages, and odd answers."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    MediaKind,
    Play,
    Rated,
    Record,
    Snapshot,
    Watched,
)
from custom_components.crosswatch.engine.plan import OutcomeKind
from custom_components.crosswatch.engine.provider import ProtocolError
from custom_components.crosswatch.providers.http import Limiters
from custom_components.crosswatch.providers.mdblist import since
from custom_components.crosswatch.providers.mdblist.provider import MdblistProvider
from tests.simulators.mdblist import Pagination, Title

from .mdblist_world import WATCHED_AT, World, item, mdblist_world, operation, read
from .operating import kinds, write

JOURNAL = "GET /sync/journal"
STAMPS = "GET /sync/last_activities"
PATHS = {Feature.HISTORY: "GET /sync/watched", Feature.RATINGS: "GET /sync/ratings"}
HOUR = timedelta(hours=1)
BOTH = pytest.mark.parametrize("feature", [Feature.HISTORY, Feature.RATINGS])


@pytest.fixture
async def world(
    session: aiohttp.ClientSession, limiters: Limiters
) -> AsyncIterator[World]:
    """Return an account that has watched and rated things, hours ago."""
    async with mdblist_world(session, limiters) as world:
        alice = world.mdblist.alice
        for number, title in enumerate([*world.movies[:20], *world.episodes[:10]]):
            alice.watch(title, WATCHED_AT + number * HOUR)
            alice.rate(title, 1 + number % 10, WATCHED_AT + number * HOUR)
            world.pass_time(minutes=15)
        world.pass_time(hours=3)
        yield world


def do(world: World, feature: Feature, title: Title, rating: int = 3) -> None:
    """Let the person watch or rate a title."""
    if feature is Feature.HISTORY:
        world.mdblist.alice.watch(title, world.now)
    else:
        world.mdblist.alice.rate(title, rating, world.now)


def undo(world: World, feature: Feature, title: Title) -> None:
    """Let the person take that back."""
    alice = world.mdblist.alice
    _ = alice.unwatch(title) if feature is Feature.HISTORY else alice.unrate(title)


async def both_ways(
    world: World, provider: MdblistProvider, feature: Feature, previous: Snapshot
) -> tuple[Snapshot, list[str]]:
    """Return what is new since a snapshot, with the requests that it took.

    It is the same as all that is there, read afresh.
    """
    world.pass_time(hours=1)
    world.requests()
    snapshot = await read(provider, feature, previous)
    requests = world.requests()
    fresh = await world.provider().read(feature, None)
    assert dict(snapshot.records) == dict(fresh.records)
    world.requests()
    return snapshot, requests


@BOTH
async def test_what_came(world: World, feature: Feature) -> None:
    """The journal tells that something came, and one list tells what."""
    provider = world.provider()
    before = await read(provider, feature)
    do(world, feature, world.movies[30])
    do(world, feature, world.episodes[20])
    after, requests = await both_ways(world, provider, feature, before)
    assert len(after.records) == len(before.records) + 2
    assert requests == [STAMPS, JOURNAL, PATHS[feature]]
    assert after.full_read_at == before.full_read_at


@BOTH
async def test_what_went(world: World, feature: Feature) -> None:
    """The journal alone tells what went."""
    provider = world.provider()
    before = await read(provider, feature)
    undo(world, feature, world.movies[3])
    undo(world, feature, world.episodes[4])
    after, requests = await both_ways(world, provider, feature, before)
    assert len(after.records) == len(before.records) - 2
    assert requests == [STAMPS, JOURNAL]


@BOTH
async def test_what_is_about_something_else(world: World, feature: Feature) -> None:
    """Its stamp moves for others as well: then nothing has changed."""
    provider = world.provider()
    before = await read(provider, feature)
    other = Feature.RATINGS if feature is Feature.HISTORY else Feature.HISTORY
    do(world, other, world.movies[40])
    after, requests = await both_ways(world, provider, feature, before)
    assert after.records is before.records
    assert after.marker != before.marker
    assert requests == [STAMPS, JOURNAL]


async def test_one_journal_for_both(world: World) -> None:
    """It is read once for both features, as long as its stamp is the same."""
    provider = world.provider()
    plays, ratings = [await read(provider, each) for each in PATHS]
    do(world, Feature.HISTORY, world.movies[41])
    do(world, Feature.RATINGS, world.movies[42])
    world.pass_time(hours=1)
    world.requests()
    await provider.activity(list(PATHS))
    more_plays = await provider.read(Feature.HISTORY, plays)
    more_ratings = await provider.read(Feature.RATINGS, ratings)
    assert len(more_plays.records) == len(plays.records) + 1
    assert len(more_ratings.records) == len(ratings.records) + 1
    assert world.requests() == [STAMPS, JOURNAL, *PATHS.values()]
    do(world, Feature.RATINGS, world.movies[43])
    await provider.activity(list(PATHS))
    assert len((await provider.read(Feature.RATINGS, ratings)).records) == 32
    assert JOURNAL in world.requests()


@BOTH
async def test_came_and_went(world: World, feature: Feature) -> None:
    """What came and went since is gone; of plays all are listed afresh to be sure."""
    provider = world.provider()
    before = await read(provider, feature)
    do(world, feature, world.movies[31])
    undo(world, feature, world.movies[31])
    undo(world, feature, world.movies[1])
    do(world, feature, world.movies[1])
    after, _ = await both_ways(world, provider, feature, before)
    assert len(after.records) == len(before.records)


async def test_one_of_two_plays_went(world: World) -> None:
    """The journal does not say which play went: the history is read afresh."""
    alice, movie = world.mdblist.alice, world.movies[2]
    alice.watch(movie, WATCHED_AT + timedelta(days=9))
    provider = world.provider()
    before = await read(provider, Feature.HISTORY)
    world.pass_time(hours=1)
    alice.remove_play(alice.plays_of(movie)[0].row_id)
    after, requests = await both_ways(world, provider, Feature.HISTORY, before)
    assert requests == [STAMPS, JOURNAL, *[PATHS[Feature.HISTORY]] * 2]
    [record] = [
        each for each in after.records.values() if each.item.title == movie.name
    ]
    assert isinstance(record.value, Watched)
    assert record.value.count == 1


async def test_another_play_of_a_title(world: World) -> None:
    """A further play joins those that are known."""
    provider = world.provider()
    before = await read(provider, Feature.HISTORY)
    do(world, Feature.HISTORY, world.movies[2])
    after, requests = await both_ways(world, provider, Feature.HISTORY, before)
    assert requests == [STAMPS, JOURNAL, PATHS[Feature.HISTORY]]
    counts = [record.value.count for record in after.records.values()]  # type: ignore[union-attr]
    assert max(counts) == 2
    assert len(after.records) == len(before.records)


@BOTH
async def test_lists_that_take_since_for_another_date(
    world: World, feature: Feature
) -> None:
    """What came with an old date may not be listed as new: then all is read."""
    provider = world.provider()
    before = await read(provider, feature)
    world.mdblist.behaviour.since_by_value = True
    alice, title = world.mdblist.alice, world.movies[44]
    if feature is Feature.HISTORY:
        alice.watch(title, WATCHED_AT)
    else:
        alice.rate(title, 4, WATCHED_AT)
    after, requests = await both_ways(world, provider, feature, before)
    assert len(after.records) == len(before.records) + 1
    assert requests == [STAMPS, JOURNAL, *[PATHS[feature]] * 3]


async def test_a_whole_show_in_the_journal(world: World) -> None:
    """A show that was marked as a whole is one row there: all plays are read."""
    provider = world.provider()
    before = await read(provider, Feature.HISTORY)
    world.mdblist.behaviour.shows_in_journal = True
    world.mdblist.alice.watch(world.shows[3], world.now)
    after, _ = await both_ways(world, provider, Feature.HISTORY, before)
    assert len(after.records) > len(before.records) + 1


@BOTH
async def test_older_than_the_journal(world: World, feature: Feature) -> None:
    """What the journal has forgotten is read afresh."""
    provider = world.provider()
    before = await read(provider, feature)
    world.mdblist.behaviour.retention = timedelta(hours=2)
    do(world, feature, world.movies[32])
    after, requests = await both_ways(world, provider, feature, before)
    assert requests == [STAMPS, JOURNAL, *[PATHS[feature]] * 2]
    assert after.full_read_at > before.full_read_at
    assert len(after.records) == len(before.records) + 1


@BOTH
async def test_read_afresh_now_and_then(world: World, feature: Feature) -> None:
    """After a week the journal is not asked."""
    provider = world.provider()
    before = await read(provider, feature)
    world.pass_time(days=7)
    do(world, feature, world.movies[33])
    _, requests = await both_ways(world, provider, feature, before)
    assert requests == [STAMPS, *[PATHS[feature]] * 2]


@BOTH
async def test_own_writes(world: World, feature: Feature) -> None:
    """What we wrote ourselves gives way to what is listed, also without a marker."""
    provider = world.provider()
    before = await read(provider, feature)
    at = world.now - HOUR
    value = Watched(at, (Play(at),)) if feature is Feature.HISTORY else Rated(9.0, at)
    operations = [operation(item(each), value) for each in world.movies[50:53]]
    outcomes = await write(provider, operations)
    assert set(kinds(outcomes)) == {OutcomeKind.APPLIED}
    assert {outcome.address.partition(":")[0] for outcome in outcomes} == {"movie"}
    own = [
        Record(each.operation.item, value, name, seen=False)
        for each, name in zip(
            outcomes, ("own:1", "own:2", outcomes[2].address), strict=True
        )
    ]
    noted = before.updated(own)
    after, requests = await both_ways(world, provider, feature, noted)
    assert requests == [STAMPS, JOURNAL, PATHS[feature]]
    assert len(after.records) == len(before.records) + 3
    assert all(record.seen for record in after.records.values())


async def test_pages_of_the_journal(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A journal of several pages is read to its end; a very long one is not."""
    provider = world.provider()
    before = await read(provider, Feature.RATINGS)
    monkeypatch.setattr(since, "PAGE_SIZE", 2)
    for movie in world.movies[30:35]:
        do(world, Feature.RATINGS, movie)
    _, requests = await both_ways(world, provider, Feature.RATINGS, before)
    # With the last play and rating from before, which are looked at once more.
    assert requests.count(JOURNAL) == 4
    for rating in range(1, 8):
        for movie in world.movies[30:35]:
            do(world, Feature.RATINGS, movie, rating)
    _, requests = await both_ways(world, provider, Feature.RATINGS, before)
    assert requests.count(JOURNAL) == 10


@pytest.mark.parametrize("pagination", list(Pagination))
@pytest.mark.parametrize("feature", [*PATHS, Feature.WATCHLIST])
async def test_pages(
    world: World,
    feature: Feature,
    pagination: Pagination,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """All of a list is read, whatever an answer says of further pages."""
    for movie in world.movies[:25]:
        world.mdblist.alice.put_on_watchlist(movie, WATCHED_AT)
    world.mdblist.behaviour.pagination = pagination
    world.mdblist.behaviour.max_limit = 7
    snapshot = await world.provider().read(feature, None)
    assert len(snapshot.records) == (25 if feature is Feature.WATCHLIST else 30)
    monkeypatch.setattr(since, "PAGE_SIZE", 100)
    world.mdblist.behaviour.max_limit = 30
    snapshot = await world.provider().read(feature, None)
    assert len(snapshot.records) == (25 if feature is Feature.WATCHLIST else 30)


async def test_a_list_that_is_suddenly_empty_but_is_not(world: World) -> None:
    """A page that hides all that there is is noticed by what comes after it."""
    world.mdblist.faults.fail(
        path="/sync/watched",
        status=200,
        body=b'{"movies": [], "episodes": [], "pagination": {"has_more": false}}',
    )
    snapshot = await world.provider().read(Feature.HISTORY, None)
    assert len(snapshot.records) == 30


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(
            b'{"movies": [], "episodes": [], "pagination": {"has_more": true}}',
            id="goes on with nothing",
        ),
        pytest.param(
            b'{"movies": [], "episodes": [], '
            b'"pagination": {"has_more": true, "next_cursor": "r1"}}',
            id="the same cursor again",
        ),
        pytest.param(b'{"movies": [1], "episodes": []}', id="odd row"),
        pytest.param(b"[]", id="a list"),
    ],
)
async def test_odd_pages(world: World, body: bytes) -> None:
    """Pages without an end, and what is no page, are refused."""
    world.mdblist.faults.fail(path="/sync/watched", status=200, body=body, times=9)
    with pytest.raises(ProtocolError):
        await world.provider().read(Feature.HISTORY, None)


async def test_roll_ups_are_passed_over(world: World) -> None:
    """Shows in the history only sum up their episodes."""
    world.mdblist.behaviour.roll_ups = True
    snapshot = await world.provider().read(Feature.HISTORY, None)
    assert len(snapshot.records) == 30


async def test_flat_ids(world: World) -> None:
    """A row of the watchlist is known by its ids in either dialect."""
    alice = world.mdblist.alice
    for title in (world.movies[0], world.shows[0]):
        alice.put_on_watchlist(title, WATCHED_AT)
    nested = await world.provider().read(Feature.WATCHLIST, None)
    world.mdblist.behaviour.flat_ids = True
    flat = await world.provider().read(Feature.WATCHLIST, None)
    assert flat.records.keys() == nested.records.keys()
    assert flat.records["show:tmdb:1396"].item.ids == {
        "tmdb": "1396",
        "imdb": "tt0903747",
        "tvdb": "81189",
    }


async def test_watchlist_in_one_list(world: World) -> None:
    """Films and shows may come together."""
    alice = world.mdblist.alice
    for title in (*world.movies[:2], world.shows[0]):
        alice.put_on_watchlist(title, WATCHED_AT)
    apart = await world.provider().read(Feature.WATCHLIST, None)
    world.mdblist.behaviour.in_one_list = True
    together = await world.provider().read(Feature.WATCHLIST, None)
    assert dict(together.records) == dict(apart.records)
    assert len(apart.records) == 3


async def test_empty_lists_are_left_out(world: World) -> None:
    """A list that is not in an answer with others has nothing in it."""
    world.mdblist.behaviour.leaves_out_empty = True
    provider = world.provider()
    assert not (await provider.read(Feature.WATCHLIST, None)).records
    world.mdblist.alice.put_on_watchlist(world.shows[0], WATCHED_AT)
    assert len((await provider.read(Feature.WATCHLIST, None)).records) == 1
    for feature in (Feature.HISTORY, Feature.RATINGS):
        assert len((await provider.read(feature, None)).records) == 30


async def test_positions_in_an_object(world: World) -> None:
    """Positions come as a list or within an object."""
    world.mdblist.alice.pause(world.movies[0], 42.5)
    world.mdblist.alice.pause(world.episodes[0], 10)
    as_list = await world.provider().read(Feature.PROGRESS, None)
    world.mdblist.behaviour.playback_in_object = True
    in_object = await world.provider().read(Feature.PROGRESS, None)
    assert dict(in_object.records) == dict(as_list.records)
    assert len(as_list.records) == 2


async def test_positions_as_text(world: World) -> None:
    """A position is the same, be it a number or a text."""
    world.mdblist.alice.pause(world.movies[0], 42.5)
    numbers = await world.provider().read(Feature.PROGRESS, None)
    world.mdblist.behaviour.positions_as_text = True
    texts = await world.provider().read(Feature.PROGRESS, None)
    assert dict(texts.records) == dict(numbers.records)


async def test_markers(world: World) -> None:
    """They move with what they are about, and not by themselves as the time does."""
    provider, alice = world.provider(), world.mdblist.alice
    features = list(Feature)
    before = await provider.activity(features)
    assert Feature.PROGRESS not in before
    world.pass_time(hours=1)
    assert await provider.activity(features) == before
    alice.put_on_watchlist(world.movies[0])
    alice.pause(world.movies[0], 12.5)
    after = await provider.activity(features)
    moved = {each for each in features if before.get(each) != after.get(each)}
    assert moved == {Feature.WATCHLIST, Feature.PROGRESS}
    world.requests()
    assert await provider.activity([]) == {}
    assert world.requests() == []


async def test_markers_that_do_not_see_removals(world: World) -> None:
    """A removal that moves no stamp is found when the marker is no longer believed."""
    world.mdblist.behaviour.removal_moves_watchlist = False
    alice, provider = world.mdblist.alice, world.provider()
    alice.put_on_watchlist(world.movies[0])
    before = await read(provider, Feature.WATCHLIST)
    alice.take_off_watchlist(world.movies[0])
    markers = await provider.activity([Feature.WATCHLIST])
    assert markers[Feature.WATCHLIST] == before.marker
    bound = provider.capabilities[Feature.WATCHLIST].trust_marker_for
    assert bound is not None
    assert bound <= timedelta(hours=6)
    assert not (await read(provider, Feature.WATCHLIST, before)).records


@pytest.mark.parametrize(
    ("stamps", "marker"),
    [
        ({"watchlisted_at": None}, "never"),
        ({"watchlisted_at": "2026-07-25 12:00:00"}, "2026-07-25T12:00:00"),
        ({"watchlisted_at": "soon"}, ""),
        ({"watchlisted_at": 7}, ""),
        ({}, ""),
    ],
)
def test_marker_of_odd_stamps(stamps: dict[str, str | int | None], marker: str) -> None:
    """A stamp that makes no sense is no marker."""
    assert since.marker_from(stamps, Feature.WATCHLIST) == marker


def test_since() -> None:
    """The journal is asked from its stamp in the marker on, else from the last read."""
    read_at = datetime(2026, 5, 3, tzinfo=UTC)
    snapshot = Snapshot(Feature.RATINGS, {}, read_at, "never 2026-05-04T00:00:00Z")
    assert since.since_of(snapshot) == read_at - since.OVERLAP
    snapshot = Snapshot(Feature.RATINGS, {}, read_at, "2026-05-05T00:00:00Z never")
    assert since.since_of(snapshot) == datetime(2026, 5, 5, tzinfo=UTC) - since.OVERLAP


def test_much_of_our_own() -> None:
    """After a first sync all is listed afresh: that is the shorter way."""
    read_at = datetime(2026, 5, 3, tzinfo=UTC)
    films = [f"own:{number}" for number in range(3000)]
    records = {
        name: Record(Item(MediaKind.MOVIE, {}, name), Rated(5.0), name, seen=False)
        for name in films
    }
    snapshot = Snapshot(Feature.RATINGS, records, read_at)
    assert not since.pays(snapshot, 3000, read_at + HOUR)
    seen = {
        name: Record(Item(MediaKind.MOVIE, {}, name), Rated(5.0), name)
        for name in films
    }
    assert since.pays(Snapshot(Feature.RATINGS, seen, read_at), 3000, read_at + HOUR)
