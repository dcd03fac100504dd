"""Writes to a server: finds the items, changes them, and believes only its answer."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence

from ...engine.model import Feature, Rated, Watched
from ...engine.plan import Action, Operation, Outcome, OutcomeKind, Reason
from ..answer import JsonObject
from ..mediabrowser.library import AmbiguousError, LibraryIndex, rows_by_id
from ..mediabrowser.mapping import base_id, numbers, part_id
from ..mediabrowser.rows import EPISODE, MOVIE, Row, UserData, parse_user_data
from ..mediabrowser.writing import carry_out_all
from .changes import (
    is_rated,
    is_watched,
    is_watched_at,
    rating_change,
    turned_back,
    wanted_as,
    was_rated_since,
    was_watched_since,
    watched_change,
)
from .client import JellyfinClient


class RefusedError(Exception):
    """An operation must not be carried out, or was not; the outcome says why."""

    def __init__(self, kind: OutcomeKind, reason: Reason) -> None:
        """Remember what the outcome shall say."""
        super().__init__(reason)
        self.kind = kind
        self.reason = reason


async def write(
    client: JellyfinClient,
    index: LibraryIndex,
    feature: Feature,
    operations: Sequence[Operation],
) -> AsyncIterator[Outcome]:
    """Carry out the operations on one feature."""
    batch = _Batch(client, feature, operations)
    await batch.find(index)
    async for outcome in carry_out_all(operations, batch.carry_out):
        yield outcome


class _Batch:
    """The operations of one call, with the items that they are about.

    What the user did with these is read first, all at once: nothing is written that
    is there already, and nothing newer is overwritten.
    """

    def __init__(
        self,
        client: JellyfinClient,
        feature: Feature,
        operations: Sequence[Operation],
    ) -> None:
        """Start without knowing any item."""
        self._client = client
        self._feature = feature
        self._operations = operations
        self._rows: dict[str, Row] = {}
        self._addresses: dict[int, list[str] | None] = {}
        # Two operations may be about one file that holds two episodes.
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def find(self, index: LibraryIndex) -> None:
        """Find the items of all operations."""
        for operation in self._operations:
            self._addresses[id(operation)] = list(
                dict.fromkeys(_server_ids(operation.native_ids))
            )
        await self._read(self._addresses.values())
        looked_up = [
            operation for operation in self._operations if not self._present(operation)
        ]
        for operation in looked_up:
            try:
                found = sorted(await index.find(operation))
            except AmbiguousError:
                self._addresses[id(operation)] = None
            else:
                self._addresses[id(operation)] = found
        await self._read(self._addresses[id(operation)] for operation in looked_up)

    async def _read(self, addresses: Iterable[list[str] | None]) -> None:
        """Read the items at these addresses, as far as they are not known."""
        wanted = {
            address
            for some in addresses
            for address in some or ()
            if address not in self._rows
        }
        self._rows.update(await rows_by_id(self._client, wanted, user_data=True))

    def _present(self, operation: Operation) -> list[Row]:
        """Return the copies of an operation's item that are on the server."""
        addresses = self._addresses[id(operation)] or ()
        return [self._rows[address] for address in addresses if address in self._rows]

    async def carry_out(self, operation: Operation) -> Outcome:
        """Bring all copies of an operation's item to what it wants."""
        if self._addresses[id(operation)] is None:
            return Outcome(operation, OutcomeKind.UNRESOLVED, Reason.AMBIGUOUS)
        changed = False
        answered: Row | None = None
        rows = self._present(operation)
        ratings = [row.data.rating for row in rows]
        if self._feature is Feature.RATINGS and was_rated_since(ratings, operation):
            return Outcome(operation, OutcomeKind.FAILED, Reason.CHANGED_SINCE)
        try:
            for row in rows:
                async with self._locks[row.id]:
                    done = await self._bring(operation, row)
                if done is None:
                    await self._check_that_it_is_gone(row)
                else:
                    answered = answered or row
                    changed = changed or done
        except RefusedError as refused:
            return Outcome(operation, refused.kind, refused.reason)
        if answered is None:
            return _nowhere(operation)
        return Outcome(
            operation,
            OutcomeKind.APPLIED if changed else OutcomeKind.ALREADY_THERE,
            native_id=part_id(answered, operation.item),
        )

    async def _check_that_it_is_gone(self, row: Row) -> None:
        """Make sure that an item is gone which the server was said not to have.

        It had it a moment ago; the word may be that of a proxy before it.
        """
        if await rows_by_id(self._client, [row.id], user_data=False):
            raise RefusedError(OutcomeKind.FAILED, Reason.UNAVAILABLE)

    async def _bring(self, operation: Operation, row: Row) -> bool | None:
        """Bring one item to what is wanted; tell whether it had to be changed.

        None stands for an item that is gone in the meantime.
        """
        # Another operation on the same file may have changed it since it was read.
        data = self._rows[row.id].data
        if self._feature is Feature.HISTORY and row.type not in {MOVIE, EPISODE}:
            # It would stand for all that is in it.
            raise RefusedError(OutcomeKind.FAILED, Reason.KIND_NOT_SUPPORTED)
        match self._feature, operation.action:
            case Feature.HISTORY, Action.REMOVE:
                request = self._unwatch(operation, row, data)
            case Feature.HISTORY, _:
                request = self._watch(operation, row, data)
            case Feature.WATCHLIST, action:
                request = self._favour(row, data, on=action is not Action.REMOVE)
            case _, Action.REMOVE:
                request = self._unrate(row, data)
            case _:
                request = self._rate(operation, row, data)
        return await request

    async def _watch(
        self, operation: Operation, row: Row, data: UserData
    ) -> bool | None:
        """Make an item watched."""
        wanted = wanted_as(operation.value, Watched)
        back = turned_back(data, wanted, operation.before)
        if (changes := back or watched_change(data, wanted)) is None:
            return False
        answer = await self._client.save_user_data(row.id, changes)
        return self._settle(
            row,
            answer,
            lambda now: (
                is_watched_at(now, wanted.at)
                if back and wanted.at
                else is_watched(now, wanted)
            ),
        )

    async def _unwatch(
        self, operation: Operation, row: Row, data: UserData
    ) -> bool | None:
        """Make an item unwatched."""
        if not data.played:
            return False
        if was_watched_since(data, operation.before):
            # The newer play wins; the next run sees it.
            raise RefusedError(OutcomeKind.FAILED, Reason.CHANGED_SINCE)
        if not self._all_parts_go(row):
            raise RefusedError(OutcomeKind.UNRESOLVED, Reason.AMBIGUOUS)
        answer = await self._client.mark_unplayed(row.id)
        return self._settle(row, answer, lambda now: not now.played)

    async def _favour(self, row: Row, data: UserData, *, on: bool) -> bool | None:
        """Put an item among the favourites, or take it out."""
        if data.favourite is on:
            return False
        answer = await self._client.set_favourite(row.id, on=on)
        return self._settle(row, answer, lambda now: now.favourite is on)

    async def _rate(
        self, operation: Operation, row: Row, data: UserData
    ) -> bool | None:
        """Rate an item."""
        wanted = wanted_as(operation.value, Rated)
        if (changes := rating_change(data, wanted)) is None:
            return False
        answer = await self._client.save_user_data(row.id, changes)
        return self._settle(row, answer, lambda now: is_rated(now, wanted))

    async def _unrate(self, row: Row, data: UserData) -> bool | None:
        """Take the rating off an item."""
        if data.rating is None:
            return False
        answer = await self._client.clear_rating(row.id)
        return self._settle(row, answer, lambda now: now.rating is None)

    def _settle(
        self,
        row: Row,
        answer: JsonObject | None,
        confirmed: Callable[[UserData], bool],
    ) -> bool | None:
        """Remember what the server answered, which has to be what was wanted."""
        if answer is None:
            return None
        now = parse_user_data(dict(answer))
        self._rows[row.id] = row._replace(data=now)
        if not confirmed(now):
            raise RefusedError(OutcomeKind.FAILED, Reason.REJECTED)
        return True

    def _all_parts_go(self, row: Row) -> bool:
        """Tell whether the operations remove every episode that is in a file.

        The server knows only the file as played or not: taking one episode out of it
        would take the others as well.
        """
        parts = {row.number, *numbers(row)}
        if len(parts) == 1:
            return True
        going = {
            operation.item.number
            for operation in self._operations
            if operation.action is Action.REMOVE
            and row.id in (self._addresses[id(operation)] or ())
        }
        return parts <= going


def _server_ids(native_ids: Iterable[str]) -> Iterator[str]:
    """Return the server's ids among native ids, of which some may be made up."""
    return (base_id(native) for native in native_ids if not native.startswith("own:"))


def _nowhere(operation: Operation) -> Outcome:
    """Return the outcome of an operation on an item that the server does not have."""
    if operation.action is Action.REMOVE:
        return Outcome(operation, OutcomeKind.ALREADY_THERE)
    return Outcome(operation, OutcomeKind.UNRESOLVED, Reason.NOT_FOUND)
