"""Signing in to SIMKL with a PIN."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from custom_components.crosswatch.providers.http import Limiters
from custom_components.crosswatch.providers.sign_in import (
    DeviceCode,
    FieldKind,
    SignedIn,
    SignInError,
)
from custom_components.crosswatch.providers.simkl import SPEC
from custom_components.crosswatch.providers.simkl.sign_in import SimklSignIn
from tests.simulators.base import FaultKind

from .conftest import Clock
from .connecting import context_of
from .signing_in import refusal_of
from .simkl_world import World, simkl_world

PIN = "/oauth/pin"
POLL = "/oauth/pin/.+"


@pytest.fixture
async def world(
    session: aiohttp.ClientSession, limiters: Limiters
) -> AsyncIterator[World]:
    """Return a SIMKL whose codes may be polled at will."""
    async with simkl_world(session, limiters) as world:
        world.simkl.pins.interval = 0
        yield world


def sign_in_of(world: World) -> SimklSignIn:
    """Return a new attempt to sign in."""
    attempt = SPEC.load_sign_in().sign_in(context_of(world.session, world.limiters))
    assert isinstance(attempt, SimklSignIn)
    return attempt


async def begin(world: World) -> tuple[SimklSignIn, DeviceCode]:
    """Begin to sign in."""
    attempt = sign_in_of(world)
    return attempt, await attempt.begin({"client_id": f" {world.simkl.CLIENT_ID} "})


async def refused(attempt: SimklSignIn, code: DeviceCode) -> SignInError:
    """Return why a sign-in is not finished."""
    return await refusal_of(attempt.finish(code))


def test_fields(world: World) -> None:
    """The form asks for the app's id only."""
    fields = sign_in_of(world).fields
    assert [(each.name, each.kind) for each in fields] == [
        ("client_id", FieldKind.TEXT)
    ]


async def test_sign_in(world: World) -> None:
    """A person enters the code, and the account can be used."""
    attempt, code = await begin(world)
    assert code.url == "https://simkl.com/pin"
    assert code.expires_in == 900
    world.simkl.approve(code.code)
    result = await attempt.finish(code)
    assert isinstance(result, SignedIn)
    assert result.info.account_id == str(world.alice.user_id)
    assert result.info.name == "alice"
    assert result.data.keys() == {"client_id", "access_token", "plan"}
    assert str(result.data["access_token"]) not in repr(result)
    world.data = dict(result.data)
    assert await world.provider().identify() == result.info
    assert world.simkl.unnamed == 0


async def test_pending_and_slow_down(world: World, clock: Clock) -> None:
    """Whoever asks too often asks less often from then on."""
    attempt, code = await begin(world)
    slow = '{"result": "KO", "message": "Slow down"}'
    world.simkl.faults.fail(path=POLL, status=200, body=slow)
    pending = '{"result": "KO", "message": "Authorization pending"}'
    world.simkl.faults.fail(path=POLL, on_call=2, status=200, body=pending)
    world.simkl.approve(code.code)
    await attempt.finish(code)
    assert clock.slept == [1.0, 6.0, 6.0]


async def test_its_interval(world: World, clock: Clock) -> None:
    """SIMKL is asked once in the interval that it told."""
    world.simkl.pins.interval = 5
    attempt, code = await begin(world)
    world.simkl.approve(code.code)
    await attempt.finish(code)
    assert clock.slept == [5.0]


async def test_never_entered(world: World) -> None:
    """A code that nobody enters ends."""
    world.simkl.pins.lifetime = 60
    attempt, code = await begin(world)
    assert (await refused(attempt, code)).key == "code_expired"
    assert world.simkl.count("GET", POLL) == 60


async def test_code_is_gone(world: World) -> None:
    """An answer with another code says that this one is gone."""
    attempt, code = await begin(world)
    world.simkl.pins.forget(code.code)
    assert (await refused(attempt, code)).key == "simkl_code_gone"
    assert world.simkl.count("GET", POLL) == 1


async def test_finish_without_begin(world: World) -> None:
    """A code from before a restart is of no use."""
    _, code = await begin(world)
    assert (await refused(sign_in_of(world), code)).key == "code_expired"


@pytest.mark.parametrize("client_id", ["", "  ", "0" * 64])
async def test_wrong_app(world: World, client_id: str) -> None:
    """An app that SIMKL does not know is told so."""
    error = await refusal_of(sign_in_of(world).begin({"client_id": client_id}))
    assert error.key == "simkl_invalid_client"


async def test_exhausted_app(world: World) -> None:
    """An app that has made all its requests is no wrong app."""
    world.simkl.behaviour.exhausted = True
    assert (await refusal_of(begin(world))).key == "rate_limited"


async def test_app_is_revoked_meanwhile(world: World) -> None:
    """A refusal while a code waits is told as such."""
    attempt, code = await begin(world)
    world.simkl.apps.clear()
    assert (await refused(attempt, code)).key == "simkl_invalid_client"


async def test_outages_are_waited_out(world: World, clock: Clock) -> None:
    """A code survives that SIMKL is down or busy for a while."""
    attempt, code = await begin(world)
    world.simkl.faults.fail(path=POLL, status=503, times=3)
    busy = {"Retry-After": "12"}
    world.simkl.faults.fail(path=POLL, on_call=4, status=429, headers=busy, times=3)
    world.simkl.approve(code.code)
    assert (await attempt.finish(code)).info.name == "alice"
    assert clock.slept[-1] == 12


async def test_down_to_the_end(world: World) -> None:
    """A SIMKL that stays down is told as that."""
    world.simkl.pins.lifetime = 20
    attempt, code = await begin(world)
    world.simkl.faults.fail(path=POLL, kind=FaultKind.CUT, times=10_000)
    error = await refused(attempt, code)
    assert error.key == "cannot_connect"
    assert code.code not in str(error.__cause__)


@pytest.mark.parametrize(
    ("status", "body", "key"),
    [
        (200, "{}", "invalid_answer"),
        (200, "odd", "invalid_answer"),
        (200, "[]", "invalid_answer"),
        (302, "", "invalid_answer"),
        (500, "", "cannot_connect"),
    ],
)
async def test_odd_answers(world: World, status: int, body: str, key: str) -> None:
    """Nonsense instead of a code is told as such."""
    world.simkl.faults.fail(path=PIN, status=status, body=body, times=3)
    assert (await refusal_of(begin(world))).key == key


async def test_odd_polls(world: World) -> None:
    """So is nonsense while a code waits, and a refusal to say whose account it is."""
    attempt, code = await begin(world)
    world.simkl.faults.fail(path=POLL, status=200, body="odd")
    assert (await refused(attempt, code)).key == "invalid_answer"
    world.simkl.approve(code.code)
    world.simkl.faults.fail(path="/users/settings", status=401, body="{}")
    assert (await refused(attempt, code)).key == "simkl_invalid_client"


async def test_limits_and_defaults(world: World) -> None:
    """An answer without times and addresses is filled in."""
    body = '{"user_code": "ABCDE", "interval": true, "expires_in": -1}'
    world.simkl.faults.fail(path=PIN, status=200, body=body)
    _, code = await begin(world)
    assert (code.code, code.interval, code.expires_in) == ("ABCDE", 5, 900)
    assert code.url == "https://simkl.com/pin"
    wait = {"Retry-After": "7200"}
    world.simkl.faults.fail(path=PIN, status=429, headers=wait)
    caught = await refusal_of(begin(world))
    assert caught.key == "rate_limited"
    assert caught.placeholders == {"seconds": "7200"}
