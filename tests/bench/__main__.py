"""The measurements as a command: scripts/bench."""

import argparse
import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
import pstats
from statistics import median
import sys
from tempfile import TemporaryDirectory

from custom_components.crosswatch.engine.policy import Mode

from .counted import count_requests
from .growth import MIDDLE, planning_lines
from .planning import CASES as PLANNING
from .routes import ROUTES, Case, Route
from .stage import BenchError, Stage, check, figures_of
from .table import Line, render

PLAYS = 10_000
HELD_LIMIT = 50.0
SHOWN = 45

COUNTED = ("source", "target", "source_writes", "target_writes")
MEASURED = (*COUNTED, "cpu", "memory", "held", "collecting", "elapsed")

type Figures = Mapping[str, float]


def say(text: str) -> None:
    """Print progress, apart from the table."""
    sys.stderr.write(f"» {text}\n")


async def measure_runs(
    route: Route, plays: int, profiled: str = "", profile: Path | None = None
) -> dict[str, Figures]:
    """Run all cases of a route on fresh services and return the figures of each."""
    found: dict[str, Figures] = {}
    with TemporaryDirectory(prefix="crosswatch-bench-") as folder:
        async with Stage(route, plays, Path(folder)) as stage:
            for case in route.cases(plays):
                if case.command:
                    await stage.tell(case.command)
                figures = await stage.measure(
                    profile if case.name == profiled else None
                )
                check(case, figures)
                found[case.name] = figures
                if case.name == profiled:
                    break
    return found


def run_lines(
    route: Route, plays: int, rounds: Sequence[Mapping[str, Figures]], *, quick: bool
) -> Iterator[Line]:
    """Return the lines of a route; each figure is the median of the rounds."""
    block = f"History {route.title}, {plays:,} plays"
    for case in route.cases(plays):
        figures = {
            name: median(each[case.name][name] for each in rounds)
            for name in (COUNTED if quick else MEASURED)
        }
        for line in case_lines(route, case, figures, quick=quick):
            yield replace(line, block=block)


def case_lines(
    route: Route, case: Case, figures: Figures, *, quick: bool
) -> Iterator[Line]:
    """Return the lines of one run."""
    parts = [
        f"{service} {figures[side]:.0f} ({figures[f'{side}_writes']:.0f} writes)"
        for service, side in zip(route.services, ("source", "target"), strict=True)
    ]
    yield Line(
        case.name,
        "requests",
        figures["source"] + figures["target"],
        limit=case.requests,
        rival="" if quick else case.rival_requests,
        note=", ".join(parts) + (f"; {case.note}" if case.note else ""),
    )
    if quick:
        return
    yield Line(
        case.name, "CPU", figures["cpu"], "s", case.cpu, case.rival_cpu, digits=3
    )
    yield Line(case.name, "memory", figures["memory"], "MiB", case.memory, digits=1)
    yield Line(
        case.name,
        "longest hold",
        figures["held"],
        "ms",
        HELD_LIMIT,
        digits=1,
        note=f"longest garbage collection {figures['collecting']:.1f} ms",
    )
    yield Line(case.name, "elapsed", figures["elapsed"], "s", digits=2)


async def measure(options: argparse.Namespace) -> list[Line]:
    """Return all lines of the table."""
    lines: list[Line] = []
    if not options.planning:
        for route in [ROUTES[options.route]] if options.route else ROUTES.values():
            lines += await measure_route(route, options.rounds, quick=options.quick)
    if options.quick or options.route:
        return lines
    return lines + await planning_lines(options.rounds, say)


async def measure_route(route: Route, rounds: int, *, quick: bool) -> list[Line]:
    """Return the lines of one route; to count requests, one round will do."""
    if quick:
        say(f"History {route.title}, {route.quick:,} plays, requests only")
        with TemporaryDirectory(prefix="crosswatch-bench-") as folder:
            _, counted = await count_requests(route, route.quick, Path(folder))
        return list(run_lines(route, route.quick, [counted], quick=True))
    found: list[Mapping[str, Figures]] = []
    for number in range(rounds):
        say(f"History {route.title}, {PLAYS:,} plays, round {number + 1}")
        found.append(await measure_runs(route, PLAYS))
    return list(run_lines(route, PLAYS, found, quick=False))


async def profile(route: Route, name: str, mode: str) -> None:
    """Print where a case spends its time."""
    with TemporaryDirectory(prefix="crosswatch-profile-") as folder:
        path = Path(folder) / "profile"
        if name in PLANNING:
            await figures_of("planning", name, mode, str(MIDDLE), str(path))
        else:
            await measure_runs(route, PLAYS, name, path)
        for order in ("tottime", "cumulative"):
            pstats.Stats(str(path)).sort_stats(order).print_stats(SHOWN)


def parse() -> argparse.Namespace:
    """Return what the command line asks for."""
    of_routes = (route.cases(PLAYS) for route in ROUTES.values())
    profiled = {case.name: None for cases in of_routes for case in cases}
    parser = argparse.ArgumentParser(
        prog="scripts/bench",
        description="Measure what the integration costs on simulated services; fails "
        "where a limit is missed.",
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="only count the requests, with fewer plays",
    )
    parser.add_argument(
        "--route", choices=list(ROUTES), help="measure, or profile, this route alone"
    )
    parser.add_argument(
        "--planning", action="store_true", help="measure planning alone"
    )
    parser.add_argument(
        "--rounds", type=int, default=3, help="the median of so many is told"
    )
    parser.add_argument(
        "--profile",
        choices=[*profiled, *PLANNING],
        help="print where this case spends its time",
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
            route = ROUTES[options.route or next(iter(ROUTES))]
            asyncio.run(profile(route, options.profile, options.mode))
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
