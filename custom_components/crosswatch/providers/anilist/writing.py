"""Sends operations to AniList, several with one mutation, and tells what came of each."""

from collections import deque
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ...engine.model import Feature, Rated
from ...engine.plan import Action, Operation, Outcome, OutcomeKind, Reason
from ...engine.provider import ProviderError
from ..http import JsonObject, JsonValue
from . import queries
from .capabilities import BATCH_SIZE
from .client import AniListClient
from .finding import Finder, Target
from .mapping import PLANNING
from .queries import Field
from .refusal import RefusedError
from .scores import score_of

_SAME: Final = 0.01
# Where an answer says how things are.
_TOLD: Final = frozenset({"status", "score", "deleted"})


@dataclass(frozen=True, slots=True)
class Change:
    """An operation that has something to change, and what is to hold then."""

    operation: Operation
    media_id: int
    field: Field
    status: str | None = None
    score: float | None = None

    def outcome(self, kind: OutcomeKind, reason: Reason | None = None) -> Outcome:
        """Return what came of it."""
        return Outcome(self.operation, kind, reason, str(self.media_id))

    def is_told_by(self, answer: JsonValue | None, *, plainly: bool = False) -> bool:
        """Tell whether an answer says that it is so now.

        A plain answer may tell of the entry only that there is one, without an error.
        """
        if not isinstance(answer, dict):
            return False
        if plainly and answer.get("id") and answer.keys().isdisjoint(_TOLD):
            return True
        if self.status is not None:
            return answer.get("status") == self.status
        if self.score is None:
            return answer.get("deleted") is True
        score = answer.get("score")
        if score is None:
            return "score" in answer and not self.score
        return isinstance(score, int | float) and abs(score - self.score) < _SAME


class Writer:
    """Carries out the operations of one call."""

    def __init__(self, client: AniListClient, finder: Finder, feature: Feature) -> None:
        """Take the API, what finds titles there, and what is to be changed."""
        self._client = client
        self._finder = finder
        self._feature = feature

    async def write(self, operations: Sequence[Operation]) -> AsyncIterator[Outcome]:
        """Yield one outcome for each operation.

        What the account has is asked anew right before: a title that somebody has
        begun to watch since must not become a planned one.
        """
        for at in range(0, len(operations), BATCH_SIZE):
            some = operations[at : at + BATCH_SIZE]
            changes: list[Change] = []
            targets = await self._finder.find(some)
            for operation, target in zip(some, targets, strict=True):
                found = self._judge(operation, target)
                if isinstance(found, Change):
                    changes.append(found)
                else:
                    yield found
            more = at + BATCH_SIZE < len(operations)
            async for outcome in self._send_all(changes, more=more):
                yield outcome

    def _judge(self, operation: Operation, target: Target | None) -> Change | Outcome:
        """Return what is to be changed, or why nothing is."""
        removes = operation.action is Action.REMOVE
        if target is None:
            return Outcome(operation, OutcomeKind.UNRESOLVED, Reason.NOT_FOUND)
        there = Outcome(
            operation, OutcomeKind.ALREADY_THERE, native_id=str(target.media_id)
        )
        if self._feature is Feature.RATINGS:
            if removes:
                return self._unrated(operation, target) or there
            return self._rated(operation, target) or there
        if not removes:
            # Any other status says that it is more than planned by now.
            if target.entry_id is not None:
                return there
            field = queries.plan(target.media_id)
            return Change(operation, target.media_id, field, status=PLANNING)
        if target.entry_id is None or target.status != PLANNING:
            return there
        if target.in_use:
            # An entry can only be deleted with all that stands in it.
            return Outcome(operation, OutcomeKind.FAILED, Reason.NOT_REMOVED)
        field = queries.delete(target.entry_id)
        return Change(operation, target.media_id, field)

    def _rated(self, operation: Operation, target: Target) -> Change | Outcome | None:
        """Return what gives a title its score, None where it has it."""
        if not isinstance(operation.value, Rated):
            return Outcome(operation, OutcomeKind.FAILED, Reason.FEATURE_NOT_SUPPORTED)
        score = score_of(operation.value.rating, self._finder.form)
        if abs(score - target.score) < _SAME:
            return None
        new = target.entry_id is None
        field = self._client.rate(target.media_id, score, new=new)
        return Change(operation, target.media_id, field, score=score)

    def _unrated(self, operation: Operation, target: Target) -> Change | None:
        """Return what takes a title's score, None where it has none."""
        if target.entry_id is None or not target.score:
            return None
        field = self._client.unrate(target.media_id, target.entry_id)
        return Change(operation, target.media_id, field, score=0.0)

    async def _send_all(
        self, changes: Sequence[Change], *, more: bool
    ) -> AsyncIterator[Outcome]:
        """Send changes; after one without an answer nothing more is sent."""
        pending = deque(_parts(_distinct(changes), self._client.at_once))
        while pending:
            part = pending.popleft()
            doubt: ProviderError | None = None
            try:
                outcomes, rest = await self._send(part)
            except ProviderError as err:
                if not err.maybe_sent:
                    raise
                err.maybe_sent = False
                doubt, rest = err, ()
                outcomes = [
                    each.outcome(OutcomeKind.UNKNOWN, Reason.NO_ANSWER) for each in part
                ]
            for outcome in outcomes:
                yield outcome
            pending.extendleft(reversed(list(_halves(rest))))
            if doubt is not None and (pending or more):
                raise doubt

    async def _send(
        self, part: Sequence[Change]
    ) -> tuple[list[Outcome], Sequence[Change]]:
        """Send a mutation; return what came of it, and what has to be sent again.

        Where AniList refuses one part of a mutation, the others may be done or not.
        They all say how something is to be, so that doing them again does no harm.
        """
        text, variables = queries.mutation([each.field for each in part])
        try:
            data: JsonObject = await self._client.change(text, variables)
        except RefusedError as err:
            if len(part) == 1:
                return [_refused(part[0], err)], ()
            return self._told(part, err.data)
        told, rest = self._told(part, data)
        unclear = [each.outcome(OutcomeKind.UNKNOWN, Reason.NO_ANSWER) for each in rest]
        return [*told, *unclear], ()

    def _told(
        self, part: Sequence[Change], data: JsonObject
    ) -> tuple[list[Outcome], list[Change]]:
        """Return what an answer confirms, and what it does not."""
        told: list[Outcome] = []
        rest: list[Change] = []
        names = queries.names_of([each.field for each in part])
        for name, change in zip(names, part, strict=True):
            if change.is_told_by(data.get(name), plainly=self._client.is_plain):
                told.append(change.outcome(OutcomeKind.APPLIED))
            else:
                rest.append(change)
        return told, rest


def _refused(change: Change, err: RefusedError) -> Outcome:
    """Return what came of a change that AniList refuses by itself."""
    removes = change.operation.action is Action.REMOVE
    if err.missing and removes:
        return change.outcome(OutcomeKind.ALREADY_THERE)
    if err.missing:
        return change.outcome(OutcomeKind.UNRESOLVED, Reason.NOT_FOUND)
    return change.outcome(OutcomeKind.FAILED, Reason.REJECTED)


def _distinct(changes: Iterable[Change]) -> Iterator[list[Change]]:
    """Yield changes in groups in which each title stands once."""
    groups: list[list[Change]] = [[]]
    last: dict[int, int] = {}
    for change in changes:
        at = last.get(change.media_id, -1) + 1
        last[change.media_id] = at
        if at == len(groups):
            groups.append([])
        groups[at].append(change)
    yield from groups


def _parts(groups: Iterable[Sequence[Change]], size: int) -> Iterator[Sequence[Change]]:
    """Yield changes in parts of no more than so many."""
    for group in groups:
        for at in range(0, len(group), size):
            yield group[at : at + size]


def _halves(changes: Sequence[Change]) -> Iterator[Sequence[Change]]:
    """Yield both halves of what was refused as a whole."""
    middle = len(changes) // 2
    yield from (half for half in (changes[:middle], changes[middle:]) if half)
