"""Reads what was watched: all of it, or what is new since the last time."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from ...engine.model import Feature, MediaKind, Record, Snapshot, Watched
from ...engine.provider import AccountLimitError
from .capabilities import FULL_READ_EVERY
from .library import IN_ORDER, Lists, ShowCache
from .mapping import Shows, item_from_row
from .notes import Notes, title_of
from .own import OwnPlay
from .paging import gather
from .plays import watched_from, witnessed
from .probe import PLAYABLE, newest_in
from .rows import LogRow, Row
from .wire import Query

WATCHED: Final[Query] = {"unwatched": 0}
DELTA_PAGE: Final = 100
# The log is read from this long before what has changed, in seconds.
LOG_OVERLAP: Final = 6 * 3600
# Of so many titles that were watched again the log is asked for one by one.
MOST_ASKED: Final = 20
# How the names of plays begin that the server has listed itself: in its log, or without.
_LISTED: Final = frozenset({"h", "l"})
_LOGGED: Final = "h"

type Log = Mapping[str, Sequence[LogRow]]
type NotesByTitle = Mapping[str, Sequence[OwnPlay]]


class History:
    """The history of one user: read as a whole, or brought up to date."""

    def __init__(self, lists: Lists, shows: ShowCache, notes: Notes) -> None:
        """Start without having read anything."""
        self._lists = lists
        self._shows = shows
        self._notes = notes

    async def read(self, previous: Snapshot | None, now: datetime) -> Snapshot:
        """Return the history: what is new where that is certain to be all."""
        snapshot = None
        if previous is not None and now - previous.full_read_at < FULL_READ_EVERY:
            snapshot = await self._update(previous)
        snapshot = snapshot or await self._read(now)
        if previous is not None and self._lists.has_log is False:
            await asyncio.to_thread(_check_that_nothing_was_logged, previous)
        return snapshot

    async def _read(self, now: datetime) -> Snapshot:
        """Return the whole history."""
        query: Query = {**WATCHED, "sort": IN_ORDER}
        reading = asyncio.create_task(self._lists.log({}))
        try:
            lists = await gather(self._lists.read(kind, query) for kind in PLAYABLE)
            log = await reading
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
        rows = [row for rows in lists for row in rows if row.views]
        records = await self._records(rows, by_key(log), afresh=True)
        return Snapshot.of(Feature.HISTORY, records, now)

    async def _update(self, previous: Snapshot) -> Snapshot | None:
        """Return `previous` brought up to date, or None where that is not certain.

        Whatever is watched anew comes first in the order of last views. What was
        unwatched, or was watched at another time by its date, shows in the number of
        watched titles, which has to agree.
        """
        newest = await asyncio.to_thread(_newest, previous)
        pages = await gather(
            self._lists.since(kind, WATCHED, newest[kind], DELTA_PAGE)
            for kind in PLAYABLE
        )
        listed = {row.key: row for page in pages for row in page.rows if row.views}
        totals = {kind: page.total for kind, page in zip(PLAYABLE, pages, strict=True)}
        if not await asyncio.to_thread(_agrees, previous, listed, totals):
            return None
        rows = _not_known(previous, listed.values())
        log = await self._log_of(rows)
        records = await self._records(rows, log)
        old = previous.records
        changed = [each for each in records if old.get(each.native_id) != each]
        # The very same snapshot tells the engine that there is nothing to store.
        return previous.updated(changed) if changed else previous

    async def _log_of(self, rows: Collection[Row]) -> Log:
        """Return the log of some titles.

        All plays of those that were watched before are wanted, of others what is new.
        """
        if not rows:
            return {}
        again = [row.key for row in rows if row.views > 1]
        if len(again) > MOST_ASKED:
            return by_key(await self._lists.log({}))
        since = min(row.viewed for row in rows)
        query: Query = {"viewedAt>": max(since - LOG_OVERLAP, 0)}
        queries = [query, *(log_query(key) for key in again)]
        logs = await gather(self._lists.log(each) for each in queries)
        lines = {line.name: line for log in logs for line in log}
        return by_key(lines.values())

    async def _records(
        self, rows: Collection[Row], log: Log, *, afresh: bool = False
    ) -> list[Record]:
        """Return the records of watched items."""
        shows = await self._shows.of(rows, afresh=afresh)
        notes = await self._notes.plays(rows)
        records, seen = await asyncio.to_thread(records_of, rows, shows, log, notes)
        await self._notes.add(seen)
        return records


class State(NamedTuple):
    """What copies of a title share where the server keeps one state for them."""

    title: str
    views: int
    viewed: int


def records_of(
    rows: Iterable[Row], shows: Shows, log: Log, notes: NotesByTitle
) -> tuple[list[Record], list[tuple[str, OwnPlay]]]:
    """Return the records of watched items, and what is to be noted of their plays.

    A play is logged for the copy that was played; it is one of all that share its state.
    """
    shared: defaultdict[State, list[str]] = defaultdict(list)
    rows = list(rows)
    for row in rows:
        shared[state_of(row)].append(row.key)
    records: list[Record] = []
    seen: dict[State, tuple[str, OwnPlay]] = {}
    for row in rows:
        title = title_of(row)
        keys = shared[state_of(row)]
        if len(keys) == 1:
            lines = log.get(row.key, ())
        else:
            lines = [line for key in keys for line in log.get(key, ())]
        own = notes.get(title, ())
        watched = watched_from(row, lines, own)
        if watched is None:
            continue
        if (note := witnessed(row, watched, own)) is not None:
            seen[state_of(row)] = title, note
        item = item_from_row(row, shows)
        records.append(Record(item, watched, row.key, library=row.section))
    return records, list(seen.values())


def log_query(key: str) -> Query:
    """Return what asks for the plays of one item."""
    return {"metadataItemID": key}


def by_key(log: Iterable[LogRow]) -> Log:
    """Return the plays of a log by what was played."""
    found: defaultdict[str, list[LogRow]] = defaultdict(list)
    for line in log:
        found[line.key].append(line)
    return found


def state_of(row: Row) -> State:
    """Return the state of an item as the server keeps it."""
    return State(title_of(row), row.views, row.viewed)


def _check_that_nothing_was_logged(previous: Snapshot) -> None:
    """Raise where a log that is refused was given before.

    Its plays must not look as if they were gone.
    """
    if any(
        play.native_id.startswith(_LOGGED)
        for record in previous.records.values()
        if isinstance(record.value, Watched)
        for play in record.value.plays
    ):
        raise AccountLimitError(
            "The Plex server no longer gives this user its log of plays: if that is to"
            " stay so, have all be read afresh once"
        )


def _newest(previous: Snapshot) -> Mapping[MediaKind, int]:
    """Return when the newest view of films and of episodes was, at the latest.

    What has changed since was viewed then or later, by the server's own clock. The
    marker may know more of it, where there is one.
    """
    newest = dict.fromkeys(PLAYABLE, 0)
    for record in previous.records.values():
        value, kind = record.value, record.item.kind
        if not record.seen or not isinstance(value, Watched) or kind not in newest:
            continue
        # What we wrote has the date that was meant, and no name until it is listed.
        listed = (play for play in value.plays if play.native_id[:1] in _LISTED)
        for play in listed:
            newest[kind] = max(newest[kind], int(play.at.timestamp()))
    for kind, stamp in newest_in(previous.marker).items():
        newest[kind] = max(newest[kind], stamp)
    return newest


def _not_known(previous: Snapshot, listed: Iterable[Row]) -> list[Row]:
    """Return the rows that tell something new, and those that share their state.

    What was the newest before is listed again: its log need not be.
    """
    rows = list(listed)
    new = {
        state_of(row)
        for row in rows
        if not _is_known(previous.records.get(row.key), row)
    }
    return [row for row in rows if state_of(row) in new]


def _is_known(record: Record | None, row: Row) -> bool:
    """Tell whether a record says all that a row does of how often and when."""
    if record is None or not record.seen or record.library != row.section:
        return False
    value = record.value
    if not isinstance(value, Watched) or value.count != row.views:
        return False
    return any(
        play.native_id[:1] in _LISTED and int(play.at.timestamp()) == row.viewed
        for play in value.plays
    )


def _agrees(
    previous: Snapshot, listed: Mapping[str, Row], totals: Mapping[MediaKind, int]
) -> bool:
    """Tell whether the known items and the new ones are all that are watched.

    What we wrote ourselves has to be among the new ones, so as to be seen.
    """
    known = dict.fromkeys(totals, 0)
    for native_id, record in previous.records.items():
        if native_id in listed:
            continue
        if not record.seen or record.item.kind not in known:
            return False
        known[record.item.kind] += 1
    for row in listed.values():
        known[row.kind] += 1
    return known == dict(totals)
