"""Keys, tokens and sessions of the simulated TMDb."""

import pytest

from ..clock import Clock
from . import TmdbSimulator
from .conftest import Caller

DENIED = (401, 17)
DEAD = (401, 33)


async def test_keys(caller: Caller, tmdb: TmdbSimulator) -> None:
    """Either sort of key lets in, each in its own place only."""
    assert (await caller.get("/authentication"))["success"] is True
    caller.params = {}
    assert await caller.refusal("GET", "/authentication") == (401, 7)
    caller.headers = {"Authorization": f"Bearer {tmdb.READ_TOKEN}"}
    assert (await caller.get("/authentication"))["success"] is True
    for headers in (f"Bearer {tmdb.API_KEY}", f"Basic {tmdb.READ_TOKEN}", "Bearer x.y"):
        caller.headers = {"Authorization": headers}
        assert await caller.refusal("GET", "/authentication") == (401, 7)
    caller.headers, caller.params = {}, {"api_key": tmdb.READ_TOKEN}
    assert await caller.refusal("GET", "/authentication") == (401, 7)


async def test_sign_in(caller: Caller, tmdb: TmdbSimulator) -> None:
    """A token becomes a session once it is approved of, and only once."""
    token = (await caller.get("/authentication/token/new"))["request_token"]
    body = {"request_token": token}
    path = "/authentication/session/new"
    assert await caller.refusal("POST", path, body) == DENIED
    assert await caller.refusal("POST", path, {"request_token": "x"}) == DEAD
    tmdb.approve(str(token))
    status, told = await caller.call("POST", path, body)
    assert (status, told["success"]) == (200, True)
    assert await caller.refusal("POST", path, body) == DEAD
    assert await caller.refusal("GET", "/account") == (401, 3)
    account = await caller.get("/account", session_id=str(told["session_id"]))
    assert (account["id"], account["username"]) == (548, "alice")
    ended = {"session_id": told["session_id"]}
    status, _ = await caller.call("DELETE", "/authentication/session", ended)
    assert status == 200
    again = await caller.refusal("DELETE", "/authentication/session", ended)
    assert again == (404, 6)


async def test_token_expires(caller: Caller, tmdb: TmdbSimulator, clock: Clock) -> None:
    """A token is good for an hour."""
    told = await caller.get("/authentication/token/new")
    assert told["expires_at"] == "2026-11-22 13:00:00 UTC"
    token = str(told["request_token"])
    tmdb.approve(token)
    clock.move(hours=1)
    body = {"request_token": token}
    denied = await caller.refusal("POST", "/authentication/session/new", body)
    assert denied == DEAD


async def test_approved_by_itself(caller: Caller, tmdb: TmdbSimulator) -> None:
    """A test need not wait for a person."""
    tmdb.approve_by_itself(polls=2)
    token = (await caller.get("/authentication/token/new"))["request_token"]
    body = {"request_token": token}
    path = "/authentication/session/new"
    assert await caller.refusal("POST", path, body) == DENIED
    assert (await caller.call("POST", path, body))[0] == 200
    assert not tmdb.writes()


async def test_other_account(caller: Caller, tmdb: TmdbSimulator) -> None:
    """A session is good for its own account."""
    caller.params["session_id"] = tmdb.sign_in(tmdb.add_account("bob", 7))
    assert (await caller.get("/account"))["username"] == "bob"
    assert (await caller.get("/account/7/rated/tv"))["results"] == []
    assert await caller.refusal("GET", "/account/548/rated/tv") == (404, 34)


async def test_rate(caller: Caller, tmdb: TmdbSimulator, clock: Clock) -> None:
    """Too many requests in a second are refused."""
    tmdb.behaviour.rate = 3
    for _ in range(3):
        await caller.get("/authentication")
    assert await caller.refusal("GET", "/authentication") == (429, 25)
    clock.move(seconds=1)
    await caller.get("/authentication")


@pytest.mark.parametrize("query", [{"pages": 2}, {"session_id": "x"}])
async def test_unknown_parameters(caller: Caller, query: dict[str, str]) -> None:
    """A parameter that is not documented is a mistake of the one who asks."""
    refused = await caller.refusal("GET", "/movie/603", **query)
    assert refused == (400, 5)


async def test_odd_body(caller: Caller) -> None:
    """A body has to be an object."""
    path = "/authentication/session/new"
    assert await caller.refusal("POST", path, [1]) == (400, 5)
