"""Sends a batch: each operation by itself, and then one look at what has become of it."""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from ...engine.plan import Action, Operation, Outcome, OutcomeKind, Reason
from ...engine.provider import ProviderError
from ..mediabrowser.writing import carry_out_all
from .rows import Row
from .targets import RefusedError, Targets, applied, unconfirmed


class Change(Protocol):
    """How operations on one feature are carried out.

    The last view or rating of an item, and what else a server says of it, are known
    from before the first of them is sent.
    """

    async def prepare(self, operations: Sequence[Operation]) -> None:
        """Get ready for a batch whose items are known."""

    async def send(self, operation: Operation, rows: Sequence[Row]) -> Outcome | None:
        """Send an operation on an item that is there.

        Returns None where it has to be looked at; raises RefusedError.
        """

    def is_done(self, row: Row) -> bool:
        """Tell whether an item shows what was sent for it."""

    async def finish(self, rows: dict[str, Row]) -> None:
        """Take note of what all items that were written show by now."""


async def send_all(
    change: Change, targets: Targets, operations: Sequence[Operation]
) -> AsyncIterator[Outcome]:
    """Yield the outcome of each operation."""
    await targets.find(operations)
    await change.prepare(operations)
    sent: list[Operation] = []

    async def carry_out(operation: Operation) -> Outcome:
        """Send one operation; what has to be looked at is unconfirmed so far."""
        try:
            rows = targets.rows(operation)
            if not rows:
                return _nowhere(operation)
            outcome = await change.send(operation, rows)
        except RefusedError as refused:
            return Outcome(operation, refused.kind, refused.reason)
        if outcome is not None:
            return outcome
        sent.append(operation)
        return unconfirmed(operation)

    looked_at: set[int] = set()
    failure: ProviderError | None = None
    try:
        async for outcome in carry_out_all(operations, carry_out):
            if any(each is outcome.operation for each in sent):
                looked_at.add(id(outcome.operation))
            else:
                yield outcome
    except ProviderError as err:
        failure = err
    open_ = [each for each in operations if id(each) in looked_at]
    for outcome in await _judged(change, targets, open_):
        yield outcome
    if failure is not None:
        raise failure


async def _judged(
    change: Change, targets: Targets, sent: Sequence[Operation]
) -> list[Outcome]:
    """Return what has become of operations that were sent and accepted.

    Where the server cannot be asked, nobody knows.
    """
    keys = {row.key for operation in sent for row in targets.rows(operation)}
    try:
        rows = await targets.until(keys, change.is_done)
        await change.finish(rows)
    except ProviderError:
        return [unconfirmed(operation) for operation in sent]
    return [_judge(change, targets, operation, rows) for operation in sent]


def _judge(
    change: Change, targets: Targets, operation: Operation, rows: dict[str, Row]
) -> Outcome:
    """Return what has become of one operation."""
    shown = [rows[row.key] for row in targets.rows(operation) if row.key in rows]
    if not shown:
        return _nowhere(operation)
    if all(map(change.is_done, shown)):
        return applied(operation, shown[0])
    return unconfirmed(operation)


def _nowhere(operation: Operation) -> Outcome:
    """Return the outcome of an operation on an item that the server does not have."""
    if operation.action is Action.REMOVE:
        return Outcome(operation, OutcomeKind.ALREADY_THERE)
    return Outcome(operation, OutcomeKind.UNRESOLVED, Reason.NOT_FOUND)
