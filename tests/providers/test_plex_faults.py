"""Whatever goes wrong at Plex in a run, the next ones put right, and nothing twice."""

from pathlib import Path

import aiohttp
import pytest

from custom_components.crosswatch.engine.model import (
    Feature,
    Listed,
    Progress,
    Rated,
    Watched,
)
from custom_components.crosswatch.engine.policy import FeaturePolicy, Mode, Policy
from custom_components.crosswatch.engine.store import Store
from custom_components.crosswatch.providers.http import Limiters

from ..simulators.base import FaultKind
from .plex_world import HISTORY, a_world, ago
from .test_plex_two_way import Stage, item_of, plays
from .tracker_world import put, tracker

FILMS = 5
MOST_RUNS = 6


async def fill(stage: Stage) -> None:
    """Give the tracker what Plex lacks, and Plex what the tracker lacks."""
    world = stage.world
    films = world.seeded.films
    for number, film in enumerate(films[:FILMS]):
        at = ago(days=200 + number)
        await put(stage.tracker, HISTORY, (item_of(film), Watched(at)))
        world.server.watch(world.jon, films[10 + number], ago(days=20 + number))
    await put(stage.tracker, Feature.RATINGS, (item_of(films[1]), Rated(8)))
    await put(stage.tracker, Feature.WATCHLIST, (item_of(films[20]), Listed()))
    position = Progress(900_000, 6_000_000, at=ago(days=2))
    await put(stage.tracker, Feature.PROGRESS, (item_of(films[21]), position))


@pytest.mark.parametrize("on_call", range(1, 50, 12))
@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (FaultKind.STATUS, 500),
        (FaultKind.STATUS, 429),
        (FaultKind.STATUS, 404),
        (FaultKind.STATUS_AFTER, 502),
        (FaultKind.CUT, 0),
        (FaultKind.CUT_AFTER, 0),
        (FaultKind.HALF_BODY, 0),
        (FaultKind.NONSENSE, 0),
    ],
    ids=lambda value: str(value) if value else "",
)
async def test_comes_to_rest_all_the_same(
    session: aiohttp.ClientSession,
    limiters: Limiters,
    tmp_path: Path,
    kind: FaultKind,
    status: int,
    on_call: int,
) -> None:
    """A fault at any request loses nothing, and writes nothing twice."""
    policy = Policy(
        mode=Mode.TWO_WAY,
        features={
            feature: FeaturePolicy(remove=True, rewatches=True) for feature in Feature
        },
    )
    async with a_world(session, limiters, tmp_path / "plex") as world:
        store = Store.open(tmp_path / "state.db")
        (tmp_path / "tracker").mkdir()
        home = tracker(tmp_path / "tracker")
        stage = Stage(world, home, store, policy, plex_is_source=False)
        await fill(stage)
        for simulator in (world.server, world.cloud):
            simulator.faults.fail(
                kind=kind, status=status or 500, on_call=on_call, times=4
            )

        for _ in range(MOST_RUNS):
            report = await stage.run()
            assert not report.counts.removed
        for simulator in (world.server, world.cloud):
            simulator.faults.clear()
        # What has failed in the last of them is put right.
        await stage.run()
        await stage.rests()

        views = world.server.viewer(world.jon).views
        films = world.seeded.films
        counts = {film.title: views[film.guid].count for film in films[:FILMS]}
        assert set(counts.values()) == {1}
        found = await plays(stage)
        assert len(found) == 2 * FILMS
        assert all(len(moments) == 1 for moments in found.values())
        assert all(moments[0] < ago(days=19).timestamp() for moments in found.values())
        store.close()
