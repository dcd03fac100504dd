"""What a Jellyfin server holds: libraries, items, users and their data."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import md5
import re
import unicodedata

LIKED_FROM = 6.5


class ItemType(StrEnum):
    """The kinds of items that this server has."""

    MOVIE = "Movie"
    SERIES = "Series"
    SEASON = "Season"
    EPISODE = "Episode"
    PLAYLIST = "Playlist"
    BOX_SET = "BoxSet"


FOLDERS = frozenset(
    {ItemType.SERIES, ItemType.SEASON, ItemType.PLAYLIST, ItemType.BOX_SET}
)


def guid(text: str) -> str:
    """Return the id of the thing that the text names: 32 hexadecimal digits."""
    return md5(text.encode(), usedforsecurity=False).hexdigest()


def plain(text: str) -> str:
    """Return a text as searches compare it: lower case and without accents."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))


def sort_name(name: str) -> str:
    """Return a name as lists are ordered by it: no article, numbers padded."""
    text = re.sub(r"^(the|a|an) ", "", name.lower())
    text = re.sub(r"[^\w ]", "", text)
    return re.sub(r"\d+", lambda number: number[0].zfill(10), text)


@dataclass(slots=True, eq=False)
class UserData:
    """What one user did with one item; times and positions are ticks."""

    played: bool = False
    play_count: int = 0
    position: int = 0
    last_played: int | None = None
    favourite: bool = False
    rating: float | None = None

    @property
    def likes(self) -> bool | None:
        """Return whether the rating counts as a like; None without a rating."""
        return None if self.rating is None else self.rating >= LIKED_FROM


NO_DATA = UserData()


@dataclass(slots=True, eq=False)
class Item:
    """A film, series, season or episode; times and the running time are ticks."""

    id: str
    type: ItemType
    name: str
    library: Library
    path: str
    key: str
    sort_name: str
    created: int
    saved: int
    provider_ids: dict[str, str]
    parent: Item | None = None
    children: list[Item] = field(default_factory=list)
    year: int | None = None
    premiere: int | None = None
    runtime: int | None = None
    index: int | None = None
    index_end: int | None = None
    parent_index: int | None = None
    virtual: bool = False

    @property
    def is_folder(self) -> bool:
        """Return whether it holds other items."""
        return self.type in FOLDERS

    @property
    def series(self) -> Item:
        """Return the series that a season or episode belongs to, or itself."""
        top = self
        while top.parent is not None:
            top = top.parent
        return top

    def descendants(self) -> Iterator[Item]:
        """Return all items below."""
        for child in self.children:
            yield child
            yield from child.descendants()

    def leaves(self) -> Iterator[Item]:
        """Return the playable items: itself, or all below that have a file."""
        if not self.is_folder:
            yield self
            return
        for item in self.descendants():
            if not item.is_folder and not item.virtual:
                yield item

    def has_id(self, namespace: str) -> bool:
        """Return whether it has an id of a provider, however its key is spelt."""
        return any(key.lower() == namespace for key in self.provider_ids)


@dataclass(slots=True, eq=False)
class Library:
    """A library; `kind` is "movies", "tvshows", or None for a mixed one."""

    id: str
    name: str
    kind: str | None
    path: str
    top: list[Item] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class User:
    """A person with an account; `libraries` None means all of them.

    `collects` is the right to change collections, which administrators have anyway.
    `hides` are libraries that the person does not want to see at home.
    """

    id: str
    name: str
    password: str
    admin: bool = False
    disabled: bool = False
    hidden: bool = True
    libraries: frozenset[str] | None = None
    shows_missing: bool = False
    collects: bool = False
    hides: frozenset[str] = frozenset()
    last_login: int | None = None
    last_activity: int | None = None
    failed_logins: int = 0
    data: dict[str, UserData] = field(default_factory=dict)

    def sees(self, library: Library) -> bool:
        """Return whether the user may see a library."""
        return self.libraries is None or library.id in self.libraries

    def of(self, item: Item) -> UserData:
        """Return what the user did with an item; not to be changed."""
        return self.data.get(item.id, NO_DATA)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a playlist or collection, with a name of its own."""

    id: str
    item: Item


@dataclass(slots=True, eq=False)
class ItemList:
    """A playlist or a collection; `item` is how it stands in lists of items.

    A collection has no owner. A playlist is seen by its owner and its guests, of whom
    some may edit it, and by everybody if it is `public`.
    """

    item: Item
    owner: User | None = None
    public: bool = False
    guests: dict[str, bool] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)

    def is_shown_to(self, user: User | None) -> bool:
        """Return whether a user sees it."""
        if self.owner is None or user is None or self.public:
            return True
        return self.owner is user or user.id in self.guests

    def may_be_edited_by(self, user: User) -> bool:
        """Return whether a user may change a playlist."""
        return self.owner is user or self.guests.get(user.id, False)
