"""Events: how the runs of a pair end."""

from typing import Final, override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .account import CrossWatchConfigEntry
from .coordinator import PairCoordinator
from .engine.report import RunStatus
from .entity import ATTR_DRY_RUN, ATTR_RUN_ID, PairEntity

PARALLEL_UPDATES = 0

RUN: Final = EventEntityDescription(
    key="run", translation_key="run", event_types=[*RunStatus]
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: CrossWatchConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the event entity of every pair."""
    for pair_id, coordinator in entry.runtime_data.pairs.items():
        async_add_entities([RunEvent(coordinator, RUN)], config_subentry_id=pair_id)


class RunEvent(PairEntity, EventEntity):
    """Fires when a run of a pair has ended."""

    _unrecorded_attributes = frozenset({ATTR_RUN_ID})

    def __init__(
        self, coordinator: PairCoordinator, description: EventEntityDescription
    ) -> None:
        """Take the last run as told already."""
        super().__init__(coordinator, description)
        report = coordinator.data.report
        self._told = report.run_id if report else None

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Fire once for each run that has ended."""
        report = self.coordinator.data.report
        if report is not None and report.run_id != self._told:
            self._told = report.run_id
            self._trigger_event(
                report.status,
                {
                    ATTR_RUN_ID: report.run_id,
                    ATTR_DRY_RUN: report.dry_run,
                    **report.counts.as_dict(),
                },
            )
        self.async_write_ha_state()
