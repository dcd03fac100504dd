"""What all tests of the contract share: a service, and an account that is signed in."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from custom_components.crosswatch.providers.http import Limiters

from ..providers.conftest import clock, limiters, real_sockets, session
from ..simulators.routing import route_hosts
from .stage import Login, Site, Stage, signed_in
from .stages import SERVICES

__all__ = ["clock", "limiters", "real_sockets", "session"]


@pytest.fixture
def site(session: aiohttp.ClientSession, limiters: Limiters, tmp_path: Path) -> Site:
    """Return what a service is set up with."""
    return Site(session, limiters, tmp_path)


@pytest.fixture
async def stage(slug: str, site: Site) -> AsyncIterator[Stage]:
    """Return a service with the titles of the suite."""
    async with SERVICES[slug].open(site) as stage:
        with route_hosts(stage.hosts):
            yield stage


@pytest.fixture
async def login(stage: Stage, site: Site) -> Login:
    """Return an account that has signed in; the requests of that are forgotten."""
    login = Login(stage, site, (await signed_in(stage, site)).data)
    login.forget_requests()
    return login
