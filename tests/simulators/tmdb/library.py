"""All titles that TMDb knows, and the ways to find them."""

from collections.abc import Iterator, Mapping
import re
import unicodedata

from .model import Episode, Kind, Title


class Library:
    """All titles, by number and by the ids of others."""

    def __init__(self) -> None:
        """Start without any."""
        self._titles: dict[tuple[Kind, int], Title] = {}

    def __iter__(self) -> Iterator[Title]:
        """Return all films and series."""
        return iter(self._titles.values())

    def add(self, title: Title) -> Title:
        """Learn of a title."""
        assert (title.kind, title.tmdb) not in self._titles
        self._titles[title.kind, title.tmdb] = title
        return title

    def remove(self, title: Title) -> None:
        """Delete a title, as happens to duplicates."""
        del self._titles[title.kind, title.tmdb]

    def get(self, kind: Kind, number: int) -> Title | None:
        """Return the title of a number."""
        return self._titles.get((kind, number))

    def episodes(self) -> Iterator[Episode]:
        """Return all episodes."""
        for title in self:
            yield from title.episodes.values()

    def by_imdb(self, imdb: str) -> Iterator[Title | Episode]:
        """Return what has an id of IMDb."""
        yield from (each for each in self if each.imdb == imdb)
        yield from (each for each in self.episodes() if each.imdb == imdb)

    def by_tvdb(self, tvdb: int) -> Iterator[Title | Episode]:
        """Return what has an id of TheTVDB: a series and an episode may share it."""
        yield from (each for each in self if each.tvdb == tvdb)
        yield from (each for each in self.episodes() if each.tvdb == tvdb)

    def search(self, kind: Kind, text: str, years: Mapping[str, str]) -> list[Title]:
        """Return the titles that have all words in one of their names, the best first."""
        wanted = set(words(text))
        found = [
            each
            for each in self
            if each.kind is kind
            and all(each.year == year for year in years.values())
            and any(wanted <= set(words(name)) for name in each.names())
        ]
        exact = words(text)
        return sorted(
            found,
            key=lambda each: (
                words(each.name) != exact,
                -each.popularity,
                each.tmdb,
            ),
        )


def words(text: str) -> list[str]:
    """Return the words of a text, without case, accents and signs."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(each for each in plain if not unicodedata.combining(each))
    return re.findall(r"\w+", kept.replace("'", "").replace("’", ""))
