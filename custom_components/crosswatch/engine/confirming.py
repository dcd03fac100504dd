"""Find out from a fresh read what came of operations that got no answer."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from .model import Progress, Rated, Record, Snapshot, Value, Watched
from .plan import Action, Operation, Outcome, OutcomeKind, Reason
from .planning.rating import same_rating
from .planning.rewatch import dated_plays
from .planning.rules import Rules, combined


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


def _arrived(operation: Operation, records: Sequence[Record], rules: Rules) -> bool:
    """Tell whether the records of an item show what an operation wanted."""
    if operation.action is Action.REMOVE:
        return not records
    if not records or operation.value is None:
        return False
    return _holds(combined(records), operation.value, rules)


def _holds(held: Value, wanted: Value, rules: Rules) -> bool:
    """Tell whether a value is the wanted one, as its feature compares them."""
    match held, wanted:
        case Watched(), Watched() if rules.rewatches:
            plays = dated_plays(held)
            return wanted.at is not None and any(
                abs(play.at - wanted.at) <= rules.tolerance for play in plays
            )
        case Rated(), Rated():
            return same_rating(wanted.rating, held.rating, rules.target.rating_step)
        case Progress(), Progress():
            return (held.position_ms, held.percent) == (
                wanted.position_ms,
                wanted.percent,
            )
    return True
