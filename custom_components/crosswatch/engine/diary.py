"""The plays of an account by date: what it has watched, and when.

Everything here blocks; it is called from worker threads.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from heapq import merge
from itertools import batched
from threading import Lock
from typing import Final

from .model import Feature, Item, Play, Progress, Record, Value, Watched
from .store import Store

# How long a play goes on where nobody knows how long the item is.
USUAL_LENGTH: Final = timedelta(minutes=30)

# What is said to be longer is wrong: a play of it would fill a day.
LONGEST: Final = timedelta(hours=12)

# Within these, a moment can be shown in whatever time zone, with its end.
_FIRST: Final = (datetime.min + timedelta(days=2)).replace(tzinfo=UTC).timestamp()
_LAST: Final = (datetime.max - timedelta(days=2)).replace(tzinfo=UTC).timestamp()

# Sorting holds up all other threads, so not too much of it is done at a time.
_SORTED_AT_ONCE: Final = 10_000


@dataclass(frozen=True, slots=True)
class DiaryEntry:
    """One play: of what, when it is dated, and how long it goes on.

    `native_id` is the account's own name for the item.
    """

    item: Item
    native_id: str
    at: datetime
    length: timedelta


@dataclass(frozen=True, slots=True)
class _Plays:
    """The moments of all plays, in order, and the native id at each."""

    moments: array[float]
    names: list[str]

    @classmethod
    def of(cls, values: Iterator[tuple[str, Value]]) -> _Plays:
        """Return the plays in these values, as far as they are dated."""
        moments, names = array("d"), []
        parts = batched(_dated(values), _SORTED_AT_ONCE, strict=False)
        for moment, name in merge(*[sorted(part) for part in parts]):
            moments.append(moment)
            names.append(name)
        return cls(moments, names)

    def between(self, start: float, end: float) -> list[tuple[float, str]]:
        """Return the plays from a moment on, and before another."""
        span = slice(bisect_left(self.moments, start), bisect_left(self.moments, end))
        return list(zip(self.moments[span], self.names[span], strict=True))


@dataclass(slots=True)
class Diary:
    """The plays in the stored history of an account.

    They are put in order once for each version of it. Only their dates are kept: the
    items of a few days are loaded when somebody asks for them.
    """

    account_id: str
    _lock: Lock = field(default_factory=Lock)
    _version: int | None = None
    _plays: _Plays | None = None
    _lengths_version: int | None = None
    _lengths: Mapping[str, timedelta] = field(default_factory=dict)

    def between(
        self, store: Store, start: datetime, end: datetime
    ) -> list[DiaryEntry] | None:
        """Return what was going on within a span, oldest first.

        None where the history was never read.
        """
        earliest = start.timestamp() - LONGEST.total_seconds()
        for _ in range(2):
            with self._lock:
                if (plays := self._plays_in(store)) is None:
                    return None
                lengths = self._lengths_in(store)
            found = plays.between(earliest, end.timestamp())
            names = {name for _, name in found}
            records = store.load_records(self.account_id, Feature.HISTORY, names)
            if len(records) == len(names):
                break
            # An item that the account lists under another name is no new version.
            self._version = None
        entries = (
            _entry(moment, records[name], lengths)
            for moment, name in found
            if name in records
        )
        return [entry for entry in entries if entry.at + entry.length > start]

    def _plays_in(self, store: Store) -> _Plays | None:
        """Return the plays, put in order anew where the history has moved."""
        state = store.snapshot_state(self.account_id, Feature.HISTORY)
        version = state.version if state else None
        if version != self._version:
            self._plays = (
                _Plays.of(store.load_values(self.account_id, Feature.HISTORY))
                if state
                else None
            )
            self._version = version
        return self._plays

    def _lengths_in(self, store: Store) -> Mapping[str, timedelta]:
        """Return how long items are, by their keys, as far as positions tell."""
        state = store.snapshot_state(self.account_id, Feature.PROGRESS)
        version = state.version if state else None
        if version != self._lengths_version:
            snapshot = store.load_snapshot(self.account_id, Feature.PROGRESS)
            records = snapshot.records.values() if snapshot else ()
            self._lengths = {
                key: length
                for record in records
                if (length := _length(record.value))
                for key in record.keys
            }
            self._lengths_version = version
        return self._lengths


def _entry(
    moment: float, record: Record, lengths: Mapping[str, timedelta]
) -> DiaryEntry:
    """Return one play."""
    known = (lengths[key] for key in record.keys if key in lengths)
    return DiaryEntry(
        item=record.item,
        native_id=record.native_id,
        at=datetime.fromtimestamp(moment, UTC),
        length=next(known, USUAL_LENGTH),
    )


def _dated(values: Iterator[tuple[str, Value]]) -> Iterator[tuple[float, str]]:
    """Yield the moment of each play that has one, with the native id of its item."""
    for name, value in values:
        if not isinstance(value, Watched):
            continue
        plays = value.plays or ((Play(value.at),) if value.at else ())
        for play in plays:
            if _FIRST <= (moment := play.at.timestamp()) <= _LAST:
                yield moment, name


def _length(value: Value) -> timedelta | None:
    """Return how long an item is, None where that is not known or makes no sense."""
    if not isinstance(value, Progress) or not value.duration_ms:
        return None
    length = timedelta(milliseconds=value.duration_ms)
    return length if timedelta() < length <= LONGEST else None
