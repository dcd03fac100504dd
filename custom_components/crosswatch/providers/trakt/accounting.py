"""From the answer to a write to one outcome for each operation in it.

Trakt answers with a number for each kind, and with what it did not find. So an
outcome is certain only where the numbers of a kind add up to what was sent of it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from ...engine.model import Watched
from ...engine.plan import Operation, Outcome, OutcomeKind, Reason
from ..http import JsonObject, JsonValue
from .payload import Entry

type Place = tuple[int | None, int | None]
type Judge = Callable[[Sequence[Entry], JsonObject, str], OutcomeKind]

_ANYWHERE: Final[Place] = (None, None)


def outcomes(
    entries: Sequence[Entry], answer: JsonObject, judge: Judge
) -> Iterator[Outcome]:
    """Yield one outcome for each operation; `judge` decides on those of one kind."""
    lost = {id(entry) for entry in not_found(entries, answer)}
    found: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        if id(entry) in lost:
            yield Outcome(entry.operation, OutcomeKind.UNRESOLVED, Reason.NOT_FOUND)
        else:
            found[entry.counted].append(entry)
    for counted, group in found.items():
        kind = judge(group, answer, counted)
        for entry in group:
            yield outcome_of(entry.operation, kind)


def outcome_of(operation: Operation, kind: OutcomeKind) -> Outcome:
    """Return an outcome with the reason that goes with it, if one does."""
    unknown = kind is OutcomeKind.UNKNOWN
    return Outcome(operation, kind, Reason.NO_ANSWER if unknown else None)


def judge_added(
    entries: Sequence[Entry], answer: JsonObject, counted: str
) -> OutcomeKind:
    """Return what came of adding things of one kind.

    Where some were new and others there already, nothing tells which. All are there
    now, but for none of them is it certain that we added it: they were there already.
    """
    rows = sum(entry.rows for entry in entries)
    added = number_in(answer, "added", counted) + number_in(answer, "updated", counted)
    existing = number_in(answer, "existing", counted)
    if added + existing != rows:
        return OutcomeKind.UNKNOWN
    return OutcomeKind.ALREADY_THERE if existing else OutcomeKind.APPLIED


def judge_removed(
    entries: Sequence[Entry], answer: JsonObject, counted: str
) -> OutcomeKind:
    """Return what came of removing things of one kind.

    What was not there is not counted, and is no error.
    """
    return _removed(number_in(answer, "deleted", counted), len(entries), len(entries))


def judge_unwatched(
    entries: Sequence[Entry], answer: JsonObject, counted: str
) -> OutcomeKind:
    """Return what came of removing all plays of some titles: plays are counted."""
    plays = sum(_plays_before(entry.operation) for entry in entries)
    return _removed(number_in(answer, "deleted", counted), plays, len(entries))


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
    gone = {_whole(each) for each in unknown} if isinstance(unknown, list) else set()
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


def _removed(deleted: int, expected: int, entries: int) -> OutcomeKind:
    """Return what a number of removals says of as many entries."""
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


def not_found(entries: Sequence[Entry], answer: JsonObject) -> Iterator[Entry]:
    """Yield what Trakt says that it does not know; a show stands for its episodes.

    What it names in a way that fits nothing we sent is passed over: then the numbers
    do not add up.
    """
    named = answer.get("not_found")
    if not isinstance(named, dict) or not any(named.values()):
        return
    index = _index(entries)
    for group, objects in named.items():
        for sent in _objects(objects):
            ids = _ids(sent)
            for place in _places(sent):
                yield from _find(index, group, ids, place)


type _Index = Mapping[tuple[str, str, str, Place], list[Entry]]


def _index(entries: Sequence[Entry]) -> _Index:
    """Return the entries by every way in which they may be named."""
    index: defaultdict[tuple[str, str, str, Place], list[Entry]] = defaultdict(list)
    for entry in entries:
        places = {_ANYWHERE, (entry.season, None), (entry.season, entry.number)}
        for namespace, value in entry.ids.items():
            for place in places:
                index[entry.group, namespace, value, place].append(entry)
    return index


def _find(
    index: _Index, group: str, ids: Mapping[str, str], place: Place
) -> Sequence[Entry]:
    """Return the entries that are named by these ids and this place.

    Two spellings of one film may share an id: the one that was sent with exactly
    these ids is meant then.
    """
    found = [
        entry
        for namespace, value in ids.items()
        for entry in index.get((group, namespace, value, place), ())
    ]
    return [entry for entry in found if entry.ids == ids] or found


def _places(sent: JsonObject) -> Iterator[Place]:
    """Yield the places in a show that an object is about."""
    seasons = _objects(sent.get("seasons"))
    if not seasons:
        yield _ANYWHERE
    for season in seasons:
        number = _whole(season.get("number"))
        episodes = _objects(season.get("episodes"))
        if not episodes:
            yield number, None
        for episode in episodes:
            yield number, _whole(episode.get("number"))


def _ids(sent: JsonObject) -> dict[str, str]:
    """Return the ids of an object as texts."""
    ids = sent.get("ids")
    if not isinstance(ids, dict):
        return {}
    return {name: str(value) for name, value in ids.items() if value is not None}


def _objects(value: JsonValue) -> list[dict[str, JsonValue]]:
    """Return the objects in a list; null is an empty list."""
    if not isinstance(value, list):
        return []
    return [each for each in value if isinstance(each, dict)]


def _whole(value: JsonValue) -> int:
    """Return a number, or one that nothing has."""
    return value if isinstance(value, int) else -1
