"""Which plays a removal takes away, by the service's own names for them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Final

from ...engine.ids import item_keys
from ...engine.model import Play, Value, Watched
from ...engine.plan import Operation
from .mapping import PlayRow

# A play that is known from elsewhere is the listed one that is so near.
_SAME: Final = timedelta(minutes=1)


def names_in(operation: Operation) -> Sequence[str] | None:
    """Return the names of the plays to remove, None where they are not all known."""
    plays, undated = standing(operation.before)
    names = [play.native_id for play in plays]
    return names if names and not undated and all(map(str.isdecimal, names)) else None


def standing(before: Value | None) -> tuple[Sequence[Play], int]:
    """Return the plays to remove, and how many without a date."""
    if not isinstance(before, Watched):
        return (), 0
    if before.plays:
        return before.plays, max(before.count - len(before.plays), 0)
    return ((Play(before.at),), 0) if before.at else ((), max(before.count, 1))


def names_among(
    operations: Iterable[Operation], rows: Iterable[PlayRow]
) -> Mapping[int, Sequence[str]]:
    """Return the names of the plays of each operation, as they are listed now."""
    wanted = {key: operation for operation in operations for key in operation.keys}
    listed: dict[int, list[PlayRow]] = {id(each): [] for each in wanted.values()}
    for row in rows:
        meant = {id(wanted[key]) for key in item_keys(row.item) if key in wanted}
        for each in meant:
            listed[each].append(row)
    return {
        id(operation): _meant(operation, listed.get(id(operation), ()))
        for operation in operations
    }


def _meant(operation: Operation, rows: Iterable[PlayRow]) -> list[str]:
    """Return the plays that are meant: by name, else by their moment."""
    plays, undated = standing(operation.before)
    left = {row.play_id: row for row in rows if row.play_id}
    names: list[str] = []
    for play in plays:
        near = (
            name
            for name, row in left.items()
            if name == play.native_id or (row.at and abs(row.at - play.at) < _SAME)
        )
        if (name := next(near, None)) is not None:
            left.pop(name)
            names.append(name)
    names += [name for name, row in left.items() if row.at is None][:undated]
    return names
