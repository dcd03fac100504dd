"""What was watched on a side, where its account does not say so with the feature."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from ..codec import decode_value
from ..ids import item_keys
from ..ledger import LedgerRow
from ..matching import Match
from ..model import Feature, Side, Snapshot, Watched

type WatchedAt = Mapping[str, datetime | None]
"""When what was watched last, by all keys; None is at an unknown time."""

type WatchedBySide = Mapping[Side, WatchedAt]


def watched_at(history: Snapshot, rows: Iterable[LedgerRow], side: Side) -> WatchedAt:
    """Return when all that was watched was, and the shows that it belongs to.

    With what a pair has written there, by the `rows` of its history: the account took
    it, though it may not list it so far.
    """
    moments: dict[str, datetime | None] = {}
    for record in history.records.values():
        at = record.value.at if isinstance(record.value, Watched) else None
        keys = set(record.keys)
        if (show := record.item.show) is not None:
            keys.update(item_keys(show))
            if record.item.season is not None:
                place = f"#s{record.item.season}"
                keys.update(
                    f"{name}:{value}{place}" for name, value in show.ids.items()
                )
        _note(moments, keys, at)
    for row in rows:
        if row.value(side) and row.seen_at(side) is row.gone_at(side) is None:
            value = decode_value(Feature.HISTORY, row.value(side))
            _note(moments, row.keys.split(" "), value.at)
    return moments


def _note(
    moments: dict[str, datetime | None], keys: Collection[str], at: datetime | None
) -> None:
    """Note that an item was watched, the last time by all its keys."""
    for key in keys:
        known = moments.get(key)
        moments[key] = max(known, at) if known and at else known or at


def when_watched(match: Match, watched: WatchedAt) -> list[datetime | None]:
    """Return when an item was watched, by each key that tells; none if it was not.

    A show was as soon as one of its episodes was.
    """
    if not watched:
        return []
    keys = {*match.keys, *(key for row in match.rows for key in row.keys.split(" "))}
    return [watched[key] for key in keys if key in watched]
