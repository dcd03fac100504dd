"""Plan ratings: the same rating on both sides, as exactly as the target can hold it."""

from collections.abc import Iterator
from math import floor
from typing import Final

from ..matching import Match
from ..model import Rated
from ..plan import Action, Operation, Reason, Skip
from .rules import Rules, combined, operation, skip

_SAME: Final = 1e-6


def plan_ratings(match: Match, rules: Rules) -> Iterator[Operation | Skip]:
    """Give the target the source's rating where it has none or another one."""
    if not match.source:
        return
    wanted = combined(match.source)
    if not isinstance(wanted, Rated) or wanted.rating <= 0:
        return
    held = combined(match.target) if match.target else None
    if isinstance(held, Rated) and same_rating(
        wanted.rating, held.rating, rules.target.rating_step
    ):
        return
    if refused := rules.refusal(match, wanted):
        yield skip(match, rules, refused)
    elif match.target:
        yield operation(match, rules, Action.UPDATE, Reason.CHANGED, wanted)
    else:
        yield operation(match, rules, Action.ADD, Reason.MISSING, wanted)


def same_rating(wanted: float, held: float, step: float) -> bool:
    """Tell whether both ratings are the same to a service with this step."""
    return abs(rounded(wanted, step) - rounded(held, step)) < _SAME


def rounded(rating: float, step: float) -> float:
    """Return the nearest rating that a service with this step can hold.

    Halves are rounded up, and a rating never becomes none: the lowest is one step.
    """
    return max(step, floor(rating / step + 0.5) * step)
