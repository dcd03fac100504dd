"""What all tests of the Home Assistant part share."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import override
from unittest.mock import patch

from freezegun import freeze_time
from freezegun.api import FrozenDateTimeFactory, real_monotonic
import pytest
from pytest_homeassistant_custom_component.syrupy import HomeAssistantSnapshotExtension
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
from syrupy.assertion import SnapshotAssertion

from custom_components.crosswatch.providers.http import Limiters
from custom_components.crosswatch.providers.mediabrowser import listening
from custom_components.crosswatch.shared import DATA_LIMITERS
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from tests.providers.conftest import Clock
from tests.simulators.jellyfin import JellyfinSimulator
from tests.simulators.routing import route_hosts
from tests.simulators.trakt import TraktSimulator

from . import connect
from .flow_texts import checked_flow_texts
from .made_up import Service, made_up_providers
from .repair_world import Repairs

PASSWORD = "correct horse"


@pytest.fixture(autouse=True)
def custom_integration(enable_custom_integrations: None) -> None:
    """Let Home Assistant load the integration from its folder."""


@pytest.fixture(autouse=True)
def real_sockets(socket_enabled: None) -> None:
    """Let tests open sockets; the test plugin keeps them to 127.0.0.1."""


@pytest.fixture(autouse=True)
def flow_texts() -> Iterator[None]:
    """Check that everything a flow shows has a text, and all that stands in it."""
    with checked_flow_texts():
        yield


@pytest.fixture
def hass_config_dir(tmp_path: Path) -> str:
    """Give every test a configuration folder of its own, as state is kept there."""
    return str(tmp_path)


class QuickClock(Clock):
    """Time that flies, but leaves others the time to act meanwhile."""

    @override
    async def sleep(self, seconds: float) -> None:
        """Let the time pass, almost at once."""
        await super().sleep(seconds)
        await asyncio.sleep(0.002)


@pytest.fixture(autouse=True)
def no_waiting(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let next to no time pass between attempts, nor to keep a service's pace.

    Media servers here tell at once what a user does, and need not be waited for either.
    """
    clock = QuickClock()
    hass.data[DATA_LIMITERS] = Limiters(clock.time, clock.sleep)
    monkeypatch.setattr(listening, "GATHERS_FOR", 0.02)


@pytest.fixture
def wall_clock(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FrozenDateTimeFactory]:
    """Return a clock that stands still until it is moved; all that waits goes on.

    The fixture `freezer` stops the event loop's clock as well: whoever sleeps meanwhile,
    as an account does that listens to its server, never wakes up.
    """
    monkeypatch.setattr(hass.loop, "time", real_monotonic)
    with freeze_time(dt_util.utcnow()) as clock:
        assert isinstance(clock, FrozenDateTimeFactory)
        yield clock


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Write snapshots as Home Assistant does."""
    return snapshot.use_extension(HomeAssistantSnapshotExtension)


@pytest.fixture
def entity_registry_enabled_by_default() -> Iterator[None]:
    """Enable the entities that are disabled by default."""
    with patch(
        "homeassistant.helpers.entity.Entity.entity_registry_enabled_default",
        return_value=True,
    ):
        yield


@pytest.fixture
async def jellyfin() -> AsyncIterator[JellyfinSimulator]:
    """Return a Jellyfin server with the users anna and ben."""
    async with JellyfinSimulator() as server:
        server.add_user("anna", PASSWORD)
        server.add_user("ben", PASSWORD)
        yield server


@pytest.fixture
async def trakt() -> AsyncIterator[TraktSimulator]:
    """Return a Trakt that stands in for the real one, and does not slow tests down."""
    async with TraktSimulator() as service:
        service.oauth.interval = 0
        hosts = ("api.trakt.tv", "auth.trakt.tv")
        with route_hosts(dict.fromkeys(hosts, service.url)):
            yield service


@pytest.fixture
def made_up() -> Iterator[Service]:
    """Return what the made-up providers do, which are there meanwhile."""
    service = Service()
    with made_up_providers(service):
        yield service


@pytest.fixture
def repairs(hass: HomeAssistant, hass_client: ClientSessionGenerator) -> Repairs:
    """Return a way through repair flows."""
    return Repairs(hass, hass_client)


@pytest.fixture
async def tracker(hass: HomeAssistant) -> ConfigEntry:
    """Return an account of the built-in tracker."""
    return await connect(hass, "tracker", {"name": "Home"})


@pytest.fixture
async def other_tracker(hass: HomeAssistant, tracker: ConfigEntry) -> ConfigEntry:
    """Return a second account of the built-in tracker."""
    return await connect(hass, "tracker", {"name": "Cabin"})


@pytest.fixture
async def jellyfin_account(
    hass: HomeAssistant, jellyfin: JellyfinSimulator
) -> ConfigEntry:
    """Return the account of anna at Jellyfin."""
    return await connect(
        hass,
        "jellyfin",
        {"url": jellyfin.url, "username": "anna", "password": PASSWORD},
    )
