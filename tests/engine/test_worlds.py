"""Tests of the notation for worlds, and of the account that the tests use."""

from datetime import UTC, datetime

import pytest

from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    Listed,
    MediaKind,
    Play,
    Rated,
    Watched,
)

from .fake_account import FakeAccount
from .worlds import name_of, parse, records, shown

MAY = datetime(2024, 5, 1, tzinfo=UTC)


def test_a_world_of_all_kinds() -> None:
    """A token says the kind, the place and all ids."""
    film, show, season, episode, special = parse("m1 s2 s2x3 s2e4 s2x0e1")
    ids = {"imdb": "tt1000002", "tmdb": "2", "tvdb": "102"}
    shared = Item(MediaKind.SHOW, ids, "Show 2", 2010)
    assert film.item == Item(
        MediaKind.MOVIE, {"imdb": "tt0000001", "tmdb": "1"}, "Film 1", 2000
    )
    assert show.item == shared
    assert (season.item.kind, season.item.show, season.item.season) == (
        MediaKind.SEASON,
        shared,
        3,
    )
    assert (episode.item.place, special.item.place) == ("s1e4", "s0e1")
    assert episode.item.ids == {"imdb": "tt20201004", "tvdb": "201004"}


@pytest.mark.parametrize(
    ("token", "ids", "show_ids"),
    [
        pytest.param("m1{}", {}, None, id="none"),
        pytest.param("m1{tmdb}", {"tmdb": "1"}, None, id="one"),
        pytest.param("m1{tmdb=9,imdb}", {"tmdb": "9", "imdb": "tt0000001"}, None),
        pytest.param("s1e2{|tvdb}", {}, {"tvdb": "101"}, id="of the show"),
        pytest.param("s1e2{tvdb|}", {"tvdb": "101002"}, {}, id="of the episode"),
    ],
)
def test_chosen_ids(
    token: str, ids: dict[str, str], show_ids: dict[str, str] | None
) -> None:
    """Braces choose the ids."""
    (sample,) = parse(token)
    assert sample.item.ids == ids
    assert (sample.item.show and sample.item.show.ids) == show_ids


def test_values() -> None:
    """A token says what a feature says of its item."""
    (rated,) = parse("m1#a7:8.5@2024-05-01")
    assert rated.native_id == "a7"
    assert rated.value(Feature.RATINGS) == Rated(8.5, MAY)
    assert rated.value(Feature.WATCHLIST) == Listed(MAY)
    (played,) = parse("m1@2024-05-01,2023-01-01T10:00:30")
    early = datetime(2023, 1, 1, 10, 0, 30, tzinfo=UTC)
    assert played.value(Feature.HISTORY) == Watched(MAY, (Play(early), Play(MAY)), 2)
    assert played.value(Feature.HISTORY, plays=False) == Watched(MAY)
    assert parse("m1")[0].value(Feature.HISTORY) == Watched(None)


@pytest.mark.parametrize("world", ["x1", "m", "m1[tmdb]", "m1@yesterday"])
def test_nonsense_is_refused(world: str) -> None:
    """What is no token is no silent nothing."""
    with pytest.raises(ValueError):
        parse(world)


@pytest.mark.parametrize("name", ["m1", "s2", "s2x1", "s2x3", "s2e4", "s2x0e1"])
def test_names(name: str) -> None:
    """An item's name is its token."""
    assert name_of(parse(name)[0].item) == name
    with pytest.raises(ValueError, match="Solaris"):
        name_of(Item(MediaKind.MOVIE, title="Solaris"))


@pytest.mark.parametrize(
    ("feature", "world", "short"),
    [
        (Feature.WATCHLIST, "m2 m1@2024-01-01", "m1 m2"),
        (Feature.RATINGS, "m1:8.5 m2:7@2024-01-01", "m1:8.5 m2:7"),
        (Feature.HISTORY, "m1@2024-01-01,2024-01-02T10:00:00 m2", None),
    ],
)
def test_shown(feature: Feature, world: str, short: str | None) -> None:
    """Records are shown as a world again."""
    assert shown(records(world, feature), feature) == (short or world)


async def test_the_account_keeps_what_it_holds() -> None:
    """An item that stays keeps its native id; a marker moves with every change."""
    account = FakeAccount(name="A", lists=frozenset({"tmdb"}))
    account.hold(Feature.WATCHLIST, "m1 m2")
    first = await account.read(Feature.WATCHLIST, None)
    before = await account.activity([Feature.WATCHLIST])
    assert await account.activity([Feature.WATCHLIST]) == before
    account.hold(Feature.WATCHLIST, "m2 m3")
    second = await account.read(Feature.WATCHLIST, first)
    assert await account.activity([Feature.WATCHLIST]) != before
    assert set(first.records) & set(second.records) == {"A2"}
    assert second.records["A2"].item.ids == {"tmdb": "2"}
    assert (await account.identify()).account_id == "A"
