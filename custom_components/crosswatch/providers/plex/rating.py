"""Writes ratings."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from math import floor
from typing import Final

from ...engine.model import Rated, Value
from ...engine.plan import Action, Operation, Outcome, OutcomeKind, Reason
from .client import PlexClient
from .rows import Row
from .targets import RefusedError, Targets, already, wanted_as

LOWEST: Final = 1
HIGHEST: Final = 10
# Plex's word for no rating; some versions know the other one only.
NO_RATING: Final = -1
NO_RATING_EITHER: Final = 0

_SAME: Final = 0.05
# A date in the future is refused, and clocks differ.
_CERTAINLY_PAST: Final = timedelta(minutes=15)


class RatingChange:
    """Rates items; all copies of a title alike."""

    def __init__(
        self, client: PlexClient, targets: Targets, now: Callable[[], datetime]
    ) -> None:
        """Start without having rated anything."""
        self._client = client
        self._targets = targets
        self._now = now
        self._wanted: dict[str, float | None] = {}

    async def prepare(self, operations: Sequence[Operation]) -> None:
        """Need nothing."""

    async def send(self, operation: Operation, rows: Sequence[Row]) -> Outcome | None:
        """Rate the copies of an item, or take their rating away."""
        wanted: int | None = None
        rated: int | None = None
        if operation.action is not Action.REMOVE:
            value = wanted_as(operation.value, Rated)
            wanted, rated = rating_step(value.rating), self._date(value)
        if all(_is_same(row.rating, wanted) for row in rows):
            return already(operation, rows[0])
        if was_rated_since([row.rating for row in rows], operation, wanted):
            raise RefusedError(OutcomeKind.FAILED, Reason.CHANGED_SINCE)
        for row in rows:
            self._wanted[row.key] = wanted
            if not _is_same(row.rating, wanted):
                await self._client.rate(
                    row.key, NO_RATING if wanted is None else wanted, rated
                )
        return None

    def is_done(self, row: Row) -> bool:
        """Tell whether an item has the rating that was sent for it."""
        return _is_same(row.rating, self._wanted.get(row.key))

    async def finish(self, rows: dict[str, Row]) -> None:
        """Take ratings away in the other way where they are still there."""
        left = [
            key
            for key, row in rows.items()
            if self._wanted.get(key) is None and not self.is_done(row)
        ]
        for key in left:
            await self._client.rate(key, NO_RATING_EITHER)
        rows |= await self._targets.until(left, self.is_done)

    def _date(self, value: Rated) -> int | None:
        """Return when an item was rated, as the server takes it."""
        if value.at is None or value.at > self._now() - _CERTAINLY_PAST:
            return None
        return int(value.at.timestamp())


def rating_step(rating: float) -> int:
    """Return a rating as Plex keeps it: in half stars, and none of zero."""
    return min(max(floor(rating + 0.5), LOWEST), HIGHEST)


def was_rated_since(
    ratings: Collection[float | None], operation: Operation, wanted: float | None
) -> bool:
    """Tell whether none of an item's copies is rated as the operation knows it.

    Nor as it wants them to be, in which case there is nothing to lose.
    """
    before = _rating(operation.before)
    if before is None and operation.action is Action.REMOVE:
        # It does not know.
        return False
    return not any(
        _is_same(rating, before) or _is_same(rating, wanted) for rating in ratings
    )


def _rating(value: Value | None) -> float | None:
    """Return a rating, None where there is none."""
    return value.rating if isinstance(value, Rated) else None


def _is_same(rating: float | None, other: float | None) -> bool:
    """Tell whether two ratings are the same."""
    if rating is None or other is None:
        return rating is other
    return abs(rating - other) < _SAME
