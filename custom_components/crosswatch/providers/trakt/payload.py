"""The body of a write, and which operation each of its objects stands for."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from copy import replace
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import floor
from typing import Final, NamedTuple, TypeIs

from ...engine.model import Feature, Item, MediaKind, Rated, Watched
from ...engine.plan import Action, Operation, Outcome, OutcomeKind, Reason
from ..http import JsonValue
from .capabilities import PLAYED

type Ids = Mapping[str, str]
type Row = dict[str, JsonValue]
type Rows = list[JsonValue]
# Names and values: the same number may be an id at two services.
type Named = tuple[tuple[str, str], ...]
type Title = tuple[str, Named, int | None, int | None]

GROUPS: Final[Mapping[MediaKind, str]] = {
    MediaKind.MOVIE: "movies",
    MediaKind.SHOW: "shows",
    MediaKind.SEASON: "seasons",
    MediaKind.EPISODE: "episodes",
}
# The ids by which Trakt finds each kind. For episodes only the first two are
# documented; the others are known to work, and are a last resort here.
_ACCEPTED: Final[Mapping[MediaKind, tuple[str, ...]]] = {
    MediaKind.MOVIE: ("trakt", "imdb", "tmdb"),
    MediaKind.SHOW: ("trakt", "tvdb", "imdb", "tmdb"),
    MediaKind.SEASON: ("trakt", "tvdb"),
    MediaKind.EPISODE: ("trakt", "tvdb", "imdb", "tmdb"),
}
_PARTS: Final = frozenset({MediaKind.SEASON, MediaKind.EPISODE})
_DOCUMENTED: Final = frozenset({"trakt", "tvdb"})
# Larger numbers are no ids, and not every reader of JSON keeps them exact.
_MAX_ID: Final = 2**53
# An older date stands for none: Trakt itself keeps an unknown one as that of 1970.
_FIRST_YEAR: Final = 1971


class Entry(NamedTuple):
    """An operation in a body: where Trakt counts it, and how often.

    It has no rows where others in the same body say all of it already. `group` is the list that it stands in, and `ids` are those that it stands there
    with: its own, or its show's where it is told by its place in the show.
    """

    operation: Operation
    counted: str
    rows: int
    group: str
    ids: Ids
    season: int | None = None
    number: int | None = None

    @property
    def title(self) -> Title:
        """Return what tells the title from all others in a body."""
        return self.group, tuple(self.ids.items()), self.season, self.number


@dataclass(slots=True)
class Payload:
    """A body in the making."""

    body: dict[str, Rows] = field(default_factory=lambda: defaultdict(list))
    entries: list[Entry] = field(default_factory=list)
    refused: list[Outcome] = field(default_factory=list)
    _seasons: dict[Named, Rows] = field(default_factory=dict)
    _episodes: dict[tuple[Named, int], Rows] = field(default_factory=dict)
    _said: set[tuple[Title, tuple[JsonValue, ...]]] = field(default_factory=set)

    @classmethod
    def of(cls, operations: Iterable[Operation]) -> Payload:
        """Return the body for these operations."""
        payload = cls()
        for operation in operations:
            payload.add(operation)
        return payload

    def add(self, operation: Operation) -> None:
        """Add an operation, or note why it cannot be sent."""
        if operation.feature is Feature.HISTORY and operation.item.kind not in PLAYED:
            self._refuse(operation, OutcomeKind.FAILED, Reason.KIND_NOT_SUPPORTED)
            return
        rows = list(rows_for(operation))
        entry = entry_for(operation, len(rows))
        if not rows:
            # Without a date Trakt would take the present moment.
            self._refuse(operation, OutcomeKind.FAILED, Reason.NO_DATE)
        elif entry is None:
            self._refuse(operation, OutcomeKind.UNRESOLVED, Reason.NOT_FOUND)
        else:
            held = held_by(operation)
            fresh = [
                row
                for row in rows
                if row.get("watched_at") not in held and self._is_new(entry, row)
            ]
            if len(fresh) < len(rows):
                entry = replace(entry, rows=len(fresh))
            if not fresh and held:
                self._refuse(operation, OutcomeKind.ALREADY_THERE)
                return
            self.entries.append(entry)
            for row in fresh:
                self._place(entry, row)

    def _is_new(self, entry: Entry, row: Row) -> bool:
        """Note what is said of a title; return whether it was not said before.

        Trakt would store a play twice that stands twice in one body.
        """
        before = len(self._said)
        self._said.add((entry.title, tuple(row.values())))
        return len(self._said) > before

    def _refuse(
        self, operation: Operation, kind: OutcomeKind, reason: Reason | None = None
    ) -> None:
        """Note the outcome of an operation that is not sent."""
        self.refused.append(Outcome(operation, kind, reason))

    def _place(self, entry: Entry, row: Row) -> None:
        """Put an object into the body, an episode beside the others of its show."""
        if entry.season is None:
            self.body[entry.group].append({"ids": ids_to_json(entry.ids), **row})
        elif entry.number is None:
            # In a show of its own: beside its episodes it would not mean itself.
            season: Row = {"number": entry.season, **row}
            show: Row = {"ids": ids_to_json(entry.ids), "seasons": [season]}
            self.body[entry.group].append(show)
        else:
            episodes = self._episodes_of(entry, entry.season)
            episodes.append({"number": entry.number, **row})

    def _episodes_of(self, entry: Entry, season: int) -> Rows:
        """Return the episodes of a season in the body, made when first needed."""
        show = tuple(entry.ids.items())
        if (episodes := self._episodes.get((show, season))) is None:
            if (seasons := self._seasons.get(show)) is None:
                seasons = self._seasons[show] = []
                ids = ids_to_json(entry.ids)
                self.body[entry.group].append({"ids": ids, "seasons": seasons})
            episodes = self._episodes[show, season] = []
            seasons.append({"number": season, "episodes": episodes})
        return episodes


def entry_for(operation: Operation, rows: int) -> Entry | None:
    """Return how Trakt is to find an item: best by its id there.

    Else a season or an episode is told by its place in its show, since the ids that
    other services give to episodes are often wrong.
    """
    item = operation.item
    group = GROUPS[item.kind]
    own = own_ids(item, operation.native_ids)
    if "trakt" not in own and (place := place_of(item)) and item.show is not None:
        if show := ids_for(item.show):
            return Entry(operation, group, rows, "shows", show, *place)
    return Entry(operation, group, rows, group, own) if own else None


def place_of(item: Item) -> tuple[int, int | None] | None:
    """Return a season's or an episode's place in its show, if it is known.

    An episode without a number has none: its season alone would mean all of it.
    """
    season, number = item.season, item.number
    if item.show is None or season is None or season < 0:
        return None
    if item.kind is MediaKind.SEASON:
        return season, None
    if item.kind is not MediaKind.EPISODE or number is None or number < 0:
        return None
    return season, number


def own_ids(item: Item, native_ids: Iterable[str] = ()) -> Ids:
    """Return the ids that are the item's own; best is its address at Trakt.

    A season or an episode with an id that merely repeats its show's would be found as
    another one.
    """
    for native_id in native_ids:
        kind, _, number = native_id.partition(":")
        if kind == item.kind.value and number.isdecimal():
            return {"trakt": number}
    ids = ids_for(item)
    if (show := item.show) is None or item.kind not in _PARTS:
        return ids
    return {name: value for name, value in ids.items() if show.ids.get(name) != value}


def is_weak(operation: Operation) -> bool:
    """Return whether an episode can only be told by ids that are not documented."""
    item = operation.item
    if item.kind is not MediaKind.EPISODE:
        return False
    if place_of(item) and item.show is not None and ids_for(item.show):
        return False
    entry = entry_for(operation, 1)
    return (
        entry is not None
        and entry.group == GROUPS[MediaKind.EPISODE]
        and _DOCUMENTED.isdisjoint(entry.ids)
    )


def ids_for(item: Item) -> Ids:
    """Return the ids by which Trakt may find an item."""
    return {
        namespace: value
        for namespace in _ACCEPTED[item.kind]
        if (value := item.ids.get(namespace))
        and (namespace == "imdb" or (value.isdecimal() and int(value) < _MAX_ID))
    }


def ids_to_json(ids: Ids) -> Row:
    """Return ids as Trakt takes them: all but those of IMDb are numbers."""
    return {
        namespace: value if namespace == "imdb" else int(value)
        for namespace, value in ids.items()
    }


def held_by(operation: Operation) -> Collection[JsonValue]:
    """Return the minutes at which Trakt already has plays of what is to be added.

    It keeps no more than the minute, so that a play in the same one is the same play,
    however exactly others tell the time.
    """
    before = operation.before
    if operation.action is Action.REMOVE or not isinstance(before, Watched):
        return ()
    return {minute_to_json(play.at) for play in before.plays}


def rows_for(operation: Operation) -> Iterator[Row]:
    """Return what is said of the item, once for each play; none if nothing can be."""
    value = operation.value
    if operation.action is Action.REMOVE:
        yield {}
        return
    match value:
        case Watched(at=at, plays=plays):
            for moment in (play.at for play in plays) if plays else (at,):
                if is_date(moment):
                    yield {"watched_at": minute_to_json(moment)}
        case Rated(rating=rating, at=at):
            row: Row = {"rating": rating_to_json(rating)}
            yield {**row, "rated_at": moment_to_json(at)} if is_date(at) else row
        case _:
            yield {}


def rating_to_json(rating: float) -> int:
    """Return a rating on Trakt's scale: whole numbers from 1 to 10, half up."""
    return min(max(floor(rating + 0.5), 1), 10)


def is_date(moment: datetime | None) -> TypeIs[datetime]:
    """Return whether a moment can be one at which somebody did something."""
    return moment is not None and moment.year >= _FIRST_YEAR


def moment_to_json(moment: datetime) -> str:
    """Return a moment as Trakt writes it."""
    return f"{moment.astimezone(UTC).isoformat(timespec='seconds')[:19]}.000Z"


def minute_to_json(moment: datetime) -> str:
    """Return the minute that a moment lies in, as Trakt keeps no more of a play.

    Nobody has to know then whether it rounds or cuts.
    """
    return f"{moment.astimezone(UTC).isoformat(timespec='minutes')[:16]}:00.000Z"
