"""The journal: every operation, before it is sent and after."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from ..codec import decode_operation, encode_operation
from ..model import Feature
from ..plan import Operation, Outcome, OutcomeKind, Reason
from .database import Database


class LostRun(NamedTuple):
    """A run whose process ended before it could tell what it had done."""

    run_id: str
    started: datetime
    ended: datetime
    outcomes: Sequence[Outcome]


class JournalTables(Database):
    """Keeps what was sent, and what came of it."""

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

    def done_by(self, pair_id: str, run_id: str) -> list[Outcome]:
        """Return what a run has done, in the order in which it did it."""
        with self._transaction() as connection:
            rows = connection.execute(
                "SELECT operation, native_id FROM journal WHERE pair_id = ?"
                " AND run_id = ? AND outcome = ? ORDER BY entry_id",
                (pair_id, run_id, OutcomeKind.APPLIED),
            ).fetchall()
        return [
            Outcome(
                decode_operation(text), OutcomeKind.APPLIED, native_id=native_id or ""
            )
            for text, native_id in rows
        ]

    def changing_runs(self, pair_id: str) -> dict[str, datetime]:
        """Return when the runs that changed something began to, the newest first."""
        with self._transaction() as connection:
            rows = connection.execute(
                "SELECT run_id, MIN(sent_at) FROM journal"
                " WHERE pair_id = ? AND outcome = ? GROUP BY run_id"
                " ORDER BY MIN(sent_at) DESC",
                (pair_id, OutcomeKind.APPLIED),
            ).fetchall()
        return {run_id: datetime.fromtimestamp(at, UTC) for run_id, at in rows}

    def lost_runs(self, pair_id: str) -> list[LostRun]:
        """Return the runs that ended before their report was kept."""
        with self._transaction() as connection:
            rows = connection.execute(
                "SELECT run_id, operation, outcome, reason, native_id, sent_at"
                " FROM journal WHERE pair_id = ?1 AND run_id NOT IN"
                " (SELECT run_id FROM report WHERE pair_id = ?1)"
                # What is older has been let go of.
                " AND sent_at >= (SELECT COALESCE(MIN(started_at), 0) FROM report"
                " WHERE pair_id = ?1) ORDER BY entry_id",
                (pair_id,),
            ).fetchall()
        lost: defaultdict[str, list[tuple[datetime, Outcome]]] = defaultdict(list)
        for run_id, text, kind, reason, native_id, sent_at in rows:
            outcome = Outcome(
                decode_operation(text),
                OutcomeKind(kind) if kind else OutcomeKind.UNKNOWN,
                Reason(reason) if reason else None,
                native_id or "",
            )
            lost[run_id].append((datetime.fromtimestamp(sent_at, UTC), outcome))
        return [
            LostRun(run_id, sent[0][0], sent[-1][0], [outcome for _, outcome in sent])
            for run_id, sent in lost.items()
        ]
