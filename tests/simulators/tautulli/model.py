"""What the simulated Tautulli knows: users, titles and what was played."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Media(StrEnum):
    """The kinds of titles, as Plex calls them."""

    MOVIE = "movie"
    SHOW = "show"
    SEASON = "season"
    EPISODE = "episode"
    TRACK = "track"


@dataclass(slots=True, eq=False)
class User:
    """A user of the Plex server; number 0 is for plays without a login."""

    user_id: int
    username: str
    friendly_name: str
    is_active: bool = True
    is_admin: bool = False


@dataclass(slots=True, eq=False)
class Title:
    """A title in a library of the Plex server.

    `guid` is Plex's own name for it, or what an older agent made of a foreign id;
    `guids` are its ids elsewhere. What is `gone` is not in the library any more.
    """

    media: Media
    rating_key: int
    title: str
    guid: str
    guids: tuple[str, ...] = ()
    year: int | None = None
    index: int | None = None
    parent: Title | None = None
    seconds: int = 3000
    gone: bool = False

    @property
    def show(self) -> Title | None:
        """Return the show of an episode, or the artist of a track."""
        return self.parent.parent if self.parent else None

    @property
    def full_title(self) -> str:
        """Return the title with that of its show."""
        return f"{self.show.title} - {self.title}" if self.show else self.title


@dataclass(slots=True, eq=False)
class Session:
    """One stretch of playing: a row of the history, or what runs right now.

    `reference_id` is the row that this one goes on with, or its own. `percent` is how
    far it came. `shown` replaces fields of its row.
    """

    row_id: int
    reference_id: int
    user: User
    title: Title
    started: datetime
    stopped: datetime
    percent: float
    live: bool = False
    running: bool = False
    shown: dict[str, object] = field(default_factory=dict)
    left_out: set[str] = field(default_factory=set)
