"""Connecting accounts of Emby, Kodi and Tautulli, and servers that were found."""

from collections.abc import AsyncIterator
from ipaddress import ip_address
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from yarl import URL

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlowResult,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.service_info.ssdp import SsdpServiceInfo
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo
from tests.simulators.emby import EmbySimulator
from tests.simulators.jellyfin import JellyfinSimulator
from tests.simulators.kodi import KodiSimulator
from tests.simulators.tautulli import TautulliSimulator

from . import (
    answer,
    answer_pair,
    connect,
    created,
    start_flow,
    start_pair_flow,
    state_of,
)
from .conftest import PASSWORD
from .test_config_flow import suggested
from .test_config_flow_again import begin_again
from .test_discovery import discover
from .test_pair_flow import options


@pytest.fixture
async def emby() -> AsyncIterator[EmbySimulator]:
    """Return an Emby server with the user anna."""
    server = EmbySimulator()
    server.add_user("anna", PASSWORD)
    async with server:
        yield server


@pytest.fixture
async def kodi() -> AsyncIterator[KodiSimulator]:
    """Return a Kodi that asks for a password."""
    async with KodiSimulator(username="anna", password=PASSWORD) as server:
        yield server


@pytest.fixture
async def tautulli() -> AsyncIterator[TautulliSimulator]:
    """Return a Tautulli that has seen two users."""
    async with TautulliSimulator() as server:
        server.add_user("anna", 133788)
        server.add_user("ben", 133789)
        yield server


def login(server: EmbySimulator | KodiSimulator) -> dict[str, Any]:
    """Return what anna enters to sign in."""
    return {"url": server.url, "username": "anna", "password": PASSWORD}


async def test_emby(hass: HomeAssistant, emby: EmbySimulator) -> None:
    """Sign in with a password, of which nothing is kept."""
    result = await start_flow(hass, "emby")
    result = await answer(hass, result, {**login(emby), "password": "guess"})
    assert result["step_id"] == "emby"
    assert result["errors"] == {"base": "invalid_auth"}
    result = await answer(hass, result, login(emby))
    await created(hass, result)
    entry = result["result"]
    assert entry.state is ConfigEntryState.LOADED
    assert entry.supports_options
    assert PASSWORD not in str(dict(entry.data))


async def test_not_emby(
    hass: HomeAssistant, jellyfin: JellyfinSimulator, emby: EmbySimulator
) -> None:
    """Tell Emby from its relative, and hand it no password."""
    result = await start_flow(hass, "emby")
    result = await answer(hass, result, {**login(emby), "url": jellyfin.url})
    assert result["errors"] == {"base": "not_emby"}
    assert all(PASSWORD.encode() not in each.raw for each in jellyfin.requests)
    result = await answer(hass, result, login(emby))
    await created(hass, result)


async def test_kodi(hass: HomeAssistant, kodi: KodiSimulator) -> None:
    """Sign in with the password of the web server."""
    result = await start_flow(hass, "kodi")
    result = await answer(hass, result, {**login(kodi), "password": "guess"})
    assert result["step_id"] == "kodi"
    assert result["errors"] == {"base": "kodi_invalid_auth"}
    result = await answer(hass, result, login(kodi))
    await created(hass, result)
    assert result["result"].state is ConfigEntryState.LOADED


@pytest.mark.parametrize("source", [SOURCE_REAUTH, SOURCE_RECONFIGURE])
async def test_kodi_again(
    hass: HomeAssistant, kodi: KodiSimulator, source: str
) -> None:
    """Take a new password of an account that exists, showing the old one nowhere."""
    entry = await connect(hass, "kodi", login(kodi))
    kodi.password = "battery staple"
    result = await begin_again(hass, entry, source)
    assert "password" not in suggested(result)
    result = await answer(
        hass, result, {**suggested(result), "password": "battery staple"}
    )
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == f"{source}_successful"
    await hass.async_block_till_done()
    assert state_of(entry) is ConfigEntryState.LOADED
    assert entry.data["password"] == "battery staple"


async def watcher(hass: HomeAssistant, server: TautulliSimulator) -> ConfigFlowResult:
    """Connect Tautulli, and choose a user."""
    result = await start_flow(hass, "tautulli")
    given = {"url": server.url, "api_key": server.api_key}
    result = await answer(hass, result, {**given, "api_key": "guess"})
    assert result["errors"] == {"base": "invalid_api_key"}
    result = await answer(hass, result, given)
    assert result["step_id"] == "tautulli_user"
    return await answer(hass, result, {"user": "133789"})


async def test_tautulli(
    hass: HomeAssistant,
    tautulli: TautulliSimulator,
    tracker: ConfigEntry,
    other_tracker: ConfigEntry,
) -> None:
    """Choose whose plays are read; they can go anywhere, but nothing can come back."""
    result = await watcher(hass, tautulli)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert "ben" in result["title"]
    await hass.async_block_till_done()
    entry = result["result"]
    assert entry.state is ConfigEntryState.LOADED
    pair = await start_pair_flow(hass, entry)
    assert options(pair, "features") == ["history"]
    assert entry.entry_id not in options(pair, "target")
    pair = await start_pair_flow(hass, tracker)
    assert options(pair, "target") == [other_tracker.entry_id]
    pair = await answer_pair(hass, pair, {"target": entry.entry_id})
    assert pair["errors"] == {"target": "target_read_only"}


def zeroconf(kind: str, name: str, url: str, **properties: str) -> ZeroconfServiceInfo:
    """Return the zeroconf record of a server."""
    address = URL(url)
    assert address.host is not None
    return ZeroconfServiceInfo(
        ip_address=ip_address(address.host),
        ip_addresses=[ip_address(address.host)],
        port=address.port,
        hostname="attic.local.",
        type=kind,
        name=f"{name}.{kind}",
        properties=properties,
    )


def upnp(model: str, url: str, server_id: str) -> SsdpServiceInfo:
    """Return the UPnP description of a server."""
    return SsdpServiceInfo(
        ssdp_usn="uuid:1::upnp:rootdevice",
        ssdp_st="upnp:rootdevice",
        ssdp_location=f"{url}/dlna/1/description.xml",
        upnp={
            "deviceType": "urn:schemas-upnp-org:device:MediaServer:1",
            "friendlyName": "Attic",
            "modelName": model,
            "presentationURL": f"{url}/web/index.html",
            "serialNumber": server_id,
        },
    )


async def test_kodi_found(hass: HomeAssistant, kodi: KodiSimulator) -> None:
    """Connect a Kodi that was found, after which it is found no more."""
    info = zeroconf("_xbmc-jsonrpc-h._tcp.local.", "Kodi (Attic)", kodi.url, uuid="1")
    result = await discover(hass, info)
    assert result["step_id"] == "kodi"
    assert suggested(result)["url"] == kodi.url
    result = await answer(hass, result, login(kodi))
    await created(hass, result)
    result = await discover(hass, info)
    assert result["reason"] == "already_configured"


async def test_plex_found(hass: HomeAssistant) -> None:
    """Show the ways to connect a Plex server that was found, its address filled in."""
    url = "http://192.0.2.5:32400"
    result = await discover(hass, zeroconf("_plexmediasvr._tcp.local.", "Attic", url))
    assert result["type"] is FlowResultType.MENU
    assert result["step_id"] == "plex"
    result = await answer(hass, result, {"next_step_id": "plex_manual"})
    assert suggested(result) == {"url": url}


async def test_jellyfin_found(
    hass: HomeAssistant, jellyfin: JellyfinSimulator, jellyfin_account: ConfigEntry
) -> None:
    """Recognise a server that there is an account at, and offer others."""
    server_id = jellyfin_account.data["server_id"]
    result = await discover(
        hass, upnp("Jellyfin Server", "http://192.0.2.6", server_id)
    )
    assert result["reason"] == "already_configured"
    result = await discover(hass, upnp("Jellyfin Server", "http://192.0.2.6", "other"))
    assert result["step_id"] == "jellyfin"
    assert suggested(result) == {"url": "http://192.0.2.6"}


async def test_emby_found(hass: HomeAssistant, emby: EmbySimulator) -> None:
    """Connect an Emby server that was found, after which it is found no more."""
    entry = await connect(hass, "emby", login(emby))
    info = upnp("Emby Server", emby.url, entry.data["server_id"])
    assert (await discover(hass, info))["reason"] == "already_configured"
    await hass.config_entries.async_remove(entry.entry_id)
    result = await discover(hass, info)
    assert suggested(result)["url"] == emby.url
    result = await answer(hass, result, login(emby))
    await created(hass, result)


@pytest.mark.parametrize(
    ("domain", "data", "slug", "known"),
    [
        pytest.param(
            "jellyfin",
            {"url": "http://a.test", "username": "anna", "password": "s3cret"},
            "jellyfin",
            {"url": "http://a.test", "username": "anna"},
            id="jellyfin",
        ),
        pytest.param(
            "kodi",
            {
                "host": "192.0.2.7",
                "port": 8080,
                "username": "anna",
                "password": "s3cret",
                "ssl": False,
            },
            "kodi",
            {"url": "http://192.0.2.7:8080", "username": "anna"},
            id="kodi",
        ),
        pytest.param(
            "tautulli",
            {"url": "http://c.test", "api_key": "s3cret", "verify_ssl": False},
            "tautulli",
            {"url": "http://c.test", "verify_ssl": False},
            id="tautulli",
        ),
    ],
)
async def test_known_to_home_assistant(
    hass: HomeAssistant,
    domain: str,
    data: dict[str, Any],
    slug: str,
    known: dict[str, Any],
) -> None:
    """Fill the form in with what Home Assistant's own integration knows."""
    MockConfigEntry(domain=domain, data=data).add_to_hass(hass)
    assert suggested(await start_flow(hass, slug)) == known
