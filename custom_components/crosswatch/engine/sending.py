"""Send a side its operations, and look up what no answer came of."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from .applying import Applied, Journal, apply, reason_of
from .confirming import confirm
from .model import Side, Snapshot
from .pair import Pair
from .plan import Action, Operation, Outcome, OutcomeKind, Reason
from .planning.rules import Rules
from .provider import ProviderError
from .reading import Reading, Snapshots
from .store import Store
from .waiting import to_the_end


@dataclass(slots=True)
class Sent:
    """What came of the operations of one side, and what its account holds now."""

    applied: Applied
    reading: Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Sends the operations of one feature of a run."""

    pair: Pair
    rules: Rules
    store: Store
    snapshots: Snapshots
    journal: Journal

    async def send(
        self,
        side: Side,
        operations: Sequence[Operation],
        reading: Reading,
        tell: Callable[[int], None],
    ) -> Sent:
        """Send operations to a side, and return what came of them.

        `tell` is told how many are done.

        What got no answer is looked up in a fresh read, and so is what was removed:
        whether it is gone decides what the item means when it is seen again.
        """
        account = self.pair.account(side)
        feature = self.rules.feature
        applied = await apply(operations, account.provider, feature, self.journal, tell)
        if applied.outcomes:
            writing = self.snapshots.wrote(account, feature, applied.outcomes)
            reading, cancelled = await to_the_end(writing)
            applied.cancelled |= cancelled
        sent = Sent(applied, reading)
        if any(map(_needs_a_look, applied.outcomes)):
            await self._look(side, sent)
        return sent

    async def _look(self, side: Side, sent: Sent) -> None:
        """Read a side once more, and settle by it what can be settled."""
        applied = sent.applied
        found = await self._read_back(side, applied)
        if found is None:
            return
        sent.reading = found
        snapshot = await found.snapshot()
        outcomes = applied.outcomes
        unknown = any(outcome.kind is OutcomeKind.UNKNOWN for outcome in outcomes)
        looked_up = [
            position
            for position, outcome in enumerate(outcomes)
            if _needs_a_look(outcome)
        ]
        lost = [outcomes[position].operation for position in looked_up]
        for position, found_out in zip(
            looked_up, confirm(lost, snapshot, self.rules), strict=True
        ):
            answered = outcomes[position].kind is not OutcomeKind.UNKNOWN
            if found_out.kind is not OutcomeKind.APPLIED:
                outcomes[position] = _not_seen_done(outcomes[position], applied.error)
            elif not answered:
                outcomes[position] = found_out
        if unknown:
            _, cancelled = await to_the_end(self._settle(side, snapshot))
            applied.cancelled |= cancelled

    async def _read_back(self, side: Side, applied: Applied) -> Reading | None:
        """Return what a side has after writes that need a look.

        None where it does not tell now: the journal still knows them, and the next
        run reads the side afresh.
        """
        if applied.cancelled:
            return None
        try:
            return await self.snapshots.read(
                self.pair.account(side), self.rules.feature, again=True, keep=True
            )
        except ProviderError:
            return None
        except asyncio.CancelledError:
            applied.cancelled = True
            return None

    async def _settle(self, side: Side, snapshot: Snapshot) -> None:
        """Settle what has arrived at a side after all.

        Right after sending its account may be late with what it lists: the next run
        looks once more for the rest.
        """
        unsettled = await asyncio.to_thread(
            self.store.unsettled, self.pair.pair_id, self.rules.feature
        )
        settled = self.judge(unsettled, {side: snapshot})
        await self.journal.settle(
            {
                entry: outcome
                for entry, outcome in settled.items()
                if outcome.kind is OutcomeKind.APPLIED
            }
        )

    def judge(
        self, unsettled: Mapping[int, Operation], sides: Mapping[Side, Snapshot]
    ) -> dict[int, Outcome]:
        """Return what came of operations without an answer, by fresh reads."""
        judged: dict[int, Outcome] = {}
        for side, snapshot in sides.items():
            lost = {
                entry: operation
                for entry, operation in unsettled.items()
                if operation.side is side
            }
            came_of = confirm(lost.values(), snapshot, self.rules)
            judged.update(zip(lost, came_of, strict=True))
        return judged

    def without_listed(
        self, outcomes: Sequence[Outcome], sides: Mapping[Side, Snapshot]
    ) -> list[Outcome]:
        """Return outcomes, of which no removal is done that a side still lists."""
        removals = {
            position: outcome.operation
            for position, outcome in enumerate(outcomes)
            if outcome.operation.action is Action.REMOVE
            and outcome.kind in {OutcomeKind.APPLIED, OutcomeKind.ALREADY_THERE}
        }
        checked = list(outcomes)
        for position, found_out in self.judge(removals, sides).items():
            if found_out.kind is not OutcomeKind.APPLIED:
                checked[position] = Outcome(
                    found_out.operation, OutcomeKind.UNRESOLVED, Reason.NOT_REMOVED
                )
        return checked


def _not_seen_done(outcome: Outcome, error: ProviderError | None) -> Outcome:
    """Return what came of an operation that a fresh read does not show as done.

    What is not listed yet may be late: the next run decides. What is still listed was
    not removed, whatever the account said.
    """
    operation = outcome.operation
    if operation.action is not Action.REMOVE:
        return outcome
    if outcome.kind is not OutcomeKind.UNKNOWN:
        return Outcome(operation, OutcomeKind.UNRESOLVED, Reason.NOT_REMOVED)
    reason = Reason.NO_ANSWER if error is None else reason_of(error)
    return Outcome(operation, OutcomeKind.FAILED, reason)


def _needs_a_look(outcome: Outcome) -> bool:
    """Tell whether only a fresh read tells what came of an operation."""
    removed = outcome.operation.action is Action.REMOVE
    done = outcome.kind in {OutcomeKind.APPLIED, OutcomeKind.ALREADY_THERE}
    return outcome.kind is OutcomeKind.UNKNOWN or (removed and done)
