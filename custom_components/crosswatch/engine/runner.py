"""A run of one pair, feature by feature."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
import logging
from secrets import token_hex
import sqlite3
from typing import Final

from .applying import Journal
from .feature_run import FeatureRun
from .model import Feature, Side
from .pair import Account, Pair, RunOptions
from .plan import Reason
from .planning.rules import Rules
from .reading import Snapshots
from .report import Failure, FeatureReport, Report, RunStatus, report_failure, status_of
from .store import Store
from .waiting import SideError, both

_LOGGER = logging.getLogger(__name__)

# History first: watching something may take it off a watchlist by itself.
FEATURE_ORDER: Final = (
    Feature.HISTORY,
    Feature.WATCHLIST,
    Feature.RATINGS,
    Feature.PROGRESS,
)


async def run_pair(
    pair: Pair,
    options: RunOptions,
    *,
    store: Store,
    snapshots: Snapshots,
    now: Callable[[], datetime],
) -> Report:
    """Run a pair once and return the report, which is also stored.

    Whatever a service does ends up in the report. Being cancelled passes through,
    after the write in flight was settled and the report stored.
    """
    started = now()
    run = _Run(
        pair=pair,
        options=options,
        store=store,
        snapshots=snapshots,
        now=now,
        started=started,
        run_id=f"{started:%Y%m%dT%H%M%S}-{token_hex(4)}",
    )
    try:
        await run.sync()
        return await run.finish(status_of(run.features.values()))
    except asyncio.CancelledError:
        # What comes of the run must not hide that it was cancelled.
        with suppress(sqlite3.Error):
            await run.finish(RunStatus.CANCELLED)
        raise
    except sqlite3.Error as err:
        message = f"The state file of CrossWatch cannot be used: {err}"
        run.fail(Failure(side=Side.SOURCE, reason=Reason.STATE_ERROR, message=message))
        return run.report(RunStatus.FAILED)


@dataclass(slots=True, kw_only=True)
class _Run:
    """What a run works with, and what it has found out so far."""

    pair: Pair
    options: RunOptions
    store: Store
    snapshots: Snapshots
    now: Callable[[], datetime]
    started: datetime
    run_id: str
    features: dict[Feature, FeatureReport] = field(default_factory=dict)

    async def sync(self) -> None:
        """Sync the wanted features one after another."""
        rules = [rules for each in self._wanted() if (rules := self._rules(each))]
        features = [each.feature for each in rules]
        try:
            await both(
                self.snapshots.fetch_markers(self.pair.source, features),
                self.snapshots.fetch_markers(self.pair.target, features),
            )
        except SideError as err:
            self.fail(err.failure)
            return
        for each in rules:
            try:
                report, cancelled = await self._feature_run(each).run()
            except SideError as err:
                report, cancelled = report_failure(err.failure), False
            self.features[each.feature] = report
            if cancelled:
                raise asyncio.CancelledError

    def fail(self, failure: Failure) -> None:
        """Report every feature that has no report yet as failed."""
        for feature in self._wanted():
            self.features.setdefault(feature, report_failure(failure))

    def report(self, status: RunStatus) -> Report:
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
        )
        _LOGGER.info("%s", report.summary)
        return report

    async def finish(self, status: RunStatus) -> Report:
        """Store and return the report."""
        report = self.report(status)
        await asyncio.to_thread(self.store.save_report, report)
        return report

    def _wanted(self) -> list[Feature]:
        """Return the features of this run, in the order in which they run."""
        narrowed = self.options.features
        return [
            feature
            for feature in FEATURE_ORDER
            if feature in self.pair.policy.features
            and (narrowed is None or feature in narrowed)
        ]

    def _rules(self, feature: Feature) -> Rules | None:
        """Return the rules of a feature, or report that an account lacks it."""
        for side, account, does in (
            (Side.SOURCE, self.pair.source, "read"),
            (Side.TARGET, self.pair.target, "write"),
        ):
            if not _supports(account, feature, writes=side is Side.TARGET):
                message = f"{account.name} cannot {does} {feature.value}"
                failure = Failure(
                    side=side, reason=Reason.FEATURE_NOT_SUPPORTED, message=message
                )
                self.features[feature] = report_failure(failure)
                return None
        return Rules(
            feature=feature,
            policy=self.pair.policy.features[feature],
            source=self.pair.source.provider.capabilities[feature],
            target=self.pair.target.provider.capabilities[feature],
        )

    def _feature_run(self, rules: Rules) -> FeatureRun:
        """Return the run of one feature, with a journal of its own."""
        journal = Journal(
            store=self.store,
            run_id=self.run_id,
            pair_id=self.pair.pair_id,
            now=self.now,
        )
        return FeatureRun(
            pair=self.pair,
            options=self.options,
            rules=rules,
            store=self.store,
            snapshots=self.snapshots,
            journal=journal,
            now=self.now,
        )


def _supports(account: Account, feature: Feature, *, writes: bool) -> bool:
    """Tell whether an account can take part in syncing a feature."""
    support = account.provider.capabilities.get(feature)
    return support is not None and support.read and (support.add or not writes)
