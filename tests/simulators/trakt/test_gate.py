"""What every request must bring, and how the service refuses it."""

from math import ceil

import aiohttp
import pytest

from . import Behaviour, Title, TraktSimulator
from .conftest import Api
from .limits import APP_READS, USER_READS


@pytest.mark.parametrize(
    ("drop", "headers", "status"),
    [
        pytest.param("trakt-api-version", {}, 403, id="no version"),
        pytest.param(None, {"trakt-api-version": "1"}, 403, id="old version"),
        pytest.param("trakt-api-key", {}, 403, id="no key"),
        pytest.param(None, {"trakt-api-key": "x"}, 403, id="wrong key"),
        pytest.param("Content-Type", {}, 412, id="no content type"),
        pytest.param(None, {"Content-Type": "text/plain"}, 412, id="no JSON"),
        pytest.param(
            None, {"Content-Type": "application/json; charset=utf-8"}, 201, id="charset"
        ),
        pytest.param("User-Agent", {}, 403, id="no name"),
        pytest.param("Authorization", {}, 401, id="no token"),
        pytest.param(None, {"Authorization": "Bearer x"}, 401, id="wrong token"),
        pytest.param(None, {"Authorization": "Basic x"}, 401, id="no bearer"),
    ],
)
async def test_headers(
    api: Api, drop: str | None, headers: dict[str, str], status: int
) -> None:
    """A request with wrong headers changes nothing and is not answered in JSON."""
    body = {"movies": [{"ids": {"tmdb": 272}}]}
    reply = await api.call("POST", "/sync/watchlist", body, drop=drop, headers=headers)
    assert reply.status == status
    listed = (await api.get("/sync/watchlist")).rows
    assert len(listed) == (1 if status == 201 else 0)
    if status != 201:
        assert "json" not in reply.headers["Content-Type"]


async def test_empty_agent_may_pass(trakt: TraktSimulator, api: Api) -> None:
    """The proxy can be told to let nameless clients in."""
    trakt.behaviour.block_empty_agent = False
    reply = await api.call("GET", "/users/me", drop="User-Agent")
    assert reply.status == 200


async def test_reading_needs_no_content_type(api: Api) -> None:
    """Only bodies have to say what they are."""
    reply = await api.call("GET", "/users/me", drop="Content-Type")
    assert reply.status == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/sync/nothing", 404),
        ("GET", "/sync/watchlist/books", 404),
        ("GET", "/sync/watchlist/movies/colour", 404),
        ("GET", "/sync/ratings/movies/11", 404),
        ("GET", "/sync/history/movies/99", 404),
        ("GET", "/sync/watched/people", 404),
        ("GET", "/sync/playback/shows", 404),
        ("GET", "/users/nobody/watchlist", 404),
        ("GET", "/movies/99", 404),
        ("GET", "/search/tvrage/1", 404),
        ("GET", "/sync/history/all/1", 404),
        ("GET", "/shows/1/seasons/9", 404),
        ("DELETE", "/sync/playback/1", 404),
        ("PUT", "/sync/watchlist/1", 404),
        ("DELETE", "/sync/watchlist", 405),
        ("GET", "/oauth/token", 405),
        ("GET", "/sync/history?since=1", 400),
        ("GET", "/sync/history?start_at=yesterday", 400),
        ("GET", "/sync/watchlist?extended=everything", 400),
    ],
)
async def test_unknown(api: Api, method: str, path: str, status: int) -> None:
    """What is not there, and what is not documented, is refused."""
    reply = await api.call(method, path, {} if method == "PUT" else None)
    assert reply.status == status
    assert "json" not in reply.headers["Content-Type"]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/sync/watchlist", [], 400),
        ("/sync/watchlist", {"movies": {}}, 422),
        ("/sync/watchlist", {"movies": ["tt0372784"]}, 422),
        ("/sync/watchlist/reorder", {"rank": ["1"]}, 422),
        ("/sync/ratings", {"movies": [{"ids": {"tmdb": 272}}]}, 422),
        (
            "/sync/ratings",
            {"movies": [{"ids": {"tmdb": 272}, "rating": 5, "rated_at": 1}]},
            422,
        ),
        ("/sync/ratings", {"movies": [{"ids": {"tmdb": 272}, "rating": 11}]}, 422),
        ("/sync/ratings", {"movies": [{"ids": {"tmdb": 272}, "rating": 0}]}, 422),
        ("/sync/ratings", {"movies": [{"ids": {"tmdb": 272}, "rating": 7.5}]}, 422),
        ("/sync/history", {"movies": [{"ids": {"tmdb": 272}, "watched_at": "x"}]}, 422),
        (
            "/sync/history",
            {"movies": [{"ids": {"tmdb": 272}, "watched_at": "released"}]},
            422,
        ),
        ("/sync/history/remove", {"ids": ["1"]}, 422),
    ],
)
async def test_bad_bodies(
    trakt: TraktSimulator, api: Api, path: str, body: object, status: int
) -> None:
    """A body that makes no sense is refused as a whole."""
    before = trakt.alice.activities.as_json()
    assert (await api.post(path, body)).status == status
    assert trakt.alice.activities.as_json() == before


async def test_broken_json(trakt: TraktSimulator, api: Api) -> None:
    """A body that is no JSON is a bad request."""
    async with api.session.post(
        f"{api.url}/sync/ratings", data=b"{", headers=api.headers
    ) as answer:
        assert answer.status == 400
    assert trakt.requests[-1].body is None


async def test_empty_body(api: Api) -> None:
    """An empty body, and keys that nobody knows, change nothing and are no error."""
    for body in (None, {}, {"books": [1]}, {"movies": None}):
        reply = await api.post("/sync/watchlist", body)
        assert reply.status == 201
        assert reply.data["added"] == dict.fromkeys(
            ("movies", "shows", "seasons", "episodes"), 0
        )


@pytest.mark.parametrize(
    ("locked", "deactivated"), [(True, False), (False, True), (True, True)]
)
async def test_locked(
    trakt: TraktSimulator, api: Api, locked: bool, deactivated: bool
) -> None:
    """A locked or deactivated account says which it is."""
    trakt.alice.locked, trakt.alice.deactivated = locked, deactivated
    reply = await api.get("/sync/last_activities")
    assert reply.status == 423
    assert reply.headers["X-Account-Locked"] == str(locked).lower()
    assert reply.headers["X-Account-Deactivated"] == str(deactivated).lower()


async def test_vip_only(trakt: TraktSimulator, api: Api, batman: Title) -> None:
    """Notes are for VIPs."""
    body = {"movies": [{"ids": {"tmdb": 272}, "notes": "with Mum"}]}
    refused = await api.post("/sync/watchlist", body)
    assert refused.status == 426
    assert refused.headers["X-Upgrade-URL"] == "https://trakt.tv/vip"
    assert not trakt.alice.watchlist.live
    trakt.alice.vip = True
    long = {"movies": [{"ids": {"tmdb": 272}, "notes": "x" * 501}]}
    assert (await api.post("/sync/watchlist", long)).status == 422
    assert (await api.post("/sync/watchlist", body)).status == 201
    assert trakt.alice.watchlist.live[batman].notes == "with Mum"


async def test_other_users(trakt: TraktSimulator, api: Api, batman: Title) -> None:
    """Accounts are apart; a public one can be read by others, a private one not."""
    bob = trakt.add_account("Bob")
    bob.put_on_watchlist(batman)
    assert (await api.get("/sync/watchlist")).rows == []
    assert len((await api.get("/users/bob/watchlist/movies")).rows) == 1
    bob.private = True
    assert (await api.get("/users/bob/watchlist/movies")).status == 401
    token = trakt.sign_in(bob)
    own = Api(api.url, api.session, trakt.headers(token))
    assert len((await own.get("/users/bob/watchlist/movies")).rows) == 1


async def test_public_pages(trakt: TraktSimulator, api: Api) -> None:
    """Titles can be read without a user, but not without an app."""
    anyone = Api(api.url, api.session, trakt.headers())
    assert (await anyone.get("/movies/1")).status == 200
    assert (await anyone.get("/users/me")).status == 401
    reply = await anyone.call("GET", "/movies/1", drop="trakt-api-key")
    assert reply.status == 403


class Ticker:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        """Start at zero."""
        self.seconds = 0.0

    def __call__(self) -> float:
        """Return the seconds."""
        return self.seconds


@pytest.fixture
def ticker(trakt: TraktSimulator) -> Ticker:
    """Return the time that the limits go by, now in force."""
    ticker = Ticker()
    trakt.limiter.now = ticker
    trakt.behaviour.enforce_rate = True
    return ticker


async def test_write_rate(trakt: TraktSimulator, api: Api, ticker: Ticker) -> None:
    """One write a second; a refused one changes nothing and says when to return."""
    body = {"movies": [{"ids": {"tmdb": 272}}]}
    assert (await api.post("/sync/watchlist", {})).status == 201
    ticker.seconds = 0.5
    refused = await api.post("/sync/watchlist", body)
    assert refused.status == 429
    assert refused.headers["Retry-After"] == "1"
    assert refused.headers["X-Ratelimit"].startswith('{"name": "AUTHED_API_POST_LIMIT"')
    assert trakt.limiter.refused == 1
    assert not trakt.alice.watchlist.live
    assert (await api.get("/sync/watchlist")).status == 200
    other = trakt.headers(trakt.sign_in(trakt.add_account("bob")))
    reply = await api.call("POST", "/sync/watchlist", {}, headers=other)
    assert reply.status == 201
    ticker.seconds = 1.0
    assert (await api.post("/sync/watchlist", body)).status == 201


@pytest.mark.parametrize("signed_in", [True, False])
async def test_read_rate(
    trakt: TraktSimulator, api: Api, ticker: Ticker, signed_in: bool
) -> None:
    """A thousand reads in five minutes, for each user, and for the app without one."""
    client = api if signed_in else Api(api.url, api.session, trakt.headers())
    rate = USER_READS if signed_in else APP_READS
    who = "alice" if signed_in else trakt.CLIENT_ID
    for number in range(999):
        ticker.seconds = number / 10
        trakt.limiter.take(rate, who, trakt.clock)
    assert (await client.get("/movies/1")).status == 200
    refused = await client.get("/movies/1")
    assert refused.status == 429
    assert refused.headers["Retry-After"] == str(ceil(300 - 99.8))
    ticker.seconds = 300.0
    assert (await client.get("/movies/1")).status == 200
    assert (await client.get("/movies/1")).status == 429
    assert trakt.limiter.refused == 2


async def test_rate_by_default(session: aiohttp.ClientSession) -> None:
    """In real time the pace is kept without any switch."""
    async with TraktSimulator() as trakt:
        api = Api(trakt.url, session, trakt.headers(trakt.sign_in()))
        codes = [(await api.post("/sync/ratings", {})).status for _ in range(2)]
    assert codes == [201, 429]
    assert Behaviour().enforce_rate


@pytest.mark.parametrize("status", [500, 502, 503, 504, 520, 522])
async def test_outage(trakt: TraktSimulator, api: Api, status: int) -> None:
    """When the service is down, a page for people comes instead of JSON."""
    trakt.outage(status, path="/sync/.*", on_call=2)
    assert (await api.get("/sync/watchlist")).status == 200
    reply = await api.get("/sync/watchlist")
    assert reply.status == status
    assert reply.headers["Content-Type"].startswith("text/html")
    assert f"Error {status}" in reply.text
    assert (await api.get("/sync/watchlist")).status == 200
