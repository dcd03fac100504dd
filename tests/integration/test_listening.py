"""Providers that listen while their account is loaded."""

import asyncio
from typing import Final

import pytest

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, HomeAssistant
from tests.simulators.catalogue import make_catalogue
from tests.simulators.emby import EmbySimulator
from tests.simulators.jellyfin import JellyfinSimulator, seed

from . import add_pair, connect, state_of
from .conftest import PASSWORD
from .made_up import Service
from .runs import PATIENCE, WATCHED_AT, act, device_of, until
from .test_options_flow import account  # noqa: F401

# Seconds that an unload may take on a slow machine; Home Assistant gives up after ten.
PATIENCE_AT_UNLOAD: Final = 4


async def test_listens_while_loaded(
    hass: HomeAssistant,
    made_up: Service,
    account: ConfigEntry,  # noqa: F811
) -> None:
    """Listen from the set-up on, once, until the account is unloaded."""
    assert made_up.listening == ["Home"]
    await hass.config_entries.async_reload(account.entry_id)
    assert made_up.listening == ["Home"]
    assert await hass.config_entries.async_unload(account.entry_id)
    assert made_up.listening == []
    assert state_of(account) is ConfigEntryState.NOT_LOADED


@pytest.fixture
async def starting(
    hass: HomeAssistant,
    account: ConfigEntry,  # noqa: F811
) -> ConfigEntry:
    """Return an account that is loaded while Home Assistant starts."""
    assert await hass.config_entries.async_unload(account.entry_id)
    hass.set_state(CoreState.starting)
    assert await hass.config_entries.async_setup(account.entry_id)
    await hass.async_block_till_done()
    return account


async def start(hass: HomeAssistant) -> None:
    """Let Home Assistant have started."""
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await hass.async_block_till_done()


async def test_a_start_does_not_listen(
    hass: HomeAssistant, made_up: Service, starting: ConfigEntry
) -> None:
    """Listen once Home Assistant has started, also after a reload before that."""
    assert made_up.listening == []
    await hass.config_entries.async_reload(starting.entry_id)
    assert made_up.listening == []
    await start(hass)
    assert made_up.listening == ["Home"]


async def test_removed_before_the_start(
    hass: HomeAssistant, made_up: Service, starting: ConfigEntry
) -> None:
    """Never listen to an account that was removed before Home Assistant has started."""
    await hass.config_entries.async_remove(starting.entry_id)
    await start(hass)
    assert made_up.listening == []


async def test_removed_account(
    hass: HomeAssistant,
    made_up: Service,
    account: ConfigEntry,  # noqa: F811
) -> None:
    """Stop listening to an account that is removed."""
    await hass.config_entries.async_remove(account.entry_id)
    assert made_up.listening == []


async def test_set_up_does_not_wait(
    hass: HomeAssistant,
    made_up: Service,
    account: ConfigEntry,  # noqa: F811
) -> None:
    """Be done with the set-up though listening never is."""
    assert state_of(account) is ConfigEntryState.LOADED
    await hass.async_block_till_done()
    assert made_up.listening == ["Home"]


async def test_others_do_not_listen(hass: HomeAssistant, tracker: ConfigEntry) -> None:
    """Start nothing for a provider that has nothing to listen to."""
    assert state_of(tracker) is ConfigEntryState.LOADED
    names = [task.get_name() for task in asyncio.all_tasks()]
    assert not [name for name in names if "listens to" in name]


async def test_media_server(
    hass: HomeAssistant, jellyfin: JellyfinSimulator, jellyfin_account: ConfigEntry
) -> None:
    """Listen to a real server in the same way, with one connection."""
    await until(lambda: jellyfin.sockets.open == 1)
    await hass.config_entries.async_reload(jellyfin_account.entry_id)
    await until(lambda: jellyfin.sockets.opened == 2)
    await until(lambda: jellyfin.sockets.open == 1)
    await hass.config_entries.async_remove(jellyfin_account.entry_id)
    await until(lambda: jellyfin.sockets.open == 0)
    assert jellyfin.sockets.opened == 2


async def test_silence_and_a_change(
    hass: HomeAssistant,
    jellyfin: JellyfinSimulator,
    jellyfin_account: ConfigEntry,
    tracker: ConfigEntry,
) -> None:
    """Ask a server that is silent only who this is, and read what it tells of."""
    films = seed(jellyfin, make_catalogue(films=3, shows=0)).films
    (anna,) = (each for each in jellyfin.state.users.values() if each.name == "anna")
    jellyfin.play(anna, films[0], WATCHED_AT)
    pair = await add_pair(hass, jellyfin_account, tracker, features=["history"])
    device = device_of(hass, jellyfin_account, pair)

    async def sync() -> tuple[int, set[str]]:
        """Run the pair, and return what it added, and what it asked the server for."""
        jellyfin.reset_requests()
        response = await act(hass, "sync", device_id=device, dry_run=False)
        paths = {request.path for request in jellyfin.requests} - {"/socket"}
        return response["totals"]["added"], paths

    assert (await sync())[0] == 1
    async with asyncio.timeout(PATIENCE):
        # It may not have been connected yet.
        while await sync() != (0, {"/Users/Me"}):
            pass
    jellyfin.play(anna, films[1], WATCHED_AT)
    assert (await sync())[0] == 1


@pytest.mark.parametrize(
    ("slug", "kind"),
    [
        pytest.param("jellyfin", JellyfinSimulator, id="Jellyfin"),
        pytest.param("emby", EmbySimulator, id="Emby"),
    ],
)
async def test_server_that_hangs(
    hass: HomeAssistant, slug: str, kind: type[JellyfinSimulator]
) -> None:
    """Do not wait long for the farewell of a server that takes no notice any more."""
    async with kind() as server:
        server.add_user("anna", PASSWORD)
        server.sockets.hangs = True
        login = {"url": server.url, "username": "anna", "password": PASSWORD}
        account = await connect(hass, slug, login)
        await until(lambda: server.sockets.open == 1)
        async with asyncio.timeout(PATIENCE_AT_UNLOAD):
            assert await hass.config_entries.async_unload(account.entry_id)
        assert server.sockets.open == 1
