"""Every row of the reference is told once, or stands outside with its reason."""

from collections import Counter
from typing import Final

from . import (
    test_accounting,
    test_guards,
    test_history,
    test_identity,
    test_progress,
    test_ratings,
    test_removals,
    test_two_way,
    test_watchlist,
)
from .outside import OUTSIDE
from .story import NUMBERS

# Tables of the reference, and how many rows each has.
TABLES: Final = {
    "I": 26,
    "W": 37,
    "D": 25,
    "R": 24,
    "H": 32,
    "P": 31,
    "A": 25,
    "V": 8,
    "G": 24,
}
MODULES: Final = (
    test_accounting,
    test_guards,
    test_history,
    test_identity,
    test_progress,
    test_ratings,
    test_removals,
    test_two_way,
    test_watchlist,
)


def test_every_row_is_there_once() -> None:
    """No number is missing, none is told twice, and none is both told and outside."""
    numbers = {
        f"{table}{at}" for table, rows in TABLES.items() for at in range(1, rows + 1)
    }
    told = Counter([*NUMBERS, *OUTSIDE])
    assert {number for number, times in told.items() if times > 1} == set()
    assert set(told) == numbers


def test_what_is_outside_has_its_reason() -> None:
    """Each is a sentence."""
    assert all(reason.endswith(".") for reason in OUTSIDE.values())
