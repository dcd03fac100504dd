"""Signing in to a Jellyfin server."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from copy import replace
from pathlib import Path
import re

import aiohttp
from aiohttp import web
import pytest

from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.engine.provider import AuthenticationError
from custom_components.crosswatch.providers.http import Limiters
from custom_components.crosswatch.providers.jellyfin import SPEC
from custom_components.crosswatch.providers.jellyfin.authorization import authorization
from custom_components.crosswatch.providers.sign_in import (
    Answers,
    DeviceCode,
    SignedIn,
    SignIn,
    SignInError,
)

from ..simulators.base import FaultKind
from ..simulators.jellyfin import JellyfinSimulator, User
from ..simulators.tls import self_signed_context
from .jellyfin_world import provider_for
from .mediabrowser_world import DEVICE_ID, PASSWORD, USER, answers, context
from .serving import serving
from .signing_in import refusal_of

INFO = "/System/Info/Public"
LOGIN = "/Users/AuthenticateByName"


@pytest.fixture
async def server() -> AsyncIterator[JellyfinSimulator]:
    """Return a server that nobody has signed in to."""
    server = JellyfinSimulator()
    server.add_user(USER, PASSWORD)
    async with server:
        yield server


async def failure(
    session: aiohttp.ClientSession, limiters: Limiters, given: Answers
) -> SignInError:
    """Return the error with which a sign-in ends."""
    return await refusal_of(
        SPEC.load_sign_in().sign_in(context(session, limiters)).begin(given)
    )


def user_of(server: JellyfinSimulator) -> User:
    """Return the one user."""
    [user] = server.state.users.values()
    return user


async def test_with_a_password(
    server: JellyfinSimulator, session: aiohttp.ClientSession, limiters: Limiters
) -> None:
    """Name and password lead to a token that works, and to all that is kept."""
    signed_in = (
        await SPEC.load_sign_in()
        .sign_in(context(session, limiters))
        .begin(answers(f"{server.url}/web/index.html", username="JON"))
    )
    assert isinstance(signed_in, SignedIn)
    data = dict(signed_in.data)
    token = data.pop("token")
    user = user_of(server)
    assert data == {
        "url": server.url,
        "verify_ssl": True,
        "user_id": user.id,
        "server_id": server.state.server_id,
        "device_id": DEVICE_ID,
        "username": USER,
    }
    assert signed_in.info.account_id == f"{server.state.server_id}_{user.id}"
    assert signed_in.info.name == "jon (Living Room)"
    assert signed_in.info.version == "10.11.8"
    assert PASSWORD not in repr(signed_in)
    assert str(token) not in repr(signed_in)
    provider = provider_for(signed_in.data, session, limiters)
    info = await provider.identify()
    assert info.account_id == signed_in.info.account_id
    # The password went out once, and no request after it but one with the token.
    assert server.count(path=LOGIN) == 1


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        pytest.param({"password": "wrong"}, "invalid_auth", id="wrong password"),
        pytest.param({"username": "nobody"}, "invalid_auth", id="unknown user"),
        pytest.param({"username": ""}, "username_required", id="no user"),
        pytest.param({"url": "http://"}, "invalid_url", id="no address"),
        pytest.param(
            {"url": "http://127.0.0.1:1"}, "cannot_connect", id="nobody there"
        ),
        pytest.param({"url": "https://127.0.0.1:1"}, "cannot_connect", id="nor there"),
    ],
)
async def test_wrong_answers(
    server: JellyfinSimulator,
    session: aiohttp.ClientSession,
    limiters: Limiters,
    changes: dict[str, str],
    key: str,
) -> None:
    """Each mistake has its own text."""
    given = {**answers(server.url), **changes}
    assert (await failure(session, limiters, given)).key == key


async def test_a_disabled_user(
    server: JellyfinSimulator, session: aiohttp.ClientSession, limiters: Limiters
) -> None:
    """A right password of a disabled user is told from a wrong one."""
    server.disable(user_of(server))
    assert (
        await failure(session, limiters, answers(server.url))
    ).key == "user_disabled"


async def test_a_starting_server(
    server: JellyfinSimulator, session: aiohttp.ClientSession, limiters: Limiters
) -> None:
    """A server that is not ready yet is told from one that is not there."""
    server.starting = True
    assert (
        await failure(session, limiters, answers(server.url))
    ).key == "server_starting"


async def test_a_server_that_says_who_it_is_before_it_is_ready(
    server: JellyfinSimulator, session: aiohttp.ClientSession, limiters: Limiters
) -> None:
    """It writes its names in another case then, and can do nothing else."""
    server.starting = server.describes_itself = True
    error = await failure(session, limiters, answers(server.url))
    assert error.key == "server_starting"


@pytest.mark.parametrize(
    ("status", "key"), [(503, "server_starting"), (502, "cannot_connect")]
)
@pytest.mark.parametrize("wait", ["2", "900"])
async def test_a_server_that_asks_to_wait(
    server: JellyfinSimulator,
    session: aiohttp.ClientSession,
    limiters: Limiters,
    status: int,
    key: str,
    wait: str,
) -> None:
    """The status tells a start from a failure, however long it takes."""
    server.faults.fail(path=INFO, status=status, headers={"Retry-After": wait}, times=9)
    assert (await failure(session, limiters, answers(server.url))).key == key


@pytest.mark.parametrize("password", ["", "пароль 🔑", '"quoted", \\ + %20'])
async def test_passwords(
    server: JellyfinSimulator,
    session: aiohttp.ClientSession,
    limiters: Limiters,
    password: str,
) -> None:
    """A password may be empty, and hold anything."""
    user_of(server).password = password
    signed_in = (
        await SPEC.load_sign_in()
        .sign_in(context(session, limiters))
        .begin(answers(server.url, password=password, username="JON "))
    )
    assert isinstance(signed_in, SignedIn)
    assert signed_in.data["username"] == USER


async def test_a_device_id_of_any_letters(
    server: JellyfinSimulator, session: aiohttp.ClientSession, limiters: Limiters
) -> None:
    """The server knows the device by the very id that was meant."""
    device_id = 'a "b", c=d+e %41 ü'
    given = replace(context(session, limiters), device_id=device_id)
    await SPEC.load_sign_in().sign_in(given).begin(answers(server.url))
    [device] = server.devices.by_token.values()
    assert device.device_id == device_id


@pytest.mark.parametrize("version", ["10.8.13", "9.0", "10.8.0-rc1"])
async def test_an_old_server(
    server: JellyfinSimulator,
    session: aiohttp.ClientSession,
    limiters: Limiters,
    version: str,
) -> None:
    """A version that lacks what we need is refused before the password is sent."""
    server.version = version
    error = await failure(session, limiters, answers(server.url))
    assert error.key == "version_too_old"
    assert error.placeholders == {"version": version, "minimum": "10.9"}
    assert server.count(path=LOGIN) == 0


@pytest.mark.parametrize("version", ["10.9", "12.0-rc2", "unstable", ""])
async def test_a_version_that_will_do(
    server: JellyfinSimulator,
    session: aiohttp.ClientSession,
    limiters: Limiters,
    version: str,
) -> None:
    """Newer ones, and those that cannot be read, are given a try."""
    server.version = version
    signed_in = (
        await SPEC.load_sign_in()
        .sign_in(context(session, limiters))
        .begin(answers(server.url))
    )
    assert isinstance(signed_in, SignedIn)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(
            '{"ServerName":"e","Version":"4.8.10.0","Id":"1"}', 200, id="Emby"
        ),
        pytest.param('{"ProductName":"Plex"}', 200, id="another product"),
        pytest.param("[1]", 200, id="no object"),
        pytest.param("<html>Welcome</html>", 200, id="a web page"),
        pytest.param("", 404, id="nothing there"),
        pytest.param("", 401, id="a proxy with a login"),
        pytest.param("", 301, id="a redirect to nowhere"),
        pytest.param("", 307, id="a redirect to itself"),
        pytest.param("ftp://nas/", 302, id="a redirect out of the web"),
        pytest.param("http://[", 302, id="a redirect that makes no sense"),
    ],
)
async def test_another_server(
    server: JellyfinSimulator,
    session: aiohttp.ClientSession,
    limiters: Limiters,
    body: str,
    status: int,
) -> None:
    """What answers but is no Jellyfin gets no password."""
    kind = FaultKind.NONSENSE if status == 200 else FaultKind.STATUS
    headers = {"Location": f"{server.url}{INFO}"} if status == 307 else {}
    headers |= {"Location": body} if status == 302 else {}
    server.faults.fail(
        path=INFO, kind=kind, status=status, body=body, headers=headers, times=9
    )
    assert (await failure(session, limiters, answers(server.url))).key == "not_jellyfin"
    assert server.count(path=LOGIN) == 0


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (LOGIN, "{}"),
        (LOGIN, '{"User": {"Id": "1", "Name": "jon"}, "AccessToken": "x"}'),
        (LOGIN, '{"User": {"Id": "1", "Name": "jon", "ServerId": "2"}}'),
    ],
)
async def test_a_login_that_makes_no_sense(
    server: JellyfinSimulator,
    session: aiohttp.ClientSession,
    limiters: Limiters,
    path: str,
    body: str,
) -> None:
    """An answer that lacks what has to be kept is none."""
    server.faults.fail(path=path, kind=FaultKind.NONSENSE, body=body)
    assert (await failure(session, limiters, answers(server.url))).key == "not_jellyfin"


async def test_a_failing_login(
    server: JellyfinSimulator, session: aiohttp.ClientSession, limiters: Limiters
) -> None:
    """A server that fails at the login is out of reach, and the password unsaid."""
    server.faults.fail(path=LOGIN, status=500, times=9)
    assert (
        await failure(session, limiters, answers(server.url))
    ).key == "cannot_connect"


async def test_a_base_path(session: aiohttp.ClientSession, limiters: Limiters) -> None:
    """A server below a path of its host is reached there."""
    async with JellyfinSimulator(base_path="/media/jf") as server:
        server.add_user(USER, PASSWORD)
        signed_in = (
            await SPEC.load_sign_in()
            .sign_in(context(session, limiters))
            .begin(answers(server.url.removeprefix("http://") + "/web/#/home.html"))
        )
        assert isinstance(signed_in, SignedIn)
        assert signed_in.data["url"] == server.url
        provider = provider_for(signed_in.data, session, limiters)
        assert (await provider.read(Feature.HISTORY, None)).records == {}


@pytest.mark.parametrize(
    "location",
    [
        pytest.param("/media/jf/web/", id="to the web client"),
        pytest.param("/media/jf/web/index.html", id="to its page"),
        pytest.param("/media/jf/system/info/public", id="in lower case"),
        pytest.param("{url}/System/Info/Public?x=1", id="with a query"),
    ],
)
async def test_a_base_path_that_was_left_out(
    session: aiohttp.ClientSession, limiters: Limiters, location: str
) -> None:
    """A server says where it is when asked at the root of its host."""
    async with JellyfinSimulator(base_path="/media/jf") as server:
        server.add_user(USER, PASSWORD)
        given = context(session, limiters)
        sent = location.format(url=server.url)
        async with redirecting(sent, server) as root:
            signed_in = await SPEC.load_sign_in().sign_in(given).begin(answers(root))
    assert isinstance(signed_in, SignedIn)
    assert str(signed_in.data["url"]).endswith("/media/jf")


def redirecting(
    location: str, server: JellyfinSimulator
) -> AbstractAsyncContextManager[str]:
    """Pass on what is below the path of a server, and redirect all else."""

    async def serve(request: web.Request) -> web.Response:
        """Answer as the server does, or redirect."""
        if not request.path.startswith(f"{server.base_path}/"):
            return web.Response(status=302, headers={"Location": location})
        url = server.url.removesuffix(server.base_path) + request.path_qs
        async with (
            aiohttp.ClientSession() as session,
            session.request(
                request.method,
                url,
                data=await request.read(),
                headers=request.headers,
            ) as answer,
        ):
            return web.Response(status=answer.status, body=await answer.read())

    return serving(serve)


async def test_a_redirect_is_followed_before_anything_is_said(
    server: JellyfinSimulator, session: aiohttp.ClientSession, limiters: Limiters
) -> None:
    """A proxy that sends people to another address is asked there from then on."""
    asked: list[str] = []

    async def moved(request: web.Request) -> web.Response:
        """Send everybody to the server."""
        asked.append(request.path)
        return web.Response(
            status=301, headers={"Location": f"{server.url}{request.path}"}
        )

    async with serving(moved) as url:
        attempt = SPEC.load_sign_in().sign_in(context(session, limiters))
        signed_in = await attempt.begin(answers(url))
    assert isinstance(signed_in, SignedIn)
    assert signed_in.data["url"] == server.url
    assert asked == [INFO]


async def test_a_self_signed_certificate(tmp_path: Path, limiters: Limiters) -> None:
    """It is refused as such, and accepted where the person says so."""
    server = JellyfinSimulator(ssl_context=self_signed_context(tmp_path))
    server.add_user(USER, PASSWORD)
    async with server, aiohttp.ClientSession() as strict:
        error = await failure(strict, limiters, answers(server.url))
        assert error.key == "tls_error"
        connector = aiohttp.TCPConnector(ssl=False)
        async with aiohttp.ClientSession(connector=connector) as lax:
            sessions = {True: strict, False: lax}
            lenient = replace(context(strict, limiters), session=sessions.__getitem__)
            signed_in = (
                await SPEC.load_sign_in()
                .sign_in(lenient)
                .begin(answers(server.url, verify_ssl=False))
            )
            assert isinstance(signed_in, SignedIn)
            assert signed_in.data["verify_ssl"] is False


async def test_https_where_there_is_none(
    server: JellyfinSimulator, session: aiohttp.ClientSession, limiters: Limiters
) -> None:
    """A server that speaks plain HTTP is a TLS error when asked for https."""
    url = server.url.replace("http://", "https://")
    assert (await failure(session, limiters, answers(url))).key == "tls_error"


def without_password(server: JellyfinSimulator) -> Answers:
    """Return the answers of somebody who wants to use Quick Connect."""
    return {"url": server.url, "username": "", "password": "", "verify_ssl": True}


async def begun(
    server: JellyfinSimulator, session: aiohttp.ClientSession, limiters: Limiters
) -> tuple[SignIn, DeviceCode]:
    """Begin to sign in with Quick Connect."""
    sign_in = SPEC.load_sign_in().sign_in(context(session, limiters))
    code = await sign_in.begin(without_password(server))
    assert isinstance(code, DeviceCode)
    return sign_in, code


async def test_quick_connect(
    server: JellyfinSimulator, session: aiohttp.ClientSession, limiters: Limiters
) -> None:
    """The code is shown, waited for, and leads to the same as a password."""
    sign_in, code = await begun(server, session, limiters)
    assert re.fullmatch(r"\d{6}", code.code)
    assert (code.url, code.expires_in) == (server.url, 600)
    assert 2 <= code.interval <= 5
    assert code.secret not in repr(code)
    server.auto_approve = user_of(server)
    server.faults.fail(path="/QuickConnect/Connect", status=502, times=3)
    signed_in = await sign_in.finish(replace(code, interval=0.01))
    assert isinstance(signed_in, SignedIn)
    assert signed_in.data["username"] == USER
    assert signed_in.info.name == "jon (Living Room)"
    await provider_for(signed_in.data, session, limiters).identify()


async def test_quick_connect_is_off(
    server: JellyfinSimulator, session: aiohttp.ClientSession, limiters: Limiters
) -> None:
    """A server without Quick Connect needs a password, which the text says."""
    server.quick_connect = False
    error = await failure(session, limiters, without_password(server))
    assert error.key == "quick_connect_disabled"
    # Switched off between the question and the request for a code.
    server.faults.fail(
        path="/QuickConnect/Enabled", kind=FaultKind.NONSENSE, body="true"
    )
    error = await failure(session, limiters, without_password(server))
    assert error.key == "quick_connect_disabled"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        pytest.param("/QuickConnect/Connect", 404, id="forgotten"),
        pytest.param("/Users/AuthenticateWithQuickConnect", 404, id="forgotten late"),
        pytest.param("/Users/AuthenticateWithQuickConnect", 401, id="withdrawn"),
    ],
)
async def test_an_expired_code(
    server: JellyfinSimulator,
    session: aiohttp.ClientSession,
    limiters: Limiters,
    path: str,
    status: int,
) -> None:
    """A code that the server forgot is told as expired."""
    sign_in, code = await begun(server, session, limiters)
    server.auto_approve = user_of(server)
    server.faults.fail(path=path, status=status)
    error = await refusal_of(sign_in.finish(replace(code, interval=0.01)))
    assert error.key == "code_expired"


async def test_quick_connect_is_switched_off_while_waiting(
    server: JellyfinSimulator, session: aiohttp.ClientSession, limiters: Limiters
) -> None:
    """The text says what to do about it."""
    sign_in, code = await begun(server, session, limiters)
    server.faults.fail(path="/QuickConnect/Connect", status=401)
    error = await refusal_of(sign_in.finish(replace(code, interval=0.01)))
    assert error.key == "quick_connect_disabled"


async def test_a_code_that_nobody_enters(
    server: JellyfinSimulator, session: aiohttp.ClientSession, limiters: Limiters
) -> None:
    """The wait ends with the life of the code."""
    sign_in, code = await begun(server, session, limiters)
    error = await refusal_of(
        sign_in.finish(replace(code, interval=0.02, expires_in=0.1))
    )
    assert error.key == "code_expired"
    assert server.count(path="/QuickConnect/Connect") >= 2


async def test_a_code_of_another_attempt(
    session: aiohttp.ClientSession, limiters: Limiters
) -> None:
    """A sign-in that was not begun has nothing to wait for."""
    code = DeviceCode(code="1", url="", secret="2", expires_in=1, interval=1)
    error = await refusal_of(
        SPEC.load_sign_in().sign_in(context(session, limiters)).finish(code)
    )
    assert error.key == "code_expired"


async def test_a_second_login_ends_the_first_only_on_the_same_device(
    server: JellyfinSimulator, session: aiohttp.ClientSession, limiters: Limiters
) -> None:
    """The device id is the one of the context, which is unique to an account."""
    first = (
        await SPEC.load_sign_in()
        .sign_in(context(session, limiters))
        .begin(answers(server.url))
    )
    other = replace(context(session, limiters), device_id="another")
    assert isinstance(
        await SPEC.load_sign_in().sign_in(other).begin(answers(server.url)), SignedIn
    )
    assert isinstance(first, SignedIn)
    provider = provider_for(first.data, session, limiters)
    await provider.identify()
    await (
        SPEC.load_sign_in()
        .sign_in(context(session, limiters))
        .begin(answers(server.url))
    )
    with pytest.raises(AuthenticationError, match="sign in again"):
        await provider.identify()


def test_the_header() -> None:
    """Values may hold anything: they are percent-encoded."""
    header = authorization('a"b, ü', "t/1")["Authorization"]
    assert header.startswith("MediaBrowser Client=")
    assert 'Device="Home%20Assistant"' in header
    assert 'DeviceId="a%22b%2C%20%C3%BC"' in header
    assert header.endswith('Token="t%2F1"')
    assert "Token" not in authorization("x")["Authorization"]


@pytest.mark.parametrize("name", ["url", "token", "user_id", "device_id"])
async def test_data_that_lacks_something(
    session: aiohttp.ClientSession, limiters: Limiters, name: str
) -> None:
    """An account whose data lacks something has to be signed in again."""
    data = {"url": "http://x", "token": "t", "user_id": "u", "device_id": "d"}
    del data[name]
    with pytest.raises(AuthenticationError, match=name):
        provider_for(data, session, limiters)
