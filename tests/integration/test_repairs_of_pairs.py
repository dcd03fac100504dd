"""What holds for every repair of a pair, whatever it is about."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import pytest

from homeassistant.core import HomeAssistant
from tests.simulators.trakt import TraktSimulator

from .pair_world import PAIR_ID, PairWorld
from .repair_states import (
    FILMS,
    filled_up,
    got_stuck,
    lost_many,
    lost_nearly_all,
    with_little_room,
    with_unknown_films,
)
from .repair_world import (
    Repairs,
    World,
    choose_unloaded,
    choose_without_pair,
    issue_exists,
)
from .runs import set_up


@dataclass(frozen=True, slots=True)
class Case:
    """How a pair comes to need a person, and what this one can choose.

    `options` need the pair and its account; those in `settings` change settings of the
    pair and do without the account. With `tries` a person can start a run at once.
    """

    bring: Callable[[HomeAssistant, TraktSimulator], Awaitable[PairWorld]]
    options: tuple[str, ...]
    settings: tuple[str, ...] = ()
    tries: bool = False


async def full(hass: HomeAssistant, trakt: TraktSimulator) -> PairWorld:
    """Return a pair to an account that is full."""
    return await filled_up(await with_little_room(hass, trakt))


async def stuck(hass: HomeAssistant, trakt: TraktSimulator) -> PairWorld:
    """Return a pair with films that the account does not know."""
    return await got_stuck(await with_unknown_films(hass, trakt))


async def held(hass: HomeAssistant, trakt: TraktSimulator) -> PairWorld:
    """Return a pair that would remove too much."""
    return await lost_many(await World.begin(hass, FILMS))


async def shrunk(hass: HomeAssistant, trakt: TraktSimulator) -> PairWorld:
    """Return a pair with an account that is suddenly almost empty."""
    return await lost_nearly_all(hass)


CASES: Mapping[str, Case] = {
    "account_limit": Case(full, ("try_again",), tries=True),
    "unresolved": Case(stuck, ("try_again", "block_all"), tries=True),
    "removals_held": Case(held, ("approve",), ("switch_off",)),
    "shrink": Case(shrunk, ("believe",), ("switch_off",)),
}

every_kind = pytest.mark.parametrize("kind", CASES)


@pytest.fixture
def issue(kind: str) -> str:
    """Return the id of the issue."""
    return f"{kind}_{PAIR_ID}"


@pytest.fixture
async def world(
    hass: HomeAssistant, trakt: TraktSimulator, kind: str, issue: str
) -> PairWorld:
    """Return the pair, of which a person has been told."""
    world = await CASES[kind].bring(hass, trakt)
    assert issue_exists(hass, issue)
    return world


@every_kind
async def test_crash(hass: HomeAssistant, world: PairWorld, issue: str) -> None:
    """Tell again what was lost because it was not saved in time."""
    await world.unload()
    hass.data["issue_registry"].issues.clear()
    await set_up(hass, world.home)
    assert issue_exists(hass, issue)


@pytest.mark.parametrize(
    ("kind", "option"),
    [(kind, option) for kind, case in CASES.items() for option in case.options],
)
async def test_account_not_loaded(
    hass: HomeAssistant, world: PairWorld, repairs: Repairs, issue: str, option: str
) -> None:
    """Decide nothing while the account of the pair is not loaded."""
    shown = await choose_unloaded(world, repairs, issue, option)
    assert (shown["type"], shown["reason"]) == ("abort", "not_loaded")
    shown = await repairs.start(issue)
    assert (shown["type"], shown["reason"]) == ("abort", "not_loaded")
    assert shown["description_placeholders"]["account"] == "Home"
    assert issue_exists(hass, issue)


@pytest.mark.parametrize(
    ("kind", "option"),
    [
        (kind, option)
        for kind, case in CASES.items()
        for option in (*case.options, *case.settings)
    ],
)
async def test_pair_removed_behind_the_dialog(
    hass: HomeAssistant, world: PairWorld, repairs: Repairs, issue: str, option: str
) -> None:
    """Say that the pair is gone, which took its issue along."""
    shown = await choose_without_pair(world, repairs, issue, option)
    assert (shown["type"], shown["reason"]) == ("abort", "pair_removed")
    assert not issue_exists(hass, issue)


@every_kind
async def test_account_removed(
    hass: HomeAssistant, world: PairWorld, issue: str
) -> None:
    """Drop the issue with the account of the pair."""
    await hass.config_entries.async_remove(world.home.entry_id)
    assert not issue_exists(hass, issue)


@pytest.mark.parametrize("kind", [kind for kind, case in CASES.items() if case.tries])
async def test_pair_is_set_to_dry_run(
    world: PairWorld, repairs: Repairs, issue: str
) -> None:
    """Send nothing while the pair only shows what it would do."""
    await world.set(dry_run=True)
    await repairs.start(issue)
    shown = await repairs.choose("try_again")
    assert (shown["type"], shown["reason"]) == ("abort", "dry_run")
    assert world.pair.run is None
