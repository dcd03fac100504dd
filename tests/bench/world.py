"""What the simulated services hold for a measurement."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from ..simulators.catalogue import make_catalogue
from ..simulators.jellyfin import Item, JellyfinSimulator, User, seed
from ..simulators.trakt import TraktSimulator

USER = "alex"
PASSWORD = "popcorn"
EPISODES = 20
UNWATCHED = 100
NEW = 50
NEW_SHOWS = 4
HALF_WATCHED = 2
APART = timedelta(minutes=7)


@dataclass(slots=True, eq=False, repr=False)
class World:
    """Both services, the person, and what the person has not seen yet."""

    jellyfin: JellyfinSimulator
    trakt: TraktSimulator
    user: User
    films: list[Item]
    episodes: list[Item]

    def watch_more(self) -> None:
        """Let the person watch 50 films and 50 episodes, most of new series."""
        now = self.jellyfin.clock() - APART * NEW * 2
        new = [*self.films[:NEW], *self.episodes[:NEW]]
        for number, item in enumerate(new, 1):
            self.jellyfin.play(self.user, item, now + APART * number)


def make_world(plays: int) -> World:
    """Return services with half as many films, and episodes of 20 a series.

    Beyond what was watched the library has 100 films and 100 episodes: four series
    that nobody began, and two that were watched by half.
    """
    watched = plays // 2
    shows = (watched - HALF_WATCHED * EPISODES // 2) // EPISODES
    if shows * EPISODES + HALF_WATCHED * EPISODES // 2 != watched:
        raise ValueError(f"{plays} plays do not make whole series")
    catalogue = make_catalogue(
        watched + UNWATCHED, shows + HALF_WATCHED + NEW_SHOWS, 1, EPISODES
    )
    jellyfin, trakt = JellyfinSimulator(), TraktSimulator()
    trakt.seed(catalogue)
    trakt.oauth.interval = 0
    trakt.approve_by_itself(polls=1)
    seeded = seed(jellyfin, catalogue)
    user = jellyfin.add_user(USER, PASSWORD)
    # Specials come on top of what was asked for; nobody has watched those here.
    regular = [item for item in seeded.episodes if item.parent_index]
    begun = (shows + HALF_WATCHED) * EPISODES
    skipped = set(_second_halves(regular[shows * EPISODES : begun]))
    left = [item for item in regular[:begun] if item.id in skipped] + regular[begun:]
    seen = [item for item in regular[:begun] if item.id not in skipped]
    world = World(jellyfin, trakt, user, seeded.films[watched:], left)
    now = jellyfin.clock() - APART * NEW * 4
    for number, item in enumerate((*seeded.films[:watched], *seen), 1):
        jellyfin.play(user, item, now - APART * number)
    return world


def _second_halves(episodes: Iterable[Item]) -> Iterable[str]:
    """Return the ids of those in the second half of their series."""
    return (item.id for item in episodes if item.index and item.index > EPISODES // 2)
