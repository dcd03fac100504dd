"""How planning grows: from small libraries to very large ones, and with rewatches."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from statistics import median

from custom_components.crosswatch.engine.policy import Mode

from .planning import LIBRARIES, REWATCHES, Case
from .stage import figures_of
from .table import Line

SMALL, MIDDLE, LARGE = 10_000, 100_000, 1_000_000
FEW_PLAYS, MANY_PLAYS = 2_000, 20_000
CPU_LIMIT = 1.5
GROWTH_LIMIT = 1.5
MEMORY_LIMIT = 1024
MICROSECONDS = 1e6

type Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Size:
    """What planning took at one size: the medians of the rounds."""

    size: int
    cpu: float
    memory: float
    facts: float

    @property
    def each(self) -> float:
        """Return the microseconds of processor time that a record takes."""
        return self.cpu / self.size * MICROSECONDS

    @property
    def bytes_each(self) -> float:
        """Return the bytes that a record takes at the most, beyond those it is in."""
        return self.memory / self.size


async def planning_lines(rounds: int, say: Say) -> list[Line]:
    """Return the lines of planning."""
    lines: list[Line] = []
    for case in LIBRARIES:
        for mode in Mode:
            say(f"Planning of up to {LARGE:,} records a side: {case.name}, {mode}")
            lines += library_lines(
                case, mode, [each async for each in _sizes(case, mode, rounds)]
            )
    for case in REWATCHES:
        for mode in Mode:
            say(f"Planning of {MANY_PLAYS:,} rewatches {case.name}, {mode}")
            few = await _measured(case, mode, FEW_PLAYS, rounds)
            many = await _measured(case, mode, MANY_PLAYS, rounds)
            lines += rewatch_lines(case, mode, few, many)
    return lines


async def _sizes(case: Case, mode: Mode, rounds: int) -> AsyncIterator[Size]:
    """Yield what each size takes; the largest, which takes long, only once."""
    for size in (SMALL, MIDDLE, LARGE):
        yield await _measured(case, mode, size, 1 if size == LARGE else rounds)


async def _measured(case: Case, mode: Mode, size: int, rounds: int) -> Size:
    """Return what planning takes at a size, each round in a process of its own."""
    found = [
        await figures_of("planning", case.name, mode.value, str(size))
        for _ in range(rounds)
    ]
    cpu, memory, facts = (
        median(float(each[name]) for each in found)
        for name in ("cpu", "memory", "facts")
    )
    return Size(size, cpu, memory, facts)


def library_lines(case: Case, mode: Mode, sizes: Sequence[Size]) -> list[Line]:
    """Return the lines of a library: each size, and how they differ."""
    name = f"planning, {case.name}, {mode.value.replace('_', '-')}"
    lines = [
        Line(
            name,
            f"CPU, {each.size:,}",
            each.cpu,
            "s",
            CPU_LIMIT if each.size == MIDDLE else None,
            digits=3,
            note=f"{each.each:.2f} µs a record a side",
        )
        for each in sizes
    ]
    small, large = sizes[0], sizes[-1]
    lines.append(
        Line(
            name,
            f"CPU a record, {large.size:,} : {small.size:,}",
            large.each / small.each,
            limit=GROWTH_LIMIT,
            digits=2,
        )
    )
    # A small process has too few pages to tell what a record takes.
    lines += [
        Line(
            name,
            f"memory, {each.size:,}",
            each.bytes_each,
            "B a record",
            MEMORY_LIMIT,
            note=f"peak resident memory of a process, over {each.facts / each.size:,.0f} "
            "B a record for the facts",
        )
        for each in sizes[1:]
    ]
    return lines


def rewatch_lines(case: Case, mode: Mode, few: Size, many: Size) -> list[Line]:
    """Return the lines of rewatches."""
    name = f"rewatches {case.name}, {mode.value.replace('_', '-')}"
    return [
        Line(
            name,
            f"CPU, {many.size:,} plays",
            many.cpu,
            "s",
            CPU_LIMIT,
            digits=3,
            note=f"{many.each:.2f} µs a play",
        ),
        Line(
            name,
            f"CPU a play, {many.size:,} : {few.size:,}",
            many.each / few.each,
            limit=GROWTH_LIMIT,
            digits=2,
        ),
    ]
