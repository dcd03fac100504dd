"""Options with which an account's records are elsewhere: nothing goes because of it."""

from contextlib import closing
from copy import replace
import sqlite3
from typing import Any, cast
from unittest.mock import patch

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.crosswatch.const import DOMAIN
from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.providers.registry import PROVIDERS
from custom_components.crosswatch.providers.spec import ProviderSpec
from custom_components.crosswatch.runtime import STATE_FILE, async_get_runtime
from custom_components.crosswatch.shared import storage_folder
from homeassistant.config_entries import ConfigEntry, ConfigSubentryDataWithId
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from tests.simulators.catalogue import make_catalogue
from tests.simulators.jellyfin import JellyfinSimulator, seed

from . import answer_pair, only_pair, start_pair_flow
from .made_up import Service
from .runs import act, add_tracker, listed, pair_data, put, set_up, titles
from .test_options_flow import DEFAULTS, show, submit

PAIR = {"features": ["watchlist"], "watchlist": {"add": True, "remove": True}}


def made_up_account(
    hass: HomeAssistant, pairs: dict[str, dict[str, Any]]
) -> MockConfigEntry:
    """Return an account whose watchlist is on one shelf or the other."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        entry_id="entry-attic",
        title="Attic",
        data={"provider": "made_up", "name": "Attic"},
        subentries_data=[
            ConfigSubentryDataWithId(
                data=data,
                subentry_id=pair_id,
                subentry_type="pair",
                title=pair_id,
                unique_id=pair_id,
            )
            for pair_id, data in pairs.items()
        ],
    )
    entry.add_to_hass(hass)
    return entry


@pytest.fixture
async def cabin(hass: HomeAssistant) -> MockConfigEntry:
    """Return the account that must not lose anything."""
    return await add_tracker(hass, "Cabin")


@pytest.fixture
async def attic(
    hass: HomeAssistant, made_up: Service, cabin: MockConfigEntry
) -> MockConfigEntry:
    """Return an account with a pair, both sides of which hold the same three films."""
    attic = made_up_account(hass, {"pair": pair_data("Cabin", **PAIR)})
    await set_up(hass, attic, cabin)
    await put(attic, listed(1, 2, 3))
    for _ in range(3):
        await act(hass, "sync")
    assert await titles(cabin, Feature.WATCHLIST) == {"Film 1", "Film 2", "Film 3"}
    return attic


async def change(hass: HomeAssistant, entry: MockConfigEntry, **chosen: Any) -> Any:
    """Change the options of an account."""
    result = await show(hass, entry)
    return await submit(hass, result, {**DEFAULTS, "note": "", **chosen})


async def removals(hass: HomeAssistant) -> list[str]:
    """Run the pair three times, and return what it removes, or would if it might."""
    reports = [await act(hass, "sync", include_items=True) for _ in range(3)]
    return sorted(
        {
            item["title"]
            for report in reports
            for run in report["runs"]
            for item in run["items"]
            if item["action"] == "remove"
        }
    )


async def test_move_that_is_not_told(
    hass: HomeAssistant, attic: MockConfigEntry, cabin: MockConfigEntry
) -> None:
    """Check the stage: a move that the provider does not tell of looks like a loss."""
    silent = replace(PROVIDERS["made_up"], moved_by={})
    with patch.dict(cast(dict[str, ProviderSpec], PROVIDERS), made_up=silent):
        await change(hass, attic, shelf="lower")
    assert len(await removals(hass)) == 3


async def test_move(
    hass: HomeAssistant, attic: MockConfigEntry, cabin: MockConfigEntry
) -> None:
    """Take nothing off the target because the source looks elsewhere now."""
    await change(hass, attic, shelf="lower")
    assert await titles(attic, Feature.WATCHLIST) == set()
    assert await removals(hass) == []
    await put(attic, listed(4))
    assert await removals(hass) == []
    everything = {"Film 1", "Film 2", "Film 3", "Film 4"}
    assert await titles(cabin, Feature.WATCHLIST) == everything


async def test_move_of_a_target(hass: HomeAssistant, made_up: Service) -> None:
    """Bring everything to the new place of a target, and take nothing off a source."""
    attic = made_up_account(hass, {})
    home = await add_tracker(
        hass, "Home", pairs={"pair": pair_data("Attic", mode="two_way", **PAIR)}
    )
    await set_up(hass, home, attic)
    await put(home, listed(1, 2))
    for _ in range(3):
        await act(hass, "sync")
    await change(hass, attic, shelf="lower")
    assert await removals(hass) == []
    for account in (home, attic):
        assert await titles(account, Feature.WATCHLIST) == {"Film 1", "Film 2"}


async def test_other_option(hass: HomeAssistant, attic: MockConfigEntry) -> None:
    """Keep what is known where an option moves nothing."""
    store = async_get_runtime(hass).store
    before = store.load_ledger("pair", Feature.WATCHLIST)
    assert len(before) == 3
    await change(hass, attic, loud=True)
    assert attic.options["loud"] is True
    assert store.load_ledger("pair", Feature.WATCHLIST) == before
    await change(hass, attic, loud=True, shelf="lower")
    assert store.load_ledger("pair", Feature.WATCHLIST) == []


async def test_state_that_cannot_be_written(
    hass: HomeAssistant, attic: MockConfigEntry, cabin: MockConfigEntry
) -> None:
    """Change nothing where what is known cannot be dropped first."""
    path = storage_folder(hass) / STATE_FILE
    with closing(sqlite3.connect(path, autocommit=True)) as state:
        state.execute(
            "CREATE TRIGGER fault BEFORE DELETE ON snapshot"
            " BEGIN SELECT RAISE(ABORT, 'a fault'); END"
        )
        result = await change(hass, attic, shelf="lower")
        state.execute("DROP TRIGGER fault")
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {"base": "state_unavailable"}
    assert attic.options == {}
    assert await titles(attic, Feature.WATCHLIST) != set()
    result = await submit(hass, result, {**DEFAULTS, "shelf": "lower"})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert await removals(hass) == []
    assert len(await titles(cabin, Feature.WATCHLIST)) == 3


@pytest.mark.parametrize("watchlist", ["playlist", "collection"])
async def test_watchlist_of_jellyfin(
    hass: HomeAssistant,
    jellyfin: JellyfinSimulator,
    jellyfin_account: ConfigEntry,
    tracker: ConfigEntry,
    watchlist: str,
) -> None:
    """Bring a two-way pair along when favourites are no longer the watchlist."""
    seeded = seed(jellyfin, make_catalogue(films=3, shows=0))
    anna = jellyfin.state.user_named("anna")
    assert anna is not None
    anna.admin = True
    for film in seeded.films:
        jellyfin.favourite(anna, film)
    result = await start_pair_flow(hass, jellyfin_account)
    result = await answer_pair(
        hass,
        result,
        {
            "target": tracker.entry_id,
            "mode": "two_way",
            "features": ["watchlist"],
            "dry_run": False,
        },
    )
    result = await answer_pair(hass, result, {"confirm": True})
    await hass.async_block_till_done()
    data = {**only_pair(jellyfin_account).data, "watchlist": PAIR["watchlist"]}
    hass.config_entries.async_update_subentry(
        jellyfin_account, only_pair(jellyfin_account), data=data
    )
    await hass.async_block_till_done()
    assert await removals(hass) == []
    before = await titles(tracker, Feature.WATCHLIST)
    assert len(before) == 3
    form = await hass.config_entries.options.async_init(jellyfin_account.entry_id)
    await submit(hass, form, {"watchlist": watchlist, "watchlist_name": "To see"})
    assert await titles(jellyfin_account, Feature.WATCHLIST) == set()
    assert await removals(hass) == []
    assert await titles(tracker, Feature.WATCHLIST) == before
    assert await titles(jellyfin_account, Feature.WATCHLIST) == before
    assert all(anna.of(film).favourite for film in seeded.films)
