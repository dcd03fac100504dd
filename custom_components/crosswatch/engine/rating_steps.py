"""Ratings as a service can hold them: in steps of its own."""

from math import floor
from typing import Final

_SAME: Final = 1e-6


def same_rating(wanted: float, held: float, step: float) -> bool:
    """Tell whether both ratings are the same to a service with this step."""
    return abs(rounded(wanted, step) - rounded(held, step)) < _SAME


def rounded(rating: float, step: float) -> float:
    """Return the nearest rating that a service with this step can hold.

    Halves are rounded up, and a rating never becomes none: the lowest is one step.
    """
    return max(step, floor(rating / step + 0.5) * step)
