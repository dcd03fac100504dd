"""A simulated SIMKL."""

from .account import Account
from .behaviour import Behaviour, Empty
from .library import Library
from .model import Bucket, Entry, Episode, Paused, Status, Title
from .server import SimklSimulator

__all__ = [
    "Account",
    "Behaviour",
    "Bucket",
    "Empty",
    "Entry",
    "Episode",
    "Library",
    "Paused",
    "SimklSimulator",
    "Status",
    "Title",
]
