"""What an account's options put elsewhere, and what that means for its pairs."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from .account import loaded_pairs
from .const import CONF_TARGET, DOMAIN, SUBENTRY_TYPE_PAIR
from .engine.model import Feature
from .providers.spec import ProviderSpec
from .runtime import async_get_runtime


def moved_features(
    spec: ProviderSpec, before: Mapping[str, object], after: Mapping[str, object]
) -> frozenset[Feature]:
    """Return the features whose records are elsewhere with other options."""
    return frozenset(
        feature
        for name, feature in spec.moved_by.items()
        if before.get(name) != after.get(name)
    )


@asynccontextmanager
async def async_moving(
    hass: HomeAssistant, entry: ConfigEntry, features: Collection[Feature]
) -> AsyncIterator[None]:
    """Let all pairs of an account begin anew with features; it is changed meanwhile.

    What is not at the new place was not removed: without this, a pair would take it off
    its other account, too. No run that knows the old place may come in between.
    """
    if not features:
        yield
        return
    runtime = async_get_runtime(hass)
    running = [pair for pair in loaded_pairs(hass) if entry.entry_id in pair.accounts]
    await asyncio.gather(*(pair.async_cancel() for pair in running))
    async with runtime.queue.turn([entry.entry_id]):
        await runtime.async_begin_anew(
            entry.entry_id, _pairs_with(hass, entry), features
        )
        yield


def _pairs_with(hass: HomeAssistant, entry: ConfigEntry) -> list[str]:
    """Return the ids of all pairs that an account is the source or the target of."""
    return [
        pair.subentry_id
        for source in hass.config_entries.async_entries(DOMAIN)
        for pair in source.get_subentries_of_type(SUBENTRY_TYPE_PAIR)
        if entry.entry_id in {source.entry_id, pair.data.get(CONF_TARGET)}
    ]
