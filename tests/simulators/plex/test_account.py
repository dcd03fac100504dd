"""Signing in at the simulated cloud, and the account behind a token."""

from xml.etree import ElementTree as ET

import pytest

from ..clock import Clock
from . import Account, PlexCloudSimulator
from .conftest import DISCOVER, METADATA, PLEX_TV, Api

PINS = "/api/v2/pins"


@pytest.fixture
def nobody(at_cloud: Api) -> Api:
    """Return a client that is not signed in."""
    at_cloud.token = ""
    return at_cloud


async def test_a_pin(cloud: PlexCloudSimulator, jon: Account, nobody: Api) -> None:
    """A code is made, asked for until somebody enters it, and then is a token."""
    made = await nobody.call("POST", PINS)
    assert made.status == 201
    assert len(made.data["code"]) == 4
    assert (made.data["expiresIn"], made.data["authToken"]) == (1800, None)
    path = f"{PINS}/{made.data['id']}"
    for _ in range(2):
        assert (await nobody.get(path)).data["authToken"] is None
    cloud.link(made.data["code"].lower(), jon)
    token = (await nobody.get(path)).data["authToken"]
    assert cloud.of_token(token) is jon
    nobody.token = token
    user = (await nobody.get("/api/v2/user")).data
    assert (user["id"], user["username"], user["authToken"]) == (jon.id, "jon", token)
    assert user["subscription"]["active"] is True
    with pytest.raises(KeyError):
        cloud.link("ZZZZZ", jon)


async def test_a_long_pin(nobody: Api) -> None:
    """A code for the browser is long, however it is asked for."""
    for query, data in (("?strong=true", None), ("", {"strong": "true"})):
        made = await nobody.call("POST", PINS + query, data=data)
        assert len(made.data["code"]) == 25
    async with nobody.session.post(
        nobody.url + PINS,
        json={"strong": True},
        headers={"X-Plex-Client-Identifier": "c", "Accept": "application/json"},
    ) as answer:
        assert len((await answer.json())["code"]) == 25
    made = await nobody.call("POST", f"{PINS}?strong=false")
    assert len(made.data["code"]) == 4


async def test_a_pin_expires(
    cloud: PlexCloudSimulator, jon: Account, nobody: Api, clock: Clock
) -> None:
    """After its time a code is unknown, to the one who asks and who enters it."""
    cloud.pin_seconds = 60
    made = (await nobody.call("POST", PINS)).data
    clock.move(seconds=59)
    assert (await nobody.get(f"{PINS}/{made['id']}")).data["expiresIn"] == 1
    clock.move(seconds=1)
    reply = await nobody.call("GET", f"{PINS}/{made['id']}")
    assert reply.status == 404
    assert reply.data["errors"][0]["code"] == 1020
    with pytest.raises(KeyError):
        cloud.link(made["code"], jon)


async def test_pins_of_others(nobody: Api) -> None:
    """A code is only told to the client that it was made for, which has a name."""
    made = (await nobody.call("POST", PINS)).data
    nobody.client = "other"
    assert (await nobody.call("GET", f"{PINS}/{made['id']}")).status == 404
    assert (await nobody.call("GET", f"{PINS}/abc")).status == 404
    nobody.client = ""
    reply = await nobody.call("POST", PINS)
    assert reply.status == 400
    assert reply.data["errors"][0]["code"] == 1000


async def test_asking_too_often(
    cloud: PlexCloudSimulator, nobody: Api, clock: Clock
) -> None:
    """Where that is switched on, a code may be asked for once a second."""
    cloud.behaviour.strict_polling = True
    path = f"{PINS}/{(await nobody.call('POST', PINS)).data['id']}"
    assert (await nobody.call("GET", path)).status == 200
    assert (await nobody.call("GET", path)).status == 429
    clock.move(seconds=1)
    assert (await nobody.call("GET", path)).status == 200


async def test_entered_at_once(
    cloud: PlexCloudSimulator, jon: Account, nobody: Api
) -> None:
    """A test can let somebody enter every code."""
    cloud.auto_link = jon
    path = f"{PINS}/{(await nobody.call('POST', PINS)).data['id']}"
    token = (await nobody.get(path)).data["authToken"]
    assert cloud.of_token(token) is jon


async def test_entered_by_another_client(
    cloud: PlexCloudSimulator, jon: Account, nobody: Api, at_cloud: Api
) -> None:
    """Whoever is signed in elsewhere may enter the code there."""
    made = (await nobody.call("POST", PINS)).data
    path = f"{PINS}/{made['id']}"
    link = f"{PINS}/link"
    assert (await nobody.call("PUT", link, data={"code": made["code"]})).status == 401
    at_cloud.token = cloud.sign_in(jon, "telephone")
    assert (await at_cloud.call("PUT", link, data={"code": "none"})).status == 404
    reply = await at_cloud.call("PUT", link, data={"code": made["code"]})
    assert reply.status == 204
    assert (await nobody.get(path)).data["authToken"] == cloud.sign_in(jon)


async def test_tokens_end(
    cloud: PlexCloudSimulator, jon: Account, at_cloud: Api
) -> None:
    """A token ends by signing out, or by signing out everywhere, for good."""
    first = at_cloud.token
    second = cloud.sign_in(jon, "telephone")
    assert first != second
    assert (await at_cloud.call("DELETE", "/api/v2/users/signout")).status == 204
    assert (await at_cloud.call("GET", "/api/v2/user")).status == 401
    at_cloud.token = second
    assert (await at_cloud.get("/api/v2/ping")).data == {"pong": True}
    cloud.revoke(jon)
    reply = await at_cloud.call("GET", "/api/v2/user")
    assert (reply.status, reply.data["errors"][0]["code"]) == (401, 1001)
    assert cloud.sign_in(jon) not in {first, second}


async def test_errors_in_xml(nobody: Api) -> None:
    """Errors come in the language that was asked for, the old ones in XML."""
    for path in ("/api/v2/user", "/api/home/users"):
        reply = await nobody.call("GET", path, headers={"Accept": "*/*"})
        assert reply.status == 401
        assert ET.fromstring(reply.text).tag == "errors"  # noqa: S314
    reply = await nobody.call("GET", "/api/home/users")
    assert reply.headers["Content-Type"].startswith("application/xml")


async def test_hosts(cloud: PlexCloudSimulator, at_cloud: Api) -> None:
    """Every host has its own paths only."""
    matrix = f"/library/metadata/{cloud.title('The Matrix').key}"
    watchlist = "/library/sections/watchlist/all"
    for host, path, status in (
        (PLEX_TV, "/api/v2/user", 200),
        ("clients.plex.tv", "/api/v2/user", 200),
        (DISCOVER, "/api/v2/user", 404),
        (PLEX_TV, watchlist, 404),
        (DISCOVER, watchlist, 200),
        (METADATA, watchlist, 404),
        (METADATA, matrix, 200),
        (DISCOVER, matrix, 200),
        (PLEX_TV, matrix, 404),
        (DISCOVER, "/", 200),
        (METADATA, "/", 200),
    ):
        at_cloud.host = host
        assert (await at_cloud.call("GET", path)).status == status, (host, path)
    at_cloud.host = METADATA
    assert (
        "Section 'watchlist' not found!" in (await at_cloud.call("GET", watchlist)).text
    )
    at_cloud.token = "wrong"
    assert (await at_cloud.call("GET", matrix)).status == 401
    assert set(cloud.hosts()) == {PLEX_TV, "clients.plex.tv", DISCOVER, METADATA}
