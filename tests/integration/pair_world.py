"""A pair of the tracker Home that is run by hand, and what a person does with it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.crosswatch.coordinator import PairCoordinator
from custom_components.crosswatch.engine.report import Report
from custom_components.crosswatch.runtime import async_get_runtime
from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant

from .runs import act, coordinator_of, device_of, press, until

PAIR_ID = "pair"


class PairWorld:
    """The tracker Home, and its pair."""

    def __init__(self, hass: HomeAssistant, home: MockConfigEntry) -> None:
        """Take the account."""
        self.hass = hass
        self.home = home

    @property
    def subentry(self) -> ConfigSubentry:
        """Return the pair as it is stored."""
        return self.home.subentries[PAIR_ID]

    @property
    def pair(self) -> PairCoordinator:
        """Return what runs the pair."""
        return coordinator_of(self.home, self.subentry)

    async def sync(self, **data: Any) -> dict[str, Any]:
        """Run the pair and return its report, with the items."""
        device = device_of(self.hass, self.home, self.subentry)
        data = {"include_items": True, **data}
        (run,) = (await act(self.hass, "sync", device_id=device, **data))["runs"]
        return dict(run)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[asyncio.Task[Report]]:
        """Let a run of the pair go on within the block, and end it after that."""
        async with async_get_runtime(self.hass).queue.turn({self.home.entry_id}):
            await press(self.hass, self.subentry, "sync")
            run = self.pair.run
            assert run is not None
            yield run
        await until(run.done)

    async def set(self, **data: Any) -> None:
        """Change settings of the pair, as a form or a switch does."""
        data = {**self.subentry.data, **data}
        self.hass.config_entries.async_update_subentry(
            self.home, self.subentry, data=data
        )
        await self.hass.async_block_till_done()

    async def unload(self) -> None:
        """Unload the account, which the pair cannot do without."""
        await self.hass.config_entries.async_unload(self.home.entry_id)

    async def delete(self) -> None:
        """Delete the pair."""
        self.hass.config_entries.async_remove_subentry(self.home, PAIR_ID)
        await self.hass.async_block_till_done()
