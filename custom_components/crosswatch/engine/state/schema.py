"""The tables of the state file, and the way from older versions to this one."""

from collections.abc import Sequence
from contextlib import closing
import sqlite3
from typing import Final

# One script a version; a file of version n still needs those from n on.
# Moments are seconds since 1970. `record`: one record of a stored snapshot.
# `ledger`: see ledger.py. `planned`: what the last plan of a pair and feature saw and
# left alone, so that a run in which nothing changed need not plan anew.
# `journal`: an operation before it is sent, what came of it, and whether the ledger
# knows. `block`: see blocks.py; its scope is a pair or an account. `lookup`: what
# informants have answered, empty where they know nothing. What a start shows is read
# without the many rows behind it: `snapshot.records` counts those of `record`, and
# `last_run` is the newest of `report` without its items.
MIGRATIONS: Final[Sequence[str]] = (
    """
    CREATE TABLE pair (pair_id TEXT PRIMARY KEY, created_at REAL NOT NULL);
    CREATE TABLE snapshot (
        account_id TEXT NOT NULL, feature TEXT NOT NULL, marker TEXT NOT NULL,
        full_read_at REAL NOT NULL, version INTEGER NOT NULL,
        PRIMARY KEY (account_id, feature)
    );
    CREATE TABLE record (
        account_id TEXT NOT NULL, feature TEXT NOT NULL, native_id TEXT NOT NULL,
        keys TEXT NOT NULL, kind TEXT NOT NULL, ids TEXT NOT NULL, title TEXT NOT NULL, year INTEGER,
        show TEXT NOT NULL, season INTEGER, number INTEGER, value TEXT NOT NULL,
        seen INTEGER NOT NULL,
        PRIMARY KEY (account_id, feature, native_id)
    ) WITHOUT ROWID;
    CREATE TABLE ledger (
        row_id INTEGER PRIMARY KEY, pair_id TEXT NOT NULL, feature TEXT NOT NULL,
        keys TEXT NOT NULL, source_native TEXT NOT NULL, target_native TEXT NOT NULL,
        source_value TEXT NOT NULL, target_value TEXT NOT NULL,
        source_seen_at REAL, target_seen_at REAL,
        source_gone_at REAL, target_gone_at REAL,
        attempts INTEGER NOT NULL, retry_at REAL, failure TEXT NOT NULL
    );
    CREATE INDEX ledger_of_pair ON ledger (pair_id, feature);
    CREATE TABLE planned (
        pair_id TEXT NOT NULL, feature TEXT NOT NULL, rules TEXT NOT NULL,
        source_version INTEGER NOT NULL, target_version INTEGER NOT NULL,
        source_count INTEGER NOT NULL, target_count INTEGER NOT NULL,
        valid_until REAL, items TEXT NOT NULL,
        PRIMARY KEY (pair_id, feature)
    );
    CREATE TABLE journal (
        entry_id INTEGER PRIMARY KEY, run_id TEXT NOT NULL, pair_id TEXT NOT NULL,
        feature TEXT NOT NULL, operation TEXT NOT NULL, sent_at REAL NOT NULL,
        outcome TEXT, reason TEXT, native_id TEXT,
        recorded INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX journal_to_record ON journal (pair_id, feature) WHERE recorded = 0;
    CREATE INDEX journal_of_run ON journal (pair_id, run_id);
    CREATE TABLE report (
        run_id TEXT PRIMARY KEY, pair_id TEXT NOT NULL, started_at REAL NOT NULL,
        body BLOB NOT NULL
    );
    CREATE INDEX report_of_pair ON report (pair_id, started_at);
    """,
    """
    ALTER TABLE record ADD COLUMN library TEXT NOT NULL DEFAULT '';
    ALTER TABLE ledger ADD COLUMN decision TEXT NOT NULL DEFAULT '';
    ALTER TABLE ledger ADD COLUMN replaced TEXT NOT NULL DEFAULT '';
    ALTER TABLE ledger ADD COLUMN source_library TEXT NOT NULL DEFAULT '';
    ALTER TABLE ledger ADD COLUMN target_library TEXT NOT NULL DEFAULT '';
    CREATE TABLE block (
        block_id INTEGER PRIMARY KEY AUTOINCREMENT, scope TEXT NOT NULL, feature TEXT NOT NULL,
        kind TEXT NOT NULL, ids TEXT NOT NULL, show_ids TEXT NOT NULL,
        title TEXT NOT NULL, year INTEGER, season INTEGER, number INTEGER,
        created_at REAL NOT NULL
    );
    CREATE INDEX block_of_scope ON block (scope);
    """,
    """
    ALTER TABLE ledger ADD COLUMN evidence TEXT NOT NULL DEFAULT '';
    CREATE TABLE lookup (
        informant TEXT NOT NULL, key TEXT NOT NULL, evidence TEXT NOT NULL,
        valid_until REAL NOT NULL,
        PRIMARY KEY (informant, key)
    ) WITHOUT ROWID;
    """,
    """
    ALTER TABLE snapshot ADD COLUMN records INTEGER NOT NULL DEFAULT 0;
    UPDATE snapshot SET records = (
        SELECT COUNT(*) FROM record WHERE record.account_id = snapshot.account_id
        AND record.feature = snapshot.feature
    );
    CREATE TABLE last_run (pair_id TEXT PRIMARY KEY, body TEXT NOT NULL);
    """,
)


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the file to the newest version.

    Raises sqlite3.DatabaseError for what is no state file, and for one that a newer
    release has written: what it means is not known here.
    """
    with closing(connection.execute("PRAGMA user_version")) as rows:
        version = rows.fetchone()[0]
    if version > len(MIGRATIONS):
        raise sqlite3.DatabaseError("the file was written by a newer release")
    for number, script in enumerate(MIGRATIONS[version:], version + 1):
        connection.executescript(
            f"BEGIN;{script};PRAGMA user_version = {number};COMMIT;"
        )
