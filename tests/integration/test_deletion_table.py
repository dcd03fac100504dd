"""Faults that look like deletions: nothing is removed, and a person hears of it.

Two hundred plays at Jellyfin and Trakt, and a pair that removes. Each fault lasts for
several runs, among them full ones, which cannot but meet it. Afterwards all is as it
was, real removals are carried out, and a wave of them waits for a person.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from tests.simulators.jellyfin import JellyfinSimulator
from tests.simulators.trakt import TraktSimulator

from .deletion_faults import FAULTS, PLAYS, Fault, mend
from .deletion_report import PROPERTY
from .repair_world import Repairs, issue_exists
from .two_way import Pair, counts, reasons, sign_in_at_trakt
from .viewers import Stage

KINDS: Final = ("cannot_read", "shrink", "removals_held")


@dataclass(slots=True)
class World:
    """Both accounts, their pair, and the films that each of them should have."""

    hass: HomeAssistant
    stage: Stage
    pair: Pair
    repairs: Repairs
    mode: str
    films: set[int] = field(default_factory=set)

    @property
    def is_whole(self) -> bool:
        """Return whether both accounts have what they should, and nothing else."""
        return self.stage.anna.watched == self.stage.alice.watched == self.films

    def removed(self) -> int:
        """Return how many plays are gone from where they should be."""
        stage = self.stage
        return len(self.films - stage.alice.watched) + len(self.films - self.of_anna())

    def of_anna(self) -> set[int]:
        """Return what anna has watched, also while the server mixes up its users."""
        stage = self.stage
        return (
            stage.anna.watched if self.films & stage.anna.watched else stage.ben.watched
        )

    def told(self) -> str:
        """Return what a person is told, one kind at most."""
        kinds = [
            kind
            for kind in KINDS
            if issue_exists(self.hass, f"{kind}_{self.pair.pair_id}")
        ]
        assert len(kinds) < 2
        return kinds[0] if kinds else ""

    def unwatch(self, films: set[int], *, at_trakt: bool) -> None:
        """Let a person take films out of the history, at one of the accounts."""
        viewer = self.stage.alice if at_trakt else self.stage.anna
        viewer.unwatch(*films)
        self.films -= films

    async def approve(self) -> None:
        """Let a person approve what waits."""
        shown = await self.repairs.start(f"removals_held_{self.pair.pair_id}")
        assert "approve" in shown["menu_options"]
        await self.repairs.choose("approve")


@pytest.fixture
async def world(
    request: pytest.FixtureRequest,
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    jellyfin: JellyfinSimulator,
    jellyfin_account: ConfigEntry,
    trakt: TraktSimulator,
) -> World:
    """Return a pair of the mode, and with the plays, that a test names.

    Another user of the server has watched as many other films.
    """
    mode, plays = request.param
    stage = Stage(jellyfin, trakt, 2 * plays)
    stage.anna.watch(*range(plays))
    stage.ben.watch(*range(plays, 2 * plays))
    alice = await sign_in_at_trakt(hass, trakt)
    pair = await Pair.add(
        hass, jellyfin_account, alice, mode=mode, history={"remove": True}
    )
    repairs = Repairs(hass, hass_client)
    world = World(hass, stage, pair, repairs, mode, set(range(plays)))
    assert counts(await pair.sync()) == ("success", plays, 0, 0, 0)
    # Only what both accounts were seen to have can be missed.
    assert counts(await pair.sync()) == ("success", 0, 0, 0, 0)
    assert world.is_whole
    return world


async def fault_passes(world: World, fault: Fault) -> tuple[int, str]:
    """Let a fault last for some runs, and return what was removed, and what was told.

    Only a full run is sure to meet it: any other may have nothing to read, or a list
    so short that the stored one explains it.
    """
    stage = world.stage
    servers = (stage.jellyfin, stage.trakt)
    fault.begin(stage)
    for server in servers:
        server.reset_requests()
    told: set[str] = set()
    for full in (False, True, True, False):
        run = await world.pair.sync(full_refresh=full)
        assert (run["added"], run["removed"], run["updated"]) == (0, 0, 0)
        if full:
            assert run["status"] == fault.status
            told.add(world.told())
    removed = world.removed()
    # Nor was anything written, of another user or not.
    assert stage.alice.watched <= world.films
    assert [server.writes() for server in servers] == [0, 0]
    mend(stage)
    (issue,) = told
    return removed, issue


@pytest.mark.parametrize("fault", FAULTS, ids=str)
@pytest.mark.parametrize(
    "world",
    [("one_way", PLAYS), ("two_way", PLAYS)],
    ids=["one-way", "two-way"],
    indirect=True,
)
async def test_fault_removes_nothing(
    world: World, fault: Fault, record_property: Callable[[str, object], None]
) -> None:
    """Remove nothing while a fault lasts, and afterwards only what a person did."""
    removed, told = await fault_passes(world, fault)
    assert (removed, told) == (0, fault.told)

    after = await world.pair.sync()
    assert counts(after) == ("success", 0, 0, 0, 0)
    assert world.is_whole
    assert world.told() == ""

    at_trakt = fault.side == "Trakt" and world.mode == "two_way"
    world.unwatch({3, 70, 199}, at_trakt=at_trakt)
    few = await world.pair.sync()
    assert counts(few) == ("success", 0, 3, 0, 0)
    assert world.is_whole

    world.unwatch(set(range(100, 140)), at_trakt=at_trakt)
    many = await world.pair.sync()
    assert counts(many) == ("blocked", 0, 0, 40, 0)
    assert reasons(many) == {"mass_delete"}
    kept = world.stage.anna if at_trakt else world.stage.alice
    assert len(kept.watched) == PLAYS - 3
    assert world.told() == "removals_held"
    await world.approve()
    approved = await world.pair.sync()
    assert counts(approved) == ("success", 0, 40, 0, 0)
    assert world.is_whole
    assert world.told() == ""
    record_property(
        PROPERTY,
        (
            str(fault),
            world.mode,
            str(removed),
            "not measured" if fault.rival is None else str(fault.rival),
            fault.status,
            told or "after a day",
            after["status"],
            f"{few['removed']} removed",
            f"{many['blocked']} held, {approved['removed']} approved",
        ),
    )


@pytest.mark.parametrize(
    "fault", [fault for fault in FAULTS if not fault.told], ids=str
)
@pytest.mark.parametrize("world", [("one_way", 30)], ids=["one-way"], indirect=True)
async def test_server_that_is_down(
    world: World, fault: Fault, wall_clock: FrozenDateTimeFactory
) -> None:
    """Tell of a server that is down once it has been so for a day, and not before."""
    fault.begin(world.stage)
    for hours, told in ((0, ""), (23, ""), (2, "cannot_read")):
        wall_clock.tick(timedelta(hours=hours))
        run = await world.pair.sync(full_refresh=True)
        assert (run["status"], run["removed"]) == ("failed", 0)
        assert world.told() == told
    mend(world.stage)
    assert counts(await world.pair.sync(full_refresh=True)) == ("success", 0, 0, 0, 0)
    assert world.is_whole
    assert world.told() == ""


@pytest.mark.parametrize("world", [("one_way", 1000)], ids=["one-way"], indirect=True)
async def test_wave_of_deletions(world: World) -> None:
    """Hold all of four hundred removals out of a thousand until they are approved."""
    world.unwatch(set(range(300, 700)), at_trakt=False)
    for _ in range(2):
        run = await world.pair.sync()
        assert counts(run) == ("blocked", 0, 0, 400, 0)
        assert reasons(run) == {"mass_delete"}
        assert len(world.stage.alice.watched) == 1000
        assert world.told() == "removals_held"
    await world.approve()
    assert counts(await world.pair.sync()) == ("success", 0, 400, 0, 0)
    assert world.is_whole
    assert world.told() == ""
