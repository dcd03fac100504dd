"""One feature of one run: read → match → plan → guard → apply → confirm → record."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from .applying import Applied, Journal, apply
from .codec import decode_report_items, encode_report_items
from .confirming import confirm
from .guards import hold_all, is_suspicious_shrink
from .ledger import LedgerRow
from .model import Feature, Side, Snapshot
from .pair import Pair, RunOptions
from .plan import Operation, Outcome, OutcomeKind, Reason
from .planning import Draft, plan_feature
from .planning.rules import Rules
from .provider import ProviderError
from .reading import Reading, Snapshots
from .recording import ledger_change, missed_change, next_retry
from .report import Failure, FeatureReport, report_dry_run, report_run, report_unchanged
from .store import Planned, Store
from .waiting import both, failure_of, to_the_end


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureRun:
    """What one feature of a run works with."""

    pair: Pair
    options: RunOptions
    rules: Rules
    store: Store
    snapshots: Snapshots
    journal: Journal
    now: Callable[[], datetime]

    @property
    def feature(self) -> Feature:
        """Return the feature that is synced."""
        return self.rules.feature

    async def run(self) -> tuple[FeatureReport, bool]:
        """Return the report, and whether the run was cancelled meanwhile.

        Raises SideError where an account cannot be read.
        """
        scope = (self.pair.pair_id, self.feature)
        unsettled = await asyncio.to_thread(self.store.unsettled, *scope)
        missed = await asyncio.to_thread(self.store.unrecorded, *scope)
        source, target = await self._read(target_afresh=bool(unsettled))
        last = await asyncio.to_thread(self.store.load_planned, *scope)
        begun = unsettled or missed
        if last and not begun and self._nothing_changed(last, source, target):
            return report_unchanged(decode_report_items(last.items)), False

        ledger: Sequence[LedgerRow]
        ledger = await asyncio.to_thread(self.store.load_ledger, *scope)
        if missed:
            ledger = await self._catch_up(ledger, missed, last)
        planned_at = self.now()
        draft = await self._plan(source, target, ledger, planned_at)
        if shrunk := await self._suspicious(last, source, target):
            held = hold_all(draft.plan, Reason.SUSPICIOUS_SHRINK)
            return report_run(held, (), failure=shrunk), False
        if self.options.dry_run:
            return report_dry_run(draft.plan), False

        if unsettled:
            await self._settle_journal(target)
        applied, target = await self._apply(draft.plan.operations, target)
        recording = self._record(draft, ledger, applied, source, target, planned_at)
        _, cancelled = await to_the_end(recording)
        applied.cancelled |= cancelled
        failure = failure_of(Side.TARGET, applied.error) if applied.error else None
        report = report_run(draft.plan, applied.outcomes, applied.not_sent, failure)
        return report, applied.cancelled

    async def _read(self, *, target_afresh: bool) -> list[Reading]:
        """Read both sides; a dry run keeps nothing of what it reads."""
        keep = not self.options.dry_run
        full = self.options.full_refresh
        return await both(
            self.snapshots.read(self.pair.source, self.feature, full=full, keep=keep),
            self.snapshots.read(
                self.pair.target,
                self.feature,
                again=target_afresh,
                full=full,
                keep=keep,
            ),
        )

    def _nothing_changed(self, last: Planned, source: Reading, target: Reading) -> bool:
        """Tell whether a plan could only come out as empty as the last one left it."""
        seen = (last.rules, last.source_version, last.target_version)
        return (
            not self.options.full_refresh
            and seen == (self.rules.signature, source.version, target.version)
            and (last.valid_until is None or self.now().timestamp() < last.valid_until)
        )

    async def _catch_up(
        self,
        ledger: Sequence[LedgerRow],
        missed: Sequence[Outcome],
        last: Planned | None,
    ) -> Sequence[LedgerRow]:
        """Return the ledger with what an earlier run did, which it never wrote there."""
        change = missed_change(ledger, missed, self.now())
        if self.options.dry_run:
            known = {row.row_id for row in change.rows}
            return [*(row for row in ledger if row.row_id not in known), *change.rows]
        scope = (self.pair.pair_id, self.feature)
        await asyncio.to_thread(
            self.store.record, *scope, change, last and replace(last, rules="")
        )
        return await asyncio.to_thread(self.store.load_ledger, *scope)

    async def _plan(
        self,
        source: Reading,
        target: Reading,
        ledger: Sequence[LedgerRow],
        planned_at: datetime,
    ) -> Draft:
        """Plan the feature in a thread, so that the event loop never waits for it."""
        at_source, at_target = await both(source.snapshot(), target.snapshot())
        return await asyncio.to_thread(
            plan_feature,
            at_source,
            at_target,
            ledger,
            self.rules,
            now=planned_at,
            retry=self.options.full_refresh,
        )

    async def _suspicious(
        self, last: Planned | None, source: Reading, target: Reading
    ) -> Failure | None:
        """Return what to say of a side that is suddenly all but empty."""
        if last is None or not self.pair.policy.shrink_guard:
            return None
        for side, account, had, reading in (
            (Side.SOURCE, self.pair.source, last.source_count, source),
            (Side.TARGET, self.pair.target, last.target_count, target),
        ):
            has = _listed(await reading.snapshot())
            if is_suspicious_shrink(had, has):
                return Failure(
                    side=side,
                    reason=Reason.SUSPICIOUS_SHRINK,
                    message=(
                        f"{account.name} had {had} records at the last run and now "
                        f"has {has}, which looks like a fault of the service, so "
                        "nothing was written. If this is right, switch off the shrink "
                        "guard of this pair for one run"
                    ),
                )
        return None

    async def _apply(
        self, operations: Sequence[Operation], target: Reading
    ) -> tuple[Applied, Reading]:
        """Send the operations, and look up those of which no answer came."""
        account = self.pair.target
        applied = await apply(operations, account.provider, self.feature, self.journal)
        unknown = [
            position
            for position, outcome in enumerate(applied.outcomes)
            if outcome.kind is OutcomeKind.UNKNOWN
        ]
        if unknown and (found := await self._read_back(applied)):
            lost = [applied.outcomes[position].operation for position in unknown]
            came_of = confirm(lost, await found.snapshot(), self.rules)
            for position, outcome in zip(unknown, came_of, strict=True):
                # What is not listed yet may be late: the next run decides.
                if outcome.kind is OutcomeKind.APPLIED:
                    applied.outcomes[position] = outcome
            _, cancelled = await to_the_end(self._settle_journal(found, late=True))
            applied.cancelled |= cancelled
            return applied, found
        if applied.outcomes:
            writing = self.snapshots.wrote(account, self.feature, applied.outcomes)
            target, cancelled = await to_the_end(writing)
            applied.cancelled |= cancelled
        return applied, target

    async def _read_back(self, applied: Applied) -> Reading | None:
        """Return what the target has after writes without an answer.

        None where it does not tell now: the journal still knows them, and the next
        run reads the target afresh.
        """
        if applied.cancelled:
            return None
        try:
            return await self.snapshots.read(
                self.pair.target, self.feature, again=True, keep=True
            )
        except ProviderError:
            return None
        except asyncio.CancelledError:
            applied.cancelled = True
            return None

    async def _settle_journal(self, target: Reading, *, late: bool = False) -> None:
        """Settle what got no answer by a fresh read.

        Right after sending the target may be late with what it lists: with `late`
        only what has arrived is settled, and the next run looks once more.
        """
        unsettled = await asyncio.to_thread(
            self.store.unsettled, self.pair.pair_id, self.feature
        )
        came_of = confirm(unsettled.values(), await target.snapshot(), self.rules)
        await self.journal.settle(
            {
                entry: outcome
                for entry, outcome in zip(unsettled, came_of, strict=True)
                if not late or outcome.kind is OutcomeKind.APPLIED
            }
        )

    async def _record(
        self,
        draft: Draft,
        ledger: Sequence[LedgerRow],
        applied: Applied,
        source: Reading,
        target: Reading,
        planned_at: datetime,
    ) -> None:
        """Write the ledger, and what the next run may rely on."""
        change = await asyncio.to_thread(
            ledger_change, draft, applied.outcomes, self.now()
        )
        settled = not applied.not_sent and all(
            outcome.kind in {OutcomeKind.APPLIED, OutcomeKind.ALREADY_THERE}
            for outcome in applied.outcomes
        )
        skipped = report_dry_run(replace(draft.plan, operations=()))
        planned = Planned(
            # No rules are like this: what failed has to be planned anew.
            rules=self.rules.signature if settled else "",
            source_version=source.version,
            target_version=target.version,
            source_count=_listed(await source.snapshot()),
            target_count=_listed(await target.snapshot()),
            valid_until=next_retry(ledger, change, planned_at),
            items=encode_report_items(skipped.items),
        )
        await asyncio.to_thread(
            self.store.record, self.pair.pair_id, self.feature, change, planned
        )


def _listed(snapshot: Snapshot) -> int:
    """Count what an account has listed itself: it may be late with our own writes."""
    return sum(record.seen for record in snapshot.records.values())
