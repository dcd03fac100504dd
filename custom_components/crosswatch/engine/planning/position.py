"""Plan progress: how far items were played, where that is worth copying."""

from datetime import timedelta
from typing import Final

from ..codec import decode_value
from ..matching import Match
from ..model import Feature, Progress, Record, Side, Value
from ..plan import Action, Operation, Reason, Skip
from ..policy import Prefer
from .one_sided import awaits_listing, had_it, plan_one_sided, take
from .rules import Rules, Steps, combined, operation, side_text, skip

# Positions in percent differ from here on, in points.
_SAME_PERCENT: Final = 0.1
_MS: Final = timedelta(milliseconds=1)
# What a player reports and what a server notes of it are this far apart at most.
_SAME_MOMENT: Final = timedelta(seconds=30)


def plan_progress(match: Match, rules: Rules) -> Steps:
    """Give a side the other's position where that is newer, and far enough away."""
    if not match.source and not match.target:
        return ()
    if not match.source or not match.target:
        return _plan_one_sided(match, rules)
    source, target = _position(match.source), _position(match.target)
    if source is None or target is None or is_same_position(source, target, rules):
        return ()
    if late := awaits_listing(match):
        return [skip(match, rules, late, Reason.NOT_LISTED)]
    side = _side_to_write(match, rules, source, target)
    if side is None:
        return ()
    if isinstance(side, Reason):
        return [skip(match, rules, Side.TARGET, side)]
    value, held = (source, target) if side is Side.TARGET else (target, source)
    if _is_start(value):
        if not _has_changed(match, side.other, value, rules):
            # It was put to the start before, and has been played there since.
            return ()
        return _clear(match, rules, side, held)
    return _write(match, rules, side, value, held)


def _plan_one_sided(match: Match, rules: Rules) -> Steps:
    """Plan a position that only one side has."""
    here = Side.SOURCE if match.source else Side.TARGET
    value = _position(match.side(here))
    if value is None or _is_start(value) or _is_unset(value):
        return ()
    steps = plan_one_sided(match, rules, _give)
    clears = any(
        isinstance(step, Operation) and step.action is Action.REMOVE for step in steps
    )
    if clears and (reason := _not_worth(value, rules, here)):
        return [skip(match, rules, here, reason)]
    return steps


def _give(match: Match, rules: Rules, side: Side, value: Value) -> Steps:
    """Give a position to a side that has none."""
    if not isinstance(value, Progress):
        return ()
    return _write(match, rules, side, value, Progress())


def _write(
    match: Match, rules: Rules, side: Side, value: Progress, held: Progress
) -> list[Operation | Skip]:
    """Write a position to a side, unless there is a reason to leave it alone."""
    reason = (
        _not_worth(value, rules, side)
        or not_now(value, held, rules)
        or rules.refusal(match, side, value)
    )
    if reason:
        return [skip(match, rules, side, reason)]
    has_position = bool(match.side(side)) and not _is_unset(held)
    action = Action.UPDATE if has_position else Action.ADD
    why = Reason.CHANGED if has_position else Reason.MISSING
    return [operation(match, rules, side, action, why, value)]


def _clear(match: Match, rules: Rules, side: Side, held: Progress) -> Steps:
    """Put a side back to the start, as a person did on the other side."""
    if held.playing:
        return [skip(match, rules, side, Reason.BEING_PLAYED)]
    if not had_it(match, side) or not had_it(match, side.other):
        # Nothing is ever removed in a first run.
        return ()
    if not rules.policy.remove:
        return [skip(match, rules, side, Reason.REMOVING_OFF)]
    return take(match, rules, side, Reason.RESET, held)


def _not_worth(value: Progress, rules: Rules, side: Side) -> Reason | None:
    """Return why a position is too near the start or the end, or None."""
    limits, support = rules.policy.progress, rules.support(side)
    position = value.position_ms
    if position is not None and position * _MS < limits.min_position:
        return Reason.BELOW_MINIMUM
    percent = _percent(value)
    if percent is None:
        return None
    ceiling = limits.max_percent
    is_short = value.duration_ms is not None and (
        value.duration_ms * _MS < support.completes_from
    )
    if support.completes_at is not None and not is_short:
        ceiling = min(ceiling, support.completes_at)
    return Reason.NEARLY_FINISHED if percent >= ceiling else None


def not_now(value: Progress, held: Progress, rules: Rules) -> Reason | None:
    """Return why a side must keep its state although the other's differs, or None."""
    if held.playing:
        return Reason.BEING_PLAYED
    if not held.watched or rules.policy.progress.replay:
        return None
    newer = held.at and value.at and held.at - value.at > _SAME_MOMENT
    return Reason.NEWER if newer else Reason.ALREADY_WATCHED


def _side_to_write(
    match: Match, rules: Rules, source: Progress, target: Progress
) -> Side | Reason | None:
    """Return the side to write, why neither may be, or None where neither need be."""
    if not rules.two_way:
        return Side.TARGET if _beats(source, target) else None
    if _is_unset(source) or _is_unset(target):
        if _is_unset(source) and _is_unset(target):
            return None
        return Side.SOURCE if _is_unset(source) else Side.TARGET
    changed = [
        side
        for side, value in ((Side.SOURCE, source), (Side.TARGET, target))
        if _has_changed(match, side, value, rules)
    ]
    if len(changed) == 1 and match.rows:
        new = source if changed[0] is Side.SOURCE else target
        # Nothing is cleared before both sides were seen with a position.
        if not _is_start(new) or all(had_it(match, side) for side in Side):
            return changed[0].other
    if rules.prefer is Prefer.REPORT:
        return Reason.CONFLICT
    return _older(source, target, rules)


def _beats(source: Progress, target: Progress) -> bool:
    """Tell whether the target of a one-way pair is to get the source's position."""
    if _is_unset(source):
        return False
    if _is_unset(target) or (target.watched and not _is_start(source)):
        # Whether it is watched again is a question of its own.
        return True
    both_dated = source.at is not None and target.at is not None
    if source.at and target.at and source.at < target.at:
        return False
    ours, theirs = source.position_ms, target.position_ms
    if _is_start(source) or ours is None or theirs is None or ours > theirs:
        return True
    return both_dated and source.at != target.at


def _older(source: Progress, target: Progress, rules: Rules) -> Side:
    """Return the side whose position is the older one, or else the smaller one.

    A side that tells when it was played knows more than one that does not.
    """
    if source.at != target.at:
        if source.at is None or target.at is None:
            return Side.SOURCE if source.at is None else Side.TARGET
        return Side.SOURCE if source.at < target.at else Side.TARGET
    ours, theirs = _in_one_unit(source, target)
    if ours is not None and theirs is not None and ours != theirs:
        return Side.SOURCE if ours < theirs else Side.TARGET
    return Side.SOURCE if rules.prefer is Prefer.TARGET else Side.TARGET


def _has_changed(match: Match, side: Side, value: Progress, rules: Rules) -> bool:
    """Tell whether a side's position is another one than when both agreed."""
    row = match.row
    if not row.value(side):
        return True
    agreed = decode_value(Feature.PROGRESS, row.value(side))
    if isinstance(agreed, Progress) and is_same_position(agreed, value, rules):
        return False
    return not row.is_late(side, side_text(match.side(side)))


def is_same_position(first: Progress, second: Progress, rules: Rules) -> bool:
    """Tell whether two positions are so near that copying one is not worth it."""
    if _is_start(first) or _is_start(second):
        return _is_start(first) == _is_start(second)
    if first.position_ms is not None and second.position_ms is not None:
        apart = abs(first.position_ms - second.position_ms)
        return apart == 0 or apart * _MS < rules.policy.progress.step
    ours, theirs = _percent(first), _percent(second)
    if ours is None or theirs is None:
        return False
    # Not a hair's breadth less because of how fractions are kept.
    return abs(ours - theirs) < _SAME_PERCENT - 1e-9


def _in_one_unit(
    source: Progress, target: Progress
) -> tuple[float | None, float | None]:
    """Return two positions that can be compared: in milliseconds, or in percent."""
    if source.position_ms is not None and target.position_ms is not None:
        return source.position_ms, target.position_ms
    return _percent(source), _percent(target)


def _percent(value: Progress) -> float | None:
    """Return a position in percent, None where that is not known."""
    if value.position_ms is not None:
        if not value.duration_ms:
            return None
        return 100 * value.position_ms / value.duration_ms
    return value.percent


def _is_start(value: Progress) -> bool:
    """Tell whether an item stands at its very start, put there by somebody."""
    if value.watched:
        return False
    if value.position_ms is not None:
        return value.position_ms == 0
    return value.percent == 0


def _is_unset(value: Progress) -> bool:
    """Tell whether a record says nothing of a position."""
    return value.position_ms is None and value.percent is None


def _position(records: tuple[Record, ...]) -> Progress | None:
    """Return the position of an item on a side."""
    value = combined(records)
    return value if isinstance(value, Progress) else None
