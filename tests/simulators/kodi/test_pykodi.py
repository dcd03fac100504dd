"""The client that Home Assistant itself uses works with the simulated Kodi."""

from typing import Any

import pykodi
import pytest
from yarl import URL

from . import KodiSimulator, Seeded
from .conftest import PASSWORD, USER

pytestmark = pytest.mark.filterwarnings("ignore:.*auth:DeprecationWarning")


def connection(kodi: KodiSimulator, password: str = PASSWORD) -> Any:
    """Return a connection over HTTP."""
    url = URL(kodi.url)
    return pykodi.get_kodi_connection(url.host, url.port, None, USER, password)


async def test_reads_and_writes(kodi: KodiSimulator, library: Seeded) -> None:
    """It lists, reads and changes what the integration does."""
    movie, episode = library.movies[0], library.episodes[3]
    wire = connection(kodi)
    client = pykodi.Kodi(wire)
    assert await client.ping() is True
    properties = await client.get_application_properties(["name", "version"])
    assert (properties["name"], properties["version"]["major"]) == ("Kodi", 21)
    found = await client.get_movies(["uniqueid", "playcount", "lastplayed"])
    assert found["limits"] == {"start": 0, "end": 12, "total": 12}
    assert found["movies"][0]["uniqueid"] == movie.unique_ids
    found = await client.get_movie_details(movie.id, ["title", "resume"])
    assert found["moviedetails"]["title"] == movie.title
    shows = await client.get_tv_shows(["uniqueid"])
    show = shows["tvshows"][0]["tvshowid"]
    seasons = await client.get_seasons(show, ["season"])
    assert [each["season"] for each in seasons["seasons"]] == sorted(
        library.shows[0].season_ids
    )
    rows = (await client.get_episodes(show, 1, ["showtitle"]))["episodes"]
    assert {row["showtitle"] for row in rows} == {library.shows[0].title}
    assert len(rows) < len(library.shows[0].episodes)
    name = (await client.get_tv_show_details(show, ["title"]))["tvshowdetails"]["title"]
    assert name == library.shows[0].title

    said = await client.call_method(
        "VideoLibrary.SetMovieDetails",
        movieid=movie.id,
        playcount=1,
        lastplayed="2024-05-01 22:11:12",
        userrating=8,
    )
    assert said == "OK"
    said = await client.call_method(
        "VideoLibrary.SetEpisodeDetails",
        episodeid=episode.id,
        resume={"position": 600.5, "total": 3000},
    )
    assert said == "OK"
    assert (movie.file.play_count, movie.user_rating) == (1, 8)
    assert (episode.file.position, episode.file.total) == (600, 3000)
    begun = await client.call_method(
        "VideoLibrary.GetEpisodes",
        filter={"field": "inprogress", "operator": "true", "value": ""},
    )
    assert [row["episodeid"] for row in begun["episodes"]] == [episode.id]
    assert kodi.writes() == 2
    await wire.close()


async def test_what_is_played(kodi: KodiSimulator, library: Seeded) -> None:
    """It sees what runs, and how far it is."""
    wire = connection(kodi)
    client = pykodi.Kodi(wire)
    assert await client.get_players() == []
    kodi.playing, kodi.playing_at = library.episodes[0], (3725.5, 5400.0)
    (player,) = await client.get_players()
    item = await client.get_playing_item_properties(player, ["file", "season"])
    assert (item["type"], item["id"]) == ("episode", library.episodes[0].id)
    told = await client.get_player_properties(player, ["time", "speed"])
    assert told["time"] == {
        "hours": 1,
        "minutes": 2,
        "seconds": 5,
        "milliseconds": 500,
    }
    await wire.close()


async def test_wrong_password(kodi: KodiSimulator) -> None:
    """It takes a wrong password for what it is."""
    wire = connection(kodi, "wrong")
    with pytest.raises(pykodi.InvalidAuthError):
        await pykodi.Kodi(wire).ping()
    await wire.close()
