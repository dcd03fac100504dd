"""What may hold a plan back, whatever it wants to do."""

from dataclasses import replace
from typing import Final

from .plan import Plan, Reason

SHRINK_FROM: Final = 20
SHRINK_TO: Final = 0.10


def is_suspicious_shrink(had: int, has: int) -> bool:
    """Tell whether a side lost so many records that it is not believed.

    A server that hiccups, or the wrong account, looks just like an emptied library;
    believing it would remove what is gone, or write what is there a second time.
    """
    return had >= SHRINK_FROM and has <= had * SHRINK_TO


def hold_all(plan: Plan, reason: Reason) -> Plan:
    """Return the plan with every operation held back."""
    held = [(operation, reason) for operation in plan.operations]
    return replace(plan, operations=(), held=[*plan.held, *held])
