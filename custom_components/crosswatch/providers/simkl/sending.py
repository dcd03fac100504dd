"""Sending batches: halved where one is refused, and told what came of it."""

from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ...engine.plan import Operation, Outcome, OutcomeKind, Reason
from ...engine.provider import ProviderError
from ..answer import Answer, JsonObject
from .client import SimklClient
from .refusal import BAD_REQUEST, TOO_LARGE

type Outcomes = Iterable[Outcome]


@dataclass(frozen=True, slots=True)
class Request:
    """One request: its body, what it stands for, and how its answer is read."""

    path: str
    body: JsonObject
    sent: Sequence[Operation]
    read: Callable[[JsonObject], Outcomes]


@dataclass(frozen=True, slots=True)
class Batch:
    """Operations for one request, which may have to be made smaller."""

    build: Callable[[Sequence[Operation]], Request]
    operations: Sequence[Operation]
    params: Mapping[str, str] = field(default_factory=dict)
    idempotent: bool = True


async def send(client: SimklClient, batches: Iterable[Batch]) -> AsyncIterator[Outcome]:
    """Send batches and yield one outcome for each operation.

    After a request without an answer nothing more is sent: the error stands for the
    rest, of which it is known that it was not sent.
    """
    pending = deque(batches)
    while pending:
        batch = pending.popleft()
        if not batch.operations:
            continue
        request = batch.build(batch.operations)
        try:
            answer = await client.post(
                request.path,
                request.body,
                batch.params,
                judged=(BAD_REQUEST, TOO_LARGE),
                idempotent=batch.idempotent,
            )
            results = list(request.read(_body(answer))) if answer.ok else []
        except ProviderError as err:
            if not err.maybe_sent:
                raise
            for operation in request.sent:
                yield Outcome(operation, OutcomeKind.UNKNOWN, Reason.NO_ANSWER)
            if any(each.operations for each in pending):
                err.maybe_sent = False
                raise
            return
        if answer.ok:
            for outcome in results:
                yield outcome
        elif len(batch.operations) > 1:
            # Of several, most are good: it is only the one alone that is to blame.
            pending.extendleft(reversed(_halves(batch)))
        else:
            yield Outcome(batch.operations[0], OutcomeKind.FAILED, Reason.REJECTED)


def _halves(batch: Batch) -> list[Batch]:
    """Return a batch as two smaller ones."""
    middle = len(batch.operations) // 2
    parts = batch.operations[:middle], batch.operations[middle:]
    return [Batch(batch.build, each, batch.params, batch.idempotent) for each in parts]


def _body(answer: Answer) -> JsonObject:
    """Return what was answered; some removals are answered with nothing at all."""
    return answer.object() if answer.body.strip() not in {b"", b"null"} else {}
