"""The state file itself: opened, brought up to date, and one transaction at a time."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
import sqlite3
from threading import Lock
from typing import Self

from .schema import migrate


class Database:
    """The open state file. Opening it may raise OSError or sqlite3.OperationalError."""

    def __init__(
        self, path: Path, connection: sqlite3.Connection, set_aside: Path | None
    ) -> None:
        """Keep an open connection; use `open` instead."""
        self._path = path
        self._connection = connection
        self._lock = Lock()
        self.set_aside = set_aside
        # A new file needs no look.
        self.checked = set_aside is not None

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the state, and make it if there is none.

        What is no state file is set aside under another name, never deleted, and the
        state begins anew: every pair then runs as if for the first time.
        """
        try:
            return cls(path, _connect(path), None)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            aside = _set_aside(path)
        return cls(path, _connect(path), aside)

    def check(self) -> None:
        """Look through the whole file, once; set it aside as `open` does if damaged.

        That takes a while with many records: it is for whoever is about to rely on
        them, and nothing that a start waits for.
        """
        with self._lock:
            if self.checked:
                return
            if self.set_aside is not None or not _is_sound(self._connection):
                self._begin_anew()
            self.checked = True

    def _begin_anew(self) -> None:
        """Set the damaged file aside and open a new one; both can be tried again."""
        self._connection.close()
        try:
            self.set_aside = self.set_aside or _set_aside(self._path)
        finally:
            self._connection = _connect(self._path)

    def schema(self) -> int:
        """Return the version of what the tables of the file look like."""
        with self._transaction() as connection:
            row = connection.execute("PRAGMA user_version").fetchone()
        version: int = row[0]
        return version

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """Hold the connection for one transaction; only one thread has it."""
        with self._lock, self._connection as connection:
            yield connection


def is_damage(err: sqlite3.Error) -> bool:
    """Tell whether an error says that the file cannot be read as what it is."""
    # The extended codes of SQLite hold the primary one in their lowest byte.
    code = getattr(err, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF
    return code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def _is_sound(connection: sqlite3.Connection) -> bool:
    """Tell whether the structure of the file is as it should be."""
    try:
        with closing(connection.execute("PRAGMA quick_check(1)")) as rows:
            verdict: tuple[str] = rows.fetchone()
    except sqlite3.DatabaseError as err:
        if is_damage(err):
            return False
        raise
    return verdict == ("ok",)


def _connect(path: Path) -> sqlite3.Connection:
    """Open the file, in WAL mode and at the newest schema."""
    connection = sqlite3.connect(path, check_same_thread=False, timeout=10)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        migrate(connection)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _set_aside(path: Path) -> Path:
    """Rename a damaged file and its companions; return the new name."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")
    aside = path.with_name(f"{path.name}.damaged-{stamp}")
    for suffix in ("", "-wal", "-shm"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(aside.with_name(aside.name + suffix))
    return aside
