"""What an account needs to be loaded: its provider, an answer from it, the state."""

from functools import partial
import sqlite3

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import (
    ConfigEntryAuthFailed,
    ConfigEntryError,
    ConfigEntryNotReady,
)
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from .account_options import options_of
from .const import CONF_PROVIDER, CONF_VERIFY_SSL, DOMAIN
from .engine.provider import (
    AccountInfo,
    AuthenticationError,
    Provider,
    ProviderError,
    ProviderUnavailableError,
    RateLimitedError,
)
from .engine.store import Store
from .entry_watch import EntryWatch
from .provider_parts import async_load_parts
from .providers.http import in_haste
from .providers.registry import PROVIDERS
from .providers.spec import Connection, ProviderSpec
from .runtime import async_get_runtime
from .shared import async_get_limiters, storage_folder


def spec_of(entry: ConfigEntry) -> ProviderSpec:
    """Return the provider of an account; raises ConfigEntryError."""
    slug = str(entry.data.get(CONF_PROVIDER))
    if (spec := PROVIDERS.get(slug)) is None:
        raise ConfigEntryError(
            translation_domain=DOMAIN,
            translation_key="unknown_provider",
            translation_placeholders={"provider": slug},
        )
    return spec


async def async_create_provider(
    hass: HomeAssistant, entry: ConfigEntry, watch: EntryWatch
) -> Provider:
    """Return the provider of an account, connected through Home Assistant."""
    spec = spec_of(entry)
    parts = await async_load_parts(hass, spec)
    data = {key: value for key, value in entry.data.items() if key != CONF_PROVIDER}
    return parts.create(
        Connection(
            data=data,
            session=async_get_clientsession(hass, data.get(CONF_VERIFY_SSL, True)),
            verified=async_get_clientsession(hass),
            limiters=async_get_limiters(hass),
            save=watch.async_save,
            folder=storage_folder(hass),
            options=dict(options_of(spec, entry)),
        )
    )


async def async_identify(provider: Provider, entry: ConfigEntry) -> AccountInfo:
    """Ask the account who it is, and say what to do where it does not answer.

    That is asked once: Home Assistant tries again, and its start waits for nobody.
    """
    placeholders = {"account": entry.title}
    try:
        with in_haste():
            return await provider.identify()
    except AuthenticationError as err:
        raise ConfigEntryAuthFailed(
            translation_domain=DOMAIN,
            translation_key="authentication_failed",
            translation_placeholders=placeholders,
        ) from err
    except RateLimitedError as err:
        raise ConfigEntryNotReady(
            translation_domain=DOMAIN,
            translation_key="rate_limited",
            translation_placeholders=placeholders,
        ) from err
    except ProviderUnavailableError as err:
        raise ConfigEntryNotReady(
            translation_domain=DOMAIN,
            translation_key="cannot_connect",
            translation_placeholders={**placeholders, "error": str(err)},
        ) from err
    except ProviderError as err:
        raise ConfigEntryError(
            translation_domain=DOMAIN,
            translation_key="unexpected_answer",
            translation_placeholders={**placeholders, "error": str(err)},
        ) from err


async def async_open_store(hass: HomeAssistant, entry: ConfigEntry) -> Store:
    """Open the state for as long as the account is loaded."""
    runtime = async_get_runtime(hass)
    entry.async_on_unload(partial(runtime.async_detach, entry.entry_id))
    try:
        return await runtime.async_attach(entry.entry_id)
    except (OSError, sqlite3.Error) as err:
        raise ConfigEntryNotReady(
            translation_domain=DOMAIN,
            translation_key="state_unavailable",
            translation_placeholders={"error": str(err)},
        ) from err
