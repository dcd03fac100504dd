"""Lets a user have watched, liked and rated some of a simulated server's items."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

from .model import Item, User
from .seeding import Seeded
from .server import JellyfinSimulator
from .times import TICKS_A_MINUTE, TICKS_A_SECOND, to_ticks

type Share = int | float
"""An exact number of things, or (as a float) a part of all of them."""

YEARS = 3 * 365 * 24 * 60 * TICKS_A_MINUTE


@dataclass(slots=True)
class Watched:
    """What was done, item by item."""

    films: list[Item] = field(default_factory=list)
    episodes: list[Item] = field(default_factory=list)
    favourites: list[Item] = field(default_factory=list)
    rated: list[Item] = field(default_factory=list)
    begun: list[Item] = field(default_factory=list)
    undated: list[Item] = field(default_factory=list)


def how_many(share: Share, of: Sequence[Item]) -> int:
    """Return an exact number, or a part of all."""
    number = share if isinstance(share, int) else round(share * len(of))
    if not 0 <= number <= len(of):
        raise ValueError(f"Cannot take {number} of {len(of)}")
    return number


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
    watched = Watched()
    all_films = draw.sample(seeded.films, len(seeded.films))
    number = how_many(films, all_films)
    watched.films = all_films[:number]
    watched.begun = all_films[number : number + begun]
    playable = list(by_series(seeded, draw))
    watched.episodes = playable[: how_many(episodes, playable)]
    watch_all(server, user, watched, draw)
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


def by_series(seeded: Seeded, draw: Random) -> Iterator[Item]:
    """Return the episodes that have a file, series after series."""
    for series in draw.sample(seeded.series, len(seeded.series)):
        yield from series.leaves()


def watch_all(
    server: JellyfinSimulator, user: User, watched: Watched, draw: Random
) -> None:
    """Spread the plays over the last years, the episodes in their order.

    Nothing is watched before it came out.
    """
    now = to_ticks(server.clock())
    step = YEARS // (len(watched.episodes) + 1)
    for film in watched.films:
        at = now - int(draw.random() * YEARS)
        server.state.mark_played(user, film, max(at, film.premiere or 0))
        if draw.random() < 0.1:
            server.state.data(user, film).play_count += 1
    for number, episode in enumerate(watched.episodes, 1):
        at = now - YEARS + number * step
        server.state.mark_played(user, episode, max(at, episode.premiere or 0))
