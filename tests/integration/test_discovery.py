"""Servers that announce themselves, or that Home Assistant knows from elsewhere."""

from ipaddress import ip_address
import json
from pathlib import Path
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components import crosswatch
from custom_components.crosswatch.const import DOMAIN
from custom_components.crosswatch.providers.registry import PROVIDERS
from homeassistant.config_entries import (
    SOURCE_IGNORE,
    SOURCE_SSDP,
    SOURCE_ZEROCONF,
    ConfigFlowResult,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.service_info.ssdp import SsdpServiceInfo
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo
from homeassistant.loader import async_get_ssdp, async_get_zeroconf

from . import answer, created, flow_is_open, start_flow, wait_for_code
from .made_up import MODEL_NAME, PIN, ZEROCONF_TYPE, Service, signed_in
from .test_config_flow import suggested
from .test_config_flow_ways import choose

URL = "http://192.0.2.5:4711"


def zeroconf(**properties: Any) -> ZeroconfServiceInfo:
    """Return the zeroconf record of a server."""
    return ZeroconfServiceInfo(
        ip_address=ip_address("192.0.2.5"),
        ip_addresses=[ip_address("192.0.2.5")],
        port=4711,
        hostname="attic.local.",
        type=ZEROCONF_TYPE,
        name=f"Attic.{ZEROCONF_TYPE}",
        properties=properties,
    )


def upnp(**properties: Any) -> SsdpServiceInfo:
    """Return the UPnP description of a server."""
    return SsdpServiceInfo(
        ssdp_usn="uuid:1::upnp:rootdevice",
        ssdp_st="upnp:rootdevice",
        ssdp_location=f"{URL}/description.xml",
        upnp={"friendlyName": "Attic", **properties},
    )


async def discover(
    hass: HomeAssistant, info: ZeroconfServiceInfo | SsdpServiceInfo
) -> ConfigFlowResult:
    """Let Home Assistant find something in the network."""
    is_zeroconf = isinstance(info, ZeroconfServiceInfo)
    source = SOURCE_ZEROCONF if is_zeroconf else SOURCE_SSDP
    return await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": source}, data=info
    )


@pytest.mark.parametrize(
    "info",
    [
        pytest.param(zeroconf(id="attic"), id="zeroconf"),
        pytest.param(upnp(id="attic", modelName=MODEL_NAME, icons=[]), id="upnp"),
    ],
)
async def test_found(
    hass: HomeAssistant, made_up: Service, info: ZeroconfServiceInfo | SsdpServiceInfo
) -> None:
    """Lead from a server that was found to its form, filled in with its address."""
    result = await discover(hass, info)
    assert made_up.codes == 0
    (flow,) = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    assert flow["context"]["title_placeholders"] == {"name": "Made Up (Attic)"}
    assert flow["context"]["unique_id"] == "made_up_attic"
    result = await choose(hass, result, "made_up_manual")
    assert suggested(result) == {"url": URL}
    result = await answer(hass, result, {"url": URL, "token": "s3cret"})
    result = await answer(hass, result, {"user": "Home", "pin": PIN})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].unique_id == "made_up_home"
    await hass.async_block_till_done()


@pytest.mark.parametrize(
    "info",
    [
        pytest.param(zeroconf(), id="no id"),
        pytest.param(zeroconf(id=None), id="empty id"),
        pytest.param(upnp(id="attic", modelName="Another"), id="of nobody"),
        pytest.param(upnp(id="attic"), id="without a model"),
    ],
)
async def test_not_usable(
    hass: HomeAssistant, made_up: Service, info: ZeroconfServiceInfo | SsdpServiceInfo
) -> None:
    """Leave out what does not say enough of itself."""
    result = await discover(hass, info)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "not_usable"


async def test_found_once(hass: HomeAssistant, made_up: Service) -> None:
    """Show a server once, however often and in whatever way it announces itself."""
    await discover(hass, zeroconf(id="attic"))
    for again in (zeroconf(id="attic"), upnp(id="attic", modelName=MODEL_NAME)):
        result = await discover(hass, again)
        assert result["type"] is FlowResultType.ABORT
        assert result["reason"] == "already_in_progress"
    result = await discover(hass, zeroconf(id="cellar"))
    assert result["type"] is FlowResultType.MENU


async def test_ignored(hass: HomeAssistant, made_up: Service) -> None:
    """Say no more of a server that a person has told Home Assistant to ignore."""
    result = await discover(hass, zeroconf(id="attic"))
    await hass.config_entries.flow.async_init(
        DOMAIN,
        context={"source": SOURCE_IGNORE},
        data={"unique_id": "made_up_attic", "title": "Attic"},
    )
    await hass.async_block_till_done()
    assert not flow_is_open(hass, result)
    result = await discover(hass, zeroconf(id="attic"))
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"


@pytest.mark.parametrize(
    ("slug", "data", "is_known"),
    [
        pytest.param("made_up", {"server_id": "attic"}, True, id="same server"),
        pytest.param("made_up", {"url": URL}, True, id="same address"),
        pytest.param("made_up", {"url": "http://a", "server_id": "b"}, False, id="no"),
        pytest.param("bare", {"server_id": "attic"}, False, id="other provider"),
    ],
)
async def test_configured(
    hass: HomeAssistant,
    made_up: Service,
    slug: str,
    data: dict[str, str],
    is_known: bool,
) -> None:
    """Do not offer a server at which there is an account."""
    MockConfigEntry(domain=DOMAIN, data={"provider": slug, **data}).add_to_hass(hass)
    result = await discover(hass, zeroconf(id="attic"))
    if is_known:
        assert result["type"] is FlowResultType.ABORT
        assert result["reason"] == "already_configured"
        placeholders = result["description_placeholders"]
        assert placeholders is not None
        assert placeholders["account"] == "Attic"
    else:
        assert result["type"] is FlowResultType.MENU


async def test_connected_by_hand_meanwhile(
    hass: HomeAssistant, made_up: Service
) -> None:
    """No longer offer a server once an account at it was added otherwise."""
    attic = await discover(hass, zeroconf(id="attic"))
    cellar = await discover(hass, zeroconf(id="cellar"))
    result = await choose(hass, await start_flow(hass, "made_up"), "made_up_link")
    made_up.outcomes.put_nowait(signed_in(server_id="attic"))
    result = await wait_for_code(hass, result)
    await created(hass, result)
    assert not flow_is_open(hass, attic)
    assert flow_is_open(hass, cellar)


def known_at_plex(hass: HomeAssistant, **data: Any) -> None:
    """Let Home Assistant's own integration know a server."""
    MockConfigEntry(domain="plex", data=data).add_to_hass(hass)


def config(url: str) -> dict[str, str]:
    """Return the part of that integration's data that holds the address."""
    return {"url": url, "token": "another s3cret"}


async def by_hand(hass: HomeAssistant) -> dict[str, Any]:
    """Return what the form of an address is filled in with."""
    result = await choose(hass, await start_flow(hass, "made_up"), "made_up_manual")
    return suggested(result)


async def test_known_from_elsewhere(hass: HomeAssistant, made_up: Service) -> None:
    """Offer the address that another integration knows, and nothing secret."""
    known_at_plex(hass, server_config=config("http://attic.test"))
    known_at_plex(hass, server_config=config("http://cellar.test"))
    assert await by_hand(hass) == {"url": "http://attic.test"}


async def test_known_and_used(hass: HomeAssistant, made_up: Service) -> None:
    """Prefer a server at which there is no account yet."""
    known_at_plex(hass, server_config=config("http://Attic.test"))
    known_at_plex(hass, server_config=config("http://cellar.test"))
    MockConfigEntry(
        domain=DOMAIN, data={"provider": "made_up", "url": "http://attic.test/"}
    ).add_to_hass(hass)
    MockConfigEntry(
        domain=DOMAIN, data={"provider": "bare", "url": "http://cellar.test"}
    ).add_to_hass(hass)
    assert await by_hand(hass) == {"url": "http://cellar.test"}


async def test_known_and_all_used(hass: HomeAssistant, made_up: Service) -> None:
    """Offer a server once more where all have an account: people share servers."""
    known_at_plex(hass, server_config=config("http://attic.test"))
    MockConfigEntry(
        domain=DOMAIN, data={"provider": "made_up", "url": "http://attic.test"}
    ).add_to_hass(hass)
    assert await by_hand(hass) == {"url": "http://attic.test"}


@pytest.mark.parametrize("data", [{}, {"server_config": None}])
async def test_known_data_of_another_shape(
    hass: HomeAssistant, made_up: Service, data: dict[str, Any]
) -> None:
    """Offer nothing where the other integration keeps its data differently."""
    known_at_plex(hass, **data)
    assert await by_hand(hass) == {}


def test_manifest() -> None:
    """Ask Home Assistant to look for exactly what providers recognise."""
    path = Path(crosswatch.__path__[0]) / "manifest.json"
    manifest = json.loads(path.read_text())
    kinds = {kind for spec in PROVIDERS.values() for kind in spec.announced_as}
    types = {kind for kind in kinds if kind.endswith(".local.")}
    assert set(manifest.get("zeroconf", ())) == types
    assert {each["modelName"] for each in manifest.get("ssdp", ())} == kinds - types


async def test_home_assistant_looks_for_them(hass: HomeAssistant) -> None:
    """Be asked by Home Assistant about whatever it finds of these kinds."""
    by_type = await async_get_zeroconf(hass)
    for kind in ("_plexmediasvr._tcp.local.", "_xbmc-jsonrpc-h._tcp.local."):
        assert DOMAIN in {matcher["domain"] for matcher in by_type[kind]}
    by_model = {each["modelName"] for each in (await async_get_ssdp(hass))[DOMAIN]}
    assert by_model == {"Emby Server", "Jellyfin Server"}
