"""To-do lists: the watchlist of an account, for dashboards and by voice."""

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, override

from homeassistant.components.todo import (
    TodoItem,
    TodoItemStatus,
    TodoListEntity,
    TodoListEntityFeature,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.event import async_track_time_interval

from .account import AccountCoordinator, CrossWatchConfigEntry
from .const import DOMAIN, LOGGER
from .engine.ids import title_words
from .engine.model import Feature
from .engine.provider import ProviderError
from .entity import AccountEntity
from .late_imports import async_import

if TYPE_CHECKING:
    from .watchlist import Watchlist

PARALLEL_UPDATES = 1

# Nobody is made to read a list that nobody looks at: a person enables it.
WATCHLIST: Final = EntityDescription(
    key="watchlist", translation_key="watchlist", entity_registry_enabled_default=False
)

# Runs bring the list up to date; this is for accounts that no pair reads it of.
_READ_EVERY: Final = timedelta(hours=1)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: CrossWatchConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the to-do list of an account that has a watchlist."""
    data = entry.runtime_data
    if Feature.WATCHLIST in data.account.provider.capabilities:
        async_add_entities([WatchlistEntity(data.coordinator)])


class WatchlistEntity(AccountEntity, TodoListEntity):
    """The watchlist of an account.

    What is completed is taken off it, and marked as watched where that is switched on.
    """

    coordinator: AccountCoordinator
    _watchlist: Watchlist

    def __init__(self, coordinator: AccountCoordinator) -> None:
        """Start without having read anything."""
        super().__init__(coordinator, WATCHLIST)
        entry = coordinator.config_entry
        support = entry.runtime_data.account.provider.capabilities[Feature.WATCHLIST]
        features = TodoListEntityFeature(0)
        if support.add:
            features |= TodoListEntityFeature.CREATE_TODO_ITEM
        if support.remove:
            features |= TodoListEntityFeature.DELETE_TODO_ITEM
            features |= TodoListEntityFeature.UPDATE_TODO_ITEM
        self._attr_supported_features = features
        self._taking_over = asyncio.Lock()

    @override
    async def async_added_to_hass(self) -> None:
        """Show what is known, and read the list now and then."""
        # Most lists are disabled, and a start does without what reads them.
        await async_import(self.hass, "watchlist")
        from .watchlist import Watchlist  # noqa: PLC0415

        self._watchlist = Watchlist(self.hass, self.coordinator.config_entry)
        await super().async_added_to_hass()
        self.async_on_remove(
            async_track_time_interval(self.hass, self._async_read_now, _READ_EVERY)
        )
        await self._async_take_over()
        if self.todo_items is None:
            self._async_read_later()

    @callback
    def _async_read_later(self) -> None:
        """Read the list without holding anybody up."""
        self.coordinator.config_entry.async_create_background_task(
            self.hass,
            self.async_update_ha_state(force_refresh=True),
            "CrossWatch reads a watchlist",
        )

    async def _async_read_now(self, now: datetime) -> None:
        """Read the list as its time has come."""
        self._async_read_later()

    @override
    async def async_update(self) -> None:
        """Read the list."""
        try:
            await self._watchlist.async_read()
        except ProviderError as err:
            # Its other entities tell that the account cannot be reached.
            LOGGER.debug("The watchlist could not be read: %s", err)
        await self._async_take_over()

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Show what a run has found."""
        self.coordinator.config_entry.async_create_background_task(
            self.hass, self._async_show_stored(), "CrossWatch shows a watchlist"
        )

    async def _async_show_stored(self) -> None:
        """Show what was listed last."""
        await self._async_take_over()
        self.async_write_ha_state()

    async def _async_take_over(self) -> None:
        """Take what was listed last as the items, by title.

        One at a time: what was loaded first must not be shown last.
        """
        async with self._taking_over:
            records = await self._watchlist.async_stored()
        if records is None:
            return
        self._attr_todo_items = [
            TodoItem(
                summary=record.item.label,
                uid=record.native_id,
                status=TodoItemStatus.NEEDS_ACTION,
            )
            for record in sorted(
                records, key=lambda record: title_words(record.item.label)
            )
        ]

    @override
    async def async_create_todo_item(self, item: TodoItem) -> None:
        """Add a title."""
        await self._watchlist.async_add(item.summary or "")
        await self._async_show_stored()

    @override
    async def async_update_todo_item(self, item: TodoItem) -> None:
        """Complete an item; nothing else of it can be changed."""
        if item.status != TodoItemStatus.COMPLETED:
            raise ServiceValidationError(
                translation_domain=DOMAIN, translation_key="title_not_changeable"
            )
        await self._async_take([item.uid or ""], completed=True)

    @override
    async def async_delete_todo_items(self, uids: list[str]) -> None:
        """Take items off the list."""
        await self._async_take(uids, completed=False)

    async def _async_take(self, uids: list[str], *, completed: bool) -> None:
        """Take items off the list, as watched where that is wanted."""
        data = self.coordinator.config_entry.runtime_data
        await self._watchlist.async_take(
            uids, watched=completed and data.completing_watches
        )
        await self._async_show_stored()
