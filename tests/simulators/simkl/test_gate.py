"""Who is let in, by which app, how often, and how a person signs in."""

import aiohttp
import pytest

from ..clock import Clock
from . import Account, SimklSimulator, Title
from .conftest import Api


async def test_apps(api: Api, simkl: SimklSimulator) -> None:
    """An unknown app is refused everywhere, one without a name is noted."""
    api.params["client_id"] = "0" * 64
    status, body = await api.call("GET", "/sync/activities")
    assert status == 412
    assert isinstance(body, dict)
    assert body["error"] == "client_id_failed"
    assert (await api.call("GET", "/oauth/pin"))[0] == 412
    api.params = {"client_id": simkl.CLIENT_ID}
    assert (await api.call("GET", "/sync/activities"))[0] == 200
    assert simkl.unnamed == 1


async def test_app_in_a_header(api: Api, simkl: SimklSimulator) -> None:
    """The app may be named in a header instead."""
    headers = {"simkl-api-key": simkl.CLIENT_ID, "Authorization": f"Bearer {api.token}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.get(f"{simkl.url}/sync/activities") as response,
    ):
        assert response.status == 200


async def test_tokens(api: Api, simkl: SimklSimulator) -> None:
    """A token is good until it is revoked, and for its own app only."""
    assert (await api.call("POST", "/users/settings", {}))[0] == 200
    simkl.apps.add("b" * 64)
    api.params["client_id"] = "b" * 64
    assert (await api.call("GET", "/sync/activities"))[0] == 401
    api.params["client_id"] = simkl.CLIENT_ID
    simkl.pins.revoke()
    assert (await api.call("GET", "/sync/activities"))[0] == 401


async def test_exhausted(api: Api, simkl: SimklSimulator) -> None:
    """An app that has made all its requests is refused with the same status."""
    simkl.behaviour.exhausted = True
    assert (await api.call("GET", "/sync/activities"))[0] == 412


async def test_pin(api: Api, simkl: SimklSimulator, clock: Clock) -> None:
    """A code is pending, too fast, and then there is a token; afterwards it is gone."""
    begun = await api.get("/oauth/pin")
    assert isinstance(begun, dict)
    assert begun["device_code"] == "DEVICE_CODE"
    path = f"/oauth/pin/{begun['user_code']}"
    assert await api.get(path) == {"result": "KO", "message": "Authorization pending"}
    assert await api.get(path) == {"result": "KO", "message": "Slow down"}
    simkl.approve(str(begun["user_code"]))
    clock.move(seconds=5)
    done = await api.get(path)
    assert isinstance(done, dict)
    api.token = str(done["access_token"])
    assert (await api.call("GET", "/sync/activities"))[0] == 200
    gone = await api.get(path)
    assert isinstance(gone, dict)
    assert gone["user_code"] != begun["user_code"]


async def test_pin_that_expires(api: Api, clock: Clock) -> None:
    """A code that is too old is answered with a new one."""
    begun = await api.get("/oauth/pin")
    assert isinstance(begun, dict)
    clock.move(minutes=16)
    gone = await api.get(f"/oauth/pin/{begun['user_code']}")
    assert isinstance(gone, dict)
    assert gone["device_code"] == "DEVICE_CODE"
    assert gone["user_code"] != begun["user_code"]


async def test_pace(api: Api, simkl: SimklSimulator, film: Title) -> None:
    """More than one write or ten reads a second are refused."""
    simkl.behaviour.enforce_rate = True
    body = {"movies": [{"ids": {"simkl": film.simkl}}]}
    assert (await api.call("POST", "/sync/history", body))[0] == 201
    assert (await api.call("POST", "/sync/history", body))[0] == 429
    statuses = [(await api.call("GET", "/sync/activities"))[0] for _ in range(12)]
    assert 429 in statuses
    assert statuses[:10] == [200] * 10


@pytest.mark.parametrize("status", [400, 423])
async def test_another_write_is_under_way(
    api: Api, simkl: SimklSimulator, alice: Account, film: Title, status: int
) -> None:
    """A write that has to wait for too long is refused and not done."""
    simkl.behaviour.locked = 1
    simkl.behaviour.busy_status = status
    body = {"movies": [{"ids": {"simkl": film.simkl}}]}
    answered = await api.call("POST", "/sync/history", body)
    assert answered[0] == status
    assert not alice.entries
    assert (await api.call("POST", "/sync/history", body))[0] == 201


async def test_what_is_unknown(api: Api) -> None:
    """Parameters, types and bodies that there are not are refused."""
    for path, query, status in (
        ("/sync/activities", {"odd": "1"}, 400),
        ("/sync/all-items", {"extended": "odd"}, 400),
        ("/sync/all-items", {"date_from": "odd"}, 400),
        ("/sync/all-items/books", {}, 404),
        ("/sync/all-items/movies/odd", {}, 404),
        ("/sync/playback/odd", {}, 404),
    ):
        assert (await api.call("GET", path, **query))[0] == status, path
    bodies: list[object] = [[], {"movies": 1}, {"movies": [{"to": "odd"}]}]
    for body in bodies:
        assert (await api.call("POST", "/sync/add-to-list", body))[0] == 400
