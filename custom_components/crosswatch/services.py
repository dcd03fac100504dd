"""The actions: their names, their fields and what they answer."""

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
from .service_blocks import (
    BLOCK_FIELDS,
    LIST_FIELDS,
    UNBLOCK_FIELDS,
    async_block,
    async_list_blocks,
    async_unblock,
)
from .service_explain import EXPLAIN_FIELDS, async_explain
from .service_export import EXPORT_FIELDS, async_export
from .service_import import IMPORT_FIELDS, async_import
from .service_removals import DECIDE_FIELDS, async_decide_removals
from .service_runs import (
    DRY_RUN_FIELDS,
    SYNC_FIELDS,
    UNDO_FIELDS,
    async_cancel,
    async_dry_run,
    async_get_last_run,
    async_sync,
    async_undo_run,
)
from .service_targets import DEVICES

type Handler = Callable[[ServiceCall], Coroutine[Any, Any, ServiceResponse]]

_ACTIONS: Final = (
    ("sync", async_sync, SYNC_FIELDS, SupportsResponse.OPTIONAL),
    ("dry_run", async_dry_run, DRY_RUN_FIELDS, SupportsResponse.OPTIONAL),
    ("get_last_run", async_get_last_run, DEVICES, SupportsResponse.ONLY),
    ("cancel", async_cancel, DEVICES, SupportsResponse.OPTIONAL),
    ("undo_run", async_undo_run, UNDO_FIELDS, SupportsResponse.OPTIONAL),
    (
        "decide_removals",
        async_decide_removals,
        DECIDE_FIELDS,
        SupportsResponse.OPTIONAL,
    ),
    ("explain", async_explain, EXPLAIN_FIELDS, SupportsResponse.ONLY),
    ("block", async_block, BLOCK_FIELDS, SupportsResponse.OPTIONAL),
    ("unblock", async_unblock, UNBLOCK_FIELDS, SupportsResponse.OPTIONAL),
    ("list_blocks", async_list_blocks, LIST_FIELDS, SupportsResponse.ONLY),
    ("export", async_export, EXPORT_FIELDS, SupportsResponse.OPTIONAL),
    ("import", async_import, IMPORT_FIELDS, SupportsResponse.OPTIONAL),
)


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    for name, handler, fields, response in _ACTIONS:
        hass.services.async_register(
            DOMAIN,
            name,
            _once_loaded(handler),
            schema=vol.Schema(fields),
            supports_response=response,
        )


def _once_loaded(handler: Handler) -> Handler:
    """Return an action that waits for accounts that are being reloaded."""

    async def async_handle(call: ServiceCall) -> ServiceResponse:
        """Wait, and then do what the action does."""
        await async_reloaded(*call.hass.config_entries.async_entries(DOMAIN))
        return await handler(call)

    return async_handle
