"""Measures planning alone, in a process of its own.

Usage: python -m tests.bench.planning CASE MODE SIZE [PROFILE]
"""

from collections.abc import Callable, Iterator, Sequence
import cProfile
from dataclasses import dataclass
import gc
import json
from statistics import median
import sys
import time

from custom_components.crosswatch.engine.ledger import LedgerRow
from custom_components.crosswatch.engine.model import Feature, Snapshot
from custom_components.crosswatch.engine.planning import Draft, plan_feature
from custom_components.crosswatch.engine.planning.rules import Rules
from custom_components.crosswatch.engine.policy import FeaturePolicy, Mode
from custom_components.crosswatch.providers.registry import PROVIDERS

from .gauges import forget_peak, peak, resident
from .library import NOW, ledger, rewatched, snapshot, stored

# So many records are planned for a figure: small libraries several times.
ENOUGH = 100_000
FEWEST_ROUNDS = 1
MOST_ROUNDS = 9
PLAYS_OF_A_FILM = 10

JELLYFIN = PROVIDERS["jellyfin"].load().capabilities[Feature.HISTORY]
TRAKT = PROVIDERS["trakt"].load().capabilities[Feature.HISTORY]

type Facts = tuple[Snapshot, Snapshot, Sequence[LedgerRow]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Something to plan: the facts for a size, and the operations of each mode.

    `added` is how many operations a record makes, one-way and two-way.
    """

    name: str
    facts: Callable[[int], Facts]
    added: tuple[float, float] = (0, 0)
    rewatches: bool = False

    def rules(self, mode: Mode) -> Rules:
        """Return the rules to plan by."""
        return Rules(
            feature=Feature.HISTORY,
            policy=FeaturePolicy(rewatches=self.rewatches),
            source=TRAKT if self.rewatches else JELLYFIN,
            target=TRAKT,
            mode=mode,
        )

    def operations(self, mode: Mode, size: int) -> float:
        """Return how many operations the plan has to have."""
        return size * self.added[mode is Mode.TWO_WAY]


@dataclass(frozen=True, slots=True)
class Figures:
    """What planning took: seconds of processor time, and bytes of memory.

    `memory` is the most that planning took at once; `facts` is what the records and
    the ledger take, which were there before.
    """

    cpu: float
    memory: int
    facts: int


def first_run(size: int) -> Facts:
    """Return sides of which each has half of its records alone."""
    half = size // 2
    source = snapshot(range(size), target=False)
    return source, snapshot(range(half, size + half), target=True), ()


def all_there(size: int) -> Facts:
    """Return sides that hold the same, and no ledger."""
    numbers = range(size)
    return snapshot(numbers, target=False), snapshot(numbers, target=True), ()


def with_ledger(size: int) -> Facts:
    """Return what a later run takes from the state file."""
    numbers = range(size)
    rows = list(ledger(numbers))
    return stored(numbers, target=False), stored(numbers, target=True), rows


def many_films(plays: int) -> Facts:
    """Return films with ten plays each, of which the target has five."""
    films = plays // PLAYS_OF_A_FILM
    source = rewatched(films, PLAYS_OF_A_FILM, missing=False)
    return source, rewatched(films, PLAYS_OF_A_FILM, missing=True), ()


def one_film(plays: int) -> Facts:
    """Return one film with all plays, of which the target has every other one."""
    return rewatched(1, plays, missing=False), rewatched(1, plays, missing=True), ()


LIBRARIES = (
    Case(name="first run", facts=first_run, added=(0.5, 1)),
    Case(name="all there", facts=all_there),
    Case(name="with ledger", facts=with_ledger),
)
REWATCHES = (
    Case(name="of many films", facts=many_films, added=(0.5, 0.5), rewatches=True),
    Case(name="of one film", facts=one_film, added=(0.5, 0.5), rewatches=True),
)
CASES = {case.name: case for case in (*LIBRARIES, *REWATCHES)}


def plan(case: Case, mode: Mode, facts: Facts) -> Draft:
    """Plan once."""
    return plan_feature(*facts, case.rules(mode), now=NOW)


def measure(case: Case, mode: Mode, size: int) -> Figures:
    """Return what planning takes; of several rounds the median, and the most memory.

    Each round has facts of its own: records remember what they were asked for.
    """
    rounds = max(FEWEST_ROUNDS, min(MOST_ROUNDS, ENOUGH // size))
    measured = list(_rounds(case, mode, size, rounds))
    return Figures(
        median(each.cpu for each in measured),
        # The first round finds no memory that was used and given back before.
        measured[0].memory,
        measured[0].facts,
    )


def _rounds(case: Case, mode: Mode, size: int, rounds: int) -> Iterator[Figures]:
    """Yield the figures of each round."""
    for _ in range(rounds):
        gc.collect()
        before = resident()
        facts = case.facts(size)
        gc.collect()
        forget_peak()
        held = resident()
        began = time.process_time()
        draft = plan(case, mode, facts)
        spent = time.process_time() - began
        yield Figures(spent, max(0, peak() - held), max(0, held - before))
        if len(draft.plan.operations) != case.operations(mode, size):
            raise AssertionError(f"{case.name}: {len(draft.plan.operations)} planned")


def main() -> None:
    """Print the figures of a case, or profile it."""
    name, mode, size = sys.argv[1:4]
    case = CASES[name]
    if len(sys.argv) > 4:
        facts = case.facts(int(size))
        profile = cProfile.Profile()
        profile.runcall(plan, case, Mode(mode), facts)
        profile.dump_stats(sys.argv[4])
        return
    figures = measure(case, Mode(mode), int(size))
    told = {"cpu": figures.cpu, "memory": figures.memory, "facts": figures.facts}
    sys.stdout.write(f"{json.dumps(told)}\n")


if __name__ == "__main__":
    main()
