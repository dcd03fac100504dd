"""Binary sensors: whether a pair needs attention, and an account can be reached."""

from collections.abc import Mapping
from typing import Any, Final, override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .account import CrossWatchConfigEntry
from .engine.report import RunStatus
from .entity import ATTR_MESSAGES, AccountEntity, PairEntity

PARALLEL_UPDATES = 0

PROBLEM: Final = BinarySensorEntityDescription(
    key="problem",
    translation_key="problem",
    device_class=BinarySensorDeviceClass.PROBLEM,
    entity_category=EntityCategory.DIAGNOSTIC,
)
CONNECTED: Final = BinarySensorEntityDescription(
    key="connected",
    translation_key="connected",
    device_class=BinarySensorDeviceClass.CONNECTIVITY,
    entity_category=EntityCategory.DIAGNOSTIC,
)

_BAD: Final = frozenset({RunStatus.BLOCKED, RunStatus.FAILED})


async def async_setup_entry(
    hass: HomeAssistant,
    entry: CrossWatchConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the binary sensors of an account and of its pairs."""
    data = entry.runtime_data
    async_add_entities([ConnectedSensor(data.coordinator, CONNECTED)])
    for pair_id, coordinator in data.pairs.items():
        async_add_entities(
            [ProblemSensor(coordinator, PROBLEM)], config_subentry_id=pair_id
        )


class ProblemSensor(PairEntity, BinarySensorEntity):
    """Whether the last run of a pair was held back or went wrong.

    Items that the other side does not know are none: they may stay so for ever.
    """

    _unrecorded_attributes = frozenset({ATTR_MESSAGES})

    @property
    @override
    def is_on(self) -> bool:
        """Return whether there is a problem."""
        report = self.coordinator.data.report
        return report is not None and (
            report.status in _BAD or bool(report.counts.errors)
        )

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        """Return why features could not be synced."""
        report = self.coordinator.data.report
        failures = report.failures if report else []
        return {ATTR_MESSAGES: list(dict.fromkeys(each.message for each in failures))}


class ConnectedSensor(AccountEntity, BinarySensorEntity):
    """Whether an account was reached when it was last needed."""

    @property
    @override
    def is_on(self) -> bool:
        """Return whether the account was reached."""
        return self.coordinator.data.connected
