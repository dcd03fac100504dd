"""The base of entities that show, record by record, what an account listed last."""

from abc import abstractmethod
import asyncio
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Final, override

from homeassistant.core import callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.event import async_track_time_interval

from .account import AccountCoordinator
from .const import LOGGER
from .engine.model import Feature
from .engine.provider import ProviderError
from .entity import AccountEntity
from .late_imports import async_import

# Runs bring the records up to date; this is for accounts that no pair reads them of.
_READ_EVERY: Final = timedelta(hours=1)


class StoredEntity(AccountEntity):
    """An entity that shows the stored records of one feature of an account.

    Disabled by default: nobody is made to read a list that nobody looks at.
    """

    coordinator: AccountCoordinator

    def __init__(
        self,
        coordinator: AccountCoordinator,
        description: EntityDescription,
        feature: Feature,
    ) -> None:
        """Start without having read anything."""
        super().__init__(coordinator, description)
        self._feature = feature
        self._taking_over = asyncio.Lock()

    @abstractmethod
    async def _async_load(self) -> bool:
        """Take what is stored as what is shown; tell whether anything ever was.

        Raises HomeAssistantError where the state cannot be read.
        """

    @override
    async def async_added_to_hass(self) -> None:
        """Show what is known, and read the account now and then."""
        await super().async_added_to_hass()
        self.async_on_remove(
            async_track_time_interval(self.hass, self._async_read_now, _READ_EVERY)
        )
        self._async_later(self._async_begin())

    async def _async_begin(self) -> None:
        """Show what is stored, or else what the account lists now."""
        if not await self._async_take_over():
            await self._async_read()
        self.async_write_ha_state()

    async def _async_read_now(self, now: datetime) -> None:
        """Read the account as its time has come."""
        self._async_later(self._async_read_and_show())

    async def _async_read_and_show(self) -> None:
        """Show what the account lists now."""
        await self._async_read()
        self.async_write_ha_state()

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Show what a run has found."""
        self._async_later(self._async_show_stored())

    async def _async_show_stored(self) -> None:
        """Show what is stored now."""
        await self._async_take_over()
        self.async_write_ha_state()

    @override
    async def async_update(self) -> None:
        """Read the account, as a person asks for it."""
        await self._async_read()

    async def _async_read(self) -> None:
        """Store what the account lists, and take it over."""
        entry = self.coordinator.config_entry
        account = entry.runtime_data.account
        # Most of these entities are disabled, and a start does without what they need.
        await async_import(self.hass, "account_turn")
        from .account_turn import account_turn  # noqa: PLC0415

        try:
            async with account_turn(self.hass, entry) as (_, snapshots):
                await snapshots.read(account, self._feature, keep=True)
        except (ProviderError, HomeAssistantError) as err:
            # Its other entities tell that the account cannot be reached.
            LOGGER.debug("%s could not be read: %s", self.entity_id, err)
        await self._async_take_over()

    async def _async_take_over(self) -> bool:
        """Take over what is stored, and tell whether anything ever was.

        One at a time: what was loaded first must not be shown last.
        """
        async with self._taking_over:
            try:
                return await self._async_load()
            except HomeAssistantError as err:
                # The runs tell what is wrong with the state.
                LOGGER.debug("%s could not be loaded: %s", self.entity_id, err)
                return True

    @callback
    def _async_later(self, work: Coroutine[object, object, None]) -> None:
        """Do something without holding anybody up."""
        self.coordinator.config_entry.async_create_background_task(
            self.hass, work, f"CrossWatch shows {self.entity_id}"
        )
