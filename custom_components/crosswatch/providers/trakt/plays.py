"""The history as plays: records made of them, and a delta brought in.

A record's `count` is the number of all its plays, those without a date included,
while `plays` has only those with one. So the counts of a complete snapshot add up to
the number of plays that Trakt announces, which proves that a delta is complete.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from ...engine.ids import item_keys
from ...engine.model import Feature, Item, Play, Record, Snapshot, Watched
from .mapping import PlayRow

# Trakt keeps the minute only; whether it rounds or cuts makes no difference then.
_MINUTE: Final = timedelta(minutes=1)


def snapshot_of(rows: Iterable[PlayRow], at: datetime) -> Snapshot:
    """Return the history that consists of these plays."""
    grouped = by_title(rows)
    records = [_record(native_id, group) for native_id, group in grouped.items()]
    return Snapshot.of(Feature.HISTORY, records, at)


def by_title(rows: Iterable[PlayRow]) -> Mapping[str, list[PlayRow]]:
    """Return the plays of each title."""
    grouped: defaultdict[str, list[PlayRow]] = defaultdict(list)
    for row in rows:
        grouped[row.native_id].append(row)
    return grouped


def count_of(snapshot: Snapshot) -> int:
    """Return the number of plays in a history."""
    return sum(map(_count, snapshot.records.values()))


def newest_seen(snapshot: Snapshot) -> datetime | None:
    """Return the date of the newest play in a record that was listed."""
    dates = (
        at
        for record in snapshot.records.values()
        if record.seen and (at := _watched(record).at) is not None
    )
    return max(dates, default=None)


def merged(previous: Snapshot, rows: Iterable[PlayRow], total: int) -> Snapshot | None:
    """Return the history with these plays brought in, or None if it is not complete.

    Plays that we wrote ourselves and that are listed now give way to the listed ones.
    It is complete if it has as many plays then as Trakt, which lists `total`. A play
    that was removed while another one was added out of sight would go unnoticed: no
    cheap request tells of it, only the next full read.
    """
    known = {
        play.native_id: play.at
        for record in previous.records.values()
        for play in _watched(record).plays
    }
    new: list[PlayRow] = []
    for row in rows:
        if row.play_id not in known:
            new.append(row)
        elif row.at != known[row.play_id]:
            # Its date was changed, and so may those out of sight have been.
            return None
    if not new:
        return previous if count_of(previous) == total else None
    own = _own_records(previous, {key for row in new for key in item_keys(row.item)})
    changed: dict[str, Record] = {}
    removed: set[str] = set()
    for native_id, group in by_title(new).items():
        held = _written(group[0].item, own, removed)
        removed.update(held)
        if (base := previous.records.get(native_id)) is not None:
            held[native_id] = base
        changed[native_id] = _joined(native_id, group, held.values())
    result = previous.updated(changed.values(), removed - changed.keys())
    return result if count_of(result) == total else None


@dataclass(slots=True)
class _Titled:
    """All that is known of one title's plays."""

    listed: list[Play] = field(default_factory=list)
    unlisted: list[datetime] = field(default_factory=list)
    undated: int = 0

    def hold(self, record: Record) -> None:
        """Take in what a record holds: listed plays, and those we wrote ourselves."""
        value = _watched(record)
        plays = value.plays
        if not plays and not record.seen and value.at is not None:
            plays = (Play(value.at),)
        for play in plays:
            if play.native_id:
                self.listed.append(play)
            else:
                self.unlisted.append(play.at)
        self.undated += max(_count(record) - len(plays), 0)

    def see(self, row: PlayRow) -> None:
        """Take in a play that is listed now; it may be one that we wrote."""
        if row.at is None:
            self.undated += 1
            return
        self.listed.append(Play(row.at, row.play_id))
        for at in self.unlisted:
            if abs(at - row.at) < _MINUTE:
                self.unlisted.remove(at)
                return

    def value(self) -> Watched:
        """Return all plays as one value."""
        plays = [*self.listed, *(Play(at) for at in self.unlisted)]
        plays.sort(key=lambda play: play.at)
        count = len(plays) + self.undated
        return Watched(plays[-1].at if plays else None, tuple(plays), count)


def _record(native_id: str, rows: Sequence[PlayRow]) -> Record:
    """Return the record of one title with all its plays."""
    if len(rows) == 1 and (at := rows[0].at) is not None:
        # By far the most frequent case.
        value = Watched(at, (Play(at, rows[0].play_id),))
        return Record(rows[0].item, value, native_id)
    return _joined(native_id, rows, ())


def _joined(native_id: str, rows: Sequence[PlayRow], held: Iterable[Record]) -> Record:
    """Return the record of a title with what was held and what is listed now."""
    titled = _Titled()
    for record in held:
        titled.hold(record)
    for row in rows:
        titled.see(row)
    return Record(rows[0].item, titled.value(), native_id)


def _own_records(snapshot: Snapshot, wanted: set[str]) -> Mapping[str, list[Record]]:
    """Return the records that we only know from our own writes, by wanted keys."""
    own: defaultdict[str, list[Record]] = defaultdict(list)
    for record in snapshot.records.values():
        if not record.seen:
            for key in wanted.intersection(record.keys):
                own[key].append(record)
    return own


def _written(
    item: Item, own: Mapping[str, list[Record]], taken: set[str]
) -> dict[str, Record]:
    """Return our own records of a title that were not taken yet."""
    if not own:
        return {}
    return {
        record.native_id: record
        for key in item_keys(item)
        for record in own.get(key, ())
        if record.native_id not in taken
    }


def _count(record: Record) -> int:
    """Return how many plays Trakt has of a record.

    What we wrote ourselves carries the count of where it came from, which may be one
    that keeps no dates: as many plays were written as there were dates.
    """
    value = _watched(record)
    return value.count if record.seen else max(len(value.plays), 1)


def _watched(record: Record) -> Watched:
    """Return what a record of the history says."""
    assert isinstance(record.value, Watched)
    return record.value
