"""The simulated Jellyfin's playlists and collections."""

from typing import Any

import pytest

from .jellyfin import JellyfinSimulator, Seeded, User
from .jellyfin_caller import Caller
from .openapi import OpenApi, load_openapi


@pytest.fixture
def api() -> OpenApi:
    """Return the description of Jellyfin."""
    return load_openapi("jellyfin")


def ids(*items: object) -> str:
    """Return the ids of items as they are sent."""
    return ",".join(str(getattr(item, "id", item)) for item in items)


async def test_playlist(
    jellyfin: JellyfinSimulator,
    caller: Caller,
    jon: User,
    library: Seeded,
    api: OpenApi,
) -> None:
    """A playlist is made, added to, listed in pages, and taken from."""
    films, series = library.films, library.series[0]
    body = {
        "Name": "Later",
        "Ids": [films[0].id],
        "UserId": jon.id,
        "MediaType": "Video",
        "IsPublic": False,
    }
    reply = await caller.send("POST", "/Playlists", body=body)
    api.check("POST", "/Playlists", reply.status, reply.json)
    made = reply.json["Id"]
    path = f"/Playlists/{made}/Items"
    for _ in range(2):
        reply = await caller.send("POST", path, ids=ids(films[1], series, "0" * 32))
        assert reply.status == 204
    listed = await caller.get(path, userId=jon.id, fields="ProviderIds")
    api.check("GET", path, 200, listed)
    leaves = [leaf.id for leaf in series.leaves()]
    assert [row["Id"] for row in listed["Items"]] == [films[0].id, films[1].id, *leaves]
    names = [row["PlaylistItemId"] for row in listed["Items"]]
    assert len(set(names)) == len(names)
    assert listed["Items"][0]["ProviderIds"] == films[0].provider_ids
    part = await caller.get(path, startIndex=1, limit=1)
    assert [row["Id"] for row in part["Items"]] == [films[1].id]
    assert part["TotalRecordCount"] == len(names)
    reply = await caller.send("DELETE", path, entryIds=ids(*names[1:]))
    assert reply.status == 204
    about = await caller.get(f"/Playlists/{made}")
    api.check("GET", f"/Playlists/{made}", 200, about)
    assert about == {"OpenAccess": False, "Shares": [], "ItemIds": [films[0].id]}
    found = await caller.rows(userId=jon.id, includeItemTypes="Playlist")
    assert [row["Name"] for row in found] == ["Later"]
    api.check("GET", "/Items", 200, {"Items": found, "TotalRecordCount": 1})
    # What leaves the library leaves the list.
    jellyfin.state.remove_item(films[0])
    assert (await caller.get(path))["Items"] == []
    assert jellyfin.writes() == 4


async def test_public_unless_told(
    jellyfin: JellyfinSimulator, caller: Caller, jon: User
) -> None:
    """A playlist is for all to see unless it is said not to be."""
    made = await caller.post("/Playlists", body={"Name": "All", "UserId": jon.id})
    assert jellyfin.state.lists[made["Id"]].public
    body = {"Name": "Hers", "UserId": jellyfin.add_user("Eve").id}
    assert (await caller.send("POST", "/Playlists", body=body)).status == 403


async def test_whose_playlist_it_is(
    jellyfin: JellyfinSimulator, caller: Caller, jon: User, library: Seeded
) -> None:
    """Others see a playlist if they may, and change it only as guests who may."""
    eve = jellyfin.add_user("Eve")
    film = library.films[0]
    secret = jellyfin.make_list("Secret", [film], owner=eve)
    public = jellyfin.make_list("Public", [film], owner=eve, public=True)
    shared = jellyfin.make_list("Shared", [film], owner=eve)
    shared.guests[jon.id] = True
    own = jellyfin.make_list("Own", [film], owner=jon)
    own.guests[eve.id] = False
    for made, listed, users, added in (
        (secret, 404, 404, 404),
        (public, 200, 403, 403),
        (shared, 200, 403, 204),
        (own, 200, 200, 204),
    ):
        path = f"/Playlists/{made.item.id}"
        assert (await caller.send("GET", f"{path}/Items")).status == listed
        assert (await caller.send("GET", f"{path}/Users")).status == users
        reply = await caller.send("POST", f"{path}/Items", ids=library.films[1].id)
        assert reply.status == added
    found = await caller.names(userId=jon.id, includeItemTypes="Playlist")
    assert found == ["Own", "Public", "Shared"]
    assert await caller.get(f"/Playlists/{own.item.id}/Users") == [
        {"UserId": eve.id, "CanEdit": False}
    ]


async def test_collection(
    jellyfin: JellyfinSimulator,
    caller: Caller,
    jon: User,
    library: Seeded,
    api: OpenApi,
) -> None:
    """Collections are seen by all, and changed by those who may."""
    films, series = library.films, library.series[0]
    query: dict[str, Any] = {"name": "Later", "ids": ids(films[0], series)}
    assert (await caller.send("POST", "/Collections", **query)).status == 403
    jon.collects = True
    made = await caller.post("/Collections", **query)
    api.check("POST", "/Collections", 200, made)
    path = f"/Collections/{made['Id']}/Items"
    inside = {"userId": jon.id, "parentId": made["Id"]}
    assert (await caller.send("POST", path, ids=films[1].id)).status == 204
    listed = await caller.get("/Items", **inside, sortBy="DateCreated")
    expected = [films[0].id, films[1].id, series.id]
    assert [row["Id"] for row in listed["Items"]] == expected
    assert (await caller.send("DELETE", path, ids=ids(*films[:2]))).status == 204
    listed = await caller.get("/Items", **inside)
    assert [row["Id"] for row in listed["Items"]] == [series.id]
    found = await caller.rows(includeItemTypes="BoxSet", userId=jon.id)
    assert [row["Id"] for row in found] == [made["Id"]]
    (row,) = await caller.rows(ids=made["Id"])
    assert row["Type"] == "BoxSet"
    jellyfin.delete_list(jellyfin.state.lists[made["Id"]])
    assert (await caller.send("POST", path, ids=films[1].id)).status == 400
    assert (await caller.send("GET", f"/Playlists/{made['Id']}")).status == 404


async def test_a_hidden_library(
    jellyfin: JellyfinSimulator, caller: Caller, library: Seeded
) -> None:
    """In a collection a user sees what the user may see."""
    eve = jellyfin.add_user("Eve", libraries=[library.shows])
    made = jellyfin.make_list("Later", [library.films[0], library.series[0]])
    await caller.log_in("Eve", "")
    listed = await caller.get("/Items", userId=eve.id, parentId=made.item.id)
    assert [row["Id"] for row in listed["Items"]] == [library.series[0].id]
