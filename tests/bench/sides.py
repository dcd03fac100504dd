"""The services of the routes, each filled with the same films and series."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, override

from custom_components.crosswatch.providers.sign_in import Answers

from ..simulators.base import Simulator
from ..simulators.catalogue import Catalogue
from ..simulators.jellyfin import JellyfinSimulator, seed as seed_jellyfin
from ..simulators.plex import PlexCloudSimulator, PlexServerSimulator, seed as seed_plex
from ..simulators.routing import LOCAL_HOSTS
from ..simulators.trakt import TraktSimulator

USER: Final = "alex"
PASSWORD: Final = "popcorn"
TRAKT_HOSTS: Final = ("api.trakt.tv", "auth.trakt.tv")


class Side(ABC):
    """A service with a person's account; its library is a catalogue, in that order.

    `simulators` are all that a request for the account may go to.
    """

    simulators: Sequence[Simulator] = ()

    @abstractmethod
    def answers(self) -> Answers:
        """Return what the person enters to sign in, once the service has started."""

    @abstractmethod
    def play(self, number: int, at: datetime) -> None:
        """Let the person watch a film or episode, counted through the catalogue."""

    @abstractmethod
    def plays(self) -> int:
        """Return how many plays the service has."""

    def hosts(self) -> Mapping[str, str]:
        """Return where public hosts are to be routed, once the service has started."""
        return {}

    def refused(self) -> int:
        """Return how many requests came too fast."""
        return 0

    def requests(self) -> int:
        """Return how many requests were made."""
        return sum(len(each.requests) for each in self.simulators)

    def writes(self) -> int:
        """Return how many of the requests were writes."""
        return sum(each.writes() for each in self.simulators)

    def forget_requests(self) -> None:
        """Forget the requests so far."""
        for each in self.simulators:
            each.reset_requests()


class JellyfinSide(Side):
    """A server with one user."""

    def __init__(self, catalogue: Catalogue) -> None:
        """Fill the library."""
        self.server = JellyfinSimulator()
        self.simulators = (self.server,)
        seeded = seed_jellyfin(self.server, catalogue)
        self.items = [*seeded.films, *seeded.episodes]
        self.user = self.server.add_user(USER, PASSWORD)

    @override
    def answers(self) -> Answers:
        """Return the address, and the user's name and password."""
        return {
            "url": self.server.url,
            "username": USER,
            "password": PASSWORD,
            "verify_ssl": True,
        }

    @override
    def play(self, number: int, at: datetime) -> None:
        """Let the user watch an item."""
        self.server.play(self.user, self.items[number], at)

    @override
    def plays(self) -> int:
        """Return how many plays the server counts."""
        return sum(data.play_count for data in self.user.data.values())


class PlexSide(Side):
    """A server with its owner, and plex.tv."""

    def __init__(self, catalogue: Catalogue) -> None:
        """Fill the libraries."""
        self.cloud = PlexCloudSimulator()
        self.owner = self.cloud.add_account(USER)
        self.server = PlexServerSimulator(owner=self.owner)
        self.cloud.add_server(self.server)
        self.simulators = (self.cloud, self.server)
        seeded = seed_plex(self.server, catalogue)
        self.items = [*seeded.films, *seeded.episodes]

    @override
    def answers(self) -> Answers:
        """Return the address, and a token of the owner."""
        return {
            "url": self.server.url,
            "token": self.cloud.sign_in(self.owner),
            "verify_ssl": True,
        }

    @override
    def hosts(self) -> Mapping[str, str]:
        """Return where plex.tv is."""
        hosts = self.cloud.hosts()
        return {host: hosts[host] for host in hosts if host not in LOCAL_HOSTS}

    @override
    def play(self, number: int, at: datetime) -> None:
        """Let the owner watch an item."""
        self.server.watch(self.owner, self.items[number], at)

    @override
    def plays(self) -> int:
        """Return how many views the server counts."""
        return sum(self.server.view(self.owner, item).count for item in self.items)


class TraktSide(Side):
    """Trakt, where the person has nothing yet."""

    def __init__(self, catalogue: Catalogue) -> None:
        """Let all titles be known, and the person enter each code at once."""
        self.trakt = TraktSimulator()
        self.simulators = (self.trakt,)
        self.trakt.seed(catalogue)
        self.trakt.oauth.interval = 0
        self.trakt.approve_by_itself(polls=1)

    @override
    def answers(self) -> Answers:
        """Return the application."""
        return {
            "client_id": TraktSimulator.CLIENT_ID,
            "client_secret": TraktSimulator.CLIENT_SECRET,
        }

    @override
    def hosts(self) -> Mapping[str, str]:
        """Return where Trakt is."""
        return dict.fromkeys(TRAKT_HOSTS, self.trakt.url)

    @override
    def play(self, number: int, at: datetime) -> None:
        """Refuse: on no route does anything come from Trakt."""
        raise NotImplementedError

    @override
    def plays(self) -> int:
        """Return how many plays are in the history."""
        return len(self.trakt.alice.history)

    @override
    def refused(self) -> int:
        """Return how many requests Trakt has refused."""
        return self.trakt.limiter.refused


SIDES: Final[Mapping[str, type[JellyfinSide | PlexSide | TraktSide]]] = {
    "jellyfin": JellyfinSide,
    "plex": PlexSide,
    "trakt": TraktSide,
}
