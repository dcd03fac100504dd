"""One run of a pair: from looking up its target to telling both accounts."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from secrets import token_hex

from homeassistant.config_entries import ConfigEntryState, ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from .account import CrossWatchConfigEntry
from .const import DOMAIN, LOGGER
from .engine.model import Side
from .engine.pair import Pair, RunOptions
from .engine.plan import Reason
from .engine.reading import Snapshots
from .engine.report import Failure, Report, RunStatus, report_failure
from .engine.runner import FEATURE_ORDER, run_pair
from .engine.store import Store
from .issues import (
    async_clear_target_issues,
    async_report_target_missing,
    async_report_target_not_loaded,
)
from .pair import PairSettings, policy_from_data


def without_items(report: Report) -> Report:
    """Return the report with its counts only; the items may be very many."""
    return replace(
        report,
        features={
            feature: replace(each, items=())
            for feature, each in report.features.items()
        },
    )


@dataclass(slots=True, kw_only=True)
class PairRun:
    """One run; `previous` is the report of the run before."""

    hass: HomeAssistant
    entry: CrossWatchConfigEntry
    subentry: ConfigSubentry
    settings: PairSettings
    created: datetime
    store: Store
    options: RunOptions
    snapshots: Snapshots
    previous: Report | None
    started: datetime = field(default_factory=dt_util.utcnow)

    async def async_execute(self) -> Report:
        """Look up the target, and let the engine do its work."""
        target = self._target
        if target is None:
            async_report_target_missing(self.hass, self.entry, self.subentry)
            return await self._async_refuse(
                "The account that this pair writes to was removed"
            )
        if target.state is not ConfigEntryState.LOADED:
            async_report_target_not_loaded(self.hass, self.subentry, target)
            return await self._async_refuse(
                "The account that this pair writes to is not loaded"
            )
        async_clear_target_issues(self.hass, self.subentry.subentry_id)
        return await run_pair(
            Pair(
                pair_id=self.subentry.subentry_id,
                name=self.subentry.title,
                source=self.entry.runtime_data.account,
                target=target.runtime_data.account,
                policy=policy_from_data(self.subentry.data, self.created),
            ),
            self.options,
            store=self.store,
            snapshots=self.snapshots,
            now=dt_util.utcnow,
        )

    async def async_cancelled(self) -> Report:
        """Return the report of this run after it was cancelled."""
        stored = await self.hass.async_add_executor_job(
            self.store.last_report, self.subentry.subentry_id
        )
        if stored and (not self.previous or stored.run_id != self.previous.run_id):
            return stored
        # It was still waiting for its turn, so that the engine knows nothing of it.
        return await self._async_save(RunStatus.CANCELLED)

    async def async_broken(self) -> Report:
        """Return the report of a run that a fault of our own has ended."""
        message = "A fault in CrossWatch ended the run; Home Assistant's log has more"
        failure = Failure(
            side=Side.SOURCE, reason=Reason.INTERNAL_ERROR, message=message
        )
        return await self._async_save(RunStatus.FAILED, failure)

    async def async_tell_accounts(self, report: Report) -> None:
        """Let both accounts learn what the run tells of them."""
        for entry, side in ((self.entry, Side.SOURCE), (self._target, Side.TARGET)):
            if entry is not None and entry.state is ConfigEntryState.LOADED:
                await entry.runtime_data.coordinator.async_note_run(report, side)

    @property
    def _target(self) -> CrossWatchConfigEntry | None:
        """Return the entry of the account that is written to, if it is there."""
        entry = self.hass.config_entries.async_get_entry(self.settings.target)
        return entry if entry is not None and entry.domain == DOMAIN else None

    async def _async_refuse(self, message: str) -> Report:
        """Report that the target cannot be written to."""
        failure = Failure(side=Side.TARGET, reason=Reason.UNAVAILABLE, message=message)
        return await self._async_save(RunStatus.FAILED, failure)

    async def _async_save(
        self, status: RunStatus, failure: Failure | None = None
    ) -> Report:
        """Store and return the report of a run that never reached the engine."""
        wanted = self.options.features or self.settings.features
        features = [each for each in FEATURE_ORDER if each in wanted]
        report = Report(
            pair=self.subentry.title,
            pair_id=self.subentry.subentry_id,
            run_id=f"{self.started:%Y%m%dT%H%M%S}-{token_hex(4)}",
            status=status,
            dry_run=self.options.dry_run,
            started=self.started,
            finished=dt_util.utcnow(),
            features={each: report_failure(failure) for each in features if failure},
        )
        await self.hass.async_add_executor_job(self.store.save_report, report)
        LOGGER.info("%s", report.summary)
        return report
