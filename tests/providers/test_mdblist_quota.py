"""How many requests a day are left: what is known of it, and what is done with it."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.crosswatch.engine.model import Feature, Rated
from custom_components.crosswatch.engine.plan import OutcomeKind
from custom_components.crosswatch.engine.provider import (
    ProviderUnavailableError,
    RateLimitedError,
)
from custom_components.crosswatch.providers.mdblist.provider import MdblistProvider
from custom_components.crosswatch.providers.mdblist.quota import RESERVE, Quota
from custom_components.crosswatch.providers.spec import Allowance, Metered
from tests.simulators.mdblist import Numbers

from .mdblist_world import WATCHED_AT, World, mdblist_world, operation
from .operating import kinds, write
from .worlds import world_of

MIDNIGHT = datetime(2026, 5, 21, tzinfo=UTC)
NOON = datetime(2026, 5, 20, 12, tzinfo=UTC)
STAMPS = "GET /sync/last_activities"
USER = "GET /user"

world = world_of(mdblist_world)


def left(provider: MdblistProvider) -> int:
    """Return how many requests are left."""
    assert provider.allowance is not None
    return provider.allowance.left


async def rate(world: World, provider: MdblistProvider, rating: float = 7.0) -> None:
    """Write one rating, with one request."""
    value = Rated(rating, WATCHED_AT)
    [kind] = kinds(await write(provider, [operation(world.movies[0], value)]))
    assert kind in {OutcomeKind.APPLIED, OutcomeKind.ALREADY_THERE}


async def test_known_with_the_account(world: World) -> None:
    """Whoever asks who the account is learns how many requests are left."""
    provider = world.provider()
    assert isinstance(provider, Metered)
    assert provider.allowance is None
    await provider.identify()
    assert provider.allowance == Allowance(limit=1000, left=999, reset=MIDNIGHT)
    await provider.activity([Feature.HISTORY])
    await rate(world, provider)
    assert left(provider) == 997
    assert world.requests() == [USER, STAMPS, "POST /sync/ratings"]


async def test_asked_once_before_writing(world: World) -> None:
    """An account that was not asked is, before the first write of a day only."""
    provider = world.provider()
    await provider.activity([Feature.HISTORY])
    await provider.read(Feature.RATINGS, None)
    assert USER not in world.requests()
    for _ in range(3):
        await rate(world, provider)
    assert world.requests().count(USER) == 1
    world.now = MIDNIGHT + timedelta(hours=1)
    await provider.activity([Feature.HISTORY])
    assert left(provider) == 999
    for _ in range(3):
        await rate(world, provider)
    assert world.requests().count(USER) == 1


async def test_asked_again_after_many(world: World) -> None:
    """Others may use the same key: now and then it is asked how much they did."""
    provider = world.provider()
    await rate(world, provider)
    world.mdblist.limiter.use(world.mdblist.alice, 500)
    for _ in range(100):
        await provider.activity([Feature.HISTORY])
    await rate(world, provider)
    assert left(provider) > 800
    for _ in range(100):
        await provider.activity([Feature.HISTORY])
    await rate(world, provider)
    used = world.mdblist.limiter.used(world.mdblist.alice)
    assert left(provider) == 1000 - used < 400


async def test_a_reserve_is_kept(world: World) -> None:
    """Writes stop before the last requests, which are for looking; these are used."""
    world.mdblist.limiter.use(world.mdblist.alice, 1000 - RESERVE - 3)
    provider = world.provider()
    await rate(world, provider)
    await rate(world, provider)
    with pytest.raises(RateLimitedError) as error:
        await rate(world, provider)
    assert error.value.retry_after == (MIDNIGHT - world.now).total_seconds()
    assert "today" in str(error.value)
    for _ in range(RESERVE):
        await provider.activity([Feature.HISTORY])
    world.requests()
    with pytest.raises(RateLimitedError):
        await provider.activity([Feature.HISTORY])
    assert world.requests() == []
    assert left(provider) == 0
    assert world.mdblist.limiter.refused == 0
    world.now = MIDNIGHT
    await rate(world, provider)
    assert left(provider) == 998


async def test_refused_for_the_day(world: World) -> None:
    """A refusal until midnight is believed, and nothing more is asked until then."""
    provider = world.provider()
    await provider.identify()
    world.mdblist.limiter.use(world.mdblist.alice, 2000)
    with pytest.raises(RateLimitedError) as error:
        await provider.activity([Feature.HISTORY])
    assert error.value.retry_after == (MIDNIGHT - world.now).total_seconds()
    world.requests()
    for attempt in (provider.identify, lambda: rate(world, provider)):
        with pytest.raises(RateLimitedError) as error:
            await attempt()
        assert error.value.retry_after > 3600
    assert world.requests() == []
    assert provider.allowance == Allowance(limit=1000, left=0, reset=MIDNIGHT)
    world.now = MIDNIGHT
    await rate(world, provider)


async def test_an_account_without_requests_is_known(world: World) -> None:
    """It can be loaded all the same, and is asked nothing until midnight."""
    world.mdblist.limiter.use(world.mdblist.alice, 1000)
    with pytest.raises(RateLimitedError):
        await world.provider().identify()
    provider = world.provider(user_id="1000", username="alice")
    info = await provider.identify()
    assert (info.account_id, info.name) == ("1000", "alice")
    world.requests()
    with pytest.raises(RateLimitedError):
        await provider.activity([Feature.HISTORY])
    assert world.requests() == []
    world.now = MIDNIGHT
    await provider.activity([Feature.HISTORY])
    assert (await provider.identify()) == info


async def test_refused_for_minutes(world: World) -> None:
    """A refusal of the short window says nothing of the day."""
    provider = world.provider()
    await provider.identify()
    world.mdblist.faults.fail(status=429, headers={"Retry-After": "240"})
    with pytest.raises(RateLimitedError) as error:
        await provider.activity([Feature.HISTORY])
    assert error.value.retry_after == 240
    assert left(provider) > 900
    await provider.activity([Feature.HISTORY])


async def test_numbers_that_are_not_told(world: World) -> None:
    """Without numbers there is no count: only what the service refuses is known."""
    world.mdblist.behaviour.tells_numbers = False
    provider = world.provider()
    await rate(world, provider)
    await rate(world, provider)
    assert provider.allowance is None
    assert world.requests().count(USER) == 1


async def test_a_service_that_does_not_tell_now(world: World) -> None:
    """It is no reason not to write."""
    world.mdblist.faults.fail(path="/user", times=9)
    provider = world.provider()
    await rate(world, provider)
    assert provider.allowance is None


async def test_numbers_in_headers(world: World) -> None:
    """Headers that are about the day are as good as asking."""
    world.mdblist.behaviour.headers = Numbers.DAY
    provider = world.provider()
    await provider.activity([Feature.HISTORY])
    assert left(provider) == 999
    world.mdblist.limiter.use(world.mdblist.alice, 300)
    await rate(world, provider)
    assert left(provider) == 698
    assert USER not in world.requests()


async def test_numbers_of_the_window(world: World) -> None:
    """Those about the last minutes are not taken for it."""
    world.mdblist.behaviour.headers = Numbers.WINDOW
    provider = world.provider()
    await provider.activity([Feature.HISTORY])
    assert provider.allowance is None


async def test_repeated_reads_are_counted(world: World) -> None:
    """A read that is repeated has cost more than one request."""
    provider = world.provider()
    await provider.identify()
    world.mdblist.faults.fail(path="/sync/last_activities", status=503, times=3)
    with pytest.raises(ProviderUnavailableError):
        await provider.activity([Feature.HISTORY])
    assert left(provider) == 996


@pytest.mark.parametrize(
    "user",
    [
        {"api_requests": "1000", "api_requests_count": 3},
        {"api_requests": 1000, "api_requests_count": True},
        {"api_requests": 0, "api_requests_count": 0},
        {"api_requests": 1000, "api_requests_count": -1},
        {},
    ],
)
def test_odd_numbers(user: dict[str, int | str]) -> None:
    """Numbers that make no sense are none."""
    quota = Quota(lambda: NOON)
    quota.told(user)
    assert quota.allowance is None
    assert not quota.is_doubtful


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-RateLimit-Limit": "1000"},
        {"limit": "x", "remaining": "5", "reset": "1"},
        {"limit": "0", "remaining": "0", "reset": "midnight"},
        {"limit": "10", "remaining": "50", "reset": "midnight"},
    ],
)
def test_odd_headers(headers: dict[str, str]) -> None:
    """So are headers that make no sense."""
    told = {
        f"X-RateLimit-{name.title()}" if "-" not in name else name: (
            str(int(MIDNIGHT.timestamp())) if text == "midnight" else text
        )
        for name, text in headers.items()
    }
    quota = Quota(lambda: NOON)
    quota.heed(told)
    assert quota.allowance is None
