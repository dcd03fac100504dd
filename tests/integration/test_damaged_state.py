"""A damaged state file: set aside, told of, and nothing removed or written twice."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
import sqlite3
from typing import Final

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.crosswatch.const import DOMAIN
from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.runtime import STATE_FILE, async_get_runtime
from custom_components.crosswatch.shared import storage_folder
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from .runs import (
    act,
    add_tracker,
    coordinator_of,
    pair_data,
    put,
    set_up,
    titles,
    watched,
)

FILMS: Final = 60
PAGE: Final = 4096


def _all_of_it(path: Path) -> None:
    """Leave nothing that could be taken for a state."""
    path.write_bytes(b"This is no database. " * 1000)


def _all_but_the_header(path: Path) -> None:
    """Leave what tells that it is a state, and nothing that a start could read."""
    whole = path.read_bytes()
    path.write_bytes(whole[:PAGE] + b"\xff" * (len(whole) - PAGE))


def _the_records(path: Path) -> None:
    """Leave all that a start reads: only a run would stumble over the records."""
    with closing(sqlite3.connect(path)) as database:
        (root,) = database.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'record'"
        ).fetchone()
    whole = path.read_bytes()
    start = (root - 1) * PAGE
    path.write_bytes(whole[:start] + b"\xff" * PAGE + whole[start + PAGE :])


type Damage = Callable[[Path], None]
DAMAGES: Final[tuple[Damage, ...]] = (_all_of_it, _all_but_the_header, _the_records)


@pytest.fixture(params=DAMAGES, ids=[each.__name__.strip("_") for each in DAMAGES])
def damage(request: pytest.FixtureRequest) -> Damage:
    """Return what damages a state file."""
    damage: Damage = request.param
    return damage


@pytest.fixture
async def accounts(hass: HomeAssistant) -> tuple[MockConfigEntry, ...]:
    """Return two accounts with a pair from one to the other that has run; unloaded."""
    home = await add_tracker(hass, "Home", pairs={"pair": pair_data("Cabin")})
    cabin = await add_tracker(hass, "Cabin")
    await set_up(hass, home, cabin)
    await put(home, watched(*range(1, FILMS + 1)))
    assert (await act(hass, "sync"))["totals"]["added"] == FILMS
    for entry in (home, cabin):
        await hass.config_entries.async_unload(entry.entry_id)
    return home, cabin


def _set_aside(hass: HomeAssistant) -> Path | None:
    """Return where the issue says that the state was put, None without an issue."""
    issue = ir.async_get(hass).async_get_issue(DOMAIN, "state_damaged")
    if issue is None:
        return None
    assert issue.is_persistent
    assert issue.translation_placeholders is not None
    return Path(issue.translation_placeholders["file"])


def _state(hass: HomeAssistant) -> Path:
    """Return where the state is kept."""
    return storage_folder(hass) / STATE_FILE


async def test_it_is_set_aside(
    hass: HomeAssistant, accounts: tuple[MockConfigEntry, ...], damage: Damage
) -> None:
    """Say so as soon as the accounts are there, and sync as if for the first time."""
    damage(_state(hass))
    damaged = _state(hass).read_bytes()
    await set_up(hass, *accounts)
    aside = _set_aside(hass)
    assert aside is not None
    assert aside.read_bytes() == damaged
    totals = (await act(hass, "sync"))["totals"]
    assert (totals["added"], totals["removed"], totals["errors"]) == (0, 0, 0)
    assert len(await titles(accounts[1], Feature.HISTORY)) == FILMS
    assert [
        each for each in _state(hass).parent.iterdir() if "damaged" in each.name
    ] == [aside]


async def test_it_is_set_aside_before_a_run(
    hass: HomeAssistant, accounts: tuple[MockConfigEntry, ...]
) -> None:
    """A start does not wait until all is looked through, but a run does."""
    _the_records(_state(hass))
    hass.set_state(CoreState.starting)
    await set_up(hass, *accounts)
    assert _set_aside(hass) is None
    totals = (await act(hass, "sync"))["totals"]
    assert (totals["added"], totals["removed"], totals["errors"]) == (0, 0, 0)
    assert _set_aside(hass) is not None


async def test_it_is_looked_through_after_the_start(
    hass: HomeAssistant, accounts: tuple[MockConfigEntry, ...]
) -> None:
    """A person hears of it without any run; since when a pair is there stays known."""
    _the_records(_state(hass))
    hass.set_state(CoreState.starting)
    await set_up(hass, *accounts)
    home = accounts[0]
    created = coordinator_of(home, home.subentries["pair"]).created
    assert _set_aside(hass) is None
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await hass.async_block_till_done()
    assert _set_aside(hass) is not None
    store = async_get_runtime(hass).store
    assert store.remember_pair("pair", dt_util.utcnow()) == created


async def test_accounts_that_are_not_ready_yet(
    hass: HomeAssistant, accounts: tuple[MockConfigEntry, ...]
) -> None:
    """Since when their pairs are there stays known as well."""
    _the_records(_state(hass))
    hass.set_state(CoreState.starting)
    await set_up(hass, *accounts)
    home = accounts[0]
    created = coordinator_of(home, home.subentries["pair"]).created
    home.mock_state(hass, ConfigEntryState.SETUP_IN_PROGRESS)
    await async_get_runtime(hass).async_check()
    home.mock_state(hass, ConfigEntryState.LOADED)
    assert _set_aside(hass) is not None
    store = async_get_runtime(hass).store
    assert store.remember_pair("pair", dt_util.utcnow()) == created


async def test_a_sound_state_stays(
    hass: HomeAssistant, accounts: tuple[MockConfigEntry, ...]
) -> None:
    """Nothing is told of a state in which all is as it should be."""
    await set_up(hass, *accounts)
    assert async_get_runtime(hass).store.checked
    assert _set_aside(hass) is None


async def test_whoever_gives_up_leaves_it_to_others(
    hass: HomeAssistant, accounts: tuple[MockConfigEntry, ...]
) -> None:
    """A run that is cancelled while all is looked through does not end that."""
    _the_records(_state(hass))
    hass.set_state(CoreState.starting)
    await set_up(hass, *accounts)
    check = hass.async_create_task(async_get_runtime(hass).async_check())
    check.cancel()
    await hass.async_block_till_done()
    assert check.cancelled()
    assert _set_aside(hass) is not None


async def test_no_run_without_a_look(
    hass: HomeAssistant,
    accounts: tuple[MockConfigEntry, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What could not be looked through is not relied on, and looked at again later."""
    _the_records(_state(hass))
    hass.set_state(CoreState.starting)
    await set_up(hass, *accounts)
    with monkeypatch.context() as full:
        full.setattr(sqlite3, "connect", _full)
        (run,) = (await act(hass, "sync"))["runs"]
    assert (run["status"], run["added"], run["removed"]) == ("failed", 0, 0)
    assert "disk is full" in run["features"]["history"]["error"]
    # What was set aside is told all the same.
    assert _set_aside(hass) is not None
    totals = (await act(hass, "sync"))["totals"]
    assert (totals["added"], totals["removed"], totals["errors"]) == (0, 0, 0)


def _full(*args: object, **kwargs: object) -> sqlite3.Connection:
    """Fail as SQLite does where there is no room."""
    raise sqlite3.OperationalError("database or disk is full")
