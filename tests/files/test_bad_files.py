"""Files that nothing can be taken from: each is refused, and told what is wrong."""

from collections.abc import Callable
import json
import os
from pathlib import Path
from typing import Any
from unittest.mock import patch
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pytest

from custom_components.crosswatch.files import opening
from custom_components.crosswatch.files.errors import FileError, FileFault
from custom_components.crosswatch.files.formats import ImportFormat
from custom_components.crosswatch.files.reading import ReadOptions, read_file

from . import exports
from .exports import archive, text_file

MIB = 1024 * 1024


def refusal(path: Path, **options: Any) -> FileError:
    """Return how a file is refused."""
    with pytest.raises(FileError) as refused:
        read_file(path, ReadOptions(**options))
    return refused.value


HISTORY = json.dumps(exports.TRAKT["watched-history-1.json"])


@pytest.mark.parametrize(
    ("name", "content", "fault", "details"),
    [
        pytest.param("a.json", b"", FileFault.EMPTY, {}, id="no byte"),
        pytest.param("a.json", b" \n ", FileFault.EMPTY, {}, id="blanks"),
        pytest.param("a.json", b"\xef\xbb\xbf", FileFault.EMPTY, {}, id="only a mark"),
        pytest.param("a.json", b"[]", FileFault.EMPTY, {}, id="no entries"),
        pytest.param("a.json", b"{}", FileFault.EMPTY, {}, id="no fields"),
        pytest.param("a.json", b"null", FileFault.EMPTY, {}, id="nothing"),
        pytest.param(
            "diary.csv",
            exports.DIARY.encode("utf-16"),
            FileFault.NOT_TEXT,
            {},
            id="utf-16",
        ),
        pytest.param(
            "diary.csv",
            exports.DIARY.encode("utf-16-le"),
            FileFault.NOT_TEXT,
            {},
            id="utf-16 without its mark",
        ),
        pytest.param(
            "diary.csv",
            exports.DIARY.replace("Arrival", "Amélie").encode("latin-1"),
            FileFault.NOT_UTF8,
            {"line": "2"},
            id="latin-1",
        ),
        pytest.param(
            "a.csv", bytes(range(256)), FileFault.NOT_TEXT, {}, id="binary data"
        ),
        pytest.param(
            "a.csv", b"\x00\x01\x02", FileFault.NOT_TEXT, {}, id="valid, but no text"
        ),
        pytest.param(
            "history.json",
            HISTORY[: len(HISTORY) // 2],
            FileFault.BROKEN_JSON,
            {"line": "1"},
            id="half a list",
        ),
        pytest.param(
            "a.json",
            '[\n{"watched_at": "2020-01-01"}\n',
            FileFault.BROKEN_JSON,
            {"line": "3", "column": "1"},
            id="a list without its end",
        ),
        pytest.param(
            "a.json", "[1 2]", FileFault.BROKEN_JSON, {"column": "4"}, id="no comma"
        ),
        pytest.param("a.json", "[1,]", FileFault.BROKEN_JSON, {}, id="comma too many"),
        pytest.param("a.json", "[NaN]", FileFault.BROKEN_JSON, {}, id="not a number"),
        pytest.param("a.json", "[] []", FileFault.BROKEN_JSON, {}, id="two lists"),
        pytest.param("a.json", "[" * 99999, FileFault.BROKEN_JSON, {}, id="a tower"),
        pytest.param(
            "a.json", f"[{'9' * 9999}]", FileFault.BROKEN_JSON, {}, id="endless number"
        ),
        pytest.param("a.json", '{"a" 1}', FileFault.BROKEN_JSON, {}, id="no colon"),
        pytest.param("a.json", "{1: 2}", FileFault.BROKEN_JSON, {}, id="no name"),
        pytest.param("a.json", '{"a": 1', FileFault.BROKEN_JSON, {}, id="half object"),
        pytest.param(
            "a.json", '{"a": 1}', FileFault.UNKNOWN_FORMAT, {}, id="another object"
        ),
        pytest.param("a.json", "[1, 2]", FileFault.UNKNOWN_FORMAT, {}, id="numbers"),
        pytest.param(
            "a.csv",
            "a,b\n1,2\n",
            FileFault.UNKNOWN_COLUMNS,
            {"found": "a, b"},
            id="another table",
        ),
        pytest.param(
            "diary.csv",
            exports.DIARY.replace(",", ";"),
            FileFault.UNKNOWN_COLUMNS,
            {},
            id="semicolons",
        ),
        pytest.param("a.txt", "Hello", FileFault.UNKNOWN_COLUMNS, {}, id="a letter"),
        pytest.param(
            "diary.csv",
            exports.DIARY.replace('"scifi, again"', '"scifi, again'),
            FileFault.BROKEN_CSV,
            {"line": "3"},
            id="quote without its end",
        ),
        pytest.param(
            "films.csv",
            exports.WATCHED,
            FileFault.WHICH_LIST,
            {"features": "history, watchlist"},
            id="watched or watchlist",
        ),
        pytest.param(
            "b7a1.csv",
            exports.IMDB_WATCHLIST.replace("Nolan,,", "Nolan,8,2025-01-01"),
            FileFault.WHICH_LIST,
            {"features": "ratings, watchlist"},
            id="ratings or watchlist",
        ),
        pytest.param(
            "faves.json",
            exports.TRAKT["lists-list-9-faves.json"],
            FileFault.WHICH_LIST,
            {"features": "watchlist"},
            id="another list",
        ),
        pytest.param(
            "history.json",
            [{"watched_at": "yesterday", "movie": exports.MATRIX}, {}],
            FileFault.NO_GOOD_ROWS,
            {"rows": "2", "row": "history.json, entry 1"},
            id="nothing but broken rows",
        ),
        pytest.param(
            "own.json",
            {"format": "crosswatch", "version": 2, "records": []},
            FileFault.NEWER_VERSION,
            {"version": "2"},
            id="of a newer release",
        ),
        pytest.param(
            "a.zip", b"PK\x03\x04 and no more", FileFault.BROKEN_ARCHIVE, {}, id="half"
        ),
    ],
)
def test_refused(
    tmp_path: Path,
    name: str,
    content: str | bytes,
    fault: FileFault,
    details: dict[str, str],
) -> None:
    """Test that a file is refused, and where it is wrong."""
    error = refusal(text_file(tmp_path / name, content))
    assert error.fault is fault
    assert error.details["file"] == name
    assert {key: error.details[key] for key in details} == details


@pytest.mark.parametrize(
    ("name", "content", "format_", "fault"),
    [
        ("a.csv", "a,b\n", ImportFormat.LETTERBOXD, FileFault.MISSING_COLUMNS),
        ("a.csv", "a,b\n", ImportFormat.IMDB, FileFault.MISSING_COLUMNS),
        ("a.csv", "a,b\n", ImportFormat.CSV, FileFault.MISSING_COLUMNS),
        ("a.csv", "a,b\n", ImportFormat.TRAKT, FileFault.MISSING_COLUMNS),
        ("a.csv", "a,b\n", ImportFormat.SIMKL, FileFault.UNKNOWN_COLUMNS),
        ("diary.csv", exports.DIARY, ImportFormat.IMDB, FileFault.OTHER_FORMAT),
        ("a.json", exports.SIMKL, ImportFormat.TRAKT, FileFault.OTHER_FORMAT),
        ("a.json", HISTORY, ImportFormat.JSON, FileFault.OTHER_FORMAT),
    ],
)
def test_not_what_a_person_says(
    tmp_path: Path, name: str, content: Any, format_: ImportFormat, fault: FileFault
) -> None:
    """Test that a file of another format than was said is refused."""
    file = text_file(tmp_path / name, content)
    assert refusal(file, format=format_).fault is fault


def test_missing_file_and_folder(tmp_path: Path) -> None:
    """Test that there has to be a file, and nothing else, at a path."""
    assert refusal(tmp_path / "no.csv").fault is FileFault.NOT_FOUND
    assert refusal(tmp_path).fault is FileFault.NOT_A_FILE
    os.mkfifo(tmp_path / "pipe.csv")
    assert refusal(tmp_path / "pipe.csv").fault is FileFault.NOT_A_FILE
    assert refusal(tmp_path / ("x" * 300)).fault is FileFault.NOT_READABLE


def test_file_of_200_megabytes(tmp_path: Path) -> None:
    """Test that a file that is too large is not even read."""
    path = tmp_path / "huge.json"
    with path.open("wb") as file:
        file.truncate(200 * MIB)
    before = _bytes_read()
    error = refusal(path)
    assert error.fault is FileFault.TOO_BIG
    assert (error.details["size"], error.details["limit"]) == ("200", "64")
    assert _bytes_read() - before < MIB


def _bytes_read() -> int:
    """Return how many bytes this process has read of anything so far."""
    for line in Path("/proc/self/io").read_text(encoding="utf-8").splitlines():
        if line.startswith("rchar:"):
            return int(line.split()[1])
    raise AssertionError


def _bomb(path: Path) -> Path:
    """Write a small archive of a file that unpacks to very much."""
    return archive(path, {"watched-history.json": " " * (opening.MAX_BYTES + 1)})


def _many_large(path: Path) -> Path:
    """Write a small archive of files that unpack to too much together."""
    blanks = " " * (60 * MIB)
    return archive(path, {f"watched-history-{n}.json": blanks for n in range(1, 6)})


def _crowd(path: Path) -> Path:
    """Write an archive of very many files."""
    return archive(path, {f"{n}.txt": "" for n in range(opening.MAX_MEMBERS + 1)})


def _climber(path: Path) -> Path:
    """Write an archive with a file that would be unpacked elsewhere."""
    return archive(path, {"../../automations.yaml": "", "diary.csv": exports.DIARY})


def _absolute(path: Path) -> Path:
    """Write an archive with a file that would be unpacked at the top."""
    return archive(path, {"/etc/diary.csv": exports.DIARY})


def _locked(path: Path) -> Path:
    """Write an archive that says that it is locked."""
    archive(path, {"diary.csv": exports.DIARY})
    data = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    path.write_bytes(data)
    return path


def _damaged(path: Path) -> Path:
    """Write an archive with a changed byte in its middle."""
    archive(path, {"diary.csv": exports.DIARY})
    data = bytearray(path.read_bytes())
    at = data.index(b"diary.csv") + 20
    data[at] ^= 0xFF
    path.write_bytes(data)
    return path


def _unknown(path: Path) -> Path:
    """Write an archive of something else."""
    return archive(path, {"a.json": [1], "b.json": [2]})


def _mixed(path: Path) -> Path:
    """Write an archive in which a file is not what its name says."""
    return archive(
        path,
        {
            "watched-history-1.json": exports.TRAKT["watched-history-1.json"],
            "watched-history-2.json": exports.SIMKL,
        },
    )


def _empty(path: Path) -> Path:
    """Write an archive of nothing."""
    return archive(path, {})


def _other_method(path: Path) -> Path:
    """Write an archive packed in a way that is not known."""
    archive(path, {"diary.csv": exports.DIARY})
    data = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        data[data.index(mark) + offset] = 99
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("make", "fault"),
    [
        (_bomb, FileFault.ARCHIVE_TOO_BIG),
        (_many_large, FileFault.ARCHIVE_TOO_BIG),
        (_crowd, FileFault.ARCHIVE_MEMBERS),
        (_climber, FileFault.ARCHIVE_PATHS),
        (_absolute, FileFault.ARCHIVE_PATHS),
        (_locked, FileFault.ARCHIVE_LOCKED),
        (_damaged, FileFault.BROKEN_ARCHIVE),
        (_other_method, FileFault.BROKEN_ARCHIVE),
        (_unknown, FileFault.UNKNOWN_FORMAT),
        (_mixed, FileFault.UNKNOWN_FORMAT),
        (_empty, FileFault.UNKNOWN_FORMAT),
    ],
)
def test_archives(
    tmp_path: Path, make: Callable[[Path], Path], fault: FileFault
) -> None:
    """Test that an archive is refused that is not to be trusted, and leaves nothing."""
    file = make(tmp_path / "export.zip")
    assert refusal(file).fault is fault
    assert list(tmp_path.iterdir()) == [file]


def test_archive_that_lies_about_its_size(tmp_path: Path) -> None:
    """Test that no more is unpacked than a file may have, whatever it says of itself."""
    path = tmp_path / "export.zip"
    with ZipFile(path, "w", ZIP_DEFLATED) as file:
        file.writestr(ZipInfo("diary.csv"), exports.DIARY + "x" * 5000)
    with patch.object(opening, "MAX_BYTES", 1000):
        assert refusal(path).fault is FileFault.TOO_BIG
    data = bytearray(path.read_bytes())
    # The size when unpacked, in the directory at the end.
    at = data.index(b"PK\x01\x02") + 24
    data[at : at + 4] = (10).to_bytes(4, "little")
    path.write_bytes(data)
    assert refusal(path).fault is FileFault.BROKEN_ARCHIVE
