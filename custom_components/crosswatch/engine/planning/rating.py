"""Plan ratings: the same rating on both sides, as exactly as both can hold it."""

from collections.abc import Sequence
from functools import partial

from ..codec import decode_value
from ..matching import Match
from ..model import Feature, Rated, Record, Side, Value
from ..plan import Action, Operation, Reason, Skip
from ..policy import Prefer
from ..rating_steps import same_rating
from .one_sided import awaits_listing, give_whole, plan_one_sided
from .rules import Rules, Steps, combined, operation, side_text, skip


def plan_ratings(match: Match, rules: Rules) -> Steps:
    """Give a side the other's rating where it has none or another one."""
    source, target = _rated(match.source), _rated(match.target)
    if source is None and target is None:
        return ()
    if source is None or target is None:
        # A record without a rating says that its item is not rated.
        known = match._replace(
            source=_with_rating(match.source), target=_with_rating(match.target)
        )
        return plan_one_sided(known, rules, partial(_give, match))
    if same_rating(source.rating, target.rating, rules.rating_step):
        return ()
    if late := awaits_listing(match):
        return [skip(match, rules, late, Reason.NOT_LISTED)]
    if _is_kept(rules, source, target):
        return [skip(match, rules, Side.TARGET, Reason.NEWER)]
    winner = _winner(match, rules, source, target)
    if winner is None:
        return [skip(match, rules, Side.TARGET, Reason.CONFLICT)]
    side, value = winner.other, source if winner is Side.SOURCE else target
    return _update(match, rules, side, value)


def _give(
    match: Match, known: Match, rules: Rules, side: Side, value: Value
) -> Sequence[Operation | Skip]:
    """Give a rating to a side that has none, though it may well list the item."""
    if match.side(side):
        return _update(match, rules, side, value)
    steps = give_whole(known, rules, side, value)
    if isinstance(steps[0], Operation) and _is_old(match, rules, side, value):
        return [skip(match, rules, side, Reason.TOO_OLD)]
    return steps


def _update(
    match: Match, rules: Rules, side: Side, value: Value
) -> Sequence[Operation | Skip]:
    """Give a rating to a side that lists the item with none, or with another one."""
    refused = rules.refusal(match, side, value)
    if refused is None and _is_old(match, rules, side, value):
        refused = Reason.TOO_OLD
    if refused:
        return [skip(match, rules, side, refused)]
    return [operation(match, rules, side, Action.UPDATE, Reason.CHANGED, value)]


def was_before(match: Match, rules: Rules) -> bool:
    """Tell whether an item had a rating without a date before the pair was made."""
    if not rules.policy.only_new or not rules.first_run or match.rows:
        return False
    ratings = _rated(match.source), _rated(match.target)
    return any(each is not None and each.at is None for each in ratings)


def _is_old(match: Match, rules: Rules, side: Side, value: Value) -> bool:
    """Tell whether a rating is not to be given to a side, as only newer ones are.

    Without a date it is old if it was there when the pair was made, until it changes.
    """
    if value.at is not None:
        return False
    if was_before(match, rules):
        return True
    row, giver = match.row, side.other
    if not rules.policy.only_new or row.failure != Reason.TOO_OLD:
        return False
    before = row.value(giver) and decode_value(Feature.RATINGS, row.value(giver))
    return (
        isinstance(before, Rated)
        and isinstance(value, Rated)
        and same_rating(before.rating, value.rating, rules.support(giver).rating_step)
    )


def _rated(records: tuple[Record, ...]) -> Rated | None:
    """Return the rating that a side gives an item, None where it gives none."""
    rated = _with_rating(records)
    value = combined(rated) if rated else None
    return value if isinstance(value, Rated) else None


def _with_rating(records: Sequence[Record]) -> tuple[Record, ...]:
    """Return the records that rate their item, of several copies of it."""
    return tuple(
        [
            record
            for record in records
            if isinstance(record.value, Rated) and record.value.rating > 0
        ]
    )


def _winner(match: Match, rules: Rules, source: Rated, target: Rated) -> Side | None:
    """Return the side whose rating counts, None where a person has to decide.

    Who alone has changed since both agreed is right; then the newer rating is, then
    the preferred side, and the source if there is nothing else to go by.
    """
    if not rules.two_way:
        return Side.SOURCE
    changed = [
        side
        for side, value in ((Side.SOURCE, source), (Side.TARGET, target))
        if _has_changed(match, rules, side, value)
    ]
    if len(changed) == 1:
        return changed[0]
    if rules.prefer is Prefer.REPORT:
        return None
    if source.at and target.at and source.at != target.at:
        return Side.SOURCE if source.at > target.at else Side.TARGET
    return Side.TARGET if rules.prefer is Prefer.TARGET else Side.SOURCE


def _is_kept(rules: Rules, source: Rated, target: Rated) -> bool:
    """Tell whether the target's rating is only replaced by a newer one, and is not."""
    if rules.two_way or rules.policy.replace:
        return False
    return source.at is None or target.at is None or source.at <= target.at


def _has_changed(match: Match, rules: Rules, side: Side, value: Rated) -> bool:
    """Tell whether a side rates an item otherwise than when both agreed.

    One that shows what our own write should have replaced is only late with it.
    """
    row = match.row
    if not row.value(side):
        return True
    agreed = decode_value(Feature.RATINGS, row.value(side))
    step = rules.support(side).rating_step
    if isinstance(agreed, Rated) and same_rating(agreed.rating, value.rating, step):
        return False
    return not row.is_late(side, side_text(match.side(side)))
