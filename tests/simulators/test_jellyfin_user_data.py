"""The simulated Jellyfin: what changes do to a user's data."""

from datetime import timedelta

import aiohttp
import pytest

from .base import FaultKind
from .conftest import NOW
from .jellyfin import Item, JellyfinSimulator, Seeded, User
from .jellyfin_caller import Caller

NOW_TEXT = "2026-11-22T12:00:00.0000007Z"


@pytest.fixture
def film(library: Seeded) -> Item:
    """Return a film."""
    return library.films[0]


async def test_partial_update(caller: Caller, film: Item) -> None:
    """Only what was sent with a value is applied; null does nothing."""
    path = f"/UserItems/{film.id}/UserData"
    data = await caller.post(
        path,
        body={
            "Played": True,
            "PlayCount": 1,
            "PlaybackPositionTicks": 0,
            "LastPlayedDate": "2024-05-01T20:11:12.1234567Z",
            "Rating": 8,
            "IsFavorite": True,
        },
    )
    assert data == {
        "PlaybackPositionTicks": 0,
        "PlayCount": 1,
        "IsFavorite": True,
        "Likes": True,
        "Rating": 8.0,
        "LastPlayedDate": "2024-05-01T20:11:12.1234567Z",
        "Played": True,
        "Key": "603",
        "ItemId": film.id,
    }
    nothing = {"Rating": None, "Played": None, "LastPlayedDate": None, "Nonsense": 1}
    assert await caller.post(path, body=nothing) == data
    unplayed = await caller.post(path, body={"Played": False})
    assert unplayed == data | {"Played": False}
    begun = await caller.post(path, body={"PlaybackPositionTicks": 40_800_000_000})
    assert begun["PlayedPercentage"] == 50
    assert (await caller.post(path, body={"playcount": 1}))["PlayCount"] == 1
    assert await caller.get(path) == begun


@pytest.mark.parametrize(
    "body",
    [
        {"Rating": 10.5},
        {"Rating": -1},
        {"Rating": "good"},
        {"Played": "yes"},
        {"PlayCount": 1.5},
        {"PlayCount": True},
        {"LastPlayedDate": "yesterday"},
        {"LastPlayedDate": 5},
    ],
)
async def test_refused_update(
    caller: Caller, film: Item, body: dict[str, object]
) -> None:
    """A value out of range or of a wrong type is 400, and nothing is applied."""
    path = f"/UserItems/{film.id}/UserData"
    reply = await caller.send("POST", path, body={"IsFavorite": True} | body)
    assert reply.status == 400
    assert (await caller.get(path))["IsFavorite"] is False


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("2024-05-01T20:11:12Z", "2024-05-01T20:11:12.0000000Z"),
        ("2024-05-01T22:11:12+02:00", "2024-05-01T20:11:12.0000000Z"),
        ("2024-05-01T20:11:12.5", "2024-05-01T20:11:12.5000000Z"),
        ("20240501201112", "2024-05-01T20:11:12.0000000Z"),
        ("2024-05-01", "2024-05-01T00:00:00.0000000Z"),
        ("2024-13-01T20:11:12Z", NOW_TEXT),
        ("nonsense", NOW_TEXT),
    ],
)
async def test_date_played(caller: Caller, film: Item, given: str, kept: str) -> None:
    """Dates are understood in several forms; nonsense counts as no date."""
    data = await caller.post(f"/UserPlayedItems/{film.id}", datePlayed=given)
    assert (data["LastPlayedDate"], data["Played"]) == (kept, True)


async def test_play_count(caller: Caller, film: Item) -> None:
    """A date adds a play; no date keeps the older date and adds none."""
    path = f"/UserPlayedItems/{film.id}"
    first = await caller.post(path)
    assert (first["PlayCount"], first["LastPlayedDate"]) == (1, NOW_TEXT)
    dated = await caller.post(path, datePlayed="2024-05-01T20:11:12Z")
    assert dated["PlayCount"] == 2
    again = await caller.post(path)
    assert again == dated
    gone = await caller.delete(path)
    assert (gone["PlayCount"], gone["Played"]) == (0, False)
    assert "LastPlayedDate" not in gone


async def test_played_ends_progress(
    caller: Caller, jellyfin: JellyfinSimulator, film: Item, jon: User
) -> None:
    """A play, and its removal, set the position back."""
    for method in (caller.post, caller.delete):
        jellyfin.stop_at(jon, film, 6_000_000_000)
        data = await method(f"/UserPlayedItems/{film.id}")
        assert data["PlaybackPositionTicks"] == 0


async def test_whole_series(
    caller: Caller, jellyfin: JellyfinSimulator, library: Seeded
) -> None:
    """A mark on a series or season is one on each of its episodes."""
    series = library.series[1]
    data = await caller.post(f"/UserPlayedItems/{series.id}")
    assert (data["Played"], data["UnplayedItemCount"]) == (True, 0)
    season = series.children[0]
    data = await caller.delete(f"/UserPlayedItems/{season.id}")
    assert (data["Played"], data["UnplayedItemCount"]) == (False, 4)
    assert len(await caller.names(filters="IsPlayed")) == 4
    await caller.post(f"/UserFavoriteItems/{series.id}")
    assert await caller.names(filters="IsFavorite") == [series.name]


async def test_favourites_and_ratings(caller: Caller, film: Item) -> None:
    """Favourites go on and off; likes are ratings; clearing leaves none."""
    favourite, rating = f"/UserFavoriteItems/{film.id}", f"/UserItems/{film.id}/Rating"
    assert (await caller.post(favourite))["IsFavorite"] is True
    assert (await caller.delete(favourite))["IsFavorite"] is False
    liked = await caller.post(rating, likes="true")
    assert (liked["Rating"], liked["Likes"]) == (10, True)
    disliked = await caller.post(rating, likes="false")
    assert (disliked["Rating"], disliked["Likes"]) == (1, False)
    assert "Rating" not in await caller.delete(rating)
    data = f"/UserItems/{film.id}/UserData"
    assert (await caller.post(data, body={"Rating": 6.4}))["Likes"] is False
    assert (await caller.post(data, body={"Likes": True}))["Rating"] == 10
    assert "Rating" not in await caller.post(rating)


async def test_old_paths(caller: Caller, film: Item, jon: User) -> None:
    """The paths below /Users of old do the same."""
    old = f"/users/{jon.id}"
    assert (await caller.post(f"{old}/playeditems/{film.id}"))["Played"] is True
    assert (await caller.delete(f"{old}/PlayedItems/{film.id}"))["Played"] is False
    favourite = f"{old}/FavoriteItems/{film.id}"
    assert (await caller.post(favourite))["IsFavorite"] is True
    assert (await caller.delete(favourite))["IsFavorite"] is False
    rated = await caller.post(f"{old}/Items/{film.id}/UserData", body={"Rating": 7})
    assert rated["Rating"] == 7
    assert "Rating" not in await caller.delete(f"{old}/Items/{film.id}/Rating")


async def test_users_are_apart(
    caller: Caller, jellyfin: JellyfinSimulator, film: Item
) -> None:
    """What one user does is nothing of another's; an unknown item is 404."""
    ann = jellyfin.add_user("Ann")
    jellyfin.rate(ann, film, 9)
    jellyfin.play(ann, film)
    data = await caller.get(f"/UserItems/{film.id}/UserData")
    assert (data["Played"], "Rating" in data) == (False, False)
    reply = await caller.send("POST", f"/UserPlayedItems/{film.id}", userId=ann.id)
    assert reply.status == 403
    for method, path in (
        ("GET", "UserData"),
        ("POST", "UserData"),
        ("DELETE", "Rating"),
    ):
        missing = f"/UserItems/{'0' * 32}/{path}"
        reply = await caller.send(method, missing, body={"Rating": 1})
        assert reply.status == 404
    with pytest.raises(ValueError, match="no rating"):
        jellyfin.rate(ann, film, 11)


async def test_writes_are_counted(
    caller: Caller, jellyfin: JellyfinSimulator, film: Item, jon: User
) -> None:
    """Only changes of what a person has are writes; the person at the server is none."""
    jellyfin.play(jon, film)
    jellyfin.unplay(jon, film)
    await caller.log_in("Jon", "secret")
    await caller.send("POST", "/QuickConnect/Initiate")
    await caller.get("/Items")
    assert jellyfin.writes() == 0
    await caller.post(f"/UserPlayedItems/{film.id}")
    await caller.delete(f"/UserFavoriteItems/{film.id}")
    await caller.send("POST", "/UserItems/nonsense/UserData", body={})
    assert jellyfin.writes() == 3
    assert jellyfin.count("POST", "/UserPlayedItems/.*") == 1


@pytest.mark.parametrize(
    ("kind", "processed"),
    [
        (FaultKind.STATUS, False),
        (FaultKind.NONSENSE, False),
        (FaultKind.STATUS_AFTER, True),
        (FaultKind.HALF_BODY, True),
        (FaultKind.CUT, False),
        (FaultKind.CUT_AFTER, True),
    ],
)
async def test_faults(
    caller: Caller,
    jellyfin: JellyfinSimulator,
    film: Item,
    jon: User,
    kind: FaultKind,
    processed: bool,
) -> None:
    """Whatever the client is told, the play was kept or not as the kind says."""
    jellyfin.faults.fail(path="/UserPlayedItems/.*", kind=kind, status=502)
    with pytest.raises((aiohttp.ClientError, AssertionError, ValueError)):
        await caller.post(f"/UserPlayedItems/{film.id}")
    assert jon.of(film).played is processed
    assert (await caller.post(f"/UserPlayedItems/{film.id}"))["Played"] is True


async def test_clock(jellyfin: JellyfinSimulator, jon: User, film: Item) -> None:
    """The clock may be exchanged while the server runs."""
    jellyfin.clock = lambda: NOW + timedelta(hours=1)
    jellyfin.play(jon, film)
    assert jon.of(film).last_played is not None
    assert jellyfin.writer.item(film, jon, ())["UserData"] == {
        "PlaybackPositionTicks": 0,
        "PlayCount": 1,
        "IsFavorite": False,
        "Played": True,
        "Key": "603",
        "ItemId": film.id,
        "LastPlayedDate": "2026-11-22T13:00:00.0000007Z",
    }
