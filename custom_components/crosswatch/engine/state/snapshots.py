"""Stored snapshots: what each account listed last."""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from itertools import batched
from typing import Final, NamedTuple

from ..codec import decode_records, decode_value, encode_records
from ..model import Feature, Record, Snapshot, Value
from .database import Database

_COLUMNS: Final = (
    "native_id, keys, kind, ids, title, year, show, season, number, value, seen,"
    " library"
)

# SQLite takes no more than some ten thousand parameters.
_AT_A_TIME: Final = 500


class SnapshotState(NamedTuple):
    """What is known of a stored snapshot without loading it."""

    marker: str
    full_read_at: datetime
    version: int


class SnapshotTables(Database):
    """Keeps the snapshots of accounts, for all pairs that they are in."""

    def record_counts(self, account_id: str) -> dict[Feature, int]:
        """Return how many records the account's stored snapshots have."""
        with self._transaction() as connection:
            rows = connection.execute(
                "SELECT feature, records FROM snapshot WHERE account_id = ?",
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

    def distrust(self, account_id: str, feature: Feature) -> None:
        """Forget the marker of a snapshot, so that the next run reads it anew."""
        with self._transaction() as connection:
            connection.execute(
                "UPDATE snapshot SET marker = '' WHERE account_id = ? AND feature = ?",
                (account_id, feature),
            )

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
                f"SELECT {_COLUMNS} FROM record WHERE account_id = ? AND feature = ?",  # noqa: S608
                (account_id, feature),
            ).fetchall()
        records = decode_records(feature, rows)
        at = datetime.fromtimestamp(state[0], UTC)
        return Snapshot(feature, records, at, state[1])

    def load_records(
        self, account_id: str, feature: Feature, native_ids: Collection[str]
    ) -> dict[str, Record]:
        """Return those of these stored records that there still are."""
        rows: list[tuple[object, ...]] = []
        for names in batched(native_ids, _AT_A_TIME, strict=False):
            marks = ", ".join("?" * len(names))
            with self._transaction() as connection:
                rows += connection.execute(
                    f"SELECT {_COLUMNS} FROM record WHERE account_id = ?"  # noqa: S608
                    f" AND feature = ? AND native_id IN ({marks})",
                    (account_id, feature, *names),
                )
        return decode_records(feature, rows)

    def load_values(
        self, account_id: str, feature: Feature
    ) -> Iterator[tuple[str, Value]]:
        """Yield the native id and the value of each stored record, and nothing else."""
        with self._transaction() as connection:
            rows = connection.execute(
                "SELECT native_id, value FROM record"
                " WHERE account_id = ? AND feature = ?",
                (account_id, feature),
            ).fetchall()
        for native_id, value in rows:
            yield native_id, decode_value(feature, value)

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
                "INSERT OR REPLACE INTO record VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                ((account_id, feature, *row) for row in encode_records(changed)),
            )
            moved = previous is None or (bool(changed or gone) and not as_before)
            connection.execute(
                "INSERT INTO snapshot VALUES (?, ?, ?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET marker = excluded.marker,"
                " full_read_at = excluded.full_read_at, version = version + ?,"
                " records = excluded.records",
                (
                    account_id,
                    feature,
                    snapshot.marker,
                    snapshot.full_read_at.timestamp(),
                    1,
                    len(new),
                    moved,
                ),
            )
            row = connection.execute(
                "SELECT version FROM snapshot WHERE account_id = ? AND feature = ?",
                (account_id, feature),
            ).fetchone()
        version: int = row[0]
        return version
