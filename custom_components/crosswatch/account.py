"""An account as Home Assistant sees it: whether it works, and what it holds."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import suppress
from copy import replace
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple, override

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator

from .const import CONF_PROVIDER, DOMAIN, LOGGER
from .engine.model import Feature, Side
from .engine.pair import Account
from .engine.plan import Reason
from .engine.provider import Provider
from .engine.report import Report
from .engine.store import Store
from .providers.spec import Allowance, Metered

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


class AccountState(NamedTuple):
    """Whether an account was reached last, and how many records it holds.

    `allowance` is how many requests its service still takes, where it counts them.
    `runs` counts the runs since it was loaded: what it holds may have changed.
    """

    connected: bool = True
    records: Mapping[Feature, int] = MappingProxyType({})
    allowance: Allowance | None = None
    runs: int = 0


@dataclass(slots=True, kw_only=True)
class AccountData:
    """What belongs to a loaded account; `pairs` are those it is the source of.

    `imports` are the imports into it that are going on.
    With `completing_watches` whatever is completed on its to-do list was watched.
    """

    account: Account
    coordinator: AccountCoordinator
    watch: EntryWatch
    pairs: dict[str, PairCoordinator] = field(default_factory=dict)
    imports: set[asyncio.Task[Report]] = field(default_factory=set)
    completing_watches: bool = False


def loaded_pairs(hass: HomeAssistant) -> Iterator[PairCoordinator]:
    """Return the pairs of all loaded accounts, in the order they were made."""
    entries: list[CrossWatchConfigEntry]
    entries = hass.config_entries.async_loaded_entries(DOMAIN)
    pairs = [pair for entry in entries for pair in entry.runtime_data.pairs.values()]
    yield from sorted(pairs, key=lambda pair: pair.created)


def recalled_pairs(hass: HomeAssistant) -> list[PairCoordinator]:
    """Return the pairs of all accounts that are loaded, or about to be."""
    entries: list[CrossWatchConfigEntry] = hass.config_entries.async_entries(DOMAIN)
    return [
        pair
        for entry in entries
        if hasattr(entry, "runtime_data")
        for pair in entry.runtime_data.pairs.values()
    ]


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
        self,
        hass: HomeAssistant,
        entry: CrossWatchConfigEntry,
        store: Store,
        provider: Provider,
        records: Mapping[Feature, int],
    ) -> None:
        """Start with an account that has just been reached, and what it held last."""
        super().__init__(
            hass,
            LOGGER,
            config_entry=entry,
            name=f"{DOMAIN} account",
            update_interval=None,
            always_update=False,
        )
        self._store = store
        self._provider = provider
        self.data = AccountState(records=records, allowance=self._allowance)

    @override
    async def _async_update_data(self) -> AccountState:
        """Count the records that are known of the account, and its requests."""
        records = await self.hass.async_add_executor_job(
            self._store.record_counts, self.config_entry.entry_id
        )
        return replace(self.data, records=records, allowance=self._allowance)

    @property
    def _allowance(self) -> Allowance | None:
        """Return how many requests the account's service still takes."""
        provider = self._provider
        return provider.allowance if isinstance(provider, Metered) else None

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
            self._end_reauth()
        self.data = replace(self.data, runs=self.data.runs + 1)
        await self.async_refresh()

    def _end_reauth(self) -> None:
        """Take back the request to sign in again, as the login is good after all.

        What refused it has passed: a service in trouble, or an app that was turned
        off for a while. Nobody is interrupted who has begun to answer.
        """
        entry, flows = self.config_entry, self.hass.config_entries.flow
        for flow in list(entry.async_get_active_flows(self.hass, {SOURCE_REAUTH})):
            if flow.get("step_id") == entry.data[CONF_PROVIDER]:
                flows.async_abort(flow["flow_id"])

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
