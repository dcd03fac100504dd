"""A client that others wrote for the real server works with the simulated one.

It is `embyclient`, which is generated from the OpenAPI description of Emby 4.9: what
it sends and what it takes for an answer is what Emby says of itself.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Self

import emby_client
from emby_client.rest import ApiException
import pytest

from ..jellyfin import Seeded, User
from . import EmbySimulator

IDENTITY = 'Emby Client="Tests", Device="Bench", DeviceId="device-9", Version="1.0"'


class Client:
    """The generated services of a server that a user is signed in to."""

    def __init__(self, url: str) -> None:
        """Take the address of the server."""
        self._configuration = emby_client.Configuration()
        self._configuration.host = f"{url}/emby"
        self._api = emby_client.ApiClient(self._configuration)

    def sign_in(self, name: str, password: str) -> str:
        """Sign in as its documentation says, and return the id of the user."""
        body = emby_client.AuthenticateUserByName(username=name, pw=password)
        found = self.user.post_users_authenticatebyname(body, IDENTITY)
        self._configuration.api_key["api_key"] = found.access_token
        user_id: str = found.user.id
        return user_id

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *error: object) -> None:
        """End the threads of the client."""
        self._api.pool.close()
        self._api.pool.join()

    def __getattr__(self, name: str) -> Any:
        """Return a service by its name, such as `items`."""
        return getattr(emby_client, f"{name.title().replace('_', '')}ServiceApi")(
            self._api
        )


async def run(work: Callable[[], object]) -> None:
    """Run the client, which blocks, beside the server."""
    await asyncio.to_thread(work)


async def test_reads(emby: EmbySimulator, library: Seeded, jon: User) -> None:
    """It lists what the integration lists, and understands all of it."""
    film, episode = library.films[0], library.episodes[0]
    emby.play(jon, film, datetime(2024, 5, 1, 20, 11, 12, tzinfo=UTC))

    def work() -> None:
        """Do so."""
        with Client(emby.url) as client:
            uid = client.sign_in("Jon", "secret")
            assert client.system.get_system_info_public().server_name == "Living Room"
            assert client.user.get_users_by_id(uid).policy.is_administrator is False
            views = client.user_views.get_users_by_userid_views(uid, False)
            assert [view.name for view in views.items][0] == "Movies"
            found = client.items.get_users_by_userid_items(
                uid,
                recursive=True,
                include_item_types="Movie,Episode",
                filters="IsPlayed",
                sort_by="DatePlayed",
                sort_order="Descending",
                fields="ProviderIds,UserDataLastPlayedDate,UserDataPlayCount",
                start_index=0,
                limit=50,
            )
            assert found.total_record_count == 1
            (row,) = found.items
            assert (row.id, row.type) == (film.id, "Movie")
            assert row.provider_ids["Imdb"] == "tt0133093"
            assert row.user_data.play_count == 1
            assert row.user_data.last_played_date == datetime(
                2024, 5, 1, 20, 11, 12, tzinfo=UTC
            )
            by_id = client.items.get_users_by_userid_items(
                uid, recursive=True, any_provider_id_equals="tmdb.603,imdb.tt0"
            )
            assert [item.name for item in by_id.items] == [film.name]
            series = episode.series
            # The description does not say what a list of episodes is answered with.
            client.tv_shows.get_shows_by_id_episodes(series.id, user_id=uid)
            seasons = client.tv_shows.get_shows_by_id_seasons(uid, series.id)
            assert seasons.total_record_count == len(series.children)
            above = client.library.get_items_by_id_ancestors(episode.id, user_id=uid)
            assert above[-1].id == library.shows.id
            (session,) = client.sessions.get_sessions()
            assert session.user_name == "Jon"

    await run(work)


async def test_writes(emby: EmbySimulator, library: Seeded, jon: User) -> None:
    """It changes what the integration changes."""
    film = library.films[0]

    def work() -> None:
        """Do so."""
        with Client(emby.url) as client:
            uid = client.sign_in("Jon", "secret")
            played = client.playstate.post_users_by_userid_playeditems_by_id(
                uid, film.id, date_played="20240501201112"
            )
            assert played.last_played_date.year == 2024
            body = emby_client.UserItemDataDto(
                playback_position_ticks=6_000_000_000, played=False, rating=8
            )
            client.playstate.post_users_by_userid_items_by_itemid_userdata(
                body, uid, film.id
            )
            library_api = client.user_library
            row = library_api.get_users_by_userid_items_by_id(uid, film.id)
            assert row.user_data.playback_position_ticks == 6_000_000_000
            assert row.user_data.rating == 8
            favourite = library_api.post_users_by_userid_favoriteitems_by_id(
                uid, film.id
            )
            assert favourite.is_favorite
            liked = library_api.post_users_by_userid_items_by_id_rating(
                uid, film.id, True
            )
            assert liked.rating == 10
            cleared = library_api.delete_users_by_userid_items_by_id_rating(
                uid, film.id
            )
            assert cleared.rating is None
            library_api.delete_users_by_userid_favoriteitems_by_id(uid, film.id)
            unplayed = client.playstate.delete_users_by_userid_playeditems_by_id(
                uid, film.id
            )
            assert unplayed.played is False

    await run(work)
    data = jon.of(film)
    assert (data.favourite, data.rating, data.play_count) == (False, None, 0)


async def test_lists(emby: EmbySimulator, library: Seeded, jon: User) -> None:
    """It fills and empties playlists and collections."""
    film, series = library.films[0], library.series[0]

    def work() -> None:
        """Do so."""
        with Client(emby.url) as client:
            uid = client.sign_in("Jon", "secret")
            playlists = client.playlist
            made = playlists.post_playlists(
                name="Watchlist", ids=film.id, media_type="Video"
            )
            listed = playlists.get_playlists_by_id_items(made.id, user_id=uid)
            entry = listed.items[0].playlist_item_id
            assert listed.items[0].id == film.id
            playlists.delete_playlists_by_id_items(made.id, entry)
            empty = playlists.get_playlists_by_id_items(made.id, user_id=uid)
            assert empty.total_record_count == 0
            collections = client.collection
            box = collections.post_collections(name="Watchlist", ids=film.id)
            collections.post_collections_by_id_items(series.id, box.id)
            inside = client.items.get_users_by_userid_items(
                uid, parent_id=box.id, recursive=True
            )
            assert {item.id for item in inside.items} == {film.id, series.id}
            collections.delete_collections_by_id_items(film.id, box.id)

    await run(work)
    assert len(emby.shelves) == 2


async def test_errors(emby: EmbySimulator, jon: User) -> None:
    """It sees refusals as what they are."""

    def work() -> None:
        """Do so."""
        with Client(emby.url) as client:
            with pytest.raises(ApiException) as wrong:
                client.sign_in("Jon", "wrong")
            assert wrong.value.status == 401
            uid = client.sign_in("Jon", "secret")
            with pytest.raises(ApiException) as missing:
                client.user_library.get_users_by_userid_items_by_id(uid, "4711")
            assert missing.value.status == 404

    await run(work)
