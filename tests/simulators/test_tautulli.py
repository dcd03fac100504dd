"""The simulated Tautulli behaves as the real one does, as far as that is known."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from .catalogue import Catalogue
from .tautulli import Media, Seeded, TautulliSimulator, User, seed

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)

type Json = dict[str, object]


@pytest.fixture
async def server() -> AsyncIterator[TautulliSimulator]:
    """Return a running server."""
    async with TautulliSimulator(clock=lambda: NOW) as server:
        yield server


@pytest.fixture
def seeded(server: TautulliSimulator, small_catalogue: Catalogue) -> Seeded:
    """Return what is in the libraries."""
    return seed(server, small_catalogue)


@pytest.fixture
def jon(server: TautulliSimulator) -> User:
    """Return a user."""
    return server.add_user("jon", 133788, friendly_name="Jon Snow")


async def call(
    server: TautulliSimulator, command: str, status: int = 200, /, **query: str
) -> Json:
    """Return the envelope of an answer."""
    params = {"apikey": server.api_key, "cmd": command, **query}
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{server.url}/api/v2", params=params) as answer,
    ):
        assert answer.status == status
        body = await answer.json()
    assert body.keys() == {"response"}
    response = body["response"]
    assert response.keys() == {"result", "message", "data"}
    return dict(response)


async def rows(server: TautulliSimulator, **query: str) -> list[Json]:
    """Return the rows of a page of the history."""
    data = (await call(server, "get_history", **query))["data"]
    assert isinstance(data, dict)
    listed: list[Json] = data["data"]
    return listed


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"apikey": "wrong"}, "Invalid apikey"),
        ({"cmd": "nonsense"}, "Unknown command: nonsense"),
        ({"apikey": "wrong", "cmd": "nonsense"}, "Unknown command"),
    ],
)
async def test_refusals(
    server: TautulliSimulator, query: dict[str, str], message: str
) -> None:
    """A call that is refused says why, within the same envelope."""
    command = query.get("cmd", "get_users")
    key = query.get("apikey", server.api_key)
    response = await call(server, command, 400, apikey=key)
    assert response["result"] == "error"
    assert str(response["message"]).startswith(message)
    assert response["data"] == {}


async def test_missing_key(server: TautulliSimulator) -> None:
    """A call without a key is told so."""
    server.behaviour.refusal_status = 401
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{server.url}/api/v2?cmd=get_users") as answer,
    ):
        assert answer.status == 401
        assert "apikey is required" in await answer.text()


async def test_users_and_server(server: TautulliSimulator, jon: User) -> None:
    """Users come with the one for plays without a login."""
    users = (await call(server, "get_users"))["data"]
    assert isinstance(users, list)
    assert [user["user_id"] for user in users] == [0, jon.user_id]
    assert (await call(server, "get_user_names"))["data"] == [
        {"friendly_name": "Local", "user_id": 0},
        {"friendly_name": "Jon Snow", "user_id": jon.user_id},
    ]
    info = (await call(server, "get_server_info"))["data"]
    assert isinstance(info, dict)
    assert info["pms_name"] == server.name
    assert "tautulli_version" in str(await call(server, "get_tautulli_info"))
    status = await call(server, "server_status")
    assert status["data"] == {"connected": True}


async def test_history_filters(
    server: TautulliSimulator, seeded: Seeded, jon: User
) -> None:
    """The history can be asked for by user, type and title, and is cut to pages."""
    arya = server.add_user("arya", 42)
    track = server.add(Media.TRACK, "Rains", "plex://track/1")
    server.play(jon, seeded.films[0], NOW - timedelta(days=3))
    server.play(jon, seeded.episodes[0], NOW - timedelta(days=2))
    server.play(jon, track, NOW - timedelta(days=1))
    server.play(arya, seeded.films[1], NOW)
    server.play(arya, seeded.films[2], NOW, live=True)
    assert len(await rows(server)) == 5
    assert len(await rows(server, user_id="42")) == 2
    assert len(await rows(server, user_id="42", media_type="movie,episode")) == 1
    assert len(await rows(server, media_type="live,movie")) == 1
    key = str(seeded.films[0].rating_key)
    assert len(await rows(server, rating_key=key)) == 1
    server.behaviour.understands_lists = False
    assert not await rows(server, media_type="movie,episode")
    assert len(await rows(server, media_type="movie")) == 3
    both = await rows(server, start="1", length="2", order_column="stopped")
    assert [row["media_type"] for row in both] == ["movie", "track"]
    up = await rows(server, order_column="full_title", order_dir="asc")
    titles = [str(row["full_title"]).lower() for row in up]
    assert titles == sorted(titles)
    assert [row["row_id"] for row in await rows(server, order_column="row_id")] == [
        row.row_id for row in server.sessions
    ]


async def test_groups(server: TautulliSimulator, seeded: Seeded, jon: User) -> None:
    """Stretches that go on with each other share a row; finished ones do not."""
    film = seeded.films[0]
    for day, percent in ((5, 30), (4, 60), (3, 90), (2, 95), (1, 20)):
        server.play(jon, film, NOW - timedelta(days=day), percent)
    grouped = await rows(server, grouping="1")
    assert [row["group_count"] for row in grouped] == [1, 1, 3]
    assert [row["watched_status"] for row in grouped] == [0, 1, 1]
    single = await rows(server, grouping="0")
    assert [row["watched_status"] for row in single] == [0, 1, 1, 0.5, 0.25]
    assert await rows(server) == grouped
    server.behaviour.groups_history = False
    assert await rows(server) == single


async def test_what_runs(server: TautulliSimulator, seeded: Seeded, jon: User) -> None:
    """What runs is listed without a number, unless it is not wanted."""
    server.start_playing(jon, seeded.films[0])
    [row] = await rows(server)
    assert (row["row_id"], row["state"]) == (None, "playing")
    assert not await rows(server, include_activity="0")


async def test_metadata(server: TautulliSimulator, seeded: Seeded) -> None:
    """Numbers of metadata are texts; an episode comes with its show's ids."""
    episode, season = seeded.episodes[0], seeded.episodes[0].parent
    assert season is not None
    assert episode.show is seeded.shows[0]

    async def data(key: object) -> Json:
        """Return the metadata of a key."""
        found = (await call(server, "get_metadata", rating_key=str(key)))["data"]
        assert isinstance(found, dict)
        return found

    own = await data(episode.rating_key)
    assert own["grandparent_guids"] == list(seeded.shows[0].guids)
    assert own["media_index"] == str(episode.index)
    assert (await data(season.rating_key))["grandparent_title"] == episode.show.title
    assert (await data(episode.show.rating_key))["media_type"] == "show"
    assert await data(999_999) == await data("x") == {}
    episode.gone = True
    assert await data(episode.rating_key) == {}


async def test_deleting(server: TautulliSimulator, seeded: Seeded, jon: User) -> None:
    """Rows can be deleted: that is a write, and the only one."""
    row = server.play(jon, seeded.films[0], NOW)
    await rows(server)
    assert server.writes() == 0
    await call(server, "delete_history", row_ids=str(row.row_id))
    assert not await rows(server)
    assert server.writes() == 1
    assert server.calls("get_history") == 2


async def test_query_that_fails(server: TautulliSimulator) -> None:
    """A query that fails is a success with nothing in it."""
    server.behaviour.database_fails = True
    data = (await call(server, "get_history"))["data"]
    assert isinstance(data, dict)
    assert (data["draw"], data["recordsTotal"], data["data"]) == (0, 0, [])
