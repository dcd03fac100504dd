"""Trakt's JSON as items and records, from realistic answers."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from custom_components.crosswatch.engine.model import (
    Item,
    Listed,
    MediaKind,
    Rated,
    Record,
)
from custom_components.crosswatch.engine.provider import AccountInfo, ProtocolError
from custom_components.crosswatch.providers.http import JsonValue
from custom_components.crosswatch.providers.trakt.fields import account_from
from custom_components.crosswatch.providers.trakt.mapping import RowReader, moment_from
from custom_components.crosswatch.providers.trakt.payload import (
    moment_to_json,
    rating_to_json,
)

type Row = dict[str, JsonValue]

MOVIE: Row = {
    "title": "TRON: Legacy",
    "year": 2010,
    "ids": {
        "trakt": 12601,
        "slug": "tron-legacy-2010",
        "imdb": "tt1104001",
        "tmdb": 20526,
    },
}
SHOW: Row = {
    "title": "Breaking Bad",
    "year": 2008,
    "ids": {
        "trakt": 1,
        "slug": "breaking-bad",
        "tvdb": 81189,
        "imdb": "tt0903747",
        "tmdb": 1396,
    },
}
SEASON: Row = {"number": 1, "ids": {"trakt": 3, "tvdb": 30272, "tmdb": 3572}}
EPISODE: Row = {
    "season": 0,
    "number": 2,
    "title": "Wedding Day",
    "ids": {"trakt": 2, "tvdb": 3859791, "imdb": None, "tmdb": 0},
}
STAMP = "2014-09-01T09:10:11.000Z"
MOMENT = datetime(2014, 9, 1, 9, 10, 11, tzinfo=UTC)

SHOW_ITEM = Item(
    MediaKind.SHOW,
    {"trakt": "1", "imdb": "tt0903747", "tmdb": "1396", "tvdb": "81189"},
    "Breaking Bad",
    2008,
)
EPISODE_ITEM = Item(
    MediaKind.EPISODE,
    {"trakt": "2", "tvdb": "3859791"},
    "Wedding Day",
    None,
    SHOW_ITEM,
    0,
    2,
)


@pytest.mark.parametrize(
    ("row", "record"),
    [
        pytest.param(
            {"rank": 1, "id": 101, "type": "movie", "movie": MOVIE},
            Record(
                Item(
                    MediaKind.MOVIE,
                    {"trakt": "12601", "imdb": "tt1104001", "tmdb": "20526"},
                    "TRON: Legacy",
                    2010,
                ),
                Listed(MOMENT),
                "movie:12601",
            ),
            id="movie",
        ),
        pytest.param(
            {"rank": 2, "id": 103, "type": "show", "show": SHOW},
            Record(SHOW_ITEM, Listed(MOMENT), "show:1"),
            id="show",
        ),
        pytest.param(
            {"rank": 3, "id": 104, "type": "season", "season": SEASON, "show": SHOW},
            Record(
                Item(
                    MediaKind.SEASON,
                    {"trakt": "3", "tmdb": "3572", "tvdb": "30272"},
                    show=SHOW_ITEM,
                    season=1,
                ),
                Listed(MOMENT),
                "season:3",
            ),
            id="season",
        ),
        pytest.param(
            {"id": 105, "type": "episode", "episode": EPISODE, "show": SHOW},
            Record(EPISODE_ITEM, Listed(MOMENT), "episode:2"),
            id="episode",
        ),
    ],
)
def test_watchlist_rows(row: Row, record: Record) -> None:
    """Every kind of row becomes a record."""
    assert RowReader().listed({**row, "listed_at": STAMP}) == record


def test_rating_row() -> None:
    """A rating keeps its date."""
    row: Row = {
        "rated_at": STAMP,
        "rating": 10,
        "type": "episode",
        "episode": EPISODE,
        "show": SHOW,
    }
    record = RowReader().rated(row)
    assert record == Record(EPISODE_ITEM, Rated(10.0, MOMENT), "episode:2")


def test_history_row() -> None:
    """A play has its own id, which may be longer than 32 bits."""
    row: Row = {
        "id": 19_823_460_000,
        "watched_at": "2014-03-31T09:28:00.000Z",
        "action": "scrobble",
        "type": "movie",
        "movie": MOVIE,
    }
    play = RowReader().play(row)
    assert play is not None
    assert play.play_id == "19823460000"
    assert play.native_id == "movie:12601"
    assert play.at == datetime(2014, 3, 31, 9, 28, tzinfo=UTC)


def test_titles_are_shared() -> None:
    """Two rows of one title, or of one show, share the objects."""
    reader = RowReader()
    other: Row = {**EPISODE, "number": 3, "ids": {"trakt": 77}}
    rows: list[Row] = [
        {"type": "episode", "episode": each, "show": SHOW}
        for each in (EPISODE, EPISODE, other)
    ]
    first, second, third = (reader.listed(row) for row in rows)
    assert first is not None
    assert second is not None
    assert third is not None
    assert first.item is second.item
    assert first.item.show is third.item.show


@pytest.mark.parametrize("read", ["play", "rated", "listed"])
def test_unknown_kind(read: str) -> None:
    """A kind that we do not know is passed over."""
    row = {"id": 1, "type": "person", "person": {}, "rating": 1}
    assert getattr(RowReader(), read)(row) is None


@pytest.mark.parametrize(
    ("read", "row", "name"),
    [
        ("listed", {"movie": MOVIE}, "type"),
        ("listed", {"type": "movie"}, "movie"),
        ("listed", {"type": "movie", "movie": {"title": "A"}}, "ids"),
        ("listed", {"type": "movie", "movie": {"ids": {"imdb": "tt1"}}}, "ids.trakt"),
        ("listed", {"type": "season", "season": SEASON}, "show"),
        (
            "listed",
            {"type": "season", "season": {"ids": {"trakt": 1}}, "show": SHOW},
            "number",
        ),
        (
            "listed",
            {"type": "episode", "episode": {"ids": {"trakt": 1}}, "show": SHOW},
            "season",
        ),
        ("play", {"type": "movie", "movie": MOVIE}, "id"),
        ("rated", {"type": "movie", "movie": MOVIE}, "rating"),
    ],
)
def test_missing_field(read: str, row: Row, name: str) -> None:
    """A field that we cannot do without is named."""
    with pytest.raises(ProtocolError, match=f"lacks {name} "):
        getattr(RowReader(), read)(row)


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        (STAMP, MOMENT),
        ("2014-09-01T09:10:11", MOMENT),
        ("2014-09-01T11:10:11+02:00", MOMENT),
        ("0001-01-01T00:00:00Z", None),
        ("1970-01-01T00:00:00.000Z", None),
        ("unknown", None),
        ("", None),
        (None, None),
        (1409562611, None),
    ],
)
def test_moments(value: JsonValue, moment: datetime | None) -> None:
    """Moments are in UTC; what makes no sense is no moment."""
    assert moment_from(value) == moment


def test_moment_goes_and_comes_back() -> None:
    """What we send is what Trakt shows."""
    assert moment_to_json(MOMENT) == STAMP
    assert moment_from(moment_to_json(MOMENT)) == MOMENT


@pytest.mark.parametrize(
    ("rating", "sent"),
    [(0, 1), (0.4, 1), (1.4, 1), (6.5, 7), (7.49, 7), (9.5, 10), (10, 10)],
)
def test_rating_is_rounded_half_up(rating: float, sent: int) -> None:
    """Ratings are whole numbers from 1 to 10."""
    assert rating_to_json(rating) == sent


@pytest.mark.parametrize(
    ("user", "info"),
    [
        (
            {"username": "Sean", "ids": {"slug": "sean", "uuid": "b6589fc6"}},
            AccountInfo(account_id="b6589fc6", name="Sean"),
        ),
        (
            {"username": "Sean", "ids": {"slug": "sean"}},
            AccountInfo(account_id="sean", name="Sean"),
        ),
        ({"ids": {"slug": "sean"}}, AccountInfo(account_id="sean", name="sean")),
    ],
)
def test_account(user: Mapping[str, JsonValue], info: AccountInfo) -> None:
    """An account is best known by its uuid."""
    assert account_from({"user": dict(user)}) == info


@pytest.mark.parametrize("settings", [{}, {"user": {}}, {"user": {"ids": {}}}])
def test_no_account(settings: Row) -> None:
    """Settings of nobody are an error."""
    with pytest.raises(ProtocolError, match="lacks"):
        account_from(settings)
