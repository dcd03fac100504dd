"""Reading an AniList account: the whole list, once for both features."""

import asyncio
from datetime import UTC, datetime, timedelta
import time

import pytest

from custom_components.crosswatch.engine.model import Feature, Listed, MediaKind, Rated
from custom_components.crosswatch.engine.provider import (
    AuthenticationError,
    ProtocolError,
    ProviderUnavailableError,
    RateLimitedError,
)
from custom_components.crosswatch.providers.anilist import client
from custom_components.crosswatch.providers.anilist.mapping import (
    Collection,
    records_of,
)
from custom_components.crosswatch.providers.anilist.scores import ScoreFormat
from custom_components.crosswatch.providers.http import JsonObject
from tests.simulators.anilist import STATUSES, Media

from .anilist_world import World, anilist_world
from .conftest import Clock
from .worlds import world_with_files_of

AT = datetime(2026, 5, 1, 20, 30, tzinfo=UTC)
BOTH = (Feature.WATCHLIST, Feature.RATINGS)

world = world_with_files_of(anilist_world)


async def test_watchlist(world: World) -> None:
    """What is planned is listed, a film as a film, and nothing that was begun."""
    alice = world.anilist.alice
    for status, media in zip(STATUSES, world.series, strict=False):
        world.anilist.put(alice, media, status)
    world.anilist.put(alice, world.films[0], "PLANNING", at=AT)
    records = (await world.provider().read(Feature.WATCHLIST, None)).records
    assert set(records) == {"1001", "2002"}
    film = records["1001"]
    assert film.item.kind is MediaKind.MOVIE
    assert dict(film.item.ids) == {"anilist": "1001", "mal": "501"}
    assert (film.item.title, film.item.year) == ("Film 1", 1990)
    assert film.value == Listed(AT)
    assert records["2002"].item.kind is MediaKind.SHOW


async def test_ratings(world: World) -> None:
    """Whatever its status, an entry with a score is rated; one without is not."""
    alice = world.anilist.alice
    for number, (status, media) in enumerate(zip(STATUSES, world.series, strict=False)):
        world.anilist.put(alice, media, status, score=number, at=AT)
    records = (await world.provider().read(Feature.RATINGS, None)).records
    assert {each.native_id: each.value for each in records.values()} == {
        str(2001 + number): Rated(float(number), AT) for number in range(1, 6)
    }


@pytest.mark.parametrize(
    ("form", "score", "rating", "step"),
    [
        ("POINT_100", 87, 8.7, 0.1),
        ("POINT_10_DECIMAL", 8.7, 8.7, 0.1),
        ("POINT_10", 9, 9.0, 1.0),
        ("POINT_5", 4, 8.0, 2.0),
        ("POINT_3", 2, 6.6667, 10 / 3),
    ],
)
async def test_formats(
    world: World, form: str, score: float, rating: float, step: float
) -> None:
    """Scores are read as the person gives them, and the account tells its step."""
    alice = world.anilist.alice
    alice.score_format = form
    world.anilist.put(alice, world.films[0], score=score)
    provider = world.provider()
    [record] = (await provider.read(Feature.RATINGS, None)).records.values()
    assert isinstance(record.value, Rated)
    assert record.value.rating == rating
    assert provider.capabilities[Feature.RATINGS].rating_step == step
    # It is known from then on, also after a restart.
    assert bool(world.saved) is (form != "POINT_10")
    assert world.provider().capabilities[Feature.RATINGS].rating_step == step


async def test_one_request_for_both(world: World) -> None:
    """Both features come from one answer, within a run and for its markers."""
    alice = world.anilist.alice
    world.anilist.put(alice, world.films[0], "PLANNING", score=5)
    provider = world.provider()
    markers = await provider.activity(BOTH)
    assert markers.keys() == set(BOTH)
    for feature in BOTH:
        assert len((await provider.read(feature, None)).records) == 1
    assert world.requests() == 1
    await asyncio.gather(*(world.provider().read(each, None) for each in BOTH))
    assert world.requests() == 2
    provider = world.provider()
    await asyncio.gather(*(provider.read(each, None) for each in BOTH))
    assert world.requests() == 1


async def test_read_again(world: World) -> None:
    """A feature that was read is read anew: somebody wants a second look."""
    provider = world.provider()
    await provider.read(Feature.WATCHLIST, None)
    world.anilist.put(world.anilist.alice, world.films[0], "PLANNING")
    assert len((await provider.read(Feature.WATCHLIST, None)).records) == 1
    assert world.requests() == 2


async def test_a_list_that_is_kept_too_long(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list serves the next read only for a short while."""
    provider = world.provider()
    await provider.activity(BOTH)
    later = time.monotonic() + 31
    monkeypatch.setattr(time, "monotonic", lambda: later)
    await provider.read(Feature.WATCHLIST, None)
    assert world.requests() == 2


async def test_markers(world: World) -> None:
    """A marker moves with its own feature only, and with what AniList has corrected."""
    alice = world.anilist.alice
    planned = world.anilist.put(alice, world.films[0], "PLANNING")
    world.anilist.put(alice, world.films[1], "COMPLETED", score=5)

    async def markers() -> tuple[str, str]:
        """Return both markers."""
        found = await world.provider().activity(BOTH)
        return found[Feature.WATCHLIST], found[Feature.RATINGS]

    first = await markers()
    assert first == await markers()
    planned.progress = 3
    planned.updated_at += 5
    assert first == await markers()
    world.anilist.put(alice, world.films[1], score=6)
    second = await markers()
    assert second[0] == first[0]
    assert second[1] != first[1]
    world.anilist.put(alice, world.films[0], "CURRENT")
    third = await markers()
    assert third[0] != second[0]
    assert third[1] == second[1]
    world.films[1].title = "Another name"
    fourth = await markers()
    assert fourth[0] == third[0]
    assert fourth[1] != third[1]
    alice.score_format = "POINT_100"
    assert (await markers())[1] != fourth[1]
    assert await world.provider().activity([Feature.HISTORY]) == {}


async def test_own_lists(world: World) -> None:
    """An entry in several own lists, hidden from the others or not, is there once."""
    alice = world.anilist.alice
    lists = {"Winter", "With Tom"}
    world.anilist.put(alice, world.films[0], "PLANNING", custom_lists=lists)
    world.anilist.put(
        alice, world.films[1], "PLANNING", custom_lists=lists, hidden=True, score=4
    )
    # In no list at all, AniList does not tell of it.
    world.anilist.put(alice, world.films[2], "PLANNING", hidden=True, score=9)
    provider = world.provider()
    listed = (await provider.read(Feature.WATCHLIST, None)).records
    rated = (await provider.read(Feature.RATINGS, None)).records
    assert set(listed) == {"1001", "1002"}
    assert set(rated) == {"1002"}


async def test_titles_and_years(world: World) -> None:
    """A title is the English one if there is one; a year may be missing."""
    named = Media(1, "", None, None, "OVA", "Romaji", "日本語")
    nameless = Media(2, "", 2011, None, None, "", "")
    for media in (named, nameless):
        world.anilist.put(world.anilist.alice, world.anilist.add(media), "PLANNING")
    records = (await world.provider().read(Feature.WATCHLIST, None)).records
    assert [(each.item.title, each.item.year) for each in records.values()] == [
        ("Romaji", None),
        ("", 2011),
    ]
    assert dict(records["1"].item.ids) == {"anilist": "1"}
    assert {each.item.kind for each in records.values()} == {MediaKind.SHOW}


async def test_dates_that_are_not_known(world: World) -> None:
    """A date of 0, or one that is none, is no date."""
    entry = world.anilist.put(world.anilist.alice, world.films[0], "PLANNING")
    for seconds in (0, -5, 10**12):
        entry.created_at = seconds
        if seconds < 2**31:
            [record] = (
                await world.provider().read(Feature.WATCHLIST, None)
            ).records.values()
            assert record.value == Listed(None)


async def test_in_chunks(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list that does not come at once is read in chunks, to its end."""
    monkeypatch.setattr(client, "CHUNK", 7)
    world.anilist.behaviour.at_once = 10
    for media in (*world.films[:20], *world.series[:13]):
        world.anilist.put(world.anilist.alice, media, "PLANNING", custom_lists={"A"})
    records = (await world.provider().read(Feature.WATCHLIST, None)).records
    assert len(records) == 33
    # Each stands there twice.
    assert world.requests() == 1 + -(-66 // 7)


async def test_the_same_chunk_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service that ignores which chunk is wanted does not keep us forever."""
    monkeypatch.setattr(client, "CHUNK", 0)
    world.anilist.behaviour.at_once = 1
    for media in world.films[:3]:
        world.anilist.put(world.anilist.alice, media, "PLANNING")
    with pytest.raises(ProtocolError, match="again and again"):
        await world.provider().read(Feature.WATCHLIST, None)


async def test_too_many_chunks(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """And there is an end to them."""
    monkeypatch.setattr(client, "CHUNK", 1)
    monkeypatch.setattr(client, "MAX_CHUNKS", 2)
    world.anilist.behaviour.at_once = 1
    for media in world.films[:5]:
        world.anilist.put(world.anilist.alice, media, "PLANNING")
    with pytest.raises(ProtocolError):
        await world.provider().read(Feature.WATCHLIST, None)


async def test_pace(world: World, clock: Clock) -> None:
    """No more than thirty requests a minute are made, reads and writes alike."""
    world.anilist.behaviour.requests_a_minute = 30
    world.anilist.clock = lambda: AT + timedelta(seconds=clock.now)
    provider = world.provider()
    for _ in range(70):
        await provider.identify()
    assert 119 <= sum(clock.slept) <= 121
    assert world.requests() == 70


async def test_asked_to_slow_down(world: World, clock: Clock) -> None:
    """A request that is refused for its pace is made again when AniList allows it."""
    world.anilist.faults.fail(status=429, headers={"Retry-After": "45"})
    await world.provider().read(Feature.WATCHLIST, None)
    assert max(clock.slept) == 45
    body = '{"data":null,"errors":[{"message":"Too Many Requests.","status":429}]}'
    world.anilist.faults.fail(status=200, body=body)
    with pytest.raises(RateLimitedError):
        await world.provider().read(Feature.WATCHLIST, None)


async def test_login_that_has_ended(world: World) -> None:
    """A token that is not good any more asks for a new sign-in."""
    world.anilist.logins.tokens.clear()
    for work in (
        world.provider().identify(),
        world.provider().read(Feature.RATINGS, None),
    ):
        with pytest.raises(AuthenticationError):
            await work


async def test_login_of_somebody_else(world: World) -> None:
    """So does an account that is not the one that signed in."""
    other = world.anilist.add_user("Bob")
    world.data = {**world.data, "access_token": world.anilist.sign_in(other)}
    with pytest.raises(AuthenticationError):
        await world.provider().read(Feature.RATINGS, None)
    world.data = {"access_token": "x"}
    with pytest.raises(AuthenticationError):
        await world.provider().read(Feature.RATINGS, None)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (401, "", AuthenticationError),
        (403, "<html>", ProviderUnavailableError),
        (418, "<html>", ProtocolError),
        (501, "<html>", ProviderUnavailableError),
        (200, "{}", ProtocolError),
        (200, '{"data": [], "errors": {}}', ProtocolError),
        (200, '{"errors": [{"message": "Unauthorized."}]}', AuthenticationError),
        (200, '{"errors": [{"status": 500}]}', ProviderUnavailableError),
        (200, '{"errors": ["odd"]}', ProtocolError),
        (400, '{"data": {"Viewer": null}}', ProtocolError),
    ],
)
async def test_refusals(
    world: World, status: int, body: str, error: type[Exception]
) -> None:
    """Whatever form a refusal has, it is one of our errors, and no write."""
    world.anilist.faults.fail(status=status, body=body, times=9)
    with pytest.raises(error) as caught:
        await world.provider().read(Feature.WATCHLIST, None)
    assert not getattr(caught.value, "maybe_sent", False)


async def test_api_is_turned_off(world: World) -> None:
    """An API that is turned off for all says nothing of the login."""
    world.anilist.behaviour.api_is_off = True
    with pytest.raises(ProviderUnavailableError, match="turned off"):
        await world.provider().read(Feature.WATCHLIST, None)


async def test_a_list_that_lacks_entries(world: World) -> None:
    """An answer that is empty, though AniList has entries, is not believed."""
    world.anilist.put(world.anilist.alice, world.films[0], "PLANNING")
    body = (
        '{"data":{"Viewer":{"id":5724017,"name":"Alice","mediaListOptions":'
        '{"scoreFormat":"POINT_10"}},"planned":{"mediaList":[{"id":401}]},'
        '"rated":{"mediaList":[]},"MediaListCollection":{"lists":[]}}}'
    )
    world.anilist.faults.fail(status=200, body=body)
    with pytest.raises(ProtocolError, match="lacks"):
        await world.provider().read(Feature.WATCHLIST, None)


async def test_unknown_format(world: World) -> None:
    """A format of scores that nobody knows is no reason to guess."""
    body = (
        '{"data":{"Viewer":{"id":5724017,"name":"Alice","mediaListOptions":'
        '{"scoreFormat":"POINT_7"}},"planned":{"mediaList":[]},'
        '"rated":{"mediaList":[]},"MediaListCollection":{"lists":[]}}}'
    )
    world.anilist.faults.fail(status=200, body=body)
    with pytest.raises(ProtocolError, match="format"):
        await world.provider().read(Feature.RATINGS, None)


def test_what_many_entries_cost() -> None:
    """Ten thousand entries take little time."""
    entries: tuple[JsonObject, ...] = tuple(
        {
            "id": number,
            "mediaId": number,
            "status": "PLANNING",
            "score": 5,
            "createdAt": 1714590000,
            "updatedAt": 1714590000,
            "media": {
                "id": number,
                "idMal": number,
                "format": "TV",
                "title": {"romaji": "A", "english": None, "native": "B"},
                "startDate": {"year": 2011},
                "seasonYear": 2011,
            },
        }
        for number in range(1, 10_001)
    )
    collection = Collection(ScoreFormat.POINT_10, entries)
    began = time.process_time()
    for feature in BOTH:
        assert collection.marker(feature, None)
        assert len(records_of(collection, feature, None)) == 10_000
    assert time.process_time() - began < 1.5
