"""Writes to a server: finds the items, changes them, and believes only its answer."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from typing import Final

from ...engine.model import Feature, Progress, Rated, Watched
from ...engine.plan import Action, Operation, Outcome, OutcomeKind, Reason
from ..answer import JsonObject
from .changes import (
    UNWATCHED,
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
from .library import LibraryIndex, rows_by_id
from .mapping import is_several, numbers, part_id
from .positions import (
    TO_START,
    is_at,
    is_nearly_over,
    position_change,
    wanted_ticks,
    went_on,
)
from .rows import EPISODE, MOVIE, Row, UserData, parse_user_data
from .server import Server
from .sessions import being_played
from .targets import Targets, ambiguous, nowhere
from .writing import carry_out_all

# A series or season stands for all that is in it: it is never written as a whole.
_OF_WHAT_IS_PLAYED: Final = frozenset({Feature.HISTORY, Feature.PROGRESS})


class RefusedError(Exception):
    """An operation must not be carried out, or was not; the outcome says why."""

    def __init__(self, kind: OutcomeKind, reason: Reason) -> None:
        """Remember what the outcome shall say."""
        super().__init__(reason)
        self.kind = kind
        self.reason = reason


async def write(
    client: Server,
    index: LibraryIndex,
    feature: Feature,
    operations: Sequence[Operation],
    *,
    rating_step: float,
) -> AsyncIterator[Outcome]:
    """Carry out the operations on one feature."""
    targets = Targets(client, operations)
    await targets.find(index)
    begun = feature is Feature.PROGRESS
    playing = being_played(await client.sessions(), client.user_id) if begun else {}
    batch = _Batch(client, feature, operations, targets, playing, rating_step)
    async for outcome in carry_out_all(operations, batch.carry_out):
        yield outcome


class _Batch:
    """The operations of one call, with the items that they are about."""

    def __init__(
        self,
        client: Server,
        feature: Feature,
        operations: Sequence[Operation],
        targets: Targets,
        playing: Collection[str],
        rating_step: float,
    ) -> None:
        """Take the items that were found, and those that are being played."""
        self._client = client
        self._feature = feature
        self._operations = operations
        self._targets = targets
        self._playing = playing
        self._step = rating_step
        # Two operations may be about one file that holds two episodes.
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def carry_out(self, operation: Operation) -> Outcome:
        """Bring all copies of an operation's item to what it wants."""
        if self._targets.addresses(operation) is None:
            return ambiguous(operation)
        changed = False
        answered: Row | None = None
        rows = self._targets.present(operation)
        ratings = [row.data.rating for row in rows]
        if self._feature is Feature.RATINGS and was_rated_since(
            ratings, operation, self._step
        ):
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
            return nowhere(operation)
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
        data = self._targets.rows[row.id].data
        if self._feature in _OF_WHAT_IS_PLAYED and row.type not in {MOVIE, EPISODE}:
            raise RefusedError(OutcomeKind.FAILED, Reason.KIND_NOT_SUPPORTED)
        match self._feature, operation.action:
            case Feature.HISTORY, Action.REMOVE:
                request = self._unwatch(operation, row, data)
            case Feature.HISTORY, _:
                request = self._watch(operation, row, data)
            case Feature.WATCHLIST, action:
                request = self._favour(row, data, on=action is not Action.REMOVE)
            case Feature.PROGRESS, Action.REMOVE:
                request = self._put_back(operation, row, data)
            case Feature.PROGRESS, _:
                request = self._put_at(operation, row, data)
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
        if data.position:
            # To mark it would forget where somebody is in it.
            answer = await self._client.save_user_data(row.id, dict(UNWATCHED))
        else:
            answer = await self._client.mark_unplayed(row.id)
        return self._settle(row, answer, lambda now: not now.played)

    async def _favour(self, row: Row, data: UserData, *, on: bool) -> bool | None:
        """Put an item among the favourites, or take it out."""
        if data.favourite is on:
            return False
        answer = await self._client.set_favourite(row.id, on=on)
        return self._settle(row, answer, lambda now: now.favourite is on)

    async def _put_at(
        self, operation: Operation, row: Row, data: UserData
    ) -> bool | None:
        """Put an item at a position."""
        wanted, before = wanted_as(operation.value, Progress), operation.before
        ticks = None if is_several(row) else wanted_ticks(wanted, row)
        if ticks is None:
            raise RefusedError(OutcomeKind.FAILED, Reason.REJECTED)
        if is_nearly_over(ticks, row):
            raise RefusedError(OutcomeKind.FAILED, Reason.NEARLY_FINISHED)
        self._check_that_nobody_plays(row)
        again = isinstance(before, Progress) and before.watched
        if data.played and not again:
            raise RefusedError(OutcomeKind.FAILED, Reason.ALREADY_WATCHED)
        if is_at(data, ticks) and not data.played:
            return False
        if not again and went_on(data, before, wanted.at):
            raise RefusedError(OutcomeKind.FAILED, Reason.CHANGED_SINCE)
        changes = position_change(data, ticks, wanted.at)
        answer = await self._client.save_user_data(row.id, changes)
        return self._settle(
            row, answer, lambda now: is_at(now, ticks) and not now.played
        )

    async def _put_back(
        self, operation: Operation, row: Row, data: UserData
    ) -> bool | None:
        """Put an item back to its start."""
        if not data.position:
            return False
        self._check_that_nobody_plays(row)
        if went_on(data, operation.before, None):
            raise RefusedError(OutcomeKind.FAILED, Reason.CHANGED_SINCE)
        answer = await self._client.save_user_data(row.id, TO_START)
        return self._settle(row, answer, lambda now: not now.position)

    def _check_that_nobody_plays(self, row: Row) -> None:
        """Refuse to move an item that is being played."""
        if row.id in self._playing:
            raise RefusedError(OutcomeKind.FAILED, Reason.BEING_PLAYED)

    async def _rate(
        self, operation: Operation, row: Row, data: UserData
    ) -> bool | None:
        """Rate an item."""
        wanted = wanted_as(operation.value, Rated)
        if (changes := rating_change(data, wanted, self._step)) is None:
            return False
        answer = await self._client.save_user_data(row.id, changes)
        return self._settle(row, answer, lambda now: is_rated(now, wanted, self._step))

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
        self._targets.learn(row._replace(data=now))
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
            and row.id in (self._targets.addresses(operation) or ())
        }
        return parts <= going
