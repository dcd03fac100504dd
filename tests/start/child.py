"""Starts CrossWatch in a fresh process, and tells what that took.

Usage: python -m tests.start.child < WORLD.json

It imports nothing of CrossWatch itself: that is for Home Assistant to do.
"""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
import gc
from importlib import import_module
import json
import logging
import sys
import time
from typing import Any, Final
from unittest.mock import AsyncMock, Mock, patch

from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockModule,
    async_test_home_assistant,
    mock_config_flow,
    mock_integration,
    mock_platform,
)

from homeassistant.config_entries import (
    ConfigEntry,
    ConfigEntryState,
    ConfigFlow,
    ConfigSubentryDataWithId,
)
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.loader import DATA_CUSTOM_COMPONENTS, async_get_integration
from homeassistant.setup import async_setup_component

from ..simulators.routing import install_routes

DOMAIN: Final = "crosswatch"
IDLE: Final = "idle"
PACKAGE: Final = f"custom_components.{DOMAIN}"
# What every Home Assistant has loaded: by `default_config`, or as part of the frontend.
ALWAYS: Final = (
    *("analytics", "backup", "config", "diagnostics", "history", "logbook", "recorder"),
    *("repairs", "ssdp", "system_health", "webhook", "zeroconf"),
)


@dataclass(frozen=True, slots=True)
class Sample:
    """A class like many that are made while an integration is imported."""

    text: str
    number: int = 0
    name: str | None = None


def piece_of_work() -> float:
    """Return the CPU time of work that tells how fast this machine is just now."""
    body = {key: Sample.__dict__[key] for key in ("__doc__", "__module__")}
    types = {"text": str, "number": int, "name": str | None}
    began = time.process_time()
    for number in range(100):
        made = type(f"Sample{number}", (), {**body, "__annotations__": types})
        dataclass(frozen=True)(made)
    return time.process_time() - began


async def prepare(hass: HomeAssistant, platforms: Iterable[str]) -> None:
    """Load what Home Assistant has loaded anyway."""
    hass.data.pop(DATA_CUSTOM_COMPONENTS)
    for name in ALWAYS:
        # Some want packages that are not installed for tests.
        with suppress(ImportError):
            import_module(f"homeassistant.components.{name}")
    # To-do lists want a web server, which nobody is to reach.
    server = "homeassistant.components.http.HomeAssistantHTTP"
    with patch(f"{server}.async_bind"), patch(f"{server}.start"):
        for platform in platforms:
            assert await async_setup_component(hass, platform, {})
    # Whose set-up makes it: analytics, and the cloud.
    async_get_clientsession(hass)
    await hass.async_block_till_done()


def add_accounts(hass: HomeAssistant, accounts: list[dict[str, Any]]) -> None:
    """Add accounts with their pairs, as they are when Home Assistant has just begun."""
    for account in accounts:
        MockConfigEntry(
            domain=DOMAIN,
            entry_id=account["id"],
            title=account["id"],
            unique_id=account["id"],
            data=account["data"],
            subentries_data=[
                ConfigSubentryDataWithId(
                    data=data,
                    subentry_id=pair_id,
                    subentry_type="pair",
                    title=pair_id,
                    unique_id=pair_id,
                )
                for pair_id, data in account["pairs"].items()
            ],
        ).add_to_hass(hass)


async def seconds_of_start(hass: HomeAssistant, domain: str) -> float:
    """Return the CPU time of loading an integration and all of its accounts."""
    # As Home Assistant itself: what it has loaded so far is not looked through again.
    gc.collect()
    gc.freeze()
    began = time.process_time()
    assert await async_setup_component(hass, domain, {})
    await hass.async_block_till_done()
    spent = time.process_time() - began
    states = {entry.state for entry in hass.config_entries.async_entries(domain)}
    assert states == {ConfigEntryState.LOADED}, states
    return spent


async def start_idle(hass: HomeAssistant, accounts: int) -> float:
    """Start an integration whose accounts do nothing: what is left is not ours."""
    mock_integration(
        hass, MockModule(IDLE, async_setup_entry=AsyncMock(return_value=True))
    )
    mock_platform(hass, f"{IDLE}.config_flow", Mock())
    for number in range(accounts):
        MockConfigEntry(domain=IDLE, title=f"{number}").add_to_hass(hass)
    with mock_config_flow(IDLE, ConfigFlow):
        return await seconds_of_start(hass, IDLE)


async def start(hass: HomeAssistant) -> float:
    """Start CrossWatch, and return the CPU time that it took.

    What Home Assistant does with a few hundred entities that it is given is its own.
    """
    integration = await async_get_integration(hass, DOMAIN)

    def add_none(*entities: object, **which: object) -> None:
        """Take entities, and do nothing with them."""

    async def set_up_platforms(entry: ConfigEntry, platforms: Iterable[str]) -> None:
        """Let the platforms make their entities, and add none of them."""
        for name in platforms:
            platform: Any = await integration.async_get_platform(name)
            await platform.async_setup_entry(hass, entry, add_none)

    with patch.object(
        hass.config_entries, "async_forward_entry_setups", set_up_platforms
    ):
        return await seconds_of_start(hass, DOMAIN)


async def main() -> None:
    """Start, and print what it took and what was imported."""
    world = json.load(sys.stdin)
    install_routes(world["hosts"], strict=True)
    logging.disable(logging.INFO)
    async with async_test_home_assistant(config_dir=world["folder"]) as hass:
        await prepare(hass, world["platforms"])
        add_accounts(hass, world["accounts"])
        hass.set_state(CoreState.starting)
        work = min(piece_of_work() for _ in range(3))
        idle = await start_idle(hass, len(world["accounts"]))
        spent = await start(hass) - idle
        work = min(work, *(piece_of_work() for _ in range(3)))
        modules = sorted(name for name in sys.modules if name.startswith(PACKAGE))
        await hass.async_stop(force=True)
    json.dump({"spent": spent, "work": work, "modules": modules}, sys.stdout)


if __name__ == "__main__":
    assert not [name for name in sys.modules if name.startswith(PACKAGE)]
    asyncio.run(main())
