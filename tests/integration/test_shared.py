"""What all accounts share."""

from pathlib import Path

from custom_components.crosswatch.shared import (
    DATA_LIMITERS,
    async_get_limiters,
    storage_folder,
)
from homeassistant.core import HomeAssistant


async def test_limiters(hass: HomeAssistant) -> None:
    """Keep one set of limiters for the whole of Home Assistant."""
    del hass.data[DATA_LIMITERS]
    limiters = async_get_limiters(hass)
    assert async_get_limiters(hass) is limiters


async def test_storage_folder(hass: HomeAssistant) -> None:
    """Keep all state in a folder of its own among what Home Assistant stores."""
    folder = storage_folder(hass)
    assert folder == Path(hass.config.config_dir) / ".storage" / "crosswatch"
