"""From the answer to a write to one outcome for each operation in it.

Trakt answers with a number for each kind, and with what it did not find. So an
outcome is certain only where the numbers of a kind add up to what was sent of it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from ...engine.model import Watched
from ...engine.plan import Operation, Outcome, OutcomeKind, Reason
from ..http import JsonObject
from .missing import find_missed, whole
from .payload import Entry

# Decides on the entries of one kind, of which some were not found: so many, but which?
type Judge = Callable[[Sequence[Entry], JsonObject, str, int], OutcomeKind]


def outcomes(
    entries: Sequence[Entry], answer: JsonObject, judge: Judge
) -> Iterator[Outcome]:
    """Yield one outcome for each operation; `judge` decides on those of one kind."""
    missed = find_missed(entries, answer)
    groups: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        groups[entry.counted].append(entry)
    for counted, group in groups.items():
        found = [entry for entry in group if id(entry) not in missed.lost]
        short = missed.nameless[counted]
        kind = judge(found, answer, counted, short)
        if kind is OutcomeKind.UNKNOWN and contradicts(found, answer, counted):
            # More was done than is left: something is not as missing as it seemed.
            missed.lost.difference_update(map(id, group))
        for entry in group:
            if id(entry) in missed.lost:
                yield Outcome(entry.operation, OutcomeKind.UNRESOLVED, Reason.NOT_FOUND)
            elif id(entry) in missed.doubtful:
                yield outcome_of(entry.operation, OutcomeKind.UNKNOWN)
            elif not entry.rows and kind is OutcomeKind.APPLIED:
                # The same stands in the body once more, for another operation.
                yield outcome_of(entry.operation, OutcomeKind.ALREADY_THERE)
            else:
                yield outcome_of(entry.operation, kind)


def contradicts(entries: Sequence[Entry], answer: JsonObject, counted: str) -> bool:
    """Return whether more was done than these entries asked for."""
    blocks = ("added", "updated", "existing")
    done = sum(number_in(answer, block, counted) for block in blocks)
    return done > sum(entry.rows for entry in entries)


def outcome_of(operation: Operation, kind: OutcomeKind) -> Outcome:
    """Return an outcome with the reason that goes with it, if one does."""
    unknown = kind is OutcomeKind.UNKNOWN
    return Outcome(operation, kind, Reason.NO_ANSWER if unknown else None)


def judge_added(
    entries: Sequence[Entry], answer: JsonObject, counted: str, short: int
) -> OutcomeKind:
    """Return what came of adding things of one kind.

    Where some were new and others there already, nothing tells which: Trakt names
    neither, does not return the ids of new plays, and lists plays by the date of
    watching, so that no cheap read tells the new ones either. All are there now, but
    for none of them is it certain that we added it: they were there already.
    """
    rows = sum(entry.rows for entry in entries) - short
    added = number_in(answer, "added", counted) + number_in(answer, "updated", counted)
    existing = number_in(answer, "existing", counted)
    if added + existing != rows:
        return OutcomeKind.UNKNOWN
    return OutcomeKind.ALREADY_THERE if existing else OutcomeKind.APPLIED


def judge_removed(
    entries: Sequence[Entry], answer: JsonObject, counted: str, short: int
) -> OutcomeKind:
    """Return what came of removing things of one kind.

    What was not there is not counted, and is no error.
    """
    named = sum(entry.rows for entry in entries) - short
    return _removed(answer, counted, named, named)


def judge_unwatched(
    entries: Sequence[Entry], answer: JsonObject, counted: str, short: int
) -> OutcomeKind:
    """Return what came of removing all plays of some titles: plays are counted."""
    named = [entry for entry in entries if entry.rows]
    plays = sum(_plays_before(entry.operation) for entry in named)
    if short and number_in(answer, "deleted", counted):
        return OutcomeKind.UNKNOWN
    return _removed(answer, counted, plays, len(named))


def play_ids_of(operation: Operation) -> list[int]:
    """Return Trakt's ids of the plays to remove; none if they are not all known.

    A title with a play of unknown date, or with one that was never listed, can only
    be removed as a whole.
    """
    value = operation.before or operation.value
    if not isinstance(value, Watched) or value.count != len(value.plays):
        return []
    ids = [play.native_id for play in value.plays]
    return [int(each) for each in ids] if all(map(str.isdecimal, ids)) else []


def play_outcomes(
    operations: Sequence[Operation], answer: JsonObject
) -> Iterator[Outcome]:
    """Yield what came of removing single plays.

    Only if all plays that Trakt knows were deleted, the operations are certain.
    """
    named = answer.get("not_found")
    unknown = named.get("ids") if isinstance(named, dict) else None
    gone = {whole(each) for each in unknown} if isinstance(unknown, list) else set()
    ids = [play_ids_of(operation) for operation in operations]
    known = sum(each not in gone for listed in ids for each in listed)
    groups = ("movies", "episodes")
    deleted = sum(number_in(answer, "deleted", group) for group in groups)
    for operation, listed in zip(operations, ids, strict=True):
        if gone.issuperset(listed):
            yield outcome_of(operation, OutcomeKind.ALREADY_THERE)
        elif deleted == known:
            yield outcome_of(operation, OutcomeKind.APPLIED)
        else:
            yield outcome_of(operation, OutcomeKind.UNKNOWN)


def _removed(
    answer: JsonObject, counted: str, expected: int, entries: int
) -> OutcomeKind:
    """Return what the number of removals of a kind says of as many entries."""
    if not isinstance(answer.get("deleted"), dict):
        return OutcomeKind.UNKNOWN
    deleted = number_in(answer, "deleted", counted)
    if not deleted:
        return OutcomeKind.ALREADY_THERE
    if deleted == expected or entries == 1:
        return OutcomeKind.APPLIED
    return OutcomeKind.UNKNOWN


def _plays_before(operation: Operation) -> int:
    """Return how many plays a title had that is to have none."""
    return operation.before.count if isinstance(operation.before, Watched) else 1


def number_in(answer: JsonObject, block: str, counted: str) -> int:
    """Return one number of an answer; what is not told is none."""
    numbers = answer.get(block)
    number = numbers.get(counted) if isinstance(numbers, dict) else None
    return number if isinstance(number, int) else 0
