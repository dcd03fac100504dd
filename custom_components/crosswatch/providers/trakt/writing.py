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
    judge_added,
    judge_removed,
    judge_unwatched,
    outcome_of,
    outcomes,
    play_ids_of,
    play_outcomes,
)
from .client import TraktClient
from .payload import Payload, is_weak
from .refusal import CONFLICT, FULL

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
        self._pending = deque(batches(feature, operations))
        self._refusals = 0

    async def outcomes(self) -> AsyncIterator[Outcome]:
        """Send everything and yield one outcome for each operation.

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
            if doubt is not None and self._pending:
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
    by_play: list[Operation] = []
    removals: list[Operation] = []
    others: list[Operation] = []
    weak: list[Operation] = []
    for operation in operations:
        if operation.action is not Action.REMOVE:
            (weak if is_weak(operation) else others).append(operation)
        elif feature is Feature.HISTORY and play_ids_of(operation):
            by_play.append(operation)
        else:
            removals.append(operation)
    judge = judge_unwatched if feature is Feature.HISTORY else judge_removed
    for chunk in chunks(by_play, size):
        yield Batch(f"{path}/remove", plays_request, chunk)
    for chunk in chunks(removals, size):
        yield Batch(f"{path}/remove", partial(items_request, judge), chunk)
    # Ids that are not documented may make Trakt refuse all that stands beside them.
    for group in (others, weak):
        for chunk in chunks(group, size):
            yield Batch(path, partial(items_request, judge_added), chunk)


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


def plays_request(operations: Sequence[Operation]) -> Request:
    """Return the request that removes single plays."""
    ids: list[JsonValue] = []
    for operation in operations:
        ids.extend(play_ids_of(operation))
    return Request({"ids": ids}, operations, partial(play_outcomes, operations))


def _all(
    operations: Iterable[Operation], kind: OutcomeKind, reason: Reason
) -> Iterable[Outcome]:
    """Return the same outcome for each of the operations."""
    return [Outcome(operation, kind, reason) for operation in operations]
