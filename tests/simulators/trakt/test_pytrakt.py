"""Somebody else's client, PyTrakt, takes the simulator for the real thing."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
from trakt import core, errors
from trakt.movies import Movie
from trakt.pagination import paginate
from trakt.sync import (
    add_to_history,
    add_to_watchlist,
    get_playback,
    get_watched,
    get_watchlist,
    rate,
    remove_from_history,
    remove_from_watchlist,
    search_by_id,
)
from trakt.users import User

from ..clock import Clock
from . import Title, TraktSimulator
from .test_writes import names, plays_of

WATCHED = datetime(2024, 2, 3, 20, 15, 40, tzinfo=UTC)


@pytest.fixture
def client(
    trakt: TraktSimulator, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Point PyTrakt, which keeps its state in its module, to the simulator."""
    # It compares the end of a token with the time of the machine.
    clock.now = datetime.now(UTC)
    trakt.oauth.interval = 0
    trakt.approve_by_itself()
    with requests.Session() as session:
        monkeypatch.setattr(core, "session", session)
        monkeypatch.setattr(core, "BASE_URL", f"{trakt.url}/")
        monkeypatch.setattr(core, "AUTH_METHOD", core.DEVICE_AUTH)
        monkeypatch.setattr(core, "CONFIG_PATH", str(tmp_path / "pytrakt.json"))
        clear_caches()
        yield
        clear_caches()


def clear_caches() -> None:
    """Let PyTrakt forget its client and its tokens."""
    core.api.cache_clear()
    core.config.cache_clear()


def sign_in(trakt: TraktSimulator) -> None:
    """Go through the device flow."""
    core.init(client_id=trakt.CLIENT_ID, client_secret=trakt.CLIENT_SECRET)


def use_watchlist(trakt: TraktSimulator) -> list[str]:
    """Put titles on the watchlist, read it, and empty it."""
    movie = Movie("Batman Begins", 2005)
    [show] = search_by_id("81189", id_type="tvdb", media_type="show")
    [episode] = search_by_id("301002", id_type="tvdb", media_type="episode")
    for media in (movie, show, episode):
        add_to_watchlist(media)
    assert names(trakt.alice.watchlist.live) == {"m1", "s1", "s1:1x2"}
    read = [media.trakt for media in get_watchlist("movies")]
    assert read == [movie.trakt]
    assert [media.title for media in User("alice").watchlist_shows] == ["Breaking Bad"]
    titles = [str(media.title) for media in get_watchlist()]
    for media in (movie, show, episode):
        remove_from_watchlist(media)
    return titles


def use_history(trakt: TraktSimulator) -> list[str]:
    """Add plays, read them page by page, and remove those of a movie."""
    movie = Movie("Batman Begins", 2005)
    [episode] = search_by_id("301002", id_type="tvdb", media_type="episode")
    added = add_to_history(movie, WATCHED)
    assert added["added"] == {"movies": 1, "episodes": 0}
    add_to_history(episode, WATCHED)
    movie.mark_as_seen(WATCHED)
    assert [media.title for media in get_watched("movies")] == ["Batman Begins"]
    rows = paginate("sync/history", limit=2)
    removed = remove_from_history(movie)
    assert removed["deleted"] == {"movies": 2, "episodes": 0}
    return [f"{row['type']} {row['watched_at']}" for row in rows]


def use_ratings(trakt: TraktSimulator) -> list[int]:
    """Rate titles and read the ratings."""
    movie = Movie("Batman Begins", 2005)
    assert rate(movie, 8, WATCHED)["added"]["movies"] == 1
    [show] = search_by_id("81189", id_type="tvdb", media_type="show")
    show.rate(9)
    user = User("alice")
    rows = user.get_ratings("movies") + user.get_ratings("shows")
    return [row["rating"] for row in rows]


@pytest.mark.usefixtures("client")
async def test_sign_in_and_use(trakt: TraktSimulator, batman: Title) -> None:
    """It signs in on the second poll, and reads and writes all three features."""
    await asyncio.to_thread(sign_in, trakt)
    assert trakt.count("POST", "/+oauth/device/token") == 2
    assert trakt.writes() == 0

    titles = await asyncio.to_thread(use_watchlist, trakt)
    assert titles == ["Batman Begins", "Breaking Bad", "Episode 2"]
    assert not trakt.alice.watchlist.live

    rows = await asyncio.to_thread(use_history, trakt)
    stamp = "2024-02-03T20:15:00.000Z"
    assert rows == [f"movie {stamp}", f"episode {stamp}", f"movie {stamp}"]
    assert plays_of(trakt.alice) == ["s1:1x2@2024-02-03T20:15"]

    assert await asyncio.to_thread(use_ratings, trakt) == [8, 9]
    assert trakt.alice.ratings.live[batman].at == int(WATCHED.timestamp())

    trakt.alice.pause(batman, 42.5)
    [paused] = await asyncio.to_thread(get_playback, "movies")
    assert (paused.progress, paused.trakt) == (42.5, batman.trakt)


def scrobble(trakt: TraktSimulator) -> list[float]:
    """Watch a movie in three goes; return where it was stopped, and then an episode."""
    movie = Movie("Batman Begins", 2005)
    scrobbler = movie.scrobble(10, "1.0", "2026-11-22")
    assert User("alice").watching.trakt == movie.trakt
    scrobbler.pause(25)
    scrobbler.stop(42.5)
    assert User("alice").watching is None
    [episode] = search_by_id("301002", id_type="tvdb", media_type="episode")
    with pytest.raises(errors.ProcessException):
        episode.scrobble(0, "1.0", "2026-11-22").stop(0.5)
    episode.scrobble(0, "1.0", "2026-11-22").stop(7)
    stopped = [row.progress for row in get_playback()]
    assert plays_of(trakt.alice) == []
    scrobbler.finish()
    with pytest.raises(errors.ConflictException):
        scrobbler.finish()
    return stopped


@pytest.mark.usefixtures("client")
async def test_scrobbling(trakt: TraktSimulator, batman: Title) -> None:
    """It tells what is watched, where that stopped, and that it came to its end."""
    await asyncio.to_thread(sign_in, trakt)
    assert sorted(await asyncio.to_thread(scrobble, trakt)) == [7, 42.5]
    [play] = trakt.alice.history.of(batman)
    assert play.action == "scrobble"
    [left] = await asyncio.to_thread(get_playback)
    assert left.progress == 7


@pytest.mark.usefixtures("client")
async def test_refresh(trakt: TraktSimulator) -> None:
    """It renews a token that is about to end, and fails once it cannot."""
    trakt.oauth.token_lifetime = 300
    await asyncio.to_thread(sign_in, trakt)
    assert await asyncio.to_thread(get_watchlist) == []
    assert await asyncio.to_thread(get_watchlist) == []
    assert trakt.oauth.refreshes == 2
    assert len(trakt.oauth.tokens()) == 1
    trakt.oauth.revoke_tokens()
    with pytest.raises(errors.OAuthRefreshException, match="invalid_grant"):
        await asyncio.to_thread(get_watchlist)


@pytest.mark.usefixtures("client")
async def test_errors(trakt: TraktSimulator, batman: Title) -> None:
    """It understands every way in which it is refused."""
    await asyncio.to_thread(sign_in, trakt)
    movie = await asyncio.to_thread(Movie, "Batman Begins", 2005)
    trakt.alice.limits.watchlist = 0
    with pytest.raises(errors.AccountLimitExceeded):
        await asyncio.to_thread(add_to_watchlist, movie)
    trakt.outage(503)
    with pytest.raises(errors.TraktUnavailable):
        await asyncio.to_thread(get_watchlist)
    trakt.alice.locked = True
    with pytest.raises(errors.LockedUserAccountException):
        await asyncio.to_thread(get_watchlist)
    trakt.alice.locked = False
    trakt.behaviour.enforce_rate = True
    await asyncio.to_thread(remove_from_watchlist, movie)
    with pytest.raises(errors.RateLimitException):
        await asyncio.to_thread(remove_from_watchlist, movie)
    trakt.oauth.expire_tokens()
    with pytest.raises(errors.OAuthException):
        await asyncio.to_thread(get_watchlist)
    trakt.oauth.kill_app(trakt.CLIENT_ID)
    with pytest.raises(errors.ForbiddenException):
        await asyncio.to_thread(get_watchlist)
    assert batman not in trakt.alice.watchlist.live
