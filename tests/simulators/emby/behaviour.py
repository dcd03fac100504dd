"""What can be switched at the simulated server, where Emby's ways are not documented.

The defaults are what public clients count on. Whoever talks to the server has to get
along with the others as well.
"""

from dataclasses import dataclass
from enum import Enum, auto

from ..jellyfin.behaviour import Behaviour


class SavedFilter(Enum):
    """What MinDateLastSavedForUser does."""

    USER_DATA = auto()
    """It compares when what the user did was saved, as documented."""
    METADATA = auto()
    """It compares when the item itself was saved, as Jellyfin's does."""
    IGNORED = auto()
    """It does nothing, as in versions before 4.2."""


@dataclass(slots=True)
class EmbyBehaviour(Behaviour):
    """The switches of the server."""

    saved_filter: SavedFilter = SavedFilter.USER_DATA
    updates_in_part: bool = True
    """An update of user data leaves alone what it does not name. [unsure]"""
    takes_updates: bool = True
    """There is a route for updates of user data; old versions have none."""
    keeps_numbers: bool = True
    """An update can give a rating between like and dislike. [unsure]"""
    single_items_in_full: bool = True
    """A single item has all fields; else, as lists, those asked for. [unsure]"""
    answers_with_dates: bool = True
    """A change is answered with the date and number of plays. [unsure]"""
    plays_end_positions: bool = True
    """Marking something as played puts it back to its start. [unsure]"""
    drops_empty_collections: bool = False
    """A collection goes with its last item. [unsure]"""
