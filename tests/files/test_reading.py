"""The exports of Trakt, SIMKL, Letterboxd and IMDb: what they say as records."""

from datetime import timedelta
import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from custom_components.crosswatch.engine.ids import item_keys
from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.files.contents import Contents
from custom_components.crosswatch.files.formats import ImportFormat
from custom_components.crosswatch.files.reading import ReadOptions, read_file

from . import exports
from .exports import archive, text_file
from .saying import HISTORY, RATINGS, WATCHLIST, rows_left_out, said


def read(path: Path, **options: Any) -> Contents:
    """Return what a file says."""
    return read_file(path, ReadOptions(**options))


def keys(contents: Contents, feature: Feature) -> set[str]:
    """Return all keys by which the items of a feature are known."""
    return {key for record in contents.records[feature] for key in record.keys}


@pytest.mark.parametrize("folder", ["", "alex/"], ids=["flat", "in a folder"])
def test_archive_of_trakt(tmp_path: Path, folder: str) -> None:
    """Test that plays, ratings and the watchlist are read, and other lists are not."""
    members = {f"{folder}{name}": text for name, text in exports.TRAKT.items()}
    contents = read(archive(tmp_path / "export.zip", members))

    assert contents.format is ImportFormat.TRAKT
    assert said(contents) == {
        "history": {
            "The Matrix (1999) @2020-01-02T19:19 2026-08-21T06:41 x2",
            "episode Breaking Bad S01E01 @2026-07-21T19:19",
        },
        "ratings": {
            "The Matrix (1999) 10@2014-09-01T09:10",
            "season Breaking Bad S02 7@2014-09-01T09:10",
        },
        "watchlist": {"show Breaking Bad (2008) @2026-07-01T10:00"},
    }
    assert set(contents.unread) == {
        f"{folder}{name}"
        for name in (
            "watched-movies.json",
            "lists-list-9-faves.json",
            "user-settings.json",
        )
    }
    assert not contents.faults
    assert keys(contents, HISTORY) >= {
        "movie:imdb:tt0133093",
        "movie:tmdb:603",
        "episode:tvdb:349232",
        "tvdb:81189#s1e1",
    }


def test_archive_of_trakt_in_folders(tmp_path: Path) -> None:
    """Test that the names of older archives are known as well."""
    members = {
        "watched/history-1.json": exports.TRAKT["watched-history-1.json"],
        "ratings/ratings-movies.json": exports.TRAKT["ratings-movies.json"],
        "lists/watchlist.json": exports.TRAKT["lists-watchlist.json"],
    }
    found = said(read(archive(tmp_path / "export.zip", members)))
    assert {feature: len(items) for feature, items in found.items()} == {
        "history": 1,
        "ratings": 1,
        "watchlist": 1,
    }


def test_archive_of_trakt_without_plays(tmp_path: Path) -> None:
    """Test that sums by title count where the plays are not there."""
    episodes = [
        {"number": 1, "plays": 1, "last_watched_at": "2020-01-02T19:19:00.000Z"},
        {"plays": 1, "last_watched_at": "2020-01-02T19:19:00.000Z"},
    ]
    members = {
        "watched-movies.json": exports.TRAKT["watched-movies.json"],
        "watched-shows.json": [
            {
                "plays": 2,
                "last_watched_at": "2020-01-02T19:19:00.000Z",
                "show": exports.BREAKING_BAD,
                "seasons": [{"number": 1, "episodes": episodes}],
            },
            {
                "plays": 9,
                "last_watched_at": "2020-01-02T19:19:00.000Z",
                "show": exports.BREAKING_BAD,
            },
        ],
    }
    contents = read(archive(tmp_path / "export.zip", members))
    assert said(contents) == {
        "history": {
            "The Matrix (1999) @2026-08-21T06:41 x2",
            "episode Breaking Bad S01E01 @2020-01-02T19:19",
        }
    }
    assert rows_left_out(contents) == {
        ("watched-shows.json", "entry 1", "no_place"),
        ("watched-shows.json", "entry 2", "episodes_unknown"),
    }


def test_position_of_trakt(tmp_path: Path) -> None:
    """Test that a position is read, which Trakt tells in percent."""
    row = {
        "progress": 10.5,
        "paused_at": "2015-01-25T22:01:32.000Z",
        "id": 13,
        "type": "movie",
        "movie": exports.MATRIX,
    }
    contents = read(text_file(tmp_path / "playback.json", [row]))
    assert said(contents) == {"progress": {"The Matrix (1999) 10.5@2015-01-25T22:01"}}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"watched_at": "unknown"}, "@?"),
        ({"watched_at": None}, "@?"),
        ({"watched_at": "1970-01-01T00:00:00.000Z"}, "@?"),
        ({"watched_at": "2020-05-01T23:30:00+02:00"}, "@2020-05-01T21:30"),
        ({"watched_at": "yesterday"}, "bad_date"),
        ({"watched_at": 7}, "bad_date"),
        ({"movie": None, "type": "movie"}, "no_title"),
        ({"type": "person", "movie": exports.MATRIX}, "@2020"),
        ({"type": "show", "show": exports.BREAKING_BAD}, "whole_show"),
        ({"type": "episode", "show": exports.BREAKING_BAD}, "no_place"),
        ({"type": "season", "show": exports.BREAKING_BAD}, "no_place"),
        ({"movie": {**exports.MATRIX, "ids": None}}, "@2020"),
        ({"movie": "The Matrix"}, "no_title"),
    ],
)
def test_odd_rows_of_trakt(
    tmp_path: Path, change: dict[str, Any], expected: str
) -> None:
    """Test that a row that says nothing usable is told, and all others count."""
    row = {
        "watched_at": "2020-01-02T19:19:00Z",
        "type": "movie",
        "movie": exports.MATRIX,
    }
    good = {**row, "movie": {"title": "Heat", "year": 1995, "ids": {"tmdb": 949}}}
    file = text_file(tmp_path / "watched-history.json", [good, row | change])
    contents = read(file)
    others = said(contents)["history"] - {"Heat (1995) @2020-01-02T19:19"}
    if expected.startswith("@"):
        (other,) = others
        assert expected in other
        assert not contents.faults
    else:
        assert not others
        assert rows_left_out(contents) == {
            ("watched-history.json", "entry 2", expected)
        }


FLAT = {
    "imdb_id": "tt0068646",
    "type": "movie",
    "watched_at": "2024-10-25T20:00:00Z",
    "watchlisted_at": "2024-10-01T10:00:00Z",
    "rating": 6,
    "rated_at": "2024-10-26T21:00:00Z",
}


def test_what_trakt_imports_itself(tmp_path: Path) -> None:
    """Test that the flat rows of Trakt's own importer are read, as JSON and as CSV."""
    expected = {
        "history": {"@2024-10-25T20:00"},
        "watchlist": {"@2024-10-01T10:00"},
        "ratings": {"6@2024-10-26T21:00"},
    }
    found = read(text_file(tmp_path / "import.json", [FLAT]))
    assert said(found) == expected
    assert keys(found, HISTORY) == {"movie:imdb:tt0068646"}

    table = ",".join(FLAT) + "\n" + ",".join(map(str, FLAT.values())) + "\n"
    table += "tt15239678,movie,,2024-04-30T11:00:00Z,,\ntt1,show,2024-04-30,,,\n"
    table += "tt2,,2024-04-30,,,\n,movie,2024-04-30,,,\ntt3,movie,,,,\n"
    found = read(text_file(tmp_path / "import.csv", table))
    assert found.format is ImportFormat.TRAKT
    assert said(found) == {
        **expected,
        "watchlist": {"@2024-10-01T10:00", "@2024-04-30T11:00"},
    }
    assert rows_left_out(found) == {
        ("import.csv", "line 4", "whole_show"),
        ("import.csv", "line 5", "no_kind"),
        ("import.csv", "line 6", "no_title"),
        ("import.csv", "line 7", "not_understood"),
    }


@pytest.mark.parametrize("packed", [True, False])
def test_backup_of_simkl(tmp_path: Path, packed: bool) -> None:
    """Test that statuses, episodes and ratings are read, also out of the archive."""
    name = "SimklBackup.json"
    if packed:
        file = archive(tmp_path / "SimklBackup.zip", {name: exports.SIMKL})
    else:
        file = text_file(tmp_path / name, exports.SIMKL)
    contents = read(file)

    assert contents.format is ImportFormat.SIMKL
    assert said(contents) == {
        "history": {
            "episode The Walking Dead S01E01 @2025-01-29T15:01",
            "episode The Walking Dead S01E02 @?",
            "episode Attack on Titan Season 2 S02E01 @2017-05-01T20:00",
            "episode Attack on Titan Season 2 S01E02 @2017-05-02T20:00",
            "Your Name. (2016) @2018-01-01T10:00",
            "Captain America (2011) @2014-08-09T07:25",
        },
        "watchlist": {"show Severance (2022) @2024-03-01T08:00"},
        "ratings": {
            "show The Walking Dead (2010) 8@2025-02-01T00:00",
            "Captain America (2011) 9@?",
        },
    }
    assert rows_left_out(contents) == {(name, "entry 2 of movies", "dropped")}


def test_anime_keeps_to_its_own_numbers(tmp_path: Path) -> None:
    """Test that a number within one run is not taken for one of the whole series."""
    contents = read(text_file(tmp_path / "backup.json", exports.SIMKL))
    by_place = {
        record.item.place: item_keys(record.item)
        for record in contents.records[HISTORY]
        if record.item.show and record.item.show.title.startswith("Attack")
    }
    assert "tvdb:267440#s2e1" in by_place["s2e1"]
    assert set(by_place["s1e2"]) == {"simkl:39688#s1e2", "mal:25777#s1e2"}


def test_show_of_simkl_without_episodes(tmp_path: Path) -> None:
    """Test that a show is told of which nobody knows what was watched."""
    backup = json.loads(json.dumps(exports.SIMKL))
    del backup["shows"][0]["seasons"]
    backup["anime"][0]["show"]["ids"] = {"tvdb": "267440"}
    begun = {"status": "watching", "watched_episodes_count": 0}
    backup["shows"].append({**begun, "show": {"title": "Dark", "year": 2017}})
    backup["shows"].append({"status": "completed", "show": {"title": "Lost"}})
    contents = read(text_file(tmp_path / "backup.json", backup))
    assert rows_left_out(contents) == {
        ("backup.json", "entry 1 of shows", "episodes_unknown"),
        ("backup.json", "entry 4 of shows", "episodes_unknown"),
        ("backup.json", "entry 1 of anime", "no_place"),
        ("backup.json", "entry 2 of movies", "dropped"),
    }
    # Its rating counts all the same.
    assert len(contents.records[RATINGS]) == 2


def test_archive_of_letterboxd(tmp_path: Path) -> None:
    """Test that the four files belong together, and what was deleted is left alone."""
    contents = read(archive(tmp_path / "letterboxd.zip", exports.LETTERBOXD))

    assert contents.format is ImportFormat.LETTERBOXD
    assert contents.precision == timedelta(hours=12)
    assert said(contents) == {
        "history": {
            "Arrival (2016) @2024-02-01T12:00 2024-06-02T12:00 x2",
            "Crouching Tiger, Hidden Dragon (2000) @?",
        },
        "ratings": {
            "Arrival (2016) 1@2024-01-02T12:00",
            "Solaris (1972) 8@2019-05-05T12:00",
        },
        "watchlist": {"Heat (1995) @2024-03-01T12:00"},
    }
    assert set(contents.unread) == {
        "reviews.csv",
        "deleted/diary.csv",
        "likes/films.csv",
    }
    assert not contents.faults


@pytest.mark.parametrize(
    ("name", "text", "options", "expected"),
    [
        pytest.param(
            "diary.csv",
            exports.DIARY,
            {},
            {
                "history": {"Arrival (2016) @2024-02-01T12:00 2024-06-02T12:00 x2"},
                "ratings": {"Arrival (2016) 10@2024-06-02T12:00"},
            },
            id="the diary alone has the newest rating",
        ),
        pytest.param(
            "watched.csv",
            exports.WATCHED,
            {"logged_dates": True},
            {
                "history": {
                    "Arrival (2016) @2022-01-20T12:00",
                    "Crouching Tiger, Hidden Dragon (2000) @2022-01-20T12:00",
                }
            },
            id="the day of marking counts if a person says so",
        ),
        pytest.param(
            "my watchlist (1).csv",
            exports.WATCHLIST,
            {},
            {"watchlist": {"Heat (1995) @2024-03-01T12:00"}},
            id="a name is as good as the name",
        ),
        pytest.param(
            "films.csv",
            exports.WATCHLIST,
            {"features": frozenset({WATCHLIST})},
            {"watchlist": {"Heat (1995) @2024-03-01T12:00"}},
            id="told that it is the watchlist",
        ),
        pytest.param(
            "films.csv",
            exports.WATCHLIST,
            {"features": frozenset({HISTORY})},
            {"history": {"Heat (1995) @?"}},
            id="told that it is what was watched",
        ),
        pytest.param(
            "diary.csv",
            exports.DIARY,
            {"zone": ZoneInfo("Pacific/Auckland")},
            {
                "history": {"Arrival (2016) @2024-01-31T23:00 2024-06-02T00:00 x2"},
                "ratings": {"Arrival (2016) 10@2024-06-02T00:00"},
            },
            id="noon is noon where the person lives",
        ),
    ],
)
def test_files_of_letterboxd(
    tmp_path: Path,
    name: str,
    text: str,
    options: dict[str, Any],
    expected: dict[str, set[str]],
) -> None:
    """Test the files of Letterboxd one by one."""
    assert said(read(text_file(tmp_path / name, text), **options)) == expected


def test_odd_rows_of_letterboxd(tmp_path: Path) -> None:
    """Test that rows are told by their line, also after one that takes two lines."""
    text = (
        "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date\r\n"
        '2024-02-02,Heat,1995,https://boxd.it/1,4,,"two\r\nlines",2024-02-01\r\n'
        "2024-02-02,Heat,1995,https://boxd.it/2,4,,,01/02/2024\r\n"
        "2024-02-02,,1995,https://boxd.it/3,4,,,2024-02-01\r\n"
        "2024-02-02,Alien,1979,https://boxd.it/4,6,,,2024-02-01\r\n"
        "2024-02-02,Alien,1979,https://boxd.it/5,4\r\n"
        "\r\n"
        "2024-02-03,Heat,1995,https://boxd.it/6,4,,,2024-02-01\r\n"
    )
    contents = read(text_file(tmp_path / "diary.csv", text))
    assert said(contents)["history"] == {
        "Heat (1995) @2024-02-01T12:00",
        "Alien (1979) @2024-02-01T12:00",
    }
    assert rows_left_out(contents) == {
        ("diary.csv", "line 4", "bad_date"),
        ("diary.csv", "line 5", "no_title"),
        ("diary.csv", "line 6", "bad_rating"),
        ("diary.csv", "line 7", "wrong_cells"),
        ("diary.csv", "line 9", "duplicate"),
    }


def test_films_of_the_same_title_and_year(tmp_path: Path) -> None:
    """Test that two films which nothing tells apart stay two, for nobody to guess."""
    twins = (
        "Date,Name,Year,Letterboxd URI\n"
        "2024-03-01,Frozen,2010,https://boxd.it/e\n"
        "2024-03-01,Frozen,2010,https://boxd.it/f\n"
        "2024-03-01,Frozen,2010,https://boxd.it/f\n"
    )
    for name, feature in (("watched.csv", HISTORY), ("watchlist.csv", WATCHLIST)):
        contents = read(text_file(tmp_path / name, twins), logged_dates=True)
        assert len(contents.records[feature]) == 2
        assert rows_left_out(contents) == {(name, "line 4", "duplicate")}


def test_ratings_of_imdb(tmp_path: Path) -> None:
    """Test that films, shows and episodes are read, and games are told."""
    contents = read(text_file(tmp_path / "b7a1.csv", exports.IMDB_RATINGS))
    assert contents.format is ImportFormat.IMDB
    assert said(contents) == {
        "ratings": {
            "The Matrix (1999) 9@2024-03-15T12:00",
            "show Breaking Bad (2008) 10@2020-01-02T12:00",
            "episode Breaking Bad: Ozymandias (2013) 10@2020-01-03T12:00",
        }
    }
    assert keys(contents, RATINGS) == {
        "movie:imdb:tt0133093",
        "show:imdb:tt0903747",
        "episode:imdb:tt2301451",
    }
    assert rows_left_out(contents) == {("b7a1.csv", "line 5", "kind_not_supported")}


def test_odd_rows_of_imdb(tmp_path: Path) -> None:
    """Test that a row that says nothing usable is told, and all others count."""
    text = (
        "Const,Your Rating,Date Rated,Title,Title Type,Year\n"
        "tt0133093,9,2024-03-15,The Matrix,movie,1999\n"
        "tt0000001,,2024-03-15,Unrated,movie,1999\n"
        "tt0000002,11,2024-03-15,Too good,tvMovie,1999\n"
        "tt0000009,9,2024-03-15,Untyped,,\n"
        "nm0000206,9,2024-03-15,Keanu Reeves,movie,\n"
        "tt0000003,9,15.3.2024,Another day,movie,1999\n"
        "tt0133093,8,2020-01-01,The Matrix,movie,1999\n"
    )
    contents = read(text_file(tmp_path / "b7a1.csv", text))
    assert said(contents) == {"ratings": {"The Matrix (1999) 9@2024-03-15T12:00"}}
    assert rows_left_out(contents) == {
        ("b7a1.csv", "line 3", "bad_rating"),
        ("b7a1.csv", "line 4", "bad_rating"),
        ("b7a1.csv", "line 5", "kind_not_supported"),
        ("b7a1.csv", "line 6", "no_title"),
        ("b7a1.csv", "line 7", "bad_date"),
        ("b7a1.csv", "line 8", "duplicate"),
    }


@pytest.mark.parametrize(
    ("name", "features", "expected"),
    [
        ("WATCHLIST.csv", None, {"watchlist"}),
        ("b7a1.csv", None, {"watchlist"}),
        ("b7a1.csv", {RATINGS}, {"ratings"}),
        ("b7a1.csv", {RATINGS, WATCHLIST}, {"ratings", "watchlist"}),
        ("my ratings.csv", None, {"ratings"}),
    ],
)
def test_list_of_imdb(
    tmp_path: Path, name: str, features: set[Feature] | None, expected: set[str]
) -> None:
    """Test that a list is a watchlist, unless it is asked for its ratings."""
    contents = read(
        text_file(tmp_path / name, exports.IMDB_WATCHLIST),
        features=features and frozenset(features),
    )
    whole = {
        "watchlist": {
            "Inception (2010) @2025-01-01T12:00",
            "show Chernobyl (2019) @2025-01-02T12:00",
        },
        "ratings": {"show Chernobyl (2019) 9@2025-02-03T12:00"},
    }
    assert said(contents) == {name: whole[name] for name in expected}


def test_feature_with_nothing_in_it(tmp_path: Path) -> None:
    """Test that an empty list is a list all the same."""
    members: dict[str, Any] = {"watched-history.json": [], "ratings-movies.json": []}
    contents = read(archive(tmp_path / "export.zip", members))
    assert said(contents) == {"history": set(), "ratings": set()}
