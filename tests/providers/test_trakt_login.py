"""Tokens: renewed in time and once, never lost; refusals told plainly."""

import asyncio
import json
import time

import pytest

from custom_components.crosswatch.engine.model import Feature, Rated, Watched
from custom_components.crosswatch.engine.provider import (
    AccountLimitError,
    AuthenticationError,
    ProtocolError,
    ProviderError,
    ProviderUnavailableError,
    RateLimitedError,
)
from custom_components.crosswatch.providers.http import JsonObject, JsonValue
from custom_components.crosswatch.providers.trakt.login import Login
from custom_components.crosswatch.providers.trakt.refusal import UnknownTitleError
from tests.simulators.base import FaultKind
from tests.simulators.routing import route_hosts

from .trakt_world import World, at, operation, trakt_world, write
from .worlds import world_of

world = world_of(trakt_world)


def ends_in(world: World, seconds: float) -> None:
    """Let the client believe that its access token ends soon."""
    world.data["expires_at"] = time.time() + seconds


@pytest.mark.parametrize(("seconds", "renewals"), [(299, 1), (-5, 1), (330, 0)])
async def test_renewal_before_the_end(
    world: World, seconds: float, renewals: int
) -> None:
    """A token is renewed five minutes before it ends."""
    ends_in(world, seconds)
    provider = world.provider()
    await provider.identify()
    await provider.identify()
    assert world.trakt.oauth.refreshes == len(world.saved) == renewals


async def test_what_is_saved(world: World) -> None:
    """All data is saved, with both new tokens and when they end."""
    ends_in(world, 0)
    await world.provider().identify()
    (saved,) = world.saved
    (token,) = world.trakt.oauth.tokens()
    assert saved["access_token"] == token.access
    assert saved["refresh_token"] == token.refresh
    assert saved["client_id"] == world.data["client_id"]
    assert saved["client_secret"] == world.data["client_secret"]
    expires_at = saved["expires_at"]
    assert isinstance(expires_at, float)
    assert abs(expires_at - time.time() - token.expires_in) < 30
    # After a restart the saved tokens are good.
    world.data = dict(saved)
    await world.provider().identify()
    assert world.trakt.oauth.refreshes == 1


async def test_saved_before_used(world: World) -> None:
    """No request uses a token that a crash would lose."""
    ends_in(world, 0)
    provider = world.provider()
    order: list[str] = []
    gate = asyncio.Event()

    async def save(data: JsonObject) -> None:
        """Take a while to save."""
        await gate.wait()
        order.append("saved")

    login = provider._login  # noqa: SLF001
    assert isinstance(login, Login)
    login._save = save  # noqa: SLF001
    task = asyncio.create_task(provider.identify())
    while not world.trakt.oauth.refreshes:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    assert world.trakt.count("GET") == 0
    gate.set()
    await task
    assert order == ["saved"]
    assert world.trakt.count("GET") == 1


async def test_refused_token_is_renewed_once(world: World) -> None:
    """After a 401 the request is made again with a new token."""
    world.trakt.oauth.expire_tokens()
    await world.provider().identify()
    assert world.trakt.oauth.refreshes == 1
    assert world.trakt.count("GET", "/users/settings") == 2


async def test_refused_write_is_made_once(world: World) -> None:
    """A write that was refused for its token is done once."""
    world.trakt.oauth.expire_tokens()
    outcomes = await write(
        world.provider(), [operation(world.movies[0], Watched(at(1)))]
    )
    assert [outcome.reason for outcome in outcomes] == [None]
    assert len(world.trakt.alice.history) == 1


async def test_many_needs_make_one_renewal(world: World) -> None:
    """However many requests find the token ended, it is renewed once."""
    provider = world.provider()
    world.trakt.oauth.expire_tokens()
    async with asyncio.TaskGroup() as group:
        for _ in range(6):
            group.create_task(provider.identify())
        group.create_task(provider.read(Feature.RATINGS, None))
    assert world.trakt.oauth.refreshes == len(world.saved) == 1


async def test_renewal_outlives_its_run(world: World) -> None:
    """A run that is cancelled while the token is renewed does not lose the new one."""
    ends_in(world, 0)
    provider = world.provider()
    world.trakt.faults.fail(path="/oauth/token", kind=FaultKind.SLOW, seconds=0.2)
    task = asyncio.create_task(provider.identify())
    while not world.trakt.count("POST", "/oauth/token"):
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    # The service renews it now, whether anybody waits for the answer or not.
    await asyncio.sleep(0.4)
    await provider.identify()
    assert world.trakt.oauth.refreshes == len(world.saved) == 1


async def test_failed_save_keeps_the_tokens_in_memory(world: World) -> None:
    """The old tokens are dead by then: the new ones are all there is."""
    ends_in(world, 0)
    provider = world.provider()

    async def save(data: JsonObject) -> None:
        """Fail once."""
        raise OSError("disk full")

    provider._login._save = save  # noqa: SLF001
    with pytest.raises(OSError, match="disk full"):
        await provider.identify()
    await provider.identify()
    assert world.trakt.oauth.refreshes == 1


async def test_ended_login(world: World) -> None:
    """A login that was revoked has to be made anew."""
    world.trakt.oauth.revoke_tokens()
    with pytest.raises(AuthenticationError, match="does not renew"):
        await world.provider().identify()
    assert world.saved == []


async def test_token_refused_twice(world: World) -> None:
    """A new token that is refused too ends it; there is no loop."""
    world.trakt.faults.fail(path="/users/settings", status=401, times=9)
    with pytest.raises(AuthenticationError, match="login"):
        await world.provider().identify()
    assert world.trakt.count("GET", "/users/settings") == 2
    assert world.trakt.oauth.refreshes == 1


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"status": 503}, id="503"),
        pytest.param({"kind": FaultKind.CUT}, id="cut"),
        pytest.param({"kind": FaultKind.NONSENSE}, id="nonsense"),
        pytest.param({"status": 200, "body": "{}"}, id="no tokens"),
        pytest.param({"status": 404}, id="nowhere to be found"),
    ],
)
async def test_failed_renewal_keeps_the_old_tokens(
    world: World, fault: dict[str, object]
) -> None:
    """An outage ends nothing, and the write behind it was not sent."""
    ends_in(world, 0)
    provider = world.provider()
    world.trakt.faults.fail(path="/oauth/token", times=2, **fault)  # type: ignore[arg-type]
    with pytest.raises((ProviderUnavailableError, ProtocolError)) as caught:
        await write(provider, [operation(world.movies[0], Rated(5))])
    assert not caught.value.maybe_sent
    assert world.saved == []
    world.trakt.faults.clear()
    await provider.identify()
    assert len(world.saved) == 1


async def test_renewal_at_the_other_host(world: World) -> None:
    """A host for OAuth that is not there is replaced by that of the API."""
    ends_in(world, 0)
    nowhere = world.trakt.url.rpartition(":")[0] + ":1"
    hosts = {"api.trakt.tv": world.trakt.url, "auth.trakt.tv": nowhere}
    with route_hosts(hosts):
        await world.provider().identify()
    assert world.trakt.oauth.refreshes == 1


@pytest.mark.parametrize("status", [404, 405])
async def test_renewal_where_the_path_is_unknown(world: World, status: int) -> None:
    """A host that does not know the path is replaced, and asked no more."""
    ends_in(world, 0)
    world.trakt.faults.fail(path="/oauth/token", status=status)
    provider = world.provider()
    await provider.identify()
    world.trakt.oauth.expire_tokens()
    await provider.identify()
    hosts = [
        request.headers["X-Forwarded-Host"]
        for request in world.trakt.requests
        if request.path == "/oauth/token"
    ]
    assert hosts == ["auth.trakt.tv", "api.trakt.tv", "api.trakt.tv"]


async def test_broken_data(world: World) -> None:
    """Data without tokens asks for a new sign-in."""
    world.data = {"client_id": world.trakt.CLIENT_ID}
    with pytest.raises(AuthenticationError):
        await world.provider().identify()


async def test_dead_app(world: World) -> None:
    """An app that Trakt removed is told as such, without renewing in vain."""
    world.trakt.oauth.kill_app(world.trakt.CLIENT_ID)
    with pytest.raises(AuthenticationError, match="client id"):
        await world.provider().identify()
    assert world.trakt.count() == 1
    ends_in(world, 0)
    with pytest.raises(AuthenticationError, match="client id"):
        await world.provider().identify()


@pytest.mark.parametrize(
    ("status", "headers", "error", "words"),
    [
        (403, {"cf-mitigated": "challenge"}, ProviderUnavailableError, "proxy"),
        # So are the service's own refusals: without a body, whatever they claim.
        (403, {"Content-Type": "text/html"}, AuthenticationError, "client id"),
        (420, {"X-Account-Limit": "100"}, AccountLimitError, "limit 100.*VIP"),
        (420, {"X-VIP-User": "true"}, AccountLimitError, "full: remove something"),
        (423, {"X-Account-Locked": "true"}, AccountLimitError, "locked"),
        (423, {"X-Account-Deactivated": "true"}, AccountLimitError, "deactivated"),
        (426, {}, AccountLimitError, "VIP"),
        (429, {"Retry-After": "299"}, RateLimitedError, "wait"),
        (404, {}, UnknownTitleError, "404"),
        (302, {}, ProtocolError, "302"),
    ],
)
async def test_refusals(
    world: World,
    status: int,
    headers: dict[str, str],
    error: type[ProviderError],
    words: str,
) -> None:
    """Each refusal has its own clear error."""
    world.trakt.faults.fail(path="/users/settings", status=status, headers=headers)
    with pytest.raises(error, match=words):
        await world.provider().identify()
    assert world.trakt.count() == 1


@pytest.mark.parametrize(
    "body", ["<!DOCTYPE html><title>Attention Required!</title>", "error code: 1010"]
)
async def test_proxy_is_not_taken_for_trakt(world: World, body: str) -> None:
    """A proxy that refuses a client says nothing of the login."""
    world.trakt.faults.fail(path="/users/settings", status=403, body=body)
    with pytest.raises(ProviderUnavailableError, match="proxy"):
        await world.provider().identify()


@pytest.mark.parametrize(
    ("told", "lifetime"),
    [
        pytest.param({"expires_in": "3600"}, 3600, id="a text"),
        pytest.param({"expires_in": 3600.5, "created_at": None}, 3600.5, id="a part"),
        pytest.param({"expires_in": None}, 86_400, id="null"),
        pytest.param({"expires_in": "soon"}, 86_400, id="nonsense"),
        pytest.param({"expires_in": -1}, 86_400, id="negative"),
        pytest.param({"expires_in": [1]}, 86_400, id="a list"),
        pytest.param({"expires_in": 30, "created_at": 1}, 600, id="very short"),
    ],
)
async def test_odd_lifetimes_do_not_cost_the_tokens(
    world: World, told: dict[str, JsonValue], lifetime: float
) -> None:
    """The old tokens are dead: the new ones are kept, whatever is told beside them."""
    ends_in(world, 0)
    answer = {"access_token": "a", "refresh_token": "r", **told}
    body = json.dumps(answer)
    world.trakt.faults.fail(path="/oauth/token", status=200, body=body)
    world.trakt.faults.fail(path="/users/settings", times=9, status=426)
    provider = world.provider()
    for _ in range(2):
        with pytest.raises(AccountLimitError):
            await provider.identify()
    (saved,) = world.saved
    assert (saved["access_token"], saved["refresh_token"]) == ("a", "r")
    expires_at = saved["expires_at"]
    assert isinstance(expires_at, float)
    assert abs(expires_at - time.time() - lifetime) < 30


async def test_refresh_token_that_goes_on(world: World) -> None:
    """An answer without a new refresh token leaves the old one in use."""
    ends_in(world, 0)
    body = '{"access_token": "a", "expires_in": 604800}'
    world.trakt.faults.fail(path="/oauth/token", status=200, body=body)
    world.trakt.faults.fail(path="/users/settings", status=426)
    with pytest.raises(AccountLimitError):
        await world.provider().identify()
    (saved,) = world.saved
    assert saved["refresh_token"] == world.data["refresh_token"]


async def test_locked_account(world: World) -> None:
    """A locked account is told as such."""
    world.trakt.alice.locked = True
    with pytest.raises(AccountLimitError, match="locked"):
        await world.provider().identify()


async def test_no_token_in_any_error(world: World) -> None:
    """A Trakt that echoes the tokens does not get them into a log."""
    body = " ".join(str(value) for value in world.data.values())
    world.trakt.faults.fail(path="/users/settings", status=200, body=body)
    with pytest.raises(ProtocolError) as caught:
        await world.provider().identify()
    for name in ("client_id", "client_secret", "access_token", "refresh_token"):
        assert str(world.data[name]) not in str(caught.value)
