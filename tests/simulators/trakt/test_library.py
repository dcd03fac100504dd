"""The library and the person, used from tests without HTTP."""

import pytest

from ..clock import Clock
from . import Library, TraktSimulator
from .activities import Activities
from .conftest import NOW


def test_slugs() -> None:
    """Slugs are unique within a kind, and made of plain letters."""
    library = Library()
    movies = [library.add_movie("Amélie & Co.", 2001, ids={}) for _ in range(3)]
    assert [movie.ids["slug"] for movie in movies] == [
        "amelie-co-2001",
        "amelie-co-2001-2",
        "amelie-co-2001-3",
    ]
    shows = [library.add_show("Heroes", year, ids={}) for year in (2006, 2015, 2015)]
    assert [show.ids["slug"] for show in shows] == [
        "heroes",
        "heroes-2015",
        "heroes-2015-2",
    ]
    assert library.add_movie("東京", 2001, ids={}).ids["slug"] == "untitled-2001"


def test_shared_ids() -> None:
    """Of two titles with one id the first is found; both are there."""
    library = Library()
    first = library.add_movie("A", 2001, ids={"imdb": "tt1", "tmdb": "5"})
    second = library.add_movie("B", 2002, ids={"imdb": "tt1", "tmdb": "6"})
    assert library.movie(imdb="tt1") is first
    assert library.movie(tmdb="6") is second
    assert list(library) == [first, second]
    assert first.ids == {"trakt": 1, "slug": "a-2001", "imdb": "tt1", "tmdb": 5}
    with pytest.raises(KeyError):
        library.show(imdb="tt1")


def test_titles_without_dates(clock: Clock) -> None:
    """A title that is not out is not watched along with its show."""
    trakt = TraktSimulator(clock=clock)
    show = trakt.library.add_show("Soon", 2027, ids={})
    season = trakt.library.add_season(show, 1)
    episode = trakt.library.add_episode(season, 1)
    assert trakt.library.episode(show, 1, 1) is episode
    assert trakt.alice.watch(show) == []
    assert len(trakt.alice.watch(episode)) == 1
    assert (trakt.alice.unwatch(show), trakt.alice.unwatch(show)) == (1, 0)


def test_the_person_makes_no_requests(clock: Clock) -> None:
    """What is done on the web site counts for nothing and is told by its effect."""
    trakt = TraktSimulator(clock=clock)
    movie = trakt.library.add_movie("A", 2001, ids={})
    alice = trakt.alice
    assert alice.put_on_watchlist(movie)
    assert not alice.put_on_watchlist(movie)
    assert alice.take_off_watchlist(movie)
    assert not alice.take_off_watchlist(movie)
    alice.rate(movie, 8)
    assert alice.unrate(movie)
    assert not alice.unrate(movie)
    assert not alice.dismiss_playback(1)
    assert (trakt.requests, trakt.writes()) == ([], 0)


def test_unknown_activity(clock: Clock) -> None:
    """There are no other stamps than the documented ones."""
    with pytest.raises(KeyError):
        Activities(NOW, clock).touch("seasons", "watched_at")


def test_unknown_user_code(clock: Clock) -> None:
    """A code that nobody shows cannot be approved."""
    trakt = TraktSimulator(clock=clock)
    with pytest.raises(KeyError):
        trakt.approve("ABCDEF12")
