"""The films and series that TMDb knows, and what a user's account says of them."""

from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What a title is, in TMDb's own words. Either has numbers of its own."""

    MOVIE = "movie"
    TV = "tv"


@dataclass(slots=True, eq=False)
class Episode:
    """An episode of a series; season 0 holds the specials."""

    show: Title
    tmdb: int
    name: str
    season: int
    number: int
    aired: str = ""
    imdb: str | None = None
    tvdb: int | None = None


@dataclass(slots=True, eq=False)
class Title:
    """A film or a series; every one exists only once.

    `also` are its alternative titles by country, `translated` those by language.
    """

    kind: Kind
    tmdb: int
    name: str
    date: str = ""
    original: str = ""
    language: str = "en"
    also: dict[str, str] = field(default_factory=dict)
    translated: dict[str, str] = field(default_factory=dict)
    imdb: str | None = None
    tvdb: int | None = None
    popularity: float = 1.0
    episodes: dict[tuple[int, int], Episode] = field(default_factory=dict)

    @property
    def year(self) -> str:
        """Return the year of its first release, empty where there is no date."""
        return self.date[:4]

    def names(self) -> set[str]:
        """Return all titles that it has anywhere."""
        original = self.original or self.name
        return {self.name, original, *self.also.values(), *self.translated.values()}


type Rateable = Title | Episode


@dataclass(frozen=True, slots=True)
class Rating:
    """A rating, and the how manieth thing of the account it is."""

    value: float
    order: int


@dataclass(slots=True, eq=False)
class Account:
    """A user; what is put on a list later has a higher number."""

    number: int
    username: str
    watchlist: dict[Title, int] = field(default_factory=dict)
    ratings: dict[Rateable, Rating] = field(default_factory=dict)
    _order: int = 0

    def put_on_watchlist(self, title: Title) -> bool:
        """Put a title on the list; False if it is there already."""
        if title in self.watchlist:
            return False
        self.watchlist[title] = self._next()
        return True

    def take_off_watchlist(self, title: Title) -> None:
        """Take a title off the list."""
        self.watchlist.pop(title, None)

    def rate(self, title: Rateable, value: float) -> bool:
        """Rate a title; False if there is another rating already, which stays dated."""
        before = self.ratings.get(title)
        order = before.order if before else self._next()
        self.ratings[title] = Rating(value, order)
        return before is None

    def unrate(self, title: Rateable) -> None:
        """Take a rating back."""
        self.ratings.pop(title, None)

    def _next(self) -> int:
        """Return the next number."""
        self._order += 1
        return self._order


@dataclass(slots=True)
class Behaviour:
    """How this TMDb behaves.

    `page_size` is how many rows a page has. `hidden` are titles that lists go on
    counting without showing them. `rate` is how many requests it takes in a second;
    0 is any number.
    """

    page_size: int = 20
    hidden: set[Rateable] = field(default_factory=set)
    rate: int = 0
