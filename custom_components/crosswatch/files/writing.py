"""Writes files: whole or not at all, and never over one that is there by mistake."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
import os
from pathlib import Path
from secrets import token_hex
from typing import IO, Final
from zipfile import ZIP_DEFLATED, ZipFile

from . import own_csv, own_json
from .errors import FileError, FileFault
from .exporting import OutFile, Records, Tally, WriteOptions
from .formats import ExportFormat
from .writers import letterboxd, simkl, trakt

type Writer = Callable[[Records, WriteOptions], list[OutFile]]


@dataclass(frozen=True, slots=True)
class Written:
    """A file that was written, and what became of the records."""

    path: Path
    tally: Tally


def write_files(
    records: Records,
    format_: ExportFormat,
    path: Path,
    options: WriteOptions,
    *,
    stem: str,
    overwrite: bool,
) -> list[Written]:
    """Write an account's records to a file, or to files in a folder.

    In a folder their names begin with `stem`. Raises FileError before anything is
    there, or with nothing left behind.
    """
    files = _WRITERS[format_](records, options)
    targets = _targets(files, path, stem)
    if not overwrite:
        for target in targets:
            if os.path.lexists(target):
                raise FileError(FileFault.EXISTS, str(target))
    done: list[tuple[Path, Written]] = []
    try:
        for target, file in zip(targets, files, strict=True):
            hidden = target.with_name(f".{target.name}.{token_hex(4)}.tmp")
            written = Written(target, Tally())
            done.append((hidden, written))
            _fill(hidden, target, file, written.tally)
        _place(done, overwrite=overwrite)
    except OSError as err:
        raise FileError(
            FileFault.NOT_WRITABLE, str(path), error=err.strerror or str(err)
        ) from err
    finally:
        for hidden, _ in done:
            with suppress(OSError):
                hidden.unlink(missing_ok=True)
    return [written for _, written in done]


def _targets(files: Sequence[OutFile], path: Path, stem: str) -> list[Path]:
    """Return where files are to be; raises FileError where that cannot be."""
    if path.is_dir():
        return [path / f"{stem}{file.suffix}{file.extension}" for file in files]
    if not path.suffix or not path.parent.is_dir():
        raise FileError(FileFault.NO_FOLDER, str(path))
    if len(files) > 1:
        raise FileError(FileFault.SEVERAL_FILES, str(path), files=len(files))
    return [path]


def _fill(hidden: Path, target: Path, file: OutFile, tally: Tally) -> None:
    """Write the text of a file beside its place, down to the disk."""
    with hidden.open("xb") as out:
        if file.member and target.suffix.lower() != ".json":
            with (
                ZipFile(out, "w", ZIP_DEFLATED) as archive,
                archive.open(file.member, "w", force_zip64=True) as member,
            ):
                _copy(file.text(tally), member)
        else:
            _copy(file.text(tally), out)
        out.flush()
        os.fsync(out.fileno())


def _copy(text: Iterator[str], out: IO[bytes]) -> None:
    """Write pieces of text."""
    for piece in text:
        out.write(piece.encode())


def _place(done: Sequence[tuple[Path, Written]], *, overwrite: bool) -> None:
    """Put finished files in their places, all or none."""
    reserved: list[Path] = []
    try:
        if not overwrite:
            # Nobody can have put a file there between a look and this.
            for _, written in done:
                _reserve(written.path)
                reserved.append(written.path)
        for hidden, written in done:
            hidden.replace(written.path)
            if not overwrite:
                reserved.remove(written.path)
    finally:
        for empty in reserved:
            with suppress(OSError):
                empty.unlink()


def _reserve(target: Path) -> None:
    """Make sure that a place is free, and stays so."""
    try:
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
    except FileExistsError as err:
        raise FileError(FileFault.EXISTS, str(target)) from err


def _own_json(records: Records, options: WriteOptions) -> list[OutFile]:
    """Return the one file of our own JSON."""

    def text(tally: Tally) -> Iterator[str]:
        """Yield it; nothing is left out of it."""
        _count(records, tally)
        yield from own_json.write(records, account=options.account, at=options.now)

    return [OutFile("", ".json", text)]


def _own_csv(records: Records, options: WriteOptions) -> list[OutFile]:
    """Return the one file of our own CSV."""

    def text(tally: Tally) -> Iterator[str]:
        """Yield it; nothing is left out of it."""
        _count(records, tally)
        yield from own_csv.write(records)

    return [OutFile("", ".csv", text)]


def _count(records: Records, tally: Tally) -> None:
    """Count all records as written."""
    for feature, of_feature in records.items():
        tally.written[feature] += len(of_feature)


_WRITERS: Final[Mapping[ExportFormat, Writer]] = {
    ExportFormat.JSON: _own_json,
    ExportFormat.CSV: _own_csv,
    ExportFormat.TRAKT_JSON: trakt.json_files,
    ExportFormat.TRAKT_CSV: trakt.csv_files,
    ExportFormat.SIMKL: simkl.files,
    ExportFormat.LETTERBOXD: letterboxd.files,
}
