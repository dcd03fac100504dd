"""The measurements as a command: scripts/bench."""

import argparse
import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
import pstats
from statistics import median
import sys
from tempfile import TemporaryDirectory

from custom_components.crosswatch.engine.policy import Mode

from .growth import MIDDLE, planning_lines
from .planning import CASES as PLANNING
from .stage import BenchError, Stage, figures_of
from .table import Line, render

PLAYS = 10_000
QUICK_PLAYS = 1_000
HELD_LIMIT = 50.0
MEMORY_LIMIT = 60.0
SHOWN = 45

type Figures = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Case:
    """One run of the pair: its limits, and what the rival needs for it."""

    name: str
    requests: int
    cpu: float
    rival_requests: str
    rival_cpu: str
    added: int = 0
    command: str = ""
    memory: float | None = None


def cases(plays: int) -> list[Case]:
    """Return the runs in their order: each goes on from the one before."""
    return [
        Case("first sync", 60, 2.5, "244", "12.2 s", added=plays, memory=MEMORY_LIMIT),
        # Right after a sync the target lists what was written: that is looked at once.
        # What was written has to be seen before it can be missed: a full read, once.
        Case("sees what it wrote", 8, 1.5, "42", "6.6 s"),
        Case("nothing changed", 3, 0.15, "42", "6.6 s"),
        Case("100 new plays", 6, 0.3, "45", "6.0 s", added=100, command="more"),
    ]


def say(text: str) -> None:
    """Print progress, apart from the table."""
    sys.stderr.write(f"» {text}\n")


async def measure_runs(
    plays: int, profiled: str = "", profile: Path | None = None
) -> dict[str, Figures]:
    """Run all cases on fresh services and return the figures of each."""
    found: dict[str, Figures] = {}
    with TemporaryDirectory(prefix="crosswatch-bench-") as folder:
        async with Stage(plays, Path(folder)) as stage:
            for case in cases(plays):
                if case.command:
                    await stage.tell(case.command)
                figures = await stage.measure(
                    profile if case.name == profiled else None
                )
                if figures["added"] != case.added:
                    raise BenchError(
                        f"{case.name}: {figures['added']} added, not {case.added}"
                    )
                found[case.name] = figures
                if case.name == profiled:
                    break
    return found


def run_lines(
    plays: int, rounds: Sequence[Mapping[str, Figures]], *, quick: bool
) -> Iterator[Line]:
    """Return the lines of all runs; each figure is the median of the rounds."""
    for case in cases(plays):
        of = [each[case.name] for each in rounds]

        def middle(name: str, of: Sequence[Figures] = of) -> float:
            return median(figures[name] for figures in of)

        jellyfin, trakt = middle("jellyfin"), middle("trakt")
        yield Line(
            case.name,
            "requests",
            jellyfin + trakt,
            limit=case.requests,
            rival="" if quick else case.rival_requests,
            note=f"Jellyfin {jellyfin:.0f}, Trakt {trakt:.0f}, "
            f"{middle('trakt_writes'):.0f} of them writes",
        )
        if quick:
            continue
        yield Line(
            case.name, "CPU", middle("cpu"), "s", case.cpu, case.rival_cpu, digits=3
        )
        yield Line(case.name, "memory", middle("memory"), "MiB", case.memory, digits=1)
        yield Line(
            case.name,
            "longest hold",
            middle("held"),
            "ms",
            HELD_LIMIT,
            digits=1,
            note=f"longest garbage collection {middle('collecting'):.1f} ms",
        )
        yield Line(case.name, "elapsed", middle("elapsed"), "s", digits=2)


async def measure(options: argparse.Namespace) -> list[Line]:
    """Return all lines of the table."""
    if options.planning:
        return await planning_lines(options.rounds, say)
    if options.quick:
        say(f"History Jellyfin → Trakt, {QUICK_PLAYS:,} plays, requests only")
        found = await measure_runs(QUICK_PLAYS)
        return list(run_lines(QUICK_PLAYS, [found], quick=True))
    rounds: list[Mapping[str, Figures]] = []
    for number in range(options.rounds):
        say(f"History Jellyfin → Trakt, {PLAYS:,} plays, round {number + 1}")
        rounds.append(await measure_runs(PLAYS))
    return [
        *run_lines(PLAYS, rounds, quick=False),
        *await planning_lines(options.rounds, say),
    ]


async def profile(name: str, mode: str) -> None:
    """Print where a case spends its time."""
    with TemporaryDirectory(prefix="crosswatch-profile-") as folder:
        path = Path(folder) / "profile"
        if name in PLANNING:
            await figures_of("planning", name, mode, str(MIDDLE), str(path))
        else:
            await measure_runs(PLAYS, name, path)
        for order in ("tottime", "cumulative"):
            pstats.Stats(str(path)).sort_stats(order).print_stats(SHOWN)


def parse() -> argparse.Namespace:
    """Return what the command line asks for."""
    profiled = [*(case.name for case in cases(PLAYS)), *PLANNING]
    parser = argparse.ArgumentParser(
        prog="scripts/bench",
        description="Measure what the integration costs on simulated services; fails "
        "where a limit is missed.",
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help=f"only count the requests, with {QUICK_PLAYS:,} plays",
    )
    parser.add_argument(
        "--planning", action="store_true", help="measure planning alone"
    )
    parser.add_argument(
        "--rounds", type=int, default=3, help="the median of so many is told"
    )
    parser.add_argument(
        "--profile", choices=profiled, help="print where this case spends its time"
    )
    parser.add_argument(
        "--mode",
        choices=list(Mode),
        default=Mode.ONE_WAY,
        help="the mode of a pair whose planning is profiled",
    )
    return parser.parse_args()


def main() -> int:
    """Measure and return the exit status."""
    options = parse()
    try:
        if options.profile:
            asyncio.run(profile(options.profile, options.mode))
            return 0
        lines = asyncio.run(measure(options))
    except BenchError as error:
        sys.stderr.write(f"\nERROR: {error}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    sys.stdout.write(f"{render(lines)}\n")
    missed = [line for line in lines if line.missed]
    if missed:
        sys.stderr.write(f"\n{len(missed)} limits are missed.\n")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
