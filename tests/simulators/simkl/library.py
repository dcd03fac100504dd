"""All titles of the service, and the ids that they are found by."""

from collections.abc import Iterator, Mapping
from itertools import count

from .model import Bucket, Episode, Place, Title

# What names a title in a body; the service takes the first that it knows.
NAMESPACES = ("simkl", "imdb", "tmdb", "tvdb", "mal", "anidb", "anilist", "kitsu")


class Library:
    """The titles. Films and series are numbered apart at TMDB only."""

    def __init__(self) -> None:
        """Start empty."""
        self.titles: dict[int, Title] = {}
        self._by_id: dict[tuple[str, str], list[Title]] = {}
        self._numbers = count(1001)

    def __iter__(self) -> Iterator[Title]:
        """Return every title."""
        return iter(self.titles.values())

    def add(
        self,
        bucket: Bucket,
        name: str,
        year: int,
        ids: Mapping[str, str],
        **facts: object,
    ) -> Title:
        """Add a title."""
        title = Title(next(self._numbers), bucket, name, year, dict(ids), **facts)  # type: ignore[arg-type]
        self.titles[title.simkl] = title
        for named in title.ids.items():
            self._by_id.setdefault(named, []).append(title)
        return title

    def add_episode(
        self,
        title: Title,
        place: Place,
        name: str,
        ids: Mapping[str, str] | None = None,
        *,
        tvdb: Place | None = None,
    ) -> Episode:
        """Add an episode to a title."""
        added = title.episodes[place] = Episode(*place, name, dict(ids or {}), tvdb)
        return added

    def resolve(self, group: str, item: Mapping[str, object]) -> Title | None:
        """Return the title that an object in a body means; ids first, then its name.

        Anime is found in either list. Of several with the same id it is the first.
        """
        ids = item.get("ids")
        for namespace in NAMESPACES if isinstance(ids, dict) else ():
            value = ids.get(namespace) if isinstance(ids, dict) else None
            if value is not None and (found := self._find(group, namespace, value)):
                return found
        name, year = item.get("title"), item.get("year")
        for title in self if isinstance(name, str) else ():
            if _is_in(title, group) and (title.name, title.year) == (name, year):
                return title
        return None

    def _find(self, group: str, namespace: str, value: object) -> Title | None:
        """Return the title of an id, which may be a number or a text."""
        if namespace == "simkl":
            title = self.titles.get(int(str(value))) if str(value).isdecimal() else None
            return title if title and _is_in(title, group) else None
        for title in self._by_id.get((namespace, str(value)), ()):
            # Its ids may have been taken away since.
            if _is_in(title, group) and title.ids.get(namespace) == str(value):
                return title
        return None

    def parts(self, title: Title) -> list[Title]:
        """Return all titles of an anime series that TVDB counts as one."""
        number = title.ids.get("tvdb")
        if title.bucket is not Bucket.ANIME or number is None:
            return [title]
        same = self._by_id.get(("tvdb", number), [])
        return [each for each in same if each.bucket is Bucket.ANIME]


def _is_in(title: Title, group: str) -> bool:
    """Tell whether a title may be meant in a list of films or of series."""
    return title.bucket is Bucket.ANIME or title.bucket.group == group
