"""Signing in to MDBList with the key to its API."""

import pytest

from custom_components.crosswatch.engine.provider import (
    AccountLimitError,
    AuthenticationError,
    ProtocolError,
)
from custom_components.crosswatch.providers.mdblist import SPEC
from custom_components.crosswatch.providers.sign_in import (
    DeviceCode,
    FieldKind,
    SignedIn,
    SignIn,
    SignInError,
)
from tests.simulators.base import FaultKind

from .connecting import context_of
from .mdblist_world import World, mdblist_world, operation
from .operating import write
from .signing_in import refusal_of
from .worlds import world_of

world = world_of(mdblist_world)


def sign_in_of(world: World) -> SignIn:
    """Return one attempt to sign in."""
    return SPEC.load_sign_in().sign_in(context_of(world.session, world.limiters))


async def refused(world: World, api_key: str | None = None) -> SignInError:
    """Return the error of a sign-in that fails."""
    answers = {"api_key": world.mdblist.API_KEY if api_key is None else api_key}
    return await refusal_of(sign_in_of(world).begin(answers))


async def test_sign_in(world: World) -> None:
    """One request tells whose key it is."""
    attempt = sign_in_of(world)
    assert [(each.name, each.kind) for each in attempt.fields] == [
        ("api_key", FieldKind.SECRET)
    ]
    key = world.mdblist.API_KEY
    signed_in = await attempt.begin({"api_key": f" {key}\n"})
    assert isinstance(signed_in, SignedIn)
    assert signed_in.data == {"api_key": key, "user_id": "1000", "username": "alice"}
    assert (signed_in.info.account_id, signed_in.info.name) == ("1000", "alice")
    assert key not in repr(signed_in)
    assert world.requests() == ["GET /user"]


@pytest.mark.parametrize("api_key", ["", "  ", "nobodys-key"])
async def test_wrong_key(world: World, api_key: str) -> None:
    """A key that nobody has is told so."""
    assert (await refused(world, api_key)).key == "mdblist_invalid_api_key"


@pytest.mark.parametrize(
    ("status", "key"),
    [
        (401, "mdblist_invalid_api_key"),
        (403, "mdblist_invalid_api_key"),
        (404, "invalid_answer"),
        (500, "cannot_connect"),
        (503, "cannot_connect"),
    ],
)
async def test_refusals(world: World, status: int, key: str) -> None:
    """Each refusal has a text of its own."""
    world.mdblist.faults.fail(status=status, times=9)
    assert (await refused(world)).key == key


async def test_nonsense(world: World) -> None:
    """What is no MDBList is told so."""
    world.mdblist.faults.fail(kind=FaultKind.NONSENSE)
    assert (await refused(world)).key == "invalid_answer"
    world.mdblist.faults.fail(status=200, body='{"api_requests": 1000}')
    assert (await refused(world)).key == "invalid_answer"


async def test_used_up(world: World) -> None:
    """An account whose requests are used up has to wait."""
    world.mdblist.limiter.use(world.mdblist.alice, 1000)
    error = await refused(world)
    assert error.key == "rate_limited"
    assert int(error.placeholders["seconds"]) > 3600


async def test_there_is_no_code(world: World) -> None:
    """Nothing is to be entered elsewhere."""
    code = DeviceCode(code="A", url="", secret="b", expires_in=1, interval=1)
    with pytest.raises(SignInError):
        await sign_in_of(world).finish(code)


async def test_a_new_key(world: World) -> None:
    """An old key is good for nothing once there is a new one; it stands in no text."""
    provider = world.provider()
    await provider.identify()
    world.mdblist.alice.api_key = "another"
    with pytest.raises(AuthenticationError) as error:
        await provider.identify()
    assert world.mdblist.API_KEY not in str(error.value)


async def test_a_full_list(world: World) -> None:
    """A refusal that speaks of a limit is no wrong key."""
    provider = world.provider()
    await provider.identify()
    body = '{"error": "List limit reached"}'
    world.mdblist.faults.fail(status=403, body=body, times=9)
    with pytest.raises(AccountLimitError, match="full"):
        await write(provider, [operation(world.movies[0])])


async def test_odd_status(world: World) -> None:
    """A status that nobody expects is told with its request, but without the key."""
    world.mdblist.faults.fail(status=418)
    with pytest.raises(ProtocolError, match="418") as error:
        await world.provider().identify()
    assert world.mdblist.API_KEY not in str(error.value)


async def test_account_without_a_number(world: World) -> None:
    """An account that is told by its name only goes by that, then and later."""
    body = '{"username": "alice", "api_requests": 1000, "api_requests_count": 1}'
    world.mdblist.faults.fail(path="/user", status=200, body=body, times=2)
    answers = {"api_key": world.mdblist.API_KEY}
    signed_in = await sign_in_of(world).begin(answers)
    assert isinstance(signed_in, SignedIn)
    assert signed_in.info.account_id == "alice"
    provider = world.provider(user_id="alice", username="alice")
    assert (await provider.identify()).account_id == "alice"
