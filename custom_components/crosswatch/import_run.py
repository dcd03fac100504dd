"""One import: a run of the engine, from a file to an account."""

import asyncio
from dataclasses import dataclass
from typing import Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import Event, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from .account import CrossWatchConfigEntry
from .const import ARROW, DOMAIN
from .engine.model import Feature, Side
from .engine.pair import Account, Pair, RunOptions
from .engine.policy import FeaturePolicy, Mode, Policy
from .engine.reading import Snapshots
from .engine.report import Report
from .engine.runner import run_pair
from .engine.store import Store
from .files.contents import Contents
from .files.provider import FileProvider
from .informants import async_informants
from .runtime import async_get_runtime, file_scope, import_scope
from .state_access import open_state

# Seconds that an import is given to hear what came of its last write.
_SETTLE_TIME: Final = 20.0


async def async_cancel_import(task: asyncio.Task[Report]) -> bool:
    """End an import, and tell whether it was going on."""
    if task.done():
        return False
    # A second request would not let the write in flight settle.
    if not task.cancelling():
        task.cancel("Cancelled")
    await asyncio.wait([task], timeout=_SETTLE_TIME)
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRun:
    """What is imported, and where to; `name` is that of the file."""

    hass: HomeAssistant
    entry: CrossWatchConfigEntry
    name: str
    contents: Contents
    features: frozenset[Feature]
    dry_run: bool

    async def async_execute(self) -> Report:
        """Import in the background, and return the report.

        Ending the action does not end the import. To cancel it does, to unload the
        account does, and so does Home Assistant as it stops, once the write in flight
        was settled.
        """
        task = self.entry.async_create_background_task(
            self.hass, self._async_run(), f"CrossWatch import {self.entry.entry_id}"
        )
        imports = self.entry.runtime_data.imports
        imports.add(task)
        task.add_done_callback(imports.discard)

        async def async_stop(event: Event) -> None:
            """End the import as Home Assistant stops."""
            await async_cancel_import(task)

        stop_listening = self.hass.bus.async_listen(
            EVENT_HOMEASSISTANT_STOP, async_stop
        )
        try:
            await asyncio.wait([task])
        finally:
            stop_listening()
        if task.cancelled():
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key="import_cancelled",
                translation_placeholders={"account": self.entry.title},
            )
        return task.result()

    async def _async_run(self) -> Report:
        """Wait for the account's turn, and let the engine do its work."""
        # The state stays open even if the account is unloaded meanwhile.
        async with open_state(self.hass) as store:
            queue = async_get_runtime(self.hass).queue
            async with queue.turn([self.entry.entry_id]):
                snapshots = Snapshots(
                    store, dt_util.utcnow, async_informants(self.hass)
                )
                try:
                    report = await run_pair(
                        self._pair(),
                        RunOptions(dry_run=self.dry_run),
                        store=store,
                        snapshots=snapshots,
                        now=dt_util.utcnow,
                    )
                finally:
                    if not self.dry_run:
                        await self.hass.async_add_executor_job(
                            _forget, store, self.entry.entry_id
                        )
            if self.entry.state is ConfigEntryState.LOADED:
                coordinator = self.entry.runtime_data.coordinator
                await coordinator.async_note_run(report, Side.TARGET)
            return report

    def _pair(self) -> Pair:
        """Return the pair of the file and the account: it adds, and nothing else.

        How much another file held says nothing of this one.
        """
        policy = FeaturePolicy(rewatches=True, replace=False)
        return Pair(
            pair_id=import_scope(self.entry.entry_id),
            name=f"{self.name}{ARROW}{self.entry.title}",
            source=Account(
                account_id=file_scope(self.entry.entry_id),
                name=self.name,
                provider=FileProvider(self.name, self.contents),
            ),
            target=self.entry.runtime_data.account,
            policy=Policy(
                mode=Mode.ONE_WAY,
                features=dict.fromkeys(self.features, policy),
                shrink_guard=False,
            ),
        )


def _forget(store: Store, account_id: str) -> None:
    """Drop what the next import, of another file, would take for its own past.

    What got no answer is kept, and the next import finds out what came of it. So are
    the reports.
    """
    scope = import_scope(account_id)
    for feature in Feature:
        if not store.unsettled(scope, feature):
            store.forget_feature(scope, feature)
    store.forget_account(file_scope(account_id))
