"""What bodies mean, what is counted, and what is told to be unknown."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from . import Account, Kind, NotFound, Repeats, Title, TraktSimulator
from .conftest import NOW, Api

GROUPS = ("movies", "shows", "seasons", "episodes")
SHOW = {"ids": {"tvdb": 81189}}
MINUTE = "2026-11-22T12:00:00.000Z"


def counts(text: str, groups: tuple[str, ...] = GROUPS) -> dict[str, int]:
    """Return counts from a text such as "movies:1 episodes:3"."""
    given = dict(part.split(":") for part in text.split())
    assert set(given) <= set(groups)
    return {group: int(given.get(group, 0)) for group in groups}


def missing(**groups: object) -> dict[str, object]:
    """Return what is not found, with the groups that nothing is missing of."""
    nothing: dict[str, object] = {group: [] for group in GROUPS}
    return nothing | groups


def names(titles: Mapping[Title, object]) -> set[str]:
    """Return titles in a short notation: m1, s1, s1:2 (season), s1:2x3."""
    return {name(title) for title in titles}


def name(title: Title) -> str:
    """Return a title in a short notation."""
    match title.kind:
        case Kind.MOVIE:
            return f"m{title.trakt}"
        case Kind.SHOW:
            return f"s{title.trakt}"
        case Kind.SEASON:
            assert title.show is not None
            return f"s{title.show.trakt}:{title.number}"
        case Kind.EPISODE:
            assert title.show is not None
            return f"s{title.show.trakt}:{title.season}x{title.number}"


RESOLUTION = [
    pytest.param("movies", {"ids": {"trakt": 2}}, "m2", id="trakt"),
    pytest.param("movies", {"ids": {"slug": "tron-legacy-2010"}}, "m2", id="slug"),
    pytest.param("movies", {"ids": {"imdb": "tt1104001"}}, "m2", id="imdb"),
    pytest.param("movies", {"ids": {"tmdb": 20526}}, "m2", id="tmdb"),
    pytest.param("movies", {"ids": {"tvdb": 20526}}, None, id="movies have no tvdb"),
    pytest.param("shows", SHOW, "s1", id="tvdb"),
    pytest.param("shows", {"ids": {"slug": "breaking-bad"}}, "s1", id="show slug"),
    pytest.param("seasons", {"ids": {"tvdb": 30271}}, "s1:1", id="season tvdb"),
    pytest.param("seasons", {"ids": {"tmdb": 3570}}, "s1:0", id="season tmdb"),
    pytest.param("episodes", {"ids": {"trakt": 2}}, "s1:1x1", id="episode trakt"),
    pytest.param("episodes", {"ids": {"tvdb": 301002}}, "s1:1x2", id="episode tvdb"),
    pytest.param("episodes", {"ids": {"imdb": "tt9001003"}}, "s1:1x3", id="ep imdb"),
    pytest.param(
        "movies", {"ids": {"trakt": 1, "imdb": "tt1104001"}}, "m1", id="trakt first"
    ),
    pytest.param(
        "movies",
        {"ids": {"tmdb": 20526, "imdb": "tt0372784"}},
        "m1",
        id="imdb before tmdb",
    ),
    pytest.param(
        "movies",
        {"ids": {"trakt": 99, "imdb": "tt0", "tmdb": 272}},
        "m1",
        id="first that is known",
    ),
    pytest.param(
        "movies", {"ids": {"tmdb": "20526"}}, None, id="a number as text is no id"
    ),
    pytest.param("movies", {"ids": {"tmdb": True}}, None, id="a boolean is no id"),
    pytest.param("movies", {"ids": {"imdb": 372784}}, None, id="imdb is a text"),
    pytest.param("movies", {"ids": {"trakt": None, "tmdb": 272}}, "m1", id="null"),
    pytest.param("movies", {"title": "batman begins", "year": 2005}, "m1", id="title"),
    pytest.param("movies", {"title": "Batman Begins"}, None, id="title needs a year"),
    pytest.param(
        "movies",
        {"title": "Batman Begins", "year": 2005, "ids": {"tmdb": 5}},
        None,
        id="an unknown id is not helped by the title",
    ),
    pytest.param(
        "shows",
        {"title": "Breaking Bad", "year": 2008, "ids": {"ids": {"tvdb": 81189}}},
        "s1",
        id="ids that are none",
    ),
]


@pytest.mark.parametrize(("group", "item", "expected"), RESOLUTION)
async def test_resolution(
    trakt: TraktSimulator,
    api: Api,
    group: str,
    item: dict[str, object],
    expected: str | None,
) -> None:
    """An object means the title of the first id that is known, else nothing."""
    reply = await api.post("/sync/watchlist", {group: [item]})
    found = expected is not None
    assert reply.status == 201
    assert reply.data["added"] == counts(f"{group}:{int(found)}")
    assert names(trakt.alice.watchlist.live) == ({expected} if found else set())
    echo = {"ids": item["ids"]} if "ids" in item else item
    assert reply.data["not_found"] == missing(**{group: [] if found else [echo]})


async def test_weak_episode_ids(trakt: TraktSimulator, api: Api) -> None:
    """The service can be told to take only the documented ids of episodes."""
    trakt.behaviour.episode_ids = frozenset({"trakt", "tvdb"})
    items = [{"ids": {"imdb": "tt9001003"}}, {"ids": {"tvdb": 301001}}]
    reply = await api.post("/sync/watchlist", {"episodes": items})
    assert reply.data["added"] == counts("episodes:1")
    assert reply.data["not_found"] == missing(episodes=items[:1])


NESTED = [
    pytest.param([SHOW], "s1", [], id="a show alone"),
    pytest.param([SHOW | {"seasons": []}], "s1", [], id="no seasons are none"),
    pytest.param([SHOW | {"seasons": [{"number": 2}]}], "s1:2", [], id="a season"),
    pytest.param(
        [SHOW | {"seasons": [{"number": 0, "episodes": [{"number": 1}]}]}],
        "s1:0x1",
        [],
        id="a special",
    ),
    pytest.param(
        [
            SHOW
            | {"seasons": [{"number": 1, "episodes": [{"number": 1}, {"number": 9}]}]}
        ],
        "s1:1x1",
        [SHOW | {"seasons": [{"number": 1, "episodes": [{"number": 9}]}]}],
        id="an unknown episode",
    ),
    pytest.param(
        [
            SHOW
            | {"seasons": [{"number": 7, "episodes": [{"number": 1}]}, {"number": 8}]}
        ],
        "",
        [
            SHOW
            | {"seasons": [{"number": 7, "episodes": [{"number": 1}]}, {"number": 8}]}
        ],
        id="unknown seasons",
    ),
    pytest.param(
        [{"ids": {"tmdb": 5}, "seasons": [{"number": 1, "episodes": [{"number": 1}]}]}],
        "",
        [{"ids": {"tmdb": 5}}],
        id="an unknown show",
    ),
    pytest.param(
        [SHOW | {"seasons": [{"number": "1"}, {}]}],
        "",
        [SHOW | {"seasons": [{"number": "1"}, {}]}],
        id="no numbers",
    ),
]


@pytest.mark.parametrize(("shows", "expected", "not_found"), NESTED)
async def test_nested(
    trakt: TraktSimulator,
    api: Api,
    shows: list[object],
    expected: str,
    not_found: list[object],
) -> None:
    """A show is meant by itself, or its named seasons and episodes are."""
    reply = await api.post("/sync/watchlist", {"shows": shows})
    assert names(trakt.alice.watchlist.live) == set(expected.split())
    assert reply.data["not_found"] == missing(shows=not_found)
    removed = await api.post("/sync/watchlist/remove", {"shows": shows})
    assert removed.data["deleted"] == reply.data["added"]
    assert removed.data["not_found"] == reply.data["not_found"]
    assert not trakt.alice.watchlist.live


ALL_KINDS = {
    "movies": [{"ids": {"tmdb": 272}}],
    "shows": [SHOW, SHOW | {"seasons": [{"number": 1, "episodes": [{"number": 2}]}]}],
    "seasons": [{"ids": {"tvdb": 30271}}],
    "episodes": [{"ids": {"tvdb": 301001}}],
}


async def test_watchlist(trakt: TraktSimulator, api: Api) -> None:
    """Additions are counted once; removing what is not there is no error."""
    every = counts("movies:1 shows:1 seasons:1 episodes:2")
    none = counts("")
    first = await api.post("/sync/watchlist", ALL_KINDS)
    assert first.status == 201
    assert first.data == {
        "added": every,
        "existing": none,
        "not_found": missing(),
        "list": {"updated_at": "2026-11-22T12:00:30.255Z", "item_count": 5},
    }
    again = await api.post("/sync/watchlist", ALL_KINDS)
    assert (again.data["added"], again.data["existing"]) == (none, every)
    assert again.data["list"] == first.data["list"]
    one = {"movies": [{"ids": {"tmdb": 272}}, {"ids": {"imdb": "tt0372784"}}]}
    removed = await api.post("/sync/watchlist/remove", one)
    assert removed.status == 200
    assert removed.data["deleted"] == counts("movies:1")
    removed = await api.post("/sync/watchlist/remove", ALL_KINDS)
    assert removed.data["deleted"] == counts("shows:1 seasons:1 episodes:2")
    assert removed.data["not_found"] == missing()
    assert not trakt.alice.watchlist.live


async def test_watchlist_order_and_notes(trakt: TraktSimulator, api: Api) -> None:
    """Rows can be put in another order and be given notes."""
    trakt.alice.vip = True
    await api.post("/sync/watchlist", ALL_KINDS)
    rows = (await api.get("/sync/watchlist")).rows
    ids = [row["id"] for row in rows]
    reply = await api.post("/sync/watchlist/reorder", {"rank": [ids[4], 7, ids[2]]})
    assert reply.data == {"updated": 2, "skipped_ids": [7]}
    rows = (await api.get("/sync/watchlist")).rows
    assert [row["id"] for row in rows] == [ids[4], ids[2], ids[0], ids[1], ids[3]]
    assert [row["rank"] for row in rows] == [1, 2, 3, 4, 5]
    reply = await api.call("PUT", f"/sync/watchlist/{ids[0]}", {"notes": "soon"})
    assert (reply.status, reply.text) == (204, "")
    assert (await api.get("/sync/watchlist/movies")).rows[0]["notes"] == "soon"


async def test_ratings(
    trakt: TraktSimulator, api: Api, batman: Title, breaking_bad: Title
) -> None:
    """Ratings of all kinds are stored, with their dates, and overwritten."""
    body = {
        "movies": [
            {"ids": {"tmdb": 272}, "rating": 5, "rated_at": "2014-09-01T11:10:11+02:00"}
        ],
        "shows": [
            SHOW
            | {
                "rating": 9,
                "seasons": [
                    {
                        "number": 1,
                        "rating": 8,
                        "episodes": [{"number": 1, "rating": 7}],
                    },
                    {"number": 2, "episodes": [{"number": 9, "rating": 1}]},
                ],
            }
        ],
        "seasons": [{"ids": {"tvdb": 30270}, "rating": 2}, {"ids": {}, "rating": 3}],
        "episodes": [{"ids": {"tvdb": 301002}, "rating": 10}],
    }
    reply = await api.post("/sync/ratings", body)
    assert reply.status == 201
    lost = {"number": 2, "episodes": [{"number": 9, "rating": 1}]}
    assert reply.data == {
        "added": counts("movies:1 shows:1 seasons:2 episodes:2"),
        "not_found": missing(
            shows=[SHOW | {"rating": 9, "seasons": [lost]}],
            seasons=[{"ids": {}, "rating": 3}],
        ),
    }
    rated = trakt.alice.ratings.live
    assert {name(title): each.rating for title, each in rated.items()} == {
        "m1": 5,
        "s1": 9,
        "s1:0": 2,
        "s1:1": 8,
        "s1:1x1": 7,
        "s1:1x2": 10,
    }
    assert rated[batman].at == datetime(2014, 9, 1, 9, 10, 11, tzinfo=UTC).timestamp()
    assert rated[breaking_bad].at == int(NOW.timestamp())
    again = {"movies": [{"ids": {"tmdb": 272}, "rating": 6}]}
    reply = await api.post("/sync/ratings", again)
    assert reply.data["added"] == counts("movies:1")
    assert rated[batman].rating == 6
    reply = await api.post("/sync/ratings/remove", ALL_KINDS)
    assert reply.status == 200
    assert reply.data == {
        "deleted": counts("movies:1 shows:1 seasons:1 episodes:2"),
        "not_found": missing(),
    }
    assert names(rated) == {"s1:0"}


PLAYED = ("movies", "episodes")
PLAYS = [
    pytest.param(
        {"movies": [{"ids": {"tmdb": 272}, "watched_at": "2014-09-01T09:10:59.999Z"}]},
        ["m1@2014-09-01T09:10"],
        id="to the minute",
    ),
    pytest.param(
        {"movies": [{"ids": {"tmdb": 272}, "watched_at": "2014-09-01T09:10:00+02:00"}]},
        ["m1@2014-09-01T07:10"],
        id="to UTC",
    ),
    pytest.param(
        {"movies": [{"ids": {"tmdb": 272}}]}, ["m1@2026-11-22T12:00"], id="now"
    ),
    pytest.param(
        {"movies": [{"ids": {"tmdb": 272}, "watched_at": "unknown"}]},
        ["m1@1970-01-01T00:00"],
        id="unknown",
    ),
    pytest.param(
        {"episodes": [{"ids": {"tvdb": 301001}, "watched_at": "released"}]},
        ["s1:1x1@2026-11-21T12:45"],
        id="released",
    ),
    pytest.param(
        {"movies": [{"ids": {"tmdb": 272}, "watched_at": MINUTE}] * 2},
        ["m1@2026-11-22T12:00"] * 2,
        id="twice",
    ),
    pytest.param(
        {"shows": [SHOW | {"watched_at": MINUTE}]},
        [
            f"s1:{place}@2026-11-22T12:00"
            for place in ("0x1", "1x1", "1x2", "1x3", "2x1")
        ],
        id="a show is what has aired of it",
    ),
    pytest.param(
        {"seasons": [{"ids": {"tvdb": 30272}, "watched_at": MINUTE}]},
        ["s1:2x1@2026-11-22T12:00"],
        id="a season is what has aired of it",
    ),
    pytest.param(
        {
            "shows": [
                SHOW
                | {
                    "watched_at": "2020-01-01T00:00:00Z",
                    "seasons": [
                        {
                            "number": 1,
                            "watched_at": "2021-01-01T00:00:00Z",
                            "episodes": [
                                {"number": 1, "watched_at": "2022-01-01T00:00:00Z"},
                                {"number": 2},
                            ],
                        },
                        {"number": 0},
                        {"number": 2, "episodes": [{"number": 2}]},
                    ],
                }
            ]
        },
        [
            "s1:1x1@2022-01-01T00:00",
            "s1:1x2@2021-01-01T00:00",
            "s1:0x1@2020-01-01T00:00",
            "s1:2x2@2020-01-01T00:00",
        ],
        id="dates come from above",
    ),
]


def plays_of(account: Account) -> list[str]:
    """Return the plays in order of their ids, in a short notation."""
    return [
        f"{name(play.title)}@{datetime.fromtimestamp(play.at, UTC):%Y-%m-%dT%H:%M}"
        for _, play in sorted(account.history.shelf.live.items())
    ]


@pytest.mark.parametrize(("body", "expected"), PLAYS)
async def test_history(
    trakt: TraktSimulator, api: Api, body: dict[str, object], expected: list[str]
) -> None:
    """Every movie and episode that is meant becomes a play."""
    reply = await api.post("/sync/history", body)
    assert reply.status == 201
    movies = sum(1 for play in expected if play.startswith("m"))
    assert reply.data == {
        "added": {"movies": movies, "episodes": len(expected) - movies},
        "updated": {"movies": 0, "episodes": 0},
        "not_found": missing(),
    }
    assert plays_of(trakt.alice) == expected


async def test_history_not_found(api: Api) -> None:
    """What is unknown is echoed without its date."""
    body = {
        "movies": [{"ids": {"imdb": "tt1"}, "watched_at": MINUTE, "title": "?"}],
        "episodes": [{"ids": {"tvdb": 1}, "watched_at": MINUTE}],
        "shows": [
            SHOW
            | {
                "seasons": [
                    {"number": 1, "episodes": [{"number": 9, "watched_at": "x"}]}
                ]
            }
        ],
    }
    reply = await api.post("/sync/history", body)
    assert reply.data["not_found"] == missing(
        movies=[{"ids": {"imdb": "tt1"}}],
        episodes=[{"ids": {"tvdb": 1}}],
        shows=[SHOW | {"seasons": [{"number": 1, "episodes": [{"number": 9}]}]}],
    )


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        pytest.param(
            NotFound.NAMELESS,
            missing(
                movies=[{"watched_at": MINUTE}],
                shows=[{"seasons": [{"number": 1, "episodes": [{"number": 9}]}]}],
            ),
            id="without ids",
        ),
        pytest.param(
            NotFound.AMONG_EPISODES,
            missing(
                movies=[{"ids": {"imdb": "tt1"}}],
                episodes=[
                    SHOW | {"seasons": [{"number": 1, "episodes": [{"number": 9}]}]}
                ],
            ),
            id="a show among the episodes",
        ),
    ],
)
async def test_other_ways_to_say_not_found(
    trakt: TraktSimulator, api: Api, told: NotFound, expected: dict[str, object]
) -> None:
    """The service can be told to name what is unknown as it has been seen to."""
    trakt.behaviour.not_found = told
    body = {
        "movies": [{"ids": {"imdb": "tt1"}, "watched_at": MINUTE}],
        "shows": [SHOW | {"seasons": [{"number": 1, "episodes": [{"number": 9}]}]}],
    }
    reply = await api.post("/sync/history", body)
    assert reply.data["not_found"] == expected


@pytest.mark.parametrize("status", [400, 422])
async def test_undocumented_ids(trakt: TraktSimulator, api: Api, status: int) -> None:
    """The service can be told to refuse a whole body for one odd episode."""
    trakt.behaviour.undocumented_ids = status
    items = [{"ids": {"imdb": "tt9001003"}}, {"ids": {"tvdb": 301001}}]
    reply = await api.post("/sync/watchlist", {"episodes": items})
    assert reply.status == status
    assert not trakt.alice.watchlist.live
    reply = await api.post("/sync/watchlist", {"episodes": items[1:]})
    assert reply.data["added"] == counts("episodes:1")


REPEATED = {
    "movies": [
        {"ids": {"tmdb": 272}, "watched_at": "2026-11-22T12:00:20Z"},
        {"ids": {"tmdb": 272}, "watched_at": "2026-11-22T12:01:00Z"},
        {"ids": {"imdb": "tt0372784"}, "watched_at": "2026-11-22T12:01:30Z"},
    ]
}


@pytest.mark.parametrize(
    ("repeats", "status", "added", "existing", "held"),
    [
        pytest.param(Repeats.PLAY, 201, 3, None, 4, id="stored again"),
        pytest.param(Repeats.EXISTING, 201, 1, 2, 2, id="counted as existing"),
        pytest.param(Repeats.CONFLICT, 409, None, None, 1, id="refused"),
    ],
)
async def test_repeats(
    trakt: TraktSimulator,
    api: Api,
    batman: Title,
    repeats: Repeats,
    status: int,
    added: int | None,
    existing: int | None,
    held: int,
) -> None:
    """The same play sent twice is what the service is told to make of it."""
    trakt.behaviour.repeats = repeats
    trakt.alice.watch(batman, NOW)
    reply = await api.post("/sync/history", REPEATED)
    assert reply.status == status
    assert len(trakt.alice.history) == held
    if status == 201:
        assert reply.data["added"] == {"movies": added, "episodes": 0}
        block = None if existing is None else {"movies": existing, "episodes": 0}
        assert reply.data.get("existing") == block


async def test_watch_only_once(trakt: TraktSimulator, api: Api, tron: Title) -> None:
    """For a user who wants one play a title, further ones are ignored."""
    trakt.alice.watch_only_once = True
    trakt.alice.watch(tron)
    body = {"movies": [*REPEATED["movies"], {"ids": {"tmdb": 20526}}]}
    reply = await api.post("/sync/history", body)
    assert reply.data["added"] == {"movies": 1, "episodes": 0}
    assert plays_of(trakt.alice)[1:] == ["m1@2026-11-22T12:00"]


async def test_remove_history(
    trakt: TraktSimulator, api: Api, batman: Title, breaking_bad: Title
) -> None:
    """A play goes by its id, a title with all its plays."""
    first, second, third = (
        trakt.alice.watch(batman, NOW - timedelta(days=days))[0] for days in range(3)
    )
    assert first.id > 2**32
    trakt.alice.watch(breaking_bad)
    reply = await api.post("/sync/history/remove", {"ids": [second.id, 23, second.id]})
    assert reply.status == 200
    assert reply.data == {
        "deleted": {"movies": 1, "episodes": 0},
        "not_found": {**missing(), "ids": [23]},
    }
    assert trakt.alice.history.of(batman) == [first, third]
    body = {**ALL_KINDS, "shows": [SHOW], "ids": [third.id]}
    reply = await api.post("/sync/history/remove", body)
    assert reply.data["deleted"] == {"movies": 2, "episodes": 5}
    assert len(trakt.alice.history) == 0
    reply = await api.post("/sync/history/remove", body)
    assert reply.data["deleted"] == {"movies": 0, "episodes": 0}
    assert reply.data["not_found"] == {**missing(), "ids": [third.id]}


async def test_watched_leaves_watchlist(
    trakt: TraktSimulator, api: Api, batman: Title, tron: Title, breaking_bad: Title
) -> None:
    """A movie goes once it is watched, a show when all of it that aired is."""
    alice = trakt.alice
    season = breaking_bad.children[1]
    for title in (batman, tron, breaking_bad, season, season.children[1]):
        alice.put_on_watchlist(title)
    await api.post("/sync/history", {"movies": [{"ids": {"tmdb": 272}}]})
    assert names(alice.watchlist.live) == {"m2", "s1", "s1:1", "s1:1x1"}
    alice.watch(season)
    assert names(alice.watchlist.live) == {"m2", "s1"}
    alice.watch(breaking_bad.children[2].children[1])
    assert names(alice.watchlist.live) == {"m2"}
    trakt.behaviour.watched_leaves_watchlist = False
    alice.watch(tron)
    assert names(alice.watchlist.live) == {"m2"}


@pytest.mark.parametrize(
    ("path", "feature"),
    [
        ("/sync/watchlist", "watchlist"),
        ("/sync/ratings", "ratings"),
        ("/sync/history", "history"),
    ],
)
@pytest.mark.parametrize("vip", [False, True])
async def test_account_limits(
    trakt: TraktSimulator, api: Api, path: str, feature: str, vip: bool
) -> None:
    """What does not fit is refused as a whole; what is there already fits."""
    alice = trakt.alice
    alice.vip = vip
    setattr(alice.limits, feature, 1)
    one: dict[str, object] = {"ids": {"tmdb": 272}, "rating": 5}
    other: dict[str, object] = {"ids": {"tmdb": 20526}, "rating": 5}
    refused = await api.post(path, {"movies": [one, other]})
    assert refused.status == 420
    assert refused.headers["X-Account-Limit"] == "1"
    assert refused.headers["X-Upgrade-URL"] == "https://trakt.tv/vip"
    assert refused.headers["X-VIP-User"] == str(vip).lower()
    assert (await api.get(path)).rows == []
    assert (await api.post(path, {"movies": [one]})).status == 201
    assert (await api.post(path, {"movies": [other]})).status == 420
    unknown = {"movies": [{"ids": {"tmdb": 5}, "rating": 5}]}
    assert (await api.post(path, unknown)).status == 201
    if feature != "history":
        assert (await api.post(path, {"movies": [one]})).status == 201


def test_usual_limits(trakt: TraktSimulator) -> None:
    """The limits are the published ones."""
    free, vip = trakt.alice.limits, trakt.add_account("bob", vip=True).limits
    assert (free.watchlist, free.ratings, free.history) == (250, 10_000, 100_000)
    assert (vip.watchlist, vip.ratings, vip.history) == (5_000, 20_000, 100_000)


async def test_delete_playback(trakt: TraktSimulator, api: Api, batman: Title) -> None:
    """A place where somebody stopped can be forgotten once."""
    paused = trakt.alice.pause(batman, 10.5)
    reply = await api.call("DELETE", f"/sync/playback/{paused.id}")
    assert (reply.status, reply.text) == (204, "")
    reply = await api.call("DELETE", f"/sync/playback/{paused.id}")
    assert reply.status == 404
    assert trakt.writes() == 2
