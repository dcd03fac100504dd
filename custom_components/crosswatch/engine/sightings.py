"""Tell our own writes that an account lists by now from something new there."""

from datetime import timedelta
from typing import Final

from .model import Listed, Rated, Record, Snapshot, Value, Watched
from .rating_steps import same_rating

# Services keep the minute only, and round it or cut it.
_SAME_PLAY: Final = timedelta(minutes=1)


def only_sightings(now: Snapshot, before: Snapshot, rating_step: float) -> bool:
    """Tell whether all that differs is that our own writes were listed since.

    A plan comes out the same then. The sightings are kept with the records, for the
    next run that plans anyway.
    """
    gone = [
        record for name, record in before.records.items() if name not in now.records
    ]
    if not gone or any(record.seen for record in gone):
        return False
    written = {key: record for record in gone for key in record.keys}
    found: set[str] = set()
    for name, record in now.records.items():
        if before.records.get(name) is record:
            continue
        own = next((written[key] for key in record.keys if key in written), None)
        if own is None or name in before.records or own.native_id in found:
            return False
        if not _is_listing(record, own.value, rating_step):
            return False
        found.add(own.native_id)
    return len(found) == len(gone)


def _is_listing(record: Record, written: Value, rating_step: float) -> bool:
    """Tell whether a record that was seen shows what was written."""
    if not record.seen:
        return False
    match record.value, written:
        case Listed(), Listed():
            return True
        case Watched() as listed, Watched():
            return (
                listed.at is not None
                and written.at is not None
                and abs(listed.at - written.at) <= _SAME_PLAY
                and listed.count == max(len(written.plays), 1)
            )
        case Rated() as listed, Rated():
            return same_rating(written.rating, listed.rating, rating_step)
    return record.value == written
