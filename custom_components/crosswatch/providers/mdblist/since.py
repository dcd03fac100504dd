"""Markers, and since when the journal has to be read to bring a snapshot up to date."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Final

from ...engine.model import Feature, Snapshot
from ..http import JsonObject
from .titles import moment_from

# Journals and histories are known to take as many.
PAGE_SIZE: Final = 1000
# What the deltas have made of a list is checked now and then. The journal is kept for
# 30 days.
FULL_READ_EVERY: Final = timedelta(days=7)
# Clocks differ, and what is written at the same time may come to the journal later.
OVERLAP: Final = timedelta(minutes=10)

_JOURNAL: Final = "journal_at"
# The stamps that tell of every change of a feature. That of the journal is the only one
# that moves with removals of plays and ratings; `server_time` always does.
_STAMPS: Final[Mapping[Feature, tuple[str, ...]]] = {
    Feature.WATCHLIST: ("watchlisted_at",),
    Feature.HISTORY: (
        _JOURNAL,
        "watched_at",
        "season_watched_at",
        "episode_watched_at",
    ),
    Feature.RATINGS: (_JOURNAL, "rated_at"),
    Feature.PROGRESS: ("paused_at",),
}
_NEVER: Final = "never"


def marker_from(activities: JsonObject, feature: Feature) -> str:
    """Return the stamps of a feature as one text, empty if one is missing.

    A stamp that is null is for never. [unsure] whether positions have a stamp at all:
    null is none there, and they are read each time.
    """
    found: list[str] = []
    for name in _STAMPS[feature]:
        if name not in activities:
            return ""
        stamp = activities[name]
        if stamp is None and feature is not Feature.PROGRESS:
            found.append(_NEVER)
        elif moment_from(stamp) is not None and isinstance(stamp, str):
            found.append(stamp.replace(" ", "T"))
        else:
            return ""
    return " ".join(found)


def since_of(previous: Snapshot) -> datetime:
    """Return the moment since when a snapshot knows nothing for sure.

    That is the stamp of the journal in its marker; without one, as after our own
    writes, the last time that all was listed.
    """
    stamp = moment_from(previous.marker.partition(" ")[0])
    return (stamp or previous.full_read_at) - OVERLAP


def moment_text(moment: datetime) -> str:
    """Return a moment as the service takes it."""
    return f"{moment.astimezone(UTC).isoformat(timespec='seconds')[:19]}Z"


def pays(previous: Snapshot, rows: int, now: datetime) -> bool:
    """Tell whether asking for what is new takes fewer requests than asking for all.

    That takes one for the journal and one for what came, and more pages of both where
    much of our own is to be listed for the first time. Asking for all takes one more
    than there are pages.
    """
    if not previous.complete or now - previous.full_read_at >= FULL_READ_EVERY:
        return False
    unseen = sum(not record.seen for record in previous.records.values())
    changed = max(ceil(unseen / PAGE_SIZE), 1)
    return 2 * changed <= ceil(rows / PAGE_SIZE) + 1
