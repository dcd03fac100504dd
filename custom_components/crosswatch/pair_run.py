"""One run of a pair: from looking up its target to telling both accounts."""

from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_hex
import sqlite3
from typing import TYPE_CHECKING, Final

from homeassistant.config_entries import ConfigEntryState, ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from .account import CrossWatchConfigEntry
from .const import DOMAIN, LOGGER
from .engine.headway import Watch
from .engine.model import Side
from .engine.pair import FEATURE_ORDER, Pair, RunOptions
from .engine.plan import Reason
from .engine.report import Failure, Report, RunStatus, report_failure
from .engine.store import Store
from .informants import async_informants
from .issues import (
    async_clear_target_issues,
    async_report_target_missing,
    async_report_target_not_loaded,
)
from .late_imports import async_import
from .pair import PairSettings, policy_from_data

if TYPE_CHECKING:
    from .engine.reading import Snapshots


# What does the work of a run. No run is due at a start, which does without it.
_ENGINE: Final = "engine.undo"

# What it leaves to a person.
RUN_ISSUES: Final = "run_issues"


def target_of(
    hass: HomeAssistant, settings: PairSettings
) -> CrossWatchConfigEntry | None:
    """Return the entry of the account that a pair writes to, if it is there."""
    entry = hass.config_entries.async_get_entry(settings.target)
    return entry if entry is not None and entry.domain == DOMAIN else None


def engine_pair(
    entry: CrossWatchConfigEntry,
    subentry: ConfigSubentry,
    target: CrossWatchConfigEntry,
    created: datetime,
) -> Pair:
    """Return a pair between two loaded accounts, as it is set now."""
    return Pair(
        pair_id=subentry.subentry_id,
        name=subentry.title,
        source=entry.runtime_data.account,
        target=target.runtime_data.account,
        policy=policy_from_data(subentry.data, created),
    )


@dataclass(slots=True, kw_only=True)
class PairRun:
    """One run; `previous` is the report of the run before.

    With `undo_of` it takes back the run of that id. Runs that have the same `snapshots`
    share them; alone, a run has its own.
    """

    hass: HomeAssistant
    entry: CrossWatchConfigEntry
    subentry: ConfigSubentry
    settings: PairSettings
    created: datetime
    store: Store
    options: RunOptions
    snapshots: Snapshots | None
    previous: Report | None
    watch: Watch
    undo_of: str = ""
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
        pair = engine_pair(self.entry, self.subentry, target, self.created)
        await async_import(self.hass, _ENGINE)
        if self.undo_of:
            return await self._async_undo(pair)
        from .engine.runner import run_pair  # noqa: PLC0415

        return await run_pair(
            pair,
            self.options,
            store=self.store,
            snapshots=self._snapshots(),
            now=dt_util.utcnow,
            watch=self.watch,
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

    async def async_without_state(self, message: str) -> Report:
        """Return the report of this run, which could not rely on the state."""
        return await self._async_refuse(message, Side.SOURCE, Reason.STATE_ERROR)

    async def async_broken(self) -> Report:
        """Return the report of a run that a fault of our own has ended."""
        message = "A fault in CrossWatch ended the run; Home Assistant's log has more"
        return await self._async_refuse(message, Side.SOURCE, Reason.INTERNAL_ERROR)

    async def async_tell_accounts(self, report: Report) -> None:
        """Let both accounts learn what the run tells of them."""
        for entry, side in ((self.entry, Side.SOURCE), (self._target, Side.TARGET)):
            if entry is not None and entry.state is ConfigEntryState.LOADED:
                await entry.runtime_data.coordinator.async_note_run(report, side)

    async def async_note_issues(self, report: Report) -> None:
        """Raise the issues that the run leaves to a person, and drop others."""
        await async_import(self.hass, RUN_ISSUES)
        from .run_issues import async_note_run_issues  # noqa: PLC0415

        try:
            await async_note_run_issues(
                self.hass, self.entry, self.subentry, report, self.store
            )
        except sqlite3.Error as err:
            LOGGER.warning("What waits for a person could not be looked up: %s", err)

    @property
    def _target(self) -> CrossWatchConfigEntry | None:
        """Return the entry of the account that is written to, if it is there."""
        return target_of(self.hass, self.settings)

    def _snapshots(self) -> Snapshots:
        """Return the snapshots that this run shares with others, or has for itself."""
        from .engine.reading import Snapshots  # noqa: PLC0415

        return self.snapshots or Snapshots(
            self.store, dt_util.utcnow, async_informants(self.hass)
        )

    async def _async_undo(self, pair: Pair) -> Report:
        """Let the engine take back a run."""
        from .engine.undo import UnknownRunError, undo_run  # noqa: PLC0415

        try:
            return await undo_run(
                pair,
                self.undo_of,
                dry_run=self.options.dry_run,
                store=self.store,
                snapshots=self._snapshots(),
                now=dt_util.utcnow,
                watch=self.watch,
            )
        except UnknownRunError:
            # It was there when it was asked for: runs since have taken its place.
            message = f"What the run {self.undo_of} did is no longer known"
            return await self._async_refuse(message, Side.SOURCE, Reason.STATE_ERROR)

    async def _async_refuse(
        self,
        message: str,
        side: Side = Side.TARGET,
        reason: Reason = Reason.UNAVAILABLE,
    ) -> Report:
        """Report why nothing can be done; most often, the target is not there."""
        failure = Failure(side=side, reason=reason, message=message)
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
            undo_of=self.undo_of,
        )
        try:
            await self.hass.async_add_executor_job(self.store.save_report, report)
        except sqlite3.Error as err:
            # It is shown all the same.
            LOGGER.warning("The report of a run could not be stored: %s", err)
        LOGGER.info("%s", report.summary)
        return report
