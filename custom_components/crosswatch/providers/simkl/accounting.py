"""From the answer to a write to one outcome for each operation in it.

SIMKL answers with a number for each kind, and with what it did not find. What it has
found is there after a write; where the number is that of all, it was done just now.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from ...engine.plan import Outcome, OutcomeKind, Reason
from ..answer import JsonObject, JsonValue
from .mapping import Place
from .payload import EPISODES, SHOWS, Entry

type Index = Mapping[tuple[str, str, str], list[Entry]]

_REASONS: Final = {
    OutcomeKind.UNRESOLVED: Reason.NOT_FOUND,
    OutcomeKind.UNKNOWN: Reason.NO_ANSWER,
}


@dataclass(slots=True)
class Missed:
    """What SIMKL did not find; `is_unclear` where it names what was not sent so."""

    lost: set[int] = field(default_factory=set)
    is_unclear: bool = False


def outcomes(
    entries: Sequence[Entry], answer: JsonObject, block: str
) -> Iterator[Outcome]:
    """Yield one outcome for each operation; `block` holds the numbers.

    Of several where some were done and some were there, nothing tells which.
    """
    missed = find_missed(entries, answer)
    counts = answer.get(block)
    groups: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        groups[entry.target.counted].append(entry)
    for counted, group in groups.items():
        found = sum(id(entry) not in missed.lost for entry in group)
        number = counts.get(counted) if isinstance(counts, dict) else None
        kind = OutcomeKind.UNKNOWN
        if not missed.is_unclear and type(number) is int:
            if number in {0, found}:
                kind = OutcomeKind.APPLIED if number else OutcomeKind.ALREADY_THERE
        for entry in group:
            is_lost = id(entry) in missed.lost
            yield from told(entry, OutcomeKind.UNRESOLVED if is_lost else kind)


def told(entry: Entry, kind: OutcomeKind) -> Iterator[Outcome]:
    """Yield the outcomes of all operations that an entry stands for.

    What the second of them says was there when the first was done.
    """
    for place, operation in enumerate(entry.operations):
        is_repeat = place > 0 and kind is OutcomeKind.APPLIED
        told = OutcomeKind.ALREADY_THERE if is_repeat else kind
        yield Outcome(operation, told, _REASONS.get(told))


def find_missed(entries: Sequence[Entry], answer: JsonObject) -> Missed:
    """Return what SIMKL did not find, named as it was sent or by the whole request."""
    missed = Missed()
    named = answer.get("not_found")
    if not isinstance(named, dict) or not any(named.values()):
        return missed
    index = _index(entries)
    for group, sent in named.items():
        for each in _objects(sent):
            request = each.get("request")
            echo = request if isinstance(request, dict) else each
            listed = SHOWS if group == EPISODES else group
            found = list(_find(index, listed, echo))
            missed.lost.update(map(id, found))
            missed.is_unclear |= not found
    return missed


def _index(entries: Iterable[Entry]) -> Index:
    """Return the entries by the ids that they were sent with."""
    index: defaultdict[tuple[str, str, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        for name, value in entry.target.ids.items():
            index[entry.target.group, name, value].append(entry)
    return index


def _find(index: Index, group: str, sent: JsonObject) -> Iterator[Entry]:
    """Yield the entries of a title that was not found, or of episodes of it."""
    ids, places = sent.get("ids"), set(_places(sent))
    seen: set[int] = set()
    for name, value in ids.items() if isinstance(ids, dict) else ():
        for entry in index.get((group, name, str(value)), ()):
            if id(entry) not in seen and (not places or entry.target.place in places):
                seen.add(id(entry))
                yield entry


def _places(sent: JsonObject) -> Iterator[Place]:
    """Yield the places of the episodes that are named."""
    for season in _objects(sent.get("seasons")):
        for episode in _objects(season.get("episodes")):
            number, place = season.get("number"), episode.get("number")
            if type(number) is int and type(place) is int:
                yield number, place


def _objects(value: JsonValue) -> list[dict[str, JsonValue]]:
    """Return the objects in a list; null is an empty list."""
    if not isinstance(value, list):
        return []
    return [each for each in value if isinstance(each, dict)]
