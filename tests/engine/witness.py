"""An account that remembers what it has listed, and judges each removal by it."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import override

from custom_components.crosswatch.engine.model import Feature, Record, Snapshot, Watched
from custom_components.crosswatch.engine.plan import Action, Operation, Outcome, Reason

from .fake_account import FakeAccount
from .worlds import name_of

type Fact = tuple[str, datetime | None]
"""An item by its name; and one of its plays, by its moment."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What one read has listed, and in which run that was."""

    run: int
    full: bool
    facts: frozenset[Fact]


def facts_of(record: Record) -> list[Fact]:
    """Return what a record says, by which it is known whatever its ids are."""
    name = name_of(record.item)
    plays = record.value.plays if isinstance(record.value, Watched) else ()
    return [(name, None), *((name, play.at) for play in plays)]


@dataclass(slots=True, kw_only=True)
class Witness(FakeAccount):
    """An account that remembers its complete answers since the state file was made.

    `run` is the number of the run, `feature` what its pair syncs, `other` the account
    across. With `by_play` each play is judged by itself, as in a pair that syncs all of
    them; without, an item is seen or not.
    """

    feature: Feature
    run: int = 0
    listings: list[Listing] = field(default_factory=list)
    named: dict[str, str] = field(default_factory=dict)
    other: Witness | None = None
    by_play: bool = False
    removals: int = 0

    @override
    async def read(self, feature: Feature, previous: Snapshot | None) -> Snapshot:
        snapshot = await FakeAccount.read(self, feature, previous)
        if snapshot.complete and feature is self.feature:
            records = snapshot.records
            facts = [fact for each in records.values() for fact in facts_of(each)]
            self.named |= {name: name_of(each.item) for name, each in records.items()}
            listing = Listing(self.run, previous is None, frozenset(facts))
            self.listings.append(listing)
        return snapshot

    @override
    async def write(
        self, feature: Feature, operations: Sequence[Operation]
    ) -> AsyncIterator[Outcome]:
        for operation in operations:
            if operation.action is Action.REMOVE:
                self._judge(operation)
        async for outcome in FakeAccount.write(self, feature, operations):
            yield outcome

    def forget(self) -> None:
        """Forget all, as the state file does when it is lost."""
        self.listings.clear()

    def _judge(self, operation: Operation) -> None:
        """Assert that a removal is earned: seen here, seen there before, and lost."""
        self.removals += 1
        for fact in self._removed(operation):
            assert any(fact in each.facts for each in self.listings), fact
            if operation.reason is Reason.NOT_IN_SOURCE:
                assert self.listed_before(fact), fact
            elif self.other is not None:
                assert self.other.listed_before(fact), fact
                if operation.reason is not Reason.RESET:
                    self.other.assert_lost(fact, self.run)

    def _removed(self, operation: Operation) -> list[Fact]:
        names = {self.named[each] for each in operation.native_ids}
        assert names, "a removal of what was never listed"
        plays = operation.before.plays if isinstance(operation.before, Watched) else ()
        if self.by_play and plays:
            return [(name, play.at) for name in names for play in plays]
        return [(name, None) for name in names]

    def listed_before(self, fact: Fact) -> bool:
        """Tell whether a read of an earlier run has listed this."""
        earlier = (each for each in self.listings if each.run < self.run)
        return any(fact in each.facts for each in earlier)

    def assert_lost(self, fact: Fact, run: int) -> None:
        """Assert that two reads in a row miss it, the last one fresh and full."""
        before, last = self.listings[-2:]
        assert last.run == run
        assert last.full
        assert fact not in before.facts, (fact, before)
        assert fact not in last.facts, (fact, last)
