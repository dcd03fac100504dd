"""The state file itself: opened, brought up to date, and one transaction at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
import sqlite3
from threading import Lock
from typing import Self

from .schema import migrate


class Database:
    """The open state file. Opening it may raise OSError or sqlite3.OperationalError."""

    def __init__(self, connection: sqlite3.Connection, set_aside: Path | None) -> None:
        """Keep an open connection; use `open` instead."""
        self._connection = connection
        self._lock = Lock()
        self.set_aside = set_aside

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the state, and make it if there is none.

        A damaged file is set aside under another name, never deleted, and the state
        begins anew: every pair then runs as if for the first time.
        """
        try:
            return cls(_connect(path), None)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            aside = _set_aside(path)
        return cls(_connect(path), aside)

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
