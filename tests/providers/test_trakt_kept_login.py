"""A login that is kept alive though nothing runs."""

import asyncio
from collections.abc import Callable
import time

import pytest

from custom_components.crosswatch.engine.provider import AuthenticationError
from custom_components.crosswatch.providers.spec import Listener
from custom_components.crosswatch.providers.trakt.login import HOUR, Login
from custom_components.crosswatch.providers.trakt.provider import TraktProvider

from .trakt_world import World, trakt_world
from .worlds import world_of

DAY = 24 * HOUR
WEEK = 7 * DAY


class StoppedError(Exception):
    """Ends a loop that has no end."""


class Days:
    """A clock of the machine that only moves while somebody sleeps, until an end."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Start now."""
        self.now = self.began = time.time()
        self.slept: list[float] = []
        self.until = self.now
        self.on_wake: Callable[[], None] = lambda: None
        monkeypatch.setattr(time, "time", lambda: self.now)

    async def sleep(self, seconds: float) -> None:
        """Let time pass, or end the test."""
        self.slept.append(seconds)
        self.now += seconds
        if self.now > self.until:
            raise StoppedError
        self.on_wake()
        await asyncio.sleep(0)

    async def pass_by(self, login: Login, seconds: float) -> None:
        """Keep a login for so long."""
        self.until = self.now + seconds
        with pytest.raises(StoppedError):
            await login.keep(self.sleep)


world = world_of(trakt_world)


@pytest.fixture
def days(monkeypatch: pytest.MonkeyPatch) -> Days:
    """Return the days that pass."""
    return Days(monkeypatch)


def login_of(provider: TraktProvider) -> Login:
    """Return the tokens of an account."""
    return provider._login  # noqa: SLF001


async def test_weeks_without_a_run(world: World, days: Days) -> None:
    """The tokens are renewed after three quarters of their week, each time anew."""
    provider = world.provider()
    await days.pass_by(login_of(provider), 30 * DAY)
    # The first tokens were saved without the moment at which to renew them.
    assert world.trakt.oauth.refreshes == 1 + int((30 - 6.75) / 5.25)
    assert len(world.saved) == world.trakt.oauth.refreshes
    assert max(days.slept) <= HOUR
    renew_at, expires_at = (
        world.saved[-1][name] for name in ("renew_at", "expires_at")
    )
    assert isinstance(renew_at, float)
    assert isinstance(expires_at, float)
    assert abs(expires_at - renew_at - WEEK / 4) < 1
    # What was saved last is good after a restart.
    world.data = dict(world.saved[-1])
    before = world.trakt.oauth.refreshes
    await world.provider().identify()
    assert world.trakt.oauth.refreshes == before


async def test_what_was_saved_is_what_counts(world: World, days: Days) -> None:
    """Nothing is renewed before the moment that was saved, nor long after it."""
    world.data["renew_at"] = days.now + 10 * HOUR
    login = login_of(world.provider())
    await days.pass_by(login, 9.5 * HOUR)
    assert world.trakt.oauth.refreshes == 0
    await days.pass_by(login, HOUR)
    assert world.trakt.oauth.refreshes == 1


async def test_tokens_of_nobody_knows_when(world: World, days: Days) -> None:
    """Tokens of which no end is known are renewed at once."""
    del world.data["expires_at"]
    await days.pass_by(login_of(world.provider()), HOUR)
    assert world.trakt.oauth.refreshes == 1


async def test_short_lives(world: World, days: Days) -> None:
    """Tokens that last for minutes are not renewed all the time while nothing runs."""
    world.trakt.oauth.token_lifetime = 60
    world.data["expires_at"] = 0
    await days.pass_by(login_of(world.provider()), DAY)
    assert 24 <= world.trakt.oauth.refreshes <= 25


async def test_outage(world: World, days: Days) -> None:
    """A Trakt that is down is asked again, later and later, until it is back."""
    world.data["renew_at"] = 0
    world.trakt.faults.fail(path="/oauth/token", status=503, times=10_000)
    login = login_of(world.provider())
    await days.pass_by(login, DAY)
    pauses = days.slept
    assert pauses[:4] == [60, 120, 240, 480]
    assert max(pauses) == 6 * HOUR
    assert len(pauses) < 15
    world.trakt.faults.clear()
    await days.pass_by(login, 2 * DAY)
    assert world.trakt.oauth.refreshes == 1


async def test_login_that_was_ended(world: World, days: Days) -> None:
    """What nothing renews is not asked for all the time; a run tells the person."""
    world.trakt.oauth.revoke_tokens()
    world.data["renew_at"] = 0
    provider = world.provider()
    await days.pass_by(login_of(provider), DAY)
    assert world.trakt.count("POST", "/oauth/token") < 15
    with pytest.raises(AuthenticationError):
        await provider.identify()


async def test_one_renewal_for_all(world: World, days: Days) -> None:
    """A run that needs a token just then waits for the same renewal."""
    world.data["renew_at"] = world.data["expires_at"] = 0
    provider = world.provider()
    days.until = days.now + HOUR
    keeping = asyncio.create_task(login_of(provider).keep(days.sleep))
    await asyncio.gather(*(provider.identify() for _ in range(5)))
    with pytest.raises(StoppedError):
        await keeping
    assert world.trakt.oauth.refreshes == len(world.saved) == 1


async def test_unloading_while_it_renews(world: World) -> None:
    """A renewal that has begun is brought to its end, and its tokens are saved."""
    world.data["renew_at"] = 0
    provider = world.provider()
    assert isinstance(provider, Listener)
    world.trakt.latency = 0.1
    task = asyncio.create_task(provider.listen())
    while not world.trakt.count("POST", "/oauth/token"):
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    while not world.saved:
        await asyncio.sleep(0.01)
    (token,) = world.trakt.oauth.tokens()
    assert world.saved[0]["refresh_token"] == token.refresh
