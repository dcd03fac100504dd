"""An Emby and a Jellyfin server, kept aligned by the engine, either way."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp
import pytest

from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.engine.pair import Account, Pair, RunOptions
from custom_components.crosswatch.engine.policy import FeaturePolicy, Mode, Policy
from custom_components.crosswatch.engine.reading import Snapshots
from custom_components.crosswatch.engine.report import Report
from custom_components.crosswatch.engine.runner import run_pair
from custom_components.crosswatch.engine.store import Store
from custom_components.crosswatch.providers.http import Limiters

from ..simulators.catalogue import make_catalogue
from ..simulators.jellyfin import Item, UserData
from . import emby_world, jellyfin_world
from .mediabrowser_world import NOW, moment

type World = emby_world.World | jellyfin_world.World

MINUTE = 60 * 10_000_000
FEATURES = tuple(Feature)


@dataclass(slots=True, repr=False)
class Two:
    """Both servers with the same titles, and a pair of accounts there."""

    emby: emby_world.World
    jellyfin: jellyfin_world.World
    store: Store
    emby_first: bool = True
    mode: Mode = Mode.ONE_WAY
    late: timedelta = field(default_factory=timedelta)

    @property
    def worlds(self) -> tuple[World, World]:
        """Return source and target."""
        both = (self.emby, self.jellyfin)
        return both if self.emby_first else (self.jellyfin, self.emby)

    async def run(self) -> Report:
        """Run the pair once, half an hour after the last time."""
        self.late += timedelta(minutes=30)
        at = NOW + self.late

        def now() -> datetime:
            """Return the moment of the run."""
            return at

        accounts = []
        for world in self.worlds:
            world.server.clock = now
            world.server.reset_requests()
            slug = world.provider.slug
            accounts.append(
                Account(account_id=slug, name=slug, provider=world.provider)
            )
        source, target = accounts
        policy = FeaturePolicy(remove=True)
        pair = Pair(
            pair_id="pair",
            name="Source → Target",
            source=source,
            target=target,
            policy=Policy(mode=self.mode, features=dict.fromkeys(FEATURES, policy)),
        )
        return await run_pair(
            pair,
            RunOptions(dry_run=False),
            store=self.store,
            snapshots=Snapshots(self.store, now),
            now=now,
        )

    def writes(self) -> int:
        """Return how many requests of the last run changed something."""
        return sum(world.server.writes() for world in self.worlds)

    async def settle(self) -> None:
        """Run until nothing is left to do, which has to be soon."""
        for _ in range(2):
            report = await self.run()
            assert report.counts.errors == 0
        assert self.writes() == 0


@pytest.fixture(params=["emby-jellyfin", "jellyfin-emby"])
async def two(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    session: aiohttp.ClientSession,
    limiters: Limiters,
) -> AsyncIterator[Two]:
    """Return both servers, of which the first is the source."""
    catalogue = make_catalogue(films=40, shows=3)
    store = Store.open(tmp_path / "state.db")
    async with (
        emby_world.a_world(session, limiters, catalogue) as emby,
        jellyfin_world.a_world(session, limiters, catalogue) as jellyfin,
    ):
        yield Two(emby, jellyfin, store, request.param.startswith("emby"))
    store.close()


def fill(world: World) -> None:
    """Let a user do a bit of everything."""
    server, user, seeded = world.server, world.user, world.seeded
    for number, item in enumerate([*seeded.films[:25], *seeded.episodes[:20]]):
        server.play(user, item, moment(days=2 + number))
    for item in (*seeded.films[30:34], seeded.series[0]):
        server.favourite(user, item)
    for item in (*seeded.films[:4], seeded.series[1], seeded.episodes[0]):
        server.rate(user, item, 10)
    server.rate(user, seeded.films[5], 1)
    server.stop_at(user, seeded.films[35], 40 * MINUTE, moment(days=1))


def told(world: World, item: Item) -> tuple[object, ...]:
    """Return what a user did with an item, to the second."""
    data: UserData = world.user.of(item)
    last = None if data.last_played is None else data.last_played // 10_000_000
    begun = data.position // MINUTE
    return data.played, data.favourite, data.rating, begun, last


def difference(two: Two) -> list[str]:
    """Return the names of what the users of both servers do not agree on."""
    ours, theirs = (
        [*world.seeded.films, *world.seeded.series, *world.seeded.episodes]
        for world in two.worlds
    )
    source, target = two.worlds
    return [
        item.name
        for item, other in zip(ours, theirs, strict=True)
        if told(source, item) != told(target, other)
    ]


@pytest.mark.parametrize("mode", [Mode.ONE_WAY, Mode.TWO_WAY])
async def test_all_features(two: Two, mode: Mode) -> None:
    """All that was done at the source is done at the target, once."""
    two.mode = mode
    source, _ = two.worlds
    fill(source)
    report = await two.run()
    assert report.counts.errors == report.counts.unresolved == 0
    assert report.counts.added == 58
    assert difference(two) == []
    await two.settle()
    # Two requests tell an Emby server's account that there is nothing to do.
    assert two.emby.server.count() == 2
    # Nothing is remembered after a restart, and nothing is read for it either.
    for world in (two.emby, two.jellyfin):
        world.provider = world.restarted()
    await two.run()
    assert two.writes() == 0
    assert two.emby.server.count(path=r"/Users/\w+/Items") <= 4


async def test_changes_go_along(two: Two) -> None:
    """What is done, and taken back, at the source afterwards goes along."""
    source, target = two.worlds
    fill(source)
    await two.run()
    await two.settle()
    server, user, seeded = source.server, source.user, source.seeded
    server.play(user, seeded.films[26], moment(days=700))
    server.unplay(user, seeded.films[3])
    server.favourite(user, seeded.films[31], on=False)
    server.rate(user, seeded.films[5], 10)
    server.stop_at(user, seeded.films[35], 60 * MINUTE)
    report = await two.run()
    assert report.counts.errors == 0
    assert difference(two) == []
    assert target.user.of(target.seeded.films[26]).played
    await two.settle()


async def test_both_sides_change(two: Two) -> None:
    """What changes on either side is brought to the other."""
    two.mode = Mode.TWO_WAY
    source, target = two.worlds
    fill(source)
    await two.run()
    await two.settle()
    source.server.play(source.user, source.seeded.films[27], moment(days=9))
    target.server.unplay(target.user, target.seeded.films[8])
    target.server.favourite(target.user, target.seeded.films[38])
    target.server.rate(target.user, target.seeded.films[30], 10)
    source.server.rate(source.user, source.seeded.films[0], None)
    source.server.stop_at(source.user, source.seeded.films[36], 30 * MINUTE)
    report = await two.run()
    assert report.counts.errors == 0
    assert difference(two) == []
    assert not source.user.of(source.seeded.films[8]).played
    await two.settle()


async def test_likes_do_not_come_back_as_numbers(two: Two) -> None:
    """A number that Emby keeps as a like stays what it is on the other side."""
    two.mode = Mode.TWO_WAY
    two.emby.server.emby_behaviour.keeps_numbers = False
    world = two.jellyfin
    for item, rating in zip(world.seeded.films, (8, 9.5, 2, 10), strict=False):
        world.server.rate(world.user, item, rating)
    await two.run()
    await two.settle()
    held = [two.emby.user.of(item).rating for item in two.emby.seeded.films[:4]]
    assert held == [10, 10, 1, 10]
    ratings = [world.user.of(item).rating for item in world.seeded.films[:4]]
    assert ratings == [8, 9.5, 2, 10]
