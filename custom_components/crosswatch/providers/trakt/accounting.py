"""From the answer to a write to one outcome for each operation in it.

Trakt answers with a number for each kind, and with what it did not find. So an
outcome is certain only where the numbers of a kind add up to what was sent of it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from ...engine.plan import Operation, Outcome, OutcomeKind, Reason
from ..http import JsonObject
from .missing import find_missed, whole
from .payload import Entry

# Decides on the entries of one kind, of which some were not found: so many, but which?
type Judge = Callable[[Sequence[Entry], JsonObject, str, int], OutcomeKind]
# Trakt's names of the plays that each operation, by its identity, takes away.
type PlayIds = Mapping[int, Sequence[int]]


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
    if not isinstance(answer.get("deleted"), dict):
        return OutcomeKind.UNKNOWN
    named = sum(entry.rows for entry in entries) - short
    deleted = number_in(answer, "deleted", counted)
    if not deleted:
        return OutcomeKind.ALREADY_THERE
    return OutcomeKind.APPLIED if deleted == named else OutcomeKind.UNKNOWN


def play_outcomes(
    operations: Sequence[Operation], plays: PlayIds, answer: JsonObject
) -> Iterator[Outcome]:
    """Yield what came of removing single plays.

    Only if all plays that Trakt knows were deleted, the operations are certain.
    """
    named = answer.get("not_found")
    unknown = named.get("ids") if isinstance(named, dict) else None
    gone = {whole(each) for each in unknown} if isinstance(unknown, list) else set()
    ids = {each for operation in operations for each in plays[id(operation)]}
    known = len(ids - gone)
    groups = ("movies", "episodes")
    deleted = sum(number_in(answer, "deleted", group) for group in groups)
    for operation in operations:
        if gone.issuperset(plays[id(operation)]):
            yield outcome_of(operation, OutcomeKind.ALREADY_THERE)
        elif deleted == known:
            yield outcome_of(operation, OutcomeKind.APPLIED)
        else:
            yield outcome_of(operation, OutcomeKind.UNKNOWN)


def number_in(answer: JsonObject, block: str, counted: str) -> int:
    """Return one number of an answer; what is not told is none."""
    numbers = answer.get(block)
    number = numbers.get(counted) if isinstance(numbers, dict) else None
    return number if isinstance(number, int) else 0
