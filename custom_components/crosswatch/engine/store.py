"""The state of all pairs: one SQLite file, reached only through here.

Everything here blocks; it is called from worker threads. One transaction a call, so
that a killed process leaves a step of the pipeline either done or not begun.
"""

from datetime import UTC, datetime

from .model import Feature
from .state.blocks import BlockTables
from .state.database import is_damage
from .state.journals import JournalTables
from .state.ledgers import Change, LedgerTables, Planned
from .state.lookups import LookupTables
from .state.reports import KEPT_RUNS, ReportTables
from .state.snapshots import SnapshotState, SnapshotTables

__all__ = ["KEPT_RUNS", "Change", "Planned", "SnapshotState", "Store", "is_damage"]


class Store(
    SnapshotTables,
    LedgerTables,
    JournalTables,
    BlockTables,
    ReportTables,
    LookupTables,
):
    """All that is kept; use `Store.open`."""

    def remember_pair(self, pair_id: str, at: datetime) -> datetime:
        """Return when this pair was first remembered: `at`, for a new one."""
        with self._transaction() as connection:
            # Each start asks for all pairs, and has nothing to write.
            row = connection.execute(
                "SELECT created_at FROM pair WHERE pair_id = ?", (pair_id,)
            ).fetchone()
            if row is None:
                row = (at.timestamp(),)
                connection.execute("INSERT INTO pair VALUES (?, ?)", (pair_id, *row))
        return datetime.fromtimestamp(row[0], UTC)

    def pair_ids(self) -> set[str]:
        """Return the ids of all pairs that are remembered."""
        with self._transaction() as connection:
            return {row[0] for row in connection.execute("SELECT pair_id FROM pair")}

    def forget_pair(self, pair_id: str) -> None:
        """Remove all that is known of a pair."""
        with self._transaction() as connection:
            for table in ("pair", "ledger", "planned", "journal", "report", "last_run"):
                connection.execute(
                    f"DELETE FROM {table} WHERE pair_id = ?",  # noqa: S608
                    (pair_id,),
                )
            connection.execute("DELETE FROM block WHERE scope = ?", (pair_id,))

    def forget_account(self, account_id: str) -> None:
        """Remove the stored snapshots and the blocks of an account."""
        with self._transaction() as connection:
            for table in ("snapshot", "record"):
                connection.execute(
                    f"DELETE FROM {table} WHERE account_id = ?",  # noqa: S608
                    (account_id,),
                )
            connection.execute("DELETE FROM block WHERE scope = ?", (account_id,))

    def forget_feature(self, pair_id: str, feature: Feature) -> None:
        """Begin anew with a feature of a pair: its next run removes nothing.

        For an account whose records have moved elsewhere: what it lacks from then on
        was not lost. What runs have done can still be taken back.
        """
        scope = (pair_id, feature.value)
        where = "WHERE pair_id = ? AND feature = ?"
        with self._transaction() as connection:
            for table in ("ledger", "planned"):
                connection.execute(f"DELETE FROM {table} {where}", scope)  # noqa: S608
            # Nobody can tell any more what became of these.
            connection.execute(
                f"DELETE FROM journal {where} AND outcome IS NULL",  # noqa: S608
                scope,
            )
            connection.execute(f"UPDATE journal SET recorded = 1 {where}", scope)  # noqa: S608

    def forget_snapshot(self, account_id: str, feature: Feature) -> None:
        """Have an account read anew, as if it had never been read."""
        with self._transaction() as connection:
            for table in ("snapshot", "record"):
                connection.execute(
                    f"DELETE FROM {table} "  # noqa: S608
                    "WHERE account_id = ? AND feature = ?",
                    (account_id, feature.value),
                )
