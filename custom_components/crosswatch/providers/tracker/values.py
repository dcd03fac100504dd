"""What each feature says of an item, in the tracker's file.

The functions tell whether they had to change anything.
"""

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

type Database = sqlite3.Connection


def to_number(moment: datetime | None) -> int | None:
    """Return a moment as it is kept."""
    return None if moment is None else (moment - _EPOCH) // _MICROSECOND


def to_moment(number: int | None) -> datetime | None:
    """Return a kept moment."""
    return None if number is None else _EPOCH + timedelta(microseconds=number)


def put(database: Database, item: int, wanted: Value, before: Value | None) -> bool:
    """Bring an item to a value; `before` is what the caller saw there."""
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
    """Take an item out of a feature.

    Of the history, plays that the caller did not see stay: they are newer than the
    wish to remove it.
    """
    if feature is Feature.HISTORY and isinstance(before, Watched) and before.plays:
        return _remove_plays(database, item, before)
    return bool(
        database.execute(
            f"DELETE FROM {TABLES[feature]} WHERE item = ?",  # noqa: S608
            (item,),
        ).rowcount
    )


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
    """Remove the plays that the caller saw, the undated one among them."""
    moments: list[int | None] = [to_number(play.at) for play in before.plays]
    if before.count > len(before.plays):
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
    row = database.execute(
        "SELECT rating, at FROM rated WHERE item = ?", (item,)
    ).fetchone()
    if row is not None:
        known = Rated(row[0], to_moment(row[1]))
        same = known.rating == wanted.rating and wanted.at in {None, known.at}
        if same or (known != before and _is_older(wanted.at, known.at)):
            return False
    database.execute(
        "REPLACE INTO rated (item, rating, at) VALUES (?, ?, ?)",
        (item, wanted.rating, to_number(wanted.at)),
    )
    return True


def _put_progress(
    database: Database, item: int, wanted: Progress, before: Value | None
) -> bool:
    """Set a position, be it further or back, unless a newer one came in between."""
    row = database.execute(
        "SELECT position_ms, duration_ms, percent, at FROM progress WHERE item = ?",
        (item,),
    ).fetchone()
    if row is not None:
        position, duration, percent, at = row
        known = Progress(position, duration, percent, to_moment(at))
        if known == wanted or (known != before and _is_older(wanted.at, known.at)):
            return False
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


def _is_older(moment: datetime | None, known: datetime | None) -> bool:
    """Tell whether a moment is certainly before the known one."""
    return moment is not None and known is not None and moment < known


def _inserted(
    database: Database, statement: str, values: tuple[int | None, ...]
) -> bool:
    """Run an insert that may find everything there already."""
    return database.execute(statement, values).rowcount > 0
