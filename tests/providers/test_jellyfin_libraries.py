"""Which library of a Jellyfin server an item is in."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from custom_components.crosswatch.engine.model import Feature, Library
from custom_components.crosswatch.engine.provider import (
    AuthenticationError,
    ProtocolError,
    ProviderError,
    ProviderUnavailableError,
)
from custom_components.crosswatch.providers.http import Limiters
from custom_components.crosswatch.providers.mediabrowser import places
from custom_components.crosswatch.providers.mediabrowser.places import parse_view

from ..simulators.base import FaultKind
from ..simulators.catalogue import make_catalogue
from ..simulators.jellyfin import Behaviour, Oddities
from .jellyfin_world import World, a_world

ANCESTORS = r"/Items/\w+/Ancestors"
VIEWS = "/UserViews"


@pytest.fixture
async def world(
    session: aiohttp.ClientSession, limiters: Limiters
) -> AsyncIterator[World]:
    """Return a server with three libraries, in one of which all is mixed."""
    catalogue = make_catalogue(films=60, shows=6)
    async with a_world(session, limiters, catalogue, Oddities()) as world:
        yield world


def true_places(world: World) -> dict[str, str]:
    """Return where everything is, by item id."""
    return {item.id: item.library.id for item in world.server.state.items.values()}


async def test_libraries(world: World) -> None:
    """Those of films, of series and of both; collections are none of them."""
    seeded = world.seeded
    assert await world.provider.libraries() == [
        Library(seeded.movies.id, "Movies"),
        Library(seeded.shows.id, "Shows"),
        Library(seeded.mixed.id, "Rare Finds"),
    ]
    [request] = world.server.requests
    assert (request.path, dict(request.query)) == (
        VIEWS,
        {"userId": world.user.id, "includeHidden": "true"},
    )
    world.server.state.add_library("Songs", "music")
    assert len(await world.provider.libraries()) == 3
    assert all(each.libraries for each in world.provider.capabilities.values())


async def test_a_few_items_are_asked_for(world: World) -> None:
    """Films, series, seasons and episodes, and the further episodes of a file."""
    seeded = world.seeded
    odd = next(film for film in seeded.films if film.library is seeded.mixed)
    season = seeded.series[0].children[0]
    double = next(item for item in seeded.episodes if item.index_end)
    items = [seeded.films[0], odd, seeded.series[0], season, double]
    named = {item.id: item.library.id for item in items}
    named[f"{double.id}#2"] = double.library.id
    found = await world.provider.locate([*named, "0" * 32, "own:movie:imdb:tt1"])
    assert found == named
    assert world.server.count(path=ANCESTORS) == 6
    assert world.server.count() == 7


async def test_many_items_are_looked_up_in_lists(world: World) -> None:
    """What costs less is done: pages of libraries, not hundreds of questions."""
    expected = true_places(world)
    assert len(expected) > 60
    assert await world.provider.locate(expected) == expected
    paths = [request.path for request in world.server.requests]
    assert paths == [VIEWS, *["/Items"] * 6]
    assert {request.query.get("limit") for request in world.server.requests[1:]} == {
        "1",
        "1000",
    }


async def test_many_items_of_a_huge_library(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even a hundred questions are less than listing a library of thousands."""
    monkeypatch.setattr(places, "PAGE_SIZE", 5)
    expected = true_places(world)
    wanted = list(expected)[:100]
    assert await world.provider.locate(wanted) == {one: expected[one] for one in wanted}
    assert world.server.count(path=ANCESTORS) == 100


async def test_nothing_to_locate(world: World) -> None:
    """Made-up names are at no place, and nobody has to be asked."""
    assert await world.provider.locate([]) == {}
    assert await world.provider.locate(["own:movie:imdb:tt1"]) == {}
    assert world.server.count() == 0


@pytest.mark.parametrize("many", [False, True])
async def test_a_library_that_is_not_shared(world: World, many: bool) -> None:
    """What the user may not see is left out."""
    seeded = world.seeded
    world.user.libraries = frozenset({seeded.movies.id})
    world.server.state.touch()
    everything = true_places(world)
    wanted = list(everything) if many else [seeded.films[0].id, seeded.series[0].id]
    assert await world.provider.libraries() == [Library(seeded.movies.id, "Movies")]
    assert await world.provider.locate(wanted) == {
        item: library
        for item, library in everything.items()
        if item in wanted and library == seeded.movies.id
    }


async def test_a_user_without_libraries(world: World) -> None:
    """Nothing is anywhere."""
    world.user.libraries = frozenset()
    world.server.state.touch()
    assert await world.provider.libraries() == []
    assert await world.provider.locate([world.seeded.films[0].id]) == {}


async def test_views_that_the_user_has_grouped(world: World) -> None:
    """Such a view is a library, too; what is in it only its list tells."""
    world.server.behaviour = Behaviour(groups_views=True)
    film, series = world.seeded.films[0], world.seeded.series[0]
    names = {each.name: each.library_id for each in await world.provider.libraries()}
    assert set(names) == {"Movies", "Tvshows", "Mixed"}
    assert await world.provider.locate([film.id, series.id]) == {
        film.id: names["Movies"],
        series.id: names["Tvshows"],
    }
    assert world.server.count(path=ANCESTORS) == 0


async def test_where_the_question_is_not_let_through(world: World) -> None:
    """Then the lists tell it, as an item that is nowhere would be left out."""
    world.server.faults.fail(path=ANCESTORS, status=404, times=99)
    film = world.seeded.films[0]
    assert await world.provider.locate([film.id]) == {film.id: film.library.id}


async def test_an_item_in_two_libraries(world: World) -> None:
    """It is in the first of them."""
    film = world.seeded.films[0]
    world.seeded.mixed.top.append(film)
    world.server.state.touch()
    found = await world.provider.locate(true_places(world))
    assert found[film.id] == world.seeded.movies.id


@pytest.mark.parametrize("path", [VIEWS, ANCESTORS, "/Items"])
@pytest.mark.parametrize(
    ("status", "error"),
    [(500, ProviderUnavailableError), (400, ProtocolError)],
)
async def test_a_fault_on_the_way(
    world: World, path: str, status: int, error: type[ProviderError]
) -> None:
    """Nothing is called nowhere for a fault."""
    world.server.faults.fail(path=path, status=status, times=99)
    everything = true_places(world)
    wanted = list(everything) if path == "/Items" else list(everything)[:3]
    with pytest.raises(error):
        await world.provider.locate(wanted)


async def test_a_cut_list_of_a_library(world: World) -> None:
    """A list that is not whole places nothing."""
    world.server.behaviour.cut_lists = 10
    with pytest.raises(ProtocolError, match="listed"):
        await world.provider.locate(true_places(world))


@pytest.mark.parametrize(
    ("path", "body"),
    [
        pytest.param(VIEWS, '{"Items": [5], "TotalRecordCount": 1}', id="no library"),
        pytest.param(VIEWS, '{"Items": [{}], "TotalRecordCount": 1}', id="without Id"),
        pytest.param(VIEWS, '{"TotalRecordCount": 1}', id="no libraries"),
        pytest.param(ANCESTORS, "{}", id="no list"),
    ],
)
async def test_nonsense(world: World, path: str, body: str) -> None:
    """An answer that makes no sense is an error."""
    world.server.faults.fail(path=path, kind=FaultKind.NONSENSE, body=body, times=9)
    with pytest.raises(ProtocolError):
        await world.provider.locate([world.seeded.films[0].id])


async def test_what_lies_above_may_be_anything(world: World) -> None:
    """Only the ids in it count."""
    film = world.seeded.films[0]
    body = f'[5, {{}}, {{"Id": 7}}, {{"Id": "{film.library.id}"}}]'
    world.server.faults.fail(path=ANCESTORS, kind=FaultKind.NONSENSE, body=body)
    assert await world.provider.locate([film.id]) == {film.id: film.library.id}


async def test_a_login_that_ended(world: World) -> None:
    """The person has to sign in again."""
    world.server.revoke_tokens(world.user)
    with pytest.raises(AuthenticationError):
        await world.provider.libraries()


@pytest.mark.parametrize(
    ("kind", "chosen"),
    [
        (None, True),
        ("", True),
        ("movies", True),
        ("TvShows", True),
        ("mixed", True),
        ("music", False),
        ("boxsets", False),
        ("playlists", False),
        ("livetv", False),
        (5, False),
    ],
)
def test_kinds_of_libraries(kind: str | int | None, chosen: bool) -> None:
    """Only such libraries can be chosen as may hold what we sync."""
    view = parse_view({"Id": "1", "Type": "CollectionFolder", "CollectionType": kind})
    assert (view is not None) is chosen
    if view is not None:
        assert view.library == Library("1", "1")
        assert view.real


async def test_the_same_item_is_located_by_each_feature(world: World) -> None:
    """The names of records are those that can be located."""
    series = world.seeded.series[0]
    double = next(item for item in world.seeded.episodes if item.index_end)
    world.server.rate(world.user, series, 8)
    world.server.favourite(world.user, series)
    world.server.play(world.user, double)
    for feature in (Feature.HISTORY, Feature.WATCHLIST, Feature.RATINGS):
        records = await world.read(feature)
        assert records
        found = await world.provider.locate(records)
        assert set(found) == set(records)
        assert set(found.values()) == {world.seeded.shows.id}
