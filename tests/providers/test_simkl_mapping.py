"""Answers as SIMKL gives them, and the records that they are."""

from typing import Any

import pytest

from custom_components.crosswatch.engine.model import (
    Feature,
    Listed,
    MediaKind,
    Progress,
    Rated,
    Record,
    Snapshot,
    Watched,
)
from custom_components.crosswatch.engine.provider import ProtocolError
from custom_components.crosswatch.providers.simkl.fields import account_from, plan_from
from custom_components.crosswatch.providers.simkl.mapping import (
    Titles,
    ids_from,
    moment_from,
    number_of,
)
from custom_components.crosswatch.providers.simkl.merging import brought_up
from custom_components.crosswatch.providers.simkl.rows import (
    listed,
    number_in,
    place_of,
    rated,
    stopped,
    watched,
)
from custom_components.crosswatch.providers.simkl.stamps import stamps_from

from .simkl_world import at

MOVIE: dict[str, Any] = {
    "added_to_watchlist_at": "2010-01-20T20:09:04Z",
    "last_watched_at": "2014-08-09T07:25:55Z",
    "user_rated_at": "2014-08-10T07:25:55Z",
    "user_rating": 7,
    "status": "completed",
    "movie": {
        "title": "Captain America: The First Avenger",
        "poster": "84/842596c6291031c0",
        "year": 2011,
        "runtime": 120,
        "ids": {
            "simkl": 55328,
            "slug": "captain-america",
            "imdb": "tt0458339",
            "tmdb": "1771",
            "traktslug": "captain-america-the-first-avenger-2011",
        },
    },
}
SHOW: dict[str, Any] = {
    "added_to_watchlist_at": "2013-01-20T20:09:04Z",
    "last_watched_at": "2025-01-29T15:01:08Z",
    "user_rating": None,
    "status": "watching",
    "watched_episodes_count": 2,
    "show": {
        "title": "The Walking Dead",
        "year": 2010,
        "ids": {"simkl": 2090, "imdb": "tt1520211", "tmdb": "1402", "tvdb": "153021"},
    },
    "seasons": [
        {
            "number": 0,
            "episodes": [{"number": 3, "watched_at": "1970-01-01T00:00:01Z"}],
        },
        {
            "number": 1,
            "episodes": [
                {
                    "number": 1,
                    "watched_at": "2025-01-29T10:01:03-05:00",
                    "ids": {"tvdb": 2493011},
                },
                {"number": 2, "watched_at": "2025-01-29T15:01:04"},
                {"number": 3},
            ],
        },
    ],
}
ANIME: dict[str, Any] = {
    "status": "watching",
    "anime_type": "tv",
    "user_rating": 9,
    "last_watched_at": "2015-01-06T13:43:26Z",
    "show": {
        "title": "Fate/Stay Night: UBW",
        "year": 2014,
        "ids": {
            "simkl": 46116,
            "mal": "22297",
            "anidb": "9977",
            "anilist": 19603,
            "kitsu": 7882,
            "tvdb": "278626",
        },
    },
    "mapped_tvdb_seasons": [1],
    "seasons": [
        {
            "number": 1,
            "episodes": [
                {
                    "number": 13,
                    "watched_at": "2015-04-06T13:43:26Z",
                    "tvdb": {"season": 2, "episode": 1},
                },
                {
                    "number": 14,
                    "watched_at": "2015-04-06T13:43:26Z",
                    "tvdb": {"season": None, "episode": 1},
                },
            ],
        }
    ],
}


def records(rows: list[dict[str, Any]], bucket: str) -> list[Record]:
    """Return what was watched."""
    return list(watched(Titles(), rows, bucket, every=False))


def test_a_film() -> None:
    """A film is on a list, watched and rated in one row."""
    [record] = records([MOVIE], "movies")
    assert record.native_id == "movie:55328"
    assert record.item.kind is MediaKind.MOVIE
    assert record.item.ids == {"simkl": "55328", "imdb": "tt0458339", "tmdb": "1771"}
    assert record.value == Watched(moment_from("2014-08-09T07:25:55Z"))
    [rating] = rated(Titles(), [MOVIE], "movies")
    assert rating.value == Rated(7.0, moment_from("2014-08-10T07:25:55Z"))
    assert not list(listed(Titles(), [MOVIE], "movies", {"plantowatch"}))
    [entry] = listed(Titles(), [MOVIE], "movies", {"completed"})
    assert entry.value == Listed(moment_from("2010-01-20T20:09:04Z"))


def test_a_series() -> None:
    """Episodes have places, dates in UTC, and share one series."""
    found = records([SHOW], "shows")
    assert [each.native_id for each in found] == [
        "episode:2090:0:3",
        "episode:2090:1:1",
        "episode:2090:1:2",
    ]
    assert found[0].value == Watched(None)
    assert found[1].value == Watched(moment_from("2025-01-29T15:01:03Z"))
    assert found[1].item.ids == {"tvdb": "2493011"}
    assert found[1].item.show is found[2].item.show
    assert found[2].value == Watched(moment_from("2025-01-29T15:01:04Z"))
    assert place_of(found[1].native_id) == (1, 1)


def test_anime() -> None:
    """An episode is where SIMKL says that TVDB has it, else where it is itself."""
    mapped, own = records([ANIME], "anime")
    assert mapped.native_id == "episode:46116:1:13"
    assert mapped.keys == ("tvdb:278626#s2e1",)
    assert own.item.place == "s1e14"
    assert "mal:22297#s1e14" in own.keys
    assert not any(key.startswith("tvdb") for key in own.keys)


def test_other_ways_to_rate() -> None:
    """A rating stands under one of two names; a row of ratings without one is odd."""
    row = {"rating": 5, "rated_at": "2021-06-23T13:19:05.000Z", "movie": MOVIE["movie"]}
    [record] = rated(Titles(), [row], "movies")
    assert record.value == Rated(5.0, moment_from("2021-06-23T13:19:05Z"))
    [record] = rated(Titles(), [{**row, "rating": "7"}], "movies")
    assert record.value == Rated(7.0, moment_from("2021-06-23T13:19:05Z"))
    for odd in (None, True, 0, "five"):
        with pytest.raises(ProtocolError, match="user_rating"):
            list(rated(Titles(), [{**row, "rating": odd}], "movies"))


PAUSED: dict[str, Any] = {
    "id": 123,
    "progress": 45.5,
    "paused_at": "2024-01-15T10:30:00.000Z",
    "type": "episode",
    "episode": {"season": 1, "episode": 5, "title": "Gray Matter"},
    "show": {
        "title": "Breaking Bad",
        "year": 2008,
        "ids": {"simkl": 12345, "tmdb": 1396},
    },
}


@pytest.mark.parametrize("name", ["episode", "number"])
def test_positions(name: str) -> None:
    """An episode's number has one of two names."""
    row = {**PAUSED, "episode": {"season": 1, name: 5}}
    [(number, record)] = stopped(Titles(), [row])
    assert (number, record.native_id) == (123, "episode:12345:1:5")
    assert record.value == Progress(
        percent=45.5, at=moment_from("2024-01-15T10:30:00Z")
    )


def test_positions_of_anime() -> None:
    """Anime stands under a name of its own; its films have no episode."""
    show = ANIME["show"]
    place = {"season": 1, "episode": 13, "tvdb_season": 2, "tvdb_number": 1}
    row = {**PAUSED, "episode": place, "anime": show}
    del row["show"]
    [(_, record)] = stopped(Titles(), [row])
    assert record.keys == ("tvdb:278626#s2e1",)
    film = {**row, "type": "movie", "episode": None}
    [(_, record)] = stopped(Titles(), [film])
    assert record.native_id == "anime:46116"


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"progress": None}, "progress"),
        ({"progress": True}, "progress"),
        ({"id": "1"}, "id"),
        ({"episode": None}, "episode"),
        ({"episode": {"season": 1}}, "episode"),
        ({"show": None}, "movie or show"),
    ],
)
def test_odd_positions(change: dict[str, Any], name: str) -> None:
    """A position of which something is missing is told by what is."""
    with pytest.raises(ProtocolError, match=f"lacks {name}"):
        list(stopped(Titles(), [{**PAUSED, **change}]))


@pytest.mark.parametrize(
    "seasons",
    [5, [{"number": 1}], [{"episodes": []}], [{"number": 1, "episodes": [{}, 5]}]],
)
def test_odd_seasons(seasons: object) -> None:
    """Seasons that make no sense are not taken for nothing."""
    with pytest.raises(ProtocolError):
        records([{**SHOW, "seasons": seasons}], "shows")


def test_nothing_watched() -> None:
    """A series of which nothing was watched has no seasons."""
    row = {name: value for name, value in SHOW.items() if name != "seasons"}
    assert records([{**row, "watched_episodes_count": 0}], "shows") == []
    assert (
        records([{**MOVIE, "status": "dropped", "last_watched_at": None}], "movies")
        == []
    )


def test_ids() -> None:
    """Ids are numbers or texts; what is a name or nonsense is none."""
    ids: dict[str, Any] = {
        "imdb": "tt5",
        "tmdb": "7x",
        "tvdb": "9-1-1",
        "mal": True,
        "kitsu": 0,
    }
    assert ids_from(ids) == {"imdb": "tt5"}
    assert ids_from({"tvdb": 5, "anidb": "12", "simkl": 3}) == {
        "tvdb": "5",
        "anidb": "12",
        "simkl": "3",
    }
    assert number_of({"ids": {"simkl_id": "77"}}) == "77"


@pytest.mark.parametrize("text", [None, 5, "", "odd", "1970-01-01T00:00:01Z"])
def test_no_dates(text: str | int | None) -> None:
    """What is no date, or stands for none, is none."""
    assert moment_from(text) is None


def test_accounts() -> None:
    """An account is known by its number; it may be without a name."""
    settings: dict[str, Any] = {"account": {"id": 51, "type": "VIP"}, "user": {}}
    assert account_from(settings).name == "SIMKL 51"
    assert account_from({**settings, "user": None}).account_id == "51"
    assert plan_from(settings) == "vip"
    with pytest.raises(ProtocolError, match=r"account\.id"):
        account_from({"account": {"id": "51"}})
    with pytest.raises(ProtocolError, match="lacks account"):
        account_from({})


def test_names() -> None:
    """Names that are not SIMKL's have no number."""
    assert number_in("anime:5") == "5"
    assert [number_in(name) for name in ("own:movie:5", "movie:x", "")] == [""] * 3
    assert place_of("episode:5:1") is None


def test_nothing_new() -> None:
    """A change that changes nothing returns the same snapshot."""
    snapshot = Snapshot.of(Feature.HISTORY, records([MOVIE], "movies"), at(1))
    assert brought_up(snapshot, [], (), None) is snapshot
    assert brought_up(snapshot, [], (), {"55328"}) is snapshot
    assert not brought_up(snapshot, [], (), set()).records


def test_stamps() -> None:
    """Both names of the block of series are known."""
    for name in ("shows", "tv_shows"):
        block: dict[str, Any] = {"playback": "2026-09-12T09:03:45"}
        found = stamps_from(
            {"movies": {"all": None}, name: block, "anime": {"all": None}},
            Feature.PROGRESS,
        )
        assert found is not None
        assert found.latest() == ["shows"]
        assert found.since() == "2026-09-12T08:58:45Z"
