"""Measures planning alone, in a process of its own.

Usage: python -m tests.bench.planning RECORDS [PROFILE]
"""

from collections.abc import Callable, Iterator, Sequence
import cProfile
from datetime import UTC, datetime, timedelta
import gc
import json
from pathlib import Path
import sys
from tempfile import TemporaryDirectory
import time

from custom_components.crosswatch.engine.ledger import LedgerRow
from custom_components.crosswatch.engine.model import (
    Feature,
    Item,
    MediaKind,
    Play,
    Record,
    Snapshot,
    Watched,
)
from custom_components.crosswatch.engine.planning import Draft, plan_feature
from custom_components.crosswatch.engine.planning.rules import Rules
from custom_components.crosswatch.engine.policy import FeaturePolicy
from custom_components.crosswatch.engine.recording import ledger_change
from custom_components.crosswatch.engine.store import Store
from custom_components.crosswatch.providers.registry import PROVIDERS

NOW = datetime(2026, 1, 1, tzinfo=UTC)
EPISODES = 20
RULES = Rules(
    feature=Feature.HISTORY,
    policy=FeaturePolicy(),
    source=PROVIDERS["jellyfin"].capabilities[Feature.HISTORY],
    target=PROVIDERS["trakt"].capabilities[Feature.HISTORY],
)


def ids(number: int, *namespaces: str) -> dict[str, str]:
    """Return ids that only the item of this number has."""
    return {
        name: f"tt{number:07}" if name == "imdb" else str(number) for name in namespaces
    }


def records(numbers: range, *, target: bool) -> Iterator[Record]:
    """Return a record for each number: an even one is a film, an odd one an episode.

    Both sides know each item by partly different ids, as Jellyfin and Trakt do.
    """
    of_film = ("trakt", "imdb", "tmdb") if target else ("imdb", "tmdb")
    of_show = ("trakt", "imdb", "tmdb", "tvdb") if target else ("imdb", "tvdb")
    of_episode = ("trakt", "tvdb") if target else ("tvdb", "imdb")
    shows: dict[int, Item] = {}
    for number in numbers:
        at = NOW - timedelta(minutes=number)
        plays = (Play(at, str(number)),) if target else ()
        if number % 2 == 0:
            item = Item(MediaKind.MOVIE, ids(number, *of_film), f"Film {number}", 2000)
        else:
            place, episode = divmod(number // 2, EPISODES)
            if (show := shows.get(place)) is None:
                show = shows[place] = Item(
                    MediaKind.SHOW, ids(place, *of_show), f"Show {place}", 2001
                )
            item = Item(
                MediaKind.EPISODE,
                ids(number, *of_episode),
                show=show,
                season=1,
                number=episode + 1,
            )
        native = f"{'t' if target else 'j'}{number}"
        yield Record(item, Watched(at, plays), native)


def snapshot(numbers: range, *, target: bool) -> Snapshot:
    """Return a snapshot as a provider reads it."""
    return Snapshot.of(Feature.HISTORY, records(numbers, target=target), NOW)


def plan(source: Snapshot, target: Snapshot, ledger: Sequence[LedgerRow] = ()) -> Draft:
    """Plan the history of a pair."""
    return plan_feature(source, target, ledger, RULES, now=NOW)


def first_run(size: int) -> Callable[[], Draft]:
    """Prepare a first run in which each side has half of its records alone."""
    source = snapshot(range(size), target=False)
    target = snapshot(range(size // 2, size + size // 2), target=True)
    return lambda: plan(source, target)


def all_the_same(size: int) -> Callable[[], Draft]:
    """Prepare a first run in which both sides hold the same."""
    source = snapshot(range(size), target=False)
    target = snapshot(range(size), target=True)
    return lambda: plan(source, target)


def with_ledger(size: int) -> Callable[[], Draft]:
    """Prepare a later run: snapshots and ledger come from the state file."""
    draft = all_the_same(size)()
    with TemporaryDirectory() as folder:
        store = Store.open(Path(folder) / "state.db")
        for name, target in (("source", False), ("target", True)):
            store.save_snapshot(name, snapshot(range(size), target=target), None)
        store.record("pair", Feature.HISTORY, ledger_change(draft, (), NOW), None)
        source, target_ = (
            store.load_snapshot(name, Feature.HISTORY) for name in ("source", "target")
        )
        ledger = store.load_ledger("pair", Feature.HISTORY)
        store.close()
    assert source is not None
    assert target_ is not None
    return lambda: plan(source, target_, ledger)


# What is planned, and how many operations that makes of so many records.
CASES: dict[str, tuple[Callable[[int], Callable[[], Draft]], float]] = {
    "planning, first run": (first_run, 0.5),
    "planning, all there": (all_the_same, 0),
    "planning, with ledger": (with_ledger, 0),
}


def measure(name: str, size: int) -> float:
    """Return the seconds of processor time that a plan takes."""
    prepare, share = CASES[name]
    planning = prepare(size)
    gc.collect()
    began = time.process_time()
    draft = planning()
    spent = time.process_time() - began
    if len(draft.plan.operations) != size * share:
        raise AssertionError(f"{name}: {len(draft.plan.operations)} operations")
    return spent


def main() -> None:
    """Print the seconds of each case, or profile them all."""
    size = int(sys.argv[1])
    if len(sys.argv) > 2:
        profile = cProfile.Profile()
        for prepare, _ in CASES.values():
            profile.runcall(prepare(size))
        profile.dump_stats(sys.argv[2])
        return
    figures = {name: measure(name, size) for name in CASES}
    sys.stdout.write(f"{json.dumps(figures)}\n")


if __name__ == "__main__":
    main()
