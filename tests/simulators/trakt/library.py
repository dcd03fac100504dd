"""All titles of the service and the ids that they are found by."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import count
import re
import unicodedata

from .model import Kind, Title

# Which ids a title has, in the order in which Trakt lists them.
LISTED_IDS: Mapping[Kind, tuple[str, ...]] = {
    Kind.MOVIE: ("trakt", "slug", "imdb", "tmdb"),
    Kind.SHOW: ("trakt", "slug", "tvdb", "imdb", "tmdb"),
    Kind.SEASON: ("trakt", "tvdb", "tmdb"),
    Kind.EPISODE: ("trakt", "tvdb", "imdb", "tmdb"),
}
# Which of several ids counts: the first that is known (this order is a guess).
PRECEDENCE = ("trakt", "slug", "imdb", "tmdb", "tvdb")
NUMERIC = frozenset({"trakt", "tmdb", "tvdb"})


class Library:
    """The titles, by kind and id.

    Every kind counts its Trakt ids from 1, so that a number alone names nothing.
    """

    def __init__(self) -> None:
        """Start empty."""
        self._by_id: dict[tuple[Kind, str, str | int], Title] = {}
        self._by_name: dict[tuple[Kind, str, int], Title] = {}
        self._next = {kind: count(1) for kind in Kind}

    def __iter__(self) -> Iterator[Title]:
        """Return every title once."""
        return (
            title
            for (_, namespace, _), title in self._by_id.items()
            if namespace == "trakt"
        )

    def find(self, kind: Kind, namespace: str, value: object) -> Title | None:
        """Return the title that an id names; one of the wrong type names nothing."""
        wanted = int if namespace in NUMERIC else str
        if type(value) is not wanted:
            return None
        return self._by_id.get((kind, namespace, value))

    def movie(self, **ids: str | int) -> Title:
        """Return a movie by some of its ids; KeyError if there is none."""
        return self._known(Kind.MOVIE, ids)

    def show(self, **ids: str | int) -> Title:
        """Return a show by some of its ids; KeyError if there is none."""
        return self._known(Kind.SHOW, ids)

    def episode(self, show: Title, season: int, number: int) -> Title:
        """Return an episode by its place; KeyError if there is none."""
        return show.children[season].children[number]

    def _known(self, kind: Kind, ids: Mapping[str, str | int]) -> Title:
        """Return a title that must be there; numbers may be given as texts."""
        for namespace, value in ids.items():
            exact = int(value) if namespace in NUMERIC else value
            if (title := self.find(kind, namespace, exact)) is not None:
                return title
        raise KeyError((kind, ids))

    def resolve(
        self, kind: Kind, item: Mapping[str, object], accepted: Iterable[str]
    ) -> Title | None:
        """Return the title that an object in a body means.

        Ids of the wrong type are as good as absent; without any usable id the
        title and the year decide.
        """
        ids = item.get("ids")
        usable = False
        if isinstance(ids, dict):
            for namespace in PRECEDENCE:
                value = ids.get(namespace)
                if value is None or namespace not in accepted:
                    continue
                usable = usable or type(value) is (int if namespace in NUMERIC else str)
                if (title := self.find(kind, namespace, value)) is not None:
                    return title
        name, year = item.get("title"), item.get("year")
        if usable or not isinstance(name, str) or not isinstance(year, int):
            return None
        return self._by_name.get((kind, name.casefold(), year))

    def lookup(self, kind: Kind, text: str) -> Title | None:
        """Return a title by what stands in a path: Trakt id, slug or IMDb id."""
        if text.isdecimal():
            return self.find(kind, "trakt", int(text))
        return self.find(kind, "slug", text) or self.find(kind, "imdb", text)

    def add_movie(
        self,
        name: str,
        year: int,
        *,
        ids: Mapping[str, str | int],
        runtime: int = 100,
        released: datetime | None = None,
    ) -> Title:
        """Add a movie."""
        slug = self._slug(Kind.MOVIE, f"{slugify(name)}-{year}", year)
        movie = Title(
            Kind.MOVIE,
            self._ids(Kind.MOVIE, ids, slug=slug),
            name,
            year=year,
            runtime=runtime,
            released=released,
        )
        return self._add(movie)

    def add_show(
        self,
        name: str,
        year: int,
        *,
        ids: Mapping[str, str | int],
        runtime: int = 45,
        released: datetime | None = None,
    ) -> Title:
        """Add a show without seasons."""
        slug = self._slug(Kind.SHOW, slugify(name), year)
        show = Title(
            Kind.SHOW,
            self._ids(Kind.SHOW, ids, slug=slug),
            name,
            year=year,
            runtime=runtime,
            released=released,
        )
        return self._add(show)

    def add_season(
        self, show: Title, number: int, *, ids: Mapping[str, str | int] | None = None
    ) -> Title:
        """Add an empty season to a show."""
        name = f"Season {number}" if number else "Specials"
        season = Title(
            Kind.SEASON,
            self._ids(Kind.SEASON, ids or {}),
            name,
            show=show,
            season=number,
            number=number,
        )
        show.children[number] = season
        return self._add(season)

    def add_episode(
        self,
        season: Title,
        number: int,
        *,
        name: str = "",
        ids: Mapping[str, str | int] | None = None,
        runtime: int = 45,
        released: datetime | None = None,
    ) -> Title:
        """Add an episode to a season."""
        episode = Title(
            Kind.EPISODE,
            self._ids(Kind.EPISODE, ids or {}),
            name or f"Episode {number}",
            runtime=runtime,
            released=released,
            show=season.show,
            season=season.season,
            number=number,
        )
        season.children[number] = episode
        return self._add(episode)

    def _ids(
        self, kind: Kind, given: Mapping[str, str | int], slug: str | None = None
    ) -> dict[str, str | int | None]:
        """Return the ids of a new title in wire form."""
        ids: dict[str, str | int | None] = {}
        for namespace in LISTED_IDS[kind]:
            value = given.get(namespace)
            if namespace == "trakt":
                ids[namespace] = next(self._next[kind])
            elif namespace == "slug":
                ids[namespace] = slug
            elif value is None:
                ids[namespace] = None
            else:
                ids[namespace] = int(value) if namespace in NUMERIC else str(value)
        return ids

    def _slug(self, kind: Kind, wanted: str, year: int) -> str:
        """Return a slug that no other title of the kind has."""
        candidates = [wanted, f"{wanted}-{year}"] if kind is Kind.SHOW else [wanted]
        for slug in candidates:
            if (kind, "slug", slug) not in self._by_id:
                return slug
        for number in count(2):
            slug = f"{candidates[-1]}-{number}"
            if (kind, "slug", slug) not in self._by_id:
                return slug
        raise AssertionError("count() has no end")

    def _add(self, title: Title) -> Title:
        """Make a title findable; of two with one id the first keeps it."""
        for namespace, value in title.ids.items():
            if value is not None:
                self._by_id.setdefault((title.kind, namespace, value), title)
        if title.year is not None:
            name = (title.kind, title.name.casefold(), title.year)
            self._by_name.setdefault(name, title)
        return title


def slugify(text: str) -> str:
    """Return a text as it looks in an address; never empty."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-") or "untitled"
