"""The items on a server that operations are about, as they are at this moment."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final

from ...engine.model import Value
from ...engine.plan import Operation, Outcome, OutcomeKind, Reason
from ...engine.provider import ProtocolError
from .index import AmbiguousError, LibraryIndex
from .library import Lists
from .rows import Row

# How long, in seconds, until what was written is asked for: a server takes a moment.
PATIENCE: Final = (0.0, 0.5, 1.0, 2.0)


class RefusedError(Exception):
    """An operation must not be carried out, or was not; the outcome says why."""

    def __init__(self, kind: OutcomeKind, reason: Reason) -> None:
        """Remember what the outcome shall say."""
        super().__init__(reason)
        self.kind = kind
        self.reason = reason


class Targets:
    """The items of one batch of operations."""

    def __init__(
        self,
        lists: Lists,
        index: LibraryIndex,
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        """Start without knowing any item."""
        self._lists = lists
        self._index = index
        self._sleep = sleep
        self._rows: dict[str, Row] = {}
        self._keys: dict[int, Sequence[str] | None] = {}

    async def find(self, operations: Sequence[Operation]) -> None:
        """Find the items of all operations, and what the user did with them."""
        named = {key for each in operations for key in each.native_ids}
        self._rows = await self._lists.by_key(sorted(named))
        for operation in operations:
            keys = [key for key in operation.native_ids if key in self._rows]
            self._keys[id(operation)] = keys or await self._look_up(operation)
        found = {key for keys in self._keys.values() for key in keys or ()}
        self._rows |= await self._lists.by_key(sorted(found - self._rows.keys()))

    def rows(self, operation: Operation) -> list[Row]:
        """Return all copies of an operation's item, as they were found.

        Raises RefusedError where different items claim to be it.
        """
        keys = self._keys[id(operation)]
        if keys is None:
            raise RefusedError(OutcomeKind.UNRESOLVED, Reason.AMBIGUOUS)
        return [self._rows[key] for key in keys if key in self._rows]

    async def now(self, keys: Iterable[str]) -> dict[str, Row]:
        """Return items as they are now."""
        return await self._lists.by_key(keys)

    async def until(
        self, keys: Iterable[str], is_done: Callable[[Row], bool]
    ) -> dict[str, Row]:
        """Return items as they are when all are done, or as they are after a while."""
        wanted = sorted(set(keys))
        rows: dict[str, Row] = {}
        for pause in PATIENCE:
            if pause:
                await self._sleep(pause)
            open_ = [key for key in wanted if key not in rows or not is_done(rows[key])]
            if not open_:
                break
            rows |= await self._lists.by_key(open_)
        return rows

    async def _look_up(self, operation: Operation) -> Sequence[str] | None:
        """Return the keys of an item that is known by its ids only."""
        try:
            return sorted(await self._index.find(operation))
        except AmbiguousError:
            return None


def wanted_as[V](value: Value | None, kind: type[V]) -> V:
    """Return the value of an operation, which has to be of its feature's type."""
    if isinstance(value, kind):
        return value
    raise ProtocolError(f"The operation has no value of the type {kind.__name__}")


def applied(operation: Operation, row: Row) -> Outcome:
    """Return the outcome of an operation that was carried out on an item."""
    return Outcome(operation, OutcomeKind.APPLIED, native_id=row.key)


def already(operation: Operation, row: Row) -> Outcome:
    """Return the outcome of an operation that had nothing to do."""
    return Outcome(operation, OutcomeKind.ALREADY_THERE, native_id=row.key)


def unconfirmed(operation: Operation) -> Outcome:
    """Return the outcome of a write that was accepted and does not show."""
    return Outcome(operation, OutcomeKind.UNKNOWN, Reason.NO_ANSWER)
