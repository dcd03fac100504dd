"""The simulated Jellyfin's lists that go wrong, and the views that a user groups."""

from dataclasses import replace

from .jellyfin import Behaviour, JellyfinSimulator, Seeded, User
from .jellyfin_caller import Caller

FILMS = {"recursive": "true", "includeItemTypes": "Movie"}


async def test_a_cut_list(
    caller: Caller, jellyfin: JellyfinSimulator, library: Seeded
) -> None:
    """Only the first rows are told; the number of all is true, or is not."""
    whole = await caller.get("/Items", **FILMS)
    for behaviour, total in (
        (Behaviour(cut_lists=7), 30),
        (Behaviour(cut_lists=7, honest_total=False), 7),
        (Behaviour(cut_lists=99, honest_total=False), 30),
    ):
        jellyfin.behaviour = behaviour
        cut = await caller.get("/Items", **FILMS)
        assert cut["TotalRecordCount"] == total
        assert cut["Items"] == whole["Items"][: behaviour.cut_lists]
        rest = await caller.get("/Items", **FILMS, startIndex=5)
        assert rest["Items"] == cut["Items"][5:]
    jellyfin.behaviour = Behaviour(cut_lists=2)
    series = library.series[0]
    assert len((await caller.get(f"/Shows/{series.id}/Episodes"))["Items"]) == 2


async def test_an_empty_list(
    caller: Caller, jellyfin: JellyfinSimulator, library: Seeded
) -> None:
    """It says that there is nothing; an item alone is there all the same."""
    jellyfin.behaviour.empty_lists = True
    found = await caller.get("/Items", **FILMS)
    assert (found["Items"], found["TotalRecordCount"]) == ([], 0)
    assert (await caller.get(f"/Items/{library.films[0].id}"))["Name"] == "The Matrix"


async def test_the_lists_of_another_user(
    caller: Caller, jellyfin: JellyfinSimulator, library: Seeded, jon: User
) -> None:
    """Whoever asks gets these; what is written still goes to the one who asks."""
    ann = jellyfin.add_user("Ann", libraries=[library.movies])
    jellyfin.play(ann, library.films[3])
    jellyfin.behaviour.lists_of = ann
    played = {"recursive": "true", "filters": "IsPlayed"}
    rows = (await caller.get("/Items", userId=jon.id, **played))["Items"]
    assert [row["Id"] for row in rows] == [library.films[3].id]
    assert [view["Name"] for view in (await caller.get("/UserViews"))["Items"]] == [
        "Movies",
        "Collections",
    ]
    await caller.post(f"/UserPlayedItems/{library.films[4].id}")
    assert jon.of(library.films[4]).played
    assert not ann.of(library.films[4]).played
    assert (await caller.get("/Users/Me"))["Id"] == jon.id


async def test_grouped_views(
    caller: Caller, jellyfin: JellyfinSimulator, library: Seeded
) -> None:
    """Libraries of one kind are one view, which holds all that is in them."""
    more = jellyfin.state.add_library("More Films", "movies")
    film = replace(library.films[0], id="f" * 32, library=more, name="Another")
    jellyfin.state.add_item(film)
    jellyfin.behaviour.groups_views = True
    views = (await caller.get("/UserViews"))["Items"]
    assert [view["Type"] for view in views] == ["UserView"] * 3 + ["CollectionFolder"]
    query = {"recursive": "true", "parentId": views[0]["Id"]}
    rows = (await caller.get("/Items", **query))["Items"]
    assert {row["Id"] for row in rows} == {one.id for one in library.films} | {film.id}
    above = await caller.get(f"/Items/{film.id}/Ancestors")
    assert [row["Id"] for row in above] == [more.id]
