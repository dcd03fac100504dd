"""An account as Home Assistant sees it: whether it works, and what it holds."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator

from .const import DOMAIN, LOGGER
from .engine.model import Feature, Side
from .engine.pair import Account
from .engine.plan import Reason
from .engine.report import Report
from .engine.store import Store

if TYPE_CHECKING:
    from .coordinator import PairCoordinator
    from .entry_watch import EntryWatch

type CrossWatchConfigEntry = ConfigEntry[AccountData]

# Seconds that an account is given to load.
PATIENCE: Final = 20.0

# An account that asks to wait, or is full, does answer.
_NOT_CONNECTED: Final = frozenset(
    {Reason.AUTHENTICATION, Reason.UNAVAILABLE, Reason.NO_ANSWER}
)


@dataclass(frozen=True, slots=True)
class AccountState:
    """Whether an account was reached last, and how many records it holds."""

    connected: bool = True
    records: Mapping[Feature, int] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class AccountData:
    """What belongs to a loaded account; `pairs` are those it is the source of."""

    account: Account
    coordinator: AccountCoordinator
    watch: EntryWatch
    pairs: dict[str, PairCoordinator] = field(default_factory=dict)


def loaded_pairs(hass: HomeAssistant) -> Iterator[PairCoordinator]:
    """Return the pairs of all loaded accounts, in the order they were made."""
    entries: list[CrossWatchConfigEntry]
    entries = hass.config_entries.async_loaded_entries(DOMAIN)
    pairs = [pair for entry in entries for pair in entry.runtime_data.pairs.values()]
    yield from sorted(pairs, key=lambda pair: pair.created)


async def async_reloaded(*entries: ConfigEntry) -> None:
    """Wait for the accounts that are loading or reloading, though not for ever.

    A pair that has just been added reloads its account, and whoever added it goes on
    at once.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            for entry in entries:
                async with entry.setup_lock:
                    pass


class AccountCoordinator(DataUpdateCoordinator[AccountState]):
    """Holds the state of an account; it learns of it from the runs."""

    config_entry: CrossWatchConfigEntry

    def __init__(
        self, hass: HomeAssistant, entry: CrossWatchConfigEntry, store: Store
    ) -> None:
        """Start with an account that has just been reached."""
        super().__init__(
            hass,
            LOGGER,
            config_entry=entry,
            name=f"{DOMAIN} account",
            update_interval=None,
            always_update=False,
        )
        self.data = AccountState()
        self._store = store

    @override
    async def _async_update_data(self) -> AccountState:
        """Count the records that are known of the account."""
        records = await self.hass.async_add_executor_job(
            self._store.record_counts, self.config_entry.entry_id
        )
        return replace(self.data, records=records)

    async def async_note_run(self, report: Report, side: Side) -> None:
        """Take from a run what it tells of this account."""
        reasons = {
            failure.reason for failure in report.failures if failure.side is side
        }
        if Reason.AUTHENTICATION in reasons:
            self.config_entry.async_start_reauth(self.hass)
        if reasons & _NOT_CONNECTED:
            self._set_connected(False, ended=Reason.AUTHENTICATION in reasons)
        elif any(feature.failure is None for feature in report.features.values()):
            self._set_connected(True)
        await self.async_refresh()

    def _set_connected(self, connected: bool, *, ended: bool = False) -> None:
        """Remember whether the account was reached, and log where that is news."""
        if connected is self.data.connected:
            return
        if connected:
            LOGGER.info("%s can be reached again", self.config_entry.title)
        elif ended:
            LOGGER.warning("%s no longer accepts the login", self.config_entry.title)
        else:
            LOGGER.warning("%s cannot be reached", self.config_entry.title)
        self.async_set_updated_data(replace(self.data, connected=connected))
