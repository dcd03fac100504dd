"""What the service knows of titles, and what a user has done with them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum

type JsonObject = dict[str, object]
type Place = tuple[int, int]
"""A season and a number in it, as SIMKL counts them; season 0 holds the specials."""

# What the service shows for a date that nobody remembers.
LONG_AGO = datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)


class Bucket(StrEnum):
    """The three parts of the library, named as in its answers."""

    MOVIES = "movies"
    SHOWS = "shows"
    ANIME = "anime"

    @property
    def group(self) -> str:
        """Return where bodies and the counts of answers have it."""
        return "movies" if self is Bucket.MOVIES else "shows"

    @property
    def stamps(self) -> str:
        """Return the name of its block in the activities."""
        return "tv_shows" if self is Bucket.SHOWS else self.value

    @property
    def media(self) -> str:
        """Return the key of the title in a row: that of anime is `show`, too."""
        return "movie" if self is Bucket.MOVIES else "show"


class Status(StrEnum):
    """The list that a title is on: exactly one."""

    PLANTOWATCH = "plantowatch"
    WATCHING = "watching"
    HOLD = "hold"
    DROPPED = "dropped"
    COMPLETED = "completed"


# Hashed by identity: a title is one object.
@dataclass(slots=True, eq=False)
class Episode:
    """An episode; `tvdb` is its place in the series there, where that is known."""

    season: int
    number: int
    name: str
    ids: dict[str, str] = field(default_factory=dict)
    tvdb: Place | None = None

    @property
    def place(self) -> Place:
        """Return where it stands in its title."""
        return self.season, self.number


@dataclass(slots=True, eq=False)
class Title:
    """A film, a series, or a part of an anime series with a number of its own."""

    simkl: int
    bucket: Bucket
    name: str
    year: int
    ids: dict[str, str]
    runtime: int = 90
    anime_type: str = "tv"
    released: bool = True
    ended: bool = True
    episodes: dict[Place, Episode] = field(default_factory=dict)

    def regular(self) -> list[Episode]:
        """Return the episodes that are no specials."""
        return [each for each in self.episodes.values() if each.season]

    def by_tvdb(self) -> Mapping[Place, Episode]:
        """Return the episodes by their places in the series at TVDB."""
        return {each.tvdb: each for each in self.episodes.values() if each.tvdb}


@dataclass(slots=True)
class Rewatch:
    """One more viewing of a title that was completed before."""

    rewatch_id: int
    last_watched_at: datetime
    watched: dict[Place, datetime] = field(default_factory=dict)
    status: str = "completed"


@dataclass(slots=True)
class Entry:
    """A title in a user's library."""

    title: Title
    status: Status
    added_at: datetime
    changed_at: datetime
    rating: int | None = None
    rated_at: datetime | None = None
    last_watched_at: datetime | None = None
    watched: dict[Place, datetime | None] = field(default_factory=dict)
    rewatches: list[Rewatch] = field(default_factory=list)

    def copy(self) -> Entry:
        """Return the entry as it is now."""
        return replace(
            self,
            watched=dict(self.watched),
            rewatches=[
                replace(each, watched=dict(each.watched)) for each in self.rewatches
            ],
        )


@dataclass(frozen=True, slots=True)
class Paused:
    """Where a user stopped."""

    session_id: int
    title: Title
    episode: Episode | None
    progress: float
    at: datetime


def stamp(moment: datetime | None) -> str | None:
    """Return a moment as the service writes it."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if moment else None


def to_second(moment: datetime) -> datetime:
    """Return the second that a moment lies in."""
    return moment.astimezone(UTC).replace(microsecond=0)
