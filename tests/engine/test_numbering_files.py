"""Mapping files: told apart by what is in them, and refused with the reason."""

import json
from pathlib import Path
import time
from typing import Any

import pytest

from custom_components.crosswatch.engine.numbering import (
    Numbering,
    NumberingError,
    Span,
    entries_in,
    entries_of,
    reading,
)

from .numbering_world import FORMATS, numbering

SECRET = "hunter2-is-a-secret"


@pytest.mark.parametrize("form", FORMATS)
def test_read_from_disk(form: str, tmp_path: Path) -> None:
    """Files of all formats are told apart, whatever they are called."""
    path = tmp_path / "mapping.txt"
    path.write_text(FORMATS[form])
    assert entries_of(path) == entries_in(FORMATS[form].encode())
    path.write_text(
        "\ufeff \n"
        + FORMATS[form].removeprefix('<?xml version="1.0" encoding="UTF-8"?>')
    )
    assert len(entries_of(path)) == len(entries_in(FORMATS[form].encode()))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "not JSON"),
        (b"anilist: 1", "not JSON"),
        (b"null", "not JSON"),
        (b"[]", "no list of anime"),
        (b"{}", "no list of anime"),
        (b"[1]", "no list of anime"),
        (b'{"1": 2}', "no list of anime"),
        (b'{"hello": {"anilist": 1}}', "no list of anime"),
        (b'[{"hello": 1}]', "no list of anime"),
        (b'[{"anilist_id": null}]', "no entry"),
        (b'[{"anilist_id": 1}', "not valid JSON"),
        (b'[{"anilist_id": 1},]', "not valid JSON"),
        (b'[{"anilist_id": 1} {"anilist_id": 2}]', "not valid JSON"),
        (b'[{"anilist_id": 1}] more', "not valid JSON"),
        (b'{"1" {}}', "not valid JSON"),
        (b"{1: {}}", "not valid JSON"),
        (b'{"1": {"tvdb_id": 7}, "2": ', "not valid JSON"),
        (b"[" * 100_000, "not valid JSON"),
        (b"\xff\xfe\x00[", "neither JSON nor XML"),
        (b"<anime-list><anime anidbid='1'></anime-list>", "not valid XML"),
        (b"<anime-list>", "not valid XML"),
        (b"<html></html>", "not a list of anime"),
        (b"<anime-list></anime-list>", "no entry"),
        (
            b"<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><anime-list>&b;"
            b"</anime-list>",
            "document type",
        ),
    ],
)
def test_bad_files(content: bytes, why: str) -> None:
    """What is wrong is said, and nothing that is in the file."""
    with pytest.raises(NumberingError, match=why) as error:
        entries_in(content)
    assert SECRET not in str(error.value)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"anilist": 1}, "no id of a show"),
        ({"anilist": 1, "tvdb": "x"}, "tvdb is not an id"),
        ({"anilist": 1, "tvdb": [1, 2]}, "tvdb is not an id"),
        ({"anilist": True, "tvdb": 1}, "anilist is not an id"),
        ({"anilist": 1, "tvdb": 1, "seasons": 2}, "'seasons'"),
        ({"anilist": 1, "tvdb": 1, "season": "two"}, "not a number"),
        ({"anilist": 1, "tvdb": 1, "season": -1}, "not a number"),
        ({"anilist": 1, "tvdb": 1, "season": 1, "episode": 0}, "not a number"),
        ({"anilist": 1, "tvdb": 1, "season": 1, "episodes": True}, "not a number"),
        ({"anilist": 1, "tvdb": 1, "episode": 3}, "without its season"),
        ({"anilist": 1, "tvdb": 1, "movie": "yes"}, "movie is neither"),
        ({"tvdb": 1, "season": 1}, "no id of an anime service"),
        (7, "not an object"),
    ],
)
def test_mistakes_of_a_person(row: Any, why: str) -> None:
    """In what is written by hand the entry that is wrong is named."""
    rows = [{"anilist": 9, "tvdb": 900}, row]
    with pytest.raises(NumberingError, match=why) as error:
        entries_in(json.dumps(rows).encode())
    assert "entry 2 of the list" in str(error.value)


def test_odd_rows_of_a_program() -> None:
    """In what a program has made, an odd row is left out, and no other one."""
    rows: list[Any] = [
        {"anilist_id": 1, "tvdb_id": 700, "season": {"tvdb": 1}},
        None,
        7,
        {"anilist_id": "x", "tvdb_id": 1},
        {"anilist_id": 2, "tvdb_id": {"a": 1}, "season": 3, "themoviedb_id": "none"},
        {"anilist_id": 3, "tvdb_id": 700, "season": {"tvdb": "2"}, "type": 5},
        {
            "anilist_id": 4,
            "tvdb_id": 700,
            "season": {"tvdb": 2},
            "episode_offset": {"tvdb": -3},
        },
    ]
    entries = entries_in(json.dumps(rows).encode())
    assert [entry.ids.get("anilist") for entry in entries] == ["1", "2", "3", "4"]
    assert dict(entries[1].titles) == {}
    assert entries[2].spans == {"tvdb": (Span(2),)}
    assert entries[3].spans == {}


def test_odd_members_of_anibridge() -> None:
    """So it is in AniBridge's files, of whatever version."""
    rows = {
        "$includes": ["other.json"],
        "1": {"tvdb_id": 700, "tvdb_season": 2, "tvdb_epoffset": 12},
        "2": {"tvdb_id": 700, "tvdb_season": 1, "tvdb_epoffset": -4},
        "3": {
            "tvdb_id": 700,
            "tvdb_mappings": {"s1": "e1-e3|2,e4-e2,?", "x": "e1", "s2": 4},
        },
        "4": None,
        "5": {"tvdb_id": 700, "tvdb_mappings": {"s1": "e5,e7-e8", "s2": "e1-"}},
        "6": {"tvdb_id": 700, "tvdb_mappings": {"s1": "e1-,e20-e21"}},
        "7": {"tvdb_id": 700, "tvdb_mappings": {"s0": "e2"}},
        "x": {},
    }
    entries = entries_in(json.dumps(rows).encode())
    spans = {entry.ids["anilist"]: entry.spans.get("tvdb") for entry in entries}
    assert spans == {
        "1": (Span(2, 13),),
        "2": None,
        "3": (Span(1, 1, 3, None),),
        "5": (Span(1, 5, 5, 1), Span(1, 7, 8, 2), Span(2, 1, None, 4)),
        "6": (Span(1, 1, None, 1), Span(1, 20, 21, None)),
        "7": (Span(0, 2, 2, 1),),
    }


def test_odd_descriptors() -> None:
    """And in those with descriptors."""
    rows = {
        "anilist:1": {
            "mal:1": {},
            "mal:2": {},
            "anidb:5:R": {"1-12": "13-24"},
            "anidb:6:S": {},
            "tvdb_show:700:s1": {"1-12": "1-6,8-13", "13-": "14-|2", "x": "1", "20": 7},
            "tvdb_show:700:s2": {},
            "tmdb_show:800:s1": {"1-3": "x"},
            "imdb_show:odd:s1": {"1": "1"},
            "what is this": {},
            "tvdb_show:700:s3": None,
        },
        "anilist:2": None,
        "anidb:7:O": {"tvdb_show:701:s1": {"1": "1"}},
        "mal:9": {"tvdb_show:709:s1": {"3-": "1-"}},
        "anilist:x": {},
    }
    first, mal = entries_in(json.dumps(rows).encode())
    assert dict(first.ids) == {"anilist": "1"}
    assert dict(first.titles) == {"tvdb": "700", "tmdb": "800"}
    assert first.spans == {
        "tvdb": (
            Span(1, 14, None, None),
            Span(2, 1, None, None),
            Span(1, 1, 6, 1),
            Span(1, 8, 13, 7),
        )
    }
    assert mal.spans == {"tvdb": (Span(1, 1, None, 3),)}


def test_exceptions_in_xml() -> None:
    """Exceptions are taken out of the rule, and pairs that follow each other are one."""
    text = """<anime-list><anime anidbid="1" tvdbid="700" defaulttvdbseason="1">
      <mapping-list>
        <mapping anidbseason="1" tvdbseason="0">;3-1;4-2;5-0;6-9+10;x;</mapping>
        <mapping anidbseason="1" tvdbseason="2" start="13" end="24" offset="-12"/>
        <mapping anidbseason="1" tvdbseason="x" start="1"/>
        <mapping anidbseason="1" tvdbseason="4" start="1" offset="-5"/>
        <mapping anidbseason="1" tmdbseason="2" start="1"/>
        <mapping anidbseason="0" tvdbseason="0">;1-1;</mapping>
      </mapping-list></anime>
      <anime anidbid="2" tvdbid="701" defaulttvdbseason="a"><mapping-list>
        <mapping anidbseason="1" tvdbseason="1" start="1" end="20"/>
        <mapping anidbseason="1" tvdbseason="2" start="21" offset="-20"/>
      </mapping-list></anime>
      <anime anidbid="3" tvdbid="702" defaulttvdbseason="1" episodeoffset="-3"/>
      <anime anidbid="" tvdbid="703"/><other/></anime-list>"""
    first, second, third = entries_in(text.encode())
    assert first.spans["tvdb"] == (
        Span(1, 1, 2, 1),
        Span(0, 1, 2, 3),
        Span(0, 9, 9, 6),
        Span(1, 7, 12, 7),
        Span(2, 1, 12, 13),
        Span(1, 25, None, 25),
    )
    assert second.spans["tvdb"] == (Span(1, 1, 20, 1), Span(2, 1, None, 21))
    assert third.spans == {}


def test_files_that_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No file, a folder, no path at all and too much are told apart from content."""
    with pytest.raises(NumberingError, match="no such file"):
        entries_of(tmp_path / "missing.json")
    with pytest.raises(NumberingError, match="no such file"):
        entries_of(tmp_path)
    with pytest.raises(NumberingError, match="no such file"):
        entries_of(Path("/odd\0path"))
    path = tmp_path / "big.json"
    path.write_text(FORMATS["fribb"])
    monkeypatch.setattr(reading, "MAX_SIZE", 10)
    with pytest.raises(NumberingError, match="larger than"):
        entries_of(path)


def test_big_file() -> None:
    """Forty thousand entries, as the biggest lists have, take a moment only."""
    rows = {
        str(number): {
            "mal_id": number,
            "anidb_id": number,
            "tvdb_id": number // 2 + 1,
            "tvdb_mappings": {f"s{number % 2 + 1}": "e1-e12"},
        }
        for number in range(1, 40_001)
    }
    text = json.dumps(rows)
    began = time.process_time()
    known = numbering(text)
    assert time.process_time() - began < 3
    assert isinstance(known, Numbering)
    assert known.entry_of({"mal": "40000"}) is not None
