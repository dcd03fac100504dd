"""The simulated Jellyfin: odd and large libraries, and people who watched much."""

import time
from typing import Any

import pytest

from .catalogue import make_catalogue
from .jellyfin import JellyfinSimulator, Oddities, Seeded, User, seed, watch_some
from .jellyfin_caller import Caller


@pytest.fixture
def odd_library(jellyfin: JellyfinSimulator) -> Seeded:
    """Return a larger library in which some things are odd."""
    return seed(jellyfin, make_catalogue(120, 14, 2, 4), oddities=Oddities())


async def test_odd_films(caller: Caller, odd_library: Seeded) -> None:
    """Keys in capitals, one id only, none at all, and two copies of a film."""
    rows = await caller.rows(includeItemTypes="Movie")
    keys = {tuple(row["ProviderIds"]) for row in rows}
    assert keys >= {("Imdb", "Tmdb"), ("IMDB", "TMDB"), ("Imdb",), ("Tmdb",), ()}
    copies = [row for row in rows if row["Name"] == odd_library.films[39].name]
    assert len(copies) == 2
    assert copies[0]["Id"] != copies[1]["Id"]
    assert copies[0]["ProviderIds"] == copies[1]["ProviderIds"]
    mixed = await caller.rows(parentId=odd_library.mixed.id)
    assert {row["Type"] for row in mixed} >= {"Movie", "Series"} - {"Series"}
    assert len(await caller.rows(hasImdbId="true", includeItemTypes="Movie")) < 120


async def test_missing_and_double_episodes(
    caller: Caller, odd_library: Seeded, jon: User
) -> None:
    """Missing episodes are in plain lists, but not in the list of a series."""
    missing = await caller.rows(isMissing="true")
    assert {row["LocationType"] for row in missing} == {"Virtual"}
    assert len(missing) == 4
    rest = await caller.rows(excludeLocationTypes="Virtual")
    assert len(rest) + 4 == len(await caller.rows())
    series = missing[0]["SeriesId"]
    path = f"/Shows/{series}/Episodes"
    shown = (await caller.get(path))["TotalRecordCount"]
    jon.shows_missing = True
    assert (await caller.get(path))["TotalRecordCount"] == shown + 1
    double = [row for row in await caller.rows() if "IndexNumberEnd" in row]
    assert {(row["IndexNumber"], row["IndexNumberEnd"]) for row in double} == {(1, 2)}
    await caller.post(f"/UserPlayedItems/{series}")
    data = await caller.get(f"/UserItems/{missing[0]['Id']}/UserData")
    assert data["Played"] is False


async def test_watch_some(
    caller: Caller, jellyfin: JellyfinSimulator, library: Seeded, jon: User
) -> None:
    """Exactly so many things are watched, the same ones each time."""
    chosen: dict[str, Any] = {"films": 10, "episodes": 0.5, "undated": 2, "begun": 3}
    watched = watch_some(jellyfin, jon, library, **chosen)
    played = await caller.rows(filters="IsPlayed", includeItemTypes="Movie,Episode")
    assert len(played) == 10 + len(watched.episodes)
    assert len(watched.episodes) == round(0.5 * len(library.episodes))
    undated = [row for row in played if "LastPlayedDate" not in row["UserData"]]
    assert len(undated) == 2
    dates = [row["UserData"]["LastPlayedDate"] for row in played if row not in undated]
    assert all(len(date) == 28 and date < "2026-11-22T12:00:01" for date in dates)
    assert len(await caller.names(filters="IsResumable")) == 3
    ann = jellyfin.add_user("Ann")
    again = watch_some(jellyfin, ann, library, **chosen)
    assert again == watched
    with pytest.raises(ValueError, match="Cannot take"):
        watch_some(jellyfin, ann, library, films=1000)


async def test_large_library_is_quick(
    caller: Caller, jellyfin: JellyfinSimulator, jon: User
) -> None:
    """Ten thousand plays are told in ten requests, from a list that was made once."""
    seeded = seed(jellyfin, make_catalogue(8000, 200, 5, 10))
    watch_some(jellyfin, jon, seeded, films=5000, episodes=5000)
    started = time.process_time()
    found: dict[str, str] = {}
    for start in range(0, 10_000, 1000):
        rows = await caller.rows(
            filters="IsPlayed",
            sortBy="DatePlayed",
            sortOrder="Descending",
            startIndex=start,
            limit=1000,
        )
        found |= {row["Id"]: row["UserData"]["LastPlayedDate"] for row in rows}
    assert time.process_time() - started < 5
    assert len(found) == 10_000
    assert list(found.values()) == sorted(found.values(), reverse=True)
    assert len(jellyfin.lists) == 1


async def test_a_hidden_view(
    jellyfin: JellyfinSimulator, caller: Caller, jon: User, library: Seeded
) -> None:
    """A library that a user hides is shown when it is asked for."""
    jon.hides = frozenset({library.movies.id})
    names = [row["Name"] for row in (await caller.get("/UserViews"))["Items"]]
    assert "Movies" not in names
    found = await caller.get("/UserViews", includeHidden="true")
    assert "Movies" in [row["Name"] for row in found["Items"]]
    assert "Shows" in names
