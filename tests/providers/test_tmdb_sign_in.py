"""Signing in to TMDb: a key, and the person's approval."""

from datetime import UTC, datetime, timedelta
import json
from pathlib import Path

import aiohttp
import pytest

from custom_components.crosswatch.engine.provider import AuthenticationError
from custom_components.crosswatch.providers.http import Limiters
from custom_components.crosswatch.providers.sign_in import (
    DeviceCode,
    FieldKind,
    SignedIn,
    SignIn,
    SignInError,
)
from custom_components.crosswatch.providers.tmdb import SPEC
from custom_components.crosswatch.providers.tmdb.sign_in import lifetime_in
from tests.simulators.base import FaultKind
from tests.simulators.routing import route_hosts
from tests.simulators.tls import self_signed_context
from tests.simulators.tmdb import TmdbSimulator

from .conftest import Clock
from .signing_in import refusal_of
from .tmdb_world import HOST, World, tmdb_world
from .worlds import world_of

SESSION = "/3/authentication/session/new"
TOKEN = "/3/authentication/token/new"

world = world_of(tmdb_world)


async def begun(world: World) -> tuple[SignIn, DeviceCode]:
    """Return a sign-in, and what the person is shown."""
    sign_in = SPEC.load_sign_in().sign_in(world.context())
    code = await sign_in.begin({"api_key": world.tmdb.API_KEY})
    assert isinstance(code, DeviceCode)
    return sign_in, code


async def refused(world: World, key: str = TmdbSimulator.API_KEY) -> str:
    """Return the key of the text for a sign-in that fails at once."""
    error = await refusal_of(
        SPEC.load_sign_in().sign_in(world.context()).begin({"api_key": key})
    )
    return error.key


@pytest.mark.parametrize(
    ("entered", "kept"),
    [
        pytest.param(TmdbSimulator.API_KEY, TmdbSimulator.API_KEY, id="key"),
        pytest.param(TmdbSimulator.READ_TOKEN, TmdbSimulator.READ_TOKEN, id="token"),
        pytest.param(
            f" {TmdbSimulator.API_KEY}\n", TmdbSimulator.API_KEY, id="key with spaces"
        ),
        pytest.param(
            f"Bearer {TmdbSimulator.READ_TOKEN}",
            TmdbSimulator.READ_TOKEN,
            id="token with its heading",
        ),
    ],
)
async def test_sign_in(world: World, clock: Clock, entered: str, kept: str) -> None:
    """The account is known once its owner has approved, with either sort of key."""
    sign_in = SPEC.load_sign_in().sign_in(world.context())
    assert [(each.name, each.kind) for each in sign_in.fields] == [
        ("api_key", FieldKind.SECRET)
    ]
    code = await sign_in.begin({"api_key": entered})
    assert isinstance(code, DeviceCode)
    assert code.code == ""
    assert code.url == f"https://www.themoviedb.org/authenticate/{code.secret}"
    assert 3590 < code.expires_in <= 3600
    world.tmdb.approve_by_itself(polls=3)
    signed_in = await sign_in.finish(code)
    assert isinstance(signed_in, SignedIn)
    assert clock.slept == [5.0, 5.0, 5.0]
    [session_id] = world.tmdb.logins.sessions.keys() - {str(world.data["session_id"])}
    assert signed_in.data == {
        "api_key": kept,
        "session_id": session_id,
        "account_id": "548",
    }
    assert (signed_in.info.account_id, signed_in.info.name) == ("548", "alice")
    world.data = signed_in.data
    assert await world.provider().identify() == signed_in.info


@pytest.mark.parametrize("key", ["", "  ", "f" * 32, "a.b.c", "clé", "x\x00y"])
async def test_wrong_key(world: World, key: str) -> None:
    """A key that is wrong, or none, is told from all else."""
    assert await refused(world, key) == "tmdb_invalid_key"


async def test_never_approved(world: World) -> None:
    """Nobody waits longer than the token is good."""
    sign_in, code = await begun(world)
    with pytest.raises(SignInError, match="tmdb_not_approved"):
        await sign_in.finish(code)
    polls = world.tmdb.count("POST", SESSION)
    assert polls == code.expires_in // code.interval


async def test_outage_while_waiting(world: World) -> None:
    """An outage is waited out, and a busy service is left alone as long as it asks."""
    sign_in, code = await begun(world)
    world.tmdb.faults.fail(path=SESSION, status=502, times=2)
    world.tmdb.faults.fail(
        path=SESSION, status=429, headers={"Retry-After": "90"}, on_call=3
    )
    world.tmdb.approve(code.secret)
    assert isinstance(signed_in := await sign_in.finish(code), SignedIn)
    assert signed_in.data["account_id"] == "548"
    assert world.tmdb.count("POST", SESSION) == 4


async def test_outage_to_the_end(world: World) -> None:
    """An outage that does not end is told as one."""
    sign_in, code = await begun(world)
    world.tmdb.faults.fail(path=SESSION, kind=FaultKind.CUT, times=9999)
    with pytest.raises(SignInError, match="cannot_connect"):
        await sign_in.finish(code)


async def test_key_withdrawn_while_waiting(world: World) -> None:
    """A key that is no good any more ends the wait."""
    sign_in, code = await begun(world)
    world.tmdb.keys.clear()
    with pytest.raises(SignInError, match="tmdb_invalid_key"):
        await sign_in.finish(code)
    assert world.tmdb.count("POST", SESSION) == 1


async def test_token_is_used_once(world: World) -> None:
    """A session whose answer was lost cannot be had again: the wait ends."""
    sign_in, code = await begun(world)
    world.tmdb.approve(code.secret)
    world.tmdb.faults.fail(path=SESSION, kind=FaultKind.CUT_AFTER)
    with pytest.raises(SignInError, match="tmdb_not_approved"):
        await sign_in.finish(code)
    assert world.tmdb.count("POST", SESSION) == 2


async def test_denied(world: World) -> None:
    """A person who denies need not wait for the token to run out."""
    sign_in, code = await begun(world)
    world.tmdb.logins.deny(code.secret)
    with pytest.raises(SignInError, match="tmdb_not_approved"):
        await sign_in.finish(code)
    assert world.tmdb.count("POST", SESSION) == 1


@pytest.mark.parametrize(
    ("fault", "key"),
    [
        ({"status": 500, "times": 9}, "cannot_connect"),
        ({"status": 403, "body": "<html>"}, "cannot_connect"),
        ({"status": 403, "body": '{"status_code": 45}'}, "tmdb_invalid_key"),
        ({"status": 429, "headers": {"Retry-After": "300"}}, "rate_limited"),
        ({"kind": FaultKind.NONSENSE}, "invalid_answer"),
        ({"status": 200, "body": "{}"}, "invalid_answer"),
        ({"status": 200, "body": '{"request_token": "../x"}'}, "invalid_answer"),
        ({"status": 418}, "invalid_answer"),
    ],
)
async def test_trouble_at_the_beginning(
    world: World, fault: dict[str, object], key: str
) -> None:
    """Whatever goes wrong has a text."""
    world.tmdb.faults.fail(path=TOKEN, **fault)  # type: ignore[arg-type]
    assert await refused(world) == key


@pytest.mark.parametrize("body", ["{}", '{"session_id": 7}', "[]", "<html>"])
async def test_odd_session(world: World, body: str) -> None:
    """An answer without a session is none."""
    sign_in, code = await begun(world)
    world.tmdb.faults.fail(path=SESSION, status=200, body=body)
    with pytest.raises(SignInError, match="invalid_answer"):
        await sign_in.finish(code)


@pytest.mark.parametrize("token", ["approve-me_1.x~", "0a1b2c"])
async def test_token_of_any_form(world: World, token: str) -> None:
    """A token need not be letters and digits only, as long as it is no address."""
    body = {"success": True, "expires_at": "", "request_token": token}
    world.tmdb.faults.fail(path=TOKEN, status=200, body=json.dumps(body))
    _, code = await begun(world)
    assert code.secret == token
    assert code.url.endswith(f"/{token}")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (401, '{"success":false,"status_code":3,"status_message":"Failed."}'),
        (401, "{}"),
        (200, '{"success":false,"status_code":17,"status_message":"Denied."}'),
    ],
)
async def test_not_yet(world: World, status: int, body: str) -> None:
    """However it is said that nobody has approved yet, it is asked again."""
    sign_in, code = await begun(world)
    world.tmdb.approve(code.secret)
    world.tmdb.faults.fail(path=SESSION, status=status, body=body)
    signed_in = await sign_in.finish(code)
    assert isinstance(signed_in, SignedIn)
    assert signed_in.data["session_id"]
    assert world.tmdb.count("POST", SESSION) == 2


async def test_certificate(world: World, tmp_path: Path) -> None:
    """A connection that is not secure is told as such, and not used."""
    certificate = self_signed_context(tmp_path)
    async with TmdbSimulator(ssl_context=certificate) as other:
        with route_hosts({HOST: other.url}):
            assert await refused(world) == "tls_error"


async def test_trouble_at_the_end(world: World) -> None:
    """Whose account it is has to be known."""
    sign_in, code = await begun(world)
    world.tmdb.approve(code.secret)
    world.tmdb.faults.fail(path="/3/account", status=200, body='{"id": "548"}')
    with pytest.raises(SignInError, match="invalid_answer"):
        await sign_in.finish(code)


@pytest.mark.parametrize("missing", ["api_key", "session_id", "account_id"])
def test_kept_data_is_damaged(
    missing: str, session: aiohttp.ClientSession, limiters: Limiters
) -> None:
    """An account whose data lacks something has to sign in again."""
    data = {"api_key": "k", "session_id": "s", "account_id": "1"}
    del data[missing]
    world = World(TmdbSimulator(), session, limiters, data)
    with pytest.raises(AuthenticationError, match=missing):
        world.provider()


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        pytest.param("nonsense", 3600, id="nonsense"),
        pytest.param(None, 3600, id="none"),
        pytest.param(timedelta(minutes=20), 1200, id="some"),
        pytest.param(timedelta(days=2), 3600, id="a clock that is slow"),
        pytest.param(timedelta(hours=-3), 300, id="a clock that is fast"),
    ],
)
def test_lifetime(told: str | timedelta | None, seconds: float) -> None:
    """The end of a token is believed within reason."""
    if isinstance(told, timedelta):
        told = f"{datetime.now(UTC) + told:%Y-%m-%d %H:%M:%S} UTC"
    assert lifetime_in({"expires_at": told}) == pytest.approx(seconds, abs=2)
