"""Which items blocks keep from being written, side by side of a pair."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from .blocks import Block
from .ids import item_keys, title_words
from .model import Feature, Item, MediaKind, Side


@dataclass(frozen=True)
class BlockList:
    """The blocks that count for one side of a pair and feature."""

    blocks: tuple[Block, ...] = ()

    @cached_property
    def keys(self) -> frozenset[str]:
        """Return the keys of all blocked items."""
        return frozenset(key for block in self.blocks for key in block.keys)

    @cached_property
    def titles(self) -> Mapping[tuple[object, ...], frozenset[MediaKind]]:
        """Return the titles of all blocked items, and the kinds that each stands for."""
        titles: dict[tuple[object, ...], frozenset[MediaKind]] = {}
        for block in self.blocks:
            if (key := block.title_key) is not None:
                kinds = frozenset(MediaKind if block.kind is None else (block.kind,))
                titles[key] = titles.get(key, frozenset()) | kinds
        return titles

    def holds(self, item: Item, keys: Iterable[str] = ()) -> bool:
        """Tell whether an item is blocked; `keys` are more that it is known by."""
        if not self.keys.isdisjoint([*keys, *_wide_keys(item)]):
            return True
        return any(
            item_kind in self.titles.get(key, ()) for item_kind, key in _titles(item)
        )


class Blocks(NamedTuple):
    """The blocks that count for a pair and feature, by the side they keep from."""

    source: BlockList = BlockList()
    target: BlockList = BlockList()

    @classmethod
    def of(
        cls,
        blocks: Iterable[Block],
        feature: Feature,
        pair: str,
        accounts: Mapping[Side, str],
        *,
        two_way: bool,
    ) -> Blocks:
        """Return what counts for a feature of a pair between these accounts.

        An account's block keeps the item from being written to it; in a one-way pair
        that it is the source of, from being written at all.
        """
        of_feature = [each for each in blocks if each.feature in {None, feature}]
        scopes = {side: {pair, accounts[side]} for side in Side}
        if not two_way:
            scopes[Side.TARGET].add(accounts[Side.SOURCE])
        return cls(
            *(
                BlockList(
                    tuple([each for each in of_feature if each.scope in scopes[side]])
                )
                for side in Side
            )
        )

    def side(self, side: Side) -> BlockList:
        """Return the blocks that keep items from being written to this side."""
        return self.source if side is Side.SOURCE else self.target


def _wide_keys(item: Item) -> Iterator[str]:
    """Yield the keys of an item, of its season and of its show."""
    yield from item_keys(item)
    if item.show is None:
        return
    for namespace, value in item.show.ids.items():
        yield f"{MediaKind.SHOW.value}:{namespace}:{value}"
        if item.season is not None:
            yield f"{namespace}:{value}#s{item.season}"


def _titles(item: Item) -> Iterator[tuple[MediaKind, tuple[object, ...]]]:
    """Yield what an item, its season and its show are called, with and without year."""
    named = item.show or item
    words = title_words(named.title)
    kind = MediaKind.SHOW if item.show else item.kind
    for year in {named.year, None}:
        yield kind, (words, year, None, None)
        if item.season is not None:
            yield MediaKind.SEASON, (words, year, item.season, None)
        if item.number is not None:
            yield MediaKind.EPISODE, (words, year, item.season, item.number)
