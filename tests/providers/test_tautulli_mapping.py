"""Rows and users of Tautulli, as they are and as they are not."""

from datetime import UTC, datetime

import pytest

from custom_components.crosswatch.engine.model import Item, MediaKind, Watched
from custom_components.crosswatch.engine.provider import ProtocolError
from custom_components.crosswatch.providers.http import JsonObject, JsonValue
from custom_components.crosswatch.providers.tautulli.fields import (
    account_from,
    users_from,
)
from custom_components.crosswatch.providers.tautulli.guids import (
    ids_from,
    ids_of_agent,
    plain,
)
from custom_components.crosswatch.providers.tautulli.mapping import (
    Row,
    moment,
    page_from,
)
from custom_components.crosswatch.providers.tautulli.plays import (
    Marker,
    first_watched,
    snapshot_of,
)
from custom_components.crosswatch.providers.tautulli.titles import is_about

EPISODE: dict[str, JsonValue] = {
    "reference_id": 1123,
    "row_id": 1124,
    "date": 1462688107,
    "started": 1462688107,
    "stopped": 1462691370,
    "user_id": 8008135,
    "live": 0,
    "media_type": "episode",
    "rating_key": 4348,
    "parent_rating_key": 544,
    "grandparent_rating_key": 351,
    "title": "The Red Woman",
    "grandparent_title": "Game of Thrones",
    "year": 2016,
    "media_index": 1,
    "parent_media_index": 6,
    "guid": "plex://episode/5d9c1276e9d5a1001f4ff2fa",
    "percent_complete": 97,
    "watched_status": 1,
    "state": None,
}


def page(*rows: JsonValue, **changes: JsonValue) -> JsonObject:
    """Return the data of an answer."""
    return {
        "recordsTotal": 1000,
        "recordsFiltered": len(rows),
        "data": list(rows),
        "draw": 1,
        **changes,
    }


def row(**changes: JsonValue) -> Row:
    """Return what is read of a row."""
    [read] = page_from(page({**EPISODE, **changes})).rows
    return read


def test_episode() -> None:
    """All that is needed is taken from a row."""
    assert row() == Row(
        row_id=1124,
        group="1123",
        watched=True,
        at=datetime(2016, 5, 8, 7, 9, 30, tzinfo=UTC),
        kind=MediaKind.EPISODE,
        name="plex://episode/5d9c1276e9d5a1001f4ff2fa",
        guid="plex://episode/5d9c1276e9d5a1001f4ff2fa",
        rating_key="4348",
        show_key="351",
        title="The Red Woman",
        show_title="Game of Thrones",
        year=2016,
        season=6,
        number=1,
    )


def test_numbers_as_texts() -> None:
    """Numbers may be texts, as in some versions."""
    texts = {
        name: str(value) if isinstance(value, int) else value
        for name, value in EPISODE.items()
    }
    assert row(**texts) == row()


def test_film() -> None:
    """A film's numbers are empty texts."""
    film = row(
        media_type="movie",
        parent_rating_key="",
        grandparent_rating_key="",
        media_index="",
        parent_media_index="",
        grandparent_title="",
        year="",
    )
    assert (film.kind, film.show_key, film.season, film.number, film.year) == (
        MediaKind.MOVIE,
        "",
        None,
        None,
        None,
    )


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (1, True),
        (1.0, True),
        ("1", True),
        (0.75, False),
        ("0.75", False),
        (0.5, False),
        (0, False),
        ("", False),
        ([], False),
    ],
)
def test_watched_in_quarters(status: JsonValue, expected: bool) -> None:
    """Only what is watched in full is."""
    assert row(watched_status=status).watched is expected


def test_missing_values() -> None:
    """What may be missing is done without."""
    bare: dict[str, JsonValue] = {
        "row_id": 5,
        "media_type": "movie",
        "watched_status": 1,
        "rating_key": 7,
    }
    [read] = page_from(page(bare)).rows
    assert (read.group, read.name, read.at) == ("5", "movie:7", None)


@pytest.mark.parametrize("name", ["row_id", "watched_status"])
def test_missing_fields_of_a_row(name: str) -> None:
    """What is needed is named where it is missing."""
    without = {key: value for key, value in EPISODE.items() if key != name}
    with pytest.raises(ProtocolError, match=name):
        page_from(page(without))


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({}, "lacks data"),
        (page(data={}), "lacks data"),
        (page("row"), "not an object"),
        ({"data": []}, "lacks recordsFiltered"),
        (page(EPISODE, recordsFiltered="many"), "lacks recordsFiltered"),
    ],
)
def test_missing_fields_of_a_page(data: JsonObject, text: str) -> None:
    """A page without what is needed is none."""
    with pytest.raises(ProtocolError, match=text):
        page_from(data)


def test_other_kinds() -> None:
    """Rows of other kinds count, but are not read."""
    read = page_from(
        page(
            {**EPISODE, "row_id": 1, "media_type": "track"},
            {**EPISODE, "row_id": 2, "media_type": "clip"},
            {**EPISODE, "row_id": 3, "live": 1},
            {**EPISODE, "row_id": 4, "media_type": None},
            {**EPISODE, "row_id": 5, "live": "0"},
        )
    )
    assert read.ids == (1, 2, 3, 4, 5)
    assert [each.row_id for each in read.rows] == [5]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, None),
        (None, None),
        ("", None),
        (-5, None),
        (10**18, None),
        ("1462691370", datetime(2016, 5, 8, 7, 9, 30, tzinfo=UTC)),
    ],
)
def test_moments(value: JsonValue, expected: datetime | None) -> None:
    """A moment that makes no sense is none."""
    assert moment(value) == expected


def test_plays_without_a_date() -> None:
    """A play without a date is counted, and has none."""
    rows = [row(stopped=0, started=""), row(row_id=1200, reference_id=None)]
    [film] = page_from(page({**EPISODE, "stopped": 0, "started": 0})).rows
    assert film.at is None
    items = {rows[0].name: Item(MediaKind.EPISODE)}
    at = datetime(2026, 1, 1, tzinfo=UTC)
    [record] = snapshot_of(first_watched(rows), items, at).records.values()
    assert isinstance(record.value, Watched)
    assert (record.value.count, len(record.value.plays)) == (2, 1)


def test_markers() -> None:
    """A marker can be read again, and nothing else is one."""
    marker = Marker.of(page_from(page(EPISODE)))
    assert Marker.parse(str(marker)) == marker
    assert (marker.total, marker.highest) == (1, 1124)
    assert Marker.parse("") is None
    assert Marker.of(page_from(page())).highest == 0


def test_users() -> None:
    """Users are known by the name that they are shown with; guests are left out."""
    users: list[JsonValue] = [
        {"user_id": 0, "username": "Local", "friendly_name": "Local"},
        {"user_id": 5, "username": "sansa", "friendly_name": "Sansa"},
        {"user_id": "6", "username": "bran", "friendly_name": ""},
        {"user_id": 7},
        {"username": "nobody"},
        "odd",
    ]
    assert users_from(users) == {"7": "7", "6": "bran", "5": "Sansa"}


def test_account() -> None:
    """An account needs the server that it is at."""
    assert account_from({"pms_identifier": "abc"}, "5", "Sansa").name == "Sansa"
    with pytest.raises(ProtocolError, match="pms_identifier"):
        account_from({}, "5", "Sansa")


@pytest.mark.parametrize(
    ("guids", "ids"),
    [
        (
            ["imdb://tt0133093", "tmdb://603", "tvdb://169"],
            {"imdb": "tt0133093", "tmdb": "603", "tvdb": "169"},
        ),
        (["IMDB://tt0133093", "imdb://tt9"], {"imdb": "tt0133093"}),
        (["imdb://", "tmdb://0", "mbid://4", "plex"], {}),
    ],
)
def test_lists_of_guids(guids: list[str], ids: dict[str, str]) -> None:
    """The first id of a namespace counts, and none that says nothing."""
    assert ids_from(guids) == ids


@pytest.mark.parametrize(
    "guid",
    [
        "",
        "plex://movie/5d776",
        "local://12",
        "com.plexapp.agents.none://abc?lang=xn",
        "com.plexapp.agents.imdb://?lang=en",
        "com.plexapp.agents.hama://tvdb5?lang=en",
        "com.plexapp.agents.hama://mal-5?lang=en",
    ],
)
def test_guids_without_ids(guid: str) -> None:
    """Names that hold no id are none."""
    assert ids_of_agent(guid) == {}


def test_language() -> None:
    """The language is no part of a name."""
    assert plain("com.plexapp.agents.imdb://tt1?lang=en") == (
        "com.plexapp.agents.imdb://tt1"
    )


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({}, False),
        ({"media_type": "movie", "guid": row().guid}, False),
        ({"media_type": "episode", "guid": row().guid}, True),
        ({"media_type": "episode", "guid": ""}, False),
        (
            {
                "media_type": "episode",
                "grandparent_title": "game of thrones",
                "parent_media_index": "6",
                "media_index": "1",
            },
            True,
        ),
        (
            {
                "media_type": "episode",
                "grandparent_title": "Game of Thrones",
                "parent_media_index": "6",
                "media_index": "2",
            },
            False,
        ),
    ],
)
def test_whose_metadata(metadata: JsonObject, expected: bool) -> None:
    """Metadata is taken for a row's only if it names the same title."""
    assert is_about(metadata, row()) is expected
