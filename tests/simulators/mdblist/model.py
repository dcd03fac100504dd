"""The titles that MDBList knows, and what a person's account says of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

type JsonObject = dict[str, object]


class Kind(StrEnum):
    """What a title is."""

    MOVIE = "movie"
    SHOW = "show"
    SEASON = "season"
    EPISODE = "episode"

    @property
    def plural(self) -> str:
        """Return the name of the list that holds such titles."""
        return f"{self.value}s"

    @property
    def order(self) -> int:
        """Return where such titles come in a list."""
        return list(Kind).index(self)


@dataclass(slots=True, eq=False)
class Title:
    """A movie, show, season or episode; every one exists only once."""

    kind: Kind
    name: str
    year: int | None
    ids: dict[str, int | str]
    show: Title | None = None
    season: int | None = None
    number: int | None = None
    children: dict[int, Title] = field(default_factory=dict)

    def played(self) -> Iterator[Title]:
        """Return what is played of this title: all episodes of a show, or itself."""
        if self.kind in {Kind.MOVIE, Kind.EPISODE}:
            yield self
        for child in self.children.values():
            yield from child.played()


@dataclass(frozen=True, slots=True)
class Row:
    """Something that an account holds; `changed` is when it came to be so."""

    row_id: int
    title: Title
    at: datetime
    changed: datetime
    rating: int | None = None
    percent: float | None = None

    @property
    def key(self) -> tuple[int, float, int]:
        """Return what orders the rows of a list: by kind, then the newest first."""
        return (self.title.kind.order, -self.at.timestamp(), self.row_id)


@dataclass(frozen=True, slots=True)
class Noted:
    """A row of the journal."""

    category: str
    title: Title
    is_removal: bool
    action_at: datetime
    value_at: datetime | None
    rating: int | None = None


class Refusal(Exception):
    """A request that is not served."""

    def __init__(
        self, status: int, error: str, headers: Mapping[str, str] | None = None
    ) -> None:
        """Keep the answer."""
        super().__init__(error)
        self.status = status
        self.error = error
        self.headers = dict(headers or {})


def text_of(moment: datetime) -> str:
    """Return a moment as the service writes it."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
