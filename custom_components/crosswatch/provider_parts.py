"""Providers are imported when they are needed, and off the event loop."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.util.hass_dict import HassKey

from .const import CONF_PROVIDER, DOMAIN
from .providers.registry import PROVIDERS
from .providers.spec import ProviderParts, ProviderSpec, SignInParts

# The parts of each provider, by what imports them, or the import that is going on.
_JOBS: Final[HassKey[dict[Callable[[], object], asyncio.Future[Any]]]] = HassKey(
    f"{DOMAIN}.parts"
)


async def async_load_parts(hass: HomeAssistant, spec: ProviderSpec) -> ProviderParts:
    """Return what the accounts of a provider are made of."""
    return await _async_load(hass, spec.load)


async def async_load_sign_in(hass: HomeAssistant, spec: ProviderSpec) -> SignInParts:
    """Return how a person comes to an account of a provider."""
    return await _async_load(hass, spec.load_sign_in)


async def _async_load[T](hass: HomeAssistant, load: Callable[[], T]) -> T:
    """Return what is imported, once."""
    jobs = hass.data.setdefault(_JOBS, {})
    job: asyncio.Future[T] | None = jobs.get(load)
    if job is None or _has_failed(job):
        job = jobs[load] = hass.async_add_import_executor_job(load)
    # Whoever is cancelled takes nobody along who waits for the same.
    return await asyncio.shield(job)


def _has_failed(job: asyncio.Future[Any]) -> bool:
    """Tell whether an import has come to nothing: it is to be tried again."""
    return job.done() and (job.cancelled() or job.exception() is not None)


async def async_load_parts_of_all(hass: HomeAssistant) -> None:
    """Have the parts of the providers of all accounts at hand, loaded or not."""
    for entry in hass.config_entries.async_entries(DOMAIN, include_ignore=False):
        if spec := PROVIDERS.get(entry.data[CONF_PROVIDER]):
            await async_load_parts(hass, spec)
