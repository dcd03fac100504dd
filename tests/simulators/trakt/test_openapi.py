"""The answers are as Trakt's published description says, but for what is listed."""

import json
import re

import pytest

from ..openapi import OpenApi, SchemaViolationError, load_openapi
from . import Kind, Title, TraktSimulator
from .conftest import Api, Reply
from .test_writes import ALL_KINDS

# A row of a list holds the media that the watchlist's own description leaves open.
LIST_ROWS = "/users/{id}/lists/{list_id}/items/movie,show,season,episode"
WATCHLIST = "/sync/watchlist/{type}/{sort_by}/{sort_how}"
RATINGS = "/sync/ratings/{type}/{rating}"
HISTORY = "/sync/history/{type}/{id}"
SEASONS = "/shows/{id}/seasons"
SEASON = "/shows/{id}/seasons/{season}"

NOT_FOUND = {
    "movies": [{"ids": {"tmdb": 5}, "rating": 5}],
    "shows": [
        {"ids": {"tmdb": 5}, "rating": 5},
        {
            "ids": {"tvdb": 81189},
            "seasons": [{"number": 9, "episodes": [{"number": 9, "rating": 5}]}],
        },
    ],
    "seasons": [{"ids": {"tvdb": 5}, "rating": 5}],
    "episodes": [{"ids": {"tvdb": 5}, "rating": 5}],
}
RATED = {
    "movies": [{"ids": {"tmdb": 272}, "rating": 5}],
    "shows": [{"ids": {"tvdb": 81189}, "rating": 5}],
    "seasons": [{"ids": {"tvdb": 30271}, "rating": 5}],
    "episodes": [{"ids": {"tvdb": 301001}, "rating": 5}],
}

# Where the published description and the reference disagree, the latter is followed.
# That the type of a rating got lost on the way: it is described as null.
RATING = {"$.rating:  is not null"}
RATINGS_IN_ROWS = {"$[].rating:  is not null"}
# That playback of episodes is described by the rows of movies.
EPISODE_AS_MOVIE = {
    "$[].type: 'episode' is none of ['movie']",
    "$[].movie: missing",
    "$[].episode: unknown",
    "$[].show: unknown",
}
# That the episodes in seasons, which `extended=episodes` brings, are left out.
EPISODES_IN_SEASONS = {"$[].episodes: unknown"}
# That documented nesting of ratings, and so its echo, is left out.
NESTED_RATING = {
    "$.not_found.shows[].seasons: unknown",
    "$.not_found.shows[].rating: missing",
}
# That what is not found is described as holding a rating where none was sent.
NO_RATING = {f"$.not_found.{kind.plural}[].rating: missing" for kind in Kind}
# That the ids of unknown plays are documented, but not described.
PLAY_IDS = {"$.not_found.ids: unknown"}


@pytest.fixture
def published() -> OpenApi:
    """Return the published description."""
    return load_openapi("trakt")


@pytest.fixture
def busy(trakt: TraktSimulator, batman: Title, breaking_bad: Title) -> None:
    """Give alice something of each kind."""
    season = breaking_bad.children[1]
    for title in (batman, breaking_bad, season, season.children[2]):
        trakt.alice.rate(title, 8)
        trakt.alice.put_on_watchlist(title)
    trakt.behaviour.watched_leaves_watchlist = False
    trakt.alice.watch(batman)
    trakt.alice.watch(breaking_bad)
    trakt.alice.pause(batman, 12.5)
    trakt.alice.pause(season.children[2], 50)


def violations(
    published: OpenApi, method: str, path: str, status: int, text: str
) -> set[str]:
    """Return what the description finds wrong with an answer, without numbers."""
    body = json.loads(text) if text else None
    try:
        published.check(method, path, status, body)
    except SchemaViolationError as error:
        lines = str(error).splitlines()[1:]
        found = {
            re.sub(r"(?<=\[)\d+(?=\])|\d+\.\d+", "", line.strip()) for line in lines
        }
        return found or {str(error)}
    return set()


READS = [
    ("/sync/last_activities", "/sync/last_activities", set()),
    ("/users/settings", "/users/settings", set()),
    ("/users/settings?extended=browsing", "/users/settings", set()),
    ("/sync/watchlist", WATCHLIST, set()),
    ("/sync/watchlist", LIST_ROWS, set()),
    ("/sync/watchlist?extended=full", WATCHLIST, set()),
    ("/sync/ratings", RATINGS, set()),
    ("/sync/history", HISTORY, set()),
    ("/sync/history/movies", "/users/{id}/history/movies", set()),
    ("/sync/history/episodes", "/users/{id}/history/episodes", set()),
    ("/sync/watched/movies", "/sync/watched/{type}", set()),
    ("/sync/watched/shows", "/sync/watched/{type}", set()),
    ("/sync/watched/shows?extended=episodes", "/sync/watched/{type}", set()),
    ("/sync/playback/movies", "/sync/playback/movies", set()),
    ("/search/imdb/tt0372784", "/search/{id_type}/{id}", set()),
    ("/search/tvdb/301002", "/search/{id_type}/{id}", set()),
    ("/movies/1", "/movies/{id}", set()),
    ("/shows/1", "/shows/{id}", set()),
    ("/shows/1/seasons", SEASONS, set()),
    ("/shows/1/seasons/1", SEASON, set()),
    ("/sync/playback/episodes", "/sync/playback/{type}", EPISODE_AS_MOVIE),
    ("/movies/1?extended=full", "/movies/{id}", RATING),
    ("/shows/1?extended=full", "/shows/{id}", RATING),
    ("/shows/1/seasons?extended=full", SEASONS, RATINGS_IN_ROWS),
    ("/shows/1/seasons/1?extended=full", SEASON, RATINGS_IN_ROWS),
    ("/shows/1/seasons?extended=episodes", SEASONS, EPISODES_IN_SEASONS),
]


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize(("path", "template", "deviations"), READS)
async def test_reads(
    published: OpenApi, api: Api, path: str, template: str, deviations: set[str]
) -> None:
    """What is read is as described."""
    reply = await api.get(path)
    assert reply.status == 200
    assert reply.text != "[]"
    found = violations(published, "GET", template, 200, reply.text)
    assert found == deviations


WRITES = [
    ("/sync/watchlist", ALL_KINDS, set()),
    ("/sync/watchlist", NOT_FOUND, set()),
    ("/sync/watchlist/remove", ALL_KINDS, set()),
    ("/sync/watchlist/remove", NOT_FOUND, set()),
    ("/sync/watchlist/reorder", {"rank": [1, 2]}, set()),
    ("/sync/ratings", RATED, set()),
    ("/sync/ratings", NOT_FOUND, NESTED_RATING),
    ("/sync/ratings/remove", RATED, set()),
    ("/sync/ratings/remove", NOT_FOUND, NESTED_RATING | NO_RATING),
    ("/sync/history", ALL_KINDS, set()),
    ("/sync/history", NOT_FOUND, set()),
    ("/sync/history/remove", ALL_KINDS, PLAY_IDS),
    ("/sync/history/remove", NOT_FOUND | {"ids": [1]}, PLAY_IDS),
]


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize(("path", "body", "deviations"), WRITES)
async def test_writes(
    published: OpenApi, api: Api, path: str, body: object, deviations: set[str]
) -> None:
    """What a write is answered with is as described."""
    reply = await api.post(path, body)
    status = 200 if path.count("/") == 3 else 201
    assert reply.status == status
    # Additions to the history are described with 200, but have long come with 201.
    described = 200 if path == "/sync/history" else status
    found = violations(published, "POST", path, described, reply.text)
    assert found == deviations


async def test_without_content(
    trakt: TraktSimulator, published: OpenApi, api: Api, batman: Title
) -> None:
    """What is answered with 204 has no body."""
    trakt.alice.put_on_watchlist(batman)
    paused = trakt.alice.pause(batman, 5)
    row = trakt.alice.watchlist.live[batman]
    for method, path, number in (
        ("PUT", "/sync/watchlist/{list_item_id}", row.id),
        ("DELETE", "/sync/playback/{id}", paused.id),
    ):
        url = path.partition("{")[0] + str(number)
        reply = await api.call(method, url, {"notes": None})
        assert reply.status == 204
        assert violations(published, method, path, 204, reply.text) == set()


async def test_oauth(trakt: TraktSimulator, published: OpenApi, api: Api) -> None:
    """The whole life of a token is as described."""
    trakt.oauth.interval = 0
    trakt.approve_by_itself()

    async def send(path: str, status: int, **body: object) -> Reply:
        """Send a body and check what comes back."""
        reply = await api.post(path, body)
        assert reply.status == status
        assert violations(published, "POST", path, status, reply.text) == set()
        return reply

    app = {"client_id": trakt.CLIENT_ID, "client_secret": trakt.CLIENT_SECRET}
    code = await send("/oauth/device/code", 200, client_id=trakt.CLIENT_ID)
    poll = {"code": code.data["device_code"], **app}
    await send("/oauth/device/token", 400, **poll)
    token = (await send("/oauth/device/token", 200, **poll)).data
    refresh = app | {
        "refresh_token": token["refresh_token"],
        "redirect_uri": "urn:ietf:wg:oauth:2.0:oob",
        "grant_type": "refresh_token",
    }
    token = (await send("/oauth/token", 200, **refresh)).data
    await send("/oauth/token", 400, **refresh)
    await send("/oauth/revoke", 200, token=token["access_token"], **app)
