"""Reading a Trakt account: complete, cheap, and right after every change."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

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
from custom_components.crosswatch.engine.provider import (
    ProtocolError,
    ProviderUnavailableError,
)
from tests.simulators.base import FaultKind

from .trakt_world import World, at, item, operation, own, trakt_world
from .worlds import world_of

HISTORY = "/sync/history"

world = world_of(trakt_world)


async def read(world: World, previous: Snapshot | None = None) -> Snapshot:
    """Read the history, and count only these requests."""
    world.trakt.reset_requests()
    return await world.provider().read(Feature.HISTORY, previous)


def same(first: Snapshot, second: Snapshot) -> bool:
    """Tell whether two snapshots say the same."""
    return dict(first.records) == dict(second.records)


async def test_identify(world: World) -> None:
    """The account is known by an id that never changes."""
    info = await world.provider().identify()
    assert UUID(info.account_id)
    assert info.name == "alice"
    assert world.trakt.count() == 1


async def test_activity(world: World) -> None:
    """One request returns the markers of all features; each moves by itself."""
    provider, alice = world.provider(), world.trakt.alice
    features = (Feature.HISTORY, Feature.RATINGS, Feature.WATCHLIST)
    before = await provider.activity(features)
    assert set(before) == set(features)
    assert world.trakt.count() == 1
    assert await provider.activity(features) == before

    alice.rate(world.movies[0], 7)
    after = await provider.activity(features)
    assert [f for f in features if after[f] != before[f]] == [Feature.RATINGS]
    alice.watch(world.episodes[0])
    after, before = await provider.activity(features), after
    assert [f for f in features if after[f] != before[f]] == [Feature.HISTORY]
    alice.put_on_watchlist(world.movies[1])
    after, before = await provider.activity(features), after
    assert [f for f in features if after[f] != before[f]] == [Feature.WATCHLIST]
    alice.unwatch(world.episodes[0])
    after, before = await provider.activity(features), after
    assert [f for f in features if after[f] != before[f]] == [Feature.HISTORY]


async def test_activity_of_some_features(world: World) -> None:
    """Only what is asked for is told, and a stamp that is missing is no marker."""
    provider = world.provider()
    assert set(await provider.activity([Feature.RATINGS])) == {Feature.RATINGS}
    assert await provider.activity([]) == {}
    world.trakt.faults.fail(
        path="/sync/last_activities",
        status=200,
        body='{"movies": {"watched_at": "x"}, "watchlist": {"updated_at": "y"}}',
    )
    assert await provider.activity(list(Feature)) == {Feature.WATCHLIST: "y"}


async def test_activity_of_a_new_account(world: World) -> None:
    """A stamp that is null stands for never, and moves once something happens."""
    body = '{"movies": {"watched_at": null}, "episodes": {"watched_at": "x"}}'
    world.trakt.faults.fail(path="/sync/last_activities", status=200, body=body)
    markers = await world.provider().activity([Feature.HISTORY])
    assert markers == {Feature.HISTORY: "never x"}
    body = '{"movies": {"watched_at": 5}, "episodes": {"watched_at": "x"}}'
    world.trakt.faults.fail(path="/sync/last_activities", status=200, body=body)
    assert await world.provider().activity([Feature.HISTORY]) == {}


async def test_empty_account(world: World) -> None:
    """Nothing is nothing, in one request a list."""
    provider = world.provider()
    for feature, requests in (
        (Feature.HISTORY, 1),
        (Feature.RATINGS, 4),
        (Feature.WATCHLIST, 1),
    ):
        world.trakt.reset_requests()
        snapshot = await provider.read(feature, None)
        assert snapshot.feature is feature
        assert snapshot.complete
        assert snapshot.records == {}
        assert world.trakt.count() == requests


async def test_history(world: World) -> None:
    """Every play of a title stands in one record, with Trakt's ids."""
    movie, episode = world.movies[0], world.shows[0].children[0].children[1]
    world.trakt.alice.watch(movie, at(1))
    world.trakt.alice.watch(movie, at(3))
    world.trakt.alice.watch(movie, at(2))
    world.trakt.alice.watch(episode, at(4))
    snapshot = await read(world)
    assert set(snapshot.records) == {f"movie:{movie.trakt}", f"episode:{episode.trakt}"}
    record = snapshot.records[f"movie:{movie.trakt}"]
    assert record.seen
    assert record.item.kind is MediaKind.MOVIE
    assert record.item.title == movie.name
    assert record.item.year == movie.year
    assert record.item.ids == {
        name: str(movie.ids[name]) for name in ("trakt", "imdb", "tmdb")
    }
    assert isinstance(record.value, Watched)
    assert record.value.at == at(3)
    assert [play.at for play in record.value.plays] == [at(1), at(2), at(3)]
    assert record.value.count == 3
    assert all(play.native_id for play in record.value.plays)

    special = snapshot.records[f"episode:{episode.trakt}"].item
    assert special.place == "s0e1"
    assert special.show is not None
    assert special.show.kind is MediaKind.SHOW
    assert special.show.ids["tvdb"] == str(world.shows[0].ids["tvdb"])


async def test_history_shares_shows(world: World) -> None:
    """Thousands of episodes do not hold thousands of copies of their show."""
    world.trakt.alice.watch(world.shows[1], at(1))
    snapshot = await read(world)
    shows = {id(record.item.show) for record in snapshot.records.values()}
    assert len(snapshot.records) > 5
    assert len(shows) == 1


async def test_pages(world: World) -> None:
    """All pages are read, of 250 plays each."""
    for number, movie in enumerate(world.movies):
        world.trakt.alice.watch(movie, at(1 + number % 28))
        world.trakt.alice.watch(movie, at(1 + number % 28, 8))
    snapshot = await read(world)
    assert len(snapshot.records) == 320
    assert world.trakt.count("GET", HISTORY) == 3
    assert {request.query["limit"] for request in world.trakt.requests} == {"250"}
    assert sorted(request.query["page"] for request in world.trakt.requests) == [
        *("1", "2", "3")
    ]


@pytest.mark.parametrize("watched_at", ["null", '"soon"', '"1970-01-01T00:00:00.000Z"'])
async def test_play_of_unknown_date(world: World, watched_at: str) -> None:
    """A play without a sensible date is one without a date, never of now."""
    row = (
        '{"id": 5, "watched_at": %s, "action": "watch", "type": "movie",'
        ' "movie": {"title": "A", "year": null, "ids": {"trakt": 1}}}'
    )
    world.trakt.faults.fail(
        path=HISTORY,
        status=200,
        body=f"[{row % watched_at}]",
        headers={"X-Pagination-Page-Count": "1", "X-Pagination-Item-Count": "1"},
    )
    (record,) = (await read(world)).records.values()
    assert record.value == Watched(None, (), 1)
    assert record.item.year is None


def watched_by_alice(world: World) -> None:
    """Let the account have some plays in April, more than a page."""
    for number, movie in enumerate(world.movies[:300]):
        day = datetime(2026, 4, 1 + number % 28, 12, number % 60, tzinfo=UTC)
        world.trakt.alice.watch(movie, day)


async def test_nothing_changed(world: World) -> None:
    """One request tells, and the very snapshot is returned."""
    watched_by_alice(world)
    before = await read(world)
    assert await read(world, before) is before
    assert world.trakt.count() == 1


async def test_empty_stays_empty(world: World) -> None:
    """An empty history that stays so is also told by one request."""
    before = await read(world)
    assert await read(world, before) is before


def new_plays(world: World) -> None:
    """Watch new and known titles."""
    world.trakt.alice.watch(world.episodes[0], at(1))
    world.trakt.alice.watch(world.movies[5], at(2))


def many_new_plays(world: World) -> None:
    """Watch more than fits on a page."""
    for number, episode in enumerate(world.episodes[:300]):
        world.trakt.alice.watch(episode, at(1 + number % 28, 10, number % 60))


def back_dated(world: World) -> None:
    """Add a play that lies long before the newest."""
    world.trakt.alice.watch(world.episodes[0], datetime(2020, 1, 1, tzinfo=UTC))


def many_back_dated(world: World) -> None:
    """Add old plays and new ones."""
    back_dated(world)
    many_new_plays(world)


def removed(world: World) -> None:
    """Remove an old play."""
    world.trakt.alice.unwatch(world.movies[0])


def moved(world: World) -> None:
    """Remove a play and add another."""
    world.trakt.alice.unwatch(world.movies[0])
    world.trakt.alice.watch(world.movies[0], at(20))


def dated_anew(world: World) -> None:
    """Change the date of a play, which keeps its id."""
    history = world.trakt.alice.history
    play = history.newest(None)[0]
    history.shelf.changing(0)
    moved = replace(play, at=play.at - 86_400)
    history.shelf.live[play.id] = moved
    history.of(play.title)[:] = [moved]


def emptied(world: World) -> None:
    """Remove everything."""
    for movie in world.movies:
        world.trakt.alice.unwatch(movie)


@pytest.mark.parametrize(
    ("change", "requests"),
    [
        pytest.param(new_plays, 1, id="new plays on the first page"),
        pytest.param(many_new_plays, 3, id="new plays on two pages"),
        pytest.param(back_dated, 2, id="a play dated back"),
        pytest.param(many_back_dated, 5, id="new plays and one dated back"),
        pytest.param(removed, 2, id="a play removed"),
        pytest.param(moved, 2, id="a play removed and one added"),
        pytest.param(dated_anew, 2, id="a date changed"),
        pytest.param(emptied, 1, id="all removed"),
    ],
)
async def test_delta_is_as_good_as_a_full_read(
    world: World, change: Callable[[World], None], requests: int
) -> None:
    """Whatever changed, the result is that of a full read."""
    watched_by_alice(world)
    before = await read(world)
    change(world)
    after = await read(world, before)
    assert world.trakt.count() == requests
    assert same(after, await read(world))
    assert await read(world, after) is after


async def test_removal_among_plays_of_the_same_minutes(world: World) -> None:
    """Less than before can only be explained by a full read."""
    for number, movie in enumerate(world.movies[:300]):
        world.trakt.alice.watch(movie, at(1, 20, number % 4))
    before = await read(world)
    removed(world)
    after = await read(world, before)
    assert world.trakt.count() == 2
    assert len(after.records) == 299


async def test_plays_that_are_counted_but_not_listed(world: World) -> None:
    """Films that Trakt hides end no sync, and a delta is as exact as without them."""
    watched_by_alice(world)
    world.trakt.behaviour.hidden = {world.movies[3], world.movies[280]}
    provider = world.provider()
    world.trakt.reset_requests()
    before = await provider.read(Feature.HISTORY, None)
    assert len(before.records) == 298
    assert world.trakt.count() == 6

    world.trakt.reset_requests()
    assert await provider.read(Feature.HISTORY, before) is before
    new_plays(world)
    after = await provider.read(Feature.HISTORY, before)
    assert len(after.records) == 299
    assert world.trakt.count() == 2

    # As many plays removed as are hidden: the numbers alone would not tell.
    for movie in world.movies[10:12]:
        world.trakt.alice.unwatch(movie)
    world.trakt.reset_requests()
    last = await provider.read(Feature.HISTORY, after)
    assert len(last.records) == 297
    assert world.trakt.count() == 2


async def test_many_plays_that_are_not_listed(world: World) -> None:
    """A page that comes half empty is a fault, however often."""
    watched_by_alice(world)
    world.trakt.behaviour.hidden = set(world.movies[:20])
    with pytest.raises(ProtocolError, match="lack"):
        await read(world)


async def test_rows_without_a_title(world: World) -> None:
    """A title that is gone is null in its rows; one that is left out is a fault."""
    watched_by_alice(world)
    row = (
        '[{"id": 5, "watched_at": "2026-01-01T00:00:00.000Z", "type": "movie",'
        ' "movie": null}, {"id": 6, "watched_at": "2026-01-01T00:00:00.000Z",'
        ' "type": "episode", "episode": {"season": 1, "number": 1, "title": null,'
        ' "ids": {"trakt": 9}}, "show": null}]'
    )
    headers = {"X-Pagination-Page-Count": "1", "X-Pagination-Item-Count": "2"}
    world.trakt.faults.fail(path=HISTORY, status=200, body=row, headers=headers)
    assert (await read(world)).records == {}
    bare = '[{"id": 5, "watched_at": null, "type": "movie"}]'
    headers["X-Pagination-Item-Count"] = "1"
    world.trakt.faults.fail(path=HISTORY, status=200, body=bare, headers=headers)
    with pytest.raises(ProtocolError, match="lacks movie"):
        await read(world)


async def test_own_writes_are_replaced_when_listed(world: World) -> None:
    """What we wrote ourselves gives way to what Trakt lists."""
    watched_by_alice(world)
    before = await read(world)
    movie, episode = world.movies[310], world.episodes[3]
    written = [
        # From a server that knows of four plays, but only the date of the last.
        operation(movie, Watched(at(5).replace(second=44), count=4)),
        operation(episode, Watched(at(6))),
    ]
    before = before.updated(own(each) for each in written)
    world.trakt.alice.watch(movie, at(5))
    world.trakt.alice.watch(episode, at(6))
    after = await read(world, before)
    assert world.trakt.count() == 1
    assert all(record.seen for record in after.records.values())
    assert same(after, await read(world))
    assert after.full_read_at == before.full_read_at


async def test_own_writes_under_their_own_address(world: World) -> None:
    """A written record may already stand under Trakt's name for the title."""
    movie = world.movies[0]
    before = await read(world)
    native_id = f"movie:{movie.trakt}"
    record = own(operation(movie, Watched(at(5))), native_id)
    world.trakt.alice.watch(movie, at(5))
    after = await read(world, before.updated([record]))
    assert after.records[native_id].seen
    assert same(after, await read(world))


async def test_own_write_of_another_play(world: World) -> None:
    """A play that we added to a known title is replaced as well."""
    movie = world.movies[0]
    world.trakt.alice.watch(movie, at(1))
    before = await read(world)
    (record,) = before.records.values()
    assert isinstance(record.value, Watched)
    plays = (*record.value.plays, Play(at(2).replace(second=9)))
    noted = record.with_value(Watched(plays[1].at, plays, 2))
    world.trakt.alice.watch(movie, at(2))
    after = await read(world, before.updated([noted]))
    assert world.trakt.count() == 1
    assert same(after, await read(world))


async def test_own_writes_of_several_plays(world: World) -> None:
    """Of several plays that we added each gives way to its own listing."""
    movie = world.movies[0]
    before = await read(world)
    plays = tuple(Play(at(day).replace(second=30)) for day in (1, 2, 3))
    record = own(operation(movie, Watched(plays[-1].at, plays, 3)))
    world.trakt.alice.watch(movie, at(3))
    world.trakt.alice.watch(movie, at(1))
    world.trakt.alice.watch(movie, at(2))
    after = await read(world, before.updated([record]))
    assert world.trakt.count() == 1
    assert same(after, await read(world))


async def test_own_writes_that_are_not_on_the_page(world: World) -> None:
    """What is out of sight is known by its number; who wants to see it reads in full."""
    before = await read(world)
    written = [
        operation(movie, Watched(at(1 + number % 28)))
        for number, movie in enumerate(world.movies[:300])
    ]
    before = before.updated(own(each) for each in written)
    for each, movie in zip(written, world.movies, strict=False):
        assert isinstance(each.value, Watched)
        world.trakt.alice.watch(movie, each.value.at)
    after = await read(world, before)
    assert world.trakt.count() == 1
    assert len(after.records) == 300
    assert sum(record.seen for record in after.records.values()) == 250
    seen = await read(world)
    assert all(record.seen for record in seen.records.values())
    assert await read(world, seen) is seen


async def test_own_write_that_never_arrived(world: World) -> None:
    """A write that was acknowledged but not kept is no play."""
    watched_by_alice(world)
    before = await read(world)
    lost = own(operation(world.movies[310], Watched(at(5))))
    after = await read(world, before.updated([lost]))
    assert same(after, before)
    assert after.full_read_at > before.full_read_at


async def test_undated_plays_count(world: World) -> None:
    """Plays without a date take part in the count."""
    world.trakt.behaviour.watched_leaves_watchlist = False
    movie = world.movies[0]
    world.trakt.alice.watch(movie, at(1))
    world.trakt.alice.watch(movie, datetime(1970, 1, 1, tzinfo=UTC))
    before = await read(world)
    (record,) = before.records.values()
    assert isinstance(record.value, Watched)
    assert (record.value.count, len(record.value.plays)) == (2, 1)
    world.trakt.alice.watch(movie, at(2))
    after = await read(world, before)
    (record,) = after.records.values()
    assert isinstance(record.value, Watched)
    assert record.value.count == 3
    assert [play.at for play in record.value.plays] == [at(1), at(2)]


async def test_incomplete_snapshot_is_no_base(world: World) -> None:
    """A delta is never built on a part."""
    world.trakt.alice.watch(world.movies[0], at(1))
    before = await read(world)
    after = await read(world, replace(before, complete=False))
    assert after.complete
    assert after.full_read_at > before.full_read_at


async def test_failed_page_is_no_small_history(world: World) -> None:
    """One page that fails fails the whole read."""
    watched_by_alice(world)
    world.trakt.faults.fail(path=HISTORY, on_call=2, times=9, status=502)
    with pytest.raises(ProviderUnavailableError):
        await read(world)


async def test_hiccups_on_the_way(world: World) -> None:
    """Faults that pass change nothing."""
    watched_by_alice(world)
    expected = await read(world)
    for kind in (FaultKind.CUT, FaultKind.HALF_BODY, FaultKind.STATUS):
        world.trakt.faults.fail(path=HISTORY, on_call=2, kind=kind)
        assert same(await read(world), expected)


async def test_play_added_while_reading(world: World) -> None:
    """Plays that move to the next page meanwhile are neither lost nor doubled."""
    watched_by_alice(world)
    expected = await read(world)
    one_less = {
        "X-Pagination-Page-Count": "2",
        "X-Pagination-Item-Count": "299",
    }
    world.trakt.faults.fail(path=HISTORY, status=200, body="[]", headers=one_less)
    assert same(await read(world), expected)


@pytest.mark.parametrize(
    ("headers", "body", "words"),
    [
        pytest.param({"Page": "2", "Item": "2"}, "[]", "repeat", id="too few rows"),
        pytest.param({"Item": "0"}, "[]", "Page-Count", id="no page count"),
        pytest.param({"Page": "1"}, "[]", "Item-Count", id="no item count"),
        pytest.param({"Page": "1", "Item": "1"}, "{}", "array", id="no array"),
        pytest.param({"Page": "1", "Item": "1"}, "[1]", "row", id="no object"),
        pytest.param({"Page": "1", "Item": "1"}, "[{}]", "lacks type", id="no type"),
    ],
)
async def test_nonsense_is_no_small_history(
    world: World, headers: dict[str, str], body: str, words: str
) -> None:
    """An answer that makes no sense is an error."""
    world.trakt.faults.fail(
        path=HISTORY,
        times=9,
        status=200,
        body=body,
        headers={f"X-Pagination-{name}-Count": n for name, n in headers.items()},
    )
    with pytest.raises(ProtocolError, match=words):
        await read(world)


async def test_server_that_ignores_the_page(world: World) -> None:
    """The same page over and over again is noticed."""
    watched_by_alice(world)
    await read(world)
    full = await read(world)
    assert len(full.records) == 300
    row = (
        '{"id": 5, "watched_at": "2026-01-01T00:00:00.000Z", "action": "watch",'
        ' "type": "movie", "movie": {"title": "A", "year": 1, "ids": {"trakt": 1}}}'
    )
    world.trakt.faults.fail(
        path=HISTORY,
        times=99,
        status=200,
        body=f"[{row}]",
        headers={"X-Pagination-Page-Count": "3", "X-Pagination-Item-Count": "3"},
    )
    with pytest.raises(ProtocolError, match="repeat each other"):
        await read(world)


async def test_unknown_kinds_are_passed_over(world: World) -> None:
    """A row of a kind that we do not know counts, but is no record."""
    world.trakt.faults.fail(
        path="/sync/watchlist",
        status=200,
        body='[{"type": "person", "person": {}}]',
        headers={"X-Pagination-Page-Count": "1", "X-Pagination-Item-Count": "1"},
    )
    snapshot = await world.provider().read(Feature.WATCHLIST, None)
    assert snapshot.records == {}


async def test_ratings(world: World) -> None:
    """Ratings of all four kinds, with their dates."""
    show = world.shows[0]
    titles = (world.movies[0], show, show.children[1], world.episodes[0])
    for number, title in enumerate(titles):
        world.trakt.alice.rate(title, 5 + number, at(1 + number))
    snapshot = await world.provider().read(Feature.RATINGS, None)
    assert {record.item.kind for record in snapshot.records.values()} == set(MediaKind)
    for number, title in enumerate(titles):
        record = snapshot.records[f"{title.kind.value}:{title.trakt}"]
        assert record.value == Rated(5.0 + number, at(1 + number))
    season = snapshot.records[f"season:{show.children[1].trakt}"].item
    assert season.place == "s1"
    assert season.show is not None


async def test_failed_list_ends_the_others(world: World) -> None:
    """Ratings are complete or there are none."""
    world.trakt.faults.fail(path="/sync/ratings/seasons", times=9, status=500)
    with pytest.raises(ProviderUnavailableError):
        await world.provider().read(Feature.RATINGS, None)


async def test_watchlist(world: World) -> None:
    """The watchlist of all kinds, over several pages."""
    show = world.shows[0]
    titles = [*world.movies[:120], show, show.children[1], *world.episodes[:140]]
    world.trakt.alice.limits.watchlist = 500
    for title in titles:
        world.trakt.alice.put_on_watchlist(title, at(1))
    snapshot = await world.provider().read(Feature.WATCHLIST, None)
    assert len(snapshot.records) == len(titles)
    assert {record.item.kind for record in snapshot.records.values()} == set(MediaKind)
    assert world.trakt.count("GET", "/sync/watchlist") == 2


async def test_item_is_found_from_another_service(world: World) -> None:
    """What is read shares keys with what other services know."""
    world.trakt.alice.watch(world.episodes[0], at(1))
    (record,) = (await read(world)).records.values()
    elsewhere = item(world.episodes[0], "tvdb")
    assert isinstance(record, Record)
    assert isinstance(elsewhere, Item)
    assert record.item.ids["tvdb"] == elsewhere.ids["tvdb"]
