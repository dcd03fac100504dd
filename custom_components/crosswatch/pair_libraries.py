"""The libraries of a pair's accounts, as a person can choose them."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.helpers.selector import SelectOptionDict

from .account import CrossWatchConfigEntry
from .const import LOGGER, OF_TARGET
from .engine.model import Library
from .engine.provider import ProviderError

# Seconds that a form waits for a server; it opens without its libraries then.
PATIENCE: Final = 10.0

# By account; None where the account could not be asked.
type Shelves = Mapping[str, Sequence[Library] | None]


async def async_libraries(accounts: Iterable[CrossWatchConfigEntry]) -> Shelves:
    """Ask accounts for their libraries, side by side."""
    asked = {account.entry_id: account for account in accounts}
    answers = await asyncio.gather(*(_async_ask(each) for each in asked.values()))
    return dict(zip(asked, answers, strict=True))


async def _async_ask(account: CrossWatchConfigEntry) -> Sequence[Library] | None:
    """Return the libraries of an account, None where it does not tell them."""
    if account.state is not ConfigEntryState.LOADED:
        return None
    try:
        async with asyncio.timeout(PATIENCE):
            return await account.runtime_data.account.provider.libraries()
    except (ProviderError, TimeoutError) as err:
        LOGGER.debug("The libraries of %s cannot be listed: %r", account.title, err)
        return None


def library_options(
    source: CrossWatchConfigEntry,
    accounts: Iterable[CrossWatchConfigEntry],
    shelves: Shelves,
    chosen: Iterable[str],
) -> list[SelectOptionDict]:
    """Return the libraries to choose from, and those that are chosen already.

    A chosen library stays, by its bare id, where it is gone or cannot be asked for:
    it must not be lost by changing something else.
    """
    found = [
        (account, library)
        for account in accounts
        for library in shelves[account.entry_id] or ()
    ]
    is_plain = len({account.entry_id for account, _ in found}) == 1
    labels = {
        _value(source, account, library): library.name
        if is_plain
        else f"{account.title}: {library.name}"
        for account, library in found
    }
    labels |= {
        each: each.removeprefix(OF_TARGET) for each in chosen if each not in labels
    }
    return [SelectOptionDict(value=value, label=each) for value, each in labels.items()]


def _value(
    source: CrossWatchConfigEntry, account: CrossWatchConfigEntry, library: Library
) -> str:
    """Return how a library is stored: two servers may use the same ids for theirs."""
    prefix = "" if account.entry_id == source.entry_id else OF_TARGET
    return prefix + library.library_id
