"""The catalogue is believable, deterministic, free of doubles, and quickly made."""

from collections import Counter
from itertools import chain
import time

import pytest

from .catalogue import Catalogue, Film, make_catalogue


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """Return a mid-sized catalogue."""
    return make_catalogue(1000, 60)


def test_same_arguments_same_catalogue(catalogue: Catalogue) -> None:
    """Nothing but the arguments decides; another seed gives other films."""
    assert make_catalogue(1000, 60) == catalogue
    other = make_catalogue(1000, 60, seed=2)
    assert other.films[0].title == "The Matrix"
    assert other.films != catalogue.films
    assert other.shows != catalogue.shows


def test_size_of_one_kind_leaves_the_other(catalogue: Catalogue) -> None:
    """More of one kind changes nothing of what there was."""
    assert make_catalogue(10, 60).shows == catalogue.shows
    assert make_catalogue(1000, 5).films == catalogue.films
    assert make_catalogue(100, 60).films == catalogue.films[:100]


def test_exact_spans() -> None:
    """A number is exact; specials come on top."""
    exact = make_catalogue(0, 10, 3, 8)
    for show in exact.shows:
        regular = [season for season in show.seasons if season.number]
        assert [season.number for season in regular] == [1, 2, 3]
        assert {len(season.episodes) for season in regular} == {8}
    assert sum(show.seasons[0].number == 0 for show in exact.shows) == 3


def test_well_known(catalogue: Catalogue) -> None:
    """The well-known titles have their real ids."""
    assert catalogue.film("The Matrix") == Film(
        title="The Matrix",
        year=1999,
        ids={"imdb": "tt0133093", "tmdb": "603"},
        runtime=136,
        released=catalogue.films[0].released,
    )
    assert catalogue.show("The Office", 2005).ids["tvdb"] == "73244"
    assert catalogue.show("The Office").year == 2001
    with pytest.raises(KeyError):
        catalogue.film("The Matrix", 2000)


def test_ids_are_unique(catalogue: Catalogue) -> None:
    """No id of a kind is given twice; IMDb's are unique over all kinds."""
    episodes = [episode for _, episode in catalogue.episodes()]
    kinds = [
        [film.ids for film in catalogue.films],
        [show.ids for show in catalogue.shows],
        [episode.ids for episode in episodes],
    ]
    imdb = [ids["imdb"] for ids in chain.from_iterable(kinds)]
    assert len(set(imdb)) == len(imdb)
    for kind in kinds:
        for namespace in ("tmdb", "tvdb"):
            values = [ids[namespace] for ids in kind if namespace in ids]
            assert len(set(values)) == len(values)
    films = {film.ids["tmdb"] for film in catalogue.films}
    assert films & {show.ids["tmdb"] for show in catalogue.shows}


def test_titles(catalogue: Catalogue) -> None:
    """Some titles have remakes, none in the same year; some are not ASCII."""
    titles = Counter(film.title for film in catalogue.films)
    assert sum(count > 1 for count in titles.values()) >= 20
    pairs = {(film.title, film.year) for film in catalogue.films}
    assert len(pairs) == len(catalogue.films)
    assert sum(not title.isascii() for title in titles) >= 50
    assert all("{" not in title for title in titles)


def test_episodes(catalogue: Catalogue) -> None:
    """An episode is found by season and number, and airs after the one before."""
    show = catalogue.shows[0]
    assert show.seasons[0].number == 0
    first, second = show.episode(1, 1), show.episode(1, 2)
    assert first.first_aired < second.first_aired
    assert first.first_aired.tzinfo is not None
    assert (second.season, second.number) == (1, 2)
    with pytest.raises(KeyError):
        show.episode(99, 1)


def test_nothing_airs_in_the_future() -> None:
    """Also a young series with many seasons has aired, season after season."""
    for show in make_catalogue(0, 80, 9, 24).shows:
        regular = [season for season in show.seasons if season.number]
        aired = [each.first_aired for season in regular for each in season.episodes]
        assert aired == sorted(set(aired))
        assert show.year <= aired[0].year <= aired[-1].year < 2026
        assert not any(moment.microsecond for moment in aired)


def test_large_is_quick() -> None:
    """A hundred thousand items take seconds, not minutes."""
    started = time.process_time()
    large = make_catalogue(50_000, 1_000, 5, 10)
    assert time.process_time() - started < 5
    assert sum(1 for _ in large.episodes()) >= 50_000
