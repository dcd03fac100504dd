"""What goes into one request: operations in batches, and the bodies made of them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from ...engine.model import Feature, Watched
from ...engine.plan import Action, Operation, Outcome
from ..http import JsonObject, JsonValue
from .accounting import (
    Judge,
    PlayIds,
    judge_added,
    judge_removed,
    outcomes,
    play_outcomes,
)
from .capabilities import BATCH_SIZES
from .payload import Payload, is_weak
from .room import PATHS


class Request(NamedTuple):
    """The body of a request, what is in it, and how its answer is to be read."""

    body: JsonObject
    sent: Sequence[Operation]
    read: Callable[[JsonObject], Iterable[Outcome]]
    refused: Sequence[Outcome] = ()


class Batch(NamedTuple):
    """Operations to be sent in one request."""

    path: str
    build: Callable[[Sequence[Operation]], Request]
    operations: Sequence[Operation]

    def part(self, operations: Sequence[Operation]) -> Batch:
        """Return a batch of the same kind with some of the operations."""
        return Batch(self.path, self.build, operations)


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
    total = 0
    for operation in operations:
        own = _size(operation)
        if chunk and total + own > size:
            yield chunk
            chunk, total = [], 0
        chunk.append(operation)
        total += own
    if chunk:
        yield chunk


def weight(operation: Operation) -> int:
    """Return how many places an operation takes in the account: changes take none."""
    is_change = operation.action is Action.UPDATE
    if is_change and operation.feature is not Feature.HISTORY:
        return 0
    return _size(operation)


def _size(operation: Operation) -> int:
    """Return how many things an operation stands for."""
    value = operation.value or operation.before
    return max(len(value.plays), 1) if isinstance(value, Watched) else 1


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
