"""Plays made of rows, and what has come to them since.

Stretches that go on with each other are one play, at the end of the first of them
that came far enough: later ones, such as the credits a week after, move nothing. A
row that did not come far enough is no play by itself.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import blake2b
import re
from typing import Final, NamedTuple

from ...engine.model import Feature, Item, Play, Record, Snapshot, Watched
from .mapping import Page, Row

_MARKER: Final = re.compile(r"(\d+):(\d+):(\w+)")


class Marker(NamedTuple):
    """What tells that something has changed, and what is new then.

    The number of rows, the highest number that one of the newest has, and a digest of
    these. Rows are numbered in the order in which they were written.
    """

    total: int
    highest: int
    digest: str

    @classmethod
    def of(cls, head: Page) -> Marker:
        """Return the marker of a history whose newest rows are these."""
        found = blake2b(digest_size=8)
        for row in head.rows:
            found.update(f"{row.row_id} {row.group} {row.watched} {row.at}\n".encode())
            found.update(f"{row.name}\n".encode())
        return cls(head.total, max(head.ids, default=0), found.hexdigest())

    @classmethod
    def parse(cls, written: str) -> Marker | None:
        """Return the marker that was written so, if it is one."""
        if (found := _MARKER.fullmatch(written)) is None:
            return None
        return cls(int(found[1]), int(found[2]), found[3])

    def __str__(self) -> str:
        """Return the marker as a text."""
        return f"{self.total}:{self.highest}:{self.digest}"


def first_watched(rows: Iterable[Row]) -> list[Row]:
    """Return the row that stands for each play."""
    plays: dict[str, Row] = {}
    for row in rows:
        if not row.watched:
            continue
        known = plays.get(row.group)
        if known is None or row.row_id < known.row_id:
            plays[row.group] = row
    return list(plays.values())


def snapshot_of(
    plays: Iterable[Row], items: Mapping[str, Item], at: datetime
) -> Snapshot:
    """Return the history that consists of these plays."""
    return Snapshot.of(Feature.HISTORY, _records(plays, items, {}), at)


def with_plays(
    previous: Snapshot, plays: Iterable[Row], items: Mapping[str, Item]
) -> Snapshot:
    """Return a history with more plays."""
    return previous.updated(_records(plays, items, previous.records))


def new_plays(previous: Snapshot, head: Page, since: Marker) -> list[Row] | None:
    """Return the plays since then, or None if the newest rows do not explain all.

    All rows since then have to be among them, and what was there before has to be
    known, so that nothing else can have happened.
    """
    added = head.total - since.total
    newer = [number for number in head.ids if number > since.highest]
    if added <= 0 or len(newer) != added:
        return None
    groups = {
        play.native_id
        for record in previous.records.values()
        for play in _watched(record).plays
    }
    for row in head.rows:
        if row.row_id <= since.highest and row.watched and row.at is not None:
            if row.group not in groups or row.name not in previous.records:
                return None
    rows = first_watched(row for row in head.rows if row.row_id > since.highest)
    return [row for row in rows if row.group not in groups]


def _records(
    plays: Iterable[Row], items: Mapping[str, Item], known: Mapping[str, Record]
) -> list[Record]:
    """Return the records of all titles that these plays are of."""
    named: defaultdict[str, list[Row]] = defaultdict(list)
    for row in plays:
        named[row.name].append(row)
    return [
        Record(items[name], _value(rows, known.get(name)), name)
        for name, rows in named.items()
    ]


def _value(rows: Iterable[Row], record: Record | None) -> Watched:
    """Return all plays of a title: those that were known, and these."""
    before = _watched(record) if record else Watched(count=0)
    plays = list(before.plays)
    count = before.count
    for row in rows:
        count += 1
        if row.at is not None:
            plays.append(Play(row.at, row.group))
    plays.sort(key=lambda play: play.at)
    return Watched(plays[-1].at if plays else None, tuple(plays), count)


def _watched(record: Record) -> Watched:
    """Return what a record of the history says."""
    assert isinstance(record.value, Watched)
    return record.value
