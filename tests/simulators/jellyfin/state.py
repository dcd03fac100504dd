"""The state of a simulated Jellyfin server and what can happen to it.

Every change raises `revision`, so that a list that was made before is not reused.
"""

from collections.abc import Callable
from datetime import datetime

from .model import Item, ItemList, ItemType, Library, User, UserData, guid
from .times import TICKS_A_SECOND, to_ticks

MAX_RATING = 10.0
LIKE = 10.0
DISLIKE = 1.0

# Of what is played, the server forgets the position near the start, and takes it for
# watched near the end, or where it is short. An administrator can change all three.
MIN_RESUME_PERCENT = 5
MAX_RESUME_PERCENT = 90
MIN_RESUME_TICKS = 300 * TICKS_A_SECOND


class State:
    """Libraries, items and users of one server."""

    def __init__(self, clock: Callable[[], datetime], name: str) -> None:
        """Start empty."""
        self._clock = clock
        self.server_id = guid(f"server:{name}")
        self.libraries: dict[str, Library] = {}
        self.items: dict[str, Item] = {}
        self.users: dict[str, User] = {}
        self.lists: dict[str, ItemList] = {}
        self.revision = 0
        # Who is told that a user did something with an item, or what came or went.
        self.on_user_data: Callable[[User, Item], None] = lambda user, item: None
        self.on_library: Callable[[Item, bool], None] = lambda item, there: None

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
        self.on_library(item, True)
        return item

    def remove_item(self, item: Item) -> None:
        """Remove an item and all below; what users did with it is forgotten."""
        siblings = item.library.top if item.parent is None else item.parent.children
        siblings.remove(item)
        for gone in (item, *item.descendants()):
            del self.items[gone.id]
            for user in self.users.values():
                user.data.pop(gone.id, None)
            for each in self.lists.values():
                each.entries = [row for row in each.entries if row.item is not gone]
        self.touch()
        self.on_library(item, False)

    def visible(self, item_id: str, user: User | None) -> Item | None:
        """Return an item if there is one of that id that the user may see."""
        if (found := self.lists.get(item_id)) is not None:
            return found.item if found.is_shown_to(user) else None
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
        """Return what a user did with an item, to be changed, and told of."""
        self.on_user_data(user, item)
        return self.data_untold(user, item)

    def data_untold(self, user: User, item: Item) -> UserData:
        """Return what a user did with an item, to be changed without telling."""
        self.touch()
        return user.data.setdefault(item.id, UserData())

    def played_to(self, item: Item, data: UserData, position: int) -> None:
        """Keep how far an item was played, as the server judges it."""
        runtime = item.runtime or 0
        if runtime and 100 * position < MIN_RESUME_PERCENT * runtime:
            position = 0
        elif runtime and (
            100 * position > MAX_RESUME_PERCENT * runtime or runtime < MIN_RESUME_TICKS
        ):
            position = 0
            data.played = True
        data.position = position

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
