"""A simulated Trakt."""

from .account import Account
from .behaviour import Behaviour, NotFound, Repeats
from .library import Library
from .model import Kind, Title
from .oauth import App, Token
from .server import TraktSimulator

__all__ = [
    "Account",
    "App",
    "Behaviour",
    "Kind",
    "Library",
    "NotFound",
    "Repeats",
    "Title",
    "Token",
    "TraktSimulator",
]
