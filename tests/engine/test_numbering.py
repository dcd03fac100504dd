"""Entries of anime services, and the shows, seasons and films that they are."""

import pytest

from custom_components.crosswatch.engine.numbering import Entry, Numbering, Span

from .numbering_world import (
    FORMATS,
    FRIBB,
    SHOW_IDS,
    episode,
    movie,
    numbering,
    place,
    season,
    show,
    what,
)

ANIME = ("fribb", "anibridge", "descriptors", "simple")


@pytest.mark.parametrize("form", ANIME)
def test_what_an_entry_is(form: str) -> None:
    """The first season is the show, the next one a season, a second cour a part."""
    known = numbering(FORMATS[form])
    found = {
        number: what(known.item_of(entry))
        for number in "1234"
        if (entry := known.entry_of({"anilist": number}))
    }
    # TMDb and TVDb agree on the first season only.
    assert found["1"] is not None
    assert found["1"].startswith("show tvdb:700")
    assert found["2"] == "season tvdb:700 s2"
    assert found["3"] is None
    assert found["4"] == "movie tmdb:804 imdb:tt0000904"


def test_what_an_entry_of_anidb_is() -> None:
    """So it is in AniDB's list, which knows no other service's entries."""
    known = numbering(FORMATS["xml"])
    found = [
        what(known.item_of(entry)) if entry else "unknown"
        for number in ("21", "22", "23", "24", "25")
        for entry in (known.entry_of({"anidb": number}),)
    ]
    assert found == [
        "show tvdb:700 tmdb:800",
        "season tvdb:700 s2",
        None,
        "movie tmdb:804 imdb:tt0000904",
        None,
    ]


def test_own_ids_go_with_an_item() -> None:
    """An item has the ids of its entry; a season's are those of the season."""
    known = numbering(FORMATS["fribb"])
    first = known.item_of(known.entry_of({"mal": "11"}) or Entry({}))
    second = known.item_of(known.entry_of({"mal": "12"}) or Entry({}))
    assert first is not None
    assert dict(first.ids) == {
        **SHOW_IDS,
        "anilist": "1",
        "mal": "11",
        "anidb": "21",
        "kitsu": "31",
    }
    assert second is not None
    assert second.show is not None
    assert dict(second.ids) == {"anilist": "2", "mal": "12"}
    assert dict(second.show.ids) == {"tvdb": "700"}


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (show(tvdb="700"), "1"),
        (show(tmdb="800"), "1"),
        (show(tvdb="700", tmdb="999"), "1"),
        (show(tvdb="999"), None),
        (show(anidb="21"), "1"),
        (show(mal="12"), "2"),
        (show(mal="12", anidb="21"), None),
        (show(mal="12", tvdb="700"), "2"),
        (show(mal="999", tvdb="700"), "1"),
        (movie(tmdb="804"), "4"),
        (movie(imdb="tt0000904", tmdb="804"), "4"),
        (movie(tmdb="700"), None),
        (movie(tvdb="700"), None),
        (season(2, tvdb="700"), "2"),
        (season(2, tvdb="700", tmdb="800"), "2"),
        (season(1, tvdb="700"), None),
        (season(0, tvdb="700"), None),
        (season(2, tmdb="800"), None),
        (season(3, tvdb="700"), None),
        (episode(1, 1, tvdb="700"), None),
    ],
)
def test_find(item: object, expected: str | None) -> None:
    """A show, season or film is found by any id, and never by one that contradicts."""
    known = numbering(FORMATS["anibridge"])
    entry = known.find(item)  # type: ignore[arg-type]
    assert (entry and entry.ids["anilist"]) == expected


def test_imdb_stands_for_the_show() -> None:
    """An id that all entries of a show have is the show's, though it has no seasons."""
    known = numbering(FORMATS["fribb"])
    entry = known.find(show(imdb="tt0000900"))
    assert entry is not None
    assert entry.ids["anilist"] == "1"
    assert known.find(season(2, imdb="tt0000900")) is None
    rows = [dict(row) for row in FRIBB]
    rows[1]["imdb_id"] = "tt0000901"
    other = numbering(rows)
    assert other.find(show(imdb="tt0000900")) is None
    assert other.find(show(imdb="tt0000901")) is None


@pytest.mark.parametrize("form", [*ANIME, "xml"])
@pytest.mark.parametrize(
    ("entry", "number", "expected"),
    [
        ("1", 25, "s1e25"),
        ("2", 1, "s2e1"),
        ("2", 6, "s2e6"),
        ("3", 1, "s2e7"),
        ("3", 40, "s2e46"),
    ],
)
def test_from_an_entry_to_its_show(
    form: str, entry: str, number: int, expected: str
) -> None:
    """An episode of an entry is one of its show, and the way back leads to it."""
    known = numbering(FORMATS[form])
    name, value = ("anidb", f"2{entry}") if form == "xml" else ("anilist", entry)
    for at in (1, None):
        item = episode(at, number, **{name: value})
        found = known.to_show(item)
        assert found is not None
        assert found.show is not None
        assert found.show.ids["tvdb"] == "700"
        assert found.place == expected
        tvdb = episode(found.season, found.number, tvdb="700")
        back = known.to_entry(tvdb)
        assert back is not None
        assert (back[0].ids[name], back[1]) == (value, number)


@pytest.mark.parametrize(
    "item",
    [
        episode(1, 26, anilist="1"),
        episode(1, 7, anilist="2"),
        episode(0, 1, anilist="1"),
        episode(2, 1, anilist="1"),
        episode(1, None, anilist="1"),
        episode(1, 1, anilist="999"),
        episode(1, 1, anilist="4"),
        # Its show's own numbers already.
        episode(1, 1, anilist="2", tvdb="700"),
        season(1, anilist="2"),
        show(anilist="2"),
    ],
)
def test_no_place_in_a_show(item: object) -> None:
    """What is not in the mapping is never guessed."""
    known = numbering(FORMATS["anibridge"])
    assert known.to_show(item) is None  # type: ignore[arg-type]


def test_catalogues_that_number_otherwise() -> None:
    """A place goes with the ids of those catalogues only that have it there."""
    known = numbering(FORMATS["anibridge"])
    first = known.to_show(episode(1, 3, anilist="1"))
    second = known.to_show(episode(1, 3, anilist="2"))
    assert place(first) == "tvdb:700 tmdb:800 s1e3"
    assert place(second) == "tvdb:700 s2e3"
    assert known.to_entry(episode(1, 28, tmdb="800")) == known.to_entry(
        episode(2, 3, tvdb="700")
    )
    # What both say of one place is not the same.
    assert known.to_entry(episode(1, 28, tvdb="700", tmdb="800")) is not None
    assert known.to_entry(episode(1, 3, tvdb="700", tmdb="800")) is not None


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (episode(1, 26, tvdb="700"), "tvdb:700 s2e1"),
        (episode(None, 26, tvdb="700"), "tvdb:700 s2e1"),
        (episode(None, 3, tvdb="700"), "tvdb:700 s1e3"),
        (episode(1, 31, tvdb="700"), "tvdb:700 s2e6"),
        # The last season is open: its episodes have no end.
        (episode(1, 60, tvdb="700"), "tvdb:700 s2e35"),
        (episode(1, 25, tvdb="700"), None),
        (episode(2, 26, tvdb="700"), None),
        (episode(0, 26, tvdb="700"), None),
        (episode(1, 26, tmdb="800"), None),
        (episode(1, 26, tvdb="700", tmdb="800"), None),
        (episode(1, 26, tvdb="999"), None),
        (episode(1, None, tvdb="700"), None),
        (show(tvdb="700"), None),
    ],
)
def test_absolute_numbers(item: object, expected: str | None) -> None:
    """A number through all seasons finds its season, if all who know it agree."""
    known = numbering(FORMATS["anibridge"])
    assert place(known.by_absolute(item)) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "seasons",
    [
        pytest.param({"s1": "e1-e12", "s3": "e1-e12"}, id="a season is not known"),
        pytest.param({"s1": "e1-", "s2": "e1-e12"}, id="the first has no end"),
        pytest.param({"s1": "e2-e12", "s2": "e1-e12"}, id="the first begins late"),
        pytest.param({"s1": "e1-e5,e7-e12", "s2": "e1-e9"}, id="there is a gap"),
        pytest.param({"s1": "e1-e12"}, id="there is one season only"),
        pytest.param({"s1": "e1-e12", "s2": "e3-"}, id="the last begins late"),
        pytest.param({"s1": "e1-e12", "s2": "e1-e8"}, id="there are not so many"),
    ],
)
def test_absolute_numbers_that_nobody_can_tell(seasons: dict[str, str]) -> None:
    """Where the length of a season is not certain, no number leads beyond it."""
    known = numbering({"1": {"tvdb_id": 700, "tvdb_mappings": seasons}})
    assert known.by_absolute(episode(1, 22, tvdb="700")) is None


def test_an_entry_of_all_seasons() -> None:
    """A series that is one entry is its show, and is counted through."""
    rows = {
        "21": {
            "tvdb_id": 700,
            "tvdb_mappings": {"s0": "e39", "s1": "e1-e8", "s2": "e1-e22", "s3": ""},
        }
    }
    known = numbering(rows)
    entry = known.entry_of({"anilist": "21"})
    assert entry is not None
    assert what(known.item_of(entry)) == "show tvdb:700"
    assert known.find(season(2, tvdb="700")) is None
    for number, expected in ((8, "s1e8"), (9, "s2e1"), (30, "s2e22"), (100, "s3e70")):
        found = known.to_show(episode(None, number, anilist="21"))
        assert found is not None
        assert found.place == expected
        assert place(known.by_absolute(episode(1, number, tvdb="700"))) == (
            None if number == 8 else f"tvdb:700 {expected}"
        )


def test_contradictions() -> None:
    """Of entries that claim the same, none has it; an id of two names none."""
    rows = [
        {"anilist_id": 1, "tvdb_id": 700, "season": {"tvdb": 1}},
        {"anilist_id": 2, "tvdb_id": 700, "season": {"tvdb": 1}},
        {"anilist_id": 3, "mal_id": 13, "tvdb_id": 700, "season": {"tvdb": 2}},
        {"anilist_id": 4, "mal_id": 13, "tvdb_id": 701, "season": {"tvdb": 1}},
        {"type": "MOVIE", "anilist_id": 5, "themoviedb_id": 900},
        {"type": "MOVIE", "anilist_id": 6, "themoviedb_id": 900},
    ]
    known = numbering(rows)
    found = [
        what(known.item_of(known.entry_of({"anilist": number}) or Entry({})))
        for number in "123456"
    ]
    assert found == [None, None, "season tvdb:700 s2", "show tvdb:701", None, None]
    assert known.find(show(tvdb="700")) is None
    assert known.find(show(mal="13")) is None
    assert known.find(movie(tmdb="900")) is None
    assert known.to_entry(episode(1, 1, tvdb="700")) is None
    assert known.to_show(episode(1, 1, anilist="1")) is None


def test_shows_without_seasons() -> None:
    """A show that is named without a season is the whole one, if it is named once."""
    rows = [
        {"anilist_id": 1, "thetvdb_id": 700, "imdb_id": "tt0000900"},
        {"anilist_id": 2, "thetvdb_id": 701},
        {"anilist_id": 3, "thetvdb_id": 701},
    ]
    known = numbering(rows)
    assert what(known.item_of(known.find(show(tvdb="700")) or Entry({}))) == (
        "show tvdb:700 imdb:tt0000900"
    )
    assert known.find(show(tvdb="701")) is None
    assert known.by_absolute(episode(1, 99, tvdb="700")) is None
    assert known.to_show(episode(1, 1, anilist="1")) is None


def test_specials_are_no_season() -> None:
    """An entry among the specials does not stand for them, but by a person's word."""
    ova = {"anilist_id": 5, "tvdb_id": 700, "season": {"tvdb": 0}}
    assert numbering([ova]).find(season(0, tvdb="700")) is None
    own = numbering([{"anilist": 5, "tvdb": 700, "season": 0}])
    entry = own.find(season(0, tvdb="700"))
    assert entry is not None
    assert what(own.item_of(entry)) == "season tvdb:700 s0"


def test_overrides_win() -> None:
    """What a person says takes the place of what the mapping says."""
    known = numbering(
        FORMATS["fribb"],
        [
            {"anilist": 3, "tvdb": 700, "season": 3},
            {"anilist": 9, "tvdb": 700, "season": 2},
            {"anilist": 4, "ignore": True},
            {"mal": 11, "tvdb": 700, "season": 1, "episodes": 25},
        ],
    )
    found = {
        number: what(known.item_of(known.entry_of({"anilist": number}) or Entry({})))
        for number in "12349"
    }
    assert found == {
        "1": "show tvdb:700",
        "2": None,
        "3": "season tvdb:700 s3",
        "4": None,
        "9": "season tvdb:700 s2",
    }
    # The entry still goes by all of its names.
    first = known.find(show(kitsu="31"))
    assert first is not None
    assert first.ids["anilist"] == "1"


def test_whole_show_beside_its_seasons() -> None:
    """Where an entry is the whole show, the one of the first season is that season."""
    known = numbering(
        [
            {"anilist": 1, "tvdb": 700},
            {"anilist": 2, "tvdb": 700, "season": 1},
        ]
    )
    assert what(known.item_of(known.find(show(tvdb="700")) or Entry({}))) == (
        "show tvdb:700"
    )
    entry = known.find(season(1, tvdb="700"))
    assert entry is not None
    assert entry.ids["anilist"] == "2"


def test_nothing_known() -> None:
    """Without any entries nothing is known."""
    known = Numbering([])
    assert known.find(show(tvdb="700")) is None
    assert (
        known.item_of(Entry({"anilist": "1"}, {"tvdb": "7"}, {"tvdb": (Span(1),)}))
        is None
    )
    assert known.fingerprint == ""
