"""The actions on accounts of Jellyfin and Trakt."""

from datetime import UTC, datetime
from typing import Any

import pytest

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant
from tests.simulators.catalogue import make_catalogue
from tests.simulators.faults import FaultKind
from tests.simulators.jellyfin import JellyfinSimulator, User, seed
from tests.simulators.trakt import TraktSimulator

from . import add_pair, answer, start_flow, wait_for_code
from .runs import act, device_of, put, watched
from .service_world import refusal

FEATURES = ["watchlist", "history", "ratings"]
CATALOGUE = make_catalogue(films=12, shows=2, seasons_per_show=1, episodes_per_season=6)
WATCHED_AT = datetime(2025, 3, 1, 20, 30, tzinfo=UTC)


class World:
    """A pair from Jellyfin to Trakt, with films and episodes at its source."""

    def __init__(
        self, hass: HomeAssistant, source: ConfigEntry, pair: ConfigSubentry
    ) -> None:
        """Take the pair."""
        self.hass = hass
        self.source = source
        self.pair = pair
        self.device = device_of(hass, source, pair)

    async def run(self, action: str, **data: Any) -> dict[str, Any]:
        """Call an action for the pair."""
        return await act(self.hass, action, device_id=self.device, **data)


def anna(jellyfin: JellyfinSimulator) -> User:
    """Return the user anna."""
    (found,) = (each for each in jellyfin.state.users.values() if each.name == "anna")
    return found


@pytest.fixture
async def world(
    hass: HomeAssistant,
    jellyfin: JellyfinSimulator,
    trakt: TraktSimulator,
    jellyfin_account: ConfigEntry,
) -> World:
    """Return a pair that has something to do in each feature."""
    seeded = seed(jellyfin, CATALOGUE)
    for item in (*seeded.films[:5], *seeded.episodes[:3]):
        jellyfin.play(anna(jellyfin), item, WATCHED_AT)
    for item in seeded.films[6:8]:
        jellyfin.favourite(anna(jellyfin), item)
    jellyfin.rate(anna(jellyfin), seeded.films[0], 8.0)
    trakt.seed(CATALOGUE)
    # The limiters of these tests let no time pass.
    trakt.behaviour.enforce_rate = False
    trakt.approve_by_itself(1)
    app = {"client_id": trakt.CLIENT_ID, "client_secret": trakt.CLIENT_SECRET}
    result = await answer(hass, await start_flow(hass, "trakt"), app)
    result = await wait_for_code(hass, result)
    await hass.async_block_till_done()
    pair = await add_pair(
        hass, jellyfin_account, result["result"], features=FEATURES, dry_run=False
    )
    return World(hass, jellyfin_account, pair)


async def test_undo(world: World, jellyfin: JellyfinSimulator, trakt: Any) -> None:
    """Take everything back from Trakt, and leave it at that."""
    (run,) = (await world.run("sync"))["runs"]
    assert (run["status"], run["added"]) == ("success", 11)
    (undone,) = (await world.run("undo_run", run_id=run["run_id"]))["runs"]
    assert (undone["status"], undone["removed"], undone["errors"]) == ("success", 11, 0)
    assert not trakt.alice.history
    assert not trakt.alice.watchlist.live
    assert not trakt.alice.ratings.live
    assert jellyfin.writes() == 0
    trakt.reset_requests()
    totals = (await world.run("sync"))["totals"]
    assert (totals["added"], totals["errors"]) == (0, 0)
    assert trakt.writes() == 0


async def test_undo_leaves_alone_what_was_there(
    world: World, jellyfin: JellyfinSimulator, trakt: TraktSimulator
) -> None:
    """Take back a run's additions from among others."""
    await world.run("sync", features=["watchlist"])
    listed = set(trakt.alice.watchlist.live)
    (run,) = (await world.run("sync"))["runs"]
    await world.run("undo_run", run_id=run["run_id"])
    assert set(trakt.alice.watchlist.live) == listed
    assert not trakt.alice.history


async def test_block_of_a_show(world: World, trakt: TraktSimulator) -> None:
    """Keep the episodes of a show away from Trakt by an item of the report."""
    (shown,) = (await world.run("dry_run"))["runs"]
    found = [each for each in shown["items"] if each["kind"] == "episode"]
    assert len(found) == 3
    await world.run("block", item=found[0])
    assert (await world.run("sync", features=["history"]))["totals"]["added"] == 7
    answered = await world.run("unblock", item=found[0])
    assert answered["removed"] == 1
    await world.run("block", title=found[0]["title"], kind="show")
    totals = (await world.run("sync", features=["history"]))["totals"]
    assert totals["added"] == 0
    await world.run("unblock", title=found[0]["title"], kind="show")
    assert (await world.run("sync", features=["history"]))["totals"]["added"] == 1


async def test_explain(world: World, trakt: TraktSimulator) -> None:
    """Find an item by its id at both accounts, and write nothing."""
    await world.run("sync")
    trakt.reset_requests()
    (shown,) = (await world.run("get_last_run"))["runs"]
    film = next(each for each in shown["items"] if each["kind"] == "movie")
    told = await world.run(
        "explain",
        feature=film["feature"],
        query=f"imdb:{film['ids']['imdb']}",
    )
    (item,) = told["items"]
    assert item["title"] == film["title"]
    assert item["match"]["matched"] is True
    assert f"movie:imdb:{film['ids']['imdb']}" in item["match"]["by"]
    assert item["next_run"] == []
    assert trakt.writes() == 0


async def test_account_that_is_down(
    hass: HomeAssistant, world: World, jellyfin: JellyfinSimulator
) -> None:
    """Name the account that cannot be read."""
    jellyfin.faults.fail(kind=FaultKind.CUT, times=1000)
    data = {"device_id": world.device, "feature": "history", "query": "x"}
    assert await refusal(hass, "explain", **data) == "account_not_readable"
    jellyfin.faults.rules.clear()
    assert await world.run("explain", feature="history", query="?") == {
        "items": [],
        "total": 0,
    }


async def test_login_that_has_ended(
    hass: HomeAssistant, world: World, jellyfin: JellyfinSimulator
) -> None:
    """Ask for a new sign-in, too."""
    jellyfin.revoke_tokens(anna(jellyfin))
    data = {"device_id": world.device, "feature": "history", "query": "x"}
    assert await refusal(hass, "explain", **data) == "account_not_readable"
    await hass.async_block_till_done()
    assert [
        flow["context"]["entry_id"]
        for flow in hass.config_entries.flow.async_progress()
        if flow["context"]["source"] == SOURCE_REAUTH
    ] == [world.source.entry_id]


async def test_undo_while_the_target_is_down(
    world: World, trakt: TraktSimulator
) -> None:
    """Say what could not be taken back, and take it back later."""
    (run,) = (await world.run("sync", features=["history"]))["runs"]
    trakt.faults.fail(kind=FaultKind.STATUS, status=503, times=1000)
    (undone,) = (await world.run("undo_run", run_id=run["run_id"]))["runs"]
    assert undone["status"] == "failed"
    assert len(trakt.alice.history) == 8
    trakt.faults.rules.clear()
    (undone,) = (await world.run("undo_run", run_id=run["run_id"]))["runs"]
    assert (undone["status"], undone["removed"]) == ("success", 8)
    assert not trakt.alice.history


async def test_unblock_takes_up_what_is_in_quarantine(
    hass: HomeAssistant, world: World, tracker: ConfigEntry, trakt: TraktSimulator
) -> None:
    """Try an item again that Trakt could not place three times."""
    target = world.pair.data["target"]
    entry = hass.config_entries.async_get_entry(target)
    assert entry is not None
    pair = await add_pair(hass, tracker, entry, features=["history"], dry_run=False)
    unknown = World(hass, tracker, pair)
    await put(tracker, watched(1))
    for _ in range(3):
        assert (await unknown.run("sync"))["totals"]["unresolved"] == 1
    trakt.reset_requests()
    assert (await unknown.run("sync"))["totals"]["unresolved"] == 1
    assert trakt.writes() == 0
    told = await unknown.run("explain", feature="history", query="Film 1")
    assert [step["reason"] for step in told["items"][0]["next_run"]] == ["quarantined"]
    assert "30 days" in told["items"][0]["next_run"][0]["explanation"]
    freed = await unknown.run("unblock", title="Film 1")
    assert freed == {"removed": 0, "reconsidered": 1}
    told = await unknown.run("explain", feature="history", query="Film 1")
    assert [step["reason"] for step in told["items"][0]["next_run"]] == ["missing"]
    assert (await unknown.run("sync"))["totals"]["unresolved"] == 1
    assert trakt.writes() == 1
