"""What a simulated Kodi can be told to do, and what a person does at it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import pytest

from custom_components.crosswatch.providers.kodi.rpc import authorization

from ..catalogue import make_catalogue
from . import Episode, KodiSimulator, Movie, Oddities, Seeded, Show, seed
from .conftest import PASSWORD, USER

NOW = datetime(2026, 7, 1, 12, 30, 15, tzinfo=UTC)


async def post(kodi: KodiSimulator, calls: Sequence[tuple[str, object]]) -> list[Any]:
    """Return the answers to a batch, as they came."""
    batch = [
        {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        for number, (method, params) in enumerate(calls)
    ]
    async with (
        aiohttp.ClientSession(headers=authorization(USER, PASSWORD)) as session,
        session.post(f"{kodi.url}/jsonrpc", json=batch) as answer,
    ):
        found: list[Any] = await answer.json()
    return found


async def ask(kodi: KodiSimulator, method: str, params: object = None) -> Any:
    """Return the result of one call, or its error."""
    (reply,) = await post(kodi, [(method, params)])
    return reply.get("result", reply.get("error"))


async def test_batches_come_in_any_order(kodi: KodiSimulator) -> None:
    """Answers are told apart by their ids only."""
    replies = await post(kodi, [("JSONRPC.Ping", {})] * 12)
    ids = [reply["id"] for reply in replies]
    assert (sorted(ids), ids == sorted(ids)) == (list(range(12)), False)
    kodi.behaviour.shuffles_batches = False
    replies = await post(kodi, [("JSONRPC.Ping", {})] * 12)
    assert [reply["id"] for reply in replies] == list(range(12))


async def test_time(kodi: KodiSimulator) -> None:
    """Its clock shows the time of its zone."""
    kodi.clock = lambda: NOW
    labels = ["System.Date(yyyy-mm-dd)", "System.Time(HH:mm:ss)", "Other"]
    shown = await ask(kodi, "XBMC.GetInfoLabels", {"labels": labels})
    assert list(shown.values()) == ["2026-07-01", "08:30:15", ""]
    kodi.behaviour.busy_labels = 1
    shown = await ask(kodi, "XBMC.GetInfoLabels", {"labels": labels})
    assert set(shown.values()) == {"Busy"}
    setting = ("Settings.GetSettingValue", {"setting": "locale.timezone"})
    assert await ask(kodi, *setting) == {"value": "America/New_York"}
    kodi.behaviour.zone_name = "Europe/Berlin"
    assert await ask(kodi, *setting) == {"value": "Europe/Berlin"}
    kodi.behaviour.reports_zone = False
    assert (await ask(kodi, *setting))["code"] == -32602
    kodi.zone = ZoneInfo("Asia/Kolkata")
    shown = await ask(kodi, "XBMC.GetInfoLabels", {"labels": labels})
    assert shown["System.Time(HH:mm:ss)"] == "18:00:15"
    kodi.behaviour.halves_of_the_day = ("AM", "PM")
    shown = await ask(
        kodi, "XBMC.GetInfoLabels", {"labels": [*labels, "System.Time(xx)"]}
    )
    assert shown["System.Time(HH:mm:ss)"] == "06:00:15"
    assert shown["System.Time(xx)"] == "PM"


async def test_a_scan_gives_every_number_to_another(
    kodi: KodiSimulator, library: Seeded
) -> None:
    """A number of before the scan is that of another entry after it."""
    groups: list[Sequence[Movie | Episode | Show]]
    groups = [library.movies, library.episodes, library.shows]
    before = [{entry.id: entry for entry in entries} for entries in groups]
    kodi.rescan()
    for old, entries in zip(before, groups, strict=True):
        assert {entry.id for entry in entries} == set(old)
        assert all(old[entry.id] is not entry for entry in entries)
    movie = library.movies[0]
    shown = await ask(
        kodi,
        "VideoLibrary.GetMovieDetails",
        {"movieid": movie.id, "properties": ["title"]},
    )
    assert shown["moviedetails"]["title"] == movie.title
    kodi.behaviour.renumbers_before = "VideoLibrary.SetMovieDetails"
    await ask(
        kodi,
        "VideoLibrary.SetMovieDetails",
        {"movieid": movie.id, "userrating": 5},
    )
    assert movie.user_rating == 0
    assert sum(each.user_rating for each in library.movies) == 5


async def test_a_single_entry_gets_a_new_number(kodi: KodiSimulator) -> None:
    """An entry that is alone has another number, too; nothing has none."""
    kodi.rescan()
    seeded = seed(kodi, make_catalogue(films=1, shows=0))
    kodi.rescan()
    assert seeded.movies[0].id == 2


async def test_refusals(kodi: KodiSimulator, library: Seeded) -> None:
    """The n-th call of a method is refused, before or after it is carried out."""
    kodi.behaviour.fail("VideoLibrary.SetMovieDetails", -32603, on_call=2, after=True)
    kodi.behaviour.fail("VideoLibrary.SetMovieDetails", -32099, on_call=3)
    method, entry = "VideoLibrary.SetMovieDetails", library.movies[0]
    codes = []
    for rating in (1, 2, 3, 4):
        said = await ask(kodi, method, {"movieid": entry.id, "userrating": rating})
        codes.append(
            (said if isinstance(said, str) else said["code"], entry.user_rating)
        )
    assert codes == [("OK", 1), (-32603, 2), (-32099, 2), ("OK", 4)]
    kodi.behaviour.drops_answers_to = method
    calls = [(method, {"movieid": entry.id, "userrating": 5}), ("JSONRPC.Ping", {})]
    assert [reply["result"] for reply in await post(kodi, calls)] == ["pong"]
    assert entry.user_rating == 5
    kodi.behaviour.forgets_writes = True
    await post(kodi, [*calls[1:], (method, {"movieid": entry.id, "userrating": 6})])
    assert entry.user_rating == 5


async def test_seasons(kodi: KodiSimulator, library: Seeded) -> None:
    """Seasons are listed and rated."""
    show = library.shows[0]
    method = "VideoLibrary.SetSeasonDetails"
    season = max(show.season_ids.values())
    assert await ask(kodi, method, {"seasonid": season, "userrating": 7}) == "OK"
    assert await ask(kodi, method, {"seasonid": season}) == "OK"
    found = await ask(
        kodi,
        "VideoLibrary.GetSeasons",
        {"tvshowid": show.id, "properties": ["userrating", "title"]},
    )
    ratings = {each["seasonid"]: each["userrating"] for each in found["seasons"]}
    assert ratings[season] == 7
    assert (await ask(kodi, method, {"seasonid": 999, "userrating": 7}))[
        "code"
    ] == -32602


async def test_filters(kodi: KodiSimulator, library: Seeded) -> None:
    """Lists obey their filters and their order."""
    for days, movie in enumerate(library.movies[:3], 1):
        kodi.play(movie, datetime(2024, 5, days, 12, tzinfo=UTC))
    kodi.play(library.episodes[0])
    kodi.stop_at(library.episodes[1], 60, 600)

    async def found(kind: str, **params: object) -> list[str]:
        """Return the titles of a list."""
        fields = {"properties": ["title"], **params}
        (rows,) = (
            value
            for key, value in (
                await ask(kodi, f"VideoLibrary.Get{kind}", fields)
            ).items()
            if key != "limits"
        )
        return [row["title"] for row in rows]

    def rule(field: str, operator: str, value: object = "") -> dict[str, object]:
        """Return one rule of a filter."""
        return {"field": field, "operator": operator, "value": value}

    movies = [movie.title for movie in library.movies]
    newest = {"method": "lastplayed", "order": "descending"}
    assert (await found("Movies", sort=newest))[:3] == movies[2::-1]
    assert await found("Movies", sort={"method": "title"}) == sorted(movies)
    after = rule("lastplayed", "after", "2024-05-01")
    assert await found("Movies", filter=after) == movies[1:3]
    before = rule("lastplayed", "before", "2024-05-02")
    assert await found("Movies", filter=before) == movies[:1]
    named = rule("title", "is", movies[4:6])
    assert await found("Movies", filter=named) == movies[4:6]
    path = rule("filename", "endswith", ".mkv")
    assert await found("Movies", filter=path) == movies
    folder = rule("path", "contains", "/movies/")
    assert await found("Movies", filter={"and": [folder, named]}) == movies[4:6]
    begun = [show.title for show in library.shows[:1]]
    assert await found("TVShows", filter=rule("inprogress", "true")) == begun
    assert await found("TVShows", filter=rule("playcount", "greaterthan", "0")) == []
    assert len(await found("Episodes", filter=rule("inprogress", "false"))) == (
        len(library.episodes) - 1
    )


@pytest.mark.parametrize(
    "params",
    [
        {"filter": {"field": "title", "operator": "is", "value": 5}},
        {"filter": {"field": "rating", "operator": "is", "value": "5"}},
        {"filter": {"or": [5]}},
        {"filter": 5},
        {"sort": {"method": "random"}},
        {"limits": {"start": -1}},
        {"limits": {"start": "1"}},
        {"properties": "title"},
        {"properties": ["director"]},
        [["title"]],
    ],
)
async def test_invalid_parameters(kodi: KodiSimulator, params: object) -> None:
    """What the description of the API does not allow is refused."""
    error = await ask(kodi, "VideoLibrary.GetMovies", params)
    assert error["code"] == -32602


async def test_pages_of_a_browser(kodi: KodiSimulator) -> None:
    """Its web server has pages, too, behind the same login."""
    async with aiohttp.ClientSession() as session:
        for path in ("/", "/jsonrpc"):
            assert (await session.get(f"{kodi.url}{path}")).status == 401
            headers = authorization(USER, PASSWORD)
            page = await session.get(f"{kodi.url}{path}", headers=headers)
            assert (page.status, "Kodi" in await page.text()) == (200, path == "/")


def test_oddities() -> None:
    """Libraries are as odd as they are told to be."""
    kodi = KodiSimulator()
    odd = Oddities(
        no_ids=3, second_copy=4, double_episode=2, imdb_as_unknown=5, no_runtime=6
    )
    seeded = seed(kodi, make_catalogue(films=20, shows=4), odd)
    assert sum(not movie.unique_ids for movie in seeded.movies) == 6
    assert [movie.title for movie in seeded.copies] == [
        seeded.movies[n].title for n in (3, 7, 11, 15, 19)
    ]
    files = {id(episode.file) for episode in seeded.episodes}
    assert len(files) < len(seeded.episodes)
    assert len({movie.id for movie in kodi.library.movies}) == 25
    assert kodi.movie("The Matrix") is seeded.movies[0]
    episode = seeded.episodes[2]
    place = (episode.show.title, episode.season, episode.number)
    assert kodi.episode(*place) is episode
    for missing in (lambda: kodi.movie("None"), lambda: kodi.episode("None", 1, 1)):
        with pytest.raises(KeyError):
            missing()
