"""Writing how far something was played: one request for each title."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Final

from ...engine.model import MediaKind, Progress
from ...engine.plan import Action, Operation, Outcome, OutcomeKind, Reason
from ...engine.provider import ProviderError
from ..http import Answer, JsonObject, JsonValue
from .accounting import NO_CONTENT, outcome_of
from .client import UNKNOWN, MdblistClient
from .fields import whole_from
from .mapping import amount_from, positions_in
from .payload import ids_of, ids_to_json, place_of
from .titles import Titles

PLAYBACK: Final = "/sync/playback"
PAUSE: Final = "/scrobble/pause"
CLEAR: Final = "/scrobble/clear"
_HUNDRED: Final = 100.0
# So near are the position that was sent and the one in the answer.
_NEAR: Final = 1.0


class PositionWriter:
    """One call of write for positions."""

    def __init__(self, client: MdblistClient, operations: Sequence[Operation]) -> None:
        """Take what is to be written."""
        self._client = client
        self._operations = operations
        self._listed: Mapping[str, str] | None = None

    async def outcomes(self) -> AsyncIterator[Outcome]:
        """Send one after another and yield one outcome for each operation.

        After a request without an answer nothing more is sent.
        """
        await self._client.check_quota()
        for number, operation in enumerate(self._operations, 1):
            removes = operation.action is Action.REMOVE
            send = self._clear if removes else self._pause
            try:
                outcome = await send(operation)
            except ProviderError as err:
                if not err.maybe_sent:
                    raise
                err.maybe_sent = False
                yield outcome_of(operation, OutcomeKind.UNKNOWN)
                if number < len(self._operations):
                    raise
                return
            yield outcome

    async def _pause(self, operation: Operation) -> Outcome:
        """Write a position."""
        body, percent = title_of(operation), percent_of(operation)
        if body is None:
            return outcome_of(operation, OutcomeKind.UNRESOLVED)
        if percent is None:
            return Outcome(operation, OutcomeKind.FAILED, Reason.REJECTED)
        answer = await self._client.post(PAUSE, {**body, "progress": percent})
        if answer.status == UNKNOWN:
            return outcome_of(operation, OutcomeKind.UNRESOLVED)
        if not answer.ok:
            return Outcome(operation, OutcomeKind.FAILED, Reason.REJECTED)
        return _paused(operation, answer, percent)

    async def _clear(self, operation: Operation) -> Outcome:
        """Take a position away."""
        name = next(filter(str.isdecimal, operation.native_ids), None)
        if name is None and (name := await self._find(operation)) is None:
            return outcome_of(operation, OutcomeKind.ALREADY_THERE)
        answer = await self._client.post(CLEAR, {"id": int(name)})
        if answer.status == UNKNOWN:
            return outcome_of(operation, OutcomeKind.ALREADY_THERE)
        if not answer.ok:
            return Outcome(operation, OutcomeKind.FAILED, Reason.REJECTED)
        if answer.status == NO_CONTENT:
            return outcome_of(operation, OutcomeKind.APPLIED)
        match answer.object().get("deleted"):
            case True:
                return outcome_of(operation, OutcomeKind.APPLIED)
            case False:
                return outcome_of(operation, OutcomeKind.ALREADY_THERE)
        return outcome_of(operation, OutcomeKind.UNKNOWN)

    async def _find(self, operation: Operation) -> str | None:
        """Return what a position is cleared by, None where there is none."""
        if self._listed is None:
            answer = await self._client.get(PLAYBACK)
            self._listed = {
                key: record.native_id
                for record in positions_in(answer, Titles())
                for key in record.keys
            }
        known = self._listed
        return next((known[key] for key in operation.keys if key in known), None)


def title_of(operation: Operation) -> JsonObject | None:
    """Return how the service is to find a title, None where it cannot."""
    item = operation.item
    if item.kind is MediaKind.MOVIE:
        ids = ids_of(item)
        return {"movie": {"ids": ids_to_json(ids)}} if ids else None
    if (place := place_of(item)) is None:
        return None
    ids, season, number = place
    episode: dict[str, JsonValue] = {"number": number}
    return {
        "show": {
            "ids": ids_to_json(ids),
            "season": {"number": season, "episode": episode},
        }
    }


def percent_of(operation: Operation) -> float | None:
    """Return a position as the service takes it: neither the start nor the end."""
    value = operation.value
    if not isinstance(value, Progress):
        return None
    percent = value.percent
    if value.position_ms is not None and value.duration_ms:
        percent = _HUNDRED * value.position_ms / value.duration_ms
    if percent is None:
        return None
    rounded = round(percent, 2)
    return rounded if 0 < rounded < _HUNDRED else None


def _paused(operation: Operation, answer: Answer, percent: float) -> Outcome:
    """Return what an answer says of a position that was written."""
    if answer.status == NO_CONTENT:
        return outcome_of(operation, OutcomeKind.APPLIED)
    told = answer.object()
    reached = amount_from(told.get("progress"))
    if told.get("action") != "pause" or reached is None:
        return outcome_of(operation, OutcomeKind.UNKNOWN)
    if abs(reached - percent) > _NEAR:
        return outcome_of(operation, OutcomeKind.UNKNOWN)
    name = whole_from(told.get("id"))
    return outcome_of(operation, OutcomeKind.APPLIED, str(name) if name else "")
