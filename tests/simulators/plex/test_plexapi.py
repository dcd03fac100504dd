"""A client that others wrote for the real media server works with the simulated one."""

from datetime import UTC, datetime, timedelta
from typing import Any

from plexapi.exceptions import BadRequest, NotFound
import pytest

from ..catalogue import Catalogue
from . import Account, Oddities, PlexServerSimulator, Seeded, seed, watch_some
from .plexapi_client import PlexServer, run


async def test_reading_a_library(
    plex: PlexServerSimulator, small_catalogue: Catalogue, jon: Account
) -> None:
    """It lists sections page by page, with all ids, and finds items."""
    lib = seed(plex, small_catalogue, oddities=Oddities())

    def work() -> None:
        """Do so."""
        server = PlexServer(plex.url, plex.token(jon))
        sections = server.library.sections()
        assert [it.title for it in sections] == list(lib.sections)
        films = server.library.section("Movies").all(container_size=4)
        assert len(films) == len(lib.movies.items["movie"])  # type: ignore[index]
        matrix = server.library.section("Movies").get("The Matrix")
        assert {guid.id for guid in matrix.guids} == {"imdb://tt0133093", "tmdb://603"}
        assert matrix.originallyAvailableAt.year == matrix.year
        show = server.library.section("TV Shows").get(lib.series[0].title)
        assert len(show.episodes()) == sum(1 for _ in lib.series[0].leaves())
        assert show.episode(season=1, episode=2).seasonEpisode == "s01e02"
        assert [it.index for it in show.seasons()] == [0, 1, 2]
        found = server.library.section("Movies").search(guid=matrix.guid)
        assert [it.ratingKey for it in found] == [matrix.ratingKey]
        some = server.fetchItems([it.rating_key for it in lib.films[:3]])
        assert [it.title for it in some] == [it.title for it in lib.films[:3]]
        with pytest.raises(NotFound):
            server.fetchItem(99_999)

    assert plex.count("GET", "/library/sections/1/all") == 0
    await run(work)
    assert plex.count("GET", "/library/sections/1/all") > 5


async def test_marking_and_rating(
    plex: PlexServerSimulator, library: Seeded, jon: Account
) -> None:
    """What it changes can be read again."""
    film = library.films[0]

    def work() -> None:
        """Do so."""
        server = PlexServer(plex.url, plex.token(jon))
        item = server.fetchItem(film.rating_key)
        assert not item.isPlayed
        item.markPlayed().reload()
        assert (item.isPlayed, item.viewCount) == (True, 1)
        assert int(item.lastViewedAt.timestamp()) == plex.library.now()
        item.markUnplayed().reload()
        assert (item.isPlayed, item.viewCount, item.lastViewedAt) == (False, 0, None)
        assert item.rate(8).reload().userRating == 8.0
        assert item.lastRatedAt is not None
        assert item.rate(None).reload().userRating is None
        with pytest.raises(BadRequest):
            item.rate(11)
        item.updateProgress(1_200_000)
        assert item.reload().viewOffset == 1_200_000
        item.updateTimeline(2_400_000, state="stopped")
        assert item.reload().viewOffset == 2_400_000
        assert [it.ratingKey for it in server.continueWatching()] == [film.rating_key]
        item.updateTimeline(item.duration - 1000, state="stopped")
        item.reload()
        assert (item.viewOffset, item.viewCount) == (0, 1)
        assert [it.title for it in server.history()] == [film.title]

    await run(work)


async def test_filters(
    plex: PlexServerSimulator, library: Seeded, jon: Account
) -> None:
    """It asks by what the server says that it can be asked."""
    film, episode = library.films[0], library.episodes[0]
    plex.watch(jon, film, datetime(2026, 5, 1, tzinfo=UTC))
    plex.mark(jon, library.films[1], datetime(2026, 4, 1, tzinfo=UTC))
    plex.watch(jon, episode)
    plex.rate(jon, library.films[2], 7)
    plex.stop_at(jon, library.films[3], 600_000)

    def work() -> None:
        """Do so."""
        server = PlexServer(plex.url, plex.token(jon))
        movies = server.library.section("Movies")
        shows = server.library.section("TV Shows")

        def titles(section: Any, **query: Any) -> list[str]:
            """Return the titles that a search finds."""
            return [it.title for it in section.search(**query)]

        first, second = film.title, library.films[1].title
        assert titles(movies, unwatched=False, sort="lastViewedAt:desc") == [
            first,
            second,
        ]
        assert len(titles(movies, unwatched=True)) == len(library.films) - 2
        since = datetime(2026, 4, 15, tzinfo=UTC)
        query = {"lastViewedAt>>": since, "viewCount>>": 0}
        assert titles(movies, filters=query) == [first]
        assert titles(movies, filters={"userRating>>": 6}) == [library.films[2].title]
        assert titles(movies, inProgress=True) == [library.films[3].title]
        assert titles(movies, title="matrix") == ["The Matrix"]
        assert titles(shows, libtype="episode", unwatched=False) == [episode.title]
        query = {"episode.viewCount>>": 0}
        assert titles(shows, filters=query) == [episode.top.title]
        assert titles(shows, title=episode.top.title, libtype="show") != []

    await run(work)


async def test_play_log(
    plex: PlexServerSimulator, library: Seeded, jon: Account, kid: Account
) -> None:
    """It reads who watched what since when, and who that is."""
    plex.share(kid)
    done = watch_some(plex, jon, library, marked=0, begun=0, again=0)
    plex.watch(kid, library.films[0], datetime(2026, 1, 1, tzinfo=UTC))

    def work() -> None:
        """Do so."""
        server = PlexServer(plex.url, plex.token(jon))
        names = {account.id: account.name for account in server.systemAccounts()}
        assert names == {0: "", 1: "Jon", kid.id: "Kid"}
        own = server.history(accountID=1)
        assert len(own) == len(done.films) + len(done.episodes)
        assert sorted((it.viewedAt for it in own), reverse=True) == [
            it.viewedAt for it in own
        ]
        assert [it.title for it in server.history(accountID=kid.id)] == ["The Matrix"]
        since = server.history(mindate=datetime.now(UTC) - timedelta(days=300))
        assert 0 < len(since) < len(own)
        newest = own[0]
        assert newest.source().ratingKey == newest.ratingKey
        newest.delete()
        assert len(server.history(accountID=1)) == len(own) - 1
        other = PlexServer(plex.url, plex.token(kid))
        assert [it.title for it in other.history()] == ["The Matrix"]

    await run(work)


async def test_sessions_and_settings(
    plex: PlexServerSimulator, library: Seeded, jon: Account
) -> None:
    """It sees what is being played, and from when on something counts as watched."""
    plex.play_now(jon, library.episodes[0], 90_000)

    def work() -> None:
        """Do so."""
        server = PlexServer(plex.url, plex.token(jon))
        playing = server.sessions()
        assert [it.title for it in playing] == [library.episodes[0].title]
        assert (playing[0].viewOffset, playing[0].usernames) == (90_000, ["Jon"])
        assert playing[0].player.state == "playing"
        assert server.settings.get("LibraryVideoPlayedThreshold").value == 90

    await run(work)
