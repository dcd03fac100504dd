"""The history as plays: records made of them, and changes brought in."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from ...engine.ids import item_keys
from ...engine.model import Feature, Play, Record, Snapshot, Watched
from .journal import Changes
from .mapping import PlayRow

# What we wrote ourselves is the listed play that is so near.
_SAME: Final = timedelta(minutes=1)


def snapshot_of(rows: Iterable[PlayRow], at: datetime) -> Snapshot:
    """Return the history that consists of these plays."""
    records = [_record(name, group, ()) for name, group in by_title(rows).items()]
    return Snapshot.of(Feature.HISTORY, records, at)


def by_title(rows: Iterable[PlayRow]) -> Mapping[str, list[PlayRow]]:
    """Return the plays of each title."""
    grouped: defaultdict[str, list[PlayRow]] = defaultdict(list)
    for row in rows:
        grouped[row.native_id].append(row)
    return grouped


def count_of(snapshot: Snapshot) -> int:
    """Return the number of plays in a history."""
    return sum(watched_in(record).count for record in snapshot.records.values())


def merged(
    previous: Snapshot, changes: Changes, rows: Iterable[PlayRow]
) -> Snapshot | None:
    """Return the history with these changes, or None if they do not explain all.

    `rows` are the plays that are listed as new. What came has to be among them. Of
    what went, the journal does not say which play it was: that is clear only of a
    title with a single one.
    """
    groups = by_title(rows)
    listed = {key for group in groups.values() for key in item_keys(group[0].item)}
    if not all(not listed.isdisjoint(keys) for keys in changes.came):
        return None
    wanted = changes.all_keys | listed
    known = {
        name: record
        for name, record in previous.records.items()
        if not wanted.isdisjoint(record.keys)
    }
    removed: set[str] = set()
    for name, record in known.items():
        if not changes.gone_keys.isdisjoint(record.keys):
            if watched_in(record).count > 1:
                return None
            removed.add(name)
    changed: list[Record] = []
    for name, group in groups.items():
        keys = set(item_keys(group[0].item))
        held = {
            key: record
            for key, record in known.items()
            if key == name or not (record.seen or keys.isdisjoint(record.keys))
        }
        removed.update(held)
        changed.append(_record(name, group, held.values()))
    return previous.updated(changed, removed)


def _record(
    native_id: str, rows: Sequence[PlayRow], held: Collection[Record]
) -> Record:
    """Return the record of a title with what was held and what is listed now."""
    row = rows[0]
    if len(rows) == 1 and not held and row.at is not None:
        # By far the most frequent case.
        value = Watched(row.at, (Play(row.at, row.play_id),))
        return Record(row.item, value, native_id)
    dated = {each.key: Play(each.at, each.play_id) for each in rows if each.at}
    undated = sum(each.at is None for each in rows)
    for record in held:
        value = watched_in(record)
        for play in _plays(record):
            near = any(abs(play.at - each.at) < _SAME for each in dated.values())
            if play.native_id or not near:
                dated.setdefault(play.native_id or f"{native_id}@{play.at}", play)
        if record.seen:
            undated = max(undated, value.count - len(value.plays))
    plays = tuple(sorted(dated.values(), key=lambda play: play.at))
    newest = plays[-1].at if plays else None
    return Record(row.item, Watched(newest, plays, len(plays) + undated), native_id)


def _plays(record: Record) -> Sequence[Play]:
    """Return the plays of a record; what we wrote may tell only the newest."""
    value = watched_in(record)
    if value.plays or value.at is None:
        return value.plays
    return (Play(value.at),)


def watched_in(record: Record) -> Watched:
    """Return what a record of the history says."""
    assert isinstance(record.value, Watched)
    return record.value
