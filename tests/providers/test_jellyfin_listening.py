"""Hears from a Jellyfin server that something has changed."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import suppress
import logging
from typing import Final

import aiohttp
import pytest

from custom_components.crosswatch.engine.model import Feature, Listed, Progress, Watched
from custom_components.crosswatch.engine.plan import OutcomeKind
from custom_components.crosswatch.engine.provider import (
    AuthenticationError,
    ProviderUnavailableError,
)
from custom_components.crosswatch.providers.http import Limiters
from custom_components.crosswatch.providers.jellyfin.socket import JellyfinSocket
from custom_components.crosswatch.providers.mediabrowser import listening
from custom_components.crosswatch.providers.mediabrowser.listening import (
    BELIEVED_FOR,
    Ears,
)
from custom_components.crosswatch.providers.spec import Listener

from ..simulators.jellyfin.sockets import message
from .jellyfin_world import World, a_world
from .mediabrowser_world import as_item, moment
from .operating import operation

ALL: Final = (Feature.HISTORY, Feature.WATCHLIST, Feature.PROGRESS)
TICKS: Final = 10_000
MINUTE: Final = 60_000 * TICKS
APPLIED = (OutcomeKind.APPLIED, None)


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what takes long in life be short."""
    monkeypatch.setattr(listening, "GATHERS_FOR", 0.06)
    monkeypatch.setattr(listening, "FIRST_WAIT", 0.02)
    monkeypatch.setattr(listening, "LONGEST_WAIT", 0.1)


@pytest.fixture
async def world(
    session: aiohttp.ClientSession, limiters: Limiters
) -> AsyncIterator[World]:
    """Return a small server with a bit of everything, and somebody who listens."""
    async with a_world(session, limiters) as world:
        # As real servers, it takes a while until it tells of anything.
        world.server.sockets.delay = 0.02
        fill(world)
        async with asyncio.timeout(30):
            listener = asyncio.create_task(world.provider.listen())
            yield world
            listener.cancel()
            with suppress(asyncio.CancelledError):
                await listener


def fill(world: World) -> None:
    """Let the user have done a bit of everything."""
    films = world.seeded.films
    world.server.play(world.user, films[0], moment(3))
    world.server.favourite(world.user, films[1])
    world.server.stop_at(world.user, films[2], 30 * MINUTE, moment(2))


async def until(what: Callable[[], bool]) -> None:
    """Wait until something is so."""
    while not what():
        await asyncio.sleep(0.005)


async def heard(world: World) -> None:
    """Wait until a change has been heard, or the connection is lost or made."""
    ears = world.provider._ears  # noqa: SLF001
    before = ears._changes  # noqa: SLF001
    await until(lambda: ears._changes != before)  # noqa: SLF001


async def connected(world: World) -> None:
    """Wait until the provider hears the server."""
    ears = world.provider._ears  # noqa: SLF001
    await until(lambda: ears.moment is not None)


async def asked(world: World, features: Collection[Feature] = ALL) -> int:
    """Return how many requests the markers take, but for the one that the login holds."""
    world.server.reset_requests()
    markers = await world.provider.activity(features)
    assert set(markers) == set(features)
    return world.server.count(path="(?!/socket|/Users/Me$).*")


async def settled(world: World) -> None:
    """Wait until the markers take no request any more."""
    await connected(world)
    await asked(world)
    assert await asked(world) == 0


async def test_silence(world: World) -> None:
    """While nothing comes, nothing is asked, and the markers are the same."""
    assert isinstance(world.provider, Listener)
    await connected(world)
    first = await world.provider.activity(ALL)
    world.server.reset_requests()
    assert await world.provider.activity(ALL) == first
    assert await world.provider.activity([Feature.HISTORY]) == {
        Feature.HISTORY: first[Feature.HISTORY]
    }
    # Only whether the login holds.
    assert [request.path for request in world.server.requests] == ["/Users/Me"] * 2
    # What was not asked for so far is asked for.
    assert await world.provider.activity([Feature.RATINGS]) == {}
    # The markers are those that a provider without ears gives.
    assert await world.restarted().activity(ALL) == first


async def test_only_some_were_asked(world: World) -> None:
    """Only what was asked since the last change is known."""
    await connected(world)
    assert await asked(world, [Feature.HISTORY]) == 1
    assert await asked(world, [Feature.HISTORY, Feature.WATCHLIST]) == 1
    assert await asked(world, [Feature.HISTORY, Feature.WATCHLIST]) == 0


def watch(world: World) -> None:
    """Let the user watch a film."""
    world.server.play(world.user, world.seeded.films[5], moment(1))


def unwatch(world: World) -> None:
    """Let the user take a film out of the history."""
    world.server.unplay(world.user, world.seeded.films[0])


def like(world: World) -> None:
    """Let the user have another favourite."""
    world.server.favourite(world.user, world.seeded.series[0])


def stop(world: World) -> None:
    """Let the user stop in the middle of a film."""
    world.server.stop_at(world.user, world.seeded.films[6], 20 * MINUTE)


def lose(world: World) -> None:
    """Let a film leave the library."""
    world.server.state.remove_item(world.seeded.films[0])


@pytest.mark.parametrize("at_once", [False, True])
@pytest.mark.parametrize(
    ("change", "feature"),
    [
        (watch, Feature.HISTORY),
        (unwatch, Feature.HISTORY),
        (like, Feature.WATCHLIST),
        (stop, Feature.PROGRESS),
        (lose, Feature.HISTORY),
    ],
)
async def test_changes_are_heard(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[World], None],
    feature: Feature,
    at_once: bool,
) -> None:
    """After a change everything is asked again, and its marker has moved.

    Also where somebody asks at once, before the server has told of it.
    """
    await settled(world)
    before = await world.provider.activity(ALL)
    change(world)
    with monkeypatch.context() as patient:
        # On a busy machine the server's message may be late.
        patient.setattr(listening, "GATHERS_FOR", 0.5)
        if not at_once:
            await heard(world)
        after = await world.provider.activity(ALL)
    assert after[feature] != before[feature]
    assert await asked(world) == 0


async def test_others_do_not_matter(world: World) -> None:
    """What other users do, and what is of no interest, changes nothing."""
    await settled(world)
    eve = world.server.add_user("Eve")
    world.server.play(eve, world.seeded.films[5])
    sockets = world.server.sockets
    await sockets.send("UserDataChanged", {"UserId": eve.id, "UserDataList": []})
    for kind in ("Sessions", "ScheduledTasksInfo", "RefreshProgress", "KeepAlive"):
        await sockets.send(kind, [])
    await asyncio.sleep(0.1)
    assert await asked(world) == 0


@pytest.mark.parametrize(
    "text",
    [
        "nonsense",
        "[]",
        "5",
        "{}",
        message("SomethingNew", {"UserId": 5}),
        message("UserUpdated"),
        message("ServerRestarting"),
        message("UserDataChanged", "of whom?"),
    ],
    # The messages have a number of their own each time.
    ids=["nonsense", "list", "number", "empty", "new", "user", "restart", "nobody"],
)
async def test_anything_else_may_be_a_change(world: World, text: str) -> None:
    """What is not known to be harmless is taken for a change."""
    await settled(world)
    await world.server.sockets.send_text(text)
    await heard(world)
    assert await asked(world) == 3


async def test_the_user_with_dashes(world: World) -> None:
    """Some servers write the user's id with dashes."""
    await settled(world)
    plain = world.user.id.upper()
    dashed = "-".join([plain[:8], plain[8:12], plain[12:16], plain[16:20], plain[20:]])
    await world.server.sockets.send("UserDataChanged", {"UserId": dashed})
    await heard(world)
    assert await asked(world) == 3


async def test_a_lost_connection(world: World) -> None:
    """After a loss everything is asked, as it is once the connection is back."""
    await settled(world)
    watch(world)
    await world.server.sockets.close()
    await heard(world)
    assert await asked(world) == 3
    await until(lambda: world.server.sockets.opened == 2)
    await connected(world)
    assert await asked(world) == 3
    assert await asked(world) == 0


async def test_a_server_that_is_down_for_a_while(world: World) -> None:
    """The provider connects again as soon as the server is back."""
    await settled(world)
    port = int(world.server.url.rpartition(":")[2])
    await world.server.stop()
    await heard(world)
    await asyncio.sleep(0.1)
    await world.server.start(port)
    await connected(world)
    assert await asked(world) == 3
    assert await asked(world) == 0


async def test_our_own_writes(world: World) -> None:
    """What we write ourselves is asked for again, told of or not."""
    await settled(world)
    world.server.state.on_user_data = lambda user, item: None
    put = operation(as_item(world.seeded.films[7]), Watched(moment(1)))
    assert await world.write(Feature.HISTORY, put) == [APPLIED]
    assert await asked(world) == 3
    put = operation(as_item(world.seeded.films[8]), Listed(), feature=Feature.WATCHLIST)
    await world.write(Feature.WATCHLIST, put)
    assert await asked(world) == 3


async def test_a_change_while_the_markers_are_asked_for(world: World) -> None:
    """A marker that may be older than a change is not kept."""
    await settled(world)
    like(world)
    await heard(world)
    world.server.latency = 0.2
    asking = asyncio.create_task(world.provider.activity(ALL))
    await asyncio.sleep(0.05)
    watch(world)
    await asking
    world.server.latency = 0
    assert await asked(world) == 3


async def test_while_something_is_played(world: World) -> None:
    """How somebody gets on is not told: it is asked for until they stop."""
    await settled(world)
    device = world.server.begin(world.user, world.seeded.films[2], 30 * MINUTE)
    await heard(world)
    await asked(world)
    before = await world.provider.activity(ALL)
    world.server.get_on(device, 31 * MINUTE)
    # The list and the sessions.
    assert await asked(world) == 2
    after = await world.provider.activity(ALL)
    assert after[Feature.PROGRESS] != before[Feature.PROGRESS]
    records = await world.read(Feature.PROGRESS)
    value = records[world.seeded.films[2].id].value
    assert isinstance(value, Progress)
    assert value.playing
    world.server.end(device)
    await heard(world)
    await asked(world)
    assert await asked(world) == 0


async def test_signs_of_life(world: World) -> None:
    """The server is told in time that somebody is there, and never drops us."""
    await connected(world)
    world.server.sockets.patience = 0.2
    await world.server.sockets.close()
    await until(lambda: world.server.sockets.opened == 2)
    await asyncio.sleep(0.7)
    assert world.server.sockets.opened == 2
    assert world.server.sockets.heard.count("KeepAlive") >= 4
    # Its answers are no changes.
    await asked(world)
    await asyncio.sleep(0.3)
    assert await asked(world) == 0


async def test_many_messages_and_signs_of_life(world: World) -> None:
    """Who is told much has to show signs of life all the same."""
    await connected(world)
    world.server.sockets.patience = 0.2
    await world.server.sockets.close()
    await until(lambda: world.server.sockets.opened == 2)
    for _ in range(40):
        await world.server.sockets.send("Sessions", [])
        await asyncio.sleep(0.01)
    assert world.server.sockets.heard.count("KeepAlive") >= 2


async def test_a_dead_connection(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who does not answer to signs of life is gone; until it speaks, it is not heard."""
    await connected(world)
    monkeypatch.setattr(listening, "KEEP_ALIVE", 0.05)
    world.server.sockets.mute = True
    await world.server.sockets.close()
    await until(lambda: world.server.sockets.opened >= 3)
    assert world.provider._ears.moment is None  # noqa: SLF001
    assert world.server.sockets.heard.count("KeepAlive") >= 2
    await asked(world)
    assert await asked(world) == 3


async def test_a_proxy_that_keeps_the_header(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the header does not get through, the token goes the way of browsers."""
    caplog.set_level(logging.DEBUG)
    await connected(world)
    sockets = [each for each in world.server.requests if each.path == "/socket"]
    assert all("apikey" not in map(str.lower, each.query) for each in sockets)
    world.server.sockets.takes_header = False
    await world.server.sockets.close()
    world.server.reset_requests()
    await until(lambda: world.server.sockets.opened == 2)
    token = str(world.data["token"])
    refused, taken = [each for each in world.server.requests if each.path == "/socket"]
    assert "ApiKey" not in refused.query
    assert (taken.query["ApiKey"], taken.query["deviceId"]) == (
        token,
        world.data["device_id"],
    )
    assert token not in taken.headers.get("Authorization", "")
    ours = [each for each in caplog.records if "crosswatch" in each.name]
    assert ours
    assert all(token not in each.getMessage() for each in ours)


async def test_a_login_that_has_ended(world: World) -> None:
    """Who may no longer listen is told so when something is asked."""
    await settled(world)
    world.server.revoke_tokens(world.user)
    await world.server.sockets.close()
    await asyncio.sleep(0.2)
    assert world.server.sockets.opened == 1
    assert world.server.count("GET", "/socket") >= 2


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://tv:8096", "ws://tv:8096/socket"),
        ("https://tv", "wss://tv/socket"),
        ("https://tv/media%20box/", "wss://tv/media%20box/socket"),
    ],
)
def test_address(session: aiohttp.ClientSession, url: str, expected: str) -> None:
    """The socket lies below the address of the server, encrypted where that is."""
    socket = JellyfinSocket(session, url, "device", "token")
    assert str(socket._url) == expected  # noqa: SLF001


async def test_lists_are_always_asked_for(
    session: aiohttp.ClientSession, limiters: Limiters
) -> None:
    """Of playlists and collections the server need not tell anything."""
    chosen = {"watchlist": "playlist"}
    async with a_world(session, limiters, options=chosen) as world:
        world.server.make_list("Watchlist", world.seeded.films[:2], owner=world.user)
        listener = asyncio.create_task(world.provider.listen())
        await connected(world)
        await asked(world)
        assert await asked(world) == 1
        listener.cancel()
        with pytest.raises(asyncio.CancelledError):
            await listener


class Clock:
    """A clock, and a way to wait, that a test moves, or each look at it by a step."""

    def __init__(self, step: float = 0.0) -> None:
        """Start somewhere."""
        self.now = 1000.0
        self.step = step
        self.waits: list[float] = []

    def __call__(self) -> float:
        """Return the time."""
        self.now += self.step
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Remember for how long somebody waits."""
        self.waits.append(seconds)
        if len(self.waits) == 12:
            raise asyncio.CancelledError
        await asyncio.sleep(0)


def ears(session: aiohttp.ClientSession, clock: Clock, url: str, **more: bool) -> Ears:
    """Return ears that listen at an address."""
    socket = JellyfinSocket(session, url, "device", "token")
    sleep: Callable[[float], Awaitable[None]] = clock.sleep
    return Ears(socket.connect, "me", clock=clock, sleep=sleep, **more)


async def test_silence_is_not_believed_for_ever(
    session: aiohttp.ClientSession,
) -> None:
    """After a day without any message, everything is asked again."""
    clock = Clock()
    ears_of_me = ears(session, clock, "http://127.0.0.1:1", greets=False)
    ears_of_me.remember(ears_of_me.moment, {Feature.HISTORY: "1"})
    assert await ears_of_me.markers() == {}
    ears_of_me._hears = True  # noqa: SLF001
    ears_of_me.remember(ears_of_me.moment, {Feature.HISTORY: "1"})
    clock.now += BELIEVED_FOR - 1
    assert await ears_of_me.markers() == {Feature.HISTORY: "1"}
    clock.now += 1
    assert await ears_of_me.markers() == {}


async def test_tries_later_and_later(
    session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that is away is asked less and less often, but for ever."""
    monkeypatch.setattr(listening, "FIRST_WAIT", 2.0)
    monkeypatch.setattr(listening, "LONGEST_WAIT", 300.0)
    clock = Clock()
    with pytest.raises(asyncio.CancelledError):
        await ears(session, clock, "http://127.0.0.1:1").listen()
    for number, wait in enumerate(clock.waits):
        least = min(2.0 * 2**number, 300.0)
        assert least <= wait <= 1.25 * least


@pytest.mark.parametrize(
    ("lasts", "grows"),
    [pytest.param(0, 2, id="none lasts"), pytest.param(400, 1, id="each lasts")],
)
async def test_connections_that_are_cut(
    world: World, monkeypatch: pytest.MonkeyPatch, lasts: float, grows: int
) -> None:
    """Where none of them lasts, the next one is made less and less often as well."""
    monkeypatch.setattr(listening, "FIRST_WAIT", 2.0)
    monkeypatch.setattr(listening, "LONGEST_WAIT", 300.0)
    world.server.sockets.mute = True
    world.server.sockets.patience = 0.01
    data = world.data
    socket = JellyfinSocket(
        world.session, world.server.url, str(data["device_id"]), str(data["token"])
    )
    clock = Clock(lasts)
    cut = Ears(
        socket.connect, world.user.id, greets=False, clock=clock, sleep=clock.sleep
    )
    with pytest.raises(asyncio.CancelledError):
        await cut.listen()
    assert world.server.sockets.opened >= len(clock.waits) == 12
    for number, wait in enumerate(clock.waits):
        least = min(2.0 * grows**number, 300.0)
        assert least <= wait <= 1.25 * least


async def test_a_server_that_does_not_speak_first(world: World) -> None:
    """Where the server is known to be silent, the connection alone is enough."""
    world.server.sockets.mute = True
    data = world.data
    socket = JellyfinSocket(
        world.session, world.server.url, str(data["device_id"]), str(data["token"])
    )
    silent = Ears(socket.connect, world.user.id, greets=False)
    listener = asyncio.create_task(silent.listen())
    await until(lambda: silent.moment is not None)
    silent.remember(silent.moment, {Feature.HISTORY: "1"})
    watch(world)
    await until(lambda: not silent._markers)  # noqa: SLF001
    listener.cancel()
    with suppress(asyncio.CancelledError):
        await listener


async def test_silence_hides_no_failure(world: World) -> None:
    """A server that fails, or a login that has ended, is told though nothing comes."""
    await settled(world)
    world.server.faults.fail(path="/Users/Me", status=500, times=9)
    with pytest.raises(ProviderUnavailableError):
        await world.provider.activity(ALL)
    world.server.faults.clear()
    world.server.faults.fail(path="/Users/Me", status=401)
    with pytest.raises(AuthenticationError):
        await world.provider.activity(ALL)
