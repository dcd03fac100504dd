"""What a user may read, and how it looks."""

import pytest

from ..clock import Clock
from . import Account, Empty, SimklSimulator, Status, Title
from .conftest import NOW, Api

EPISODES = {"extended": "full", "episode_watched_at": "yes"}


async def test_stamps(api: Api, alice: Account, film: Title, show: Title) -> None:
    """Each change moves the stamps of its own kind; what never was is null."""
    before = await api.get("/sync/activities")
    assert isinstance(before, dict)
    assert before["movies"]["completed"] is None
    assert not {"watching", "hold"} & before["movies"].keys()
    assert "hold" in before["tv_shows"]
    alice.watch(film)
    alice.rate(show, 8)
    after = await api.get("/sync/activities")
    assert isinstance(after, dict)
    assert after["movies"]["completed"] > before["all"]
    assert after["tv_shows"]["watching"] == after["tv_shows"]["rated_at"]
    assert after["anime"] == before["anime"]
    alice.remove(film)
    last = await api.get("/sync/activities")
    assert isinstance(last, dict)
    assert last["movies"]["removed_from_list"] > after["movies"]["completed"]
    assert last["tv_shows"] == after["tv_shows"]


@pytest.mark.parametrize(
    ("empty", "body"), [(Empty.NULL, None), (Empty.OBJECT, {}), (Empty.ARRAY, [])]
)
async def test_nothing(
    api: Api, simkl: SimklSimulator, empty: Empty, body: object
) -> None:
    """Nothing at all looks as it does for the app."""
    simkl.behaviour.empty = empty
    assert await api.get("/sync/all-items") == body
    assert await api.get("/sync/all-items/movies/plantowatch") == body
    assert await api.get("/sync/playback") == []


async def test_types_and_statuses(
    api: Api, alice: Account, film: Title, show: Title
) -> None:
    """A list holds what it is asked for, ids of other services as texts."""
    alice.put_on(film, Status.PLANTOWATCH)
    alice.watch(show, show.regular()[0])
    [row] = await api.rows("/sync/all-items/movies/plantowatch")
    media = row["movie"]
    assert isinstance(media, dict)
    assert media["ids"]["tmdb"] == film.ids["tmdb"]
    assert media["ids"]["simkl"] == film.simkl
    assert await api.rows("/sync/all-items/movies/completed") == []
    assert await api.rows("/sync/all-items/shows", "movies") == []
    [row] = await api.rows("/sync/all-items/shows/watching", "shows")
    assert row["watched_episodes_count"] == 1
    assert row["next_to_watch"] == "S01E02"


async def test_changes_only(
    api: Api, alice: Account, film: Title, show: Title, clock: Clock
) -> None:
    """What changed later than a moment is listed, but not what has left the library."""
    alice.watch(film)
    clock.move(hours=1)
    alice.rate(show, 7)
    clock.move(hours=1)
    body = await api.get("/sync/all-items", date_from="2026-11-22T12:30:00Z")
    assert isinstance(body, dict)
    assert body.keys() == {"shows"}
    alice.remove(film)
    later = await api.get("/sync/all-items", date_from="2026-11-22T13:30:00Z")
    assert later is None


async def test_episodes(api: Api, alice: Account, show: Title) -> None:
    """Episodes are listed on request; of what is completed only on another one."""
    first = show.regular()[0]
    alice.watch(show, first, NOW)
    path = "/sync/all-items/shows"
    [row] = await api.rows(path, "shows")
    assert "seasons" not in row
    [row] = await api.rows(path, "shows", **EPISODES)
    assert row["seasons"] == [
        {
            "number": 1,
            "episodes": [{"number": 1, "watched_at": "2026-11-22T12:00:30Z"}],
        }
    ]
    [row] = await api.rows(path, "shows", extended="full", episode_tvdb_id="yes")
    assert row["seasons"] == [
        {
            "number": 1,
            "episodes": [{"number": 1, "ids": {"tvdb": first.ids["tvdb"]}}],
        }
    ]
    alice.put_on(show, Status.COMPLETED)
    [row] = await api.rows(path, "shows", **EPISODES)
    assert "seasons" not in row
    [row] = await api.rows(path, "shows", include_all_episodes="yes", **EPISODES)
    assert "seasons" in row


async def test_anime(api: Api, alice: Account, parts: tuple[Title, Title]) -> None:
    """Anime has its numbers, and those of TVDB on request."""
    later = parts[1]
    alice.watch(later, later.regular()[1], NOW)
    [row] = await api.rows("/sync/all-items/anime", "anime", **EPISODES)
    assert row["anime_type"] == "tv"
    assert "show" in row
    assert "mapped_tvdb_seasons" not in row
    query = {**EPISODES, "extended": "full_anime_seasons"}
    [row] = await api.rows("/sync/all-items/anime", "anime", **query)
    assert row["mapped_tvdb_seasons"] == [2]
    assert row["seasons"] == [
        {
            "number": 1,
            "episodes": [
                {
                    "number": 2,
                    "watched_at": "2026-11-22T12:00:30Z",
                    "tvdb": {"season": 2, "episode": 2},
                }
            ],
        }
    ]


async def test_ids_only(api: Api, alice: Account, film: Title) -> None:
    """A list of ids has nothing else."""
    alice.watch(film)
    assert await api.rows("/sync/all-items", extended="simkl_ids_only") == [
        {"movie": {"ids": {"simkl": film.simkl}}}
    ]
    [row] = await api.rows("/sync/all-items", extended="ids_only")
    assert row == {"movie": {"ids": {"simkl": film.simkl, **film.ids}}}


async def test_ratings(api: Api, alice: Account, film: Title, show: Title) -> None:
    """Ratings are listed by type and value."""
    alice.rate(film, 8)
    alice.rate(show, 3)
    [row] = await api.rows("/sync/ratings/movies/7,8")
    assert row["user_rating"] == 8
    assert await api.rows("/sync/ratings/shows/8", "shows") == []


async def test_positions(
    api: Api, alice: Account, film: Title, show: Title, clock: Clock
) -> None:
    """There is one for each title, the newest first; what was watched is hidden."""
    alice.pause(film, None, 20.5)
    clock.move(minutes=1)
    first, second = show.regular()[:2]
    alice.pause(show, first, 30)
    alice.pause(show, second, 40)
    rows = await api.get("/sync/playback")
    assert isinstance(rows, list)
    assert [row["progress"] for row in rows] == [40, 20.5]
    assert rows[0]["episode"]["episode"] == second.number
    assert rows[1]["movie"]["ids"]["tmdb"] == int(film.ids["tmdb"])
    clock.move(minutes=1)
    alice.watch(film)
    assert await api.get("/sync/playback/movies") == []
    hidden = await api.get("/sync/playback/movies", hide_watched="false")
    assert isinstance(hidden, list)
    assert len(hidden) == 1
    clock.move(days=8)
    alice.expire()
    assert await api.get("/sync/playback") == []


async def test_late(api: Api, simkl: SimklSimulator, film: Title) -> None:
    """Reads may miss for a while what was written, though its stamp has moved."""
    simkl.behaviour.read_lag = 2
    await api.post("/sync/history", {"movies": [{"ids": {"simkl": film.simkl}}]})
    stamps = await api.get("/sync/activities")
    assert isinstance(stamps, dict)
    assert stamps["movies"]["completed"]
    assert await api.get("/sync/all-items") is None
    assert await api.get("/sync/all-items") is None
    assert len(await api.rows("/sync/all-items")) == 1


async def test_settings(api: Api, simkl: SimklSimulator) -> None:
    """The account tells its number and what is paid for it."""
    _, body = await api.call("POST", "/users/settings", {})
    assert isinstance(body, dict)
    assert body["account"]["id"] == simkl.alice.user_id
    assert body["account"]["type"] == "free"
