"""Laws of runs that ask an informant: whatever ids either side knows its items by."""

from collections.abc import Callable
from pathlib import Path
import tempfile

from hypothesis import given, strategies as st

from custom_components.crosswatch.engine.model import Feature
from custom_components.crosswatch.engine.policy import FeaturePolicy, Mode, Policy

from .arena import Arena
from .book import Book

_FILMS = ("m1", "m2", "m3")
_IN_SHOWS = ("s1e1", "s1e2", "s2e1")
_IDS_OF_FILM = ("", "imdb", "tmdb", "imdb,tmdb")
_IDS_OF_SHOW = ("|imdb", "|tmdb", "|tvdb", "imdb|", "|imdb,tvdb", "tvdb|imdb")

type Worlds = tuple[dict[str, str], dict[str, str]]


def _side() -> st.SearchStrategy[dict[str, str]]:
    """Return the items of a side, each with the ids that it knows it by."""
    films = st.dictionaries(st.sampled_from(_FILMS), st.sampled_from(_IDS_OF_FILM))
    parts = st.dictionaries(st.sampled_from(_IN_SHOWS), st.sampled_from(_IDS_OF_SHOW))
    return st.builds(lambda *both: both[0] | both[1], films, parts)


def _world(side: dict[str, str]) -> str:
    """Return a side as a world, all watched on one day."""
    return " ".join(f"{name}{{{ids}}}@2025-01-01" for name, ids in side.items())


async def _between(
    worlds: Worlds, policy: Policy, then: Callable[[Arena], object]
) -> None:
    """Run a pair of two such sides, and see to it."""
    with tempfile.TemporaryDirectory() as folder:
        arena = Arena.of(Path(folder), feature=Feature.HISTORY, policy=policy)
        arena.informants = (Book("m1..3 s1 s2 s1e1 s1e2 s2e1".replace("..", " m2 m")),)
        try:
            arena.hold(*map(_world, worlds))
            await arena.run()
            then(arena)
            before = arena.source_shows, arena.target_shows
            arena.clock.advance(hours=12)
            report = await arena.run()
            assert not report.counts.added + report.counts.updated
            assert (arena.source_shows, arena.target_shows) == before
        finally:
            arena.close()


def _policy(mode: Mode) -> Policy:
    return Policy(mode=mode, features={Feature.HISTORY: FeaturePolicy(remove=True)})


@given(worlds=st.tuples(_side(), _side()))
async def test_both_sides_have_all_once(worlds: Worlds) -> None:
    """Two-way, each item is there on both sides once, whatever it was known by."""
    everything = sorted(f"{name}@2025-01-01" for name in {*worlds[0], *worlds[1]})

    def check(arena: Arena) -> None:
        assert arena.source_shows.split() == everything
        assert arena.target_shows.split() == everything

    await _between(worlds, _policy(Mode.TWO_WAY), check)


@given(worlds=st.tuples(_side(), _side()))
async def test_the_target_has_all_once(worlds: Worlds) -> None:
    """One-way, the target gains what the source has, and the source stays as it is."""

    def check(arena: Arena) -> None:
        assert arena.source_shows.split() == sorted(
            f"{name}@2025-01-01" for name in worlds[0]
        )
        assert arena.target_shows.split() == sorted(
            f"{name}@2025-01-01" for name in {*worlds[0], *worlds[1]}
        )

    await _between(worlds, _policy(Mode.ONE_WAY), check)
