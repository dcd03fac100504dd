"""Puts items to positions, and back to their start."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from ...engine.model import Progress
from ...engine.plan import Action, Operation, Outcome, OutcomeKind, Reason
from .client import PlexClient
from .notes import Notes, title_of
from .progress import Positions
from .rows import Row
from .targets import RefusedError, Targets, already, wanted_as

# The server takes no position up to this one, in milliseconds.
LEAST: Final = 60_000
# A position this much below is put to the least that is taken.
_NEARLY: Final = 1_000
# The server keeps positions to the millisecond; two within a second are the same.
_SAME: Final = 1_000
# What a player reports and what a server notes of it are this far apart, in seconds.
_SAME_MOMENT: Final = 30


class PositionChange:
    """Writes the positions of one user."""

    def __init__(
        self,
        client: PlexClient,
        notes: Notes,
        positions: Positions,
        targets: Targets,
        completes_at: float,
    ) -> None:
        """Take from which percentage on the server takes an item for watched."""
        self._client = client
        self._notes = notes
        self._positions = positions
        self._targets = targets
        self._completes_at = completes_at
        self._playing: Mapping[str, int] = {}
        self._wanted: dict[str, int] = {}
        self._meant: dict[str, datetime] = {}

    async def prepare(self, operations: Sequence[Operation]) -> None:
        """Find out what is being played right now."""
        self._playing = await self._positions.playing()

    async def send(self, operation: Operation, rows: Sequence[Row]) -> Outcome | None:
        """Put an item to a position, or back to its start."""
        if any(row.key in self._playing for row in rows):
            raise RefusedError(OutcomeKind.FAILED, Reason.BEING_PLAYED)
        if operation.action is Action.REMOVE:
            return await self._clear(operation, rows)
        row = max(rows, key=lambda row: (row.viewed, row.offset, -int(row.key)))
        value = wanted_as(operation.value, Progress)
        position = self._position(operation, row, value)
        if abs(row.offset - position) < _SAME and row.offset:
            return already(operation, row)
        self._refuse_what_is_newer(operation, row, value)
        if not await self._client.stop_at(row.key, position, row.duration):
            raise RefusedError(OutcomeKind.UNRESOLVED, Reason.NOT_FOUND)
        # One copy is enough; where they share their state, all show it.
        self._wanted[row.key] = position
        if value.at is not None:
            self._meant[row.key] = value.at
        return None

    def is_done(self, row: Row) -> bool:
        """Tell whether an item shows what was sent for it."""
        wanted = self._wanted.get(row.key)
        return wanted is None or abs(row.offset - wanted) < _SAME

    async def finish(self, rows: dict[str, Row]) -> None:
        """Note the dates of positions: the server dates them all with the present."""
        await self._notes.keep_positions(
            [
                (title_of(row), row.viewed, int(self._meant[key].timestamp()))
                for key, row in rows.items()
                if key in self._meant and self.is_done(row)
            ]
        )

    def _position(self, operation: Operation, row: Row, value: Progress) -> int:
        """Return the position to write; raises RefusedError where none can be."""
        position = value.position_ms
        if position is None and value.percent is not None:
            position = round(row.duration * value.percent / 100)
        if position is None or not row.duration:
            # The server ignores a position in something of unknown length.
            raise RefusedError(OutcomeKind.UNRESOLVED, Reason.REJECTED)
        if position <= LEAST - _NEARLY:
            raise RefusedError(OutcomeKind.UNRESOLVED, Reason.BELOW_MINIMUM)
        over = 100 * position >= self._completes_at * row.duration
        # Unless its owner wants otherwise, a server goes by the credits as well.
        if over or 0 < row.credits <= position:
            raise RefusedError(OutcomeKind.UNRESOLVED, Reason.NEARLY_FINISHED)
        return max(position, LEAST + 1)

    def _refuse_what_is_newer(
        self, operation: Operation, row: Row, value: Progress
    ) -> None:
        """Raise RefusedError where an item was played since, or to its end."""
        before = operation.before
        known = before.position_ms if isinstance(before, Progress) else None
        # One that is to be watched again keeps its views: it can have a position, too.
        again = isinstance(before, Progress) and before.watched
        if row.views and not row.offset and not again:
            raise RefusedError(OutcomeKind.UNRESOLVED, Reason.ALREADY_WATCHED)
        if not row.offset or abs(row.offset - (known or 0)) < _SAME:
            return
        if value.at is None or row.viewed > value.at.timestamp() + _SAME_MOMENT:
            raise RefusedError(OutcomeKind.FAILED, Reason.CHANGED_SINCE)

    async def _clear(self, operation: Operation, rows: Sequence[Row]) -> Outcome | None:
        """Put all copies of an item back to their start."""
        begun = [row for row in rows if row.offset]
        if not begun:
            return already(operation, rows[0])
        before = operation.before
        known = before.position_ms if isinstance(before, Progress) else None
        if known and all(abs(row.offset - known) >= _SAME for row in begun):
            raise RefusedError(OutcomeKind.FAILED, Reason.CHANGED_SINCE)
        if any(row.views for row in begun):
            # The only way to clear a position forgets the views as well.
            raise RefusedError(OutcomeKind.UNRESOLVED, Reason.ALREADY_WATCHED)
        for row in begun:
            self._wanted[row.key] = 0
            await self._client.unscrobble(row.key)
        return None
