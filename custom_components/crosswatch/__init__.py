"""The CrossWatch integration: keeps media servers and trackers aligned."""

import asyncio
from collections.abc import Collection
from functools import partial
import sqlite3

from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.start import async_at_started
from homeassistant.helpers.typing import ConfigType

from .account import (
    AccountCoordinator,
    AccountData,
    CrossWatchConfigEntry,
    loaded_pairs,
)
from .connect import async_create_provider, async_identify, async_open_store, spec_of
from .const import ARROW, CONF_PROVIDER, CONF_TARGET, DOMAIN, LOGGER, SUBENTRY_TYPE_PAIR
from .coordinator import PairCoordinator
from .engine.pair import Account
from .engine.provider import AccountInfo
from .entry_watch import EntryWatch
from .go_live import async_review_hint, async_watch_devices, async_withdraw_hints
from .issues import (
    async_clear_pair_issues,
    async_clear_target_issues,
    async_report_broken_pair,
    async_report_target_missing,
)
from .pair import BrokenPairError
from .provider_parts import async_load_parts
from .providers.registry import PROVIDERS
from .providers.spec import Listener
from .recall import RecalledPair, async_recall
from .runtime import async_get_runtime, file_scope, import_scope
from .services import async_setup_services
from .shared import storage_folder

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)

PLATFORMS = [
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.CALENDAR,
    Platform.EVENT,
    Platform.SENSOR,
    Platform.SWITCH,
    Platform.TODO,
]

VERSION = 1


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Set up the actions."""
    async_setup_services(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: CrossWatchConfigEntry) -> bool:
    """Set up an account and the pairs of which it is the source."""
    _async_rename_pairs(hass, entry)
    watch = EntryWatch(hass, entry)
    provider = await async_create_provider(hass, entry, watch)
    info = await async_identify(provider, entry)
    store = await async_open_store(hass, entry)
    known = await async_recall(hass, entry, store)
    entry.runtime_data = AccountData(
        account=Account(account_id=entry.entry_id, name=entry.title, provider=provider),
        coordinator=AccountCoordinator(hass, entry, store, provider, known.records),
        watch=watch,
    )
    _async_register_device(hass, entry, info)
    for pair_id, recalled in known.pairs.items():
        _async_set_up_pair(hass, entry, entry.subentries[pair_id], recalled)
    for pair in loaded_pairs(hass):
        if pair.settings.target == entry.entry_id:
            async_clear_target_issues(hass, pair.pair_id)
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    entry.async_on_unload(async_at_started(hass, partial(_async_begin, entry)))
    entry.async_on_unload(entry.add_update_listener(_async_update_listener))
    entry.async_on_unload(async_watch_devices(hass, entry))
    return True


async def async_unload_entry(hass: HomeAssistant, entry: CrossWatchConfigEntry) -> bool:
    """Unload an account, once the runs that use it have ended."""
    await _async_end_runs(hass, entry, entry.runtime_data.pairs.values())
    if entry.disabled_by is not None:
        async_withdraw_hints(hass, entry)
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)


async def async_remove_entry(hass: HomeAssistant, entry: CrossWatchConfigEntry) -> None:
    """Drop the state of an account that was removed, and tell the pairs it leaves."""
    pair_ids = [pair.subentry_id for pair in _pairs_of(entry)]
    for pair_id in pair_ids:
        async_clear_pair_issues(hass, pair_id)
    others = hass.config_entries.async_entries(DOMAIN)
    for other in others:
        for pair in _pairs_of(other):
            if pair.data.get(CONF_TARGET) == entry.entry_id:
                async_report_target_missing(hass, other, pair)
    await _async_forget_files(hass, entry)
    runtime = async_get_runtime(hass)
    if not others:
        await runtime.async_remove()
        return
    await runtime.async_forget_pairs([*pair_ids, import_scope(entry.entry_id)])
    for scope in (entry.entry_id, file_scope(entry.entry_id)):
        await runtime.async_forget_account(scope)


async def _async_forget_files(
    hass: HomeAssistant, entry: CrossWatchConfigEntry
) -> None:
    """Delete what a provider keeps in files of its own only as long as its account."""
    spec = PROVIDERS.get(str(entry.data.get(CONF_PROVIDER)))
    if spec is None or (forget := (await async_load_parts(hass, spec)).forget) is None:
        return
    try:
        await hass.async_add_executor_job(
            forget, dict(entry.data), storage_folder(hass)
        )
    except OSError as err:
        LOGGER.warning("A file of %s could not be deleted: %s", entry.title, err)


async def async_remove_config_entry_device(
    hass: HomeAssistant, entry: CrossWatchConfigEntry, device: dr.AnyDeviceEntry
) -> bool:
    """Allow the removal of a device that stands for nothing any more."""
    alive = {entry.entry_id, *entry.subentries}
    return not any(
        domain == DOMAIN and identifier in alive
        for domain, identifier in device.identifiers
    )


async def async_migrate_entry(
    hass: HomeAssistant, entry: CrossWatchConfigEntry
) -> bool:
    """Refuse an account that a newer release has stored."""
    return entry.version <= VERSION


def _async_register_device(
    hass: HomeAssistant, entry: CrossWatchConfigEntry, info: AccountInfo
) -> None:
    """Register the account's device, which its pairs' devices point to."""
    dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id,
        identifiers={(DOMAIN, entry.entry_id)},
        entry_type=dr.DeviceEntryType.SERVICE,
        manufacturer=spec_of(entry).name,
        name=entry.title,
        sw_version=info.version or None,
    )


def _async_rename_pairs(hass: HomeAssistant, entry: CrossWatchConfigEntry) -> None:
    """Let pairs that are named after an account follow its new name.

    Its device still has the name that it was set up with before.
    """
    device = dr.async_get(hass).async_get_device_by_identifier(
        (DOMAIN, entry.entry_id), entry.entry_id
    )
    if device is None or device.name is None or device.name == entry.title:
        return
    for other in hass.config_entries.async_entries(DOMAIN):
        for pair in _pairs_of(other):
            if title := _renamed(pair, other, entry, device.name):
                hass.config_entries.async_update_subentry(other, pair, title=title)


def _renamed(
    pair: ConfigSubentry,
    source: CrossWatchConfigEntry,
    renamed: CrossWatchConfigEntry,
    name: str,
) -> str | None:
    """Return the new title of a pair, None where a person chose the one it has."""
    if source is renamed and pair.title.startswith(start := f"{name}{ARROW}"):
        return f"{renamed.title}{ARROW}{pair.title.removeprefix(start)}"
    is_target = pair.data.get(CONF_TARGET) == renamed.entry_id
    if is_target and pair.title.endswith(end := f"{ARROW}{name}"):
        return f"{pair.title.removesuffix(end)}{ARROW}{renamed.title}"
    return None


@callback
def _async_set_up_pair(
    hass: HomeAssistant,
    entry: CrossWatchConfigEntry,
    subentry: ConfigSubentry,
    recalled: RecalledPair,
) -> None:
    """Set up a pair; one whose settings make no sense leaves the others alone."""
    async_clear_pair_issues(hass, subentry.subentry_id)
    async_review_hint(hass, subentry)
    try:
        pair = PairCoordinator(hass, entry, subentry, async_get_runtime(hass), recalled)
    except BrokenPairError as err:
        async_report_broken_pair(hass, entry, subentry, str(err))
        return
    entry.runtime_data.pairs[pair.pair_id] = pair
    # No run comes within seconds: its entities are there by then, and show it at once.
    pair.async_apply_settings()
    if hass.config_entries.async_get_entry(pair.settings.target) is None:
        async_report_target_missing(hass, entry, subentry)


@callback
def _async_begin(entry: CrossWatchConfigEntry, hass: HomeAssistant) -> None:
    """Do what nobody has to wait for while Home Assistant starts.

    Listen to the account, and tell again what the last runs left to a person: Home
    Assistant saves its issues some seconds late, and a crash loses them.
    """
    provider = entry.runtime_data.account.provider
    if isinstance(provider, Listener):
        # Home Assistant ends it when the account is unloaded.
        entry.async_create_background_task(
            hass, provider.listen(), f"CrossWatch listens to {entry.title}"
        )

    async def remind() -> None:
        """Do so for one pair after the other."""
        for pair in list(entry.runtime_data.pairs.values()):
            await pair.async_remind()

    entry.async_create_task(hass, remind(), f"CrossWatch reminds of {entry.title}")


async def _async_update_listener(
    hass: HomeAssistant, entry: CrossWatchConfigEntry
) -> None:
    """Take over what changed: by a reload, unless it is only the settings of pairs."""
    data = entry.runtime_data
    changed = data.watch.take_changed_pairs()
    if not data.watch.needs_reload and changed <= data.pairs.keys():
        # A run with settings that do not count any more must not go on.
        await asyncio.gather(*(data.pairs[each].async_cancel() for each in changed))
        try:
            for pair in data.pairs.values():
                pair.async_apply_settings()
                async_review_hint(hass, pair.subentry)
        except BrokenPairError:
            hass.config_entries.async_schedule_reload(entry.entry_id)
        return
    if removed := data.pairs.keys() - entry.subentries.keys():
        for pair_id in removed:
            async_clear_pair_issues(hass, pair_id)
        gone = [data.pairs.pop(pair_id) for pair_id in removed]
        await asyncio.gather(*(pair.async_close() for pair in gone))
        try:
            await async_get_runtime(hass).async_forget_pairs(removed)
        except sqlite3.Error as err:
            # What is left of them goes when the state is opened the next time.
            LOGGER.warning("The state of deleted pairs could not be removed: %s", err)
    hass.config_entries.async_schedule_reload(entry.entry_id)


async def _async_end_runs(
    hass: HomeAssistant,
    entry: CrossWatchConfigEntry,
    pairs: Collection[PairCoordinator],
) -> None:
    """End the account's own runs for good, and those that write to it for now."""
    writing = [
        pair for pair in loaded_pairs(hass) if pair.settings.target == entry.entry_id
    ]
    await asyncio.gather(
        *(pair.async_close() for pair in pairs),
        *(pair.async_cancel() for pair in writing if pair not in pairs),
    )


def _pairs_of(entry: CrossWatchConfigEntry) -> list[ConfigSubentry]:
    """Return the pairs of an account, loaded or not."""
    return entry.get_subentries_of_type(SUBENTRY_TYPE_PAIR)
