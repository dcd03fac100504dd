"""The items of a server that operations are about."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from ...engine.plan import Action, Operation, Outcome, OutcomeKind, Reason
from .library import AmbiguousError, LibraryClient, LibraryIndex, rows_by_id
from .mapping import base_id
from .rows import Row


class Targets:
    """The items of one call's operations, with what the user did with them.

    All of them are read first, at once: nothing is written that is there already, and
    nothing newer is overwritten.
    """

    def __init__(self, client: LibraryClient, operations: Sequence[Operation]) -> None:
        """Start without knowing any item."""
        self._client = client
        self._operations = operations
        self._rows: dict[str, Row] = {}
        self._addresses: dict[int, list[str] | None] = {}

    @property
    def rows(self) -> Mapping[str, Row]:
        """Return all items that were found, by id."""
        return self._rows

    async def find(self, index: LibraryIndex) -> None:
        """Find the items of all operations."""
        for operation in self._operations:
            self._addresses[id(operation)] = list(
                dict.fromkeys(_server_ids(operation.native_ids))
            )
        await self._read(self._addresses.values())
        looked_up = [
            operation for operation in self._operations if not self.present(operation)
        ]
        for operation in looked_up:
            try:
                found = sorted(await index.find(operation))
            except AmbiguousError:
                self._addresses[id(operation)] = None
            else:
                self._addresses[id(operation)] = found
        await self._read(self._addresses[id(operation)] for operation in looked_up)

    async def _read(self, addresses: Iterable[list[str] | None]) -> None:
        """Read the items at these addresses, as far as they are not known."""
        wanted = {
            address
            for some in addresses
            for address in some or ()
            if address not in self._rows
        }
        self._rows.update(await rows_by_id(self._client, wanted, user_data=True))

    def addresses(self, operation: Operation) -> Collection[str] | None:
        """Return where an operation's item may be; None where that is ambiguous."""
        return self._addresses[id(operation)]

    def present(self, operation: Operation) -> list[Row]:
        """Return the copies of an operation's item that are on the server."""
        addresses = self._addresses[id(operation)] or ()
        return [self._rows[address] for address in addresses if address in self._rows]

    def learn(self, row: Row) -> None:
        """Remember an item as it is after a write."""
        self._rows[row.id] = row


def ambiguous(operation: Operation) -> Outcome:
    """Return the outcome of an operation on one of several items, but which?"""
    return Outcome(operation, OutcomeKind.UNRESOLVED, Reason.AMBIGUOUS)


def nowhere(operation: Operation) -> Outcome:
    """Return the outcome of an operation on an item that the server does not have."""
    if operation.action is Action.REMOVE:
        return Outcome(operation, OutcomeKind.ALREADY_THERE)
    return Outcome(operation, OutcomeKind.UNRESOLVED, Reason.NOT_FOUND)


def _server_ids(native_ids: Iterable[str]) -> Iterator[str]:
    """Return the server's ids among native ids, of which some may be made up."""
    return (base_id(native) for native in native_ids if not native.startswith("own:"))
