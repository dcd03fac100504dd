"""Accounts that go leave nothing behind, and those that come cost little."""

from asyncio import to_thread
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack
import logging
from pathlib import Path
import shutil
import subprocess
import sys
import time
from typing import Any, Final

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components import crosswatch
from custom_components.crosswatch.const import DOMAIN
from custom_components.crosswatch.providers.mediabrowser.account import (
    MediaBrowserProvider,
)
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

LISTEN: Final = MediaBrowserProvider.listen

ACCOUNTS: Final = 20
PAIRS: Final = 30
AT_SERVICES: Final = ("jellyfin", "trakt", "tautulli")
ROUNDS: Final = 3
# Of our objects, when no account is loaded: mostly constants of modules.
FEW: Final = 100
# Seconds of CPU.
LIMIT: Final = 0.1

type Logins = Mapping[str, Mapping[str, Any]]


@pytest.fixture
async def logins(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Logins]:
    """Return the data of an account at each of some services, which are running."""
    monkeypatch.setattr(MediaBrowserProvider, "listen", LISTEN)
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
        assert third["objects"].total() < FEW


# Prints the CPU times of importing, again and again, what a start needs of the
# integration. From the second time on it is compiled already, as with every start of
# Home Assistant but the first.
IMPORT: Final = """
from importlib import import_module
import sys
import time
from homeassistant import config_entries
from homeassistant.components import {platforms}
from homeassistant.helpers import aiohttp_client, update_coordinator
sys.dont_write_bytecode = False
for _ in range(4):
    for name in [each for each in sys.modules if each.startswith("{package}")]:
        del sys.modules[name]
    began = time.process_time()
    import_module("{package}")
    for name in "{platforms}, config_flow".split(", "):
        import_module("{package}." + name)
    print(time.process_time() - began)
"""


def import_seconds(folder: Path) -> float:
    """Return the CPU time of the import, in an interpreter and a copy of its own."""
    source = Path(crosswatch.__path__[0])
    shutil.copytree(
        source,
        folder / "custom_components" / source.name,
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    platforms = ", ".join(each.value for each in crosswatch.PLATFORMS)
    script = IMPORT.format(package=crosswatch.__name__, platforms=platforms)
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    return min(map(float, done.stdout.split()))


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


async def test_start(
    hass: HomeAssistant,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Take less than 100 ms of CPU to load all accounts and pairs at a start.

    That is what CrossWatch does itself. How long the import takes, for which Home
    Assistant has a thread, and with it Home Assistant's own work of adding a few
    hundred entities, is only told: it depends on the machine too much.
    """
    hass.loop.set_debug(False)
    logging.getLogger().setLevel(logging.WARNING)
    imported = await to_thread(import_seconds, tmp_path)
    await add_all(hass, {})
    whole = min([await set_up_seconds(hass) for _ in range(4)])

    async def nothing(*args: object) -> bool:
        """Add no entities, and remove none."""
        return True

    manager = hass.config_entries
    monkeypatch.setattr(manager, "async_forward_entry_setups", nothing)
    monkeypatch.setattr(manager, "async_unload_platforms", nothing)
    own = min([await set_up_seconds(hass) for _ in range(4)])
    told = {"import": imported, "set-up": own, "with entities": imported + whole}
    with capsys.disabled():
        print({name: f"{1000 * each:.0f} ms" for name, each in told.items()})  # noqa: T201
    assert own < LIMIT
