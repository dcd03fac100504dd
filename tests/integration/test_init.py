"""Setting accounts up, unloading and removing them, and what is left behind."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.crosswatch import (
    async_migrate_entry,
    async_remove_config_entry_device,
)
from custom_components.crosswatch.const import DOMAIN
from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.providers.plex.files import account_key, file_name
from custom_components.crosswatch.runtime import STATE_FILE, async_get_runtime
from custom_components.crosswatch.shared import storage_folder
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)
from tests.simulators.faults import FaultKind
from tests.simulators.jellyfin import JellyfinSimulator

from . import add_pair, waiting_flows
from .runs import (
    act,
    add_tracker,
    coordinator_of,
    entry_id_of,
    pair_data,
    put,
    set_up,
    state_of,
    watched,
)


def state_file(hass: HomeAssistant) -> Path:
    """Return where the state is kept."""
    return storage_folder(hass) / STATE_FILE


async def home_and_cabin(hass: HomeAssistant) -> tuple[MockConfigEntry, ...]:
    """Return two accounts with a pair from one to the other, set up."""
    home = await add_tracker(hass, "Home", pairs={"pair": pair_data("Cabin")})
    cabin = await add_tracker(hass, "Cabin")
    await set_up(hass, home, cabin)
    await put(home, watched(1, 2))
    return home, cabin


async def test_unload_leaves_nothing(hass: HomeAssistant) -> None:
    """Close the state with the last account, and open it for the first again."""
    home, cabin = await home_and_cabin(hass)
    runtime = async_get_runtime(hass)
    assert runtime.store.record_counts("nobody") == {}
    tasks = asyncio.all_tasks()
    for entry in (home, cabin):
        assert await hass.config_entries.async_unload(entry.entry_id)
        assert entry.state is ConfigEntryState.NOT_LOADED
    with pytest.raises(RuntimeError):
        _ = runtime.store
    assert asyncio.all_tasks() <= tasks
    # Actions stay, and say what is wrong.
    assert hass.services.has_service(DOMAIN, "sync")
    await set_up(hass, home, cabin)
    assert (await act(hass, "sync"))["totals"]["added"] == 2


async def test_devices(hass: HomeAssistant) -> None:
    """Make a device for each account and pair, the pair's below its source."""
    home, _ = await home_and_cabin(hass)
    registry = dr.async_get(hass)
    account, pair = (
        registry.async_get_device_by_identifier((DOMAIN, name), home.entry_id)
        for name in (home.entry_id, "pair")
    )
    assert account is not None
    assert pair is not None
    assert (account.name, pair.name) == ("Home", "Home → pair")
    assert account.entry_type is pair.entry_type is dr.DeviceEntryType.SERVICE
    assert pair.via_device_id == account.id
    assert pair.config_subentry_id == "pair"
    assert not await async_remove_config_entry_device(hass, home, account)
    assert not await async_remove_config_entry_device(hass, home, pair)
    gone = registry.async_get_or_create(
        config_entry_id=home.entry_id, identifiers={(DOMAIN, "gone")}
    )
    assert await async_remove_config_entry_device(hass, home, gone)


def reasons(hass: HomeAssistant, entry: ConfigEntry) -> tuple[Any, Any, list[str]]:
    """Return how an account's set-up ended, and the accounts to sign in again."""
    flows = waiting_flows(hass)
    # The text itself, with everything filled in.
    assert entry.reason is not None
    assert " " in entry.reason
    assert "{" not in entry.reason
    return (
        entry.state,
        entry.error_reason_translation_key,
        [each["context"]["source"] for each in flows],
    )


@pytest.fixture
async def signed_in(
    hass: HomeAssistant, jellyfin_account: ConfigEntry
) -> AsyncIterator[ConfigEntry]:
    """Return an account at Jellyfin that is not loaded."""
    await hass.config_entries.async_unload(jellyfin_account.entry_id)
    yield jellyfin_account
    await hass.config_entries.async_remove(jellyfin_account.entry_id)


async def test_login_has_ended(
    hass: HomeAssistant, jellyfin: JellyfinSimulator, signed_in: ConfigEntry
) -> None:
    """Ask to sign in again."""
    jellyfin.devices.by_token.clear()
    await hass.config_entries.async_setup(signed_in.entry_id)
    await hass.async_block_till_done()
    assert reasons(hass, signed_in) == (
        ConfigEntryState.SETUP_ERROR,
        "authentication_failed",
        [SOURCE_REAUTH],
    )


async def test_service_is_down(
    hass: HomeAssistant, jellyfin: JellyfinSimulator, signed_in: ConfigEntry
) -> None:
    """Try again later."""
    jellyfin.faults.fail(kind=FaultKind.CUT, times=100)
    await hass.config_entries.async_setup(signed_in.entry_id)
    await hass.async_block_till_done()
    assert reasons(hass, signed_in) == (
        ConfigEntryState.SETUP_RETRY,
        "cannot_connect",
        [],
    )
    assert signed_in.reason is not None
    assert "cannot be reached" in signed_in.reason


async def test_start_does_not_wait(
    hass: HomeAssistant, jellyfin: JellyfinSimulator, signed_in: ConfigEntry
) -> None:
    """Ask a service in trouble once, and leave it to Home Assistant to try again."""
    jellyfin.faults.fail(status=503, headers={"Retry-After": "30"}, times=100)
    asked = len(jellyfin.requests)
    async with asyncio.timeout(20):
        await hass.config_entries.async_setup(signed_in.entry_id)
    assert len(jellyfin.requests) == asked + 1
    assert reasons(hass, signed_in)[:2] == (
        ConfigEntryState.SETUP_RETRY,
        "cannot_connect",
    )


async def test_service_asks_to_wait(
    hass: HomeAssistant, jellyfin: JellyfinSimulator, signed_in: ConfigEntry
) -> None:
    """Try again later."""
    jellyfin.faults.fail(status=429, headers={"Retry-After": "3600"}, times=100)
    await hass.config_entries.async_setup(signed_in.entry_id)
    await hass.async_block_till_done()
    assert reasons(hass, signed_in) == (
        ConfigEntryState.SETUP_RETRY,
        "rate_limited",
        [],
    )


async def test_service_talks_nonsense(
    hass: HomeAssistant, jellyfin: JellyfinSimulator, signed_in: ConfigEntry
) -> None:
    """Say so, and leave it to the person."""
    jellyfin.faults.fail(kind=FaultKind.NONSENSE, times=100)
    await hass.config_entries.async_setup(signed_in.entry_id)
    await hass.async_block_till_done()
    assert reasons(hass, signed_in) == (
        ConfigEntryState.SETUP_ERROR,
        "unexpected_answer",
        [],
    )


async def test_provider_of_a_later_release(hass: HomeAssistant) -> None:
    """Refuse an account of a provider that is not known."""
    entry = MockConfigEntry(domain=DOMAIN, data={"provider": "from_the_future"})
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert reasons(hass, entry) == (
        ConfigEntryState.SETUP_ERROR,
        "unknown_provider",
        [],
    )


async def test_account_of_a_later_release(hass: HomeAssistant) -> None:
    """Refuse an account that was stored in a way that is not known."""
    entry = await add_tracker(hass, "Home", version=2)
    await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.MIGRATION_ERROR
    assert not await async_migrate_entry(hass, entry)


async def test_account_of_a_somewhat_later_release(hass: HomeAssistant) -> None:
    """Take an account that a later release only added something to."""
    entry = await add_tracker(hass, "Home")
    hass.config_entries.async_update_entry(entry, minor_version=2)
    await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED


async def test_state_cannot_be_opened(hass: HomeAssistant) -> None:
    """Try again later if the state file cannot be used, as with a full disk."""
    entry = await add_tracker(hass, "Home")
    state_file(hass).mkdir(parents=True)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert reasons(hass, entry) == (
        ConfigEntryState.SETUP_RETRY,
        "state_unavailable",
        [],
    )
    state_file(hass).rmdir()
    await hass.config_entries.async_reload(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED


async def test_remove_target(hass: HomeAssistant) -> None:
    """Tell of the pairs that lost their target, and fail their runs clearly."""
    home, cabin = await home_and_cabin(hass)
    await act(hass, "sync")
    await hass.config_entries.async_remove(cabin.entry_id)
    await hass.async_block_till_done()
    issues = ir.async_get(hass)
    assert issues.async_get_issue(DOMAIN, "target_missing_pair") is not None
    (run,) = (await act(hass, "sync"))["runs"]
    assert run["status"] == "failed"
    assert run["errors"] == 1
    assert "was removed" in run["features"]["history"]["error"]
    assert state_of(hass, "sensor", home.subentries["pair"], "status") == "failed"
    # Told again after a restart, as issues are not kept over one.
    issues.async_delete(DOMAIN, "target_missing_pair")
    await hass.config_entries.async_reload(home.entry_id)
    assert issues.async_get_issue(DOMAIN, "target_missing_pair") is not None
    assert async_get_runtime(hass).store.record_counts(cabin.entry_id) == {}


async def test_a_refused_run_reports_in_the_order_of_others(
    hass: HomeAssistant,
) -> None:
    """Report features in one and the same order, whether they could run or not."""
    features = ["watchlist", "ratings", "history"]
    pairs = {"pair": pair_data("Cabin", features=features)}
    home = await add_tracker(hass, "Home", pairs=pairs)
    cabin = await add_tracker(hass, "Cabin")
    await set_up(hass, home, cabin)
    (run,) = (await act(hass, "sync"))["runs"]
    order = list(run["features"])
    assert sorted(order) == sorted(features)
    await hass.config_entries.async_unload(cabin.entry_id)
    for wanted in (order, order[:2], order[1:]):
        (run,) = (await act(hass, "sync", features=wanted[::-1]))["runs"]
        assert run["status"] == "failed"
        assert list(run["features"]) == wanted


async def test_target_not_loaded(hass: HomeAssistant) -> None:
    """Fail clearly while the target is not loaded, and go on once it is."""
    home, cabin = await home_and_cabin(hass)
    await hass.config_entries.async_unload(cabin.entry_id)
    (run,) = (await act(hass, "sync"))["runs"]
    assert run["status"] == "failed"
    assert "is not loaded" in run["features"]["history"]["error"]
    issues = ir.async_get(hass)
    assert issues.async_get_issue(DOMAIN, "target_not_loaded_pair") is not None
    assert (await act(hass, "get_last_run"))["runs"][0]["run_id"] == run["run_id"]
    await hass.config_entries.async_setup(cabin.entry_id)
    assert issues.async_get_issue(DOMAIN, "target_not_loaded_pair") is None
    (run,) = (await act(hass, "sync"))["runs"]
    assert (run["status"], run["added"]) == ("success", 2)
    assert state_of(hass, "sensor", home.subentries["pair"], "status") == "success"


async def test_remove_all(hass: HomeAssistant) -> None:
    """Remove the state with the last account, and nothing of the others before."""
    home, cabin = await home_and_cabin(hass)
    await act(hass, "sync")
    store = async_get_runtime(hass).store
    assert store.last_report("pair") is not None
    await hass.config_entries.async_remove(home.entry_id)
    assert store.last_report("pair") is None
    assert store.record_counts(home.entry_id) == {}
    assert store.record_counts(cabin.entry_id) == {Feature.HISTORY: 2}
    assert ir.async_get(hass).issues == {}
    await hass.config_entries.async_remove(cabin.entry_id)
    left = [path.name for path in storage_folder(hass).iterdir()]
    assert not [name for name in left if name.startswith(STATE_FILE)]


async def test_remove_accounts_that_never_loaded(hass: HomeAssistant) -> None:
    """Remove accounts while the state is not open."""
    home = await add_tracker(hass, "Home", pairs={"pair": pair_data("Cabin")})
    cabin = await add_tracker(hass, "Cabin")
    await hass.config_entries.async_remove(cabin.entry_id)
    assert ir.async_get(hass).async_get_issue(DOMAIN, "target_missing_pair")
    await hass.config_entries.async_remove(home.entry_id)
    assert not state_file(hass).exists()
    assert ir.async_get(hass).issues == {}


async def test_remove_pair(hass: HomeAssistant) -> None:
    """Forget a pair with its device, entities and state."""
    home, _ = await home_and_cabin(hass)
    await act(hass, "sync")
    hass.config_entries.async_remove_subentry(home, "pair")
    await hass.async_block_till_done()
    assert home.state is ConfigEntryState.LOADED
    assert home.runtime_data.pairs == {}
    assert async_get_runtime(hass).store.last_report("pair") is None
    entities = er.async_entries_for_config_entry(er.async_get(hass), home.entry_id)
    assert not [each for each in entities if each.unique_id.startswith("pair_")]


async def test_pair_deleted_while_nothing_is_loaded(hass: HomeAssistant) -> None:
    """Drop the state of such a pair when the state is opened the next time."""
    home, cabin = await home_and_cabin(hass)
    await act(hass, "sync", dry_run=False)
    for entry in (home, cabin):
        assert await hass.config_entries.async_unload(entry.entry_id)
    hass.config_entries.async_remove_subentry(home, "pair")

    await set_up(hass, cabin)

    store = async_get_runtime(hass).store
    assert store.pair_ids() == set()
    assert store.last_report("pair") is None


async def test_pair_added_later(hass: HomeAssistant, tracker: ConfigEntry) -> None:
    """Set a pair up that is added while its account is loaded."""
    cabin = await add_tracker(hass, "Cabin")
    await set_up(hass, cabin)
    pair = await add_pair(hass, tracker, cabin)
    assert coordinator_of(tracker, pair).data.report is None
    assert state_of(hass, "sensor", pair, "status") == "idle"


async def test_broken_pair(hass: HomeAssistant) -> None:
    """Leave out a pair whose settings make no sense, and tell of it."""
    home = await add_tracker(
        hass,
        "Home",
        pairs={"broken": {"target": entry_id_of("Cabin")}, "pair": pair_data("Cabin")},
    )
    await set_up(hass, home, await add_tracker(hass, "Cabin"))
    assert home.state is ConfigEntryState.LOADED
    assert list(home.runtime_data.pairs) == ["pair"]
    issue = ir.async_get(hass).async_get_issue(DOMAIN, "pair_broken_broken")
    assert issue is not None
    assert issue.translation_placeholders is not None
    assert "features" in issue.translation_placeholders["problem"]
    hass.config_entries.async_update_subentry(
        home, home.subentries["broken"], data=pair_data("Cabin")
    )
    await hass.async_block_till_done()
    assert sorted(home.runtime_data.pairs) == ["broken", "pair"]
    assert ir.async_get(hass).issues == {}


async def test_what_reloads(hass: HomeAssistant) -> None:
    """Reload for what an account is loaded with, and for nothing else."""
    home, _ = await home_and_cabin(hass)
    pair = home.subentries["pair"]
    data = home.runtime_data
    await data.watch.async_save({"token": "renewed"})
    await hass.async_block_till_done()
    assert home.data["token"] == "renewed"
    for key in ("enabled", "dry_run"):
        hass.config_entries.async_update_subentry(
            home, pair, data={**pair.data, key: not pair.data.get(key, True)}
        )
        await hass.async_block_till_done()
    assert home.runtime_data is data
    hass.config_entries.async_update_subentry(
        home, pair, data={**pair.data, "interval": 5}
    )
    await hass.async_block_till_done()
    assert home.runtime_data is data
    assert data.pairs["pair"].settings.interval == timedelta(minutes=5)

    for change in (
        {"data": {**home.data, "token": "signed in again"}},
        {"title": "Renamed"},
    ):
        before = home.runtime_data
        hass.config_entries.async_update_entry(home, **change)
        await hass.async_block_till_done()
        assert home.runtime_data is not before
    before = home.runtime_data
    hass.config_entries.async_update_subentry(home, pair, title="Renamed")
    await hass.async_block_till_done()
    assert home.runtime_data is not before


async def test_tokens_renewed_after_the_end(hass: HomeAssistant) -> None:
    """Drop tokens that are renewed after the account was removed."""
    home, _ = await home_and_cabin(hass)
    watch = home.runtime_data.watch
    await hass.config_entries.async_remove(home.entry_id)
    await watch.async_save({"token": "late"})
    assert "token" not in home.data


async def test_platforms_that_stay(hass: HomeAssistant) -> None:
    """Report an unload that failed, and start no run after it."""
    home, _ = await home_and_cabin(hass)
    with patch.object(
        hass.config_entries, "async_unload_platforms", return_value=False
    ):
        assert not await hass.config_entries.async_unload(home.entry_id)
    assert home.state is ConfigEntryState.FAILED_UNLOAD


@pytest.mark.parametrize("others", [False, True], ids=["the last", "one of two"])
async def test_files_of_a_provider_go_with_its_account(
    hass: HomeAssistant, others: bool
) -> None:
    """Leave nothing behind of an account that its provider kept a file of its own for."""
    if others:
        await set_up(hass, await add_tracker(hass, "Home"))
    data = {"server_id": "s1", "user_id": "7"}
    entry = MockConfigEntry(domain=DOMAIN, data={"provider": "plex", **data})
    entry.add_to_hass(hass)
    folder = storage_folder(hass)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / file_name(account_key(data))
    file.write_bytes(b"")
    await hass.config_entries.async_remove(entry.entry_id)
    assert not file.exists()


async def test_a_file_that_stays_is_told(
    hass: HomeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    """Remove the account all the same."""
    data = {"server_id": "s1", "user_id": "7"}
    entry = MockConfigEntry(
        domain=DOMAIN, title="Plex (anna)", data={"provider": "plex", **data}
    )
    entry.add_to_hass(hass)
    # A folder in its place cannot be deleted as a file.
    (storage_folder(hass) / file_name(account_key(data))).mkdir(parents=True)
    await hass.config_entries.async_remove(entry.entry_id)
    assert "A file of Plex (anna) could not be deleted" in caplog.text
    assert hass.config_entries.async_entries(DOMAIN) == []
