"""Take back what a run did, from its journal: a run of its own, with its report."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import override

from .feature_run import FeatureRun
from .headway import Watch, nobody
from .ledger import LedgerRow
from .model import Feature, Side
from .pair import FEATURE_ORDER, Pair, RunOptions
from .plan import Outcome
from .planning import Draft
from .planning.undo import plan_undo
from .reading import Reading, Snapshots
from .report import Report, report_failure
from .runner import rules_of
from .running import Running
from .store import Change, Planned, Store
from .waiting import SideError, both


class UnknownRunError(LookupError):
    """Nothing is known of this run any more, or it has changed nothing."""


async def undo_run(
    pair: Pair,
    run_id: str,
    *,
    dry_run: bool,
    store: Store,
    snapshots: Snapshots,
    now: Callable[[], datetime],
    watch: Watch = nobody,
) -> Report:
    """Take back what a run of a pair did and return the report, which is also stored.

    Items that were taken back are left alone by later runs until one of their sides
    changes. Raises UnknownRunError. Being cancelled passes through, like for any run.
    """
    done = await asyncio.to_thread(store.done_by, pair.pair_id, run_id)
    if not done:
        raise UnknownRunError(run_id)
    by_feature: dict[Feature, list[Outcome]] = {}
    for outcome in done:
        by_feature.setdefault(outcome.operation.feature, []).append(outcome)
    wanted = [feature for feature in FEATURE_ORDER if feature in by_feature]
    running = Running.begin(
        pair,
        RunOptions(dry_run=dry_run),
        wanted=wanted,
        store=store,
        now=now,
        undo_of=run_id,
        watch=watch,
    )
    return await running.carry_out(_Undo(running, snapshots, by_feature).run)


@dataclass(frozen=True, slots=True)
class _Undo:
    """The work of a run that takes back another."""

    running: Running
    snapshots: Snapshots
    done: Mapping[Feature, Sequence[Outcome]]

    async def run(self) -> None:
        """Take back one feature after another."""
        running = self.running
        for feature in running.wanted:
            undoing = _FeatureUndo.of(
                running, rules_of(running.pair, feature, ()), self.snapshots
            )
            undoing.done.extend(self.done[feature])
            try:
                report, cancelled = await undoing.run()
            except SideError as err:
                report, cancelled = report_failure(err.failure), False
            running.features[feature] = report
            if cancelled:
                raise asyncio.CancelledError


@dataclass(frozen=True, slots=True, kw_only=True)
class _FeatureUndo(FeatureRun):
    """Takes back what was done to one feature."""

    done: list[Outcome] = field(default_factory=list)

    @override
    def _nothing_changed(self, last: Planned, sides: Mapping[Side, Reading]) -> bool:
        """Tell that there is always something to plan."""
        return False

    @override
    async def _plan(
        self,
        sides: dict[Side, Reading],
        ledger: Sequence[LedgerRow],
        planned_at: datetime,
    ) -> Draft:
        """Plan to take back what was done."""
        source, target = await both(*(sides[side].snapshot() for side in Side))
        return await asyncio.to_thread(
            plan_undo, source, target, ledger, self.rules, self.done
        )

    @override
    async def _plans_again(
        self, draft: Draft, change: Change, sides: Mapping[Side, Reading]
    ) -> bool:
        """Tell that this plan says nothing of what the next run has to do."""
        return True
