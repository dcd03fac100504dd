"""Signing in to a Tautulli, and choosing whose plays to read."""

from contextlib import AbstractAsyncContextManager
from copy import replace
from pathlib import Path
import socket

from aiohttp import web
import pytest

from custom_components.crosswatch.engine.provider import (
    AuthenticationError,
    ProviderUnavailableError,
)
from custom_components.crosswatch.providers.sign_in import (
    DeviceCode,
    FieldKind,
    Question,
    SignedIn,
    SignIn,
    SignInError,
)
from custom_components.crosswatch.providers.tautulli import SPEC
from tests.simulators.base import FaultKind
from tests.simulators.routing import route_hosts
from tests.simulators.tautulli import TautulliSimulator
from tests.simulators.tls import self_signed_context

from .serving import serving
from .signing_in import refusal_of
from .tautulli_world import JON, World, answers, context, tautulli_world
from .worlds import world_of

world = world_of(tautulli_world)


def sign_in_of(world: World) -> SignIn:
    """Return one attempt to sign in."""
    return SPEC.load_sign_in().sign_in(context(world.session, world.limiters))


async def refused(world: World, **changes: str | bool) -> str:
    """Return the key of the text for a sign-in that fails."""
    error = await refusal_of(sign_in_of(world).begin(answers(world.server, **changes)))
    return error.key


async def test_one_user(world: World) -> None:
    """Where there is one user, nothing is asked."""
    signed_in = await sign_in_of(world).begin(
        answers(world.server, api_key=f" {world.server.api_key}\n", verify_ssl=False)
    )
    assert isinstance(signed_in, SignedIn)
    assert signed_in.data == {
        "url": world.server.url,
        "api_key": world.server.api_key,
        "verify_ssl": False,
        "user_id": str(JON),
        "user": "Jon Snow",
    }
    assert signed_in.info.account_id == f"{world.server.machine_id}_{JON}"
    assert signed_in.info.name == "Jon Snow (Winterfell)"
    assert await world.provider().identify() == signed_in.info


async def test_several_users(world: World) -> None:
    """The user is asked for, by name and in their order; guests are none."""
    world.server.add_user("arya", 42, friendly_name="arya Stark")
    world.server.add_user("zoe", 7)
    question = await sign_in_of(world).begin(answers(world.server))
    assert isinstance(question, Question)
    assert (question.step, question.placeholders) == (
        "tautulli_user",
        {"server": "Winterfell"},
    )
    [field] = question.fields
    assert (field.name, field.kind) == ("user", FieldKind.SELECT)
    assert list(field.options.items()) == [
        ("42", "arya Stark"),
        (str(JON), "Jon Snow"),
        ("7", "zoe"),
    ]
    signed_in = await question.answer({"user": "42"})
    assert isinstance(signed_in, SignedIn)
    assert (signed_in.data["user_id"], signed_in.data["user"]) == ("42", "arya Stark")
    with pytest.raises(SignInError, match="no_users"):
        await question.answer({"user": "43"})


@pytest.mark.parametrize(("user_id", "asked"), [("42", False), ("43", True)])
async def test_signing_in_again(world: World, user_id: str, asked: bool) -> None:
    """An account that signs in again is the same user's, if that one is still there."""
    world.server.add_user("arya", 42)
    again = replace(context(world.session, world.limiters), known={"user_id": user_id})
    result = await SPEC.load_sign_in().sign_in(again).begin(answers(world.server))
    if asked:
        assert isinstance(result, Question)
    else:
        assert isinstance(result, SignedIn)
        assert result.data["user_id"] == user_id


async def test_no_users(world: World) -> None:
    """A server that nobody has signed in to is of no use."""
    world.server.users.remove(world.jon)
    assert await refused(world) == "no_users"


@pytest.mark.parametrize("status", [400, 401])
async def test_wrong_key(world: World, status: int) -> None:
    """A wrong key is told from all else, whatever its status; so is none."""
    world.server.behaviour.refusal_status = status
    assert await refused(world, api_key="0" * 32) == "invalid_api_key"
    assert await refused(world, api_key="  ") == "invalid_api_key"


@pytest.mark.parametrize("status", [400, 401])
async def test_api_turned_off(world: World, status: int) -> None:
    """An API that is turned off is told from a wrong key."""
    world.server.behaviour.api_enabled = False
    world.server.behaviour.refusal_status = status
    assert await refused(world) == "api_disabled"
    with pytest.raises(ProviderUnavailableError, match="turned off"):
        await world.provider().identify()


@pytest.mark.parametrize("url", ["", "ftp://tower", "http://a b:8181"])
async def test_no_address(world: World, url: str) -> None:
    """What is no address is not asked."""
    assert await refused(world, url=url) == "invalid_url"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("<html>", 200),
        ("[1]", 200),
        ('{"response": null}', 200),
        ('{"response": {"data": {}}}', 200),
        ('{"response": {"result": "success", "data": []}}', 200),
        ('{"response": {"result": "success", "data": {"pms_name": "x"}}}', 200),
        ('{"response": {"result": "success", "data": {}}}', 404),
        ('{"response": {"result": "error", "message": null}}', 400),
        ("not found", 404),
    ],
)
async def test_something_else(world: World, body: str, status: int) -> None:
    """What is no Tautulli is said to be none."""
    world.server.faults.fail(body=body, status=status)
    assert await refused(world) == "not_tautulli"


async def test_users_of_something_else(world: World) -> None:
    """A list of users that is none is not taken for one."""
    body = '{"response": {"result": "success", "data": {}}}'
    world.server.faults.fail(kind=FaultKind.NONSENSE, body=body, on_call=2)
    assert await refused(world) == "not_tautulli"


async def test_nobody_there(world: World) -> None:
    """A server that does not run, or fails, cannot be reached."""
    world.server.faults.fail(status=503, times=3)
    assert await refused(world) == "cannot_connect"
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        assert await refused(world, url=url) == "cannot_connect"


async def test_untrusted_certificate(world: World, tmp_path: Path) -> None:
    """A certificate that cannot be verified has a text of its own."""
    secure = TautulliSimulator(ssl_context=self_signed_context(tmp_path))
    async with secure:
        assert await refused(world, url=secure.url) == "tls_error"


async def test_below_a_path(world: World) -> None:
    """A server below a path of its host is found, as copied from a browser."""
    async with TautulliSimulator(base_path="/tautulli") as server:
        server.add_user("arya", 42)
        signed_in = await sign_in_of(world).begin(answers(server, url=f"{server.url}/"))
        assert isinstance(signed_in, SignedIn)
        assert signed_in.data["url"] == server.url


def redirecting(location: str) -> AbstractAsyncContextManager[str]:
    """Run a server that sends all calls elsewhere, with what they ask for."""

    async def handle(request: web.Request) -> web.Response:
        """Send a call on."""
        target = location.format(query=request.query_string)
        return web.Response(status=301, headers={"Location": target})

    return serving(handle)


async def test_moved_on_the_same_host(world: World) -> None:
    """A proxy that sends on to the right address of the same host is followed."""
    async with redirecting(f"{world.server.url}/api/v2?{{query}}") as url:
        signed_in = await sign_in_of(world).begin(answers(world.server, url=url))
    assert isinstance(signed_in, SignedIn)
    assert signed_in.data["url"] == world.server.url


@pytest.mark.parametrize(
    "location",
    ["", "/auth/login", "http://elsewhere.example/api/v2", "http://[/api/v2"],
)
async def test_moved_elsewhere(world: World, location: str) -> None:
    """The key is given to no other host, and to no page for people."""
    elsewhere = TautulliSimulator()
    async with redirecting(location) as url, elsewhere:
        with route_hosts({"elsewhere.example": elsewhere.url}):
            assert await refused(world, url=url) == "not_tautulli"
    assert not elsewhere.requests


async def test_moved_there_and_wrong(world: World) -> None:
    """What is wrong after a move is told as well."""
    async with redirecting(f"{world.server.url}/api/v2?{{query}}") as url:
        assert await refused(world, url=url, api_key="0" * 32) == "invalid_api_key"


async def test_no_code(world: World) -> None:
    """There never is a code to wait for."""
    code = DeviceCode(code="", url="", secret="", expires_in=1, interval=1)
    with pytest.raises(SignInError, match="code_expired"):
        await sign_in_of(world).finish(code)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (
            {"url": "http://t:8181", "api_key": "secret", "verify_ssl": False},
            {"url": "http://t:8181", "verify_ssl": False},
        ),
        ({}, {"url": ""}),
    ],
)
def test_known_to_home_assistant(
    data: dict[str, str | bool], expected: dict[str, str | bool]
) -> None:
    """The address of Home Assistant's own entry is offered, its key is not."""
    assert SPEC.load_sign_in().known_from["tautulli"](data) == expected


@pytest.mark.parametrize("status", [400, 401])
async def test_key_taken_back(world: World, status: int) -> None:
    """A key that is valid no more asks for a new sign-in."""
    world.server.behaviour.refusal_status = status
    world.server.api_key = "f" * 32
    with pytest.raises(AuthenticationError) as error:
        await world.read()
    assert "d3adb33f" not in str(error.value)


async def test_incomplete_data(world: World) -> None:
    """Data that lacks something asks for a new sign-in."""
    world.data = {**world.data, "user_id": ""}
    with pytest.raises(AuthenticationError, match="user_id"):
        world.provider()
