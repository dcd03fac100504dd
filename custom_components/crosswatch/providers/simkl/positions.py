"""Writing where something was stopped: one request for each, as players do.

SIMKL has one position for each title: an episode's takes the place of that of another
one. So of several in a series only the newest is kept.
"""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from ...engine.ids import item_keys
from ...engine.model import Progress, Record
from ...engine.plan import Action, Operation, Outcome, OutcomeKind, Reason
from ...engine.provider import ProviderError
from ..answer import Answer, JsonObject
from .answers import sessions_in
from .capabilities import PLAYED
from .client import SimklClient
from .mapping import Titles
from .payload import MOVIES, Row, Target, found_by, ids_to_json
from .refusal import NOT_FOUND
from .rows import number_in, stopped

# It keeps two decimals.
_SAME: Final = 0.011
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
# By these a title is told as a part of an anime series, with SIMKL's own numbers.
_OF_ANIME: Final = frozenset({"mal", "anilist", "kitsu", "anidb"})
_OF_SERIES: Final = frozenset({"imdb", "tmdb", "tvdb"})

type Sessions = Sequence[tuple[int, Record]]


@dataclass(frozen=True, slots=True)
class PositionWriter:
    """Writes the positions of one account."""

    client: SimklClient

    async def outcomes(self, operations: Sequence[Operation]) -> AsyncIterator[Outcome]:
        """Send everything and yield one outcome for each operation.

        The oldest is sent first, so that the newest of a series is what is left: which
        these are is looked up in the end.
        """
        if not operations:
            return
        sessions = await self._sessions()
        ordered = sorted(operations, key=_moment_of)
        titles = Counter(map(_title_of, ordered))
        unsure: list[Operation] = []
        made: dict[int, int] = {}
        error: ProviderError | None = None
        for number, operation in enumerate(ordered):
            try:
                outcome = await self._done(operation, sessions, made)
            except ProviderError as err:
                error = err
                if err.maybe_sent:
                    yield Outcome(operation, OutcomeKind.UNKNOWN, Reason.NO_ANSWER)
                    err.maybe_sent = False
                    error = err if number + 1 < len(ordered) else None
                break
            is_new = outcome.kind is OutcomeKind.APPLIED
            if is_new and operation.value and titles[_title_of(operation)] > 1:
                unsure.append(operation)
            else:
                yield outcome
        for outcome in await self._left(unsure, made, given_up=error is not None):
            yield outcome
        if error is not None:
            raise error

    async def _sessions(self) -> Sessions:
        """Return where the person has stopped, as SIMKL has it now."""
        return list(stopped(Titles(), sessions_in(await self.client.playback())))

    async def _done(
        self, operation: Operation, sessions: Sessions, made: dict[int, int]
    ) -> Outcome:
        """Send one operation, unless it need not or cannot be, and say what came.

        `made` takes in the numbers of the sessions that come of it.
        """
        if operation.item.kind not in PLAYED:
            return Outcome(operation, OutcomeKind.FAILED, Reason.KIND_NOT_SUPPORTED)
        session = _session_of(operation, sessions)
        if operation.action is Action.REMOVE:
            if session is None or not await self.client.forget(session[0]):
                return Outcome(operation, OutcomeKind.ALREADY_THERE)
            return Outcome(operation, OutcomeKind.APPLIED)
        percent = percent_of(operation)
        if percent is None or not 0 < percent < 100:
            return Outcome(operation, OutcomeKind.FAILED, Reason.REJECTED)
        if session is not None and _has(session[1], percent):
            return Outcome(operation, OutcomeKind.ALREADY_THERE)
        if session is None and _is_passed(operation, sessions):
            return Outcome(operation, OutcomeKind.UNRESOLVED, Reason.ACCOUNT_LIMIT)
        if (target := found_by(operation.item)) is None:
            return Outcome(operation, OutcomeKind.UNRESOLVED, Reason.NOT_FOUND)
        answer = await self.client.pause(body_of(target, percent))
        outcome = _judged(operation, answer, percent)
        if outcome.kind is OutcomeKind.APPLIED:
            number = answer.object().get("id")
            made[id(operation)] = number if type(number) is int else 0
        return outcome

    async def _left(
        self, unsure: Sequence[Operation], made: Mapping[int, int], *, given_up: bool
    ) -> list[Outcome]:
        """Return what is left of positions of which one may have replaced another."""
        if not unsure:
            return []
        unknown = [
            Outcome(each, OutcomeKind.UNKNOWN, Reason.NO_ANSWER) for each in unsure
        ]
        if given_up:
            return unknown
        try:
            left = {number for number, _ in await self._sessions()}
        except ProviderError:
            return unknown
        found: list[Outcome] = []
        for operation in unsure:
            if made[id(operation)] in left:
                found.append(Outcome(operation, OutcomeKind.APPLIED))
                continue
            limit = Reason.ACCOUNT_LIMIT
            found.append(Outcome(operation, OutcomeKind.UNRESOLVED, limit))
        return found


def percent_of(operation: Operation) -> float | None:
    """Return how far an item is to have been played, None where that is not known."""
    value = operation.value
    if not isinstance(value, Progress):
        return None
    if value.position_ms is not None and value.duration_ms:
        return round(100 * value.position_ms / value.duration_ms, 2)
    return None if value.percent is None else round(value.percent, 2)


def body_of(target: Target, percent: float) -> JsonObject:
    """Return what a player says of something that it has stopped."""
    title: Row = {"ids": ids_to_json(target.ids)}
    if target.place is None:
        return {
            "progress": percent,
            "movie" if target.group == MOVIES else "show": title,
        }
    season, number = target.place
    episode: Row = {"season": season, "number": number}
    is_part = not _OF_ANIME.isdisjoint(target.ids) and _OF_SERIES.isdisjoint(target.ids)
    return {
        "progress": percent,
        "anime" if is_part else "show": title,
        "episode": episode,
    }


def _judged(operation: Operation, answer: Answer, percent: float) -> Outcome:
    """Return what came of a position.

    409 says that it was watched to its end within the hour.
    """
    if answer.status == NOT_FOUND:
        return Outcome(operation, OutcomeKind.UNRESOLVED, Reason.NOT_FOUND)
    if not answer.ok:
        return Outcome(operation, OutcomeKind.FAILED, Reason.REJECTED)
    told = answer.object()
    kept = told.get("progress")
    if (
        told.get("action") == "pause"
        and isinstance(kept, int | float)
        and abs(kept - percent) <= _SAME
    ):
        return Outcome(operation, OutcomeKind.APPLIED)
    return Outcome(operation, OutcomeKind.UNKNOWN, Reason.NO_ANSWER)


def _session_of(operation: Operation, sessions: Sessions) -> tuple[int, Record] | None:
    """Return the session of exactly the item that an operation is about."""
    keys = {*operation.keys, *item_keys(operation.item)}
    for number, record in sessions:
        if record.native_id in operation.native_ids or not keys.isdisjoint(record.keys):
            return number, record
    return None


def _is_passed(operation: Operation, sessions: Sessions) -> bool:
    """Tell whether the title stands elsewhere since: that is not to be replaced."""
    numbers = {number_in(name) for name in operation.native_ids} - {""}
    keys = set(item_keys(operation.item.show or operation.item))
    at = operation.value.at if operation.value else None
    return any(
        at is None or (record.value.at is not None and record.value.at > at)
        for _, record in sessions
        if number_in(record.native_id) in numbers
        or not keys.isdisjoint(item_keys(record.item.show or record.item))
    )


def _has(record: Record, percent: float) -> bool:
    """Tell whether a session stands at a percentage."""
    assert isinstance(record.value, Progress)
    held = record.value.percent
    return held is not None and abs(held - percent) <= _SAME


def _title_of(operation: Operation) -> str:
    """Return what tells the title of an operation, which may be an episode's series."""
    item = operation.item.show or operation.item
    return next(iter(item_keys(item)), operation.item.label)


def _moment_of(operation: Operation) -> datetime:
    """Return when something was stopped."""
    at = operation.value.at if operation.value else None
    return at or _LONG_AGO
