"""Sending operations to Trakt in as few requests as it takes."""

from collections import deque
from collections.abc import (
    AsyncIterator,
    Callable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import dataclass
from functools import partial
from math import inf
from time import monotonic
from typing import Final

from ...engine.model import Feature, Watched
from ...engine.plan import Action, Operation, Outcome, OutcomeKind, Reason
from ...engine.provider import ProviderError
from ..http import JsonObject, JsonValue
from .accounting import (
    Judge,
    PlayIds,
    judge_added,
    judge_removed,
    outcome_of,
    outcomes,
    play_outcomes,
)
from .client import TraktClient
from .paging import together
from .payload import Payload, is_weak
from .refusal import CONFLICT, FULL
from .removal import PlayFinder, known_ids, objection

PATHS: Final[Mapping[Feature, str]] = {
    Feature.HISTORY: "/sync/history",
    Feature.RATINGS: "/sync/ratings",
    Feature.WATCHLIST: "/sync/watchlist",
}
# How many things one request holds. Trakt documents no limit; but the larger a
# request, the longer it takes, and the more is in doubt when no answer comes.
BATCH_SIZES: Final[Mapping[Feature, int]] = {
    Feature.HISTORY: 500,
    Feature.RATINGS: 250,
    Feature.WATCHLIST: 100,
}
# How many titles' plays are listed before the first of them are removed.
LOOKED_UP_AT_ONCE: Final = 50
# How often one call may halve what it sends, at a request a second.
MAX_REFUSALS: Final = 20
# For how many seconds an account that was full down to the last place is taken as such.
FULL_FOR: Final = 3600


@dataclass(frozen=True, slots=True)
class Request:
    """The body of a request, what is in it, and how its answer is to be read."""

    body: JsonObject
    sent: Sequence[Operation]
    read: Callable[[JsonObject], Iterable[Outcome]]
    refused: Sequence[Outcome] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """Operations to be sent in one request."""

    path: str
    build: Callable[[Sequence[Operation]], Request]
    operations: Sequence[Operation]

    def part(self, operations: Sequence[Operation]) -> Batch:
        """Return a batch of the same kind with some of the operations."""
        return Batch(self.path, self.build, operations)


class Writer:
    """One call of write: what is still to be sent, and how often it was refused.

    `full` holds when the account was last found to have no room for a feature.
    """

    def __init__(
        self,
        client: TraktClient,
        feature: Feature,
        operations: Iterable[Operation],
        full: dict[Feature, float],
    ) -> None:
        """Prepare the batches."""
        self._client = client
        self._feature = feature
        self._full = full
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

    async def outcomes(self) -> AsyncIterator[Outcome]:
        """Send everything and yield one outcome for each operation."""
        if self._removals:
            async for outcome in self._unwatched():
                yield outcome
        self._pending.extend(self._later)
        self._later.clear()
        async for outcome in self._sent():
            yield outcome

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
            batch = self._pending.popleft()
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
            self._full.pop(self._feature, None)
            return request.read(answer.object())
        if answer.status == FULL and not self._may_fit(sent):
            self._full[self._feature] = monotonic()
            rest = [
                operation for each in self._pending for operation in each.operations
            ]
            self._pending.clear()
            return _all([*sent, *rest], OutcomeKind.UNRESOLVED, Reason.ACCOUNT_LIMIT)
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

    def _may_fit(self, sent: Sequence[Operation]) -> bool:
        """Return whether a part of what a full account refused may still fit in.

        Plays are not tried again: should a part of them have been stored after all,
        they would be there twice.
        """
        return (
            len(sent) > 1
            and self._refusals < MAX_REFUSALS
            and self._feature is not Feature.HISTORY
            and monotonic() - self._full.get(self._feature, -inf) > FULL_FOR
        )


def batches(feature: Feature, operations: Iterable[Operation]) -> Iterator[Batch]:
    """Yield operations in batches: removals first, as they make room."""
    path, size = PATHS[feature], BATCH_SIZES[feature]
    removals: list[Operation] = []
    others: list[Operation] = []
    weak: list[Operation] = []
    for operation in operations:
        if operation.action is not Action.REMOVE:
            (weak if is_weak(operation) else others).append(operation)
        else:
            removals.append(operation)
    for chunk in chunks(removals, size):
        yield Batch(f"{path}/remove", partial(items_request, judge_removed), chunk)
    # Ids that are not documented may make Trakt refuse all that stands beside them.
    for group in (others, weak):
        for chunk in chunks(group, size):
            yield Batch(path, partial(items_request, judge_added), chunk)


def play_batches(operations: Iterable[Operation], plays: PlayIds) -> Iterator[Batch]:
    """Yield operations in batches that remove single plays."""
    path, size = PATHS[Feature.HISTORY], BATCH_SIZES[Feature.HISTORY]
    for chunk in chunks(operations, size):
        yield Batch(f"{path}/remove", partial(plays_request, plays), chunk)


def chunks(operations: Iterable[Operation], size: int) -> Iterator[Sequence[Operation]]:
    """Yield operations in groups that stand for at most `size` things each."""
    chunk: list[Operation] = []
    weight = 0
    for operation in operations:
        value = operation.value or operation.before
        own = max(len(value.plays), 1) if isinstance(value, Watched) else 1
        if chunk and weight + own > size:
            yield chunk
            chunk, weight = [], 0
        chunk.append(operation)
        weight += own
    if chunk:
        yield chunk


def items_request(judge: Judge, operations: Sequence[Operation]) -> Request:
    """Return the request that names items."""
    payload = Payload.of(operations)
    return Request(
        payload.body,
        [entry.operation for entry in payload.entries],
        partial(outcomes, payload.entries, judge=judge),
        payload.refused,
    )


def plays_request(plays: PlayIds, operations: Sequence[Operation]) -> Request:
    """Return the request that removes single plays."""
    names = dict.fromkeys(each for one in operations for each in plays[id(one)])
    ids: list[JsonValue] = list(names)
    return Request({"ids": ids}, operations, partial(play_outcomes, operations, plays))


def _all(
    operations: Iterable[Operation], kind: OutcomeKind, reason: Reason
) -> Iterable[Outcome]:
    """Return the same outcome for each of the operations."""
    return [Outcome(operation, kind, reason) for operation in operations]
