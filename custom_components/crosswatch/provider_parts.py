"""Providers are imported when they are needed, and off the event loop."""

from homeassistant.core import HomeAssistant

from .const import CONF_PROVIDER, DOMAIN
from .providers.registry import PROVIDERS
from .providers.spec import ProviderParts, ProviderSpec


async def async_load_parts(hass: HomeAssistant, spec: ProviderSpec) -> ProviderParts:
    """Return the parts of a provider."""
    return await hass.async_add_import_executor_job(spec.load)


async def async_load_parts_of_all(hass: HomeAssistant) -> None:
    """Have the parts of the providers of all accounts at hand, loaded or not."""
    for entry in hass.config_entries.async_entries(DOMAIN, include_ignore=False):
        if spec := PROVIDERS.get(entry.data[CONF_PROVIDER]):
            await async_load_parts(hass, spec)
