"""Sending operations to Trakt in as few requests as it takes."""

from collections import deque
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Final

from ...engine.model import Feature
from ...engine.plan import Action, Operation, Outcome, OutcomeKind, Reason
from ...engine.provider import ProviderError
from ..http import Answer
from .accounting import outcome_of
from .batching import Batch, Request, batches, play_batches, weight
from .client import TraktClient
from .paging import together
from .refusal import CONFLICT, FULL
from .removal import PlayFinder, known_ids, objection
from .room import PATHS, Room

# How many titles' plays are listed before the first of them are removed.
LOOKED_UP_AT_ONCE: Final = 50
# How often one call may halve what it sends, at a request a second.
MAX_REFUSALS: Final = 20


class Writer:
    """One call of write: what is still to be sent, and how often it was refused."""

    def __init__(
        self,
        client: TraktClient,
        feature: Feature,
        operations: Iterable[Operation],
        room: Room,
    ) -> None:
        """Prepare the batches."""
        self._client = client
        self._feature = feature
        self._room = room
        self._finder = PlayFinder(client)
        self._removals: list[Operation] = []
        others: list[Operation] = []
        for operation in operations:
            is_removal = operation.action is Action.REMOVE
            plays = feature is Feature.HISTORY and is_removal
            (self._removals if plays else others).append(operation)
        self._later = list(batches(feature, others))
        self._pending: deque[Batch] = deque()
        self._refusals = 0
        self._is_full = False

    async def outcomes(self) -> AsyncIterator[Outcome]:
        """Send everything and yield one outcome for each operation."""
        if self._removals:
            async for outcome in self._unwatched():
                yield outcome
        self._pending.extend(self._later)
        self._later.clear()
        async for outcome in self._sent():
            yield outcome
        if self._is_full:
            # All have their outcomes: this is for the person to read.
            raise self._room.error(self._feature)

    async def _unwatched(self) -> AsyncIterator[Outcome]:
        """Remove plays: those that are known by name at once, then the others.

        A name that Trakt does not know may be that of another account. So what it
        says is not there is looked for once more by its minute.
        """
        named: dict[int, Sequence[int]] = {}
        unclear: list[Operation] = []
        for operation in self._removals:
            if (reason := objection(operation)) is not None:
                yield Outcome(operation, OutcomeKind.FAILED, reason)
            elif ids := known_ids(operation):
                named[id(operation)] = ids
            else:
                unclear.append(operation)
        known = [each for each in self._removals if id(each) in named]
        self._pending.extend(play_batches(known, named))
        async for outcome in self._sent(more=bool(unclear)):
            if outcome.kind is OutcomeKind.ALREADY_THERE:
                unclear.append(outcome.operation)
            else:
                yield outcome
        while unclear:
            some, unclear = unclear[:LOOKED_UP_AT_ONCE], unclear[LOOKED_UP_AT_ONCE:]
            async for outcome in self._looked_up(some, more=bool(unclear)):
                yield outcome

    async def _looked_up(
        self, operations: Sequence[Operation], *, more: bool
    ) -> AsyncIterator[Outcome]:
        """Remove those plays of operations that are there."""
        lists = await together(*map(self._finder.find, operations))
        found: dict[int, Sequence[int]] = {}
        for operation, ids in zip(operations, lists, strict=True):
            if ids is None:
                yield Outcome(operation, OutcomeKind.UNRESOLVED, Reason.NOT_FOUND)
            elif not ids:
                yield Outcome(operation, OutcomeKind.ALREADY_THERE)
            else:
                found[id(operation)] = ids
        there = [each for each in operations if id(each) in found]
        self._pending.extend(play_batches(there, found))
        async for outcome in self._sent(more=more):
            yield outcome

    async def _sent(self, *, more: bool = False) -> AsyncIterator[Outcome]:
        """Send what is pending; `more` tells that there is more to come after it.

        After a request without an answer nothing more is sent: the error stands for
        the rest, of which it is known that it was not sent.
        """
        while self._pending:
            batch, waiting = await self._fitting(self._pending.popleft())
            for operation in waiting:
                yield self._without_room(operation)
            request = batch.build(batch.operations)
            for outcome in request.refused:
                yield outcome
            if not request.sent:
                continue
            doubt: ProviderError | None = None
            try:
                results = await self._send(batch, request)
            except ProviderError as err:
                if not err.maybe_sent:
                    raise
                err.maybe_sent = False
                doubt = err
                self._room.lost(self._feature)
                results = _all(request.sent, OutcomeKind.UNKNOWN, Reason.NO_ANSWER)
            for outcome in results:
                yield outcome
            if doubt is not None and (self._pending or self._later or more):
                raise doubt

    async def _send(self, batch: Batch, request: Request) -> Iterable[Outcome]:
        """Send a request and return the outcomes that are certain by that."""
        answer = await self._client.post(batch.path, request.body)
        sent = request.sent
        if answer.ok:
            told = answer.object()
            changes = sum(not weight(operation) for operation in sent)
            self._room.changed(self._feature, told, changes)
            return request.read(told)
        if answer.status == FULL:
            return await self._send_what_fits(batch, request, answer)
        if len(sent) > 1 and self._refusals < MAX_REFUSALS:
            # One of them, or their number, makes Trakt refuse all: nothing was done.
            self._refusals += 1
            middle = len(sent) // 2
            self._pending.appendleft(batch.part(sent[middle:]))
            self._pending.appendleft(batch.part(sent[:middle]))
            return ()
        if answer.status == CONFLICT and batch.path == PATHS[Feature.HISTORY]:
            # Trakt knows this play already. Of several, nothing tells which.
            kind = OutcomeKind.ALREADY_THERE if len(sent) == 1 else OutcomeKind.UNKNOWN
            return [outcome_of(operation, kind) for operation in sent]
        # Of several, most are good: it is only the one alone that is to blame.
        reason = Reason.REJECTED if len(sent) == 1 else Reason.PROTOCOL_ERROR
        return _all(sent, OutcomeKind.FAILED, reason)

    async def _send_what_fits(
        self, batch: Batch, request: Request, answer: Answer
    ) -> Iterable[Outcome]:
        """Prepare to send the part that fits in, and return that the others do not.

        Plays are not sent again: should a part of them have been stored after all,
        they would be there twice. Later ones find out what room there is.
        """
        wanted = sum(map(weight, request.sent))
        left = await self._room.refused(self._feature, wanted, answer)
        if not left or self._feature is Feature.HISTORY:
            return list(map(self._without_room, request.sent))
        self._pending.appendleft(batch.part(request.sent))
        return ()

    def _without_room(self, operation: Operation) -> Outcome:
        """Return that the account is full for an operation, and remember it."""
        self._is_full = True
        return Outcome(operation, OutcomeKind.UNRESOLVED, Reason.ACCOUNT_LIMIT)

    async def _fitting(self, batch: Batch) -> tuple[Batch, Sequence[Operation]]:
        """Return a batch with what fits into the account, and what does not.

        As in the order given: the rest waits until there is room.
        """
        if batch.path != PATHS[self._feature]:
            return batch, ()
        wanted = sum(map(weight, batch.operations))
        left = await self._room.left(self._feature, wanted)
        if left is None or wanted <= left:
            return batch, ()
        fitting: list[Operation] = []
        waiting: list[Operation] = []
        for operation in batch.operations:
            takes = weight(operation)
            (fitting if takes <= left else waiting).append(operation)
            left -= takes if takes <= left else 0
        return batch.part(fitting), waiting


def _all(
    operations: Iterable[Operation], kind: OutcomeKind, reason: Reason
) -> Iterable[Outcome]:
    """Return the same outcome for each of the operations."""
    return [Outcome(operation, kind, reason) for operation in operations]
