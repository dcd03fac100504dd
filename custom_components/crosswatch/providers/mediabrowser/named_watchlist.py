"""A playlist or a collection as the watchlist."""

from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from datetime import datetime
from typing import override

from ...engine.model import Feature, Listed, Record, Snapshot
from ...engine.plan import Action, Operation, Outcome, OutcomeKind, Reason
from ...engine.provider import (
    AccountLimitError,
    ProtocolError,
    ProviderUnavailableError,
)
from .doubts import check_identity
from .kept import Kept
from .library import WITH_IDS, LibraryIndex, Listing, SeriesCache
from .mapping import Shows, item_from_row
from .named_lists import NamedLists
from .queries import digest
from .rows import EPISODE, MOVIE, SERIES, Row
from .server import Server
from .targets import Targets, ambiguous, nowhere
from .watchlist import Watchlist


class NamedWatchlist(Watchlist):
    """The watchlist is the list of a certain name, made when it is first written to."""

    is_user_data = False
    # Servers tell of changed lists only now and then.
    is_told = False

    def __init__(self, client: Server, lists: NamedLists, name: str) -> None:
        """Start without having asked anything."""
        self._client = client
        self._lists = lists
        self._name = name
        self._series = SeriesCache(client)
        self._list_id: str | None = None
        self._rows: Kept[tuple[list[Row] | None]] = Kept()
        self._last: frozenset[str] = frozenset()

    @property
    def _label(self) -> str:
        """Return what texts call the list."""
        return f'{self._lists.what} named "{self._name}"'

    @property
    def _origin(self) -> str:
        """Return how all markers of this list begin, and those of no other one."""
        return f"{self._lists.what}:{digest([self._name])}:"

    @override
    async def marker(self) -> str:
        """Return a digest of all entries, with the list that they stand in.

        None where a person has to do something first: the read tells what, and the
        other features go on.
        """
        try:
            (rows,) = self._rows.put((await self._entries(),))
        except AccountLimitError:
            return ""
        listed = () if rows is None else rows
        entries = ((row.id, row.entry, row.ids, row.series_id) for row in listed)
        return f"{self._origin}{digest([self._list_id, *entries])}"

    @override
    async def read(self, previous: Snapshot | None, now: datetime) -> Snapshot:
        """Return what stands in the list; a series once, however much of it does."""
        kept = self._rows.take()
        rows = kept[0] if kept else await self._entries()
        shows = await self._series.of(_episodes(rows or ()), {})
        records = {record.native_id: record for record in _records(rows or (), shows)}
        known = self._last
        if previous is not None and previous.marker.startswith(self._origin):
            seen = (each for each, record in previous.records.items() if record.seen)
            known = known.union(seen)
        if not known <= records.keys():
            await self._check_that_some_are_gone(rows)
        self._last = frozenset(records)
        return Snapshot(Feature.WATCHLIST, records, now)

    async def _check_that_some_are_gone(self, rows: Sequence[Row] | None) -> None:
        """Make sure that a list has lost entries, and was not lost itself.

        Who deletes or renames a list has not told to take everything in it off the
        other watchlist.
        """
        await check_identity(self._client)
        list_id = self._list_id
        if rows is None or list_id is None or not await self._lists.is_there(list_id):
            self._list_id = None
            raise ProviderUnavailableError(
                f"The {self._client.name} server has no {self._label} any more: make"
                " it again, or choose another watchlist in the account's options"
            )
        again = await self._lists.rows(list_id) or ()
        if [row.id for row in again] != [row.id for row in rows]:
            raise ProtocolError("The server's list changed while it was read")

    @override
    async def write(
        self, index: LibraryIndex, operations: Sequence[Operation]
    ) -> AsyncIterator[Outcome]:
        """Add or remove entries, all at once, and look whether that was done."""
        targets = Targets(self._client, operations)
        await targets.find(index)
        before = await self._entries() or ()
        waiting: dict[int, tuple[Operation, Row]] = {}
        entries: dict[int, Row] = {}
        for operation in operations:
            rows, adds = targets.present(operation), operation.action is Action.ADD
            held = [row for row in before if _is_of(row, rows)]
            if targets.addresses(operation) is None:
                yield ambiguous(operation)
            elif not rows:
                yield nowhere(operation)
            elif bool(held) is adds:
                name = next(row.id for row in rows)
                yield Outcome(operation, OutcomeKind.ALREADY_THERE, native_id=name)
            else:
                waiting[id(operation)] = operation, rows[0]
                entries |= {id(row): row for row in held}
        if waiting:
            added = [row for each, row in waiting.values() if _adds(each)]
            await self._change(dict.fromkeys(row.id for row in added), entries.values())
            after = await self._entries() or ()
            for operation, row in waiting.values():
                rows = targets.present(operation)
                yield _judged(operation, row, any(_is_of(each, rows) for each in after))

    async def _change(self, added: Collection[str], removed: Collection[Row]) -> None:
        """Add items to the list, and take entries out of it."""
        if added and self._list_id is None:
            self._list_id = await self._lists.create(self._name, added)
        elif added and self._list_id is not None:
            await self._lists.add(self._list_id, added)
        if removed and self._list_id is not None:
            await self._lists.remove(self._list_id, removed)

    async def _entries(self) -> list[Row] | None:
        """Return all entries of the list; None where there is no such list."""
        if self._list_id is not None:
            if (rows := await self._lists.rows(self._list_id)) is not None:
                return rows
            self._list_id = None
        self._list_id = await self._find()
        return await self._lists.rows(self._list_id) if self._list_id else None

    async def _find(self) -> str | None:
        """Return the id of the user's list of this name, None if there is none."""
        query = {
            **WITH_IDS,
            "recursive": "true",
            "includeItemTypes": self._lists.type,
            "enableUserData": "false",
            "sortBy": "SortName",
            "sortOrder": "Ascending",
        }
        listed = await Listing(self._client.items, query).read()
        wanted = self._name.casefold()
        named = [row.id for row in listed.rows if row.name.strip().casefold() == wanted]
        own = [each for each in named if await self._lists.is_own(each)]
        if len(own) > 1:
            raise AccountLimitError(
                f"The {self._client.name} server has more than one {self._label}:"
                " rename all but one of them"
            )
        return own[0] if own else None

    @override
    def forget(self) -> None:
        """Keep nothing for the next read."""
        self._rows.take()


def _episodes(rows: Iterable[Row]) -> list[Row]:
    """Return the episodes among the entries."""
    return [row for row in rows if row.type == EPISODE and row.series_id]


def _records(rows: Iterable[Row], shows: Shows) -> Iterable[Record]:
    """Return the films and series that entries stand for."""
    for row in rows:
        if row.type in {MOVIE, SERIES}:
            yield Record(item_from_row(row, {}), Listed(), row.id)
    for row in _episodes(rows):
        yield Record(shows[row.series_id], Listed(), row.series_id)


def _is_of(entry: Row, items: Iterable[Row]) -> bool:
    """Tell whether an entry stands for an item, or for a part of it."""
    return any(item.id in {entry.id, entry.series_id} for item in items)


def _adds(operation: Operation) -> bool:
    """Tell whether an operation adds something."""
    return operation.action is Action.ADD


def _judged(operation: Operation, row: Row, is_there: bool) -> Outcome:
    """Return what came of an operation, going by the list afterwards."""
    if is_there is _adds(operation):
        return Outcome(operation, OutcomeKind.APPLIED, native_id=row.id)
    return Outcome(operation, OutcomeKind.FAILED, Reason.REJECTED)
