"""Signing in to a Kodi: every way in which it ends."""

from collections.abc import AsyncIterator, Mapping
from copy import replace
from pathlib import Path
import ssl

import aiohttp
import pytest

from custom_components.crosswatch.engine.provider import AuthenticationError
from custom_components.crosswatch.providers.http import Limiters
from custom_components.crosswatch.providers.kodi import SPEC
from custom_components.crosswatch.providers.kodi.address import device_id, parse_address
from custom_components.crosswatch.providers.sign_in import (
    Answers,
    DeviceCode,
    SignedIn,
    SignInError,
)

from ..simulators.base import FaultKind
from ..simulators.kodi import KodiSimulator
from ..simulators.kodi.server import CALLS
from ..simulators.tls import self_signed_context
from .kodi_world import PASSWORD, PATH, USER, answers, context, provider_for
from .signing_in import refusal_of


@pytest.fixture
async def kodi() -> AsyncIterator[KodiSimulator]:
    """Return a device that asks for a password."""
    async with KodiSimulator(username=USER, password=PASSWORD) as server:
        yield server


@pytest.fixture
def sign_in(session: aiohttp.ClientSession, limiters: Limiters) -> SignInTry:
    """Return how to sign in."""
    return SignInTry(session, limiters)


class SignInTry:
    """Signs in, as the form does."""

    def __init__(self, session: aiohttp.ClientSession, limiters: Limiters) -> None:
        """Take what a sign-in is given."""
        self.session = session
        self.limiters = limiters

    async def __call__(self, given: Answers) -> SignedIn:
        """Sign in."""
        attempt = SPEC.load_sign_in().sign_in(context(self.session, self.limiters))
        signed_in = await attempt.begin(given)
        assert isinstance(signed_in, SignedIn)
        return signed_in

    async def error(self, given: Answers) -> SignInError:
        """Return why that fails."""
        return await refusal_of(self(given))


async def test_signs_in(kodi: KodiSimulator, sign_in: SignInTry) -> None:
    """The name and the password are kept, and who that is."""
    signed_in = await sign_in(answers(f"  {kodi.url}/jsonrpc "))
    assert signed_in.data == {
        "url": kodi.url,
        "verify_ssl": True,
        "username": USER,
        "password": PASSWORD,
        "profile": "Master user",
        "device": kodi.url.removeprefix("http://"),
        "device_name": "Living Room",
    }
    address = kodi.url.removeprefix("http://")
    assert signed_in.info.account_id == f"{address}_Master user"
    assert signed_in.info.name == "Kodi (Living Room)"
    assert signed_in.info.version == "21.1"
    assert PASSWORD not in repr(signed_in)
    assert len(kodi.requests) == 1
    provider = provider_for(signed_in.data, sign_in.session, sign_in.limiters)
    assert await provider.identify() == signed_in.info


@pytest.mark.parametrize(
    ("name", "profile", "expected"),
    [
        ("Kodi (bedroom)", "Master user", "Kodi (bedroom)"),
        ("Attic", "Arya", "Kodi (Attic): Arya"),
        ("", "Master user", "Kodi ({address})"),
    ],
)
async def test_names(
    kodi: KodiSimulator, sign_in: SignInTry, name: str, profile: str, expected: str
) -> None:
    """An account is called as its device is; a profile only where there are several."""
    kodi.name, kodi.behaviour.profile = name, profile
    address = kodi.url.removeprefix("http://")
    signed_in = await sign_in(answers(kodi.url))
    assert signed_in.info.name == expected.format(address=address)
    assert signed_in.info.account_id == f"{address}_{profile}"


@pytest.mark.parametrize(
    ("name", "profile", "same"),
    [
        ("Living Room", "Master user", True),
        ("Bedroom", "Master user", False),
        ("Living Room", "Arya", False),
        ("", "Master user", False),
    ],
)
async def test_a_device_that_moved(
    kodi: KodiSimulator, sign_in: SignInTry, name: str, profile: str, same: bool
) -> None:
    """With its name and profile, a device is the same at another address."""
    before = await sign_in(answers(kodi.url))
    await kodi.stop()
    await kodi.start()
    kodi.name, kodi.behaviour.profile = name, profile
    again = replace(context(sign_in.session, sign_in.limiters), known=before.data)
    after = await SPEC.load_sign_in().sign_in(again).begin(answers(kodi.url))
    assert isinstance(after, SignedIn)
    assert after.data["url"] == kodi.url != before.data["url"]
    assert (after.info.account_id == before.info.account_id) is same


async def test_without_a_password(sign_in: SignInTry) -> None:
    """A device that asks for none needs none."""
    async with KodiSimulator() as server:
        signed_in = await sign_in({"url": server.url})
        assert signed_in.data["username"] == ""
        assert "Authorization" not in server.requests[0].headers
        provider = provider_for(signed_in.data, sign_in.session, sign_in.limiters)
        assert await provider.identify() == signed_in.info


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"password": "wrong"}, "kodi_invalid_auth"),
        ({"username": "", "password": ""}, "kodi_invalid_auth"),
        ({"username": ""}, "kodi_username_required"),
        ({"url": "ftp://kodi"}, "invalid_url"),
        ({"url": ""}, "invalid_url"),
        ({"url": "http://127.0.0.1:9"}, "cannot_connect"),
    ],
)
async def test_refused(
    kodi: KodiSimulator, sign_in: SignInTry, changes: Answers, key: str
) -> None:
    """What a person fills in wrong is told."""
    assert (await sign_in.error({**answers(kodi.url), **changes})).key == key


@pytest.mark.parametrize(
    ("rule", "key"),
    [
        ({"status": 404}, "not_kodi"),
        ({"status": 301}, "not_kodi"),
        ({"status": 403}, "not_kodi"),
        ({"kind": FaultKind.NONSENSE}, "not_kodi"),
        ({"kind": FaultKind.NONSENSE, "body": "[]"}, "not_kodi"),
        ({"status": 503, "times": 3}, "cannot_connect"),
        ({"status": 429, "times": 3}, "cannot_connect"),
        ({"kind": FaultKind.CUT, "times": 3}, "cannot_connect"),
    ],
)
async def test_faults(
    kodi: KodiSimulator, sign_in: SignInTry, rule: Mapping[str, object], key: str
) -> None:
    """Whatever answers otherwise is no Kodi, or none that can be reached now."""
    kodi.faults.fail(path=PATH, **rule)  # type: ignore[arg-type]
    assert (await sign_in.error(answers(kodi.url))).key == key


@pytest.mark.parametrize(
    ("method", "code", "key"),
    [
        ("JSONRPC.Version", -32601, "not_kodi"),
        ("JSONRPC.Permission", -32601, "not_kodi"),
        ("Profiles.GetCurrentProfile", -32099, "kodi_no_permission"),
    ],
)
async def test_refused_calls(
    kodi: KodiSimulator, sign_in: SignInTry, method: str, code: int, key: str
) -> None:
    """A device that lacks what is needed will not do."""
    kodi.behaviour.fail(method, code)
    assert (await sign_in.error(answers(kodi.url))).key == key


@pytest.mark.parametrize(
    ("method", "result", "key"),
    [
        ("version", {"version": {"major": "x"}}, "not_kodi"),
        ("version", {"version": 5}, "not_kodi"),
        ("version", 5, "not_kodi"),
        ("permission", {"ReadData": True, "UpdateData": False}, "kodi_no_permission"),
        ("profile", {"label": ""}, "not_kodi"),
    ],
)
async def test_odd_answers(
    kodi: KodiSimulator,
    sign_in: SignInTry,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    result: object,
    key: str,
) -> None:
    """What is needed has to be there."""
    name = {
        "version": "JSONRPC.Version",
        "permission": "JSONRPC.Permission",
        "profile": "Profiles.GetCurrentProfile",
    }[method]
    monkeypatch.setitem(CALLS, name, lambda server, params: result)
    assert (await sign_in.error(answers(kodi.url))).key == key


async def test_too_old(sign_in: SignInTry) -> None:
    """An old release is refused by its number."""
    async with KodiSimulator(version=(18, 9), api_version=(10, 3, 0)) as server:
        error = await sign_in.error({"url": server.url})
        assert (error.key, error.placeholders) == (
            "kodi_too_old",
            {"version": "18.9", "minimum": "19"},
        )


async def test_certificates(sign_in: SignInTry, tmp_path: Path) -> None:
    """A certificate that nobody vouches for is told as such."""
    async with KodiSimulator(ssl_context=self_signed_context(tmp_path)) as server:
        error = await sign_in.error({"url": server.url})
        assert error.key == "tls_error"
        relaxed = ssl.create_default_context()
        relaxed.check_hostname, relaxed.verify_mode = False, ssl.CERT_NONE
        connector = aiohttp.TCPConnector(ssl=relaxed)
        async with aiohttp.ClientSession(connector=connector) as session:
            other = SignInTry(session, sign_in.limiters)
            signed_in = await other({"url": server.url, "verify_ssl": False})
            assert signed_in.data["verify_ssl"] is False


async def test_there_is_no_code(sign_in: SignInTry) -> None:
    """No code is ever shown, so that none can be waited for."""
    attempt = SPEC.load_sign_in().sign_in(context(sign_in.session, sign_in.limiters))
    code = DeviceCode(code="", url="", secret="", expires_in=1, interval=1)
    with pytest.raises(SignInError, match="code_expired"):
        await attempt.finish(code)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("kodi", "http://kodi:8080"),
        ("192.168.1.5", "http://192.168.1.5:8080"),
        ("192.168.1.5:8081/", "http://192.168.1.5:8081"),
        ("http://kodi", "http://kodi"),
        ("https://kodi.example/player/jsonrpc", "https://kodi.example/player"),
        ("http://me:secret@kodi:8080/?a=b#c", "http://kodi:8080"),
        ("fe80::1", "http://[fe80::1]:8080"),
        ("//kodi", "http://kodi:8080"),
        ("ftp://kodi", None),
        ("http://", None),
        ("my kodi", None),
        ("kodi:port", None),
    ],
)
def test_addresses(text: str, expected: str | None) -> None:
    """An address is what people copy from somewhere."""
    assert parse_address(text) == expected


def test_devices() -> None:
    """A device is known by its address."""
    assert device_id("http://kodi") == "kodi:80"
    assert device_id("https://kodi.example/player") == "kodi.example:443/player"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (
            {
                "host": "10.0.0.5",
                "port": 8081,
                "ws_port": 9090,
                "ssl": False,
                "username": "jon",
                "password": "snow",
                "name": "Kodi",
            },
            {"url": "http://10.0.0.5:8081", "username": "jon"},
        ),
        (
            {"host": "fe80::1", "port": None, "ssl": True, "username": None},
            {"url": "https://[fe80::1]:8080", "username": ""},
        ),
        ({"host": ""}, {}),
        ({}, {}),
    ],
)
def test_known_from(
    data: Mapping[str, str | int | bool | None], expected: Answers
) -> None:
    """Home Assistant's own entry of a Kodi says where it is, and no secret."""
    assert SPEC.load_sign_in().known_from["kodi"](data) == expected


def test_lost_data(session: aiohttp.ClientSession, limiters: Limiters) -> None:
    """An entry without its data has to be signed in again."""
    with pytest.raises(AuthenticationError, match="lacks url"):
        provider_for({}, session, limiters)


async def test_a_device_without_labels(kodi: KodiSimulator, sign_in: SignInTry) -> None:
    """A device that does not tell its name is known by its address."""
    kodi.behaviour.unknown_methods = frozenset({"XBMC.GetInfoLabels"})

    signed_in = await sign_in(answers(kodi.url))

    assert isinstance(signed_in, SignedIn)
    assert signed_in.info.name == f"Kodi ({signed_in.data['device']})"
