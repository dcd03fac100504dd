"""What the service shows, page by page."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from ..clock import Clock
from . import Account, Title, TraktSimulator
from .conftest import NOW, Api, Reply

MOVIE = {
    "title": "Batman Begins",
    "year": 2005,
    "ids": {"trakt": 1, "slug": "batman-begins-2005", "imdb": "tt0372784", "tmdb": 272},
}
SHOW = {
    "title": "Breaking Bad",
    "year": 2008,
    "ids": {
        "trakt": 1,
        "slug": "breaking-bad",
        "tvdb": 81189,
        "imdb": "tt0903747",
        "tmdb": 1396,
    },
}
SEASON = {"number": 1, "ids": {"trakt": 2, "tvdb": 30271, "tmdb": 3571}}
EPISODE = {
    "season": 1,
    "number": 2,
    "title": "Episode 2",
    "ids": {"trakt": 3, "tvdb": 301002, "imdb": "tt9001002", "tmdb": 1002},
}
MEDIA: dict[str, dict[str, object]] = {
    "movie": {"type": "movie", "movie": MOVIE},
    "show": {"type": "show", "show": SHOW},
    "season": {"type": "season", "season": SEASON, "show": SHOW},
    "episode": {"type": "episode", "episode": EPISODE, "show": SHOW},
}
STAMP = "2026-11-22T12:00:30.000Z"


@pytest.fixture
def titles(batman: Title, breaking_bad: Title) -> dict[str, Title]:
    """Return a title of each kind."""
    season = breaking_bad.children[1]
    return {
        "movie": batman,
        "show": breaking_bad,
        "season": season,
        "episode": season.children[2],
    }


async def test_watchlist_rows(
    trakt: TraktSimulator, api: Api, titles: dict[str, Title]
) -> None:
    """Every kind has its row; a rank counts over all kinds."""
    for title in titles.values():
        trakt.alice.put_on_watchlist(title)
    expected = [
        {"rank": rank, "id": 100 + rank, "listed_at": STAMP, "notes": None, **media}
        for rank, media in enumerate(MEDIA.values(), start=1)
    ]
    assert (await api.get("/sync/watchlist")).rows == expected
    assert (await api.get("/sync/watchlist/all")).rows == expected
    assert (await api.get("/users/me/watchlist")).rows == expected
    for row, path in zip(
        expected, ("movies", "shows", "seasons", "episodes"), strict=True
    ):
        assert (await api.get(f"/sync/watchlist/{path}")).rows == [row]
    both = await api.get("/sync/watchlist/movie,show")
    assert both.rows == expected[:2]
    turned = await api.get("/sync/watchlist/all/rank/desc")
    assert turned.rows == expected[::-1]
    assert turned.headers["X-Sort-By"] == "rank"
    assert turned.headers["X-Sort-How"] == "desc"


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("title/asc", ["Batman Begins", "TRON: Legacy"]),
        ("title/desc", ["TRON: Legacy", "Batman Begins"]),
        ("added", ["TRON: Legacy", "Batman Begins"]),
        ("released/asc", ["TRON: Legacy", "Batman Begins"]),
        ("votes/desc", ["TRON: Legacy", "Batman Begins"]),
    ],
)
async def test_watchlist_sorting(
    trakt: TraktSimulator,
    api: Api,
    batman: Title,
    tron: Title,
    sort: str,
    expected: list[str],
) -> None:
    """Rows come in the order asked for and keep their ranks."""
    trakt.alice.put_on_watchlist(batman)
    trakt.alice.put_on_watchlist(tron, NOW - timedelta(days=1))
    rows = (await api.get(f"/sync/watchlist/movies/{sort}")).rows
    found = {"Batman Begins": 1, "TRON: Legacy": 2}
    assert [row["movie"] for row in rows] == [
        (batman if each == "Batman Begins" else tron).short for each in expected
    ]
    assert [row["rank"] for row in rows] == [found[each] for each in expected]


async def test_watchlist_etag(
    trakt: TraktSimulator, api: Api, batman: Title, tron: Title
) -> None:
    """A client that knows the list already gets none."""
    trakt.alice.put_on_watchlist(batman)
    first = await api.get("/sync/watchlist")
    known = {"If-None-Match": first.headers["ETag"]}
    same = await api.call("GET", "/sync/watchlist", headers=known)
    assert (same.status, same.text) == (304, "")
    assert same.headers["ETag"] == first.headers["ETag"]
    trakt.alice.put_on_watchlist(tron)
    other = await api.call("GET", "/sync/watchlist", headers=known)
    assert (other.status, len(other.rows)) == (200, 2)
    assert other.headers["ETag"] != first.headers["ETag"]


async def test_rating_rows(
    trakt: TraktSimulator, api: Api, titles: dict[str, Title]
) -> None:
    """Every kind has its row, the latest first; a value can be asked for."""
    for hours, title in enumerate(titles.values()):
        trakt.alice.rate(title, 10 - hours, NOW - timedelta(hours=hours))
    expected = [
        {
            "rated_at": f"2026-11-22T{12 - hours:02}:00:30.000Z",
            "rating": 10 - hours,
            **media,
        }
        for hours, media in enumerate(MEDIA.values())
    ]
    assert (await api.get("/sync/ratings")).rows == expected
    assert (await api.get("/sync/ratings/shows")).rows == expected[1:2]
    assert (await api.get("/sync/ratings/seasons/8")).rows == expected[2:3]
    assert (await api.get("/sync/ratings/seasons/1,2")).rows == []
    assert (await api.get("/sync/ratings/all/7,9")).rows == expected[1::2]
    assert (await api.get("/users/alice/ratings/movies")).rows == expected[:1]


async def test_history_rows(
    trakt: TraktSimulator, api: Api, titles: dict[str, Title]
) -> None:
    """Plays come newest first, of two in a minute the later one first."""
    play = trakt.alice.watch(titles["movie"], NOW, action="scrobble")[0]
    older = trakt.alice.watch(titles["movie"], NOW - timedelta(days=1))[0]
    second = trakt.alice.watch(titles["episode"], NOW)[0]
    minute = {"watched_at": "2026-11-22T12:00:00.000Z"}
    expected: list[dict[str, object]] = [
        {"id": second.id, **minute, "action": "watch", **MEDIA["episode"]},
        {"id": play.id, **minute, "action": "scrobble", **MEDIA["movie"]},
        {
            "id": older.id,
            "watched_at": "2026-11-21T12:00:00.000Z",
            "action": "watch",
            **MEDIA["movie"],
        },
    ]
    paths = {
        "": [0, 1, 2],
        "/movies": [1, 2],
        "/episodes": [0],
        "/shows": [0],
        "/seasons": [0],
        "/movies/1": [1, 2],
        "/movies/2": [],
        "/episodes/3": [0],
        "/episodes/1": [],
        "/shows/1": [0],
        "/seasons/2": [0],
        "/seasons/1": [],
        "?start_at=2026-11-22T12:00:00.000Z&end_at=2026-11-22T12:00:00.000Z": [0, 1],
        "?start_at=2026-11-22T12:00:01.000Z": [],
        "?end_at=2026-11-22T11:59:59Z": [2],
        "?start_at=2026-11-21&end_at=2026-11-21": [2],
        "/movies?start_at=2026-11-22": [1],
    }
    for path, wanted in paths.items():
        rows = (await api.get(f"/sync/history{path}")).rows
        assert rows == [expected[index] for index in wanted], path
    assert (await api.get("/users/me/history")).rows == expected


PAGES = [
    pytest.param("", 1, 100, 3, 100, id="by default"),
    pytest.param("?limit=250", 1, 250, 2, 250, id="the largest"),
    pytest.param("?limit=1000", 1, 250, 2, 250, id="clamped"),
    pytest.param("?limit=1000&page=2", 2, 250, 2, 10, id="the last"),
    pytest.param("?page=3", 3, 100, 3, 60, id="the third"),
    pytest.param("?page=4", 4, 100, 3, 0, id="beyond the end"),
    pytest.param("?limit=10&page=26", 26, 10, 26, 10, id="a full last one"),
    pytest.param("?limit=0&page=x", 1, 100, 3, 100, id="nonsense"),
]


@pytest.mark.parametrize("path", ["/sync/watchlist", "/sync/ratings", "/sync/history"])
@pytest.mark.parametrize(("query", "page", "limit", "pages", "rows"), PAGES)
async def test_paging(
    trakt: TraktSimulator,
    api: Api,
    path: str,
    query: str,
    page: int,
    limit: int,
    pages: int,
    rows: int,
) -> None:
    """Lists come in pages, and the headers tell which."""
    for number in range(260):
        movie = trakt.library.add_movie(f"Film {number}", 2000, ids={})
        trakt.alice.put_on_watchlist(movie)
        trakt.alice.rate(movie, 5)
        trakt.alice.history.add([(movie, 0)], action="watch", lag=0)
    reply = await api.get(path + query)
    assert (reply.status, len(reply.rows)) == (200, rows)
    assert paging_headers(reply) == (page, limit, pages, 260)


def paging_headers(reply: Reply) -> tuple[int, int, int, int]:
    """Return page, limit, number of pages and of rows."""
    page, limit, pages, items = (
        int(reply.headers[f"X-Pagination-{name}"])
        for name in ("Page", "Limit", "Page-Count", "Item-Count")
    )
    return page, limit, pages, items


async def test_no_rows(api: Api) -> None:
    """An empty list is an empty list, with its headers."""
    reply = await api.get("/sync/history")
    assert (reply.rows, paging_headers(reply)) == ([], (1, 100, 0, 0))


type Act = Callable[[Account, dict[str, Title]], object]

ACTS: list[tuple[str, Act, Act, set[str]]] = [
    *(
        (
            f"watchlist {kind}",
            lambda alice, titles, kind=kind: alice.put_on_watchlist(titles[kind]),
            lambda alice, titles, kind=kind: alice.take_off_watchlist(titles[kind]),
            {f"{kind}s.watchlisted_at", "watchlist.updated_at"},
        )
        for kind in MEDIA
    ),
    *(
        (
            f"rating {kind}",
            lambda alice, titles, kind=kind: alice.rate(titles[kind], 8),
            lambda alice, titles, kind=kind: alice.unrate(titles[kind]),
            {f"{kind}s.rated_at"},
        )
        for kind in MEDIA
    ),
    *(
        (
            f"play {kind}",
            lambda alice, titles, kind=kind: alice.watch(titles[kind]),
            lambda alice, titles, kind=kind: alice.unwatch(titles[kind]),
            {"movies.watched_at" if kind == "movie" else "episodes.watched_at"},
        )
        for kind in MEDIA
    ),
    *(
        (
            f"pause {kind}",
            lambda alice, titles, kind=kind: alice.pause(titles[kind], 50),
            lambda alice, titles: alice.dismiss_playback(max(alice.playback)),
            {f"{kind}s.paused_at"},
        )
        for kind in ("movie", "episode")
    ),
]


async def stamps(api: Api) -> dict[str, str]:
    """Return all stamps by group and name."""
    answer = (await api.get("/sync/last_activities")).data
    found = {"all": str(answer.pop("all"))}
    for group, names in answer.items():
        assert isinstance(names, dict)
        found |= {f"{group}.{name}": value for name, value in names.items()}
    return found


@pytest.mark.parametrize(
    ("do", "undo", "moved"),
    [pytest.param(do, undo, moved, id=label) for label, do, undo, moved in ACTS],
)
async def test_last_activities(
    trakt: TraktSimulator,
    api: Api,
    titles: dict[str, Title],
    do: Act,
    undo: Act,
    moved: set[str],
) -> None:
    """Adding and removing move the stamps of just that, and always onwards."""
    before = await stamps(api)
    assert len(before) == 42
    assert set(before.values()) == {"2026-11-22T12:00:30.250Z"}
    for act in (do, undo):
        act(trakt.alice, titles)
        after = await stamps(api)
        changed = {name for name in after if after[name] != before[name]}
        assert changed == moved | {"all"}
        assert all(after[name] > before[name] for name in changed)
        assert after["all"] == max(after.values())
        before = after
    undo_again = trakt.alice.take_off_watchlist(titles["movie"])
    assert not undo_again
    assert await stamps(api) == before


async def test_stamps_follow_the_clock(
    trakt: TraktSimulator, api: Api, clock: Clock, batman: Title
) -> None:
    """A stamp is the moment of the change, to the millisecond."""
    clock.move(seconds=1.125)
    trakt.alice.rate(batman, 8)
    assert (await stamps(api))["movies.rated_at"] == "2026-11-22T12:00:31.375Z"


async def test_settings(trakt: TraktSimulator, api: Api) -> None:
    """The settings tell the name, the membership and the limits."""
    data = (await api.get("/users/settings")).data
    user = data["user"]
    assert isinstance(user, dict)
    assert (user["username"], user["vip"]) == ("alice", False)
    assert data["limits"] == {
        "list": {"count": 5, "item_count": 250},
        "watchlist": {"item_count": 250},
        "favorites": {"item_count": 100},
    }
    assert data["browsing"] is None
    trakt.alice.watch_only_once = True
    browsing = (await api.get("/users/settings?extended=browsing")).data["browsing"]
    assert isinstance(browsing, dict)
    assert browsing["watch_only_once"] is True
    trakt.add_account("Bob Q", vip=True)
    other = (await api.get("/users/bob-q")).data
    assert (other["username"], other["vip"]) == ("Bob Q", True)
    assert (await api.get("/users/me")).data["ids"] == {"slug": "alice", "trakt": None}


async def test_watched(
    trakt: TraktSimulator, api: Api, titles: dict[str, Title]
) -> None:
    """One row a title, with the number of plays; episodes only if asked for."""
    for days in range(2):
        trakt.alice.watch(titles["movie"], NOW - timedelta(days=days))
    trakt.alice.watch(titles["show"])
    [movie] = (await api.get("/sync/watched/movies")).rows
    assert movie["movie"] == MOVIE
    assert movie["plays"] == 2
    assert movie["last_watched_at"] == "2026-11-22T12:00:00.000Z"
    [show] = (await api.get("/sync/watched/shows")).rows
    assert (show["show"], show["plays"], "seasons" in show) == (SHOW, 5, False)
    [show] = (await api.get("/sync/watched/shows?extended=episodes")).rows
    seasons = show["seasons"]
    assert isinstance(seasons, list)
    assert [(each["number"], len(each["episodes"])) for each in seasons] == [
        (0, 1),
        (1, 3),
        (2, 1),
    ]


async def test_playback(
    trakt: TraktSimulator, api: Api, titles: dict[str, Title], clock: Clock
) -> None:
    """Where somebody stopped; the running time only in full."""
    trakt.alice.pause(titles["movie"], 10.5)
    clock.move(seconds=60)
    trakt.alice.pause(titles["episode"], 5)
    last = trakt.alice.pause(titles["episode"], 65.5)
    rows = (await api.get("/sync/playback")).rows
    assert rows[0] == {
        "progress": 65.5,
        "paused_at": "2026-11-22T12:01:30.000Z",
        "id": last.id,
        **MEDIA["episode"],
    }
    assert len(rows) == 2
    [movie] = (await api.get("/sync/playback/movies?extended=full")).rows
    assert isinstance(movie["movie"], dict)
    assert movie["movie"]["runtime"] == 100
    later = await api.get("/sync/playback?start_at=2026-11-22T12:01:00Z")
    assert [row["type"] for row in later.rows] == ["episode"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("imdb/tt0372784", ["movie"]),
        ("imdb/tt9001002?type=episode", ["episode"]),
        ("tmdb/1002", ["episode"]),
        ("tmdb/3571?type=season", ["season"]),
        ("tvdb/81189?type=show,movie", ["show"]),
        ("tvdb/81189?type=movie", []),
        ("tmdb/99999", []),
        ("imdb/nonsense", []),
        ("tmdb/nonsense", []),
    ],
)
async def test_search(api: Api, path: str, expected: list[str]) -> None:
    """Titles are found by their ids at other services."""
    rows = (await api.get(f"/search/{path}")).rows
    assert rows == [{"score": 1000, **MEDIA[kind]} for kind in expected]


async def test_search_across_kinds(api: Api) -> None:
    """One number is a title of every kind."""
    rows = (await api.get("/search/trakt/1")).rows
    assert [row["type"] for row in rows] == ["movie", "show", "season", "episode"]


@pytest.mark.parametrize("name", ["1", "batman-begins-2005", "tt0372784"])
async def test_movie_page(api: Api, name: str) -> None:
    """A movie can be looked at by its Trakt id, slug or IMDb id."""
    assert (await api.get(f"/movies/{name}")).data == MOVIE
    full = (await api.get(f"/movies/{name}?extended=full")).data
    assert full["released"] == "2026-11-22"


async def test_show_pages(api: Api) -> None:
    """A show is its seasons, a season its episodes, counted through if wanted."""
    assert (await api.get("/shows/breaking-bad")).data == SHOW
    seasons = (await api.get("/shows/1/seasons")).rows
    assert [row["number"] for row in seasons] == [0, 1, 2]
    assert seasons[1] == SEASON
    seasons = (await api.get("/shows/1/seasons?extended=episodes,full")).rows
    numbers = [
        [episode["number_abs"] for episode in episodes]
        for row in seasons
        if isinstance(episodes := row["episodes"], list)
    ]
    assert numbers == [[None], [1, 2, 3], [4, 5]]
    assert (await api.get("/shows/1/seasons/1")).rows[1] == EPISODE
    assert (await api.get("/shows/1/seasons/1/episodes/2")).data == EPISODE


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/sync/watchlist", {"movies": [{"ids": {"tmdb": 20526}}]}),
        ("/sync/ratings", {"movies": [{"ids": {"tmdb": 20526}, "rating": 5}]}),
        ("/sync/history", {"movies": [{"ids": {"tmdb": 20526}}]}),
    ],
)
async def test_read_lag(
    trakt: TraktSimulator, api: Api, batman: Title, path: str, body: object
) -> None:
    """What was written is seen only after some reads; so is what was removed."""
    alice = trakt.alice
    alice.put_on_watchlist(batman)
    alice.rate(batman, 5)
    alice.history.add([(batman, 0)], action="watch", lag=0)
    trakt.behaviour.read_lag = 2
    assert (await api.post(path, body)).status == 201
    sizes = [len((await api.get(path)).rows) for _ in range(4)]
    assert sizes == [1, 1, 2, 2]
    assert (await api.post(f"{path}/remove", body)).status == 200
    assert len((await api.get(path)).rows) == 2
    assert (await api.post(path, body)).status == 201
    assert (await api.post(f"{path}/remove", body)).status == 200
    sizes = [len((await api.get(path)).rows) for _ in range(3)]
    assert sizes == [2, 2, 1]


async def test_hidden_plays(
    trakt: TraktSimulator, api: Api, titles: dict[str, Title]
) -> None:
    """Plays of hidden titles are counted and take a place, but are not listed."""
    for days in range(3):
        trakt.alice.watch(titles["movie"], NOW - timedelta(days=2 * days))
        trakt.alice.watch(titles["episode"], NOW - timedelta(days=2 * days + 1))
    trakt.behaviour.hidden = {titles["movie"]}
    reply = await api.get("/sync/history?limit=2")
    assert [row["type"] for row in reply.rows] == ["episode"]
    assert reply.headers["X-Pagination-Item-Count"] == "6"
    assert reply.headers["X-Pagination-Page-Count"] == "3"


@pytest.mark.parametrize("name", ["watchlist", "ratings", "history"])
async def test_empty_lists(
    api: Api, trakt: TraktSimulator, batman: Title, name: str
) -> None:
    """Lists can be made to look empty, though nothing changed."""
    trakt.behaviour.watched_leaves_watchlist = False
    trakt.alice.put_on_watchlist(batman)
    trakt.alice.rate(batman, 7)
    trakt.alice.watch(batman)
    before = (await api.get("/sync/last_activities")).data
    assert len((await api.get(f"/sync/{name}")).rows) == 1
    trakt.behaviour.empty_lists = True
    answer = await api.get(f"/sync/{name}")
    assert (answer.rows, answer.headers["X-Pagination-Item-Count"]) == ([], "0")
    assert (await api.get("/sync/last_activities")).data == before
