"""Signing in to an Emby server."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
import json
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
import pytest

from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.engine.provider import AuthenticationError
from custom_components.crosswatch.providers.emby import SPEC
from custom_components.crosswatch.providers.http import Limiters
from custom_components.crosswatch.providers.sign_in import Answers, SignedIn
from custom_components.crosswatch.providers.spec import Announcement

from ..simulators.base import FaultKind
from ..simulators.emby import EmbySimulator
from ..simulators.jellyfin import JellyfinSimulator, User
from ..simulators.tls import self_signed_context
from .emby_world import provider_for
from .mediabrowser_world import DEVICE_ID, PASSWORD, USER, answers, context
from .serving import serving
from .signing_in import refusal_of

INFO = "(/emby)?/System/Info/Public"
LOGIN = "(/emby)?/Users/AuthenticateByName"


@pytest.fixture
async def server() -> AsyncIterator[EmbySimulator]:
    """Return a server that nobody has signed in to."""
    server = EmbySimulator()
    server.add_user(USER, PASSWORD)
    async with server:
        yield server


def user_of(server: EmbySimulator) -> User:
    """Return the one user."""
    [user] = server.state.users.values()
    return user


async def signed_in(
    session: aiohttp.ClientSession, limiters: Limiters, given: Answers
) -> SignedIn:
    """Return what a sign-in comes to."""
    done = await SPEC.load_sign_in().sign_in(context(session, limiters)).begin(given)
    assert isinstance(done, SignedIn)
    return done


async def failure(
    session: aiohttp.ClientSession, limiters: Limiters, given: Answers
) -> str:
    """Return the key of the error with which a sign-in ends."""
    error = await refusal_of(signed_in(session, limiters, given))
    assert PASSWORD not in str(error)
    return error.key


def test_spec() -> None:
    """The form asks for what it takes, and servers are known by what they announce."""
    assert (SPEC.slug, SPEC.name) == ("emby", "Emby")
    assert not SPEC.load_sign_in().known_from
    assert SPEC.announced_as == ("Emby Server",)
    found_by = SPEC.load().found
    assert found_by is not None
    found = found_by(
        Announcement(
            host="192.0.2.7",
            port=8096,
            name="Emby - Attic",
            properties={"serialNumber": "f40a", "presentationURL": ""},
        )
    )
    assert found is not None
    assert (found.server_id, found.name) == ("f40a", "Attic")
    assert set(SPEC.load().capabilities) == set(Feature)


@pytest.mark.parametrize("path", ["", "/emby", "/web/index.html", "/"])
async def test_with_a_password(
    server: EmbySimulator,
    session: aiohttp.ClientSession,
    limiters: Limiters,
    path: str,
) -> None:
    """Name and password lead to a token that works, and to all that is kept."""
    given = answers(f"{server.url}{path}", username=" JON ")
    done = await signed_in(session, limiters, given)
    data = dict(done.data)
    token = data.pop("token")
    user = user_of(server)
    assert data == {
        "url": f"{server.url}{'/emby' if path == '/emby' else ''}",
        "verify_ssl": True,
        "user_id": user.id,
        "server_id": server.state.server_id,
        "device_id": DEVICE_ID,
        "username": USER,
    }
    assert done.info.account_id == f"{server.state.server_id}_{user.id}"
    assert done.info.name == "jon (Living Room)"
    assert done.info.version == "4.9.1.80"
    assert PASSWORD not in repr(done)
    assert str(token) not in repr(done)
    info = await provider_for(done.data, session, limiters).identify()
    assert info.account_id == done.info.account_id
    assert server.count(path=LOGIN) == 1
    (device,) = server.devices.by_token.values()
    assert (device.client, device.device_id) == ("CrossWatch", DEVICE_ID)
    assert device.name == "Home Assistant"


async def test_without_a_password(
    server: EmbySimulator, session: aiohttp.ClientSession, limiters: Limiters
) -> None:
    """Some users at home have none."""
    user_of(server).password = ""
    given = answers(server.url)
    given = {name: value for name, value in given.items() if name != "password"}
    assert (await signed_in(session, limiters, given)).data["username"] == USER


async def test_api_keys_are_no_passwords(
    server: EmbySimulator, session: aiohttp.ClientSession, limiters: Limiters
) -> None:
    """An account is a person's; a key of the server opens nothing here."""
    key = server.devices.new_api_key()
    assert (
        await failure(session, limiters, answers(server.url, password=key))
        == "invalid_auth"
    )


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        pytest.param({"password": "wrong"}, "invalid_auth", id="wrong password"),
        pytest.param({"username": "nobody"}, "invalid_auth", id="unknown user"),
        pytest.param({"username": " "}, "username_required", id="no user"),
        pytest.param({"url": "http://"}, "invalid_url", id="no address"),
        pytest.param({"url": ""}, "invalid_url", id="nothing"),
        pytest.param({"url": "http://127.0.0.1:1"}, "cannot_connect", id="nobody"),
    ],
)
async def test_wrong_answers(
    server: EmbySimulator,
    session: aiohttp.ClientSession,
    limiters: Limiters,
    changes: dict[str, str],
    key: str,
) -> None:
    """Each mistake has its own text."""
    given = {**answers(server.url), **changes}
    assert await failure(session, limiters, given) == key


async def test_server_is_not_ready(
    server: EmbySimulator, session: aiohttp.ClientSession, limiters: Limiters
) -> None:
    """A server that starts is told from one that is not there or fails."""
    server.starting = True
    assert await failure(session, limiters, answers(server.url)) == "server_starting"
    server.starting = False
    server.faults.fail(path=LOGIN, status=502, times=9)
    assert await failure(session, limiters, answers(server.url)) == "cannot_connect"


async def test_disabled_user(
    server: EmbySimulator, session: aiohttp.ClientSession, limiters: Limiters
) -> None:
    """A disabled user is told so."""
    server.disable(user_of(server))
    assert await failure(session, limiters, answers(server.url)) == "user_disabled"


async def test_jellyfin_is_no_emby(
    session: aiohttp.ClientSession, limiters: Limiters
) -> None:
    """The cousin has a provider of its own."""
    async with JellyfinSimulator() as jellyfin:
        assert await failure(session, limiters, answers(jellyfin.url)) == "not_emby"
        assert jellyfin.count(path=LOGIN) == 0


@pytest.mark.parametrize(
    ("body", "key"),
    [
        (b"<html>", "not_emby"),
        (b"[]", "not_emby"),
        (b"{}", "not_emby"),
        (b'{"Version": "4.9.1.80"}', "not_emby"),
        (b'{"Id": "x", "Version": "4.7.14.0"}', "version_too_old"),
        (b'{"Id": "x", "Version": "3.5-beta"}', "version_too_old"),
        (b'{"Id": "x", "Version": "nightly"}', None),
        (b'{"Id": "x", "Version": "4.8.0.80", "ProductName": "Emby Server"}', None),
        (b'{"Id": "x", "Version": "4.8.0.80", "ProductName": "Kodi"}', "not_emby"),
    ],
)
async def test_who_answers(
    server: EmbySimulator,
    session: aiohttp.ClientSession,
    limiters: Limiters,
    body: bytes,
    key: str | None,
) -> None:
    """The password goes to an Emby server of a fitting version only."""
    server.faults.fail(path=INFO, status=200, body=body)
    if key is None:
        assert await signed_in(session, limiters, answers(server.url))
        return
    assert await failure(session, limiters, answers(server.url)) == key
    assert server.count(path=LOGIN) == 0


def user_without(name: str) -> Callable[[dict[str, Any]], None]:
    """Return how to take a member out of the user."""
    return lambda body: body["User"].pop(name)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: body.pop("User"),
        lambda body: body.pop("AccessToken"),
        user_without("Id"),
        user_without("Name"),
        user_without("ServerId"),
    ],
)
async def test_odd_logins(
    server: EmbySimulator,
    session: aiohttp.ClientSession,
    limiters: Limiters,
    spoil: Callable[[dict[str, Any]], None],
) -> None:
    """A login that lacks what has to be kept is none of an Emby server."""
    user = user_of(server)
    body: dict[str, Any] = {
        "User": {"Id": user.id, "Name": "jon", "ServerId": "abc"},
        "AccessToken": "0123456789abcdef",
    }
    server.faults.fail(path=LOGIN, status=200, body=json.dumps(body))
    assert await signed_in(session, limiters, answers(server.url))
    spoil(body)
    server.faults.fail(path=LOGIN, status=200, body=json.dumps(body))
    assert await failure(session, limiters, answers(server.url)) == "not_emby"
    server.faults.fail(path=LOGIN, status=404)
    assert await failure(session, limiters, answers(server.url)) == "not_emby"


async def test_cut_connection(
    server: EmbySimulator, session: aiohttp.ClientSession, limiters: Limiters
) -> None:
    """Without an answer there is no sign-in."""
    server.faults.fail(path=LOGIN, kind=FaultKind.CUT_AFTER, times=9)
    assert await failure(session, limiters, answers(server.url)) == "cannot_connect"


async def test_certificates(limiters: Limiters, tmp_path: Path) -> None:
    """A self-signed certificate is told, and taken if the person wants it."""
    server = EmbySimulator(ssl_context=self_signed_context(tmp_path))
    server.add_user(USER, PASSWORD)
    async with server, aiohttp.ClientSession() as session:
        assert await failure(session, limiters, answers(server.url)) == "tls_error"


def redirecting(target: str) -> AbstractAsyncContextManager[str]:
    """Run something that sends everybody elsewhere."""

    async def move(request: web.Request) -> web.Response:
        """Send a request away."""
        return web.Response(
            status=302, headers={"Location": target.replace("PATH", request.path)}
        )

    return serving(move)


async def test_redirects(
    server: EmbySimulator, session: aiohttp.ClientSession, limiters: Limiters
) -> None:
    """The account is that of the server at the end of the way."""
    async with redirecting(f"{server.url}PATH") as url:
        done = await signed_in(session, limiters, answers(url))
    assert done.data["url"] == server.url
    for target in (
        "PATH",
        "ftp://127.0.0.1/PATH",
        "http://[::1",
        "http://127.0.0.1:99999",
    ):
        async with redirecting(target) as url:
            assert await failure(session, limiters, answers(url)) == "not_emby"


@pytest.mark.parametrize("name", ["url", "token", "device_id", "user_id"])
async def test_incomplete_accounts(
    session: aiohttp.ClientSession, limiters: Limiters, name: str
) -> None:
    """An account whose data was damaged has to sign in again."""
    data = dict.fromkeys(("url", "token", "device_id", "user_id"), "http://x")
    with pytest.raises(AuthenticationError, match=name):
        provider_for({**data, name: ""}, session, limiters)
