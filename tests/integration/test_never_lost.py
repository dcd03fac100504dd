"""Stories in which the best-known tool of this kind loses data, and this one does not.

Each is named by its number in the reference. The wanted thing happens all the same: a
deletion that a person meant gets through in the end.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import pytest

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from tests.simulators.jellyfin import Item, JellyfinSimulator
from tests.simulators.jellyfin.seeding import NO_ODDITIES
from tests.simulators.routing import route_hosts
from tests.simulators.tmdb import TmdbSimulator
from tests.simulators.trakt import TraktSimulator

from .repair_world import Repairs, issue_exists
from .test_informants import sign_in as sign_in_at_tmdb
from .two_way import (
    Pair,
    Report,
    counts,
    reasons,
    sign_in_at_jellyfin,
    sign_in_at_trakt,
    sync,
)
from .viewers import WATCHED_AT, JellyfinViewer, Stage, TrackerViewer, TraktViewer

REMOVING: Final = {"remove": True}
QUIET: Final = ("success", 0, 0, 0, 0)
FILMS: Final = 30
LATER: Final = WATCHED_AT + timedelta(days=120)
FOREVER: Final = 100_000

type MakePair = Callable[..., Awaitable[Pair]]


@pytest.fixture
def stage(jellyfin: JellyfinSimulator, trakt: TraktSimulator) -> Stage:
    """Return two services that know the same films."""
    return Stage(jellyfin, trakt, FILMS)


@pytest.fixture
async def alice(hass: HomeAssistant, stage: Stage) -> ConfigEntry:
    """Return the account of alice at Trakt."""
    return await sign_in_at_trakt(hass, stage.trakt)


@pytest.fixture
def make_pair(
    hass: HomeAssistant, jellyfin_account: ConfigEntry, alice: ConfigEntry
) -> MakePair:
    """Return what makes a pair from Jellyfin to Trakt."""

    async def make(mode: str = "two_way", **settings: Any) -> Pair:
        """Make a pair of histories that removes, unless something else is named."""
        settings = {"history": REMOVING, **settings}
        return await Pair.add(hass, jellyfin_account, alice, mode=mode, **settings)

    return make


async def settle(*pairs: Pair) -> None:
    """Run pairs until both sides of each agree, and were seen to."""
    for _ in range(3):
        for pair in pairs:
            assert (await pair.sync())["removed"] == 0
    for pair in pairs:
        assert counts(await pair.sync()) == QUIET


def agree(stage: Stage, *films: int) -> None:
    """Check that both services have exactly these films as watched."""
    assert stage.anna.watched == set(films)
    assert stage.alice.watched == set(films)


async def test_w01_what_was_never_listed_is_not_deleted(
    stage: Stage, make_pair: MakePair
) -> None:
    """Trakt takes all films and lists none: Jellyfin keeps every one of them."""
    # So few that no guard would stand in the way.
    stage.anna.watch(*range(5))
    stage.trakt.behaviour.empty_lists = True
    pair = await make_pair()
    assert counts(await pair.sync()) == ("success", 5, 0, 0, 0)
    for full in (False, True, True, False):
        run = await pair.sync(full_refresh=full)
        assert (run["added"], run["removed"], run["blocked"]) == (0, 0, 0)
        agree(stage, *range(5))

    stage.trakt.behaviour.empty_lists = False
    assert counts(await pair.sync(full_refresh=True)) == QUIET
    stage.alice.unwatch(3, 4)
    assert counts(await pair.sync()) == ("success", 0, 2, 0, 0)
    agree(stage, 0, 1, 2)


async def test_w01_some_are_never_listed(stage: Stage, make_pair: MakePair) -> None:
    """Trakt counts three films that it does not show: they stay at Jellyfin."""
    stage.anna.watch(*range(12))
    stage.trakt.behaviour.hidden = set(stage.titles[9:12])
    pair = await make_pair()
    for full in (False, False, True, False, True):
        run = await pair.sync(full_refresh=full)
        assert (run["removed"], run["errors"]) == (0, 0)
    agree(stage, *range(12))

    # What is listed may go while the rest is still out of sight.
    stage.alice.unwatch(0)
    assert counts(await pair.sync()) == ("success", 0, 1, 0, 0)
    stage.trakt.behaviour.hidden = set()
    await pair.sync(full_refresh=True)
    stage.alice.unwatch(9)
    assert (await pair.sync())["removed"] == 1
    agree(stage, *range(1, 9), 10, 11)


def identify_anew(stage: Stage, item: Item, path: str = "", **ids: str) -> Item:
    """Give an item at Jellyfin other ids; with a path, also another file and address.

    The server keeps what a person did with it.
    """
    state = stage.jellyfin.state
    item.provider_ids = dict(ids)
    state.touch()
    if not path:
        return item
    moved = replace(item, id=path, path=path, provider_ids=dict(ids))
    data = {user.id: user.data.get(item.id) for user in state.users.values()}
    state.remove_item(item)
    state.add_item(moved)
    for user in state.users.values():
        if held := data[user.id]:
            user.data[moved.id] = held
    return moved


async def test_w01b_better_ids_are_no_deletion(
    stage: Stage, make_pair: MakePair
) -> None:
    """An item that gains, changes or swaps its ids and its file is still the same."""
    films, anna = stage.seeded.films, stage.anna
    true_ids = dict(films[0].provider_ids)
    # Trakt never had the first one; the second is known by one id only.
    identify_anew(stage, films[0], Imdb="tt9999999")
    films[0].name = "Nobody Knows It"
    identify_anew(stage, films[1], Imdb=films[1].provider_ids["Imdb"])
    anna.watch(*range(6))
    pair = await make_pair()
    first = await pair.sync()
    assert (first["added"], first["unresolved"], first["removed"]) == (5, 1, 0)
    await pair.sync()

    films[0].name = stage.films[0].title
    identify_anew(stage, films[0], **true_ids)
    both = dict(imdb_and_tmdb(stage, 1))
    identify_anew(stage, films[1], **both)
    identify_anew(stage, films[2], Tmdb=films[2].provider_ids["Tmdb"])
    # New files: of the same film by another id, and by one that nobody knows.
    tmdb = {"Tmdb": films[3].provider_ids["Tmdb"]}
    films[3] = identify_anew(stage, films[3], path="a" * 32, **tmdb)
    films[4] = identify_anew(stage, films[4], path="b" * 32, Tvdb="987654321")
    for full in (False, False, True, False):
        assert (await pair.sync(full_refresh=full))["removed"] == 0
        assert anna.watched == set(range(6))
    # The first one is known at last.
    agree(stage, *range(6))

    anna.unwatch(1, 3)
    assert (await pair.sync())["removed"] == 2
    agree(stage, 0, 2, 4, 5)


def imdb_and_tmdb(stage: Stage, film: int) -> dict[str, str]:
    """Return the ids of a film as Jellyfin spells them."""
    return {name.capitalize(): each for name, each in stage.films[film].ids.items()}


async def test_w01b_one_flaky_read_is_no_deletion(
    stage: Stage, make_pair: MakePair
) -> None:
    """One empty answer of Trakt in between: the second read puts it right."""
    stage.anna.watch(*range(4))
    pair = await make_pair()
    await settle(pair)
    # So few that no guard stands in the way but the second look.
    stage.trakt.faults.fail(
        method="GET",
        path="/sync/history",
        status=200,
        headers={
            "Content-Type": "application/json",
            "X-Pagination-Page-Count": "0",
            "X-Pagination-Item-Count": "0",
        },
        body="[]",
    )
    assert counts(await pair.sync(full_refresh=True)) == QUIET
    assert stage.trakt.faults.fired == 1
    agree(stage, *range(4))

    stage.alice.unwatch(2)
    assert counts(await pair.sync()) == ("success", 0, 1, 0, 0)
    agree(stage, 0, 1, 3)


async def test_w02_nothing_vanishes_by_another_way(
    hass: HomeAssistant, stage: Stage, make_pair: MakePair
) -> None:
    """Removals off, or a service down: nothing goes, whatever seems to be gone."""
    stage.anna.watch(*range(12))
    pair = await make_pair(history={"remove": False})
    await settle(pair)
    stage.anna.unwatch(1, 2, 3)
    assert counts(await pair.sync()) == ("success", 3, 0, 0, 0)
    agree(stage, *range(12))
    stage.alice.unwatch(7)
    run = await pair.sync()
    assert (run["added"], run["removed"]) == (1, 0)
    agree(stage, *range(12))

    await pair.change(history=REMOVING)
    await settle(pair)
    for server in (stage.trakt, stage.jellyfin):
        server.faults.fail(status=500, times=FOREVER)
        for full in (False, True):
            run = await pair.sync(full_refresh=full)
            assert (run["status"], run["removed"]) == ("failed", 0)
        server.faults.clear()
        agree(stage, *range(12))

    await settle(pair)
    stage.anna.unwatch(4)
    stage.alice.unwatch(5)
    assert counts(await pair.sync()) == ("success", 0, 2, 0, 0)
    agree(stage, *sorted({*range(12)} - {4, 5}))


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({"mode": "two_way"}, id="two-way"),
        pytest.param(
            {"mode": "one_way", "history": {"remove": True, "remove_mode": "mirror"}},
            id="mirror",
        ),
    ],
)
async def test_w03_what_cannot_be_read_is_not_empty(
    hass: HomeAssistant,
    stage: Stage,
    alice: ConfigEntry,
    jellyfin_account: ConfigEntry,
    make_pair: MakePair,
    settings: dict[str, Any],
) -> None:
    """An account or a feature that is not there is something else than an empty one."""
    stage.anna.watch(*range(12))
    pair = await make_pair(**settings)
    await settle(pair)
    entries = hass.config_entries

    await entries.async_unload(alice.entry_id)
    assert counts(await pair.sync(full_refresh=True))[:3] == ("failed", 0, 0)
    await entries.async_setup(alice.entry_id)
    # The libraries are no longer shared with her.
    stage.anna.user.libraries = frozenset()
    stage.jellyfin.state.touch()
    for _ in range(2):
        run = await pair.sync(full_refresh=True)
        assert (run["status"], run["removed"]) == ("failed", 0)
    stage.anna.user.libraries = None
    stage.jellyfin.state.touch()
    assert (await pair.sync())["status"] == "success"
    agree(stage, *range(12))

    stage.anna.unwatch(0)
    assert (await pair.sync())["features"]["history"]["removed"] == 1
    agree(stage, *range(1, 12))


async def test_w03_a_feature_that_is_not_there(
    hass: HomeAssistant, jellyfin_account: ConfigEntry
) -> None:
    """What an account does not hold is no empty list of it: it is told, each time."""
    async with TmdbSimulator() as service:
        service.approve_by_itself(1)
        with route_hosts({"api.themoviedb.org": service.url}):
            tmdb = await sign_in_at_tmdb(hass, service)
            pair = await Pair.add(
                hass, jellyfin_account, tmdb, features=["ratings"], ratings=REMOVING
            )
            # Another release may have offered it.
            data = {**pair.subentry.data, "features": ["ratings", "history"]}
            data["history"] = REMOVING
            hass.config_entries.async_update_subentry(
                jellyfin_account, pair.subentry, data=data
            )
            await hass.async_block_till_done()
            for _ in range(2):
                run = await pair.sync()
                assert (run["status"], run["removed"]) == ("partial", 0)
                assert run["features"]["history"]["errors"] == 1


async def test_w04_two_people(
    hass: HomeAssistant, stage: Stage, make_pair: MakePair
) -> None:
    """What one person deletes is neither deleted for another, nor kept from them."""
    ben = await sign_in_at_jellyfin(hass, stage.jellyfin, "ben")
    bobs = TraktViewer(stage, stage.trakt.add_account("bob"))
    bob = await sign_in_at_trakt(hass, stage.trakt, bobs.account)
    stage.anna.watch(*range(8))
    stage.ben.watch(*range(7))
    hers = await make_pair()
    his = await Pair.add(hass, ben, bob, mode="two_way", history=REMOVING)
    await settle(hers, his)

    stage.anna.unwatch(1, 2)
    reports = await sync(hass, hers, his)
    assert [run["removed"] for run in reports] == [2, 0]
    assert stage.ben.watched == bobs.watched == set(range(7))
    # What she has deleted is new to him, and gets to his account.
    stage.ben.watch(7)
    stage.anna.unwatch(7)
    reports = await sync(hass, hers, his)
    assert [(run["added"], run["removed"]) for run in reports] == [(0, 1), (1, 0)]
    agree(stage, 0, *range(3, 7))
    assert stage.ben.watched == bobs.watched == set(range(8))
    assert [counts(run) for run in await sync(hass, hers, his)] == [QUIET, QUIET]


@pytest.mark.parametrize("together", [True, False], ids=["one run", "separate runs"])
async def test_w05_hub_and_spokes(
    hass: HomeAssistant,
    stage: Stage,
    tracker: ConfigEntry,
    jellyfin_account: ConfigEntry,
    alice: ConfigEntry,
    together: bool,
) -> None:
    """Each pair of a hub sees each deletion, and nothing flaps between them."""
    hub = TrackerViewer(stage, tracker)
    settings: dict[str, Any] = {"features": ["watchlist"], "watchlist": REMOVING}
    pairs = [
        await Pair.add(hass, tracker, spoke, mode="two_way", **settings)
        for spoke in (jellyfin_account, alice)
    ]

    async def run_all() -> list[Report]:
        """Run both pairs, the first one twice before the second one."""
        if together:
            return await sync(hass, *pairs)
        return [await pair.sync() for pair in (pairs[0], pairs[0], pairs[1])]

    await hub.list(*range(10))
    await settle(*pairs)

    await hub.unlist(1)
    assert sum(run["removed"] for run in await run_all()) == 2
    assert stage.anna.listed == stage.alice.listed == {0, *range(2, 10)}

    stage.alice.unlist(2)
    removed = added = 0
    for _ in range(4):
        for run in await run_all():
            removed += run["removed"]
            added += run["added"]
    assert (removed, added) == (2, 0)
    assert await hub.listed() == stage.anna.listed == stage.alice.listed
    assert stage.alice.listed == {0, *range(3, 10)}
    assert {counts(run) for run in await run_all()} == {QUIET}


async def test_w06_removals_off_then_on(stage: Stage, make_pair: MakePair) -> None:
    """A deletion made while removals were off is carried out once they are on."""
    stage.anna.watch(*range(12))
    pair = await make_pair("one_way", history={"remove": False})
    await settle(pair)
    stage.anna.unwatch(3)
    run = await pair.sync()
    assert (run["removed"], reasons(run)) == (0, {"removing_off"})
    for full in (False, True):
        assert (await pair.sync(full_refresh=full))["removed"] == 0
    assert stage.alice.watched == set(range(12))

    await pair.change(history=REMOVING)
    assert counts(await pair.sync()) == ("success", 0, 1, 0, 0)
    agree(stage, *range(3), *range(4, 12))


@pytest.mark.parametrize("down", ["Trakt", "Jellyfin"])
async def test_w06_target_is_down(stage: Stage, make_pair: MakePair, down: str) -> None:
    """A deletion that a service does not take is carried out when it is back."""
    stage.anna.watch(*range(12))
    pair = await make_pair()
    await settle(pair)
    stays: JellyfinViewer | TraktViewer
    if down == "Trakt":
        faults, stays = stage.trakt.faults, stage.alice
        faults.fail(path="/sync/history/remove", status=503, times=FOREVER)
        stage.anna.unwatch(3)
    else:
        faults, stays = stage.jellyfin.faults, stage.anna
        faults.fail(method="DELETE", status=503, times=FOREVER)
        stage.alice.unwatch(3)
    # Longer than what would be given up as something that cannot be removed.
    for _ in range(4):
        run = await pair.sync()
        assert (run["removed"], run["errors"], run["added"]) == (0, 1, 0)
        assert stays.watched == set(range(12))
    faults.clear()
    faults.fail(status=503, times=FOREVER)
    assert counts(await pair.sync())[:3] == ("failed", 0, 0)
    faults.clear()
    assert stays.watched == set(range(12))

    assert counts(await pair.sync()) == ("success", 0, 1, 0, 0)
    agree(stage, *range(3), *range(4, 12))


async def test_w06_guard_then_approval(
    hass: HomeAssistant,
    stage: Stage,
    make_pair: MakePair,
    repairs: Repairs,
    jellyfin_account: ConfigEntry,
) -> None:
    """Deletions that wait for a person outlast runs, a dry run and a reload."""
    stage.anna.watch(*range(FILMS))
    pair = await make_pair("one_way")
    await settle(pair)
    stage.anna.unwatch(*range(8))
    issue = f"removals_held_{pair.pair_id}"
    for data in ({}, {"dry_run": True}, {"full_refresh": True}, {}):
        assert counts(await pair.sync(**data)) == ("blocked", 0, 0, 8, 0)
    await hass.config_entries.async_reload(jellyfin_account.entry_id)
    await hass.async_block_till_done()
    assert counts(await pair.sync()) == ("blocked", 0, 0, 8, 0)
    assert stage.alice.watched == set(range(FILMS))

    await repairs.start(issue)
    await repairs.choose("approve")
    assert counts(await pair.sync(dry_run=True)) == ("success", 0, 8, 0, 0)
    assert stage.alice.watched == set(range(FILMS))
    assert counts(await pair.sync()) == ("success", 0, 8, 0, 0)
    agree(stage, *range(8, FILMS))
    assert not issue_exists(hass, issue)


@pytest.mark.parametrize("mode", ["one_way", "two_way"])
async def test_w07_libraries(
    hass: HomeAssistant,
    jellyfin: JellyfinSimulator,
    trakt: TraktSimulator,
    jellyfin_account: ConfigEntry,
    tracker: ConfigEntry,
    mode: str,
) -> None:
    """Deletions get through a choice of libraries, and two choices do not mix."""
    # Every third film is in the mixed library.
    stage = Stage(jellyfin, trakt, 12, replace(NO_ODDITIES, in_mixed_library=3))
    alice = await sign_in_at_trakt(hass, trakt)
    rare = {2, 5, 8, 11}
    plain = set(range(12)) - rare
    movies, mixed = stage.seeded.movies.id, stage.seeded.mixed.id
    stage.anna.watch(*range(12))
    few = await Pair.add(
        hass,
        jellyfin_account,
        alice,
        mode=mode,
        history={**REMOVING, "libraries": [movies]},
    )
    all_of_it = await Pair.add(
        hass,
        jellyfin_account,
        tracker,
        history={**REMOVING, "libraries": [movies, mixed]},
    )
    home = TrackerViewer(stage, tracker)
    await sync(hass, few, all_of_it)
    await sync(hass, few, all_of_it)
    assert stage.alice.watched == plain
    assert await home.watched() == set(range(12))

    # The same film may be in the history of both, but only one knows this library.
    stage.anna.unwatch(0, 2)
    runs = await sync(hass, few, all_of_it)
    assert [run["removed"] for run in runs] == [1, 2]
    assert stage.alice.watched == plain - {0}
    assert await home.watched() == set(range(12)) - {0, 2}

    # Another choice is no deletion, and what it leaves out is no matter any more.
    await all_of_it.change(history={**REMOVING, "libraries": [movies]})
    for full in (False, True):
        runs = await sync(hass, few, all_of_it, full_refresh=full)
        assert [run["removed"] for run in runs] == [0, 0]
    stage.anna.unwatch(5)
    runs = await sync(hass, few, all_of_it)
    assert [run["removed"] for run in runs] == [0, 0]
    assert await home.watched() == set(range(12)) - {0, 2}
    assert stage.anna.watched == set(range(12)) - {0, 2, 5}


async def test_w08_guards_are_on_by_default(
    hass: HomeAssistant, stage: Stage, make_pair: MakePair, repairs: Repairs
) -> None:
    """A pair whose guards nobody has touched disbelieves a collapse, and asks."""
    stage.anna.watch(*range(FILMS))
    pair = await make_pair("one_way")
    await settle(pair)
    stage.anna.unwatch(*range(2, FILMS))
    for full in (False, True):
        run = await pair.sync(full_refresh=full)
        assert (run["status"], run["removed"]) == ("blocked", 0)
        assert reasons(run) == {"suspicious_shrink"}
    assert stage.alice.watched == set(range(FILMS))

    # The person did mean it, and says so twice.
    await repairs.start(f"shrink_{pair.pair_id}")
    await repairs.choose("believe")
    assert counts(await pair.sync()) == ("blocked", 0, 0, FILMS - 2, 0)
    await repairs.start(f"removals_held_{pair.pair_id}")
    await repairs.choose("approve")
    assert counts(await pair.sync()) == ("success", 0, FILMS - 2, 0, 0)
    agree(stage, 0, 1)


async def test_w09_the_side_that_changed_wins(
    hass: HomeAssistant,
    stage: Stage,
    jellyfin_account: ConfigEntry,
    alice: ConfigEntry,
) -> None:
    """A rating without a date, changed at the target, is no outdated one."""
    pair = await Pair.add(
        hass,
        alice,
        jellyfin_account,
        mode="two_way",
        features=["ratings"],
        ratings=REMOVING,
    )
    for film in range(6):
        stage.alice.rate(film, 8)
    await settle(pair)

    stage.anna.rate(0, 6)
    assert (await pair.sync())["updated"] == 1
    stage.alice.rate(1, 9)
    assert (await pair.sync())["updated"] == 1
    expected = {0: 6, 1: 9, 2: 8, 3: 8, 4: 8, 5: 8}
    assert stage.alice.ratings == stage.anna.ratings == expected
    stage.anna.rate(2, None)
    stage.alice.unrate(3)
    assert counts(await pair.sync()) == ("success", 0, 2, 0, 0)
    assert stage.alice.ratings == stage.anna.ratings == {0: 6, 1: 9, 4: 8, 5: 8}
    # Both have changed, and one of them does not say when: the source decides.
    stage.alice.rate(4, 3)
    stage.anna.rate(4, 10)
    assert counts(await pair.sync())[:3] == ("success", 0, 0)
    assert stage.alice.ratings == stage.anna.ratings == {0: 6, 1: 9, 4: 3, 5: 8}
    assert counts(await pair.sync()) == QUIET


async def test_w10_a_newer_play_wins_over_a_deletion(
    stage: Stage, make_pair: MakePair
) -> None:
    """What is watched again on one side comes back to the side that deleted it."""
    stage.anna.watch(*range(6))
    pair = await make_pair()
    await settle(pair)
    stage.anna.unwatch(0, 1)
    stage.alice.watch(0, at=LATER)
    stage.alice.unwatch(2, 3)
    stage.anna.watch(2, at=LATER)
    run = await pair.sync()
    # Only what nobody has watched since is removed.
    assert counts(run) == ("success", 2, 2, 0, 0)
    agree(stage, 0, 2, 4, 5)
    assert stage.anna.last_play(0) == stage.anna.last_play(2) == LATER
    assert counts(await pair.sync()) == QUIET


def of_items(run: Report) -> list[tuple[str, str, str]]:
    """Return what a run did or would do, whichever of the two."""
    return sorted(
        (item["side"], item["action"], item["title"]) for item in run["items"]
    )


async def test_w11_dry_run_changes_nothing(stage: Stage, make_pair: MakePair) -> None:
    """A dry run shows deletions as often as one likes; the run then makes them."""
    stage.anna.watch(*range(12))
    pair = await make_pair()
    await settle(pair)
    stage.anna.unwatch(0, 1)
    stage.alice.unwatch(2)
    stage.anna.watch(20)
    shown = [
        await pair.sync(dry_run=True, full_refresh=full)
        for full in (False, True, False)
    ]
    for run in shown:
        assert counts(run) == ("success", 1, 3, 0, 0)
        assert of_items(run) == of_items(shown[0])
    assert stage.alice.watched == {0, 1, *range(3, 12)}
    assert stage.anna.watched == {*range(2, 12), 20}

    done = await pair.sync()
    assert counts(done) == ("success", 1, 3, 0, 0)
    assert of_items(done) == of_items(shown[0])
    agree(stage, *range(3, 12), 20)


@pytest.mark.parametrize("full", [False, True], ids=["plain", "full"])
async def test_w12_a_first_run_deletes_nothing(
    hass: HomeAssistant,
    stage: Stage,
    jellyfin_account: ConfigEntry,
    alice: ConfigEntry,
    full: bool,
) -> None:
    """A mirror leaves what the target has until it has seen it once before."""
    stage.anna.rate(0, 8)
    stage.alice.rate(7, 5)
    stage.alice.rate(8, 9)
    pair = await Pair.add(
        hass,
        jellyfin_account,
        alice,
        features=["ratings"],
        ratings={"remove": True, "remove_mode": "mirror"},
    )
    assert counts(await pair.sync(dry_run=True))[1:3] == (1, 0)
    assert counts(await pair.sync(full_refresh=full)) == ("success", 1, 0, 0, 0)
    assert stage.alice.ratings == {0: 8, 7: 5, 8: 9}
    # From now on it is a mirror, as the person was told.
    assert counts(await pair.sync()) == ("success", 0, 2, 0, 0)
    assert stage.alice.ratings == stage.anna.ratings == {0: 8}


async def test_w12_a_first_two_way_run_is_a_union(
    stage: Stage, make_pair: MakePair
) -> None:
    """Two accounts with different histories both end up with all of it."""
    stage.anna.watch(*range(20))
    stage.alice.watch(*range(18, FILMS))
    pair = await make_pair()
    run = await pair.sync()
    assert counts(run) == ("success", FILMS - 2, 0, 0, 0)
    agree(stage, *range(FILMS))
