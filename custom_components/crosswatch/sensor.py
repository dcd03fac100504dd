"""Sensors: what the last run of a pair did, and what an account holds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from typing import Any, Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import EntityCategory, UnitOfTime
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.event import async_track_point_in_utc_time

from .account import CrossWatchConfigEntry
from .const import OFFERED_FEATURES
from .coordinator import PairState
from .engine.model import Feature
from .engine.report import Counts, RunStatus
from .entity import ATTR_DRY_RUN, ATTR_RUN_ID, AccountEntity, PairEntity
from .providers.spec import Metered

PARALLEL_UPDATES = 0

ATTR_FEATURE: Final = "feature"
ATTR_PHASE: Final = "phase"
ATTR_DONE: Final = "done"
ATTR_TOTAL: Final = "total"
ATTR_LIMIT: Final = "limit"
ATTR_RESET: Final = "reset"


class CountKey(StrEnum):
    """The counts of the last run that have a sensor."""

    ADDED = "added"
    REMOVED = "removed"
    UPDATED = "updated"
    SKIPPED = "skipped"
    UNRESOLVED = "unresolved"
    ERRORS = "errors"


class StateKey(StrEnum):
    """The other sensors of a pair."""

    STATUS = "status"
    LAST_RUN = "last_run"
    NEXT_RUN = "next_run"
    DURATION = "duration"


IDLE = "idle"
RUNNING = "running"


@dataclass(frozen=True, kw_only=True)
class CountSensorDescription(SensorEntityDescription):
    """A count of the last run."""

    count_fn: Callable[[Counts], int]


@dataclass(frozen=True, kw_only=True)
class StateSensorDescription(SensorEntityDescription):
    """Something else of a pair's state."""

    value_fn: Callable[[PairState], str | float | datetime | None]


@dataclass(frozen=True, kw_only=True)
class RecordsSensorDescription(SensorEntityDescription):
    """The number of records of one feature."""

    feature: Feature


def _status(state: PairState) -> str:
    """Return what the pair does, or else how its last run ended."""
    if state.running:
        return RUNNING
    return state.report.status.value if state.report else IDLE


def _duration(state: PairState) -> float | None:
    """Return how long the last run took, in seconds."""
    if (report := state.report) is None:
        return None
    return (report.finished - report.started).total_seconds()


# What a run did is measured anew by each run: a total would take dry runs for real.
COUNT_SENSORS: tuple[CountSensorDescription, ...] = tuple(
    CountSensorDescription(
        key=key,
        translation_key=key,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        count_fn=attrgetter(key),
    )
    for key in CountKey
)

STATE_SENSORS: tuple[StateSensorDescription, ...] = (
    StateSensorDescription(
        key=StateKey.STATUS,
        translation_key=StateKey.STATUS,
        device_class=SensorDeviceClass.ENUM,
        options=[IDLE, RUNNING, *RunStatus],
        value_fn=_status,
    ),
    StateSensorDescription(
        key=StateKey.LAST_RUN,
        translation_key=StateKey.LAST_RUN,
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda state: state.report.finished if state.report else None,
    ),
    StateSensorDescription(
        key=StateKey.NEXT_RUN,
        translation_key=StateKey.NEXT_RUN,
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda state: state.next_run,
    ),
    StateSensorDescription(
        key=StateKey.DURATION,
        translation_key=StateKey.DURATION,
        device_class=SensorDeviceClass.DURATION,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        suggested_display_precision=1,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=_duration,
    ),
)

# How many there are is what counts, not by how many they grew: no totals either.
RECORDS_SENSORS: tuple[RecordsSensorDescription, ...] = tuple(
    RecordsSensorDescription(
        key=feature.value,
        translation_key=feature.value,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        feature=feature,
    )
    for feature in OFFERED_FEATURES
)

REQUESTS_SENSOR = SensorEntityDescription(
    key="requests_left",
    translation_key="requests_left",
    state_class=SensorStateClass.MEASUREMENT,
    suggested_display_precision=0,
    entity_category=EntityCategory.DIAGNOSTIC,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: CrossWatchConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the sensors of an account and of its pairs."""
    data = entry.runtime_data
    capabilities = data.account.provider.capabilities
    async_add_entities(
        RecordsSensor(data.coordinator, description)
        for description in RECORDS_SENSORS
        if description.feature in capabilities
    )
    if isinstance(data.account.provider, Metered):
        async_add_entities([RequestsSensor(data.coordinator, REQUESTS_SENSOR)])
    for pair_id, coordinator in data.pairs.items():
        async_add_entities(
            [
                *(CountSensor(coordinator, each) for each in COUNT_SENSORS),
                *(StateSensor(coordinator, each) for each in STATE_SENSORS),
            ],
            config_subentry_id=pair_id,
        )


class CountSensor(PairEntity, SensorEntity):
    """A count of the last run of a pair; of a dry run, what it would have done."""

    # Different after every run, which would bloat the recorder's database.
    _unrecorded_attributes = frozenset({ATTR_RUN_ID})

    entity_description: CountSensorDescription

    @property
    @override
    def native_value(self) -> int | None:
        """Return the count over all features."""
        report = self.coordinator.data.report
        return self.entity_description.count_fn(report.counts) if report else None

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """Return which run it was, and the count of each feature."""
        if (report := self.coordinator.data.report) is None:
            return None
        return {
            ATTR_DRY_RUN: report.dry_run,
            ATTR_RUN_ID: report.run_id,
            **{
                feature.value: self.entity_description.count_fn(each.counts)
                for feature, each in report.features.items()
            },
        }


class StateSensor(PairEntity, SensorEntity):
    """What a pair does, when and for how long."""

    # They change from second to second while a run goes on.
    _unrecorded_attributes = frozenset(
        {ATTR_FEATURE, ATTR_PHASE, ATTR_DONE, ATTR_TOTAL}
    )

    entity_description: StateSensorDescription

    @property
    @override
    def native_value(self) -> str | float | datetime | None:
        """Return the value."""
        return self.entity_description.value_fn(self.coordinator.data)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """Return how far the run that is going on has come."""
        headway = self.coordinator.data.headway
        if headway is None or self.entity_description.key != StateKey.STATUS:
            return None
        told = {ATTR_FEATURE: headway.feature.value, ATTR_PHASE: headway.phase.value}
        if not headway.total:
            return told
        return {**told, ATTR_DONE: headway.done, ATTR_TOTAL: headway.total}


class RecordsSensor(AccountEntity, SensorEntity):
    """How many records an account has; unknown before it was first read."""

    entity_description: RecordsSensorDescription

    @property
    @override
    def native_value(self) -> int | None:
        """Return the number of records."""
        return self.coordinator.data.records.get(self.entity_description.feature)


class RequestsSensor(AccountEntity, SensorEntity):
    """How many requests the service of an account still takes; unknown at first."""

    _unrecorded_attributes = frozenset({ATTR_LIMIT, ATTR_RESET})

    _cancel_reset: CALLBACK_TYPE | None = None

    @property
    @override
    def native_value(self) -> int | None:
        """Return the number of requests."""
        allowance = self.coordinator.data.allowance
        return allowance.left if allowance else None

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """Return how many there are in all, and when there are new ones."""
        if (allowance := self.coordinator.data.allowance) is None:
            return None
        return {ATTR_LIMIT: allowance.limit, ATTR_RESET: allowance.reset.isoformat()}

    @override
    async def async_added_to_hass(self) -> None:
        """Await the first new requests."""
        await super().async_added_to_hass()
        self._async_await_reset()

    @override
    async def async_will_remove_from_hass(self) -> None:
        """Await nothing any more."""
        self._async_stop_waiting()
        await super().async_will_remove_from_hass()

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Show what is left now, and await the next new requests."""
        self._async_await_reset()
        super()._handle_coordinator_update()

    @callback
    def _async_await_reset(self) -> None:
        """Look again when there are new requests, as no run may do so by then."""
        self._async_stop_waiting()
        if (allowance := self.coordinator.data.allowance) is not None:
            self._cancel_reset = async_track_point_in_utc_time(
                self.hass, self._async_reset, allowance.reset
            )

    @callback
    def _async_stop_waiting(self) -> None:
        """Forget about the next new requests."""
        if self._cancel_reset is not None:
            self._cancel_reset()
            self._cancel_reset = None

    async def _async_reset(self, now: datetime) -> None:
        """Look again; nothing is asked for that."""
        self._cancel_reset = None
        await self.coordinator.async_refresh()
