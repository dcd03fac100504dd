"""Accounts that go leave nothing behind, and those that come cost little."""

from asyncio import to_thread
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack
from importlib import import_module
import logging
from pkgutil import walk_packages
import time
from typing import Any, Final

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components import crosswatch
from custom_components.crosswatch.const import DOMAIN
from custom_components.crosswatch.shared import async_get_limiters, storage_folder
from homeassistant.config_entries import (
    ConfigEntry,
    ConfigEntryState,
    ConfigSubentryDataWithId,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from tests.contract.stage import Site, signed_in
from tests.contract.stages import SERVICES
from tests.simulators.routing import route_hosts

from .left_behind import grown, left_behind
from .runs import act, add_tracker, entry_id_of, pair_data, settled

ACCOUNTS: Final = 20
PAIRS: Final = 30
AT_SERVICES: Final = ("jellyfin", "trakt", "tautulli")
ROUNDS: Final = 3
# Of our objects, when no account is loaded, beside the constants of modules: mostly what
# is known of each pair.
FEW: Final = 100
# Seconds of CPU.
LIMIT: Final = 0.1

type Logins = Mapping[str, Mapping[str, Any]]


@pytest.fixture
async def logins(hass: HomeAssistant) -> AsyncIterator[Logins]:
    """Return the data of an account at each of some services, which are running."""
    folder = storage_folder(hass)
    site = Site(async_get_clientsession(hass), async_get_limiters(hass), folder)
    async with AsyncExitStack() as stack:
        data = {}
        for slug in AT_SERVICES:
            stage = await stack.enter_async_context(SERVICES[slug].open(site))
            stack.enter_context(route_hosts(stage.hosts, strict=False))
            data[slug] = (await signed_in(stage, site)).data
        yield data


async def add_all(hass: HomeAssistant, logins: Logins) -> list[MockConfigEntry]:
    """Add the accounts, each with a pair or two that write to trackers."""
    homes = [f"Home {number}" for number in range(ACCOUNTS - len(logins))]
    names = [*logins, *homes]
    pairs: dict[str, dict[str, dict[str, Any]]] = {name: {} for name in names}
    for number in range(PAIRS):
        source = names[number % len(names)]
        # Never the same: the trackers are the last ones of all.
        target = homes[(number + 1) % len(homes)]
        pairs[source][f"pair-{number}"] = pair_data(target, interval=720)
    entries = [await add_tracker(hass, name, pairs=pairs[name]) for name in homes]
    for slug, data in logins.items():
        entry = MockConfigEntry(
            domain=DOMAIN,
            entry_id=entry_id_of(slug),
            title=slug,
            unique_id=slug,
            data={"provider": slug, **data},
            subentries_data=[
                ConfigSubentryDataWithId(
                    data=settings,
                    subentry_id=pair_id,
                    subentry_type="pair",
                    title=f"{slug} → {pair_id}",
                    unique_id=pair_id,
                )
                for pair_id, settings in pairs[slug].items()
            ],
        )
        entry.add_to_hass(hass)
        entries.append(entry)
    return entries


async def load(hass: HomeAssistant, entries: Sequence[ConfigEntry]) -> None:
    """Load accounts; the first one brings all others that are known with it."""
    for entry in entries:
        if entry.state is ConfigEntryState.NOT_LOADED:
            await hass.config_entries.async_setup(entry.entry_id)
    await settled(hass)
    assert {entry.state for entry in entries} == {ConfigEntryState.LOADED}


async def test_nothing_left(hass: HomeAssistant, logins: Logins) -> None:
    """Leave nothing behind, however often accounts are loaded, reloaded and removed."""
    # Otherwise constants would come to be while accounts do.
    for module in walk_packages(crosswatch.__path__, f"{crosswatch.__name__}."):
        await to_thread(import_module, module.name)
    constants = (await left_behind(hass))["objects"]
    unloaded, removed = [], []
    # It remembers where each task was made, which takes most of the time.
    hass.loop.set_debug(False)
    for _ in range(ROUNDS):
        entries = await add_all(hass, logins)
        await load(hass, entries)
        await act(hass, "sync")
        for entry in entries:
            await hass.config_entries.async_reload(entry.entry_id)
        await settled(hass)
        for entry in entries:
            await hass.config_entries.async_unload(entry.entry_id)
        unloaded.append(await left_behind(hass))
        await load(hass, entries)
        for entry in entries:
            await hass.config_entries.async_remove(entry.entry_id)
        del entry, entries
        removed.append(await left_behind(hass))
    for _, second, third in (unloaded, removed):
        # The first round has warmed up what Home Assistant keeps.
        assert grown(second, third) == {}
        assert not [name for name in third["files"] if DOMAIN in name]
        assert not [name for name in third["tasks"] if "CrossWatch" in name]
        assert (third["objects"] - constants).total() < FEW


async def set_up_seconds(hass: HomeAssistant) -> float:
    """Return the CPU time of loading all accounts, which are unloaded again."""
    entries = hass.config_entries.async_entries(DOMAIN)
    began = time.process_time()
    await load(hass, entries)
    spent = time.process_time() - began
    for entry in entries:
        assert await hass.config_entries.async_unload(entry.entry_id)
    await settled(hass)
    return spent


async def test_reload(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take less than 100 ms of CPU to load all accounts and pairs again.

    That is what CrossWatch does itself, without Home Assistant's own work of adding a
    few hundred entities. What a start takes with its imports, `tests/start` tells.
    """
    hass.loop.set_debug(False)
    logging.getLogger().setLevel(logging.WARNING)
    await add_all(hass, {})

    async def nothing(*args: object) -> bool:
        """Add no entities, and remove none."""
        return True

    manager = hass.config_entries
    monkeypatch.setattr(manager, "async_forward_entry_setups", nothing)
    monkeypatch.setattr(manager, "async_unload_platforms", nothing)
    own = min([await set_up_seconds(hass) for _ in range(4)])
    assert own < LIMIT
