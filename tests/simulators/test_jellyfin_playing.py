"""The simulated Jellyfin while something is played, and what it keeps of it."""

import pytest

from .jellyfin import Item, JellyfinSimulator, Seeded, User
from .jellyfin_caller import Caller

SECOND = 10_000_000


def film_of(library: Seeded, seconds: int) -> Item:
    """Return a film that lasts so long."""
    film = library.films[0]
    film.runtime = seconds * SECOND
    return film


@pytest.mark.parametrize(
    ("seconds", "position", "kept", "played"),
    [
        (6000, 299, 0, False),
        (6000, 300, 300, False),
        (6000, 5400, 5400, False),
        (6000, 5401, 0, True),
        (299, 100, 0, True),
        (299, 10, 0, False),
        (300, 100, 100, False),
    ],
)
async def test_limits(
    jellyfin: JellyfinSimulator,
    jon: User,
    library: Seeded,
    seconds: int,
    position: int,
    kept: int,
    played: bool,
) -> None:
    """What is played is forgotten near its start, and watched near its end."""
    film = film_of(library, seconds)
    for way in ("stop", "play"):
        jon.data.clear()
        if way == "stop":
            jellyfin.stop_at(jon, film, position * SECOND)
        else:
            device = jellyfin.begin(jon, film)
            jellyfin.get_on(device, position * SECOND)
            jellyfin.end(device)
        data = jon.of(film)
        assert (data.position, data.played) == (kept * SECOND, played)


async def test_a_written_position(caller: Caller, jon: User, library: Seeded) -> None:
    """What a client writes is kept wherever it is, and changes nothing else."""
    film = film_of(library, 6000)
    await caller.post(f"/UserPlayedItems/{film.id}", userId=jon.id)
    path = f"/UserItems/{film.id}/UserData"
    body = {"PlaybackPositionTicks": 5990 * SECOND}
    data = await caller.post(path, body=body, userId=jon.id)
    assert (data["PlaybackPositionTicks"], data["Played"]) == (5990 * SECOND, True)
    found = await caller.names(userId=jon.id, filters="IsResumable")
    assert found == [film.name]
    body = {"PlaybackPositionTicks": 0}
    await caller.post(path, body=body, userId=jon.id)
    assert await caller.names(userId=jon.id, filters="IsResumable") == []


async def test_sessions(
    jellyfin: JellyfinSimulator, caller: Caller, jon: User, library: Seeded
) -> None:
    """What is played stands in the user's sessions, until it ends."""
    film = library.films[0]
    eve = jellyfin.add_user("Eve")
    jellyfin.begin(eve, library.films[1])
    device = jellyfin.begin(jon, film, 10 * SECOND)
    jellyfin.get_on(device, 900 * SECOND)
    playing = [
        each for each in await caller.get("/Sessions") if "NowPlayingItem" in each
    ]
    (session,) = playing
    assert session["UserId"] == jon.id
    assert session["NowPlayingItem"]["Id"] == film.id
    assert session["NowPlayingItem"]["ProviderIds"]
    assert session["PlayState"]["PositionTicks"] == 900 * SECOND
    assert jon.of(film).play_count == 1
    jellyfin.end(device)
    jellyfin.end(device)
    jellyfin.get_on(device, 1000 * SECOND)
    assert not any("NowPlayingItem" in each for each in await caller.get("/Sessions"))
    assert jon.of(film).position == 900 * SECOND
