"""Writing positions: Trakt is told that something was stopped there.

It has no other way. A stop between 1 % and 79 % is documented to be kept as a position,
above 80 % it is kept as a play. A pause is documented for what is being watched only,
and has been seen to leave its title being watched. So nothing is sent that is not
clearly below the border.
"""

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from math import floor
from typing import Final

from ...engine.ids import item_keys
from ...engine.model import Item, MediaKind, Progress
from ...engine.plan import Action, Operation, Outcome, OutcomeKind, Reason
from ...engine.provider import ProtocolError, ProviderError
from ..http import Answer, JsonObject, JsonValue
from .capabilities import COMPLETES_AT
from .client import TraktClient
from .mapping import PausedRow, trakt_id_in
from .payload import Ids, ids_for, ids_to_json, own_ids, place_of
from .playback import Playback
from .refusal import CONFLICT, NOT_FOUND

# Below this, Trakt ignores a stop.
LEAST: Final = 1.0
# Positions in percent that are closer to each other are the same.
SAME: Final = 0.1


class Stopper:
    """One call of write with positions."""

    def __init__(self, client: TraktClient, operations: Sequence[Operation]) -> None:
        """Take the API on behalf of the account, and what is to be done."""
        self._client = client
        self._playback = Playback(client)
        self._removals = [each for each in operations if _removes(each)]
        self._others = [each for each in operations if not _removes(each)]

    async def outcomes(self) -> AsyncIterator[Outcome]:
        """Send everything and yield one outcome for each operation."""
        sendable: list[Operation] = []
        for operation in self._others:
            if (reason := objection(operation)) is None:
                sendable.append(operation)
            else:
                yield Outcome(operation, OutcomeKind.UNRESOLVED, reason)
        if sendable and await self._client.watching() is not None:
            # A stop would end what somebody is watching: all of it has time.
            for operation in sendable:
                yield Outcome(operation, OutcomeKind.FAILED, Reason.BEING_PLAYED)
            sendable = []
        rows = await self._playback.rows() if self._removals else []
        work = [*sendable, *self._removals]
        for number, operation in enumerate(work, 1):
            try:
                outcome = await self._send(operation, rows)
            except ProviderError as err:
                if not err.maybe_sent:
                    raise
                yield Outcome(operation, OutcomeKind.UNKNOWN, Reason.NO_ANSWER)
                if number < len(work):
                    # It speaks for the rest, which was not sent.
                    err.maybe_sent = False
                    raise
            else:
                yield outcome

    async def _send(self, operation: Operation, rows: Iterable[PausedRow]) -> Outcome:
        """Send one operation, and return what came of it."""
        if _removes(operation):
            return await self._forget(operation, list(rows_of(operation, rows)))
        percent = percent_of(operation.value)
        assert percent is not None
        for body in bodies(operation):
            answer = await self._client.stop_at({**body, "progress": percent})
            if answer.status != NOT_FOUND:
                return judged(operation, answer, percent)
        return Outcome(operation, OutcomeKind.UNRESOLVED, Reason.NOT_FOUND)

    async def _forget(self, operation: Operation, rows: Sequence[PausedRow]) -> Outcome:
        """Take a title's position away, unless it was played since."""
        known = percent_of(operation.before)
        if known is not None and any(not _is_at(row, known) for row in rows):
            return Outcome(operation, OutcomeKind.FAILED, Reason.CHANGED_SINCE)
        gone = [await self._client.forget_position(row.row_id) for row in rows]
        done = OutcomeKind.APPLIED if any(gone) else OutcomeKind.ALREADY_THERE
        return Outcome(operation, done)


def objection(operation: Operation) -> Reason | None:
    """Return why a position cannot be written, or None."""
    if operation.item.kind not in {MediaKind.MOVIE, MediaKind.EPISODE}:
        return Reason.KIND_NOT_SUPPORTED
    percent = percent_of(operation.value)
    if percent is None:
        # Nobody knows how long it is.
        return Reason.REJECTED
    if percent < LEAST:
        return Reason.BELOW_MINIMUM
    if percent >= COMPLETES_AT:
        return Reason.NEARLY_FINISHED
    return None if any(bodies(operation)) else Reason.NOT_FOUND


def percent_of(value: object) -> float | None:
    """Return a position in percent, cut to what is sent; None where it is unknown."""
    if not isinstance(value, Progress):
        return None
    percent = value.percent
    if value.position_ms is not None:
        length = value.duration_ms
        percent = 100 * value.position_ms / length if length else None
    # Cut, as rounding up may cross a border; but not by how fractions are kept.
    return None if percent is None else floor(percent * 100 + 1e-6) / 100


def bodies(operation: Operation) -> Iterator[dict[str, JsonValue]]:
    """Yield the ways to name an item: by Trakt's id, by its place, by other ids."""
    item = operation.item
    own = own_ids(item, operation.native_ids)
    if item.kind is MediaKind.MOVIE:
        if own:
            yield {"movie": _titled(item, own)}
        return
    place = place_of(item)
    if "trakt" not in own and place is not None and item.show is not None:
        if show := ids_for(item.show):
            season, number = place
            yield {
                "show": _titled(item.show, show),
                "episode": {"season": season, "number": number},
            }
    if own:
        yield {"episode": {"ids": ids_to_json(own)}}


def _titled(item: Item, ids: Ids) -> dict[str, JsonValue]:
    """Return a movie or a show as it is named, which wants its title beside the ids."""
    named: dict[str, JsonValue] = {"ids": ids_to_json(ids)}
    if item.title and item.year is not None:
        named.update(title=item.title, year=item.year)
    return named


def judged(operation: Operation, answer: Answer, percent: float) -> Outcome:
    """Return what an answer says of a stop.

    It is done only if Trakt says so: that it took it for a pause, and where.
    """
    if answer.status == CONFLICT:
        # It was watched to its end a moment ago.
        return Outcome(operation, OutcomeKind.FAILED, Reason.ALREADY_WATCHED)
    if not answer.ok:
        return Outcome(operation, OutcomeKind.FAILED, Reason.REJECTED)
    try:
        told = answer.object()
    except ProtocolError:
        return Outcome(operation, OutcomeKind.UNKNOWN, Reason.NO_ANSWER)
    progress, action = told.get("progress"), told.get("action")
    if action != "pause":
        return Outcome(operation, OutcomeKind.FAILED, Reason.REJECTED)
    if not isinstance(progress, int | float) or abs(progress - percent) > SAME:
        return Outcome(operation, OutcomeKind.UNKNOWN, Reason.NO_ANSWER)
    native_id = _native_id(told, operation.item.kind)
    return Outcome(operation, OutcomeKind.APPLIED, native_id=native_id)


def _native_id(told: JsonObject, kind: MediaKind) -> str:
    """Return Trakt's own name for what an answer is about, empty if it tells none."""
    title = told.get(kind.value)
    try:
        return f"{kind.value}:{trakt_id_in(title)}" if isinstance(title, dict) else ""
    except ProtocolError:
        return ""


def rows_of(operation: Operation, rows: Iterable[PausedRow]) -> Iterator[PausedRow]:
    """Yield the rows of a title, by its address or else by its ids."""
    keys = {*operation.keys, *item_keys(operation.item)}
    for row in rows:
        if row.native_id in operation.native_ids or not keys.isdisjoint(
            item_keys(row.item)
        ):
            yield row


def _is_at(row: PausedRow, percent: float) -> bool:
    """Tell whether a row still is where it was, or nowhere."""
    return row.percent is None or abs(row.percent - percent) <= SAME


def _removes(operation: Operation) -> bool:
    """Tell whether an operation takes a position away."""
    return operation.action is Action.REMOVE
