"""The simulated Emby: lists of items, and what they leave out."""

from datetime import timedelta
from typing import Any

import pytest

from ..catalogue import Catalogue
from ..conftest import NOW
from ..jellyfin import ItemType, Oddities, Seeded, User, seed
from . import EmbySimulator, SavedFilter, ShelfKind
from .caller import EmbyCaller

PLAYED = NOW - timedelta(days=3)
DATES = "UserDataLastPlayedDate,UserDataPlayCount,ProductionYear"


async def test_rows(
    emby: EmbySimulator, caller: EmbyCaller, library: Seeded, jon: User
) -> None:
    """Ids are numbers; dates, counts and years come only when they are asked for."""
    film = library.films[0]
    emby.play(jon, film, PLAYED)
    (row,) = await caller.rows(Ids=film.id)
    assert row["Id"].isdecimal()
    assert row["ProviderIds"] == {"Imdb": "tt0133093", "Tmdb": "603"}
    assert row["UserData"] == {
        "PlaybackPositionTicks": 0,
        "PlayCount": 0,
        "IsFavorite": False,
        "Played": True,
    }
    assert "ProductionYear" not in row
    (full,) = await caller.rows(Ids=film.id, Fields=DATES)
    assert full["UserData"]["PlayCount"] == 1
    assert full["UserData"]["LastPlayedDate"] == "2026-11-19T12:00:00.0000000Z"
    assert full["ProductionYear"] == 1999
    assert "ProviderIds" not in full
    whole = await caller.get(caller.of_user(f"/Items/{film.id}"))
    assert whole["UserData"] == full["UserData"]
    assert whole["Path"] == film.path


async def test_pages(caller: EmbyCaller, library: Seeded) -> None:
    """A page tells how long the list is, but not where it starts."""
    found = await caller.get(
        caller.of_user("/Items"),
        Recursive="true",
        IncludeItemTypes="Movie",
        StartIndex=28,
        Limit=5,
    )
    assert len(found["Items"]) == 2
    assert found["TotalRecordCount"] == 30
    assert "StartIndex" not in found


async def test_by_provider_ids(caller: EmbyCaller, library: Seeded) -> None:
    """Items are found by any of some ids, of their kind only if that is asked."""
    film, series = library.films[0], library.series[0]
    words = f"imdb.{film.provider_ids['Imdb']},TVDB.{series.provider_ids['Tvdb']}"
    assert set(await caller.names(AnyProviderIdEquals=words)) == {
        film.name,
        series.name,
    }
    assert await caller.names(AnyProviderIdEquals=words, IncludeItemTypes="Movie") == [
        film.name
    ]


@pytest.mark.parametrize(
    ("saved_filter", "expected"),
    [
        (SavedFilter.USER_DATA, 2),
        (SavedFilter.METADATA, 0),
        (SavedFilter.IGNORED, 30),
    ],
)
async def test_changed_since(
    emby: EmbySimulator,
    caller: EmbyCaller,
    library: Seeded,
    jon: User,
    saved_filter: SavedFilter,
    expected: int,
) -> None:
    """Changes of user data are listed by when they were saved, not when played."""
    emby.clock = lambda: NOW - timedelta(hours=2)
    emby.play(jon, library.films[0])
    emby.clock = lambda: NOW
    emby.play(jon, library.films[1], PLAYED)
    emby.unplay(jon, library.films[2])
    emby.emby_behaviour.saved_filter = saved_filter
    rows = await caller.rows(
        IncludeItemTypes="Movie",
        MinDateLastSavedForUser=(NOW - timedelta(hours=1)).isoformat(),
    )
    assert len(rows) == expected


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"SearchTerm": "matrix"}, ["The Matrix"]),
        ({"NameStartsWith": "matr"}, ["The Matrix"]),
        ({"HasImdbId": "false", "IncludeItemTypes": "Movie"}, []),
        ({"Path": "/media/nowhere"}, []),
        ({"MinDateLastSaved": "2030-01-01"}, []),
        ({"ParentIndexNumber": "99"}, []),
    ],
)
async def test_filters(
    caller: EmbyCaller, library: Seeded, query: dict[str, str], names: list[str]
) -> None:
    """The common filters work."""
    assert await caller.names(**query) == names


async def test_years_and_exclusions(caller: EmbyCaller, library: Seeded) -> None:
    """Years may be several; items can be left out."""
    film = library.films[0]
    found = await caller.rows(Years="1999", IncludeItemTypes="Movie")
    assert film.id in {row["Id"] for row in found}
    left = await caller.rows(
        Years="1999", IncludeItemTypes="Movie", ExcludeItemIds=film.id
    )
    assert len(left) == len(found) - 1


async def test_libraries(
    emby: EmbySimulator, caller: EmbyCaller, library: Seeded
) -> None:
    """Libraries have numbers; what an item lies in leads up to its library."""
    views = (await caller.get(caller.of_user("/Views")))["Items"]
    assert [view["Name"] for view in views] == [
        "Movies",
        "Shows",
        "Rare Finds",
        "Playlists",
        "Collections",
    ]
    assert views[0]["Id"] == library.movies.id
    assert "CollectionType" not in views[2]
    episode = library.episodes[0]
    above = await caller.get(f"/Items/{episode.id}/Ancestors")
    assert [row["Type"] for row in above] == ["Season", "Series", "CollectionFolder"]
    inside = await caller.rows(ParentId=library.movies.id)
    assert len(inside) == 30
    top = await caller.rows(ParentId=library.shows.id, Recursive="false")
    assert {row["Type"] for row in top} == {"Series"}
    below = await caller.rows(ParentId=library.series[0].id, Recursive="false")
    assert {row["Type"] for row in below} == {"Season"}
    assert await caller.rows(ParentId=emby.folders[0].id) == []
    assert await caller.rows(Recursive="false") == []
    reply = await caller.send("GET", caller.of_user("/Items"), ParentId="999999")
    assert reply.status == 404


async def test_hidden_libraries(
    emby: EmbySimulator, caller: EmbyCaller, library: Seeded, jon: User
) -> None:
    """What is in another library is as good as not there."""
    jon.libraries = frozenset({library.shows.id})
    assert await caller.rows(IncludeItemTypes="Movie") == []
    path = caller.of_user(f"/Items/{library.films[0].id}")
    assert (await caller.send("GET", path)).status == 404
    shut = await caller.send(
        "GET", caller.of_user("/Items"), ParentId=library.movies.id
    )
    assert shut.status == 404


async def test_series(caller: EmbyCaller, library: Seeded) -> None:
    """Episodes and seasons of a series are listed in their order."""
    series = library.series[0]
    path = f"/Shows/{series.id}"
    user: dict[str, Any] = {"UserId": caller.user_id}
    seasons = (await caller.get(f"{path}/Seasons", **user))["Items"]
    assert [row["IndexNumber"] for row in seasons] == [
        child.index for child in series.children
    ]
    second = await caller.get(f"{path}/Episodes", **user, Season=2, SortBy="SortName")
    assert [row["IndexNumber"] for row in second["Items"]] == [1, 2, 3, 4]
    by_id = await caller.get(
        f"{path}/Episodes", **user, SeasonId=series.children[-1].id
    )
    assert by_id["Items"][0]["SeriesName"] == series.name
    film = await caller.send("GET", f"/Shows/{library.films[0].id}/Episodes", **user)
    assert film.status == 404


async def test_missing_episodes(
    emby: EmbySimulator, caller: EmbyCaller, jon: User, small_catalogue: Catalogue
) -> None:
    """Episodes without a file are shown only to who wants to see them."""
    seeded = seed(emby, small_catalogue, oddities=Oddities(missing_last_episode=1))
    missing = [item for item in seeded.episodes if item.virtual]
    assert missing
    path = f"/Shows/{missing[0].series.id}/Episodes"
    listed = await caller.get(path, UserId=jon.id)
    assert missing[0].id not in {row["Id"] for row in listed["Items"]}
    rows = await caller.rows(IncludeItemTypes="Episode")
    assert len(rows) == len(seeded.episodes) - len(missing)
    jon.shows_missing = True
    emby.state.touch()
    shown = await caller.rows(IncludeItemTypes="Episode")
    assert len(shown) == len(seeded.episodes)
    (row,) = [row for row in shown if row["Id"] == missing[0].id]
    assert row["LocationType"] == "Virtual"


async def test_resume(
    emby: EmbySimulator, caller: EmbyCaller, library: Seeded, jon: User
) -> None:
    """What was begun can be hidden without losing its position."""
    film, other = library.films[:2]
    emby.stop_at(jon, film, 6_000_000_000, NOW - timedelta(days=1))
    emby.stop_at(jon, other, 5_000_000_000, NOW)
    path = caller.of_user("/Items/Resume")
    begun = (await caller.get(path, MediaTypes="Video"))["Items"]
    assert [row["Id"] for row in begun] == [other.id, film.id]
    hide = caller.of_user(f"/Items/{other.id}/HideFromResume")
    await caller.post(hide, Hide="true")
    begun = (await caller.get(path))["Items"]
    assert [row["Id"] for row in begun] == [film.id]
    found = await caller.rows(Filters="IsResumable", IncludeItemTypes="Movie,Episode")
    assert {row["Id"] for row in found} == {film.id, other.id}
    await caller.post(hide, Hide="false")
    assert len((await caller.get(path))["Items"]) == 2


async def test_lists_that_go_wrong(
    emby: EmbySimulator, caller: EmbyCaller, library: Seeded, jon: User
) -> None:
    """Lists are cut, emptied or mixed up as the server is told."""
    arya = emby.add_user("Arya")
    emby.favourite(arya, library.films[0])
    emby.emby_behaviour.lists_of = arya
    assert len(await caller.rows(Filters="IsFavorite")) == 1
    emby.emby_behaviour.cut_lists = 3
    emby.emby_behaviour.honest_total = False
    found = await caller.get(caller.of_user("/Items"), Recursive="true")
    assert (len(found["Items"]), found["TotalRecordCount"]) == (3, 3)
    emby.emby_behaviour.empty_lists = True
    found = await caller.get(caller.of_user("/Items"), Recursive="true")
    assert found == {"Items": [], "TotalRecordCount": 0}


async def test_unknown_parameters_are_ignored(
    caller: EmbyCaller, library: Seeded
) -> None:
    """What only Jellyfin knows does nothing; what would matter is refused."""
    assert len(await caller.rows(isMissing="true", IncludeItemTypes="Movie")) == 30
    reply = await caller.send("GET", caller.of_user("/Items"), Genres="Drama")
    assert reply.status == 501


async def test_old_lists_are_forgotten(
    emby: EmbySimulator, caller: EmbyCaller, library: Seeded, jon: User
) -> None:
    """Only the latest lists are kept, and none outlives a change."""
    for number in range(40):
        await caller.rows(SearchTerm=str(number), mixes="x")
    assert len(emby.lists) <= 32
    emby.mixes_equals = True
    assert await caller.rows(Filters="IsPlayed") == []
    emby.play(jon, library.films[0])
    assert len(await caller.rows(Filters="IsPlayed")) == 1


async def test_playlists(
    emby: EmbySimulator, caller: EmbyCaller, library: Seeded
) -> None:
    """A playlist holds films and episodes; a series is taken for its episodes."""
    film, series = library.films[0], library.series[0]
    made = await caller.post(
        "/Playlists",
        Name="Watchlist",
        Ids=film.id,
        MediaType="Video",
        UserId=caller.user_id,
    )
    path = f"/Playlists/{made['Id']}/Items"
    assert made["Name"] == "Watchlist"
    listed = await caller.rows(IncludeItemTypes="Playlist")
    assert [row["Id"] for row in listed] == [made["Id"]]
    added = await caller.post(path, Ids=series.id)
    episodes = len(list(series.leaves()))
    assert added["ItemAddedCount"] == episodes
    rows = (await caller.get(path, UserId=caller.user_id, Fields="ProviderIds"))[
        "Items"
    ]
    assert len(rows) == 1 + episodes
    entries = ",".join(row["PlaylistItemId"] for row in rows[1:])
    assert (await caller.send("DELETE", path, EntryIds=entries)).status == 204
    left = await caller.get(path, UserId=caller.user_id, StartIndex=0, Limit=5)
    assert [row["Id"] for row in left["Items"]] == [film.id]
    last = left["Items"][0]["PlaylistItemId"]
    assert (await caller.send("POST", f"{path}/Delete", EntryIds=last)).status == 204
    one = await caller.get(caller.of_user(f"/Items/{made['Id']}"))
    assert one["Type"] == "Playlist"
    assert (await caller.send("DELETE", f"/Items/{made['Id']}")).status == 204
    assert (await caller.send("GET", path, UserId=caller.user_id)).status == 404
    assert (await caller.send("DELETE", f"/Items/{film.id}")).status == 403
    nothing = await caller.send("POST", "/Playlists", Name="X")
    assert nothing.status == 400


async def test_anothers_playlist(
    emby: EmbySimulator, caller: EmbyCaller, library: Seeded
) -> None:
    """Playlists are their owner's."""
    arya = emby.add_user("Arya")
    shelf = emby.add_shelf(ShelfKind.PLAYLIST, "Hers", library.films[0], owner=arya)
    assert await caller.rows(IncludeItemTypes="Playlist") == []
    path = f"/Playlists/{shelf.id}/Items"
    assert (await caller.send("GET", path, UserId=caller.user_id)).status == 404


@pytest.mark.parametrize("dropping", [True, False])
async def test_collections(
    emby: EmbySimulator, caller: EmbyCaller, library: Seeded, dropping: bool
) -> None:
    """A collection holds films and series, each once, for everybody."""
    emby.emby_behaviour.drops_empty_collections = dropping
    film, series = library.films[0], library.series[0]
    made = await caller.post("/Collections", Name="Watchlist", Ids=film.id)
    path = f"/Collections/{made['Id']}/Items"
    add = await caller.send("POST", path, Ids=f"{series.id},{film.id}")
    assert add.status == 204
    rows = await caller.rows(ParentId=made["Id"])
    assert {row["Id"] for row in rows} == {film.id, series.id}
    found = await caller.rows(IncludeItemTypes="BoxSet", SearchTerm="watch")
    assert [row["Id"] for row in found] == [made["Id"]]
    assert len(await caller.rows(Ids=made["Id"])) == 1
    assert (await caller.send("DELETE", path, Ids=film.id)).status == 204
    assert (await caller.send("POST", f"{path}/Delete", Ids=series.id)).status == 204
    left = await caller.rows(IncludeItemTypes="BoxSet")
    assert len(left) == (0 if dropping else 1)


async def test_collections_need_a_right(
    emby: EmbySimulator, caller: EmbyCaller, library: Seeded, jon: User
) -> None:
    """Who may not change collections is refused."""
    emby.no_collections.add(jon.id)
    shelf = emby.add_shelf(ShelfKind.COLLECTION, "Watchlist", library.films[0])
    made = await caller.send("POST", "/Collections", Name="X", Ids=library.films[1].id)
    assert made.status == 403
    path = f"/Collections/{shelf.id}/Items"
    add = await caller.send("POST", path, Ids=library.films[1].id)
    assert add.status == 403
    assert len(await caller.rows(ParentId=shelf.id)) == 1


async def test_types(caller: EmbyCaller, library: Seeded) -> None:
    """Each type is told as it is."""
    rows = await caller.rows()
    assert {row["Type"] for row in rows} == {kind.value for kind in ItemType} & {
        "Movie",
        "Series",
        "Season",
        "Episode",
    }
