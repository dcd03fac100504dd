"""From two snapshots, the ledger and the pair's policy to a plan; pure functions."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from ..ledger import LedgerRow
from ..matching import Join, Match, join
from ..model import Feature, Snapshot
from ..plan import Action, Operation, Plan, Reason, Skip
from .gates import gates
from .presence import plan_presence
from .rating import plan_ratings
from .rewatch import plan_rewatches
from .rules import Rules, skip

type Planner = Callable[[Match, Rules], Iterator[Operation | Skip]]

_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Draft:
    """A plan with the join that it rests on.

    `match_of` finds the match of an operation, by the identity of the operation.
    """

    plan: Plan
    join: Join
    match_of: Mapping[int, Match]


def plan_feature(
    source: Snapshot,
    target: Snapshot,
    ledger: Sequence[LedgerRow],
    rules: Rules,
    *,
    now: datetime,
    retry: bool = False,
) -> Draft:
    """Plan one feature of a one-way pair: what the target lacks of the source.

    `retry` also sends what is in quarantine, because a person asked for it.
    """
    planner = _planner(rules)
    joined = join(source, target, ledger)
    closed = tuple(gates(rules, now, retry=retry))
    operations: list[Operation] = []
    skips = [
        skip(each, rules, Reason.AMBIGUOUS) for each in joined.ambiguous if each.source
    ]
    match_of: dict[int, Match] = {}
    for match in joined.matches:
        for step in planner(match, rules):
            if isinstance(step, Skip):
                skips.append(step)
                continue
            for gate in closed:
                if reason := gate(step, match):
                    skips.append(skip(match, rules, reason))
                    break
            else:
                operations.append(step)
                match_of[id(step)] = match
    operations.sort(key=_order)
    plan = Plan(rules.feature, operations=operations, skips=skips)
    return Draft(plan, joined, match_of)


def _planner(rules: Rules) -> Planner:
    """Return the planner that these rules ask for."""
    if rules.feature is Feature.RATINGS:
        return plan_ratings
    if rules.feature is Feature.HISTORY and rules.rewatches:
        return plan_rewatches
    return plan_presence


def _order(operation: Operation) -> tuple[bool, datetime, tuple[str, ...]]:
    """Send updates first, and old records before new ones, the same way every time."""
    at = operation.value.at if operation.value else None
    return operation.action is Action.ADD, at or _LONG_AGO, operation.keys
