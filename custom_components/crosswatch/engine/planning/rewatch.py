"""Plan history with rewatches: every play of the source is at the target as well."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from ..matching import Match
from ..model import Play, Watched
from ..plan import Action, Operation, Reason, Skip
from .rules import Rules, combined, operation, skip


def plan_rewatches(match: Match, rules: Rules) -> Iterator[Operation | Skip]:
    """Add each play that the target lacks, an operation a play."""
    if not match.source:
        return
    watched = combined(match.source)
    if not isinstance(watched, Watched):
        return
    held = combined(match.target) if match.target else None
    known = dated_plays(held) if isinstance(held, Watched) else []
    if held is not None and not known:
        # The target has the item as watched on an unknown date. A play with a date
        # may well be that one, and must not be written beside it.
        return
    wanted = dated_plays(watched)
    if not wanted and held is None:
        yield skip(match, rules, Reason.NO_DATE)
    for play in missing_plays(wanted, known, rules.tolerance):
        value = Watched(play.at, (Play(play.at),))
        if refused := rules.refusal(match, value):
            yield skip(match, rules, refused)
        else:
            reason = Reason.NEW_PLAY if match.target else Reason.MISSING
            yield operation(match, rules, Action.ADD, reason, value)


def dated_plays(watched: Watched) -> list[Play]:
    """Return the plays whose date is known, oldest first."""
    if watched.plays:
        return sorted(watched.plays, key=lambda play: play.at)
    return [Play(watched.at)] if watched.at else []


def missing_plays(
    wanted: Sequence[Play], held: Sequence[Play], tolerance: timedelta
) -> Iterator[Play]:
    """Yield the wanted plays that no held play stands for; both oldest first.

    Plays are matched one to one within the tolerance, each with the earliest that
    is still free, which leaves the fewest over.
    """
    free = iter(held)
    candidate = next(free, None)
    for play in wanted:
        while candidate is not None and candidate.at < _earliest(play, tolerance):
            candidate = next(free, None)
        if candidate is not None and candidate.at - play.at <= tolerance:
            candidate = next(free, None)
        else:
            yield play


def _earliest(play: Play, tolerance: timedelta) -> datetime:
    """Return the earliest moment at which a play counts as this one."""
    return play.at - tolerance
