"""Whether a side holds what was written there, as exactly as its service keeps it."""

from ..model import Progress, Rated, Side, Value, Watched
from ..rating_steps import same_rating
from .one_sided import SAME_DATE, differs
from .position import is_same_position
from .rules import Rules


def is_as_written(written: Value, held: Value, rules: Rules, side: Side) -> bool:
    """Tell whether what a side holds is what was written there, no newer value."""
    match written, held:
        case Rated(), Rated():
            step = rules.support(side).rating_step
            return same_rating(written.rating, held.rating, step)
        case Progress(), Progress():
            return is_same_position(written, held, rules)
        case Watched(), Watched():
            if written.at is None or held.at is None:
                return written.at is held.at
            return abs(held.at - written.at) <= SAME_DATE
    return not differs(written, held)
