"""The simulated Jellyfin's answers are as the published description says."""

import copy
from typing import Any

import pytest

from .catalogue import make_catalogue
from .jellyfin import (
    Behaviour,
    JellyfinSimulator,
    Oddities,
    Seeded,
    User,
    seed,
    watch_some,
)
from .jellyfin_caller import Caller
from .openapi import OpenApi, SchemaViolationError, load_openapi


@pytest.fixture
def api() -> OpenApi:
    """Return the description of Jellyfin."""
    return load_openapi("jellyfin")


@pytest.fixture
def watched_library(jellyfin: JellyfinSimulator, jon: User) -> Seeded:
    """Return a library with oddities in which Jon watched and rated much."""
    library = seed(jellyfin, make_catalogue(80, 8, 2, 4), oddities=Oddities())
    watch_some(jellyfin, jon, library, favourites=0.5, rated=0.5, begun=10, undated=2)
    return library


async def check(
    api: OpenApi, caller: Caller, method: str, path: str, **query: Any
) -> Any:
    """Send a request and check the answer; return the body."""
    reply = await caller.send(method, path, **query)
    body = reply.json if "json" in reply.headers.get("Content-Type", "") else None
    api.check(method, path, reply.status, body)
    return body


async def test_signing_in(
    api: OpenApi, jellyfin: JellyfinSimulator, caller: Caller, jon: User
) -> None:
    """Every answer on the way to a token, and about users."""
    await check(api, caller, "GET", "/System/Info/Public")
    await check(api, caller, "GET", "/System/Ping")
    for method, path, query in (
        (
            "POST",
            "/Users/AuthenticateByName",
            {"body": {"Username": "Jon", "Pw": "secret"}},
        ),
        ("GET", "/QuickConnect/Enabled", {}),
    ):
        result = await check(api, caller, method, path, **query)
    caller.token = ""
    result = await check(api, caller, "POST", "/QuickConnect/Initiate")
    secret = result["Secret"]
    await check(api, caller, "GET", "/QuickConnect/Connect", secret=secret)
    jellyfin.approve_quick_connect(result["Code"], jon)
    await check(api, caller, "GET", "/QuickConnect/Connect", secret=secret)
    path = "/Users/AuthenticateWithQuickConnect"
    result = await check(api, caller, "POST", path, body={"Secret": secret})
    caller.token = result["AccessToken"]
    for path in (
        "/Users/Me",
        f"/Users/{jon.id}",
        "/Users",
        "/Users/Public",
        "/Sessions",
    ):
        await check(api, caller, "GET", path)
    assert jellyfin.count("GET", "/Users/Me") == 1
    await check(api, caller, "POST", "/Sessions/Logout")
    await check(api, caller, "GET", "/Items")


async def test_items(api: OpenApi, caller: Caller, watched_library: Seeded) -> None:
    """Lists with and without fields, single items, episodes, seasons, libraries."""
    series = watched_library.series[2]
    fields = "ProviderIds,Path,ParentId,DateCreated,OriginalTitle,SortName,ChildCount"
    for query in (
        {},
        {"fields": f"{fields},RecursiveItemCount"},
        {"filters": "IsPlayed", "sortBy": "DatePlayed", "enableImages": "false"},
        {"enableUserData": "false", "limit": 5},
    ):
        found = await check(api, caller, "GET", "/Items", recursive="true", **query)
        assert found["Items"]
    for path in (
        "/Items/Counts",
        f"/Items/{watched_library.films[0].id}",
        f"/Items/{series.id}",
        f"/Items/{series.children[0].id}",
        f"/Shows/{series.id}/Episodes",
        f"/Shows/{series.id}/Seasons",
        "/UserItems/Resume",
        "/UserViews",
        "/Library/VirtualFolders",
        "/System/Info",
    ):
        await check(api, caller, "GET", path)
    await check(api, caller, "GET", f"/Shows/{'0' * 32}/Episodes")


async def test_lists_that_go_wrong(
    api: OpenApi, caller: Caller, jellyfin: JellyfinSimulator, watched_library: Seeded
) -> None:
    """Wrong as they are, they look like any other."""
    for behaviour in (
        Behaviour(cut_lists=9, honest_total=False),
        Behaviour(empty_lists=True),
        Behaviour(groups_views=True),
    ):
        jellyfin.behaviour = behaviour
        await check(api, caller, "GET", "/Items", recursive="true")
        await check(api, caller, "GET", "/UserViews", includeHidden="true")


async def test_administration(
    api: OpenApi, caller: Caller, jellyfin: JellyfinSimulator, watched_library: Seeded
) -> None:
    """What only an administrator sees."""
    jellyfin.add_user("Boss", "x", admin=True)
    await caller.log_in("Boss", "x")
    for path in ("/Library/VirtualFolders", "/Library/MediaFolders"):
        assert await check(api, caller, "GET", path)


async def test_user_data(api: OpenApi, caller: Caller, watched_library: Seeded) -> None:
    """Every change, of films and of whole series."""
    for item in (watched_library.films[0], watched_library.series[0]):
        for method, path, query in (
            ("GET", f"/UserItems/{item.id}/UserData", {}),
            ("POST", f"/UserItems/{item.id}/UserData", {"body": {"Rating": 7.5}}),
            ("POST", f"/UserPlayedItems/{item.id}", {"datePlayed": "20240501201112"}),
            ("DELETE", f"/UserPlayedItems/{item.id}", {}),
            ("POST", f"/UserFavoriteItems/{item.id}", {}),
            ("DELETE", f"/UserFavoriteItems/{item.id}", {}),
            ("POST", f"/UserItems/{item.id}/Rating", {"likes": "true"}),
            ("DELETE", f"/UserItems/{item.id}/Rating", {}),
        ):
            body = await check(api, caller, method, path, **query)
            assert body["ItemId"] == item.id
    missing = "0" * 32
    for method, path in (
        ("POST", f"/UserPlayedItems/{missing}"),
        ("GET", f"/UserItems/{missing}/UserData"),
    ):
        await check(api, caller, method, path)


async def test_the_check_can_fail(
    api: OpenApi, caller: Caller, watched_library: Seeded
) -> None:
    """An answer that is a little wrong is found out."""
    good = await caller.get("/Items", recursive="true", limit=3)
    api.check("GET", "/Items", 200, good)
    for place, value in (
        ("Type", "Film"),
        ("RunTimeTicks", "81840000000"),
        ("Id", "5"),
        ("Watched", True),
        ("PremiereDate", "1999-03-30"),
    ):
        bad = copy.deepcopy(good)
        bad["Items"][1][place] = value
        with pytest.raises(SchemaViolationError, match=place):
            api.check("GET", "/Items", 200, bad)
