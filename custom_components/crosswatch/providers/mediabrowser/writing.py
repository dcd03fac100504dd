"""Carries out operations a few at a time, on servers that take them one by one."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from typing import Final

from ...engine.plan import Operation, Outcome, OutcomeKind, Reason
from ...engine.provider import ProtocolError, ProviderError, ProviderUnavailableError

CONCURRENCY: Final = 4
# One item may be poison to a server; so many in a row mean that the server is ill.
MOST_FAILURES: Final = 3

type CarryOut = Callable[[Operation], Awaitable[Outcome]]


class _Run:
    """The operations of one call of `write`."""

    def __init__(self, operations: Sequence[Operation], carry_out: CarryOut) -> None:
        """Start with none of them done."""
        self.outcomes: asyncio.Queue[Outcome | None] = asyncio.Queue()
        self.error: ProviderError | None = None
        self._waiting: Iterator[Operation] = iter(operations)
        self._carry_out = carry_out
        self._failures = 0

    async def work(self) -> None:
        """Take one operation after the other until there is none, or an error."""
        try:
            while self.error is None:
                if (operation := next(self._waiting, None)) is None:
                    break
                await self._do(operation)
        finally:
            self.outcomes.put_nowait(None)

    async def _do(self, operation: Operation) -> None:
        """Carry out one operation; an error is its own, or everybody's."""
        try:
            outcome = await self._carry_out(operation)
        except (ProtocolError, ProviderUnavailableError) as err:
            self._failures += 1
            if self._failures >= MOST_FAILURES:
                self.error = self.error or type(err)(str(err))
            self.outcomes.put_nowait(_failed(operation, err))
        except ProviderError as err:
            self.error = self.error or err
            if err.maybe_sent:
                self.outcomes.put_nowait(_failed(operation, err))
                err.maybe_sent = False
        else:
            self._failures = 0
            self.outcomes.put_nowait(outcome)


async def carry_out_all(
    operations: Sequence[Operation], carry_out: CarryOut
) -> AsyncIterator[Outcome]:
    """Yield the outcome of each operation as it comes.

    An error that concerns all is raised when those under way have come to an end,
    so that nothing that was done goes without its outcome.
    """
    run = _Run(operations, carry_out)
    workers = [
        asyncio.create_task(run.work())
        for _ in range(min(CONCURRENCY, len(operations)))
    ]
    try:
        working = len(workers)
        while working:
            if (outcome := await run.outcomes.get()) is None:
                working -= 1
            else:
                yield outcome
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
    for worker in workers:
        # Anything but a ProviderError is a fault of ours, and must be seen.
        worker.result()
    if run.error is not None:
        raise run.error


def _failed(operation: Operation, err: ProviderError) -> Outcome:
    """Return the outcome of an operation that failed by itself."""
    if err.maybe_sent:
        return Outcome(operation, OutcomeKind.UNKNOWN, Reason.NO_ANSWER)
    reason = Reason.REJECTED if isinstance(err, ProtocolError) else Reason.UNAVAILABLE
    return Outcome(operation, OutcomeKind.FAILED, reason)
