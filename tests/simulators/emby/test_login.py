"""The simulated Emby: who may ask, and how they say who they are."""

from collections.abc import Mapping

import aiohttp
import pytest

from ..jellyfin import Seeded, User
from . import EmbySimulator
from .caller import EmbyCaller

IDENTITY = 'Client="Tests", Device="Bench", DeviceId="device-2", Version="1"'


async def test_describes_itself(emby: EmbySimulator, caller: EmbyCaller) -> None:
    """It says its name and version to anyone, but not that it is an Emby."""
    info = await caller.send("GET", "/emby/System/Info/Public", headers={})
    assert info.status == 200
    assert info.json["ServerName"] == "Living Room"
    assert info.json["Version"] == "4.9.1.80"
    assert "ProductName" not in info.json
    assert (await caller.send("GET", "/System/Ping", headers={})).text == "Emby Server"
    assert (await caller.get("/System/Info"))["Id"] == emby.state.server_id


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Emby-Authorization": f"Emby {IDENTITY}"},
        {"X-Emby-Authorization": f"MediaBrowser {IDENTITY}"},
        {"Authorization": f'Emby UserId="", {IDENTITY}'},
    ],
)
@pytest.mark.parametrize("prefix", ["", "/emby", "/Emby", "/mediabrowser"])
async def test_signs_in(
    caller: EmbyCaller, jon: User, prefix: str, headers: Mapping[str, str]
) -> None:
    """Either header and either scheme will do, with and without the prefix."""
    reply = await caller.send(
        "POST",
        f"{prefix}/users/authenticatebyname",
        headers=headers,
        body={"Username": "jon", "Pw": "secret"},
    )
    assert reply.status == 200
    assert reply.json["User"]["Id"] == jon.id
    token = reply.json["AccessToken"]
    by_token = {"X-Emby-Token": token}
    user = f"{prefix}/Users/{jon.id}"
    assert (await caller.send("GET", user, headers=by_token)).json["Name"] == "Jon"
    by_query = await caller.send("GET", user, headers={}, api_key=token)
    assert by_query.status == 200


async def test_signs_in_with_a_form(emby: EmbySimulator, jon: User) -> None:
    """A form is taken as well as JSON."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"{emby.url}/Users/AuthenticateByName",
            data={"Username": "Jon", "Pw": "secret"},
            headers={"X-Emby-Authorization": f"Emby {IDENTITY}"},
        ) as answer,
    ):
        assert (await answer.json())["User"]["Name"] == jon.name


async def test_a_device_keeps_its_token(caller: EmbyCaller) -> None:
    """A second sign-in of the same device ends nothing."""
    first = caller.token
    await caller.log_in("Jon", "secret")
    assert caller.token == first


@pytest.mark.parametrize(
    ("name", "password", "status"),
    [("Jon", "wrong", 401), ("Nobody", "", 401), ("Gone", "x", 403)],
)
async def test_refuses(
    emby: EmbySimulator, caller: EmbyCaller, name: str, password: str, status: int
) -> None:
    """A wrong password, an unknown and a disabled user are refused in plain text."""
    emby.disable(emby.add_user("Gone", "x"))
    reply = await caller.log_in(name, password)
    assert reply.status == status
    assert not reply.text.startswith("{")
    assert reply.text


async def test_needs_an_identity(caller: EmbyCaller) -> None:
    """Without saying what client it is nobody signs in."""
    reply = await caller.send(
        "POST",
        "/Users/AuthenticateByName",
        headers={"X-Emby-Authorization": 'Emby Client="Tests"'},
        body={"Username": "Jon", "Pw": "secret"},
    )
    assert reply.status == 400


async def test_tokens_end(emby: EmbySimulator, caller: EmbyCaller, jon: User) -> None:
    """Without a good token nothing is answered but what anyone may know."""
    path = caller.of_user("/Items")
    assert (await caller.send("GET", path, headers={})).status == 401
    emby.revoke_tokens(jon)
    reply = await caller.send("GET", path)
    assert (reply.status, reply.text) == (401, "Access token is invalid or expired.")
    await caller.log_in("Jon", "secret")
    assert (await caller.send("POST", "/Sessions/Logout")).status == 204
    assert (await caller.send("GET", path)).status == 401


async def test_users_are_apart(
    emby: EmbySimulator, caller: EmbyCaller, library: Seeded
) -> None:
    """Another user's things are for administrators and API keys only."""
    arya = emby.add_user("Arya", libraries=[library.shows], hidden=False)
    other = f"/Users/{arya.id}/Items"
    assert (await caller.send("GET", other)).status == 403
    assert (await caller.send("GET", "/Users/Query")).status == 403
    assert (await caller.send("GET", "/Library/VirtualFolders/Query")).status == 403
    key = {"X-Emby-Token": emby.devices.new_api_key()}
    found = await caller.send("GET", other, headers=key, Recursive="true")
    assert {row["Type"] for row in found.json["Items"]} == {
        "Series",
        "Season",
        "Episode",
    }
    users = await caller.send("GET", "/Users/Query", headers=key)
    assert users.json["TotalRecordCount"] == 2
    folders = await caller.send("GET", "/Library/VirtualFolders/Query", headers=key)
    assert [row["Name"] for row in folders.json["Items"]] == [
        "Movies",
        "Shows",
        "Rare Finds",
    ]
    media = await caller.send("GET", "/Library/MediaFolders", headers=key)
    assert media.json["TotalRecordCount"] == 3
    nobody = await caller.send("GET", "/Users/" + "0" * 32, headers=key)
    assert nobody.status == 404
    public = await caller.send("GET", "/Users/Public", headers={})
    assert [user["Name"] for user in public.json] == ["Arya"]


async def test_starting(emby: EmbySimulator, caller: EmbyCaller) -> None:
    """While it starts it answers nothing else."""
    emby.starting = True
    assert (await caller.send("GET", "/System/Info/Public")).status == 503


async def test_sessions(
    emby: EmbySimulator, caller: EmbyCaller, library: Seeded, jon: User
) -> None:
    """A session tells what is playing; others' sessions are not shown."""
    async with aiohttp.ClientSession() as session:
        other = EmbyCaller(session, emby.url, "device-9")
        emby.add_user("Arya", "x")
        await other.log_in("Arya", "x")
    (mine,) = await caller.get("/Sessions")
    assert mine["UserName"] == "Jon"
    assert "NowPlayingItem" not in mine
    emby.begin(jon, library.films[0], 9_000_000_000)
    (_, playing) = await caller.get("/Sessions")
    assert playing["NowPlayingItem"]["Id"] == library.films[0].id
    assert playing["PlayState"]["PositionTicks"] == 9_000_000_000


async def test_query_in_place_of_headers(caller: EmbyCaller, jon: User) -> None:
    """The web client says who it is in the query."""
    reply = await caller.send(
        "GET",
        f"/Users/{jon.id}",
        headers={},
        **{"X-Emby-Token": caller.token, "X-Emby-Client": "Emby Web"},
    )
    assert reply.status == 200


@pytest.mark.parametrize("path", ["/Users/nonsense", "/Users/{}/Items/abc"])
async def test_nonsense_ids(caller: EmbyCaller, path: str) -> None:
    """An id of a wrong form breaks the server."""
    reply = await caller.send("GET", path.format(caller.user_id))
    assert reply.status == 500
