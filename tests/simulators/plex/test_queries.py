"""How items are asked for at the simulated server: by filter, order and page."""

from datetime import timedelta

from ..base import FaultKind
from ..clock import Clock
from . import Account, PlexServerSimulator, Seeded
from .conftest import Api

MOVIES = "/library/sections/1/all"
EPISODES = "/library/sections/2/all?type=4"


async def test_paging(api: Api, library: Seeded) -> None:
    """A part is asked for in headers or parameters; only then its place is told."""
    whole = await api.get(MOVIES)
    assert whole.box["size"] == len(whole.rows) == 30
    assert not {"totalSize", "offset"} & whole.box.keys()
    page = await api.get(f"{MOVIES}?X-Plex-Container-Start=25&X-Plex-Container-Size=10")
    assert page.rows == whole.rows[25:]
    assert (page.box["totalSize"], page.box["offset"], page.box["size"]) == (30, 25, 5)
    assert page.headers["X-Plex-Container-Total-Size"] == "30"
    sizes = {"X-Plex-Container-Start": "3", "X-Plex-Container-Size": "2"}
    assert (await api.get(MOVIES, **sizes)).rows == whole.rows[3:5]
    for query in ("Size=0", "Start=30&X-Plex-Container-Size=5"):
        empty = await api.get(f"{MOVIES}?X-Plex-Container-{query}")
        assert "Metadata" not in empty.box
        assert empty.box["totalSize"] == 30
    bad = await api.call("GET", f"{MOVIES}?X-Plex-Container-Size=many")
    assert bad.status == 400


async def test_types(api: Api, library: Seeded) -> None:
    """A section lists its shows or films, or another type; all sections need one."""
    assert {it["type"] for it in (await api.get("/library/sections/2/all")).rows} == {
        "show"
    }
    for number, kind in ((1, "movie"), (2, "show"), (3, "season"), (4, "episode")):
        rows = (await api.get(f"/library/all?type={number}")).rows
        assert {row["type"] for row in rows} == {kind}
    assert (await api.get(f"{MOVIES}?type=4")).rows == []
    assert (await api.call("GET", "/library/all")).status == 400
    assert (await api.call("GET", "/library/all?type=9")).status == 400


async def test_filters(
    api: Api, plex: PlexServerSimulator, library: Seeded, clock: Clock
) -> None:
    """Operators are part of the name; what is missing compares with nothing."""
    one, two, three = library.films[:3]
    now = plex.library.now()
    plex.watch(plex.owner, one, clock() - timedelta(days=40))
    plex.mark(plex.owner, two, clock() - timedelta(days=10))
    plex.rate(plex.owner, three, 6)
    plex.stop_at(plex.owner, three, 700_000)
    for query, found in (
        ("unwatched=0", [one, two]),
        ("viewCount>>=0", [one, two]),
        (f"lastViewedAt>>={now - 20 * 86_400}", [two, three]),
        (f"lastViewedAt>>={now - 10 * 86_400}", [three]),
        (f"lastViewedAt>={now - 10 * 86_400}", [two, three]),
        (f"lastViewedAt<<={now - 20 * 86_400}", [one]),
        (f"lastViewedAt<={now - 40 * 86_400}", [one]),
        ("lastViewedAt>>=-20d", [two, three]),
        (f"lastViewedAt>>={now - 20 * 86_400}&viewCount>>=0", [two]),
        ("viewOffset>>=0", [three]),
        ("inProgress=1", [three]),
        ("userRating>>=0", [three]),
        (f"lastRatedAt>>={now - 1}", [three]),
        ("userRating=6", [three]),
        ("userRating>>=6", []),
        ("year=1999,1994&title=matrix", [one]),
        (f"guid={one.guid}", [one]),
        ("guid=imdb://tt0133093", []),
        (f"id={two.key},{one.key}", [one, two]),
        ("viewCount>>=0&limit=1&sort=lastViewedAt:desc", [two]),
    ):
        titles = await api.titles(f"{MOVIES}?type=1&{query}")
        assert sorted(titles) == sorted(it.title for it in found), query
    assert len(await api.titles(f"{MOVIES}?unwatched=1")) == 28
    assert len(await api.titles(f"{MOVIES}?year!=1999")) == len(
        [it for it in library.films if it.year != 1999]
    )
    for query in ("genre=5", "push=1", "sort=random", "title>>=a", "a-b=1"):
        assert (await api.call("GET", f"{MOVIES}?{query}")).status == 501
    assert (await api.call("GET", f"{MOVIES}?year=new")).status == 400


async def test_order(api: Api, plex: PlexServerSimulator, library: Seeded) -> None:
    """Lists are ordered by title, without its article, or as asked."""
    titles = await api.titles(MOVIES)
    assert titles.index("The Matrix") < titles.index("Pulp Fiction")
    plex.rate(plex.owner, library.films[4], 3)
    plex.rate(plex.owner, library.films[5], 9)
    best = await api.titles(f"{MOVIES}?sort=userRating:desc,titleSort")
    assert best[:2] == [library.films[5].title, library.films[4].title]
    assert best[2:] == [it for it in titles if it not in best[:2]]
    worst = await api.titles(f"{MOVIES}?sort=movie.userRating")
    assert worst[-2:] == [library.films[4].title, library.films[5].title]


async def test_other_levels(
    api: Api, plex: PlexServerSimulator, library: Seeded
) -> None:
    """Shows are found by their episodes and the other way round."""
    show = library.series[1]
    leaves = list(show.leaves())
    plex.watch(plex.owner, leaves[0])
    plex.rate(plex.owner, show, 9)
    shows = "/library/sections/2/all?type=2"
    assert await api.titles(f"{shows}&episode.viewCount>>=0") == [show.title]
    assert await api.titles(f"{shows}&userRating>>=0") == [show.title]
    found = await api.titles(f"{EPISODES}&show.userRating>>=0")
    assert len(found) == len(leaves)
    assert await api.titles(f"{EPISODES}&userRating>>=0") == []
    (row,) = (await api.get(f"/library/metadata/{show.key}")).rows
    assert (row["leafCount"], row["viewedLeafCount"]) == (len(leaves), 1)
    assert row["viewCount"] == 1
    for leaf in leaves[1:]:
        plex.mark(plex.owner, leaf)
    assert await api.titles(f"{shows}&unwatched=0") == [show.title]


async def test_lists_that_go_wrong(
    api: Api, plex: PlexServerSimulator, library: Seeded, kid: Account
) -> None:
    """Lists are cut, empty, of somebody else, or do not care what was asked."""
    plex.share(kid)
    plex.watch(kid, library.films[0])
    behaviour = plex.behaviour
    page = f"{MOVIES}?includeGuids=1&X-Plex-Container-Start=10&X-Plex-Container-Size=20"
    behaviour.cut_lists = 12
    reply = await api.get(page)
    assert (len(reply.rows), reply.box["totalSize"]) == (2, 30)
    behaviour.honest_total = False
    assert (await api.get(page)).box["totalSize"] == 12
    behaviour.cut_lists = None
    behaviour.empty_lists = True
    assert (await api.get(page)).box["totalSize"] == 0
    behaviour.empty_lists = False
    behaviour.largest_page = 3
    assert len((await api.get(page)).rows) == 3
    behaviour.ignores_paging = True
    reply = await api.get(page)
    assert (reply.rows, "totalSize" in reply.box) == (
        (await api.get(f"{MOVIES}?includeGuids=1")).rows,
        False,
    )
    behaviour.ignores_paging, behaviour.largest_page = False, None
    behaviour.no_guid_lists = True
    assert all("Guid" not in row for row in (await api.get(page)).rows)
    assert len(await api.titles(f"{MOVIES}?unwatched=0")) == 0
    behaviour.ignored_filters = {"unwatched"}
    assert len(await api.titles(f"{MOVIES}?unwatched=0")) == 30
    behaviour.ignored_filters = set()
    behaviour.lists_of = kid
    assert await api.titles(f"{MOVIES}?unwatched=0") == [library.films[0].title]


async def test_moving_between_pages(
    api: Api, plex: PlexServerSimulator, library: Seeded
) -> None:
    """Something can happen while somebody turns the pages."""
    seen: list[int] = []

    def before(offset: int) -> None:
        """Remove the first film before the second page."""
        seen.append(offset)
        if offset:
            plex.remove(library.films[0])

    plex.behaviour.before_page = before
    query = f"{MOVIES}?sort=id&X-Plex-Container-Size=10&X-Plex-Container-Start="
    first = await api.titles(f"{query}0")
    second = await api.get(f"{query}10")
    assert first == [it.title for it in library.films[:10]]
    assert [it["title"] for it in second.rows][0] == library.films[11].title
    assert second.box["totalSize"] == 29
    assert seen == [0, 10]


async def test_faults(api: Api, plex: PlexServerSimulator, library: Seeded) -> None:
    """The faults that every simulator can show, on a page of one's choice."""
    plex.faults.fail(path=r"/library/sections/\d+/all", on_call=2, status=503)
    assert (await api.call("GET", MOVIES)).status == 200
    assert (await api.call("GET", MOVIES)).status == 503
    plex.faults.fail(path="/identity", kind=FaultKind.NONSENSE)
    assert "not an API" in (await api.get("/identity")).text
    assert (await api.get(MOVIES)).rows
