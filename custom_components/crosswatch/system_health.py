"""System health: how much CrossWatch has to look after, and whether it can."""

from pathlib import Path
from typing import Any

from homeassistant.components import system_health
from homeassistant.core import HomeAssistant, callback

from .account import loaded_pairs
from .const import DOMAIN
from .runtime import async_get_runtime


@callback
def async_register(
    hass: HomeAssistant, register: system_health.SystemHealthRegistration
) -> None:
    """Register what is shown."""
    register.async_register_info(_async_info)


async def _async_info(hass: HomeAssistant) -> dict[str, Any]:
    """Return what is shown."""
    pairs = list(loaded_pairs(hass))
    path = async_get_runtime(hass).path
    return {
        "accounts": len(hass.config_entries.async_entries(DOMAIN)),
        "accounts_loaded": len(hass.config_entries.async_loaded_entries(DOMAIN)),
        "pairs": len(pairs),
        "runs": sum(pair.run is not None for pair in pairs),
        "state_size": await hass.async_add_executor_job(_size, path),
    }


def _size(path: Path) -> str:
    """Return the size of the state file, with what is not yet merged into it."""
    parts = [path, path.with_name(f"{path.name}-wal")]
    size = sum(part.stat().st_size for part in parts if part.exists())
    return f"{size / 1024 / 1024:.1f} MiB"
