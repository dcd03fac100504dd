"""Servers that Home Assistant knows already: from other integrations, or the network."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from yarl import URL

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.service_info.ssdp import (
    ATTR_UPNP_FRIENDLY_NAME,
    ATTR_UPNP_MODEL_NAME,
    SsdpServiceInfo,
)
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo
from homeassistant.util.hass_dict import HassKey

from .const import CONF_PROVIDER, DOMAIN
from .provider_parts import async_load_parts, async_load_sign_in
from .providers.http import JsonObject
from .providers.registry import PROVIDERS
from .providers.spec import Announcement, FoundServer, ProviderSpec


class Find(NamedTuple):
    """A server that was found, and the provider that it is of."""

    spec: ProviderSpec
    server: FoundServer

    def is_at(self, entry: ConfigEntry) -> bool:
        """Tell whether an account is at this server."""
        return entry.data.get(CONF_PROVIDER) == self.spec.slug and any(
            entry.data.get(key) == value for key, value in self.server.marks.items()
        )


# What is shown as discovered, by the id of the flow that shows it.
_DATA_FINDS: Final[HassKey[dict[str, Find]]] = HassKey(f"{DOMAIN}.finds")


@callback
def async_finds(hass: HomeAssistant) -> dict[str, Find]:
    """Return the servers that are shown as discovered."""
    return hass.data.setdefault(_DATA_FINDS, {})


async def async_known_answers(hass: HomeAssistant, spec: ProviderSpec) -> JsonObject:
    """Return what an integration of Home Assistant knows of such a server.

    Where it knows several, the first that there is no account at yet is most likely
    the one that is meant.
    """
    parts = await async_load_sign_in(hass, spec)
    known = [
        answers
        for domain, answers_of in parts.known_from.items()
        for entry in hass.config_entries.async_entries(domain, include_ignore=False)
        if (answers := _answers(answers_of, entry.data))
    ]
    accounts = [
        entry
        for entry in hass.config_entries.async_entries(DOMAIN)
        if entry.data.get(CONF_PROVIDER) == spec.slug
    ]
    unused = [each for each in known if not _is_used(each, accounts)]
    return next(iter([*unused, *known]), {})


async def async_find_from_zeroconf(
    hass: HomeAssistant, info: ZeroconfServiceInfo
) -> Find | None:
    """Return the server that a zeroconf record tells of."""
    announcement = Announcement(
        host=info.host,
        port=info.port,
        name=info.name.removesuffix(f".{info.type}"),
        properties=_texts(info.properties),
    )
    return await _async_find(hass, info.type, announcement)


async def async_find_from_upnp(
    hass: HomeAssistant, info: SsdpServiceInfo
) -> Find | None:
    """Return the server that a UPnP description tells of."""
    location = URL(info.ssdp_location or "")
    properties = _texts(info.upnp)
    announcement = Announcement(
        host=location.host or "",
        port=location.port,
        name=properties.get(ATTR_UPNP_FRIENDLY_NAME, ""),
        properties=properties,
    )
    kind = properties.get(ATTR_UPNP_MODEL_NAME, "")
    return await _async_find(hass, kind, announcement)


async def _async_find(
    hass: HomeAssistant, kind: str, announcement: Announcement
) -> Find | None:
    """Return the server that an announcement tells of, if there is a provider."""
    for spec in PROVIDERS.values():
        if kind in spec.announced_as:
            found = (await async_load_parts(hass, spec)).found
            server = found(announcement) if found else None
            return None if server is None else Find(spec, server)
    return None


def _answers(answers_of: Any, data: Mapping[str, Any]) -> JsonObject:
    """Return what another integration's data gives; it may have changed its shape."""
    try:
        return dict(answers_of(dict(data)))
    except KeyError, TypeError, ValueError:
        return {}


def _is_used(answers: JsonObject, accounts: list[ConfigEntry]) -> bool:
    """Tell whether there is an account at the address that is among the answers."""
    return any(_address(each.data) == _address(answers) for each in accounts)


def _address(data: Mapping[str, Any]) -> str:
    """Return an address in such a way that it can be compared."""
    return str(data.get("url")).rstrip("/").lower()


def _texts(properties: Mapping[str, Any]) -> dict[str, str]:
    """Return those properties that are texts."""
    return {key: value for key, value in properties.items() if isinstance(value, str)}
