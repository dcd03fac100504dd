"""Buttons: start a run of a pair."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .account import CrossWatchConfigEntry
from .coordinator import PairCoordinator
from .engine.pair import RunOptions
from .entity import PairEntity

# Pressing a button only starts a run; the runs wait for each other by themselves.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class PairButtonDescription(ButtonEntityDescription):
    """A button that starts a run."""

    options_fn: Callable[[PairCoordinator], RunOptions]


BUTTONS: tuple[PairButtonDescription, ...] = (
    PairButtonDescription(
        key="sync",
        translation_key="sync",
        options_fn=lambda pair: RunOptions(dry_run=pair.settings.dry_run),
    ),
    PairButtonDescription(
        key="dry_run_now",
        translation_key="dry_run_now",
        options_fn=lambda pair: RunOptions(dry_run=True),
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: CrossWatchConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the buttons of every pair."""
    for pair_id, coordinator in entry.runtime_data.pairs.items():
        async_add_entities(
            (PairButton(coordinator, each) for each in BUTTONS),
            config_subentry_id=pair_id,
        )


class PairButton(PairEntity, ButtonEntity):
    """Starts a run of a pair."""

    entity_description: PairButtonDescription

    @override
    async def async_press(self) -> None:
        """Start the run; it goes on in the background."""
        self.coordinator.async_start_run(
            self.entity_description.options_fn(self.coordinator)
        )
