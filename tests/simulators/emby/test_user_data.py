"""The simulated Emby: what changes do to a user's data."""

import asyncio
from datetime import timedelta

import aiohttp
import pytest

from ..base import FaultKind
from ..conftest import NOW
from ..jellyfin import Item, Seeded, User, watch_some
from . import EmbySimulator
from .caller import EmbyCaller

AT = "20240501201112"
AT_TEXT = "2024-05-01T20:11:12.0000000Z"


async def test_plays(caller: EmbyCaller, film: Item) -> None:
    """A play with a date counts; taking it back leaves nothing."""
    path = caller.of_user(f"/PlayedItems/{film.id}")
    played = await caller.post(path, DatePlayed=AT)
    assert played == {
        "PlaybackPositionTicks": 0,
        "PlayCount": 1,
        "IsFavorite": False,
        "LastPlayedDate": AT_TEXT,
        "Played": True,
        "ItemId": film.id,
    }
    assert (await caller.post(path, DatePlayed=AT))["PlayCount"] == 2
    unplayed = await caller.delete(path)
    assert not unplayed["Played"]
    assert "LastPlayedDate" not in unplayed
    again = await caller.post(path)
    assert again["LastPlayedDate"] == "2026-11-22T12:00:00.0000000Z"
    assert not (await caller.post(f"{path}/Delete"))["Played"]


@pytest.mark.parametrize("ends", [True, False])
async def test_plays_and_positions(
    emby: EmbySimulator, caller: EmbyCaller, film: Item, jon: User, ends: bool
) -> None:
    """Whether a play puts an item back to its start can be switched."""
    emby.emby_behaviour.plays_end_positions = ends
    emby.emby_behaviour.answers_with_dates = False
    emby.stop_at(jon, film, 6_000_000_000)
    path = caller.of_user(f"/PlayedItems/{film.id}")
    answer = await caller.post(path, DatePlayed=AT)
    assert answer["PlaybackPositionTicks"] == (0 if ends else 6_000_000_000)
    assert "LastPlayedDate" not in answer
    assert answer["PlayCount"] == 0


@pytest.mark.parametrize("partly", [True, False])
async def test_updates(
    emby: EmbySimulator, caller: EmbyCaller, film: Item, jon: User, partly: bool
) -> None:
    """An update answers nothing; what it does not name may be lost."""
    emby.emby_behaviour.updates_in_part = partly
    emby.favourite(jon, film)
    path = caller.of_user(f"/Items/{film.id}/UserData")
    reply = await caller.send(
        "POST",
        path,
        body={
            "PlaybackPositionTicks": "6000000000",
            "LastPlayedDate": "2024-05-01T20:11:12+00:00",
            "PlayCount": 2,
            "Played": True,
        },
    )
    assert (reply.status, reply.text) == (204, "")
    data = jon.of(film)
    assert (data.position, data.play_count, data.played) == (6_000_000_000, 2, True)
    assert data.favourite is partly
    reply = await caller.send("POST", path, body={"IsFavorite": True, "Rating": 8})
    assert reply.status == 204
    assert (jon.of(film).favourite, jon.of(film).rating) == (True, 8)
    assert jon.of(film).played is partly


async def test_updates_that_are_not_taken(
    emby: EmbySimulator, caller: EmbyCaller, film: Item, jon: User
) -> None:
    """Old versions have no such route; ratings may be likes only."""
    path = caller.of_user(f"/Items/{film.id}/UserData")
    emby.emby_behaviour.keeps_numbers = False
    assert (await caller.send("POST", path, body={"Rating": 8})).status == 204
    assert jon.of(film).rating is None
    emby.emby_behaviour.keeps_numbers = True
    assert (await caller.send("POST", path, body={"Rating": 80})).status == 500
    date = await caller.send("POST", path, body={"LastPlayedDate": "yesterday"})
    assert date.status == 500
    emby.emby_behaviour.takes_updates = False
    assert (await caller.send("POST", path, body={"Rating": 8})).status == 404


async def test_favourites_and_ratings(
    caller: EmbyCaller, film: Item, jon: User
) -> None:
    """Favourites and likes are set and taken back by either way."""
    favourite = caller.of_user(f"/FavoriteItems/{film.id}")
    assert (await caller.post(favourite))["IsFavorite"]
    assert not (await caller.delete(favourite))["IsFavorite"]
    await caller.post(favourite)
    assert not (await caller.post(f"{favourite}/Delete"))["IsFavorite"]
    rating = caller.of_user(f"/Items/{film.id}/Rating")
    assert (await caller.post(rating, Likes="true"))["Rating"] == 10
    assert len(await caller.rows(Filters="Likes")) == 1
    assert (await caller.post(rating, Likes="false"))["Rating"] == 1
    assert "Rating" not in await caller.delete(rating)
    await caller.post(rating, Likes="true")
    assert "Rating" not in await caller.post(f"{rating}/Delete")


async def test_series(caller: EmbyCaller, library: Seeded) -> None:
    """A series is watched when all that is in it is."""
    series = library.series[0]
    path = caller.of_user(f"/PlayedItems/{series.id}")
    assert (await caller.post(path, DatePlayed=AT))["UnplayedItemCount"] == 0
    found = await caller.rows(Filters="IsPlayed", IncludeItemTypes="Episode")
    assert len(found) == len(list(series.leaves()))


async def test_unknown_item(caller: EmbyCaller, film: Item) -> None:
    """What is not there cannot be changed."""
    reply = await caller.send("POST", caller.of_user("/PlayedItems/99999999"))
    assert (reply.status, reply.text) == (404, "Item not found.")


async def test_faults(emby: EmbySimulator, caller: EmbyCaller, film: Item) -> None:
    """A rule lets a request fail after it was carried out; writes are counted."""
    path = caller.of_user(f"/PlayedItems/{film.id}")
    emby.faults.fail(path=path, kind=FaultKind.CUT_AFTER)
    with pytest.raises(aiohttp.ClientError):
        await caller.send("POST", path, DatePlayed=AT)
    assert (await caller.post(path))["PlayCount"] == 1
    await caller.log_in("Jon", "secret")
    assert emby.writes() == 2


def test_watching(emby: EmbySimulator, library: Seeded, jon: User) -> None:
    """The same hands fill it that fill its cousin."""
    watched = watch_some(emby, jon, library, films=10, episodes=20, begun=2)
    assert sum(data.played for data in jon.data.values()) == 30
    assert all(jon.of(item).position for item in watched.begun)


async def test_websocket(
    emby: EmbySimulator, caller: EmbyCaller, library: Seeded, jon: User
) -> None:
    """Who listens hears of the own user's changes, of series and seasons as well."""
    arya = emby.add_user("Arya")
    query = {"api_key": caller.token, "deviceId": "device-1"}
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{emby.url}/embywebsocket", params=query) as socket,
    ):
        while not emby.sockets.open:
            await asyncio.sleep(0)
        emby.play(arya, library.films[1])
        emby.play(jon, library.films[0], NOW - timedelta(days=1))
        emby.play(jon, library.episodes[0])
        heard = await socket.receive_json(timeout=5)
        assert heard["MessageType"] == "UserDataChanged"
        assert heard["Data"]["UserId"] == jon.id
        episode = library.episodes[0]
        assert episode.parent is not None
        assert [row["ItemId"] for row in heard["Data"]["UserDataList"]] == [
            library.films[0].id,
            episode.id,
            episode.parent.id,
            episode.series.id,
        ]
        await socket.send_json({"MessageType": "KeepAlive"})
        await socket.send_json({"MessageType": "SessionsStart", "Data": "0,400"})
        for _ in range(2):
            told = await socket.receive_json(timeout=5)
            assert told["MessageType"] == "Sessions"
            assert told["Data"][0]["UserName"] == "Jon"
        await emby.sockets.send_text("nonsense")
        assert (await socket.receive(timeout=5)).data == "nonsense"
    shut = await caller.send("GET", "/embywebsocket", headers={})
    assert shut.status == 401
