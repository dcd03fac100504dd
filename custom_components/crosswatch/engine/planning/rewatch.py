"""Plan history with rewatches: every play of one side is at the other as well."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from ..codec import decode_value
from ..matching import Match
from ..model import Feature, Play, Record, Side, Value, Watched
from ..plan import Action, Operation, Reason, Skip
from .one_sided import GONE, had_it, plan_one_sided
from .rules import Rules, Steps, combined, operation, plays_at_copies, removal, skip


def plan_rewatches(match: Match, rules: Rules) -> Steps:
    """Give either side the plays that it lacks, an operation a play."""
    if not match.source and not match.target:
        return ()
    if not match.source or not match.target:
        here = Side.SOURCE if match.source else Side.TARGET
        held = _plays(match.side(here))
        if not held or not had_it(match, here.other):
            return plan_one_sided(match, rules, _give)
        # Play by play: some may never have been on the side that lost the item.
        return list(_plan_side(match, rules, here, held, ()))
    source, target = _plays(match.source), _plays(match.target)
    if not source or not target:
        # One side has the item as watched on an unknown date. A play with a date may
        # well be that one, and must not be written beside it.
        return ()
    return [
        *_plan_side(match, rules, Side.SOURCE, source, target),
        *_plan_side(match, rules, Side.TARGET, target, source),
    ]


def _plan_side(
    match: Match,
    rules: Rules,
    here: Side,
    held: Sequence[Play],
    others: Sequence[Play],
) -> Iterator[Operation | Skip]:
    """Plan the plays that only this side has."""
    only_here = missing_plays(held, others, rules.tolerance)
    if not only_here:
        return
    names = {play.native_id for play in others}
    lost = [each for each in _agreed(match, here.other) if each.native_id not in names]
    new = set(missing_plays(only_here, lost, rules.tolerance))
    agreed = {play.native_id for play in _agreed(match, here)}
    agreed |= {play.native_id for play in _arrived(match, here, held, rules)}
    for play in only_here:
        is_lost = play not in new and play.native_id in agreed
        yield from _plan_play(
            match, rules, here, play, is_lost=is_lost, is_old=play.native_id in agreed
        )


def _give(match: Match, rules: Rules, side: Side, value: Value) -> Steps:
    """Give all plays to a side that never had the item."""
    plays = dated_plays(value) if isinstance(value, Watched) else []
    if not plays:
        return [skip(match, rules, side, Reason.NO_DATE)]
    return [_add(match, rules, side, each, Reason.MISSING) for each in plays]


def _plan_play(
    match: Match, rules: Rules, here: Side, play: Play, *, is_lost: bool, is_old: bool
) -> Steps:
    """Plan a play of one side, which the other one lost, or which is known of old."""
    there = here.other
    if is_lost and rules.writes(here) and rules.policy.remove:
        return [_remove(match, rules, here, play, GONE[there])]
    if rules.writes(there):
        reason = Reason.NEW_PLAY if match.side(there) else Reason.MISSING
        return [_add(match, rules, there, play, reason)]
    if is_lost:
        return [skip(match, rules, here, Reason.REMOVING_OFF)]
    if rules.mirrors and is_old:
        return [_remove(match, rules, here, play, Reason.NOT_IN_SOURCE)]
    return ()


def _add(
    match: Match, rules: Rules, side: Side, play: Play, reason: Reason
) -> Operation | Skip:
    """Give one play to a side."""
    value = Watched(play.at, (Play(play.at),))
    if refused := rules.refusal(match, side, value):
        return skip(match, rules, side, refused)
    return operation(match, rules, side, Action.ADD, reason, value)


def _remove(
    match: Match, rules: Rules, side: Side, play: Play, reason: Reason
) -> Operation | Skip:
    """Take one play from a side, unless a filter keeps it out of the pair."""
    plays = plays_at_copies(match.side(side), play)
    value = Watched(play.at, plays, len(plays))
    kind = match.side(side)[0].item.kind
    if refused := rules.out_of_scope(match, kind, value):
        return skip(match, rules, side, refused)
    return removal(match, rules, side, reason, value)


def _agreed(match: Match, side: Side) -> list[Play]:
    """Return the plays that a side was seen with when both agreed last.

    A play without a name of its own was only written there, and never listed.
    """
    return [play for play in _known(match, side) if play.native_id]


def _arrived(
    match: Match, side: Side, held: Sequence[Play], rules: Rules
) -> list[Play]:
    """Return the plays that a side lists for the first time since they were written."""
    known = _known(match, side)
    names = {play.native_id for play in known if play.native_id}
    written = [play for play in known if not play.native_id]
    listed = [play for play in held if play.native_id not in names]
    others = set(missing_plays(listed, written, rules.tolerance))
    return [play for play in listed if play.native_id and play not in others]


def _known(match: Match, side: Side) -> list[Play]:
    """Return the plays that the ledger knows of a side, oldest first."""
    return sorted(
        (
            play
            for row in match.rows
            if (text := row.value(side))
            and isinstance(value := decode_value(Feature.HISTORY, text), Watched)
            for play in value.plays
        ),
        key=lambda play: play.at,
    )


def _plays(records: Sequence[Record]) -> list[Play]:
    """Return the plays of a side whose date is known, oldest first."""
    watched = combined(records)
    return dated_plays(watched) if isinstance(watched, Watched) else []


def dated_plays(watched: Watched) -> list[Play]:
    """Return the plays whose date is known, oldest first."""
    if watched.plays:
        return sorted(watched.plays, key=lambda play: play.at)
    return [Play(watched.at)] if watched.at else []


def missing_plays(
    wanted: Sequence[Play], held: Sequence[Play], tolerance: timedelta
) -> list[Play]:
    """Return the wanted plays that no held play stands for; both oldest first.

    Plays are matched one to one within the tolerance, so that the fewest are left
    over. Of these are rather those that no play of the very same moment stands for.
    """
    missing = _unmatched(wanted, held, tolerance)
    if not missing or not held:
        return missing
    strangers = _strangers(wanted, held), _strangers(held, wanted)
    exact = _unmatched(*strangers, tolerance)
    return exact if len(exact) == len(missing) else missing


def _strangers(plays: Sequence[Play], others: Sequence[Play]) -> list[Play]:
    """Return the plays for which there is no other play of the very same moment."""
    moments = Counter(play.at for play in others)
    strangers: list[Play] = []
    for play in plays:
        if moments[play.at]:
            moments[play.at] -= 1
        else:
            strangers.append(play)
    return strangers


def _unmatched(
    wanted: Sequence[Play], held: Sequence[Play], tolerance: timedelta
) -> list[Play]:
    """Return the plays left over where each takes the earliest that is still free."""
    unmatched: list[Play] = []
    free = iter(held)
    candidate = next(free, None)
    for play in wanted:
        while candidate is not None and candidate.at < _earliest(play, tolerance):
            candidate = next(free, None)
        if candidate is not None and candidate.at - play.at <= tolerance:
            candidate = next(free, None)
        else:
            unmatched.append(play)
    return unmatched


def _earliest(play: Play, tolerance: timedelta) -> datetime:
    """Return the earliest moment at which a play counts as this one."""
    return play.at - tolerance
