"""Lets a person have watched and rated some of a simulated server's items."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random

from .model import Item
from .people import Account
from .seeding import Seeded
from .server import PlexServerSimulator

type Share = int | float
"""An exact number of things, or (as a float) a part of all of them."""

YEARS = 3 * 365 * 24 * 3600


@dataclass(slots=True)
class Watched:
    """What was done, item by item; `marked` were watched without being played."""

    films: list[Item] = field(default_factory=list)
    episodes: list[Item] = field(default_factory=list)
    marked: list[Item] = field(default_factory=list)
    rated: list[Item] = field(default_factory=list)
    begun: list[Item] = field(default_factory=list)


def how_many(share: Share, of: Sequence[Item]) -> int:
    """Return an exact number, or a part of all."""
    number = share if isinstance(share, int) else round(share * len(of))
    if not 0 <= number <= len(of):
        raise ValueError(f"Cannot take {number} of {len(of)}")
    return number


def watch_some(
    server: PlexServerSimulator,
    account: Account,
    seeded: Seeded,
    *,
    films: Share = 0.4,
    episodes: Share = 0.4,
    marked: Share = 0.1,
    rated: Share = 0.05,
    begun: int = 5,
    again: float = 0.1,
    seed: int = 1,
) -> Watched:
    """Let a person watch films and, show by show, episodes over the last years.

    Of what was watched, `marked` was only marked; of the films that were played, some
    were played `again`. Ratings are of films and shows, alike. The same arguments
    always do the same.
    """
    draw = Random(seed)
    done = Watched()
    all_films = draw.sample(seeded.films, len(seeded.films))
    number = how_many(films, all_films)
    done.films = all_films[:number]
    done.begun = all_films[number : number + begun]
    playable = list(by_show(seeded, draw))
    done.episodes = playable[: how_many(episodes, playable)]
    now = int(server.clock().timestamp())
    for item, at in moments(done, draw, now):
        moment = datetime.fromtimestamp(at, UTC)
        if draw.random() < marked:
            server.mark(account, item, moment)
            done.marked.append(item)
            continue
        server.watch(account, item, moment)
        if not item.parent and draw.random() < again and at + 86_400 < now:
            server.watch(account, item, datetime.fromtimestamp(at + 86_400, UTC))
    for film in done.begun:
        offset = int((film.duration or 0) * draw.uniform(0.1, 0.8))
        server.stop_at(account, film, offset)
    titles = [*seeded.films, *seeded.series]
    done.rated = draw.sample(titles, how_many(rated, titles))
    for item in done.rated:
        server.rate(account, item, draw.choice((4, 5, 6, 7, 7, 8, 8, 9, 10)))
    return done


def by_show(seeded: Seeded, draw: Random) -> Iterator[Item]:
    """Return the episodes, show after show."""
    for show in draw.sample(seeded.series, len(seeded.series)):
        yield from show.leaves()


def moments(done: Watched, draw: Random, now: int) -> Iterator[tuple[Item, int]]:
    """Return when each thing was watched: the episodes in their order.

    Nothing is watched before it came out.
    """
    step = YEARS // (len(done.episodes) + 1)
    for film in done.films:
        yield film, max(now - int(draw.random() * YEARS), came_out(film))
    for number, episode in enumerate(done.episodes, 1):
        yield episode, max(now - YEARS + number * step, came_out(episode))


def came_out(item: Item) -> int:
    """Return the moment at which an item came out."""
    if item.released is None:
        return 0
    return int(datetime.fromisoformat(f"{item.released}T20:00:00Z").timestamp())
