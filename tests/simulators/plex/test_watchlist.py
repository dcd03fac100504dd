"""Watchlists at the simulated cloud, and how titles are found for them."""

from datetime import timedelta

import pytest

from ..catalogue import Catalogue
from . import Account, PlexCloudSimulator, PlexServerSimulator, Seeded, key_at_cloud
from .conftest import DISCOVER, METADATA, NOW, Api

LIST = "/library/sections/watchlist/all"
MATCHES = "/library/metadata/matches"
ADD = "/actions/addToWatchlist?ratingKey="
REMOVE = "/actions/removeFromWatchlist?ratingKey="


@pytest.fixture
def wanted(cloud: PlexCloudSimulator, jon: Account) -> list[str]:
    """Return what Jon wants to watch, the latest first: 28 films and two shows."""
    titles = list(cloud.titles.by_key.values())
    chosen = titles[:28] + titles[-2:]
    for number, title in enumerate(chosen):
        cloud.put_on_watchlist(jon, title, NOW - timedelta(hours=40 - number))
    return [title.name for title in reversed(chosen)]


async def test_reading(
    cloud: PlexCloudSimulator, jon: Account, at_cloud: Api, wanted: list[str]
) -> None:
    """Rows name titles as every Plex does, but not when they were put there."""
    assert [title.name for title in cloud.watchlist(jon)] == wanted
    reply = await at_cloud.get(f"{LIST}?includeGuids=1")
    assert reply.box["librarySectionID"] == "watchlist"
    assert (reply.box["totalSize"], reply.box["size"]) == (30, 20)
    row = reply.rows[0]
    assert row["guid"] == f"plex://show/{row['ratingKey']}"
    assert row["key"] == f"/library/metadata/{row['ratingKey']}/children"
    assert not {"Guid", "watchlistedAt"} & row.keys()
    page = {"X-Plex-Container-Start": "20", "X-Plex-Container-Size": "100"}
    assert [it["title"] for it in reply.rows] == wanted[:20]
    assert await at_cloud.titles(f"{LIST}?type=2") == wanted[:2]
    assert [it["title"] for it in (await at_cloud.get(LIST, **page)).rows] == wanted[
        20:
    ]
    empty = await at_cloud.get(f"{LIST}?X-Plex-Container-Start=30")
    assert "Metadata" not in empty.box
    assert empty.headers["X-Plex-Container-Total-Size"] == "30"
    cloud.behaviour.lists_guids = True
    assert "Guid" in (await at_cloud.get(f"{LIST}?includeGuids=1")).rows[0]
    assert "Guid" not in (await at_cloud.get(LIST)).rows[0]


async def test_order(
    cloud: PlexCloudSimulator, jon: Account, at_cloud: Api, wanted: list[str]
) -> None:
    """Orders and parts of a watchlist."""
    query = f"{LIST}?X-Plex-Container-Size=100&sort="
    assert await at_cloud.titles(f"{query}watchlistedAt:asc") == wanted[::-1]
    titles = await at_cloud.titles(f"{query}titleSort:asc")
    assert titles.index("The Matrix") < titles.index("Pulp Fiction")
    rows = (await at_cloud.get(f"{query}originallyAvailableAt:desc")).rows
    released = [it["originallyAvailableAt"] for it in rows]
    assert released == sorted(released, reverse=True)
    cloud.put_on_watchlist(jon, cloud.add_title("movie", "Next Year", 2027, {}))
    assert len(await at_cloud.titles(f"{query}titleSort")) == 31
    path = "/library/sections/watchlist/released?X-Plex-Container-Size=100"
    assert len(await at_cloud.titles(path)) == 30
    assert (await at_cloud.call("GET", f"{LIST}?sort=rating:desc")).status == 501
    path = "/library/sections/watchlist/available"
    assert (await at_cloud.call("GET", path)).status == 501


async def test_changing(cloud: PlexCloudSimulator, jon: Account, at_cloud: Api) -> None:
    """Titles come on the list and off it; a repeat changes nothing."""
    matrix = cloud.title("The Matrix")
    at_cloud.host = DISCOVER
    for _ in range(2):
        assert (await at_cloud.call("PUT", ADD + matrix.key)).status == 200
        assert cloud.watchlist(jon) == [matrix]
    put = cloud.titles.list_of(jon)[matrix.key]
    assert put == cloud.now()
    for _ in range(2):
        assert (await at_cloud.call("PUT", REMOVE + matrix.key)).status == 200
        assert cloud.watchlist(jon) == []
    for action in (ADD, REMOVE, ADD.partition("?")[0]):
        assert (await at_cloud.call("PUT", f"{action}x")).status == 404
    assert cloud.writes() == 7
    with pytest.raises(KeyError):
        cloud.take_off_watchlist(jon, matrix)
    with pytest.raises(KeyError):
        cloud.title("The Matrix", 2040)


async def test_refusing_repeats(
    cloud: PlexCloudSimulator, jon: Account, at_cloud: Api
) -> None:
    """Where that is switched on, a repeat is an error that says why."""
    cloud.behaviour.refuses_repeats = True
    matrix = cloud.title("The Matrix")
    assert (await at_cloud.call("PUT", ADD + matrix.key)).status == 200
    reply = await at_cloud.call("PUT", ADD + matrix.key)
    assert (reply.status, "already on the watchlist" in reply.text) == (409, True)
    assert (await at_cloud.call("PUT", REMOVE + matrix.key)).status == 200
    reply = await at_cloud.call("PUT", REMOVE + matrix.key)
    assert (reply.status, "not on the watchlist" in reply.text) == (404, True)


async def test_everybody_has_one(
    cloud: PlexCloudSimulator, jon: Account, kid: Account, at_cloud: Api
) -> None:
    """The token decides whose list it is."""
    matrix = cloud.title("The Matrix")
    at_cloud.token = cloud.sign_in(kid)
    await at_cloud.call("PUT", ADD + matrix.key)
    assert (cloud.watchlist(kid), cloud.watchlist(jon)) == ([matrix], [])
    at_cloud.token = ""
    assert (await at_cloud.call("GET", LIST)).status == 401
    assert (await at_cloud.call("PUT", ADD + matrix.key)).status == 401


@pytest.mark.parametrize("host", [DISCOVER, METADATA])
async def test_one_title(cloud: PlexCloudSimulator, at_cloud: Api, host: str) -> None:
    """A title alone has its ids; an unknown one is not there."""
    show = cloud.title("Breaking Bad")
    at_cloud.host = host
    reply = await at_cloud.get(f"/library/metadata/{show.key}?includeGuids=1")
    (row,) = reply.rows
    assert {it["id"] for it in row["Guid"]} == set(show.guids)
    assert (row["leafCount"], row["childCount"]) == (show.episodes, show.seasons)
    assert reply.box["identifier"] == f"tv.plex.provider.{host.partition('.')[0]}"
    assert (await at_cloud.call("GET", f"/library/metadata/{'0' * 24}")).status == 404


async def test_state_of_a_title(
    cloud: PlexCloudSimulator, jon: Account, at_cloud: Api
) -> None:
    """Only here it stands when a title was put on the list."""
    matrix = cloud.title("The Matrix")
    path = f"/library/metadata/{matrix.key}/userState"
    state = (await at_cloud.get(path)).box["UserState"]
    assert "watchlistedAt" not in state
    cloud.put_on_watchlist(jon, matrix, NOW)
    state = (await at_cloud.get(path)).box["UserState"]
    assert state["watchlistedAt"] == int(NOW.timestamp())
    cloud.behaviour.state_as_list = True
    assert (await at_cloud.get(path)).box["UserState"] == [state]


@pytest.mark.parametrize("host", [DISCOVER, METADATA])
async def test_matches(cloud: PlexCloudSimulator, at_cloud: Api, host: str) -> None:
    """A title is found by any of its ids, if its kind is right."""
    matrix, show = cloud.title("The Matrix"), cloud.title("Breaking Bad")
    at_cloud.host = host
    for query, found in (
        ("type=movie&title=tmdb-603&year=1999", ["The Matrix"]),
        ("type=1&title=imdb-tt0133093", ["The Matrix"]),
        ("type=1&guid=tmdb://603", ["The Matrix"]),
        ("type=show&title=tmdb-603", []),
        (f"type=show&title=tvdb-{show.ids['tvdb']}", ["Breaking Bad"]),
        ("type=show&title=tvdb-1", []),
        ("type=movie&title=The Matrix&year=1999".replace(" ", "%20"), ["The Matrix"]),
        (f"type=2&guid=imdb://{show.ids['imdb']}", ["Breaking Bad"]),
        ("title=tmdb-603", []),
    ):
        assert await at_cloud.titles(f"{MATCHES}?{query}") == found, query
    cloud.behaviour.wrong_matches = {"tmdb-603"}
    (row,) = (await at_cloud.get(f"{MATCHES}?type=movie&title=tmdb-603")).rows
    assert row["ratingKey"] != matrix.key
    cloud.behaviour.broken_matches = True
    cloud.behaviour.wrong_matches = set()
    assert await at_cloud.titles(f"{MATCHES}?type=movie&title=tmdb-603") == []
    cloud.behaviour.broken_matches = False
    cloud.behaviour.matches_as_search = True
    box = (await at_cloud.get(f"{MATCHES}?type=movie&title=tmdb-603")).box
    assert (
        box["SearchResults"][1]["SearchResult"][0]["Metadata"]["title"] == matrix.name
    )


async def test_search(cloud: PlexCloudSimulator, at_cloud: Api) -> None:
    """A search finds names, those of the year first, in one of two groups."""
    cloud.add_title("movie", "The Matrix", 2031, {"tmdb": "5"})
    cloud.add_title("show", "The Matrix: The Series", 2003, {"tvdb": "6"})
    path = "/library/search?query=the%20matrix&limit=25&searchProviders=discover"
    for types, years in (
        ("movies,tv", [1999, 2031, 2003]),
        ("movies", [1999, 2031]),
        ("tv", [2003]),
    ):
        box = (await at_cloud.get(f"{path}&searchTypes={types}&year=1999")).box
        empty, group = box["SearchResults"]
        assert "SearchResult" not in empty
        found = [it["Metadata"]["year"] for it in group["SearchResult"]]
        assert found == years
        assert group["SearchResult"][0]["score"] == 1
    box = (await at_cloud.get("/library/search?query=nothing")).box
    assert [it["size"] for it in box["SearchResults"]] == [0, 0]


async def test_lists_that_go_wrong(
    cloud: PlexCloudSimulator, kid: Account, at_cloud: Api, wanted: list[str]
) -> None:
    """Lists are cut, empty, of somebody else, or do not care what was asked."""
    behaviour = cloud.behaviour
    page = f"{LIST}?X-Plex-Container-Start=10&X-Plex-Container-Size=100"
    behaviour.cut_lists = 12
    reply = await at_cloud.get(page)
    assert (len(reply.rows), reply.box["totalSize"]) == (2, 30)
    behaviour.honest_total = False
    assert (await at_cloud.get(page)).box["totalSize"] == 12
    behaviour.cut_lists, behaviour.empty_lists = None, True
    assert (await at_cloud.get(page)).box["totalSize"] == 0
    behaviour.empty_lists, behaviour.largest_page = False, 5
    assert await at_cloud.titles(page) == wanted[10:15]
    behaviour.ignores_paging = True
    assert await at_cloud.titles(page) == wanted[:5]
    seen: list[int] = []
    behaviour.before_page = seen.append
    behaviour.lists_of = kid
    assert await at_cloud.titles(page) == []
    assert seen == [10]


async def test_one_name_everywhere(
    cloud: PlexCloudSimulator,
    plex: PlexServerSimulator,
    library: Seeded,
    small_catalogue: Catalogue,
) -> None:
    """What a server calls a title is what the cloud calls it."""
    for item in [*library.films, *library.series]:
        assert cloud.title(item.title, item.year).guid == item.guid
    film = small_catalogue.films[0]
    assert cloud.title(film.title).key == key_at_cloud(film)
