"""A simulated Emby server."""

from .behaviour import EmbyBehaviour, SavedFilter
from .server import EmbySimulator
from .shelves import Shelf, ShelfKind
from .state import EmbyState

__all__ = [
    "EmbyBehaviour",
    "EmbySimulator",
    "EmbyState",
    "SavedFilter",
    "Shelf",
    "ShelfKind",
]
