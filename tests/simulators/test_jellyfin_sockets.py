"""The simulated Jellyfin's websocket."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from .jellyfin import JellyfinSimulator, Seeded, User
from .jellyfin_caller import Caller


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """Return a session to connect with."""
    async with aiohttp.ClientSession() as session:
        yield session


async def connect(
    session: aiohttp.ClientSession,
    jellyfin: JellyfinSimulator,
    caller: Caller,
    *,
    header: bool = False,
) -> aiohttp.ClientWebSocketResponse:
    """Connect as the signed-in device."""
    if header:
        value = f'{caller.identity}, Token="{caller.token}"'
        return await session.ws_connect(
            f"{jellyfin.url}/socket", headers={"Authorization": value}
        )
    return await session.ws_connect(f"{jellyfin.url}/socket?ApiKey={caller.token}")


async def said(socket: aiohttp.ClientWebSocketResponse) -> tuple[str, Any]:
    """Return the next message."""
    message = await socket.receive_json(timeout=5)
    return message["MessageType"], message.get("Data")


@pytest.mark.parametrize("header", [False, True])
async def test_greeting(
    jellyfin: JellyfinSimulator,
    caller: Caller,
    jon: User,
    session: aiohttp.ClientSession,
    header: bool,
) -> None:
    """The server says for how long it puts up with silence, and answers."""
    async with await connect(session, jellyfin, caller, header=header) as socket:
        assert await said(socket) == ("ForceKeepAlive", 60)
        await socket.send_json({"MessageType": "KeepAlive"})
        assert await said(socket) == ("KeepAlive", None)
        assert jellyfin.sockets.open == 1
    await asyncio.sleep(0.05)
    assert (jellyfin.sockets.open, jellyfin.sockets.opened) == (0, 1)


async def test_who_may_listen(
    jellyfin: JellyfinSimulator,
    caller: Caller,
    jon: User,
    session: aiohttp.ClientSession,
) -> None:
    """Only who is signed in, and by the way that gets through."""
    jellyfin.sockets.takes_header = False
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await connect(session, jellyfin, caller, header=True)
    caller.token = "unknown"
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await connect(session, jellyfin, caller)


async def test_silence_ends_it(
    jellyfin: JellyfinSimulator,
    caller: Caller,
    jon: User,
    session: aiohttp.ClientSession,
) -> None:
    """Who says nothing is dropped."""
    jellyfin.sockets.patience = 0.1
    async with await connect(session, jellyfin, caller) as socket:
        assert await said(socket) == ("ForceKeepAlive", 0.1)
        message = await socket.receive(timeout=5)
        assert message.type is aiohttp.WSMsgType.CLOSE


async def test_user_data(
    jellyfin: JellyfinSimulator,
    caller: Caller,
    jon: User,
    library: Seeded,
    session: aiohttp.ClientSession,
) -> None:
    """What a user does is told to that user, gathered, with all that is above."""
    episode = library.episodes[0]
    jellyfin.favourite(jon, library.films[2])
    async with await connect(session, jellyfin, caller) as socket:
        await said(socket)
        eve = jellyfin.add_user("Eve")
        jellyfin.play(eve, library.films[1])
        jellyfin.play(jon, library.films[0])
        jellyfin.play(jon, episode)
        kind, data = await said(socket)
        assert (kind, data["UserId"]) == ("UserDataChanged", jon.id)
        told = {each["ItemId"]: each["Played"] for each in data["UserDataList"]}
        assert told[library.films[0].id] is told[episode.id] is True
        assert told[episode.series.id] is False
        assert len(told) == 4
        device = jellyfin.begin(jon, library.films[3])
        assert (await said(socket))[0] == "UserDataChanged"
        # How somebody gets on is not told.
        jellyfin.get_on(device, 9_000_000_000)
        with pytest.raises(TimeoutError):
            await socket.receive(timeout=0.1)
        jellyfin.end(device)
        _, data = await said(socket)
        (told_of,) = data["UserDataList"]
        assert told_of["PlaybackPositionTicks"] == 9_000_000_000


async def test_stop_ends_what_was_to_be_told(
    jellyfin: JellyfinSimulator,
    caller: Caller,
    jon: User,
    library: Seeded,
    session: aiohttp.ClientSession,
) -> None:
    """A server that stops leaves nothing to be done, and tells on when it is back."""
    before = asyncio.all_tasks()
    port = int(jellyfin.url.rpartition(":")[2])
    async with await connect(session, jellyfin, caller) as socket:
        await said(socket)
        jellyfin.sockets.delay = 60
        jellyfin.play(jon, library.films[0])
        stopping = asyncio.create_task(jellyfin.stop())
        assert (await socket.receive(timeout=5)).type is aiohttp.WSMsgType.CLOSE
        await stopping
    assert asyncio.all_tasks() <= before
    await jellyfin.start(port)
    jellyfin.sockets.delay = 0
    async with await connect(session, jellyfin, caller) as socket:
        await said(socket)
        jellyfin.play(jon, library.films[1])
        _, data = await said(socket)
        (told_of,) = data["UserDataList"]
        assert told_of["ItemId"] == library.films[1].id


async def test_one_that_is_cut_off(
    jellyfin: JellyfinSimulator,
    caller: Caller,
    jon: User,
    session: aiohttp.ClientSession,
) -> None:
    """Who is gone without a word does not keep others from being told."""
    gone = await connect(session, jellyfin, caller)
    async with await connect(session, jellyfin, caller) as socket:
        await said(socket)
        connection = gone._response.connection  # noqa: SLF001
        assert connection is not None
        assert connection.transport is not None
        connection.transport.abort()
        told = 0
        while jellyfin.sockets.open > 1:
            await jellyfin.sockets.send("Sessions", [])
            told += 1
            await asyncio.sleep(0)
        assert told
        for _ in range(told):
            assert await said(socket) == ("Sessions", [])
        await gone.close()


async def test_library(
    jellyfin: JellyfinSimulator,
    caller: Caller,
    jon: User,
    library: Seeded,
    session: aiohttp.ClientSession,
) -> None:
    """What comes and goes is told to everybody."""
    film = library.films[0]
    async with await connect(session, jellyfin, caller) as socket:
        await said(socket)
        jellyfin.state.remove_item(film)
        kind, data = await said(socket)
        assert (kind, data["ItemsRemoved"]) == ("LibraryChanged", [film.id])
        jellyfin.state.add_item(film)
        kind, data = await said(socket)
        assert (kind, data["ItemsAdded"]) == ("LibraryChanged", [film.id])
        await jellyfin.sockets.send_text("anything")
        assert (await socket.receive(timeout=5)).data == "anything"
        await jellyfin.sockets.close()
        assert (await socket.receive(timeout=5)).type is aiohttp.WSMsgType.CLOSE
