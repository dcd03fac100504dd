"""How far a run has come is told while it runs."""

from collections.abc import Callable

from custom_components.crosswatch.engine.headway import Headway, Phase
from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.engine.pair import RunOptions
from custom_components.crosswatch.engine.provider import ALL_KINDS, FeatureSupport
from custom_components.crosswatch.engine.runner import run_pair

from .arena import Arena
from .book import Book
from .fake_account import FakeAccount

type MakeArena = Callable[..., Arena]


async def test_a_run_tells_how_far_it_is(arena: MakeArena) -> None:
    """Its phases come in their order, and what is counted counts up to the whole."""
    support = FeatureSupport(kinds=ALL_KINDS, batch_size=2, ids=frozenset({"tmdb"}))
    it = arena(FakeAccount(name="S"), FakeAccount(name="T", support=support))
    it.informants = (Book("m1 m2"),)
    it.hold("m1{imdb} m2{imdb} m3 m4 m5", "")
    told: list[Headway] = []
    await run_pair(
        it.pair(),
        RunOptions(dry_run=False),
        store=it.store,
        snapshots=it.snapshots(),
        now=it.clock,
        watch=told.append,
    )
    assert {each.feature for each in told} == {Feature.WATCHLIST}
    assert [(each.phase, each.done, each.total) for each in told] == [
        (Phase.READING, 0, 0),
        (Phase.PLANNING, 0, 0),
        (Phase.LOOKING_UP, 0, 2),
        (Phase.LOOKING_UP, 1, 2),
        (Phase.LOOKING_UP, 2, 2),
        (Phase.PLANNING, 0, 0),
        (Phase.WRITING, 0, 5),
        (Phase.WRITING, 2, 5),
        (Phase.WRITING, 4, 5),
        (Phase.RECORDING, 0, 0),
    ]
