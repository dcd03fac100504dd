"""Plan an item that only one side has: give it to the other side, or take it away."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from ..codec import decode_value
from ..matching import Match
from ..model import Feature, Progress, Rated, Side, Value
from ..plan import Action, Operation, Reason, Skip
from .rules import Rules, Steps, combined, operation, removal, side_text, skip

GONE: Final = {
    Side.SOURCE: Reason.GONE_FROM_SOURCE,
    Side.TARGET: Reason.GONE_FROM_TARGET,
}

# Some services keep the minute of a date only, or write it anew.
SAME_DATE: Final = timedelta(minutes=1)

type Give = Callable[[Match, Rules, Side, Value], Steps]


def plan_one_sided(match: Match, rules: Rules, give: Give) -> Steps:
    """Plan an item of one side; `give` plans what it takes to give it to the other."""
    here = Side.SOURCE if match.source else Side.TARGET
    there = here.other
    value = combined(match.side(here))
    if not had_it(match, there):
        if rules.writes(there):
            return give(match, rules, there, value)
        return _mirror(match, rules, here, value)
    if is_newer(match, rules, here, value):
        if rules.writes(there):
            return give(match, rules, there, value)
        return [skip(match, rules, here, Reason.NEWER)]
    if rules.support(there).forgets:
        return [skip(match, rules, there, Reason.NEWER)]
    if rules.writes(here) and rules.policy.remove:
        return take(match, rules, here, GONE[there], value)
    if rules.writes(there) and rules.feature is not Feature.PROGRESS:
        return give(match, rules, there, value)
    if rules.writes(here):
        return [skip(match, rules, here, Reason.REMOVING_OFF)]
    # A position that is gone was most likely played to its end.
    return [skip(match, rules, there, Reason.NEWER)]


def had_it(match: Match, side: Side) -> bool:
    """Tell whether a side that lacks the item was seen live with it before."""
    return any(row.seen_at(side) is not None for row in match.rows)


def is_newer(match: Match, rules: Rules, here: Side, value: Value) -> bool:
    """Tell whether the side that has an item says something new of it.

    Something newer than what both agreed on wins over an older removal; and so does
    an item that was gone from here as well and is back.
    """
    for row in match.rows:
        if row.gone_at(here) is not None:
            return True
        if row.value(here) and differs(
            decode_value(rules.feature, row.value(here)), value
        ):
            return True
    return False


def awaits_listing(match: Match) -> Side | None:
    """Return the side that only shows still what our last update there replaced.

    Not where the other side has changed since: then there is something new to write.
    """
    row = match.row
    for side in Side:
        if row.is_late(side, side_text(match.side(side))):
            there = side.other
            unchanged = row.value(there) == side_text(match.side(there))
            return side if unchanged else None
    return None


def differs(agreed: Value, now: Value) -> bool:
    """Tell whether a value is newer than the one that both sides agreed on."""
    match agreed, now:
        case Rated(), Rated():
            return agreed.rating != now.rating
        case Progress(), Progress():
            return (agreed.position_ms, agreed.percent) != (
                now.position_ms,
                now.percent,
            )
    if agreed.at is None or now.at is None:
        return False
    return now.at - agreed.at > SAME_DATE


def _mirror(match: Match, rules: Rules, here: Side, value: Value) -> Steps:
    """Take from the target of a mirror what the source never had.

    Only what an earlier run has seen there: the first run removes nothing.
    """
    if rules.mirrors and had_it(match, here):
        return take(match, rules, here, Reason.NOT_IN_SOURCE, value)
    return ()


def take(
    match: Match, rules: Rules, side: Side, reason: Reason, value: Value
) -> list[Operation | Skip]:
    """Take an item from this side, unless a filter keeps it out of the pair."""
    kind = match.side(side)[0].item.kind
    if refused := rules.out_of_scope(match, kind, value):
        return [skip(match, rules, side, refused)]
    return [removal(match, rules, side, reason)]


def give_whole(
    match: Match, rules: Rules, side: Side, value: Value
) -> list[Operation | Skip]:
    """Give an item to a side that lacks it, with what the other says of it."""
    if refused := rules.refusal(match, side, value):
        return [skip(match, rules, side, refused)]
    return [operation(match, rules, side, Action.ADD, Reason.MISSING, value)]
