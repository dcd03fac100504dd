"""The state, for whoever needs it besides the runs of a loaded account."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from secrets import token_hex
import sqlite3

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from .const import DOMAIN
from .engine.store import Store
from .runtime import async_get_runtime


@asynccontextmanager
async def open_state(hass: HomeAssistant) -> AsyncIterator[Store]:
    """Keep the state open within the block, whether an account is loaded or not."""
    runtime = async_get_runtime(hass)
    user = f"action {token_hex(8)}"
    try:
        yield await runtime.async_attach(user)
    except (OSError, sqlite3.Error) as err:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="state_unavailable",
            translation_placeholders={"error": str(err)},
        ) from err
    finally:
        await runtime.async_detach(user)
