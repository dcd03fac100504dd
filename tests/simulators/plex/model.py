"""What a Plex Media Server holds: sections, items, viewers and plays."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
import re

from .people import Account

OWNER_ID = 1


class ItemType(StrEnum):
    """The kinds of items that this server has."""

    MOVIE = "movie"
    SHOW = "show"
    SEASON = "season"
    EPISODE = "episode"

    @property
    def number(self) -> int:
        """Return the number of the kind, as queries name it."""
        return TYPE_NUMBERS[self]


TYPE_NUMBERS = {
    ItemType.MOVIE: 1,
    ItemType.SHOW: 2,
    ItemType.SEASON: 3,
    ItemType.EPISODE: 4,
}
TYPES = {number: kind for kind, number in TYPE_NUMBERS.items()}
FOLDERS = frozenset({ItemType.SHOW, ItemType.SEASON})


def sort_title(title: str) -> str:
    """Return a title as lists are ordered by it: without an article."""
    return re.sub(r"^(the|a|an) ", "", title.casefold())


@dataclass(slots=True, eq=False)
class Section:
    """A library section; `kind` is the type of what lies at its top."""

    key: str
    title: str
    kind: ItemType
    agent: str
    updated_at: int
    changes: int = 1
    items: dict[ItemType, list[Item]] = field(
        default_factory=lambda: {kind: [] for kind in ItemType}
    )


@dataclass(slots=True, eq=False)
class Item:
    """A film, show, season or episode; times are epoch seconds, lengths milliseconds.

    `guid` is what the agent of the section calls it, `guids` its external ids. Two
    episodes with the same file lie in that one file.
    """

    rating_key: int
    type: ItemType
    title: str
    section: Section
    guid: str
    guids: tuple[str, ...]
    added_at: int
    updated_at: int
    parent: Item | None = None
    children: list[Item] = field(default_factory=list)
    year: int | None = None
    index: int | None = None
    duration: int | None = None
    released: str | None = None
    credits: int | None = None
    files: tuple[str, ...] = ()
    removed: bool = False

    @property
    def key(self) -> str:
        """Return the id as answers hold it."""
        return str(self.rating_key)

    @property
    def is_folder(self) -> bool:
        """Return whether it holds other items."""
        return self.type in FOLDERS

    @property
    def top(self) -> Item:
        """Return the show of a season or episode, or itself."""
        return next(reversed(list(self.lineage())), self)

    def lineage(self) -> Iterator[Item]:
        """Return what it belongs to: the season, then the show."""
        if self.parent is not None:
            yield self.parent
            yield from self.parent.lineage()

    def descendants(self) -> Iterator[Item]:
        """Return all items below."""
        for child in self.children:
            yield child
            yield from child.descendants()

    def leaves(self) -> Iterator[Item]:
        """Return what can be played: itself, or all below."""
        if not self.is_folder:
            yield self
            return
        for item in self.descendants():
            if not item.is_folder:
                yield item


@dataclass(slots=True, eq=False)
class View:
    """What one viewer did with one item; all of it may be missing."""

    count: int = 0
    viewed_at: int | None = None
    offset: int = 0
    rating: float | None = None
    rated_at: int | None = None


NOT_VIEWED = View()


@dataclass(slots=True, eq=False)
class Viewer:
    """An account at this server; `sections` None means all of them."""

    account: Account
    local_id: int
    token: str
    sections: frozenset[str] | None = None
    views: dict[str, View] = field(default_factory=dict)

    @property
    def is_owner(self) -> bool:
        """Return whether the server is this viewer's own."""
        return self.local_id == OWNER_ID

    def sees(self, section: Section) -> bool:
        """Return whether a section is shared with the viewer."""
        return self.sections is None or section.key in self.sections


@dataclass(slots=True, eq=False)
class Play:
    """One row of the play log, which outlives the item."""

    id: int
    local_id: int
    item: Item
    viewed_at: int
    device_id: int


@dataclass(slots=True, eq=False)
class Session:
    """Something that is being played now."""

    key: int
    id: str
    viewer: Viewer
    item: Item
    player: str
    state: str
    offset: int = 0
    counted: bool = False
