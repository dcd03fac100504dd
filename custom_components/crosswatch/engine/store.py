"""The state of all pairs: one SQLite file, reached only through here.

Everything here blocks; it is called from worker threads. One transaction a call, so
that a killed process leaves a step of the pipeline either done or not begun.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
import sqlite3
from threading import Lock
from typing import Final, Self
import zlib

from .codec import (
    decode_operation,
    decode_records,
    decode_report,
    encode_operation,
    encode_records,
    encode_report,
)
from .ledger import LedgerRow
from .model import Feature, Snapshot
from .plan import Operation, Outcome, OutcomeKind, Reason
from .report import Report
from .schema import migrate

# How many runs of a pair can be looked up, explained and taken back.
KEPT_RUNS: Final = 20

_LEDGER_COLUMNS: Final = ", ".join(LedgerRow._fields)


@dataclass(frozen=True, slots=True)
class SnapshotState:
    """What is known of a stored snapshot without loading it."""

    marker: str
    full_read_at: datetime
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What the last plan of a pair and feature saw, and what it left alone.

    `rules` stands for the pair's settings at that time. `items` is the text of the
    items it skipped. With `valid_until` something is to be tried again by then.
    """

    rules: str
    source_version: int
    target_version: int
    source_count: int
    target_count: int
    valid_until: float | None
    items: str


@dataclass(frozen=True, slots=True)
class Change:
    """The ledger rows that a run writes, and those it no longer needs."""

    rows: Sequence[LedgerRow] = ()
    obsolete: Sequence[int] = ()


class Store:
    """The state file. Opening it may raise OSError or sqlite3.OperationalError."""

    def __init__(self, connection: sqlite3.Connection, set_aside: Path | None) -> None:
        """Keep an open connection; use `Store.open` instead."""
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

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    # Pairs and accounts

    def remember_pair(self, pair_id: str, at: datetime) -> datetime:
        """Return when this pair was first remembered: `at`, for a new one."""
        with self._transaction() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO pair VALUES (?, ?)", (pair_id, at.timestamp())
            )
            row = connection.execute(
                "SELECT created_at FROM pair WHERE pair_id = ?", (pair_id,)
            ).fetchone()
        return datetime.fromtimestamp(row[0], UTC)

    def pair_ids(self) -> set[str]:
        """Return the ids of all pairs that are remembered."""
        with self._transaction() as connection:
            return {row[0] for row in connection.execute("SELECT pair_id FROM pair")}

    def forget_pair(self, pair_id: str) -> None:
        """Remove all that is known of a pair."""
        with self._transaction() as connection:
            for table in ("pair", "ledger", "planned", "journal", "report"):
                connection.execute(
                    f"DELETE FROM {table} WHERE pair_id = ?",  # noqa: S608
                    (pair_id,),
                )

    def forget_account(self, account_id: str) -> None:
        """Remove the stored snapshots of an account."""
        with self._transaction() as connection:
            for table in ("snapshot", "record"):
                connection.execute(
                    f"DELETE FROM {table} WHERE account_id = ?",  # noqa: S608
                    (account_id,),
                )

    # Snapshots

    def record_counts(self, account_id: str) -> dict[Feature, int]:
        """Return how many records the account's stored snapshots have."""
        with self._transaction() as connection:
            rows = connection.execute(
                "SELECT snapshot.feature, COUNT(native_id) FROM snapshot"
                " LEFT JOIN record USING (account_id, feature)"
                " WHERE snapshot.account_id = ? GROUP BY snapshot.feature",
                (account_id,),
            ).fetchall()
        return {Feature(feature): count for feature, count in rows}

    def snapshot_state(self, account_id: str, feature: Feature) -> SnapshotState | None:
        """Return what is known of a stored snapshot, None where there is none."""
        with self._transaction() as connection:
            row = connection.execute(
                "SELECT marker, full_read_at, version FROM snapshot"
                " WHERE account_id = ? AND feature = ?",
                (account_id, feature),
            ).fetchone()
        if row is None:
            return None
        return SnapshotState(row[0], datetime.fromtimestamp(row[1], UTC), row[2])

    def load_snapshot(self, account_id: str, feature: Feature) -> Snapshot | None:
        """Return a stored snapshot, None where there is none."""
        with self._transaction() as connection:
            state = connection.execute(
                "SELECT full_read_at, marker FROM snapshot"
                " WHERE account_id = ? AND feature = ?",
                (account_id, feature),
            ).fetchone()
            if state is None:
                return None
            rows = connection.execute(
                "SELECT native_id, keys, kind, ids, title, year, show, season, number,"
                " value, seen FROM record WHERE account_id = ? AND feature = ?",
                (account_id, feature),
            ).fetchall()
        records = decode_records(feature, rows)
        at = datetime.fromtimestamp(state[0], UTC)
        return Snapshot(feature, records, at, state[1])

    def save_snapshot(
        self,
        account_id: str,
        snapshot: Snapshot,
        previous: Snapshot | None,
        *,
        as_before: bool = False,
    ) -> int:
        """Store a snapshot and return its version, which moves with its records.

        `previous` is the one that is stored; only what differs is written. With
        `as_before` the version stays: no plan could come out differently.
        """
        feature = snapshot.feature
        old = previous.records if previous else {}
        new = snapshot.records
        changed = [each for name, each in new.items() if old.get(name) is not each]
        gone = [name for name in old if name not in new]
        with self._transaction() as connection:
            if previous is None:
                connection.execute(
                    "DELETE FROM record WHERE account_id = ? AND feature = ?",
                    (account_id, feature),
                )
            connection.executemany(
                "DELETE FROM record"
                " WHERE account_id = ? AND feature = ? AND native_id = ?",
                ((account_id, feature, name) for name in gone),
            )
            connection.executemany(
                "INSERT OR REPLACE INTO record VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
                ((account_id, feature, *row) for row in encode_records(changed)),
            )
            moved = previous is None or (bool(changed or gone) and not as_before)
            connection.execute(
                "INSERT INTO snapshot VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET marker = excluded.marker,"
                " full_read_at = excluded.full_read_at, version = version + ?",
                (
                    account_id,
                    feature,
                    snapshot.marker,
                    snapshot.full_read_at.timestamp(),
                    1,
                    moved,
                ),
            )
            row = connection.execute(
                "SELECT version FROM snapshot WHERE account_id = ? AND feature = ?",
                (account_id, feature),
            ).fetchone()
        version: int = row[0]
        return version

    # The ledger

    def load_ledger(self, pair_id: str, feature: Feature) -> list[LedgerRow]:
        """Return the ledger of a pair and feature."""
        with self._transaction() as connection:
            rows = connection.execute(
                f"SELECT {_LEDGER_COLUMNS} FROM ledger"  # noqa: S608
                " WHERE pair_id = ? AND feature = ?",
                (pair_id, feature),
            )
            return list(map(LedgerRow._make, rows))

    def load_planned(self, pair_id: str, feature: Feature) -> Planned | None:
        """Return what the last plan saw, None where there was none."""
        with self._transaction() as connection:
            row = connection.execute(
                "SELECT rules, source_version, target_version, source_count,"
                " target_count, valid_until, items FROM planned"
                " WHERE pair_id = ? AND feature = ?",
                (pair_id, feature),
            ).fetchone()
        if row is None:
            return None
        return Planned(
            rules=row[0],
            source_version=row[1],
            target_version=row[2],
            source_count=row[3],
            target_count=row[4],
            valid_until=row[5],
            items=row[6],
        )

    def record(
        self, pair_id: str, feature: Feature, change: Change, planned: Planned | None
    ) -> None:
        """Write what a run learnt; with `planned` None the next run plans anew."""
        with self._transaction() as connection:
            connection.executemany(
                "DELETE FROM ledger WHERE row_id = ?",
                ((row_id,) for row_id in change.obsolete),
            )
            connection.executemany(
                "INSERT OR REPLACE INTO ledger"  # noqa: S608
                f" (pair_id, feature, {_LEDGER_COLUMNS})"
                " VALUES (?, ?, ?,?,?,?,?,?,?,?,?,?,?,?,?)",
                ((pair_id, feature, *row) for row in change.rows),
            )
            connection.execute(
                "UPDATE journal SET recorded = 1 WHERE pair_id = ? AND feature = ?"
                " AND recorded = 0 AND outcome IS NOT NULL AND outcome <> ?",
                (pair_id, feature, OutcomeKind.UNKNOWN),
            )
            connection.execute(
                "DELETE FROM planned WHERE pair_id = ? AND feature = ?",
                (pair_id, feature),
            )
            if planned:
                connection.execute(
                    "INSERT INTO planned VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        pair_id,
                        feature,
                        planned.rules,
                        planned.source_version,
                        planned.target_version,
                        planned.source_count,
                        planned.target_count,
                        planned.valid_until,
                        planned.items,
                    ),
                )

    # The journal

    def open_journal(
        self,
        run_id: str,
        pair_id: str,
        operations: Sequence[Operation],
        at: datetime,
    ) -> range:
        """Write down operations that are about to be sent; return their entries."""
        with self._transaction() as connection:
            first = connection.execute(
                "SELECT COALESCE(MAX(entry_id), 0) + 1 FROM journal"
            ).fetchone()[0]
            entries = range(first, first + len(operations))
            connection.executemany(
                "INSERT INTO journal"
                " (entry_id, run_id, pair_id, feature, operation, sent_at)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (
                    (
                        entry,
                        run_id,
                        pair_id,
                        each.feature,
                        encode_operation(each),
                        at.timestamp(),
                    )
                    for entry, each in zip(entries, operations, strict=True)
                ),
            )
        return entries

    def settle_journal(self, outcomes: Mapping[int, Outcome]) -> None:
        """Write down what came of operations, by their entries."""
        with self._transaction() as connection:
            connection.executemany(
                "UPDATE journal SET outcome = ?, reason = ?, native_id = ?"
                " WHERE entry_id = ?",
                (
                    (outcome.kind, outcome.reason, outcome.native_id, entry)
                    for entry, outcome in outcomes.items()
                ),
            )

    def unsettled(self, pair_id: str, feature: Feature) -> dict[int, Operation]:
        """Return the operations of earlier runs of which nobody knows what came."""
        with self._transaction() as connection:
            rows = connection.execute(
                "SELECT entry_id, operation FROM journal"
                " WHERE pair_id = ? AND feature = ? AND recorded = 0"
                " AND (outcome IS NULL OR outcome = ?)",
                (pair_id, feature, OutcomeKind.UNKNOWN),
            ).fetchall()
        return {entry: decode_operation(text) for entry, text in rows}

    def unrecorded(self, pair_id: str, feature: Feature) -> list[Outcome]:
        """Return what came of operations whose run ended before it told the ledger."""
        with self._transaction() as connection:
            rows = connection.execute(
                "SELECT operation, outcome, reason, native_id FROM journal"
                " WHERE pair_id = ? AND feature = ? AND recorded = 0"
                " AND outcome IS NOT NULL AND outcome <> ? ORDER BY entry_id",
                (pair_id, feature, OutcomeKind.UNKNOWN),
            ).fetchall()
        return [
            Outcome(
                decode_operation(text),
                OutcomeKind(kind),
                Reason(reason) if reason else None,
                native_id,
            )
            for text, kind, reason, native_id in rows
        ]

    # Reports

    def save_report(self, report: Report) -> None:
        """Keep a report, and let go of the oldest ones and their journal."""
        body = zlib.compress(encode_report(report).encode(), 1)
        with self._transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO report VALUES (?, ?, ?, ?)",
                (report.run_id, report.pair_id, report.started.timestamp(), body),
            )
            connection.execute(
                "DELETE FROM report WHERE pair_id = ?1 AND run_id NOT IN"
                " (SELECT run_id FROM report WHERE pair_id = ?1"
                " ORDER BY started_at DESC LIMIT ?2)",
                (report.pair_id, KEPT_RUNS),
            )
            connection.execute(
                "DELETE FROM journal WHERE pair_id = ?1 AND recorded = 1"
                " AND run_id NOT IN"
                " (SELECT run_id FROM report WHERE pair_id = ?1)",
                (report.pair_id,),
            )

    def last_report(self, pair_id: str) -> Report | None:
        """Return the report of the last run, None where there was none."""
        with self._transaction() as connection:
            row = connection.execute(
                "SELECT body FROM report WHERE pair_id = ?"
                " ORDER BY started_at DESC LIMIT 1",
                (pair_id,),
            ).fetchone()
        return decode_report(zlib.decompress(row[0]).decode()) if row else None

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
