"""How many of the true pairs were found, and how many of the found are true."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from custom_components.crosswatch.engine.ledger import LedgerRow

type Names = Mapping[str, str]
type Pairs = set[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Score:
    """What came of matching: true names of what was joined, right and wrong.

    `hidden` are true pairs that nobody could have told.
    """

    right: frozenset[str]
    wrong: frozenset[tuple[str, str]]
    missed: frozenset[str]
    hidden: frozenset[str]

    def __add__(self, other: Score) -> Score:
        """Return the score of both together; no name is in both."""
        return Score(
            self.right | other.right,
            self.wrong | other.wrong,
            self.missed | other.missed,
            self.hidden | other.hidden,
        )

    @property
    def there(self) -> frozenset[str]:
        """Return all true pairs."""
        return self.right | self.missed | self.hidden

    @property
    def recall(self) -> float:
        """Return the part of the pairs that can be told which was found."""
        there = len(self.right - self.hidden) + len(self.missed)
        return len(self.right - self.hidden) / there

    @property
    def recall_of_all(self) -> float:
        """Return the part of all true pairs which was found."""
        return len(self.right) / len(self.there)

    @property
    def precision(self) -> float:
        """Return the part of the found pairs which is true."""
        return len(self.right) / (len(self.right) + len(self.wrong))

    def line(self, label: str) -> str:
        """Return the score as a line of a table."""
        return (
            f"{label:<38} {len(self.there):>6} {len(self.right):>6} {len(self.wrong):>6}"
            f" {self.precision:>10.2%} {self.recall:>8.2%} {self.recall_of_all:>8.2%}"
            f" {len(self.hidden - self.right):>6}"
        )


HEADER = (
    f"{'':<38} {'pairs':>6} {'found':>6} {'wrong':>6} {'precision':>10} {'recall':>8}"
    f" {'of all':>8} {'hidden':>6}"
)


def pairs_in(rows: Iterable[LedgerRow]) -> Pairs:
    """Return the native ids that a ledger has for one item on both sides."""
    return {
        (source, target)
        for row in rows
        for source in row.source_native.split("\n")
        for target in row.target_native.split("\n")
        if source and target
    }


def score(
    found: Pairs, source: Names, target: Names, hidden: Collection[str] = ()
) -> Score:
    """Return how good pairs are; the names are the truth of either side."""
    named = {(source[one], target[other]) for one, other in found}
    right = {one for one, other in named if one == other}
    both = set(source.values()) & set(target.values())
    return Score(
        frozenset(right),
        frozenset((one, other) for one, other in named if one != other),
        frozenset(both - right - set(hidden)),
        frozenset(both & set(hidden)),
    )
