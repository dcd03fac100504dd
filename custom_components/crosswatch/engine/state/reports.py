"""The reports of the last runs."""

from typing import Final
import zlib

from ..codec import decode_report, encode_report
from ..report import Report
from .database import Database

# How many runs of a pair can be looked up, explained and taken back.
KEPT_RUNS: Final = 20


class ReportTables(Database):
    """Keeps the reports of the last runs of each pair."""

    def report(self, pair_id: str, run_id: str) -> Report | None:
        """Return the report of a run, None where it is not known any more."""
        with self._transaction() as connection:
            row = connection.execute(
                "SELECT body FROM report WHERE pair_id = ? AND run_id = ?",
                (pair_id, run_id),
            ).fetchone()
        return decode_report(zlib.decompress(row[0]).decode()) if row else None

    def save_report(self, report: Report) -> None:
        """Keep a report, and let go of the oldest ones and their journal."""
        body = zlib.compress(encode_report(report).encode(), 1)
        short = encode_report(report.without_items())
        with self._transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO report VALUES (?, ?, ?, ?)",
                (report.run_id, report.pair_id, report.started.timestamp(), body),
            )
            connection.execute(
                "INSERT OR REPLACE INTO last_run VALUES (?, ?)",
                (report.pair_id, short),
            )
            connection.execute(
                "DELETE FROM report WHERE pair_id = ?1 AND run_id NOT IN"
                " (SELECT run_id FROM report WHERE pair_id = ?1"
                " ORDER BY started_at DESC LIMIT ?2)",
                (report.pair_id, KEPT_RUNS),
            )
            connection.execute(
                "DELETE FROM journal WHERE pair_id = ?1 AND recorded = 1"
                " AND run_id NOT IN (SELECT run_id FROM report WHERE pair_id = ?1)"
                " AND sent_at < (SELECT MIN(started_at) FROM report"
                " WHERE pair_id = ?1)",
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

    def last_run(self, pair_id: str) -> Report | None:
        """Return the report of the last run without its items, which may be many."""
        with self._transaction() as connection:
            row = connection.execute(
                "SELECT body FROM last_run WHERE pair_id = ?", (pair_id,)
            ).fetchone()
        if row is not None:
            return decode_report(row[0])
        # An older release has made it.
        report = self.last_report(pair_id)
        return report.without_items() if report else None
