"""Blocks for what a report lists: each holds its item, and no other."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from custom_components.crosswatch.blocking import add_blocks, block_items
from custom_components.crosswatch.engine.block_lists import BlockList
from custom_components.crosswatch.engine.blocks import Block
from custom_components.crosswatch.engine.model import Feature, Item, MediaKind, Side
from custom_components.crosswatch.engine.plan import Reason
from custom_components.crosswatch.engine.report import ReportItem, Result
from custom_components.crosswatch.engine.store import Store

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PAIR = "pair"

SHOW = Item(MediaKind.SHOW, {"tvdb": "5"}, "Show", 2001)
SEASON = Item(MediaKind.SEASON, {}, "", None, SHOW, 1)
EPISODE = Item(MediaKind.EPISODE, {"tvdb": "51"}, "Pilot", None, SHOW, 1, 1)
NEXT = Item(MediaKind.EPISODE, {"tvdb": "52"}, "Second", None, SHOW, 1, 2)
FILM = Item(MediaKind.MOVIE, {"imdb": "tt1"}, "Film", 2000)
OTHER = Item(MediaKind.MOVIE, {"imdb": "tt2"}, "Film", 2000)
BY_TITLE = Item(MediaKind.MOVIE, {}, "No Ids", 1999)
NAMELESS = Item(MediaKind.MOVIE, {})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Return an empty state."""
    store = Store.open(tmp_path / "state.db")
    yield store
    store.close()


def left(item: Item, feature: Feature = Feature.HISTORY) -> ReportItem:
    """Return an item that a run could not place."""
    return ReportItem(
        feature=feature,
        side=Side.TARGET,
        action=None,
        result=Result.UNRESOLVED,
        reason=Reason.QUARANTINED,
        item=item,
    )


def holds(store: Store, item: Item, feature: Feature = Feature.HISTORY) -> bool:
    """Tell whether the pair leaves an item alone."""
    blocks = [each for each in store.blocks([PAIR]) if each.feature in {None, feature}]
    return BlockList(tuple(blocks)).holds(item)


@pytest.mark.parametrize(
    ("item", "other"),
    [
        pytest.param(FILM, OTHER, id="film"),
        pytest.param(BY_TITLE, FILM, id="film without ids"),
        pytest.param(EPISODE, NEXT, id="episode"),
        pytest.param(SEASON, SHOW, id="season"),
        pytest.param(SHOW, FILM, id="show"),
    ],
)
def test_holds_the_item_only(store: Store, item: Item, other: Item) -> None:
    """Hold an item of any kind, in its feature, and nothing beside it."""
    assert block_items(store, PAIR, [left(item)], NOW) == 1
    assert holds(store, item)
    assert not holds(store, other)
    assert not holds(store, item, Feature.RATINGS)


def test_what_is_in_it(store: Store) -> None:
    """Hold the episodes of a season that was listed."""
    block_items(store, PAIR, [left(SEASON)], NOW)
    assert holds(store, EPISODE)


def test_no_block_twice(store: Store) -> None:
    """Leave out what is held already, whoever made the block."""
    add_blocks(store, [Block(scope=PAIR, ids=FILM.ids, kind=FILM.kind)], NOW)
    assert block_items(store, PAIR, [left(FILM), left(OTHER)], NOW) == 1
    assert block_items(store, PAIR, [left(FILM), left(OTHER)], NOW) == 0
    assert block_items(store, PAIR, [left(OTHER, Feature.RATINGS)], NOW) == 1


def test_nothing_to_go_by(store: Store) -> None:
    """Make no block for an item that has neither ids nor a title."""
    assert block_items(store, PAIR, [left(NAMELESS)], NOW) == 0
    assert not store.blocks([PAIR])
