"""The state of a simulated Jellyfin server and what can happen to it.

Every change raises `revision`, so that a list that was made before is not reused.
"""

from collections.abc import Callable
from datetime import datetime

from .model import Item, ItemType, Library, User, UserData, guid
from .times import to_ticks

MAX_RATING = 10.0
LIKE = 10.0
DISLIKE = 1.0


class State:
    """Libraries, items and users of one server."""

    def __init__(self, clock: Callable[[], datetime], name: str) -> None:
        """Start empty."""
        self._clock = clock
        self.server_id = guid(f"server:{name}")
        self.libraries: dict[str, Library] = {}
        self.items: dict[str, Item] = {}
        self.users: dict[str, User] = {}
        self.revision = 0

    def now(self) -> int:
        """Return the present moment in ticks, finer than a microsecond."""
        return to_ticks(self._clock()) + 7

    def touch(self) -> None:
        """Note that something changed."""
        self.revision += 1

    # The library

    def add_library(self, name: str, kind: str | None) -> Library:
        """Add an empty library."""
        path = f"/media/{name.lower().replace(' ', '-')}"
        library = Library(guid(f"library:{name}"), name, kind, path)
        self.libraries[library.id] = library
        self.touch()
        return library

    def add_item(self, item: Item) -> Item:
        """Add an item below its parent or at the top of its library."""
        self.items[item.id] = item
        siblings = item.library.top if item.parent is None else item.parent.children
        siblings.append(item)
        self.touch()
        return item

    def remove_item(self, item: Item) -> None:
        """Remove an item and all below; what users did with it is forgotten."""
        siblings = item.library.top if item.parent is None else item.parent.children
        siblings.remove(item)
        for gone in (item, *item.descendants()):
            del self.items[gone.id]
            for user in self.users.values():
                user.data.pop(gone.id, None)
        self.touch()

    def visible(self, item_id: str, user: User | None) -> Item | None:
        """Return an item if there is one of that id that the user may see."""
        item = self.items.get(item_id)
        if item is None or (user is not None and not user.sees(item.library)):
            return None
        return item

    def find(self, kind: ItemType, name: str, year: int | None = None) -> Item:
        """Return the first film or series of a name; KeyError if there is none."""
        for item in self.items.values():
            if (item.type, item.name) == (kind, name) and year in (None, item.year):
                return item
        raise KeyError((kind, name, year))

    # Users

    def add_user(self, user: User) -> User:
        """Add a user."""
        self.users[user.id] = user
        self.touch()
        return user

    def user_named(self, name: str) -> User | None:
        """Return the user of a name, however it is capitalised."""
        for user in self.users.values():
            if user.name.lower() == name.lower():
                return user
        return None

    # What a user does

    def data(self, user: User, item: Item) -> UserData:
        """Return what a user did with an item, to be changed."""
        self.touch()
        return user.data.setdefault(item.id, UserData())

    def mark_played(self, user: User, item: Item, at: int | None) -> None:
        """Mark an item, or all below it, as played.

        Only a date makes it one more play; without one an older date stays.
        """
        for leaf in item.leaves():
            data = self.data(user, leaf)
            data.play_count = max(data.play_count + (at is not None), 1)
            data.position = 0
            data.played = True
            if at is not None:
                data.last_played = at
            elif data.last_played is None:
                data.last_played = self.now()

    def mark_unplayed(self, user: User, item: Item) -> None:
        """Forget the plays of an item, or of all below it."""
        for leaf in item.leaves():
            data = self.data(user, leaf)
            data.play_count = 0
            data.position = 0
            data.played = False
            data.last_played = None

    def set_favourite(self, user: User, item: Item, *, on: bool) -> None:
        """Put an item among the favourites or take it out; nothing below it."""
        self.data(user, item).favourite = on

    def set_rating(self, user: User, item: Item, rating: float | None) -> None:
        """Set or clear a rating; ValueError outside 0 to 10."""
        if rating is not None and not 0 <= rating <= MAX_RATING:
            raise ValueError(f"{rating} is no rating")
        self.data(user, item).rating = rating

    def set_likes(self, user: User, item: Item, likes: bool | None) -> None:
        """Like or dislike, which the server keeps as a rating."""
        rating = None if likes is None else LIKE if likes else DISLIKE
        self.set_rating(user, item, rating)
