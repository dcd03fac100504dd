"""Rows of the library, as real ones are: checked, typed, and named for good."""

import pytest

from custom_components.crosswatch.engine.model import MediaKind
from custom_components.crosswatch.engine.provider import ProtocolError
from custom_components.crosswatch.providers.http import JsonValue
from custom_components.crosswatch.providers.kodi.rows import (
    file_of,
    parse_facts,
    parse_ids,
    parse_state,
)

MOVIE, EPISODE, SHOW = MediaKind.MOVIE, MediaKind.EPISODE, MediaKind.SHOW

# As Kodi 20.1 answers, with all properties that are asked for.
MATRIX: dict[str, JsonValue] = {
    "file": "/media/movies/The Matrix (1999)/The Matrix (1999).strm",
    "label": "The Matrix",
    "lastplayed": "2024-05-01 22:11:12",
    "movieid": 2,
    "playcount": 1,
    "resume": {"position": 0.0, "total": 0.0},
    "runtime": 8160,
    "title": "The Matrix",
    "uniqueid": {"imdb": "tt0133093", "tmdb": "603"},
    "userrating": 8,
    "year": 1999,
}
SPECIAL: dict[str, JsonValue] = {
    "episode": 1,
    "episodeid": 4,
    "file": "/media/tv/Game of Thrones/Specials/Game of Thrones - S00E01.strm",
    "label": "S01. Inside",
    "lastplayed": "",
    "playcount": 0,
    "resume": {"position": 600.0, "total": 2998.0},
    "runtime": 0,
    "season": 0,
    "title": "Inside",
    "tvshowid": 1,
    "userrating": 0,
}
THRONES: dict[str, JsonValue] = {
    "file": "/media/tv/Game of Thrones/",
    "label": "Game of Thrones",
    "title": "Game of Thrones",
    "tvshowid": 1,
    "uniqueid": {"imdb": "tt0944947", "tmdb": "1399", "tvdb": "121361"},
    "userrating": 9,
    "year": 1970,
}


def test_real_rows() -> None:
    """Everything that is needed is found."""
    state = parse_state(MOVIE, MATRIX)
    assert (state.id, state.play_count, state.rating) == (2, 1, 8)
    assert (state.position, state.total) == (0.0, 8160.0)
    assert state.last_played == "2024-05-01 22:11:12"
    facts = parse_facts(MOVIE, MATRIX)
    assert (facts.title, facts.year) == ("The Matrix", 1999)
    assert facts.ids == {"imdb": "tt0133093", "tmdb": "603"}
    assert facts.key == state.key
    state = parse_state(EPISODE, SPECIAL)
    assert (state.season, state.number, state.show_id) == (0, 1, 1)
    assert (state.position, state.total) == (600.0, 2998.0)
    facts = parse_facts(EPISODE, SPECIAL)
    assert (facts.ids, facts.key) == ({}, state.key)
    # The year of a series without a premiere is that of the first second of Unix.
    assert parse_facts(SHOW, THRONES).year is None
    assert parse_state(SHOW, THRONES).rating == 9


def test_names_last() -> None:
    """A name goes by kind and file, and not by number or title."""
    first = parse_state(MOVIE, MATRIX)
    assert first.key == parse_state(MOVIE, {**MATRIX, "movieid": 7, "title": "X"}).key
    assert first.key != parse_state(MOVIE, {**MATRIX, "file": "/other.mkv"}).key
    assert "Matrix" not in first.key
    one = parse_state(EPISODE, SPECIAL).key
    two = parse_state(EPISODE, {**SPECIAL, "episode": 2}).key
    assert (one != two, file_of(one)) == (True, file_of(two))
    assert file_of(first.key) == first.key
    # A series in several folders has none of its own.
    fileless = parse_state(MOVIE, {**MATRIX, "file": ""})
    assert fileless.key == parse_facts(MOVIE, {**MATRIX, "file": ""}).key
    renamed = {**MATRIX, "file": "", "label": "Lost"}
    renumbered = {**MATRIX, "file": "", "movieid": 99}
    others = {parse_state(MOVIE, each).key for each in (MATRIX, renamed, renumbered)}
    assert fileless.file
    assert fileless.key not in others
    spread = parse_state(SHOW, {**THRONES, "file": ""}).key
    assert spread != parse_state(SHOW, THRONES).key
    assert spread != parse_state(SHOW, {**THRONES, "file": "", "label": "Lost"}).key


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"imdb": "tt0133093", "TMDB": 603}, {"imdb": "tt0133093", "tmdb": "603"}),
        ({"unknown": "tt0133093"}, {"imdb": "tt0133093"}),
        ({"tvdb": "tt0133093"}, {"imdb": "tt0133093"}),
        ({"unknown": "603", "wikidata": "Q83495"}, {}),
        ({"themoviedb": "603", "thetvdb": "5"}, {"tmdb": "603", "tvdb": "5"}),
        ({"myanimelist": "1", "anidb": "2"}, {"mal": "1", "anidb": "2"}),
        ({"imdb": "", "tmdb": "0", "tvdb": None, "anilist": []}, {}),
        (None, {}),
        ([], {}),
    ],
)
def test_ids(given: JsonValue, expected: dict[str, str]) -> None:
    """Scrapers name ids as they like; IMDb's tell themselves."""
    assert parse_ids(given) == expected


@pytest.mark.parametrize(
    ("kind", "row", "text"),
    [
        (MOVIE, 5, "no entry"),
        (MOVIE, {**MATRIX, "movieid": None}, "lacks movieid"),
    ],
)
def test_rows_that_lack_what_is_needed(
    kind: MediaKind, row: JsonValue, text: str
) -> None:
    """What is missing is named."""
    with pytest.raises(ProtocolError, match=text):
        parse_state(kind, row)


def test_odd_values() -> None:
    """What makes no sense counts as nothing."""
    odd: JsonValue = {
        **SPECIAL,
        "lastplayed": None,
        "playcount": -1,
        "resume": None,
        "season": -1,
        "episode": None,
        "userrating": "9",
    }
    state = parse_state(EPISODE, odd)
    assert (state.play_count, state.position, state.rating) == (0, 0.0, 0)
    assert (state.season, state.number, state.last_played) == (None, None, "")
    resume: JsonValue = {"position": -1.0, "total": "x"}
    assert parse_state(EPISODE, {**SPECIAL, "resume": resume}).position == 0
    for year in (0, 1601, None, "1999"):
        assert parse_facts(MOVIE, {**MATRIX, "year": year}).year is None
    assert parse_facts(MOVIE, {**MATRIX, "year": 1970}).year == 1970
