"""Our own JSON and CSV: what is written is read back."""

import csv
from datetime import UTC, datetime, timedelta
import json
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from custom_components.crosswatch.engine.ids import UNIVERSAL_NAMESPACES
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
from custom_components.crosswatch.files.exporting import WriteOptions
from custom_components.crosswatch.files.formats import ExportFormat, ImportFormat
from custom_components.crosswatch.files.reading import ReadOptions, read_file
from custom_components.crosswatch.files.writing import write_files

from .exports import text_file
from .saying import moment, rows_left_out, said

# What a spreadsheet takes for the beginning of a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
NOW = datetime(2026, 11, 22, 18, tzinfo=UTC)

moments = st.datetimes(
    min_value=datetime(1971, 1, 2),
    max_value=datetime(2100, 1, 1),
    timezones=st.just(UTC),
)
ids = st.dictionaries(
    st.sampled_from([name for name in UNIVERSAL_NAMESPACES if name != "imdb"]),
    st.integers(1, 10**9).map(str),
    max_size=3,
)
titles = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1
) | st.sampled_from(["=1+1", "+1", "-30-", "@", "'71", "'=x", "''", "a\nb", 'a"b,c'])
years = st.none() | st.integers(1870, 2100)
shows = st.builds(
    lambda ids, title, year: Item(MediaKind.SHOW, ids, title, year), ids, titles, years
)
items = st.one_of(
    st.builds(
        lambda kind, ids, title, year: Item(kind, ids, title, year),
        st.sampled_from([MediaKind.MOVIE, MediaKind.SHOW]),
        ids,
        titles,
        years,
    ),
    st.builds(
        lambda ids, title, show, season, number: Item(
            MediaKind.EPISODE, ids, title, None, show, season, number
        ),
        ids,
        titles | st.just(""),
        shows,
        st.integers(0, 99),
        st.integers(0, 9999),
    ),
    st.builds(
        lambda ids, show, season: Item(MediaKind.SEASON, ids, "", None, show, season),
        ids,
        shows,
        st.integers(0, 99),
    ),
)


@st.composite
def watched(draw: st.DrawFn) -> Watched:
    """Return when something was watched, as an account may know it."""
    at = draw(st.lists(moments, unique=True, max_size=4).map(sorted))
    names = st.text(st.characters(categories=("L", "N")), max_size=5)
    plays = tuple(Play(each, draw(names)) for each in at)
    if not plays:
        return Watched(draw(st.none() | moments), (), draw(st.integers(1, 9)))
    return Watched(plays[-1].at, plays, len(plays) + draw(st.integers(0, 2)))


values: dict[Feature, st.SearchStrategy[Value]] = {
    Feature.WATCHLIST: st.builds(Listed, st.none() | moments),
    Feature.HISTORY: watched(),
    Feature.RATINGS: st.builds(Rated, st.floats(0, 10), st.none() | moments),
    Feature.PROGRESS: st.builds(
        Progress,
        st.none() | st.integers(0, 10**8),
        st.none() | st.integers(0, 10**8),
        st.none() | st.floats(0, 100),
        st.none() | moments,
        st.booleans(),
        st.booleans(),
    ),
}
libraries = st.just("") | st.text(st.characters(categories=("L", "N")), min_size=1)


@st.composite
def accounts(draw: st.DrawFn) -> dict[Feature, list[Record]]:
    """Return what an account may hold."""
    held: dict[Feature, list[Record]] = {}
    for feature in draw(st.sets(st.sampled_from(Feature), min_size=1)):
        held[feature] = [
            Record(
                draw(items), draw(values[feature]), f"id-{n}", library=draw(libraries)
            )
            for n in range(draw(st.integers(0, 4)))
        ]
    return held


def write(
    path: Path, records: dict[Feature, list[Record]], format_: ExportFormat
) -> Path:
    """Write records to a file."""
    options = WriteOptions(account="Home", now=NOW)
    (written,) = write_files(
        records, format_, path, options, stem="crosswatch", overwrite=True
    )
    assert dict(written.tally.written) == {
        feature: len(of_feature)
        for feature, of_feature in records.items()
        if of_feature
    } | {feature: 0 for feature, of_feature in records.items() if not of_feature}
    assert not written.tally.left_out
    return written.path


@given(records=accounts())
@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_json_loses_nothing(
    tmp_path: Path, records: dict[Feature, list[Record]]
) -> None:
    """Test that all of an account is read back just as it was."""
    path = write(tmp_path / "own.json", records, ExportFormat.JSON)
    contents = read_file(path, ReadOptions())
    assert contents.format is ImportFormat.JSON
    assert contents.records == records
    assert not contents.faults


FILM = Item(MediaKind.MOVIE, {"imdb": "tt0133093", "tmdb": "603"}, "The Matrix", 1999)
SHOW = Item(MediaKind.SHOW, {"tvdb": "81189"}, "Breaking Bad", 2008)
EPISODE = Item(MediaKind.EPISODE, {"tvdb": "349232"}, "Pilot", None, SHOW, 0, 1)
PLAYS = (Play(moment("2020-01-02T19:19:30")), Play(moment("2026-08-21T06:41")))
HELD: dict[Feature, list[Record]] = {
    Feature.HISTORY: [
        Record(FILM, Watched(PLAYS[-1].at, PLAYS, 3), "1"),
        Record(EPISODE, Watched(PLAYS[0].at), "2"),
        Record(SHOW, Watched(None), "3"),
    ],
    Feature.WATCHLIST: [Record(SHOW, Listed(NOW), "1"), Record(FILM, Listed(), "2")],
    Feature.RATINGS: [
        Record(EPISODE, Rated(7.35, NOW), "1"),
        Record(FILM, Rated(10.0), "2"),
    ],
    Feature.PROGRESS: [
        Record(FILM, Progress(61_000, 8_160_000, None, NOW), "1"),
        Record(EPISODE, Progress(percent=12.5), "2"),
    ],
}


def test_table(tmp_path: Path) -> None:
    """Test that the table holds a row a play, and is read back."""
    path = write(tmp_path / "own.csv", HELD, ExportFormat.CSV)
    assert path.read_bytes().count(b"\r\n") == 1 + 10
    contents = read_file(path, ReadOptions())
    assert contents.format is ImportFormat.CSV
    assert not contents.faults
    for feature, held in HELD.items():
        found = contents.records[feature]
        assert [record.item for record in found] == [record.item for record in held]
        for record, before in zip(found, held, strict=True):
            assert record.value.at == before.value.at
    assert (
        contents.records[Feature.PROGRESS][0].value == HELD[Feature.PROGRESS][0].value
    )
    assert contents.records[Feature.RATINGS][0].value == Rated(7.35, NOW)
    assert contents.records[Feature.HISTORY][0].value == Watched(PLAYS[-1].at, PLAYS, 3)


@given(title=titles, show=titles)
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_no_cell_is_a_formula(tmp_path: Path, title: str, show: str) -> None:
    """Test that no cell begins like a formula, and titles come back as they were."""
    of = Item(MediaKind.SHOW, {}, show)
    records = {
        Feature.WATCHLIST: [
            Record(Item(MediaKind.MOVIE, {}, title), Listed(), "1"),
            Record(Item(MediaKind.SEASON, {}, "", None, of, 1), Listed(), "2"),
        ]
    }
    path = write(tmp_path / "own.csv", records, ExportFormat.CSV)
    contents = read_file(path, ReadOptions())
    found = [record.item for record in contents.records[Feature.WATCHLIST]]
    assert found == [
        Item(MediaKind.MOVIE, {}, title),
        records[Feature.WATCHLIST][1].item,
    ]
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            assert not any(cell.startswith(FORMULA) for cell in row)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"feature": "playlists"}, "not_understood"),
        ({"kind": "song"}, "no_kind"),
        ({"ids": {}, "title": ""}, "no_title"),
        ({"watched_at": "then"}, "bad_date"),
        ({"plays": [{"at": None}]}, "bad_date"),
        ({"native_id": "1"}, "duplicate"),
        ({"feature": "ratings"}, "bad_rating"),
        ({"feature": "ratings", "rating": 11}, "bad_rating"),
        ({"feature": "ratings", "rating": True}, "bad_rating"),
        ({"feature": "progress", "position_ms": "soon"}, "not_understood"),
        ({"feature": "progress", "percent": "half"}, "not_understood"),
    ],
)
def test_odd_entries(tmp_path: Path, change: dict[str, Any], fault: str) -> None:
    """Test that an entry that says nothing usable is told, and all others count."""
    row = {
        "feature": "history",
        "kind": "movie",
        "title": "Heat",
        "year": 1995,
        "ids": {"tmdb": "949"},
        "watched_at": "2020-01-02T10:00:00Z",
        "native_id": "1",
    }
    file = {
        "format": "crosswatch",
        "version": 1,
        "features": ["history", "playlists"],
        "records": [row, {**row, "native_id": "2", **change}],
    }
    contents = read_file(text_file(tmp_path / "own.json", file), ReadOptions())
    assert said(contents)["history"] == {"Heat (1995) @2020-01-02T10:00"}
    assert rows_left_out(contents) == {("own.json", "entry 2 of records", fault)}


def test_odd_rows_of_the_table(tmp_path: Path) -> None:
    """Test that a row that says nothing usable is told, and all others count."""
    text = (
        "feature,kind,title,date,rating,position_ms,percent\n"
        "history,movie,Heat,2020-01-02T10:00:00Z,,,\n"
        "playlists,movie,Heat,,,,\n"
        "history,song,Heat,,,,\n"
        "history,movie,,,,,\n"
        "ratings,movie,Heat,,11,,\n"
        "progress,movie,Heat,,,,\n"
        "progress,movie,Heat,,,,half\n"
        "history,movie,Heat,soon,,,\n"
        "watchlist,movie,Heat\n"
    )
    contents = read_file(text_file(tmp_path / "own.csv", text), ReadOptions())
    assert said(contents) == {"history": {"Heat @2020-01-02T10:00"}}
    assert [(each.where.row, each.fault.value) for each in contents.faults] == [
        ("line 3", "not_understood"),
        ("line 4", "no_kind"),
        ("line 5", "no_title"),
        ("line 6", "bad_rating"),
        ("line 7", "not_understood"),
        ("line 8", "not_understood"),
        ("line 9", "bad_date"),
        ("line 10", "wrong_cells"),
    ]


def test_entry_without_a_name_of_its_own(tmp_path: Path) -> None:
    """Test that a file may also be written by hand."""
    file = {
        "format": "crosswatch",
        "records": [
            {"feature": "history", "kind": "movie", "title": title, "plays": plays}
            for title, plays in (
                ("Heat", [{"at": (NOW - timedelta(1)).isoformat()}]),
                ("Ronin", []),
            )
        ],
    }
    contents = read_file(
        text_file(tmp_path / "own.json", json.dumps(file)), ReadOptions()
    )
    assert said(contents) == {"history": {"Heat @2026-11-21T18:00", "Ronin @?"}}
