"""The simulated MDBList: what it accepts, what it refuses, and what it remembers."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from .catalogue import make_catalogue
from .clock import Clock
from .mdblist import Kind, MdblistSimulator

NOON = datetime(2026, 5, 20, 12, tzinfo=UTC)
AT = datetime(2026, 5, 1, 20, 30, tzinfo=UTC)
MATRIX = {"imdb": "tt0133093"}
BREAKING_BAD = {"tmdb": 1396}

type Call = Callable[..., Awaitable[tuple[int, Any]]]


@pytest.fixture
def clock() -> Clock:
    """Return a clock that stands still."""
    return Clock(NOON)


@pytest.fixture
async def service(
    clock: Clock, socket_enabled: None
) -> AsyncIterator[MdblistSimulator]:
    """Return a service with a few titles."""
    async with MdblistSimulator(clock=clock) as service:
        service.seed(make_catalogue(20, 3))
        yield service


@pytest.fixture
async def call(service: MdblistSimulator) -> AsyncIterator[Call]:
    """Return what sends a request with alice's key, and returns the answer."""
    async with aiohttp.ClientSession() as session:

        async def send(
            method: str, path: str, body: object = None, **params: str | int
        ) -> tuple[int, Any]:
            """Send a request."""
            query = {"apikey": service.API_KEY, **params}
            url = service.url + path
            async with session.request(method, url, json=body, params=query) as answer:
                told = await answer.json() if answer.status != 204 else None
                return answer.status, told

        yield send


async def test_who_asks(service: MdblistSimulator, call: Call) -> None:
    """A key in the query, or a token, says who asks; nobody else is answered."""
    assert (await call("GET", "/user", apikey="odd"))[0] == 401
    status, user = await call("GET", "/user")
    assert (status, user["user_id"], user["api_requests"]) == (200, 1000, 1000)
    token = service.oauth.issue(service.alice)["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        async with session.get(f"{service.url}/user") as answer:
            assert answer.status == 200
        async with session.get(f"{service.url}/user?odd=1") as answer:
            assert answer.status == 400


async def test_signing_in_with_a_code(service: MdblistSimulator) -> None:
    """Forms, and paths with a slash at their end; it waits for the person."""
    url = f"{service.url}/oauth/token"
    form = {"client_id": "app"}
    async with aiohttp.ClientSession() as session:

        async def post(path: str, **fields: str) -> tuple[int, Any]:
            """Send a form."""
            async with session.post(
                f"{service.url}{path}", data={**form, **fields}
            ) as answer:
                return answer.status, await answer.json()

        async with session.post(url, data=form) as answer:
            assert answer.status == 404
        _, device = await post("/oauth/device-authorization/", scope="write")
        grant = "urn:ietf:params:oauth:grant-type:device_code"
        fields = {"grant_type": grant, "device_code": device["device_code"]}
        assert await post("/oauth/token/", **fields) == (
            400,
            {"error": "authorization_pending"},
        )
        service.oauth.approve(device["user_code"], service.alice)
        status, tokens = await post("/oauth/token/", **fields)
        assert (status, tokens["token_type"]) == (200, "Bearer")
        assert (await post("/oauth/token/", **fields))[1] == {"error": "expired_token"}
        refresh = {
            "grant_type": "refresh_token",
            "refresh_token": tokens["refresh_token"],
        }
        assert (await post("/oauth/token/", **refresh))[0] == 200
        odd = {"grant_type": "refresh_token", "refresh_token": "odd"}
        assert (await post("/oauth/token/", **odd))[1] == {"error": "invalid_grant"}
        assert (await post("/oauth/token/"))[1] == {"error": "unsupported_grant_type"}
        await post("/oauth/revoke_token/", token=tokens["access_token"])
        assert tokens["access_token"] not in service.oauth.tokens
        assert (await post("/oauth/device-authorization/", client_id=""))[0] == 400


async def test_stamps(service: MdblistSimulator, call: Call) -> None:
    """Only the time of the server moves by itself; the journal's with removals, too."""
    _, first = await call("GET", "/sync/last_activities")
    _, second = await call("GET", "/sync/last_activities")
    assert {name for name in first if first[name] != second[name]} == {"server_time"}
    movie = service.library.movie(**MATRIX)
    service.alice.watch(movie, AT)
    _, third = await call("GET", "/sync/last_activities")
    service.alice.unwatch(movie)
    _, fourth = await call("GET", "/sync/last_activities")
    changed = {name for name in third if second[name] != third[name]}
    assert changed == {"watched_at", "journal_at", "server_time"}
    changed = {name for name in third if fourth[name] != third[name]}
    assert changed == {"journal_at", "server_time"}


async def test_journal(service: MdblistSimulator, call: Call, clock: Clock) -> None:
    """It tells what came and went, in pages, and forgets what is old."""
    movie, episode = (
        service.library.movie(**MATRIX),
        service.library.of_kind(Kind.EPISODE)[0],
    )
    alice = service.alice
    alice.watch(movie, AT)
    alice.rate(episode, 8, AT)
    alice.unwatch(movie)
    since = f"{NOON - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
    rows: list[Any] = []
    query: dict[str, str | int] = {"since": since}
    while query:
        _, page = await call("GET", "/sync/journal", limit=1, **query)
        rows += page["journal"]
        cursor = page["pagination"]["next_cursor"]
        assert page["pagination"]["has_more"] is (cursor is not None)
        query = {"cursor": cursor} if cursor else {}
    told = [(row["category"], row["item_type"], row["status"]) for row in rows]
    assert told == [
        ("watched", "movie", "active"),
        ("rated", "episode", "active"),
        ("watched", "movie", "removed"),
    ]
    assert rows[1]["ids"]["tmdb"] == 1396
    assert rows[1]["value_at"] == "2026-05-01T20:30:00Z"
    assert rows[2]["value_at"] is None
    clock.now += timedelta(days=31)
    _, page = await call("GET", "/sync/journal", since=since)
    assert page["requires_full_sync"] is True
    assert not page["journal"]


async def test_watchlist_takes_bare_ids(service: MdblistSimulator, call: Call) -> None:
    """Ids within `ids` are not seen, nor those of TVDB for a show."""
    path = "/watchlist/items/add"
    body = {
        "movies": [MATRIX, {"ids": MATRIX}],
        "shows": [{"tvdb": 81189}, BREAKING_BAD],
    }
    _, told = await call("POST", path, body)
    assert told["added"] == {"movies": 1, "shows": 1}
    assert told["not_found"] == {
        "movies": [{"ids": MATRIX}],
        "shows": [{"tvdb": 81189}],
    }
    service.behaviour.not_found_counts = True
    _, told = await call("POST", path, body)
    assert told["existing"] == {"movies": 1, "shows": 1}
    assert told["not_found"] == {"movies": 1, "shows": 1}
    _, told = await call("GET", "/watchlist/items", limit=1)
    assert told["pagination"]["has_more"] is True
    assert told["pagination"]["total_shows"] == 1
    assert told["movies"][0]["id"] == 603
    _, told = await call("POST", "/watchlist/items/remove", {"movies": [MATRIX]})
    assert told["removed"] == {"movies": 1, "shows": 0}


async def test_plays(service: MdblistSimulator, call: Call) -> None:
    """Each play is a row of its own; the same one again is collapsed, and told so."""
    first, second = "2026-05-01T20:30:00Z", "2026-05-02T20:30:00Z"
    body = {
        "movies": [{"ids": MATRIX, "watched_at": at} for at in (first, second, first)]
    }
    _, told = await call("POST", "/sync/watched", body, report_added="true")
    assert [play["added"] for play in told["plays"]] == [True, True, False]
    assert told["added"]["movies"] == 2
    assert told["existing"]["movies"] == 1
    _, told = await call("GET", "/sync/watched")
    assert [row["last_watched_at"] for row in told["movies"]] == [second]
    _, told = await call("GET", "/sync/watched", plays="all")
    ids = [row["play_id"] for row in told["movies"]]
    assert [row["watched_at"] for row in told["movies"]] == [second, first]
    path = "/sync/watched/plays/remove"
    _, told = await call("POST", path, {"play_ids": [ids[0], 7]})
    assert told == {"removed": [ids[0]], "not_found": [7]}
    _, told = await call("POST", "/sync/watched/remove", {"movies": [{"ids": MATRIX}]})
    assert told["removed"]["movies"] == 1
    assert not service.alice.history.live
    many = {"movies": [{"ids": MATRIX}] * 101}
    assert (await call("POST", "/sync/watched", many, report_added="true"))[0] == 400
    service.behaviour.silent_removals = True
    assert await call("POST", path, {"play_ids": [7]}) == (204, None)


async def test_shows_and_their_parts(service: MdblistSimulator, call: Call) -> None:
    """A show alone means all of it; with seasons only what is named."""
    show = {"ids": BREAKING_BAD}
    episode = {"number": 1, "rating": 7}
    season = {
        "number": 1,
        "rating": 6,
        "episodes": [episode, {"number": 99, "rating": 1}],
    }
    body = {"shows": [{**show, "rating": 9, "seasons": [season]}]}
    _, told = await call("POST", "/sync/ratings", body)
    assert told["added"] == {"movies": 0, "shows": 1, "seasons": 1, "episodes": 1}
    assert told["not_found"]["episodes"] == [
        {"ids": BREAKING_BAD, "season": 1, "episode": 99}
    ]
    assert (await call("POST", "/sync/ratings", {"shows": [{**show, "rating": 0}]}))[
        0
    ] == 400
    _, told = await call("POST", "/sync/ratings", {"shows": [{**show, "rating": 8}]})
    assert told["updated"]["shows"] == 1
    _, told = await call("POST", "/sync/watched", {"shows": [show]})
    number = len(list(service.library.show(**BREAKING_BAD).played()))
    assert told["added"]["episodes"] == number
    _, told = await call("POST", "/sync/ratings/remove", {"shows": [show]})
    assert told["removed"] == {"movies": 0, "shows": 1, "seasons": 0, "episodes": 0}


async def test_several_shows_can_fail(service: MdblistSimulator, call: Call) -> None:
    """The first one is done by then."""
    service.behaviour.many_shows_fail = True
    seasons = [{"number": 1, "episodes": [{"number": 1}]}]
    shows = service.library.of_kind(Kind.SHOW)[:2]
    body = {
        "shows": [
            {"ids": {"tmdb": each.ids["tmdb"]}, "seasons": seasons} for each in shows
        ]
    }
    assert (await call("POST", "/sync/watched", body))[0] == 500
    assert len(service.alice.history.live) == 1
    assert (await call("POST", "/sync/watched", {"shows": body["shows"][1:]}))[0] == 200


async def test_positions(service: MdblistSimulator, call: Call) -> None:
    """Pausing keeps a position, stopping late is watching, clearing forgets."""
    movie = {"movie": {"ids": {"tmdbid": 603}}}
    status, told = await call("POST", "/scrobble/pause", {**movie, "progress": 42.5})
    assert (status, told["action"]) == (200, "pause")
    _, rows = await call("GET", "/sync/playback")
    assert rows[0]["movie"]["ids"]["imdbid"] == "tt0133093"
    assert rows[0]["progress"] == 42.5
    episode = {
        "show": {"ids": BREAKING_BAD, "season": {"number": 1, "episode": {"number": 1}}}
    }
    _, told = await call("POST", "/scrobble/stop", {**episode, "progress": 79.9})
    assert told["action"] == "pause"
    _, told = await call("POST", "/scrobble/stop", {**episode, "progress": 80})
    assert told["action"] == "scrobble"
    assert len(service.alice.history.live) == 1
    assert (await call("POST", "/scrobble/start", {**movie, "progress": 1}))[0] == 200
    for progress in (0, 100):
        body = {**movie, "progress": progress}
        assert (await call("POST", "/scrobble/pause", body))[0] == 400
    unknown = {"movie": {"ids": {"tmdb": 5}}, "progress": 5}
    assert (await call("POST", "/scrobble/pause", unknown))[0] == 404
    _, told = await call("POST", "/scrobble/clear", {"id": rows[0]["id"]})
    assert told == {"action": "clear", "deleted": True}
    _, told = await call("POST", "/scrobble/clear", {"id": rows[0]["id"]})
    assert told["deleted"] is False


@pytest.mark.parametrize(
    ("method", "path", "body", "query"),
    [
        ("GET", "/sync/watched", None, {"odd": 1}),
        ("GET", "/sync/watched", None, {"limit": "all"}),
        ("GET", "/sync/watched", None, {"since": "soon"}),
        ("GET", "/sync/watched", None, {"cursor": "x1"}),
        ("GET", "/sync/watched", None, {"extended": "ids_only"}),
        ("POST", "/sync/watched", {"films": []}, {}),
        ("POST", "/sync/watched", {"movies": {}}, {}),
        ("POST", "/sync/watched", [], {}),
        ("POST", "/sync/watched", {"movies": [{"ids": MATRIX, "watched_at": "x"}]}, {}),
        ("POST", "/sync/watched/plays/remove", {"play_ids": ["7"]}, {}),
        ("POST", "/scrobble/clear", {"id": "7"}, {}),
        ("POST", "/scrobble/pause", {"progress": 5}, {}),
        ("POST", "/scrobble/pause", {"movie": {"ids": MATRIX}}, {}),
        ("POST", "/scrobble/pause", {"show": {"ids": BREAKING_BAD}, "progress": 5}, {}),
    ],
)
async def test_nothing_odd_is_accepted(
    call: Call, method: str, path: str, body: object, query: dict[str, str | int]
) -> None:
    """What is not documented is refused."""
    assert (await call(method, path, body, **query))[0] == 400


async def test_window(service: MdblistSimulator, call: Call, clock: Clock) -> None:
    """More than 300 writes in five minutes have to wait a little."""
    service.alice.daily_limit = 10_000
    for _ in range(300):
        assert (await call("POST", "/sync/ratings", {}))[0] == 200
    assert (await call("POST", "/sync/ratings", {}))[0] == 429
    assert (await call("GET", "/user"))[0] == 200
    clock.now += timedelta(minutes=5)
    assert (await call("POST", "/sync/ratings", {}))[0] == 200
    assert service.limiter.refused == 1


async def test_day(service: MdblistSimulator, call: Call, clock: Clock) -> None:
    """When the requests of a day are used up, the next ones come at midnight."""
    service.alice.daily_limit = 3
    for _ in range(3):
        assert (await call("GET", "/sync/playback"))[0] == 200
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{service.url}/user?apikey={service.API_KEY}") as answer,
    ):
        assert answer.status == 429
        assert answer.headers["Retry-After"] == "43200"
    clock.now += timedelta(hours=12)
    assert (await call("GET", "/sync/playback"))[0] == 200
    assert service.limiter.per_day(service.alice) == [3, 1]


async def test_late_lists(service: MdblistSimulator, call: Call) -> None:
    """With a lag, a list shows what was written only after some reads."""
    service.alice.rate(service.library.movie(**MATRIX), 5, AT)
    service.alice.ratings.changing(2)
    service.alice.ratings.live.clear()
    found = [len((await call("GET", "/sync/ratings"))[1]["movies"]) for _ in range(3)]
    assert found == [1, 1, 0]
