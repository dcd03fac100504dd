"""A simulated Plex: media servers, and the cloud with accounts and watchlists."""

from .behaviour import Behaviour
from .cloud import PlexCloudSimulator
from .cloud_behaviour import CloudBehaviour
from .guids import Agent, Identity
from .model import Item, ItemType, Section, View, Viewer
from .people import Account, make_account
from .resource_routes import Connection, Registration
from .seeding import Oddities, Seeded, key_at_cloud, seed
from .server import PlexServerSimulator
from .titles import Title
from .watching import Watched, watch_some

__all__ = [
    "Account",
    "Agent",
    "Behaviour",
    "CloudBehaviour",
    "Connection",
    "Identity",
    "Item",
    "ItemType",
    "Oddities",
    "PlexCloudSimulator",
    "PlexServerSimulator",
    "Registration",
    "Section",
    "Seeded",
    "Title",
    "View",
    "Viewer",
    "Watched",
    "key_at_cloud",
    "make_account",
    "seed",
    "watch_some",
]
