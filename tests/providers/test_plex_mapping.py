"""Guids, rows and plays of Plex, with answers as data."""

from datetime import UTC, datetime

import pytest

from custom_components.crosswatch.engine.model import (
    Item,
    Listed,
    MediaKind,
    Play,
    Progress,
    Rated,
    Record,
    Watched,
)
from custom_components.crosswatch.engine.provider import ProtocolError
from custom_components.crosswatch.providers.answer import JsonObject, JsonValue
from custom_components.crosswatch.providers.plex.catalogue import parse_listing, rows_in
from custom_components.crosswatch.providers.plex.fields import whole
from custom_components.crosswatch.providers.plex.guids import (
    Guid,
    cloud_key,
    ids_in,
    parse_guid,
)
from custom_components.crosswatch.providers.plex.mapping import (
    item_from_row,
    listed_from_row,
    progress_from_row,
    rating_from_row,
)
from custom_components.crosswatch.providers.plex.own import OwnPlay
from custom_components.crosswatch.providers.plex.paging import parsed_page
from custom_components.crosswatch.providers.plex.plays import settled, watched_from
from custom_components.crosswatch.providers.plex.probe import newest_in
from custom_components.crosswatch.providers.plex.rows import (
    LogRow,
    Row,
    moment,
    parse_log_row,
    parse_row,
)
from custom_components.crosswatch.providers.plex.servers import servers_in
from custom_components.crosswatch.providers.redaction import redact

HOUR = 3600
DAY = 24 * HOUR
T = 1_714_594_272

MATRIX: dict[str, JsonValue] = {
    "ratingKey": "101",
    "key": "/library/metadata/101",
    "guid": "plex://movie/5d7768268a7581001f12bc25",
    "type": "movie",
    "title": "The Matrix",
    "librarySectionID": 1,
    "year": 1999,
    "duration": 8_184_000,
    "viewCount": 2,
    "lastViewedAt": T,
    "viewOffset": 1_234_000,
    "userRating": 8.0,
    "lastRatedAt": T + 60,
    "Guid": [
        {"id": "imdb://tt0133093"},
        {"id": "tmdb://603"},
        {"id": "tvdb://169"},
    ],
}
RED_WOMAN: dict[str, JsonValue] = {
    "ratingKey": "230",
    "parentRatingKey": "220",
    "grandparentRatingKey": "200",
    "guid": "plex://episode/5d9c1276e9d5a1001f4ff2fa",
    "type": "episode",
    "title": "The Red Woman",
    "grandparentTitle": "Game of Thrones",
    "index": 1,
    "parentIndex": 6,
    "year": 2016,
    "librarySectionID": "2",
    "viewCount": 1,
    "lastViewedAt": T,
    "Guid": [{"id": "imdb://tt3658014"}, {"id": "tvdb://5469015"}],
}
THRONES = Item(MediaKind.SHOW, {"tvdb": "121361"}, "Game of Thrones", 2011)


def at(seconds: int) -> datetime:
    """Return a moment."""
    return datetime.fromtimestamp(seconds, UTC)


def parsed(row: JsonObject, **changes: JsonValue) -> Row:
    """Return a row with some of its members changed, None for those to leave out."""
    changed = {**row, **changes}
    found = parse_row({name: v for name, v in changed.items() if v is not None})
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("imdb://tt0133093", Guid("imdb", "tt0133093")),
        ("IMDB://title/tt0133093", Guid("imdb", "tt0133093")),
        ("tmdb://603", Guid("tmdb", "603")),
        ("tmdb://tv/1399", Guid("tmdb", "1399")),
        ("tvdb://series/121361", Guid("tvdb", "121361")),
        ("tvdb://0", None),
        ("com.plexapp.agents.imdb://tt0133093?lang=en", Guid("imdb", "tt0133093")),
        ("com.plexapp.agents.themoviedb://603?lang=en", Guid("tmdb", "603")),
        (
            "com.plexapp.agents.themoviedb://1399/6/1?lang=en",
            Guid("tmdb", "1399", 6, 1),
        ),
        ("com.plexapp.agents.thetvdb://121361?lang=en", Guid("tvdb", "121361")),
        ("com.plexapp.agents.thetvdb://121361/6?lang=en", Guid("tvdb", "121361", 6)),
        (
            "com.plexapp.agents.thetvdb://121361/0/1?lang=en",
            Guid("tvdb", "121361", 0, 1),
        ),
        ("com.plexapp.agents.thetvdb://none", None),
        (
            "com.plexapp.agents.hama://tvdb-121361/6/1?lang=en",
            Guid("tvdb", "121361", 6, 1),
        ),
        ("com.plexapp.agents.hama://tvdb4-121361?lang=en", Guid("tvdb", "121361")),
        ("com.plexapp.agents.hama://anidb-23/1/5", Guid("anidb", "23", 1, 5)),
        ("com.plexapp.agents.hama://imdb-tt1", None),
        ("com.plexapp.agents.hama://imdb-tt0133093", Guid("imdb", "tt0133093")),
        ("com.plexapp.agents.xbmcnfo://tt0133093?lang=en", Guid("imdb", "tt0133093")),
        ("com.plexapp.agents.xbmcnfo://603?lang=en", None),
        ("com.plexapp.agents.hama://myanimelist-1", None),
        ("com.plexapp.agents.none://abc?lang=xn", None),
        ("plex://movie/5d7768268a7581001f12bc25", None),
        ("local://101", None),
        ("something else", None),
        ("", None),
    ],
)
def test_guids(text: str, expected: Guid | None) -> None:
    """Every form of a guid that a library may hold."""
    assert parse_guid(text) == expected


def test_cloud_keys() -> None:
    """The guid of a new agent holds the key in Plex's own catalogue."""
    assert cloud_key("plex://movie/5d7768268a7581001f12bc25") == (
        "5d7768268a7581001f12bc25"
    )
    assert cloud_key("local://101") == ""
    assert ids_in(["imdb://tt1234567", "imdb://tt7654321", "tvdb://1/2"]) == {
        "imdb": "tt1234567",
        "tvdb": "2",
    }


def test_a_film() -> None:
    """All that is told of a film."""
    row = parsed(MATRIX)

    assert item_from_row(row, {}) == Item(
        MediaKind.MOVIE,
        {"imdb": "tt0133093", "tmdb": "603", "tvdb": "169"},
        "The Matrix",
        1999,
    )
    assert rating_from_row(row, {}) == Record(
        item_from_row(row, {}), Rated(8.0, at(T + 60)), "101", library="1"
    )
    record = progress_from_row(row, {}, at=T, playing=False)
    assert record is not None
    assert record.value == Progress(1_234_000, 8_184_000, at=at(T))
    assert listed_from_row(row, {"tmdb": "603"}, 0).value == Listed(None)


def test_an_episode() -> None:
    """The ids are its own; its show is looked up, or known by its name alone."""
    row = parsed(RED_WOMAN)

    assert item_from_row(row, {"200": THRONES}) == Item(
        MediaKind.EPISODE,
        {"imdb": "tt3658014", "tvdb": "5469015"},
        "The Red Woman",
        None,
        THRONES,
        6,
        1,
    )
    assert item_from_row(row, {}).show == Item(MediaKind.SHOW, {}, "Game of Thrones")
    assert item_from_row(parsed(RED_WOMAN, grandparentTitle=None), {}).show is None
    by_path = parsed(
        RED_WOMAN, grandparentRatingKey=None, grandparentKey="/library/metadata/200"
    )
    assert by_path.show_key == "200"


def test_an_episode_of_an_old_agent() -> None:
    """Its guid tells the show, and the place that the row may lack."""
    guid = "com.plexapp.agents.thetvdb://121361/6/1?lang=en"
    row = parsed(RED_WOMAN, guid=guid, Guid=None, index=None)
    bare = Item(MediaKind.SHOW, {}, "Game of Thrones")

    item = item_from_row(row, {"200": bare})

    assert item.ids == {}
    assert item.show is not None
    assert item.show.ids == {"tvdb": "121361"}
    assert item.place == "s6e1"
    # Shows by date have no numbers at all.
    assert item_from_row(parsed(RED_WOMAN, index=None), {}).place is None


def test_a_season_and_a_show() -> None:
    """Seasons have their number, shows an old guid of their own."""
    season = parsed(
        {
            "ratingKey": "220",
            "type": "season",
            "guid": "com.plexapp.agents.thetvdb://121361/6?lang=en",
            "parentRatingKey": "200",
            "parentTitle": "Game of Thrones",
            "index": 6,
            "userRating": "9",
        }
    )
    assert item_from_row(season, {"200": THRONES}).place == "s6"
    assert season.rating == 9
    show = parsed(
        {
            "ratingKey": 200,
            "type": "show",
            "guid": "com.plexapp.agents.thetvdb://121361?lang=en",
            "title": "Game of Thrones",
        }
    )
    assert (show.key, show.ids) == ("200", {"tvdb": "121361"})


def test_odd_rows() -> None:
    """What is missing is missing; what cannot be done without is named."""
    bare = parsed({"ratingKey": "1", "type": "movie"})
    assert bare == Row("1", MediaKind.MOVIE)
    assert rating_from_row(bare, {}) is None
    assert progress_from_row(bare, {}, at=0, playing=True) is None
    odd = parsed(
        MATRIX,
        viewCount=-1,
        lastViewedAt="never",
        viewOffset=True,
        duration=float("inf"),
        userRating="good",
        year=0,
        Guid=[{"id": 7}, "x", {"id": "tmdb://603"}],
    )
    assert (odd.views, odd.viewed, odd.offset, odd.duration) == (0, 0, 0, 0)
    assert (odd.rating, odd.year, odd.ids) == (None, None, {"tmdb": "603"})
    assert parsed(MATRIX, userRating=True).rating is None
    assert parsed(MATRIX, userRating=0.0).rating is None
    assert parse_row({"type": "clip", "ratingKey": "1"}) is None
    with pytest.raises(ProtocolError, match="ratingKey"):
        parse_row({"type": "movie"})
    with pytest.raises(ProtocolError):
        parse_row("nonsense")
    with pytest.raises(ProtocolError):
        parse_log_row(["nonsense"])
    assert whole({"n": 2.9}, "n") == 2
    assert whole({"n": " 12"}, "n") == 12
    assert moment(0) is None
    assert moment(10**15) is None


def test_rows_of_the_log() -> None:
    """The rows of what is gone have no key; others have it in one form or another."""
    row: dict[str, JsonValue] = {
        "historyKey": "/status/sessions/history/12",
        "key": "/library/metadata/101",
        "ratingKey": "101",
        "type": "movie",
        "viewedAt": T,
    }
    assert parse_log_row(row) == LogRow("12", "101", T)
    assert parse_log_row({**row, "ratingKey": None}) == LogRow("12", "101", T)
    assert parse_log_row({**row, "historyKey": None}) == LogRow(f"101@{T}", "101", T)
    assert parse_log_row({**row, "ratingKey": None, "key": None}) is None
    assert parse_log_row({**row, "viewedAt": None}) is None
    assert parse_log_row({**row, "type": "track"}) is None


def film(views: int = 1, viewed: int = T, offset: int = 0, duration: int = 0) -> Row:
    """Return what is told of a film's views."""
    return Row(
        "101",
        MediaKind.MOVIE,
        views=views,
        viewed=viewed,
        offset=offset,
        duration=duration,
    )


def log(*moments: int) -> list[LogRow]:
    """Return plays of the log."""
    return [LogRow(str(number), "101", each) for number, each in enumerate(moments)]


NOTE = OwnPlay(T, T - 900 * DAY, 1, id=5)


@pytest.mark.parametrize(
    ("row", "lines", "notes", "expected"),
    [
        pytest.param(film(0), log(T), (), None, id="not watched"),
        pytest.param(film(), (), (), [("l", T)], id="marked"),
        pytest.param(film(3), (), (), [("l", T)], id="some are not dated"),
        pytest.param(film(viewed=0), (), (), [], id="no date at all"),
        pytest.param(film(), log(T - 600), (), [("h", T - 600)], id="played"),
        pytest.param(
            film(2), log(T - DAY, T), (), [("h", T - DAY), ("h", T)], id="played twice"
        ),
        pytest.param(
            film(2),
            log(T - DAY),
            (),
            [("h", T - DAY), ("l", T)],
            id="played and marked",
        ),
        pytest.param(
            film(2, duration=7_200_000),
            log(T - 2 * HOUR),
            (),
            [("h", T - 2 * HOUR)],
            id="marked at its end is no other play",
        ),
        pytest.param(
            film(2, offset=90_000),
            log(T - DAY),
            (),
            [("h", T - DAY)],
            id="begun again is no play",
        ),
        pytest.param(
            film(1), log(T - 9 * DAY, T), (), [("h", T)], id="unmarked in between"
        ),
        pytest.param(
            film(), (), (NOTE,), [("w", T - 900 * DAY)], id="ours, at its own date"
        ),
        pytest.param(
            film(),
            log(T + 2),
            (NOTE,),
            [("h", T - 900 * DAY)],
            id="ours, which the server has logged",
        ),
        pytest.param(
            film(2, viewed=T + DAY),
            log(T + DAY),
            (NOTE,),
            [("w", T - 900 * DAY), ("h", T + DAY)],
            id="ours, and played since",
        ),
        pytest.param(
            film(1, viewed=T + DAY),
            log(T + DAY),
            (NOTE,),
            [("h", T + DAY)],
            id="ours was unmarked since",
        ),
        pytest.param(
            film(2, viewed=T),
            log(T - DAY),
            (NOTE._replace(meant=None),),
            [("h", T - DAY)],
            id="taken away, while another stays",
        ),
        pytest.param(
            film(viewed=T + DAY),
            (),
            (NOTE._replace(pending=True),),
            [("l", T + DAY)],
            id="one of which nothing is known",
        ),
        pytest.param(
            film(viewed=T + DAY),
            (),
            (NOTE._replace(views=2),),
            [("l", T + DAY)],
            id="ours is from when there were more",
        ),
    ],
)
def test_plays(
    row: Row,
    lines: list[LogRow],
    notes: tuple[OwnPlay, ...],
    expected: list[tuple[str, int]] | None,
) -> None:
    """What a film's plays are, by all that is known of it."""
    watched = watched_from(row, lines, notes)

    if expected is None:
        assert watched is None
        return
    assert watched is not None
    assert [(play.native_id[0], play.at) for play in watched.plays] == [
        (name, at(seconds)) for name, seconds in expected
    ]
    assert watched.at == (watched.plays[-1].at if watched.plays else None)
    assert watched.count >= len(watched.plays)


def test_counts() -> None:
    """What was taken away counts no more; what has no date does."""
    gone = NOTE._replace(meant=None)
    watched = watched_from(film(3), log(T - DAY), (gone,))
    assert watched == Watched(at(T - DAY), (Play(at(T - DAY), "h0"),), 2)


@pytest.mark.parametrize(
    ("views", "viewed", "arrived"),
    [
        pytest.param(1, T + 30, True, id="a view, at about that time"),
        pytest.param(0, 0, False, id="no view"),
        pytest.param(1, T + DAY, False, id="a view of another day"),
        pytest.param(1, T + 5, False, id="the view is another note's"),
    ],
)
def test_writes_without_an_answer(views: int, viewed: int, arrived: bool) -> None:
    """They have arrived where the server counts one more, at about that time."""
    note = OwnPlay(T, 5, 0, pending=True, id=3)
    other = OwnPlay(T + 5, 6, 1, id=2)

    found = settled(film(views, viewed), note, [note, other])

    if arrived:
        assert found == OwnPlay(viewed, 5, 1, id=3)
    else:
        assert found is None


def test_markers_tell_the_newest() -> None:
    """What a marker knows is enough to go on from after a restart."""
    assert newest_in("movie:3:171:abc episode:0:0:def 99") == {
        MediaKind.MOVIE: 171,
        MediaKind.EPISODE: 0,
    }
    assert newest_in("") == {}


async def container(found: JsonObject) -> JsonObject:
    """Return a container as an answer."""
    return found


async def test_pages() -> None:
    """A page tells how long the list is, also where the server does not."""
    rows: list[JsonValue] = [MATRIX, {"type": "clip"}]

    page = await parsed_page(container({"Metadata": rows, "totalSize": "9"}), parse_row)
    assert (len(page.rows), page.listed, page.total) == (1, 2, 9)
    page = await parsed_page(container({"Directory": rows, "size": 2}), parse_row)
    assert page.total == 2
    page = await parsed_page(container({"size": 0}), parse_row)
    assert (page.total, page.listed) == (0, 0)
    with pytest.raises(ProtocolError):
        await parsed_page(container({"Metadata": {"a": 1}}), parse_row)
    with pytest.raises(ProtocolError):
        await parsed_page(container({"totalSize": 10**9}), parse_row)


def test_listings() -> None:
    """The date on the watchlist is told in one place or another, if at all."""
    assert parse_listing({**RED_WOMAN}) is None
    assert parse_listing({"type": "clip"}) is None
    for extra, expected in (
        ({"watchlistedAt": T}, T),
        ({"UserState": {"watchlistedAt": T}}, T),
        ({"UserState": [{"watchlistedAt": T}]}, T),
        ({"UserState": []}, 0),
        ({"userState": False}, 0),
    ):
        found = parse_listing({**MATRIX, **extra})  # type: ignore[dict-item]
        assert found is not None
        assert found[1] == expected


def test_results_of_a_search() -> None:
    """Titles come as such, or in groups of results."""
    result: JsonObject = {
        "SearchResults": [
            {"id": "plex", "size": 0},
            {"SearchResult": [{"score": 1, "Metadata": MATRIX}, {"score": 0}, "x"]},
        ]
    }
    assert [row.key for row in rows_in(result)] == ["101"]
    assert [row.key for row in rows_in({"Metadata": [MATRIX, {"type": "x"}]})] == [
        "101"
    ]
    with pytest.raises(ProtocolError):
        list(rows_in({"Metadata": {"a": 1}}))


def test_servers() -> None:
    """The best way comes first: at home, encrypted, direct."""
    resource: dict[str, JsonValue] = {
        "name": "Tower",
        "provides": "server,player",
        "clientIdentifier": "abc",
        "accessToken": "secret-token-of-this",
        "owned": True,
        "connections": [
            {"uri": "https://relay.example:8443", "relay": True},
            {
                "uri": "https://1-2-3-4.x.plex.direct:32400",
                "address": "1.2.3.4",
                "port": 32400,
            },
            {
                "uri": "https://fd00--1.x.plex.direct:32400",
                "address": "fd00::1",
                "port": 32400,
                "local": True,
                "IPv6": True,
            },
            {
                "uri": "https://192-168-1-5.x.plex.direct:32400/",
                "address": "192.168.1.5",
                "port": "32400",
                "local": "1",
            },
            {"uri": "ftp://nothing", "local": True, "port": 1},
            "nonsense",
        ],
    }
    (server,) = servers_in(
        [resource, {"provides": "player"}, {"provides": "server"}, "x"]
    )
    assert list(server.ways) == [
        "https://192-168-1-5.x.plex.direct:32400",
        "https://fd00--1.x.plex.direct:32400",
        "http://192.168.1.5:32400",
        "http://[fd00::1]:32400",
        "https://1-2-3-4.x.plex.direct:32400",
        "https://relay.example:8443",
    ]
    assert "secret" not in redact(repr(server))
    (strict,) = servers_in([{**resource, "httpsRequired": True, "owned": 0}])
    assert not strict.owned
    assert not any(way.startswith("http:") for way in strict.ways)
    (lonely,) = servers_in([{**resource, "connections": None, "name": None}])
    assert (lonely.ways, lonely.name) == ((), "abc")
