"""The tracker's file: opened, checked, brought up to date, and set aside if damaged."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
import sqlite3
from struct import Struct
from typing import Final

from ...engine.provider import ProtocolError, ProviderError, ProviderUnavailableError
from .schema import MIGRATIONS

# Written into the file's header: tells our files from any others.
APPLICATION_ID: Final = 0x43575452

# How long, in seconds, to wait for another writer.
BUSY_TIMEOUT: Final = 10.0

_DAMAGED: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_BUSY: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})

# Files that SQLite keeps beside the file itself, and that belong to it.
_COMPANIONS: Final = ("-wal", "-shm")

# What a file begins with: a text, the size of a page, the number of changes, the number
# of pages, `user_version`, `application_id`, and for which change that number holds.
_HEADER: Final = Struct(">16sH6xII28xi4xi20xI")
_MAGIC: Final = b"SQLite format 3\0"
# As it is written where it does not fit.
_LARGEST_PAGE: Final = {1: 0x10000}

# The extended codes of SQLite hold the primary one in their lowest byte.
_PRIMARY: Final = 0xFF


class DamagedError(ProtocolError):
    """The file cannot be read as what it is; it was set aside under another name."""

    def __init__(self, message: str, aside: Path) -> None:
        """Remember where the file is now."""
        super().__init__(message)
        self.aside = aside


class NewerError(ProtocolError):
    """The file was written by a newer version of the integration."""


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the file for one call; raises a ProviderError for whatever goes wrong.

    A missing file is not made anew: an empty one would look as if everything had been
    removed.
    """
    try:
        if not path.exists():
            raise ProviderUnavailableError(
                f"The tracker's file {path.name} is missing: put a backup in its"
                " place, or sign in again to start a new one"
            )
        with closing(_connect(path)) as database:
            _prepare(database)
            yield database
    except sqlite3.Error as err:
        raise _translated(path, err) from err
    except OSError as err:
        raise ProviderUnavailableError(
            f"The tracker's file {path.name} cannot be used: {err.strerror}"
        ) from err


def is_at_hand(path: Path) -> bool:
    """Tell by its header whether a file is ours, up to date, and as long as it says.

    Much cheaper than to open it. It is not known where the newest header may stand in
    the log beside the file, as after a crash. Source: the SQLite file format, 1.3.
    """
    try:
        if path.with_name(f"{path.name}-wal").exists():
            return False
        length = path.stat().st_size
        with path.open("rb") as file:
            header = file.read(_HEADER.size)
    except OSError:
        return False
    if len(header) < _HEADER.size:
        return False
    magic, size, changes, pages, version, application, counted = _HEADER.unpack(header)
    is_ours = (magic, application) == (_MAGIC, APPLICATION_ID)
    is_whole = counted == changes and length == pages * _LARGEST_PAGE.get(size, size)
    return is_ours and is_whole and version == len(MIGRATIONS)


@contextmanager
def transaction(database: sqlite3.Connection) -> Iterator[None]:
    """Make all changes of the block at once, or none of them."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
        database.execute("COMMIT")
    finally:
        if database.in_transaction:
            database.execute("ROLLBACK")


def create(path: Path) -> None:
    """Make a new, empty file; it appears under its name only when it is whole."""
    unfinished = path.with_name(f"{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.unlink(missing_ok=True)
        # What is left of a file that was taken away must not be played into a new one.
        _move_companions(path, path.with_name(f"{path.name}.left-{_stamp()}"))
        with closing(_connect(unfinished, mode="rwc")) as database:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            _migrate(database, 0)
        unfinished.rename(path)
    except (OSError, sqlite3.Error) as err:
        raise ProviderUnavailableError(
            f"The tracker's file {path.name} cannot be made: {err}"
        ) from err


def check(path: Path) -> None:
    """Look through the whole file; raises a ProviderError if it is not in order."""
    with opened(path) as database:
        (verdict,) = database.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise _set_aside(path)


def _connect(path: Path, mode: str = "rw") -> sqlite3.Connection:
    """Connect without any implicit transactions."""
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        timeout=BUSY_TIMEOUT,
        isolation_level=None,
        uri=True,
    )


def _prepare(database: sqlite3.Connection) -> None:
    """Check that the file is ours, and bring it up to date."""
    database.execute("PRAGMA foreign_keys = ON")
    # What is acknowledged must be on the disk, also after a power cut.
    database.execute("PRAGMA synchronous = FULL")
    (application,) = database.execute("PRAGMA application_id").fetchone()
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID or version < 1:
        error = sqlite3.DatabaseError("not a file of the tracker")
        error.sqlite_errorcode = sqlite3.SQLITE_NOTADB
        raise error
    if version > len(MIGRATIONS):
        raise NewerError(
            "The tracker's file was written by a newer version of the integration:"
            " update the integration"
        )
    if version < len(MIGRATIONS):
        _migrate(database, version)


def _migrate(database: sqlite3.Connection, version: int) -> None:
    """Go forward from a version to the newest, all steps or none."""
    with transaction(database):
        for step in MIGRATIONS[version:]:
            for statement in step:
                database.execute(statement)
        database.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


def _translated(path: Path, err: sqlite3.Error) -> ProviderError:
    """Return what an error of SQLite means to the engine."""
    code = getattr(err, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & _PRIMARY
    if code in _DAMAGED:
        return _set_aside(path)
    if code in _BUSY:
        return ProviderUnavailableError(
            f"The tracker's file {path.name} is in use by somebody else for too long"
        )
    if code == sqlite3.SQLITE_FULL:
        return ProviderUnavailableError(
            f"There is no room left for the tracker's file {path.name}"
        )
    return ProviderUnavailableError(
        f"The tracker's file {path.name} cannot be used: {err}"
    )


def _set_aside(path: Path) -> ProviderError:
    """Rename a damaged file, and return the error that says so."""
    aside = path.with_name(f"{path.name}.damaged-{_stamp()}")
    try:
        path.rename(aside)
        _move_companions(path, aside)
    except OSError as err:
        return ProviderUnavailableError(
            f"The tracker's file {path.name} is damaged and cannot be set aside:"
            f" {err.strerror}"
        )
    return DamagedError(
        f"The tracker's file {path.name} is damaged and was set aside as {aside.name}:"
        " put a backup in its place, or sign in again to start a new one",
        aside,
    )


def _move_companions(path: Path, to: Path) -> None:
    """Rename what SQLite keeps beside a file along with it."""
    for companion in _COMPANIONS:
        beside = path.with_name(path.name + companion)
        if beside.exists():
            beside.rename(to.with_name(to.name + companion))


def _stamp() -> str:
    """Return the moment as a part of a file name."""
    return datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
