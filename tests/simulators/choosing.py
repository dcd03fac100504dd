"""Chooses what somebody has watched of a simulated server's items, and when."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Protocol, Self

type Share = int | float
"""An exact number of things, or (as a float) a part of all of them."""

YEARS = 3 * 365 * 24 * 3600
"""The seconds over which the plays are spread."""


class Playable(Protocol):
    """A film, or a series with its episodes."""

    def leaves(self) -> Iterator[Self]:
        """Return what can be played: itself, or all below."""


@dataclass(frozen=True, slots=True)
class Chosen[Item]:
    """What is watched, and which films are only begun."""

    films: list[Item]
    episodes: list[Item]
    begun: list[Item]


def how_many(share: Share, of: Sequence[object]) -> int:
    """Return an exact number, or a part of all."""
    number = share if isinstance(share, int) else round(share * len(of))
    if not 0 <= number <= len(of):
        raise ValueError(f"Cannot take {number} of {len(of)}")
    return number


def choose[Item: Playable](
    draw: Random,
    all_films: Sequence[Item],
    all_series: Sequence[Item],
    *,
    films: Share,
    episodes: Share,
    begun: int,
) -> Chosen[Item]:
    """Choose films, others to be begun, and episodes series after series."""
    mixed = draw.sample(all_films, len(all_films))
    number = how_many(films, mixed)
    playable = [
        episode
        for series in draw.sample(all_series, len(all_series))
        for episode in series.leaves()
    ]
    return Chosen(
        films=mixed[:number],
        episodes=playable[: how_many(episodes, playable)],
        begun=mixed[number : number + begun],
    )


def moments[Item](
    chosen: Chosen[Item],
    draw: Random,
    now: int,
    came_out: Callable[[Item], int],
    *,
    a_second: int = 1,
) -> Iterator[tuple[Item, int]]:
    """Return when each thing was watched over the last years: episodes in their order.

    Nothing is watched before it came out. A second has so many units of the server.
    """
    years = YEARS * a_second
    step = years // (len(chosen.episodes) + 1)
    for film in chosen.films:
        yield film, max(now - int(draw.random() * years), came_out(film))
    for number, episode in enumerate(chosen.episodes, 1):
        yield episode, max(now - years + number * step, came_out(episode))
