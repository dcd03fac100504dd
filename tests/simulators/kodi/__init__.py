"""A simulated Kodi."""

from .behaviour import Behaviour
from .model import Episode, File, Movie, Show
from .seeding import Oddities, Seeded, seed
from .server import KodiSimulator

__all__ = [
    "Behaviour",
    "Episode",
    "File",
    "KodiSimulator",
    "Movie",
    "Oddities",
    "Seeded",
    "Show",
    "seed",
]
