"""The actions: their names, their fields and what they answer.

What they do is imported when one of them is called for the first time.
"""

from collections.abc import Callable, Coroutine
from typing import Any, Final

import voluptuous as vol

from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)

from .account import async_reloaded
from .const import DOMAIN
from .late_imports import async_import
from .service_fields import (
    BLOCK_FIELDS,
    DECIDE_FIELDS,
    DEVICES,
    DRY_RUN_FIELDS,
    EXPLAIN_FIELDS,
    EXPORT_FIELDS,
    IMPORT_FIELDS,
    SYNC_FIELDS,
    UNBLOCK_FIELDS,
    UNDO_FIELDS,
    Fields,
)

type Handler = Callable[[ServiceCall], Coroutine[Any, Any, ServiceResponse]]

# By the module that an action is in, where it is a function named after the action.
_ACTIONS: Final[dict[str, dict[str, tuple[Fields, SupportsResponse]]]] = {
    "service_runs": {
        "sync": (SYNC_FIELDS, SupportsResponse.OPTIONAL),
        "dry_run": (DRY_RUN_FIELDS, SupportsResponse.OPTIONAL),
        "get_last_run": (DEVICES, SupportsResponse.ONLY),
        "cancel": (DEVICES, SupportsResponse.OPTIONAL),
        "undo_run": (UNDO_FIELDS, SupportsResponse.OPTIONAL),
    },
    "service_removals": {
        "decide_removals": (DECIDE_FIELDS, SupportsResponse.OPTIONAL),
    },
    "service_explain": {
        "explain": (EXPLAIN_FIELDS, SupportsResponse.ONLY),
    },
    "service_blocks": {
        "block": (BLOCK_FIELDS, SupportsResponse.OPTIONAL),
        "unblock": (UNBLOCK_FIELDS, SupportsResponse.OPTIONAL),
        "list_blocks": (DEVICES, SupportsResponse.ONLY),
    },
    "service_export": {
        "export": (EXPORT_FIELDS, SupportsResponse.OPTIONAL),
    },
    "service_import": {
        "import": (IMPORT_FIELDS, SupportsResponse.OPTIONAL),
    },
}


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    for module, actions in _ACTIONS.items():
        for name, (fields, response) in actions.items():
            hass.services.async_register(
                DOMAIN,
                name,
                _handler(module, name),
                schema=vol.Schema(fields),
                supports_response=response,
            )


def _handler(module: str, name: str) -> Handler:
    """Return an action that waits for accounts that are being reloaded."""

    async def async_handle(call: ServiceCall) -> ServiceResponse:
        """Wait, and then do what the action does."""
        imported = await async_import(call.hass, module)
        handler: Handler = getattr(imported, f"async_{name}")
        await async_reloaded(*call.hass.config_entries.async_entries(DOMAIN))
        return await handler(call)

    return async_handle
