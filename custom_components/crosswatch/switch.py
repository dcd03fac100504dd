"""Switches: a pair's schedule and dry runs, and what completing an item means."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.const import STATE_ON, EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.restore_state import RestoreEntity

from .account import AccountData, CrossWatchConfigEntry
from .const import CONF_DRY_RUN, CONF_ENABLED
from .engine.model import Feature
from .engine.provider import FeatureSupport
from .entity import AccountEntity, PairEntity
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

COMPLETING = SwitchEntityDescription(
    key="completing_watches",
    translation_key="completing_watches",
    entity_category=EntityCategory.CONFIG,
    entity_registry_enabled_default=False,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: CrossWatchConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the switches of every pair, and that of the account's to-do list."""
    data = entry.runtime_data
    if _can_watch_what_is_completed(data.account.provider.capabilities):
        async_add_entities([CompletingSwitch(data.coordinator, COMPLETING)])
    for pair_id, coordinator in data.pairs.items():
        async_add_entities(
            (PairSwitch(coordinator, each) for each in SWITCHES),
            config_subentry_id=pair_id,
        )


def _can_watch_what_is_completed(support: Mapping[Feature, FeatureSupport]) -> bool:
    """Tell whether an account can take off its watchlist what it has watched."""
    watchlist, history = support.get(Feature.WATCHLIST), support.get(Feature.HISTORY)
    return bool(watchlist and watchlist.remove and history and history.add)


class CompletingSwitch(AccountEntity, SwitchEntity, RestoreEntity):
    """Whether a film that is completed on the to-do list was watched."""

    @override
    async def async_added_to_hass(self) -> None:
        """Be as before."""
        await super().async_added_to_hass()
        if (last := await self.async_get_last_state()) is not None:
            self._data.completing_watches = last.state == STATE_ON

    @property
    def _data(self) -> AccountData:
        """Return what keeps it meanwhile."""
        return self.coordinator.config_entry.runtime_data

    @property
    @override
    def is_on(self) -> bool:
        """Return whether it was watched."""
        return self._data.completing_watches

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Mark it as watched from now on."""
        self._data.completing_watches = True
        self.async_write_ha_state()

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Only take it off the list from now on."""
        self._data.completing_watches = False
        self.async_write_ha_state()


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
