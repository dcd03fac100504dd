"""A simulated TMDb: a catalogue that everybody may ask, and accounts."""

from .model import Account, Behaviour, Episode, Kind, Rateable, Title
from .server import TmdbSimulator

__all__ = [
    "Account",
    "Behaviour",
    "Episode",
    "Kind",
    "Rateable",
    "Title",
    "TmdbSimulator",
]
