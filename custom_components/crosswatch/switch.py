"""Switches: a pair's schedule, and whether its runs only show what they would do."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .account import CrossWatchConfigEntry
from .const import CONF_DRY_RUN, CONF_ENABLED
from .entity import PairEntity
from .pair import PairSettings

PARALLEL_UPDATES = 1


@dataclass(frozen=True, kw_only=True)
class PairSwitchDescription(SwitchEntityDescription):
    """A setting of a pair that is either on or off."""

    is_on_fn: Callable[[PairSettings], bool]


# The key is also the setting's name in the pair's data.
SWITCHES: tuple[PairSwitchDescription, ...] = (
    PairSwitchDescription(
        key=CONF_ENABLED,
        translation_key="enabled",
        entity_category=EntityCategory.CONFIG,
        is_on_fn=lambda settings: settings.enabled,
    ),
    PairSwitchDescription(
        key=CONF_DRY_RUN,
        translation_key="dry_run",
        entity_category=EntityCategory.CONFIG,
        is_on_fn=lambda settings: settings.dry_run,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: CrossWatchConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the switches of every pair."""
    for pair_id, coordinator in entry.runtime_data.pairs.items():
        async_add_entities(
            (PairSwitch(coordinator, each) for each in SWITCHES),
            config_subentry_id=pair_id,
        )


class PairSwitch(PairEntity, SwitchEntity):
    """A setting of a pair; the pair's own data is the only place it is kept in."""

    entity_description: PairSwitchDescription

    @property
    @override
    def is_on(self) -> bool:
        """Return whether the setting is on."""
        return self.entity_description.is_on_fn(self.coordinator.settings)

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Turn the setting on."""
        self._async_write(True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Turn the setting off."""
        self._async_write(False)

    def _async_write(self, value: bool) -> None:
        """Write the setting; the account's update listener takes it from there."""
        pair = self.coordinator.subentry
        self.hass.config_entries.async_update_subentry(
            self.coordinator.config_entry,
            pair,
            data={**pair.data, self.entity_description.key: value},
        )
