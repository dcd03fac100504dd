"""What each feature says of an item, in the tracker's file.

The functions tell whether they had to change anything.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
import sqlite3
from typing import Final

from ...engine.model import Feature, Listed, Play, Progress, Rated, Value, Watched

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)

TABLES: Final = {
    Feature.WATCHLIST: "listed",
    Feature.HISTORY: "play",
    Feature.RATINGS: "rated",
    Feature.PROGRESS: "progress",
}

# What of a row makes its value; of a play also its name.
COLUMNS: Final = {
    Feature.WATCHLIST: "at",
    Feature.HISTORY: "play.id, at",
    Feature.RATINGS: "rating, at",
    Feature.PROGRESS: "position_ms, duration_ms, percent, at",
}

type Database = sqlite3.Connection
# What each feature but the history says, once an item.
type Single = Listed | Rated | Progress


def to_number(moment: datetime | None) -> int | None:
    """Return a moment as it is kept."""
    return None if moment is None else (moment - _EPOCH) // _MICROSECOND


def to_moment(number: int | None) -> datetime | None:
    """Return a kept moment."""
    return None if number is None else _EPOCH + timedelta(microseconds=number)


class ChangedSinceError(Exception):
    """Something newer is there than the caller knows of; it stays."""


def put(database: Database, item: int, wanted: Value, before: Value | None) -> bool:
    """Bring an item to a value; `before` is what the caller saw there.

    Raises ChangedSinceError where that would overwrite what is newer.
    """
    match wanted:
        case Listed():
            return _put_listed(database, item, wanted)
        case Watched():
            return _put_watched(database, item, wanted)
        case Rated():
            return _put_rated(database, item, wanted, before)
        case Progress():
            return _put_progress(database, item, wanted, before)


def remove(
    database: Database, feature: Feature, item: int, before: Value | None
) -> bool:
    """Take an item out of a feature, as far as the caller saw what is there.

    Of the history, only the plays that stand in `before` go. Raises ChangedSinceError
    where anything else is newer than that.
    """
    if isinstance(before, Watched):
        return _remove_plays(database, item, before)
    known = _known(database, feature, item)
    if known is not None and before is not None and _was_changed(known, before):
        raise ChangedSinceError
    return bool(
        database.execute(
            f"DELETE FROM {TABLES[feature]} WHERE item = ?",  # noqa: S608
            (item,),
        ).rowcount
    )


def value_of(feature: Feature, columns: Sequence[float | None]) -> Single:
    """Return the value in the columns of a row, of any feature but the history."""
    *numbers, number = columns
    at = to_moment(_whole(number))
    match feature, numbers:
        case Feature.RATINGS, [float(rating)]:
            return Rated(rating, at)
        case Feature.PROGRESS, [position, duration, percent]:
            return Progress(_whole(position), _whole(duration), percent, at)
    return Listed(at)


def watched(plays: list[tuple[int, int | None]]) -> Watched:
    """Return the value of all plays of an item, given by id and moment in order."""
    dated = tuple(
        Play(_EPOCH + timedelta(microseconds=at), str(play_id))
        for play_id, at in plays
        if at is not None
    )
    return Watched(dated[-1].at if dated else None, dated, len(plays))


def _put_listed(database: Database, item: int, wanted: Listed) -> bool:
    """Put an item on the watchlist, where it may stand already."""
    return _inserted(
        database,
        "INSERT OR IGNORE INTO listed (item, at) VALUES (?, ?)",
        (item, to_number(wanted.at)),
    )


def _put_watched(database: Database, item: int, wanted: Watched) -> bool:
    """Add those plays that are not there; one without a date only if there is none."""
    dated: list[datetime | None] = [play.at for play in wanted.plays]
    added = False
    for moment in dated or [wanted.at]:
        if moment is None:
            added |= _inserted(
                database,
                "INSERT INTO play (item) SELECT ?1 WHERE NOT EXISTS"
                " (SELECT 1 FROM play WHERE item = ?1)",
                (item,),
            )
        else:
            added |= _inserted(
                database,
                "INSERT OR IGNORE INTO play (item, at) VALUES (?, ?)",
                (item, to_number(moment)),
            )
    return added


def _remove_plays(database: Database, item: int, before: Watched) -> bool:
    """Remove the plays that the caller saw, the undated one among them.

    Of an account that keeps only the last play, the caller saw no more than that.
    """
    moments = [to_number(play.at) for play in before.plays] or [to_number(before.at)]
    if before.plays and before.count > len(before.plays):
        moments.append(None)
    removed = 0
    for moment in moments:
        removed += database.execute(
            "DELETE FROM play WHERE item = ? AND at IS ?", (item, moment)
        ).rowcount
    return removed > 0


def _put_rated(
    database: Database, item: int, wanted: Rated, before: Value | None
) -> bool:
    """Rate an item, unless a newer rating came in between."""
    known = _known(database, Feature.RATINGS, item)
    if isinstance(known, Rated):
        if known.rating == wanted.rating and wanted.at in {None, known.at}:
            return False
        _check_that_it_is_not_newer(known, wanted, before)
    database.execute(
        "REPLACE INTO rated (item, rating, at) VALUES (?, ?, ?)",
        (item, wanted.rating, to_number(wanted.at)),
    )
    return True


def _put_progress(
    database: Database, item: int, wanted: Progress, before: Value | None
) -> bool:
    """Set a position, be it further or back, unless a newer one came in between.

    Whether it runs, and whether it was watched since, is not for a file to keep.
    """
    wanted = _plain(wanted)
    known = _known(database, Feature.PROGRESS, item)
    if isinstance(known, Progress):
        if known == wanted:
            return False
        seen = _plain(before) if isinstance(before, Progress) else before
        _check_that_it_is_not_newer(known, wanted, seen)
    database.execute(
        "REPLACE INTO progress (item, position_ms, duration_ms, percent, at)"
        " VALUES (?, ?, ?, ?, ?)",
        (
            item,
            wanted.position_ms,
            wanted.duration_ms,
            wanted.percent,
            to_number(wanted.at),
        ),
    )
    return True


def _known(database: Database, feature: Feature, item: int) -> Single | None:
    """Return what a feature says of an item, of any feature but the history."""
    row = database.execute(
        f"SELECT {COLUMNS[feature]} FROM {TABLES[feature]} WHERE item = ?",  # noqa: S608
        (item,),
    ).fetchone()
    return None if row is None else value_of(feature, row)


def _plain(value: Progress) -> Progress:
    """Return a position as it is kept."""
    return replace(value, playing=False, watched=False)


def _check_that_it_is_not_newer(
    known: Rated | Progress, wanted: Rated | Progress, before: Value | None
) -> None:
    """Make sure that nothing is overwritten that the caller would not want to be.

    Who knows what is there may replace it, also by something older.
    """
    if known == before:
        return
    if _is_older(wanted.at, known.at) or (before is not None and wanted.at is None):
        raise ChangedSinceError


def _was_changed(known: Single, before: Single) -> bool:
    """Tell whether something else, or the same anew, came after what was seen."""
    if _said(known) == _said(before):
        return _is_older(before.at, known.at)
    return not _is_older(known.at, before.at)


def _said(value: Single) -> tuple[float | None, ...]:
    """Return what a value says besides its date."""
    match value:
        case Rated():
            return (value.rating,)
        case Progress():
            return value.position_ms, value.percent
    return ()


def _is_older(moment: datetime | None, known: datetime | None) -> bool:
    """Tell whether a moment is certainly before the known one."""
    return moment is not None and known is not None and moment < known


def _whole(number: float | None) -> int | None:
    """Return a whole number."""
    return None if number is None else int(number)


def _inserted(
    database: Database, statement: str, values: tuple[int | None, ...]
) -> bool:
    """Run an insert that may find everything there already."""
    return database.execute(statement, values).rowcount > 0
