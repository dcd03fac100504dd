"""Paths that a person names: only what Home Assistant is allowed to touch."""

from pathlib import Path

from homeassistant.core import HomeAssistant


async def async_allowed_path(hass: HomeAssistant, text: str) -> Path | None:
    """Return a path, which may begin in the configuration folder.

    None where Home Assistant is not allowed to touch it.
    """
    if "\0" in text:
        return None
    path = Path(hass.config.path(text))
    allowed = await hass.async_add_executor_job(hass.config.is_allowed_path, str(path))
    return path if allowed else None
