"""Which match an operation was planned for."""

from collections.abc import Iterator, Sequence

from ..matching import Match
from ..plan import Operation


class Origins:
    """Finds the match of an operation, by the identity of the operation.

    An index of very many operations takes as much memory as they do, and a plan is made
    while there is most in it already: it is made once somebody asks.
    """

    def __init__(
        self, operations: Sequence[Operation], matches: Sequence[Match]
    ) -> None:
        """Remember the operations, and the match of each."""
        self._operations = operations
        self._matches = matches
        self._found: dict[int, Match] | None = None

    def __iter__(self) -> Iterator[tuple[Operation, Match]]:
        """Yield each operation with its match."""
        return zip(self._operations, self._matches, strict=True)

    def of(self, operation: Operation) -> Match | None:
        """Return the match of an operation, None if it is none of these."""
        if self._found is None:
            self._found = {id(each): match for each, match in self}
        return self._found.get(id(operation))
