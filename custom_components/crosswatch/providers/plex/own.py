"""What we wrote to a Plex server, and what each of it was meant to say.

Plex dates whatever is written to it with the moment of writing. So that a play of years
ago does not come back as one of today, this file keeps the server's own stamp of each
play that we wrote, and the date that was meant. It also keeps the ids of titles of
Plex's catalogue, each of which takes a request to find out.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
import json
import logging
from pathlib import Path
import sqlite3
from typing import Final, NamedTuple

from ...engine.provider import ProviderUnavailableError
from .files import COMPANIONS

_LOGGER = logging.getLogger(__name__)

SCHEMA_VERSION: Final = 1
_SCHEMA: Final = (
    """
    CREATE TABLE plays (
        id INTEGER PRIMARY KEY,
        title TEXT NOT NULL,
        stamp INTEGER NOT NULL,
        meant INTEGER,
        views INTEGER NOT NULL,
        pending INTEGER NOT NULL
    ) STRICT
    """,
    "CREATE INDEX plays_title ON plays (title)",
    """
    CREATE TABLE positions (
        title TEXT PRIMARY KEY, stamp INTEGER NOT NULL, meant INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE titles (
        name TEXT PRIMARY KEY, ids TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
)
_BUSY_TIMEOUT: Final = 10.0


class OwnPlay(NamedTuple):
    """A play that we wrote: when by the server's clock, and the date that was meant.

    `meant` is None for what stands for no play any more, as it was taken away while
    others of its title stay. `views` is how many views the title had with it. While
    it is `pending`, no answer has told the server's stamp: it is ours then, and `views`
    is what the title had before.
    """

    stamp: int
    meant: int | None
    views: int
    pending: bool = False
    id: int = 0


class Own:
    """The file of one account; every method blocks, and belongs into a thread."""

    def __init__(self, path: Path) -> None:
        """Take the place of the file, which the first write makes."""
        self._path = path

    def plays(self) -> Mapping[str, list[OwnPlay]]:
        """Return all plays that we wrote, by title, oldest first."""
        found: defaultdict[str, list[OwnPlay]] = defaultdict(list)
        with self._opened() as database:
            if database is not None:
                rows = database.execute(
                    "SELECT title, stamp, meant, views, pending, id FROM plays"
                    " ORDER BY stamp, id"
                )
                for title, stamp, meant, views, pending, number in rows:
                    play = OwnPlay(stamp, meant, views, bool(pending), number)
                    found[title].append(play)
        return found

    def positions(self) -> Mapping[str, tuple[int, int]]:
        """Return the server's stamp and the meant date of positions that we wrote."""
        with self._opened() as database:
            if database is None:
                return {}
            rows = database.execute("SELECT title, stamp, meant FROM positions")
            return {title: (stamp, meant) for title, stamp, meant in rows}

    def titles(self) -> Mapping[str, Mapping[str, str]]:
        """Return the ids of titles of Plex's catalogue."""
        with self._opened() as database:
            if database is None:
                return {}
            rows = database.execute("SELECT name, ids FROM titles")
            return {name: json.loads(ids) for name, ids in rows}

    def add(self, plays: Iterable[tuple[str, OwnPlay]]) -> list[int]:
        """Keep plays, each with its title, and return what they can be named by."""
        numbers: list[int] = []
        with self._changing() as database:
            for title, play in plays:
                cursor = database.execute(
                    "INSERT INTO plays (title, stamp, meant, views, pending)"
                    " VALUES (?, ?, ?, ?, ?)",
                    (title, play.stamp, play.meant, play.views, play.pending),
                )
                numbers.append(cursor.lastrowid or 0)
        return numbers

    def settle(self, settled: Iterable[OwnPlay], dropped: Iterable[int]) -> None:
        """Keep what is known of plays by now, and forget those that there are not."""
        with self._changing() as database:
            database.executemany(
                "UPDATE plays SET stamp = ?, meant = ?, views = ?, pending = ?"
                " WHERE id = ?",
                [
                    (play.stamp, play.meant, play.views, play.pending, play.id)
                    for play in settled
                ],
            )
            database.executemany(
                "DELETE FROM plays WHERE id = ?", [(number,) for number in dropped]
            )

    def keep_positions(self, positions: Iterable[tuple[str, int, int]]) -> None:
        """Keep the stamps and the meant dates of positions, by title."""
        with self._changing() as database:
            database.executemany(
                "INSERT OR REPLACE INTO positions VALUES (?, ?, ?)", list(positions)
            )

    def keep_titles(self, titles: Mapping[str, Mapping[str, str]]) -> None:
        """Keep the ids of titles of Plex's catalogue."""
        with self._changing() as database:
            database.executemany(
                "INSERT OR REPLACE INTO titles VALUES (?, ?)",
                [(name, json.dumps(dict(ids))) for name, ids in titles.items()],
            )

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        """Make all changes of the block at once; the file is made where it lacks."""
        with self._opened(make=True) as database:
            assert database is not None
            database.execute("BEGIN IMMEDIATE")
            try:
                yield database
                database.execute("COMMIT")
            finally:
                if database.in_transaction:
                    database.execute("ROLLBACK")

    @contextmanager
    def _opened(self, *, make: bool = False) -> Iterator[sqlite3.Connection | None]:
        """Open the file for one call; None where there is none yet.

        What it holds can be done without, other than what is on the server: a damaged
        file is set aside, and another one begun.
        """
        try:
            if not make and not self._path.exists():
                yield None
                return
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(self._connected()) as database:
                yield database
        except (sqlite3.Error, OSError) as err:
            raise ProviderUnavailableError(
                f"The file {self._path.name} of the Plex account cannot be used:"
                f" {type(err).__name__}"
            ) from err

    def _connected(self) -> sqlite3.Connection:
        """Return the file, whole and of the present form."""
        try:
            return self._connect()
        except sqlite3.DatabaseError as err:
            if isinstance(err, sqlite3.OperationalError):
                raise
        aside = self._path.with_name(
            f"{self._path.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
        )
        _LOGGER.warning(
            "The file %s is damaged and was set aside as %s: plays that were copied to"
            " Plex before are dated by the moment of copying from now on",
            self._path.name,
            aside.name,
        )
        for companion in COMPANIONS:
            beside = self._path.with_name(self._path.name + companion)
            if beside.exists():
                beside.rename(aside.with_name(aside.name + companion))
        return self._connect()

    def _connect(self) -> sqlite3.Connection:
        """Connect, and make the tables of a new file."""
        database = sqlite3.connect(
            self._path, timeout=_BUSY_TIMEOUT, isolation_level=None
        )
        try:
            if _version(database) < SCHEMA_VERSION:
                database.execute("BEGIN IMMEDIATE")
                # Another thread may have been first.
                if _version(database) < SCHEMA_VERSION:
                    for statement in _SCHEMA:
                        database.execute(statement)
                    database.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
                database.execute("COMMIT")
        except sqlite3.Error:
            database.close()
            raise
        return database


def _version(database: sqlite3.Connection) -> int:
    """Return the version of a file's form, 0 for a new one."""
    (version,) = database.execute("PRAGMA user_version").fetchone()
    return int(version)
