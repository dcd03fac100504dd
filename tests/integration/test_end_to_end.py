"""Whole runs between accounts, from signing in to the counts that a person sees."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from custom_components.crosswatch.engine.model import Feature
from homeassistant.config_entries import (
    SOURCE_REAUTH,
    ConfigEntry,
    ConfigEntryState,
    ConfigSubentry,
)
from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.core import HomeAssistant
from tests.simulators.catalogue import make_catalogue
from tests.simulators.faults import FaultKind
from tests.simulators.jellyfin import JellyfinSimulator, User, seed
from tests.simulators.trakt import TraktSimulator

from . import add_pair, answer, start_flow, wait_for_code
from .runs import (
    act,
    coordinator_of,
    device_of,
    entity_of,
    press,
    put,
    state_of,
    titles,
    until,
    watched,
)

pytestmark = pytest.mark.usefixtures("loop_debug")

ALL = ["watchlist", "history", "ratings"]
WATCHED_AT = datetime(2025, 3, 1, 20, 30, tzinfo=UTC)
CATALOGUE = make_catalogue(films=12, shows=2, seasons_per_show=1, episodes_per_season=6)


# How long a service takes that is slow, in seconds.
SLOW = 1.5
# All that a run asks for: the account also connects again, to listen.
ASKED = "(?!/socket).*"


def user(server: JellyfinSimulator, name: str) -> User:
    """Return a user of a server."""
    (found,) = (each for each in server.state.users.values() if each.name == name)
    return found


@pytest.fixture
async def slow(jellyfin: JellyfinSimulator) -> AsyncIterator[Callable[[], None]]:
    """Return what makes Jellyfin slow, and wait for its last answer in the end."""

    def make_slow() -> None:
        """Answer late from now on."""
        jellyfin.latency = SLOW
        jellyfin.reset_requests()

    yield make_slow
    jellyfin.latency = 0
    await asyncio.sleep(SLOW)


@pytest.fixture
def library(jellyfin: JellyfinSimulator, trakt: TraktSimulator) -> None:
    """Let anna watch five films and three episodes, list two films and rate two."""
    seeded = seed(jellyfin, CATALOGUE)
    anna = user(jellyfin, "anna")
    for item in (*seeded.films[:5], *seeded.episodes[:3]):
        jellyfin.play(anna, item, WATCHED_AT)
    for item in seeded.films[6:8]:
        jellyfin.favourite(anna, item)
    for item, rating in zip(seeded.films[:2], (8.0, 6.0), strict=True):
        jellyfin.rate(anna, item, rating)
    trakt.seed(CATALOGUE)
    # The limiters of these tests let no time pass.
    trakt.behaviour.enforce_rate = False


@pytest.fixture
async def trakt_account(hass: HomeAssistant, trakt: TraktSimulator) -> ConfigEntry:
    """Return the account of alice at Trakt."""
    trakt.approve_by_itself(1)
    app = {"client_id": trakt.CLIENT_ID, "client_secret": trakt.CLIENT_SECRET}
    result = await answer(hass, await start_flow(hass, "trakt"), app)
    result = await wait_for_code(hass, result)
    await hass.async_block_till_done()
    entry: ConfigEntry = result["result"]
    return entry


def added(response: dict[str, Any]) -> dict[str, int]:
    """Return what one run added, feature by feature."""
    (run,) = response["runs"]
    return {name: counts["added"] for name, counts in run["features"].items()}


@pytest.mark.usefixtures("library")
async def test_jellyfin_to_trakt(
    hass: HomeAssistant,
    jellyfin: JellyfinSimulator,
    trakt: TraktSimulator,
    jellyfin_account: ConfigEntry,
    trakt_account: ConfigEntry,
) -> None:
    """Preview, sync, and find nothing to do the second time."""
    pair = await add_pair(hass, jellyfin_account, trakt_account, features=ALL)
    device = device_of(hass, jellyfin_account, pair)
    shown = await act(hass, "dry_run", device_id=device)
    assert shown["runs"][0]["status"] == "success"
    assert added(shown) == {"history": 8, "watchlist": 2, "ratings": 2}
    assert (jellyfin.writes(), trakt.writes()) == (0, 0)

    done = await act(hass, "sync", device_id=device, dry_run=False)
    assert done["totals"] == shown["totals"]
    assert jellyfin.writes() == 0
    assert len(trakt.alice.history) == 8
    assert len(trakt.alice.watchlist.live) == 2
    assert sorted(each.rating for each in trakt.alice.ratings.live.values()) == [6, 8]

    trakt.reset_requests()
    again = await act(hass, "sync", device_id=device, dry_run=False)
    assert again["totals"]["added"] == 0
    assert again["totals"]["errors"] == 0
    assert trakt.writes() == 0
    assert state_of(hass, "sensor", jellyfin_account, "history") == "8"
    assert state_of(hass, "sensor", trakt_account, "ratings") == "2"


@pytest.mark.usefixtures("library")
async def test_tracker_as_target_and_source(
    hass: HomeAssistant,
    jellyfin_account: ConfigEntry,
    tracker: ConfigEntry,
    trakt: TraktSimulator,
    trakt_account: ConfigEntry,
) -> None:
    """Copy Jellyfin to the built-in tracker, and that to Trakt, in one action."""
    first = await add_pair(hass, jellyfin_account, tracker, features=ALL, dry_run=False)
    second = await add_pair(hass, tracker, trakt_account, features=ALL, dry_run=False)
    devices = [
        device_of(hass, jellyfin_account, first),
        device_of(hass, tracker, second),
    ]
    response = await act(hass, "sync", device_id=devices)
    assert [run["pair_id"] for run in response["runs"]] == [
        first.subentry_id,
        second.subentry_id,
    ]
    assert response["totals"]["added"] == 2 * 12
    assert len(await titles(tracker, Feature.WATCHLIST)) == 2
    assert len(trakt.alice.history) == 8
    again = await act(hass, "sync", device_id=devices)
    assert again["totals"]["added"] == 0


def reauth_flows(hass: HomeAssistant) -> list[str]:
    """Return the entry ids of the accounts that are to sign in again."""
    return [
        flow["context"]["entry_id"]
        for flow in hass.config_entries.flow.async_progress()
        if flow["context"]["source"] == SOURCE_REAUTH
    ]


async def test_reauth_of_the_target(
    hass: HomeAssistant,
    trakt: TraktSimulator,
    tracker: ConfigEntry,
    trakt_account: ConfigEntry,
) -> None:
    """Ask for a new sign-in at the account whose login has ended: the target."""
    pair = await add_pair(hass, tracker, trakt_account, dry_run=False)
    await put(tracker, watched(1))
    trakt.oauth.revoke_tokens()
    response = await act(hass, "sync", device_id=device_of(hass, tracker, pair))
    (run,) = response["runs"]
    assert run["status"] == "failed"
    assert run["errors"] == 1
    assert reauth_flows(hass) == [trakt_account.entry_id]
    assert state_of(hass, "binary_sensor", trakt_account, "connected") == STATE_OFF
    assert state_of(hass, "binary_sensor", tracker, "connected") == STATE_ON
    assert state_of(hass, "binary_sensor", pair, "problem") == STATE_ON
    assert state_of(hass, "sensor", pair, "status") == "failed"


async def test_reauth_of_the_source(
    hass: HomeAssistant,
    jellyfin: JellyfinSimulator,
    jellyfin_account: ConfigEntry,
    tracker: ConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Ask for a new sign-in at the account whose login has ended: the source."""
    pair = await add_pair(hass, jellyfin_account, tracker, dry_run=False)
    jellyfin.revoke_tokens(user(jellyfin, "anna"))
    device = device_of(hass, jellyfin_account, pair)
    response = await act(hass, "sync", device_id=device)
    assert response["runs"][0]["status"] == "failed"
    assert reauth_flows(hass) == [jellyfin_account.entry_id]
    assert f"{jellyfin_account.title} no longer accepts the login" in caplog.text
    assert "cannot be reached" not in caplog.text


async def test_down_and_up_again(
    hass: HomeAssistant,
    jellyfin: JellyfinSimulator,
    jellyfin_account: ConfigEntry,
    tracker: ConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Tell once that an account cannot be reached, and once that it can again."""
    pair = await add_pair(hass, jellyfin_account, tracker, dry_run=False)
    device = device_of(hass, jellyfin_account, pair)
    jellyfin.faults.fail(kind=FaultKind.CUT, times=1000)
    for _ in range(2):
        response = await act(hass, "sync", device_id=device)
        assert response["runs"][0]["status"] == "failed"
    assert state_of(hass, "binary_sensor", jellyfin_account, "connected") == STATE_OFF
    entity_id = entity_of(hass, "binary_sensor", pair, "problem")
    state = hass.states.get(entity_id)
    assert state is not None
    assert len(state.attributes["messages"]) == 1
    assert caplog.text.count("cannot be reached") == 1
    jellyfin.faults.rules.clear()
    await act(hass, "sync", device_id=device)
    assert state_of(hass, "binary_sensor", jellyfin_account, "connected") == STATE_ON
    assert state_of(hass, "binary_sensor", pair, "problem") == STATE_OFF
    assert caplog.text.count("can be reached again") == 1
    assert reauth_flows(hass) == []


@pytest.fixture
async def slow_pair(
    hass: HomeAssistant,
    jellyfin: JellyfinSimulator,
    jellyfin_account: ConfigEntry,
    tracker: ConfigEntry,
    slow: Callable[[], None],
) -> ConfigSubentry:
    """Return a pair with a run going on that waits for Jellyfin."""
    pair = await add_pair(hass, jellyfin_account, tracker, dry_run=False)
    slow()
    await press(hass, pair, "sync")
    await until(lambda: jellyfin.count(path=ASKED) > 0)
    assert state_of(hass, "sensor", pair, "status") == "running"
    return pair


async def test_cancel(
    hass: HomeAssistant, jellyfin_account: ConfigEntry, slow_pair: ConfigSubentry
) -> None:
    """Cancel a run, which then says so."""
    pair = slow_pair
    device = device_of(hass, jellyfin_account, pair)
    assert await act(hass, "cancel", device_id=device) == {"cancelled": 1}
    assert state_of(hass, "sensor", pair, "status") == "cancelled"
    response = await act(hass, "get_last_run", device_id=device)
    assert response["runs"][0]["status"] == "cancelled"
    event = hass.states.get(entity_of(hass, "event", pair, "run"))
    assert event is not None
    assert event.attributes["event_type"] == "cancelled"


async def test_action_answers_when_its_run_is_cancelled(
    hass: HomeAssistant,
    jellyfin: JellyfinSimulator,
    jellyfin_account: ConfigEntry,
    tracker: ConfigEntry,
    other_tracker: ConfigEntry,
    slow: Callable[[], None],
) -> None:
    """Answer with reports also for runs that were cancelled, or never got a turn."""
    first = await add_pair(hass, jellyfin_account, tracker, dry_run=False)
    second = await add_pair(hass, jellyfin_account, other_tracker, dry_run=False)
    slow()
    waiting = hass.async_create_task(act(hass, "sync"))
    await until(lambda: jellyfin.count(path=ASKED) > 0)
    assert coordinator_of(jellyfin_account, second).data.running
    assert await act(hass, "cancel") == {"cancelled": 2}
    response = await waiting
    assert response["runs"][1]["features"] == {}
    assert [run["pair_id"] for run in response["runs"]] == [
        first.subentry_id,
        second.subentry_id,
    ]
    assert {run["status"] for run in response["runs"]} == {"cancelled"}


@pytest.mark.parametrize("what", ["unload", "reload", "remove"])
@pytest.mark.parametrize("whose", ["source", "target"])
async def test_unload_while_running(
    hass: HomeAssistant,
    jellyfin: JellyfinSimulator,
    jellyfin_account: ConfigEntry,
    tracker: ConfigEntry,
    slow_pair: ConfigSubentry,
    whose: str,
    what: str,
) -> None:
    """End a run cleanly when one of its accounts goes away."""
    coordinator = coordinator_of(jellyfin_account, slow_pair)
    run = coordinator.run
    assert run is not None
    account = jellyfin_account if whose == "source" else tracker
    jellyfin.latency = 0
    await getattr(hass.config_entries, f"async_{what}")(account.entry_id)
    assert run.done()
    assert run.result().status == "cancelled"
    assert coordinator.run is None
    await hass.async_block_till_done()
    states = {"unload": ConfigEntryState.NOT_LOADED, "reload": ConfigEntryState.LOADED}
    if what in states:
        assert account.state is states[what]


async def test_stop_while_running(
    hass: HomeAssistant, jellyfin_account: ConfigEntry, slow_pair: ConfigSubentry
) -> None:
    """End a run cleanly when Home Assistant stops."""
    run = coordinator_of(jellyfin_account, slow_pair).run
    assert run is not None
    await hass.async_stop(force=True)
    assert run.done()
    assert run.result().status == "cancelled"


@pytest.mark.usefixtures("library")
async def test_cancel_lets_the_write_settle(
    hass: HomeAssistant,
    trakt: TraktSimulator,
    jellyfin_account: ConfigEntry,
    trakt_account: ConfigEntry,
) -> None:
    """Wait for the answer to a write, and know afterwards what came of it."""
    pair = await add_pair(
        hass, jellyfin_account, trakt_account, features=["history"], dry_run=False
    )
    trakt.faults.fail(
        method="POST", path="/sync/history", kind=FaultKind.SLOW, seconds=SLOW
    )
    await press(hass, pair, "sync")
    await until(lambda: trakt.writes() > 0)
    assert await act(hass, "cancel") == {"cancelled": 1}
    (run,) = (await act(hass, "get_last_run"))["runs"]
    assert (run["status"], run["added"], run["errors"]) == ("cancelled", 8, 0)
    assert len(trakt.alice.history) == 8
    trakt.reset_requests()
    again = await act(hass, "sync")
    assert again["totals"]["added"] == 0
    assert trakt.writes() == 0
