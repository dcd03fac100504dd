"""An account that cannot be read: a person hears of it when waiting does not help."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from tests.simulators.catalogue import make_catalogue
from tests.simulators.faults import FaultKind
from tests.simulators.jellyfin import JellyfinSimulator, seed

from . import add_pair
from .flow_texts import TEXTS, placeholders
from .repair_world import REMOVING, issue_exists, issue_of
from .runs import act, device_of

WATCHED_AT = datetime(2025, 3, 1, 20, 30, tzinfo=UTC)
FOREVER = 1000


class Pair:
    """A pair from Jellyfin to a tracker, and a server that fails on demand."""

    def __init__(
        self,
        hass: HomeAssistant,
        server: JellyfinSimulator,
        account: ConfigEntry,
        subentry: ConfigSubentry,
    ) -> None:
        """Take what belongs to it."""
        self.hass = hass
        self.server = server
        self.account = account
        self.subentry = subentry

    @property
    def issue(self) -> str:
        """Return the id of the issue that is about this pair."""
        return f"cannot_read_{self.subentry.subentry_id}"

    @property
    def is_told(self) -> bool:
        """Return whether a person was told that it cannot be synced."""
        return issue_exists(self.hass, self.issue)

    def fail(self, **fault: Any) -> None:
        """Let all lists of the server fail from now on."""
        self.server.faults.fail(path="/Items", times=FOREVER, **fault)

    def mend(self) -> None:
        """Let the server work again."""
        self.server.faults.clear()

    async def sync(self, **data: Any) -> dict[str, Any]:
        """Run the pair, so that it reads both accounts, and return its report."""
        device = device_of(self.hass, self.account, self.subentry)
        data = {"full_refresh": True, "dry_run": False, **data}
        (run,) = (await act(self.hass, "sync", device_id=device, **data))["runs"]
        return dict(run)

    async def set(self, **data: Any) -> None:
        """Change settings of the pair."""
        data = {**self.subentry.data, **data}
        self.hass.config_entries.async_update_subentry(
            self.account, self.subentry, data=data
        )
        await self.hass.async_block_till_done()


@pytest.fixture
async def pair(
    hass: HomeAssistant,
    jellyfin: JellyfinSimulator,
    jellyfin_account: ConfigEntry,
    tracker: ConfigEntry,
) -> AsyncIterator[Pair]:
    """Return a pair of a history with removals, after its first runs."""
    seeded = seed(jellyfin, make_catalogue(films=6, shows=0))
    (anna,) = (each for each in jellyfin.state.users.values() if each.name == "anna")
    for item in seeded.films:
        jellyfin.play(anna, item, WATCHED_AT)
    subentry = await add_pair(hass, jellyfin_account, tracker, features=["history"])
    world = Pair(hass, jellyfin, jellyfin_account, subentry)
    await world.set(history=REMOVING)
    assert (await world.sync())["added"] == 6
    yield world
    world.mend()


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"status": 404}, id="404"),
        pytest.param({"kind": FaultKind.NONSENSE}, id="nonsense"),
    ],
)
async def test_an_answer_that_makes_no_sense(pair: Pair, fault: dict[str, Any]) -> None:
    """Tell at once of an answer that makes no sense, while removals are on."""
    pair.fail(**fault)
    run = await pair.sync()
    assert (run["status"], run["removed"]) == ("failed", 0)
    issue = issue_of(pair.hass, pair.issue)
    assert issue is not None
    assert (issue.is_fixable, issue.is_persistent) == (False, True)
    assert issue.translation_key == "cannot_read"
    stands = issue.translation_placeholders or {}
    assert stands["pair"] == pair.subentry.title
    assert stands["problems"] == f"- history: {run['features']['history']['error']}"
    texts = TEXTS["issues"]["cannot_read"]
    assert placeholders(texts["title"] + texts["description"]) <= set(stands)


async def test_a_list_that_was_cut_off(pair: Pair) -> None:
    """Tell at once of a list that lacks what its own length promises."""
    pair.server.behaviour.cut_lists = 3
    run = await pair.sync()
    assert (run["status"], run["removed"]) == ("failed", 0)
    assert pair.is_told


async def test_over_by_itself(pair: Pair) -> None:
    """Drop the issue with the first run that can read both accounts."""
    pair.fail(status=404)
    await pair.sync()
    pair.mend()
    assert (await pair.sync())["status"] == "success"
    assert not pair.is_told


async def test_nothing_to_remove(pair: Pair) -> None:
    """Do not call a person at once where no removal depends on it."""
    await pair.set(history={"add": True, "remove": False})
    pair.fail(status=404)
    assert (await pair.sync())["status"] == "failed"
    assert not pair.is_told


@pytest.mark.parametrize(
    ("section", "fault"),
    [
        pytest.param(REMOVING, {"status": 503}, id="server is down"),
        pytest.param({"add": True}, {"status": 404}, id="nothing to remove"),
    ],
)
async def test_after_a_day(
    pair: Pair,
    wall_clock: FrozenDateTimeFactory,
    section: dict[str, bool],
    fault: dict[str, Any],
) -> None:
    """Tell of what may pass by itself once it has lasted for a day."""
    await pair.set(history=section)
    pair.fail(**fault)
    for hours, told in ((0, False), (1, False), (22, False), (1, True), (1, True)):
        wall_clock.tick(timedelta(hours=hours))
        assert (await pair.sync())["status"] == "failed"
        assert pair.is_told is told


async def test_off_every_night(pair: Pair, wall_clock: FrozenDateTimeFactory) -> None:
    """Never tell of a server that is back every time before a day has passed."""
    for _ in range(3):
        pair.fail(status=503)
        await pair.sync()
        wall_clock.tick(timedelta(hours=12))
        await pair.sync()
        pair.mend()
        wall_clock.tick(timedelta(hours=12))
        assert (await pair.sync())["status"] == "success"
    assert not pair.is_told


async def test_dry_runs_say_nothing(pair: Pair) -> None:
    """Neither raise nor clear the issue in a dry run."""
    pair.fail(status=404)
    await pair.sync(dry_run=True)
    assert not pair.is_told
    await pair.sync()
    pair.mend()
    await pair.sync(dry_run=True)
    assert pair.is_told


async def test_login_has_ended(pair: Pair) -> None:
    """Leave it to the request to sign in again."""
    pair.server.faults.fail(times=FOREVER, status=401)
    assert (await pair.sync())["status"] == "failed"
    assert not pair.is_told
    assert list(pair.account.async_get_active_flows(pair.hass, {"reauth"}))


async def test_target_is_not_loaded(
    pair: Pair, tracker: ConfigEntry, wall_clock: FrozenDateTimeFactory
) -> None:
    """Leave it to the issue that tells of the target."""
    await pair.hass.config_entries.async_unload(tracker.entry_id)
    await pair.sync()
    wall_clock.tick(timedelta(days=2))
    await pair.sync()
    told = {issue_id for _, issue_id in ir.async_get(pair.hass).issues}
    assert f"target_not_loaded_{pair.subentry.subentry_id}" in told
    assert not pair.is_told


async def test_reload_and_removal(pair: Pair) -> None:
    """Keep the issue as long as there is the pair, and no longer."""
    pair.fail(status=404)
    await pair.sync()
    await pair.hass.config_entries.async_reload(pair.account.entry_id)
    assert pair.is_told
    pair.hass.config_entries.async_remove_subentry(
        pair.account, pair.subentry.subentry_id
    )
    await pair.hass.async_block_till_done()
    assert not pair.is_told


async def test_feature_left_the_pair(pair: Pair, jellyfin_account: ConfigEntry) -> None:
    """Drop what is said of a feature that the pair no longer syncs."""
    pair.fail(status=404)
    await pair.sync()
    pair.mend()
    await pair.set(features=["ratings"])
    assert (await pair.sync())["status"] == "success"
    assert not pair.is_told
