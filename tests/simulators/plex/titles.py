"""The films and shows that the cloud knows, and who wants to watch them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
import re

from ..catalogue import Catalogue, Film, Show
from .guids import cloud_key, external
from .model import ItemType
from .people import Account

type Thing = Film | Show


@dataclass(frozen=True, slots=True)
class Title:
    """A film or show at the cloud; `key` is what every Plex calls it."""

    key: str
    kind: ItemType
    name: str
    year: int
    ids: Mapping[str, str]
    released: str
    added_at: int = 1_600_000_000
    episodes: int = 0
    seasons: int = 0

    @property
    def guid(self) -> str:
        """Return the name that media servers give to it."""
        return f"plex://{self.kind}/{self.key}"

    @property
    def guids(self) -> tuple[str, ...]:
        """Return its external ids."""
        return external(self.ids)

    @property
    def slug(self) -> str:
        """Return its name as it stands in addresses."""
        return re.sub(r"\W+", "-", self.name.lower()).strip("-")


@dataclass(slots=True)
class Titles:
    """All titles and everybody's watchlist: when each title came on it."""

    by_key: dict[str, Title] = field(default_factory=dict)
    by_external: dict[tuple[ItemType, str], Title] = field(default_factory=dict)
    lists: dict[Account, dict[str, int]] = field(default_factory=dict)

    def add(self, title: Title) -> Title:
        """Let a title be known."""
        self.by_key[title.key] = title
        for name, value in title.ids.items():
            self.by_external[(title.kind, f"{name}-{value}")] = title
        return title

    def know(self, catalogue: Catalogue) -> None:
        """Let all films and shows of a catalogue be known."""
        for film in catalogue.films:
            self.add(title_of(film))
        for show in catalogue.shows:
            self.add(title_of(show))

    def find(self, name: str, year: int | None = None) -> Title:
        """Return the first title of a name; KeyError if there is none."""
        for title in self.by_key.values():
            if title.name == name and year in (None, title.year):
                return title
        raise KeyError((name, year))

    def list_of(self, account: Account) -> dict[str, int]:
        """Return the watchlist of an account, to be changed."""
        return self.lists.setdefault(account, {})


def title_of(thing: Thing) -> Title:
    """Return a film or show of a catalogue as the cloud knows it."""
    if isinstance(thing, Film):
        return Title(
            cloud_key(ItemType.MOVIE, thing.ids),
            ItemType.MOVIE,
            thing.title,
            thing.year,
            thing.ids,
            thing.released.isoformat(),
        )
    return Title(
        cloud_key(ItemType.SHOW, thing.ids),
        ItemType.SHOW,
        thing.title,
        thing.year,
        thing.ids,
        next(thing.episodes()).first_aired.date().isoformat(),
        episodes=sum(1 for _ in thing.episodes()),
        seasons=len(thing.seasons),
    )
