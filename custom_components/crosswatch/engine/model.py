"""What the engine talks about: items, what a feature says of them, and snapshots."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Self, override

from .ids import item_keys


class Feature(StrEnum):
    """What two accounts can be kept aligned in."""

    WATCHLIST = "watchlist"
    HISTORY = "history"
    RATINGS = "ratings"
    PROGRESS = "progress"


class MediaKind(StrEnum):
    """What an item is. Part of every key: services number films and shows apart."""

    MOVIE = "movie"
    SHOW = "show"
    SEASON = "season"
    EPISODE = "episode"


class Side(StrEnum):
    """One of the two accounts of a pair."""

    SOURCE = "source"
    TARGET = "target"

    @property
    def other(self) -> Side:
        """Return the side across."""
        return Side.TARGET if self is Side.SOURCE else Side.SOURCE


@dataclass(frozen=True, slots=True)
class Item:
    """A film, show, season or episode, known by its ids.

    `ids` maps a universal id namespace ("imdb", "tmdb", …) to its normalised value.
    Seasons and episodes carry their show, and their place in it; season 0 holds the
    specials. `year` is the year of the first release.
    """

    kind: MediaKind
    ids: Mapping[str, str] = field(default_factory=dict)
    title: str = ""
    year: int | None = None
    show: Item | None = None
    season: int | None = None
    number: int | None = None

    @property
    def place(self) -> str | None:
        """Return the place in the show, such as s1e2, or None where it is unknown."""
        if self.season is None:
            return None
        if self.kind is MediaKind.SEASON:
            return f"s{self.season}"
        return None if self.number is None else f"s{self.season}e{self.number}"

    @property
    def label(self) -> str:
        """Return the name that a person knows it by, for texts and logs."""
        if self.show is None:
            return f"{self.title} ({self.year})" if self.year else self.title
        name = self.show.title or self.title
        if self.season is None:
            return name
        if self.kind is MediaKind.SEASON:
            return f"{name} S{self.season:02d}"
        return f"{name} S{self.season:02d}E{self.number or 0:02d}"


@dataclass(frozen=True, slots=True)
class Listed:
    """An item stands on a watchlist; `at` is when it was put there, if known."""

    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Play:
    """One play; `native_id` names it on its own account, where it has a name."""

    at: datetime
    native_id: str = ""


@dataclass(frozen=True, slots=True)
class Watched:
    """An item was watched; `at` is the newest play, None where no date is known.

    `plays` holds every play, oldest first, of an account that keeps them all; it is
    empty for one that keeps only the last. `count` is the number of plays it claims.
    """

    at: datetime | None = None
    plays: tuple[Play, ...] = ()
    count: int = 1

    def with_plays_of(self, other: Watched) -> Watched:
        """Return what was watched here and there."""
        newest = max((at for at in (self.at, other.at) if at), default=None)
        dated = [
            play
            for each in (self, other)
            for play in each.plays or ((Play(each.at),) if each.at else ())
        ]
        plays = sorted(dated, key=lambda play: play.at)
        return Watched(newest, tuple(plays), self.count + other.count)


@dataclass(frozen=True, slots=True)
class Rated:
    """A rating from 0 to 10 with its decimals; `at` is when it was given, if known."""

    rating: float
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an item was played: in milliseconds, or in percent only.

    `at` is when it was played that far, and None where only a change of the record
    itself is dated. A position of 0 says that the item was put back to its start.
    `playing` tells that it runs right now, `watched` that its account has it watched
    to the end since.
    """

    position_ms: int | None = None
    duration_ms: int | None = None
    percent: float | None = None
    at: datetime | None = None
    playing: bool = False
    watched: bool = False


type Value = Listed | Watched | Rated | Progress

VALUE_TYPES: Mapping[Feature, type[Value]] = {
    Feature.WATCHLIST: Listed,
    Feature.HISTORY: Watched,
    Feature.RATINGS: Rated,
    Feature.PROGRESS: Progress,
}


@dataclass(frozen=True, slots=True)
class Library:
    """A part of a media server that a person knows by its name."""

    library_id: str
    name: str


class Record:
    """An item and what one feature says of it, on one account. Not to be changed.

    `native_id` is the account's own name for the item, kept verbatim; it addresses
    the item there and never matches across accounts. `seen` is False while the
    record is known only from our own acknowledged write: that is no sighting.
    `library` is the id of the library that the item is in, empty where it is not
    known.

    No dataclass, because the store's records take their parts out of a stored row
    only when they are asked for: most records of most runs never are.
    """

    __slots__ = ("_item", "_keys", "_value", "library", "native_id", "seen")

    def __init__(
        self,
        item: Item,
        value: Value,
        native_id: str,
        seen: bool = True,
        library: str = "",
    ) -> None:
        """Put a record together."""
        self._item: Item | None = item
        self._value: Value | None = value
        self._keys: tuple[str, ...] | None = None
        self.native_id = native_id
        self.seen = seen
        self.library = library

    @property
    def item(self) -> Item:
        """Return the item."""
        if self._item is None:
            self._item = self._load_item()
        return self._item

    @property
    def value(self) -> Value:
        """Return what the feature says of the item."""
        if self._value is None:
            self._value = self._load_value()
        return self._value

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the keys that the item can be found by."""
        if self._keys is None:
            self._keys = self._load_keys()
        return self._keys

    def _load_item(self) -> Item:
        """Refuse: a record made without its item loads it itself."""
        raise TypeError("A record without an item")

    def _load_value(self) -> Value:
        """Refuse: a record made without its value loads it itself."""
        raise TypeError("A record without a value")

    def share_keys(self, other: Record) -> None:
        """Hold the keys that both records have once: of very many, they take memory."""
        if self._keys is not None and other._keys is not None:
            known = {key: key for key in other._keys}
            self._keys = tuple([known.get(key, key) for key in self._keys])

    def _load_keys(self) -> tuple[str, ...]:
        """Return the keys of the item."""
        return item_keys(self.item)

    def with_value(self, value: Value) -> Record:
        """Return this record with another value."""
        return Record(self.item, value, self.native_id, self.seen, self.library)

    def with_library(self, library: str) -> Record:
        """Return this record with the library that it is in."""
        return Record(self.item, self.value, self.native_id, self.seen, library)

    @override
    def __eq__(self, other: object) -> bool:
        """Compare what a record says, however it is kept."""
        if not isinstance(other, Record):
            return NotImplemented
        return (self.native_id, self.seen, self.library, self.value, self.item) == (
            other.native_id,
            other.seen,
            other.library,
            other.value,
            other.item,
        )

    __hash__ = None  # type: ignore[assignment]

    @override
    def __repr__(self) -> str:
        """Return the record for people to read."""
        parts = (self.item, self.value, self.native_id, self.seen, self.library)
        return f"Record({', '.join(map(repr, parts))})"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All records of one feature of one account at one moment, by native id.

    `marker` is the account's change marker fetched before the read, empty where it
    has none. `full_read_at` is when every record was last listed afresh; a snapshot
    brought up to date by a delta keeps the older moment.
    """

    feature: Feature
    records: Mapping[str, Record]
    full_read_at: datetime
    marker: str = ""
    complete: bool = True

    @classmethod
    def of(cls, feature: Feature, records: Iterable[Record], at: datetime) -> Self:
        """Return a complete snapshot of these records, read at this moment."""
        return cls(feature, {record.native_id: record for record in records}, at)

    def updated(
        self, changed: Iterable[Record] = (), removed: Iterable[str] = ()
    ) -> Self:
        """Return this snapshot with a delta applied."""
        records = dict(self.records)
        for native_id in removed:
            records.pop(native_id, None)
        records.update((record.native_id, record) for record in changed)
        return replace(self, records=records)
