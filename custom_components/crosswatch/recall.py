"""What the state holds of an account and its pairs, as far as a start shows it."""

from collections.abc import Collection, Mapping
from datetime import datetime
import sqlite3
from typing import NamedTuple

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConfigEntryNotReady, HomeAssistantError
from homeassistant.util import dt as dt_util

from .const import DOMAIN, SUBENTRY_TYPE_PAIR
from .engine.model import Feature
from .engine.report import Report
from .engine.store import Store, is_damage
from .runtime import async_get_runtime


class RecalledPair(NamedTuple):
    """Since when a pair is known, and its last report, without the items."""

    created: datetime
    report: Report | None


class Recalled(NamedTuple):
    """How many records of an account are known, and what is known of its pairs."""

    records: Mapping[Feature, int]
    pairs: Mapping[str, RecalledPair]


async def async_recall(
    hass: HomeAssistant, entry: ConfigEntry, store: Store
) -> Recalled:
    """Look up what is known of an account and its pairs; new ones are remembered.

    A damaged state is set aside, and nothing is known then. Raises
    ConfigEntryNotReady.
    """
    try:
        try:
            return await _async_look_up(hass, entry, store)
        except sqlite3.DatabaseError as err:
            if not is_damage(err):
                raise
        await async_get_runtime(hass).async_check()
        return await _async_look_up(hass, entry, store)
    except (HomeAssistantError, sqlite3.Error) as err:
        raise ConfigEntryNotReady(
            translation_domain=DOMAIN,
            translation_key="state_unavailable",
            translation_placeholders={"error": str(err)},
        ) from err


async def _async_look_up(
    hass: HomeAssistant, entry: ConfigEntry, store: Store
) -> Recalled:
    """Look it up; raises sqlite3.Error."""
    while True:
        pair_ids = _pair_ids(entry)
        recalled = await hass.async_add_executor_job(
            _recalled, store, entry.entry_id, pair_ids, dt_util.utcnow()
        )
        # A pair may come or go meanwhile.
        if _pair_ids(entry) == pair_ids:
            return recalled


def _pair_ids(entry: ConfigEntry) -> list[str]:
    """Return the ids of the pairs of which an account is the source."""
    pairs = entry.get_subentries_of_type(SUBENTRY_TYPE_PAIR)
    return [pair.subentry_id for pair in pairs]


def _recalled(
    store: Store, account_id: str, pair_ids: Collection[str], now: datetime
) -> Recalled:
    """Look up all of it at once."""
    return Recalled(
        store.record_counts(account_id),
        {
            pair_id: RecalledPair(
                store.remember_pair(pair_id, now), store.last_run(pair_id)
            )
            for pair_id in pair_ids
        },
    )
