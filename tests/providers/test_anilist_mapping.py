"""AniList's entries as items and records, and what is odd in them."""

from collections.abc import Callable
from typing import Any

from graphql import parse, validate
import pytest

from custom_components.crosswatch.engine.model import Feature, MediaKind
from custom_components.crosswatch.engine.provider import ProtocolError
from custom_components.crosswatch.providers.anilist import (
    fields,
    mapping,
    queries,
    wire,
)
from custom_components.crosswatch.providers.anilist.scores import ScoreFormat
from tests.simulators.anilist import SCHEMA

MEDIA: dict[str, Any] = {
    "id": 16498,
    "idMal": 16498,
    "format": "TV",
    "title": {"romaji": "Shingeki no Kyojin", "english": "Attack on Titan"},
    "startDate": {"year": 2013},
    "seasonYear": 2013,
}
ENTRY: dict[str, Any] = {
    "id": 401,
    "mediaId": 16498,
    "status": "PLANNING",
    "score": 7,
    "createdAt": 1714590000,
    "updatedAt": 1714593600,
    "media": MEDIA,
}


def records(entry: dict[str, Any], feature: Feature = Feature.WATCHLIST) -> list[Any]:
    """Return the records in one entry."""
    collection = mapping.Collection(
        ScoreFormat.POINT_10, mapping.entries_from([{**ENTRY, **entry}])
    )
    return mapping.records_of(collection, feature, None)


@pytest.mark.parametrize(
    ("media", "year"),
    [
        ({"startDate": None}, 2013),
        ({"startDate": {"year": None}, "seasonYear": None}, None),
        ({"startDate": {"year": True}, "seasonYear": "2013"}, None),
        ({"startDate": {"year": 2012}}, 2012),
    ],
)
def test_years(media: dict[str, Any], year: int | None) -> None:
    """The year is that of the beginning, else of the season, else not known."""
    assert mapping.year_in({**MEDIA, **media}) == year


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ({"romaji": "A", "english": "B"}, "B"),
        ({"romaji": "A", "english": None}, "A"),
        ({"romaji": 5, "native": "C"}, ""),
        ({}, ""),
        (None, ""),
        ("A", ""),
    ],
)
def test_titles(title: object, expected: str) -> None:
    """A title is the first that there is."""
    assert mapping.title_in({**MEDIA, "title": title}) == expected  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("form", "kind"),
    [
        ("TV", MediaKind.SHOW),
        ("MOVIE", MediaKind.MOVIE),
        ("ONA", MediaKind.SHOW),
        (None, MediaKind.SHOW),
        (5, MediaKind.SHOW),
    ],
)
def test_kinds(form: object, kind: MediaKind) -> None:
    """Only what AniList calls a film is one."""
    media: dict[str, Any] = {**MEDIA, "format": form, "idMal": None}
    item = mapping.item_from(media, None)
    assert item.kind is kind
    assert dict(item.ids) == {"anilist": "16498"}


def test_void_media() -> None:
    """An entry whose media AniList no longer has is left out."""
    assert records({"media": None}) == []
    assert len(records({})) == len(records({}, Feature.RATINGS)) == 1
    assert records({"score": None}, Feature.RATINGS) == []


@pytest.mark.parametrize("seconds", [None, 0, -1, True, "1714590000", 10**18])
def test_moments(seconds: object) -> None:
    """What is no moment is no date."""
    [record] = records({"createdAt": seconds})
    assert record.value.at is None


@pytest.mark.parametrize(
    "entry",
    [
        {"status": None},
        {"mediaId": None},
        {"mediaId": True},
        {"media": {}},
        {"media": 5},
        {"score": "7"},
        {"score": -1},
        {"score": True},
    ],
)
def test_missing_fields(entry: dict[str, Any]) -> None:
    """A field that we cannot do without is named."""
    # A score is no matter of the watchlist.
    feature = Feature.RATINGS if "score" in entry else Feature.WATCHLIST
    with pytest.raises(ProtocolError, match="lacks"):
        records(entry, feature)


def test_whose_account() -> None:
    """An account goes by its id; a name may be missing."""
    assert fields.account_from({"id": 5, "name": "me"}).name == "me"
    assert fields.account_from({"id": 5, "name": None}).name == "5"
    with pytest.raises(ProtocolError):
        fields.account_from({"id": "5"})


@pytest.mark.parametrize(
    "text",
    [
        wire.VIEWER,
        wire.PLAIN_VIEWER,
        queries.COLLECTION,
        queries.PLAIN_COLLECTION,
        queries.media_by("id"),
        queries.media_by("idMal"),
        queries.mutation([queries.rate_plainly(1, 7, new=True)])[0],
        queries.mutation([queries.rate_plainly(1, 0, new=False)])[0],
        queries.look_up(["named"]),
        queries.look_up(["foreign"]),
        queries.look_up(["named", "foreign"]),
        queries.mutation([queries.plan(1), queries.delete(2)])[0],
        queries.mutation(
            [
                queries.rate(1, 7.5, new=True),
                queries.rate(1, 8, new=False),
                queries.unrate(3),
            ]
        )[0],
    ],
)
def test_queries(text: str) -> None:
    """All that AniList is asked is as its schema has it."""
    assert validate(SCHEMA, parse(text)) == []


def test_many_parts() -> None:
    """In a mutation of many parts no variable is taken for another."""
    text, variables = queries.mutation([queries.plan(number) for number in range(20)])
    assert validate(SCHEMA, parse(text)) == []
    assert variables == {
        **{f"mediaId{number}": number for number in range(20)},
        **{f"status{number}": "PLANNING" for number in range(20)},
    }
    assert "a1: SaveMediaListEntry(mediaId: $mediaId1, status: $status1)" in text
    assert "a11: SaveMediaListEntry(mediaId: $mediaId11, status: $status11)" in text


def test_one_part() -> None:
    """A mutation of one part is the one that everybody sends."""
    text, variables = queries.mutation([queries.plan(7)])
    assert "SaveMediaListEntry(mediaId: $mediaId, status: $status)" in text
    assert variables == {"mediaId": 7, "status": "PLANNING"}
    assert queries.names_of([queries.plan(7)]) == ["SaveMediaListEntry"]


@pytest.mark.parametrize(
    ("read", "parent"),
    [
        (fields.object_in, {"x": []}),
        (fields.objects_in, {"x": {}}),
        (fields.objects_in, {"x": [5]}),
        (fields.number_in, {"x": 0}),
        (fields.number_in, {}),
    ],
)
def test_shapes(
    read: Callable[[dict[str, object], str], object], parent: dict[str, object]
) -> None:
    """What is not of the shape that it has to be is named."""
    with pytest.raises(ProtocolError, match="lacks x"):
        read(parent, "x")
