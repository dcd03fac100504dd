"""Hears from an Emby server that something has changed."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

import aiohttp
import pytest

from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.providers.emby.socket import EmbySocket
from custom_components.crosswatch.providers.http import Limiters
from custom_components.crosswatch.providers.mediabrowser import listening
from custom_components.crosswatch.providers.spec import Listener

from .emby_world import World, a_world
from .mediabrowser_world import moment

ALL = (Feature.HISTORY, Feature.WATCHLIST, Feature.PROGRESS)


@pytest.fixture
async def world(
    session: aiohttp.ClientSession, limiters: Limiters, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[World]:
    """Return a small server, and somebody who listens."""
    monkeypatch.setattr(listening, "FIRST_WAIT", 0.02)
    monkeypatch.setattr(listening, "LONGEST_WAIT", 0.1)
    async with a_world(session, limiters) as world, asyncio.timeout(30):
        world.server.play(world.user, world.seeded.films[0], moment(days=3))
        listener = asyncio.create_task(world.provider.listen())
        yield world
        listener.cancel()
        with suppress(asyncio.CancelledError):
            await listener


async def until(what: Callable[[], bool]) -> None:
    """Wait until something is so."""
    while not what():
        await asyncio.sleep(0.005)


async def asked(world: World) -> int:
    """Return how many requests the markers take, but for the one that the login holds."""
    world.server.reset_requests()
    assert set(await world.provider.activity(ALL)) == set(ALL)
    return world.server.count(path="(?!/Users/[^/]+$).*")


async def settled(world: World) -> None:
    """Wait until the markers take no request any more."""
    while await asked(world):
        await asyncio.sleep(0.02)


async def test_silence_and_changes(world: World) -> None:
    """While nothing is told nothing is asked; what the user does is heard."""
    assert isinstance(world.provider, Listener)
    await settled(world)
    assert world.server.sockets.heard[0] == "SessionsStart"
    before = await world.provider.activity(ALL)
    world.server.favourite(world.user, world.seeded.films[5])
    while await world.provider.activity(ALL) == before:
        await asyncio.sleep(0.01)
    after = await world.provider.activity(ALL)
    assert after[Feature.WATCHLIST] != before[Feature.WATCHLIST]
    await settled(world)


async def test_others_are_not_heard(world: World) -> None:
    """What another user does is not told here."""
    arya = world.server.add_user("Arya")
    await settled(world)
    world.server.play(arya, world.seeded.films[5])
    await asyncio.sleep(0.1)
    assert await asked(world) == 0


async def test_connection_that_leads_nowhere(
    session: aiohttp.ClientSession, limiters: Limiters
) -> None:
    """A connection on which nothing comes is not believed."""
    async with a_world(session, limiters) as world, asyncio.timeout(30):
        world.server.sockets.mute = True
        listener = asyncio.create_task(world.provider.listen())
        await until(lambda: world.server.sockets.open > 0)
        await asked(world)
        assert await asked(world) > 0
        listener.cancel()
        with suppress(asyncio.CancelledError):
            await listener


async def test_lost_connection(world: World) -> None:
    """After the connection was lost everything is asked anew."""
    await settled(world)
    opened = world.server.sockets.opened
    await world.server.sockets.close()
    await until(lambda: world.server.sockets.opened > opened)
    await settled(world)


async def test_refused(world: World) -> None:
    """Without a login there is no connection, and the token is in no error."""
    token = str(world.data["token"])
    world.server.revoke_tokens(world.user)
    socket = EmbySocket(world.session, world.server.url, "device", token)
    with pytest.raises(aiohttp.WSServerHandshakeError) as error:
        async with socket.connect():
            pass
    assert error.value.status == 401


async def test_below_a_path(session: aiohttp.ClientSession) -> None:
    """The websocket is below the path of the server, as everything."""
    socket = EmbySocket(session, "https://127.0.0.1:1/tv/emby", "device", "token")
    with pytest.raises(aiohttp.ClientConnectorError):
        async with socket.connect():
            pass
