"""A playlist or a collection of a Jellyfin server as the watchlist."""

from collections.abc import AsyncIterator
from typing import Final

import aiohttp
import pytest

from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    Listed,
    MediaKind,
    Snapshot,
)
from custom_components.crosswatch.engine.plan import Operation, OutcomeKind, Reason
from custom_components.crosswatch.engine.provider import (
    AccountLimitError,
    AuthenticationError,
    ProtocolError,
    ProviderUnavailableError,
)
from custom_components.crosswatch.providers.http import JsonObject, Limiters
from custom_components.crosswatch.providers.jellyfin import SPEC
from custom_components.crosswatch.providers.jellyfin.provider import JellyfinProvider
from custom_components.crosswatch.providers.mediabrowser import named_lists
from custom_components.crosswatch.providers.mediabrowser.chosen import watchlist_of
from custom_components.crosswatch.providers.mediabrowser.named_watchlist import (
    NamedWatchlist,
)
from custom_components.crosswatch.providers.mediabrowser.watchlist import Favourites

from ..simulators.base import FaultKind
from ..simulators.catalogue import make_catalogue
from ..simulators.jellyfin import Item as ServerItem, ItemList, Oddities, User
from .jellyfin_world import ITEMS, World, a_world
from .mediabrowser_world import as_item
from .operating import operation, written

APPLIED = (OutcomeKind.APPLIED, None)
THERE = (OutcomeKind.ALREADY_THERE, None)
WATCHLIST = Feature.WATCHLIST
KINDS: Final = ("playlist", "collection")
ENTRIES = r"/(Playlists|Collections)/\w+/Items"


def options(kind: str, name: str = "To Watch") -> JsonObject:
    """Return what a person chose."""
    return {"watchlist": kind, "watchlist_name": name}


@pytest.fixture(params=KINDS)
async def world(
    request: pytest.FixtureRequest, session: aiohttp.ClientSession, limiters: Limiters
) -> AsyncIterator[World]:
    """Return a small server on which a list is the watchlist."""
    async with a_world(session, limiters, options=options(request.param)) as world:
        world.user.collects = True
        yield world


@pytest.fixture
async def playlists(
    session: aiohttp.ClientSession, limiters: Limiters
) -> AsyncIterator[World]:
    """Return a small server on which a playlist is the watchlist."""
    async with a_world(session, limiters, options=options("playlist")) as world:
        yield world


def owner(world: World) -> User | None:
    """Return who owns the list: nobody if it is a collection."""
    return world.user if world.options["watchlist"] == "playlist" else None


def make(world: World, *items: ServerItem, name: str = "To Watch") -> ItemList:
    """Let the user have the list already."""
    return world.server.make_list(name, items, owner=owner(world))


def entries(world: World, name: str = "To Watch") -> list[str]:
    """Return the ids of what is in all lists of a name."""
    return [
        entry.item.id
        for each in world.server.state.lists.values()
        if each.item.name == name
        for entry in each.entries
    ]


def put(item: ServerItem | Item) -> Operation:
    """Return an operation that puts an item on the watchlist."""
    known = item if isinstance(item, Item) else as_item(item)
    return operation(known, Listed(), feature=WATCHLIST)


def take(item: ServerItem, *, known: bool = True) -> Operation:
    """Return an operation that takes an item off the watchlist."""
    ids = [item.id] if known else []
    return operation(as_item(item), None, feature=WATCHLIST, native_ids=ids)


async def read(world: World, previous: Snapshot | None = None) -> Snapshot:
    """Return a read as a run makes it."""
    marker = (await world.provider.activity([WATCHLIST]))[WATCHLIST]
    snapshot = await world.provider.read(WATCHLIST, previous)
    return Snapshot(WATCHLIST, snapshot.records, snapshot.full_read_at, marker)


def test_options() -> None:
    """The form offers the three, and what is chosen is what is used."""
    assert [field.name for field in SPEC.options] == ["watchlist", "watchlist_name"]
    chosen, name = SPEC.options
    assert (chosen.default, name.default) == ("favourites", "Watchlist")
    assert list(chosen.options) == ["favourites", "playlist", "collection"]


@pytest.mark.parametrize(
    ("chosen", "kind", "name"),
    [
        ({}, "", ""),
        ({"watchlist": "favourites", "watchlist_name": "X"}, "", ""),
        ({"watchlist": "playlist"}, "playlist", "Watchlist"),
        ({"watchlist": "playlist", "watchlist_name": " "}, "playlist", "Watchlist"),
        ({"watchlist": "collection", "watchlist_name": " X"}, "collection", "X"),
    ],
)
async def test_what_is_chosen(
    playlists: World, chosen: JsonObject, kind: str, name: str
) -> None:
    """Without a choice the favourites are the watchlist."""
    client = (await playlists.provider.records())._client  # noqa: SLF001
    watchlist = watchlist_of(client, chosen)
    if not kind:
        assert isinstance(watchlist, Favourites)
        return
    assert isinstance(watchlist, NamedWatchlist)
    assert watchlist._label == f'{kind} named "{name}"'  # noqa: SLF001


async def test_reads_films_and_series(world: World) -> None:
    """What stands in the list is told, a series once, and nothing is written."""
    films, series = world.seeded.films, world.seeded.series[1]
    world.server.favourite(world.user, films[9])
    make(world, films[0], series, films[1])
    records = await world.read(WATCHLIST)
    assert {name: record.item for name, record in records.items()} == {
        each.id: as_item(each) for each in (films[0], series, films[1])
    }
    assert all(record.value == Listed() for record in records.values())
    assert world.server.writes() == 0


async def test_without_a_list(world: World) -> None:
    """No list is an empty watchlist; reading makes none, and neither does removing."""
    make(world, world.seeded.films[0], name="Another")
    assert await world.read(WATCHLIST) == {}
    gone = take(world.seeded.films[0])
    assert await world.write(WATCHLIST, gone) == [THERE]
    assert world.server.writes() == 0


async def test_is_made_when_it_is_first_written_to(world: World) -> None:
    """The first write makes the list, which nobody else sees; the next one uses it."""
    films, series = world.seeded.films, world.seeded.series[1]
    operations = [put(films[0]), put(series)]
    outcomes = await written(world.provider, WATCHLIST, operations)
    assert [(each.kind, each.native_id) for each in outcomes] == [
        (OutcomeKind.APPLIED, films[0].id),
        (OutcomeKind.APPLIED, series.id),
    ]
    assert world.server.writes() == 1
    (made,) = world.server.state.lists.values()
    assert (made.item.name, made.owner, made.public) == (
        "To Watch",
        owner(world),
        False,
    )
    assert set(await world.read(WATCHLIST)) == {films[0].id, series.id}
    assert await world.write(WATCHLIST, put(films[0]), put(films[2])) == [
        THERE,
        APPLIED,
    ]
    assert world.server.writes() == 2
    assert len(world.server.state.lists) == 1
    assert films[2].id in entries(world)


async def test_removal_takes_out_the_entry_only(world: World) -> None:
    """What is taken off stays in the library, and nothing else leaves the list."""
    films, series = world.seeded.films, world.seeded.series[1]
    make(world, films[0], series, films[1])
    await world.read(WATCHLIST)
    assert await world.write(
        WATCHLIST, take(films[0]), take(series, known=False), take(films[5])
    ) == [APPLIED, APPLIED, THERE]
    assert entries(world) == [films[1].id]
    assert films[0].id in world.server.state.items
    assert set(await world.read(WATCHLIST)) == {films[1].id}


async def test_what_cannot_be_added(world: World) -> None:
    """What the server does not have is told, and the rest is added all the same."""
    unknown = Item(MediaKind.MOVIE, {"imdb": "tt9999999"}, "Not here")
    film = world.seeded.films[0]
    assert await world.write(WATCHLIST, put(unknown), put(film)) == [
        (OutcomeKind.UNRESOLVED, Reason.NOT_FOUND),
        APPLIED,
    ]
    assert entries(world) == [film.id]


async def test_one_of_several_copies_is_enough(
    session: aiohttp.ClientSession, limiters: Limiters
) -> None:
    """An item that is there twice is added once, and leaves with both its copies."""
    catalogue = make_catalogue(films=100, shows=2)
    chosen = options("playlist")
    async with a_world(session, limiters, catalogue, Oddities(), chosen) as world:
        films = world.seeded.films
        copies = next(
            [each, other]
            for each in films
            for other in films
            if each is not other and each.provider_ids == other.provider_ids != {}
        )
        assert await world.write(WATCHLIST, put(copies[0])) == [APPLIED]
        assert len(entries(world)) == 1
        world.server.state.lists.clear()
        make(world, *copies)
        assert await world.write(WATCHLIST, take(copies[0], known=False)) == [APPLIED]
        assert entries(world) == []


async def test_two_items_claim_to_be_the_one(
    session: aiohttp.ClientSession, limiters: Limiters
) -> None:
    """What is ambiguous is left alone."""
    async with a_world(session, limiters, options=options("playlist")) as world:
        first, second = world.seeded.films[:2]
        second.provider_ids["Imdb"] = first.provider_ids["Imdb"]
        assert await world.write(WATCHLIST, put(first)) == [
            (OutcomeKind.UNRESOLVED, Reason.AMBIGUOUS)
        ]
        assert world.server.writes() == 0


async def test_a_series_in_a_playlist(playlists: World) -> None:
    """A series stands in a playlist as its episodes, of which one is enough."""
    world, series = playlists, playlists.seeded.series[1]
    leaves = list(series.leaves())
    make(world, leaves[2])
    assert set(await world.read(WATCHLIST)) == {series.id}
    assert await world.write(WATCHLIST, put(series)) == [THERE]
    assert await world.write(WATCHLIST, take(series)) == [APPLIED]
    assert await world.write(WATCHLIST, put(series)) == [APPLIED]
    assert entries(world) == [leaf.id for leaf in leaves]


async def test_playlists_of_others(playlists: World) -> None:
    """A playlist of somebody else is neither read nor written, shared or not."""
    world, film = playlists, playlists.seeded.films[0]
    eve = world.server.add_user("Eve")
    shared = world.server.make_list("To Watch", [film], owner=eve, public=True)
    guests = world.server.make_list("to watch ", [film], owner=eve)
    guests.guests[world.user.id] = True
    secret = world.server.make_list("To Watch", [film], owner=eve)
    assert await world.read(WATCHLIST) == {}
    assert await world.write(WATCHLIST, take(film)) == [THERE]
    assert await world.write(WATCHLIST, put(world.seeded.films[1])) == [APPLIED]
    assert [len(each.entries) for each in (shared, guests, secret)] == [1, 1, 1]
    assert set(await world.read(WATCHLIST)) == {world.seeded.films[1].id}


async def test_two_lists_of_that_name(world: World) -> None:
    """Which of them is meant nobody knows: a person has to say."""
    make(world, world.seeded.films[0])
    make(world, world.seeded.films[1])
    with pytest.raises(AccountLimitError, match="more than one"):
        await world.read(WATCHLIST)
    with pytest.raises(AccountLimitError, match="rename"):
        await world.write(WATCHLIST, put(world.seeded.films[2]))
    # The other features go on.
    markers = await world.provider.activity([WATCHLIST, Feature.HISTORY])
    assert set(markers) == {Feature.HISTORY}


async def test_requests(world: World) -> None:
    """Once the list is known, an unchanged one takes one request."""
    make(world, world.seeded.films[0], world.seeded.series[0])
    first = await read(world)
    world.server.reset_requests()
    second = await read(world, first)
    assert world.server.count() == 1
    assert second.marker == first.marker
    assert second.records == first.records
    assert first.marker.startswith(str(world.options["watchlist"]))


async def test_the_marker_moves(world: World) -> None:
    """Whatever changes in the list moves its marker."""
    films = world.seeded.films
    markers = [(await read(world)).marker]
    made = make(world, films[0])
    markers.append((await read(world)).marker)
    world.server.delete_list(made)
    make(world, films[1])
    markers.append((await read(world)).marker)
    assert len(set(markers)) == 3


@pytest.mark.parametrize("refuses", [False, True])
@pytest.mark.parametrize("restarted", [False, True])
async def test_a_list_that_is_gone(
    world: World, restarted: bool, refuses: bool
) -> None:
    """Who deletes or renames the list has not emptied it."""
    world.server.behaviour.refuses_unknown_parents = refuses
    made = make(world, world.seeded.films[0])
    before = await read(world)
    world.server.delete_list(made)
    if restarted:
        world.provider = world.restarted()
    for _ in range(2):
        with pytest.raises(ProviderUnavailableError, match="any more"):
            await read(world, before)
    if not restarted:
        # It is known without the snapshot of the last time, too.
        with pytest.raises(ProviderUnavailableError, match="To Watch"):
            await read(world)
    make(world, world.seeded.films[1])
    assert set((await read(world, before)).records) == {world.seeded.films[1].id}


async def test_another_list_is_chosen(world: World) -> None:
    """A list that never was there is not missed, whatever another one held."""
    make(world, world.seeded.films[0])
    before = await read(world)
    chosen = options(str(world.options["watchlist"]), "Another")
    world.provider = world.restarted(chosen)
    after = await read(world, before)
    assert after.records == {}
    assert after.marker != before.marker


async def test_entries_that_leave(world: World) -> None:
    """What was taken out by hand is gone, also if it was all there was."""
    films = world.seeded.films
    made = make(world, films[0], films[1])
    before = await read(world)
    world.server.take_out(made, films[1])
    after = await read(world, before)
    assert set(after.records) == {films[0].id}
    world.server.take_out(made, films[0])
    assert (await read(world, after)).records == {}


async def test_a_list_that_changes_while_it_is_read(playlists: World) -> None:
    """A loss that the second look does not show is not believed."""
    world, films = playlists, playlists.seeded.films
    made = make(world, *films[:3])
    before = await read(world)
    lost = made.entries.pop()
    world.server.faults.meanwhile(
        lambda: made.entries.append(lost), path="/Playlists/[^/]*/Items", on_call=2
    )
    with pytest.raises(ProtocolError, match="changed"):
        await read(world, before)


async def test_somebody_elses_login(world: World) -> None:
    """Where the login is that of another user, nothing is gone."""
    made = make(world, world.seeded.films[0])
    before = await read(world)
    world.server.take_out(made, world.seeded.films[0])
    body = b'{"Id":"other","Name":"Eve","ServerId":"s"}'
    world.server.faults.fail(path="/Users/Me", status=200, body=body)
    with pytest.raises(AuthenticationError):
        await read(world, before)


async def test_pages(playlists: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long playlist comes in pages, and one that was cut is refused."""
    world, films = playlists, playlists.seeded.films
    monkeypatch.setattr(named_lists, "ENTRIES_PAGE", 7)
    made = make(world, *films)
    # An entry may stand there twice, in playlists of older servers.
    made.entries.append(made.entries[0])
    assert set(await world.read(WATCHLIST)) == {film.id for film in films}
    world.server.behaviour.cut_lists = 10
    with pytest.raises(ProtocolError, match="entries"):
        await world.read(WATCHLIST)


async def test_a_collection_that_was_cut(
    session: aiohttp.ClientSession, limiters: Limiters
) -> None:
    """A collection of which a part is missing is not taken for one that is gone."""
    async with a_world(session, limiters, options=options("collection")) as world:
        make(world, *world.seeded.films[:9])
        await world.read(WATCHLIST)
        world.server.behaviour.cut_lists = 4
        with pytest.raises(ProtocolError, match="different items"):
            await world.read(WATCHLIST)


async def test_other_things_in_a_playlist(playlists: World) -> None:
    """What is no film and no episode of a known series is left alone."""
    world, films = playlists, playlists.seeded.films
    make(world, films[0])
    body = (
        b'{"Items":[{"Id":"1","Type":"Audio","PlaylistItemId":"1"},'
        b'{"Id":"2","Type":"Episode","PlaylistItemId":"2"}],"TotalRecordCount":2}'
    )
    world.server.faults.fail(path=ENTRIES, method="GET", status=200, body=body)
    assert await world.read(WATCHLIST) == {}


async def test_without_the_right_to(
    session: aiohttp.ClientSession, limiters: Limiters
) -> None:
    """Collections are for those who may manage them; the error says so."""
    async with a_world(session, limiters, options=options("collection")) as world:
        film = world.seeded.films[0]
        with pytest.raises(AccountLimitError, match="right"):
            await world.write(WATCHLIST, put(film))
        make(world, film)
        assert set(await world.read(WATCHLIST)) == {film.id}
        with pytest.raises(AccountLimitError, match="permissions"):
            await world.write(WATCHLIST, take(film))


@pytest.mark.parametrize("kind", [FaultKind.CUT_AFTER, FaultKind.HALF_BODY])
async def test_no_answer(world: World, kind: FaultKind) -> None:
    """A write without an answer is unknown, and is not made again by itself."""
    film = world.seeded.films[0]
    world.server.faults.fail(path="/(Playlists|Collections)", method="POST", kind=kind)
    with pytest.raises(ProviderUnavailableError) as error:
        await world.write(WATCHLIST, put(film))
    assert error.value.maybe_sent
    assert world.server.writes() == 1
    assert await world.write(WATCHLIST, put(film)) == [THERE]
    assert len(world.server.state.lists) == 1


@pytest.mark.parametrize("body", [b"{}", b'{"Id":""}', b'{"Id":5}'])
async def test_a_list_without_a_name(world: World, body: bytes) -> None:
    """A server that does not tell what it made may have made it."""
    world.server.faults.fail(
        path="/(Playlists|Collections)", method="POST", status=200, body=body
    )
    with pytest.raises(ProtocolError, match="Id") as error:
        await world.write(WATCHLIST, put(world.seeded.films[0]))
    assert error.value.maybe_sent


async def test_what_is_not_confirmed(world: World) -> None:
    """A write that the list does not show afterwards was not done."""
    films = world.seeded.films
    make(world, films[0])
    world.server.faults.fail(path=ENTRIES, method="POST", status=204)
    assert await world.write(WATCHLIST, put(films[1])) == [
        (OutcomeKind.FAILED, Reason.REJECTED)
    ]
    world.server.faults.fail(path=ENTRIES, method="DELETE", status=204)
    assert await world.write(WATCHLIST, take(films[0])) == [
        (OutcomeKind.FAILED, Reason.REJECTED)
    ]


async def test_a_list_that_goes_while_it_is_written(world: World) -> None:
    """A list that is lost in between is an error, not an answer."""
    films = world.seeded.films
    make(world, films[0])
    await world.read(WATCHLIST)
    world.server.faults.fail(path=ENTRIES, method="POST", status=404)
    with pytest.raises(ProtocolError, match="404"):
        await world.write(WATCHLIST, put(films[1]))


@pytest.mark.parametrize("path", [ITEMS, r"/Playlists/\w+/(Items|Users)"])
async def test_a_failed_read(playlists: World, path: str) -> None:
    """A watchlist of which a part cannot be read is not read at all."""
    make(playlists, playlists.seeded.films[0])
    playlists.server.faults.fail(path=path, status=500, times=3)
    with pytest.raises(ProviderUnavailableError):
        await playlists.read(WATCHLIST)


async def test_a_proxy_is_not_taken_for_the_server(playlists: World) -> None:
    """A refusal by a proxy does not make the playlist somebody else's."""
    make(playlists, playlists.seeded.films[0])
    playlists.server.faults.fail(
        path=r"/Playlists/\w+/Users",
        status=403,
        headers={"Content-Type": "text/html"},
    )
    with pytest.raises(ProviderUnavailableError, match="proxy"):
        await playlists.read(WATCHLIST)


async def test_libraries(world: World) -> None:
    """The library of what stands in the list is told."""
    films = world.seeded.films
    make(world, films[0])
    provider: JellyfinProvider = world.provider
    records = await world.read(WATCHLIST)
    assert await provider.locate(records) == {films[0].id: world.seeded.movies.id}
