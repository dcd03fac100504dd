"""The ledgers of all pairs, and what their last plans saw."""

from collections.abc import Collection, Sequence
import sqlite3
from typing import Final, NamedTuple

from ..ledger import Decision, LedgerRow
from ..model import Feature
from ..plan import OutcomeKind
from .database import Database

_LEDGER_COLUMNS: Final = ", ".join(LedgerRow._fields)
_LEDGER_MARKS: Final = ", ".join("?" for _ in LedgerRow._fields)


class Planned(NamedTuple):
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


class Change(NamedTuple):
    """The ledger rows that a run writes, and those it no longer needs."""

    rows: Sequence[LedgerRow] = ()
    obsolete: Sequence[int] = ()


class LedgerTables(Database):
    """Keeps what pairs know of items, each of its own."""

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
                f" VALUES (?, ?, {_LEDGER_MARKS})",
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

    def decide(self, pair_id: str, feature: Feature, decision: Decision) -> int:
        """Decide on all removals that a guard has held; return how many there were.

        The next run plans anew.
        """
        with self._transaction() as connection:
            decided = connection.execute(
                "UPDATE ledger SET decision = ?"
                " WHERE pair_id = ? AND feature = ? AND decision = ?",
                (decision, pair_id, feature, Decision.HELD),
            ).rowcount
            self._plan_anew(connection, pair_id, feature)
        return decided

    def reconsider(self, pair_id: str, feature: Feature, keys: Collection[str]) -> int:
        """Forget what was decided on items, and what failed, by any of their keys.

        Return how many items there were.
        """
        wanted = set(keys)
        forgotten = 0
        with self._transaction() as connection:
            rows = connection.execute(
                "SELECT row_id, keys FROM ledger WHERE pair_id = ? AND feature = ?"
                " AND (decision <> '' OR retry_at IS NOT NULL)",
                (pair_id, feature),
            ).fetchall()
            for row_id, text in rows:
                if not wanted.isdisjoint(text.split(" ")):
                    forgotten += 1
                    connection.execute(
                        "UPDATE ledger SET decision = '', attempts = 0,"
                        " retry_at = NULL WHERE row_id = ?",
                        (row_id,),
                    )
            if forgotten:
                self._plan_anew(connection, pair_id, feature)
        return forgotten

    def believe(self, pair_id: str, feature: Feature) -> None:
        """Let the next run believe what it reads, however little that is."""
        with self._transaction() as connection:
            connection.execute(
                "DELETE FROM planned WHERE pair_id = ? AND feature = ?",
                (pair_id, feature),
            )

    @staticmethod
    def _plan_anew(
        connection: sqlite3.Connection, pair_id: str, feature: Feature
    ) -> None:
        """Let the next run plan anew, whether anything changed or not."""
        connection.execute(
            "UPDATE planned SET rules = '' WHERE pair_id = ? AND feature = ?",
            (pair_id, feature),
        )
