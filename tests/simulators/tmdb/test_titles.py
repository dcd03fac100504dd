"""The catalogue of the simulated TMDb."""

import pytest

from . import Kind, Title, TmdbSimulator
from .conftest import Caller
from .test_accounts import films, rows, series
from .wire import Json


def buckets(found: Json) -> dict[str, list[int]]:
    """Return the numbers in each list that is not empty."""
    lists = {name: each for name, each in found.items() if isinstance(each, list)}
    return {name: [row["id"] for row in each] for name, each in lists.items() if each}


async def test_find(caller: Caller, tmdb: TmdbSimulator) -> None:
    """An id is found in the list of its kind; one of nobody in none."""
    film, show = films(tmdb)[0], series(tmdb)
    episode = show.episodes[1, 1]
    for wanted, source, expected in (
        (film.imdb, "imdb_id", {"movie_results": [film.tmdb]}),
        (show.imdb, "imdb_id", {"tv_results": [show.tmdb]}),
        (episode.imdb, "imdb_id", {"tv_episode_results": [episode.tmdb]}),
        (show.tvdb, "tvdb_id", {"tv_results": [show.tmdb]}),
        (episode.tvdb, "tvdb_id", {"tv_episode_results": [episode.tmdb]}),
        (film.imdb, "tvdb_id", {}),
        ("tt9999999", "imdb_id", {}),
        ("Q1", "wikidata_id", {}),
    ):
        found = await caller.get(f"/find/{wanted}", external_source=source)
        assert buckets(found) == expected
    episode.tvdb = show.tvdb
    found = await caller.get(f"/find/{show.tvdb}", external_source="tvdb_id")
    assert set(buckets(found)) == {"tv_results", "tv_episode_results"}
    refused = await caller.refusal("GET", "/find/1", external_source="trakt")
    assert refused == (400, 5)


async def test_details(caller: Caller, tmdb: TmdbSimulator) -> None:
    """Details come with what else is asked for, as it comes by itself."""
    film, show = films(tmdb)[0], series(tmdb)
    film.also["DE"], show.also["FR"] = "Anders", "Autrement"
    film.translated["de"] = show.translated["de"] = "Übersetzt"
    parts = ("external_ids", "alternative_titles", "translations")
    for path in (f"/movie/{film.tmdb}", f"/tv/{show.tmdb}"):
        details = await caller.get(path, append_to_response=",".join(parts))
        for part in parts:
            alone = await caller.get(f"{path}/{part}")
            appended = details[part]
            assert isinstance(appended, dict)
            assert alone == {"id": details["id"], **appended}
    assert details["number_of_seasons"] == 2
    ids = await caller.get(f"/movie/{film.tmdb}/external_ids")
    assert (ids["imdb_id"], "tvdb_id" in ids) == (film.imdb, False)
    ids = await caller.get(f"/tv/{show.tmdb}/external_ids")
    assert (ids["imdb_id"], ids["tvdb_id"]) == (show.imdb, show.tvdb)
    assert await caller.refusal("GET", f"/tv/{FREE}") == (404, 34)


FREE = 5_000_000


async def test_seasons(caller: Caller, tmdb: TmdbSimulator) -> None:
    """Seasons and episodes, specials among them."""
    show = series(tmdb)
    season = await caller.get(f"/tv/{show.tmdb}/season/1")
    assert [row["name"] for row in season["episodes"]] == [  # type: ignore[attr-defined]
        each.name for each in show.episodes.values() if each.season == 1
    ]
    special = show.episodes[0, 1]
    path = f"/tv/{show.tmdb}/season/0/episode/1"
    assert (await caller.get(path))["id"] == special.tmdb
    assert (await caller.get(f"{path}/external_ids"))["tvdb_id"] == special.tvdb
    assert await caller.refusal("GET", f"/tv/{show.tmdb}/season/9") == (404, 34)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"query": "moonrise"}, {1, 2}),
        ({"query": "the moonrise"}, {2}),
        ({"query": "MÓONRISE", "year": "2001"}, {2}),
        ({"query": "moonrise", "primary_release_year": 1990}, {1}),
        ({"query": "aufgang"}, {2}),
        ({"query": "lever"}, {1}),
        ({"query": "l'aube"}, {1}),
        ({"query": "sunrise"}, set()),
        ({"query": ""}, set()),
    ],
)
async def test_search(
    caller: Caller, tmdb: TmdbSimulator, query: dict[str, str], found: set[int]
) -> None:
    """A search finds titles by the words of any of their names, and by year."""
    first = Title(
        Kind.MOVIE,
        FREE + 1,
        "Moonrise",
        "1990-01-01",
        original="L’Aube",
        translated={"fr": "Le lever"},
    )
    second = Title(
        Kind.MOVIE, FREE + 2, "The Moonrise", "2001-05-05", also={"DE": "Aufgang"}
    )
    other = Title(Kind.TV, FREE + 1, "Moonrise", "1990-01-01")
    for title in (second, first, other):
        tmdb.library.add(title)
    page = await caller.get("/search/movie", **query)
    numbers = [row["id"] for row in rows(page)]
    assert {int(str(each)) - FREE for each in numbers} == found
    assert page["total_results"] == len(found)
    if found == {1, 2}:
        assert numbers == [FREE + 1, FREE + 2]


async def test_search_of_series(caller: Caller, tmdb: TmdbSimulator) -> None:
    """Series are searched by the year of their first episode, page by page."""
    for number in range(45):
        year = 1990 + number % 2
        title = Title(Kind.TV, FREE + number, f"Echo {number}", f"{year}-01-01")
        tmdb.library.add(title)
    page = await caller.get("/search/tv", query="echo", page=3)
    assert (len(rows(page)), page["total_pages"]) == (5, 3)
    page = await caller.get("/search/tv", query="echo", first_air_date_year=1991)
    assert page["total_results"] == 22


async def test_deleted(caller: Caller, tmdb: TmdbSimulator) -> None:
    """What is deleted is gone."""
    film = films(tmdb)[0]
    tmdb.library.remove(film)
    assert await caller.refusal("GET", f"/movie/{film.tmdb}") == (404, 34)
