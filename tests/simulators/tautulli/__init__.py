"""A simulated Tautulli, which watches over a Plex server."""

from .behaviour import Behaviour
from .model import Media, Session, Title, User
from .seeding import Seeded, seed
from .server import TautulliSimulator

__all__ = [
    "Behaviour",
    "Media",
    "Seeded",
    "Session",
    "TautulliSimulator",
    "Title",
    "User",
    "seed",
]
