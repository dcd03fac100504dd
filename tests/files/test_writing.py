"""Files for Trakt, SIMKL and Letterboxd, and how files come to their places."""

import csv
from datetime import UTC, datetime
import json
import os
from pathlib import Path
from typing import Any
from unittest.mock import patch
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest

from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    Listed,
    MediaKind,
    Play,
    Progress,
    Rated,
    Record,
    Value,
    Watched,
)
from custom_components.crosswatch.files.errors import FileError, FileFault
from custom_components.crosswatch.files.exporting import WriteOptions
from custom_components.crosswatch.files.formats import ExportFormat
from custom_components.crosswatch.files.reading import ReadOptions, read_file
from custom_components.crosswatch.files.writing import Written, write_files

from .saying import moment, name_of, said

NOW = datetime(2026, 11, 22, 18, tzinfo=UTC)
FIRST, AGAIN = moment("2020-01-02T23:30"), moment("2026-08-21T06:41")

MATRIX = Item(
    MediaKind.MOVIE,
    {"imdb": "tt0133093", "tmdb": "603", "tvdb": "169"},
    "The Matrix",
    1999,
)
HEAT = Item(MediaKind.MOVIE, {"tmdb": "949"}, "Heat", 1995)
NAMELESS = Item(MediaKind.MOVIE, {}, "Home Video", 2001)
FORMULA = Item(MediaKind.MOVIE, {}, "=1+1", 2001)
PLUS_ONE = Item(MediaKind.MOVIE, {"tmdb": "152795"}, "+1", 2013)
SHOW = Item(
    MediaKind.SHOW, {"tvdb": "81189", "imdb": "tt0903747"}, "Breaking Bad", 2008
)
PILOT = Item(MediaKind.EPISODE, {"tvdb": "349232"}, "Pilot", None, SHOW, 1, 1)
BARE = Item(MediaKind.EPISODE, {"imdb": "tt0903747"}, "", None, SHOW, 1, 2)
ALONE = Item(MediaKind.EPISODE, {"imdb": "tt2301451"}, "Ozymandias")
SEASON = Item(MediaKind.SEASON, {"tvdb": "40719"}, "", None, SHOW, 2)
ANIME = Item(MediaKind.SHOW, {"mal": "25777"}, "Attack on Titan", 2013)


def held(feature: Feature, *pairs: tuple[Item, Value]) -> dict[Feature, list[Record]]:
    """Return records of one feature."""
    return {
        feature: [Record(item, value, str(n)) for n, (item, value) in enumerate(pairs)]
    }


TWICE = Watched(AGAIN, (Play(FIRST), Play(AGAIN)), 3)
ACCOUNT = {
    **held(
        Feature.HISTORY,
        (MATRIX, TWICE),
        (HEAT, Watched(None)),
        (PILOT, Watched(FIRST)),
        (BARE, Watched(AGAIN)),
        (ALONE, Watched(AGAIN)),
        (NAMELESS, Watched(FIRST)),
        (SHOW, Watched(FIRST)),
    ),
    **held(
        Feature.WATCHLIST,
        (SHOW, Listed(FIRST)),
        (PLUS_ONE, Listed()),
        (FORMULA, Listed()),
        (SEASON, Listed()),
        (ANIME, Listed()),
    ),
    **held(
        Feature.RATINGS,
        (MATRIX, Rated(8.5, FIRST)),
        (HEAT, Rated(0.3)),
        (SHOW, Rated(9.0, AGAIN)),
        (SEASON, Rated(7.0)),
        (ANIME, Rated(0.0)),
    ),
    **held(Feature.PROGRESS, (HEAT, Progress(percent=12.0))),
}


def write(path: Path, format_: ExportFormat, **options: Any) -> list[Written]:
    """Write the account in a format."""
    records = options.pop("records", ACCOUNT)
    overwrite = options.pop("overwrite", False)
    return write_files(
        records,
        format_,
        path,
        WriteOptions(account="Home", now=NOW, **options),
        stem="crosswatch-home",
        overwrite=overwrite,
    )


def left_out(written: list[Written]) -> set[tuple[str, str, str]]:
    """Return what was left out, and why."""
    return {
        (each.feature.value, name_of(each.item), each.reason.value)
        for file in written
        for each in file.tally.left_out
    }


def table(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file, without empty cells."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            {name: cell for name, cell in row.items() if cell}
            for row in csv.DictReader(file)
        ]


TRAKT_ROWS: list[dict[str, Any]] = [
    {
        "imdb_id": "tt0133093",
        "tmdb_id": 603,
        "type": "movie",
        "watched_at": "2020-01-02T23:30:00Z",
    },
    {
        "imdb_id": "tt0133093",
        "tmdb_id": 603,
        "type": "movie",
        "watched_at": "2026-08-21T06:41:00Z",
    },
    {"tmdb_id": 949, "type": "movie", "watched_at": "unknown"},
    {"tvdb_id": 349232, "type": "episode", "watched_at": "2020-01-02T23:30:00Z"},
    {"imdb_id": "tt2301451", "type": "episode", "watched_at": "2026-08-21T06:41:00Z"},
    {
        "imdb_id": "tt0903747",
        "tvdb_id": 81189,
        "type": "show",
        "watchlisted_at": "2020-01-02T23:30:00Z",
    },
    {"tmdb_id": 152795, "type": "movie", "watchlisted_at": "2026-11-22T18:00:00Z"},
    {"tvdb_id": 40719, "type": "season", "watchlisted_at": "2026-11-22T18:00:00Z"},
    {
        "imdb_id": "tt0133093",
        "tmdb_id": 603,
        "type": "movie",
        "rating": 9,
        "rated_at": "2020-01-02T23:30:00Z",
    },
    {"tmdb_id": 949, "type": "movie", "rating": 1},
    {
        "imdb_id": "tt0903747",
        "tvdb_id": 81189,
        "type": "show",
        "rating": 9,
        "rated_at": "2026-08-21T06:41:00Z",
    },
    {"tvdb_id": 40719, "type": "season", "rating": 7},
]
NOT_FOR_TRAKT = {
    ("history", "The Matrix (1999)", "plays_without_date"),
    ("history", "episode Breaking Bad S01E02", "no_ids"),
    ("history", "Home Video (2001)", "no_ids"),
    ("history", "show Breaking Bad (2008)", "kind_not_in_format"),
    ("watchlist", "=1+1 (2001)", "no_ids"),
    ("watchlist", "show Attack on Titan (2013)", "no_ids"),
    ("ratings", "show Attack on Titan (2013)", "no_rating"),
    ("progress", "Heat (1995)", "feature_not_in_format"),
}


def test_for_trakt(tmp_path: Path) -> None:
    """Test the rows of Trakt's importer in JSON and in CSV, and what is not in them."""
    (written,) = as_json = write(tmp_path, ExportFormat.TRAKT_JSON)
    assert written.path == tmp_path / "crosswatch-home.json"
    assert json.loads(written.path.read_text(encoding="utf-8")) == TRAKT_ROWS
    assert left_out(as_json) == NOT_FOR_TRAKT
    assert written.tally.written == {
        Feature.HISTORY: 4,
        Feature.WATCHLIST: 3,
        Feature.RATINGS: 4,
    }

    (written,) = as_table = write(tmp_path, ExportFormat.TRAKT_CSV)
    assert table(written.path) == [
        {name: str(value) for name, value in row.items()} for row in TRAKT_ROWS
    ]
    assert left_out(as_table) == NOT_FOR_TRAKT
    # Trakt's own importer is one of the formats that we read.
    assert not read_file(written.path, ReadOptions()).faults


def test_nothing_for_trakt(tmp_path: Path) -> None:
    """Test that a file with nothing in it is one that can be read."""
    (written,) = write(tmp_path, ExportFormat.TRAKT_JSON, records={})
    assert json.loads(written.path.read_text(encoding="utf-8")) == []


def test_for_letterboxd(tmp_path: Path) -> None:
    """Test that films come in a file a feature, on the days of where the person lives."""
    zone = ZoneInfo("Europe/Berlin")
    written = write(tmp_path, ExportFormat.LETTERBOXD, zone=zone)
    assert {file.path.name: table(file.path) for file in written} == {
        "crosswatch-home-history.csv": [
            {
                "tmdbID": "603",
                "imdbID": "tt0133093",
                "Title": "The Matrix",
                "Year": "1999",
                "WatchedDate": "2020-01-03",
            },
            {
                "tmdbID": "603",
                "imdbID": "tt0133093",
                "Title": "The Matrix",
                "Year": "1999",
                "WatchedDate": "2026-08-21",
                "Rewatch": "true",
            },
            {"tmdbID": "949", "Title": "Heat", "Year": "1995"},
            {"Title": "Home Video", "Year": "2001", "WatchedDate": "2020-01-03"},
        ],
        "crosswatch-home-watchlist.csv": [{"tmdbID": "152795", "Year": "2013"}],
        "crosswatch-home-ratings.csv": [
            {
                "tmdbID": "603",
                "imdbID": "tt0133093",
                "Title": "The Matrix",
                "Year": "1999",
                "Rating10": "9",
            },
            {"tmdbID": "949", "Title": "Heat", "Year": "1995", "Rating10": "1"},
        ],
    }
    assert left_out(written) == {
        ("history", "The Matrix (1999)", "plays_without_date"),
        ("history", "episode Breaking Bad S01E01", "kind_not_in_format"),
        ("history", "episode Breaking Bad S01E02", "kind_not_in_format"),
        ("history", "episode Ozymandias", "kind_not_in_format"),
        ("history", "show Breaking Bad (2008)", "kind_not_in_format"),
        ("watchlist", "show Breaking Bad (2008)", "kind_not_in_format"),
        ("watchlist", "=1+1 (2001)", "unsafe_title"),
        ("watchlist", "season Breaking Bad S02", "kind_not_in_format"),
        ("watchlist", "show Attack on Titan (2013)", "kind_not_in_format"),
        ("ratings", "show Breaking Bad (2008)", "kind_not_in_format"),
        ("ratings", "season Breaking Bad S02", "kind_not_in_format"),
        ("ratings", "show Attack on Titan (2013)", "kind_not_in_format"),
        ("progress", "Heat (1995)", "feature_not_in_format"),
    }


def test_only_what_letterboxd_does_not_know(tmp_path: Path) -> None:
    """Test that positions alone make an empty file, and are told."""
    progress = {Feature.PROGRESS: ACCOUNT[Feature.PROGRESS]}
    written = write(tmp_path, ExportFormat.LETTERBOXD, records=progress)
    assert [table(file.path) for file in written] == [[]]
    assert left_out(written) == {("progress", "Heat (1995)", "feature_not_in_format")}


def test_odd_films_for_letterboxd(tmp_path: Path) -> None:
    """Test that a film that nothing names, or that is not rated, is told."""
    records = held(
        Feature.RATINGS,
        (HEAT, Rated(0.0)),
        (Item(MediaKind.MOVIE, {"tvdb": "169"}), Rated(5.0)),
    )
    written = write(tmp_path, ExportFormat.LETTERBOXD, records=records)
    assert [table(file.path) for file in written] == [[]]
    assert {each[2] for each in left_out(written)} == {"no_rating", "no_ids"}


def test_for_simkl(tmp_path: Path) -> None:
    """Test that the backup is one that we read as SIMKL's own, with no play more."""
    (written,) = files = write(tmp_path, ExportFormat.SIMKL)
    with ZipFile(written.path) as file:
        assert file.namelist() == ["SimklBackup.json"]
        backup = json.loads(file.read("SimklBackup.json"))
    assert [row["show"]["title"] for row in backup["anime"]] == ["Attack on Titan"]
    contents = read_file(written.path, ReadOptions())
    assert not contents.faults
    assert said(contents) == {
        "history": {
            "The Matrix (1999) @2026-08-21T06:41",
            "episode Breaking Bad S01E01 @2020-01-02T23:30",
            "episode Breaking Bad S01E02 @2026-08-21T06:41",
            "Home Video (2001) @2020-01-02T23:30",
        },
        "watchlist": {
            "+1 (2013) @?",
            "=1+1 (2001) @?",
            "show Attack on Titan (2013) @?",
        },
        "ratings": {
            "The Matrix (1999) 9@2020-01-02T23:30",
            "show Breaking Bad (2008) 9@2026-08-21T06:41",
        },
    }
    assert left_out(files) == {
        ("history", "The Matrix (1999)", "only_last_play"),
        ("history", "Heat (1995)", "no_date"),
        ("history", "episode Ozymandias", "no_place"),
        ("history", "show Breaking Bad (2008)", "kind_not_in_format"),
        ("watchlist", "show Breaking Bad (2008)", "one_status"),
        ("watchlist", "season Breaking Bad S02", "kind_not_in_format"),
        ("ratings", "Heat (1995)", "rating_needs_status"),
        ("ratings", "season Breaking Bad S02", "kind_not_in_format"),
        ("ratings", "show Attack on Titan (2013)", "no_rating"),
        ("progress", "Heat (1995)", "feature_not_in_format"),
    }
    assert written.tally.written == {
        Feature.HISTORY: 4,
        Feature.WATCHLIST: 3,
        Feature.RATINGS: 2,
    }


def test_backup_for_simkl_without_an_archive(tmp_path: Path) -> None:
    """Test that a path that ends so gets the JSON itself."""
    (written,) = write(tmp_path / "backup.json", ExportFormat.SIMKL)
    assert set(json.loads(written.path.read_text(encoding="utf-8"))) == {
        "shows",
        "anime",
        "movies",
    }


def refusal(path: Path, format_: ExportFormat, **options: Any) -> FileFault:
    """Return why nothing is written."""
    with pytest.raises(FileError) as refused:
        write(path, format_, **options)
    return refused.value.fault


def test_what_is_there_stays(tmp_path: Path) -> None:
    """Test that no file is written over, unless that is wished for; of several, none."""
    there = tmp_path / "crosswatch-home-ratings.csv"
    there.write_text("mine", encoding="utf-8")
    assert refusal(tmp_path, ExportFormat.LETTERBOXD) is FileFault.EXISTS
    assert list(tmp_path.iterdir()) == [there]
    assert there.read_text(encoding="utf-8") == "mine"

    write(tmp_path, ExportFormat.LETTERBOXD, overwrite=True)
    assert len(list(tmp_path.iterdir())) == 3
    assert len(table(there)) == 2


def test_file_that_comes_in_between(tmp_path: Path) -> None:
    """Test that a file that somebody writes meanwhile is not written over either."""
    there = tmp_path / "crosswatch-home-watchlist.csv"
    look = os.path.lexists

    def late(path: Path) -> bool:
        """Look, and have a file appear after the last look."""
        found = look(path)
        if path == there:
            there.write_text("mine", encoding="utf-8")
        return found

    with patch("os.path.lexists", late):
        assert refusal(tmp_path, ExportFormat.LETTERBOXD) is FileFault.EXISTS
    assert list(tmp_path.iterdir()) == [there]
    assert there.read_text(encoding="utf-8") == "mine"


def test_link_is_not_followed(tmp_path: Path) -> None:
    """Test that a link to elsewhere is replaced, and what it points to is not written."""
    elsewhere = tmp_path / "elsewhere.json"
    link = tmp_path / "link.json"
    link.symlink_to(elsewhere)
    assert refusal(link, ExportFormat.JSON) is FileFault.EXISTS
    write(link, ExportFormat.JSON, overwrite=True)
    assert not link.is_symlink()
    assert not elsewhere.exists()


@pytest.mark.parametrize("name", ["no/own.json", "no", "no/"])
def test_folder_has_to_be_there(tmp_path: Path, name: str) -> None:
    """Test that no folder is made for a path that may be a slip."""
    assert refusal(tmp_path / name, ExportFormat.JSON) is FileFault.NO_FOLDER
    assert not list(tmp_path.iterdir())


def test_several_files_need_a_folder(tmp_path: Path) -> None:
    """Test that a format of several files takes one file for one feature only."""
    path = tmp_path / "films.csv"
    assert refusal(path, ExportFormat.LETTERBOXD) is FileFault.SEVERAL_FILES
    only = {Feature.RATINGS: ACCOUNT[Feature.RATINGS]}
    (written,) = write(path, ExportFormat.LETTERBOXD, records=only)
    assert written.path == path


def test_full_disk_leaves_nothing(tmp_path: Path) -> None:
    """Test that a file that cannot be finished is not there, and the old one stays."""
    path = tmp_path / "own.json"
    path.write_text("old", encoding="utf-8")
    with patch("os.fsync", side_effect=OSError(28, "No space left on device")):
        found = refusal(path, ExportFormat.JSON, overwrite=True)
    assert found is FileFault.NOT_WRITABLE
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_text(encoding="utf-8") == "old"
