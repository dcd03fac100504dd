"""What the library of a Kodi holds: files, and the films and episodes in them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class File:
    """A file, and what was played of it: Kodi keeps that by the file.

    `last_played` is in local time, as text, and empty for never. `position` and
    `total` are seconds.
    """

    path: str
    play_count: int = 0
    last_played: str = ""
    position: float = 0.0
    total: float = 0.0
    added: str = ""


@dataclass(slots=True, eq=False)
class Movie:
    """A film; `runtime` is in seconds, 0 where it is not known."""

    id: int
    file: File
    title: str
    year: int
    unique_ids: dict[str, str]
    runtime: int = 0
    user_rating: int = 0


@dataclass(slots=True, eq=False)
class Show:
    """A series in a folder; it has no file."""

    id: int
    path: str
    title: str
    year: int
    unique_ids: dict[str, str]
    user_rating: int = 0
    episodes: list[Episode] = field(default_factory=list)
    season_ids: dict[int, int] = field(default_factory=dict)
    season_ratings: dict[int, int] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Episode:
    """An episode; several may be in one file."""

    id: int
    file: File
    show: Show
    title: str
    season: int
    number: int
    unique_ids: dict[str, str]
    runtime: int = 0
    user_rating: int = 0


type Entry = Movie | Show | Episode


@dataclass(slots=True)
class Library:
    """Everything that was scanned, in the order of its ids."""

    movies: list[Movie] = field(default_factory=list)
    shows: list[Show] = field(default_factory=list)
    _index: dict[tuple[type[Entry], int], Entry] = field(default_factory=dict)

    @property
    def episodes(self) -> list[Episode]:
        """Return the episodes of all series, by their ids."""
        found = (episode for show in self.shows for episode in show.episodes)
        return sorted(found, key=lambda episode: episode.id)

    def find(self, kind: type[Entry], wanted: int) -> Entry | None:
        """Return an entry by its number, None if there is none."""
        found = self._index.get((kind, wanted))
        if found is None or found.id != wanted or len(self._index) != self.size:
            every: list[Entry] = [*self.movies, *self.shows, *self.episodes]
            self._index = {(type(entry), entry.id): entry for entry in every}
        return self._index.get((kind, wanted))

    @property
    def size(self) -> int:
        """Return how many entries there are."""
        episodes = sum(len(show.episodes) for show in self.shows)
        return len(self.movies) + len(self.shows) + episodes

    def season_ids(self) -> Iterator[tuple[Show, int, int]]:
        """Return each season with its series, number and id."""
        for show in self.shows:
            for season, season_id in show.season_ids.items():
                yield show, season, season_id

    def renumber(self) -> None:
        """Give everything other ids, as after a clean scan: each that of another."""
        kinds: tuple[Sequence[Entry], ...] = (self.movies, self.shows, self.episodes)
        for entries in filter(None, kinds):
            ids = sorted(entry.id for entry in entries)
            turned = [*ids[1:], *ids[:1]] if len(ids) > 1 else [ids[0] + 1] * len(ids)
            by_age = sorted(entries, key=lambda entry: entry.id)
            for entry, new_id in zip(by_age, turned, strict=True):
                entry.id = new_id
        self.movies.sort(key=lambda movie: movie.id)
        self.shows.sort(key=lambda show: show.id)
