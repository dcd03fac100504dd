"""A Trakt account in Home Assistant: what it refuses, and how a person hears of it."""

import asyncio

import pytest

from homeassistant.config_entries import ConfigEntry, ConfigEntryState, ConfigSubentry
from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.core import HomeAssistant
from tests.simulators.trakt import TraktSimulator

from . import add_pair, answer, state_of as state_of_entry, waiting_flows
from .runs import act, device_of, film, listed, put, rated, state_of, until
from .test_config_flow_code import APP
from .test_end_to_end import reauth_flows, trakt_account

__all__ = ["trakt_account"]

FILMS = range(1, 6)
FEATURES = ["watchlist", "ratings"]


@pytest.fixture(autouse=True)
def titles(trakt: TraktSimulator) -> None:
    """Let Trakt know some films, and mind no pace."""
    trakt.behaviour.enforce_rate = False
    for number in FILMS:
        item = film(number)
        trakt.library.add_movie(item.title, item.year or 2000, ids=item.ids)


@pytest.fixture
async def pair(
    hass: HomeAssistant,
    tracker: ConfigEntry,
    trakt_account: ConfigEntry,
) -> ConfigSubentry:
    """Return a pair from a tracker to Trakt, with a few films to give."""
    pair = await add_pair(
        hass, tracker, trakt_account, features=FEATURES, dry_run=False
    )
    await put(tracker, listed(*FILMS))
    await put(tracker, rated(film_1=8, film_2=9))
    return pair


async def test_full_account(
    hass: HomeAssistant,
    trakt: TraktSimulator,
    tracker: ConfigEntry,
    pair: ConfigSubentry,
) -> None:
    """Say in plain words what is full and what to do, and get on with the rest."""
    trakt.alice.limits.watchlist = 3
    device = device_of(hass, tracker, pair)
    (run,) = (await act(hass, "sync", device_id=device, include_items=True))["runs"]
    assert run["status"] == "partial"
    assert (run["added"], run["unresolved"], run["errors"]) == (5, 2, 0)
    told = run["features"]["watchlist"]["error"]
    assert "no more than 3 titles on the watchlist" in told
    assert "get VIP" in told
    assert "error" not in run["features"]["ratings"]
    waiting = [each for each in run["items"] if each["outcome"] == "unresolved"]
    assert {each["reason"] for each in waiting} == {"account_limit"}
    assert len(trakt.alice.ratings.live) == 2
    # A full account is an account that works.
    assert reauth_flows(hass) == []
    # The same again is not even tried before a day has passed.
    trakt.reset_requests()
    (run,) = (await act(hass, "sync", device_id=device))["runs"]
    assert (run["added"], run["unresolved"]) == (0, 2)
    assert trakt.writes() == 0


async def test_app_that_was_off_for_a_while(
    hass: HomeAssistant,
    trakt: TraktSimulator,
    tracker: ConfigEntry,
    trakt_account: ConfigEntry,
    pair: ConfigSubentry,
) -> None:
    """Ask to sign in again, and take that back once the login works after all."""
    device = device_of(hass, tracker, pair)
    trakt.faults.fail(status=403, times=1000)
    for _ in range(2):
        (run,) = (await act(hass, "sync", device_id=device))["runs"]
        assert run["status"] == "failed"
        assert "make a new app with VIP" in run["features"]["ratings"]["error"]
    assert reauth_flows(hass) == [trakt_account.entry_id]
    assert state_of(hass, "binary_sensor", trakt_account, "connected") == STATE_OFF
    trakt.faults.clear()
    (run,) = (await act(hass, "sync", device_id=device))["runs"]
    assert run["status"] == "success"
    assert reauth_flows(hass) == []
    assert state_of(hass, "binary_sensor", trakt_account, "connected") == STATE_ON


async def test_person_who_is_signing_in(
    hass: HomeAssistant,
    trakt: TraktSimulator,
    tracker: ConfigEntry,
    trakt_account: ConfigEntry,
    pair: ConfigSubentry,
) -> None:
    """Interrupt nobody who has a code to enter by then."""
    device = device_of(hass, tracker, pair)
    trakt.faults.fail(path="/sync/.*", status=403, times=1000)
    await act(hass, "sync", device_id=device)
    trakt.oauth.auto_approve = None
    (flow,) = waiting_flows(hass)
    result = await answer(hass, flow, APP)
    trakt.faults.clear()
    (run,) = (await act(hass, "sync", device_id=device))["runs"]
    assert run["status"] == "success"
    assert reauth_flows(hass) == [trakt_account.entry_id]
    hass.config_entries.flow.async_abort(result["flow_id"])


async def test_leaving_dropped_shows_alone(
    hass: HomeAssistant,
    trakt: TraktSimulator,
    trakt_account: ConfigEntry,
) -> None:
    """Offer it as an option, which reloads the account."""
    options = hass.config_entries.options
    result = await options.async_init(trakt_account.entry_id)
    assert result["step_id"] == "trakt"
    await options.async_configure(result["flow_id"], {"dropped": True})
    await hass.async_block_till_done()
    assert trakt_account.options == {"dropped": True}
    assert state_of_entry(trakt_account) is ConfigEntryState.LOADED


async def test_login_is_kept_alive(
    hass: HomeAssistant,
    trakt: TraktSimulator,
    trakt_account: ConfigEntry,
) -> None:
    """Renew the tokens though nothing runs, and keep them without a reload."""
    trakt.reset_requests()
    data = {**trakt_account.data, "renew_at": 0}
    hass.config_entries.async_update_entry(trakt_account, data=data)
    await hass.async_block_till_done()
    await until(lambda: trakt_account.data["renew_at"] != 0)
    (token,) = trakt.oauth.tokens()
    assert trakt_account.data["access_token"] == token.access
    assert trakt_account.data["refresh_token"] == token.refresh
    assert trakt_account.data["expires_at"] > trakt_account.data["renew_at"]
    await hass.async_block_till_done()
    assert trakt.oauth.refreshes == 1
    # The change that the test made has reloaded the account, the new tokens have not.
    assert trakt.count("GET", "/users/settings") == 1
    name = f"CrossWatch listens to {trakt_account.title}"
    assert name in {task.get_name() for task in asyncio.all_tasks()}
    assert await hass.config_entries.async_unload(trakt_account.entry_id)
    assert name not in {task.get_name() for task in asyncio.all_tasks()}
