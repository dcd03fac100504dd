"""Which of the things in a write the service says that it does not know.

It names them, or only says how many they are.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ...engine.provider import ProtocolError
from ..http import JsonObject, JsonValue
from .payload import Entry
from .titles import ids_from

type Place = tuple[int | None, int | None]


@dataclass(slots=True)
class Missed:
    """What was not found: the entries that are named, and how many more things."""

    lost: set[int] = field(default_factory=set)
    nameless: int = 0


class Index:
    """The entries of a body by every way in which they may be named."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        """Note the ids and places of all entries."""
        self._entries: defaultdict[tuple[str, str, str], list[Entry]] = defaultdict(
            list
        )
        for entry in entries:
            for namespace, value in entry.ids.items():
                self._entries[entry.group, namespace, value].append(entry)
                if entry.season is not None:
                    # Some answers name a part by its show.
                    parts = f"{entry.kind.value}s"
                    self._entries[parts, namespace, value].append(entry)

    def find(self, group: str, ids: Mapping[str, str], place: Place) -> list[Entry]:
        """Return the entries with one of these ids that are at a place, or in it."""
        found = {
            id(entry): entry
            for namespace, value in ids.items()
            for entry in self._entries.get((group, namespace, value), ())
            if _is_at(entry, place)
        }
        return list(found.values())


def _is_at(entry: Entry, place: Place) -> bool:
    """Tell whether an entry is at a place in its show, or in that season, or show."""
    season, number = place
    return (season is None or season == entry.season) and (
        number is None or number == entry.number
    )


def find_missed(entries: Sequence[Entry], answer: JsonObject) -> Missed:
    """Return what was not found; a show stands for all of its parts in the body."""
    missed = Missed()
    told = answer.get("not_found")
    if told is None:
        return missed
    if not isinstance(told, dict):
        raise ProtocolError("MDBList's answer to a write has an odd not_found")
    index = Index(entries)
    for group, value in told.items():
        if type(value) is int:
            missed.nameless += max(value, 0)
        for named in value if isinstance(value, list) else ():
            found = [
                entry
                for ids, place in places_in(named)
                for entry in index.find(group, ids, place)
            ]
            missed.lost.update(map(id, found))
            missed.nameless += not found
    return missed


def places_in(named: JsonValue) -> Iterator[tuple[Mapping[str, str], Place]]:
    """Yield the ids and the places that an object names."""
    if not isinstance(named, dict):
        return
    show = named.get("show")
    ids = ids_from(show if isinstance(show, dict) else named)
    if own := _own_id(named):
        ids["mdblist"] = own
    seasons = named.get("seasons")
    if not isinstance(seasons, list) or not seasons:
        yield ids, _place(named)
        return
    for season in seasons:
        number = _number(season, "number")
        episodes = season.get("episodes") if isinstance(season, dict) else None
        if not isinstance(episodes, list) or not episodes:
            yield ids, (number, None)
            continue
        for episode in episodes:
            yield ids, (number, _number(episode, "number"))


def _own_id(named: JsonObject) -> str:
    """Return the service's own id in an object, bare or not."""
    told = named.get("ids")
    own = (told if isinstance(told, dict) else named).get("mdblist")
    return own if isinstance(own, str) else ""


def _place(named: JsonObject) -> Place:
    """Return the place in a show that an object without further parts is at."""
    season = _number(named, "season")
    if season is None:
        return None, None
    number = _number(named, "episode")
    return season, _number(named, "number") if number is None else number


def _number(parent: JsonValue | JsonObject, name: str) -> int | None:
    """Return a number, or None."""
    value = parent.get(name) if isinstance(parent, Mapping) else None
    return value if type(value) is int else None
