"""Reading from a Jellyfin server: everything, what is new, or nothing at all."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
import time

import aiohttp
import orjson
import pytest

from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    Listed,
    MediaKind,
    Rated,
    Record,
    Snapshot,
    Watched,
)
from custom_components.crosswatch.engine.provider import (
    AccountLimitError,
    AuthenticationError,
    ProtocolError,
    ProviderError,
    ProviderUnavailableError,
)
from custom_components.crosswatch.providers.http import Limiters, StatusError
from custom_components.crosswatch.providers.mediabrowser import history, library

from ..simulators.base import FaultKind
from ..simulators.catalogue import make_catalogue
from ..simulators.jellyfin import Item as ServerItem, Oddities, watch_some
from ..simulators.jellyfin.items import ItemWriter
from .jellyfin_world import ITEMS, FaultRule, World, a_world
from .mediabrowser_world import moment
from .worlds import world_of

BOTH = (Feature.HISTORY, Feature.WATCHLIST)

world = world_of(a_world)


@pytest.fixture
async def odd_world(
    session: aiohttp.ClientSession, limiters: Limiters
) -> AsyncIterator[World]:
    """Return a server that has grown for years."""
    catalogue = make_catalogue(films=120, shows=12)
    async with a_world(session, limiters, catalogue, Oddities()) as world:
        watch_some(world.server, world.user, world.seeded, undated=3, films=0.6)
        world.server.reset_requests()
        yield world


def played(world: World) -> dict[str, ServerItem]:
    """Return the items that the user has played and that have a file."""
    return {
        item.id: item
        for item in (*world.seeded.films, *world.seeded.episodes)
        if world.user.of(item).played and not item.virtual
    }


def ids_of(item: ServerItem) -> dict[str, str]:
    """Return the ids of an item as the engine knows them."""
    return {name.lower(): value for name, value in item.provider_ids.items()}


async def test_the_whole_history(odd_world: World) -> None:
    """Every played item is a record, with its series, ids and date."""
    records = await odd_world.read(Feature.HISTORY)
    expected = played(odd_world)
    assert {native for native in records if "#" not in native} == set(expected)
    for native, item in expected.items():
        record = records[native]
        assert record.seen
        assert record.item.ids == ids_of(item)
        assert isinstance(record.value, Watched)
        data = odd_world.user.of(item)
        assert record.value.count == data.play_count
        assert (record.value.at is None) == (data.last_played is None)
        if item.type == "Episode":
            assert record.item.show is not None
            assert record.item.show.ids == ids_of(item.series)
            assert record.item.show.year == item.series.year
            assert (record.item.season, record.item.number) == (
                item.parent_index,
                item.index,
            )
    shows = {
        (record.item.show.title, record.item.show.year): set[int]()
        for record in records.values()
        if record.item.show is not None
    }
    for record in records.values():
        if (show := record.item.show) is not None:
            shows[show.title, show.year].add(id(show))
    assert all(len(objects) == 1 for objects in shows.values())


async def test_a_file_of_two_episodes(odd_world: World) -> None:
    """Both are watched; the ids are those of the first."""
    double = next(item for item in odd_world.seeded.episodes if item.index_end)
    odd_world.server.play(odd_world.user, double, moment())
    records = await odd_world.read(Feature.HISTORY)
    first, second = records[double.id], records[f"{double.id}#2"]
    assert (first.item.number, second.item.number) == (1, 2)
    assert second.item.show is first.item.show
    assert second.item.ids == {}
    assert isinstance(first.value, Watched)
    assert first.value == second.value
    assert first.value.at == moment()


async def test_virtual_episodes_are_no_plays(odd_world: World) -> None:
    """An episode without a file is left out, whatever it was marked as."""
    missing = next(item for item in odd_world.seeded.episodes if item.virtual)
    odd_world.server.state.data(odd_world.user, missing).played = True
    assert missing.id not in await odd_world.read(Feature.HISTORY)


async def test_the_first_read_asks_for_what_it_needs(world: World) -> None:
    """One page of plays and one of series, in the form that the server knows."""
    world.server.play(world.user, world.seeded.films[0], moment())
    world.server.play(world.user, world.seeded.episodes[0], moment(1))
    await world.read(Feature.HISTORY)
    plays, series = world.server.requests
    assert plays.path == series.path == ITEMS
    assert dict(plays.query) == {
        "userId": world.user.id,
        "recursive": "true",
        "includeItemTypes": "Movie,Episode",
        "excludeLocationTypes": "Virtual",
        "filters": "IsPlayed",
        "sortBy": "DatePlayed,DateCreated",
        "sortOrder": "Descending",
        "fields": "ProviderIds",
        "enableImages": "false",
        "imageTypeLimit": "0",
        "enableUserData": "true",
        "enableTotalRecordCount": "true",
        "collapseBoxSetItems": "false",
        "startIndex": "0",
        "limit": "1000",
    }
    assert series.query["ids"] == world.seeded.episodes[0].series.id
    assert plays.headers["Authorization"].startswith("MediaBrowser Client=")
    for name in ("X-Emby-Token", "X-MediaBrowser-Token", "X-Emby-Authorization"):
        assert name not in plays.headers


async def test_an_unchanged_history_costs_one_request(world: World) -> None:
    """The marker is the same, and both markers are one request each."""
    world.server.play(world.user, world.seeded.films[0], moment())
    first = await world.provider.activity(BOTH)
    world.server.reset_requests()
    assert await world.provider.activity([Feature.HISTORY]) == {
        Feature.HISTORY: first[Feature.HISTORY]
    }
    assert world.server.count() == 1
    assert await world.provider.activity(BOTH) == first
    assert world.server.count() == 3
    assert await world.provider.activity([Feature.RATINGS]) == {}
    assert world.server.count() == 3


async def test_the_marker_of_the_history_sees_changes(world: World) -> None:
    """A new play, one more of the same item, and an unplay all show."""
    film, other = world.seeded.films[:2]
    seen: set[str] = set()

    async def marker_is_new() -> bool:
        """Tell whether the marker is one that was not there before."""
        marker = (await world.provider.activity(BOTH))[Feature.HISTORY]
        new = marker not in seen
        seen.add(marker)
        return new

    assert await marker_is_new()
    world.server.play(world.user, film, moment(5))
    assert await marker_is_new()
    world.server.play(world.user, other, moment(9))
    assert await marker_is_new()
    world.server.play(world.user, film, moment(1))
    assert await marker_is_new()
    world.server.unplay(world.user, other)
    assert await marker_is_new()
    assert not await marker_is_new()


async def test_favourites(world: World) -> None:
    """Favourite films and series are the watchlist; the read uses the marker's page."""
    film, series = world.seeded.films[3], world.seeded.series[2]
    for item in (film, series, world.seeded.episodes[0]):
        world.server.favourite(world.user, item)
    before = await world.provider.activity(BOTH)
    world.server.reset_requests()
    records = await world.read(Feature.WATCHLIST)
    assert world.server.count() == 0
    assert records == {
        film.id: Record(
            Item(MediaKind.MOVIE, ids_of(film), film.name, film.year),
            Listed(),
            film.id,
        ),
        series.id: Record(
            Item(MediaKind.SHOW, ids_of(series), series.name, series.year),
            Listed(),
            series.id,
        ),
    }
    world.server.favourite(world.user, film, on=False)
    # What was kept served once; the next read asks.
    assert set(await world.read(Feature.WATCHLIST)) == {series.id}
    after = await world.provider.activity(BOTH)
    assert before[Feature.WATCHLIST] != after[Feature.WATCHLIST]
    assert before[Feature.HISTORY] == after[Feature.HISTORY]


async def test_a_new_id_changes_the_marker_of_the_watchlist(world: World) -> None:
    """The marker covers what is known of the items, not only which they are."""
    film = world.seeded.films[0]
    world.server.favourite(world.user, film)
    before = await world.provider.activity(BOTH)
    film.provider_ids["Tvdb"] = "4711"
    world.server.state.touch()
    assert await world.provider.activity(BOTH) != before


async def test_what_was_kept_grows_old(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page that was fetched for a marker does not serve a much later read."""
    await world.provider.activity(BOTH)
    world.server.favourite(world.user, world.seeded.films[0])
    later = time.monotonic() + 60
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert len(await world.read(Feature.WATCHLIST)) == 1


async def test_ratings_of_all_kinds(world: World) -> None:
    """Ratings keep their decimals, are not doubled, and have no date."""
    series = world.seeded.series[0]
    season = series.children[0]
    episode = season.children[0]
    film, unrated = world.seeded.films[:2]
    for item, rating in ((series, 10.0), (season, 3.0), (episode, 6.5), (film, 0.5)):
        world.server.rate(world.user, item, rating)
    world.server.rate(world.user, unrated, 5)
    world.server.rate(world.user, unrated, None)
    records = await world.read(Feature.RATINGS)
    assert {native: record.value for native, record in records.items()} == {
        series.id: Rated(10.0),
        season.id: Rated(3.0),
        episode.id: Rated(6.5),
        film.id: Rated(0.5),
    }
    kinds = {native: record.item.kind.value for native, record in records.items()}
    assert kinds == {
        series.id: "show",
        season.id: "season",
        episode.id: "episode",
        film.id: "movie",
    }
    assert records[season.id].item.season == season.index
    for native in (season.id, episode.id):
        show = records[native].item.show
        assert show is not None
        assert show.ids == ids_of(series)


# What is new


async def played_and_read(world: World) -> Snapshot:
    """Let the user watch twenty things, and return the history."""
    for number, item in enumerate(
        [*world.seeded.films[:10], *world.seeded.episodes[:10]]
    ):
        world.server.play(world.user, item, moment(days=10 + number))
    snapshot = await world.provider.read(Feature.HISTORY, None)
    world.server.reset_requests()
    return snapshot


async def agrees(world: World, updated: Snapshot) -> None:
    """Check that a snapshot is what a fresh full read returns."""
    fresh = await world.provider.read(Feature.HISTORY, None)
    assert dict(updated.records) == dict(fresh.records)
    assert updated.complete


async def test_new_plays_after_the_marker_cost_nothing_more(world: World) -> None:
    """The page that the marker came from holds them already."""
    snapshot = await played_and_read(world)
    film = world.seeded.films[15]
    world.server.play(world.user, film, moment())
    world.server.play(world.user, world.seeded.films[0], moment(minutes=5))
    world.server.play(world.user, world.seeded.episodes[3], moment(minutes=9))
    world.server.play(world.user, world.seeded.episodes[12], moment(minutes=12))
    await world.provider.activity([Feature.HISTORY])
    updated = await world.provider.read(Feature.HISTORY, snapshot)
    assert world.server.count() == 1
    assert updated.full_read_at == snapshot.full_read_at
    assert film.id in updated.records
    await agrees(world, updated)


async def test_nothing_new_is_the_same_snapshot(world: World) -> None:
    """A snapshot to which nothing is to be added is returned as it is."""
    snapshot = await played_and_read(world)
    assert await world.provider.read(Feature.HISTORY, snapshot) is snapshot
    assert world.server.count() == 1


async def test_new_plays_without_a_marker(world: World) -> None:
    """One page is enough, and one request for a series that was not known."""
    snapshot = await played_and_read(world)
    new = world.seeded.series[-1].children[-1].children[0]
    world.server.play(world.user, new, moment())
    updated = await world.provider.read(Feature.HISTORY, snapshot)
    assert [request.query.get("limit") for request in world.server.requests] == [
        "200",
        "1",
    ]
    await agrees(world, updated)


async def test_series_of_the_last_time_are_not_asked_for(world: World) -> None:
    """After a restart, the series of an episode that was known is known as well."""
    snapshot = await played_and_read(world)
    restarted = world.restarted()
    world.server.play(world.user, world.seeded.episodes[2], moment())
    updated = await restarted.read(Feature.HISTORY, snapshot)
    assert world.server.count() == 1
    await agrees(world, updated)


@pytest.mark.parametrize(
    ("films", "asked"),
    [
        # As many pages as are needed are read until a known row comes.
        pytest.param(600, ["0+200", "200+200", "400+200"], id="many"),
        # From a thousand on everything is read, in large pages at once.
        pytest.param(
            1200,
            [f"{start}+200" for start in range(0, 1000, 200)] + ["0+1000", "1000+1000"],
            id="more than a delta is good for",
        ),
    ],
)
async def test_many_new_plays(
    session: aiohttp.ClientSession, limiters: Limiters, films: int, asked: list[str]
) -> None:
    """Pages are read until a known row comes, but not ever so many."""
    catalogue = make_catalogue(films=films, shows=0)
    async with a_world(session, limiters, catalogue) as world:
        first, *others = world.seeded.films
        world.server.play(world.user, first, moment(days=400))
        snapshot = await world.provider.read(Feature.HISTORY, None)
        for number, film in enumerate(others, 1):
            world.server.play(world.user, film, moment(minutes=number))
        world.server.reset_requests()
        updated = await world.provider.read(Feature.HISTORY, snapshot)
        queries = [request.query for request in world.server.requests]
        assert [f"{each['startIndex']}+{each['limit']}" for each in queries] == asked
        await agrees(world, updated)


@pytest.mark.parametrize("how", ["unplayed", "older", "undated", "deleted", "swapped"])
@pytest.mark.parametrize("page", [5, 200])
async def test_what_a_delta_cannot_see_is_read_in_full(
    world: World, monkeypatch: pytest.MonkeyPatch, how: str, page: int
) -> None:
    """The number of rows tells that the newest ones do not say it all.

    A history that fits into one page is not read again, as all of it is there.
    """
    monkeypatch.setattr(history, "DELTA_PAGE", page)
    snapshot = await played_and_read(world)
    films, server, user = world.seeded.films, world.server, world.user
    match how:
        case "unplayed":
            server.unplay(user, films[4])
        case "older":
            server.play(user, films[20], moment(days=900))
        case "undated":
            server.play(user, films[20], moment())
            server.state.data(user, films[20]).last_played = None
        case "deleted":
            server.state.remove_item(films[4])
        case "swapped":
            server.unplay(user, films[4])
            server.play(user, films[20], moment())
    updated = await world.provider.read(Feature.HISTORY, snapshot)
    # Who it is that asks, and what became of the item that is missing, told twice.
    doubts = 3 if how in {"unplayed", "deleted", "swapped"} else 0
    assert server.count() == (1 if page == 200 else 3) + doubts
    await agrees(world, updated)


async def test_everything_was_unplayed(world: World) -> None:
    """An empty list that says so is believed, as the server counts the same."""
    snapshot = await played_and_read(world)
    for item in played(world).values():
        world.server.unplay(world.user, item)
    assert (await world.provider.read(Feature.HISTORY, snapshot)).records == {}


async def test_a_day_later_everything_is_read(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change that no marker sees is found within a day."""
    monkeypatch.setattr(history, "DELTA_PAGE", 5)
    snapshot = await played_and_read(world)
    world.server.unplay(world.user, world.seeded.films[4])
    world.server.play(world.user, world.seeded.films[20], moment(days=900))
    same = await world.provider.read(Feature.HISTORY, snapshot)
    assert dict(same.records) == dict(snapshot.records)
    old = replace(same, full_read_at=same.full_read_at - timedelta(days=1))
    updated = await world.provider.read(Feature.HISTORY, old)
    assert updated.full_read_at > old.full_read_at
    await agrees(world, updated)


async def test_our_own_writes_become_sightings(world: World) -> None:
    """A record of our own write is replaced by the row that is listed."""
    snapshot = await played_and_read(world)
    film, other = world.seeded.films[15:17]
    world.server.play(world.user, film, moment())
    ours = [
        Record(
            Item(MediaKind.MOVIE, ids_of(film)), Watched(moment()), film.id, seen=False
        ),
        Record(Item(MediaKind.MOVIE, ids_of(other)), Watched(), "own:x", seen=False),
    ]
    updated = await world.provider.read(Feature.HISTORY, snapshot.updated(ours))
    assert updated.records[film.id].seen
    assert "own:x" not in updated.records
    await agrees(world, updated)


async def test_a_file_that_lost_its_second_episode(odd_world: World) -> None:
    """The further records of a file go with the row that they came from."""
    double = next(item for item in odd_world.seeded.episodes if item.index_end)
    odd_world.server.play(odd_world.user, double, moment(1))
    snapshot = await odd_world.provider.read(Feature.HISTORY, None)
    double.index_end = None
    server = odd_world.server
    # The simulator makes what does not change of an item once.
    server.writer = ItemWriter(server.state.server_id)
    server.play(odd_world.user, double, moment())
    updated = await odd_world.provider.read(Feature.HISTORY, snapshot)
    assert f"{double.id}#2" not in updated.records
    await agrees(odd_world, updated)


async def test_a_list_that_grows_between_two_pages_of_a_delta(
    session: aiohttp.ClientSession, limiters: Limiters, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A total that changes on the way leads to a full read."""
    async with a_world(session, limiters, make_catalogue(films=300, shows=0)) as world:
        films = world.seeded.films
        world.server.play(world.user, films[0], moment(days=400))
        snapshot = await world.provider.read(Feature.HISTORY, None)
        for number, film in enumerate(films[1:250], 1):
            world.server.play(world.user, film, moment(minutes=number))
        # Before the second page.
        world.server.faults.meanwhile(
            lambda: world.server.play(world.user, films[260], moment()),
            path=ITEMS,
            on_call=2,
        )
        updated = await world.provider.read(Feature.HISTORY, snapshot)
        assert world.server.faults.fired == 1
        assert films[260].id in updated.records
        await agrees(world, updated)


# Servers that differ from the usual


def hide(world: World, *items: ServerItem) -> None:
    """Let the server count items that it does not show."""
    world.server.unshown.update(item.id for item in items)


async def test_what_is_counted_but_not_shown(world: World) -> None:
    """Parental control may hide items after they were counted: the rest is all."""
    films, series = world.seeded.films, world.seeded.series
    for number, film in enumerate(films[:10]):
        world.server.play(world.user, film, moment(number))
        world.server.favourite(world.user, film)
        world.server.rate(world.user, film, 7)
    world.server.rate(world.user, series[0], 8)
    hide(world, films[3], films[9], films[20], series[1])
    shown = {film.id for film in films[:10]} - world.server.unshown
    assert set(await world.read(Feature.HISTORY)) == shown
    assert set(await world.read(Feature.WATCHLIST)) == shown
    assert set(await world.read(Feature.RATINGS)) == shown | {series[0].id}


@pytest.mark.parametrize("hidden", [1, 2, 3])
async def test_a_series_that_is_not_shown(world: World, hidden: int) -> None:
    """Its episodes are known by its name alone; it is asked for once more, alone."""
    series = world.seeded.series[:3]
    for number, one in enumerate(series):
        world.server.play(world.user, next(one.leaves()), moment(number))
    hide(world, *series[:hidden])
    records = await world.read(Feature.HISTORY)
    ids = {
        record.item.show.title: record.item.show.ids
        for record in records.values()
        if record.item.show
    }
    assert ids == {one.name: ids_of(one) for one in series[hidden:]} | {
        one.name: {} for one in series[:hidden]
    }
    assert world.server.count() == 2 + hidden


async def test_a_list_of_series_that_is_cut(world: World) -> None:
    """What the list lacks is found by itself."""
    for number, one in enumerate(world.seeded.series):
        world.server.play(world.user, next(one.leaves()), moment(number))
    whole = await world.read(Feature.HISTORY)
    requests = world.server.count()
    world.server.behaviour.cut_named = 2
    assert await world.read(Feature.HISTORY) == whole
    # Once more the same, and each of the missing ones.
    missing = len(world.seeded.series) - 2
    assert world.server.count() == 2 * requests + missing


async def test_new_plays_where_some_are_not_shown(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once their number is known, what is new costs one request, as elsewhere."""
    monkeypatch.setattr(history, "DELTA_PAGE", 5)
    hide(world, world.seeded.films[2], world.seeded.episodes[7])
    snapshot = await played_and_read(world)
    assert len(snapshot.records) == 18
    world.server.play(world.user, world.seeded.films[12], moment())
    updated = await world.provider.read(Feature.HISTORY, snapshot)
    assert world.server.count() == 1
    assert len(updated.records) == 19
    await agrees(world, updated)
    world.server.unplay(world.user, world.seeded.films[5])
    updated = await world.provider.read(Feature.HISTORY, updated)
    assert len(updated.records) == 18
    await agrees(world, updated)


async def test_plays_of_one_moment_keep_their_places(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A season that was marked as a whole may lie across two pages."""
    monkeypatch.setattr(library, "PAGE_SIZE", 20)
    world.server.mixes_equals = True
    items = [*world.seeded.films, *world.seeded.episodes[:30]]
    for item in items:
        world.server.play(world.user, item, moment(1))
    world.server.state.data(world.user, items[0]).last_played = None
    world.server.state.data(world.user, items[-1]).last_played = None
    assert len(await world.read(Feature.HISTORY)) == len(items)
    starts = [
        request.query["startIndex"]
        for request in world.server.requests
        if "filters" in request.query
    ]
    assert starts == ["0", "20", "40"]


async def test_a_play_in_the_future(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stays first of all, and does not hide what changed behind it."""
    world.server.play(world.user, world.seeded.films[25], moment(days=-400))
    snapshot = await played_and_read(world)
    monkeypatch.setattr(history, "DELTA_PAGE", 5)
    for number, film in enumerate(world.seeded.films[:9]):
        world.server.play(world.user, film, moment(minutes=number))
    updated = await world.provider.read(Feature.HISTORY, snapshot)
    await agrees(world, updated)


async def test_an_undated_history_is_brought_up_to_date(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Undated plays come last, so that a known one ends what is new."""
    monkeypatch.setattr(history, "DELTA_PAGE", 5)
    for film in world.seeded.films[:20]:
        world.server.play(world.user, film, moment())
        world.server.state.data(world.user, film).last_played = None
    snapshot = await world.provider.read(Feature.HISTORY, None)
    world.server.reset_requests()
    world.server.play(world.user, world.seeded.films[22], moment())
    updated = await world.provider.read(Feature.HISTORY, snapshot)
    assert world.server.count() == 1
    await agrees(world, updated)


async def test_ratings_of_series_come_in_small_pages(world: World) -> None:
    """A server counts for each series and season what is left to watch."""
    await world.read(Feature.RATINGS)
    sizes = {
        request.query["includeItemTypes"]: request.query["limit"]
        for request in world.server.requests
    }
    assert sizes == {"Movie,Episode": "1000", "Series,Season": "200"}


# What goes wrong


async def test_a_refusal_that_does_not_end_the_login(world: World) -> None:
    """A server that refuses a list to a user whom it knows needs no new login."""
    world.server.faults.fail(path=ITEMS, status=401, times=9)
    with pytest.raises(AccountLimitError, match="login is good"):
        await world.provider.read(Feature.HISTORY, None)
    assert world.server.count(path="/Users/Me") == 1


@pytest.mark.parametrize(
    "headers",
    [{"WWW-Authenticate": 'Basic realm="x"'}, {"Content-Type": "text/html; x=y"}],
)
@pytest.mark.parametrize("status", [401, 403])
async def test_a_proxy_with_a_login_of_its_own(
    world: World, headers: dict[str, str], status: int
) -> None:
    """Its refusal says nothing about the login at the server."""
    world.server.faults.fail(path=".*", status=status, headers=headers, times=9)
    for call in (
        world.provider.read(Feature.HISTORY, None),
        world.provider.identify(),
    ):
        with pytest.raises(ProviderUnavailableError, match="proxy"):
            await call


async def test_a_server_that_moved(world: World) -> None:
    """The text says where to, without what else is in the address."""
    to = "https://jon:secret@media.example.org/Items?token=abc"
    world.server.faults.fail(path=ITEMS, status=301, headers={"Location": to})
    with pytest.raises(ProtocolError) as error:
        await world.provider.read(Feature.HISTORY, None)
    assert "to https://media.example.org: check the address" in str(error.value)
    world.server.faults.fail(path=ITEMS, status=302, headers={"Location": "/login"})
    with pytest.raises(ProtocolError, match="status 302: check the address"):
        await world.provider.read(Feature.HISTORY, None)


def cut(rows: int, total: int) -> bytes:
    """Return an answer with fewer rows than it counts."""
    items = [
        {
            "Id": f"m{number}",
            "Type": "Movie",
            "Name": f"Film {number}",
            "UserData": {"Played": True, "PlayCount": 1},
        }
        for number in range(rows)
    ]
    return orjson.dumps({"Items": items, "TotalRecordCount": total, "StartIndex": 0})


FAULTS: list[object] = [
    pytest.param({"status": 500}, StatusError, id="status 500"),
    pytest.param({"status": 404}, ProtocolError, id="status 404"),
    pytest.param({"status": 400}, ProtocolError, id="status 400"),
    pytest.param({"status": 302}, ProtocolError, id="status 302"),
    pytest.param({"status": 501}, ProviderUnavailableError, id="status 501"),
    pytest.param(
        {"kind": FaultKind.NONSENSE, "body": cut(60, 200)},
        ProtocolError,
        id="60 of 200",
    ),
    pytest.param({"kind": FaultKind.NONSENSE}, ProtocolError, id="a web page"),
    pytest.param({"kind": FaultKind.NONSENSE, "body": "{}"}, ProtocolError, id="empty"),
    pytest.param({"kind": FaultKind.HALF_BODY}, ProviderUnavailableError, id="half"),
    pytest.param({"kind": FaultKind.CUT}, ProviderUnavailableError, id="cut"),
    pytest.param({"status": 401}, AccountLimitError, id="no such library"),
    pytest.param({"status": 403}, AccountLimitError, id="no right"),
    pytest.param({"status": 503}, StatusError, id="starting"),
]


@pytest.mark.parametrize(
    "feature", [Feature.HISTORY, Feature.WATCHLIST, Feature.RATINGS]
)
@pytest.mark.parametrize("delta", [False, True])
@pytest.mark.parametrize(("fault", "error"), FAULTS)
async def test_a_fault_never_looks_like_an_empty_library(
    world: World,
    feature: Feature,
    delta: bool,
    fault: FaultRule,
    error: type[ProviderError],
) -> None:
    """Whatever goes wrong, the read raises instead of returning a part."""
    watch_some(world.server, world.user, world.seeded, favourites=5, rated=5)
    previous = await world.provider.read(feature, None) if delta else None
    world.server.faults.fail(path=ITEMS, times=99, **fault)
    with pytest.raises(error) as raised:
        await world.provider.read(feature, previous)
    assert type(raised.value) is error
    assert "http://" not in str(raised.value)
    world.server.faults.clear()
    assert (await world.provider.read(feature, previous)).records


@pytest.mark.parametrize(("fault", "error"), FAULTS)
@pytest.mark.parametrize("on_call", [2, 3, 4])
async def test_a_fault_in_any_of_the_pages(
    session: aiohttp.ClientSession,
    limiters: Limiters,
    monkeypatch: pytest.MonkeyPatch,
    on_call: int,
    fault: FaultRule,
    error: type[ProviderError],
) -> None:
    """A page or the series that fail make the whole read fail."""
    catalogue = make_catalogue(films=40, shows=4)
    async with a_world(session, limiters, catalogue) as world:
        watch_some(world.server, world.user, world.seeded, films=40, episodes=20)
        monkeypatch.setattr(library, "PAGE_SIZE", 20)
        world.server.faults.fail(path=ITEMS, on_call=on_call, times=99, **fault)
        with pytest.raises(error):
            await world.provider.read(Feature.HISTORY, None)


async def test_a_server_that_starts(world: World) -> None:
    """A server that is not ready yet is worth another try later."""
    world.server.starting = True
    with pytest.raises(ProviderUnavailableError, match="503"):
        await world.provider.read(Feature.HISTORY, None)
    with pytest.raises(ProviderUnavailableError):
        await world.provider.activity(BOTH)


async def test_a_revoked_token(world: World) -> None:
    """The person has to sign in again."""
    world.server.revoke_tokens(world.user)
    for call in (
        world.provider.identify(),
        world.provider.activity(BOTH),
        world.provider.read(Feature.HISTORY, None),
    ):
        with pytest.raises(AuthenticationError):
            await call


async def test_a_user_that_makes_no_sense(world: World) -> None:
    """What is needed of a user is named where it is missing."""
    world.server.faults.fail(
        path="/Users/Me", kind=FaultKind.NONSENSE, body='{"Id": "1", "Name": "jon"}'
    )
    with pytest.raises(ProtocolError, match="ServerId"):
        await world.provider.identify()


# How quick


async def test_ten_thousand_plays(
    session: aiohttp.ClientSession, limiters: Limiters
) -> None:
    """The number of requests is that of pages and batches."""
    catalogue = make_catalogue(
        films=5000, shows=250, seasons_per_show=2, episodes_per_season=10
    )
    async with a_world(session, limiters, catalogue) as world:
        watch_some(world.server, world.user, world.seeded, films=5000, episodes=5000)
        world.server.reset_requests()
        await world.provider.activity([Feature.HISTORY])
        snapshot = await world.provider.read(Feature.HISTORY, None)
        assert len(snapshot.records) == 10_000
        assert world.server.count() == 1 + 10 + 3
        world.server.reset_requests()
        for number, item in enumerate(world.seeded.films[:100]):
            world.server.play(world.user, item, moment(minutes=number))
        await world.provider.activity([Feature.HISTORY])
        updated = await world.provider.read(Feature.HISTORY, snapshot)
        assert world.server.count() <= 3
        assert len(updated.records) == 10_000
