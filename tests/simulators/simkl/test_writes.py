"""What a user may change, and what else changes with it."""

import pytest

from ..clock import Clock
from . import Account, Bucket, SimklSimulator, Status, Title
from .conftest import NOW, Api

AT = "2026-03-01T20:30:40Z"


def movie(film: Title, **more: object) -> dict[str, object]:
    """Return the body that is about a film."""
    return {"movies": [{"ids": {"imdb": film.ids["imdb"]}, **more}]}


def episodes(
    show: Title, *places: tuple[int, int], **more: object
) -> dict[str, object]:
    """Return the body that is about episodes of a series."""
    seasons = [
        {"number": season, "episodes": [{"number": number, "watched_at": AT}]}
        for season, number in places
    ]
    return {"shows": [{"ids": {"tvdb": show.ids["tvdb"]}, "seasons": seasons, **more}]}


async def test_lists(api: Api, alice: Account, film: Title, show: Title) -> None:
    """What is put on a list is echoed with the list that it came to."""
    show.ended = False
    body = {
        **movie(film, to="watching"),
        "shows": [{"ids": {"tvdb": show.ids["tvdb"]}, "to": "completed"}],
    }
    answer = await api.post("/sync/add-to-list", body)
    added = answer["added"]
    assert isinstance(added, dict)
    assert [row["to"] for row in added["movies"]] == ["completed"]
    assert [row["to"] for row in added["shows"]] == ["watching"]
    await api.post("/sync/add-to-list", movie(film, to="plantowatch"))
    entry = alice.entry(film)
    assert entry is not None
    assert entry.status is Status.PLANTOWATCH
    assert entry.last_watched_at is not None
    unknown = {"movies": [{"ids": {"imdb": "tt99"}, "to": "plantowatch"}]}
    answer = await api.post("/sync/add-to-list", unknown)
    assert answer["not_found"] == {"movies": unknown["movies"], "shows": []}


@pytest.mark.parametrize(
    ("released", "status"), [(True, Status.COMPLETED), (False, Status.PLANTOWATCH)]
)
async def test_a_rating_makes_a_list(
    api: Api, alice: Account, film: Title, released: bool, status: Status
) -> None:
    """A title that is rated is put on a list if it is on none."""
    film.released = released
    answer = await api.post("/sync/ratings", movie(film, rating=8, rated_at=AT))
    added = answer["added"]
    assert isinstance(added, dict)
    assert added["movies"] == 1
    assert added["statuses"][0]["response"] == {"status": status.value}
    entry = alice.entry(film)
    assert entry is not None
    assert (entry.status, entry.rating) == (status, 8)
    assert entry.last_watched_at is None
    for odd in (0, 11, "8"):
        answer = await api.post("/sync/ratings", movie(film, rating=odd))
        assert answer["added"] == {"movies": 0, "shows": 0, "statuses": []}
    assert entry.rating == 8


async def test_taking_a_rating_back(api: Api, alice: Account, film: Title) -> None:
    """The list stays; what was never rated is counted as well."""
    alice.rate(film, 8)
    for _ in range(2):
        answer = await api.post("/sync/ratings/remove", movie(film))
        assert answer["deleted"] == {"movies": 1, "shows": 0}
    entry = alice.entry(film)
    assert entry is not None
    assert entry.rating is None


async def test_history(api: Api, alice: Account, film: Title, show: Title) -> None:
    """What was watched before changes nothing, not even its date."""
    body = movie(film, watched_at=AT) | episodes(show, (1, 1), (1, 99))
    answer = await api.post("/sync/history", body)
    added = answer["added"]
    assert isinstance(added, dict)
    assert (added["movies"], added["shows"], added["episodes"]) == (1, 1, 1)
    lost = answer["not_found"]
    assert isinstance(lost, dict)
    assert [each["seasons"][0]["number"] for each in lost["episodes"]] == [1]
    entry = alice.entry(film)
    assert entry is not None
    assert entry.last_watched_at != NOW
    again = await api.post("/sync/history", movie(film))
    added = again["added"]
    assert isinstance(added, dict)
    assert added["movies"] == 0
    series = alice.entry(show)
    assert series is not None
    assert series.status is Status.WATCHING


async def test_all_episodes_complete_a_series(
    api: Api, alice: Account, show: Title
) -> None:
    """A series without seasons in the body is all of it."""
    await api.post("/sync/history", {"shows": [{"ids": {"simkl": show.simkl}}]})
    entry = alice.entry(show)
    assert entry is not None
    assert entry.status is Status.COMPLETED
    assert len(entry.watched) == len(show.regular())


async def test_removing_episodes(api: Api, alice: Account, show: Title) -> None:
    """Episodes go one by one; without any the series goes with all there is."""
    alice.rate(show, 9)
    for episode in show.regular():
        alice.watch(show, episode)
    answer = await api.post("/sync/history/remove", episodes(show, (1, 1), (1, 99)))
    assert answer["deleted"] == {"movies": 0, "shows": 0, "episodes": 1}
    entry = alice.entry(show)
    assert entry is not None
    assert (entry.status, entry.rating) == (Status.WATCHING, 9)
    season = {"shows": [{"ids": {"simkl": show.simkl}, "seasons": [{"number": 2}]}]}
    await api.post("/sync/history/remove", season)
    assert not any(place[0] == 2 for place in entry.watched)
    answer = await api.post("/sync/history/remove", episodes(show))
    assert answer["deleted"] == {"movies": 0, "shows": 1, "episodes": 0}
    assert alice.entry(show) is None


async def test_removing_a_film(
    api: Api, simkl: SimklSimulator, alice: Account, film: Title
) -> None:
    """A film goes with its rating; once there was no body in the answer."""
    alice.watch(film)
    alice.rate(film, 8)
    simkl.behaviour.empty_answers = True
    status, answer = await api.call("POST", "/sync/history/remove", movie(film))
    assert (status, answer) == (201, None)
    assert not alice.entries


async def test_anime(api: Api, alice: Account, parts: tuple[Title, Title]) -> None:
    """Seasons of TVDB are parts of their own, where that is asked for."""
    first, later = parts
    await api.post(
        "/sync/history", episodes(first, (2, 3), use_tvdb_anime_seasons=True)
    )
    assert alice.entry(first) is None
    entry = alice.entry(later)
    assert entry is not None
    assert list(entry.watched) == [(1, 3)]
    answer = await api.post("/sync/history", episodes(first, (2, 3)))
    lost = answer["not_found"]
    assert isinstance(lost, dict)
    assert lost["episodes"]
    answer = await api.post(
        "/sync/history/remove", {"anime": [{"ids": {"mal": "16498"}}]}
    )
    assert answer["deleted"] == {"movies": 0, "shows": 0, "episodes": 0}


async def test_specials_by_their_ids(api: Api, alice: Account, show: Title) -> None:
    """The own id of an episode counts for more than its number."""
    special = next(each for each in show.episodes.values() if not each.season)
    sent = {"number": 77, "ids": {"tvdb": int(special.ids["tvdb"])}}
    body = {
        "shows": [
            {
                "ids": {"simkl": show.simkl},
                "seasons": [{"number": 0, "episodes": [sent]}],
            }
        ]
    }
    await api.post("/sync/history", body)
    entry = alice.entry(show)
    assert entry is not None
    assert list(entry.watched) == [special.place]


async def test_watching_again(
    api: Api, simkl: SimklSimulator, alice: Account, film: Title
) -> None:
    """It is dropped without a word but for those who pay, and if it is too soon."""
    alice.watch(film, None, NOW)
    body = movie(film, watched_at=AT)
    answer = await api.post("/sync/history", body, allow_rewatch="yes")
    assert "rewatch_id" not in str(answer)
    alice.plan = "pro"
    answer = await api.post("/sync/history", body, allow_rewatch="yes")
    assert "rewatch_id" in str(answer)
    answer = await api.post("/sync/history", body, allow_rewatch="yes")
    assert "rewatch_id" not in str(answer)
    assert len(await api.rows("/sync/all-items")) == 1
    rows = await api.rows("/sync/all-items", allow_rewatch="yes")
    assert [row.get("is_rewatch") for row in rows] == [None, True]


async def test_pausing_and_stopping(
    api: Api, simkl: SimklSimulator, alice: Account, film: Title, clock: Clock
) -> None:
    """A pause is kept; what is stopped near the end was watched, once an hour."""
    body: dict[str, object] = {"movie": {"ids": {"simkl": film.simkl}}, "progress": 85}
    answer = await api.post("/scrobble/pause", body)
    assert (answer["action"], answer["progress"]) == ("pause", 85)
    number = answer["id"]
    assert alice.entry(film) is None
    answer = await api.post("/scrobble/start", body)
    assert (answer["action"], answer["id"]) == ("start", 0)
    answer = await api.post("/scrobble/stop", body)
    assert answer["action"] == "scrobble"
    assert alice.entry(film) is not None
    assert not alice.paused
    status, told = await api.call("POST", "/scrobble/stop", body)
    assert status == 409
    assert isinstance(told, dict)
    assert told.keys() == {"watched_at", "expires_at"}
    clock.move(hours=2)
    answer = await api.post("/scrobble/stop", {**body, "progress": 20.25})
    assert answer["action"] == "pause"
    assert answer["id"] != number
    path = f"/sync/playback/{answer['id']}"
    assert await api.call("DELETE", path) == (204, None)
    assert (await api.call("DELETE", path))[0] == 404
    simkl.behaviour.deletes_with_body = True
    path = f"/sync/playback/{alice.pause(film, None, 5).session_id}"
    assert await api.call("DELETE", path) == (200, {"deleted": True})


async def test_odd_scrobbles(api: Api, show: Title) -> None:
    """What is not known is not found, and what makes no sense is refused."""
    known = {"ids": {"simkl": show.simkl}}
    for body, status in (
        ({"progress": 5}, 400),
        ({"progress": 5, "show": known}, 400),
        ({"progress": 5, "movie": [1]}, 400),
        (
            {"progress": 5.123, "show": known, "episode": {"season": 1, "number": 1}},
            400,
        ),
        ({"show": known, "episode": {"season": 1, "number": 1}}, 400),
        ({"progress": 5, "show": known, "episode": {"season": 1, "number": 99}}, 404),
        ({"progress": 5, "movie": {"ids": {"imdb": "tt99"}}}, 404),
    ):
        assert (await api.call("POST", "/scrobble/pause", body))[0] == status, body


async def test_anime_positions(
    api: Api, alice: Account, parts: tuple[Title, Title]
) -> None:
    """Players count as TVDB does, or as AniDB does for anime."""
    first, later = parts
    place = {"season": 2, "number": 1}
    body = {"progress": 5, "show": {"ids": {"tvdb": 267440}}, "episode": place}
    answer = await api.post("/scrobble/pause", body)
    told = answer["anime"]
    assert isinstance(told, dict)
    assert told["title"] == later.name
    own = {"ids": {"mal": int(first.ids["mal"])}}
    body = {"progress": 6, "anime": own, "episode": {"number": 2}}
    await api.post("/scrobble/pause", body)
    assert {session.title for session in alice.paused.values()} == {first, later}


def test_titles_by_name(simkl: SimklSimulator, film: Title) -> None:
    """A title without ids is found by its name and year, in its own part."""
    sent = {"title": film.name, "year": film.year}
    assert simkl.library.resolve("movies", sent) is film
    assert simkl.library.resolve("shows", sent) is None
    assert film.bucket is Bucket.MOVIES
