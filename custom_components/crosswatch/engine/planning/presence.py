"""Plan a feature in which an item is either there or not: watchlist, plain history."""

from ..matching import Match
from ..model import Side, Value, Watched
from .one_sided import give_whole, plan_one_sided
from .rules import Rules, Steps


def plan_presence(match: Match, rules: Rules) -> Steps:
    """Give either side what only the other has; dates that drift rewrite nothing."""
    if match.source and match.target:
        return ()
    if not match.source and not match.target:
        return ()
    return plan_one_sided(match, rules, _give)


def _give(match: Match, rules: Rules, side: Side, value: Value) -> Steps:
    """Give an item to a side that lacks it; of several plays, the newest counts."""
    if isinstance(value, Watched) and (value.plays or value.count > 1):
        value = Watched(value.at)
    return give_whole(match, rules, side, value)
