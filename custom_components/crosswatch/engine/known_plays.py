"""What a row of the ledger knows of the plays of an item, and what is left of them."""

from collections.abc import Iterable
from dataclasses import replace

from .codec import decode_value, encode_value
from .ledger import LedgerRow
from .matching import Match
from .model import Feature, Play, Side, Watched
from .plan import Action, Operation
from .planning.one_sided import GONE
from .planning.rewatch import missing_plays
from .planning.rules import Rules, combined


def with_known_plays(
    row: LedgerRow, match: Match, rules: Rules, *, agreed: bool
) -> LedgerRow:
    """Return a row that still knows plays which a side does not list.

    Those that we have written, and that are to come: they are not written twice.
    And while something is to be done, those that are gone: without them, what is
    left on the other side would look like new plays.
    """
    if not (rules.rewatches and match.rows and match.source and match.target):
        return row
    for side in Side:
        before = watched_in(match.row.value(side))
        now = watched_in(row.value(side))
        if before is None or now is None:
            continue
        names = {play.native_id for play in now.plays}
        written = [play for play in before.plays if not play.native_id]
        # What was listed before under its own name is none of these.
        known = {play.native_id for play in before.plays if play.native_id}
        listed = [play for play in now.plays if play.native_id not in known]
        kept = [
            *missing_plays(written, listed, rules.tolerance),
            *(
                play
                for play in before.plays
                if not agreed and play.native_id and play.native_id not in names
            ),
        ]
        kept = [play for play in kept if play not in now.plays]
        if kept:
            plays = tuple(sorted((*now.plays, *kept), key=lambda play: play.at))
            value = encode_value(replace(now, plays=plays))
            row = row.with_sight(side, row.sight(side)._replace(value=value))
    return row


def without_lost_plays(
    row: LedgerRow, match: Match, rules: Rules, operation: Operation
) -> LedgerRow:
    """Return a row without the plays for whose loss others were removed.

    Else the loss would stand for one more play that is near it.
    """
    removed = operation.before
    there = operation.side.other
    known = watched_in(row.value(there))
    if (
        operation.reason is not GONE[there]
        or not isinstance(removed, Watched)
        or known is None
    ):
        return row
    names = {
        play.native_id
        for record in match.side(there)
        if isinstance(record.value, Watched)
        for play in record.value.plays
    }
    # One without a name was never listed there: it was not lost.
    lost = [
        play for play in known.plays if play.native_id and play.native_id not in names
    ]
    waiting = missing_plays(lost, removed.plays, rules.tolerance)
    plays = tuple([play for play in known.plays if play not in lost or play in waiting])
    value = encode_value(Watched(plays[-1].at, plays, len(plays))) if plays else ""
    return row.with_sight(there, row.sight(there)._replace(value=value))


def is_all_taken(match: Match, side: Side, done: Iterable[Operation]) -> bool:
    """Tell whether operations took an item from a side, not only some of its plays."""
    removals = [
        each for each in done if each.side is side and each.action is Action.REMOVE
    ]
    held = combined(match.side(side))
    plays = set(held.plays) if isinstance(held, Watched) else set()
    for each in removals:
        if not plays or not isinstance(each.before, Watched):
            return True
        plays -= set(each.before.plays)
    return bool(removals) and not plays


def plays_left(held: Watched | None, operation: Operation) -> tuple[Play, ...]:
    """Return the plays that a removal leaves of those a side is known to hold."""
    removed = operation.before
    if held is None or not isinstance(removed, Watched):
        return ()
    return tuple([play for play in held.plays if play not in removed.plays])


def watched_in(text: str) -> Watched | None:
    """Return what a side has watched by its text, None where it has nothing."""
    value = decode_value(Feature.HISTORY, text) if text else None
    return value if isinstance(value, Watched) else None
