"""Signing in to Trakt with a device code, in all its states."""

from collections.abc import AsyncIterator
from pathlib import Path
import socket

import aiohttp
import pytest

from custom_components.crosswatch.providers.http import Limiters
from custom_components.crosswatch.providers.sign_in import (
    DeviceCode,
    FieldKind,
    SignedIn,
    SignIn,
    SignInError,
)
from custom_components.crosswatch.providers.trakt import SPEC
from tests.simulators.base import FaultKind
from tests.simulators.routing import route_hosts
from tests.simulators.tls import self_signed_context
from tests.simulators.trakt import TraktSimulator

from .conftest import Clock
from .connecting import context_of
from .signing_in import refusal_of
from .trakt_world import World, trakt_world


@pytest.fixture
async def world(
    session: aiohttp.ClientSession, limiters: Limiters
) -> AsyncIterator[World]:
    """Return a Trakt whose users can be asked at any pace."""
    async with trakt_world(session, limiters) as world:
        # The clock of the test flies, that of the service does not.
        world.trakt.oauth.interval = 0
        yield world


def sign_in_of(world: World) -> SignIn:
    """Return one attempt to sign in."""
    return SPEC.load_sign_in().sign_in(context_of(world.session, world.limiters))


def answers(world: World, **other: str) -> dict[str, str | bool]:
    """Return what a person enters."""
    trakt = world.trakt
    return {
        "client_id": f" {trakt.CLIENT_ID} ",
        "client_secret": f"{trakt.CLIENT_SECRET}\n",
        **other,
    }


async def begin(world: World) -> tuple[SignIn, DeviceCode]:
    """Begin to sign in."""
    sign_in = sign_in_of(world)
    code = await sign_in.begin(answers(world))
    assert isinstance(code, DeviceCode)
    return sign_in, code


def test_fields(world: World) -> None:
    """The form asks for the app, and hides the secret."""
    fields = sign_in_of(world).fields
    assert [(field.name, field.kind) for field in fields] == [
        ("client_id", FieldKind.TEXT),
        ("client_secret", FieldKind.SECRET),
    ]


async def test_sign_in(world: World) -> None:
    """A person enters the code, and the account can be used."""
    sign_in, code = await begin(world)
    assert code.url == "https://trakt.tv/activate"
    assert code.expires_in == 600
    assert code.secret not in repr(code)
    world.trakt.oauth.auto_approve = ("alice", 3)
    signed_in = await sign_in.finish(code)
    assert isinstance(signed_in, SignedIn)
    assert signed_in.info.name == "alice"
    assert set(signed_in.data) == {
        "client_id",
        "client_secret",
        "access_token",
        "refresh_token",
        "expires_at",
        "renew_at",
    }
    assert str(signed_in.data["access_token"]) not in repr(signed_in)
    world.data = dict(signed_in.data)
    assert await world.provider().identify() == signed_in.info
    assert world.trakt.oauth.refreshes == 0


async def test_interval(world: World, clock: Clock) -> None:
    """The service is asked once in the interval that it told."""
    world.trakt.oauth.auto_approve = ("alice", 3)
    sign_in, code = await begin(world)
    slow = DeviceCode(
        code=code.code, url=code.url, secret=code.secret, expires_in=600, interval=5
    )
    await sign_in.finish(slow)
    assert clock.slept == [5.0] * 3


async def test_slow_down(world: World, clock: Clock) -> None:
    """A service that is asked too often is asked less often from then on."""
    path = "/oauth/device/token"
    world.trakt.faults.fail(path=path, status=429, headers={"Retry-After": "12"})
    world.trakt.faults.fail(
        path=path, on_call=2, status=400, body='{"error": "slow_down"}'
    )
    world.trakt.oauth.auto_approve = ("alice", 2)
    sign_in, code = await begin(world)
    await sign_in.finish(code)
    assert clock.slept == [1.0, 12.0, 11.0, 11.0]


async def test_never_entered(world: World) -> None:
    """A code that nobody enters ends."""
    sign_in, code = await begin(world)
    assert (await refusal_of(sign_in.finish(code))).key == "code_expired"
    assert world.trakt.count("POST", "/oauth/device/token") == 600


async def test_finish_without_begin(world: World) -> None:
    """A code from before a restart is of no use."""
    _, code = await begin(world)
    assert (await refusal_of(sign_in_of(world).finish(code))).key == "code_expired"


@pytest.mark.parametrize(
    ("status", "body", "key"),
    [
        (401, "", "invalid_client"),
        (403, "", "invalid_client"),
        (404, "", "code_unknown"),
        (409, "", "code_used"),
        (410, "", "code_expired"),
        (418, "", "code_denied"),
        (423, "", "account_locked"),
        (426, "", "vip_required"),
        (400, '{"error": "access_denied"}', "code_denied"),
        (400, '{"error": "expired_token"}', "code_expired"),
        (302, "", "invalid_answer"),
    ],
)
async def test_states(world: World, status: int, body: str, key: str) -> None:
    """Every state of a code has its own text."""
    sign_in, code = await begin(world)
    world.trakt.faults.fail(path="/oauth/device/token", status=status, body=body)
    assert (await refusal_of(sign_in.finish(code))).key == key
    assert world.trakt.count("POST", "/oauth/device/token") == 1


async def test_denied_and_used(world: World) -> None:
    """A person who says no is believed, and a code works once."""
    sign_in, code = await begin(world)
    world.trakt.oauth.deny(code.code)
    assert (await refusal_of(sign_in.finish(code))).key == "code_denied"

    sign_in, code = await begin(world)
    world.trakt.oauth.approve(code.code, "alice")
    await sign_in.finish(code)
    assert (await refusal_of(sign_in.finish(code))).key == "code_used"


async def test_outage_while_waiting(world: World) -> None:
    """An outage that passes is waited out."""
    path = "/oauth/device/token"
    world.trakt.faults.fail(path=path, status=503, times=2)
    world.trakt.faults.fail(path=path, on_call=3, kind=FaultKind.CUT)
    world.trakt.oauth.auto_approve = ("alice", 1)
    sign_in, code = await begin(world)
    await sign_in.finish(code)
    assert world.trakt.count("POST", path) == 4


async def test_outage_to_the_end(world: World) -> None:
    """An outage that lasts is told as such."""
    sign_in, code = await begin(world)
    world.trakt.faults.fail(path="/oauth/device/token", status=503, times=999)
    assert (await refusal_of(sign_in.finish(code))).key == "cannot_connect"


@pytest.mark.parametrize(
    ("entered", "key"),
    [
        ({"client_id": " "}, "invalid_client"),
        ({"client_secret": ""}, "invalid_client"),
        ({"client_id": "unknown"}, "invalid_client"),
    ],
)
async def test_wrong_app(world: World, entered: dict[str, str], key: str) -> None:
    """An app that is none is told at once."""
    error = await refusal_of(sign_in_of(world).begin(answers(world, **entered)))
    assert error.key == key


async def test_wrong_secret(world: World) -> None:
    """A wrong secret shows when the code is asked for."""
    sign_in = sign_in_of(world)
    code = await sign_in.begin(answers(world, client_secret="wrong"))
    assert isinstance(code, DeviceCode)
    assert (await refusal_of(sign_in.finish(code))).key == "invalid_client"


@pytest.mark.parametrize(
    ("fault", "key", "placeholders"),
    [
        ({"status": 503}, "cannot_connect", {}),
        ({"kind": FaultKind.CUT}, "cannot_connect", {}),
        (
            {"status": 403, "body": "<!DOCTYPE html><title>Just a moment</title>"},
            "cannot_connect",
            {},
        ),
        (
            {"status": 403, "headers": {"Content-Type": "text/html"}},
            "invalid_client",
            {},
        ),
        (
            {"status": 429, "headers": {"Retry-After": "90"}},
            "rate_limited",
            {"seconds": "90"},
        ),
        ({"status": 426}, "vip_required", {}),
        ({"status": 404, "times": 2}, "invalid_client", {}),
        ({"kind": FaultKind.NONSENSE}, "invalid_answer", {}),
        ({"status": 200, "body": "{}"}, "invalid_answer", {}),
    ],
)
async def test_begin_fails(
    world: World, fault: dict[str, object], key: str, placeholders: dict[str, str]
) -> None:
    """Every trouble at the beginning has its own text."""
    world.trakt.faults.fail(path="/oauth/device/code", **fault)  # type: ignore[arg-type]
    caught = await refusal_of(sign_in_of(world).begin(answers(world)))
    assert caught.key == key
    assert caught.placeholders == placeholders


@pytest.mark.parametrize(
    ("fault", "key"),
    [
        ({"status": 503, "times": 3}, "cannot_connect"),
        ({"status": 423}, "account_locked"),
        ({"status": 200, "body": "{}"}, "invalid_answer"),
    ],
)
async def test_account_cannot_be_asked(
    world: World, fault: dict[str, object], key: str
) -> None:
    """A sign-in is finished only when it is known whose it is."""
    sign_in, code = await begin(world)
    world.trakt.oauth.approve(code.code, "alice")
    world.trakt.faults.fail(path="/users/settings", **fault)  # type: ignore[arg-type]
    assert (await refusal_of(sign_in.finish(code))).key == key


async def test_short_answer_is_completed(world: World) -> None:
    """What the answer does not tell has sensible values."""
    body = '{"device_code": "d", "user_code": "U"}'
    world.trakt.faults.fail(path="/oauth/device/code", status=200, body=body)
    _, code = await begin(world)
    assert (code.expires_in, code.interval) == (600.0, 5.0)
    assert code.url == "https://auth.trakt.tv/activate"


async def test_odd_answer_is_understood(world: World) -> None:
    """Times as texts, no time at all, and the address by its name in the standard."""
    body = (
        '{"device_code": "d", "user_code": "U", "expires_in": "900", "interval": "7",'
        ' "verification_uri": "https://auth.trakt.tv/device"}'
    )
    world.trakt.faults.fail(path="/oauth/device/code", status=200, body=body)
    _, code = await begin(world)
    assert (code.expires_in, code.interval) == (900.0, 7.0)
    assert code.url == "https://auth.trakt.tv/device"
    body = '{"device_code": "d", "user_code": "U", "expires_in": 0, "interval": 0}'
    world.trakt.faults.fail(path="/oauth/device/code", status=200, body=body)
    _, code = await begin(world)
    assert (code.expires_in, code.interval) == (600.0, 0.0)


async def test_other_host(world: World) -> None:
    """Without the host for OAuth the one of the API serves."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{unused.getsockname()[1]}"
        hosts = {"api.trakt.tv": world.trakt.url, "auth.trakt.tv": nowhere}
        with route_hosts(hosts):
            sign_in, code = await begin(world)
            world.trakt.oauth.approve(code.code, "alice")
            await sign_in.finish(code)


async def test_no_host_at_all(world: World) -> None:
    """Without any host there is nothing to sign in to."""
    await world.trakt.stop()
    assert (await refusal_of(begin(world))).key == "cannot_connect"


async def test_tls_error(world: World, tmp_path: Path) -> None:
    """A certificate that is not Trakt's is no network trouble."""

    class SecureTrakt(TraktSimulator):
        """A Trakt behind somebody else's certificate."""

    secure = SecureTrakt()
    secure._ssl_context = self_signed_context(tmp_path)  # noqa: SLF001
    async with secure:
        hosts = {"api.trakt.tv": secure.url, "auth.trakt.tv": secure.url}
        with route_hosts(hosts), pytest.raises(SignInError) as caught:
            await begin(world)
    assert caught.value.key == "tls_error"
