"""Runs of the demo's pair, and what they did, said in a few lines."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from custom_components.crosswatch.const import DOMAIN

from ..simulators.base import Simulator
from .client import Client, Json
from .console import detail, say, step
from .process import DemoError
from .world import World

FEATURES = ("history", "watchlist", "ratings")
COUNTS = (
    "added",
    "removed",
    "updated",
    "skipped",
    "unresolved",
    "errors",
    "blocked",
)
SAMPLES = 2
SUMMARY = "Done. Total "


@dataclass(frozen=True, slots=True)
class Traffic:
    """The requests that one service got during a run."""

    requests: int
    writes: int

    @classmethod
    def of(cls, simulator: Simulator) -> Traffic:
        """Return the requests since the simulator was told to forget them."""
        return cls(len(simulator.requests), simulator.writes())

    def __str__(self) -> str:
        """Return it as the demo shows it."""
        return f"{self.requests} requests, {self.writes} of them writes"


@dataclass(frozen=True, slots=True)
class Run:
    """One run: its report, its line in the log, and the requests that it made."""

    name: str
    report: Json
    line: str
    jellyfin: Traffic
    trakt: Traffic

    @property
    def counts(self) -> dict[str, int]:
        """Return all counts of the run."""
        return {name: self.report[name] for name in COUNTS}

    @property
    def composed(self) -> str:
        """Return the line that the counts make."""
        counts = ", ".join(f"{name}: {n}" for name, n in self.counts.items())
        return f"{SUMMARY}{counts}"


async def perform(
    client: Client, world: World, name: str, action: str, **data: object
) -> Run:
    """Perform an action that runs the pair once, and print what it did."""
    step(f"{name}: Settings → Tools → Actions → {DOMAIN}.{action}")
    for simulator in (world.jellyfin, world.trakt):
        simulator.reset_requests()
    lines = len(client.server.lines())
    response = await client.action(f"{DOMAIN}.{action}", **data)
    if len(response["runs"]) != 1:
        raise DemoError(f"One run was expected, not {response}")
    logged = [
        line[line.index(SUMMARY) :]
        for line in client.server.lines()[lines:]
        if SUMMARY in line
    ]
    run = Run(
        name=name,
        report=response["runs"][0],
        line=logged[-1] if logged else "",
        jellyfin=Traffic.of(world.jellyfin),
        trakt=Traffic.of(world.trakt),
    )
    _print(run)
    return run


def _print(run: Run) -> None:
    """Print what a run did."""
    detail(f"{run.report['status']} after {run.report['duration']:.1f} s")
    for feature in FEATURES:
        counts = run.report["features"].get(feature, {})
        told = ", ".join(f"{n} {name}" for name in COUNTS if (n := counts.get(name)))
        if counts.get("error"):
            told = f"{told}: {counts['error']}"
        detail(f"{feature:<10}{told or 'nothing to do'}")
        for line in _samples(run.report["items"], feature):
            detail(f"{'':<12}{line}")
    detail(f"Jellyfin: {run.jellyfin}")
    detail(f"Trakt:    {run.trakt}")
    detail(run.line or f"{run.composed} (not in the log)")
    say()


def _samples(items: Iterable[Mapping[str, object]], feature: str) -> Iterable[str]:
    """Return a few items for each thing that was done, and why it was."""
    seen: dict[tuple[object, ...], int] = {}
    for item in items:
        if item["feature"] != feature:
            continue
        key = (item["action"], item["outcome"], item["reason"])
        seen[key] = seen.get(key, 0) + 1
        if seen[key] <= SAMPLES:
            yield (
                f"{item['action']:<7}{label(item):<44} "
                f"{item['outcome']} ({item['reason']})"
            )


def label(item: Mapping[str, object]) -> str:
    """Return an item of a report as a person would write it."""
    text = str(item["title"])
    if item["year"]:
        text += f" ({item['year']})"
    if item["season"] is not None:
        text += f" S{item['season']:02}"
    if item["episode"] is not None:
        text += f"E{item['episode']:02}"
    return text
