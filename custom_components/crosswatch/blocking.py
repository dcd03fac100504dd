"""Make blocks and let go of them; all of it waits for the state file."""

from collections.abc import Collection, Iterable, Sequence
from copy import replace
from datetime import datetime

from .const import OFFERED_FEATURES
from .engine.block_lists import BlockList
from .engine.blocks import Block
from .engine.ids import title_words
from .engine.model import Feature, Item, MediaKind
from .engine.report import ReportItem
from .engine.store import Store


def add_blocks(
    store: Store, wanted: Sequence[Block], at: datetime
) -> tuple[list[Block], int]:
    """Keep blocks; return those that now hold the items, and how many are new."""
    known = store.blocks({block.scope for block in wanted})
    holding: dict[int | None, Block] = {}
    added = 0
    for block in wanted:
        held = next((old for old in known if _covers(old, block)), None)
        if held is None:
            held = store.add_block(block, at)
            known.append(held)
            added += 1
        holding[held.block_id] = held
    return list(holding.values()), added


def block_items(
    store: Store, scope: str, items: Iterable[ReportItem], at: datetime
) -> int:
    """Keep a block for each item of a report that none holds; return how many.

    There may be very many, all of which are looked up in one go.
    """
    known = store.blocks([scope])
    by_feature = {
        feature: BlockList(
            tuple([each for each in known if each.feature in {None, feature}])
        )
        for feature in OFFERED_FEATURES
    }
    added = 0
    for item in items:
        block = _block_for(item, scope)
        named = block.ids or block.show_ids or block.title_key
        if named and not by_feature[item.feature].holds(item.item):
            store.add_block(block, at)
            added += 1
    return added


def blocks_of(store: Store, scope: str, features: Collection[Feature]) -> list[Block]:
    """Return the blocks of a pair or account that hold in features; none for all."""
    return [
        block
        for block in store.blocks([scope])
        if not features or block.feature is None or block.feature in features
    ]


def remove_blocks(
    store: Store, blocks: Iterable[Block], features: Collection[Feature], at: datetime
) -> int:
    """Let go of blocks; return how many there were.

    Of a block for all features, those remain that are not among the given ones.
    """
    removed = 0
    for block in blocks:
        if block.block_id is None or not store.remove_block(block.block_id):
            continue
        removed += 1
        if features and block.feature is None:
            rest = [each for each in OFFERED_FEATURES if each not in features]
            add_blocks(store, [replace(block, feature=each) for each in rest], at)
    return removed


def reconsider(
    store: Store,
    pair_id: str,
    accounts: Collection[str],
    blocks: Collection[Block],
    features: Iterable[Feature],
) -> int:
    """Let a pair take up items again, whatever was decided on them or failed.

    Returns how many items there were.
    """
    return sum(
        store.reconsider(pair_id, feature, _keys_of(store, accounts, blocks, feature))
        for feature in features
    )


def _keys_of(
    store: Store, accounts: Iterable[str], blocks: Collection[Block], feature: Feature
) -> set[str]:
    """Return all keys of items that blocks stand for, as the accounts know them."""
    named = BlockList(tuple(blocks))
    keys = set(named.keys)
    for account in accounts:
        snapshot = store.load_snapshot(account, feature)
        for record in snapshot.records.values() if snapshot else ():
            if named.holds(record.item, record.keys):
                keys.update(record.keys)
    return keys


def _covers(old: Block, new: Block) -> bool:
    """Tell whether a block keeps all that a new one of its scope would keep."""
    if old.feature not in {None, new.feature}:
        return False
    held = BlockList((old,))
    return all(
        held.holds(_item_of(each), () if _elsewhere(old, each) else each.keys)
        for each in (replace(new, kind=kind) for kind in _kinds_of(new))
    )


def same_item(old: Block, named: Block) -> bool:
    """Tell whether a block was made for this item."""
    if _kinds_of(old).isdisjoint(_kinds_of(named)) or _elsewhere(old, named):
        return False
    if not set(old.keys).isdisjoint(named.keys):
        return True
    if (old.season, old.number) != (named.season, named.number):
        return False
    words = title_words(named.title)
    same_year = named.year is None or old.year in {None, named.year}
    return bool(words) and words == title_words(old.title) and same_year


def _elsewhere(old: Block, new: Block) -> bool:
    """Tell whether blocks stand for two places of a show.

    The ids of both may be those of the show, so that they say nothing then.
    """
    places = (old.season, old.number), (new.season, new.number)
    return None not in (old.season, new.season) and places[0] != places[1]


def _kinds_of(block: Block) -> frozenset[MediaKind]:
    """Return the kinds of items that a block stands for."""
    return frozenset(MediaKind if block.kind is None else (block.kind,))


def _block_for(reported: ReportItem, scope: str) -> Block:
    """Return the block of an item in the feature that a report tells it of."""
    item = reported.item
    named = item.show or item
    return Block(
        scope=scope,
        feature=reported.feature,
        kind=item.kind,
        ids=item.ids,
        show_ids=item.show.ids if item.show else {},
        title=named.title,
        year=named.year,
        season=item.season,
        number=item.number,
    )


def _item_of(block: Block) -> Item:
    """Return the item that a block with a kind was made for."""
    kind = block.kind or MediaKind.MOVIE
    if block.season is None:
        return Item(kind, block.ids, block.title, block.year)
    show = Item(MediaKind.SHOW, block.show_ids, block.title, block.year)
    return Item(kind, block.ids, "", None, show, block.season, block.number)
