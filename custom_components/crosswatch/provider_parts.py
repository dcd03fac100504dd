"""Providers are imported when they are needed, and off the event loop."""

import asyncio
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.util.hass_dict import HassKey

from .const import CONF_PROVIDER, DOMAIN
from .providers.registry import PROVIDERS
from .providers.spec import ProviderParts, ProviderSpec

# The parts of each provider, or the import of them that is going on.
_JOBS: Final[HassKey[dict[str, asyncio.Future[ProviderParts]]]] = HassKey(
    f"{DOMAIN}.parts"
)


async def async_load_parts(hass: HomeAssistant, spec: ProviderSpec) -> ProviderParts:
    """Return the parts of a provider."""
    jobs = hass.data.setdefault(_JOBS, {})
    if (job := jobs.get(spec.slug)) is None or _has_failed(job):
        job = jobs[spec.slug] = hass.async_add_import_executor_job(spec.load)
    # Whoever is cancelled takes nobody along who waits for the same.
    return await asyncio.shield(job)


def _has_failed(job: asyncio.Future[ProviderParts]) -> bool:
    """Tell whether an import has come to nothing: it is to be tried again."""
    return job.done() and (job.cancelled() or job.exception() is not None)


async def async_load_parts_of_all(hass: HomeAssistant) -> None:
    """Have the parts of the providers of all accounts at hand, loaded or not."""
    for entry in hass.config_entries.async_entries(DOMAIN, include_ignore=False):
        if spec := PROVIDERS.get(entry.data[CONF_PROVIDER]):
            await async_load_parts(hass, spec)
