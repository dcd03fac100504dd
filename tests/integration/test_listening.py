"""Providers that listen while their account is loaded."""

import asyncio

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant

from . import state_of
from .made_up import Service
from .test_options_flow import account  # noqa: F401


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
