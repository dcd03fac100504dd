"""Find out from a fresh read what came of operations that got no answer."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from .model import Progress, Rated, Record, Snapshot, Value, Watched
from .plan import Action, Operation, Outcome, OutcomeKind, Reason
from .planning.position import is_same_position
from .planning.rewatch import dated_plays
from .planning.rules import Rules, combined
from .rating_steps import same_rating


def confirm(
    operations: Iterable[Operation], snapshot: Snapshot, rules: Rules
) -> list[Outcome]:
    """Return for each operation whether the account shows that it arrived.

    One that did not arrive has failed, and is planned anew.
    """
    holders: defaultdict[str, list[Record]] = defaultdict(list)
    for record in snapshot.records.values():
        for key in record.keys:
            holders[key].append(record)
    outcomes = []
    for operation in operations:
        records = {
            record.native_id: record
            for key in operation.keys
            for record in holders.get(key, ())
        }
        if _arrived(operation, list(records.values()), rules):
            outcomes.append(Outcome(operation, OutcomeKind.APPLIED))
        else:
            outcomes.append(Outcome(operation, OutcomeKind.FAILED, Reason.NO_ANSWER))
    return outcomes


def _is_left(operation: Operation, record: Record) -> bool:
    """Tell whether a record shows what an operation was to take away."""
    removed, held = operation.before, record.value
    if isinstance(held, Progress):
        # Some services put an item back to its start, and list it so.
        return bool(held.position_ms or held.percent)
    if isinstance(held, Rated):
        return held.rating > 0
    if not isinstance(removed, Watched) or not isinstance(held, Watched):
        return True
    # Other plays of the item were not to be removed.
    plays = {play.native_id or play.at for play in removed.plays}
    return (
        not plays
        or not held.plays
        or not plays.isdisjoint([play.native_id or play.at for play in held.plays])
    )


def _arrived(operation: Operation, records: Sequence[Record], rules: Rules) -> bool:
    """Tell whether the records of an item show what an operation wanted."""
    if operation.action is Action.REMOVE:
        return not any(_is_left(operation, record) for record in records)
    if not records or operation.value is None:
        return False
    step = rules.support(operation.side).rating_step
    return _holds(combined(records), operation.value, rules, step)


def _holds(held: Value, wanted: Value, rules: Rules, step: float) -> bool:
    """Tell whether a value is the wanted one, as its feature compares them."""
    match held, wanted:
        case Watched(), Watched() if rules.rewatches:
            plays = dated_plays(held)
            return wanted.at is not None and any(
                abs(play.at - wanted.at) <= rules.tolerance for play in plays
            )
        case Rated(), Rated():
            return same_rating(wanted.rating, held.rating, step)
        case Progress(), Progress():
            return is_same_position(held, wanted, rules)
    return True
