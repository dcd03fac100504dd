"""Send operations in batches, journalled, and turn the answers into outcomes."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import batched, groupby
from typing import Final

from .model import Feature
from .plan import Action, Operation, Outcome, OutcomeKind, Reason
from .provider import (
    AccountLimitError,
    AuthenticationError,
    Provider,
    ProviderError,
    ProviderUnavailableError,
    RateLimitedError,
)
from .store import Store

# How long a write in flight may take to settle after a run was cancelled.
SETTLE_SECONDS: Final = 8.0

_REASONS: Final[Mapping[type[ProviderError], Reason]] = {
    AuthenticationError: Reason.AUTHENTICATION,
    AccountLimitError: Reason.ACCOUNT_LIMIT,
    RateLimitedError: Reason.RATE_LIMITED,
    ProviderUnavailableError: Reason.UNAVAILABLE,
}


def reason_of(error: ProviderError) -> Reason:
    """Return the reason code of an error."""
    for kind, reason in _REASONS.items():
        if isinstance(error, kind):
            return reason
    return Reason.PROTOCOL_ERROR


@dataclass(slots=True)
class Applied:
    """What came of the operations of a plan.

    Every operation has an outcome or is in `not_sent`. `error` is what ended the
    sending early; `cancelled` tells that somebody did.
    """

    outcomes: list[Outcome] = field(default_factory=list)
    not_sent: list[Operation] = field(default_factory=list)
    error: ProviderError | None = None
    cancelled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """The journal of one run of a pair: nothing is sent that does not stand in it."""

    store: Store
    run_id: str
    pair_id: str
    now: Callable[[], datetime]

    async def open(self, operations: Sequence[Operation]) -> range:
        """Write down what is about to be sent; return the entries."""
        return await asyncio.to_thread(
            self.store.open_journal, self.run_id, self.pair_id, operations, self.now()
        )

    async def settle(self, outcomes: Mapping[int, Outcome]) -> None:
        """Write down what came of it, by entry."""
        await asyncio.to_thread(self.store.settle_journal, outcomes)


async def apply(
    operations: Sequence[Operation],
    provider: Provider,
    feature: Feature,
    journal: Journal,
    tell: Callable[[int], None],
) -> Applied:
    """Send operations to an account, a batch at a time.

    `tell` is told how many are done, batch by batch.

    An error ends the sending, since the next batch would most likely meet it too, and
    so does a batch without a single answer. What is removed goes in batches of its
    own: an item may come back under other ids right after. Being cancelled lets the batch in flight
    settle first.
    """
    applied = Applied()
    size = provider.capabilities[feature].batch_size
    batches = [
        list(batch)
        for _, alike in groupby(operations, _is_removal)
        for batch in batched(alike, size, strict=False)
    ]
    for number, batch in enumerate(batches, 1):
        tell(len(applied.outcomes))
        sending = asyncio.create_task(_send(batch, provider, feature, journal))
        try:
            await asyncio.shield(sending)
        except asyncio.CancelledError:
            applied.cancelled = True
            await _settle(sending)
        if sending.cancelled():
            outcomes = [_unanswered(operation, None) for operation in batch]
        else:
            outcomes, applied.error = sending.result()
        applied.outcomes += outcomes
        silent = all(outcome.kind is OutcomeKind.UNKNOWN for outcome in outcomes)
        if applied.cancelled or applied.error or silent:
            applied.not_sent = [each for rest in batches[number:] for each in rest]
            break
    if isinstance(applied.error, AccountLimitError):
        # Nothing else fits either, and to try it is no use for a while.
        applied.outcomes += [
            _unanswered(each, applied.error) for each in applied.not_sent
        ]
        applied.not_sent = []
    return applied


def _is_removal(operation: Operation) -> bool:
    """Tell whether an operation takes something away."""
    return operation.action is Action.REMOVE


async def _settle(
    sending: asyncio.Task[tuple[list[Outcome], ProviderError | None]],
) -> None:
    """Wait for a batch in flight, not forever: the journal knows it anyway."""
    _, unfinished = await asyncio.wait({sending}, timeout=SETTLE_SECONDS)
    for task in unfinished:
        task.cancel()
        await asyncio.wait({task})


async def _send(
    batch: Sequence[Operation], provider: Provider, feature: Feature, journal: Journal
) -> tuple[list[Outcome], ProviderError | None]:
    """Send one batch in its journal, and return its outcomes and what cut it short."""
    entries = await journal.open(batch)
    answered: dict[int, Outcome] = {}
    error: ProviderError | None = None
    try:
        async for outcome in provider.write(feature, batch):
            answered[id(outcome.operation)] = outcome
    except ProviderError as err:
        error = err
    outcomes = [
        answered.get(id(operation)) or _unanswered(operation, error)
        for operation in batch
    ]
    await journal.settle(dict(zip(entries, outcomes, strict=True)))
    return outcomes, error


def _unanswered(operation: Operation, error: ProviderError | None) -> Outcome:
    """Return the outcome of an operation that the provider said nothing of."""
    if error is None or error.maybe_sent:
        return Outcome(operation, OutcomeKind.UNKNOWN, Reason.NO_ANSWER)
    if isinstance(error, AccountLimitError):
        return Outcome(operation, OutcomeKind.UNRESOLVED, Reason.ACCOUNT_LIMIT)
    return Outcome(operation, OutcomeKind.FAILED, reason_of(error))
