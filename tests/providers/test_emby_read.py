"""Reading an account on an Emby server: what is read, and with how many requests."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import aiohttp
import pytest

from custom_components.crosswatch.engine.model import (
    Feature,
    Library,
    MediaKind,
    Progress,
    Rated,
    Watched,
)
from custom_components.crosswatch.engine.plan import OutcomeKind
from custom_components.crosswatch.engine.provider import (
    AccountLimitError,
    AuthenticationError,
    ProtocolError,
    ProviderUnavailableError,
)
from custom_components.crosswatch.providers.emby.feed import MOST_ROWS, MOST_TOO_MANY
from custom_components.crosswatch.providers.http import Limiters

from ..simulators.catalogue import make_catalogue
from ..simulators.emby import SavedFilter
from ..simulators.jellyfin import Oddities, watch_some
from .emby_world import ITEMS, World, a_world, snapshot_with_marker
from .mediabrowser_world import NOW, as_item, moment
from .operating import operation

ALL = [Feature.WATCHLIST, Feature.HISTORY, Feature.PROGRESS]
EVERYTHING = [*ALL, Feature.RATINGS]
LATER = NOW + timedelta(hours=1)
TICKS_A_MINUTE = 600_000_000


@pytest.fixture
async def world(
    session: aiohttp.ClientSession, limiters: Limiters
) -> AsyncIterator[World]:
    """Return a server on which some things were watched long before now."""
    async with a_world(session, limiters) as world:
        world.pass_time(moment(days=1))
        for number, film in enumerate(world.seeded.films[:5]):
            world.server.play(world.user, film, moment(days=2 + number))
        for episode in world.seeded.episodes[:4]:
            world.server.play(world.user, episode, moment(days=2))
        world.server.favourite(world.user, world.seeded.films[7])
        world.server.favourite(world.user, world.seeded.series[1])
        begun = world.seeded.films[9]
        world.server.stop_at(world.user, begun, 30 * TICKS_A_MINUTE, moment(days=2))
        world.server.rate(world.user, world.seeded.films[0], 10)
        world.server.rate(world.user, world.seeded.series[0], 1)
        world.pass_time(NOW)
        yield world


async def test_identify(world: World) -> None:
    """An account is a user of a server."""
    info = await world.provider.identify()
    assert info.account_id == f"{world.server.state.server_id}_{world.user.id}"
    assert info.name == "jon"


async def test_history(world: World) -> None:
    """Plays come with the dates, years and series that lists leave out unasked."""
    records = await world.read(Feature.HISTORY)
    film, episode = world.seeded.films[0], world.seeded.episodes[0]
    assert len(records) == 9
    record = records[film.id]
    assert record.item.year == film.year
    assert record.item.ids == {"imdb": "tt0133093", "tmdb": "603"}
    assert record.value == Watched(moment(days=2))
    of_series = records[episode.id].item
    assert of_series.show is not None
    assert of_series.show.year == episode.series.year
    assert (of_series.season, of_series.number) == (episode.parent_index, 1)


async def test_other_features(world: World) -> None:
    """So do favourites, ratings and positions."""
    listed = await world.read(Feature.WATCHLIST)
    assert {record.item.kind for record in listed.values()} == {
        MediaKind.MOVIE,
        MediaKind.SHOW,
    }
    ratings = await world.read(Feature.RATINGS)
    assert {record.value for record in ratings.values()} == {Rated(10), Rated(1)}
    (begun,) = (await world.read(Feature.PROGRESS)).values()
    assert begun.value == Progress(
        position_ms=30 * 60_000,
        duration_ms=(world.seeded.films[9].runtime or 0) // 10_000,
        at=moment(days=2),
    )


async def test_unchanged_costs_two_requests(world: World) -> None:
    """One request tells of changes in everything but the watchlist, which is listed."""
    first = await world.provider.activity(EVERYTHING)
    assert set(first) == set(EVERYTHING)
    world.server.reset_requests()
    assert await world.provider.activity(EVERYTHING) == first
    assert world.server.count() == 2
    world.server.reset_requests()
    assert await world.provider.activity([Feature.HISTORY]) == {
        Feature.HISTORY: first[Feature.HISTORY]
    }
    assert world.server.count() == 1


async def test_restart_changes_no_marker(world: World) -> None:
    """After a restart the markers are the same, though nothing is remembered."""
    first = await world.provider.activity(EVERYTHING)
    assert await world.restarted().activity(EVERYTHING) == first


@pytest.mark.parametrize("restart", [False, True])
async def test_history_delta(world: World, restart: bool) -> None:
    """What was played, played anew or taken back is read with a few requests."""
    before = await snapshot_with_marker(world.provider, Feature.HISTORY)
    films = world.seeded.films
    world.pass_time(LATER)
    world.server.play(world.user, films[20], moment(days=900))
    world.server.play(world.user, films[1], LATER)
    world.server.unplay(world.user, films[2])
    world.server.play(world.user, world.seeded.episodes[4])
    provider = world.restarted() if restart else world.provider
    world.server.reset_requests()
    after = await snapshot_with_marker(provider, Feature.HISTORY, before)
    assert set(after.records) ^ set(before.records) == {
        films[20].id,
        films[2].id,
        world.seeded.episodes[4].id,
    }
    assert after.records[films[20].id].value == Watched(moment(days=900))
    assert after.records[films[1].id].value == Watched(LATER, (), 2)
    assert after.full_read_at == before.full_read_at
    assert (
        after.records == (await world.restarted().read(Feature.HISTORY, None)).records
    )
    assert world.server.count(path=f".*{ITEMS}") <= 12


async def test_untouched_snapshot_is_the_same(world: World) -> None:
    """Another feature's change moves the marker, but leaves nothing to store."""
    before = await snapshot_with_marker(world.provider, Feature.HISTORY)
    world.pass_time(LATER)
    world.server.rate(world.user, world.seeded.films[3], 10)
    after = await snapshot_with_marker(world.provider, Feature.HISTORY, before)
    assert after.marker != before.marker
    assert after.records is before.records


async def test_gone_from_the_library(world: World) -> None:
    """What has left the library is missed by the number of plays."""
    before = await snapshot_with_marker(world.provider, Feature.HISTORY)
    world.server.state.remove_item(world.seeded.films[0])
    world.pass_time(LATER)
    world.server.play(world.user, world.seeded.films[21])
    after = await snapshot_with_marker(world.provider, Feature.HISTORY, before)
    assert world.seeded.films[0].id not in after.records
    assert world.seeded.films[21].id in after.records


async def test_ratings_delta(world: World) -> None:
    """Only what has changed is read of the ratings."""
    before = await snapshot_with_marker(world.provider, Feature.RATINGS)
    world.pass_time(LATER)
    season = world.seeded.series[2].children[0]
    world.server.rate(world.user, season, 10)
    world.server.rate(world.user, world.seeded.films[0], None)
    world.server.reset_requests()
    after = await snapshot_with_marker(world.provider, Feature.RATINGS, before)
    assert set(after.records) == {season.id, world.seeded.series[0].id}
    assert after.records[season.id].item.kind is MediaKind.SEASON
    assert world.server.count(path=f".*{ITEMS}") <= 3
    world.server.reset_requests()
    assert await snapshot_with_marker(world.provider, Feature.RATINGS, after) is after
    assert world.server.count() == 1


async def test_old_snapshots_are_read_in_full(world: World) -> None:
    """Each day everything is listed afresh, also ratings."""
    for feature in (Feature.RATINGS, Feature.HISTORY):
        before = await snapshot_with_marker(world.provider, feature)
        old = replace(before, full_read_at=before.full_read_at - timedelta(days=2))
        after = await world.provider.read(feature, old)
        assert after.records == before.records
        assert after.full_read_at >= before.full_read_at


async def test_progress_and_what_is_played(world: World) -> None:
    """A change of position moves the marker, and so does who plays or stops."""
    before = await snapshot_with_marker(world.provider, Feature.PROGRESS)
    world.pass_time(LATER)
    film = world.seeded.films[10]
    device = world.server.begin(world.user, film, 20 * TICKS_A_MINUTE)
    during = await snapshot_with_marker(world.provider, Feature.PROGRESS, before)
    assert during.marker != before.marker
    value = during.records[film.id].value
    assert isinstance(value, Progress)
    assert value.playing
    assert value.position_ms == 20 * 60_000
    world.server.end(device)
    after = await snapshot_with_marker(world.provider, Feature.PROGRESS, during)
    value = after.records[film.id].value
    assert isinstance(value, Progress)
    assert not value.playing
    again = await snapshot_with_marker(world.provider, Feature.PROGRESS, after)
    assert again is after


@pytest.mark.parametrize("saved_filter", [SavedFilter.METADATA, SavedFilter.IGNORED])
async def test_servers_without_the_filter(
    world: World, saved_filter: SavedFilter
) -> None:
    """A server that does not list what was saved is read without that."""
    world.server.emby_behaviour.saved_filter = saved_filter
    features = [Feature.HISTORY, Feature.PROGRESS, Feature.RATINGS]
    first = await world.provider.activity(features)
    before = await world.provider.read(Feature.HISTORY, None)
    before = replace(before, marker=first[Feature.HISTORY])
    assert (await world.provider.activity(features)) == first
    world.pass_time(LATER)
    world.server.play(world.user, world.seeded.films[20], moment(days=900))
    world.server.stop_at(world.user, world.seeded.films[22], 30 * TICKS_A_MINUTE)
    then = await world.provider.activity(features)
    assert then[Feature.HISTORY] != first[Feature.HISTORY]
    assert then[Feature.PROGRESS] != first[Feature.PROGRESS]
    after = await world.provider.read(Feature.HISTORY, before)
    assert world.seeded.films[20].id in after.records


async def test_filter_that_stops_to_work(world: World) -> None:
    """What we wrote ourselves has to be listed; else the lists are read as a whole."""
    before = await snapshot_with_marker(world.provider, Feature.HISTORY)
    item, value = as_item(world.seeded.films[25]), Watched(moment(days=800))
    assert await world.write(Feature.HISTORY, operation(item, value)) == [
        (OutcomeKind.APPLIED, None)
    ]
    markers = await world.provider.activity([Feature.HISTORY])
    assert markers[Feature.HISTORY].startswith("since=")
    assert await world.write(
        Feature.RATINGS, operation(item, Rated(10), feature=Feature.RATINGS)
    ) == [(OutcomeKind.APPLIED, None)]
    world.server.emby_behaviour.saved_filter = SavedFilter.METADATA
    markers = await world.provider.activity([Feature.HISTORY, Feature.RATINGS])
    assert set(markers) == {Feature.HISTORY}
    assert markers[Feature.HISTORY].startswith("10:")
    after = await world.provider.read(Feature.HISTORY, before)
    assert len(after.records) == 10


async def test_nothing_played(
    session: aiohttp.ClientSession, limiters: Limiters
) -> None:
    """Without a single play there is no moment to begin with; that is no fault."""
    async with a_world(session, limiters) as world:
        markers = await world.provider.activity(EVERYTHING)
        assert markers[Feature.HISTORY].startswith("0:")
        assert Feature.RATINGS not in markers
        assert await world.read(Feature.HISTORY) == {}
        world.server.play(world.user, world.seeded.films[0])
        markers = await world.provider.activity([Feature.HISTORY])
        assert markers[Feature.HISTORY].startswith("since=")


async def test_plays_without_sense_of_time(world: World) -> None:
    """Plays of the future and without a date are not what is gone by."""
    for film in world.seeded.films[:5]:
        world.server.state.data(world.user, film).last_played = None
    for episode in world.seeded.episodes[:4]:
        world.server.play(world.user, episode, NOW + timedelta(days=2))
    markers = await world.provider.activity([Feature.HISTORY])
    assert not markers[Feature.HISTORY].startswith("since=")
    records = await world.read(Feature.HISTORY)
    undated = records[world.seeded.films[0].id].value
    assert undated == Watched(None)


async def test_many_changes_at_once(
    session: aiohttp.ClientSession, limiters: Limiters
) -> None:
    """After very many changes it is listed what comes after them."""
    catalogue = make_catalogue(films=400, shows=1)
    async with a_world(session, limiters, catalogue) as world:
        world.pass_time(moment(days=1))
        watch_some(world.server, world.user, world.seeded, films=390, episodes=0)
        world.pass_time(NOW)
        markers = await world.provider.activity([Feature.HISTORY])
        since = (NOW - timedelta(minutes=10)).strftime("%Y-%m-%dT%H:%M:%SZ")
        assert markers[Feature.HISTORY].startswith(f"since={since};0:")
        before = await world.provider.read(Feature.HISTORY, None)
        before = replace(before, marker=markers[Feature.HISTORY])
        # More than are listed, all at once, while it is looked at.
        for film in world.seeded.films[: MOST_ROWS + 1]:
            world.server.play(world.user, film, NOW)
        markers = await world.provider.activity([Feature.HISTORY])
        assert not markers[Feature.HISTORY].startswith("since=")
        after = await world.provider.read(Feature.HISTORY, before)
        assert after.records[world.seeded.films[0].id].value == Watched(
            NOW, (), world.user.of(world.seeded.films[0]).play_count
        )
        # A while later it is listed again what was saved since.
        world.pass_time(LATER)
        markers = await world.provider.activity([Feature.HISTORY])
        assert ";0:" in markers[Feature.HISTORY]
        for film in world.seeded.films[: MOST_ROWS + 1]:
            world.server.rate(world.user, film, 10)
        markers = await world.provider.activity([Feature.HISTORY])
        assert not markers[Feature.HISTORY].startswith("since=")


async def test_always_too_many(
    session: aiohttp.ClientSession, limiters: Limiters
) -> None:
    """A large library that is listed whole each time is not asked for ever."""
    catalogue = make_catalogue(films=MOST_ROWS + 50, shows=1)
    async with a_world(session, limiters, catalogue) as world:
        world.server.play(world.user, world.seeded.films[0], moment(days=3))
        world.server.emby_behaviour.saved_filter = SavedFilter.IGNORED
        for _ in range(MOST_TOO_MANY):
            await world.provider.activity([Feature.HISTORY])
        world.server.reset_requests()
        markers = await world.provider.activity([Feature.HISTORY])
        assert markers[Feature.HISTORY].startswith("1:")
        assert world.server.count() == 1


async def test_odd_library(session: aiohttp.ClientSession, limiters: Limiters) -> None:
    """Files of two episodes, copies, items without ids and spelt otherwise are read."""
    catalogue = make_catalogue(films=80, shows=10)
    async with a_world(session, limiters, catalogue, Oddities()) as world:
        world.pass_time(moment(days=1))
        watch_some(world.server, world.user, world.seeded, films=1.0, episodes=1.0)
        world.pass_time(NOW)
        before = await snapshot_with_marker(world.provider, Feature.HISTORY)
        double = next(item for item in world.seeded.episodes if item.index_end)
        assert {double.id, f"{double.id}#2"} <= before.records.keys()
        world.pass_time(LATER)
        world.server.unplay(world.user, double)
        after = await snapshot_with_marker(world.provider, Feature.HISTORY, before)
        gone = before.records.keys() - after.records.keys()
        assert gone == {double.id, f"{double.id}#2"}
        assert len({record.item.title for record in before.records.values()}) > 80


@pytest.mark.parametrize("place", [1, 2, 3])
async def test_failed_page(
    session: aiohttp.ClientSession, limiters: Limiters, place: int
) -> None:
    """A page that cannot be read ends the read; nothing of it is told."""
    catalogue = make_catalogue(films=2100, shows=1)
    async with a_world(session, limiters, catalogue) as world:
        watch_some(world.server, world.user, world.seeded, films=1.0, episodes=0)
        records = await world.read(Feature.HISTORY)
        assert len(records) == 2100
        world.server.faults.fail(path=ITEMS, on_call=place, times=9, status=500)
        with pytest.raises(ProviderUnavailableError):
            await world.read(Feature.HISTORY)


async def test_lists_that_lie(world: World) -> None:
    """A list that was cut short is not believed to be all there is."""
    before = await snapshot_with_marker(world.provider, Feature.HISTORY)
    world.server.emby_behaviour.empty_lists = True
    with pytest.raises(ProtocolError):
        await world.provider.read(Feature.HISTORY, replace(before, marker=""))
    world.server.emby_behaviour.empty_lists = False
    world.server.emby_behaviour.lists_of = world.server.add_user("Arya")
    with pytest.raises(ProtocolError):
        await world.provider.read(Feature.HISTORY, replace(before, marker=""))


@pytest.mark.parametrize("feature", EVERYTHING)
async def test_login_has_ended(world: World, feature: Feature) -> None:
    """Without a login the person has to sign in again."""
    world.server.revoke_tokens(world.user)
    with pytest.raises(AuthenticationError):
        await world.provider.read(feature, None)
    with pytest.raises(AuthenticationError):
        await world.provider.identify()


async def test_refused_though_signed_in(world: World) -> None:
    """401 of what may not be seen is no end of the login."""
    world.server.faults.fail(path=ITEMS, times=9, status=401)
    with pytest.raises(AccountLimitError, match="Emby server refuses"):
        await world.provider.read(Feature.WATCHLIST, None)


async def test_proxy_with_a_login(world: World) -> None:
    """A page of a proxy is no answer of the server."""
    html = {"Content-Type": "text/html"}
    world.server.faults.fail(path=ITEMS, times=9, status=401, headers=html)
    with pytest.raises(ProviderUnavailableError, match="proxy"):
        await world.provider.read(Feature.WATCHLIST, None)


@pytest.mark.parametrize(
    "answer",
    [
        b'{"Items": [{"Id": "1"}], "TotalRecordCount": 1}',
        b'{"Items": [7], "TotalRecordCount": 1}',
        b'{"TotalRecordCount": 1}',
        b'{"Items": []}',
        b"[]",
        b"nonsense",
    ],
)
async def test_nonsense(world: World, answer: bytes) -> None:
    """An answer without what is needed is refused, and named."""
    world.server.faults.fail(path=ITEMS, times=9, status=200, body=answer)
    with pytest.raises(ProtocolError):
        await world.provider.read(Feature.WATCHLIST, None)


async def test_dates_of_no_clock(world: World) -> None:
    """Without the server's time nothing is listed by when it was saved."""
    world.server.faults.fail(
        path=ITEMS,
        times=1,
        status=200,
        headers={"Date": "yesterday"},
        body=b'{"Items": [], "TotalRecordCount": 0}',
    )
    markers = await world.provider.activity([Feature.HISTORY])
    assert not markers[Feature.HISTORY].startswith("since=")


async def test_server_that_shows_nothing(world: World) -> None:
    """Everything gone at once is not believed of a server without any titles."""
    before = await snapshot_with_marker(world.provider, Feature.WATCHLIST)
    for item in [*world.seeded.films, *world.seeded.series]:
        world.server.state.remove_item(item)
    with pytest.raises(ProviderUnavailableError, match="no films and no series"):
        await world.provider.read(Feature.WATCHLIST, before)


async def test_libraries(world: World) -> None:
    """Libraries have names, and items lie in them."""
    found = await world.provider.libraries()
    assert [library.name for library in found] == ["Movies", "Shows", "Rare Finds"]
    film, episode = world.seeded.films[0], world.seeded.episodes[0]
    places = await world.provider.locate([film.id, f"{episode.id}#2", "999999"])
    assert places == {
        film.id: world.seeded.movies.id,
        f"{episode.id}#2": world.seeded.shows.id,
    }


async def test_libraries_that_nobody_counted(world: World) -> None:
    """They all come at once: it need not be told how many there are."""
    row = '{"Id": "4", "Name": "Films", "CollectionType": "movies"}'
    world.server.faults.fail(
        path=r"/Users/\w+/Views", status=200, body=f'{{"Items": [{row}]}}'
    )

    assert await world.provider.libraries() == [Library("4", "Films")]

    world.server.faults.fail(path=r"/Users/\w+/Views", status=200, body="{}")
    with pytest.raises(ProtocolError, match="Items"):
        await world.provider.libraries()


async def test_what_has_left_the_library(world: World) -> None:
    """What was unwatched is there all the same; what was deleted is not."""
    gone, unwatched, watched = world.seeded.films[:3]
    for film in (gone, unwatched, watched):
        world.server.play(world.user, film)
    before = await world.provider.read(Feature.HISTORY, None)
    world.server.state.remove_item(gone)
    world.server.unplay(world.user, unwatched)
    after = await world.provider.read(Feature.HISTORY, None)
    lost = before.records.keys() - after.records.keys()
    world.server.reset_requests()

    assert lost == {gone.id, unwatched.id}
    asked = {*lost, f"{watched.id}#2", "own:movie:imdb:tt1"}
    assert await world.provider.left(Feature.HISTORY, asked) == {
        gone.id,
        f"{watched.id}#2",
    }
    assert len(world.server.requests) == 1
