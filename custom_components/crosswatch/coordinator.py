"""A pair as Home Assistant sees it: its state, its schedule and its runs."""

import asyncio
from collections.abc import Collection
from contextlib import suppress
from copy import replace
from datetime import datetime
from functools import cached_property
import sqlite3
from typing import TYPE_CHECKING, Final, NamedTuple, override

from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util

from .account import CrossWatchConfigEntry
from .const import DOMAIN, LOGGER
from .engine.headway import Headway
from .engine.pair import RunOptions
from .engine.report import Report, RunStatus
from .late_imports import async_import
from .pair import settings_from_data
from .pair_run import RUN_ISSUES, PairRun
from .recall import RecalledPair
from .runtime import Runtime
from .schedule import Schedule

if TYPE_CHECKING:
    from .engine.reading import Snapshots

# Seconds that a cancelled run is given to hear what came of its last write.
SETTLE_TIME: Final = 20.0

# Ends of a run that leave nothing to a person, or nothing that is known of.
_LEAVES_NOTHING: Final = frozenset({RunStatus.SUCCESS, RunStatus.CANCELLED})

# Seconds between two looks at a run that is going on.
HEADWAY_INTERVAL: Final = 1.0


class PairState(NamedTuple):
    """What a pair is doing, and its last report, without the items.

    `headway` is how far the run that is going on has come.
    """

    running: bool = False
    headway: Headway | None = None
    report: Report | None = None
    next_run: datetime | None = None


class PairCoordinator(DataUpdateCoordinator[PairState]):
    """Holds the state of a pair and owns its runs.

    It has no update interval: a run is no refresh, and does not depend on whether
    anybody looks.
    """

    config_entry: CrossWatchConfigEntry

    def __init__(
        self,
        hass: HomeAssistant,
        entry: CrossWatchConfigEntry,
        subentry: ConfigSubentry,
        runtime: Runtime,
        recalled: RecalledPair,
    ) -> None:
        """Start idle, with what is known of the pair from before.

        Raises BrokenPairError for settings that make no sense.
        """
        super().__init__(
            hass,
            LOGGER,
            config_entry=entry,
            name=f"{DOMAIN} pair",
            update_interval=None,
            always_update=False,
        )
        self.data = PairState(report=recalled.report)
        self.subentry = subentry
        self._read = subentry.data
        self.settings = settings_from_data(self._read)
        self.created = recalled.created
        last = recalled.report
        self._last_end = last.finished if last else recalled.created
        self._runtime = runtime
        self.store = runtime.store
        self._schedule = Schedule(
            hass, self._async_run_scheduled, self._async_show_next_run
        )
        self._run: asyncio.Task[Report] | None = None
        # What an older run left must not be told over what a newer one did.
        self._telling = asyncio.Lock()
        self._closed = False
        self._stop_showing: CALLBACK_TYPE | None = None
        entry.async_on_unload(self._schedule.async_cancel)
        entry.async_on_unload(
            hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, self._async_stop)
        )

    @property
    def pair_id(self) -> str:
        """Return the id of the pair."""
        return self.subentry.subentry_id

    @property
    def accounts(self) -> frozenset[str]:
        """Return the entry ids of both accounts."""
        return frozenset({self.config_entry.entry_id, self.settings.target})

    @property
    def disabled(self) -> bool:
        """Return whether a person disabled the device of the pair."""
        device = dr.async_get(self.hass).async_get_device_by_identifier(
            (DOMAIN, self.pair_id), self.config_entry.entry_id
        )
        return device is not None and device.disabled

    @cached_property
    def device_info(self) -> DeviceInfo:
        """Return the device that all entities of the pair are of."""
        entry_id = self.config_entry.entry_id
        return DeviceInfo(
            identifiers={(DOMAIN, self.pair_id)},
            entry_type=DeviceEntryType.SERVICE,
            name=self.subentry.title,
            via_device_id=dr.async_get_device_id_by_identifier(
                self.hass, (DOMAIN, entry_id), config_entry_id=entry_id
            ),
        )

    @property
    def run(self) -> asyncio.Task[Report] | None:
        """Return the run that is going on, if any."""
        return self._run

    @override
    async def _async_update_data(self) -> PairState:
        """Return the state as it is; asking for it starts nothing."""
        return self.data

    async def async_last_report(self) -> Report | None:
        """Return the report of the last run, with its items."""
        return await self.hass.async_add_executor_job(
            self.store.last_report, self.pair_id
        )

    async def async_remind(self) -> None:
        """Tell again what the last run left to a person, if it did."""
        last = self.data.report
        if last is None or last.status in _LEAVES_NOTHING:
            return
        await async_import(self.hass, RUN_ISSUES)
        from .run_issues import async_remind  # noqa: PLC0415

        async with self._telling:
            try:
                report = await self.async_last_report()
                if report is not None and not self._closed:
                    await async_remind(
                        self.hass, self.config_entry, self.subentry, report, self.store
                    )
            except sqlite3.Error as err:
                LOGGER.warning("What waits for a person is not known: %s", err)

    # Schedule

    @callback
    def async_apply_settings(self) -> None:
        """Take over the settings as they stand now, and set the timer by them."""
        if self._closed:
            return
        if self._read is not self.subentry.data:
            self._read = self.subentry.data
            self.settings = settings_from_data(self._read)
        if self._run is None:
            self._async_set_schedule()
        self.async_update_listeners()

    @callback
    def _async_set_schedule(self) -> None:
        """Wait for the next run, counted from the last one; whoever asks shows it."""
        self._schedule.async_set(
            self._last_end, self.settings.interval if self.settings.enabled else None
        )
        self.data = replace(self.data, next_run=self._schedule.due)

    @callback
    def _async_show_next_run(self) -> None:
        """Show when the next run is due."""
        self.async_set_updated_data(replace(self.data, next_run=self._schedule.due))

    @callback
    def _async_run_scheduled(self) -> None:
        """Start the run that is due; enabling the device again reloads the account."""
        if not self.disabled:
            self.async_start_run(RunOptions(dry_run=self.settings.dry_run))

    # Runs

    @callback
    def async_start_run(
        self,
        options: RunOptions,
        *,
        undo_of: str = "",
        snapshots: Snapshots | None = None,
        after: Collection[asyncio.Task[Report]] = (),
    ) -> asyncio.Task[Report]:
        """Start a run in the background, once those in `after` have ended.

        With `undo_of` it takes back the run of that id. Runs of one action share
        their snapshots.
        """
        self.async_check_idle()
        self._schedule.async_cancel()
        self._run = self.config_entry.async_create_background_task(
            self.hass,
            self._async_run(self._new_run(options, snapshots, undo_of), after),
            f"CrossWatch run {self.pair_id}",
        )
        self._run.add_done_callback(self._async_log_fault)
        self.async_set_updated_data(replace(self.data, running=True))
        return self._run

    @callback
    def _async_log_fault(self, run: asyncio.Task[Report]) -> None:
        """Log what ended a run and is no fault of any service."""
        if not run.cancelled() and (err := run.exception()) is not None:
            LOGGER.error("The run of %s broke", self.subentry.title, exc_info=err)

    def _new_run(
        self, options: RunOptions, snapshots: Snapshots | None, undo_of: str
    ) -> PairRun:
        """Return a run of this pair as it is set now."""
        return PairRun(
            hass=self.hass,
            entry=self.config_entry,
            subentry=self.subentry,
            settings=self.settings,
            created=self.created,
            store=self.store,
            options=options,
            snapshots=snapshots,
            previous=self.data.report,
            watch=self.async_watch,
            undo_of=undo_of,
        )

    @callback
    def async_watch(self, headway: Headway) -> None:
        """Show how far the run has come, though not more than once a second."""
        first = self.data.headway is None
        self.data = replace(self.data, headway=headway)
        if first:
            self.async_update_listeners()
        elif self._stop_showing is None:
            self._stop_showing = async_call_later(
                self.hass, HEADWAY_INTERVAL, self._async_show_headway
            )

    @callback
    def _async_show_headway(self, now: datetime) -> None:
        """Show how far the run has come by now."""
        self._stop_showing = None
        self.async_update_listeners()

    @callback
    def async_check_idle(self) -> None:
        """Raise an error where a run is going on, or the account is going away."""
        if self._run is None and not self._closed:
            return
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="account_not_loaded" if self._closed else "already_running",
            translation_placeholders={
                "pair": self.subentry.title,
                "account": self.config_entry.title,
            },
        )

    async def async_cancel(self) -> bool:
        """End the run that is going on, and tell whether there was one."""
        if (run := self._run) is None:
            return False
        # A second request would not let the write in flight settle.
        if not run.cancelling():
            run.cancel("Cancelled")
        await asyncio.wait([run], timeout=SETTLE_TIME)
        return True

    async def async_close(self) -> None:
        """End the run that is going on, and start none any more."""
        self._closed = True
        self._schedule.async_cancel()
        await self.async_cancel()

    async def _async_stop(self, event: Event) -> None:
        """End the run that is going on as Home Assistant stops.

        Home Assistant has cancelled it already, but does not wait until it has ended.
        """
        await self.async_close()

    async def _async_run(
        self, run: PairRun, after: Collection[asyncio.Task[Report]]
    ) -> Report:
        """Run the pair and return the report, also of a run that was cancelled."""
        report = None
        try:
            report = await self._async_report(run, after)
            # All is done: a cancellation that comes now finds nothing to cancel.
            with suppress(asyncio.CancelledError):
                await run.async_tell_accounts(report)
            with suppress(asyncio.CancelledError):
                await self._async_tell_issues(run, report)
        finally:
            try:
                # Without a report, a fault of our own has ended it and goes on up.
                report = report or await run.async_broken()
            finally:
                self._async_end_run(report)
        return report

    async def _async_report(
        self, run: PairRun, after: Collection[asyncio.Task[Report]]
    ) -> Report:
        """Wait for the run's turn, let it do its work, and return its report."""
        try:
            # A task that is cancelled before its first step would end unheard.
            await asyncio.sleep(0)
            if after:
                await asyncio.wait(after)
            async with self._runtime.queue.turn(self.accounts):
                return await run.async_execute()
        except HomeAssistantError as err:
            # Nobody could look through the state.
            return await run.async_without_state(str(err))
        except asyncio.CancelledError:
            # The run ends here all the same: whoever waits for it gets its report.
            return await run.async_cancelled()

    async def _async_tell_issues(self, run: PairRun, report: Report) -> None:
        """Tell what the run leaves to a person, also if the run is cancelled meanwhile.

        Where the account is unloaded, it is told when it is loaded again.
        """

        async def tell() -> None:
            """Do so after whoever tells of an older run."""
            async with self._telling:
                await run.async_note_issues(report)

        telling = self.config_entry.async_create_background_task(
            self.hass, tell(), f"CrossWatch tells of the run of {self.pair_id}"
        )
        try:
            await asyncio.shield(telling)
        except asyncio.CancelledError:
            # What it showed may not count any more: settings have changed, perhaps.
            if report.dry_run:
                telling.cancel()
            raise

    @callback
    def _async_end_run(self, report: Report | None) -> None:
        """Show the result, and wait for the next run."""
        self._run = None
        if self._stop_showing is not None:
            self._stop_showing()
            self._stop_showing = None
        # Without a report, a fault of our own has ended it: no reason to hurry. To
        # take back a run syncs nothing, so that the next sync is due as before.
        if not report or not report.undo_of:
            self._last_end = report.finished if report else dt_util.utcnow()
        last = report.without_items() if report else self.data.report
        self.data = PairState(report=last)
        if not self._closed:
            self._async_set_schedule()
        self.async_update_listeners()
