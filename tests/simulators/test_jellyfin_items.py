"""The simulated Jellyfin: lists of items, their filters, order, pages and shapes."""

from datetime import timedelta
from typing import Any

import pytest

from .conftest import NOW
from .jellyfin import Item, JellyfinSimulator, Seeded, User
from .jellyfin_caller import Caller

DAY = timedelta(days=1)


async def test_views(
    caller: Caller, jellyfin: JellyfinSimulator, library: Seeded
) -> None:
    """A user sees the libraries; a mixed one has no collection type."""
    views = await caller.get("/UserViews")
    kinds = [(view["Name"], view.get("CollectionType")) for view in views["Items"]]
    assert kinds == [
        ("Movies", "movies"),
        ("Shows", "tvshows"),
        ("Rare Finds", None),
        ("Collections", "boxsets"),
    ]
    assert await caller.get(f"/Users/{caller.user_id}/Views") == views
    assert views["TotalRecordCount"] == 4


async def test_hidden_library(
    caller: Caller, jellyfin: JellyfinSimulator, library: Seeded, jon: User
) -> None:
    """What a user may not see is in no list, is 404 alone and 401 as a parent."""
    jon.libraries = frozenset({library.movies.id})
    jellyfin.state.touch()
    views = await caller.get("/UserViews")
    assert [view["Name"] for view in views["Items"]] == ["Movies", "Collections"]
    assert len(await caller.names()) == len(library.films)
    show = library.series[0]
    for path in (f"/Items/{show.id}", f"/Shows/{show.id}/Episodes"):
        assert (await caller.send("GET", path)).status == 404
    for path in (f"/UserPlayedItems/{show.id}", f"/UserFavoriteItems/{show.id}"):
        assert (await caller.send("POST", path)).status == 404
    assert await caller.names(ids=f"{show.id},{library.films[0].id}") == ["The Matrix"]
    reply = await caller.send("GET", "/Items", parentId=library.shows.id)
    assert (reply.status, "not permitted" in reply.text) == (401, True)
    assert (await caller.get("/Items/Counts"))["EpisodeCount"] == 0


async def test_movie_shape(caller: Caller, library: Seeded, jon: User) -> None:
    """A list brings ids only if asked; one item alone comes with all."""
    row = (await caller.get("/Items", ids=library.films[0].id))["Items"][0]
    assert (row["Name"], row["Type"], row["ProductionYear"]) == (
        "The Matrix",
        "Movie",
        1999,
    )
    assert row["RunTimeTicks"] == 136 * 60 * 10_000_000
    assert "ProviderIds" not in row
    assert "IndexNumber" not in row
    assert row["UserData"] == {
        "PlaybackPositionTicks": 0,
        "PlayCount": 0,
        "IsFavorite": False,
        "Played": False,
        "Key": "603",
        "ItemId": row["Id"],
    }
    asked = {"fields": "ProviderIds,Nonsense", "enableUserData": "false"}
    row = (await caller.get("/Items", ids=library.films[0].id, **asked))["Items"][0]
    assert row["ProviderIds"] == {"Imdb": "tt0133093", "Tmdb": "603"}
    assert "UserData" not in row
    whole = await caller.get(f"/Items/{library.films[0].id}")
    assert whole["ProviderIds"] == row["ProviderIds"]
    assert whole["ParentId"] == library.movies.id
    assert await caller.get(f"/Users/{jon.id}/Items/{whole['Id']}") == whole


async def test_ids_with_dashes(caller: Caller, library: Seeded) -> None:
    """An id may have dashes and capitals; what is no id is a mistake."""
    given = library.films[0].id
    dashed = "-".join((given[:8], given[8:12], given[12:16], given[16:20], given[20:]))
    assert (await caller.get(f"/Items/{dashed.upper()}"))["Id"] == given
    assert (await caller.get("/Items", ids=dashed))["TotalRecordCount"] == 1
    assert (await caller.send("GET", "/Items/nonsense")).status == 400
    assert (await caller.send("GET", f"/Items/{'0' * 32}")).status == 404
    assert await caller.names(ids=f"{given},nonsense,{'0' * 32}") == ["The Matrix"]


async def test_series_shapes(
    caller: Caller, jellyfin: JellyfinSimulator, library: Seeded, jon: User
) -> None:
    """Series and seasons say what of them is watched; episodes name both."""
    series = library.series[1]
    episode = jellyfin.episode(series.name, 1, 2)
    jellyfin.play(jon, episode)
    data = (await caller.get(f"/Items/{series.id}"))["UserData"]
    assert (data["UnplayedItemCount"], data["Played"]) == (7, False)
    assert data["PlayedPercentage"] == 12.5
    row = (await caller.get("/Items", ids=series.id))["Items"][0]
    assert "PlayedPercentage" not in row["UserData"]
    row = await caller.get(f"/Items/{episode.id}")
    assert row["SeriesId"] == series.id
    assert (row["ParentIndexNumber"], row["IndexNumber"]) == (1, 2)
    assert row["SeasonName"] == "Season 1"
    assert row["ProviderIds"].keys() == {"Tvdb", "Imdb"}
    seasons = (await caller.get(f"/Shows/{series.id}/Seasons"))["Items"]
    assert [season["IndexNumber"] for season in seasons] == [1, 2]
    assert seasons[0]["Id"] == row["SeasonId"]
    above = await caller.get(f"/Items/{episode.id}/Ancestors")
    assert [each["Type"] for each in above] == ["Season", "Series", "CollectionFolder"]
    assert above[-1]["Id"] == library.shows.id


async def test_episodes(caller: Caller, library: Seeded) -> None:
    """The episodes of a series come in order, by page and by season."""
    series = library.series[0]
    path = f"/Shows/{series.id}/Episodes"
    rows = (await caller.get(path))["Items"]
    places = [(row["ParentIndexNumber"], row["IndexNumber"]) for row in rows]
    assert places == sorted(places)
    assert places[0] == (0, 1)
    found = await caller.get(path, season=2, startIndex=1, limit=2)
    assert [row["IndexNumber"] for row in found["Items"]] == [2, 3]
    assert (found["TotalRecordCount"], found["StartIndex"]) == (4, 1)
    season = rows[-1]["SeasonId"]
    assert len((await caller.get(path, seasonId=season))["Items"]) == 4
    rest = await caller.get(path, startItemId=rows[-2]["Id"])
    assert [row["Id"] for row in rest["Items"]] == [rows[-2]["Id"], rows[-1]["Id"]]
    latest = await caller.get(path, sortBy="PremiereDate", sortOrder="Descending")
    assert latest["Items"][0]["Id"] == rows[-1]["Id"]
    assert (
        await caller.send("GET", f"/Shows/{library.films[0].id}/Episodes")
    ).status == 404


async def test_without_recursive(
    jellyfin: JellyfinSimulator, caller: Caller, library: Seeded
) -> None:
    """Without `recursive` only direct children are listed, and ids are found."""
    assert (await caller.get("/Items"))["Items"] == []
    found = await caller.get("/Items", parentId=library.shows.id)
    assert {item["Type"] for item in found["Items"]} == {"Series"}
    found = await caller.get("/Items", parentId=library.series[0].id)
    assert {item["Type"] for item in found["Items"]} == {"Season"}
    found = await caller.get("/Items", parentId=library.series[0].id, recursive="TRUE")
    assert {item["Type"] for item in found["Items"]} == {"Season", "Episode"}
    collections = (await caller.get("/UserViews"))["Items"][-1]["Id"]
    assert await caller.names(parentId=collections) == []
    found = await caller.get("/Items", ids=library.films[3].id)
    assert found["TotalRecordCount"] == 1
    unknown: dict[str, Any] = {"parentId": "0" * 32}
    assert (await caller.get("/Items", **unknown))["Items"] == []
    everything = await caller.get("/Items", recursive="true")
    found = await caller.get("/Items", recursive="true", **unknown)
    assert found["TotalRecordCount"] == everything["TotalRecordCount"]
    jellyfin.behaviour.refuses_unknown_parents = True
    jellyfin.state.touch()
    assert (await caller.send("GET", "/Items", **unknown)).status == 404


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"filters": "IsPlayed"}, ["Fight Club", "The Matrix"]),
        ({"Filters": "isplayed,IsFavorite"}, ["The Matrix"]),
        ({"isPlayed": "true", "isFavorite": "false"}, ["Fight Club"]),
        ({"filters": "IsFavorite"}, ["Inception", "The Matrix"]),
        ({"filters": "IsResumable"}, ["Se7en"]),
        ({"filters": "Likes"}, ["Pulp Fiction"]),
        (
            {"filters": "IsFavoriteOrLikes", "years": "1994,2010"},
            ["Inception", "Pulp Fiction"],
        ),
        ({"searchTerm": "LÉON"}, []),
        ({"searchTerm": "amelie"}, []),
        ({"searchTerm": "bella"}, ["La vita è bella"]),
        ({"nameStartsWith": "pu"}, ["Pulp Fiction"]),
        ({"years": "1999"}, ["Fight Club", "The Green Mile", "The Matrix"]),
        ({"years": "1972", "mediaTypes": "Video"}, ["The Godfather"]),
        ({"years": "1972", "mediaTypes": "Audio"}, []),
        ({"years": "1972", "filters": "IsFolder"}, []),
        ({"years": "1972", "hasImdbId": "true"}, ["The Godfather"]),
        ({"years": "1972", "hasTvdbId": "true"}, []),
        ({"years": "1972", "anyProviderIdEquals": "imdb.tt0"}, ["The Godfather"]),
        ({"years": "1972", "hasUserRating": "true"}, ["The Godfather"]),
        ({"years": "1972", "includeItemTypes": "Film"}, ["The Godfather"]),
    ],
)
async def test_filters(
    caller: Caller,
    jellyfin: JellyfinSimulator,
    library: Seeded,
    jon: User,
    query: dict[str, Any],
    expected: list[str],
) -> None:
    """Filters are obeyed and combined; unknown parameters and types are ignored."""
    ann = jellyfin.add_user("Ann")
    for title in ("The Matrix", "Fight Club"):
        jellyfin.play(jon, jellyfin.film(title))
    for title in ("The Matrix", "Inception"):
        jellyfin.favourite(jon, jellyfin.film(title))
    jellyfin.rate(jon, jellyfin.film("Pulp Fiction"), 6.5)
    jellyfin.rate(jon, jellyfin.film("Fight Club"), 6)
    jellyfin.stop_at(jon, jellyfin.film("Se7en"), 6_000_000_000)
    jellyfin.play(ann, jellyfin.film("Interstellar"))
    everything = {"parentId": library.movies.id, **query}
    assert await caller.names(**everything) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"indexNumber": 2, "parentIndexNumber": 1}, ["S1E2"]),
        ({"parentIndexNumber": 2, "filters": "IsNotFolder,IsPlayed"}, ["S2E1"]),
        ({"filters": "IsResumable", "locationTypes": "FileSystem"}, ["S1E3"]),
        ({"locationTypes": "Virtual"}, []),
        ({"filters": "IsUnplayed", "parentIndexNumber": 1}, ["S1E2", "S1E3", "S1E4"]),
        ({"filters": "Dislikes", "parentIndexNumber": 2}, ["S2E2", "S2E3", "S2E4"]),
        (
            {"sortBy": "PlayCount", "parentIndexNumber": 2},
            ["S2E2", "S2E3", "S2E4", "S2E1"],
        ),
        (
            {"sortBy": "IsPlayed", "parentIndexNumber": 2},
            ["S2E2", "S2E3", "S2E4", "S2E1"],
        ),
        (
            {"sortBy": "IsUnplayed", "parentIndexNumber": 2},
            ["S2E1", "S2E2", "S2E3", "S2E4"],
        ),
        (
            {"sortBy": "IsFavoriteOrLiked", "parentIndexNumber": 1},
            ["S1E1", "S1E3", "S1E4", "S1E2"],
        ),
        (
            {"sortBy": "SeriesDatePlayed,IndexNumber", "parentIndexNumber": 1},
            ["S1E1", "S1E2", "S1E3", "S1E4"],
        ),
        (
            {
                "sortBy": "ParentIndexNumber,IndexNumber",
                "sortOrder": "Descending",
                "limit": 2,
            },
            ["S2E4", "S2E3"],
        ),
        ({"sortBy": "PremiereDate", "sortOrder": "Descending", "limit": 1}, ["S2E4"]),
    ],
)
async def test_episode_queries(
    caller: Caller,
    jellyfin: JellyfinSimulator,
    library: Seeded,
    jon: User,
    query: dict[str, Any],
    expected: list[str],
) -> None:
    """Filters and orders by place, plays, likes and favourites."""
    series = library.series[1]

    def episode(season: int, number: int) -> Item:
        """Return an episode of the series."""
        return jellyfin.episode(series.name, season, number)

    jellyfin.play(jon, episode(1, 1), NOW - DAY)
    jellyfin.play(jon, episode(2, 1), NOW)
    jellyfin.stop_at(jon, episode(1, 3), 6_000_000_000)
    jellyfin.rate(jon, episode(2, 1), 9)
    jellyfin.favourite(jon, episode(1, 2))
    found = await caller.get(
        "/Items",
        parentId=series.id,
        recursive="true",
        includeItemTypes="Episode",
        **query,
    )
    places = [f"S{x['ParentIndexNumber']}E{x['IndexNumber']}" for x in found["Items"]]
    assert places == expected


async def test_types(caller: Caller, library: Seeded) -> None:
    """Types are included and excluded; one that is not there gives nothing."""
    numbers = {
        "Movie": len(library.films),
        "Series": len(library.series),
        "Episode": len(library.episodes),
        "BoxSet": 0,
    }
    for kind, number in numbers.items():
        assert len(await caller.names(includeItemTypes=kind)) == number
    both = await caller.names(includeItemTypes="movie,SERIES")
    assert len(both) == len(library.films) + len(library.series)
    rest = await caller.names(excludeItemTypes="Movie,Series,Season")
    assert len(rest) == len(library.episodes)
    counts = await caller.get("/Items/Counts")
    assert counts["MovieCount"] == len(library.films)


async def test_pages(caller: Caller, library: Seeded) -> None:
    """Pages do not overlap; the total may be left out; past the end is nothing."""
    whole = await caller.names(includeItemTypes="Movie")
    parts = []
    for start in range(0, 40, 7):
        found = await caller.get(
            "/Items",
            recursive="true",
            includeItemTypes="Movie",
            startIndex=start,
            limit=7,
        )
        assert (found["TotalRecordCount"], found["StartIndex"]) == (30, start)
        parts += [item["Name"] for item in found["Items"]]
    assert parts == whole
    uncounted = {"enableTotalRecordCount": "false", "limit": 7}
    found = await caller.get("/Items", recursive="true", **uncounted)
    assert (found["TotalRecordCount"], len(found["Items"])) == (7, 7)
    assert await caller.names(limit=0) == []


async def test_orders(
    caller: Caller, jellyfin: JellyfinSimulator, library: Seeded, jon: User
) -> None:
    """Names without article, dates newest first with the undated last, ties by name."""
    names = await caller.names(includeItemTypes="Movie", sortBy="SortName")
    assert names.index("The Dark Knight") < names.index("Fight Club")
    assert names.index("12 Angry Men") < names.index("The Dark Knight")
    played = ["Inception", "The Matrix", "Se7en", "Fight Club"]
    for days, title in enumerate(played[:3]):
        jellyfin.play(jon, jellyfin.film(title), NOW - days * DAY)
    jellyfin.play(jon, jellyfin.film("Fight Club"))
    jellyfin.state.data(jon, jellyfin.film("Fight Club")).last_played = None
    newest = {"filters": "IsPlayed", "sortBy": "DatePlayed", "sortOrder": "Descending"}
    assert await caller.names(**newest) == played
    assert await caller.names(filters="IsPlayed", sortBy="DatePlayed") == played[::-1]
    both = {"sortBy": "ProductionYear,SortName", "sortOrder": "Descending,Ascending"}
    names = await caller.names(**both, years="1999,2001", includeItemTypes="Movie")
    assert names[-3:] == ["Fight Club", "The Green Mile", "The Matrix"]
    first = await caller.names(includeItemTypes="Movie", sortBy="DateCreated", limit=1)
    assert first == ["The Matrix"]
    films = library.films
    asked = f"{films[5].id},{films[0].id}"
    names = [films[5].name, films[0].name]
    assert await caller.names(ids=asked) == sorted(names)
    shuffled = await caller.names(includeItemTypes="Movie", sortBy="Random")
    assert sorted(shuffled) == sorted(item.name for item in films)
    assert await caller.names(includeItemTypes="Movie", sortBy="Nonsense") == sorted(
        (film.name for film in films), key=lambda name: jellyfin.film(name).sort_name
    )


async def test_list_is_fresh_after_each_change(
    caller: Caller, jellyfin: JellyfinSimulator, library: Seeded, jon: User
) -> None:
    """A list that was asked for before shows what happened since."""
    assert await caller.names(filters="IsFavorite") == []
    jellyfin.favourite(jon, library.films[0])
    assert await caller.names(filters="IsFavorite") == ["The Matrix"]
    await caller.delete(f"/UserFavoriteItems/{library.films[0].id}")
    assert await caller.names(filters="IsFavorite") == []
    jellyfin.state.remove_item(library.films[0])
    assert "The Matrix" not in await caller.names()


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"limit": "many"}, 400),
        ({"isPlayed": "perhaps"}, 400),
        ({"userId": "jon"}, 400),
        ({"minDateLastSaved": "yesterday"}, 400),
        ({"genres": "Drama"}, 501),
    ],
)
async def test_refused_queries(
    caller: Caller, library: Seeded, query: dict[str, Any], status: int
) -> None:
    """A value that cannot be read is 400, what is not simulated 501."""
    assert (await caller.send("GET", "/Items", **query)).status == status


async def test_saved_since(caller: Caller, library: Seeded) -> None:
    """Both parameters mean the item's metadata, not what the user did."""
    last = await caller.get(f"/Items/{library.episodes[-1].id}")
    for name in ("minDateLastSaved", "minDateLastSavedForUser"):
        names = await caller.names(**{name: last["DateCreated"]})
        assert names == [last["Name"]]


async def test_resume(
    caller: Caller, jellyfin: JellyfinSimulator, library: Seeded, jon: User
) -> None:
    """What was begun is listed, the latest first."""
    for days, film in enumerate(library.films[:2]):
        jellyfin.stop_at(jon, film, 12_000_000_000, NOW - days * DAY)
    for path in ("/UserItems/Resume", f"/Users/{jon.id}/Items/Resume"):
        rows = (await caller.get(path, mediaTypes="Video"))["Items"]
        assert [row["Id"] for row in rows] == [film.id for film in library.films[:2]]
        assert rows[0]["UserData"]["PlayedPercentage"] == pytest.approx(100 * 20 / 136)


async def test_series_played(
    caller: Caller, jellyfin: JellyfinSimulator, library: Seeded, jon: User
) -> None:
    """Series are played when their episodes are, if series alone are asked for."""
    series = library.series[2]
    jellyfin.play(jon, series, NOW)
    only = {"filters": "IsPlayed", "includeItemTypes": "Series"}
    assert await caller.names(**only) == [series.name]
    both = {"filters": "IsPlayed", "includeItemTypes": "Series,Movie"}
    assert await caller.names(**both) == []
    assert len(await caller.names(filters="IsPlayed")) == 8


async def test_items_that_are_counted_but_not_shown(
    caller: Caller, jellyfin: JellyfinSimulator, library: Seeded
) -> None:
    """They have their place in the list, so that pages are short of them."""
    names = await caller.names(includeItemTypes="Movie")
    jellyfin.unshown.add(library.films[0].id)
    query = {"recursive": "true", "includeItemTypes": "Movie"}
    hidden = names.index(library.films[0].name)
    for limit in (1, len(names)):
        listed = await caller.get("/Items", **query, startIndex=hidden, limit=limit)
        assert listed["TotalRecordCount"] == len(names)
        shown = [row["Name"] for row in listed["Items"]]
        assert shown == names[hidden + 1 : hidden + limit]


async def test_equals_may_change_places(
    caller: Caller, jellyfin: JellyfinSimulator, library: Seeded, jon: User
) -> None:
    """Pages of a list fit together only where its order is beyond doubt."""
    for film in library.films:
        jellyfin.play(jon, film, NOW)
    jellyfin.mixes_equals = True

    async def pages(by: str) -> set[str]:
        """Return what is on the pages of one film each."""
        names: set[str] = set()
        for start in range(len(library.films)):
            query = {"includeItemTypes": "Movie", "sortBy": by, "recursive": "true"}
            page = await caller.get("/Items", **query, startIndex=start, limit=1)
            names.update(row["Name"] for row in page["Items"])
        return names

    everything = {film.name for film in library.films}
    assert await pages("DatePlayed") < everything
    assert await pages("DatePlayed,DateCreated") == everything
