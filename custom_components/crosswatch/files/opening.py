"""Opens a file that a person named: its text, or the texts in an archive.

Nothing is believed of it: not its size, not its name, not what an archive says of its
members. Nothing is ever unpacked to the disk.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
import os
from pathlib import Path, PurePosixPath
import stat
from typing import IO, Final
from zipfile import BadZipFile, LargeZipFile, ZipFile, ZipInfo
import zlib

from .errors import FileError, FileFault

_MIB: Final = 1024 * 1024

# The text of a file is in memory as a whole while it is read.
MAX_BYTES: Final = 64 * _MIB
MAX_ARCHIVE_BYTES: Final = 256 * _MIB
MAX_MEMBERS: Final = 2000

_ARCHIVE: Final = b"PK\x03\x04"
_EMPTY_ARCHIVE: Final = b"PK\x05\x06"
_LOCKED: Final = 0x1
_TEXTS: Final = (".json", ".csv")
_OTHER_SYSTEMS: Final = "__MACOSX"
_UTF8_MARK: Final = "\ufeff"


@dataclass(frozen=True, slots=True)
class Document:
    """A text; it is only loaded when it is asked for, and not kept."""

    name: str
    text: Callable[[], str]

    @property
    def base_name(self) -> str:
        """Return the name without folders, in lower case."""
        return PurePosixPath(self.name).name.lower()


@dataclass(frozen=True, slots=True)
class Opened:
    """What is in a file; `archive` tells whether it had to be unpacked."""

    name: str
    documents: Sequence[Document]
    archive: bool = False


@contextmanager
def opened(path: Path) -> Iterator[Opened]:
    """Keep a file open within the block; raises FileError for what is no good one."""
    name = path.name
    with _open(path) as file:
        if not _is_archive(file):
            text = _text(_read(file, name), name)
            yield Opened(name, [Document(name, lambda: text)])
            return
        try:
            archive = ZipFile(file)
        except (BadZipFile, LargeZipFile, OSError, ValueError) as err:
            raise FileError(FileFault.BROKEN_ARCHIVE, name) from err
        with archive:
            members = _members(archive, name)
            yield Opened(
                name, [_document(archive, each, name) for each in members], archive=True
            )


def _open(path: Path) -> IO[bytes]:
    """Open a plain file that is not too large, and nothing else."""
    name = path.name
    try:
        # A pipe would keep us waiting for somebody to write to it.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except FileNotFoundError as err:
        raise FileError(FileFault.NOT_FOUND, name) from err
    except (OSError, ValueError) as err:
        raise FileError(FileFault.NOT_READABLE, name, error=_said(err)) from err
    file = os.fdopen(handle, "rb", closefd=True) if _is_plain(handle) else None
    if file is None:
        os.close(handle)
        raise FileError(FileFault.NOT_A_FILE, name)
    size = os.fstat(handle).st_size
    if size == 0 or size > MAX_BYTES:
        file.close()
        if size == 0:
            raise FileError(FileFault.EMPTY, name)
        raise _too_big(name, size)
    return file


def _is_archive(file: IO[bytes]) -> bool:
    """Tell whether a file begins as an archive does, whatever its name says."""
    head = file.read(len(_ARCHIVE))
    file.seek(0)
    return head in {_ARCHIVE, _EMPTY_ARCHIVE}


def _read(file: IO[bytes], name: str) -> bytes:
    """Return what is in a file, as far as it is no larger than allowed.

    To ask for more than there is would take the memory for it.
    """
    try:
        size = os.fstat(file.fileno()).st_size
        return file.read(min(size, MAX_BYTES + 1))
    except OSError as err:
        raise FileError(FileFault.NOT_READABLE, name, error=_said(err)) from err


def _too_big(name: str, size: int) -> FileError:
    """Return the error for a file over the limit."""
    megabytes, limit = round(size / _MIB), round(MAX_BYTES / _MIB)
    return FileError(FileFault.TOO_BIG, name, size=megabytes, limit=limit)


def _is_plain(handle: int) -> bool:
    """Tell whether what was opened is a plain file."""
    return stat.S_ISREG(os.fstat(handle).st_mode)


def _said(err: OSError | ValueError) -> str:
    """Return what the system says of an error."""
    return (err.strerror if isinstance(err, OSError) else None) or str(err)


def _members(archive: ZipFile, name: str) -> list[ZipInfo]:
    """Return the texts in an archive; raises FileError for one not to be trusted."""
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise FileError(
            FileFault.ARCHIVE_MEMBERS, name, members=len(members), limit=MAX_MEMBERS
        )
    texts = [each for each in members if _is_text(each)]
    for each in members:
        where = PurePosixPath(each.filename.replace("\\", "/"))
        if where.is_absolute() or ".." in where.parts:
            raise FileError(FileFault.ARCHIVE_PATHS, name, member=each.filename)
    for each in texts:
        if each.flag_bits & _LOCKED:
            raise FileError(FileFault.ARCHIVE_LOCKED, name)
    size = sum(each.file_size for each in texts)
    if size > MAX_ARCHIVE_BYTES or any(each.file_size > MAX_BYTES for each in texts):
        raise _unpacks_too_big(name, size)
    return texts


def _unpacks_too_big(name: str, size: int) -> FileError:
    """Return the error for an archive that is too large once unpacked."""
    return FileError(
        FileFault.ARCHIVE_TOO_BIG,
        name,
        size=round(size / _MIB),
        limit=MAX_ARCHIVE_BYTES // _MIB,
        member_limit=MAX_BYTES // _MIB,
    )


def _is_text(member: ZipInfo) -> bool:
    """Tell whether a member may be a text that we can read."""
    where = PurePosixPath(member.filename)
    return (
        not member.is_dir()
        and where.suffix.lower() in _TEXTS
        and _OTHER_SYSTEMS not in where.parts
        and not where.name.startswith(".")
    )


def _document(archive: ZipFile, member: ZipInfo, name: str) -> Document:
    """Return a member of an archive as a text that is unpacked when it is asked for."""

    def text() -> str:
        """Unpack it, as far as it is as small as it said."""
        try:
            with archive.open(member) as file:
                data = file.read(MAX_BYTES + 1)
        except (
            BadZipFile,
            EOFError,
            NotImplementedError,
            OSError,
            RuntimeError,
            ValueError,
            zlib.error,
        ) as err:
            raise FileError(FileFault.BROKEN_ARCHIVE, name) from err
        return _text(data, member.filename)

    return Document(member.filename, text)


def _text(data: bytes, name: str) -> str:
    """Return the text; raises FileError for one that is not in UTF-8."""
    if len(data) > MAX_BYTES:
        raise _too_big(name, len(data))
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as err:
        if b"\0" in data:
            raise FileError(FileFault.NOT_TEXT, name) from err
        line = data.count(b"\n", 0, err.start) + 1
        raise FileError(FileFault.NOT_UTF8, name, line=line) from err
    # Binary data and text in UTF-16 can both be valid UTF-8 by chance.
    if "\0" in text:
        raise FileError(FileFault.NOT_TEXT, name)
    text = text.removeprefix(_UTF8_MARK)
    if not text.strip():
        raise FileError(FileFault.EMPTY, name)
    return text
