"""A simulated AniList: GraphQL by its public reference, and its login."""

from .behaviour import Behaviour
from .model import Entry, Media, User
from .resolvers import STATUSES
from .seeding import Seeded, seed
from .server import CLIENT_ID, CLIENT_SECRET, SCHEMA, AniListSimulator

__all__ = [
    "CLIENT_ID",
    "CLIENT_SECRET",
    "SCHEMA",
    "STATUSES",
    "AniListSimulator",
    "Behaviour",
    "Entry",
    "Media",
    "Seeded",
    "User",
    "seed",
]
