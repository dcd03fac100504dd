"""To-do lists: the watchlist of an account, for dashboards and by voice."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, override

from homeassistant.components.todo import (
    TodoItem,
    TodoItemStatus,
    TodoListEntity,
    TodoListEntityFeature,
)
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .account import AccountCoordinator, CrossWatchConfigEntry
from .const import DOMAIN
from .engine.ids import title_words
from .engine.model import Feature, Record
from .late_imports import async_import
from .stored_entity import StoredEntity

if TYPE_CHECKING:
    from .watchlist import Watchlist

PARALLEL_UPDATES = 1

WATCHLIST: Final = EntityDescription(
    key="watchlist", translation_key="watchlist", entity_registry_enabled_default=False
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: CrossWatchConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the to-do list of an account that has a watchlist."""
    data = entry.runtime_data
    if Feature.WATCHLIST in data.account.provider.capabilities:
        async_add_entities([WatchlistEntity(data.coordinator)])


class WatchlistEntity(StoredEntity, TodoListEntity):
    """The watchlist of an account.

    What is completed is taken off it, and marked as watched where that is switched on.
    """

    _watchlist: Watchlist

    def __init__(self, coordinator: AccountCoordinator) -> None:
        """Offer what the account can do."""
        super().__init__(coordinator, WATCHLIST, Feature.WATCHLIST)
        entry = coordinator.config_entry
        support = entry.runtime_data.account.provider.capabilities[Feature.WATCHLIST]
        features = TodoListEntityFeature(0)
        if support.add:
            features |= TodoListEntityFeature.CREATE_TODO_ITEM
        if support.remove:
            features |= TodoListEntityFeature.DELETE_TODO_ITEM
            features |= TodoListEntityFeature.UPDATE_TODO_ITEM
        self._attr_supported_features = features

    @override
    async def async_added_to_hass(self) -> None:
        """Begin with what is stored."""
        # Most lists are disabled, and a start does without what reads them.
        await async_import(self.hass, "watchlist")
        from .watchlist import Watchlist  # noqa: PLC0415

        self._watchlist = Watchlist(self.hass, self.coordinator.config_entry)
        await super().async_added_to_hass()

    @override
    async def _async_load(self) -> bool:
        """Take what was listed last as the items, by title."""
        records = await self._watchlist.async_stored()
        if records is None:
            return False
        # Records are taken apart here: a long list must not hold up everything else.
        self._attr_todo_items = await self.hass.async_add_executor_job(_items, records)
        return True

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


def _items(records: Sequence[Record]) -> list[TodoItem]:
    """Return what was listed as items, by title."""
    labels = {record.native_id: record.item.label for record in records}
    return [
        TodoItem(summary=label, uid=native_id, status=TodoItemStatus.NEEDS_ACTION)
        for native_id, label in sorted(
            labels.items(), key=lambda named: title_words(named[1])
        )
    ]
