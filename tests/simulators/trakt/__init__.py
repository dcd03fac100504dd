"""A simulated Trakt."""

from .account import Account
from .behaviour import Behaviour, Repeats
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
    "Repeats",
    "Title",
    "Token",
    "TraktSimulator",
]
