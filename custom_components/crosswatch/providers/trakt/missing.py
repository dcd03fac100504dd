"""Which of the things in a write Trakt says that it does not know."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from ..http import JsonObject, JsonValue
from .payload import Entry, rows_for

type Place = tuple[int | None, int | None]

_ANYWHERE: Final[Place] = (None, None)


@dataclass(slots=True)
class Missed:
    """What Trakt says that it does not know.

    `lost` are the entries that it names. Some objects it tells without their ids, so
    that `doubtful` entries may or may not be meant; `nameless` counts these objects.
    """

    lost: set[int] = field(default_factory=set)
    doubtful: set[int] = field(default_factory=set)
    nameless: Counter[str] = field(default_factory=Counter)


def find_missed(entries: Sequence[Entry], answer: JsonObject) -> Missed:
    """Return what Trakt says that it does not know; a show stands for its episodes.

    What it names in a way that fits nothing we sent is passed over: then the numbers
    do not add up.
    """
    missed = Missed()
    named = answer.get("not_found")
    if not isinstance(named, dict) or not any(named.values()):
        return missed
    index = _index(entries)
    nameless: defaultdict[str, list[JsonObject]] = defaultdict(list)
    for group, objects in named.items():
        for sent in _objects(objects):
            if not (ids := _ids(sent)):
                nameless[group].append(sent)
                continue
            # A show with its parts has been seen among the episodes, too.
            listed = "shows" if "seasons" in sent else group
            for place in _places(sent):
                missed.lost.update(map(id, _find(index, listed, ids, place)))
    for group, unnamed in nameless.items():
        meant = [each for each in entries if group in {each.group, each.counted}]
        _guess(missed, meant, unnamed)
    return missed


def _guess(
    missed: Missed, entries: Iterable[Entry], nameless: Iterable[JsonObject]
) -> None:
    """Find out which entries are meant by objects without ids, by what they say.

    Trakt has been seen to return an object as it was sent, but without its ids.
    """
    candidates: defaultdict[tuple[str, ...], list[Entry]] = defaultdict(list)
    told: Counter[tuple[str, ...]] = Counter()
    for sent in nameless:
        told[_said(sent)] += 1
    for entry in entries:
        if id(entry) not in missed.lost and entry.rows:
            for row in rows_for(entry.operation):
                candidates[_said(row)].append(entry)
    lost: set[int] = set()
    for said, count in told.items():
        # One that says nothing at all may be any of them.
        meant = candidates.get(said) or [
            entry for group in candidates.values() for entry in group
        ]
        if len(meant) > count:
            missed.doubtful.update(map(id, meant))
            missed.nameless[meant[0].counted] += count
        elif len(meant) == count:
            lost.update(map(id, meant))
    missed.lost |= lost - missed.doubtful


def _said(sent: JsonObject) -> tuple[str, ...]:
    """Return what an object says besides its ids, in a form that can be compared."""
    names = ("watched_at", "rated_at", "rating")
    return tuple(str(sent[name])[:16] if name in sent else "" for name in names)


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
        number = whole(season.get("number"))
        episodes = _objects(season.get("episodes"))
        if not episodes:
            yield number, None
        for episode in episodes:
            yield number, whole(episode.get("number"))


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


def whole(value: JsonValue) -> int:
    """Return a number, or one that nothing has."""
    return value if isinstance(value, int) else -1
