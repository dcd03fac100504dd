"""Lets a person have watched and rated some of a simulated server's items."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random

from ..choosing import Share, choose, how_many, moments
from .model import Item
from .people import Account
from .seeding import Seeded
from .server import PlexServerSimulator


@dataclass(slots=True)
class Watched:
    """What was done, item by item; `marked` were watched without being played."""

    films: list[Item] = field(default_factory=list)
    episodes: list[Item] = field(default_factory=list)
    marked: list[Item] = field(default_factory=list)
    rated: list[Item] = field(default_factory=list)
    begun: list[Item] = field(default_factory=list)


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
    chosen = choose(
        draw,
        seeded.films,
        seeded.series,
        films=films,
        episodes=episodes,
        begun=begun,
    )
    done = Watched(chosen.films, chosen.episodes, begun=chosen.begun)
    now = int(server.clock().timestamp())
    for item, at in moments(chosen, draw, now, came_out):
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


def came_out(item: Item) -> int:
    """Return the moment at which an item came out."""
    if item.released is None:
        return 0
    return int(datetime.fromisoformat(f"{item.released}T20:00:00Z").timestamp())
