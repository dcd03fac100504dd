"""Watchlist and ratings of the simulated TMDb."""

import pytest

from . import Kind, Title, TmdbSimulator
from .conftest import Caller
from .wire import Json

WATCHLIST = "/account/548/watchlist"


def rows(page: Json) -> list[Json]:
    """Return the rows of a page."""
    found = page["results"]
    assert isinstance(found, list)
    return found


def films(tmdb: TmdbSimulator) -> list[Title]:
    """Return the films that the service knows."""
    return [each for each in tmdb.library if each.kind is Kind.MOVIE]


def series(tmdb: TmdbSimulator) -> Title:
    """Return a series that the service knows."""
    return next(each for each in tmdb.library if each.kind is Kind.TV)


@pytest.fixture(autouse=True)
def signed_in(caller: Caller) -> None:
    """Sign in."""
    caller.sign_in()


async def test_watchlist(caller: Caller, tmdb: TmdbSimulator) -> None:
    """Titles come and go; what is there already is told so."""
    title, show = films(tmdb)[0], series(tmdb)
    for kind, number, listed, expected in (
        ("movie", title.tmdb, True, (201, 1)),
        ("movie", title.tmdb, True, (201, 12)),
        ("tv", show.tmdb, True, (201, 1)),
        ("movie", title.tmdb, False, (200, 13)),
        ("movie", title.tmdb, False, (200, 13)),
    ):
        body = {"media_type": kind, "media_id": number, "watchlist": listed}
        status, told = await caller.call("POST", WATCHLIST, body)
        assert (status, told["status_code"]) == expected
    assert list(tmdb.alice.watchlist) == [show]
    [row] = rows(await caller.get(f"{WATCHLIST}/tv"))
    assert (row["id"], row["name"], row["original_name"]) == (
        show.tmdb,
        show.name,
        show.name,
    )
    assert "created_at" not in row


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"media_type": "movie", "media_id": 99999999, "watchlist": True}, (404, 34)),
        ({"media_type": "person", "media_id": 1, "watchlist": True}, (400, 5)),
        ({"media_type": "tv", "media_id": "1", "watchlist": True}, (400, 5)),
        ({"media_type": "tv", "media_id": 1}, (400, 5)),
    ],
)
async def test_refused(caller: Caller, body: Json, code: tuple[int, int]) -> None:
    """What is not known or makes no sense is refused."""
    assert await caller.refusal("POST", WATCHLIST, body) == code


async def test_ratings(caller: Caller, tmdb: TmdbSimulator) -> None:
    """Ratings have halves, and belong to films, series and episodes."""
    title, show = films(tmdb)[0], series(tmdb)
    special = show.episodes[0, 1]
    paths = {
        f"/movie/{title.tmdb}": "rated/movies",
        f"/tv/{show.tmdb}": "rated/tv",
        f"/tv/{show.tmdb}/season/0/episode/1": "rated/tv/episodes",
    }
    for number, (path, listing) in enumerate(paths.items()):
        for value, code in ((8.5, 1), (9 - number, 12)):
            status, told = await caller.call("POST", f"{path}/rating", {"value": value})
            assert (status, told["status_code"]) == (201, code)
        [row] = rows(await caller.get(f"/account/548/{listing}"))
        assert row["rating"] == 9 - number
    assert (row["show_id"], row["season_number"], row["episode_number"]) == (
        show.tmdb,
        0,
        1,
    )
    assert special in tmdb.alice.ratings
    for path in paths:
        for _ in range(2):
            status, told = await caller.call("DELETE", f"{path}/rating")
            assert (status, told["status_code"]) == (200, 13)
    assert not tmdb.alice.ratings


@pytest.mark.parametrize("value", [0, 0.25, 10.5, "8", None])
async def test_odd_ratings(caller: Caller, tmdb: TmdbSimulator, value: object) -> None:
    """A rating is between a half and ten, in halves."""
    path = f"/movie/{films(tmdb)[0].tmdb}/rating"
    assert await caller.refusal("POST", path, {"value": value}) == (400, 18)


@pytest.mark.parametrize(
    "path",
    [
        "/movie/99999999",
        "/tv/99999999",
        "/tv/1396/season/77/episode/1",
        "/tv/99999999/season/1/episode/1",
    ],
)
async def test_unknown_titles(caller: Caller, path: str) -> None:
    """What is not known cannot be rated."""
    refused = await caller.refusal("POST", f"{path}/rating", {"value": 5})
    assert refused == (404, 34)


async def test_odd_number(caller: Caller) -> None:
    """A number has to be one."""
    refused = await caller.refusal("POST", "/movie/x/rating", {"value": 5})
    assert refused == (404, 6)


async def test_pages(caller: Caller, tmdb: TmdbSimulator) -> None:
    """Twenty rows a page, in either order; the pages beyond are empty."""
    for title in films(tmdb):
        tmdb.alice.put_on_watchlist(title)
    path = f"{WATCHLIST}/movies"
    order = [title.tmdb for title in films(tmdb)]
    pages = [
        await caller.get(path, page=number, sort_by="created_at.desc")
        for number in (1, 2, 3)
    ]
    assert [len(rows(page)) for page in pages] == [20, 10, 0]
    assert {(page["total_pages"], page["total_results"]) for page in pages} == {(2, 30)}
    listed = [row["id"] for page in pages for row in rows(page)]
    assert listed == order[::-1]
    assert [row["id"] for row in rows(await caller.get(path))] == order[:20]
    for page in (0, 501, "x"):
        assert await caller.refusal("GET", path, page=page) == (400, 22)
    assert await caller.refusal("GET", path, sort_by="title.asc") == (400, 5)


async def test_hidden(caller: Caller, tmdb: TmdbSimulator) -> None:
    """A title that is not shown any more goes on being counted."""
    for title in films(tmdb)[:3]:
        tmdb.alice.put_on_watchlist(title)
    tmdb.behaviour.hidden = {films(tmdb)[1]}
    page = await caller.get(f"{WATCHLIST}/movies")
    assert (len(rows(page)), page["total_results"]) == (2, 3)
