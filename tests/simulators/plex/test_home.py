"""The servers of an account at the simulated cloud, and the people around it."""

from xml.etree import ElementTree as ET

import aiohttp
import pytest

from ..routing import route_hosts
from . import Account, Connection, PlexCloudSimulator, PlexServerSimulator
from .conftest import Api

RESOURCES = "/api/v2/resources?includeHttps=1&includeRelay=1&includeIPv6=1"


async def servers(api: Api, path: str = RESOURCES) -> list[dict[str, object]]:
    """Return the servers among the devices of an account."""
    rows = (await api.get(path)).data
    return [row for row in rows if "server" in row["provides"].split(",")]


async def test_servers(
    cloud: PlexCloudSimulator, plex: PlexServerSimulator, at_cloud: Api
) -> None:
    """A server is where it listens, with the token that it takes."""
    (row,) = await servers(at_cloud)
    assert row["clientIdentifier"] == plex.machine_identifier
    assert (row["owned"], row["ownerId"]) == (True, None)
    assert row["accessToken"] == plex.token(plex.owner) != at_cloud.token
    assert row["connections"] == [
        {
            "protocol": "http",
            "address": "127.0.0.1",
            "port": int(plex.url.rpartition(":")[2]),
            "uri": plex.url,
            "local": True,
            "relay": False,
            "IPv6": False,
        }
    ]
    # Players are among the devices, too.
    assert len((await at_cloud.get(RESOURCES)).data) == 2


async def test_addresses(
    cloud: PlexCloudSimulator, jon: Account, at_cloud: Api
) -> None:
    """A server at home has several addresses, which all lead to it."""
    async with PlexServerSimulator(owner=jon, name="Attic") as attic:
        cloud.add_server(attic, direct=True).presence = False
        (row,) = await servers(at_cloud)
        connections = row["connections"]
        assert isinstance(connections, list)
        assert [(it["local"], it["relay"]) for it in connections] == [
            (True, False),
            (False, False),
            (False, True),
        ]
        assert connections[0]["address"] == "192.168.1.5"
        assert connections[0]["uri"].startswith("https://192-168-1-5.")
        assert row["presence"] is False
        async with aiohttp.ClientSession() as session:
            with route_hosts(cloud.hosts()):
                uris = [it["uri"] for it in connections]
                for uri in [*uris, "http://192.168.1.5:32400"]:
                    async with session.get(f"{uri}/identity") as answer:
                        assert answer.status == 200
        assert attic.count("GET", "/identity") == 4


async def test_fewer_addresses(
    cloud: PlexCloudSimulator, jon: Account, at_cloud: Api
) -> None:
    """Relays, IPv6 and encrypted addresses are listed on request only."""
    attic = PlexServerSimulator(owner=jon, name="Attic")
    cloud.add_server(
        attic,
        [
            Connection("https://192-168-1-5.abc.plex.direct:32400"),
            Connection("https://relay.plex.direct:8443", local=False, relay=True),
            Connection("https://[fd00::5]:32400", ipv6=True),
        ],
    )
    (row,) = await servers(at_cloud)
    assert isinstance(row["connections"], list)
    assert len(row["connections"]) == 3
    (row,) = await servers(at_cloud, "/api/v2/resources")
    assert isinstance(row["connections"], list)
    assert [it["uri"] for it in row["connections"]] == ["http://192.168.1.5:32400"]


async def test_servers_of_others(
    cloud: PlexCloudSimulator,
    plex: PlexServerSimulator,
    at_cloud: Api,
    kid: Account,
    ann: Account,
) -> None:
    """Whom a server is shared with finds it, with another token."""
    for account, home in ((kid, True), (ann, False)):
        at_cloud.token = cloud.sign_in(account)
        assert await servers(at_cloud) == []
        plex.share(account)
        (row,) = await servers(at_cloud)
        assert (row["owned"], row["ownerId"]) == (False, plex.owner.id)
        assert row["home"] is home
        assert row["accessToken"] == plex.token(account)
        plex.revoke(account)
        (again,) = await servers(at_cloud)
        assert again["accessToken"] == plex.token(account) != row["accessToken"]


async def test_servers_the_old_way(plex: PlexServerSimulator, at_cloud: Api) -> None:
    """The old list is XML whatever is asked for."""
    reply = await at_cloud.get("/api/resources?includeHttps=1")
    (device,) = ET.fromstring(reply.text)  # noqa: S314
    assert (device.tag, device.get("owned")) == ("Device", "1")
    assert [it.get("uri") for it in device.findall("Connection")] == [plex.url]


async def test_a_home(
    cloud: PlexCloudSimulator, jon: Account, kid: Account, ann: Account, at_cloud: Api
) -> None:
    """The people of a home, one of whom is its admin; friends are none of them."""
    home = (await at_cloud.get("/api/v2/home/users")).data
    assert home["id"] == jon.id
    assert [
        (it["title"], it["admin"], it["protected"], it["restricted"])
        for it in home["users"]
    ] == [("Jon", True, False, False), ("Kid", False, True, True)]
    assert home["users"][1]["username"] == ""
    user = (await at_cloud.get("/api/v2/user")).data
    assert (user["home"], user["homeAdmin"], user["homeSize"]) == (True, True, 2)
    old = ET.fromstring((await at_cloud.get("/api/home/users")).text)  # noqa: S314
    assert [(it.tag, it.get("title"), it.get("protected")) for it in old] == [
        ("User", "Jon", "0"),
        ("User", "Kid", "1"),
    ]
    at_cloud.token = cloud.sign_in(ann)
    users = (await at_cloud.get("/api/v2/home/users")).data["users"]
    assert [it["title"] for it in users] == ["Ann"]


@pytest.mark.parametrize(
    ("path", "wrong"),
    [("/api/v2/home/users/{}/switch", 403), ("/api/home/users/{}/switch", 401)],
)
async def test_turning_into_somebody(
    cloud: PlexCloudSimulator,
    jon: Account,
    kid: Account,
    ann: Account,
    at_cloud: Api,
    path: str,
    wrong: int,
) -> None:
    """The PIN of whom one turns into is needed, and gives that one's token."""
    mine = path.format(kid.id)
    for pin in ("", "?pin=", "?pin=4321"):
        assert (await at_cloud.call("POST", f"{mine}{pin}")).status == wrong
    reply = await at_cloud.call("POST", f"{mine}?pin=1234")
    assert reply.status == 201
    token = cloud.sign_in(kid)
    assert token in reply.text
    at_cloud.token = token
    assert (await at_cloud.get("/api/v2/user")).data["title"] == "Kid"
    # Back again, for which Jon needs none.
    assert (await at_cloud.call("POST", path.format(jon.id))).status == 201
    for stranger in (ann.id, 5):
        assert (await at_cloud.call("POST", path.format(stranger))).status == 404


async def test_by_the_other_id(
    cloud: PlexCloudSimulator, kid: Account, at_cloud: Api
) -> None:
    """The new way takes the long id as well."""
    path = f"/api/v2/home/users/{kid.uuid}/switch?pin=1234"
    reply = await at_cloud.call("POST", path)
    assert reply.data["authToken"] == cloud.sign_in(kid)
    assert (reply.data["restricted"], reply.data["protected"]) == (True, True)


async def test_friends(
    plex: PlexServerSimulator,
    jon: Account,
    kid: Account,
    ann: Account,
    at_cloud: Api,
) -> None:
    """The owner sees who is around, and the token of each at a server."""
    for account in (kid, ann):
        plex.share(account)
    people = ET.fromstring((await at_cloud.get("/api/users")).text)  # noqa: S314
    assert [(it.get("title"), it.get("home")) for it in people] == [
        ("Kid", "1"),
        ("Ann", "0"),
    ]
    assert people[1][0].get("machineIdentifier") == plex.machine_identifier
    path = f"/api/servers/{plex.machine_identifier}/shared_servers"
    shared = ET.fromstring((await at_cloud.get(path)).text)  # noqa: S314
    assert {it.get("userID"): it.get("accessToken") for it in shared} == {
        str(account.id): plex.token(account) for account in (kid, ann)
    }
    assert (await at_cloud.call("GET", "/api/servers/x/shared_servers")).status == 404


async def test_guests(cloud: PlexCloudSimulator, jon: Account, at_cloud: Api) -> None:
    """A guest of a home has an account of one's own."""
    gus = cloud.add_home_user(jon, "Gus", restricted=False, guest=True)
    users = (await at_cloud.get("/api/v2/home/users")).data["users"]
    assert [(it["title"], it["guest"], it["username"]) for it in users] == [
        ("Jon", False, "jon"),
        ("Gus", True, "gus"),
    ]
    at_cloud.token = cloud.sign_in(gus)
    assert (await at_cloud.get("/api/v2/user")).data["homeAdmin"] is False


async def test_no_plex_pass(cloud: PlexCloudSimulator, at_cloud: Api) -> None:
    """Not everybody has paid."""
    poor = cloud.add_account("Eve", plex_pass=False)
    at_cloud.token = cloud.sign_in(poor)
    user = (await at_cloud.get("/api/v2/user")).data
    assert user["subscription"]["active"] is False
    assert (user["home"], user["homeSize"], user["roles"]) == (False, 1, [])
