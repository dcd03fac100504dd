"""Plan a feature in which an item is either there or not: watchlist, plain history."""

from collections.abc import Iterator

from ..matching import Match
from ..model import Value, Watched
from ..plan import Action, Operation, Reason, Skip
from .rules import Rules, combined, operation, skip


def plan_presence(match: Match, rules: Rules) -> Iterator[Operation | Skip]:
    """Add to the target what only the source has; dates that drift rewrite nothing."""
    if match.target or not match.source:
        return
    value = _newest(combined(match.source))
    if refused := rules.refusal(match, value):
        yield skip(match, rules, refused)
    else:
        yield operation(match, rules, Action.ADD, Reason.MISSING, value)


def _newest(value: Value) -> Value:
    """Return what counts of a value: of several plays, the newest."""
    if isinstance(value, Watched) and (value.plays or value.count > 1):
        return Watched(value.at)
    return value
