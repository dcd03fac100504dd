"""Marks items as watched, and as unwatched again."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import repeat
from typing import Final

from ...engine.model import MediaKind, Play, Watched
from ...engine.plan import Action, Operation, Outcome, OutcomeKind, Reason
from ...engine.provider import AccountLimitError
from .client import PlexClient
from .history import State, log_query, state_of
from .library import Lists
from .notes import Notes, title_of
from .own import OwnPlay
from .paging import gather
from .plays import name_of, note_of, watched_from, witnessed
from .resuming import Resuming
from .rows import LogRow, Row
from .targets import RefusedError, Targets, already, applied, wanted_as

# Services keep the minute of a date only, and round it or cut it.
SAME_PLAY: Final = timedelta(minutes=1)

_PLAYABLE: Final = frozenset({MediaKind.MOVIE, MediaKind.EPISODE})


class MarkChange:
    """Counts views, and forgets them.

    The server counts a view for the present moment, whatever date it is told. So what
    was meant is noted before, and with the server's own stamp after.
    """

    def __init__(
        self,
        client: PlexClient,
        lists: Lists,
        notes: Notes,
        targets: Targets,
        now: Callable[[], datetime],
    ) -> None:
        """Start without having marked anything."""
        self._client = client
        self._lists = lists
        self._notes = notes
        self._targets = targets
        self._now = now
        self._log: dict[State, list[LogRow]] = {}
        self._noted: Mapping[str, Sequence[OwnPlay]] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        # What was sent: how many views an item had and gained, or that it has none.
        self._before: dict[str, int] = {}
        self._gained: Counter[str] = Counter()
        self._unmarked: set[str] = set()
        self._resuming = Resuming(client, notes)
        self._pending: defaultdict[str, list[OwnPlay]] = defaultdict(list)
        self._forgotten: defaultdict[str, set[str]] = defaultdict(set)
        # The notes of what is to be written, and which of that was not sent so far.
        self._planned: dict[tuple[int, str], OwnPlay] = {}
        self._unsent: set[int] = set()

    async def prepare(self, operations: Sequence[Operation]) -> None:
        """Read the plays of those items that were watched before."""
        rows: dict[str, Row] = {}
        asked: set[str] = set()
        for operation in operations:
            found = self._rows_of(operation)
            rows |= {row.key: row for row in found}
            if _needs_plays(operation):
                asked.update(row.key for row in found if row.views)
        self._noted = await self._notes.plays(rows.values())
        await self._resuming.prepare(rows.values())
        keys = sorted(asked)
        logs = await gather(self._lists.log(log_query(key)) for key in keys)
        for key, log in zip(keys, logs, strict=True):
            self._log.setdefault(state_of(rows[key]), []).extend(log)
        await self._note(operations)

    async def send(self, operation: Operation, rows: Sequence[Row]) -> Outcome | None:
        """Mark an item as watched or as unwatched, in all copies."""
        if any(row.kind not in _PLAYABLE for row in rows):
            # It would stand for all that is in it.
            raise RefusedError(OutcomeKind.FAILED, Reason.KIND_NOT_SUPPORTED)
        async with self._locks[title_of(rows[0])]:
            if operation.action is Action.REMOVE:
                return await self._remove(operation, rows)
            return await self._add(operation, rows)

    def is_done(self, row: Row) -> bool:
        """Tell whether an item shows what was sent for it."""
        if row.key in self._unmarked:
            return not row.views
        return row.views >= self._before.get(row.key, 0) + self._gained[row.key]

    async def finish(self, rows: dict[str, Row]) -> None:
        """Note by which stamps the server knows the plays that we wrote."""
        known: list[OwnPlay] = []
        unmarked: set[str] = set()
        await self._resuming.finish(rows.values())
        for row in rows.values():
            title = title_of(row)
            if not self.is_done(row):
                continue
            if row.key in self._unmarked:
                unmarked.add(title)
                continue
            known += [
                note._replace(stamp=row.viewed, views=note.views + 1, pending=False)
                for note in self._pending.pop(title, ())
            ]
        await self._notes.settle(known, sorted(self._unsent))
        if unmarked:
            noted = await self._notes.plays(())
            gone = [note.id for title in unmarked for note in noted.get(title, ())]
            await self._notes.settle(dropped=gone)

    async def _add(self, operation: Operation, rows: Sequence[Row]) -> Outcome | None:
        """Count a view of all copies that do not have it yet."""
        value = wanted_as(operation.value, Watched)
        if value.at is None:
            raise RefusedError(OutcomeKind.FAILED, Reason.NO_DATE)
        lacking = [row for row in rows if not self._has(row, value, value.at)]
        if not lacking:
            return already(operation, rows[0])
        notes = self._send_notes(operation, lacking)
        found = False
        for number, row in enumerate(lacking):
            self._before.setdefault(row.key, row.views)
            self._gained[row.key] += 1
            if number and await self._is_counted(row):
                # The copies share their state.
                found = True
                continue
            found = await self._client.scrobble(row.key) or found
        if not found:
            self._unsent.update(note.id for note in notes)
            raise RefusedError(OutcomeKind.UNRESOLVED, Reason.NOT_FOUND)
        await self._resuming.put_back(
            row
            for row in lacking
            if self._resuming.stopped_at(row) > value.at.timestamp()
        )
        return None

    def _has(self, row: Row, value: Watched, at: datetime) -> bool:
        """Tell whether an item has a play, or any where one is as good as another."""
        if row.key in self._gained:
            return not value.plays
        held = self._held(row)
        if held is None:
            return False
        return not value.plays or any(
            abs(play.at - at) <= SAME_PLAY for play in held.plays
        )

    async def _note(self, operations: Sequence[Operation]) -> None:
        """Note which plays are about to be written, all at once."""
        plays: list[tuple[str, OwnPlay]] = []
        owners: list[tuple[int, str]] = []
        witnesses: list[tuple[str, OwnPlay]] = []
        stamp = int(self._now().timestamp())
        added: Counter[str] = Counter()
        for operation in operations:
            value = operation.value
            if not isinstance(value, Watched) or value.at is None:
                continue
            lacking = [
                row
                for row in self._rows_of(operation)
                if row.kind in _PLAYABLE and not self._has(row, value, value.at)
            ]
            for title, row in {title_of(row): row for row in lacking}.items():
                if (seen := self._witnessed(row)) is not None and not added[title]:
                    witnesses.append((title, seen))
                views = row.views + added[title]
                added[title] += 1
                meant = int(value.at.timestamp())
                plays.append((title, OwnPlay(stamp, meant, views, pending=True)))
                owners.append((id(operation), title))
        await self._notes.add(witnesses)
        notes = await self._notes.add(plays)
        self._planned = dict(zip(owners, notes, strict=True))
        self._unsent = {note.id for note in notes}

    def _witnessed(self, row: Row) -> OwnPlay | None:
        """Return the note of a play whose date the next view takes away."""
        if (held := self._held(row)) is None:
            return None
        return witnessed(row, held, self._noted.get(title_of(row), ()))

    def _send_notes(self, operation: Operation, rows: Iterable[Row]) -> list[OwnPlay]:
        """Return the notes of an operation, which is sent from now on."""
        titles = {title_of(row) for row in rows}
        notes = [self._planned[id(operation), title] for title in sorted(titles)]
        for title, note in zip(sorted(titles), notes, strict=True):
            self._pending[title].append(note)
            self._unsent.discard(note.id)
        return notes

    def _rows_of(self, operation: Operation) -> Sequence[Row]:
        """Return the copies of an operation's item, none where it is ambiguous."""
        try:
            return self._targets.rows(operation)
        except RefusedError:
            return ()

    async def _is_counted(self, row: Row) -> bool:
        """Tell whether an item has gained the view of its other copy."""
        now = (await self._targets.now([row.key])).get(row.key)
        return now is not None and self.is_done(now)

    async def _remove(
        self, operation: Operation, rows: Sequence[Row]
    ) -> Outcome | None:
        """Take the plays away that an operation knows of."""
        watched = [row for row in rows if row.views]
        if not watched:
            return already(operation, rows[0])
        before = operation.before
        if isinstance(before, Watched):
            held = [play for row in watched if (play := self._held(row)) is not None]
            if not before.plays and any(_is_newer(each, before) for each in held):
                # The newer play wins; the next run sees it.
                raise RefusedError(OutcomeKind.FAILED, Reason.CHANGED_SINCE)
            if any(map(self._leaves, watched, repeat(before))):
                gone = [await self._forget(row, before) for row in watched]
                outcome = applied if any(gone) else already
                return outcome(operation, watched[0])
        for row in watched:
            self._unmarked.add(row.key)
            await self._client.unscrobble(row.key)
        await self._resuming.put_back(watched)
        return None

    def _leaves(self, row: Row, before: Watched) -> bool:
        """Tell whether a removal leaves an item any play."""
        held = self._held(row)
        if held is None or not before.plays or not held.plays:
            return False
        gone = {play.native_id for play in _matching(held.plays, before)}
        gone |= self._forgotten[title_of(row)]
        return any(play.native_id not in gone for play in held.plays)

    async def _forget(self, row: Row, before: Watched) -> bool:
        """Take some of the plays of an item away, and tell whether there were any.

        It stays watched by the others. The server keeps the number of views: it is noted that these are none.
        """
        held, title = self._held(row), title_of(row)
        notes = {name_of(note): note for note in self._noted.get(title, ())}
        lines = {f"h{line.name}": line for line in self._log.get(state_of(row), ())}
        matching = _matching(held.plays if held else (), before)
        for play in matching:
            if play.native_id in self._forgotten[title]:
                continue
            self._forgotten[title].add(play.native_id)
            note, line = notes.get(play.native_id), lines.get(play.native_id)
            if line is not None:
                note = note_of(line, notes.values())
                await self._forget_line(line)
            if note is not None:
                await self._notes.settle([note._replace(meant=None)])
                continue
            stamp = line.at if line is not None else row.viewed
            await self._notes.add([(title, OwnPlay(stamp, None, row.views))])
        return bool(matching)

    async def _forget_line(self, line: LogRow) -> None:
        """Take a play out of the log, where this user may do that."""
        try:
            await self._client.forget_play(line.name)
        except AccountLimitError:
            # Only the owner may; our note stands for it.
            return

    def _held(self, row: Row) -> Watched | None:
        """Return the plays that an item was found with."""
        noted = self._noted.get(title_of(row), ())
        return watched_from(row, self._log.get(state_of(row), ()), noted)


def _needs_plays(operation: Operation) -> bool:
    """Tell whether an operation depends on the single plays of an item."""
    value = operation.value
    return not isinstance(value, Watched) or bool(value.plays)


def _is_newer(held: Watched, before: Watched) -> bool:
    """Tell whether an item was watched after what a removal knows of."""
    if held.at is None or before.at is None:
        return False
    return held.at > before.at + SAME_PLAY


def _matching(plays: Sequence[Play], before: Watched) -> list[Play]:
    """Return those plays that a removal knows of: by name, or else by date."""
    present = {play.native_id for play in plays}
    names = {play.native_id for play in before.plays} & present
    dates = [play.at for play in before.plays if play.native_id not in present]
    return [
        play
        for play in plays
        if play.native_id in names
        or any(abs(play.at - at) <= SAME_PLAY for at in dates)
    ]
