"""A client that others wrote for the real server works with the simulated one."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from jellyfin_apiclient_python import JellyfinClient
from jellyfin_apiclient_python.connection_manager import CONNECTION_STATE
from jellyfin_apiclient_python.exceptions import HTTPException
import pytest

from .jellyfin import JellyfinSimulator, Seeded, User


@contextmanager
def client_of(url: str) -> Iterator[Any]:
    """Return a client that has found the server but is not signed in."""
    client = JellyfinClient()
    client.config.app("Tests", "1.0", "Bench", "device-9")
    client.config.data["auth.ssl"] = False
    client.config.data["http.max_retries"] = 0
    client.auth.connect_to_address(url)
    try:
        yield client
    finally:
        client.stop()


def sign_in(client: Any, url: str) -> None:
    """Sign in with a password, as its applications do."""
    assert client.auth.login(url, "Jon", "secret")["AccessToken"]
    state = client.authenticate(client.get_credentials(), discover=False)
    assert state["State"] is CONNECTION_STATE.SignedIn
    client.start(keep_alive=True)


async def run(work: Callable[[], object]) -> None:
    """Run the client, which blocks, beside the server."""
    await asyncio.to_thread(work)


async def test_reads_and_writes(
    jellyfin: JellyfinSimulator, library: Seeded, jon: User
) -> None:
    """It lists, reads and changes what the integration does."""
    film, series = library.films[0], library.series[0]

    def work() -> None:
        """Do so."""
        with client_of(jellyfin.url) as client:
            sign_in(client, jellyfin.url)
            api = client.jellyfin
            assert api.get_user()["Name"] == "Jon"
            assert [view["Name"] for view in api.get_views()["Items"]][0] == "Movies"
            found = api.get_user_items(
                parent_id=library.movies.id,
                include_item_types="Movie",
                recursive=True,
                limit=3,
                fields="ProviderIds",
            )
            assert (len(found["Items"]), found["TotalRecordCount"]) == (3, 30)
            assert api.get_item(film.id)["ProviderIds"]["Imdb"] == "tt0133093"
            above = api.get_ancestors(film.id)
            assert [each["Id"] for each in above] == [library.movies.id]
            assert len(api.get_items([film.id, series.id])["Items"]) == 2
            found = api.search_media_items("Godfather", year=1972, media="Movie")
            assert [item["Name"] for item in found["Items"]] == ["The Godfather"]
            seasons = api.get_seasons(series.id)["Items"]
            episodes = api.get_episodes(series.id, season_id=seasons[-1]["Id"])
            assert len(episodes["Items"]) == 4
            assert api.favorite(film.id)["IsFavorite"] is True
            played = api.item_played(film.id, True, "2024-05-01T20:11:12Z")
            assert played["LastPlayedDate"] == "2024-05-01T20:11:12.0000000Z"
            data = {"Rating": 8, "PlayCount": 1}
            assert api.update_userdata_for_item(film.id, data)["Rating"] == 8
            assert api.get_userdata_for_item(film.id)["PlayCount"] == 1
            found = api.get_user_items(filters="IsFavorite", recursive=True)
            assert [item["Id"] for item in found["Items"]] == [film.id]
            assert api.item_played(film.id, False)["Played"] is False
            assert api.favorite(film.id, False)["IsFavorite"] is False

    await run(work)
    assert jon.of(film).rating == 8
    assert jellyfin.writes() == 5


async def test_wrong_password_and_revoked_token(
    jellyfin: JellyfinSimulator, library: Seeded, jon: User
) -> None:
    """It takes a wrong password and a revoked token for what they are."""

    def work() -> None:
        """Do so."""
        with client_of(jellyfin.url) as client:
            assert client.auth.login(jellyfin.url, "Jon", "wrong") == {}
            sign_in(client, jellyfin.url)
            jellyfin.revoke_tokens(jon)
            with pytest.raises(HTTPException) as caught:
                client.jellyfin.get_views()
            assert caught.value.status == "Unauthorized"

    await run(work)


async def test_quick_connect(
    jellyfin: JellyfinSimulator, library: Seeded, jon: User
) -> None:
    """It signs in with a code that a person approves."""

    def work() -> None:
        """Do so."""
        with client_of(jellyfin.url) as client:
            api = client.jellyfin
            assert api.quick_connect_enabled(jellyfin.url) is True
            started = api.quick_connect_initiate(jellyfin.url)
            state = api.quick_connect_state(jellyfin.url, started["Secret"])
            assert state["Authenticated"] is False
            jellyfin.approve_quick_connect(started["Code"], jon)
            state = api.quick_connect_state(jellyfin.url, started["Secret"])
            assert state["Authenticated"] is True
            result = client.auth.login_with_quick_connect(
                jellyfin.url, started["Secret"]
            )
            assert result["User"]["Name"] == "Jon"

    await run(work)


async def test_plays(jellyfin: JellyfinSimulator, library: Seeded, jon: User) -> None:
    """What it plays stands in its session, and where it stops is kept."""
    film = library.films[0]
    half = (film.runtime or 0) // 2

    def work() -> None:
        """Do so."""
        with client_of(jellyfin.url) as client:
            sign_in(client, jellyfin.url)
            api = client.jellyfin
            api.session_playing({"ItemId": film.id, "PositionTicks": 0})
            api.session_progress({"ItemId": film.id, "PositionTicks": half})
            (session,) = api.sessions()
            assert session["NowPlayingItem"]["Id"] == film.id
            assert session["PlayState"]["PositionTicks"] == half
            api.session_progress({"ItemId": film.id})
            api.session_stop({"ItemId": film.id})
            (session,) = api.sessions()
            assert "NowPlayingItem" not in session
            found = api.get_user_items(filters="IsResumable", recursive=True)
            assert [item["Id"] for item in found["Items"]] == [film.id]
            end = film.runtime
            api.session_playing({"ItemId": film.id, "PositionTicks": half})
            api.session_stop({"ItemId": film.id, "PositionTicks": end})
            with pytest.raises(HTTPException):
                api.session_playing({"ItemId": "0" * 32})

    await run(work)
    data = jon.of(film)
    assert (data.position, data.played, data.play_count) == (0, True, 2)


async def test_lists(jellyfin: JellyfinSimulator, library: Seeded, jon: User) -> None:
    """It makes and changes playlists and collections."""
    films = [film.id for film in library.films]
    jon.collects = True

    def work() -> None:
        """Do so."""
        with client_of(jellyfin.url) as client:
            sign_in(client, jellyfin.url)
            api = client.jellyfin
            made = api.new_playlist("Later", films[:1], is_public=False)["Id"]
            api.add_playlist_items(made, films[1:3])
            rows = api.get_playlist_items(made)["Items"]
            assert [row["Id"] for row in rows] == films[:3]
            api.remove_playlist_items(made, [rows[0]["PlaylistItemId"]])
            assert api.get_playlist(made)["ItemIds"] == films[1:3]
            assert [row["Name"] for row in api.get_playlists()["Items"]] == ["Later"]
            made = api.new_collection("Later", ",".join(films[:1]))["Id"]
            api.add_collection_items(made, films[1:3])
            api.remove_collection_items(made, films[:1])
            found = api.get_user_items(parent_id=made, sort_by="DateCreated")["Items"]
            assert [row["Id"] for row in found] == films[1:3]
            found = api.get_collections("Later")["Items"]
            assert made in [row["Id"] for row in found]

    await run(work)
