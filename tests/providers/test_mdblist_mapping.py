"""MDBList's JSON as items and records, with answers as they come."""

from datetime import UTC, datetime

import pytest

from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    MediaKind,
    Progress,
    Rated,
    Record,
    Snapshot,
    Watched,
)
from custom_components.crosswatch.engine.provider import ProtocolError
from custom_components.crosswatch.providers.http import JsonObject, JsonValue
from custom_components.crosswatch.providers.mdblist import plays
from custom_components.crosswatch.providers.mdblist.fields import account_from
from custom_components.crosswatch.providers.mdblist.journal import (
    Changes,
    entries_in,
    plays_changed,
)
from custom_components.crosswatch.providers.mdblist.mapping import (
    PlayRow,
    RatedRow,
    apart,
    listed_in,
    plays_in,
    positions_in,
    ratings_in,
)
from custom_components.crosswatch.providers.mdblist.missing import find_missed
from custom_components.crosswatch.providers.mdblist.payload import Entry, entry_for
from custom_components.crosswatch.providers.mdblist.removal import names_among
from custom_components.crosswatch.providers.mdblist.titles import (
    Titles,
    ids_from,
    moment_from,
)

from .mdblist_world import operation

AT = datetime(2026, 7, 25, 12, tzinfo=UTC)
FRIENDS: dict[str, JsonValue] = {
    "title": "Friends",
    "year": 1994,
    "ids": {"tmdb": 1668, "imdb": "tt0108778", "mdblist": "s9"},
}
FIGHT_CLUB: dict[str, JsonValue] = {
    "title": "Fight Club",
    "year": 1999,
    "ids": {"imdb": "tt0137523", "tmdb": 550},
}


@pytest.mark.parametrize(
    ("title", "ids"),
    [
        ({"ids": {"imdb": "tt0137523", "tmdb": 550, "tvdb": None}}, "imdb tmdb"),
        (
            {"ids": {"imdbid": "tt0137523", "tmdbid": 550, "traktid": 432}},
            "imdb tmdb trakt",
        ),
        ({"id": 550, "mediatype": "movie", "imdb_id": "tt0137523"}, "imdb tmdb"),
        ({"id": 550, "imdb_id": "tt0137523", "tvdb_id": 12}, "imdb tvdb"),
        ({"ids": {"tmdb": 551}, "id": 550, "mediatype": "movie"}, "tmdb"),
        ({"ids": {"kitsu": 9, "mdblist": "x"}}, "kitsu"),
        ({"ids": {"imdb": 137523, "tmdb": -1, "tvdb": True}}, "imdb"),
        ({"ids": None}, ""),
    ],
)
def test_ids(title: JsonObject, ids: str) -> None:
    """Ids come in several dialects."""
    assert set(ids_from(title)) == set(ids.split())


def test_plays() -> None:
    """The history has films and episodes; what sums them up is passed over."""
    page: JsonObject = {
        "movies": [
            {"play_id": 7, "watched_at": "2026-07-25T12:00:00Z", "movie": FIGHT_CLUB}
        ],
        "shows": [{"last_watched_at": "2026-07-25T12:00:00Z", "show": FRIENDS}],
        "seasons": [],
        "episodes": [
            {
                "last_watched_at": "2026-07-25 12:00:00",
                "history_id": "8",
                "episode": {
                    "season": 0,
                    "number": 2,
                    "ids": {"tmdb": 85987},
                    "show": FRIENDS,
                },
            },
            {
                "watched_at": None,
                "episode": {"season": 1, "number": 3, "ids": {}, "show": FRIENDS},
            },
        ],
    }
    film, special, undated = plays_in(page, Titles())
    assert (film.play_id, film.native_id, film.at) == ("7", "movie:tmdb:550", AT)
    assert film.item == Item(
        MediaKind.MOVIE, {"tmdb": "550", "imdb": "tt0137523"}, "Fight Club", 1999
    )
    assert (special.play_id, special.native_id) == ("8", "episode:tmdb:1668:s0e2")
    assert special.item.place == "s0e2"
    assert special.at == AT
    assert (undated.play_id, undated.at) == ("", None)
    assert undated.key == "episode:tmdb:1668:s1e3@None"
    assert special.item.show is undated.item.show


def test_ratings() -> None:
    """A show may hold the ratings of its seasons and episodes; 0 is no rating."""
    nested: JsonValue = [
        {
            "number": 1,
            "rating": 7,
            "episodes": [
                {"number": 2, "rating": 8, "rated_at": "2026-07-25T12:00:00Z"}
            ],
        },
        {"number": 2, "episodes": [{"number": 1, "rating": None}]},
        {"number": 3},
    ]
    page: JsonObject = {
        "movies": [{"rating": 0, "movie": FIGHT_CLUB}],
        "shows": [
            {"rating": 9, "show": FRIENDS},
            {"show": dict(FRIENDS), "seasons": nested},
        ],
        "seasons": [
            {"rating": 6.5, "season": {"number": 4, "ids": {}, "show": FRIENDS}}
        ],
        "episodes": [],
    }
    assert [(row.native_id, row.value) for row in ratings_in(page, Titles())] == [
        ("movie:tmdb:550", None),
        ("show:tmdb:1668", Rated(9.0)),
        ("season:tmdb:1668:s1", Rated(7.0)),
        ("episode:tmdb:1668:s1e2", Rated(8.0, AT)),
        ("episode:tmdb:1668:s2e1", None),
        ("season:tmdb:1668:s4", Rated(6.5)),
    ]


@pytest.mark.parametrize("rating", ["x", "11", True, 11, -1, float("nan")])
def test_odd_ratings(rating: JsonValue) -> None:
    """A rating that makes no sense is refused."""
    page: JsonObject = {
        "movies": [{"rating": rating, "movie": FIGHT_CLUB}],
        "shows": [],
        "seasons": [],
        "episodes": [],
    }
    with pytest.raises(ProtocolError):
        list(ratings_in(page, Titles()))


def test_titles_without_ids() -> None:
    """A title is known by the service's own id, else by its name."""
    page: JsonObject = {
        "movies": [
            {"title": "Own", "ids": {"mdblist": "m1"}, "release_year": 1999},
            {"title": "Named", "release_year": 2001},
        ],
        "shows": [],
    }
    assert [record.native_id for record in listed_in(page)] == [
        "movie:mdblist:m1",
        "movie:title:named:2001",
    ]
    with pytest.raises(ProtocolError, match="ids"):
        list(listed_in({"movies": [{"id": 5}], "shows": []}))


def test_positions() -> None:
    """Ids have other names there, and the show stands beside its episode."""
    rows: list[JsonValue] = [
        {
            "id": 1001,
            "type": "movie",
            "progress": 42.5,
            "paused_at": "2026-07-25T12:00:00Z",
            "movie": {"title": "Fight Club", "year": 1999, "ids": {"tmdbid": 550}},
            "episode": None,
            "show": None,
        },
        {
            "id": 1002,
            "type": "episode",
            "progress": 10,
            "paused_at": None,
            "episode": {"season": 1, "number": 2, "ids": {}},
            "show": {"title": "Friends", "year": 1994, "ids": {"tmdbid": 1668}},
        },
        {"id": 1003, "type": "podcast", "progress": 10},
    ]
    film, episode = positions_in(rows, Titles())
    assert (film.native_id, film.value) == ("1001", Progress(percent=42.5, at=AT))
    assert episode.item.place == "s1e2"
    assert episode.item.show is not None
    assert episode.item.show.ids == {"tmdb": "1668"}
    in_parts: JsonValue = {"movies": [rows[0]], "episodes": [rows[1]]}
    assert [each.native_id for each in positions_in(in_parts, Titles())] == [
        "1001",
        "1002",
    ]


@pytest.mark.parametrize(
    "answer",
    [
        {"other": []},
        "odd",
        [{"id": 1, "progress": 5}],
        [{"id": 1, "type": "movie", "progress": True, "movie": FIGHT_CLUB}],
        [{"id": 1, "type": "movie", "progress": 101, "movie": FIGHT_CLUB}],
        [{"id": 0, "type": "movie", "progress": 50, "movie": FIGHT_CLUB}],
        [{"id": 1, "type": "episode", "progress": 50, "episode": {"season": 1}}],
    ],
)
def test_odd_positions(answer: JsonValue) -> None:
    """What makes no sense is refused."""
    with pytest.raises(ProtocolError):
        list(positions_in(answer, Titles()))


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2026-07-25T12:00:00Z", AT),
        ("2026-07-25T14:00:00+02:00", AT),
        ("2026-07-25T12:00:00", AT),
        ("1970-01-01T00:00:00Z", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("yesterday", None),
        (7, None),
    ],
)
def test_moments(value: JsonValue, moment: datetime | None) -> None:
    """Dates are in UTC; those that make no sense are none."""
    assert moment_from(value) == moment


def test_account() -> None:
    """The number of an account stays; its name has been called in two ways."""
    info = account_from({"user_id": 12, "user_name": "x"})
    assert (info.account_id, info.name) == ("12", "x")
    assert account_from({"user_id": 12}).name == "12"
    assert account_from({"user_id": "12"}).account_id == "12"
    assert account_from({"id": 12, "username": "x"}).account_id == "12"
    assert account_from({"username": "x"}, by_name=True).account_id == "x"
    for by_name, user in ((True, {"api_requests": 1000}), (False, {"username": "x"})):
        with pytest.raises(ProtocolError, match="user_id"):
            account_from(user, by_name=by_name)


def test_numbers_as_texts() -> None:
    """A number is one even where it is written as a text."""
    page: JsonObject = {
        "movies": [{"rating": "8", "movie": {**FIGHT_CLUB, "year": "1999"}}],
        "episodes": [
            {
                "rating": "0",
                "episode": {
                    "season": "0",
                    "number": "3",
                    "show": {"ids": {"tmdb": "1668"}, "year": None},
                },
            }
        ],
    }
    film, episode = ratings_in(page, Titles())
    assert isinstance(film.value, Rated)
    assert film.value.rating == 8
    assert film.item.year == 1999
    assert (episode.value, episode.item.place) == (None, "s0e3")


def test_lists_that_are_left_out() -> None:
    """Where other lists or the pages are told, one that is missing is empty."""
    assert not list(ratings_in({"pagination": {"has_more": False}}, Titles()))
    assert not list(listed_in({"movies": [], "shows": None}))
    for page in ({}, {"movies": None, "shows": None}, {"error": "no"}):
        with pytest.raises(ProtocolError):
            list(listed_in(page))


def test_one_list_of_all() -> None:
    """A watchlist may come as one list, alone or in an object."""
    row: dict[str, JsonValue] = {
        "id": 1668,
        "title": "Friends",
        "mediatype": "show",
        "year": None,
        "release_year": 1994,
    }
    answers: list[JsonValue] = [[row], {"items": [row]}, {"results": [row]}]
    for answer in answers:
        page = apart(answer)
        assert isinstance(page, dict)
        [record] = listed_in(page)
        assert record.native_id == "show:tmdb:1668"
        assert record.item.year == 1994
    assert apart({"movies": []}) == {"movies": []}
    with pytest.raises(ProtocolError, match="mediatype"):
        apart([{"id": 5}])


def test_positions_without_a_type() -> None:
    """What is in a row tells what it is."""
    answer: JsonValue = {
        "movies": [{"id": "7", "progress": 50, "movie": FIGHT_CLUB, "episode": None}],
        "episodes": [
            {
                "id": 8,
                "progress": 50,
                "movie": None,
                "episode": {"season": 1, "number": 2, "show": None},
                "show": {"ids": {"tmdbid": 1668}},
            }
        ],
    }
    film, episode = positions_in(answer, Titles())
    assert (film.native_id, film.item.kind) == ("7", MediaKind.MOVIE)
    assert (episode.native_id, episode.item.place) == ("8", "s1e2")


def row(**changes: JsonValue) -> dict[str, JsonValue]:
    """Return a row of the journal."""
    told: dict[str, JsonValue] = {
        "category": "watched",
        "item_type": "episode",
        "status": "added",
        "action_at": "2026-07-26T12:00:00Z",
        "value_at": "2026-07-25T12:00:00Z",
        "ids": {"tmdb": 1668, "imdb": "tt0108778"},
        "season": 1,
        "episode": 2,
        "rating": None,
        "title": "Friends",
    }
    return {**told, **changes}


def test_journal() -> None:
    """A row says what came or went; its ids are the show's."""
    page: JsonObject = {
        "journal": [
            row(),
            row(status="removed", item_type="season", value_at=None),
            row(category="rated", item_type="movie", rating=8, status="active"),
            row(category="rated", item_type="show"),
            row(category="collected", item_type="odd"),
        ],
        "journal_oldest_at": None,
        "requires_full_sync": False,
    }
    entries = entries_in(page, AT)
    assert entries is not None
    assert [(each.feature, each.kind, each.is_removal) for each in entries] == [
        (Feature.HISTORY, MediaKind.EPISODE, False),
        (Feature.HISTORY, MediaKind.SEASON, True),
        (Feature.RATINGS, MediaKind.MOVIE, False),
        (Feature.RATINGS, MediaKind.SHOW, True),
    ]
    assert entries[0].keys == ("tmdb:1668#s1e2", "imdb:tt0108778#s1e2")
    assert entries[0].played_at == AT
    assert entries[2].rating == 8
    assert plays_changed(entries[:1]) == Changes({entries[0].keys}, set())
    assert plays_changed(entries[1:2]) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"category": None},
        {"item_type": "odd"},
        {"status": 7},
        {"action_at": None},
        {"season": None},
        {"ids": {}, "title": None},
    ],
)
def test_odd_rows_of_the_journal(changes: dict[str, JsonValue]) -> None:
    """A row that makes no sense is refused."""
    page: JsonObject = {"journal": [row(**changes)], "requires_full_sync": False}
    with pytest.raises(ProtocolError):
        entries_in(page, AT)


@pytest.mark.parametrize(
    "told",
    [
        {"requires_full_sync": True},
        {},
        {"requires_full_sync": False, "journal_oldest_at": "2026-07-25T12:00:01Z"},
    ],
)
def test_too_old_for_the_journal(told: JsonObject) -> None:
    """Where it does not go back so far, it says nothing."""
    assert entries_in({"journal": [], **told}, AT) is None


def test_undated_plays_stay_undated() -> None:
    """A play without a date is counted, but has no moment."""
    film = Item(MediaKind.MOVIE, {"tmdb": "1"})
    rows = [
        PlayRow("1", "movie:tmdb:1", film, None),
        PlayRow("2", "movie:tmdb:1", film, AT),
    ]
    snapshot = plays.snapshot_of(rows, AT)
    [record] = snapshot.records.values()
    assert isinstance(record.value, Watched)
    assert (record.value.at, record.value.count, len(record.value.plays)) == (AT, 2, 1)
    assert plays.count_of(snapshot) == 2
    more = plays.merged(
        snapshot, Changes((), ()), [PlayRow("3", "movie:tmdb:1", film, AT)]
    )
    assert more is not None
    assert plays.count_of(more) == 3
    gone = operation(film, None, before=record.value)
    assert list(names_among([gone], rows).values()) == [["2", "1"]]
    nothing = operation(film, None, before=Watched(None, (), 1))
    assert list(names_among([nothing], rows).values()) == [["1"]]


def test_own_plays_without_a_list() -> None:
    """What we wrote may tell only its newest play; listed, it is that one."""
    film = Item(MediaKind.MOVIE, {"tmdb": "1"})
    own = Record(film, Watched(AT), "own:1", seen=False)
    snapshot = Snapshot.of(Feature.HISTORY, [own], AT)
    listed = [PlayRow("5", "movie:tmdb:1", film, AT)]
    more = plays.merged(
        snapshot, Changes((film_keys := ("movie:tmdb:1",),), ()), listed
    )
    assert more is not None
    assert film_keys
    assert list(more.records) == ["movie:tmdb:1"]
    assert plays.count_of(more) == 1


@pytest.mark.parametrize(
    ("not_found", "lost", "nameless"),
    [
        ({"movies": [{"imdb": "tt1"}]}, "film", 0),
        ({"movies": [{"ids": {"imdb": "tt1"}}]}, "film", 0),
        ({"movies": [{"ids": {"imdb": "tt9"}}]}, "", 1),
        ({"shows": [{"ids": {"tmdb": 5}}]}, "one two", 0),
        ({"shows": [{"ids": {"tmdb": 5}, "seasons": [{"number": 2}]}]}, "two", 0),
        (
            {
                "shows": [
                    {
                        "ids": {"tmdb": 5},
                        "seasons": [{"number": 1, "episodes": [{"number": 1}]}],
                    }
                ]
            },
            "one",
            0,
        ),
        ({"episodes": [{"ids": {"tmdb": 5}, "season": 1, "episode": 1}]}, "one", 0),
        (
            {"episodes": [{"show": {"ids": {"tmdb": 5}}, "season": 2, "number": 1}]},
            "two",
            0,
        ),
        ({"episodes": 2, "movies": 0, "shows": -1}, "", 2),
        ({"movies": ["odd"]}, "", 1),
        (None, "", 0),
    ],
)
def test_what_was_not_found(not_found: JsonValue, lost: str, nameless: int) -> None:
    """It is named in several ways, or only counted."""
    show = Item(MediaKind.SHOW, {"tmdb": "5"})
    named = {
        "film": Item(MediaKind.MOVIE, {"imdb": "tt1"}),
        "one": Item(MediaKind.EPISODE, {}, "", None, show, 1, 1),
        "two": Item(MediaKind.EPISODE, {}, "", None, show, 2, 1),
    }
    entries: dict[str, Entry] = {}
    for name, item in named.items():
        entry = entry_for(operation(item, Rated(5.0)))
        assert isinstance(entry, Entry)
        entries[name] = entry
    missed = find_missed(list(entries.values()), {"not_found": not_found})
    assert missed.lost == {id(entries[name]) for name in lost.split()}
    assert missed.nameless == nameless
    with pytest.raises(ProtocolError):
        find_missed([], {"not_found": 7})


def test_rows_are_told_apart() -> None:
    """A rating is known by its title."""
    film = Item(MediaKind.MOVIE, {"tmdb": "1"})
    assert RatedRow("movie:tmdb:1", film, None).key == "movie:tmdb:1"
