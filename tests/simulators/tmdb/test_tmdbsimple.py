"""Somebody else's client, tmdbsimple, takes the simulator for the real thing."""

import asyncio
from typing import Any

import pytest
import requests
import tmdbsimple
from tmdbsimple.base import TMDB

from . import TmdbSimulator
from .test_accounts import films, series


@pytest.fixture(params=["key", "token"])
def client(
    request: pytest.FixtureRequest,
    tmdb: TmdbSimulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Point tmdbsimple, which keeps its state in its module, to the simulator."""
    is_token = request.param == "token"
    key = tmdb.READ_TOKEN if is_token else tmdb.API_KEY
    monkeypatch.setattr(tmdbsimple, "API_KEY", key)
    monkeypatch.setattr(tmdbsimple, "USE_BEARER_AUTH", is_token)

    def address(self: TMDB, path: str) -> str:
        """Return an address at the simulator."""
        return f"{tmdb.url}/3/{path.lstrip('/')}"

    monkeypatch.setattr(TMDB, "_get_complete_url", address)


def sign_in(tmdb: TmdbSimulator) -> tmdbsimple.Account:
    """Go through the sign-in."""
    login = tmdbsimple.Authentication()
    token = login.token_new()["request_token"]
    with pytest.raises(requests.HTTPError, match="401"):
        login.session_new(request_token=token)
    tmdb.approve(token)
    session = login.session_new(request_token=token)["session_id"]
    account = tmdbsimple.Account(session)
    account.info()
    return account


@pytest.mark.usefixtures("client")
async def test_account(tmdb: TmdbSimulator) -> None:
    """It signs in, fills the lists and reads them."""

    def work() -> None:
        """Do all of it, as its calls block."""
        # It takes its attributes from answers.
        account: Any = sign_in(tmdb)
        assert account.username == "alice"
        film, show = films(tmdb)[0], series(tmdb)
        account.watchlist(media_type="movie", media_id=film.tmdb, watchlist=True)
        account.watchlist(media_type="tv", media_id=show.tmdb, watchlist=True)
        assert [each["id"] for each in account.watchlist_movies()["results"]] == [
            film.tmdb
        ]
        assert [each["name"] for each in account.watchlist_tv()["results"]] == [
            show.name
        ]
        session = {"session_id": account.session_id}
        tmdbsimple.Movies(film.tmdb).rating(**session, value=7.5)
        tmdbsimple.TV(show.tmdb).rating(**session, value=9)
        special = tmdbsimple.TV_Episodes(show.tmdb, 0, 1)
        special.rating(**session, value=3)
        [rated] = account.rated_movies()["results"]
        assert (rated["id"], rated["rating"]) == (film.tmdb, 7.5)
        assert account.rated_tv()["total_results"] == 1
        [rated] = account.rated_tv_episodes(sort_by="created_at.desc")["results"]
        assert (rated["show_id"], rated["season_number"], rated["rating"]) == (
            show.tmdb,
            0,
            3,
        )

    await asyncio.to_thread(work)


@pytest.mark.usefixtures("client")
async def test_titles(tmdb: TmdbSimulator) -> None:
    """It finds titles by ids and by name, and reads what is known of them."""

    def work() -> None:
        """Do all of it, as its calls block."""
        film, show = films(tmdb)[0], series(tmdb)
        find: Any = tmdbsimple.Find(film.imdb)
        find.info(external_source="imdb_id")
        assert [each["id"] for each in find.movie_results] == [film.tmdb]
        search = tmdbsimple.Search()
        found = search.movie(query=film.name, year=film.year)["results"]
        assert film.tmdb in [each["id"] for each in found]
        found = search.tv(query=show.name, first_air_date_year=show.year)["results"]
        assert show.tmdb in [each["id"] for each in found]
        assert tmdbsimple.TV(show.tmdb).external_ids()["tvdb_id"] == show.tvdb
        details: Any = tmdbsimple.Movies(film.tmdb)
        told = details.info(append_to_response="external_ids,alternative_titles")
        assert details.title == film.name
        assert told["external_ids"]["imdb_id"] == film.imdb
        season = tmdbsimple.TV_Seasons(show.tmdb, 1).info()
        assert len(season["episodes"]) == 4
        episode = tmdbsimple.TV_Episodes(show.tmdb, 1, 2)
        assert episode.external_ids()["tvdb_id"] == show.episodes[1, 2].tvdb

    await asyncio.to_thread(work)
