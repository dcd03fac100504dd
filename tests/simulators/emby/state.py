"""What an Emby server holds: as its cousin, but with numbers and dates of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import override

from ..jellyfin.model import Item, Library, User, UserData
from ..jellyfin.state import State
from ..jellyfin.times import TICKS_A_SECOND

FIRST_NUMBER = 101


@dataclass(slots=True, eq=False)
class DatedUserData(UserData):
    """What one user did with one item, and when that was saved, in ticks."""

    saved: int = 0


class EmbyState(State):
    """Libraries, items and users; things are numbered in the order they came."""

    def __init__(self, clock: Callable[[], datetime], name: str) -> None:
        """Start empty."""
        super().__init__(clock, name)
        self._numbers = count(FIRST_NUMBER)

    def next_number(self) -> str:
        """Return an id that nothing else has."""
        return str(next(self._numbers))

    @override
    def now(self) -> int:
        """Return the present moment in ticks; the server keeps whole seconds."""
        present = super().now()
        return present - present % TICKS_A_SECOND

    @override
    def add_library(self, name: str, kind: str | None) -> Library:
        """Add an empty library."""
        library = super().add_library(name, kind)
        del self.libraries[library.id]
        library.id = self.next_number()
        self.libraries[library.id] = library
        return library

    @override
    def add_item(self, item: Item) -> Item:
        """Add an item under a number, whatever id it was made with."""
        item.id = self.next_number()
        return super().add_item(item)

    @override
    def data_untold(self, user: User, item: Item) -> UserData:
        """Return what a user did with an item, to be changed now."""
        self.touch()
        data = user.data.get(item.id)
        if not isinstance(data, DatedUserData):
            data = user.data[item.id] = DatedUserData()
        data.saved = self.now()
        return data


def saved_at(user: User, item: Item) -> int | None:
    """Return when it was saved what a user did with an item; None if nothing was."""
    data = user.data.get(item.id)
    return data.saved if isinstance(data, DatedUserData) else None
