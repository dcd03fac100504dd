"""All titles of the service, and the ids that they are found by."""

from collections.abc import Iterator, Mapping
from itertools import count

from ..catalogue import Catalogue, Show
from .model import Kind, Title

# Which of several ids counts: the first that is known (this order is a guess).
NAMESPACES = ("mdblist", "imdb", "tmdb", "trakt", "tvdb", "kitsu")
TEXTS = frozenset({"mdblist", "imdb"})
# The service calls ids so in some places.
ALIASES = {f"{name}id": name for name in ("imdb", "tmdb", "trakt", "tvdb")}


class Library:
    """The titles, by kind and id."""

    def __init__(self) -> None:
        """Start empty."""
        self._titles: list[Title] = []
        self._by_id: dict[tuple[Kind, str, int | str], Title] = {}
        self._numbers = count(1001)

    def __iter__(self) -> Iterator[Title]:
        """Return every title once."""
        return iter(self._titles)

    def seed(self, catalogue: Catalogue) -> None:
        """Learn all titles of a catalogue."""
        for film in catalogue.films:
            self.add(Kind.MOVIE, film.title, film.year, film.ids)
        for show in catalogue.shows:
            self._add_series(show)

    def _add_series(self, show: Show) -> None:
        """Learn a series with its seasons and episodes."""
        series = self.add(Kind.SHOW, show.title, show.year, show.ids)
        for part in show.seasons:
            name = f"Season {part.number}" if part.number else "Specials"
            season = self.add(
                Kind.SEASON, name, None, part.ids, show=series, season=part.number
            )
            series.children[part.number] = season
            for each in part.episodes:
                season.children[each.number] = self.add(
                    Kind.EPISODE,
                    each.title,
                    None,
                    # It knows no others of an episode.
                    {name: each.ids[name] for name in ("tmdb", "tvdb")},
                    show=series,
                    season=part.number,
                    number=each.number,
                )

    def add(
        self,
        kind: Kind,
        name: str,
        year: int | None,
        ids: Mapping[str, str],
        *,
        show: Title | None = None,
        season: int | None = None,
        number: int | None = None,
    ) -> Title:
        """Learn a title; films and series get the service's own ids as well."""
        known: dict[str, int | str] = {
            each: value if each in TEXTS else int(value) for each, value in ids.items()
        }
        if kind in {Kind.MOVIE, Kind.SHOW}:
            own = next(self._numbers)
            known |= {"trakt": own, "mdblist": f"{kind.value[0]}{own:x}"}
        title = Title(kind, name, year, known, show, season, number)
        self._titles.append(title)
        for namespace, value in known.items():
            self._by_id[kind, namespace, value] = title
        return title

    def movie(self, **ids: int | str) -> Title:
        """Return a film; KeyError if there is none."""
        return self._known(Kind.MOVIE, ids)

    def show(self, **ids: int | str) -> Title:
        """Return a series; KeyError if there is none."""
        return self._known(Kind.SHOW, ids)

    def of_kind(self, kind: Kind) -> list[Title]:
        """Return all titles of a kind."""
        return [title for title in self._titles if title.kind is kind]

    def find(self, kind: Kind, ids: object) -> Title | None:
        """Return the title that ids in a body name; of the wrong type they name none."""
        if not isinstance(ids, dict):
            return None
        named = {ALIASES.get(name, name): value for name, value in ids.items()}
        for namespace in NAMESPACES:
            value = named.get(namespace)
            wanted = str if namespace in TEXTS else int
            if type(value) is wanted:
                if title := self._by_id.get((kind, namespace, value)):
                    return title
        return None

    def _known(self, kind: Kind, ids: Mapping[str, int | str]) -> Title:
        """Return a title that must be there."""
        if (title := self.find(kind, dict(ids))) is None:
            raise KeyError((kind, ids))
        return title
