"""One feature of one run: read → match → plan → guard → apply → confirm → record."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from copy import replace
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Final, Self

from .applying import Journal
from .codec import decode_report_items, encode_report_items
from .guards import hold_all, hold_removals, is_suspicious_shrink, survivors
from .headway import Headway, Phase, Watch, nobody
from .learning import Learning, told
from .ledger import LedgerRow
from .model import Feature, Side, Snapshot
from .pair import Pair, RunOptions
from .plan import Action, Operation, Outcome, OutcomeKind, Reason
from .planning import Draft, plan_feature
from .planning.leaving import Left
from .planning.rules import Rules
from .planning.watched import WatchedAt, WatchedBySide, watched_at
from .provider import LosesItems, ProviderError
from .reading import Reading, Snapshots
from .recording import ledger_change, missed_change, next_retry
from .report import Failure, FeatureReport, report_dry_run, report_run, report_unchanged
from .running import Running
from .sending import Sender, Sent
from .store import Change, Planned, Store
from .waiting import SideError, both, failure_of, to_the_end

_GUARDS: Final = frozenset({Reason.MASS_DELETE, Reason.SUSPICIOUS_SHRINK})


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureRun:
    """What one feature of a run works with."""

    pair: Pair
    options: RunOptions
    rules: Rules
    store: Store
    snapshots: Snapshots
    journal: Journal
    learning: Learning
    now: Callable[[], datetime]
    watch: Watch = nobody

    @classmethod
    def of(cls, running: Running, rules: Rules, snapshots: Snapshots) -> Self:
        """Return the run of one feature, with a journal of its own."""
        return cls(
            pair=running.pair,
            options=running.options,
            rules=rules,
            store=running.store,
            snapshots=snapshots,
            journal=Journal(
                store=running.store,
                run_id=running.run_id,
                pair_id=running.pair.pair_id,
                now=running.now,
            ),
            learning=Learning(snapshots.lookups),
            now=running.now,
            watch=running.watch,
        )

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
        sides = await self._read({each.side for each in unsettled.values()})
        last = await asyncio.to_thread(self.store.load_planned, *scope)
        missed = await self._missed(unsettled, sides)
        if last and not missed and self._nothing_changed(last, sides):
            return report_unchanged(decode_report_items(last.items)), False

        ledger = await self._ledger(missed, last)
        planned_at = self.now()
        draft = await self._plan(sides, ledger, planned_at)
        shrunk = await self._suspicious(last, sides, draft)
        if shrunk:
            # One bad answer is no reason to alarm anybody.
            await self._look_again(shrunk.side, sides)
            draft = await self._plan(sides, ledger, planned_at)
            shrunk = await self._suspicious(last, sides, draft)
        if shrunk:
            await self._disbelieve(shrunk.side)
            held = hold_all(draft.plan, Reason.SUSPICIOUS_SHRINK)
            return report_run(held, (), failure=shrunk), False
        draft = self._without_hearsay(draft)
        note = told(self.learning.unanswered, self.snapshots.lookups)
        if self.options.dry_run:
            return replace(report_dry_run(draft.plan), note=note), False

        done = await self._send(draft.plan.operations, sides)
        recording = self._record(draft, ledger, done, sides, planned_at)
        _, cancelled = await to_the_end(recording)
        report = report_run(draft.plan, done.outcomes, done.not_sent, done.failure)
        return replace(report, note=note), done.cancelled or cancelled

    def _tell(self, phase: Phase, done: int = 0, total: int = 0) -> None:
        """Tell how far the run has come."""
        self.watch(Headway(self.feature, phase, done, total))

    def _tell_sent(self, before: int, total: int, count: int) -> None:
        """Tell how many operations are done, of those of both sides."""
        self._tell(Phase.WRITING, before + count, total)

    async def draft(self) -> Draft:
        """Return what a run would do now, without doing it; raises SideError."""
        scope = (self.pair.pair_id, self.feature)
        unsettled = await asyncio.to_thread(self.store.unsettled, *scope)
        sides = await self._read({each.side for each in unsettled.values()})
        last = await asyncio.to_thread(self.store.load_planned, *scope)
        missed = await self._missed(unsettled, sides)
        draft = await self._plan(sides, await self._ledger(missed, last), self.now())
        if await self._suspicious(last, sides, draft):
            held = hold_all(draft.plan, Reason.SUSPICIOUS_SHRINK)
            return replace(draft, plan=held)
        return draft

    async def _missed(
        self, unsettled: Mapping[int, Operation], sides: Mapping[Side, Reading]
    ) -> Sequence[Outcome]:
        """Return what earlier runs did that the ledger does not know.

        What got no answer is settled by what the sides show now.
        """
        scope = (self.pair.pair_id, self.feature)
        missed = await asyncio.to_thread(self.store.unrecorded, *scope)
        if not unsettled and not missed:
            return ()
        shown = {side: await reading.snapshot() for side, reading in sides.items()}
        settled = self._sender.judge(unsettled, shown)
        if self._keep and settled:
            await self.journal.settle(settled)
            missed = await asyncio.to_thread(self.store.unrecorded, *scope)
        else:
            missed = [*missed, *settled.values()]
        return self._sender.without_listed(missed, shown)

    async def _ledger(
        self, missed: Sequence[Outcome], last: Planned | None
    ) -> Sequence[LedgerRow]:
        """Return the ledger with what earlier runs did, and never wrote there."""
        scope = (self.pair.pair_id, self.feature)
        ledger = await asyncio.to_thread(self.store.load_ledger, *scope)
        if not missed:
            return ledger
        change = missed_change(ledger, missed, self.now())
        if not self._keep:
            known = {row.row_id for row in change.rows}
            return [*(row for row in ledger if row.row_id not in known), *change.rows]
        await asyncio.to_thread(
            self.store.record, *scope, change, last and replace(last, rules="")
        )
        return await asyncio.to_thread(self.store.load_ledger, *scope)

    @property
    def _sender(self) -> Sender:
        """Return what sends operations."""
        return Sender(
            pair=self.pair,
            rules=self.rules,
            store=self.store,
            snapshots=self.snapshots,
            journal=self.journal,
        )

    async def _read(self, afresh: Collection[Side]) -> dict[Side, Reading]:
        """Read both sides, some of them afresh; a dry run keeps nothing of it."""
        self._tell(Phase.READING)
        source, target = await both(
            *(
                self.snapshots.read(
                    self.pair.account(side),
                    self.feature,
                    again=side in afresh,
                    full=self.options.full_refresh,
                    keep=self._keep,
                    # Only what was listed since it was written can be missed again.
                    sight=self.rules.policy.remove,
                )
                for side in Side
            )
        )
        return {Side.SOURCE: source, Side.TARGET: target}

    @property
    def _keep(self) -> bool:
        """Tell whether what is read is kept for later runs."""
        return not self.options.dry_run

    @property
    def _signature(self) -> str:
        """Return a text that changes whenever the same facts may be planned anew."""
        asked = self.snapshots.lookups.signature
        return f"{self.rules.signature}|{asked}" if asked else self.rules.signature

    def _nothing_changed(self, last: Planned, sides: Mapping[Side, Reading]) -> bool:
        """Tell whether a plan could only come out as empty as the last one left it."""
        seen = (last.rules, last.source_version, last.target_version)
        now = [sides[side].version for side in Side]
        return (
            not self.options.full_refresh
            and seen == (self._signature, *now)
            and (last.valid_until is None or self.now().timestamp() < last.valid_until)
        )

    async def _plan(
        self,
        sides: dict[Side, Reading],
        ledger: Sequence[LedgerRow],
        planned_at: datetime,
    ) -> Draft:
        """Plan the feature, with another look at a side before it is believed.

        Nothing is removed because of one read: the side that lost something is read
        once more, fresh and in full, and the plan is made anew.
        """
        looked: set[Side] = set()
        watched: dict[Side, WatchedAt] = {}
        gone: dict[Side, set[str]] = {side: set() for side in Side}
        left: dict[Side, set[str]] = {side: set() for side in Side}
        learning = self.learning
        while True:
            await self._locate(sides)
            self._tell(Phase.PLANNING)
            draft = await self._plan_once(sides, ledger, planned_at, watched, left)
            if await learning.learn(draft, partial(self._tell, Phase.LOOKING_UP)):
                continue
            doubtful, unasked = draft.doubtful - looked, draft.unasked - watched.keys()
            lost = {side: set(names) - gone[side] for side, names in draft.gone.items()}
            if not doubtful and not unasked and not any(lost.values()):
                return draft
            for side, names in lost.items() if not doubtful else ():
                gone[side] |= names
                left[side] |= await self._left(side, names)
            for side in doubtful:
                await self._look_again(side, sides)
            for side in unasked:
                watched[side] = await self._watched(side)
            looked |= doubtful

    async def _left(self, side: Side, names: Collection[str]) -> set[str]:
        """Return which items have left their library on a side; raises SideError."""
        provider = self.pair.account(side).provider
        if not names or not isinstance(provider, LosesItems):
            return set()
        try:
            return set(await provider.left(self.feature, names))
        except ProviderError as err:
            raise SideError(side, err) from err

    async def _look_again(self, side: Side, sides: dict[Side, Reading]) -> None:
        """Read a side once more, fresh and in full; raises SideError."""
        try:
            sides[side] = await self.snapshots.read_twice(
                self.pair.account(side), self.feature, keep=self._keep
            )
        except ProviderError as err:
            raise SideError(side, err) from err

    def _without_hearsay(self, draft: Draft) -> Draft:
        """Return a draft that removes nothing because of a side that is disbelieved.

        What an account lacks of one feature says nothing where it shows nonsense of
        another.
        """
        doubted = [
            side
            for side in Side
            if self.pair.account(side).account_id in self.snapshots.disbelieved
        ]
        if not doubted:
            return draft
        plan = hold_removals(draft.plan, doubted, Reason.SUSPICIOUS_SHRINK)
        return replace(draft, plan=plan)

    async def _disbelieve(self, side: Side) -> None:
        """Have a side read anew by the next run, changed or not."""
        account_id = self.pair.account(side).account_id
        self.snapshots.disbelieved.add(account_id)
        if self._keep:
            await asyncio.to_thread(self.store.distrust, account_id, self.feature)

    async def _watched(self, side: Side) -> WatchedAt:
        """Return what was watched on a side; raises SideError."""
        account = self.pair.account(side)
        if Feature.HISTORY not in account.provider.capabilities:
            return {}
        try:
            history = await self.snapshots.read(
                account, Feature.HISTORY, keep=self._keep
            )
        except ProviderError as err:
            raise SideError(side, err) from err
        rows = await asyncio.to_thread(
            self.store.load_ledger, self.pair.pair_id, Feature.HISTORY
        )
        return await asyncio.to_thread(watched_at, await history.snapshot(), rows, side)

    async def _locate(self, sides: dict[Side, Reading]) -> None:
        """Find out the libraries of the items, where the pair is limited to some."""
        policy = self.rules.policy
        for side, chosen in (
            (Side.SOURCE, policy.libraries),
            (Side.TARGET, policy.target_libraries),
        ):
            if not chosen or not self.rules.support(side).libraries:
                continue
            try:
                sides[side] = await self.snapshots.locate(
                    self.pair.account(side),
                    self.feature,
                    keep=self._keep,
                    afresh=self.options.full_refresh,
                )
            except ProviderError as err:
                raise SideError(side, err) from err

    async def _plan_once(
        self,
        sides: Mapping[Side, Reading],
        ledger: Sequence[LedgerRow],
        planned_at: datetime,
        watched: WatchedBySide,
        left: Left,
    ) -> Draft:
        """Plan the feature in a thread, so that the event loop never waits for it."""
        source, target = await both(*(sides[side].snapshot() for side in Side))
        learning = self.learning
        rules = self.rules
        if rules.policy.only_new:
            scope = (self.pair.pair_id, self.feature)
            last = await asyncio.to_thread(self.store.load_planned, *scope)
            rules = replace(rules, first_run=last is None)
        return await asyncio.to_thread(
            plan_feature,
            learning.applied(Side.SOURCE, source),
            learning.applied(Side.TARGET, target),
            ledger,
            rules,
            now=planned_at,
            retry=self.options.full_refresh,
            watched=watched,
            unanswered=learning.unanswered,
            left=left,
        )

    async def _suspicious(
        self, last: Planned | None, sides: Mapping[Side, Reading], draft: Draft
    ) -> Failure | None:
        """Return what to say of a side that is suddenly all but empty."""
        if last is None or not self.pair.policy.shrink_guard:
            return None
        for side, count in (
            (Side.SOURCE, last.source_count),
            (Side.TARGET, last.target_count),
        ):
            has = _listed(await sides[side].snapshot())
            if is_suspicious_shrink(count, has):
                return self._shrunk(side, f"had {count} records", f"has {has}")
            if draft.plan.operations or draft.plan.held:
                known = (*draft.join.matches, *draft.join.ambiguous)
                had, kept = await asyncio.to_thread(survivors, known, side)
                if is_suspicious_shrink(had, kept):
                    left = f"has {kept} of them left" if kept else "has none of them"
                    return self._shrunk(side, f"had {had} known items", left)
        return None

    def _shrunk(self, side: Side, had: str, has: str) -> Failure:
        """Return that a side is not believed, and what a person can do."""
        return Failure(
            side=side,
            reason=Reason.SUSPICIOUS_SHRINK,
            message=(
                f"{self.pair.account(side).name} {had} at the last run and now {has}, "
                "which looks like a fault of the service or the wrong account, so "
                "nothing was written"
            ),
        )

    async def _send(
        self, operations: Sequence[Operation], sides: dict[Side, Reading]
    ) -> Done:
        """Send both sides their operations, the target first."""
        done = Done()
        for side in (Side.TARGET, Side.SOURCE):
            of_side = [each for each in operations if each.side is side]
            if not of_side:
                continue
            if done.cancelled:
                done.not_sent += of_side
                continue
            tell = partial(self._tell_sent, len(done.outcomes), len(operations))
            sent = await self._sender.send(side, of_side, sides[side], tell)
            sides[side] = sent.reading
            done.take(side, sent)
        return done

    async def _record(
        self,
        draft: Draft,
        ledger: Sequence[LedgerRow],
        done: Done,
        sides: Mapping[Side, Reading],
        planned_at: datetime,
    ) -> None:
        """Write the ledger, and what the next run may rely on."""
        self._tell(Phase.RECORDING)
        change = await asyncio.to_thread(
            ledger_change, draft, done.outcomes, self.now()
        )
        settled = not done.not_sent and all(
            outcome.kind in {OutcomeKind.APPLIED, OutcomeKind.ALREADY_THERE}
            for outcome in done.outcomes
        )
        # Said once is enough.
        skips = [each for each in draft.plan.skips if id(each) not in draft.once]
        left_alone = report_dry_run(replace(draft.plan, operations=(), skips=skips))
        source, target = sides[Side.SOURCE], sides[Side.TARGET]
        planned = Planned(
            # No rules are like this: what failed has to be planned anew.
            rules=self._signature
            if settled and not await self._plans_again(draft, change, sides)
            else "",
            source_version=source.version,
            target_version=target.version,
            source_count=_listed(await source.snapshot()),
            target_count=_listed(await target.snapshot()),
            valid_until=_earliest(
                next_retry(ledger, change, planned_at), self.learning.valid_until
            ),
            items=encode_report_items(left_alone.items),
        )
        await asyncio.to_thread(
            self.store.record, self.pair.pair_id, self.feature, change, planned
        )

    async def _plans_again(
        self, draft: Draft, change: Change, sides: Mapping[Side, Reading]
    ) -> bool:
        """Tell whether the next run has to plan though nothing may have changed.

        Because of what a run saw for the first time, or missed for the first time;
        and where a side has not listed yet what was written there: what it loses can
        only be told from what it was seen with.
        """
        if change.rows and (draft.again or self.rules.mirrors):
            return True
        if any(self.learning.unanswered.values()):
            return True
        if any(reason in _GUARDS for _, reason in draft.plan.held):
            # What a guard holds is looked at anew, as the loss may have been none.
            return True
        if draft.plan.operations and Reason.AMBIGUOUS in draft.plan.reasons():
            # What was written may have made clear which item is which.
            return True
        if not self.rules.policy.remove and not self.rules.two_way:
            return False
        if any(each.action is not Action.REMOVE for each in draft.plan.operations):
            return True
        for reading in sides.values():
            snapshot = await reading.snapshot()
            if not all(record.seen for record in snapshot.records.values()):
                return True
        return False


@dataclass(slots=True)
class Done:
    """What came of all operations of a feature, on both sides."""

    outcomes: list[Outcome] = field(default_factory=list)
    not_sent: list[Operation] = field(default_factory=list)
    failure: Failure | None = None
    cancelled: bool = False

    def take(self, side: Side, sent: Sent) -> None:
        """Add what came of the operations of one side."""
        applied = sent.applied
        self.outcomes += applied.outcomes
        self.not_sent += applied.not_sent
        self.cancelled |= applied.cancelled
        if applied.error is not None and self.failure is None:
            self.failure = failure_of(side, applied.error)


def _earliest(*moments: float | None) -> float | None:
    """Return the first of some moments, None where there is none."""
    return min((each for each in moments if each is not None), default=None)


def _listed(snapshot: Snapshot) -> int:
    """Count what an account has listed itself: it may be late with our own writes."""
    return sum(record.seen for record in snapshot.records.values())
