"""The simulated Jellyfin: signing in, tokens, Quick Connect, permissions."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from .conftest import NOW
from .jellyfin import JellyfinSimulator, Seeded, User
from .jellyfin_caller import Caller
from .tls import self_signed_context


@pytest.fixture
async def other(jellyfin: JellyfinSimulator) -> AsyncIterator[Caller]:
    """Return a client on another device, not signed in."""
    async with aiohttp.ClientSession() as session:
        yield Caller(session, jellyfin.url, "device-2")


async def test_public(jellyfin: JellyfinSimulator, other: Caller) -> None:
    """What the server is can be read without signing in."""
    info = await other.get("/System/Info/Public")
    assert info["ProductName"] == "Jellyfin Server"
    assert info["Version"] == "10.11.8"
    assert len(info["Id"]) == 32
    assert await other.get("/System/Ping") == "Jellyfin Server"
    assert await other.post("/system/ping") == "Jellyfin Server"
    assert await other.get("/Users/Public") == []
    jellyfin.add_user("Kid", hidden=False)
    assert [user["Name"] for user in await other.get("/Users/Public")] == ["Kid"]


async def test_log_in(caller: Caller, jon: User, jellyfin: JellyfinSimulator) -> None:
    """A login gives token, user and session; the token then says who asks."""
    reply = await caller.log_in("jON", "secret")
    assert reply.status == 200
    assert reply.json["User"]["Name"] == "Jon"
    assert reply.json["User"]["Policy"]["IsAdministrator"] is False
    assert reply.json["SessionInfo"]["DeviceName"] == "café"
    assert reply.json["ServerId"] == jellyfin.state.server_id
    assert len(reply.json["AccessToken"]) == 32
    assert (await caller.get("/Users/Me"))["Id"] == jon.id
    assert jellyfin.writes() == 0


@pytest.mark.parametrize(
    ("name", "password", "status"),
    [("Jon", "wrong", 401), ("Nobody", "secret", 401), ("Gone", "any", 403)],
)
async def test_refused_log_in(
    jellyfin: JellyfinSimulator,
    jon: User,
    other: Caller,
    name: str,
    password: str,
    status: int,
) -> None:
    """A wrong password or name is 401, a disabled user 403."""
    jellyfin.disable(jellyfin.add_user("Gone", "any"))
    assert (await other.log_in(name, password)).status == status


async def test_malformed_log_in(jon: User, other: Caller) -> None:
    """No JSON is 415, broken JSON 400, a wrong type 400, an incomplete header 400."""
    path, good = "/Users/AuthenticateByName", {"Username": "Jon", "Pw": "secret"}
    assert (await other.send("POST", path)).status == 415
    reply = await other.send("POST", path, body=[])
    assert (reply.status, "errors" in reply.json) == (400, True)
    reply = await other.send("POST", path, body={"Username": 5})
    assert reply.status == 400
    for header in (
        {},
        {"Authorization": 'MediaBrowser Client="a", Device="b", Version="1"'},
        {"Authorization": 'Bearer Client="a", Device="b", DeviceId="c", Version="1"'},
    ):
        reply = await other.send("POST", path, body=good, headers=header)
        assert reply.status == 400


async def test_token_carriers(caller: Caller, jellyfin: JellyfinSimulator) -> None:
    """Without a token there is 401 with an empty body; old carriers work until 12."""
    reply = await caller.send("GET", "/Users/Me", headers={})
    assert (reply.status, reply.text) == (401, "")
    reply = await caller.send("GET", "/Users/Me", headers={"Authorization": "Emby x"})
    assert reply.status == 401
    token = caller.token
    old = [{"X-Emby-Token": token}, {"X-MediaBrowser-Token": token}]
    old += [{"X-Emby-Authorization": f'MediaBrowser Token="{token}"'}]
    old += [{"Authorization": f'Emby Token="{token}"'}]
    for status in (200, 401):
        for headers in old:
            reply = await caller.send("GET", "/Users/Me", headers=headers)
            assert reply.status == status
        reply = await caller.send("GET", "/Users/Me", headers={}, api_key=token)
        assert reply.status == status
        jellyfin.legacy_authorization = False
    reply = await caller.send("GET", "/Users/Me", headers={}, ApiKey=token)
    assert reply.status == 200


async def test_second_log_in_of_a_device(caller: Caller, other: Caller) -> None:
    """It ends the token of that user and device, and of no other device."""
    await other.log_in("Jon", "secret")
    first = caller.token
    await caller.log_in("Jon", "secret")
    assert caller.token != first
    again = caller.token
    caller.token = first
    assert (await caller.send("GET", "/Users/Me")).status == 401
    caller.token = again
    await caller.get("/Users/Me")
    await other.get("/Users/Me")


async def test_ends_of_a_token(
    caller: Caller, other: Caller, jellyfin: JellyfinSimulator, jon: User
) -> None:
    """Signing out ends one token, revoking or disabling all."""
    await other.log_in("Jon", "secret")
    assert (await caller.send("POST", "/Sessions/Logout")).status == 204
    assert (await caller.send("GET", "/Users/Me")).status == 401
    await other.get("/Users/Me")
    jellyfin.revoke_tokens(jon)
    assert (await other.send("GET", "/Users/Me")).status == 401
    await other.log_in("Jon", "secret")
    jellyfin.disable(jon)
    assert (await other.send("GET", "/Users/Me")).status == 401


async def test_quick_connect(
    other: Caller, jellyfin: JellyfinSimulator, jon: User
) -> None:
    """Three steps: a code, the person's approval, the token."""
    assert await other.get("/QuickConnect/Enabled") is True
    started = await other.post("/QuickConnect/Initiate")
    assert started["Authenticated"] is False
    assert (len(started["Code"]), len(started["Secret"])) == (6, 64)
    secret = {"secret": started["Secret"]}
    assert await other.get("/QuickConnect/Connect", **secret) == started
    login = "/Users/AuthenticateWithQuickConnect"
    body = {"Secret": started["Secret"]}
    assert (await other.send("POST", login, body=body)).status == 401
    with pytest.raises(KeyError):
        jellyfin.approve_quick_connect("no code", jon)
    jellyfin.approve_quick_connect(started["Code"], jon)
    state = await other.get("/QuickConnect/Connect", **secret)
    assert state == started | {"Authenticated": True}
    result = await other.post(login, body=body)
    assert result["User"]["Id"] == jon.id
    other.token = result["AccessToken"]
    await other.get("/Users/Me")
    reply = await other.send("POST", login, body={"Secret": "unknown"})
    assert reply.status == 404


async def test_quick_connect_by_a_client(
    caller: Caller, other: Caller, jon: User
) -> None:
    """A signed-in client can approve the code of another."""
    started = await other.post("/QuickConnect/Initiate")
    path = "/QuickConnect/Authorize"
    assert (await other.send("POST", path, code=started["Code"])).status == 401
    assert (await caller.send("POST", path, code="nothing")).status == 404
    assert await caller.post(path, code=started["Code"]) is True
    state = await other.get("/QuickConnect/Connect", secret=started["Secret"])
    assert state["Authenticated"] is True


async def test_quick_connect_ends(
    other: Caller, jellyfin: JellyfinSimulator, jon: User
) -> None:
    """A code dies after ten minutes; a server without Quick Connect says 401."""
    started = await other.post("/QuickConnect/Initiate")
    jellyfin.clock = lambda: NOW + timedelta(minutes=10, seconds=1)
    reply = await other.send("GET", "/QuickConnect/Connect", secret=started["Secret"])
    assert reply.status == 404
    with pytest.raises(KeyError):
        jellyfin.approve_quick_connect(started["Code"], jon)
    jellyfin.quick_connect = False
    assert await other.get("/QuickConnect/Enabled") is False
    assert (await other.send("POST", "/QuickConnect/Initiate")).status == 401


async def test_quick_connect_auto_approve(
    other: Caller, jellyfin: JellyfinSimulator, jon: User
) -> None:
    """With somebody who approves all, the second question is answered with yes."""
    jellyfin.auto_approve = jon
    started = await other.post("/QuickConnect/Initiate")
    secret = {"secret": started["Secret"]}
    first = await other.get("/QuickConnect/Connect", **secret)
    second = await other.get("/QuickConnect/Connect", **secret)
    assert [first["Authenticated"], second["Authenticated"]] == [False, True]


async def test_permissions(
    caller: Caller, other: Caller, jellyfin: JellyfinSimulator, library: Seeded
) -> None:
    """What only an administrator may is 403 to others, as is another user's data."""
    boss = jellyfin.add_user("Boss", "x", admin=True)
    await caller.get("/System/Info")
    for path in ("/Library/MediaFolders", "/Library/VirtualFolders"):
        assert (await caller.send("GET", path)).status == 403
    for path in (f"/Users/{boss.id}/Items", "/Items"):
        reply = await caller.send("GET", path, userId=boss.id)
        assert reply.status == 403
    assert [user["Name"] for user in await caller.get("/Users")] == ["Jon"]
    await other.log_in("Boss", "x")
    assert [user["Name"] for user in await other.get("/Users")] == ["Jon", "Boss"]
    folders = await other.get("/Library/VirtualFolders")
    kinds = {folder["Name"]: folder.get("CollectionType") for folder in folders}
    assert kinds == {"Movies": "movies", "Shows": "tvshows", "Rare Finds": None}
    assert (await other.get("/Library/MediaFolders"))["TotalRecordCount"] == 3
    await other.get("/Items", userId=caller.user_id)
    assert (await other.send("GET", "/Items", userId="0" * 32)).status == 404
    assert (await caller.get(f"/Users/{boss.id}"))["Name"] == "Boss"
    assert (await caller.send("GET", f"/Users/{'0' * 32}")).status == 404


async def test_api_key(
    other: Caller, jellyfin: JellyfinSimulator, library: Seeded, jon: User
) -> None:
    """An API key may do everything but is nobody."""
    other.token = jellyfin.devices.new_api_key()
    assert (await other.send("GET", "/Users/Me")).status == 400
    found = await other.get("/Items", recursive="true", limit=1)
    assert "UserData" not in found["Items"][0]
    found = await other.get("/Items", recursive="true", limit=1, userId=jon.id)
    assert "UserData" in found["Items"][0]
    item = library.films[0]
    reply = await other.send("POST", f"/UserPlayedItems/{item.id}")
    assert reply.status == 404


async def test_starting(caller: Caller, jellyfin: JellyfinSimulator) -> None:
    """A server that is starting answers everything with 503 and HTML."""
    jellyfin.starting = True
    for path in ("/System/Info/Public", "/Items"):
        reply = await caller.send("GET", path)
        assert reply.status == 503
        assert reply.headers["Retry-After"] == "5"
        assert reply.text.startswith("<html>")
    jellyfin.describes_itself = True
    reply = await caller.send("GET", "/System/Info/Public")
    assert (reply.status, '"productName"' in reply.text) == (200, True)
    assert (await caller.send("GET", "/Items")).status == 503
    jellyfin.starting = False
    await caller.get("/Users/Me")


async def test_base_path_and_tls(tmp_path: Path) -> None:
    """The server may be below a path, and have a certificate of its own making."""
    server = JellyfinSimulator(
        base_path="/jellyfin", ssl_context=self_signed_context(tmp_path)
    )
    server.add_user("Jon", "secret")
    connector = aiohttp.TCPConnector(ssl=False)
    async with server, aiohttp.ClientSession(connector=connector) as session:
        assert server.url.startswith("https://")
        caller = Caller(session, server.url)
        assert (await caller.log_in("Jon", "secret")).status == 200
        assert (await caller.get("/USERS/me"))["Name"] == "Jon"
        assert server.requests[-1].path == "/USERS/me"
        above = Caller(session, server.url.removesuffix("/jellyfin"))
        assert (await above.send("GET", "/System/Info/Public")).status == 404
