"""What a start does without is imported when it is needed, off the event loop."""

from importlib import import_module
from types import ModuleType
from typing import Final

from homeassistant.core import HomeAssistant

# What is imported once is there at once.
_IMPORTED: Final[dict[str, ModuleType]] = {}


async def async_import(hass: HomeAssistant, name: str) -> ModuleType:
    """Import a module of the integration, by its name within it.

    Unlike with Home Assistant's own helper, whoever is cancelled meanwhile takes nobody
    along who waits for the same module.
    """
    if (module := _IMPORTED.get(name)) is None:
        module = _IMPORTED[name] = await hass.async_add_import_executor_job(
            import_module, f"{__package__}.{name}"
        )
    return module
