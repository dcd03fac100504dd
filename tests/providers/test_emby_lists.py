"""A playlist or a collection of an Emby server as the watchlist."""

from collections.abc import AsyncIterator
from copy import replace

import aiohttp
import pytest

from custom_components.crosswatch.engine.model import (
    Feature,
    Listed,
    MediaKind,
    Snapshot,
)
from custom_components.crosswatch.engine.plan import Operation, OutcomeKind, Reason
from custom_components.crosswatch.engine.provider import (
    AccountLimitError,
    ProtocolError,
    ProviderUnavailableError,
)
from custom_components.crosswatch.providers.http import Limiters

from ..simulators.base import FaultKind
from ..simulators.emby import Shelf, ShelfKind
from ..simulators.jellyfin import Item as ServerItem
from .emby_world import World, a_world, snapshot_with_marker
from .mediabrowser_world import as_item
from .operating import operation

WATCHLIST = Feature.WATCHLIST
NAME = "To Watch"
ENTRIES = r"/(Playlists|Collections)/\d+/Items"
APPLIED = (OutcomeKind.APPLIED, None)
THERE = (OutcomeKind.ALREADY_THERE, None)
KINDS = {"playlist": ShelfKind.PLAYLIST, "collection": ShelfKind.COLLECTION}


@pytest.fixture(params=KINDS)
async def world(
    request: pytest.FixtureRequest, session: aiohttp.ClientSession, limiters: Limiters
) -> AsyncIterator[World]:
    """Return a server on which a list is the watchlist."""
    options = {"watchlist": request.param, "watchlist_name": NAME}
    async with a_world(session, limiters, options=options) as world:
        yield world


def kind_of(world: World) -> ShelfKind:
    """Return what the list is."""
    return KINDS[str(world.options["watchlist"])]


def make(world: World, *items: ServerItem) -> Shelf:
    """Let the user have the list already."""
    kind = kind_of(world)
    owner = world.user if kind is ShelfKind.PLAYLIST else None
    return world.server.add_shelf(kind, NAME, *items, owner=owner)


def put(item: ServerItem) -> Operation:
    """Return an operation that puts an item on the watchlist."""
    return operation(as_item(item), Listed(), feature=WATCHLIST)


def take(item: ServerItem) -> Operation:
    """Return an operation that takes an item off the watchlist."""
    return operation(as_item(item), None, feature=WATCHLIST)


async def test_first_item_makes_the_list(world: World) -> None:
    """The list is made when there is something to put on it, and found again."""
    film, other = world.seeded.films[:2]
    assert await world.read(WATCHLIST) == {}
    assert await world.write(WATCHLIST, put(film)) == [APPLIED]
    (shelf,) = world.server.shelves.values()
    assert (shelf.name, shelf.kind) == (NAME, kind_of(world))
    assert (await world.read(WATCHLIST)).keys() == {film.id}
    assert await world.write(WATCHLIST, put(film), put(other)) == [THERE, APPLIED]
    again = await world.restarted().read(WATCHLIST, None)
    assert again.records.keys() == {film.id, other.id}
    assert len(world.server.shelves) == 1


async def test_series(world: World) -> None:
    """A series stands on it once, be it as what it is or as all of its episodes."""
    series = world.seeded.series[0]
    make(world, world.seeded.films[0])
    assert await world.write(WATCHLIST, put(series)) == [APPLIED]
    records = await world.read(WATCHLIST)
    assert records[series.id].item.kind is MediaKind.SHOW
    assert records[series.id].item.ids == as_item(series).ids
    assert await world.write(WATCHLIST, put(series)) == [THERE]
    assert await world.write(WATCHLIST, take(series)) == [APPLIED]
    assert (await world.read(WATCHLIST)).keys() == {world.seeded.films[0].id}
    assert await world.write(WATCHLIST, take(series)) == [THERE]


@pytest.mark.parametrize("dropping", [True, False])
async def test_last_item_goes(world: World, dropping: bool) -> None:
    """An emptied list may vanish; the next item makes it anew."""
    world.server.emby_behaviour.drops_empty_collections = dropping
    film = world.seeded.films[0]
    make(world, film)
    assert await world.write(WATCHLIST, take(film)) == [APPLIED]
    assert await world.read(WATCHLIST) == {}
    assert await world.write(WATCHLIST, put(film)) == [APPLIED]
    assert (await world.read(WATCHLIST)).keys() == {film.id}


async def test_marker(world: World) -> None:
    """One request tells that nothing has changed; any change moves the marker."""
    shelf = make(world, world.seeded.films[0])
    before = await snapshot_with_marker(world.provider, WATCHLIST)
    world.server.reset_requests()
    assert await snapshot_with_marker(world.provider, WATCHLIST, before) is before
    assert world.server.count() == 1
    shelf.entries[world.server.emby_state.next_number()] = world.seeded.films[1]
    world.server.state.touch()
    after = await snapshot_with_marker(world.provider, WATCHLIST, before)
    assert len(after.records) == 2


async def test_deleted_list(world: World) -> None:
    """Who deletes the list has not taken everything off the watchlist."""
    make(world, *world.seeded.films[:3])
    before: Snapshot = await snapshot_with_marker(world.provider, WATCHLIST)
    world.server.shelves.clear()
    world.server.state.touch()
    with pytest.raises(ProviderUnavailableError, match=NAME):
        await world.provider.read(WATCHLIST, before)


async def test_two_lists_of_a_name(world: World) -> None:
    """Which of two is meant cannot be told."""
    make(world, world.seeded.films[0])
    make(world, world.seeded.films[1])
    with pytest.raises(AccountLimitError, match="more than one"):
        await world.read(WATCHLIST)


async def test_refused(world: World) -> None:
    """Who may not change the list is told so."""
    make(world)
    world.server.faults.fail(path=ENTRIES, method="POST", status=403)
    with pytest.raises(AccountLimitError, match="Emby user"):
        await world.write(WATCHLIST, put(world.seeded.films[0]))


async def test_lost_answers(world: World) -> None:
    """Whether something arrived is told by the list afterwards."""
    film, other = world.seeded.films[:2]
    make(world, film)
    world.server.faults.fail(path=ENTRIES, method="DELETE", kind=FaultKind.CUT_AFTER)
    assert await world.write(WATCHLIST, take(film)) == [APPLIED]
    world.server.faults.fail(
        path=ENTRIES, method="POST", kind=FaultKind.CUT_AFTER, times=3
    )
    with pytest.raises(ProviderUnavailableError) as error:
        await world.write(WATCHLIST, put(other))
    assert error.value.maybe_sent
    assert (await world.read(WATCHLIST)).keys() == {other.id}
    assert await world.write(WATCHLIST, put(other)) == [THERE]


async def test_a_list_without_an_id(world: World) -> None:
    """A new list that does not tell its name cannot be used."""
    world.server.faults.fail(
        path="/(Playlists|Collections)", status=200, body='{"Name": "To Watch"}'
    )
    with pytest.raises(ProtocolError, match="Id"):
        await world.write(WATCHLIST, put(world.seeded.films[0]))


@pytest.mark.parametrize("kind", ["playlist"])
async def test_playlists_of_others(
    session: aiohttp.ClientSession, limiters: Limiters, kind: str
) -> None:
    """A playlist that somebody shares is not taken for one's own."""
    options = {"watchlist": kind, "watchlist_name": NAME}
    async with a_world(session, limiters, options=options) as world:
        shelf = make(world, world.seeded.films[0])
        shelf.shared = True
        assert await world.read(WATCHLIST) == {}
        assert await world.write(WATCHLIST, put(world.seeded.films[1])) == [APPLIED]
        assert len(shelf.entries) == 1
        world.server.reset_requests()
        unknown = replace(
            put(world.seeded.films[2]), item=as_item(world.seeded.films[2])
        )
        world.server.state.remove_item(world.seeded.films[2])
        assert await world.write(WATCHLIST, unknown) == [
            (OutcomeKind.UNRESOLVED, Reason.NOT_FOUND)
        ]
