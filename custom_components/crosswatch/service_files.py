"""What the actions that read and write files share: accounts, paths and refusals."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import ServiceValidationError

from .account import CrossWatchConfigEntry
from .const import DOMAIN
from .files.errors import FileError
from .service_targets import scope_of

# How many of very many things an answer lists; it tells the number of all.
MAX_LISTED: Final = 100


def account_of(call: ServiceCall) -> CrossWatchConfigEntry:
    """Return the loaded account that a call names, or say why there is none."""
    scope = scope_of(call.hass, call.data[ATTR_DEVICE_ID])
    if scope.pair is not None:
        key = "not_an_account"
    elif scope.entry.state is not ConfigEntryState.LOADED:
        key = "account_of_file_not_loaded"
    else:
        return scope.entry
    raise ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders={"name": scope.name},
    )


async def async_allowed_path(hass: HomeAssistant, text: str) -> Path:
    """Return a path, which may begin in the configuration folder; only allowed ones."""
    path = Path(hass.config.path(text))
    if "\0" not in text and await hass.async_add_executor_job(
        hass.config.is_allowed_path, str(path)
    ):
        return path
    raise ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key="path_not_allowed",
        translation_placeholders={
            "path": text.replace("\0", ""),
            "folders": ", ".join(sorted(map(str, hass.config.allowlist_external_dirs))),
        },
    )


async def async_with_file[T](hass: HomeAssistant, work: Callable[[], T]) -> T:
    """Return what comes of work with a file in a thread, or say why it is refused."""
    try:
        return await hass.async_add_executor_job(work)
    except FileError as err:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key=f"file_{err.fault}",
            translation_placeholders=err.details,
        ) from err
