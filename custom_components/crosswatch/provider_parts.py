"""Providers are imported when they are needed, and off the event loop."""

import asyncio
from functools import partial
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
    if spec.slug not in jobs:
        jobs[spec.slug] = hass.async_add_import_executor_job(spec.load)
        jobs[spec.slug].add_done_callback(partial(_drop_failure, jobs, spec.slug))
    # Whoever is cancelled takes nobody along who waits for the same.
    return await asyncio.shield(jobs[spec.slug])


def _drop_failure(
    jobs: dict[str, asyncio.Future[ProviderParts]],
    slug: str,
    job: asyncio.Future[ProviderParts],
) -> None:
    """Let an import that failed be tried again."""
    if job.cancelled() or job.exception() is not None:
        del jobs[slug]


async def async_load_parts_of_all(hass: HomeAssistant) -> None:
    """Have the parts of the providers of all accounts at hand, loaded or not."""
    for entry in hass.config_entries.async_entries(DOMAIN, include_ignore=False):
        if spec := PROVIDERS.get(entry.data[CONF_PROVIDER]):
            await async_load_parts(hass, spec)
