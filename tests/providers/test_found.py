"""What servers tell of themselves in the network, and what becomes of it."""

from typing import Any

import pytest

from custom_components.crosswatch.providers.emby import SPEC as EMBY
from custom_components.crosswatch.providers.jellyfin import SPEC as JELLYFIN
from custom_components.crosswatch.providers.kodi import SPEC as KODI
from custom_components.crosswatch.providers.plex import SPEC as PLEX
from custom_components.crosswatch.providers.spec import (
    Announcement,
    FoundServer,
    ProviderSpec,
)
from custom_components.crosswatch.providers.tautulli import SPEC as TAUTULLI

HOST = "192.0.2.7"


def announced(
    spec: ProviderSpec,
    name: str = "Attic",
    host: str = HOST,
    port: int | None = 4711,
    **properties: str,
) -> FoundServer | None:
    """Return what a provider makes of an announcement."""
    found_by = spec.load().found
    assert found_by is not None
    return found_by(
        Announcement(host=host, port=port, name=name, properties=properties)
    )


def found(spec: ProviderSpec, **announcement: Any) -> FoundServer:
    """Return the server in an announcement."""
    server = announced(spec, **announcement)
    assert server is not None
    return server


@pytest.mark.parametrize(
    ("spec", "kind"),
    [
        (EMBY, "Emby Server"),
        (JELLYFIN, "Jellyfin Server"),
        (KODI, "_xbmc-jsonrpc-h._tcp.local."),
        (PLEX, "_plexmediasvr._tcp.local."),
    ],
)
def test_kinds(spec: ProviderSpec, kind: str) -> None:
    """Recognise servers by what they are known to announce."""
    assert spec.announced_as == (kind,)


def test_kodi() -> None:
    """Know a device by its id, and an account at it by its address."""
    server = found(KODI, name="Kodi (Attic)", uuid="0815")
    assert server.server_id == "0815"
    assert server.name == "Attic"
    assert server.answers == {"url": f"http://{HOST}:4711"}
    assert server.marks == {"url": f"http://{HOST}:4711"}


@pytest.mark.parametrize(
    ("name", "shown"),
    [("Attic", "Attic"), ("Kodi", "http://192.0.2.7:8080"), ("Kodi (TV)", "TV")],
)
def test_kodi_without_an_id(name: str, shown: str) -> None:
    """Fall back on the address for whatever is not announced."""
    server = found(KODI, name=name, port=8080)
    assert server.server_id == "http://192.0.2.7:8080"
    assert server.name == shown


def test_plex() -> None:
    """Use nothing but address and name, as what else is announced is not known."""
    server = found(PLEX, whatever="there is")
    assert server.server_id == f"http://{HOST}:4711"
    assert server.name == "Attic"
    assert server.answers == {"url": f"http://{HOST}:4711"}
    # A linked account knows its server by another address, but by the same name.
    assert server.marks == {"url": f"http://{HOST}:4711", "server_name": "Attic"}


def test_plex_without_a_port() -> None:
    """Take the port that all servers have unless told otherwise."""
    assert found(PLEX, port=None).answers == {"url": f"http://{HOST}:32400"}
    server = found(PLEX, name="")
    assert server.name == f"http://{HOST}:4711"
    assert "server_name" not in server.marks


@pytest.mark.parametrize("spec", [JELLYFIN, EMBY], ids=["jellyfin", "emby"])
@pytest.mark.parametrize(
    ("told", "url"),
    [
        pytest.param(
            "https://a.test/base/web/", "https://a.test/base", id="web client"
        ),
        pytest.param("http://192.0.2.9:8096", "http://192.0.2.9:8096", id="plain"),
        pytest.param("http://", f"http://{HOST}:4711", id="no address"),
        pytest.param("", f"http://{HOST}:4711", id="nothing"),
        pytest.param("/web/index.html", f"http://{HOST}:4711", id="a path only"),
    ],
)
def test_upnp(spec: ProviderSpec, told: str, url: str) -> None:
    """Take the address that the server gives itself, else that of its description."""
    server = found(
        spec, name=f"{spec.name} - Attic", serialNumber="abc", presentationURL=told
    )
    assert server.server_id == "abc"
    assert server.name == "Attic"
    assert server.answers == {"url": url}
    assert server.marks == {"server_id": "abc", "url": url}


def test_upnp_without_a_name() -> None:
    """Show the address of a server that has no name."""
    assert found(EMBY, name="", serialNumber="abc").name == f"http://{HOST}:4711"


@pytest.mark.parametrize(
    ("spec", "announcement"),
    [
        pytest.param(JELLYFIN, {}, id="no serial number"),
        pytest.param(
            JELLYFIN, {"serialNumber": "abc", "host": ""}, id="upnp without address"
        ),
        pytest.param(KODI, {"host": ""}, id="kodi without address"),
        pytest.param(KODI, {"host": "no name"}, id="kodi without a usable address"),
        pytest.param(PLEX, {"host": ""}, id="plex without address"),
    ],
)
def test_not_enough(spec: ProviderSpec, announcement: dict[str, Any]) -> None:
    """Make nothing of an announcement that does not say where the server is."""
    assert announced(spec, **announcement) is None


@pytest.mark.parametrize("spec", [KODI, PLEX], ids=["kodi", "plex"])
def test_ipv6(spec: ProviderSpec) -> None:
    """Write an address of the new kind as addresses are written."""
    server = found(spec, host="2001:db8::7", port=80)
    assert server.answers["url"] in {"http://[2001:db8::7]", "http://[2001:db8::7]:80"}


def test_known_to_home_assistant() -> None:
    """Take addresses and names from Home Assistant's own integrations, no secrets."""
    secret = "s3cret"
    data: dict[str, dict[str, Any]] = {
        "jellyfin": {"url": "http://a", "username": "jon", "password": secret},
        "plex": {"server_config": {"url": "http://b", "token": secret}},
        "kodi": {"host": "c", "port": 8080, "ssl": False, "username": "jon"},
        "tautulli": {"url": "http://d", "api_key": secret, "verify_ssl": False},
    }
    answers = {
        domain: dict(answers_of(data[domain]))
        for spec in (EMBY, JELLYFIN, KODI, PLEX, TAUTULLI)
        for domain, answers_of in spec.load_sign_in().known_from.items()
    }
    assert {domain: each["url"] for domain, each in answers.items()} == {
        "jellyfin": "http://a",
        "plex": "http://b",
        "kodi": "http://c:8080",
        "tautulli": "http://d",
    }
    assert answers["jellyfin"]["username"] == "jon"
    assert answers["tautulli"]["verify_ssl"] is False
    assert secret not in str(answers)
