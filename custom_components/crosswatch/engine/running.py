"""The frame of every run: its name, its report, and what becomes of both at the end."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from copy import replace
from dataclasses import dataclass, field
from datetime import datetime
import logging
from secrets import token_hex
import sqlite3
from typing import Final, Self

from .headway import Watch, nobody
from .model import Feature, Side
from .pair import Pair, RunOptions
from .plan import Plan, Reason
from .report import (
    Failure,
    FeatureReport,
    Report,
    RunStatus,
    report_failure,
    report_run,
    status_of,
)
from .store import Store
from .waiting import to_the_end

_CUT_SHORT: Final = "Home Assistant ended before this run did; the next run went on"

_LOGGER = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Running:
    """A run that is going on, and what it has found out so far.

    `wanted` are its features, in the order in which they are synced. `undo_of` is the id of the run that it takes back, empty for any other.
    """

    pair: Pair
    options: RunOptions
    store: Store
    now: Callable[[], datetime]
    started: datetime
    run_id: str
    wanted: Sequence[Feature]
    undo_of: str = ""
    features: dict[Feature, FeatureReport] = field(default_factory=dict)
    watch: Watch = nobody

    @classmethod
    def begin(
        cls,
        pair: Pair,
        options: RunOptions,
        *,
        wanted: Sequence[Feature],
        store: Store,
        now: Callable[[], datetime],
        undo_of: str = "",
        watch: Watch = nobody,
    ) -> Self:
        """Return a run that begins now; `watch` is told how far it has come."""
        started = now()
        return cls(
            pair=pair,
            options=options,
            store=store,
            now=now,
            started=started,
            run_id=f"{started:%Y%m%dT%H%M%S}-{token_hex(4)}",
            wanted=wanted,
            undo_of=undo_of,
            watch=watch,
        )

    async def carry_out(self, work: Callable[[], Awaitable[None]]) -> Report:
        """Do the work, and return the report, which is also stored.

        Whatever a service does ends up in the report. Being cancelled passes through,
        after the write in flight was settled and the report stored.
        """
        try:
            await work()
            return await self._finish(status_of(self.features.values()))
        except asyncio.CancelledError:
            # What comes of the run must not hide that it was cancelled.
            with suppress(sqlite3.Error):
                await self._finish(RunStatus.CANCELLED)
            raise
        except sqlite3.Error as err:
            message = f"The state file of CrossWatch cannot be used: {err}"
            failure = Failure(
                side=Side.SOURCE, reason=Reason.STATE_ERROR, message=message
            )
            self.fail(failure)
            return self._report(RunStatus.FAILED)

    def fail(self, failure: Failure) -> None:
        """Report every feature that has no report yet as failed."""
        for feature in self.wanted:
            self.features.setdefault(feature, report_failure(failure))

    def _report(self, status: RunStatus) -> Report:
        """Return the report as it stands, and write its summary to the log."""
        report = Report(
            pair=self.pair.name,
            pair_id=self.pair.pair_id,
            run_id=self.run_id,
            status=status,
            dry_run=self.options.dry_run,
            started=self.started,
            finished=self.now(),
            features=dict(self.features),
            undo_of=self.undo_of,
        )
        _LOGGER.info("%s", report.summary)
        return report

    async def _finish(self, status: RunStatus) -> Report:
        """Store and return the report."""
        report = self._report(status)
        if not self.options.dry_run:
            await asyncio.to_thread(self._report_lost_runs)
        # Cut short, it might overtake the report of the cancelled run.
        _, cancelled = await to_the_end(
            asyncio.to_thread(self.store.save_report, report)
        )
        if cancelled:
            raise asyncio.CancelledError
        return report

    def _report_lost_runs(self) -> None:
        """Keep reports of runs whose process ended before they had one."""
        for lost in self.store.lost_runs(self.pair.pair_id):
            if lost.run_id == self.run_id:
                continue
            features: dict[Feature, FeatureReport] = {}
            for feature in Feature:
                outcomes = [
                    each for each in lost.outcomes if each.operation.feature is feature
                ]
                if outcomes:
                    report = report_run(Plan(feature), outcomes)
                    features[feature] = replace(report, note=_CUT_SHORT)
            self.store.save_report(
                Report(
                    pair=self.pair.name,
                    pair_id=self.pair.pair_id,
                    run_id=lost.run_id,
                    status=RunStatus.CANCELLED,
                    dry_run=False,
                    started=lost.started,
                    finished=lost.ended,
                    features=features,
                )
            )
