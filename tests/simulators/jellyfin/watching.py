"""Lets a user have watched, liked and rated some of a simulated server's items."""

from dataclasses import dataclass, field
from random import Random

from ..choosing import Share, choose, how_many, moments
from .model import Item, User
from .seeding import Seeded
from .server import JellyfinSimulator
from .times import TICKS_A_SECOND, to_ticks


@dataclass(slots=True)
class Watched:
    """What was done, item by item."""

    films: list[Item] = field(default_factory=list)
    episodes: list[Item] = field(default_factory=list)
    favourites: list[Item] = field(default_factory=list)
    rated: list[Item] = field(default_factory=list)
    begun: list[Item] = field(default_factory=list)
    undated: list[Item] = field(default_factory=list)


def watch_some(
    server: JellyfinSimulator,
    user: User,
    seeded: Seeded,
    *,
    films: Share = 0.4,
    episodes: Share = 0.4,
    favourites: Share = 0.05,
    rated: Share = 0.05,
    begun: int = 5,
    undated: int = 0,
    seed: int = 1,
) -> Watched:
    """Let a user watch films and, series by series, episodes over the last years.

    Favourites and ratings are of films and series, alike. `begun` films were stopped
    in the middle, `undated` ones marked by a version that kept no date. The same
    arguments always do the same.
    """
    draw = Random(seed)
    chosen = choose(
        draw,
        seeded.films,
        seeded.series,
        films=films,
        episodes=episodes,
        begun=begun,
    )
    watched = Watched(chosen.films, chosen.episodes, begun=chosen.begun)
    now = to_ticks(server.clock())
    for item, at in moments(chosen, draw, now, came_out, a_second=TICKS_A_SECOND):
        server.state.mark_played(user, item, at)
        if not item.parent and draw.random() < 0.1:
            server.state.data(user, item).play_count += 1
    for film in watched.begun:
        position = int((film.runtime or 0) * draw.uniform(0.1, 0.8))
        server.stop_at(user, film, position - position % TICKS_A_SECOND)
    for film in watched.films[:undated]:
        server.state.data(user, film).last_played = None
        watched.undated.append(film)
    titles = [*seeded.films, *seeded.series]
    watched.favourites = draw.sample(titles, how_many(favourites, titles))
    watched.rated = draw.sample(titles, how_many(rated, titles))
    for item in watched.favourites:
        server.favourite(user, item)
    for item in watched.rated:
        server.rate(user, item, draw.choice((4, 5, 6, 6.5, 7, 7, 8, 8, 9, 10)))
    return watched


def came_out(item: Item) -> int:
    """Return the moment at which an item came out, in ticks."""
    return item.premiere or 0
