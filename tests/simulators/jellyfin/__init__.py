"""A simulated Jellyfin server."""

from .behaviour import Behaviour
from .model import Item, ItemList, ItemType, Library, User, UserData
from .seeding import Oddities, Seeded, seed
from .server import JellyfinSimulator
from .watching import Watched, watch_some

__all__ = [
    "Behaviour",
    "Item",
    "ItemList",
    "ItemType",
    "JellyfinSimulator",
    "Library",
    "Oddities",
    "Seeded",
    "User",
    "UserData",
    "Watched",
    "seed",
    "watch_some",
]
