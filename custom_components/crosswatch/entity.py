"""Base entities: of a pair, and of an account."""

from typing import Final

from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .account import AccountCoordinator
from .const import DOMAIN
from .coordinator import PairCoordinator

ATTR_DRY_RUN: Final = "dry_run"
ATTR_RUN_ID: Final = "run_id"
ATTR_MESSAGES: Final = "messages"


class PairEntity(CoordinatorEntity[PairCoordinator]):
    """An entity of a pair."""

    _attr_has_entity_name = True

    def __init__(
        self, coordinator: PairCoordinator, description: EntityDescription
    ) -> None:
        """Name the entity after its pair."""
        super().__init__(coordinator)
        self.entity_description = description
        self._attr_unique_id = f"{coordinator.pair_id}_{description.key}"
        self._attr_device_info = coordinator.device_info


class AccountEntity(CoordinatorEntity[AccountCoordinator]):
    """An entity of an account."""

    _attr_has_entity_name = True

    def __init__(
        self, coordinator: AccountCoordinator, description: EntityDescription
    ) -> None:
        """Name the entity after its account."""
        super().__init__(coordinator)
        self.entity_description = description
        entry_id = coordinator.config_entry.entry_id
        self._attr_unique_id = f"{entry_id}_{description.key}"
        self._attr_device_info = DeviceInfo(identifiers={(DOMAIN, entry_id)})
