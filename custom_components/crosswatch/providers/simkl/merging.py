"""Bringing a snapshot up to date with what has changed."""

from collections.abc import Collection

from ...engine.ids import item_keys
from ...engine.model import Item, Record, Snapshot
from .rows import number_in


def brought_up(
    previous: Snapshot,
    records: Collection[Record],
    touched: Collection[str],
    alive: Collection[str] | None,
) -> Snapshot:
    """Return a snapshot with titles as they are now.

    `touched` are the numbers of all titles that were listed, `records` what is to be
    said of them; `alive` are the numbers of all that are still in the library, None
    where nothing has left it. What we wrote ourselves gives way to what is listed.
    """
    removed = {
        native_id
        for native_id in previous.records
        if (number := number_in(native_id))
        and (number in touched or (alive is not None and number not in alive))
    }
    own = [each for each in previous.records.values() if not each.seen]
    if own:
        keys = {key for record in records for key in _title_keys(record.item)}
        removed.update(
            each.native_id
            for each in own
            if not keys.isdisjoint(_title_keys(each.item))
        )
    changed = {record.native_id: record for record in records}
    if not changed and not removed:
        return previous
    return previous.updated(changed.values(), removed - changed.keys())


def _title_keys(item: Item) -> tuple[str, ...]:
    """Return the keys of a title, or of the title that an episode belongs to.

    The parts of a series of anime are not told apart here: what was written of any of
    them gives way.
    """
    return item_keys(item.show or item)
