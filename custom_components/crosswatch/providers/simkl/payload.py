"""The bodies of writes, and which operations each of their objects stands for.

No object ever stands for a whole series unless a title is meant as such: SIMKL takes
one without episodes for all of them, and in a removal for everything known of it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import floor
from typing import Final, TypeIs

from ...engine.model import Item, MediaKind, Rated, Watched
from ...engine.plan import Action, Operation
from ..answer import JsonValue
from .capabilities import NAMESPACES
from .mapping import FIRST_YEAR, Place
from .rows import bucket_of, number_in, place_of
from .stamps import text_of

type Ids = Mapping[str, str]
type Named = tuple[tuple[str, str], ...]
type Row = dict[str, JsonValue]
type Rows = list[JsonValue]
type Key = tuple[str, Named, Place | None]

MOVIES: Final = "movies"
SHOWS: Final = "shows"
EPISODES: Final = "episodes"
# Larger numbers are no ids, and not every reader of JSON keeps them exact.
_MAX_ID: Final = 2**53


@dataclass(frozen=True, slots=True)
class Target:
    """How SIMKL is to find what an operation is about.

    `ids` are those of the title, and `place` that of an episode in it, counted as
    TVDB does unless the title is told by SIMKL's own number `is_own`.
    """

    group: str
    ids: Ids
    place: Place | None = None
    is_own: bool = False

    @property
    def key(self) -> Key:
        """Return what tells the target from all others in a body."""
        return self.group, tuple(self.ids.items()), self.place

    @property
    def counted(self) -> str:
        """Return among what the answer counts it."""
        return self.group if self.place is None else EPISODES


@dataclass(slots=True)
class Entry:
    """What a body says of one target, and the operations that it stands for."""

    target: Target
    said: Row
    operations: list[Operation] = field(default_factory=list)


@dataclass(slots=True)
class Payload:
    """A body in the making. Operations on the same thing share what is said of it."""

    entries: dict[Key, Entry] = field(default_factory=dict)

    def add(self, operation: Operation, target: Target, said: Row) -> None:
        """Take in an operation; of several dates of one thing the newest counts."""
        entry = self.entries.setdefault(target.key, Entry(target, said))
        entry.operations.append(operation)
        if str(said.get("watched_at", "")) > str(entry.said.get("watched_at", "")):
            entry.said = said

    def body(self) -> dict[str, JsonValue]:
        """Return the body."""
        groups: defaultdict[str, Rows] = defaultdict(list)
        seasons: dict[Named, Rows] = {}
        episodes: dict[tuple[Named, int], Rows] = {}
        for entry in self.entries.values():
            target = entry.target
            row: Row = {"ids": ids_to_json(target.ids)}
            if target.place is None:
                groups[target.group].append({**row, **entry.said})
                continue
            named = tuple(target.ids.items())
            if named not in seasons:
                if not target.is_own:
                    # The seasons that others count may be titles of their own.
                    row["use_tvdb_anime_seasons"] = True
                seasons[named] = []
                groups[target.group].append({**row, "seasons": seasons[named]})
            season, number = target.place
            if (named, season) not in episodes:
                listed = episodes[named, season] = []
                seasons[named].append({"number": season, "episodes": listed})
            episodes[named, season].append({"number": number, **entry.said})
        return dict(groups)


def target_of(operation: Operation) -> Target | None:
    """Return how SIMKL is to find an item: best by its own number for it.

    An episode is told by its place, as the ids that others give to episodes are often
    wrong. None where nothing tells it.
    """
    for native_id in operation.native_ids:
        if target := _own_target(operation.item, native_id):
            return target
    return found_by(operation.item)


def found_by(item: Item) -> Target | None:
    """Return how SIMKL is to find an item that it has not named itself."""
    if item.kind is not MediaKind.EPISODE:
        ids = ids_for(item)
        group = MOVIES if item.kind is MediaKind.MOVIE else SHOWS
        return Target(group, ids) if ids else None
    if item.show is None or item.season is None or item.number is None:
        return None
    ids = ids_for(item.show)
    if not ids or item.season < 0 or item.number < 0:
        return None
    return Target(SHOWS, ids, (item.season, item.number))


def _own_target(item: Item, native_id: str) -> Target | None:
    """Return the target of SIMKL's own name for a title or an episode."""
    number, place = number_in(native_id), place_of(native_id)
    if not number or (place is None) is (item.kind is MediaKind.EPISODE):
        return None
    ids = {"simkl": number}
    if place is not None:
        return Target(SHOWS, ids, place, is_own=True)
    group = MOVIES if bucket_of(native_id) == MOVIES else SHOWS
    return Target(group, ids, is_own=True)


def ids_for(item: Item) -> dict[str, str]:
    """Return the ids by which SIMKL may find a title."""
    return {
        namespace: value
        for namespace in NAMESPACES
        if (value := item.ids.get(namespace))
        and (namespace == "imdb" or (value.isdecimal() and int(value) < _MAX_ID))
    }


def ids_to_json(ids: Ids) -> Row:
    """Return ids as SIMKL takes them: all but those of IMDb are numbers."""
    return {
        namespace: value if namespace == "imdb" else int(value)
        for namespace, value in ids.items()
    }


def said_of(operation: Operation, target: Target) -> Row | None:
    """Return what is said of a target, None where a play has no date.

    Without one SIMKL would take the present moment. Specials are numbered in many
    ways, so that one is told by its own id as well.
    """
    said: Row = {}
    tvdb = operation.item.ids.get("tvdb", "")
    if target.place and target.place[0] == 0 and tvdb.isdecimal() and not target.is_own:
        said["ids"] = {"tvdb": int(tvdb)}
    if operation.action is Action.REMOVE:
        return said
    match operation.value:
        case Watched(at=at):
            return {**said, "watched_at": text_of(at)} if is_date(at) else None
        case Rated(rating=rating, at=at):
            row: Row = {"rating": rating_to_json(rating)}
            return {**row, "rated_at": text_of(at)} if is_date(at) else row
    return said


def is_date(moment: datetime | None) -> TypeIs[datetime]:
    """Return whether a moment can be one at which somebody did something."""
    return moment is not None and moment.astimezone(UTC).year >= FIRST_YEAR


def rating_to_json(rating: float) -> int:
    """Return a rating on SIMKL's scale: whole numbers from 1 to 10, half up."""
    return min(max(floor(rating + 0.5), 1), 10)


def chunks(operations: Iterable[Operation], size: int) -> Iterator[list[Operation]]:
    """Yield operations in groups of a size."""
    rows = list(operations)
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
