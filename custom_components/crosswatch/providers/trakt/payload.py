"""The body of a write, and which operation each of its objects stands for."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import floor
from typing import Final

from ...engine.model import Item, MediaKind, Rated, Watched
from ...engine.plan import Action, Operation, Outcome, OutcomeKind, Reason
from ..http import JsonValue

type Ids = Mapping[str, str]
type Row = dict[str, JsonValue]
type Rows = list[JsonValue]

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
    MediaKind.SEASON: ("trakt", "tvdb", "tmdb"),
    MediaKind.EPISODE: ("trakt", "tvdb", "imdb", "tmdb"),
}
# Larger numbers are no ids, and not every reader of JSON keeps them exact.
_MAX_ID: Final = 2**53


@dataclass(frozen=True, slots=True)
class Entry:
    """An operation in a body: where Trakt counts it, and how often.

    `group` is the list that it stands in, and `ids` are those that it stands there
    with: its own, or its show's where it is told by its place in the show.
    """

    operation: Operation
    counted: str
    rows: int
    group: str
    ids: Ids
    season: int | None = None
    number: int | None = None


@dataclass(slots=True)
class Payload:
    """A body in the making."""

    body: dict[str, Rows] = field(default_factory=lambda: defaultdict(list))
    entries: list[Entry] = field(default_factory=list)
    refused: list[Outcome] = field(default_factory=list)
    _seasons: dict[tuple[str, ...], Rows] = field(default_factory=dict)
    _episodes: dict[tuple[tuple[str, ...], int], Rows] = field(default_factory=dict)

    @classmethod
    def of(cls, operations: Iterable[Operation]) -> Payload:
        """Return the body for these operations."""
        payload = cls()
        for operation in operations:
            payload.add(operation)
        return payload

    def add(self, operation: Operation) -> None:
        """Add an operation, or note why it cannot be sent."""
        rows = list(rows_for(operation))
        entry = entry_for(operation, len(rows))
        if not rows:
            # Without a date Trakt would take the present moment.
            self._refuse(operation, OutcomeKind.FAILED, Reason.NO_DATE)
        elif entry is None:
            self._refuse(operation, OutcomeKind.UNRESOLVED, Reason.NOT_FOUND)
        else:
            self.entries.append(entry)
            for row in rows:
                self._place(entry, row)

    def _refuse(self, operation: Operation, kind: OutcomeKind, reason: Reason) -> None:
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
        show = tuple(entry.ids.values())
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
    own = ids_for(item, operation.native_ids)
    if "trakt" not in own and item.show is not None and item.place is not None:
        if show := ids_for(item.show):
            number = item.number if item.kind is MediaKind.EPISODE else None
            return Entry(operation, group, rows, "shows", show, item.season, number)
    return Entry(operation, group, rows, group, own) if own else None


def ids_for(item: Item, native_ids: Iterable[str] = ()) -> Ids:
    """Return the ids by which Trakt may find an item; its own address comes first."""
    for native_id in native_ids:
        kind, _, number = native_id.partition(":")
        if kind == item.kind.value and number.isdecimal():
            return {"trakt": number}
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


def rows_for(operation: Operation) -> Iterator[Row]:
    """Return what is said of the item, once for each play; none if nothing can be."""
    value = operation.value
    if operation.action is Action.REMOVE:
        yield {}
        return
    match value:
        case Watched(plays=plays) if plays:
            for play in plays:
                yield {"watched_at": moment_to_json(play.at)}
        case Watched(at=at):
            if at is not None:
                yield {"watched_at": moment_to_json(at)}
        case Rated(rating=rating, at=at):
            row: Row = {"rating": rating_to_json(rating)}
            yield row if at is None else {**row, "rated_at": moment_to_json(at)}
        case _:
            yield {}


def rating_to_json(rating: float) -> int:
    """Return a rating on Trakt's scale: whole numbers from 1 to 10, half up."""
    return min(max(floor(rating + 0.5), 1), 10)


def moment_to_json(moment: datetime) -> str:
    """Return a moment as Trakt writes it."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z"
