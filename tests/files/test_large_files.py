"""Large files: read in one go, in time and memory that grow with them and no faster."""

from datetime import UTC, datetime, timedelta
import gc
from pathlib import Path
from time import process_time
import tracemalloc

import pytest

from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    MediaKind,
    Play,
    Record,
    Watched,
)
from custom_components.crosswatch.files.exporting import WriteOptions
from custom_components.crosswatch.files.formats import ExportFormat
from custom_components.crosswatch.files.reading import ReadOptions, read_file
from custom_components.crosswatch.files.writing import write_files

ROWS = 100_000
SMALL = 20_000
START = datetime(2020, 1, 1, tzinfo=UTC)

# Reads as many rows in a few seconds here; a small computer takes several times that.
SECONDS = 60.0


def account(count: int) -> dict[Feature, list[Record]]:
    """Return an account that has watched so many episodes of long series."""
    shows = [
        Item(
            MediaKind.SHOW, {"tvdb": str(n + 1), "tmdb": str(n + 1)}, f"Show {n}", 2000
        )
        for n in range(count // 100)
    ]
    records: list[Record] = []
    for n in range(count):
        show, at = shows[n // 100], START + timedelta(minutes=n)
        ids = {"tvdb": str(10**6 + n), "imdb": f"tt{10**6 + n}"}
        item = Item(MediaKind.EPISODE, ids, f"Part {n}", None, show, 1, n % 100 + 1)
        records.append(Record(item, Watched(at, (Play(at),)), str(n)))
    return {Feature.HISTORY: records}


def write(folder: Path, format_: ExportFormat, count: int) -> Path:
    """Write the account to a file."""
    (written,) = write_files(
        account(count),
        format_,
        folder,
        WriteOptions(account="Home", now=START),
        stem=f"{count}",
        overwrite=False,
    )
    return written.path


def seconds(path: Path, count: int) -> float:
    """Return how much time of the processor it takes to read a file."""
    gc.collect()
    before = process_time()
    contents = read_file(path, ReadOptions())
    took = process_time() - before
    assert len(contents.records[Feature.HISTORY]) == count
    assert not contents.faults
    return took


@pytest.mark.parametrize(
    "format_",
    [
        ExportFormat.JSON,
        ExportFormat.CSV,
        ExportFormat.TRAKT_JSON,
    ],
)
def test_time_grows_with_the_rows(tmp_path: Path, format_: ExportFormat) -> None:
    """Test that five times the rows take about five times the time."""
    small = seconds(write(tmp_path, format_, SMALL), SMALL)
    large = seconds(write(tmp_path, format_, ROWS), ROWS)
    assert large < SECONDS
    assert large < 5 * small * 3


def test_memory_is_bound(tmp_path: Path) -> None:
    """Test that no more is held than the text and the records that come of it."""
    path = write(tmp_path, ExportFormat.JSON, SMALL)
    gc.collect()
    tracemalloc.start()
    contents = read_file(path, ReadOptions())
    held, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(contents.records[Feature.HISTORY]) == SMALL
    text = path.stat().st_size
    # The bytes, the text of them, and what the records take.
    assert peak < held + 3 * text
