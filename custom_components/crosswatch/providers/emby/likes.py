"""Ratings on a server whose own pages know no more than like and dislike.

A like is kept as 10 and a dislike as 1. Whether the server keeps a number in between
that a client sends is not documented. [unsure] Ratings are compared in two classes,
so that a like stands for every high one: otherwise a like read back would overwrite
the number that it was made of.
"""

from typing import Final

from ..answer import JsonValue

# The two classes that the engine rounds to with this step, and where they part.
RATING_STEP: Final = 5.0
_LIKED_FROM: Final = 7.5
# Below the middle it is a dislike. What is neither is not made one.
_DISLIKED_BELOW: Final = 5.0
_SAME: Final = 0.05


def likes(rating: float) -> bool | None:
    """Return whether a rating is a like or a dislike; None where it is neither."""
    if rating >= _LIKED_FROM:
        return True
    return False if rating < _DISLIKED_BELOW else None


def is_held(held: JsonValue, rating: float) -> bool:
    """Tell whether the server keeps a rating as the number that it is."""
    return (
        isinstance(held, int | float)
        and not isinstance(held, bool)
        and abs(held - rating) < _SAME
    )
