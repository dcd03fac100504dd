"""What may hold a plan back, whatever it wants to do."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Final

from .matching import Match
from .model import Side
from .plan import Action, Operation, Plan, Reason

SHRINK_FROM: Final = 20
SHRINK_TO: Final = 0.10


def is_suspicious_shrink(had: int, has: int) -> bool:
    """Tell whether a side lost so many records that it is not believed.

    A server that hiccups, or the wrong account, looks just like an emptied library;
    believing it would remove what is gone, or write what is there a second time.
    """
    return had >= SHRINK_FROM and has <= had * SHRINK_TO


def survivors(matches: Iterable[Match], side: Side) -> tuple[int, int]:
    """Return how many items a side had at the last run, and how many of them it has.

    The wrong account may well hold as many records as the right one, but others.
    """
    had = has = 0
    for match in matches:
        if any(
            row.seen_at(side) is not None and row.gone_at(side) is None
            for row in match.rows
        ):
            had += 1
            has += bool(match.side(side))
    return had, has


def hold_removals(plan: Plan, sides: Collection[Side], reason: Reason) -> Plan:
    """Return the plan with all removals held back that a loss of these sides led to."""
    kept: list[Operation] = []
    held: list[tuple[Operation, Reason]] = []
    for each in plan.operations:
        if each.action is Action.REMOVE and each.side.other in sides:
            held.append((each, reason))
        else:
            kept.append(each)
    return replace(plan, operations=kept, held=[*plan.held, *held])


def hold_all(plan: Plan, reason: Reason) -> Plan:
    """Return the plan with every operation held back.

    It overrules what other guards have held, but not what a person has decided.
    """
    held = [(operation, reason) for operation in plan.operations]
    kept = [
        (operation, reason if why is Reason.MASS_DELETE else why)
        for operation, why in plan.held
    ]
    return replace(plan, operations=(), held=[*kept, *held])
