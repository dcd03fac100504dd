"""The things that Trakt knows, and what a user's account says of them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

type JsonObject = dict[str, object]

UNKNOWN_DATE = 0
"""Seconds at which a play without a date is kept (a guess: 1970-01-01)."""


class Kind(StrEnum):
    """What a title is."""

    MOVIE = "movie"
    SHOW = "show"
    SEASON = "season"
    EPISODE = "episode"

    @property
    def plural(self) -> str:
        """Return the name of the group that holds such titles in a body."""
        return f"{self.value}s"


@dataclass(slots=True, eq=False)
class Title:
    """A movie, show, season or episode; every one exists only once.

    `ids` are as they go over the wire, the unknown ones None. `children` are the
    seasons of a show or the episodes of a season, by number.
    """

    kind: Kind
    ids: dict[str, str | int | None]
    name: str
    year: int | None = None
    runtime: int | None = None
    released: datetime | None = None
    show: Title | None = None
    season: int = 0
    number: int = 0
    children: dict[int, Title] = field(default_factory=dict)
    short: JsonObject = field(default_factory=dict)
    """The small JSON form, made once, as rows repeat it many thousand times."""

    @property
    def trakt(self) -> int:
        """Return the id that Trakt gave."""
        number = self.ids["trakt"]
        assert isinstance(number, int)
        return number

    def episodes(self) -> list[Title]:
        """Return the episodes in this title: all of a show's, or itself."""
        match self.kind:
            case Kind.SHOW:
                return [
                    episode
                    for season in self.children.values()
                    for episode in season.children.values()
                ]
            case Kind.SEASON:
                return list(self.children.values())
            case Kind.EPISODE:
                return [self]
            case Kind.MOVIE:
                return []

    def aired(self, now: datetime) -> bool:
        """Return whether the title is out."""
        return self.released is not None and self.released <= now

    def belongs_to(self, other: Title) -> bool:
        """Return whether this is `other`, or an episode of that season or show."""
        return (
            other is self
            or other is self.show
            or (
                other.kind is Kind.SEASON
                and other.show is self.show
                and other.season == self.season
            )
        )


@dataclass(frozen=True, slots=True)
class Play:
    """One time that a movie or an episode was watched; `at` is in whole minutes."""

    id: int
    title: Title
    at: int
    action: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of the watchlist; `at` is in seconds."""

    id: int
    title: Title
    at: int
    notes: str | None = None


@dataclass(frozen=True, slots=True)
class Rated:
    """A rating; `at` is in seconds."""

    title: Title
    rating: int
    at: int


@dataclass(frozen=True, slots=True)
class Paused:
    """Where somebody stopped; `progress` is in percent, `at` in seconds."""

    id: int
    title: Title
    progress: float
    at: int


@dataclass(frozen=True, slots=True)
class Watching:
    """What somebody watches, and until when that is believed."""

    title: Title
    started_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Hidden:
    """A show that somebody hides from a section; `at` is in seconds."""

    title: Title
    at: int


def stamp(seconds: float) -> str:
    """Return a moment as Trakt writes it, with milliseconds."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def to_minute(seconds: int) -> int:
    """Return the full minute that a moment lies in."""
    return seconds - seconds % 60


def to_seconds(moment: datetime) -> int:
    """Return whole seconds since 1970."""
    return int(moment.timestamp())
