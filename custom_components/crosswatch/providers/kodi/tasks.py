"""Operations under way, and what came of each."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...engine.model import Feature, Progress, Rated, Watched
from ...engine.plan import Action, Operation, Outcome, OutcomeKind, Reason
from .changes import (
    Changes,
    is_at_moment,
    is_at_position,
    is_watched,
    wanted_as,
    wanted_seconds,
    whole_rating,
)
from .probe import Moment
from .rows import State
from .rpc import Code, Reply


@dataclass(slots=True, eq=False)
class Task:
    """An operation with the entries that it is about, and what it sets of each."""

    operation: Operation
    keys: list[str] = field(default_factory=list)
    states: list[State] = field(default_factory=list)
    changes: list[tuple[State, Changes]] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)


def judged(
    feature: Feature, task: Task, found: Mapping[str, State | None], moment: Moment
) -> Outcome:
    """Return what came of an operation: what is held now decides, and nothing else."""
    operation = task.operation
    keys = [state.key for state, _ in task.changes]
    now = [found[key] for key in keys if key in found]
    if len(now) == len(keys) and all(
        state is not None and _confirms(feature, operation, state, moment)
        for state in now
    ):
        name = task.states[0].key
        return Outcome(operation, OutcomeKind.APPLIED, native_id=name)
    codes = {reply.code for reply in task.replies} - {None}
    if Code.BAD_PERMISSION in codes:
        return Outcome(operation, OutcomeKind.UNRESOLVED, Reason.ACCOUNT_LIMIT)
    if len(now) < len(keys) or not all(reply.answered for reply in task.replies):
        return Outcome(operation, OutcomeKind.UNKNOWN, Reason.NO_ANSWER)
    if None in now:
        return nowhere(operation)
    if codes - {Code.INVALID_PARAMS}:
        return Outcome(operation, OutcomeKind.FAILED, Reason.UNAVAILABLE)
    return Outcome(operation, OutcomeKind.FAILED, Reason.REJECTED)


def _confirms(
    feature: Feature, operation: Operation, state: State, moment: Moment
) -> bool:
    """Tell whether an entry is as an operation wants it."""
    removes, value = operation.action is Action.REMOVE, operation.value
    match feature:
        case Feature.HISTORY if removes:
            return not state.play_count
        case Feature.HISTORY:
            wanted = wanted_as(value, Watched)
            time = moment.time
            return is_watched(state, wanted, time) or is_at_moment(state, wanted, time)
        case Feature.RATINGS if removes:
            return not state.rating
        case Feature.RATINGS:
            return state.rating == whole_rating(wanted_as(value, Rated).rating)
    if removes:
        return not state.position
    seconds = wanted_seconds(wanted_as(value, Progress), state)
    return seconds is not None and is_at_position(state, seconds)


def nowhere(operation: Operation) -> Outcome:
    """Return the outcome of an operation on an item that is not in the library."""
    if operation.action is Action.REMOVE:
        return Outcome(operation, OutcomeKind.ALREADY_THERE)
    return Outcome(operation, OutcomeKind.UNRESOLVED, Reason.NOT_FOUND)
