"""The body of a write, and which operation each of its objects stands for."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import floor
from typing import Final

from ...engine.model import Feature, Item, MediaKind, Play, Rated, Watched
from ...engine.plan import Action, Operation, Outcome, OutcomeKind, Reason
from ..http import JsonValue

type Ids = Mapping[str, str]
type Row = dict[str, JsonValue]

GROUPS: Final[Mapping[MediaKind, str]] = {
    MediaKind.MOVIE: "movies",
    MediaKind.SHOW: "shows",
    MediaKind.SEASON: "seasons",
    MediaKind.EPISODE: "episodes",
}
# The ids by which the service finds each kind; of episodes and seasons it knows a few
# only, so that they are told by their place in the show wherever that is known.
_ACCEPTED: Final[Mapping[MediaKind, tuple[str, ...]]] = {
    MediaKind.MOVIE: ("imdb", "tmdb", "trakt", "tvdb"),
    MediaKind.SHOW: ("imdb", "tmdb", "trakt", "tvdb"),
    MediaKind.SEASON: (),
    MediaKind.EPISODE: ("tmdb", "tvdb"),
}
_TEXTS: Final = frozenset({"imdb", "mdblist"})
# Larger numbers are no ids, and not every reader of JSON keeps them exact.
_MAX_ID: Final = 2**53
# An older date stands for none.
_FIRST_YEAR: Final = 1971


@dataclass(frozen=True, slots=True)
class Entry:
    """An operation in a body, and what stands there for it.

    `ids` are its own, or its show's where it is told by its place in the show; then
    it has a season, and a number if it is an episode. `rows` are what is said of it.
    """

    operation: Operation
    ids: Ids
    rows: Sequence[Row]
    season: int | None = None
    number: int | None = None

    @property
    def kind(self) -> MediaKind:
        """Return the kind of the item."""
        return self.operation.item.kind

    @property
    def group(self) -> str:
        """Return the list of the body that it stands in."""
        return GROUPS[self.kind if self.season is None else MediaKind.SHOW]


@dataclass(slots=True)
class Body:
    """A body in the making; the lists on a watchlist hold ids alone."""

    bare: bool = False
    lists: dict[str, list[JsonValue]] = field(default_factory=dict)
    _seasons: dict[tuple[tuple[str, str], ...], list[JsonValue]] = field(
        default_factory=dict
    )
    _episodes: dict[tuple[tuple[tuple[str, str], ...], int], list[JsonValue]] = field(
        default_factory=dict
    )

    def add(self, entry: Entry) -> None:
        """Put what is said of an item into the body."""
        for row in entry.rows:
            if entry.season is None:
                ids = ids_to_json(entry.ids)
                self._list(entry.group).append(
                    ids if self.bare else {"ids": ids, **row}
                )
            elif entry.number is None:
                self._seasons_of(entry.ids).append({"number": entry.season, **row})
            else:
                episodes = self._episodes_of(entry.ids, entry.season)
                episodes.append({"number": entry.number, **row})

    def json(self) -> dict[str, JsonValue]:
        """Return the body."""
        return dict(self.lists)

    def _list(self, group: str) -> list[JsonValue]:
        """Return a list of the body, made when first needed."""
        return self.lists.setdefault(group, [])

    def _seasons_of(self, ids: Ids) -> list[JsonValue]:
        """Return the seasons of a show in the body."""
        name = tuple(ids.items())
        if (seasons := self._seasons.get(name)) is None:
            seasons = self._seasons[name] = []
            show: Row = {"ids": ids_to_json(ids), "seasons": seasons}
            self._list("shows").append(show)
        return seasons

    def _episodes_of(self, ids: Ids, season: int) -> list[JsonValue]:
        """Return the episodes of a season in the body."""
        name = (tuple(ids.items()), season)
        if (episodes := self._episodes.get(name)) is None:
            episodes = self._episodes[name] = []
            self._seasons_of(ids).append({"number": season, "episodes": episodes})
        return episodes


def entry_for(operation: Operation) -> Entry | Outcome:
    """Return what stands for an operation, or what comes of one that is not sent."""
    rows = list(_rows_for(operation))
    if not rows:
        # Without a date the service would take the present moment.
        return Outcome(operation, OutcomeKind.FAILED, Reason.NO_DATE)
    rows = [row for row in rows if row.get("watched_at") not in _held_by(operation)]
    if not rows:
        return Outcome(operation, OutcomeKind.ALREADY_THERE)
    item = operation.item
    if place := place_of(item):
        return Entry(operation, place[0], rows, *place[1:])
    is_listed = operation.feature is Feature.WATCHLIST
    ids = ids_of(item, operation.native_ids)
    ids = _for_lists(item.kind, ids) if is_listed else ids
    if ids:
        return Entry(operation, ids, rows)
    return Outcome(operation, OutcomeKind.UNRESOLVED, Reason.NOT_FOUND)


def place_of(item: Item) -> tuple[Ids, int, int | None] | None:
    """Return the ids of a part's show and its place there, if they are known."""
    show, season, number = item.show, item.season, item.number
    if show is None or season is None or season < 0 or not (ids := ids_of(show)):
        return None
    if item.kind is MediaKind.SEASON:
        return ids, season, None
    return None if number is None or number < 0 else (ids, season, number)


def ids_of(item: Item, native_ids: Iterable[str] = ()) -> Ids:
    """Return the ids by which the service may find an item.

    A part with an id that merely repeats its show's would be found as another one. A
    title that no other service knows is told by the service's own id.
    """
    shared = item.show.ids if item.show else {}
    ids = {
        namespace: value
        for namespace in _ACCEPTED[item.kind]
        if (value := item.ids.get(namespace))
        and shared.get(namespace) != value
        and (namespace == "imdb" or (value.isdecimal() and int(value) < _MAX_ID))
    }
    for native_id in native_ids:
        kind, _, name = native_id.partition(":")
        namespace, _, value = name.partition(":")
        if not ids and kind == item.kind.value and namespace == "mdblist":
            return {namespace: value}
    return ids


def _for_lists(kind: MediaKind, ids: Ids) -> Ids:
    """Return the ids that a list takes: of TVDB only those of films, as a last resort.

    [unsure] That is how others were seen to write; where it takes more, a few series
    that only TVDB knows are left out needlessly.
    """
    if set(ids) != {"tvdb"}:
        return {name: value for name, value in ids.items() if name != "tvdb"}
    return ids if kind is MediaKind.MOVIE else {}


def ids_to_json(ids: Ids) -> Row:
    """Return ids as the service takes them: mostly as numbers."""
    return {
        namespace: value if namespace in _TEXTS else int(value)
        for namespace, value in ids.items()
    }


def _held_by(operation: Operation) -> set[JsonValue]:
    """Return the moments of the plays that are there already."""
    before = operation.before
    if operation.action is Action.REMOVE or not isinstance(before, Watched):
        return set()
    return {moment_to_json(play.at) for play in before.plays}


def _rows_for(operation: Operation) -> Iterator[Row]:
    """Yield what is said of the item, once for each play; nothing if nothing can be."""
    value = operation.value
    if operation.action is Action.REMOVE:
        yield {}
        return
    match value:
        case Watched(at=at, plays=plays):
            dated = plays or ((Play(at),) if at else ())
            for text in dict.fromkeys(moment_to_json(play.at) for play in dated):
                if int(text[:4]) >= _FIRST_YEAR:
                    yield {"watched_at": text}
        case Rated(rating=rating, at=at):
            row: Row = {"rating": rating_to_json(rating)}
            dated_row = at is not None and at.year >= _FIRST_YEAR
            yield {**row, "rated_at": moment_to_json(at)} if at and dated_row else row
        case _:
            yield {}


def rating_to_json(rating: float) -> int:
    """Return a rating on the service's scale: whole numbers from 1 to 10, half up."""
    return min(max(floor(rating + 0.5), 1), 10)


def moment_to_json(moment: datetime) -> str:
    """Return a moment as the service writes it."""
    return f"{moment.astimezone(UTC).isoformat(timespec='seconds')[:19]}Z"


def chunks(entries: Iterable[Entry], size: int) -> Iterator[list[Entry]]:
    """Yield entries in groups that stand for at most `size` things each.

    Shows, seasons and episodes are not mixed, as beside its own parts a show would not
    mean itself; films go with any of them.
    """
    by_kind: dict[MediaKind, list[Entry]] = {kind: [] for kind in MediaKind}
    for entry in entries:
        by_kind[entry.kind].append(entry)
    films = by_kind.pop(MediaKind.MOVIE)
    for alike in by_kind.values():
        chunk: list[Entry] = []
        for entry in alike:
            if chunk and _weight(chunk) + len(entry.rows) > size:
                yield chunk
                chunk = []
            chunk.append(entry)
        while chunk and films and _weight(chunk) + len(films[-1].rows) <= size:
            chunk.append(films.pop())
        if chunk:
            yield chunk
    chunk = []
    for entry in films:
        if chunk and _weight(chunk) + len(entry.rows) > size:
            yield chunk
            chunk = []
        chunk.append(entry)
    if chunk:
        yield chunk


def _weight(entries: Iterable[Entry]) -> int:
    """Return for how many things entries stand."""
    return sum(len(entry.rows) for entry in entries)
