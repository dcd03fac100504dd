"""Reads and writes of an account beside the runs of its pairs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from .account import CrossWatchConfigEntry
from .engine.reading import Snapshots
from .engine.store import Store
from .informants import async_informants
from .runtime import async_get_runtime
from .state_access import open_state


@asynccontextmanager
async def account_turn(
    hass: HomeAssistant, entry: CrossWatchConfigEntry
) -> AsyncIterator[tuple[Store, Snapshots]]:
    """Hold a loaded account for as long as the block lasts; no run has it meanwhile.

    Raises HomeAssistantError where the state cannot be opened.
    """
    async with (
        open_state(hass) as store,
        async_get_runtime(hass).queue.turn([entry.entry_id]),
    ):
        yield store, Snapshots(store, dt_util.utcnow, async_informants(hass))
