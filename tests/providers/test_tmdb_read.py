"""Reading the watchlist and the ratings of a TMDb account."""

from collections.abc import Callable
from datetime import UTC, datetime
import json

import pytest

from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    Listed,
    MediaKind,
    Rated,
    Record,
    Snapshot,
)
from custom_components.crosswatch.engine.provider import (
    AccountLimitError,
    AuthenticationError,
    ProtocolError,
    ProviderError,
    ProviderUnavailableError,
)
from custom_components.crosswatch.providers.http import JsonObject
from custom_components.crosswatch.providers.tmdb import paging
from custom_components.crosswatch.providers.tmdb.fields import account_from, moment_from
from custom_components.crosswatch.providers.tmdb.mapping import (
    Target,
    entry_from,
    external_ids,
    target_from,
    year_in,
)
from tests.simulators.tmdb import Kind, Title, TmdbSimulator

from .tmdb_world import World, tmdb_world
from .worlds import world_of

RATED_MOVIES = "/3/account/548/rated/movies"
WATCHLIST_MOVIES = "/3/account/548/watchlist/movies"

world = world_of(tmdb_world)


def fill(world: World, number: int) -> list[Title]:
    """Put many films on the watchlist that are on no other list."""
    titles = [
        world.tmdb.library.add(Title(Kind.MOVIE, 9_000_000 + each, f"Film {each}"))
        for each in range(number)
    ]
    for title in titles:
        world.tmdb.alice.put_on_watchlist(title)
    return titles


async def test_watchlist(world: World) -> None:
    """Films and series of the same number are different; nothing is dated."""
    film, show = world.movies[0], world.shows[0]
    twin = world.tmdb.library.add(
        Title(Kind.TV, film.tmdb, "Twin", "1999-05-01", original="Zwilling")
    )
    for title in (film, show, twin):
        world.tmdb.alice.put_on_watchlist(title)
    snapshot = await world.provider().read(Feature.WATCHLIST, None)
    assert set(snapshot.records) == {
        f"movie:{film.tmdb}",
        f"show:{show.tmdb}",
        f"show:{film.tmdb}",
    }
    record = snapshot.records[f"show:{film.tmdb}"]
    assert record.item == Item(
        MediaKind.SHOW, {"tmdb": str(film.tmdb)}, "Twin", year=1999
    )
    assert record.value == Listed(None)
    assert world.tmdb.count() == 2


async def test_ratings(world: World) -> None:
    """Halves are kept; an episode has its show, whose ids are asked for once."""
    film, show = world.movies[0], world.shows[0]
    first, second = list(show.episodes.values())[:2]
    alice = world.tmdb.alice
    for title, value in ((film, 7.5), (show, 10), (first, 0.5), (second, 8)):
        alice.rate(title, value)
    provider = world.provider()
    snapshot = await provider.read(Feature.RATINGS, None)
    assert {
        native_id: record.value for native_id, record in snapshot.records.items()
    } == {
        f"movie:{film.tmdb}": Rated(7.5),
        f"show:{show.tmdb}": Rated(10.0),
        f"episode:{show.tmdb}:{first.season}:{first.number}": Rated(0.5),
        f"episode:{show.tmdb}:{second.season}:{second.number}": Rated(8.0),
    }
    ids = {"tmdb": str(show.tmdb), "imdb": show.imdb, "tvdb": str(show.tvdb)}
    series = Item(MediaKind.SHOW, ids, show.name, int(show.year))  # type: ignore[arg-type]
    records = [each for each in snapshot.records.values() if each.item.show]
    assert [each.item.show for each in records] == [series, series]
    assert records[0].item.show is records[1].item.show
    assert world.tmdb.count("GET", f"/3/tv/{show.tmdb}") == 1
    # Not again by this one, nor by another that knows the snapshot.
    for each in (provider, world.provider()):
        assert (await each.read(Feature.RATINGS, snapshot)).records == snapshot.records
    assert world.tmdb.count("GET", f"/3/tv/{show.tmdb}") == 1


async def test_show_of_own_write_is_asked_for(world: World) -> None:
    """A show that is known from our own write only is as another service knows it."""
    show = world.shows[0]
    episode = show.episodes[1, 1]
    world.tmdb.alice.rate(episode, 6)
    named = Item(MediaKind.SHOW, {"tmdb": str(show.tmdb)}, "Otherwise")
    item = Item(MediaKind.EPISODE, {}, show=named, season=1, number=1)
    own = Record(item, Rated(6.0), f"episode:{show.tmdb}:1:1", seen=False)
    before = Snapshot.of(Feature.RATINGS, [own], datetime.now(UTC))
    snapshot = await world.provider().read(Feature.RATINGS, before)
    [record] = snapshot.records.values()
    assert record.seen
    assert record.item.show is not None
    assert record.item.show.title == show.name


async def test_show_without_a_name_is_asked_for(world: World) -> None:
    """So is one that an older read could not find out the name of."""
    show = world.shows[0]
    world.tmdb.alice.rate(show.episodes[1, 1], 6)
    nameless = Item(MediaKind.SHOW, {"tmdb": str(show.tmdb)})
    item = Item(MediaKind.EPISODE, {}, show=nameless, season=1, number=1)
    old = Record(item, Rated(6.0), f"episode:{show.tmdb}:1:1")
    before = Snapshot.of(Feature.RATINGS, [old], datetime.now(UTC))
    [record] = (await world.provider().read(Feature.RATINGS, before)).records.values()
    assert record.item.show is not None
    assert record.item.show.title == show.name


async def test_show_that_is_gone(world: World) -> None:
    """An episode of a series that TMDb has deleted is still an episode."""
    show = world.shows[0]
    world.tmdb.alice.rate(show.episodes[1, 1], 6)
    world.tmdb.library.remove(show)
    [record] = (await world.provider().read(Feature.RATINGS, None)).records.values()
    assert record.item.show == Item(MediaKind.SHOW, {"tmdb": str(show.tmdb)})
    assert (record.item.season, record.item.number) == (1, 1)


async def test_pages(world: World) -> None:
    """All pages are read, each once."""
    fill(world, 95)
    snapshot = await world.provider().read(Feature.WATCHLIST, None)
    assert len(snapshot.records) == 95
    assert world.tmdb.count("GET", WATCHLIST_MOVIES) == 5


async def test_first_pages_serve_marker_and_read(world: World) -> None:
    """What was fetched for the marker is not fetched again by the next read, once."""
    fill(world, 30)
    world.tmdb.alice.rate(world.movies[0], 5)
    provider = world.provider()
    markers = await provider.activity([Feature.WATCHLIST, Feature.RATINGS])
    assert markers.keys() == {Feature.WATCHLIST, Feature.RATINGS}
    assert world.tmdb.count() == 5
    for feature in markers:
        await provider.read(feature, None)
    assert world.tmdb.count() == 6
    await provider.read(Feature.RATINGS, None)
    assert world.tmdb.count() == 9


async def test_write_forgets_first_pages(world: World) -> None:
    """A read after a write does not serve what was there before it."""
    title = world.movies[0]
    world.tmdb.alice.put_on_watchlist(title)
    provider = world.provider()
    await provider.activity([Feature.WATCHLIST])
    _ = [each async for each in provider.write(Feature.WATCHLIST, [])]
    world.tmdb.alice.take_off_watchlist(title)
    assert not (await provider.read(Feature.WATCHLIST, None)).records


async def marker(world: World, feature: Feature) -> str | None:
    """Return the marker of a feature."""
    return (await world.provider().activity([feature])).get(feature)


async def test_marker_of_a_long_watchlist(world: World) -> None:
    """The first page shows all that can happen to a watchlist of any length."""
    titles = fill(world, 50)
    alice = world.tmdb.alice
    seen = [await marker(world, Feature.WATCHLIST)]
    assert seen[0] == await marker(world, Feature.WATCHLIST)

    async def changes(change: Callable[[], object]) -> None:
        """Check that a change shows."""
        change()
        seen.append(await marker(world, Feature.WATCHLIST))
        assert len(set(seen)) == len(seen)
        assert all(seen)

    # The oldest stands on the last page.
    await changes(lambda: alice.take_off_watchlist(titles[0]))
    await changes(lambda: alice.put_on_watchlist(titles[0]))

    def swap() -> None:
        """Leave the number as it is."""
        alice.take_off_watchlist(titles[3])
        alice.put_on_watchlist(world.movies[0])

    await changes(swap)
    await changes(lambda: alice.put_on_watchlist(world.shows[0]))


async def test_marker_of_ratings(world: World) -> None:
    """Ratings have one as long as a page holds them all: changed ones do not move."""
    films = world.movies
    alice = world.tmdb.alice
    for title in films[:20]:
        alice.rate(title, 5)
    before = await marker(world, Feature.RATINGS)
    assert before
    alice.rate(films[0], 5.5)
    assert await marker(world, Feature.RATINGS) not in {before, None}
    alice.rate(films[20], 5)
    assert await marker(world, Feature.RATINGS) is None


async def test_list_changes_while_read(world: World) -> None:
    """All is read again when rows have moved between the pages."""
    titles = fill(world, 50)
    provider = world.provider()
    await provider.activity([Feature.WATCHLIST])
    world.tmdb.alice.take_off_watchlist(titles[20])
    world.tmdb.alice.put_on_watchlist(world.movies[0])
    world.tmdb.alice.put_on_watchlist(world.movies[1])
    snapshot = await provider.read(Feature.WATCHLIST, None)
    assert snapshot.records.keys() == {
        f"movie:{each.tmdb}" for each in world.tmdb.alice.watchlist
    }


async def test_repeated_pages(world: World) -> None:
    """A service that shows the same page again and again is not believed."""
    fill(world, 50)
    world.tmdb.behaviour.page_size = 100
    page = {
        "page": 1,
        "results": [{"id": 1, "title": "One"}],
        "total_pages": 1,
        "total_results": 50,
    }
    world.tmdb.faults.fail(
        path=WATCHLIST_MOVIES, times=9, status=200, body=json.dumps(page)
    )
    with pytest.raises(ProtocolError, match="repeat each other"):
        await world.provider().read(Feature.WATCHLIST, None)


@pytest.mark.parametrize(
    ("number", "hidden", "is_read"),
    [
        (5, 1, True),
        (5, 3, False),
        (50, 3, True),
        (50, 5, False),
        (408, 8, True),
        (408, 20, False),
    ],
)
async def test_titles_that_are_counted_only(
    world: World, number: int, hidden: int, is_read: bool
) -> None:
    """A few that are counted without being shown are believed, the second time."""
    titles = fill(world, number)
    world.tmdb.behaviour.hidden = set(titles[:hidden])
    provider = world.provider()
    if not is_read:
        with pytest.raises(ProtocolError, match="lack what they should hold"):
            await provider.read(Feature.WATCHLIST, None)
        return
    snapshot = await provider.read(Feature.WATCHLIST, None)
    assert snapshot.records.keys() == {f"movie:{each.tmdb}" for each in titles[hidden:]}


async def test_very_long_list(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is beyond the last page that TMDb shows is read from the other end."""
    monkeypatch.setattr(paging, "LAST_PAGE", 3)
    titles = fill(world, 117)
    snapshot = await world.provider().read(Feature.WATCHLIST, None)
    assert snapshot.records.keys() == {f"movie:{each.tmdb}" for each in titles}
    more = world.tmdb.library.add(Title(Kind.MOVIE, 8_000_000, "One more"))
    for each in (more, *world.movies[:3]):
        world.tmdb.alice.put_on_watchlist(each)
    with pytest.raises(AccountLimitError, match="120 titles"):
        await world.provider().read(Feature.WATCHLIST, None)


async def test_failed_page(world: World) -> None:
    """A page that fails for good fails the read."""
    fill(world, 70)
    world.tmdb.faults.fail(path=WATCHLIST_MOVIES, on_call=3, times=99, status=500)
    with pytest.raises(ProviderUnavailableError):
        await world.provider().read(Feature.WATCHLIST, None)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"status": 401, "body": '{"status_code": 7}'}, AuthenticationError),
        ({"status": 401, "body": '{"status_code": 3}'}, AuthenticationError),
        ({"status": 401}, AuthenticationError),
        ({"status": 403, "body": '{"status_code": 45}'}, AuthenticationError),
        ({"status": 403, "body": "<html>"}, ProviderUnavailableError),
        ({"status": 404, "body": '{"status_code": 34}'}, ProtocolError),
        ({"status": 400, "body": '{"status_code": 22}'}, ProtocolError),
        ({"status": 418, "body": '{"status_code": true}'}, ProtocolError),
        ({"status": 200, "body": "[]"}, ProtocolError),
        ({"status": 200, "body": '{"page": 1, "results": []}'}, ProtocolError),
        (
            {
                "status": 200,
                "body": '{"page":2,"results":[],"total_pages":1,"total_results":0}',
            },
            ProtocolError,
        ),
        (
            {
                "status": 200,
                "body": '{"page":1,"results":[1],"total_pages":1,"total_results":1}',
            },
            ProtocolError,
        ),
    ],
)
async def test_refusals(
    world: World, fault: dict[str, object], error: type[ProviderError]
) -> None:
    """What TMDb means by a refusal; no text holds the key or the session."""
    world.tmdb.faults.fail(path=WATCHLIST_MOVIES, times=9, **fault)  # type: ignore[arg-type]
    with pytest.raises(error) as raised:
        await world.provider().read(Feature.WATCHLIST, None)
    text = str(raised.value)
    assert TmdbSimulator.API_KEY not in text
    assert str(world.data["session_id"]) not in text


async def test_token_in_the_header(world: World) -> None:
    """A read access token goes into a header, and not into the address."""
    world.data = {**world.data, "api_key": world.tmdb.READ_TOKEN}
    assert (await world.provider().identify()).name == "alice"
    [request] = world.tmdb.requests
    assert "api_key" not in request.query
    assert request.headers["Authorization"] == f"Bearer {world.tmdb.READ_TOKEN}"


async def test_pace(world: World) -> None:
    """A first look at many pages keeps within what TMDb allows."""
    fill(world, 900)
    moments: list[float] = []
    clock = world.limiters._clock  # noqa: SLF001
    world.tmdb.clock = lambda: datetime.fromtimestamp(clock(), UTC)
    await world.provider().read(Feature.WATCHLIST, None)
    moments = [each.at.timestamp() for each in world.tmdb.requests]
    assert len(moments) == 46
    busiest = max(
        sum(start <= each < start + 1 for each in moments) for start in moments
    )
    assert busiest <= 20


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"title": "x"}, "id"),
        ({"id": 0}, "id"),
        ({"id": True}, "id"),
        ({"id": "550"}, "id"),
        ({"id": 550}, "rating"),
        ({"id": 550, "rating": 0}, "rating"),
        ({"id": 550, "rating": 10.5}, "rating"),
        ({"id": 550, "rating": "8"}, "rating"),
    ],
)
def test_rows_that_lack_something(row: JsonObject, field: str) -> None:
    """What is needed and missing is named."""
    with pytest.raises(ProtocolError, match=f"proper {field}"):
        entry_from(MediaKind.MOVIE, row, rates=True)


@pytest.mark.parametrize("gone", ["show_id", "season_number", "episode_number", "id"])
def test_episodes_that_lack_something(gone: str) -> None:
    """An episode needs its series and its place there."""
    row = {
        "id": 63056,
        "show_id": 1399,
        "season_number": 0,
        "episode_number": 3,
        "rating": 9,
    }
    entry = entry_from(MediaKind.EPISODE, row, rates=True)
    assert entry.native_id == "episode:1399:0:3"
    assert entry.target.path == "/tv/1399/season/0/episode/3"
    del row[gone]
    with pytest.raises(ProtocolError, match=f"proper {gone}"):
        entry_from(MediaKind.EPISODE, row, rates=True)


@pytest.mark.parametrize(
    "dated",
    [
        {"account_rating": {"created_at": "2024-05-01T10:00:00.000Z", "value": 9}},
        {"created_at": "2024-05-01 10:00:00 UTC"},
        {"created_at": "2024-05-01T12:00:00+02:00"},
    ],
)
def test_dated_rating(dated: JsonObject) -> None:
    """A rating is dated where TMDb tells when it was given."""
    row = {"id": 550, "rating": 8, **dated}
    at = datetime(2024, 5, 1, 10, tzinfo=UTC)
    assert entry_from(MediaKind.MOVIE, row, rates=True).value == Rated(8.0, at)


def test_rating_beside_its_date() -> None:
    """The rating may stand with its date only."""
    row = {"id": 550, "account_rating": {"value": 6.5, "created_at": None}}
    assert entry_from(MediaKind.MOVIE, row, rates=True).value == Rated(6.5)  # type: ignore[arg-type]


def test_moments() -> None:
    """What is no moment is none."""
    assert [moment_from(each) for each in (None, 5, "", "soon")] == [None] * 4


@pytest.mark.parametrize(
    ("date", "year"),
    [("1999-10-15", 1999), ("", None), (None, None), ("????", None), ("0000", None)],
)
def test_year(date: str | None, year: int | None) -> None:
    """The year is that of the date, if there is one."""
    assert year_in({"release_date": date}) == year
    assert year_in({"first_air_date": date}) == year


def test_external_ids() -> None:
    """Only what is an id is one."""
    assert external_ids({"imdb_id": "tt0903747", "tvdb_id": 81189, "id": 1396}) == {
        "imdb": "tt0903747",
        "tvdb": "81189",
    }
    assert external_ids({"imdb_id": "", "tvdb_id": 0}) == {}
    assert external_ids({"imdb_id": None, "tvdb_id": [1]}) == {}
    assert external_ids(None) == {}


def test_account() -> None:
    """A user without a name of either sort is known by the number."""
    assert account_from({"id": 5, "username": "", "name": "Al"}).name == "Al"
    assert account_from({"id": 5, "username": None}).name == "5"


@pytest.mark.parametrize(
    "target",
    [
        Target(MediaKind.MOVIE, 550),
        Target(MediaKind.SHOW, 1399),
        Target(MediaKind.EPISODE, 1399, 0, 12),
    ],
)
def test_native_ids(target: Target) -> None:
    """A native id leads back to what it names."""
    assert target_from(target.native_id) == target


@pytest.mark.parametrize(
    "text",
    ["", "550", "own:movie:tmdb:550", "movie:x", "movie:1:2", "episode:1:2", "a:1"],
)
def test_no_native_ids(text: str) -> None:
    """Anything else names nothing."""
    assert target_from(text) is None
