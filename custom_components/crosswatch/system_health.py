"""System health: how much CrossWatch has to look after, and whether it can."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from homeassistant.components import system_health
from homeassistant.core import HomeAssistant, callback
from homeassistant.loader import async_get_integration

from .account import CrossWatchConfigEntry, loaded_pairs
from .const import CONF_PROVIDER, DOMAIN
from .provider_parts import async_load_parts
from .providers.registry import PROVIDERS
from .providers.spec import ProviderSpec
from .runtime import async_get_runtime


@callback
def async_register(
    hass: HomeAssistant, register: system_health.SystemHealthRegistration
) -> None:
    """Register what is shown."""
    register.async_register_info(_async_info)


async def _async_info(hass: HomeAssistant) -> dict[str, Any]:
    """Return what is shown."""
    integration = await async_get_integration(hass, DOMAIN)
    accounts: list[CrossWatchConfigEntry]
    accounts = hass.config_entries.async_entries(DOMAIN, include_ignore=False)
    loaded: list[CrossWatchConfigEntry]
    loaded = hass.config_entries.async_loaded_entries(DOMAIN)
    specs = _specs(accounts)
    loaded_parts = [await async_load_parts(hass, spec) for spec in specs]
    pairs = list(loaded_pairs(hass))
    return {
        "version": str(integration.version),
        "accounts": len(accounts),
        "accounts_loaded": len(loaded),
        "accounts_connected": sum(
            entry.runtime_data.coordinator.data.connected for entry in loaded
        ),
        "providers": ", ".join(spec.name for spec in specs),
        "pairs": len(pairs),
        "runs": sum(pair.run is not None for pair in pairs),
        **await _async_state(hass, is_open=bool(loaded)),
        **{
            # Asked for while the rest is shown already.
            f"can_reach_{spec.slug}": system_health.async_check_can_reach_url(
                hass, parts.address
            )
            for spec, parts in zip(specs, loaded_parts, strict=True)
            if parts.address
        },
    }


def _specs(accounts: Iterable[CrossWatchConfigEntry]) -> list[ProviderSpec]:
    """Return the providers that there are accounts of."""
    slugs = {entry.data.get(CONF_PROVIDER) for entry in accounts}
    return [spec for slug, spec in PROVIDERS.items() if slug in slugs]


async def _async_state(hass: HomeAssistant, *, is_open: bool) -> dict[str, Any]:
    """Return what there is to say of the state file."""
    runtime = async_get_runtime(hass)
    size = await hass.async_add_executor_job(_size, runtime.path)
    if not is_open:
        return {"state_size": size}
    schema = await hass.async_add_executor_job(runtime.store.schema)
    return {"state_size": size, "state_schema": schema}


def _size(path: Path) -> str:
    """Return the size of the state file, with what is not yet merged into it."""
    parts = [path, path.with_name(f"{path.name}-wal")]
    size = sum(part.stat().st_size for part in parts if part.exists())
    return f"{size / 1024 / 1024:.1f} MiB"
