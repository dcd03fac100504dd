"""Requests for public hosts end at the simulators."""

from collections.abc import AsyncIterator

import aiohttp
from aiohttp import web
import pytest
from yarl import URL

from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from .base import Simulator
from .routing import UnroutedHostError, install_routes, route_hosts


class Echo(Simulator):
    """A service that knows one path."""

    def routes(self) -> tuple[web.RouteDef, ...]:
        """Return the only route."""
        return (web.get("/a/{rest:.*}", self.echo), web.post("/x", self.echo))

    async def echo(self, request: web.Request) -> web.Response:
        """Return what was sent."""
        return web.json_response(
            {
                "url": request.raw_path,
                "host": request.headers.get("X-Forwarded-Host"),
                "body": await request.text(),
                "token": request.headers.get("Authorization"),
            }
        )


@pytest.fixture
async def echo() -> AsyncIterator[Echo]:
    """Return a running service behind a base path."""
    async with Echo(base_path="/base") as simulator:
        yield simulator


async def test_routed(echo: Echo) -> None:
    """Path, query, headers and body arrive as sent; the host is told in a header."""
    with route_hosts({"api.example.org": echo.url}):
        async with aiohttp.ClientSession("https://API.example.org") as session:
            async with session.get(
                "/a/b%20c%2Fd?q=%2B1&r=a+b",
                params={"s": "ä"},
                headers={"Authorization": "T"},
            ) as answer:
                assert await answer.json() == {
                    "url": "/base/a/b%20c%2Fd?q=%2B1&r=a+b&s=%C3%A4",
                    "host": "api.example.org",
                    "body": "",
                    "token": "T",
                }
            async with session.post("/x", json=[1]) as answer:
                assert (await answer.json())["body"] == "[1]"


async def test_local_is_left_alone(echo: Echo) -> None:
    """A request for this machine goes where it says."""
    with route_hosts({}):
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{echo.url}/x") as answer,
        ):
            assert (await answer.json())["host"] is None


async def test_unrouted_is_an_error(echo: Echo) -> None:
    """No request leaves for a host that nobody stands in for, until removed."""
    with route_hosts({"api.example.org": echo.url}) as routes:
        async with aiohttp.ClientSession() as session:
            with pytest.raises(UnroutedHostError, match=r"https://example\.org"):
                await session.get("https://example.org/")
        assert routes.target(URL("http://localhost:1/")) is None
    genuine = aiohttp.ClientSession._request  # noqa: SLF001
    routes = install_routes({"api.example.org": echo.url})
    assert routes.target(URL("https://example.org/")) is None
    assert aiohttp.ClientSession._request is not genuine  # noqa: SLF001
    routes.remove()
    assert aiohttp.ClientSession._request is genuine  # noqa: SLF001


async def test_within_home_assistant(hass: HomeAssistant, echo: Echo) -> None:
    """The session that Home Assistant lends its integrations is routed, too."""
    session = async_get_clientsession(hass)
    with route_hosts({"api.example.org": echo.url}):
        async with session.post("https://api.example.org/x", data=b"1") as answer:
            assert (await answer.json())["host"] == "api.example.org"
        with pytest.raises(UnroutedHostError):
            await session.get("https://example.org")
