"""AniList's scores: each account rates in a format of its own choice."""

from enum import StrEnum
from math import floor
from typing import Final


class ScoreFormat(StrEnum):
    """How an account rates."""

    POINT_100 = "POINT_100"
    POINT_10_DECIMAL = "POINT_10_DECIMAL"
    POINT_10 = "POINT_10"
    POINT_5 = "POINT_5"
    POINT_3 = "POINT_3"


# What one point is worth, out of 10.
_WORTH: Final = {
    ScoreFormat.POINT_100: 10 / 100,
    ScoreFormat.POINT_10_DECIMAL: 1.0,
    ScoreFormat.POINT_10: 1.0,
    ScoreFormat.POINT_5: 10 / 5,
    ScoreFormat.POINT_3: 10 / 3,
}
_DECIMAL: Final = 0.1
_DIGITS: Final = 4


def step_of(form: ScoreFormat) -> float:
    """Return the distance between two ratings that an account can hold, out of 10."""
    return _DECIMAL if form is ScoreFormat.POINT_10_DECIMAL else _WORTH[form]


def rating_of(score: float, form: ScoreFormat) -> float:
    """Return the rating out of 10 that a score says; 0 is none."""
    return round(score * _WORTH[form], _DIGITS)


def score_of(rating: float, form: ScoreFormat) -> float:
    """Return the score that is nearest to a rating: it reads back as the same.

    Halves are rounded up as the engine does it, and no rating becomes no score.
    """
    step = step_of(form)
    held = min(max(floor(rating / step + 0.5), 1) * step, 10)
    return round(held / _WORTH[form], _DIGITS)
