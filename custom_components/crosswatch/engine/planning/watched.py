"""What was watched on a side, where its account does not say so with the feature."""

from collections.abc import Mapping
from datetime import datetime

from ..ids import item_keys
from ..matching import Match
from ..model import Side, Snapshot, Watched

type WatchedAt = Mapping[str, datetime | None]
"""When what was watched last, by all keys; None is at an unknown time."""

type WatchedBySide = Mapping[Side, WatchedAt]


def watched_at(history: Snapshot) -> WatchedAt:
    """Return when all that was watched was, and the shows that it belongs to."""
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
        for key in keys:
            known = moments.get(key)
            moments[key] = max(known, at) if known and at else known or at
    return moments


def when_watched(match: Match, watched: WatchedAt) -> list[datetime | None]:
    """Return when an item was watched, by each key that tells; none if it was not.

    A show was as soon as one of its episodes was.
    """
    if not watched:
        return []
    keys = {*match.keys, *(key for row in match.rows for key in row.keys.split(" "))}
    return [watched[key] for key in keys if key in watched]
