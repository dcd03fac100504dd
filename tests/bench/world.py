"""What the simulated services hold for a measurement."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import TracebackType
from typing import Final, Self

from custom_components.crosswatch.engine.policy import Mode

from ..simulators.base import utc_now
from ..simulators.catalogue import Catalogue, make_catalogue
from .routes import LONELY_SHARE, Route
from .sides import SIDES, Side

EPISODES: Final = 20
UNWATCHED: Final = 100
NEW: Final = 50
NEW_SHOWS: Final = 4
HALF_WATCHED: Final = 2
APART: Final = timedelta(minutes=7)


@dataclass(frozen=True, slots=True)
class Shelf:
    """A catalogue, and what of it the person has seen and not seen.

    All are numbers: films first, then episodes, counted through the catalogue.
    """

    catalogue: Catalogue
    seen_films: Sequence[int]
    seen_episodes: Sequence[int]
    films: Sequence[int]
    episodes: Sequence[int]

    @property
    def new(self) -> list[int]:
        """Return 50 films and 50 episodes, most of new series, to be watched."""
        return [*self.films[:NEW], *self.episodes[:NEW]]


def make_shelf(plays: int) -> Shelf:
    """Return as many watched films as watched episodes, these of 20 a series.

    Beyond what was watched there are 100 films and 100 episodes: four series that
    nobody began, and two that were watched by half.
    """
    watched = plays // 2
    shows = (watched - HALF_WATCHED * EPISODES // 2) // EPISODES
    if shows * EPISODES + HALF_WATCHED * EPISODES // 2 != watched:
        raise ValueError(f"{plays} plays do not make whole series")
    films = watched + UNWATCHED
    catalogue = make_catalogue(films, shows + HALF_WATCHED + NEW_SHOWS, 1, EPISODES)
    # Specials come on top of what was asked for; nobody has watched those here.
    regular = [
        (number, episode)
        for number, (_, episode) in enumerate(catalogue.episodes(), films)
        if episode.season
    ]
    whole, begun = shows * EPISODES, (shows + HALF_WATCHED) * EPISODES
    seen: list[int] = []
    left: list[int] = []
    for place, (number, episode) in enumerate(regular):
        first_half = episode.number <= EPISODES // 2
        is_seen = place < whole or (place < begun and first_half)
        (seen if is_seen else left).append(number)
    return Shelf(catalogue, range(watched), seen, range(watched, films), left)


@dataclass(slots=True, eq=False, repr=False)
class World:
    """Both services of a route; the person plays at each of `players`."""

    shelf: Shelf
    source: Side
    target: Side
    players: Sequence[Side]
    _running: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def sides(self) -> Sequence[Side]:
        """Return both services."""
        return (self.source, self.target)

    async def __aenter__(self) -> Self:
        """Start both services."""
        for side in self.sides:
            for simulator in side.simulators:
                await self._running.enter_async_context(simulator)
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop both services."""
        await self._running.aclose()

    def hosts(self) -> Mapping[str, str]:
        """Return where public hosts are to be routed."""
        return {**self.source.hosts(), **self.target.hosts()}

    def watch_more(self) -> None:
        """Let the person watch 50 films and 50 episodes, as many at each server.

        What is written to Plex is watched at the moment of writing. So where a server
        is written to, all of this is watched right now, and not in the hours before.
        """
        apart = APART if len(self.players) == 1 else timedelta(milliseconds=1)
        begun = utc_now() - apart * NEW * 2
        share = NEW // len(self.players)
        for place, number in enumerate(self.shelf.new):
            player = self.players[place // share % len(self.players)]
            player.play(number, begun + apart * (place + 1))


def make_world(route: Route, plays: int) -> World:
    """Return the services of a route, between which the person has so many plays."""
    shelf = make_shelf(plays)
    source, target = (SIDES[slug](shelf.catalogue) for slug in route.slugs)
    begun = utc_now() - APART * NEW * 4
    players: Sequence[Side] = (source,)
    missed: Sequence[Collection[int]] = ((),)
    if route.mode is Mode.TWO_WAY:
        players, missed = (source, target), _apart(shelf)
    moments = _moments(shelf, begun)
    for player, not_there in zip(players, missed, strict=True):
        for number, at in moments.items():
            if number not in not_there:
                player.play(number, at)
    return World(shelf, source, target, players)


def _moments(shelf: Shelf, begun: datetime) -> dict[int, datetime]:
    """Return when the person watched what was seen, back from a moment."""
    seen = (*shelf.seen_films, *shelf.seen_episodes)
    return {number: begun - APART * place for place, number in enumerate(seen, 1)}


def _apart(shelf: Shelf) -> tuple[frozenset[int], frozenset[int]]:
    """Return what was not watched at the one server, and what not at the other.

    Of the films as of the series, the last ones were watched at one server alone.
    """
    apart: tuple[list[int], list[int]] = ([], [])
    for seen in (shelf.seen_films, shelf.seen_episodes):
        share = len(seen) // LONELY_SHARE
        apart[0].extend(seen[-share:])
        apart[1].extend(seen[-2 * share : -share])
    return frozenset(apart[0]), frozenset(apart[1])
